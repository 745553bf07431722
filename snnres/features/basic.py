"""Counts, times and intervals of spikes, one value a train."""

from __future__ import annotations

import numpy as np

from .described import described, one_described
from .trains import Spikes, Values, as_trains


def spike_counts(spikes: Spikes) -> Values:
    """Return the number of spikes, int64.

    Examples
    --------
    >>> spike_counts([[1, 0], [0, 0], [1, 0]]).tolist()
    [2, 0]
    """
    return described(spikes, "spike_counts")["spike_counts"]


def spike_rates(spikes: Spikes) -> Values:
    """Return spikes per step, 0 where there are no steps."""
    return described(spikes, "spike_rates")["spike_rates"]


def spike_variances(spikes: Spikes) -> Values:
    """Return the variance (ddof 0) of the 0/1 train: ``rate - rate ** 2``."""
    return described(spikes, "spike_variances")["spike_variances"]


def mean_spike_times(spikes: Spikes, *, missing: float = -1.0) -> Values:
    """Return the mean step of the spikes; undefined for a silent train."""
    return one_described(spikes, "mean_spike_times", missing=missing)


def first_spike_times(spikes: Spikes, *, missing: float = -1) -> Values:
    """Return the step of the first spike; undefined for a silent train."""
    return one_described(spikes, "first_spike_times", missing=missing)


def last_spike_times(spikes: Spikes, *, missing: float = -1) -> Values:
    """Return the step of the last spike; undefined for a silent train."""
    return one_described(spikes, "last_spike_times", missing=missing)


def mean_isi(spikes: Spikes, *, missing: float = -1.0) -> Values:
    """Return the mean ISI; undefined under 2 spikes."""
    return one_described(spikes, "mean_isi", missing=missing)


def isi_variances(spikes: Spikes, *, missing: float = -1.0) -> Values:
    """Return the variance (ddof 0) of the ISIs; undefined under 2 spikes."""
    return one_described(spikes, "isi_variances", missing=missing)


def pooled_mean_isi(spikes: Spikes) -> float:
    """Return the mean of the ISIs of all trains together, NaN where there are none."""
    trains = as_trains(spikes)
    counts = np.diff(trains.indptr)
    several = counts > 1
    if not several.any():
        return float("nan")
    first, last = trains.times[trains.indptr[:-1][several]], trains.times[trains.indptr[1:][several] - 1]
    return float((last - first).sum() / (counts[several] - 1).sum())


def burst_counts(spikes: Spikes, *, max_isi: int = 1) -> Values:
    """Return the number of runs of spikes no further apart than ``max_isi`` steps.

    With the default only spikes in successive steps share a burst; as a refractory period of 1 step already forbids
    them, that equals the spike count of a simulated neuron. Raise ``max_isi`` to see bursts.

    Examples
    --------
    >>> burst_counts([[1], [0], [1], [0], [0], [1]], max_isi=2).tolist()
    [2]
    """
    return described(spikes, "burst_counts", max_isi=max_isi)["burst_counts"]
