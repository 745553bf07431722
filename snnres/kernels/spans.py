"""Long work cut into pieces, since Python heeds an interrupt only between two calls of a kernel."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

# Synapses that a kernel visits at a time: some hundredths of a second.
SPAN = 2**22


def spans(count: int, size: int = SPAN) -> Iterator[tuple[int, int]]:
    """Yield the bounds of pieces of so many entries, in their order."""
    for first in range(0, count, size):
        yield first, min(first + size, count)


def row_spans(indptr: NDArray[np.integer]) -> Iterator[tuple[int, int]]:
    """Yield the bounds of pieces of so many rows that each has about as many synapses as a span."""
    bounds = indptr.astype(np.int64, copy=False)
    cuts = np.searchsorted(bounds, np.arange(SPAN, bounds[-1], SPAN))
    yield from pairwise(np.unique([0, *cuts.tolist(), len(bounds) - 1]).tolist())
