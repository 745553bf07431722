"""Spikes as sorted events, from which dense views are made on request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..kernels.events import count_by_trial, fill_dense, place_by_trial
from ..markup import html_lines, raster_svg, thinned
from ..validation import INT32_MAX, check_binary, check_int, check_integers, check_neurons, check_type, refuse
from .memory import read_only
from .variables import NOTHING_MONITORED, StateVariables


def check_bounds(name: str, value: Any, n_entries: int) -> NDArray[np.int64]:
    """Return fresh bounds of successive groups of ``n_entries``: from 0 on, never descending, to their number."""
    bounds = check_integers(name, value)
    if bounds.size == 0 or bounds[0] != 0 or bounds[-1] != n_entries or (np.diff(bounds) < 0).any():
        raise ValueError(f"{name} must begin with 0, never descend and end with {n_entries}. Got {bounds} instead.")
    return bounds


def check_entries(name: str, entries: NDArray[np.int64], bounds: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
    """Refuse entries outside [0, end) of their group, or not ascending within it."""
    group = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    outside = (entries < 0) | (entries >= ends[group])
    if outside.any():
        end = ends[group][outside][0]
        raise ValueError(f"{name} must lie in [0, {end}). Got {entries[outside][0]} instead.")
    if ((np.diff(entries) <= 0) & (np.diff(group) == 0)).any():
        raise refuse(name, "ascending between two bounds, none twice", entries)


@dataclass(frozen=True, eq=False, repr=False)
class SpikeTrains:
    """Spike times train by train: what features are computed from.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n_trains + 1,)
        ``times[indptr[i]:indptr[i + 1]]`` are the spikes of train i.
    times : ndarray of int64
        Steps, ascending within a train.
    n_steps : int or ndarray of int64, shape (n_trains,)
        Steps of every train, or of each.

    Raises
    ------
    TypeError, ValueError
        If bounds, times and steps do not belong together.

    Notes
    -----
    The arrays are copied and cannot be written to.
    """

    indptr: NDArray[np.int64]
    times: NDArray[np.int64]
    n_steps: int | NDArray[np.int64]

    def __post_init__(self) -> None:
        times = check_integers("times", self.times)
        indptr = check_bounds("indptr", self.indptr, len(times))
        n_trains = len(indptr) - 1
        if np.ndim(self.n_steps):
            n_steps: Any = check_integers("n_steps", self.n_steps)
            if n_steps.shape != (n_trains,) or (n_steps < 0).any():
                raise refuse("n_steps", f"a number or {n_trains} numbers of steps, >= 0", self.n_steps)
        else:
            n_steps = check_int("n_steps", self.n_steps, 0)
        check_entries("times", times, indptr, np.broadcast_to(n_steps, n_trains))
        self._take(indptr, times, n_steps)

    def _take(self, indptr: NDArray[np.int64], times: NDArray[np.int64], n_steps: int | NDArray[np.int64]) -> None:
        values = {
            "indptr": read_only(indptr),
            "times": read_only(times),
            "n_steps": n_steps if isinstance(n_steps, int) else read_only(n_steps),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @classmethod
    def trusted(cls, indptr: NDArray[np.int64], times: NDArray[np.int64], n_steps: int | NDArray[np.int64]) -> Self:
        """Return the trains of arrays that are known to be right and are written to no more: no check, no copy."""
        trains = object.__new__(cls)
        trains._take(indptr, times, n_steps)
        return trains

    def __repr__(self) -> str:
        """Return one line."""
        steps = np.unique(self.n_steps)
        each = "no" if steps.size == 0 else f"{steps[0]}" if steps.size == 1 else f"{steps[0]} to {steps[-1]}"
        return f"<SpikeTrains: {self.n_trains} trains of {each} steps, {len(self.times)} spikes>"

    def _repr_html_(self) -> str:
        """Return the line and a raster as a notebook shows them."""
        rows, times = thinned(self.indptr, self.times)
        n_steps = int(np.max(self.n_steps, initial=0))
        return html_lines(repr(self)) + raster_svg(times, rows, n_steps, self.n_trains, "trains", len(self.times))

    @property
    def n_trains(self) -> int:
        """Number of trains, silent ones included."""
        return len(self.indptr) - 1

    def lists(self) -> list[list[int]]:
        """Return the spike times as one list a train."""
        return [part.tolist() for part in np.split(self.times, self.indptr[1:-1])]


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """Spikes of a run, sorted by step and then by neuron: memory in proportion to the spikes.

    Parameters
    ----------
    offsets : ndarray of int64, shape (n_steps + 1,)
        ``neurons[offsets[t]:offsets[t + 1]]`` fired at step t.
    neurons : ndarray of uint32
        Indices, ascending within a step.
    n_neurons : int
        Neurons recorded, silent ones included.
    variables : StateVariables, optional
        What a :class:`StateMonitor` took down in the same steps; empty without one.

    Raises
    ------
    TypeError, ValueError
        If offsets, neurons and variables do not belong together.

    Notes
    -----
    The arrays are copied and cannot be written to.

    Examples
    --------
    >>> import numpy as np
    >>> recording = Recording.from_dense(np.array([[0, 1], [1, 1]]))
    >>> recording.times.tolist(), recording.neurons.tolist()
    ([0, 1, 1], [1, 0, 1])
    """

    offsets: NDArray[np.int64]
    neurons: NDArray[np.uint32]
    n_neurons: int
    variables: StateVariables = NOTHING_MONITORED

    def __post_init__(self) -> None:
        n_neurons = check_int("n_neurons", self.n_neurons, 0, INT32_MAX)
        neurons = check_integers("neurons", self.neurons)
        offsets = check_bounds("offsets", self.offsets, len(neurons))
        check_entries("neurons", neurons, offsets, np.broadcast_to(n_neurons, len(offsets) - 1))
        check_type("variables", self.variables, StateVariables)
        for name, indices, end in (
            ("steps", self.variables.steps, len(offsets) - 1),
            ("neurons", self.variables.neurons, n_neurons),
        ):
            if indices.max(initial=-1) >= end:
                raise ValueError(f"variables.{name} must lie in [0, {end}). Got {indices.max()} instead.")
        self._take(offsets, neurons.astype(np.uint32), n_neurons, self.variables)

    def _take(
        self,
        offsets: NDArray[np.int64],
        neurons: NDArray[np.uint32],
        n_neurons: int,
        variables: StateVariables,
    ) -> None:
        values = {
            "offsets": read_only(offsets),
            "neurons": read_only(neurons),
            "n_neurons": n_neurons,
            "variables": variables,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @classmethod
    def trusted(
        cls,
        offsets: NDArray[np.int64],
        neurons: NDArray[np.uint32],
        n_neurons: int,
        variables: StateVariables = NOTHING_MONITORED,
    ) -> Recording:
        """Return the recording of arrays that are known to be right and are written to no more: no check, no copy."""
        recording = object.__new__(cls)
        recording._take(offsets, neurons, n_neurons, variables)
        return recording

    @classmethod
    def from_dense(cls, spikes: ArrayLike) -> Recording:
        """Return the recording of a 0/1 matrix of shape (n_steps, n_neurons)."""
        matrix = check_binary("spikes", spikes)
        steps, neurons = np.nonzero(matrix)
        offsets = np.searchsorted(steps, np.arange(matrix.shape[0] + 1)).astype(np.int64)
        return cls.trusted(offsets, neurons.astype(np.uint32), matrix.shape[1])

    def __repr__(self) -> str:
        """Return one line."""
        monitored = f", {self.variables.summary()}" if self.variables else ""
        return f"<Recording: {self.n_steps} steps, {self.n_neurons} neurons, {self.n_spikes} spikes{monitored}>"

    def _repr_html_(self) -> str:
        """Return the line and a raster as a notebook shows them."""
        times, rows = thinned(self.offsets, self.neurons)
        return html_lines(repr(self)) + raster_svg(times, rows, self.n_steps, self.n_neurons, "neurons", self.n_spikes)

    @property
    def n_steps(self) -> int:
        """Steps recorded."""
        return len(self.offsets) - 1

    @property
    def n_spikes(self) -> int:
        """Spikes of all neurons."""
        return len(self.neurons)

    @property
    def times(self) -> NDArray[np.int64]:
        """Step of each spike, beside ``neurons``."""
        return np.repeat(np.arange(self.n_steps), np.diff(self.offsets))

    def to_dense(self, neurons: ArrayLike | None = None) -> NDArray[np.int8]:
        """Return a (n_steps, n) 0/1 matrix, int8, of the given neurons in their order, or of all."""
        column, n_columns = self._columns(neurons)
        dense = np.zeros((self.n_steps, n_columns), dtype=np.int8)
        fill_dense(self.offsets, self.neurons, column, dense)
        return dense

    def trains(self, neurons: ArrayLike | None = None) -> SpikeTrains:
        """Return the spike trains of the given neurons in their order, or of all."""
        return SpikeTrains.trusted(*self._by_trial(np.array([0, self.n_steps]), neurons), self.n_steps)

    def trains_by_trial(self, starts: NDArray[np.int64], neurons: ArrayLike | None = None) -> SpikeTrains:
        """Return the trains of the given neurons, trial after trial, of which k has steps [starts[k], starts[k+1])."""
        indptr, times = self._by_trial(starts, neurons)
        n_steps = np.diff(starts)
        return SpikeTrains.trusted(indptr, times, np.repeat(n_steps, (len(indptr) - 1) // len(n_steps)))

    def _by_trial(
        self, starts: NDArray[np.int64], neurons: ArrayLike | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the bounds of the trains, trial after trial, and the times within each."""
        column, n_columns = self._columns(neurons)
        spikes = (starts, self.offsets, self.neurons, column, n_columns)
        indptr = np.zeros((len(starts) - 1) * n_columns + 1, dtype=np.int64)
        count_by_trial(*spikes, indptr)
        np.cumsum(indptr, out=indptr)
        times = np.empty(indptr[-1], dtype=np.int64)
        place_by_trial(*spikes, indptr[:-1].copy(), times)
        return indptr, times

    def window(self, start: int, stop: int) -> Recording:
        """Return the steps [start, stop) as a recording whose times count from 0."""
        start = check_int("start", start, 0, self.n_steps)
        stop = check_int("stop", stop, start, self.n_steps)
        begin, end = self.offsets[start], self.offsets[stop]
        offsets, variables = self.offsets[start : stop + 1] - begin, self.variables.window(start, stop)
        return Recording.trusted(offsets, self.neurons[begin:end], self.n_neurons, variables)

    def _columns(self, neurons: ArrayLike | None) -> tuple[NDArray[np.int32], int]:
        """Return the column of each neuron, -1 where it is left out, and the number of columns."""
        if neurons is None:
            return np.arange(self.n_neurons, dtype=np.int32), self.n_neurons
        chosen = check_neurons("neurons", neurons, self.n_neurons)
        column = np.full(self.n_neurons, -1, dtype=np.int32)
        column[chosen] = np.arange(len(chosen), dtype=np.int32)
        return column, len(chosen)
