"""What random graphs are drawn with: pairs at random, and arcs in rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...kernels.graphs import count_ends, group, place_sorted
from .base import Indices, Indptr

# Leaps drawn at a time.
CHUNK = 2**22


def chosen(n_candidates: int, prob: float, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Yield, ascending and in chunks, the candidates that are chosen if each is with one probability.

    Walks through them in geometric leaps, so that it takes time in proportion to those that are chosen.

    Notes
    -----
    V. Batagelj and U. Brandes, Physical Review E 71 (2005) 036113.
    """
    last = -1
    while prob > 0 and last < n_candidates - 1:
        ahead = n_candidates - 1 - last
        leaps = rng.geometric(prob, size=int(min(CHUNK, ahead * prob * 1.01 + 100)))
        too_far = np.flatnonzero(leaps > ahead)
        if len(too_far):
            # Cut before adding up, where a vanishing probability would overflow.
            leaps = leaps[: too_far[0]]
        positions = last + np.cumsum(leaps)
        within = positions[positions < n_candidates]
        yield within
        if len(too_far) or len(within) < len(positions):
            return
        last = int(positions[-1])


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
