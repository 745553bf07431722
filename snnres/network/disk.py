"""A run whose recording goes to disk as it is made, so that memory stays as it is however long the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np

from ..kernels.model import Drive, Model, State
from ..recording import Recording, StateMonitor, StoredRecording
from ..recording.store import Tape
from .checkpoint import ArrayDict, Checkpoint
from .monitoring import Sampler, monitored
from .network import Network
from .run import Run

# Steps, and numbers that a monitor takes down, that are in memory at once.
STEPS_HELD, NUMBERS_HELD = 2**16, 2**20


class DiskRun(Run):
    """A run that hands each chunk over to a tape."""

    def __init__(
        self, tape: Tape, model: Model, drive: Drive, state: State, n_steps: int, sampler: Sampler | None
    ) -> None:
        super().__init__(model, drive, state, n_steps, sampler, held=min(n_steps, STEPS_HELD))
        self.tape = tape
        # Where the chunk in the recorder begins: its step, and the spikes before it.
        self.chunk = (0, 0)

    def _run_chunk(self, start: int, stop: int) -> None:
        offsets = self.recorder.offsets
        self.chunk = (start, self.tape.neurons.length)
        offsets[start % offsets.size] = 0
        stop = min(stop, start + offsets.size - 1)
        if self.sampler is not None:
            every, values = int(self.sampler.monitor.every), self.sampler.monitor.values
            stop = min(stop, (start // every + len(values) + 1) * every - 1)
        super()._run_chunk(start, stop)
        self._hand_over()

    def _make_room(self) -> None:
        """Do nothing: the next chunk begins with all of the room."""

    def _hand_over(self) -> None:
        """Put the chunk on the tape; what an interrupt has left half done is done when it is called again."""
        (start, before), done, offsets = self.chunk, self.done, self.recorder.offsets
        ends = offsets[np.arange(start + 1, done + 1) % offsets.size]
        self.tape.neurons.put(before, self.recorder.neurons[: ends.max(initial=0)])
        if self.sampler is not None:
            every, values = int(self.sampler.monitor.every), self.sampler.monitor.values
            first = start // every
            words = values[np.arange(first, done // every) % max(len(values), 1)]
            for v, (name, dtype) in enumerate(self.sampler.dtypes.items()):
                self.tape.samples[name].put(first, np.ascontiguousarray(words[:, v]).view(dtype))
        self.tape.ends.put(start, before + ends)

    def go_on(self, done: int) -> None:
        """Let so many steps be done, which are on the tape."""
        self.recorder.position[0] = done
        self.chunk = (done, self.tape.neurons.length)
        self.recorder.offsets[done % self.recorder.offsets.size] = 0

    def close(self) -> None:
        """Put what is done on the tape, which can then be read."""
        self._hand_over()
        self.tape.close()

    def recording(self) -> Recording:
        """Read the whole recording, which may take more memory than there is."""
        stored = StoredRecording(self.tape.path)
        return stored.window(0, stored.n_steps)


class Tails:
    """What of a recording on disk waits in memory for its chunk to be full: kept in the head of a checkpoint."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.found: tuple[dict[str, Any], ArrayDict] | None = None

    def write(self, run: Run) -> tuple[dict[str, Any], ArrayDict]:
        """Return what the head must say of the tape, and hold."""
        columns = self.tape.columns
        written = {name: column.written for name, column in columns.items()}
        return {"written": written}, {f"tail.{name}": column.tail for name, column in columns.items()}

    def read(self, header: dict[str, Any], arrays: ArrayDict, n_neurons: int, n_steps: int) -> None:
        """Take what a head holds, refusing what the tape does not bear out."""
        for name, column in self.tape.columns.items():
            column.check(header["written"][name], arrays[f"tail.{name}"])
        self.found = header, arrays

    def hand_over(self, run: Run) -> None:
        """Let a run, and its tape, go on from what was read."""
        if self.found is None:
            return
        header, arrays = self.found
        self.tape.reopen()
        for name, column in self.tape.columns.items():
            column.go_on_from(header["written"][name], arrays[f"tail.{name}"])
        cast(DiskRun, run).go_on(header["steps"])
        self.found = None


def samples_held(monitor: StateMonitor, network: Network, n_samples: int) -> int:
    """Return how many samples are in memory at once."""
    numbers = len(monitor.variables) * len(monitored(monitor, network))
    return min(n_samples, max(1, NUMBERS_HELD // max(numbers, 1)))


def tape_for(path: Path, checkpoint: Checkpoint | None, n_neurons: int, sampler: Sampler | None) -> Tape:
    """Return the tape of a run: a new one, or that with which its checkpoint goes on."""
    run = None
    if checkpoint is not None and checkpoint.identity is not None:
        run = f"{checkpoint.identity.network}-{checkpoint.identity.call}"
        if checkpoint.begun:
            return Tape.again(path, run)
    if sampler is None:
        return Tape.new(path, run, n_neurons, 1, np.zeros(0, dtype=np.int64), {})
    return Tape.new(path, run, n_neurons, int(sampler.monitor.every), sampler.neurons, sampler.dtypes)
