"""The synapses that parameters describe."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple, cast

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from .. import topology
from ..params import SimulationParams
from ..parts.graphs.base import Indices, Indptr, checked_rows
from ..validation import check_matrix, check_neuron_signs

# Synapses from which on their weights are drawn in a thread of its own, beside the graph.
WORTH_A_THREAD = 2**16


class Built(NamedTuple):
    """Weights, and the sign of each neuron (n_neurons,), 1 or -1; None where neurons have none."""

    weights: sp.csr_matrix
    signs: NDArray[np.int8] | None


def build_weights(
    params: SimulationParams,
    topology_rng: np.random.Generator,
    weights_rng: np.random.Generator,
    signs_rng: np.random.Generator,
) -> Built:
    """Return the weights that the parameters describe: a copy of the user's, or a random network."""
    if params.adjacency_matrix is not None:
        weights = check_matrix("adjacency_matrix", params.adjacency_matrix)
        if params.neuron_signs is None:
            return Built(weights, None)
        return Built(weights, topology.check_signs(weights, params.neuron_signs))
    signs = build_signs(params, signs_rng)
    # SimulationParams has checked that it is there.
    mean = float(cast(float, params.mean_weight))
    variation = 0.1 if params.weight_variance is None else float(params.weight_variance)
    law = (mean, abs(mean) * variation, weights_rng)
    n_synapses = size_of_ring(params)
    if n_synapses < WORTH_A_THREAD:
        indptr, indices = build_graph(params, topology_rng, signs)
        drawn = topology.normal_weights(len(indices), *law)
    else:
        with drawn_beside(n_synapses, *law) as future:
            indptr, indices = build_graph(params, topology_rng, signs)
            drawn = future.result()
    weights = topology.to_csr(indptr, indices, drawn)
    if signs is None:
        return Built(weights, None)
    ratio = 1.0 if params.inhibitory_ratio is None else params.inhibitory_ratio
    topology.give_signs(weights, signs, ratio)
    return Built(weights, signs)


@contextmanager
def drawn_beside(count: int, mean: float, sd: float, rng: np.random.Generator) -> Iterator[Future[NDArray[np.float32]]]:
    """Draw weights in a thread of its own, while another draws the graph from another stream."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        try:
            yield pool.submit(topology.normal_weights, count, mean, sd, rng, stop)
        finally:
            stop.set()


def size_of_ring(params: SimulationParams) -> int:
    """Return the synapses of a small world, 0 for another graph, whose number nobody knows before it is drawn."""
    if params.graph is not None or params.is_random_uniform:
        return 0
    n_neurons, k = int(cast(int, params.num_neurons)), int(cast(int, params.small_world_graph_k))
    return n_neurons * min(k, n_neurons - 1) // 2


def build_signs(params: SimulationParams, rng: np.random.Generator) -> NDArray[np.int8] | None:
    """Return which neurons of a generated network excite and which inhibit."""
    n_neurons = int(cast(int, params.num_neurons))
    if params.neuron_signs is not None:
        return check_neuron_signs("neuron_signs", params.neuron_signs, n_neurons)
    if params.inhibitory_fraction is None:
        return None
    signs = np.ones(n_neurons, dtype=np.int8)
    signs[rng.permutation(n_neurons)[: round(params.inhibitory_fraction * n_neurons)]] = -1
    return signs


def build_graph(
    params: SimulationParams, rng: np.random.Generator, signs: NDArray[np.int8] | None
) -> tuple[Indptr, Indices]:
    """Return the graph of a generated network, whose own numbers SimulationParams has checked to be there."""
    n_neurons = int(cast(int, params.num_neurons))
    if params.graph is not None:
        return checked_rows(params.graph, n_neurons, *params.graph.draw(n_neurons, rng, signs))
    if params.is_random_uniform:
        return topology.erdos_renyi(n_neurons, float(cast(float, params.connection_prob)), rng)
    k, p = cast(int, params.small_world_graph_k), cast(float, params.small_world_graph_p)
    return topology.watts_strogatz(n_neurons, int(k), float(p), rng)
