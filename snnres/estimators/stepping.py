"""A reservoir that follows a series: delay embedding, network and filtered spikes, all in one state."""

from __future__ import annotations

import copy
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..network import SNN
from ..recording import Recording
from ..validation import check_finite, check_int, check_real, refuse

Float64Array = NDArray[np.float64]

# Steps of the series simulated at a time, which bounds the memory of a run.
BLOCK = 256


def embedded(rows: Float64Array, past: Float64Array) -> Float64Array:
    """Return for each row itself and the ``len(past)`` rows before it, newest first, side by side."""
    lags = len(past) + 1
    whole = np.concatenate([past, rows])
    return np.hstack([whole[lags - 1 - lag : len(whole) - lag] for lag in range(lags)])


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


class SeriesRun:
    """A copy of a network on its way through a series; in one piece or step by step, its readings are the same bits.

    It begins with the network's potentials of construction, no spikes behind it, and, once it sees the first step of
    the series, with a past in which the series stood at that value.
    """

    def __init__(self, network: SNN, *, lags: int, hold: int, taus: tuple[float, ...]) -> None:
        self.network = network.copy()
        self.network.reset()
        self.lags = lags
        self.hold = hold
        # In steps of the network.
        self.taus = [tau * hold for tau in taus]
        self.traces = np.zeros((len(taus), network.num_neurons))
        self.past: Float64Array | None = None

    def copy(self) -> Self:
        """Return an independent run in the same state."""
        return copy.deepcopy(self)

    def state(self) -> dict[str, Any]:
        """Return all that decides how the run goes on."""
        return dict(vars(self))

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Return the run of a :meth:`state`."""
        network, taus = state["network"], state["taus"]
        if not isinstance(network, SNN):
            raise refuse("run_.network", "a network", network, TypeError)
        run = cls(network, lags=check_int("run_.lags", state["lags"], 1), hold=1, taus=())
        run.network, run.hold = network, check_int("run_.hold", state["hold"], 1)
        run.taus = [check_real("run_.taus", tau, above=0) for tau in taus]
        run.traces, run.past = state["traces"], state["past"]
        if run.traces.shape != (len(taus), network.num_neurons):
            raise refuse("run_.traces", f"of shape ({len(taus)}, {network.num_neurons})", run.traces)
        if run.past is not None and (run.past.ndim != 2 or len(run.past) != run.lags - 1):
            raise refuse("run_.past", f"{run.lags - 1} rows", run.past)
        for part in (run.traces, run.past):
            if part is not None:
                check_finite("run_", part)
        return run

    def embed(self, rows: Float64Array) -> Float64Array:
        """Return the channels by which rows drive the network, and move on past them."""
        past = np.repeat(rows[:1], self.lags - 1, axis=0) if self.past is None else self.past
        self.past = np.concatenate([past, rows])[len(rows) :]
        return embedded(rows, past)

    def advance(self, rows: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Follow rows (n_steps, n_channels); return channels and traces, (n_steps, ...), at the end of each."""
        channels = self.embed(rows)
        starts = range(BLOCK, len(channels), BLOCK)
        return channels, np.concatenate([self._simulate(block) for block in np.split(channels, starts)])

    def _simulate(self, channels: Float64Array) -> Float64Array:
        """Return the traces of all neurons, one time constant after the other."""
        self.network.set_input_currents(channels.T, self.hold)
        self.network.simulate(trace_tau=None)
        readings = [
            traces_by_step(self.network.recording, self.hold, tau, start)
            for tau, start in zip(self.taus, self.traces, strict=True)
        ]
        self.traces = np.stack([traces[-1] for traces in readings])
        return np.hstack(readings)
