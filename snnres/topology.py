"""Graphs and weights as CSR matrices: ``W[j, i]`` is the weight of the synapse from neuron j to neuron i."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from .kernels.graphs import count_ends, group, place_sorted, rewire
from .validation import FLOAT32_MAX, INT32_MAX, check_int, check_real, check_type, check_weights, refuse

if TYPE_CHECKING:
    import networkx

__all__ = ["erdos_renyi", "from_networkx", "to_networkx", "watts_strogatz"]

CHUNK = 2**22
# Standard deviations that no draw of a normal distribution comes near.
FARTHEST_DRAW = 40

Indptr = NDArray[np.int64]
Indices = NDArray[np.int32]


def arcs_to_rows(sources: Indices, targets: Indices, n_neurons: int) -> tuple[Indptr, Indices]:
    """Return row bounds and ascending column indices of arcs in any order, in two counting sorts."""
    in_indptr = np.zeros(n_neurons + 1, dtype=np.int64)
    count_ends(targets, in_indptr)
    grouped = np.empty(len(sources), dtype=np.int32)
    group(sources, targets, in_indptr[:-1].copy(), grouped)
    indptr = np.zeros(n_neurons + 1, dtype=np.int64)
    count_ends(sources, indptr)
    indices = np.empty(len(sources), dtype=np.int32)
    place_sorted(in_indptr, grouped, indptr[:-1].copy(), indices)
    return indptr, indices


def rewired_ring(n_neurons: int, k: int, p: float, rng: np.random.Generator) -> Indices:
    """Return (n_neurons, k/2): the neurons that each one's own edges lead to, after rewiring."""
    half = k // 2
    neurons = np.arange(n_neurons, dtype=np.int32)
    heads: Indices = np.add.outer(neurons, np.arange(1, half + 1, dtype=np.int32)) % np.int32(n_neurons)
    degree = np.full(n_neurons, k, dtype=np.int64)
    for lag in range(half):
        chosen = np.flatnonzero(rng.random(n_neurons) < p)
        done = 0
        while done < len(chosen):
            candidates = rng.integers(0, n_neurons, size=len(chosen) - done + 16, dtype=np.int32)
            done = rewire(heads, degree, lag, chosen, done, candidates)
    return heads


