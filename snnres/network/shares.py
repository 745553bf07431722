"""A run of a large network on several threads, each with its share of the neurons."""

from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.delays import DelayedEdges
from ..kernels.drives import CurrentDrive, TappedDrive
from ..kernels.gate import fail, new_gate, stay
from ..kernels.model import Drive, Model, Recorder, State
from ..kernels.monitor import Monitor
from ..kernels.shares import (
    DelayedShare,
    EdgesShare,
    MonitorShare,
    RecorderShare,
    SpikeShare,
    TraceShare,
    advance_share,
)
from .network import Network
from .synapses import Parting, Synapses, destinations

# Neurons and synaptic events of a step from which on threads share it: about a millisecond. They meet two or three
# times a step, which takes 0.3 us as long as each has a core, but a time slice of the machine's where others want it.
LARGE = 5 * 10**5
# What it takes to find where to part a row, in synaptic events; less at first, since later runs have it in common.
TO_PART, TO_PART_ANEW = 10, 50
# Steps whose spikes, mostly those of the input, say little of the rest of a run.
UNTOLD = 3
# Spikes by which it is decided where to part.
ASKED = 2**12
# Neurons are parted where a cache line of their potentials ends.
GROUP = 16


class Share(NamedTuple):
    """What a thread works on; ``monitor`` may be None."""

    model: Model
    drive: Drive
    state: State
    recorder: RecorderShare
    monitor: MonitorShare | None

    def advance(self, neurons: NDArray[np.uint32], stop: int) -> None:
        """Run with all others to step ``stop``, or to where ``neurons`` is full."""
        own = self.recorder._replace(neurons=neurons)
        advance_share(self.model, self.drive, self.state, own, self.monitor, stop)


def can_be_shared(network: Network, drive: Drive) -> bool:
    """Return whether threads may share the neurons, and ever would.

    They may where all that happens to one depends on no more of the others than their spikes.
    """
    large = network.n_neurons + network.synapses.matrix.nnz >= LARGE
    parts = (network.cell, *network.elements.values())
    return large and not network.active_rules and drive.clamp is None and all(part.by_neuron for part in parts)


class Crew:
    """The threads that a run may have. One does it all as long as it is not known to be worth more.

    Where the neurons are parted follows from the latest spikes, so that the threads have as much to do; spikes, state
    and weights do not depend on it.
    """

    def __init__(
        self,
        synapses: Synapses,
        model: Model,
        drive: Drive,
        state: State,
        monitor: Monitor | None,
        n_steps: int,
        n_threads: int,
    ) -> None:
        self.synapses = synapses
        self.parts = (model, drive, state)
        self.monitor = monitor
        self.n_steps, self.n_threads = n_steps, n_threads
        self.gate, self.counts = new_gate(), np.zeros(n_threads, dtype=np.int64)
        self.parting: Parting | None = None
        self.shares: list[Share] = []

    def advance(self, recorder: Recorder, stop: int) -> bool:
        """Run to step ``stop``, or to where the recorder is full; False if one thread should, and nothing is done yet.

        Whatever is raised, all threads are done then.
        """
        self.part(recorder)
        if self.parting is None:
            return False
        self.share(recorder, stop)
        return True

    def part(self, recorder: Recorder) -> None:
        """Part the neurons, or part them anew, if the steps that are left will be shorter by more than it takes.

        A run begins as the one before it was parted, and after another network's by one thread.
        """
        former, known = self.parting, self.parting or self.synapses.parting
        if known is not None and len(known.rows) - 1 != self.n_threads:
            known = None
        if recorder.position[0] > UNTOLD:
            latest = Latest(self.synapses, recorder)
            if former is None and latest.work < LARGE:
                return
            longest = latest.work if known is None else max(latest.work_of(known))
            saved = (longest - latest.work / self.n_threads) * (self.n_steps - int(recorder.position[0]))
            cost = TO_PART if known is None else TO_PART_ANEW
            if saved > cost * self.synapses.matrix.shape[0] * (self.n_threads - 1):
                known = latest.part(self.n_threads)
        if known is not None and known is not former:
            self.parting = known
            self.shares = [self.share_of(known, rank, recorder) for rank in range(self.n_threads)]

    def share_of(self, parting: Parting, rank: int, recorder: Recorder) -> Share:
        """Return what a thread works on."""
        model, drive, state = self.parts
        own = slice(*parting.neurons[rank : rank + 2].tolist())
        return Share(
            share_of_model(model, parting, rank, own, self.gate),
            share_of_drive(drive, own),
            share_of_state(state, own, first=rank == 0),
            share_of_recorder(recorder, own, rank, self.counts, self.gate),
            None if self.monitor is None else share_of_monitor(self.monitor, own),
        )

    def share(self, recorder: Recorder, stop: int) -> None:
        """Let each thread run its share."""
        self.gate[:] = 0
        with ThreadPoolExecutor(len(self.shares)) as pool:
            work: list[Future[None]] = []
            try:
                for share in self.shares:
                    work.append(pool.submit(share.advance, recorder.neurons, stop))
                wait(work, return_when=FIRST_EXCEPTION)
            except BaseException:
                stay(self.gate)
                raise
            finally:
                self.finish(work)
        for done in work:
            done.result()

    def finish(self, work: list[Future[None]]) -> None:
        """Wait for those who have begun. A second interrupt is not heard: it would find them at work."""
        while True:
            try:
                _, left = wait(work, return_when=FIRST_EXCEPTION)
            except KeyboardInterrupt:
                continue
            if not left:
                return
            # One has ended by an error: the others would wait for it, to begin or in the midst of a step.
            stay(self.gate)
            fail(self.gate)


