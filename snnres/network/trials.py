"""Trials: checked as they come in, laid out one after the other for the kernels, and taken apart again."""

import itertools
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..kernels.drives import SpikeDrive
from ..kernels.model import Drive
from ..kernels.turn import turn_bytes
from ..parts.clamp import Clamp, Clamps, check_clamp, clamp_drive
from ..recording import Recording, SpikeTrains
from ..validation import check_input, check_potentials, refuse
from .drive import InputWeights, check_currents, check_hold, require
from .network import Network


class Stretch(NamedTuple):
    """Some successive trials as the kernels take them.

    On one time axis trial k has the steps ``starts[k]`` to ``starts[k + 1]``; its input, which may be shorter or
    longer, has the steps ``rows[k]`` to ``rows[k + 1]`` of the drive.
    """

    starts: NDArray[np.int64]
    rows: NDArray[np.int64]
    drive: Drive


class Trials(NamedTuple):
    """Checked inputs of a batch, a (n_rows, n_steps_k) array a trial; None for a kind of input that is not there.

    Arrays of the caller are kept, not copied, so that a batch needs no second memory for its input. ``lengths`` are
    the steps of the input; each spike adds ``amplitude``, each column of the currents lasts ``hold`` steps. ``clamps``
    has an entry a trial.
    """

    spikes: list[NDArray[Any]] | None
    currents: list[NDArray[Any]] | None
    input_weights: InputWeights | None
    amplitude: float
    hold: int
    lengths: NDArray[np.int64]
    durations: NDArray[np.int64]
    clamps: list[Clamp | None]

    def part(self, first: int, last: int) -> "Trials":
        """Return the trials ``first`` to ``last``, without input weights, which a network has."""
        spikes, currents = (None if given is None else given[first:last] for given in (self.spikes, self.currents))
        return self._replace(
            spikes=spikes,
            currents=currents,
            input_weights=None,
            lengths=self.lengths[first:last],
            durations=self.durations[first:last],
            clamps=self.clamps[first:last],
        )

    def stretch(self, first: int, last: int) -> Stretch:
        """Return the trials ``first`` to ``last``."""
        starts, rows = (np.append(0, np.cumsum(steps[first:last])) for steps in (self.durations, self.lengths))
        spikes = currents = None
        if self.spikes is not None:
            spikes = SpikeDrive(spikes_by_step(self.spikes[first:last], rows), np.float32(self.amplitude))
        if self.currents is not None:
            signal = currents_by_step(self.currents[first:last])
            currents = require(self.input_weights).drive(signal, self.hold)
        clamp = clamp_drive(self.clamps[first:last], self.durations[first:last])
        return Stretch(starts, rows, Drive(spikes, currents, clamp))

    def mean_of_ones(self) -> float:
        """Return the fraction of ones in the spikes of all trials, 0.0 without spikes."""
        size = sum(trial.size for trial in self.spikes or ())
        return float(sum(np.count_nonzero(trial) for trial in self.spikes or ()) / size) if size else 0.0


class Chunk(NamedTuple):
    """What some successive trials on one time axis gave; trial k has the steps ``starts[k]`` to ``starts[k + 1]``."""

    starts: NDArray[np.int64]
    recording: Recording

    def recordings(self) -> list[Recording]:
        """Return one recording a trial, each with memory of its own."""
        windows = (self.recording.window(*bounds) for bounds in itertools.pairwise(self.starts.tolist()))
        return [
            Recording.trusted(window.offsets, window.neurons.copy(), window.n_neurons, window.variables)
            for window in windows
        ]

    def outputs(self, neurons: NDArray[np.int64]) -> list[NDArray[np.int8]]:
        """Return (n_steps_k, n) 0/1 of the given neurons for each trial."""
        return np.split(self.recording.to_dense(neurons), self.starts[1:-1])

    def trains(self, neurons: NDArray[np.int64]) -> SpikeTrains:
        """Return the trains of the given neurons, trial after trial."""
        return self.recording.trains_by_trial(self.starts, neurons)


