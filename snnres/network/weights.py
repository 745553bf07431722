"""The parts of a network that concern its weights: topology, pruning, homeostasis."""

from typing import Any

import numpy as np
import scipy.sparse as sp

from .. import homeostasis, topology
from ..validation import FLOAT32_MAX, check_bool, check_matrix, check_real, refuse
from .base import NetworkBase


def as_weights(name: str, matrix: Any, n_neurons: int) -> sp.csr_matrix:
    """Return a fresh float32 CSR matrix for ``n_neurons``; dense and integer matrices are converted."""
    weights = check_matrix(name, matrix)
    if weights.shape[0] != n_neurons:
        raise ValueError(f"{name} must have a row for each of {n_neurons} neurons. Got {weights.shape[0]} instead.")
    return weights


class WeightMethods(NetworkBase):
    """Topology, pruning and homeostasis of :class:`SNN`."""

    def get_topology(self) -> sp.csr_matrix:
        """Return a copy of the weights, float32 CSR; ``W[j, i]`` is the synapse from j to i."""
        return self._weights.copy()

    def set_topology(self, topology: Any) -> None:
        """Replace the weights; the rest of the network stays.

        Parameters
        ----------
        topology : scipy.sparse matrix or array_like, shape (num_neurons, num_neurons)
            Finite, without duplicates. Dense and integer matrices are converted.

        Raises
        ------
        TypeError, ValueError
            If it is not such a matrix; the network stays as it was.
        """
        self._weights = as_weights("topology", topology, self.num_neurons)

    def rescale_synaptic_weights_to_mean(self, target_mean: float) -> None:
        """Multiply all weights by one factor, so that their mean becomes ``target_mean``.

        Raises
        ------
        ValueError
            If the present mean is 0, there are no synapses, or a weight would leave the range of float32.
        """
        target = check_real("target_mean", target_mean)
        present = self.weights_mean
        if present == 0.0:
            raise ValueError("target_mean must be reachable: the present mean weight must not be 0. Got 0 instead.")
        factor = target / present
        if abs(factor) * max(1.0, float(np.abs(self._weights.data).max())) > FLOAT32_MAX:
            raise refuse("target_mean", "such that every weight stays within the range of float32", target_mean)
        self._weights.data *= np.float32(factor)

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
        self._weights.data[:] = topology.normal_weights(self._weights.nnz, mean, sd, self._rng)

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
        self._weights = topology.pruned(self._weights, fraction)

    def compute_global_scalar_threshold(self, use_abs_weights: bool = False) -> float:
        """Return ``mean weight * mean in-degree + 2 * input_mean_current * refractory_period``.

        Parameters
        ----------
        use_abs_weights : bool, default False
            Take the mean of the absolute weights.

        See Also
        --------
        snnres.homeostasis.mean_field_threshold
        """
        return homeostasis.mean_field_threshold(
            self._weights,
            self.input_mean_current,
            self.refractory_period,
            use_abs_weights=check_bool("use_abs_weights", use_abs_weights),
        )

    def apply_global_scalar_threshold(self, use_abs_weights: bool = False) -> float:
        """Set the threshold to :meth:`compute_global_scalar_threshold` and return it.

        Raises
        ------
        ValueError
            If it is not > 0, as with weights that are mostly negative.
        """
        self.membrane_threshold = self.compute_global_scalar_threshold(use_abs_weights)
        return self.membrane_threshold
