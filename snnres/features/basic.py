"""Counts, times and intervals of spikes, one value a train."""

from __future__ import annotations

import numpy as np

from ..recording import SpikeTrains
from ..validation import check_int
from .trains import Spikes, Values, as_trains, fill, interval_moments, intervals, owner_of, ratio, sums


def spike_counts(spikes: Spikes) -> Values:
    """Return the number of spikes, int64.

    Examples
    --------
    >>> spike_counts([[1, 0], [0, 0], [1, 0]]).tolist()
    [2, 0]
    """
    return np.diff(as_trains(spikes).indptr)


def spike_rates(spikes: Spikes) -> Values:
    """Return spikes per step, 0 where there are no steps."""
    trains = as_trains(spikes)
    return ratio(np.diff(trains.indptr), np.broadcast_to(trains.n_steps, trains.n_trains))


def spike_variances(spikes: Spikes) -> Values:
    """Return the variance (ddof 0) of the 0/1 train: ``rate - rate ** 2``."""
    rate = spike_rates(spikes)
    return rate * (1.0 - rate)


def mean_spike_times(spikes: Spikes, *, missing: float = -1.0) -> Values:
    """Return the mean step of the spikes; undefined for a silent train."""
    trains = as_trains(spikes)
    count = spike_counts(trains)
    return fill(ratio(sums(owner_of(trains), trains.times, trains.n_trains), count), count > 0, missing)


def first_spike_times(spikes: Spikes, *, missing: float = -1) -> Values:
    """Return the step of the first spike; undefined for a silent train."""
    return _spike_at(as_trains(spikes), 0, missing)


def last_spike_times(spikes: Spikes, *, missing: float = -1) -> Values:
    """Return the step of the last spike; undefined for a silent train."""
    return _spike_at(as_trains(spikes), -1, missing)


def _spike_at(trains: SpikeTrains, end: int, missing: float) -> Values:
    count = spike_counts(trains)
    values = np.zeros(trains.n_trains, dtype=np.int64)
    at = trains.indptr[:-1] if end == 0 else trains.indptr[1:] - 1
    values[count > 0] = trains.times[at[count > 0]]
    return fill(values, count > 0, missing)


def mean_isi(spikes: Spikes, *, missing: float = -1.0) -> Values:
    """Return the mean ISI; undefined under 2 spikes."""
    count, mean, _ = interval_moments(as_trains(spikes))
    return fill(mean, count > 0, missing)


def isi_variances(spikes: Spikes, *, missing: float = -1.0) -> Values:
    """Return the variance (ddof 0) of the ISIs; undefined under 2 spikes."""
    count, _, variance = interval_moments(as_trains(spikes))
    return fill(variance, count > 0, missing)


def pooled_mean_isi(spikes: Spikes) -> float:
    """Return the mean of the ISIs of all trains together, NaN where there are none."""
    _, isi = intervals(as_trains(spikes))
    return float(isi.mean()) if len(isi) else float("nan")


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
    trains = as_trains(spikes)
    owner, isi = intervals(trains)
    return spike_counts(trains) - np.bincount(owner[isi <= max_isi], minlength=trains.n_trains)
