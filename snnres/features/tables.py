"""Many features at once, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..validation import INT32_MAX, check_int, check_real, check_type, freeze, refuse
from .basic import (
    burst_counts,
    first_spike_times,
    isi_variances,
    last_spike_times,
    mean_isi,
    mean_spike_times,
    spike_counts,
    spike_rates,
    spike_variances,
)
from .described import described
from .shape import autocorrelation_first_lag, spike_entropy, spike_histogram_moments, spike_symmetry
from .timed import binned_counts, filtered_traces, final_traces, multiscale_counts
from .trains import Spikes, Values, check_scales, check_taus
from .variability import burstiness, fano_factor, isi_cv, isi_cv2, isi_lv, lempel_ziv_complexity

# Of snn-reservoir-py's documentation: what it implements comes first.
EXTRACTED = (
    "spike_counts",
    "spike_variances",
    "mean_spike_times",
    "first_spike_times",
    "last_spike_times",
    "mean_isi",
    "isi_variances",
    "burst_counts",
    "spike_rates",
    "spike_entropy",
    "autocorrelation_first_lag",
    "burstiness",
    "spike_symmetry",
    "histogram_mean",
    "histogram_skewness",
    "histogram_kurtosis",
)


def extract_features(
    spikes: Spikes, *, missing: float | None = None, n_bins: int = 10, max_isi: int = 1
) -> dict[str, Values]:
    """Return all features of snn-reservoir-py's documentation as a dict of arrays of shape (n_trains,).

    Its eight keys come first, under its names.

    Parameters
    ----------
    spikes : Recording, SpikeTrains or array_like of shape (n_steps, n_neurons)
        What to describe.
    missing : float, optional
        What stands where a feature is undefined. None: each feature's own default.
    n_bins : int, default 10
        Time bins of the entropy.
    max_isi : int, default 1
        Longest interval within a burst, in steps.

    Examples
    --------
    >>> features = extract_features([[1, 0], [0, 0], [1, 0]])
    >>> list(features)[:3], features["mean_isi"].tolist()
    (['spike_counts', 'spike_variances', 'mean_spike_times'], [2.0, -1.0])
    """
    return described(spikes, *EXTRACTED, missing=missing, n_bins=n_bins, max_isi=max_isi)


@dataclass(frozen=True)
class FeatureOptions:
    """What some features need to know besides the spikes.

    Parameters
    ----------
    n_bins : int, default 10
        Time bins of ``binned_counts``, of the entropy and the Fano factor, and points of ``filtered_traces``.
    trace_tau : float, default 20.0
        Time constant of ``filtered_traces`` in steps.
    max_isi : int, default 1
        Longest interval within a burst, in steps.
    scales : tuple of int, default (1, 2, 4, 8)
        Numbers of time bins of ``multiscale_counts``.
    final_taus : tuple of float, default (5.0, 30.0)
        Time constants of ``final_traces`` in steps.
    """

    n_bins: int = 10
    trace_tau: float = 20.0
    max_isi: int = 1
    scales: tuple[int, ...] = (1, 2, 4, 8)
    final_taus: tuple[float, ...] = (5.0, 30.0)

    def __post_init__(self) -> None:
        freeze(self, "n_bins", check_int, 1, INT32_MAX)
        freeze(self, "trace_tau", check_real, above=0)
        freeze(self, "max_isi", check_int, 1)
        freeze(self, "scales", check_scales)
        freeze(self, "final_taus", check_taus)


FEATURES: dict[str, Callable[[Spikes, FeatureOptions], Values]] = {
    "binned_counts": lambda spikes, options: binned_counts(spikes, n_bins=options.n_bins),
    "filtered_traces": lambda spikes, options: filtered_traces(spikes, tau=options.trace_tau, n_points=options.n_bins),
    "multiscale_counts": lambda spikes, options: multiscale_counts(spikes, scales=options.scales),
    "final_traces": lambda spikes, options: final_traces(spikes, taus=options.final_taus),
    "spike_counts": lambda spikes, options: spike_counts(spikes),
    "spike_variances": lambda spikes, options: spike_variances(spikes),
    "spike_rates": lambda spikes, options: spike_rates(spikes),
    "mean_spike_times": lambda spikes, options: mean_spike_times(spikes),
    "first_spike_times": lambda spikes, options: first_spike_times(spikes),
    "last_spike_times": lambda spikes, options: last_spike_times(spikes),
    "mean_isi": lambda spikes, options: mean_isi(spikes),
    "isi_variances": lambda spikes, options: isi_variances(spikes),
    "burst_counts": lambda spikes, options: burst_counts(spikes, max_isi=options.max_isi),
    "spike_entropy": lambda spikes, options: spike_entropy(spikes, n_bins=options.n_bins),
    "autocorrelation_first_lag": lambda spikes, options: autocorrelation_first_lag(spikes),
    "spike_symmetry": lambda spikes, options: spike_symmetry(spikes),
    "histogram_mean": lambda spikes, options: spike_histogram_moments(spikes)["mean"],
    "histogram_skewness": lambda spikes, options: spike_histogram_moments(spikes)["skewness"],
    "histogram_kurtosis": lambda spikes, options: spike_histogram_moments(spikes)["kurtosis"],
    "burstiness": lambda spikes, options: burstiness(spikes),
    "isi_cv": lambda spikes, options: isi_cv(spikes),
    "isi_cv2": lambda spikes, options: isi_cv2(spikes),
    "isi_lv": lambda spikes, options: isi_lv(spikes),
    "fano_factor": lambda spikes, options: fano_factor(spikes, n_bins=options.n_bins),
    "lempel_ziv_complexity": lambda spikes, options: lempel_ziv_complexity(spikes),
}

# How the values of a train are called, of features that have several.
SEVERAL: dict[str, Callable[[FeatureOptions], list[str]]] = {
    "binned_counts": lambda options: [f"t{j}" for j in range(options.n_bins)],
    "filtered_traces": lambda options: [f"t{j}" for j in range(options.n_bins)],
    "multiscale_counts": lambda options: [f"bins{n}_t{j}" for n in options.scales for j in range(n)],
    "final_traces": lambda options: [f"tau{tau}" for tau in options.final_taus],
}


# Which values of a train belong together, of features whose values are of several sizes.
GROUPS: dict[str, Callable[[FeatureOptions], dict[str, slice]]] = {
    "multiscale_counts": lambda options: {
        f"bins{n}": slice(sum(options.scales[:k]), sum(options.scales[: k + 1])) for k, n in enumerate(options.scales)
    },
    "final_traces": lambda options: {f"tau{tau}": slice(k, k + 1) for k, tau in enumerate(options.final_taus)},
}


def value_groups(name: str, options: FeatureOptions) -> dict[str, slice]:
    """Return the values of a train by what makes them comparable in size: a scale, a time constant, or nothing.

    Examples
    --------
    >>> value_groups("final_traces", FeatureOptions(final_taus=(5.0, 30.0)))
    {'tau5.0': slice(0, 1, None), 'tau30.0': slice(1, 2, None)}
    """
    (name,) = check_feature_names("name", name)
    return GROUPS[name](options) if name in GROUPS else {"": slice(None)}


def check_feature_names(name: str, value: Any) -> tuple[str, ...]:
    """Return distinct names of features, at least one."""
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, Sequence) or not names or any(not isinstance(entry, str) for entry in names):
        raise refuse(name, "a name or a sequence of names of features", value, TypeError)
    unknown = [entry for entry in names if entry not in FEATURES]
    if unknown:
        raise refuse(name, f"of {', '.join(FEATURES)}", unknown[0])
    if len(set(names)) < len(names):
        raise refuse(name, "without repeats", value)
    return tuple(names)


def value_names(name: str, options: FeatureOptions | None = None) -> list[str]:
    """Return what tells the values of a train apart, one name a value of a feature: "" where it has but one.

    Examples
    --------
    >>> value_names("multiscale_counts", FeatureOptions(scales=(1, 2)))
    ['bins1_t0', 'bins2_t0', 'bins2_t1']
    >>> value_names("spike_counts")
    ['']
    """
    (chosen,) = check_feature_names("name", name)
    options = FeatureOptions() if options is None else options
    check_type("options", options, FeatureOptions)
    return SEVERAL[chosen](options) if chosen in SEVERAL else [""]
