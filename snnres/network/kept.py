"""How a run begins, by itself or where a checkpoint ends, and how it is kept in one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..kernels.model import Drive, Model, State
from ..recording import StateMonitor
from .checkpoint import Checkpoint, Moment, moment_arrays
from .disk import DiskRun, Tails, samples_held, tape_for
from .monitoring import Sampler, check_monitor
from .network import Network
from .pieces import Pieces
from .run import Run
from .shares import Crew, can_be_shared


class RunKeeper:
    """Keeps one run in a checkpoint.

    Parameters
    ----------
    checkpoint : Checkpoint
    network : Network
        Whose weights the run may change.
    drive : Drive
        What drives the run.
    recorded : Pieces or Tails
        How the recording so far is kept.
    """

    def __init__(self, checkpoint: Checkpoint, network: Network, drive: Drive, recorded: Pieces | Tails) -> None:
        self.checkpoint, self.network, self.drive, self.recorded = checkpoint, network, drive, recorded
        self.moment: Moment | None = None
        self.kept = -1

    def read(self, state: State, n_steps: int) -> State:
        """Return the state of the checkpoint if there is one, else the state as it is. Mutates nothing of the run."""
        if not self.checkpoint.begun:
            return state
        header, arrays = self.checkpoint.read()
        self.recorded.read(header, arrays, self.network.n_neurons, n_steps)
        self.moment = Moment.found_in(arrays, self.network, state, self.drive)
        return self.moment.state

    def hand_over(self, run: Run) -> None:
        """Let a new run go on from what was read, the weights too."""
        self.recorded.hand_over(run)
        if self.moment is not None:
            self.moment.put_back(self.network, self.drive)
            self.kept = run.done

    def write(self, run: Run) -> None:
        """Write all from which the run goes on, unless it has done nothing since the last time."""
        if run.done > self.kept:
            header, arrays = self.recorded.write(run)
            arrays |= moment_arrays(self.network, run.parts[2], self.drive)
            self.checkpoint.write({"steps": run.done} | header, arrays)
            self.kept = run.done

    def steps_of(self, run: Run) -> Iterator[int]:
        """Run to the end, writing now and then and at the end; yield the steps done after each chunk."""
        for done in run.advance(self.checkpoint.every):
            if self.checkpoint.due(done):
                self.write(run)
            yield done
        self.write(run)


class Begun(NamedTuple):
    """A run that has begun, and the state from which it goes on."""

    state: State
    run: Run
    keeper: RunKeeper | None

    def advance(self) -> Iterator[int]:
        """Run to the end, yielding the steps done after each chunk."""
        yield from self.run.advance() if self.keeper is None else self.keeper.steps_of(self.run)


def begin(
    network: Network,
    model: Model,
    drive: Drive,
    state: State,
    n_steps: int,
    monitor: StateMonitor | None,
    checkpoint: Checkpoint | None,
    path: Path | None,
    threads: int,
) -> Begun:
    """Return a run that goes on from a checkpoint, if there is one, and records to a path, if there is one.

    So many threads may share one that records to memory.
    """
    n_samples = 0 if monitor is None else n_steps // monitor.every
    if path is not None and monitor is not None:
        n_samples = samples_held(monitor, network, n_samples)
    if monitor is not None:
        check_monitor(monitor, network, state, drive, n_samples)
    tape = None
    if path is not None:
        sampler = None if monitor is None else Sampler(monitor, network, state, drive, 0)
        tape = tape_for(path, checkpoint, network.n_neurons, sampler)
    keeper = None
    if checkpoint is not None:
        keeper = RunKeeper(checkpoint, network, drive, Pieces(checkpoint) if tape is None else Tails(tape))
        state = keeper.read(state, n_steps)
    sampler = None if monitor is None else Sampler(monitor, network, state, drive, n_samples)
    run: Run
    if tape is not None:
        run = DiskRun(tape, model, drive, state, n_steps, sampler)
    else:
        crew = None
        if threads > 1 and can_be_shared(network, drive):
            shown = None if sampler is None else sampler.monitor
            crew = Crew(network.synapses, model, drive, state, shown, n_steps, threads)
        run = Run(model, drive, state, n_steps, sampler, crew)
    if keeper is not None:
        keeper.hand_over(run)
    return Begun(state, run, keeper)


def call_of_run(
    method: str, n_steps: int, trace_tau: float | None, monitor: StateMonitor | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arguments of a run that decide what comes of it, as plain values and arrays."""
    plain: dict[str, Any] = {"method": method, "steps": n_steps, "trace_tau": trace_tau}
    if monitor is None:
        return plain, {}
    plain |= {"variables": monitor.variables, "stride": monitor.every, "all": monitor.neurons is None}
    return plain, {} if monitor.neurons is None else {"neurons": np.asarray(monitor.neurons)}
