"""Weights as CSR matrices: draw them, take some away, and their statistics."""

from __future__ import annotations

import threading

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..kernels.spans import spans
from ..parts.graphs.base import Indices, Indptr
from ..validation import FLOAT32_MAX

# Standard deviations that no draw of a normal distribution comes near.
FARTHEST_DRAW = 40
# Weights drawn at a time, as many as the caches hold.
AT_ONCE = 2**16


def normal_weights(
    count: int, mean: float, sd: float, rng: np.random.Generator, stop: threading.Event | None = None
) -> NDArray[np.float32]:
    """Return float32 weights drawn from a normal distribution, refusing one that reaches beyond float32.

    Ends early once ``stop`` is set, with what nobody will look at.
    """
    if abs(mean) + FARTHEST_DRAW * sd > FLOAT32_MAX:
        raise ValueError(
            f"mean weight and standard deviation must keep abs(mean) + {FARTHEST_DRAW} sd within the range of float32. "
            f"Got {mean:g} and {sd:g} instead."
        )
    weights = np.empty(count, dtype=np.float32)
    for first, last in spans(count, AT_ONCE):
        if stop is not None and stop.is_set():
            break
        piece = weights[first:last]
        rng.standard_normal(dtype=np.float32, out=piece)
        piece *= np.float32(sd)
        piece += np.float32(mean)
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
