"""A reservoir that follows a series: delay embedding, network and filtered spikes, all in one state."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..network import SNN
from ..network.series import TraceRun
from ..validation import check_finite, check_int, check_real, refuse

Float64Array = NDArray[np.float64]


def embedded(rows: Float64Array, past: Float64Array) -> Float64Array:
    """Return for each row itself and the ``len(past)`` rows before it, newest first, side by side."""
    lags = len(past) + 1
    whole = np.concatenate([past, rows])
    return np.hstack([whole[lags - 1 - lag : len(whole) - lag] for lag in range(lags)])


class SeriesRun(TraceRun):
    """A run that sends the latest steps of the series into the network side by side.

    Once it sees the first step of the series, it begins with a past in which the series stood at that value.
    """

    def __init__(self, network: SNN, *, lags: int, hold: int, taus: tuple[float, ...]) -> None:
        super().__init__(network, hold=hold, taus=taus)
        self.lags = lags
        self.past: Float64Array | None = None

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
        return channels, self.follow(channels)
