"""What a run returns: spikes as sorted events, from which dense views are made on request."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .kernels.events import count_by_trial, fill_dense, place_by_trial
from .validation import check_binary, check_int, check_neurons


@dataclass(frozen=True, eq=False)
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
    """

    indptr: NDArray[np.int64]
    times: NDArray[np.int64]
    n_steps: int | NDArray[np.int64]

    @property
    def n_trains(self) -> int:
        """Number of trains, silent ones included."""
        return len(self.indptr) - 1

    def lists(self) -> list[list[int]]:
        """Return the spike times as one list a train."""
        return [part.tolist() for part in np.split(self.times, self.indptr[1:-1])]


@dataclass(frozen=True, eq=False)
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

    @classmethod
    def from_dense(cls, spikes: ArrayLike) -> "Recording":
        """Return the recording of a 0/1 matrix of shape (n_steps, n_neurons)."""
        matrix = check_binary("spikes", spikes)
        steps, neurons = np.nonzero(matrix)
        offsets = np.searchsorted(steps, np.arange(matrix.shape[0] + 1)).astype(np.int64)
        return cls(offsets, neurons.astype(np.uint32), matrix.shape[1])

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
        return replace(self.trains_by_trial(np.array([0, self.n_steps]), neurons), n_steps=self.n_steps)

    def trains_by_trial(self, starts: NDArray[np.int64], neurons: ArrayLike | None = None) -> SpikeTrains:
        """Return the trains of the given neurons, trial after trial, of which k has steps [starts[k], starts[k+1])."""
        column, n_columns = self._columns(neurons)
        spikes = (starts, self.offsets, self.neurons, column, n_columns)
        indptr = np.zeros((len(starts) - 1) * n_columns + 1, dtype=np.int64)
        count_by_trial(*spikes, indptr)
        np.cumsum(indptr, out=indptr)
        times = np.empty(indptr[-1], dtype=np.int64)
        place_by_trial(*spikes, indptr[:-1].copy(), times)
        return SpikeTrains(indptr, times, np.repeat(np.diff(starts), n_columns))

    def window(self, start: int, stop: int) -> "Recording":
        """Return the steps [start, stop) as a recording whose times count from 0."""
        check_int("start", start, 0, self.n_steps)
        check_int("stop", stop, start, self.n_steps)
        begin, end = self.offsets[start], self.offsets[stop]
        return Recording(self.offsets[start : stop + 1] - begin, self.neurons[begin:end], self.n_neurons)

    def _columns(self, neurons: ArrayLike | None) -> tuple[NDArray[np.int32], int]:
        """Return the column of each neuron, -1 where it is left out, and the number of columns."""
        if neurons is None:
            return np.arange(self.n_neurons, dtype=np.int32), self.n_neurons
        chosen = check_neurons("neurons", neurons, self.n_neurons)
        column = np.full(self.n_neurons, -1, dtype=np.int32)
        column[chosen] = np.arange(len(chosen), dtype=np.int32)
        return column, len(chosen)
