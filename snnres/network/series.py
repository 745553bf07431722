"""A network that follows a series: currents in, filtered spikes out at the end of each step of the series."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..progress import Progress, reporter
from ..recording import Recording
from .snn import SNN

Float64Array = NDArray[np.float64]

# Steps of the series simulated at a time, which bounds the memory of a run.
BLOCK = 256


def traces_by_step(recording: Recording, hold: int, tau: float, start: Float64Array) -> Float64Array:
    """Return the filtered spikes at the end of every ``hold`` steps, (n_steps // hold, n_neurons).

    A spike adds 1 and decays by ``exp(-1 / tau)`` in each later step; ``start`` are the traces before the first step.
    """
    n_rows, n_neurons = recording.n_steps // hold, recording.n_neurons
    row, step = np.divmod(recording.times, hold)
    fresh = np.bincount(
        row * n_neurons + recording.neurons,
        weights=np.exp((step - (hold - 1)) / tau),
        minlength=n_rows * n_neurons,
    )
    # Without spikes they would be integers.
    traces = fresh.reshape(n_rows, n_neurons).astype(np.float64)
    decay = np.exp(-hold / tau)
    traces[0] += start * decay
    for k in range(1, n_rows):
        traces[k] += traces[k - 1] * decay
    return traces


class TraceRun:
    """A copy of a network on its way through a series; in one piece or step by step, its traces are the same bits.

    It begins with the network's potentials of construction and no spikes behind it. ``taus`` are in steps of the
    series, each of which lasts ``hold`` steps of the network. The input that is set has no part in it, nor has a clamp.
    """

    def __init__(self, network: SNN, *, hold: int, taus: Sequence[float]) -> None:
        self.network = network.copy()
        self.network.set_clamp(None)
        self.network.reset()
        self.hold = hold
        # In steps of the network.
        self.taus = [tau * hold for tau in taus]
        self.traces = np.zeros((len(taus), network.num_neurons))

    def copy(self) -> Self:
        """Return an independent run in the same state."""
        return copy.deepcopy(self)

    def follow(self, channels: Float64Array, *, progress: Progress = False) -> Float64Array:
        """Return the traces of all neurons, one time constant after the other, at the end of each row of channels."""
        starts = range(BLOCK, len(channels), BLOCK)
        blocks = []
        with reporter(progress, "follow", len(channels)) as report:
            for block in np.split(channels, starts):
                blocks.append(self._simulate(block))
                report(min(BLOCK * len(blocks), len(channels)))
        return np.concatenate(blocks)

    def _simulate(self, channels: Float64Array) -> Float64Array:
        self.network.set_input_currents(channels.T, self.hold)
        self.network.simulate(trace_tau=None)
        readings = [
            traces_by_step(self.network.recording, self.hold, tau, start)
            for tau, start in zip(self.taus, self.traces, strict=True)
        ]
        self.traces = np.stack([traces[-1] for traces in readings])
        return np.hstack(readings)
