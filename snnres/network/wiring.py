"""What can be done with a network's synapses: read, replaced, delayed, rescaled, pruned, moved."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from .. import homeostasis, io, topology
from ..homeostasis.rewiring import draw_moves, moved_rows, new_weights
from ..homeostasis.scaling import scaled
from ..params import SeedLike, check_seed
from ..parts.delays import DelaysLike, delays_of
from ..seeding import streams
from ..validation import FLOAT32_MAX, INT32_MAX, check_int, check_real, check_weight_signs, refuse
from .readings import Readings
from .replacement import state_beside, with_elements
from .synapses import Synapses, as_weights, source_of_synapse


class Wiring(Readings):
    """Synapses of :class:`SNN`: what changes their weights, their pattern or their delays, from outside a run."""

    _initial_potentials: NDArray[np.float32]
    _rng: np.random.Generator

    def _start(self, potentials: NDArray[np.float32], *, trial: int = 0) -> None:
        """Start a trial: timers and traces zero."""
        self._state = self._network.state_at(potentials, getattr(self, "_state", None), trial=trial)

    def _set_synapses(self, synapses: Synapses) -> None:
        """Replace the synapses; the state stays, see :func:`state_beside`."""
        network = replace(self._network, synapses=synapses)
        self._state = state_beside(self._network, network, self._state)
        self._network = network

    def _set_weights(self, weights: sp.csr_matrix) -> None:
        """Replace the weights; delays stay, for which the synapses must be the same, and the signs of neurons do."""
        if self._network.signs is not None:
            check_weight_signs("topology", self._network.signs, weights)
        delays = None
        if self._network.synapses.delays is not None:
            present, delays = self._network.synapses.by_target()
            same = np.array_equal(weights.indptr, present.indptr) and np.array_equal(weights.indices, present.indices)
            if not same:
                raise ValueError(
                    "topology must have the same synapses, since each has a delay: call set_delays(None) first, or "
                    f"build another network. Got {weights.nnz} synapses in place of {present.nnz} instead."
                )
        self._set_synapses(Synapses(weights, delays))

    def get_topology(self) -> sp.csr_matrix:
        """Return a copy of the weights, float32 CSR; ``W[j, i]`` is the synapse from j to i."""
        return self._network.synapses.by_target()[0]

    def set_topology(self, topology: Any) -> None:
        """Replace the weights; the rest of the network stays, delays too: with these, the synapses must be the same.

        Parameters
        ----------
        topology : scipy.sparse matrix or array_like, shape (num_neurons, num_neurons)
            Finite, without duplicates. Dense and integer matrices are converted. Where neurons have signs, each weight
            must be 0 or have that of its source.

        Raises
        ------
        TypeError, ValueError
            If it is not such a matrix; the network stays as it was.
        """
        self._set_weights(as_weights("topology", topology, self.num_neurons))

    @property
    def delays(self) -> sp.csr_matrix:
        """Delay of each synapse in steps, int32 CSR of the pattern of :meth:`get_topology` (a copy)."""
        weights, delays = self._network.synapses.by_target()
        steps = np.ones(weights.nnz, dtype=np.int32) if delays is None else delays
        return sp.csr_matrix((steps, weights.indices, weights.indptr), shape=weights.shape)

    @property
    def max_delay(self) -> int:
        """Longest delay in steps; 1 without delays."""
        return self._network.synapses.max_delay

    def set_delays(self, delays: DelaysLike, seed: SeedLike = None) -> None:
        """Set how long spikes are on their way, and start a trial from the present potentials.

        A spike in step t reaches the potentials of its targets at the end of step ``t + delay - 1``: 1 is the model
        without delays. Any number of spikes may be on their way along a synapse. With plasticity, a spike counts as
        presynaptic in the step in which it arrives; it carries the weight of the step in which it was sent.

        What is on its way under the former delays is dropped, with timers and traces, as by
        :meth:`set_membrane_potentials`.

        Parameters
        ----------
        delays : int, array_like, sparse matrix, Delays or None
            Whole steps >= 1: one number; one for each neuron, (num_neurons,), a delay of its axon; one for each
            synapse, a matrix of the pattern of the weights; a distribution such as
            :class:`snnres.parts.UniformDelays`; None for 1 everywhere.
        seed : int, SeedSequence or Generator, optional
            From which a distribution is drawn.

        Raises
        ------
        TypeError, ValueError
            If they are not of that form; the network stays as it was.

        Examples
        --------
        >>> import numpy as np
        >>> from snnres import SNN, SimulationParams
        >>> snn = SNN(SimulationParams(
        ...     adjacency_matrix=np.array([[0.0, 1.0], [0.0, 0.0]]), output_neurons=[0, 1], membrane_threshold=1.0,
        ...     leak_coefficient=0.0, refractory_period=1, membrane_potentials=[1.0, 0.0], duration=5))
        >>> snn.set_delays(3)
        >>> snn.simulate()[:, 1].tolist()
        [0, 0, 0, 1, 0]
        """
        check_seed("seed", seed)
        weights, _ = self._network.synapses.by_target()
        synapses = Synapses(weights, delays_of("delays", delays, weights, streams(seed)["delays"]))
        network = replace(self._network, synapses=synapses)
        self._state = with_elements(self._network, network, self._state)
        self._network = network
        self._start(self._state.cell.potential)

    def rescale_synaptic_weights_to_mean(self, target_mean: float) -> None:
        """Multiply all weights by one factor, so that their mean becomes ``target_mean``.

        Raises
        ------
        ValueError
            If the present mean is 0, there are no synapses, a weight would leave the range of float32, or that of a
            device, or neurons have signs, which a negative factor would turn. With the levels of a device the mean is
            reached as far as they allow.
        """
        target = check_real("target_mean", target_mean)
        present = self.weights_mean
        if present == 0.0:
            raise ValueError("target_mean must be reachable: the present mean weight must not be 0. Got 0 instead.")
        factor = target / present
        if factor < 0 and self._network.signs is not None:
            rule = f"of the sign of the present mean ({present:g}), or 0, where neurons have signs"
            raise refuse("target_mean", rule, target_mean)
        if abs(factor) * max(1.0, float(np.abs(self._weights.data).max())) > FLOAT32_MAX:
            raise refuse("target_mean", "such that every weight stays within the range of float32", target_mean)
        self._network.synapses.set_weights(self._network.programmed(self._weights.data * np.float32(factor)))

    def reset_synaptic_weights(self, mean: float, std: float = 0.1, *, inhibitory_ratio: float | None = None) -> None:
        """Draw the weights of the existing synapses anew from a normal distribution.

        Where neurons have signs, what is drawn is made positive, or by ``-inhibitory_ratio`` times as much negative, as
        :class:`snnres.SimulationParams` does.

        Parameters
        ----------
        mean : float
            Mean weight; > 0 where neurons have signs.
        std : float, default 0.1
            Coefficient of variation, >= 0: the standard deviation is ``std * abs(mean)``.
        inhibitory_ratio : float, optional
            How much stronger inhibitory synapses are (g), > 0; only where neurons have signs. None: 1.
        """
        mean = check_real("mean", mean)
        sd = check_real("std", std, low=0) * abs(mean)
        signs = self._network.signs
        if signs is None and inhibitory_ratio is not None:
            raise refuse("inhibitory_ratio", "None where neurons have no signs", inhibitory_ratio)
        if signs is not None:
            check_real("mean of the weights of neurons with signs", mean, above=0)
        ratio = 1.0 if inhibitory_ratio is None else check_real("inhibitory_ratio", inhibitory_ratio, above=0)
        rng = copy.deepcopy(self._rng)
        drawn = topology.normal_weights(self._weights.nnz, mean, sd, rng)
        if signs is not None:
            with np.errstate(over="ignore"):
                drawn = np.abs(drawn) * np.where(signs > 0, np.float32(1), np.float32(-ratio))[self._sources]
            if not np.isfinite(drawn).all():
                rule = "such that every weight stays within the range of float32"
                raise refuse("inhibitory_ratio", rule, inhibitory_ratio)
        self._network.synapses.set_weights(self._network.programmed(drawn))
        self._rng = rng

    @property
    def _sources(self) -> NDArray[np.int64]:
        """The source of each synapse, in the order of the weights."""
        return source_of_synapse(self._weights)

    def apply_synaptic_scaling(
        self, target_rate: ArrayLike, learning_rate: float = 0.02, *, rates: ArrayLike | None = None
    ) -> NDArray[np.float32]:
        """Multiply what excites each neuron by a factor that, run after run, brings its rate to a target.

        In a recurrent network all rates change with each, so that large steps make them swing about their targets.
        Weights are bounded by nothing but the rules that next touch them; those of 0 or below stay.

        Parameters
        ----------
        target_rate : float or array_like, shape (num_neurons,)
            Rate in spikes per step, in (0, 1]: one for all neurons, or one for each.
        learning_rate : float, default 0.02
            How far one scaling goes, > 0.
        rates : array_like, shape (num_neurons,), optional
            Measured rates in spikes per step, in [0, 1]; those of the latest run if None.

        Returns
        -------
        ndarray of float32, shape (num_neurons,)
            The factors.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described, there has been no run, or a weight would leave the range of float32,
            or that of a device; the network stays as it was.

        See Also
        --------
        snnres.homeostasis.scaling_factors : the equation and its source.

        Examples
        --------
        >>> import numpy as np
        >>> from snnres import SNN, SimulationParams
        >>> snn = SNN(SimulationParams(
        ...     num_neurons=200, num_output_neurons=20, mean_weight=0.12, small_world_graph_k=20,
        ...     small_world_graph_p=0.2, membrane_threshold=1.0, leak_coefficient=0.1, refractory_period=2,
        ...     input_spike_times=np.random.default_rng(0).integers(0, 2, size=(20, 500)), seed=0))
        >>> _ = snn.simulate()
        >>> mean = snn.weights_mean
        >>> factors = snn.apply_synaptic_scaling(0.05, 0.1)
        >>> bool(factors.max() > 1), snn.weights_mean > mean
        (True, True)
        """
        if rates is None:
            recording = self.recording
            if recording.n_steps == 0:
                raise ValueError("rates must be given where the latest run has no steps. Got None instead.")
            rates = np.bincount(recording.neurons, minlength=self.num_neurons) / recording.n_steps
        factors = homeostasis.scaling_factors(rates, target_rate, learning_rate)
        self._network.synapses.set_weights(self._network.programmed(scaled(self._weights, factors)))
        return factors

    def rewire(self, fraction: float, weight: float, *, delay: int | None = None) -> None:
        """Remove the weakest synapses by absolute weight, and let as many join neurons at random.

        New synapses join pairs of neurons, without loops, that none joined before, drawn with the network's seed: the
        number of synapses stays. What is on its way stays too, and so does what a rule, or a device, keeps of the
        other synapses.

        Parameters
        ----------
        fraction : float
            In (0, 1]. ``floor(fraction * nnz)`` synapses go, at least 1, the earlier of two equals first.
        weight : float
            Of the new synapses. Where neurons have signs it is a magnitude, >= 0, and each has the sign of its source.
        delay : int, optional
            Of the new synapses in steps, >= 1; to be given where synapses have delays, and only there.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described, there are no synapses, or fewer pairs of neurons without one than
            synapses would go; where synapses have delays and learn, if a spike or a trace is on its way. The network
            stays as it was.

        See Also
        --------
        snnres.homeostasis.rewire : the same for a matrix, with its source.

        Examples
        --------
        >>> from snnres import SNN, SimulationParams
        >>> snn = SNN(SimulationParams(
        ...     num_neurons=50, num_output_neurons=20, mean_weight=0.5, small_world_graph_k=10, small_world_graph_p=0.2,
        ...     membrane_threshold=1.0, leak_coefficient=0.1, refractory_period=2, seed=0))
        >>> snn.rewire(0.2, weight=0.25)
        >>> weights = snn.get_topology()
        >>> weights.nnz, int((weights.data == 0.25).sum())
        (250, 50)
        """
        signs, (weights, delays) = self._network.signs, self._network.synapses.by_target()
        if signs is None:
            grown = new_weights(check_real("weight", weight), self.num_neurons)
        else:
            grown = new_weights(check_real("weight", weight, low=0), self.num_neurons) * signs
        if delays is None and delay is not None:
            raise refuse("delay", "None for synapses without delays", delay)
        steps = None if delays is None else check_int("delay", delay, 1, INT32_MAX)
        rng = copy.deepcopy(self._rng)
        moves = draw_moves(weights, fraction, rng)
        indptr, indices, order = moved_rows(weights, moves)
        data = np.concatenate([weights.data[moves.keep], grown[moves.sources]])[order]
        if delays is not None:
            new = np.full(len(moves.sources), steps, dtype=np.int32)
            delays = np.concatenate([delays[moves.keep], new])[order]
        self._set_synapses(Synapses(topology.to_csr(indptr, indices, data), delays))
        self._rng = rng

    def prune(self, fraction: float) -> None:
        """Remove the weakest synapses by absolute weight.

        Parameters
        ----------
        fraction : float
            In (0, 1). ``floor(fraction * nnz)`` synapses go, at least 1 and at most all but one, the earlier of two
            equals first; explicit zeros go too.

        Raises
        ------
        ValueError
            If ``fraction`` is out of range or fewer than two synapses are left.
        """
        fraction = check_real("fraction", fraction, above=0, below=1)
        if self._weights.nnz < 2:
            raise ValueError(f"prune must leave a synapse: it needs at least 2. Got {self._weights.nnz} instead.")
        weights, delays = self._network.synapses.by_target()
        keep = topology.survivors(weights, fraction)
        self._set_synapses(Synapses(topology.restricted(weights, keep), None if delays is None else delays[keep]))

    def save_topology(self, filename: io.PathLike = io.TOPOLOGY_PATH) -> None:
        """Write the weights in SciPy's ``.npz`` format."""
        io.save_topology(filename, self.get_topology())

    def load_topology(self, filename: io.PathLike = io.TOPOLOGY_PATH) -> None:
        """Replace the weights by those of a file, see :func:`snnres.load_topology`."""
        self._set_weights(as_weights("topology", io.load_topology(filename), self.num_neurons))
