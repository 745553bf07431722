"""Many trials through one network in parallel, weights frozen."""

import contextlib
import itertools
import os
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import features
from ..kernels.batch import run_trials
from ..kernels.edges import build_edges
from ..kernels.structs import Edges
from ..progress import Progress, reporter
from ..recording import Recording, SpikeTrains
from ..validation import check_int, check_neurons, refuse, shown
from .base import NetworkBase, state_at
from .trials import Chunk, Trials, check_start, check_trials

Reduce: TypeAlias = Callable[[SpikeTrains], Any]
Returns: TypeAlias = Literal["recordings", "outputs", "features"] | Reduce
Bounds: TypeAlias = tuple[int, int]

# Neurons and synaptic events, at FIRING, of the trials that one task runs: about a tenth of a second.
CHUNK_WORK = 2 * 10**8
# Fraction of the neurons that is expected to fire in a step; more only takes longer.
FIRING = 1 / 16
BUFFER_SPIKES = 2**20


class BatchMethods(NetworkBase):
    """Batches of :class:`SNN`."""

    def simulate_batch(
        self,
        inputs: Any = None,
        *,
        currents: Any = None,
        hold: int = 1,
        returns: Returns = "recordings",
        potentials: ArrayLike | None = None,
        neurons: ArrayLike | None = None,
        n_jobs: int = -1,
        progress: Progress = False,
    ) -> Any:
        """Run many trials through this network, its plasticity frozen, each from the same defined state.

        A trial starts with timers and traces zero and, unless ``potentials`` says otherwise, from the potentials that
        :meth:`reset` restores. The network itself does not change. Results do not depend on the number of threads,
        on how trials are grouped, or on their order.

        Parameters
        ----------
        inputs : array_like (n_trials, n_inputs, n_steps) or list of (n_inputs, n_steps_k), optional
            0/1 spikes for the first neurons.
        currents : array_like (n_trials, n_channels, n_steps) or list of (n_channels, n_steps_k), optional
            Channels for :meth:`set_input_weights`. Given both, a trial has as many steps of each.
        hold : int, default 1
            Steps for which each column of ``currents`` lasts.
        returns : {"recordings", "outputs", "features"} or callable, default "recordings"
            What is kept of each trial; nothing else is, beyond the trials in work.

            - "recordings": list of :class:`Recording`, all neurons
            - "outputs": 0/1 int8, (n_trials, n_steps, n_outputs), or a list of (n_steps_k, n_outputs) if lengths differ
            - "features": dict of (n_trials, n_outputs), see :func:`snnres.features.extract_features`
            - a function of :class:`SpikeTrains`, the outputs' trains trial after trial, that returns an array with a
              row a train or a dict of such; it is given many trials at a time and its rows come back as
              (n_trials, n_outputs, ...)
        potentials : array_like, shape (num_neurons,) or (n_trials, num_neurons), optional
            Potentials at the start of every trial, or of each.
        neurons : array_like of int, optional
            Neurons to read in place of the outputs.
        n_jobs : int, default -1
            Threads; -1 for one a core.
        progress : bool or callable, default False
            As in :meth:`simulate`, of trials.

        Returns
        -------
        list, ndarray or dict
            As ``returns`` says.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described.

        Examples
        --------
        >>> import numpy as np
        >>> from snnres import SNN, SimulationParams
        >>> snn = SNN(SimulationParams(
        ...     num_neurons=100, num_output_neurons=5, mean_weight=0.1, small_world_graph_k=10,
        ...     small_world_graph_p=0.2, membrane_threshold=1.0, leak_coefficient=0.1, refractory_period=2, seed=0))
        >>> trials = np.random.default_rng(0).integers(0, 2, size=(8, 10, 50))
        >>> snn.simulate_batch(trials, returns="features")["spike_counts"].shape
        (8, 5)
        """
        trials = check_trials(inputs, currents, hold, self.num_neurons, self._input_weights, self._duration)
        n_trials = len(trials.durations)
        potentials = check_start(potentials, self._initial_potentials, n_trials)
        read = self._outputs if neurons is None else check_neurons("neurons", neurons, self.num_neurons)
        take = taker(returns, read)
        threads = min(check_jobs(n_jobs), n_trials)
        report = reporter(progress, "simulate", n_trials)
        edges = build_edges(self._weights.indptr, self._weights.indices, self._weights.data, by_target=False)
        chunks = split(trials.durations * (self.num_neurons + FIRING * self._weights.nnz), threads)

        def work(bounds: Bounds) -> Any:
            return take(self._run_chunk(edges, trials, potentials, *bounds))

        parts = []
        # Closed at once, or an error here would leave the threads at work for as long as its traceback is kept.
        with contextlib.closing(in_order(work, chunks, threads)) as results, report:
            for (_, stop), part in zip(chunks, results, strict=True):
                parts.append(part)
                report(stop)
        return join(parts, returns, trials.durations)

    def _run_chunk(self, edges: Edges, trials: Trials, potentials: NDArray[np.float32], first: int, last: int) -> Chunk:
        """Simulate the trials ``first`` to ``last``."""
        stretch = trials.stretch(first, last)
        own = potentials if len(potentials) == 1 else potentials[first:last]
        state = state_at(self._initial_potentials)
        fired = np.zeros(-(-self.num_neurons // 8) * 8, dtype=np.uint8)
        offsets = np.zeros(stretch.starts[-1] + 1, dtype=np.int64)
        expected = int(FIRING * self.num_neurons * stretch.starts[-1])
        neurons = np.empty(fired.size + min(BUFFER_SPIKES, expected), dtype=np.uint32)
        done = 0
        while True:
            done = run_trials(edges, self._lif_constants(), *stretch, own, state, fired, offsets, neurons, done)
            if done == last - first:
                return Chunk(stretch.starts, Recording(offsets, neurons[: offsets[-1]], self.num_neurons))
            neurons = np.concatenate([neurons, np.empty_like(neurons)])


def taker(returns: Returns, neurons: NDArray[np.int64]) -> Callable[[Chunk], Any]:
    """Return what takes the wanted results from a chunk."""
    if not (callable(returns) or (isinstance(returns, str) and returns in ("recordings", "outputs", "features"))):
        raise refuse("returns", "'recordings', 'outputs', 'features' or a function of SpikeTrains", returns)
    if returns == "recordings":
        return Chunk.recordings
    if returns == "outputs":
        return lambda chunk: chunk.outputs(neurons)
    reduce = returns if callable(returns) else features.extract_features
    return lambda chunk: rows_of(reduce, chunk.trains(neurons), len(neurons))


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
