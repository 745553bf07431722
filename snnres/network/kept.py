"""How a run begins, by itself or where a checkpoint ends, and how it is kept in one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..kernels.model import Drive, Model, State
from ..recording import StateMonitor
from .checkpoint import Checkpoint, Moment, moment_arrays
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
    """

    def __init__(self, checkpoint: Checkpoint, network: Network, drive: Drive) -> None:
        self.checkpoint, self.network, self.drive = checkpoint, network, drive
        self.pieces = Pieces(checkpoint)
        self.moment: Moment | None = None
        self.kept = -1

    def read(self, state: State, n_steps: int) -> State:
        """Return the state of the checkpoint if there is one, else the state as it is. Mutates nothing of the run."""
        if not self.checkpoint.begun:
            return state
        header, arrays = self.checkpoint.read()
        self.pieces.read(header, self.network.n_neurons, n_steps)
        self.moment = Moment.found_in(arrays, self.network, state, self.drive)
        return self.moment.state

    def hand_over(self, run: Run) -> None:
        """Let a new run go on from what was read, the weights too."""
        self.pieces.hand_over(run)
        if self.moment is not None:
            self.moment.put_back(self.network, self.drive)
            self.kept = run.done

    def write(self, run: Run) -> None:
        """Write all from which the run goes on, unless it has done nothing since the last time."""
        if run.done > self.kept:
            header = {"steps": run.done} | self.pieces.write(run)
            self.checkpoint.write(header, moment_arrays(self.network, run.parts[2], self.drive))
            self.kept = run.done

    def steps_of(self, run: Run) -> Iterator[int]:
        """Run to the end, writing now and then and at the end; yield the steps done after each chunk."""
        for done in run.advance(self.checkpoint.every):
            if self.checkpoint.due(done):
                self.write(run)
            yield done
        self.write(run)


def begin(
    network: Network,
    model: Model,
    drive: Drive,
    state: State,
    n_steps: int,
    monitor: StateMonitor | None,
    keeper: RunKeeper | None,
    threads: int,
) -> tuple[State, Run]:
    """Return a state and a run that goes on from it: those of the keeper's checkpoint, if there is one.

    So many threads may share it.
    """
    if monitor is not None:
        check_monitor(monitor, network, state, drive, n_steps // monitor.every)
    if keeper is not None:
        state = keeper.read(state, n_steps)
    sampler = None if monitor is None else Sampler(monitor, network, state, drive, n_steps // monitor.every)
    crew = None
    if threads > 1 and can_be_shared(network, drive):
        shown = None if sampler is None else sampler.monitor
        crew = Crew(network.synapses, model, drive, state, shown, n_steps, threads)
    run = Run(model, drive, state, n_steps, sampler, crew)
    if keeper is not None:
        keeper.hand_over(run)
    return state, run


def call_of_simulate(
    n_steps: int, trace_tau: float | None, monitor: StateMonitor | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the arguments of a run that decide what comes of it, as plain values and arrays."""
    plain: dict[str, Any] = {"method": "simulate", "steps": n_steps, "trace_tau": trace_tau}
    if monitor is None:
        return plain, {}
    plain |= {"variables": monitor.variables, "stride": monitor.every, "all": monitor.neurons is None}
    return plain, {} if monitor.neurons is None else {"neurons": np.asarray(monitor.neurons)}
