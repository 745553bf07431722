"""How spikes are distributed over a run, one value a train."""

from __future__ import annotations

from ..validation import check_missing
from .described import described, one_described
from .trains import Spikes, Values


def spike_entropy(spikes: Spikes, *, n_bins: int = 10, missing: float = -1.0) -> Values:
    """Return the Shannon entropy in bits of the spikes' distribution over time; undefined for a silent train.

    ``-sum(q * log2(q))`` with q the fraction of the train's spikes in each of ``n_bins`` bins, a spike at step t in
    bin ``t * n_bins // n_steps``.
    """
    return one_described(spikes, "spike_entropy", n_bins=n_bins, missing=missing)


def autocorrelation_first_lag(spikes: Spikes, *, missing: float = 0.0) -> Values:
    """Return the lag-1 autocorrelation of the 0/1 train; undefined for a constant one.

    With m the train minus its mean r, ``sum(m[t] * m[t + 1]) / sum(m[t] ** 2)``, multiplied out: the top is
    ``pairs - r * (2 * count - first - last) + (n_steps - 1) * r ** 2``, the bottom ``count * (1 - r)``, with
    ``pairs`` the ISIs of 1 and ``first``, ``last`` the train's values at its ends.
    """
    return one_described(spikes, "autocorrelation_first_lag", missing=missing)


def spike_symmetry(spikes: Spikes, *, missing: float = -1.0) -> Values:
    """Return ``1 - |n1 - n2| / (n1 + n2)`` of the spikes before and after the middle; undefined for a silent train."""
    return one_described(spikes, "spike_symmetry", missing=missing)


def spike_histogram_moments(spikes: Spikes, *, missing: float = -1.0) -> dict[str, Values]:
    """Return mean, skewness and excess kurtosis of the spike times (population moments).

    All undefined for a silent train. With fewer than two distinct times skewness and kurtosis are 0 (NaN if
    ``missing`` is NaN).
    """
    moments = ("mean", "skewness", "kurtosis")
    found = described(spikes, *(f"histogram_{moment}" for moment in moments), missing=check_missing(missing))
    return {moment: found[f"histogram_{moment}"] for moment in moments}
