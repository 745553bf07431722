"""The synapses that parameters describe."""

from typing import cast

import numpy as np
import scipy.sparse as sp

from .. import topology
from ..params import SimulationParams
from ..validation import check_matrix


def build_weights(
    params: SimulationParams, topology_rng: np.random.Generator, weights_rng: np.random.Generator
) -> sp.csr_matrix:
    """Return the weights that the parameters describe: a copy of the user's, or a random network."""
    if params.adjacency_matrix is not None:
        return check_matrix("adjacency_matrix", params.adjacency_matrix)
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
