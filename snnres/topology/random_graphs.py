"""Random graphs of which all neurons are alike: Watts-Strogatz and Erdős-Rényi."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..kernels.graphs import LINE, fill_rows, list_moved, place_pairs, rewire
from ..kernels.spans import SPAN, spans
from ..parts.graphs.base import Indices, Indptr
from ..parts.graphs.sampling import arcs_to_rows, chosen
from ..validation import INT32_MAX, check_int, check_real, check_type, refuse


def rewired_ring(n_neurons: int, k: int, p: float, rng: np.random.Generator) -> tuple[Indices, NDArray[np.uint8]]:
    """Return where moved edges lead, as :func:`rewire` notes it, and (n_neurons, k/2) which of each neuron's are moved.

    Entry ``(u, lag)`` is the edge from neuron u to the one ``lag + 1`` further on the ring.
    """
    half = k // 2
    ends = lines_of(n_neurons, half + 1)
    sides = np.zeros((n_neurons, half), dtype=np.uint8)
    degree = np.full(n_neurons, k, dtype=np.int32)
    for lag in range(half):
        chosen = np.flatnonzero(rng.random(n_neurons) < p)
        done = 0
        while done < len(chosen):
            candidates = rng.integers(0, n_neurons, size=len(chosen) - done + 16, dtype=np.int32)
            done = rewire(ends, sides, degree, lag, chosen, done, candidates)
    return ends, sides


def lines_of(n_rows: int, n_entries: int) -> Indices:
    """Return rows of at least so many entries, all -1, one after the other, each in lines of memory of its own."""
    line = int(LINE)
    memory = np.full(n_rows * -(-n_entries // line) * line + line, -1, dtype=np.int32)
    first = -memory.ctypes.data // memory.itemsize % line
    return memory[first : first + len(memory) - line]


def turn(sides: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Draw which edges are turned round. Mutates ``sides``."""
    every = sides.reshape(-1)
    for first, last in spans(len(every)):
        every[first:last] |= rng.integers(0, 2, size=last - first, dtype=np.bool_)


def moved_arcs(ends: Indices, sides: NDArray[np.uint8]) -> tuple[Indices, Indices]:
    """Return sources and targets of the arcs that are not of the ring."""
    n_moved = int((~ends.reshape(len(sides), -1)[:, 0]).sum(dtype=np.int64))
    sources, targets = np.empty(n_moved, dtype=np.int32), np.empty(n_moved, dtype=np.int32)
    done = 0
    for first, last in neuron_spans(sides):
        done = list_moved(ends, sides, first, last, done, sources, targets)
    return sources, targets


def rows_of_ring(sides: NDArray[np.uint8], bounds: Indptr, moved: Indices, indices: Indices) -> tuple[Indptr, Indices]:
    """Return the rows of a ring of which some arcs lead elsewhere: these are ``moved``, between bounds of rows."""
    indptr = np.zeros(len(bounds), dtype=np.int64)
    near = np.empty(2 * sides.shape[1], dtype=np.int32)
    for first, last in neuron_spans(sides):
        fill_rows(sides, bounds, moved, first, last, indptr, indices, near)
    return indptr, indices


def neuron_spans(sides: NDArray[np.uint8]) -> Iterator[tuple[int, int]]:
    """Yield the bounds of pieces of so many neurons that they have about as many edges as a span."""
    return spans(len(sides), max(1, SPAN // sides.shape[1]))


def complete(n_neurons: int, rng: np.random.Generator) -> tuple[Indptr, Indices]:
    """Return the graph in which one arc joins each two neurons."""
    tails, heads = (ends.astype(np.int32) for ends in np.triu_indices(n_neurons, 1))
    turned = rng.integers(0, 2, size=len(tails), dtype=np.bool_)
    return arcs_to_rows(np.where(turned, heads, tails), np.where(turned, tails, heads), n_neurons)


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
        return complete(n_neurons, rng)
    ends, sides = rewired_ring(n_neurons, k, p, rng)
    turn(sides, rng)
    bounds, moved = arcs_to_rows(*moved_arcs(ends, sides), n_neurons)
    # The one large array that is no longer needed serves again: new memory is what takes the time.
    return rows_of_ring(sides, bounds, moved, ends[: sides.size])


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
    indptr, indices = np.zeros(n_neurons + 1, dtype=np.int64), np.empty(int(n_pairs * prob * 1.01), dtype=np.int32)
    row = done = 0
    for pairs in chosen(n_pairs, prob, rng):
        if done + len(pairs) > len(indices):
            indices.resize(done + len(pairs), refcheck=False)
        row = place_pairs(pairs, row, done, indptr, indices)
        done += len(pairs)
    indptr[row + 1 :] = done
    indices.resize(done, refcheck=False)
    return indptr, indices
