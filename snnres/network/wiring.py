"""What can be done with a network's synapses: read, replaced, delayed, rescaled, pruned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from .. import io, topology
from ..params import SeedLike, check_seed
from ..parts.delays import DelaysLike, delays_of
from ..seeding import streams
from ..validation import FLOAT32_MAX, check_real, refuse
from .arrays import named_arrays
from .readings import Readings
from .synapses import Synapses, as_weights, rearranged, same_pattern


class Wiring(Readings):
    """Synapses of :class:`SNN`: what changes their weights, their pattern or their delays, from outside a run."""

    _initial_potentials: NDArray[np.float32]
    _rng: np.random.Generator

    def _start(self, potentials: NDArray[np.float32], *, trial: int = 0) -> None:
        """Start a trial: timers and traces zero."""
        self._state = self._network.state_at(potentials, getattr(self, "_state", None), trial=trial)

    def _set_synapses(self, synapses: Synapses) -> None:
        """Replace the synapses; the state stays, what is on its way too.

        A rule knows what is on its way by the rows of the synapses, which become others where there are delays.
        """
        former = self._network.synapses
        network = replace(self._network, synapses=synapses)
        if network.active_rules and not (self._network.synapses.delays is synapses.delays is None):
            moving = named_arrays((self._state.rules, self._state.flight))
            if any(part.any() for part in moving.values()):
                raise ValueError(
                    "the synapses of a network with delays can be replaced while plasticity is on only where no spike "
                    "and no trace is on its way: call reset() or disable_stdp() first."
                )
            fresh = network.state_at(self._state.cell.potential)
            self._state = self._state._replace(rules=fresh.rules, flight=fresh.flight)
        elif network.active_rules and not same_pattern(self._network.synapses, synapses):
            # What is kept of each synapse is of those that were there.
            fresh = network.state_at(self._state.cell.potential)
            pairs = zip(self._state.rules, fresh.rules, strict=True)
            rules = tuple(lessons._replace(modulation=begun.modulation) for lessons, begun in pairs)
            self._state = self._state._replace(rules=rules)
        self._network = network
        self._state = self._state._replace(device=rearranged(self._state.device, former, synapses))

    def _set_weights(self, weights: sp.csr_matrix) -> None:
        """Replace the weights; delays stay, for which the synapses must be the same."""
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
            Finite, without duplicates. Dense and integer matrices are converted.

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
        device = rearranged(self._state.device, self._network.synapses, synapses)
        self._network = replace(self._network, synapses=synapses)
        self._state = self._state._replace(device=device)
        self._start(self._state.cell.potential)

    def rescale_synaptic_weights_to_mean(self, target_mean: float) -> None:
        """Multiply all weights by one factor, so that their mean becomes ``target_mean``.

        Raises
        ------
        ValueError
            If the present mean is 0, there are no synapses, or a weight would leave the range of float32, or that of a
            device; with the levels of one the mean is reached as far as they allow.
        """
        target = check_real("target_mean", target_mean)
        present = self.weights_mean
        if present == 0.0:
            raise ValueError("target_mean must be reachable: the present mean weight must not be 0. Got 0 instead.")
        factor = target / present
        if abs(factor) * max(1.0, float(np.abs(self._weights.data).max())) > FLOAT32_MAX:
            raise refuse("target_mean", "such that every weight stays within the range of float32", target_mean)
        self._weights.data[:] = self._network.programmed(self._weights.data * np.float32(factor))

    def reset_synaptic_weights(self, mean: float, std: float = 0.1) -> None:
        """Draw the weights of the existing synapses anew from a normal distribution.

        Parameters
        ----------
        mean : float
            Mean weight.
        std : float, default 0.1
            Coefficient of variation, >= 0: the standard deviation is ``std * abs(mean)``.
        """
        mean = check_real("mean", mean)
        sd = check_real("std", std, low=0) * abs(mean)
        drawn = topology.normal_weights(self._weights.nnz, mean, sd, self._rng)
        self._weights.data[:] = self._network.programmed(drawn)

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
