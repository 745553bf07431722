"""Many trials through one network in parallel, weights frozen."""

import contextlib
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..features import FeatureExtractor, arrays_by_trial, extract_by_trial
from ..jobs import Threads, Workers
from ..kernels.batch import run_trials
from ..kernels.model import Recorder, State
from ..progress import Report
from ..recording import Recording, SpikeTrains, StateMonitor
from ..recording.variables import NOTHING_MONITORED
from ..validation import refuse, shown
from .monitoring import Sampler, check_monitor
from .network import Network
from .pace import Pace
from .run import new_recorder, resized
from .trials import Chunk, Stretch, Trials

Reduce: TypeAlias = Callable[[SpikeTrains], Any]
Returns: TypeAlias = Literal["recordings", "outputs", "features"] | FeatureExtractor | Reduce
Bounds: TypeAlias = tuple[int, int]
# Arrays with a row a trial: the matrix of an extractor, or a dict of the features by name.
Rows: TypeAlias = Any


class Probing(NamedTuple):
    """A monitor, and the factor by which the trace that it may read decays in a step; None for no trace."""

    monitor: StateMonitor
    trace_decay: np.float32 | None


# Neurons and synaptic events, at FIRING, of the trials that one task runs: about a tenth of a second.
CHUNK_WORK = 2 * 10**8
# Fraction of the neurons that is expected to fire in a step; more only takes longer.
FIRING = 1 / 16
# Seconds between two looks at what may have come to end the work.
PIECE = 0.05


class Task(NamedTuple):
    """Successive trials, the first of which has this number, each from its row of ``potentials`` or all from the one.

    Their features, if these are asked for, are written to ``rows``, or returned if there are none.
    """

    trials: Trials
    potentials: NDArray[np.float32]
    number: int
    rows: Rows | None


