"""Advance a network in chunks, so that progress can be shown and an interrupt finds a consistent state."""

from collections.abc import Iterator

import numpy as np

from ..kernels.advance import advance
from ..kernels.model import Drive, Model, Recorder, State
from ..kernels.monitor import advance_monitored
from ..recording import Recording
from ..recording.variables import NOTHING_MONITORED
from .monitoring import Sampler
from .shares import Crew

# Neurons and synapses that a chunk may visit at most: some tenths of a second.
CHUNK_WORK = 10**8
# Fraction of the neurons that is expected to fire in a step of a network that threads share.
FIRING = 1 / 32
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
    the same.
    """

    def __init__(
        self,
        model: Model,
        drive: Drive,
        state: State,
        n_steps: int,
        sampler: Sampler | None = None,
        crew: Crew | None = None,
    ) -> None:
        self.parts = (model, drive, state)
        self.sampler = sampler
        self.n_steps = n_steps
        self.n_neurons = len(state.cell.potential)
        visited = len(model.synapses.weight) * (1 if crew is None else FIRING)
        self.chunk = max(1, int(CHUNK_WORK / (self.n_neurons + visited)))
        self.recorder = new_recorder(self.n_neurons, n_steps, self.n_neurons * n_steps)
        self.crew = crew

    @property
    def done(self) -> int:
        """Steps run so far."""
        return int(self.recorder.position[0])

    def advance(self) -> Iterator[int]:
        """Run to the end, yielding the steps done after each chunk."""
        while self.done < self.n_steps:
            start = self.done
            stop = min(start + self.chunk, self.n_steps)
            if self.crew is None or not self.crew.advance(self.recorder, stop):
                self._advance_alone(stop)
            if self.done < stop:
                self.recorder = resized(self.recorder, 2 * self.recorder.neurons.size)
            if self.done > start:
                yield self.done
        self.recorder = resized(self.recorder, self.recorder.offsets[-1])

    def _advance_alone(self, stop: int) -> None:
        """Run to a step, or to where the recorder is full, in this thread."""
        if self.sampler is None:
            advance(*self.parts, self.recorder, stop)
        else:
            advance_monitored(*self.parts, self.recorder, self.sampler.monitor, stop)

    def recording(self) -> Recording:
        """Return the spikes, and the samples, of the steps run so far."""
        offsets = self.recorder.offsets[: self.done + 1]
        variables = NOTHING_MONITORED if self.sampler is None else self.sampler.variables(np.array([0, self.done]))
        return Recording.trusted(offsets, self.recorder.neurons[: offsets[-1]], self.n_neurons, variables)
