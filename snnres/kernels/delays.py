"""Synapses with delays: a ring of what is to arrive, and, where weights learn, who is on the way."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compile import inline_jit, jit
from .edges import BOUNDS_AHEAD, LINE, ROWS_AHEAD, build_edges, narrowest
from .prefetch import prefetch_to_read
from .verbs import arriving, send, transmit

Float32Array = NDArray[np.float32]
UnsignedArray = NDArray[np.unsignedinteger[Any]]

ONE = np.uint32(1)
NEXT = np.uint64(1)
NOTHING = np.float32(0)
# To sort by the upper half of a word, what stood first being in the lower.
HALF, LOWER = np.uint64(32), np.uint64(2**32 - 1)
# Synapses for which to ask for memory takes longer than to wait for it.
CACHED = 2**19


class DelayedEdges(NamedTuple):
    """Synapses by terminal, and by target where plasticity needs them.

    A terminal is all synapses of one source and one delay; those of neuron j are ``rows[j]`` to ``rows[j + 1]``, in the
    order of their delays, ``wait`` being the delay less 1 and ``further`` the steps to the next of them, 0 at the last.
    A spike of j passes through them one after the other. With frozen weights nobody asks which it has reached: there is
    one terminal a neuron, and these two are None.

    Terminal a has the synapses ``indptr[a]`` to ``indptr[a + 1]``; ``slot`` is where in the ring, from its present row
    on, each adds its weight. ``in_indptr``, ``in_source`` and ``in_edge`` are those of :class:`Edges`, with terminals
    for sources, and so is ``edge``. ``arrived`` is a scratch.
    """

    indptr: NDArray[np.uint64]
    target: UnsignedArray
    weight: Float32Array
    in_indptr: NDArray[np.uint64] | None
    in_source: UnsignedArray | None
    in_edge: UnsignedArray | None
    edge: UnsignedArray | None
    rows: NDArray[np.uint64]
    slot: UnsignedArray
    wait: NDArray[np.uint32] | None
    further: NDArray[np.uint32] | None
    arrived: NDArray[np.uint32] | None


class Flight(NamedTuple):
    """What is on its way: ``pending`` is a ring of rows of n_neurons, of which ``position[0]`` arrives in this step.

    Where weights learn, each spike on its way has the entry ``row * n_neurons + neuron`` of the row in which it was
    sent: ``terminal`` is the next that it reaches, in the step of the row in whose list it stands; ``first`` (n_rows,)
    and ``follower`` link these lists, counting entries from 1. They are empty with frozen weights.
    """

    pending: Float32Array
    position: NDArray[np.int64]
    first: NDArray[np.uint32]
    follower: NDArray[np.uint32]
    terminal: NDArray[np.uint32]


@inline_jit
def wait_in(row, entry, flight):
    """Put a spike on its way into the list of a row, of which the ring may have been passed once.

    A remainder in its place takes a division for each spike and delay.
    """
    if row >= np.uint32(flight.first.size):
        row -= np.uint32(flight.first.size)
    flight.follower[entry] = flight.first[row]
    flight.first[row] = entry + ONE


@jit
def move_on(wait, synapses, flight, spikes):
    """Let this step's spikes set out, and return the terminals at which any arrive, in no particular order."""
    rows, arrived = synapses.rows, synapses.arrived
    n_neurons = np.uint32(rows.size - 1)
    now = np.uint32(flight.position[0])
    for k in range(spikes.size):
        j = spikes[k]
        if rows[j] < rows[j + ONE]:
            entry = now * n_neurons + j
            flight.terminal[entry] = rows[j]
            wait_in(now + wait[rows[j]], entry, flight)
    count = 0
    following = flight.first[now]
    flight.first[now] = 0
    while following != 0:
        entry = following - ONE
        following = flight.follower[entry]
        a = flight.terminal[entry]
        arrived[count] = a
        count += 1
        further = synapses.further[a]
        if further != 0:
            flight.terminal[entry] = a + ONE
            wait_in(now + further, entry, flight)
    return arrived[:count]


@jit
def arrivals_if_asked(wait, synapses, flight, spikes):
    """Return nothing of interest with frozen weights; the compiler chooses, since a choice at run time was slow."""
    if wait is None:
        return spikes
    return move_on(wait, synapses, flight, spikes)


@arriving.of(DelayedEdges)
def terminals_reached(synapses, flight, spikes):
    """Return the terminals at which spikes arrive in this step; with frozen weights nobody looks at the answer."""
    return arrivals_if_asked(synapses.wait, synapses, flight, spikes)


@jit
def add_later(synapses, model, state, present, spikes):
    """Add what is sent to the ring.

    Memory is asked for as without delays, but for the ring's: of 10^5 neurons with 100 synapses each and delays of up
    to 20 steps a step takes 3.7 instead of 7.2 ns an event, of 10^6 9.4 instead of 13; asking for the entries of the
    ring, too, 4.9 and 11.4.
    """
    pending = state.flight.pending
    indptr, rows, slot, weight = synapses.indptr, synapses.rows, synapses.slot, synapses.weight
    size = np.uint64(pending.size)
    asked = spikes.size if weight.size > CACHED else 0
    for k in range(spikes.size):
        if k + BOUNDS_AHEAD < asked:
            prefetch_to_read(indptr, rows[spikes[k + BOUNDS_AHEAD]])
        if k + ROWS_AHEAD < asked:
            j = spikes[k + ROWS_AHEAD]
            for e in range(indptr[rows[j]], indptr[rows[j + ONE]], LINE):
                prefetch_to_read(slot, e)
                prefetch_to_read(weight, e)
        j = spikes[k]
        for e in range(indptr[rows[j]], indptr[rows[j + ONE]]):
            place = present + slot[e]
            if place >= size:
                place -= size
            pending[place] += transmit(model.transmission, state, state.stream, weight[e], j, e)


