"""The features of a network's output spikes, under the reference's method names."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import features
from ..recording import SpikeTrains

Values = NDArray[Any]


class FeatureMethods(ABC):
    """Feature methods of :class:`SNN`, each of the latest run: (n_outputs,), see :mod:`snnres.features`.

    All raise ValueError before the first run. ``missing`` stands where a feature is undefined; NaN may be asked for.
    """

    @abstractmethod
    def _output_trains(self) -> SpikeTrains:
        """Return the trains of the output neurons in the latest run."""

    def get_spike_time_lists_output(self) -> list[list[int]]:
        """Return the steps at which each output neuron fired, a list a neuron."""
        return self._output_trains().lists()

    def get_spike_counts(self) -> Values:
        """Return the number of spikes."""
        return features.spike_counts(self._output_trains())

    def get_spike_variances(self) -> Values:
        """Return the variance (ddof 0) of the 0/1 trains."""
        return features.spike_variances(self._output_trains())

    def get_spike_rates(self) -> Values:
        """Return spikes per step."""
        return features.spike_rates(self._output_trains())

    def get_mean_spike_times(self, missing: float = -1.0) -> Values:
        """Return the mean step of the spikes."""
        return features.mean_spike_times(self._output_trains(), missing=missing)

    def get_first_spike_times(self, missing: float = -1) -> Values:
        """Return the step of the first spike."""
        return features.first_spike_times(self._output_trains(), missing=missing)

    def get_last_spike_times(self, missing: float = -1) -> Values:
        """Return the step of the last spike."""
        return features.last_spike_times(self._output_trains(), missing=missing)

    def get_mean_isi_per_neuron(self, missing: float = -1.0) -> Values:
        """Return the mean inter-spike interval."""
        return features.mean_isi(self._output_trains(), missing=missing)

    def get_isi_variance_per_neuron(self, missing: float = -1.0) -> Values:
        """Return the variance (ddof 0) of the inter-spike intervals."""
        return features.isi_variances(self._output_trains(), missing=missing)

    def get_spike_entropy_per_neuron(self, n_bins: int = 10, missing: float = -1.0) -> Values:
        """Return the entropy in bits of the spikes' distribution over ``n_bins`` time bins."""
        return features.spike_entropy(self._output_trains(), n_bins=n_bins, missing=missing)

    def get_autocorrelation_first_lag(self, missing: float = 0.0) -> Values:
        """Return the lag-1 autocorrelation of the 0/1 trains."""
        return features.autocorrelation_first_lag(self._output_trains(), missing=missing)

    def get_burstiness(self, missing: float = 0.0) -> Values:
        """Return the burstiness of the inter-spike intervals, in [-1, 1]."""
        return features.burstiness(self._output_trains(), missing=missing)

    def get_spike_symmetry(self, missing: float = -1.0) -> Values:
        """Return how evenly the spikes fall on the two halves of the run, in [0, 1]."""
        return features.spike_symmetry(self._output_trains(), missing=missing)

    def get_spike_histogram_moments(self, missing: float = -1.0) -> dict[str, Values]:
        """Return mean, skewness and excess kurtosis of the spike times, a dict of three arrays."""
        return features.spike_histogram_moments(self._output_trains(), missing=missing)

    def get_burst_counts(self, max_isi: int = 1) -> Values:
        """Return the number of runs of spikes no further apart than ``max_isi`` steps."""
        return features.burst_counts(self._output_trains(), max_isi=max_isi)

    def extract_features_from_spikes(
        self, *, missing: float | None = None, n_bins: int = 10, max_isi: int = 1
    ) -> dict[str, Values]:
        """Return all features as a dict of (n_outputs,) arrays, the reference's eight keys first.

        See Also
        --------
        snnres.features.extract_features : the same for any spikes.
        """
        return features.extract_features(self._output_trains(), missing=missing, n_bins=n_bins, max_isi=max_isi)

    def calculate_mean_isi(self) -> float:
        """Return the mean of the inter-spike intervals of all outputs pooled; the duration where there are none."""
        trains = self._output_trains()
        pooled = features.pooled_mean_isi(trains)
        return float(trains.n_steps) if np.isnan(pooled) else pooled
