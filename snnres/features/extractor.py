"""Chosen features of the trials of a recording, a row each: what readouts are fitted to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..kernels.extraction import count_trials, filter_trials
from ..recording import Recording, SpikeTrains
from ..recording.spikes import check_bounds
from ..validation import check_int, check_neurons, check_rows_out, check_type, freeze
from .described import PLACES, described
from .tables import (
    EXTRACTED,
    FEATURES,
    FeatureOptions,
    check_feature_names,
    extract_features,
    value_groups,
    value_names,
)
from .timed import finest_scales

# Numbers of bins, one a block, of features that are counts of spikes.
BINS: dict[str, Callable[[FeatureOptions], tuple[int, ...]]] = {
    "spike_counts": lambda options: (1,),
    "binned_counts": lambda options: (options.n_bins,),
    "multiscale_counts": lambda options: options.scales,
}
# Time constant and number of points, one pair a block, of features that are filtered trains.
FILTERS: dict[str, Callable[[FeatureOptions], tuple[tuple[float, int], ...]]] = {
    "filtered_traces": lambda options: ((options.trace_tau, options.n_bins),),
    "final_traces": lambda options: tuple((tau, 1) for tau in options.final_taus),
}
# Of which trains are made at a time: so many times stay in the cache, and a trial's are rarely more.
SPIKES_AT_ONCE = 2**18


class Block(NamedTuple):
    """Columns of one feature whose values are comparable in size, and what tells them from its other blocks."""

    name: str
    label: str
    columns: slice


class Events(NamedTuple):
    """Recorded spikes as the kernels take them; ``column`` of those that nobody asks for is the number of neurons."""

    starts: NDArray[np.int64]
    offsets: NDArray[np.int64]
    neurons: NDArray[np.uint32]
    column: NDArray[np.uint32]


@dataclass(frozen=True)
class FeatureExtractor:
    """Features by name, laid out as the columns of a matrix that has a row a trial.

    The columns stand in blocks, within which values are comparable in size: one for each feature, but one for each
    scale of "multiscale_counts" and each time constant of "final_traces". Within a block all values of a neuron stand
    together.

    Parameters
    ----------
    names : str or sequence of str
        Any of :data:`FEATURES`, without repeats.
    options : FeatureOptions, optional
        What they need to know besides the spikes.

    Raises
    ------
    TypeError, ValueError
        If ``names`` or ``options`` are not such.

    Examples
    --------
    >>> from snnres.recording import Recording
    >>> extractor = FeatureExtractor(("multiscale_counts", "spike_rates"), FeatureOptions(scales=(1, 2)))
    >>> extractor.columns(n_neurons=2)
    {'multiscale_counts bins1': slice(0, 2, None), 'multiscale_counts bins2': slice(2, 6, None), \
'spike_rates': slice(6, 8, None)}
    >>> extractor.extract(Recording.from_dense([[1, 0], [0, 0], [0, 1], [1, 0]])).tolist()
    [[2.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.5, 0.25]]
    """

    names: str | Sequence[str]
    options: FeatureOptions = field(default_factory=FeatureOptions)

    def __post_init__(self) -> None:
        freeze(self, "names", check_feature_names)
        check_type("options", self.options, FeatureOptions)

    def columns(self, n_neurons: int) -> dict[str, slice]:
        """Return the columns of each block, by feature and, where it has several blocks, what tells them apart."""
        blocks = self._blocks(check_int("n_neurons", n_neurons, 0))
        return {f"{block.name} {block.label}".strip(): block.columns for block in blocks}

    def column_names(self, n_neurons: int) -> list[str]:
        """Return the name of each column: feature, neuron and, where a neuron has several values, which."""
        n_neurons = check_int("n_neurons", n_neurons, 0)
        return [
            f"{name}_n{neuron}_{value}" if value else f"{name}_n{neuron}"
            for name in self.names
            for part in value_groups(name, self.options).values()
            for neuron in range(n_neurons)
            for value in value_names(name, self.options)[part]
        ]

    def n_columns(self, n_neurons: int) -> int:
        """Return the number of columns."""
        n_neurons = check_int("n_neurons", n_neurons, 0)
        return n_neurons * sum(len(value_names(name, self.options)) for name in self.names)

    def extract(
        self,
        recording: Recording,
        *,
        starts: ArrayLike | None = None,
        neurons: ArrayLike | None = None,
        out: NDArray[np.float32] | None = None,
    ) -> NDArray[np.float32]:
        """Return the features of each trial, a row of float32 each.

        Parameters
        ----------
        recording : Recording
            The trials, one after the other.
        starts : array_like of int, shape (n_trials + 1,), optional
            Trial k has the steps ``starts[k]`` to ``starts[k + 1]``: from 0 on, never descending, to the number of
            steps. None: all steps are one trial.
        neurons : array_like of int, optional
            The neurons to describe, in their order; None for all.
        out : ndarray of float32, shape (n_trials, n_columns), optional
            Where to write them, in place of a new array: also columns of a wider matrix, or a memory map.

        Returns
        -------
        ndarray of float32, shape (n_trials, n_columns)
            ``out``, if it is given.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described.
        """
        check_type("recording", recording, Recording)
        bounds = check_bounds("starts", [0, recording.n_steps] if starts is None else starts, recording.n_steps)
        chosen = (
            np.arange(recording.n_neurons)
            if neurons is None
            else check_neurons("neurons", neurons, recording.n_neurons)
        )
        rows = self.rows_for(len(bounds) - 1, len(chosen), out)
        self.write(recording, bounds, chosen, rows)
        return rows

    def rows_for(self, n_trials: int, n_neurons: int, out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """Return a new matrix for the features of so many trials and neurons, or the one that is given, checked."""
        shape = (n_trials, self.n_columns(n_neurons))
        if out is None:
            return np.empty(shape, dtype=np.float32)
        check_rows_out("out", out, shape)
        return out

    def write(
        self,
        recording: Recording,
        starts: NDArray[np.int64],
        neurons: NDArray[np.int64],
        rows: NDArray[np.float32],
    ) -> None:
        """Write the features of each trial to its row, as :meth:`extract` with all arguments known to be right."""
        if rows.size == 0:
            return
        # Spikes of the others are counted in one entry more: cheaper than a branch at each of them.
        column = np.full(recording.n_neurons, len(neurons), dtype=np.uint32)
        column[neurons] = np.arange(len(neurons))
        events = Events(starts, recording.offsets, recording.neurons, column)
        # Kernels know no subclasses of arrays.
        plain = np.asarray(rows)
        counted: list[tuple[int, int]] = []
        described: dict[str, int] = {}
        for name, firsts in self._firsts(len(neurons)).items():
            if name in BINS:
                counted += zip(BINS[name](self.options), firsts, strict=True)
            elif name in FILTERS:
                for (tau, n_points), first in zip(FILTERS[name](self.options), firsts, strict=True):
                    filter_trials(*events, tau, n_points, first, np.zeros(len(neurons) + 1), plain)
            else:
                described[name] = firsts[0]
        if counted:
            write_counts(events, len(neurons), counted, plain)
        if described:
            self._write_described(recording, starts, neurons, described, plain)

    def _blocks(self, n_neurons: int) -> list[Block]:
        """Return all blocks of columns in order."""
        blocks, end = [], 0
        for name in self.names:
            n_values = len(value_names(name, self.options))
            for label, part in value_groups(name, self.options).items():
                start, end = end, end + n_neurons * len(range(n_values)[part])
                blocks.append(Block(name, label, slice(start, end)))
        return blocks

    def _firsts(self, n_neurons: int) -> dict[str, list[int]]:
        """Return the first column of each block of each feature."""
        blocks = self._blocks(n_neurons)
        return {name: [block.columns.start for block in blocks if block.name == name] for name in self.names}

    def _write_described(
        self,
        recording: Recording,
        starts: NDArray[np.int64],
        neurons: NDArray[np.int64],
        firsts: dict[str, int],
        rows: NDArray[np.float32],
    ) -> None:
        """Write features with one value a neuron, which need its train, a few trials at a time."""
        together = [name for name in firsts if name in PLACES]
        options = self.options
        for some, trains in trains_of(recording, starts, neurons):
            found = described(trains, *together, n_bins=options.n_bins, max_isi=options.max_isi)
            for name, first in firsts.items():
                values = found[name] if name in found else FEATURES[name](trains, options)
                rows[some, first : first + len(neurons)] = values.reshape(-1, len(neurons))


def write_counts(events: Events, n_neurons: int, wanted: list[tuple[int, int]], rows: NDArray[np.float32]) -> None:
    """Write counts in numbers of bins, each of them to the columns from the one that stands beside it."""
    finest = finest_scales([n_bins for n_bins, _ in wanted])
    for most in dict.fromkeys(finest.values()):
        scales, firsts = np.array([entry for entry in wanted if finest[entry[0]] == most]).T.copy()
        counts, sums = (np.zeros((*shape, n_neurons + 1), dtype=np.int32) for shape in ((most,), ()))
        count_trials(*events, scales, firsts, counts, sums, rows)


def arrays_by_trial(n_trials: int, n_neurons: int) -> dict[str, NDArray[Any]]:
    """Return arrays of shape (n_trials, n_neurons) for the features of :func:`extract_features`, by name."""
    return {name: np.empty((n_trials, n_neurons), dtype=PLACES[name].dtype) for name in EXTRACTED}


def extract_by_trial(
    recording: Recording, starts: NDArray[np.int64], neurons: NDArray[np.int64], arrays: dict[str, NDArray[Any]]
) -> None:
    """Write what :func:`extract_features` gives of each trial to its row of each array."""
    for some, trains in trains_of(recording, starts, neurons):
        for name, values in extract_features(trains).items():
            own = arrays[name][some]
            own[:] = values.reshape(own.shape)


def trains_of(
    recording: Recording, starts: NDArray[np.int64], neurons: NDArray[np.int64]
) -> Iterator[tuple[slice, SpikeTrains]]:
    """Yield successive trials, a few at a time, with the trains of the given neurons in them."""
    for some in pieces(recording.offsets[starts]):
        yield some, recording.trains_by_trial(starts[some.start : some.stop + 1], neurons)


def pieces(ends: NDArray[np.int64]) -> Iterator[slice]:
    """Yield slices of successive trials that have about ``SPIKES_AT_ONCE`` spikes, of which ``ends`` are the sums."""
    start = 0
    while start < len(ends) - 1:
        stop = max(start + 1, int(np.searchsorted(ends, ends[start] + SPIKES_AT_ONCE, side="right")) - 1)
        yield slice(start, stop)
        start = stop
