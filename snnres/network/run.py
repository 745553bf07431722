"""Advance a network in chunks, so that progress can be shown and an interrupt finds a consistent state."""

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..kernels.advance import advance
from ..kernels.model import Drive, Model, Recorder, State
from ..kernels.monitor import advance_monitored
from ..recording import Recording
from ..recording.variables import NOTHING_MONITORED
from .monitoring import Sampler
from .pace import Pace
from .shares import Crew

# What a chunk shall take: Ctrl-C waits for its end.
CHUNK_SECONDS = 0.05
BUFFER_SPIKES = 2**20


def new_recorder(n_neurons: int, n_steps: int, n_spikes: int) -> Recorder:
    """Return an empty recorder with room for so many spikes, but for no more than BUFFER_SPIKES to begin with."""
    # Spikes are collected word by word.
    fired = np.zeros(-(-n_neurons // 8) * 8, dtype=np.uint8)
    neurons = np.empty(fired.size + min(BUFFER_SPIKES, n_spikes), dtype=np.uint32)
    offsets, position = np.zeros(n_steps + 1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    return Recorder(offsets, neurons, fired, fired.view(np.uint64), position)


def resized(recorder: Recorder, size: int) -> Recorder:
    """Return the recorder with room for so many spikes, what is recorded kept."""
    kept = min(size, recorder.neurons.size)
    neurons = np.empty(size, dtype=np.uint32)
    neurons[:kept] = recorder.neurons[:kept]
    return recorder._replace(neurons=neurons)


class Run:
    """One run: advances the state, with a rule the weights too, and keeps the spikes and what a sampler takes down.

    A run in chunks equals one in a single piece, bit for bit. The kernel writes its position with each step, so that
    state and recording agree wherever an interrupt falls. With a crew several threads may share it, and its steps are
    the same. With ``held``, the spikes of at most so many steps are in memory at once.
    """

    def __init__(
        self,
        model: Model,
        drive: Drive,
        state: State,
        n_steps: int,
        sampler: Sampler | None = None,
        crew: Crew | None = None,
        held: int | None = None,
    ) -> None:
        self.parts = (model, drive, state)
        self.sampler = sampler
        self.n_steps = n_steps
        self.n_neurons = len(state.cell.potential)
        self.pace = Pace(CHUNK_SECONDS, self.n_neurons, len(model.synapses.weight))
        self.recorder = new_recorder(self.n_neurons, n_steps if held is None else held, self.n_neurons * n_steps)
        self.crew = crew

    @property
    def done(self) -> int:
        """Steps run so far."""
        return int(self.recorder.position[0])

    def advance(self, every: int | None = None) -> Iterator[int]:
        """Run to the end, yielding the steps done after each chunk; one ends at each multiple of ``every``."""
        while self.done < self.n_steps:
            start = self.done
            stop = min(start + self.pace.steps, self.n_steps)
            if every is not None:
                stop = min(stop, (start // every + 1) * every)
            self._run_chunk(start, stop)
            if self.done > start:
                yield self.done

    def _run_chunk(self, start: int, stop: int) -> None:
        """Run to a step, or less far where there are more spikes than the pace allows or than there is room for."""
        recorder, end = self.recorder, self._end(start)
        allowed = recorder.neurons[: end + self.pace.spikes + recorder.fired.size]
        bounded = Recorder(recorder.offsets, allowed, recorder.fired, recorder.words, recorder.position)
        began = time.perf_counter()
        if self.crew is None or not self.crew.advance(bounded, stop):
            self._advance_alone(bounded, stop)
        seconds = time.perf_counter() - began
        done = self.done
        self.pace.learn(seconds, done - start, self._end(done) - end)
        if done < stop:
            self._make_room()

    def _end(self, step: int) -> int:
        """Return where in the recorder the spikes of a step begin."""
        offsets = self.recorder.offsets
        return int(offsets[step % offsets.size])

    def _make_room(self) -> None:
        """Let the recorder have room for another step."""
        if self.recorder.neurons.size - self._end(self.done) < self.recorder.fired.size:
            self.recorder = resized(self.recorder, 2 * self.recorder.neurons.size)

    def close(self) -> None:
        """Give back room that was not needed."""
        self.recorder = resized(self.recorder, self._end(self.done))

    def go_on_from(self, counts: NDArray[np.integer], neurons: NDArray[np.uint32]) -> None:
        """Take over the spikes of the steps that were run before, ``counts`` (n_done,) of them a step."""
        done = len(counts)
        np.cumsum(counts, out=self.recorder.offsets[1 : done + 1])
        self.recorder = resized(self.recorder, max(self.recorder.neurons.size, len(neurons) + self.recorder.fired.size))
        self.recorder.neurons[: len(neurons)] = neurons
        self.recorder.position[0] = done

    def _advance_alone(self, recorder: Recorder, stop: int) -> None:
        """Run to a step, or to where the recorder is full, in this thread."""
        if self.sampler is None:
            advance(*self.parts, recorder, stop)
        else:
            advance_monitored(*self.parts, recorder, self.sampler.monitor, stop)

    def recording(self) -> Recording:
        """Return the spikes, and the samples, of the steps run so far."""
        offsets = self.recorder.offsets[: self.done + 1]
        variables = NOTHING_MONITORED if self.sampler is None else self.sampler.variables(np.array([0, self.done]))
        return Recording.trusted(offsets, self.recorder.neurons[: offsets[-1]], self.n_neurons, variables)