def watts_strogatz(n_neurons: int, k: int, p: float, rng: np.random.Generator) -> tuple[Indptr, Indices]:
    """Return a directed small-world graph as row bounds and column indices.

    The model of ``networkx.watts_strogatz_graph`` (each neuron joined to its k nearest on a ring, each edge moved
    at one end with probability p, lag by lag, never to a loop or a double), with one random direction an edge.

    Parameters
    ----------
    n_neurons : int
        Neurons, >= 1.
    k : int
        Neighbours on the ring, even, at most ``n_neurons``; ``k == n_neurons`` makes the complete graph.
    p : float
        Probability of rewiring, in [0, 1].
    rng : numpy.random.Generator
        Source of all draws.

    Returns
    -------
    indptr : ndarray of int64, shape (n_neurons + 1,)
    indices : ndarray of int32, shape (n_neurons * k / 2,)
        Ascending within a row.

    Notes
    -----
    D. J. Watts and S. H. Strogatz, Nature 393 (1998) 440-442.

    Examples
    --------
    >>> import numpy as np
    >>> indptr, indices = watts_strogatz(100, 10, 0.2, np.random.default_rng(0))
    >>> len(indices)
    500
    """
    n_neurons = check_int("n_neurons", n_neurons, 1, INT32_MAX)
    k = check_int("k", k, 2)
    if k % 2 or k > n_neurons:
        raise refuse("k", f"even and at most n_neurons ({n_neurons})", k)
    p = check_real("p", p, low=0, high=1)
    check_type("rng", rng, np.random.Generator)
    if k == n_neurons:
        tails, heads = (ends.astype(np.int32) for ends in np.triu_indices(n_neurons, 1))
    else:
        tails = np.repeat(np.arange(n_neurons, dtype=np.int32), k // 2)
        heads = rewired_ring(n_neurons, k, p, rng).ravel()
    turned = rng.integers(0, 2, size=len(tails), dtype=np.bool_)
    return arcs_to_rows(np.where(turned, heads, tails), np.where(turned, tails, heads), n_neurons)


def erdos_renyi(n_neurons: int, prob: float, rng: np.random.Generator) -> tuple[Indptr, Indices]:
    """Return a directed graph G(n, p) as row bounds and column indices: each ordered pair with probability p.

    Walks through the n (n - 1) pairs in geometric leaps, so that it takes time in proportion to the synapses.

    Parameters
    ----------
    n_neurons : int
        Neurons, >= 1.
    prob : float
        Probability of each ordered pair of distinct neurons, in [0, 1].
    rng : numpy.random.Generator
        Source of all draws.

    Returns
    -------
    indptr : ndarray of int64, shape (n_neurons + 1,)
    indices : ndarray of int32
        Ascending within a row; their number is binomial.

    Notes
    -----
    V. Batagelj and U. Brandes, Physical Review E 71 (2005) 036113.

    Examples
    --------
    >>> import numpy as np
    >>> indptr, indices = erdos_renyi(100, 1.0, np.random.default_rng(0))
    >>> len(indices)
    9900
    """
    n_neurons = check_int("n_neurons", n_neurons, 1, INT32_MAX)
    prob = check_real("prob", prob, low=0, high=1)
    check_type("rng", rng, np.random.Generator)
    n_pairs = n_neurons * (n_neurons - 1)
    counts = np.zeros(n_neurons, dtype=np.int64)
    columns = []
    last = -1
    while prob > 0 and last < n_pairs - 1:
        ahead = n_pairs - 1 - last
        leaps = rng.geometric(prob, size=int(min(CHUNK, ahead * prob * 1.01 + 100)))
        too_far = np.flatnonzero(leaps > ahead)
        if len(too_far):
            # Cut before adding up, where a vanishing probability would overflow.
            leaps = leaps[: too_far[0]]
        pairs = last + np.cumsum(leaps)
        within = pairs[pairs < n_pairs]
        rows, column = np.divmod(within, n_neurons - 1)
        column += column >= rows
        counts += np.bincount(rows, minlength=n_neurons)
        columns.append(column.astype(np.int32))
        if len(too_far) or len(within) < len(pairs):
            break
        last = int(pairs[-1])
    indptr = np.concatenate([[0], np.cumsum(counts)])
    return indptr, np.concatenate([np.empty(0, dtype=np.int32), *columns])


def normal_weights(count: int, mean: float, sd: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return float32 weights drawn from a normal distribution, refusing one that reaches beyond float32."""
    if abs(mean) + FARTHEST_DRAW * sd > FLOAT32_MAX:
        raise ValueError(
            f"mean weight and standard deviation must keep abs(mean) + {FARTHEST_DRAW} sd within the range of float32. "
            f"Got {mean:g} and {sd:g} instead."
        )
    weights = rng.standard_normal(count, dtype=np.float32)
    weights *= np.float32(sd)
    weights += np.float32(mean)
    return weights


def to_csr(indptr: Indptr, indices: Indices, weights: NDArray[np.float32]) -> sp.csr_matrix:
    """Return the square CSR matrix of these arrays, with the narrowest index type that SciPy takes."""
    index = np.int32 if indptr[-1] <= np.iinfo(np.int32).max else np.int64
    arrays = (weights, indices.astype(index, copy=False), indptr.astype(index))
    return sp.csr_matrix(arrays, shape=(len(indptr) - 1, len(indptr) - 1))


def survivors(weights: sp.csr_matrix, fraction: float) -> NDArray[np.bool_]:
    """Return which synapses are left without the weakest by absolute weight, and without explicit zeros.

    ``floor(fraction * nnz)`` go, at least 1 and at most nnz - 1, the earlier of two equals first.
    """
    strength = np.abs(weights.data)
    count = min(max(int(fraction * weights.nnz), 1), weights.nnz - 1)
    weakest = np.argsort(strength, kind="stable")[:count]
    keep = strength > 0
    keep[weakest] = False
    return np.asarray(keep)


def restricted(weights: sp.csr_matrix, keep: NDArray[np.bool_]) -> sp.csr_matrix:
    """Return a copy with only some of the synapses."""
    kept_before = np.concatenate([[0], np.cumsum(keep)])
    return to_csr(kept_before[weights.indptr], weights.indices[keep].astype(np.int32), weights.data[keep])


def mean_weight(weights: sp.csr_matrix) -> float:
    """Return the mean over the synapses, taken in float32 as in the reference; 0.0 where there are none."""
    return float(np.mean(weights.data)) if weights.nnz else 0.0


def weight_variance(weights: sp.csr_matrix) -> float:
    """Return the variance over the synapses (ddof 0), taken in float32; 0.0 where there are none."""
    return float(np.var(weights.data)) if weights.nnz else 0.0


def mean_in_degree(weights: sp.csr_matrix) -> float:
    """Return the synapses per neuron."""
    return float(weights.nnz / weights.shape[0])


def to_networkx(weights: sp.csr_matrix) -> networkx.DiGraph[int]:
    """Return a ``networkx.DiGraph`` with an edge j -> i of attribute ``weight`` for each synapse.

    Raises
    ------
    ImportError
        Without networkx: ``pip install "snnres[graphs]"``.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> to_networkx(sp.csr_matrix([[0, 0.5], [0, 0]])).edges[0, 1]["weight"]
    0.5
    """
    networkx = import_networkx()
    return networkx.from_scipy_sparse_array(check_weights("weights", weights), create_using=networkx.DiGraph)


def from_networkx(graph: networkx.Graph[Any], weight: str = "weight") -> sp.csr_matrix:
    """Return the float32 CSR matrix of a graph, its nodes in their order; an undirected edge becomes two synapses.

    Parameters
    ----------
    graph : networkx.Graph or networkx.DiGraph
        Not a multigraph.
    weight : str, default "weight"
        Edge attribute to read; 1.0 where an edge has none.

    Raises
    ------
    ImportError
        Without networkx: ``pip install "snnres[graphs]"``.
    ValueError
        If the graph is a multigraph or empty, or a weight is not finite.

    Examples
    --------
    >>> import networkx
    >>> from_networkx(networkx.path_graph(3)).nnz
    4
    """
    networkx = import_networkx()
    check_type("graph", graph, networkx.Graph)
    if graph.is_multigraph():
        raise ValueError("graph must not be a multigraph: a synapse joins two neurons once. Got a multigraph instead.")
    if not len(graph):
        raise ValueError("graph must have at least one node. Got an empty graph instead.")
    array = networkx.to_scipy_sparse_array(graph, weight=weight, dtype=np.float64, format="csr")
    return check_weights("graph", array)


def import_networkx() -> Any:
    """Return the optional networkx, or say how to get it."""
    try:
        import networkx
    except ImportError:
        raise ImportError('exchange with networkx needs it: pip install "snnres[graphs]"') from None
    return networkx