@dataclass(frozen=True)
class Batch:
    """What the tasks of a batch have in common: a network, its weights frozen, and what is wanted of each trial.

    What parts keep from trial to trial is that of the ``present`` state.
    """

    network: Network
    returns: Returns
    neurons: NDArray[np.int64]
    probing: Probing | None
    present: State

    def __call__(self, task: Task) -> Any:
        """Run the trials of a task; return what is wanted of them, None if it is written."""
        chunk = self.simulate(task)
        rows = task.rows
        if rows is None:
            rows = features_rows(self.returns, len(task.trials.durations), len(self.neurons), None)
        if rows is None:
            return taken(self.returns, self.neurons, chunk)
        if isinstance(self.returns, FeatureExtractor):
            self.returns.write(chunk.recording, chunk.starts, self.neurons, rows)
        else:
            extract_by_trial(chunk.recording, chunk.starts, self.neurons, rows)
        return None if rows is task.rows else rows

    def simulate(self, task: Task) -> Chunk:
        """Simulate the trials of a task, some hundredths of a second at a time, between which it can be interrupted."""
        stretch, sampler, recorder, arguments = self.prepared(task)
        pace = Pace(PIECE, self.network.n_neurons, self.network.synapses.matrix.nnz)
        trial = step = 0
        while trial < len(task.trials.durations):
            began, begun, end = time.perf_counter(), step, int(recorder.offsets[step])
            allowed = recorder._replace(neurons=recorder.neurons[: end + pace.spikes + recorder.fired.size])
            trial = run_trials(allowed, *arguments, trial, pace.steps)
            step = int(stretch.starts[trial] + recorder.position[0])
            spikes = int(recorder.offsets[step]) - end
            pace.learn(time.perf_counter() - began, step - begun, spikes)
            if recorder.neurons.size - end - spikes < recorder.fired.size:
                recorder = resized(recorder, 2 * recorder.neurons.size)
        neurons = recorder.neurons[: recorder.offsets[-1]]
        variables = NOTHING_MONITORED if sampler is None else sampler.variables(stretch.starts)
        recording = Recording.trusted(recorder.offsets, neurons, self.network.n_neurons, variables)
        return Chunk(stretch.starts, recording)

    def prepared(self, task: Task) -> tuple[Stretch, Sampler | None, Recorder, tuple[Any, ...]]:
        """Return the trials of a task, room for samples and for spikes, and what else the kernel is called with."""
        network = self.network
        trials = task.trials._replace(input_weights=network.input_weights)
        stretch = trials.stretch(0, len(trials.durations))
        # Of each thread's own: a cell's constants may hold scratch arrays.
        model = network.frozen_model(None if self.probing is None else self.probing.trace_decay)
        initial, state = (network.frozen_state(self.present, with_trace=model.trace is not None) for _ in range(2))
        n_steps = int(stretch.starts[-1])
        recorder = new_recorder(network.n_neurons, n_steps, int(FIRING * network.n_neurons * n_steps))
        samples = np.zeros_like(stretch.starts)
        sampler = None
        if self.probing is not None:
            np.cumsum(np.diff(stretch.starts) // self.probing.monitor.every, out=samples[1:])
            sampler = Sampler(self.probing.monitor, network, state, stretch.drive, int(samples[-1]))
        where = (stretch.starts, stretch.rows, samples, initial, task.potentials, task.number)
        monitor = None if sampler is None else sampler.monitor
        return stretch, sampler, recorder, (model, stretch.drive, state, monitor, *where)

    def compile(self, task: Task) -> None:
        """Compile what simulates trials like those of a task, for other processes to load."""
        _, _, recorder, arguments = self.prepared(task)
        run_trials(recorder, *arguments, 0, 0)


def run_batch(
    batch: Batch,
    trials: Trials,
    potentials: NDArray[np.float32],
    out: NDArray[np.float32] | None,
    workers: Workers,
    report: Report,
) -> Any:
    """Run trials, each from its row of ``potentials`` or all from the one; return what is wanted of them."""
    network, n_trials = batch.network, len(trials.durations)
    check_returns(batch.returns)
    rows = features_rows(batch.returns, n_trials, len(batch.neurons), out)
    if batch.probing is not None:
        check_probing(batch.probing, network, trials, batch.returns)
    work = trials.durations * (network.n_neurons + FIRING * network.synapses.matrix.nnz)
    if workers.apart and work.sum() <= CHUNK_WORK:
        # Done here before it would have got there: setting a threshold takes a dozen small batches.
        workers = Threads(1)
    bounds = split(work, workers.count)

    def task(first: int, last: int) -> Task:
        own = potentials if len(potentials) == 1 else potentials[first:last]
        return Task(trials.part(first, last), own, first, None if workers.apart else part_of(rows, first, last))

    network.synapses.expect(int(trials.durations.sum()))
    if workers.apart:
        batch.compile(task(*bounds[0]))
    else:
        # Made here and not by the first thread that asks, since two would make it twice.
        network.frozen_model()
    parts = []
    # Closed at once, or an error here would leave the workers at work for as long as its traceback is kept.
    with contextlib.closing(workers.in_order(batch, itertools.starmap(task, bounds))) as results, report:
        for (first, last), part in zip(bounds, results, strict=True):
            if rows is None:
                parts.append(part)
            elif part is not None:
                write_part(part_of(rows, first, last), part)
            report(last)
    return join(parts, batch.returns, trials.durations) if rows is None else rows


def check_probing(probing: Probing, network: Network, trials: Trials, returns: Returns) -> None:
    """Refuse a monitor whose samples nobody would get, and one of what is not there or of more than its bound."""
    if returns != "recordings":
        raise ValueError(
            "monitor needs returns='recordings', with which its samples come. "
            f"Got {returns if isinstance(returns, str) else shown(returns)!r} instead."
        )
    state = network.frozen_state(with_trace=probing.trace_decay is not None)
    n_samples = int((trials.durations // probing.monitor.every).sum())
    check_monitor(probing.monitor, network, state, trials.stretch(0, 1).drive, n_samples)


def check_returns(returns: Any) -> None:
    """Refuse what says nothing of what is wanted of a trial."""
    if not (callable(returns) or isinstance(returns, FeatureExtractor)) and not (
        isinstance(returns, str) and returns in ("recordings", "outputs", "features")
    ):
        rule = "'recordings', 'outputs', 'features', a FeatureExtractor or a function of SpikeTrains"
        raise refuse("returns", rule, returns)


def taken(returns: Returns, neurons: NDArray[np.int64], chunk: Chunk) -> Any:
    """Return what is wanted of the trials of a chunk."""
    if returns == "recordings":
        return chunk.recordings()
    if returns == "outputs":
        return chunk.outputs(neurons)
    reduce: Any = returns
    return rows_of(reduce, chunk.trains(neurons), len(neurons))


def features_rows(returns: Returns, n_trials: int, n_neurons: int, out: NDArray[np.float32] | None) -> Any:
    """Return the arrays to which threads write the features of their trials; None where none are asked for."""
    if isinstance(returns, FeatureExtractor):
        return returns.rows_for(n_trials, n_neurons, out)
    if out is not None:
        raise refuse("out", "None unless returns is a FeatureExtractor", out)
    return arrays_by_trial(n_trials, n_neurons) if returns == "features" else None


def part_of(rows: Rows | None, first: int, last: int) -> Rows | None:
    """Return the rows of some successive trials, None of none, as views."""
    if isinstance(rows, dict):
        return {name: values[first:last] for name, values in rows.items()}
    return None if rows is None else rows[first:last]


def write_part(rows: Rows, part: Rows) -> None:
    """Write to rows what another process found of them."""
    for name in rows if isinstance(rows, dict) else (...,):
        rows[name][:] = part[name]


def rows_of(reduce: Reduce, trains: SpikeTrains, n_neurons: int) -> Any:
    """Return what a function makes of trains, as (n_trials, n_neurons, ...)."""
    found = reduce(trains)

    def by_trial(rows: Any) -> NDArray[Any]:
        if not isinstance(rows, np.ndarray) or rows.ndim == 0 or len(rows) != trains.n_trains:
            raise ValueError(
                f"returns must give arrays with a row for each of the {trains.n_trains} trains it gets, or a dict of "
                f"such. Got {shown(rows)} instead."
            )
        return rows.reshape(-1, n_neurons, *rows.shape[1:])

    return {name: by_trial(rows) for name, rows in found.items()} if isinstance(found, dict) else by_trial(found)


def split(work: NDArray[np.float64], n_workers: int) -> list[Bounds]:
    """Return bounds of successive trials of about the same work, several for each worker."""
    done = np.cumsum(work)
    n_chunks = min(max(int(np.ceil(done[-1] / CHUNK_WORK)), 4 * n_workers if n_workers > 1 else 1), len(work))
    cuts = np.searchsorted(done, np.arange(1, n_chunks) * (done[-1] / n_chunks)) + 1
    bounds = np.unique(np.concatenate([[0], np.minimum(cuts, len(work)), [len(work)]]))
    return [(int(first), int(last)) for first, last in itertools.pairwise(bounds)]


def join(parts: list[Any], returns: Returns, durations: NDArray[np.int64]) -> Any:
    """Return the chunks' results as one."""
    if isinstance(parts[0], list):
        trials = [trial for part in parts for trial in part]
        return np.stack(trials) if returns == "outputs" and len(set(durations)) == 1 else trials
    if isinstance(parts[0], dict):
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return np.concatenate(parts)