def spikes_by_step(trials: list[NDArray[Any]], rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return (n_steps, n_rows) of trials of shape (n_rows, n_steps_k) that follow one another in time.

    In the kernels' own order, since reading a step across the rows of a trial took longer than turning it once.
    """
    steps = np.empty((rows[-1], trials[0].shape[0]), dtype=np.uint8)
    for (start, stop), trial in zip(itertools.pairwise(rows), trials, strict=True):
        turn_bytes(np.ascontiguousarray(trial, dtype=np.uint8), steps[start:stop])
    return steps


def currents_by_step(trials: list[NDArray[Any]]) -> NDArray[np.float32]:
    """Return (n_steps, n_channels) of trials of shape (n_channels, n_steps_k), likewise."""
    return np.concatenate([trial.T for trial in trials], dtype=np.float32)


def check_trials(
    inputs: Any, currents: Any, hold: int, clamp: Clamps, network: Network, amplitude: float, duration: int | None
) -> Trials:
    """Return checked trials of spikes, of currents, or of both; ``duration`` None for each trial's own."""
    hold = check_hold(hold)
    if inputs is None and currents is None:
        raise ValueError("inputs or currents must be given. Got neither instead.")
    spikes = values = None
    if inputs is not None:
        spikes = [
            kept(trial, check_input(name, trial, network.n_neurons)) for name, trial in named_trials("inputs", inputs)
        ]
        heights = sorted({len(trial) for trial in spikes})
        if len(heights) > 1:
            raise ValueError(f"inputs must have the same number of rows in every trial. Got {heights} instead.")
    if currents is not None:
        n_channels = require(network.input_weights).n_channels
        values = [
            kept(trial, check_currents(name, trial, n_channels)) for name, trial in named_trials("currents", currents)
        ]
        check_hold(hold, max(trial.shape[1] for trial in values))
    lengths = [
        [trial.shape[1] * steps for trial in given]
        for given, steps in ((spikes, 1), (values, hold))
        if given is not None
    ]
    if lengths[0] != lengths[-1]:
        raise ValueError("inputs and currents must have the same trials with the same numbers of steps.")
    own = np.array(lengths[0], dtype=np.int64)
    durations = own if duration is None else np.full_like(own, duration)
    if (durations == 0).any():
        empty = int(np.argmin(durations))
        raise ValueError(f"every trial must have at least one step. Got 0 in trial {empty} instead.")
    clamps = check_clamps(clamp, network.n_neurons, durations)
    return Trials(spikes, values, network.input_weights, amplitude, hold, own, durations, clamps)


def check_clamps(value: Clamps, n_neurons: int, durations: NDArray[np.int64]) -> list[Clamp | None]:
    """Return a clamp, or None, for each trial: one for all, or a list with each one's own."""
    several = isinstance(value, (list, tuple))
    clamps: list[Any] = list(value) if isinstance(value, (list, tuple)) else [value] * len(durations)
    if len(clamps) != len(durations):
        raise ValueError(f"clamp must have an entry for each of {len(durations)} trials. Got {len(clamps)} instead.")
    for k, (clamp, n_steps) in enumerate(zip(clamps, durations.tolist(), strict=True)):
        name = f"clamp[{k}]" if several else "clamp"
        check_clamp(name, clamp, n_neurons)
        if clamp is not None:
            clamp.check_steps(name, n_steps)
    return clamps


def named_trials(name: str, value: Any) -> list[tuple[str, Any]]:
    """Return each trial with its name for messages, from a list of 2-D arrays or one 3-D array."""
    if not (isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim == 3)):
        rule = "an array (n_trials, n_rows, n_steps) or a list of arrays (n_rows, n_steps_k)"
        raise refuse(name, rule, value, TypeError)
    if len(value) == 0:
        raise ValueError(f"{name} must hold at least one trial. Got none instead.")
    return [(f"{name}[{k}]", trial) for k, trial in enumerate(value)]


def kept(trial: Any, checked: NDArray[Any]) -> NDArray[Any]:
    """Return the caller's own array, or the checked copy of what is none."""
    return trial if isinstance(trial, np.ndarray) else checked


def check_start(potentials: ArrayLike | None, initial: NDArray[np.float32], n_trials: int) -> NDArray[np.float32]:
    """Return potentials at the start, ``initial`` if None are given: (1, n) for all trials or (n_trials, n)."""
    if potentials is None:
        return initial[None]
    try:
        array = np.asarray(potentials)
    except ValueError:
        raise refuse("potentials", "an array (num_neurons,) or (n_trials, num_neurons)", potentials) from None
    if array.ndim != 2:
        return check_potentials("potentials", array, len(initial))[None]
    if len(array) != n_trials:
        raise ValueError(f"potentials must have a row for each of {n_trials} trials. Got {len(array)} instead.")
    return np.stack([check_potentials(f"potentials[{k}]", row, len(initial)) for k, row in enumerate(array)])
