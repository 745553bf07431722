"""Several values a train, in the order of time: what linear readouts need."""

from __future__ import annotations

import numpy as np

from ..validation import check_real
from .trains import Spikes, Values, as_trains, check_count, owner_of, sums


def binned_counts(spikes: Spikes, *, n_bins: int = 10) -> Values:
    """Return (n_trains, n_bins): the spikes in each time bin, a spike at step t in bin ``t * n_bins // n_steps``."""
    trains = as_trains(spikes)
    n_bins = check_count("n_bins", n_bins, trains.n_trains)
    owner = owner_of(trains)
    steps = np.broadcast_to(trains.n_steps, trains.n_trains)[owner]
    flat = np.bincount(owner * n_bins + trains.times * n_bins // steps, minlength=trains.n_trains * n_bins)
    return flat.reshape(trains.n_trains, n_bins)


def filtered_traces(spikes: Spikes, *, tau: float = 20.0, n_points: int = 10) -> Values:
    """Return (n_trains, n_points): the exponentially filtered train at the ends of equal stretches of time.

    At the end of step s the trace is the sum of ``exp(-(s - t) / tau)`` over the spikes at t <= s; point j of m is read
    at the end of step ``ceil((j + 1) * n_steps / m) - 1``.

    Parameters
    ----------
    spikes : Recording, SpikeTrains or array_like of shape (n_steps, n_neurons)
        What to filter.
    tau : float, default 20.0
        Time constant in steps, > 0.
    n_points : int, default 10
        Times at which to read the trace.

    Examples
    --------
    >>> filtered_traces([[1], [0], [0], [0]], tau=1.0, n_points=2).round(3).tolist()
    [[0.368, 0.05]]
    """
    tau = check_real("tau", tau, above=0)
    trains = as_trains(spikes)
    n_points = check_count("n_points", n_points, trains.n_trains)
    owner = owner_of(trains)
    n_steps = np.broadcast_to(np.asarray(trains.n_steps), trains.n_trains)
    read = -(-np.arange(1, n_points + 1) * n_steps[:, None] // n_points) - 1
    # The first point whose time is at or after a spike's.
    point = trains.times * n_points // np.maximum(n_steps[owner], 1)
    weight = np.exp((trains.times - read[owner, point]) / tau)
    traces = sums(owner * n_points + point, weight, trains.n_trains * n_points).reshape(trains.n_trains, n_points)
    decay = np.exp(-np.diff(read, axis=1) / tau)
    for j in range(1, n_points):
        traces[:, j] += traces[:, j - 1] * decay[:, j - 1]
    return traces
