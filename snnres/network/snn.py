"""The class that users build, simulate and reset."""

import copy
from dataclasses import replace
from typing import Any, cast

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from .. import topology
from ..kernels.structs import NetworkState
from ..params import SimulationParams, STDPParams
from ..progress import Progress, reporter
from ..seeding import streams
from ..validation import check_input, check_int, check_neurons, check_potentials, check_type, check_weights
from .adapt import AdaptMethods
from .base import state_at, trace_decay
from .batch import BatchMethods
from .drive import InputWeights, check_currents, spike_drive
from .readings import FeatureMethods
from .storage import StorageMethods
from .weights import WeightMethods


class SNN(FeatureMethods, BatchMethods, AdaptMethods, WeightMethods, StorageMethods):
    """A reservoir of leaky integrate-and-fire neurons on one sparse weight matrix.

    In each step, in this order: refractory timers count down; input spikes add ``current_amplitude`` to the first
    neurons; every neuron at or above the threshold whose timer is 0 fires; plasticity, if on, acts; fired neurons
    are reset to 0 and made refractory; all potentials leak; the spikes are added to their targets. All arithmetic is
    float32 in this order, so that the same weights, potentials and input give the same spikes everywhere.

    Parameters
    ----------
    simulation_params : SimulationParams
        Neurons, synapses, input.
    stdp_params : STDPParams, optional
        Plasticity; None for none.

    Raises
    ------
    TypeError
        If an argument is of another class.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams
    >>> spikes = np.random.default_rng(0).integers(0, 2, size=(10, 100), dtype=np.uint8)
    >>> snn = SNN(SimulationParams(
    ...     num_neurons=200, num_output_neurons=20, mean_weight=0.1, small_world_graph_k=20, small_world_graph_p=0.2,
    ...     membrane_threshold=1.0, leak_coefficient=0.1, refractory_period=2, input_spike_times=spikes, seed=0))
    >>> snn.simulate().shape
    (100, 20)
    """

    def __init__(self, simulation_params: SimulationParams, stdp_params: STDPParams | None = None) -> None:
        check_type("simulation_params", simulation_params, SimulationParams)
        if stdp_params is not None:
            check_type("stdp_params", stdp_params, STDPParams)
        params = simulation_params
        rngs = streams(params.seed)
        self._weights = build_weights(params, rngs["topology"], rngs["weights"])
        self._rng = rngs["weights"]
        self._threshold = float(params.membrane_threshold)
        self._leak = float(params.leak_coefficient)
        self._refractory = int(params.refractory_period)
        amplitude = params.current_amplitude
        self._amplitude = self._threshold if amplitude is None else float(amplitude)
        self._duration = None if params.duration is None else int(params.duration)
        self._input = check_input("input_spike_times", params.input_spike_times, self.num_neurons)
        if params.output_neurons is not None:
            self._outputs = check_neurons("output_neurons", params.output_neurons, self.num_neurons)
        else:
            hidden = np.arange(self.num_input_neurons, self.num_neurons)
            self._outputs = rngs["outputs"].permutation(hidden)[: params.num_output_neurons]
        if params.membrane_potentials is not None:
            self._initial_potentials = check_potentials(
                "membrane_potentials", params.membrane_potentials, self.num_neurons
            )
        else:
            uniform = rngs["potentials"].random(self.num_neurons, dtype=np.float32)
            self._initial_potentials = uniform * np.float32(self._threshold)
        self._state = state_at(self._initial_potentials)
        self._input_weights = None
        self._input_currents = None
        self._input_hold = 1
        self._stdp = stdp_params
        self._recording = None

    def __repr__(self) -> str:
        return (
            f"<SNN: {self.num_neurons} neurons, {self._weights.nnz} synapses, {self.num_input_neurons} inputs, "
            f"{self.num_output_neurons} outputs>"
        )

    def simulate(self, trace_tau: float | None = 10.0, *, progress: Progress = False) -> NDArray[np.int8]:
        """Run for ``simulation_duration`` steps from the present state.

        Two runs over the halves of an input equal one over the whole, plasticity included. Ctrl-C ends a run between
        two steps: the network is then where the recording ends.

        Parameters
        ----------
        trace_tau : float, optional
            Time constant in steps, > 0, of :meth:`get_trace`; None leaves the trace as it is.
        progress : bool or callable, default False
            True shows a bar on standard error; a function is called with (steps done, steps in all).

        Returns
        -------
        ndarray of int8, shape (n_steps, n_outputs)
            1 where an output neuron fired.

        Raises
        ------
        ValueError
            If the run would have no steps: neither input nor duration.
        """
        n_steps = self.simulation_duration
        if n_steps == 0:
            raise ValueError("simulate needs input_spike_times or duration of at least one step. Got 0 steps instead.")
        decay = trace_decay(trace_tau)
        report = reporter(progress, "simulate", n_steps)
        currents = None
        if self._input_currents is not None:
            signal = np.ascontiguousarray(self._input_currents.T)
            currents = self._require_input_weights().drive(signal, self._input_hold)
        runner = self._runner(spike_drive(self._input), currents, decay)
        try:
            with report:
                for done in runner.advance(n_steps):
                    report(done)
        finally:
            self._recording = runner.recording()
        return self._recording.to_dense(self._outputs)

    def reset(self) -> None:
        """Restore the potentials of construction, zero timers and traces, drop the recording.

        Weights, threshold, input and outputs stay.
        """
        self._state = state_at(self._initial_potentials)
        self._recording = None

    def set_input_spike_times(self, input_spike_times: ArrayLike) -> None:
        """Set the input of the next runs.

        Parameters
        ----------
        input_spike_times : array_like, shape (n_inputs, n_steps)
            0/1 of any real dtype; row i drives neuron i. Without a ``duration`` its steps are those of a run.

        Raises
        ------
        TypeError, ValueError
            If it is not 0/1 or has more rows than the network has neurons.
        """
        self._input = check_input("input_spike_times", input_spike_times, self.num_neurons)

    def set_input_weights(self, input_weights: Any, bias: ArrayLike | None = None) -> None:
        """Set how analogue input reaches the neurons, and drop the currents set before.

        In each step of the input every neuron's potential gains a current: its bias plus, channel after channel, the
        channel's value times its weight, added up in float32.

        Parameters
        ----------
        input_weights : scipy.sparse matrix or array_like, shape (n_channels, num_neurons)
            Finite. See :func:`snnres.encoding.random_input_weights`.
        bias : array_like, shape (num_neurons,), optional
            Constant current, zero if None.

        Raises
        ------
        TypeError, ValueError
            If they are not of that form; the network stays as it was.
        """
        self._input_weights = InputWeights(input_weights, bias, self.num_neurons)
        self._input_currents = None

    def set_input_currents(self, currents: ArrayLike | None, hold: int = 1) -> None:
        """Set the analogue input of the next runs; None for none.

        Parameters
        ----------
        currents : array_like, shape (n_channels, n_steps), optional
            Finite, a row for each row of :meth:`set_input_weights`. Without a ``duration`` its steps are those of a
            run, or those of the input spikes if there are more.
        hold : int, default 1
            Steps for which each column lasts. The current of a column is computed once.
        """
        hold = check_int("hold", hold, 1)
        if currents is not None:
            currents = check_currents("currents", currents, self._require_input_weights().n_channels)
        self._input_currents, self._input_hold = currents, hold

    def get_membrane_potentials(self) -> NDArray[np.float32]:
        """Return a copy of the present potentials, shape (num_neurons,)."""
        return self.membrane_potentials

    def set_membrane_potentials(self, membrane_potentials: ArrayLike) -> None:
        """Start a trial from these potentials: timers and traces become zero.

        What :meth:`reset` restores does not change.

        Parameters
        ----------
        membrane_potentials : array_like of float, shape (num_neurons,)
            Finite; may exceed a threshold that was lowered.
        """
        self._state = state_at(check_potentials("membrane_potentials", membrane_potentials, self.num_neurons))

    def get_output_neurons(self) -> NDArray[np.int64]:
        """Return a copy of the indices of the output neurons."""
        return self.output_neurons

    def set_output_neurons(self, indices: ArrayLike) -> None:
        """Read other neurons out, from the latest recording too.

        Parameters
        ----------
        indices : array_like of int, shape (n_outputs,)
            Distinct, in [0, num_neurons).
        """
        self._outputs = check_neurons("indices", indices, self.num_neurons)

    def get_trace(self) -> NDArray[np.float32]:
        """Return the exponentially filtered spikes of all neurons after the latest step, shape (num_neurons,).

        In each step ``trace *= exp(-1 / trace_tau)``, then 1 is added for a spike; ``trace_tau`` is
        :meth:`simulate`'s.
        """
        return self._state.trace.copy()

    def disable_stdp(self) -> None:
        """End plasticity and clear its traces; the weights stay as they have become."""
        if self._stdp is not None:
            self._stdp = replace(self._stdp, enabled=False)
        self._state.x_pre[:] = 0
        self._state.x_post[:] = 0

    def copy(self) -> "SNN":
        """Return an independent network in the same state, random state included."""
        return copy.deepcopy(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        # Arrays that pickle hands over may be read-only (memory-mapped by joblib); the kernels write to these.
        self._state = NetworkState._make(np.array(part) for part in self._state)
        self._weights = self._weights.copy()


def build_weights(
    params: SimulationParams, topology_rng: np.random.Generator, weights_rng: np.random.Generator
) -> sp.csr_matrix:
    """Return the weights that the parameters describe: a copy of the user's, or a random network."""
    if params.adjacency_matrix is not None:
        return check_weights("adjacency_matrix", params.adjacency_matrix)
    # SimulationParams has checked that the numbers of the chosen graph are there.
    n_neurons, mean = cast(int, params.num_neurons), cast(float, params.mean_weight)
    if params.is_random_uniform:
        prob = cast(float, params.connection_prob)
        indptr, indices = topology.erdos_renyi(int(n_neurons), float(prob), topology_rng)
    else:
        k, p = cast(int, params.small_world_graph_k), cast(float, params.small_world_graph_p)
        indptr, indices = topology.watts_strogatz(int(n_neurons), int(k), float(p), topology_rng)
    variation = 0.1 if params.weight_variance is None else float(params.weight_variance)
    weights = topology.normal_weights(len(indices), float(mean), abs(float(mean)) * variation, weights_rng)
    return topology.to_csr(indptr, indices, weights)