class Latest:
    """What there was to do in the latest steps that are recorded, in synaptic events; as much as a neuron takes."""

    def __init__(self, synapses: Synapses, recorder: Recorder) -> None:
        done = int(recorder.position[0])
        bounds = recorder.offsets[: done + 1]
        first = max(0, int(np.searchsorted(bounds, bounds[-1] - ASKED, side="right")) - 1)
        self.spikes = recorder.neurons[bounds[first] : bounds[-1]][-ASKED:]
        self.synapses = synapses
        self.n_neurons = synapses.matrix.shape[0]
        indptr = synapses.edges.indptr
        n_events = int((indptr[self.spikes + 1] - indptr[self.spikes]).sum())
        # Of a step, since one whose spikes are more than are asked is begun in its midst.
        n_spikes = (bounds[-1] - bounds[first]) / (done - first)
        self.n_events = n_events / max(1, len(self.spikes)) * n_spikes
        self.work = self.n_neurons + self.n_events

    def work_of(self, parting: Parting) -> list[float]:
        """Return what each thread would have to do in a step."""
        asked = [float((end[self.spikes] - begin[self.spikes]).sum()) for begin, end in pairwise(parting.rows)]
        whole = max(1.0, sum(asked))
        return [n + self.n_events * events / whole for n, events in zip(np.diff(parting.neurons), asked, strict=True)]

    def part(self, n_threads: int) -> Parting:
        """Part neurons and synapses so that all threads have as much to do."""
        edges = self.synapses.edges
        bounds = zip(edges.indptr[self.spikes].tolist(), edges.indptr[self.spikes + 1].tolist(), strict=True)
        rows = [destinations(edges)[first:last] for first, last in bounds]
        asked = np.concatenate([*rows, np.zeros(0, dtype=np.uint32)]).astype(np.int64)
        even = np.linspace(0, self.n_neurons, len(asked) + n_threads).astype(np.int64)
        if isinstance(edges, DelayedEdges):
            n_places = int(edges.slot.max(initial=0)) + 1
            return self.synapses.part(
                quantiles(even, np.ones(len(even)), n_threads, self.n_neurons),
                quantiles(asked, np.ones(len(asked)), n_threads, n_places),
            )
        weights = np.repeat([self.n_events / max(1, len(asked)), self.n_neurons / len(even)], [len(asked), len(even)])
        neurons = quantiles(np.concatenate([asked, even]), weights, n_threads, self.n_neurons)
        return self.synapses.part(neurons, neurons)


