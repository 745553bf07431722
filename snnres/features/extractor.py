"""Chosen features of the trials of a recording, a row each: what readouts are fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..recording import Recording
from ..recording.spikes import check_bounds
from ..validation import check_int, check_neurons, check_rows_out, check_type, freeze
from .tables import FEATURES, FeatureOptions, check_feature_names, value_groups, value_names


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
        n_neurons = check_int("n_neurons", n_neurons, 0)
        found, end = {}, 0
        for name in self.names:
            n_values = len(value_names(name, self.options))
            for label, part in value_groups(name, self.options).items():
                start, end = end, end + n_neurons * len(range(n_values)[part])
                found[f"{name} {label}".strip()] = slice(start, end)
        return found

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
        trains = recording.trains_by_trial(starts, neurons)
        columns = self.columns(len(neurons))
        for name in self.names:
            values = FEATURES[name](trains, self.options).reshape(len(rows), len(neurons), -1)
            for label, part in value_groups(name, self.options).items():
                rows[:, columns[f"{name} {label}".strip()]] = values[:, :, part].reshape(len(rows), -1)
