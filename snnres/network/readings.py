"""What can be read off a network, under the reference's names."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from .. import features, homeostasis, topology
from ..kernels.model import State
from ..parts import Clamp, LearningRule, Plasticity
from ..recording import Recording, SpikeTrains
from ..recording.memory import read_only
from .drive import Input
from .network import Network
from .run import Run
from .step import LatestStep

Values = NDArray[Any]


class Readings:
    """What :class:`SNN` tells of itself: sizes, constants, statistics, and the features of its output spikes.

    Features (``get_...``) are of the latest run, (n_outputs,), see :mod:`snnres.features`; all raise ValueError before
    it. ``missing`` stands where a feature is undefined; NaN may be asked for.
    """

    _network: Network
    _state: State
    _input: Input
    _outputs: NDArray[np.int64]
    _duration: int | None
    _run: Run | LatestStep | None

    @property
    def _weights(self) -> sp.csr_matrix:
        return self._network.synapses.matrix

    def _output_trains(self) -> SpikeTrains:
        return self.recording.trains(self._outputs)

    @property
    def num_neurons(self) -> int:
        """Neurons of the network."""
        return int(self._weights.shape[0])

    @property
    def num_input_neurons(self) -> int:
        """Rows of the input: that many of the first neurons are driven."""
        return int(self._input.spikes.shape[1])

    @property
    def num_output_neurons(self) -> int:
        """Output neurons."""
        return len(self._outputs)

    @property
    def output_neurons(self) -> NDArray[np.int64]:
        """Indices of the output neurons (a copy)."""
        return self._outputs.copy()

    @property
    def input_spike_times(self) -> NDArray[np.uint8]:
        """Input of shape (n_inputs, n_steps) (a copy)."""
        return self._input.spikes.T.copy()

    @property
    def clamp(self) -> Clamp | None:
        """What the next runs force, forbid and raise; None for nothing."""
        return self._input.clamp

    @property
    def membrane_potentials(self) -> NDArray[np.float32]:
        """Present potentials (a copy)."""
        return np.array(self._state.cell.potential)

    @property
    def leak_coefficient(self) -> Any:
        """Fraction of the potential lost in a step: a number, or an array with one for each neuron."""
        cell: Any = self._network.cell
        return number_or_array(cell.leak_coefficient)

    @property
    def refractory_period(self) -> Any:
        """Steps after a spike in which a neuron cannot fire: a number, or an array with one for each neuron."""
        cell: Any = self._network.cell
        return number_or_array(cell.refractory_period)

    @property
    def current_amplitude(self) -> float:
        """What an input spike adds to a potential; by default the threshold at construction."""
        return self._input.amplitude

    @property
    def simulation_duration(self) -> int:
        """Steps of a run: the given duration, or else the steps of the input, spikes or currents."""
        return self._input.n_steps if self._duration is None else self._duration

    @property
    def stdp(self) -> LearningRule | None:
        """Parameters of plasticity, of the first rule where there are several; None where none were given."""
        return self._network.rules[0].rule if self._network.rules else None

    @property
    def rules(self) -> tuple[Plasticity, ...]:
        """Learning rules and the synapses on which they act, in their order."""
        return self._network.rules

    @property
    def neuron_signs(self) -> NDArray[np.int8] | None:
        """1 for each excitatory, -1 for each inhibitory neuron, (num_neurons,) (a copy); None where none are set.

        All outgoing weights of a neuron have its sign, or are 0, whatever learns, prunes, moves or draws them anew.
        """
        return None if self._network.signs is None else self._network.signs.copy()

    @property
    def synaptic_weights(self) -> sp.csr_matrix:
        """The weights as a CSR view that shares their memory and cannot be written to."""
        parts = tuple(map(read_only, (self._weights.data, self._weights.indices, self._weights.indptr)))
        return sp.csr_matrix(parts, shape=self._weights.shape, copy=False)

    @property
    def weights_mean(self) -> float:
        """Mean of the present weights, 0.0 without synapses."""
        return topology.mean_weight(self._weights)

    @property
    def weights_variance(self) -> float:
        """Variance (ddof 0) of the present weights, 0.0 without synapses."""
        return topology.weight_variance(self._weights)

    @property
    def mean_in_degree(self) -> float:
        """Synapses per neuron."""
        return topology.mean_in_degree(self._weights)

    @property
    def avg_in_degree(self) -> float:
        """Synapses per neuron, under the reference's other name."""
        return self.mean_in_degree

    @property
    def input_mean_current(self) -> float:
        """Fraction of ones in the whole input, whatever the amplitude and the duration."""
        return homeostasis.input_mean_current(self._input.spikes)

    @property
    def recording(self) -> Recording:
        """Spikes of all neurons in the latest run, as sorted events; of the latest step after :meth:`SNN.step`.

        Raises
        ------
        ValueError
            Before the first run and after :meth:`reset`.
        """
        if self._run is None:
            raise ValueError("Simulation not yet run: call simulate() first.")
        return self._run.recording()

    @property
    def tot_spikes(self) -> int:
        """Spikes of all neurons in the latest run, 0 before it."""
        return 0 if self._run is None else self.recording.n_spikes

    @property
    def spike_matrix(self) -> NDArray[np.int8] | None:
        """Spikes of all neurons, (n_steps, num_neurons) int8, made on request; None before the first run."""
        return None if self._run is None else self.recording.to_dense()

    @property
    def spike_matrix_output(self) -> NDArray[np.int8] | None:
        """Spikes of the output neurons, (n_steps, n_outputs) int8; None before the first run."""
        return None if self._run is None else self.recording.to_dense(self._outputs)

    def get_network_parameters(self) -> dict[str, Any]:
        """Return sizes, constants and statistics as a dict under the reference's names."""
        return {
            "num_neurons": self.num_neurons,
            "num_input_neurons": self.num_input_neurons,
            "num_output_neurons": self.num_output_neurons,
            "output_neurons": self._outputs.tolist(),
            **{
                field.name: number_or_array(getattr(self._network.cell, field.name))
                for field in fields(self._network.cell)
            },
            "simulation_duration": self.simulation_duration,
            "weights_mean": self.weights_mean,
            "weights_variance": self.weights_variance,
            "mean_in_degree": self.mean_in_degree,
            "time_step": 1,
            "current_amplitude": self.current_amplitude,
        }

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


def number_or_array(value: Any) -> Any:
    """Return a parameter of a cell as it is, or a copy of the numbers of all neurons as an array."""
    return np.array(value) if np.ndim(value) else value