def quantiles(places: NDArray[np.int64], weights: NDArray[np.float64], n_parts: int, end: int) -> NDArray[np.int64]:
    """Return bounds of parts of 0 to ``end`` in which the places have about the same weight."""
    order = np.argsort(places)
    reached = np.cumsum(weights[order])
    total = reached[-1] if len(reached) else 0.0
    cuts = np.searchsorted(reached, np.arange(1, n_parts) * (total / n_parts))
    inner = places[order][np.minimum(cuts, len(places) - 1)] if len(places) else np.zeros(n_parts - 1, dtype=np.int64)
    return np.concatenate([[0], inner // GROUP * GROUP, [end]])


def own_part(value: Any, own: slice, n_neurons: int) -> Any:
    """Return a tuple of constants or arrays, of any depth, with views of what has an entry a neuron."""
    if isinstance(value, np.ndarray):
        return value[own] if value.shape == (n_neurons,) else value
    if isinstance(value, tuple):
        parts = [own_part(part, own, n_neurons) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value


def share_of_model(model: Model, parting: Parting, rank: int, own: slice, gate: NDArray[np.int64]) -> Model:
    """Return a thread's share of the constants."""
    n_neurons, n_threads = int(parting.neurons[-1]), len(parting.rows) - 1
    edges, begin, end = model.synapses, parting.rows[rank], parting.rows[rank + 1]
    synapses: EdgesShare | DelayedShare
    if isinstance(edges, DelayedEdges):
        ring = (np.uint64(n_neurons), np.int64(n_threads), gate)
        synapses = DelayedShare(begin, end, edges.slot, edges.weight, np.uint64(own.start), *ring)
    else:
        synapses = EdgesShare(begin, end, edges.target, edges.weight, np.uint64(own.start))
    return model._replace(
        cell=own_part(model.cell, own, n_neurons),
        synapses=synapses,
        trace=None if model.trace is None else TraceShare(model.trace.decay, np.uint32(own.start)),
        synaptic_current=own_part(model.synaptic_current, own, n_neurons),
    )


def share_of_drive(drive: Drive, own: slice) -> Drive:
    """Return a thread's share of the input; with frozen weights nobody asks for a reward."""
    spikes, currents = drive.spikes, drive.currents
    if spikes is not None:
        spikes = SpikeShare(spikes.spikes, spikes.amplitude, np.int64(own.start))
    if currents is not None:
        currents = share_of_currents(currents, own)
    return Drive(spikes, currents)


def share_of_currents(drive: CurrentDrive | TappedDrive, own: slice) -> CurrentDrive | TappedDrive:
    """Return the currents into a thread's neurons."""
    kept = (drive.target >= own.start) & (drive.target < own.stop)
    before = np.concatenate([[0], np.cumsum(kept)]).astype(np.uint64)
    target = drive.target[kept] - drive.target.dtype.type(own.start)
    part = drive._replace(indptr=before[drive.indptr.astype(np.int64)], target=target, weight=drive.weight[kept])
    return part._replace(bias=drive.bias[own], current=drive.current[own])


def share_of_state(state: State, own: slice, *, first: bool) -> State:
    """Return a thread's share of the state: views, but for what each thread moves on by itself.

    Of that the first thread has the network's own, the others copies.
    """
    n_neurons = len(state.cell.potential)
    flight, line = state.flight, state.line
    if not first and flight is not None:
        flight = flight._replace(position=flight.position.copy())
    if not first and line is not None:
        line = type(line)(*(array.copy() for array in line))
    return State(
        own_part(state.cell, own, n_neurons),
        trace=own_part(state.trace, own, n_neurons),
        flight=flight,
        line=line,
        synaptic_current=own_part(state.synaptic_current, own, n_neurons),
    )


def share_of_recorder(
    recorder: Recorder, own: slice, rank: int, counts: NDArray[np.int64], gate: NDArray[np.int64]
) -> RecorderShare:
    """Return what a thread records with: the first into the network's own, the others into copies."""
    first = rank == 0
    fired = np.zeros(-(-(own.stop - own.start) // 8) * 8, dtype=np.uint8)
    return RecorderShare(
        recorder.offsets if first else recorder.offsets.copy(),
        recorder.neurons,
        fired,
        fired.view(np.uint64),
        recorder.position if first else recorder.position.copy(),
        np.empty(len(fired), dtype=np.uint32),
        np.uint32(own.start),
        counts,
        np.int64(rank),
        np.int64(len(recorder.fired)),
        gate,
    )


def share_of_monitor(monitor: Monitor, own: slice) -> MonitorShare:
    """Return the monitor of a thread's neurons."""
    places = np.flatnonzero((monitor.neurons >= own.start) & (monitor.neurons < own.stop)).astype(np.uint32)
    return MonitorShare(monitor.sources, monitor.neurons[places], places, monitor.every, monitor.values)
