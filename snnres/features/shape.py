"""How spikes are distributed over a run, one value a train."""

from __future__ import annotations

import numpy as np

from ..validation import check_missing
from .trains import Spikes, Values, fill, measured


def spike_entropy(spikes: Spikes, *, n_bins: int = 10, missing: float = -1.0) -> Values:
    """Return the Shannon entropy in bits of the spikes' distribution over time; undefined for a silent train.

    ``-sum(q * log2(q))`` with q the fraction of the train's spikes in each of ``n_bins`` bins, a spike at step t in
    bin ``t * n_bins // n_steps``.
    """
    trains = measured(spikes)
    entropy, _ = trains.of_bins(n_bins)
    return fill(entropy, trains.counts > 0, missing)


def autocorrelation_first_lag(spikes: Spikes, *, missing: float = 0.0) -> Values:
    """Return the lag-1 autocorrelation of the 0/1 train; undefined for a constant one.

    With m the train minus its mean r, ``sum(m[t] * m[t + 1]) / sum(m[t] ** 2)``, multiplied out: the top is
    ``pairs - r * (2 * count - first - last) + (n_steps - 1) * r ** 2``, the bottom ``count * (1 - r)``, with
    ``pairs`` the ISIs of 1 and ``first``, ``last`` the train's values at its ends.
    """
    trains = measured(spikes)
    varies = (trains.counts > 0) & (trains.counts < trains.n_steps)
    return fill(trains.of_intervals.autocorrelation, varies, missing)


def spike_symmetry(spikes: Spikes, *, missing: float = -1.0) -> Values:
    """Return ``1 - |n1 - n2| / (n1 + n2)`` of the spikes before and after the middle; undefined for a silent train."""
    trains = measured(spikes)
    return fill(trains.of_times.symmetry, trains.counts > 0, missing)


def spike_histogram_moments(spikes: Spikes, *, missing: float = -1.0) -> dict[str, Values]:
    """Return mean, skewness and excess kurtosis of the spike times (population moments).

    All undefined for a silent train. With fewer than two distinct times skewness and kurtosis are 0 (NaN if
    ``missing`` is NaN).
    """
    trains = measured(spikes)
    flat = np.nan if np.isnan(check_missing(missing)) else 0.0
    spiking, several = trains.counts > 0, trains.counts > 1
    return {
        "mean": fill(trains.of_times.mean, spiking, missing),
        "skewness": fill(fill(trains.of_times.skewness, several, flat), spiking, missing),
        "kurtosis": fill(fill(trains.of_times.kurtosis, several, flat), spiking, missing),
    }