@jit
def take_over(pending, present, potential):
    """Move a row of the ring to the potentials."""
    for i in range(potential.size):
        potential[i] += pending[present + np.uint64(i)]
        pending[present + np.uint64(i)] = NOTHING


@send.of(DelayedEdges)
def spread_later(synapses, model, state, potential, spikes):
    """Add what is sent to the ring, then what arrives in this step to the potentials, each sum at once."""
    flight = state.flight
    n_neurons = np.uint64(potential.size)
    row = np.uint64(flight.position[0])
    present = row * n_neurons
    add_later(synapses, model, state, present, spikes)
    take_over(flight.pending, present, potential)
    following = present + n_neurons
    flight.position[0] = np.int64(row + NEXT) if following < np.uint64(flight.pending.size) else 0


@jit
def sort_rows(indptr, first, last, key, former, ordered, keys):
    """Write three arrays of synapses, each of some rows ascending by a key >= 0 below 2^31, equals as they stood.

    ``keys`` is a scratch of uint64 with an entry for each synapse of the longest row. Mutates ``ordered``.
    """
    for j in range(first, last):
        start, count = indptr[j], indptr[j + 1] - indptr[j]
        row = keys[:count]
        for k in range(count):
            row[k] = (np.uint64(key[start + k]) << HALF) | np.uint64(k)
        row.sort()
        for k in range(count):
            e = start + np.int64(row[k] & LOWER)
            ordered[0][start + k] = former[0][e]
            ordered[1][start + k] = former[1][e]
            ordered[2][start + k] = former[2][e]


def terminals_of(
    indptr: NDArray[np.signedinteger], delays: NDArray[np.int32]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint32]]:
    """Return terminals by neuron, synapses by terminal and the delay less 1 of each terminal; rows are by delay."""
    n_synapses = len(delays)
    begins = np.ones(n_synapses, dtype=bool)
    begins[1:] = delays[1:] != delays[:-1]
    begins[indptr[:-1][np.diff(indptr) > 0]] = True
    first = np.flatnonzero(begins)
    before = np.concatenate([[0], np.cumsum(begins)])
    bounds = np.append(first, n_synapses)
    return before[indptr].astype(np.uint64), bounds.astype(np.uint64), (delays[first] - 1).astype(np.uint32)


def build_delayed_edges(
    indptr: NDArray[np.signedinteger],
    indices: NDArray[np.signedinteger],
    weights: Float32Array,
    delays: NDArray[np.int32],
    *,
    by_target: bool,
) -> DelayedEdges:
    """Return the edges of a CSR matrix whose rows are in the order of delays, then targets; ``weights`` is shared."""
    n_neurons = len(indptr) - 1
    kind = narrowest(int(delays.max(initial=1)) * n_neurons)
    slot = (delays - 1).astype(kind)
    slot *= kind(n_neurons)
    slot += indices.astype(kind, copy=False)
    if by_target:
        rows, bounds, wait = terminals_of(indptr, delays)
        edges = build_edges(bounds.astype(np.int64), indices, weights, n_neurons=n_neurons, by_target=True)
        further = np.append(np.diff(wait.astype(np.int64)), 0)
        further[rows[1:].astype(np.int64) - 1] = 0
        return DelayedEdges(*edges, rows, slot, wait, further.astype(np.uint32), np.empty(len(wait), dtype=np.uint32))
    edges = build_edges(indptr, indices, weights, n_neurons=n_neurons, by_target=False)
    return DelayedEdges(*edges, np.arange(n_neurons + 1, dtype=np.uint64), slot, None, None, None)


def flight_of(n_rows: int, n_neurons: int, *, learning: bool) -> Flight:
    """Return a ring with nothing on its way."""
    entries = n_rows * n_neurons if learning else 0
    return Flight(
        np.zeros(n_rows * n_neurons, dtype=np.float32),
        np.zeros(1, dtype=np.int64),
        np.zeros(n_rows if learning else 0, dtype=np.uint32),
        np.zeros(entries, dtype=np.uint32),
        np.zeros(entries, dtype=np.uint32),
    )


def lengthened(flight: Flight, n_rows: int, n_neurons: int) -> Flight:
    """Return the flight of frozen weights in a ring of so many rows, itself where it has as many."""
    former = flight.pending.reshape(-1, n_neurons)
    if len(former) >= n_rows:
        return flight
    longer = flight_of(n_rows, n_neurons, learning=False)
    longer.pending[: former.size] = np.roll(former, -int(flight.position[0]), axis=0).ravel()
    return longer


def without_senders(flight: Flight | None) -> Flight | None:
    """Return a flight that no longer says who has sent what is pending: nobody learns from it any more."""
    if flight is None:
        return None
    none = np.zeros(0, dtype=np.uint32)
    return flight._replace(first=none, follower=none, terminal=none)
