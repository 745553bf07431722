"""How spikes are distributed over a run, one value a train."""

from __future__ import annotations

import numpy as np

from ..validation import check_missing
from .basic import first_spike_times, last_spike_times, spike_counts, spike_rates
from .timed import binned_counts
from .trains import Spikes, Values, as_trains, fill, intervals, owner_of, ratio, sums


def spike_entropy(spikes: Spikes, *, n_bins: int = 10, missing: float = -1.0) -> Values:
    """Return the Shannon entropy in bits of the spikes' distribution over time; undefined for a silent train.

    ``-sum(q * log2(q))`` with q the fraction of the train's spikes in each of ``n_bins`` bins, a spike at step t in
    bin ``t * n_bins // n_steps``.
    """
    counts = binned_counts(spikes, n_bins=n_bins)
    total = counts.sum(axis=1)
    q = ratio(counts, total[:, None])
    logs = np.log2(q, out=np.zeros_like(q), where=q > 0)
    # Adding 0.0 turns the -0.0 of a single occupied bin into 0.0.
    return fill(-(q * logs).sum(axis=1) + 0.0, total > 0, missing)


def autocorrelation_first_lag(spikes: Spikes, *, missing: float = 0.0) -> Values:
    """Return the lag-1 autocorrelation of the 0/1 train; undefined for a constant one.

    With m the train minus its mean r, ``sum(m[t] * m[t + 1]) / sum(m[t] ** 2)``, multiplied out: the top is
    ``pairs - r * (2 * count - first - last) + (n_steps - 1) * r ** 2``, the bottom ``count * (1 - r)``, with
    ``pairs`` the ISIs of 1 and ``first``, ``last`` the train's values at its ends.
    """
    trains = as_trains(spikes)
    owner, isi = intervals(trains)
    count = spike_counts(trains)
    rate = spike_rates(trains)
    pairs = np.bincount(owner[isi == 1], minlength=trains.n_trains)
    at_first = first_spike_times(trains) == 0
    at_last = last_spike_times(trains) == np.asarray(trains.n_steps) - 1
    top = pairs - rate * (2 * count - at_first - at_last) + (np.asarray(trains.n_steps) - 1) * rate**2
    varies = (count > 0) & (count < trains.n_steps)
    return fill(ratio(top, count * (1.0 - rate)), varies, missing)


def spike_symmetry(spikes: Spikes, *, missing: float = -1.0) -> Values:
    """Return ``1 - |n1 - n2| / (n1 + n2)`` of the spikes before and after the middle; undefined for a silent train."""
    trains = as_trains(spikes)
    owner = owner_of(trains)
    early = 2 * trains.times < np.broadcast_to(trains.n_steps, trains.n_trains)[owner]
    n1 = np.bincount(owner[early], minlength=trains.n_trains)
    count = spike_counts(trains)
    return fill(1.0 - ratio(np.abs(2 * n1 - count), count), count > 0, missing)


def spike_histogram_moments(spikes: Spikes, *, missing: float = -1.0) -> dict[str, Values]:
    """Return mean, skewness and excess kurtosis of the spike times (population moments).

    All undefined for a silent train. With fewer than two distinct times skewness and kurtosis are 0 (NaN if
    ``missing`` is NaN).
    """
    trains = as_trains(spikes)
    owner, n = owner_of(trains), trains.n_trains
    count = spike_counts(trains)
    mean = ratio(sums(owner, trains.times, n), count)
    away = trains.times - mean[owner]
    square = away * away
    # Products, since NumPy's third and fourth powers took 3 of the 3.5 ms for 27,000 spikes.
    powers = (square, square * away, square * square)
    second, third, fourth = (ratio(sums(owner, power, n), count) for power in powers)
    flat = np.nan if np.isnan(check_missing(missing)) else 0.0
    skewness = fill(ratio(third, second * np.sqrt(second)), count > 1, flat)
    kurtosis = fill(ratio(fourth, second**2) - 3.0, count > 1, flat)
    return {
        "mean": fill(mean, count > 0, missing),
        "skewness": fill(skewness, count > 0, missing),
        "kurtosis": fill(kurtosis, count > 0, missing),
    }
