"""Random graphs of which all neurons are alike: Watts-Strogatz and Erdős-Rényi."""

from __future__ import annotations

import numpy as np

from ..kernels.graphs import rewire
from ..parts.graphs.base import Indices, Indptr
from ..parts.graphs.sampling import arcs_to_rows, chosen
from ..validation import INT32_MAX, check_int, check_real, check_type, refuse


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
    counts = np.zeros(n_neurons, dtype=np.int64)
    columns = []
    for pairs in chosen(n_neurons * (n_neurons - 1), prob, rng):
        rows, column = np.divmod(pairs, n_neurons - 1)
        column += column >= rows
        counts += np.bincount(rows, minlength=n_neurons)
        columns.append(column.astype(np.int32))
    indptr = np.concatenate([[0], np.cumsum(counts)])
    return indptr, np.concatenate([np.empty(0, dtype=np.int32), *columns])
