"""How spikes are distributed over a run, one value a train."""

from __future__ import annotations

import numpy as np

from ..validation import check_missing
from .basic import first_spike_times, last_spike_times, spike_rates
from .timed import binned_counts
from .trains import Spikes, Values, fill, measured, ratio


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
    trains = measured(spikes)
    count = trains.counts
    rate = spike_rates(trains)
    pairs = trains.short_intervals(1)
    at_first = first_spike_times(trains) == 0
    at_last = last_spike_times(trains) == np.asarray(trains.n_steps) - 1
    top = pairs - rate * (2 * count - at_first - at_last) + (np.asarray(trains.n_steps) - 1) * rate**2
    varies = (count > 0) & (count < trains.n_steps)
    return fill(ratio(top, count * (1.0 - rate)), varies, missing)


def spike_symmetry(spikes: Spikes, *, missing: float = -1.0) -> Values:
    """Return ``1 - |n1 - n2| / (n1 + n2)`` of the spikes before and after the middle; undefined for a silent train."""
    n1, n2 = binned_counts(spikes, n_bins=2).T
    count = n1 + n2
    return fill(1.0 - ratio(np.abs(n1 - n2), count), count > 0, missing)


def spike_histogram_moments(spikes: Spikes, *, missing: float = -1.0) -> dict[str, Values]:
    """Return mean, skewness and excess kurtosis of the spike times (population moments).

    All undefined for a silent train. With fewer than two distinct times skewness and kurtosis are 0 (NaN if
    ``missing`` is NaN).
    """
    trains = measured(spikes)
    mean, second, third, fourth = trains.time_moments
    count = trains.counts
    flat = np.nan if np.isnan(check_missing(missing)) else 0.0
    skewness = fill(ratio(third, second * np.sqrt(second)), count > 1, flat)
    kurtosis = fill(ratio(fourth, second**2) - 3.0, count > 1, flat)
    return {
        "mean": fill(mean, count > 0, missing),
        "skewness": fill(skewness, count > 0, missing),
        "kurtosis": fill(kurtosis, count > 0, missing),
    }
