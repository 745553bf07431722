"""Spike trains to named features.

Every function takes a :class:`~snnres.recording.Recording`, a :class:`~snnres.recording.SpikeTrains` or a 0/1 matrix of
shape (n_steps, n_neurons), and returns an array with a row a train. Times and intervals (ISIs) are in steps. Where a
feature is undefined it is ``missing``; ``float("nan")`` may be asked for.
"""

from .basic import (
    burst_counts,
    first_spike_times,
    isi_variances,
    last_spike_times,
    mean_isi,
    mean_spike_times,
    pooled_mean_isi,
    spike_counts,
    spike_rates,
    spike_variances,
)
from .extractor import FeatureExtractor
from .extractor import arrays_by_trial as arrays_by_trial
from .extractor import extract_by_trial as extract_by_trial
from .shape import autocorrelation_first_lag, spike_entropy, spike_histogram_moments, spike_symmetry
from .tables import FEATURES, FeatureOptions, extract_features, value_groups, value_names
from .tables import check_feature_names as check_feature_names
from .timed import binned_counts, filtered_traces, final_traces, multiscale_counts
from .trains import Spikes, as_trains
from .variability import burstiness, fano_factor, isi_cv, isi_cv2, isi_lv, lempel_ziv_complexity

__all__ = [
    "FEATURES",
    "FeatureExtractor",
    "FeatureOptions",
    "Spikes",
    "as_trains",
    "autocorrelation_first_lag",
    "binned_counts",
    "burst_counts",
    "burstiness",
    "extract_features",
    "fano_factor",
    "filtered_traces",
    "final_traces",
    "first_spike_times",
    "isi_cv",
    "isi_cv2",
    "isi_lv",
    "isi_variances",
    "last_spike_times",
    "lempel_ziv_complexity",
    "mean_isi",
    "mean_spike_times",
    "multiscale_counts",
    "pooled_mean_isi",
    "spike_counts",
    "spike_entropy",
    "spike_histogram_moments",
    "spike_rates",
    "spike_symmetry",
    "spike_variances",
    "value_groups",
    "value_names",
]
