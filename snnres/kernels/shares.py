"""What a thread does of a network: its share of the neurons, and of the synapses those that end in them.

The time loop is that of one thread. Every thread goes through all steps with parts of these types, whose arrays are
views of the network's own, and meets the others where it needs what they have done: all spikes of a step are known to
all, in ascending order, before any is sent. So every sum is made in the same order, whatever the number of threads.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compile import jit
from .edges import BOUNDS_AHEAD, LINE, ROWS_AHEAD
from .gate import all_come, failed, meet
from .model import collect
from .monitor import advance_monitored
from .prefetch import prefetch_to_read
from .verbs import arriving, has_room, inject, probe, sample, send, take_down

UnsignedArray = NDArray[np.unsignedinteger[Any]]

ONE = np.uint32(1)
NEXT = np.uint64(1)
UNIT, NOTHING = np.float32(1), np.float32(0)


class RecorderShare(NamedTuple):
    """Who fired, as in :class:`snnres.kernels.model.Recorder`; offsets and position are the thread's own.

    ``fired`` and ``words`` are those of its neurons, which begin with ``first``; ``own`` is a scratch for as many.
    ``counts[k]`` is how many of thread k's have fired in this step; this one is number ``rank``. ``most`` is how many
    spikes a step may have.
    """

    offsets: NDArray[np.int64]
    neurons: NDArray[np.uint32]
    fired: NDArray[np.uint8]
    words: NDArray[np.uint64]
    position: NDArray[np.int64]
    own: NDArray[np.uint32]
    first: np.uint32
    counts: NDArray[np.int64]
    rank: np.int64
    most: np.int64
    gate: NDArray[np.int64]


class SpikeShare(NamedTuple):
    """Input spikes of all, as in :class:`snnres.kernels.drives.SpikeDrive`; ``first`` is the thread's first neuron."""

    spikes: NDArray[np.uint8]
    amplitude: np.float32
    first: np.int64


class EdgesShare(NamedTuple):
    """Synapses without delays that end in neurons from ``first`` on.

    Those of source j are ``begin[j]`` to ``end[j]`` in all synapses' ``target`` and ``weight``.
    """

    begin: NDArray[np.uint64]
    end: NDArray[np.uint64]
    target: UnsignedArray
    weight: NDArray[np.float32]
    first: np.uint64


class DelayedShare(NamedTuple):
    """Synapses with delays whose weights are frozen, those of source j being ``begin[j]`` to ``end[j]``.

    They are some whose places in the ring, ``slot``, are no other thread's in the same step; not those that end in the
    thread's neurons, which lie apart in a row. ``first`` is its first neuron, of ``n_neurons`` in all.
    """

    begin: NDArray[np.uint64]
    end: NDArray[np.uint64]
    slot: UnsignedArray
    weight: NDArray[np.float32]
    first: np.uint64
    n_neurons: np.uint64
    n_threads: np.int64
    gate: NDArray[np.int64]


class TraceShare(NamedTuple):
    """The factor by which a trace decays in a step, and the first of its neurons."""

    decay: np.float32
    first: np.uint32


class MonitorShare(NamedTuple):
    """Entries ``neurons[k]`` of the sources, which become the entries ``places[k]`` of a sample."""

    sources: tuple[NDArray[np.uint32], ...]
    neurons: NDArray[np.uint32]
    places: NDArray[np.uint32]
    every: np.int64
    values: NDArray[np.uint32]


@jit
def split_rows(indptr, key, bounds, cuts):
    """Write for each row where its entries reach each of the bounds: ``cuts[k, j]``. Keys ascend in a row."""
    for j in range(indptr.size - 1):
        begin = indptr[j]
        for k in range(bounds.size):
            end = indptr[j + 1]
            while begin < end:
                middle = (begin + end) // np.uint64(2)
                if key[middle] < bounds[k]:
                    begin = middle + NEXT
                else:
                    end = middle
            cuts[k, j] = begin


@has_room.of(RecorderShare)
def room_for_all_shares(recorder, end):
    """Return whether every neuron may fire in the next step, all threads being there."""
    return recorder.neurons.size - end >= recorder.most and not failed(recorder.gate)


@take_down.of(RecorderShare)
def take_down_share(recorder, end):
    """Write who of the thread's neurons fired behind those of the threads before it, and wait for all others.

    Without the others nothing is recorded.
    """
    own, counts, neurons = recorder.own, recorder.counts, recorder.neurons
    count = collect(recorder.fired, recorder.words, own, 0)
    counts[recorder.rank] = count
    if not meet(recorder.gate, counts.size):
        return end
    start = end
    for rank in range(recorder.rank):
        start += counts[rank]
    for k in range(count):
        neurons[start + k] = recorder.first + own[k]
    total = end
    for rank in range(counts.size):
        total += counts[rank]
    if not meet(recorder.gate, counts.size):
        return end
    return total


