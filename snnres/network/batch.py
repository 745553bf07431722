"""Many trials through one network in parallel, weights frozen."""

import contextlib
import itertools
import os
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..features import FeatureExtractor, extract_features
from ..kernels.batch import run_trials
from ..kernels.model import State
from ..progress import Report
from ..recording import Recording, SpikeTrains, StateMonitor
from ..recording.variables import NOTHING_MONITORED
from ..validation import check_int, refuse, shown
from .monitoring import Sampler, check_monitor
from .network import Network
from .run import new_recorder, resized
from .trials import Chunk, Trials

Reduce: TypeAlias = Callable[[SpikeTrains], Any]
Returns: TypeAlias = Literal["recordings", "outputs", "features"] | FeatureExtractor | Reduce
Bounds: TypeAlias = tuple[int, int]


class Probing(NamedTuple):
    """A monitor, and the factor by which the trace that it may read decays in a step; None for no trace."""

    monitor: StateMonitor
    trace_decay: np.float32 | None


# Neurons and synaptic events, at FIRING, of the trials that one task runs: about a tenth of a second.
CHUNK_WORK = 2 * 10**8
# Fraction of the neurons that is expected to fire in a step; more only takes longer.
FIRING = 1 / 16


def run_batch(
    network: Network,
    trials: Trials,
    potentials: NDArray[np.float32],
    returns: Returns,
    out: NDArray[np.float32] | None,
    neurons: NDArray[np.int64],
    probing: Probing | None,
    present: State,
    threads: int,
    report: Report,
) -> Any:
    """Run trials with frozen weights, each from its row of ``potentials`` or all from the one; keep ``returns``.

    What parts keep from trial to trial is that of the ``present`` state.
    """
    take = taker(returns, neurons)
    rows = features_rows(returns, len(trials.durations), len(neurons), out)
    if probing is not None:
        check_probing(probing, network, trials, returns)
    threads = min(threads, len(trials.durations))
    chunks = split(trials.durations * (network.n_neurons + FIRING * network.synapses.matrix.nnz), threads)
    # Made here and not by the first thread that asks, since two would make it twice.
    _ = network.synapses.edges

    def work(bounds: Bounds) -> Any:
        chunk = run_chunk(network, trials, potentials, probing, present, *bounds)
        if rows is None or not isinstance(returns, FeatureExtractor):
            return take(chunk)
        chunk.features(returns, neurons, rows[slice(*bounds)])
        return None

    parts = []
    # Closed at once, or an error here would leave the threads at work for as long as its traceback is kept.
    with contextlib.closing(in_order(work, chunks, threads)) as results, report:
        for (_, stop), part in zip(chunks, results, strict=True):
            parts.append(part)
            report(stop)
    return join(parts, returns, trials.durations) if rows is None else rows


def run_chunk(
    network: Network,
    trials: Trials,
    potentials: NDArray[np.float32],
    probing: Probing | None,
    present: State,
    first: int,
    last: int,
) -> Chunk:
    """Simulate the trials ``first`` to ``last``."""
    stretch = trials.stretch(first, last)
    own = potentials if len(potentials) == 1 else potentials[first:last]
    # Of each thread's own: a cell's constants may hold scratch arrays.
    model = network.frozen_model(None if probing is None else probing.trace_decay)
    initial, state = (network.frozen_state(present, with_trace=model.trace is not None) for _ in range(2))
    n_steps = int(stretch.starts[-1])
    recorder = new_recorder(network.n_neurons, n_steps, int(FIRING * network.n_neurons * n_steps))
    samples = np.zeros_like(stretch.starts)
    sampler = None
    if probing is not None:
        np.cumsum(np.diff(stretch.starts) // probing.monitor.every, out=samples[1:])
        sampler = Sampler(probing.monitor, network, state, stretch.drive, int(samples[-1]))
    done = 0
    while True:
        monitor = None if sampler is None else sampler.monitor
        where = (stretch.starts, stretch.rows, samples)
        done = run_trials(model, stretch.drive, state, recorder, monitor, *where, initial, own, first, done)
        if done == last - first:
            neurons = recorder.neurons[: recorder.offsets[-1]]
            variables = NOTHING_MONITORED if sampler is None else sampler.variables(stretch.starts)
            return Chunk(stretch.starts, Recording.trusted(recorder.offsets, neurons, network.n_neurons, variables))
        recorder = resized(recorder, 2 * recorder.neurons.size)


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


def taker(returns: Returns, neurons: NDArray[np.int64]) -> Callable[[Chunk], Any]:
    """Return what takes the wanted results from a chunk."""
    if isinstance(returns, FeatureExtractor):
        return lambda chunk: chunk.features(returns, neurons, returns.rows_for(len(chunk.starts) - 1, len(neurons)))
    if not (callable(returns) or (isinstance(returns, str) and returns in ("recordings", "outputs", "features"))):
        rule = "'recordings', 'outputs', 'features', a FeatureExtractor or a function of SpikeTrains"
        raise refuse("returns", rule, returns)
    if returns == "recordings":
        return Chunk.recordings
    if returns == "outputs":
        return lambda chunk: chunk.outputs(neurons)
    reduce = returns if callable(returns) else extract_features
    return lambda chunk: rows_of(reduce, chunk.trains(neurons), len(neurons))


def features_rows(
    returns: Returns, n_trials: int, n_neurons: int, out: NDArray[np.float32] | None
) -> NDArray[np.float32] | None:
    """Return the matrix to which threads write the features of their trials; None where none are asked for."""
    if isinstance(returns, FeatureExtractor):
        return returns.rows_for(n_trials, n_neurons, out)
    if out is not None:
        raise refuse("out", "None unless returns is a FeatureExtractor", out)
    return None


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


def check_jobs(n_jobs: int) -> int:
    """Return the number of threads; -1 means one for each core that this process may use."""
    if check_int("n_jobs", n_jobs, -1) == 0:
        raise refuse("n_jobs", "-1 or an integer >= 1", n_jobs)
    if n_jobs > 0:
        return n_jobs
    # Linux alone says how many of the machine's cores are this process's.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def split(work: NDArray[np.float64], threads: int) -> list[Bounds]:
    """Return bounds of successive trials of about the same work, several for each thread."""
    done = np.cumsum(work)
    n_chunks = min(max(int(np.ceil(done[-1] / CHUNK_WORK)), 4 * threads if threads > 1 else 1), len(work))
    cuts = np.searchsorted(done, np.arange(1, n_chunks) * (done[-1] / n_chunks)) + 1
    bounds = np.unique(np.concatenate([[0], np.minimum(cuts, len(work)), [len(work)]]))
    return [(int(first), int(last)) for first, last in itertools.pairwise(bounds)]


def in_order(work: Callable[[Bounds], Any], chunks: list[Bounds], threads: int) -> Generator[Any, None, None]:
    """Yield the result of each chunk in order, at most two a thread ahead, so that memory stays bounded."""
    if threads == 1:
        yield from map(work, chunks)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting: list[Future[Any]] = []
        try:
            for chunk in chunks:
                waiting.append(pool.submit(work, chunk))
                if len(waiting) > 2 * threads:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def join(parts: list[Any], returns: Returns, durations: NDArray[np.int64]) -> Any:
    """Return the chunks' results as one."""
    if isinstance(parts[0], list):
        trials = [trial for part in parts for trial in part]
        return np.stack(trials) if returns == "outputs" and len(set(durations)) == 1 else trials
    if isinstance(parts[0], dict):
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return np.concatenate(parts)
