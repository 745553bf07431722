"""Counts, times and intervals of spikes, one value a train."""

from __future__ import annotations

import numpy as np

from ..kernels.trains import count_short_intervals
from ..validation import check_int
from .trains import MeasuredTrains, Spikes, Values, fill, measured, ratio


def spike_counts(spikes: Spikes) -> Values:
    """Return the number of spikes, int64.

    Examples
    --------
    >>> spike_counts([[1, 0], [0, 0], [1, 0]]).tolist()
    [2, 0]
    """
    # A copy, since what a train keeps is not the caller's to change.
    return measured(spikes).counts.copy()


def spike_rates(spikes: Spikes) -> Values:
    """Return spikes per step, 0 where there are no steps."""
    trains = measured(spikes)
    return ratio(trains.counts, np.broadcast_to(trains.n_steps, trains.n_trains))


def spike_variances(spikes: Spikes) -> Values:
    """Return the variance (ddof 0) of the 0/1 train: ``rate - rate ** 2``."""
    rate = spike_rates(spikes)
    return rate * (1.0 - rate)


def mean_spike_times(spikes: Spikes, *, missing: float = -1.0) -> Values:
    """Return the mean step of the spikes; undefined for a silent train."""
    trains = measured(spikes)
    return fill(trains.of_times.mean, trains.counts > 0, missing)


def first_spike_times(spikes: Spikes, *, missing: float = -1) -> Values:
    """Return the step of the first spike; undefined for a silent train."""
    return _spike_at(measured(spikes), 0, missing)


def last_spike_times(spikes: Spikes, *, missing: float = -1) -> Values:
    """Return the step of the last spike; undefined for a silent train."""
    return _spike_at(measured(spikes), -1, missing)


def _spike_at(trains: MeasuredTrains, end: int, missing: float) -> Values:
    if not len(trains.times):
        return fill(np.zeros(trains.n_trains, dtype=np.int64), trains.counts > 0, missing)
    at = trains.indptr[:-1] if end == 0 else trains.indptr[1:] - 1
    return fill(trains.times.take(at, mode="clip"), trains.counts > 0, missing)


def mean_isi(spikes: Spikes, *, missing: float = -1.0) -> Values:
    """Return the mean ISI; undefined under 2 spikes."""
    trains = measured(spikes)
    return fill(trains.of_intervals.mean, trains.counts > 1, missing)


def isi_variances(spikes: Spikes, *, missing: float = -1.0) -> Values:
    """Return the variance (ddof 0) of the ISIs; undefined under 2 spikes."""
    trains = measured(spikes)
    return fill(trains.of_intervals.variance, trains.counts > 1, missing)


def pooled_mean_isi(spikes: Spikes) -> float:
    """Return the mean of the ISIs of all trains together, NaN where there are none."""
    trains = measured(spikes)
    several = trains.counts > 1
    if not several.any():
        return float("nan")
    first, last = trains.times[trains.indptr[:-1][several]], trains.times[trains.indptr[1:][several] - 1]
    return float((last - first).sum() / (trains.counts[several] - 1).sum())


def burst_counts(spikes: Spikes, *, max_isi: int = 1) -> Values:
    """Return the number of runs of spikes no further apart than ``max_isi`` steps.

    With the default only spikes in successive steps share a burst; as a refractory period of 1 step already forbids
    them, that equals the spike count of a simulated neuron. Raise ``max_isi`` to see bursts.

    Examples
    --------
    >>> burst_counts([[1], [0], [1], [0], [0], [1]], max_isi=2).tolist()
    [2]
    """
    max_isi = check_int("max_isi", max_isi, 1)
    trains = measured(spikes)
    within = np.zeros(trains.n_trains, dtype=np.int64)
    count_short_intervals(trains.indptr, trains.times, max_isi, within)
    return trains.counts - within
