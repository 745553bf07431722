"""Synapses as the kernels take them: how they are made of a CSR matrix, and how spikes pass along them."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compile import jit
from .graphs import count_ends
from .prefetch import prefetch_to_read
from .spans import row_spans, spans
from .verbs import arriving, send, transmit

Float32Array = NDArray[np.float32]
UnsignedArray = NDArray[np.unsignedinteger[Any]]

ONE = np.uint32(1)
NEXT = np.uint64(1)
# Spikes ahead of the one that is sent, for whose rows memory is asked, and before that for where they begin.
ROWS_AHEAD, BOUNDS_AHEAD = 8, 16
# Weights in a cache line, of which one is asked for at a time.
LINE = np.uint64(16)
# Blocks of targets, in bits: by so many streams at once a processor still writes well.
BLOCK_BITS = 9


class Edges(NamedTuple):
    """Synapses by source (CSR), and by target where plasticity needs them.

    ``in_edge[in_indptr[i]:in_indptr[i + 1]]`` are the positions in ``weight`` of the synapses that end in
    ``i``, ``in_source`` the neurons they come from. Both orders share the one ``weight``. Where these are some of a
    network's synapses, ``edge`` is where in ``weight`` each is; None where they are all.
    """

    indptr: NDArray[np.uint64]
    target: UnsignedArray
    weight: Float32Array
    in_indptr: NDArray[np.uint64] | None
    in_source: UnsignedArray | None
    in_edge: UnsignedArray | None
    edge: UnsignedArray | None = None


@arriving.of(Edges)
def all_at_once(synapses, flight, spikes):
    """Return the spikes: without delays they reach all their synapses in their own step."""
    return spikes


@send.of(Edges)
def spread(synapses, model, state, potential, spikes):
    """Add what is sent to the targets' potentials.

    Memory is asked for in time, since no processor guesses who fires next. A step of 10^6 neurons with 100 synapses
    each then takes 2.7 instead of 6.7 to 8.7 ns an event, of 10^5 1.2 instead of 3 to 5, of 2,000 an eighth less. With
    the first lines of a row alone, or without its bounds, it is 4 of 10^6.
    """
    indptr, target, weight = synapses.indptr, synapses.target, synapses.weight
    for k in range(spikes.size):
        if k + BOUNDS_AHEAD < spikes.size:
            prefetch_to_read(indptr, spikes[k + BOUNDS_AHEAD])
        if k + ROWS_AHEAD < spikes.size:
            j = spikes[k + ROWS_AHEAD]
            for e in range(indptr[j], indptr[j + ONE], LINE):
                prefetch_to_read(target, e)
                prefetch_to_read(weight, e)
        j = spikes[k]
        for e in range(indptr[j], indptr[j + ONE]):
            potential[target[e]] += transmit(model.transmission, state, state.stream, weight[e], j, e)


@jit
def distribute(indptr, target, first, last, shift, cursor, in_source, in_edge, local):
    """Write the synapses of some rows, each at the next place of its block of 2^shift targets.

    Mutates ``cursor``, these places; ``local`` becomes the target of each, counted from the first of its block.
    """
    rest = (NEXT << shift) - NEXT
    for j in range(first, last):
        for e in range(indptr[j], indptr[j + 1]):
            i = np.uint64(target[e])
            slot = cursor[i >> shift]
            in_source[slot] = j
            in_edge[slot] = e
            local[slot] = i & rest
            cursor[i >> shift] = slot + NEXT


@jit
def order_blocks(in_indptr, first, last, width, local, in_source, in_edge, cursor, source, edge):
    """Order the synapses of some blocks of so many targets by target. Mutates ``in_source`` and ``in_edge``.

    ``cursor`` is a scratch with an entry a target of a block, ``source`` and ``edge`` with one a synapse.
    """
    for begin in range(first * width, min(last * width, in_indptr.size - 1), width):
        end = min(begin + width, in_indptr.size - 1)
        start, count = in_indptr[begin], in_indptr[end] - in_indptr[begin]
        for i in range(end - begin):
            cursor[i] = in_indptr[begin + i]
        for k in range(count):
            source[k] = in_source[start + k]
            edge[k] = in_edge[start + k]
        for k in range(count):
            slot = cursor[local[start + k]]
            in_source[slot] = source[k]
            in_edge[slot] = edge[k]
            cursor[local[start + k]] = slot + NEXT


def narrowest(bound: int) -> type[np.unsignedinteger[Any]]:
    """Return the narrowest unsigned type for indices below ``bound``: less memory to move per synapse."""
    if bound <= 2**16:
        return np.uint16
    return np.uint32 if bound <= 2**32 else np.uint64


def build_edges(
    indptr: NDArray[np.signedinteger],
    indices: NDArray[np.signedinteger],
    weights: Float32Array,
    *,
    n_neurons: int,
    by_target: bool,
) -> Edges:
    """Return the edges of a CSR matrix, a row a source; ``weights`` is shared, not copied.

    ``by_target`` adds the transposed index that plasticity needs.
    """
    outgoing = indptr.astype(np.uint64)
    if indices.dtype.itemsize == 4 and n_neurons > 2**16:
        target: UnsignedArray = indices.view(np.uint32)
    else:
        target = indices.astype(narrowest(n_neurons), copy=False)
    if not by_target:
        return Edges(outgoing, target, weights, None, None, None)
    return Edges(outgoing, target, weights, *transposed(outgoing, target, n_neurons))


def transposed(
    indptr: NDArray[np.uint64], target: UnsignedArray, n_neurons: int
) -> tuple[NDArray[np.uint64], UnsignedArray, UnsignedArray]:
    """Return the bounds of the synapses of each target, and rows and positions of these, ascending.

    By way of blocks of targets, so that what is written at random stays in the cache: 1.8 s for 10^8 synapses of an
    Erdős-Rényi graph and 1.0 of a small world, where writing each synapse to its place at once took 5.4 and 2.1.
    """
    in_indptr = np.zeros(n_neurons + 1, dtype=np.uint64)
    for first, last in spans(len(target)):
        count_ends(target[first:last], in_indptr)
    np.cumsum(in_indptr, out=in_indptr)
    in_source = np.empty(len(target), dtype=narrowest(len(indptr) - 1))
    in_edge = np.empty(len(target), dtype=narrowest(len(target)))
    width = 1 << max((n_neurons - 1).bit_length() - BLOCK_BITS, 0)
    local = np.empty(len(target), dtype=narrowest(width))
    bounds = np.append(in_indptr[:-1:width], in_indptr[-1])
    cursor, shift = bounds[:-1].copy(), np.uint64(width.bit_length() - 1)
    for first, last in row_spans(indptr):
        distribute(indptr, target, first, last, shift, cursor, in_source, in_edge, local)
    largest, cursor = int(np.diff(bounds).max(initial=0)), np.empty(width, dtype=np.uint64)
    scratch = np.empty(largest, dtype=in_source.dtype), np.empty(largest, dtype=in_edge.dtype)
    for first, last in row_spans(bounds):
        order_blocks(in_indptr, first, last, width, local, in_source, in_edge, cursor, *scratch)
    return in_indptr, in_source, in_edge
