"""Structural plasticity: the weakest synapses go, and as many grow elsewhere."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from .. import topology
from ..validation import check_array, check_finite, check_real, check_type, check_weights


def rewire(weights: sp.csr_matrix, fraction: float, weight: ArrayLike, rng: np.random.Generator) -> sp.csr_matrix:
    """Return weights of which the weakest are removed, while as many new synapses join neurons at random.

    ``floor(fraction * nnz)`` synapses go, at least 1, the weakest by absolute weight, the earlier of two equals first.
    As many pairs of neurons that no synapse joined before are drawn, each as likely, without loops: the number of
    synapses stays.

    Parameters
    ----------
    weights : scipy.sparse matrix of float, shape (n_neurons, n_neurons)
        ``W[j, i]`` is the weight of the synapse from j to i; it stays as it is.
    fraction : float
        In (0, 1].
    weight : float or array_like, shape (n_neurons,)
        Weight of the new synapses: one for all, or one for the synapses of each source.
    rng : numpy.random.Generator
        Source of all draws.

    Returns
    -------
    scipy.sparse.csr_matrix of float32, shape (n_neurons, n_neurons)

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value; if there are no synapses, or fewer pairs of neurons without one
        than synapses would go.

    Notes
    -----
    Mocanu et al., Nature Communications 9 (2018) 2383, train sparse networks in this way. On structural plasticity in
    brains: Butz, Woergoetter and van Ooyen, Brain Research Reviews 60 (2009) 287-305.

    See Also
    --------
    snnres.SNN.rewire : the same for a network, which may have delays and signs.

    Examples
    --------
    >>> import numpy as np, scipy.sparse as sp
    >>> weights = sp.csr_matrix([[0, 0.5, 0.1], [0, 0, 0.7], [0, 0.4, 0]])
    >>> moved = rewire(weights, 0.25, 0.3, np.random.default_rng(0))
    >>> moved.nnz, moved[0, 2], moved[1, 0] + moved[2, 0] == np.float32(0.3)
    (4, np.float32(0.0), np.True_)
    """
    matrix = check_weights("weights", weights)
    each = new_weights(weight, matrix.shape[0])
    moves = draw_moves(matrix, fraction, rng)
    data = np.concatenate([matrix.data[moves.keep], each[moves.sources]])
    indptr, indices, order = moved_rows(matrix, moves)
    return topology.to_csr(indptr, indices, data[order])


class Moves(NamedTuple):
    """Which synapses stay, (nnz,) bool, and the ends of those that grow, a source and a target each."""

    keep: NDArray[np.bool_]
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]


def draw_moves(weights: sp.csr_matrix, fraction: float, rng: np.random.Generator) -> Moves:
    """Return which synapses of a matrix with sorted rows go, and where others grow."""
    share = check_real("fraction", fraction, above=0, high=1)
    check_type("rng", rng, np.random.Generator)
    if weights.nnz == 0:
        raise ValueError("rewire must find synapses that it can move. Got a network without any instead.")
    count = max(int(share * weights.nnz), 1)
    n_neurons = weights.shape[0]
    present = keys_of_pairs(weights)
    n_absent = n_neurons * (n_neurons - 1) - len(present)
    if count > n_absent:
        raise ValueError(
            f"fraction must be such that there are as many pairs of neurons without a synapse ({n_absent}) as synapses "
            f"go. Got {fraction!r}, by which {count} of {weights.nnz} would, instead."
        )
    keep = np.ones(weights.nnz, dtype=bool)
    keep[np.argsort(np.abs(weights.data), kind="stable")[:count]] = False
    places = np.sort(rng.choice(n_absent, count, replace=False, shuffle=False))
    # Before the k-th pair that is present there are present[k] - k that are absent.
    keys = places + np.searchsorted(present - np.arange(len(present)), places, side="right")
    sources, targets = np.divmod(keys, n_neurons - 1)
    return Moves(keep, sources, targets + (targets >= sources))


def keys_of_pairs(weights: sp.csr_matrix) -> NDArray[np.int64]:
    """Return a number for each synapse that is no loop, ascending: its place among all pairs of distinct neurons."""
    n_neurons = weights.shape[0]
    sources = np.repeat(np.arange(n_neurons), np.diff(weights.indptr))
    targets = weights.indices.astype(np.int64)
    loop = sources == targets
    sources, targets = sources[~loop], targets[~loop]
    return np.asarray(sources * (n_neurons - 1) + targets - (targets > sources))


def moved_rows(weights: sp.csr_matrix, moves: Moves) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Return row bounds, ascending column indices, and where among those that stay, then those that grow, each is."""
    n_neurons = weights.shape[0]
    former = np.repeat(np.arange(n_neurons), np.diff(weights.indptr))
    sources = np.concatenate([former[moves.keep], moves.sources])
    targets = np.concatenate([weights.indices[moves.keep], moves.targets])
    order = np.lexsort((targets, sources))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(sources, minlength=n_neurons))])
    return indptr, targets[order].astype(np.int32), order


def new_weights(weight: ArrayLike, n_neurons: int) -> NDArray[np.float32]:
    """Return the weight of new synapses for each source."""
    if np.ndim(weight) == 0:
        return np.full(n_neurons, check_real("weight", weight), dtype=np.float32)
    each = check_array("weight", weight, 1)
    check_finite("weight", each)
    if len(each) != n_neurons:
        raise ValueError(f"weight must have a value for each of {n_neurons} neurons. Got {len(each)} instead.")
    return each.astype(np.float32)