@inject.of(SpikeShare)
def inject_spikes_share(drive, line, potential, t):
    """Add the amplitude to each of the thread's neurons whose input spikes."""
    if t < drive.spikes.shape[0]:
        spikes, amplitude, first = drive.spikes[t], drive.amplitude, drive.first
        for i in range(min(spikes.size - first, potential.size)):
            potential[i] += amplitude * np.float32(spikes[first + i])


@arriving.of(EdgesShare)
def all_at_once(synapses, flight, spikes):
    """Return the spikes, which nobody looks at: weights are frozen."""
    return spikes


@send.of(EdgesShare)
def spread_share(synapses, model, state, potential, spikes):
    """Add what is sent to the thread's neurons to their potentials."""
    begin, end, target, weight = synapses.begin, synapses.end, synapses.target, synapses.weight
    for k in range(spikes.size):
        if k + BOUNDS_AHEAD < spikes.size:
            j = spikes[k + BOUNDS_AHEAD]
            prefetch_to_read(begin, j)
            prefetch_to_read(end, j)
        if k + ROWS_AHEAD < spikes.size:
            j = spikes[k + ROWS_AHEAD]
            for e in range(begin[j], end[j], LINE):
                prefetch_to_read(target, e)
                prefetch_to_read(weight, e)
        j = spikes[k]
        for e in range(begin[j], end[j]):
            potential[target[e] - synapses.first] += weight[e]


@arriving.of(DelayedShare)
def nobody_looks(synapses, flight, spikes):
    """Return the spikes, which nobody looks at: weights are frozen."""
    return spikes


@jit
def add_share_later(synapses, pending, present, spikes):
    """Add what is sent to the thread's places in the ring."""
    begin, end, slot, weight = synapses.begin, synapses.end, synapses.slot, synapses.weight
    size = np.uint64(pending.size)
    for k in range(spikes.size):
        if k + BOUNDS_AHEAD < spikes.size:
            j = spikes[k + BOUNDS_AHEAD]
            prefetch_to_read(begin, j)
            prefetch_to_read(end, j)
        if k + ROWS_AHEAD < spikes.size:
            j = spikes[k + ROWS_AHEAD]
            for e in range(begin[j], end[j], LINE):
                prefetch_to_read(slot, e)
                prefetch_to_read(weight, e)
        j = spikes[k]
        for e in range(begin[j], end[j]):
            place = present + slot[e]
            if place >= size:
                place -= size
            pending[place] += weight[e]


@send.of(DelayedShare)
def spread_share_later(synapses, model, state, potential, spikes):
    """Add what is sent to the ring, wait for all others, then move what arrives to the thread's neurons."""
    pending, position = state.flight.pending, state.flight.position
    row = np.uint64(position[0])
    present = row * synapses.n_neurons
    add_share_later(synapses, pending, present, spikes)
    meet(synapses.gate, synapses.n_threads)
    own = present + synapses.first
    for i in range(potential.size):
        potential[i] += pending[own + np.uint64(i)]
        pending[own + np.uint64(i)] = NOTHING
    following = present + synapses.n_neurons
    position[0] = np.int64(row + NEXT) if following < np.uint64(pending.size) else 0


@probe.of(TraceShare)
def filter_spikes_share(reading, state, spikes):
    """Let the trace decay by one step and count this step's spikes of the thread's neurons in."""
    trace = state.trace
    for i in range(trace.size):
        trace[i] *= reading.decay
    for k in range(spikes.size):
        i = spikes[k]
        if i >= reading.first and i - reading.first < trace.size:
            trace[i - reading.first] += UNIT


@sample.of(MonitorShare)
def sample_share(monitor, k):
    """Write the thread's neurons' entries of a sample."""
    neurons, places = monitor.neurons, monitor.places
    for v in range(len(monitor.sources)):
        source, row = monitor.sources[v], monitor.values[k, v]
        for i in range(neurons.size):
            row[places[i]] = source[neurons[i]]


@jit
def advance_share(model, drive, state, recorder, monitor, stop):
    """Run a thread's share as :func:`snnres.kernels.advance.advance` does, once all threads have come."""
    if all_come(recorder.gate, recorder.counts.size):
        advance_monitored(model, drive, state, recorder, monitor, stop)
