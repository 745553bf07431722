"""How far the presentation of many trials has come, and how that is kept in a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.model import Drive, State
from ..parts.tables import apart
from .checkpoint import ArrayDict, Checkpoint, Moment, moment_arrays
from .network import Network
from .run import Run
from .trials import Trials


class Presentation(NamedTuple):
    """A trial that was presented, and the network after it."""

    trial: int
    weights_mean: float
    weights_variance: float
    membrane_threshold: float
    spikes: int


@dataclass
class Course:
    """The order of trials, which is drawn by a generator from its state at the beginning, and what has been done.

    ``steps`` of the presentation at work are done, with so many ``spikes``. ``threshold`` is the last that was set,
    None before there was any. ``current`` is what the drive adds in the present step, where that is kept.
    """

    generator: np.random.Generator
    n_trials: int
    epochs: int
    shuffle: bool
    history: list[Presentation] = field(default_factory=list)
    steps: int = 0
    spikes: int = 0
    threshold: float | None = None
    current: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        self.first = self.generator.bit_generator.state

    @property
    def complete(self) -> bool:
        """Whether all has been presented."""
        return len(self.history) == self.epochs * self.n_trials

    @property
    def epoch_begins(self) -> bool:
        """Whether the trial at work is the first of an epoch after the first."""
        done = len(self.history)
        return self.steps == 0 and done > 0 and done % self.n_trials == 0

    def ahead(self) -> Iterator[int]:
        """Yield the trials that are still to be presented to the end, in their order."""
        begun = len(self.history)
        self.generator.bit_generator.state = self.first
        for epoch in range(self.epochs):
            order = self.generator.permutation(self.n_trials) if self.shuffle else np.arange(self.n_trials)
            yield from order[max(begun - epoch * self.n_trials, 0) :].tolist()

    def begin(self, run: Run) -> None:
        """Let the run of the trial at work go on where it was left."""
        if self.steps:
            run.go_on_from(np.zeros(self.steps, dtype=np.int64), np.zeros(0, dtype=np.uint32))
        if self.current is not None:
            run.parts[1].currents.current[:] = self.current

    def end(self, presentation: Presentation) -> None:
        """Take in a presentation that is done."""
        self.history.append(presentation)
        self.steps, self.spikes, self.current = 0, 0, None


class CourseKeeper:
    """Keeps a course, and the network that learns in it, in a checkpoint."""

    def __init__(self, checkpoint: Checkpoint, course: Course) -> None:
        self.checkpoint, self.course = checkpoint, course
        self.header: dict[str, Any] = {}
        self.arrays: ArrayDict = {}
        self.moment: Moment | None = None

    def read(self, network: Network, state: State) -> None:
        """Read the checkpoint if there is one; ``state`` is as the network has it in a trial."""
        if self.checkpoint.begun:
            self.header, self.arrays = self.checkpoint.read()
            self.moment = Moment.found_in(self.arrays, network, state, Drive())

    def hand_over(self) -> None:
        """Let the course go on from what was read."""
        if self.moment is None:
            return
        columns = (self.arrays[f"history.{name}"].tolist() for name in Presentation._fields)
        self.course.history = [Presentation(*row) for row in zip(*columns, strict=True)]
        self.course.steps, self.course.spikes = self.header["steps"], self.header["spikes"]
        self.course.threshold, self.course.first = self.header["threshold"], self.header["order"]
        self.course.current = self.arrays["current"] if self.course.steps and "current" in self.arrays else None

    def write(self, network: Network, state: State, drive: Drive) -> None:
        """Write all from which the course goes on."""
        course = self.course
        columns = zip(*course.history, strict=True) if course.history else ([] for _ in Presentation._fields)
        history = {
            f"history.{name}": np.array(values) for name, values in zip(Presentation._fields, columns, strict=True)
        }
        header = {
            "steps": course.steps,
            "spikes": course.spikes,
            "threshold": course.threshold,
            "order": course.first,
        }
        self.checkpoint.write(header, history | moment_arrays(network, state, drive))


def call_of_adapt(
    trials: Trials,
    rewards: list[NDArray[np.float32]] | None,
    course: Course,
    *,
    apply_threshold: bool,
    seeded: bool,
) -> tuple[dict[str, Any], ArrayDict]:
    """Return the arguments of a course that decide what comes of it, as plain values and arrays."""
    plain = {
        "method": "adapt",
        "epochs": course.epochs,
        "shuffle": course.shuffle,
        "hold": trials.hold,
        "durations": trials.durations.tolist(),
        "apply_threshold": apply_threshold,
        # An order without a seed is another each time; that of the checkpoint goes on.
        "order": course.first if seeded else None,
    }
    plain["clamps"], arrays = apart([None if clamp is None else clamp.table() for clamp in trials.clamps])
    for name, given in (("spikes", trials.spikes), ("currents", trials.currents), ("rewards", rewards)):
        arrays |= {f"{name}.{k}": np.asarray(array) for k, array in enumerate(given or ())}
    return plain, arrays
