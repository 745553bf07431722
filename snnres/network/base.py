"""State of a network and what can be read off it."""

import math
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from .. import homeostasis, topology
from ..kernels.edges import build_edges
from ..kernels.structs import CurrentDrive, LIFConstants, NetworkState, SpikeDrive
from ..params import STDPParams
from ..plasticity import stdp_constants
from ..recording import Recording
from ..validation import check_real
from .drive import InputWeights, require
from .runner import Runner


def state_at(potentials: NDArray[np.float32]) -> NetworkState:
    """Return the state at the start of a trial: these potentials (copied), timers and traces zero."""
    timer = np.zeros(len(potentials), dtype=np.int32)
    x_pre, x_post, trace = np.zeros((3, len(potentials)), dtype=np.float32)
    return NetworkState(potentials.copy(), timer, x_pre, x_post, trace)


class NetworkBase:
    """Attributes that the parts of :class:`SNN` share, and the numbers derived from them."""

    _weights: sp.csr_matrix
    _threshold: float
    _leak: float
    _refractory: int
    _amplitude: float
    _duration: int | None
    _input: NDArray[np.uint8]
    _outputs: NDArray[np.int64]
    _initial_potentials: NDArray[np.float32]
    _state: NetworkState
    _stdp: STDPParams | None
    _recording: Recording | None
    _rng: np.random.Generator
    _input_weights: InputWeights | None
    _input_currents: NDArray[np.float32] | None
    _input_hold: int

    def _lif_constants(self) -> LIFConstants:
        return LIFConstants(
            threshold=np.float32(self._threshold),
            keep=np.float32(1.0 - self._leak),
            amplitude=np.float32(self._amplitude),
            hold=np.int32(self._refractory + 1),
        )

    def _runner(
        self, spikes: SpikeDrive | None, currents: CurrentDrive | None, trace_decay: np.float32 | None
    ) -> Runner:
        """Return what advances the present state, with plasticity if it is on."""
        plastic = self._stdp is not None and self._stdp.enabled
        edges = build_edges(self._weights.indptr, self._weights.indices, self._weights.data, by_target=plastic)
        stdp = stdp_constants(self._stdp) if self._stdp is not None and plastic else None
        return Runner(edges, self._lif_constants(), stdp, trace_decay, spikes, currents, self._state)

    def _require_input_weights(self) -> InputWeights:
        return require(self._input_weights)

    @property
    def num_neurons(self) -> int:
        """Neurons of the network."""
        return int(self._weights.shape[0])

    @property
    def num_input_neurons(self) -> int:
        """Rows of the input: that many of the first neurons are driven."""
        return int(self._input.shape[0])

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
        return self._input.copy()

    @property
    def membrane_potentials(self) -> NDArray[np.float32]:
        """Present potentials (a copy)."""
        return self._state.potential.copy()

    @property
    def membrane_threshold(self) -> float:
        """Firing threshold, > 0. Assigning another leaves ``current_amplitude`` as it is."""
        return self._threshold

    @membrane_threshold.setter
    def membrane_threshold(self, value: float) -> None:
        self._threshold = check_real("membrane_threshold", value, above=0)

    @property
    def leak_coefficient(self) -> float:
        """Fraction of the potential lost in a step."""
        return self._leak

    @property
    def refractory_period(self) -> int:
        """Steps after a spike in which a neuron cannot fire."""
        return self._refractory

    @property
    def current_amplitude(self) -> float:
        """What an input spike adds to a potential; by default the threshold at construction."""
        return self._amplitude

    @property
    def simulation_duration(self) -> int:
        """Steps of a run: the given duration, or else the steps of the input, spikes or currents."""
        if self._duration is not None:
            return self._duration
        currents = 0 if self._input_currents is None else self._input_currents.shape[1] * self._input_hold
        return max(int(self._input.shape[1]), int(currents))

    @property
    def stdp(self) -> STDPParams | None:
        """Parameters of plasticity, None where none were given."""
        return self._stdp

    @property
    def synaptic_weights(self) -> sp.csr_matrix:
        """The weights as a CSR view that shares their memory and cannot be written to."""
        parts = (self._weights.data.view(), self._weights.indices.view(), self._weights.indptr.view())
        for part in parts:
            part.flags.writeable = False
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
        return homeostasis.input_mean_current(self._input)

    @property
    def recording(self) -> Recording:
        """Spikes of all neurons in the latest run, as sorted events.

        Raises
        ------
        ValueError
            Before the first run and after :meth:`reset`.
        """
        if self._recording is None:
            raise ValueError("Simulation not yet run: call simulate() first.")
        return self._recording

    @property
    def tot_spikes(self) -> int:
        """Spikes of all neurons in the latest run, 0 before it."""
        return 0 if self._recording is None else self._recording.n_spikes

    @property
    def spike_matrix(self) -> NDArray[np.int8] | None:
        """Spikes of all neurons, (n_steps, num_neurons) int8, made on request; None before the first run."""
        return None if self._recording is None else self._recording.to_dense()

    @property
    def spike_matrix_output(self) -> NDArray[np.int8] | None:
        """Spikes of the output neurons, (n_steps, n_outputs) int8; None before the first run."""
        return None if self._recording is None else self._recording.to_dense(self._outputs)

    def get_network_parameters(self) -> dict[str, Any]:
        """Return sizes, constants and statistics as a dict under the reference's names."""
        return {
            "num_neurons": self.num_neurons,
            "num_input_neurons": self.num_input_neurons,
            "num_output_neurons": self.num_output_neurons,
            "output_neurons": self._outputs.tolist(),
            "membrane_threshold": self.membrane_threshold,
            "refractory_period": self.refractory_period,
            "leak_coefficient": self.leak_coefficient,
            "simulation_duration": self.simulation_duration,
            "weights_mean": self.weights_mean,
            "weights_variance": self.weights_variance,
            "mean_in_degree": self.mean_in_degree,
            "time_step": 1,
            "current_amplitude": self.current_amplitude,
        }


def trace_decay(trace_tau: float | None) -> np.float32 | None:
    """Return the factor by which the readout trace decays in a step, None for no trace."""
    if trace_tau is None:
        return None
    return np.float32(math.exp(-1.0 / check_real("trace_tau", trace_tau, above=0)))
