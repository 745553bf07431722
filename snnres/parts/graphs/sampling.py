"""What random graphs are drawn with: pairs at random, and arcs in rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...kernels.graphs import count_ends, group, leap, place_sorted
from ...kernels.spans import row_spans, spans
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
        within = leap(leaps, last, n_candidates)
        yield leaps[:within]
        if within < len(leaps):
            return
        last = int(leaps[-1])


def arcs_to_rows(sources: Indices, targets: Indices, n_neurons: int) -> tuple[Indptr, Indices]:
    """Return row bounds and ascending column indices of arcs in any order, in two counting sorts."""
    in_indptr = bounds_of(targets, n_neurons)
    cursor = in_indptr[:-1].copy()
    grouped = np.empty(len(sources), dtype=np.int32)
    for first, last in spans(len(sources)):
        group(sources[first:last], targets[first:last], cursor, grouped)
    indptr = bounds_of(sources, n_neurons)
    cursor = indptr[:-1].copy()
    indices = np.empty(len(sources), dtype=np.int32)
    for first, last in row_spans(in_indptr):
        place_sorted(in_indptr, grouped, first, last, cursor, indices)
    return indptr, indices


def bounds_of(neurons: Indices, n_neurons: int) -> Indptr:
    """Return the bounds of the groups into which a list of neurons falls."""
    indptr = np.zeros(n_neurons + 1, dtype=np.int64)
    for first, last in spans(len(neurons)):
        count_ends(neurons[first:last], indptr)
    return np.cumsum(indptr, out=indptr)
