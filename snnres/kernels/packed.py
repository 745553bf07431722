"""Synapses of frozen weights in blocks of 16 neighbours: what a row sends to a block is added at one stroke."""

from typing import Any, NamedTuple

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import lower_builtin, type_callable
from numpy.typing import NDArray

from .compile import jit
from .edges import Edges, Float32Array, UnsignedArray
from .verbs import arriving, send

ONE = np.uint32(1)
NEXT = np.uint64(1)
WIDTH = np.uint64(16)
# Synapses of a row into a block from which on it is worth an entry: 3 and 5 are slower.
LEAST = np.uint64(4)

# Packing pays by one instruction, which other processors do entry by entry.
EXPANDS = bool(llvm.get_host_cpu_features().get("avx512f"))

VECTOR, MASK = ir.VectorType(ir.FloatType(), int(WIDTH)), ir.VectorType(ir.IntType(1), int(WIDTH))
# x + -0.0 is x, bit for bit, whatever x is; x + 0.0 is not for x = -0.0.
IDENTITY = -0.0


class Packed(NamedTuple):
    """Synapses by source: block ``bounds[j]`` to ``bounds[j + 1]`` of row j, and by ``indptr`` what stands alone.

    Block b adds to the neurons ``start[b] + i`` for which bit i of ``mask[b]`` is set. The weights of row j's blocks
    follow one another in ``packed`` from ``first[j]`` on.
    """

    bounds: NDArray[np.uint64]
    start: UnsignedArray
    mask: NDArray[np.uint16]
    first: NDArray[np.uint64]
    packed: Float32Array
    indptr: NDArray[np.uint64]
    target: UnsignedArray
    weight: Float32Array


def add_block(potential: Any, start: Any, packed: Any, e: Any, mask: Any) -> int:
    """Add as many weights, from entry e on, as the mask has bits, to where these stand; return how many.

    Indices are unsigned. Mutates ``potential``.
    """
    there = np.flatnonzero(int(mask) >> np.arange(int(WIDTH)) & 1)
    potential[int(start) + there] += packed[int(e) : int(e) + len(there)]
    return len(there)


def generate_add_block(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Let LLVM spread the weights over a vector, by one instruction of AVX-512, and add it."""
    potential, start, packed, e, mask = arguments
    data, weights = (
        context.make_array(signature.args[k])(context, builder, array).data
        for k, array in ((0, potential), (2, packed))
    )
    place = builder.bitcast(builder.gep(data, [start]), VECTOR.as_pointer())
    kind = ir.FunctionType(VECTOR, [ir.FloatType().as_pointer(), MASK, VECTOR])
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.masked.expandload.v{WIDTH}f32")
    elsewhere = ir.Constant(VECTOR, [IDENTITY] * int(WIDTH))
    sent = builder.call(function, [builder.gep(weights, [e]), builder.bitcast(mask, MASK), elsewhere])
    builder.store(builder.fadd(builder.load(place, align=4), sent), place, align=4)
    return builder.zext(builder.ctpop(mask), ir.IntType(64))


type_callable(add_block)(lambda context: lambda potential, start, packed, e, mask: types.uint64)
lower_builtin(add_block, types.Array, types.Integer, types.Array, types.Integer, types.uint16)(generate_add_block)


@arriving.of(Packed)
def all_at_once(synapses, flight, spikes):
    """Return the spikes: without delays they reach all their synapses in their own step."""
    return spikes


@send.of(Packed)
def spread_blocks(synapses, model, state, potential, spikes):
    """Add the weights to the targets' potentials.

    The targets of a row are distinct, so that their order within it does not matter to any sum. Assumes that nothing
    changes what is sent.

    The first example's events take 1.84 instead of 2.37 ms; asking for memory in time brings nothing. Blocks padded
    to 16 or 32 entries, without masks, are no faster than rows (2.0 to 2.7 ms): each edge of a small world has one
    direction, so that 4 of 10 entries are there, and the copy no longer fits the cache.
    """
    bounds, start, mask, first, packed = synapses.bounds, synapses.start, synapses.mask, synapses.first, synapses.packed
    indptr, target, weight = synapses.indptr, synapses.target, synapses.weight
    for j in spikes:
        e = first[j]
        for b in range(bounds[j], bounds[j + ONE]):
            e += add_block(potential, np.uint64(start[b]), packed, e, mask[b])
        for e in range(indptr[j], indptr[j + ONE]):
            potential[target[e]] += weight[e]


@jit
def pack_rows(edges, n_neurons, packed):
    """Write the synapses of all rows, in blocks where these have enough. Mutates ``packed``, which has room for all."""
    blocks, filled, alone = np.uint64(0), np.uint64(0), np.uint64(0)
    for j in range(np.uint64(edges.indptr.size - 1)):
        e, last = edges.indptr[j], edges.indptr[j + NEXT]
        while e < last:
            begin, bits = e, np.uint64(0)
            start = np.uint64(edges.target[e]) // WIDTH * WIDTH
            while e < last and np.uint64(edges.target[e]) < start + WIDTH:
                bits |= NEXT << (np.uint64(edges.target[e]) - start)
                e += NEXT
            if e - begin >= LEAST and start + WIDTH <= n_neurons:
                packed.start[blocks] = start
                packed.mask[blocks] = bits
                blocks += NEXT
                for k in range(begin, e):
                    packed.packed[filled] = edges.weight[k]
                    filled += NEXT
            else:
                for k in range(begin, e):
                    packed.target[alone] = edges.target[k]
                    packed.weight[alone] = edges.weight[k]
                    alone += NEXT
        packed.bounds[j + NEXT], packed.first[j + NEXT], packed.indptr[j + NEXT] = blocks, filled, alone


def pack(edges: Edges, n_neurons: int) -> Packed:
    """Return the synapses in blocks where rows are dense; targets ascend within each row. Weights are copied."""
    rows, nnz = len(edges.indptr), len(edges.target)
    room = Packed(
        *(np.zeros(rows, dtype=np.uint64), np.empty(nnz // int(LEAST), dtype=edges.target.dtype)),
        *(np.empty(nnz // int(LEAST), dtype=np.uint16), np.zeros(rows, dtype=np.uint64)),
        *(np.empty(nnz, dtype=np.float32), np.zeros(rows, dtype=np.uint64)),
        *(np.empty(nnz, dtype=edges.target.dtype), np.empty(nnz, dtype=np.float32)),
    )
    pack_rows(edges, np.uint64(n_neurons), room)
    blocks, filled, alone = (int(ends[-1]) for ends in (room.bounds, room.first, room.indptr))
    return room._replace(
        start=room.start[:blocks].copy(),
        mask=room.mask[:blocks].copy(),
        packed=room.packed[:filled].copy(),
        target=room.target[:alone].copy(),
        weight=room.weight[:alone].copy(),
    )
