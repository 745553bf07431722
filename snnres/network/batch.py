"""Many trials through one network: in parallel with frozen weights, or one after the other to adapt them."""

import itertools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Literal, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import features, homeostasis
from ..kernels.batch import count_by_trial, place_by_trial, run_trials
from ..kernels.edges import build_edges
from ..kernels.structs import CurrentDrive, SpikeDrive
from ..params import SeedLike
from ..progress import Progress, reporter
from ..recording import Recording, SpikeTrains
from ..seeding import seed_sequence
from ..validation import check_array, check_bool, check_finite, check_input, check_int, check_neurons, refuse
from .base import NetworkBase, state_at
from .drive import as_trials, check_currents, spike_rows

Reduce: TypeAlias = Callable[[SpikeTrains], Any]
Returns: TypeAlias = Literal["recordings", "outputs", "features"] | Reduce

# Neurons times steps of the trials that one task runs: some tenths of a second.
CHUNK_WORK = 2 * 10**7
BUFFER_SPIKES = 2**18


class Trials(NamedTuple):
    """Checked inputs of a batch, a list entry a trial; None for a kind of input that is not there."""

    spikes: list[NDArray[np.uint8]] | None
    currents: list[NDArray[np.float32]] | None
    durations: NDArray[np.int64]


class Chunk(NamedTuple):
    """Spikes of some successive trials on one time axis; trial k has the steps ``starts[k]`` to ``starts[k + 1]``."""

    starts: NDArray[np.int64]
    recording: Recording

    def recordings(self) -> list[Recording]:
        """Return one recording a trial."""
        windows = (self.recording.window(*bounds) for bounds in itertools.pairwise(self.starts.tolist()))
        return [Recording(window.offsets, window.neurons.copy(), window.n_neurons) for window in windows]

    def trains(self, neurons: NDArray[np.int64]) -> SpikeTrains:
        """Return the trains of the given neurons, trial after trial."""
        column = np.full(self.recording.n_neurons, -1, dtype=np.int32)
        column[neurons] = np.arange(len(neurons), dtype=np.int32)
        n_trials = len(self.starts) - 1
        indptr = np.zeros(n_trials * len(neurons) + 1, dtype=np.int64)
        spikes = (self.starts, 0, n_trials, self.recording.offsets, self.recording.neurons, column, len(neurons))
        count_by_trial(*spikes, indptr)
        np.cumsum(indptr, out=indptr)
        times = np.empty(indptr[-1], dtype=np.int64)
        place_by_trial(*spikes, indptr[:-1].copy(), times)
        return SpikeTrains(indptr, times, np.repeat(np.diff(self.starts), len(neurons)))


class BatchMethods(NetworkBase):
    """Batches and adaptation of :class:`SNN`."""

    def simulate_batch(
        self,
        inputs: Any = None,
        *,
        currents: Any = None,
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
        trials = self._check_trials(inputs, currents)
        starting = self._check_start(potentials, len(trials.durations))
        read = self._outputs if neurons is None else check_neurons("neurons", neurons, self.num_neurons)
        reduce = check_returns(returns)
        threads = check_jobs(n_jobs)
        report = reporter(progress, "simulate")
        chunks = split(trials.durations, self.num_neurons, threads)
        edges = build_edges(self._weights.indptr, self._weights.indices, self._weights.data, by_target=False)

        def work(bounds: tuple[int, int]) -> Any:
            chunk = self._run_chunk(edges, trials, starting, *bounds)
            if returns == "recordings":
                return chunk.recordings()
            if returns == "outputs":
                return [recording.to_dense(read) for recording in chunk.recordings()]
            return reduce(chunk.trains(read))

        parts = []
        for (_, stop), part in zip(chunks, in_order(work, chunks, threads), strict=True):
            parts.append(part)
            report(stop, len(trials.durations))
        return join(parts, returns, trials.durations, len(read))

    def adapt(
        self,
        inputs: Any = None,
        epochs: int = 1,
        shuffle: bool = True,
        seed: SeedLike = None,
        *,
        currents: Any = None,
        apply_threshold: bool = False,
        progress: Progress = False,
    ) -> dict[str, NDArray[Any]]:
        """Let plasticity act on many trials, each from the state that :meth:`reset` restores.

        The one phase in which weights change; :meth:`simulate_batch` reads features with weights frozen. Presented
        in the order of classes, later trials would weigh more, so the order is shuffled. Ends reset. Ctrl-C leaves
        the weights as they have become.

        Parameters
        ----------
        inputs, currents
            As in :meth:`simulate_batch`.
        epochs : int, default 1
            Times that every trial is presented.
        shuffle : bool, default True
            Present each epoch in a new random order.
        seed : int, SeedSequence or Generator, optional
            Decides the order.
        apply_threshold : bool, default False
            After each epoch set the threshold by :meth:`apply_global_scalar_threshold`, with the mean of ``inputs``.
        progress : bool or callable, default False
            As in :meth:`simulate`, of presentations.

        Returns
        -------
        dict of ndarray, shape (n_presentations,)
            History after each presentation: ``trial``, ``weights_mean``, ``weights_variance``,
            ``membrane_threshold`` and ``spikes``.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described, or the network has no plasticity enabled.
        """
        if self._stdp is None or not self._stdp.enabled:
            raise ValueError(
                "adapt needs plasticity: build the network with STDPParams(enabled=True). Got none instead."
            )
        trials = self._check_trials(inputs, currents)
        n_trials = len(trials.durations)
        check_int("epochs", epochs, 1)
        rng = np.random.Generator(np.random.PCG64(seed_sequence(seed)))
        shuffle = check_bool("shuffle", shuffle)
        report = reporter(progress, "adapt")
        history: list[tuple[int, float, float, float, int]] = []
        try:
            for _ in range(epochs):
                for trial in rng.permutation(n_trials) if shuffle else range(n_trials):
                    spikes = self._present(trials, int(trial))
                    statistics = (self.weights_mean, self.weights_variance, self.membrane_threshold)
                    history.append((int(trial), *statistics, spikes))
                    report(len(history), epochs * n_trials)
                if check_bool("apply_threshold", apply_threshold):
                    self.membrane_threshold = homeostasis.mean_field_threshold(
                        self._weights, mean_of_ones(trials.spikes), self.refractory_period
                    )
        finally:
            self._state = state_at(self._initial_potentials)
            self._recording = None
        names = ("trial", "weights_mean", "weights_variance", "membrane_threshold", "spikes")
        return {name: np.array(values) for name, values in zip(names, zip(*history, strict=True), strict=True)}

    def _present(self, trials: Trials, trial: int) -> int:
        """Run one trial with plasticity from the state of construction; return the spikes."""
        self._state = state_at(self._initial_potentials)
        spikes = None if trials.spikes is None else SpikeDrive(spike_rows(trials.spikes[trial]))
        currents = None if trials.currents is None else self._current_drive([trials.currents[trial]])
        runner = self._runner(spikes, currents, None)
        for _ in runner.advance(int(trials.durations[trial])):
            pass
        return runner.recording().n_spikes

    def _check_trials(self, inputs: Any, currents: Any) -> Trials:
        """Return checked trials."""
        if inputs is None and currents is None:
            raise ValueError("inputs or currents must be given. Got neither instead.")
        spikes = values = None
        steps = []
        if inputs is not None:
            spikes = [
                check_input(f"inputs[{k}]", trial, self.num_neurons)
                for k, trial in enumerate(as_trials("inputs", inputs))
            ]
            if len({len(trial) for trial in spikes}) > 1:
                raise ValueError("inputs must have the same number of rows in every trial.")
            steps.append([trial.shape[1] for trial in spikes])
        if currents is not None:
            n_channels = self._require_input_weights().n_channels
            values = [
                check_currents(f"currents[{k}]", trial, n_channels)
                for k, trial in enumerate(as_trials("currents", currents))
            ]
            steps.append([trial.shape[1] for trial in values])
        if len(steps) == 2 and steps[0] != steps[1]:
            raise ValueError("inputs and currents must have the same trials with the same numbers of steps.")
        durations = np.array(steps[0], dtype=np.int64)
        if self._duration is not None:
            durations[:] = self._duration
        if (durations == 0).any():
            raise ValueError(
                f"every trial must have at least one step. Got 0 in trial {int(np.argmin(durations))} instead."
            )
        return Trials(spikes, values, durations)

    def _check_start(self, potentials: ArrayLike | None, n_trials: int) -> NDArray[np.float32]:
        """Return potentials at the start: (1, n) for all trials or (n_trials, n)."""
        if potentials is None:
            return self._initial_potentials[None]
        array = np.asarray(potentials)
        array = check_array("potentials", array, 2 if array.ndim == 2 else 1)
        check_finite("potentials", array)
        rows = array.astype(np.float32).reshape(-1, array.shape[-1])
        if rows.shape[1] != self.num_neurons or (array.ndim == 2 and len(rows) != n_trials):
            raise ValueError(
                f"potentials must have shape ({self.num_neurons},) or ({n_trials}, {self.num_neurons}). "
                f"Got {array.shape} instead."
            )
        return rows

    def _current_drive(self, signals: list[NDArray[np.float32]]) -> CurrentDrive:
        """Return the drive by channels (n_channels, n_steps_k) that follow one another in time."""
        rows = np.concatenate([signal.T for signal in signals])
        return self._require_input_weights().drive(np.ascontiguousarray(rows))

    def _run_chunk(self, edges: Any, trials: Trials, potentials: NDArray[np.float32], first: int, last: int) -> Chunk:
        """Simulate the trials ``first`` to ``last``."""
        starts = np.concatenate([[0], np.cumsum(trials.durations[first:last])])
        rows = signal_rows = starts
        spikes = currents = None
        if trials.spikes is not None:
            part = trials.spikes[first:last]
            rows = np.concatenate([[0], np.cumsum([trial.shape[1] for trial in part])])
            spikes = SpikeDrive(np.concatenate([trial.T for trial in part]))
        if trials.currents is not None:
            signals = trials.currents[first:last]
            signal_rows = np.concatenate([[0], np.cumsum([signal.shape[1] for signal in signals])])
            currents = self._current_drive(signals)
        own = potentials if len(potentials) == 1 else potentials[first:last]
        fired = np.zeros(-(-self.num_neurons // 8) * 8, dtype=np.uint8)
        offsets = np.zeros(starts[-1] + 1, dtype=np.int64)
        neurons = np.empty(max(fired.size, BUFFER_SPIKES), dtype=np.uint32)
        state = state_at(self._initial_potentials)
        done = 0
        while done < last - first:
            done = run_trials(
                edges, self._lif_constants(), spikes, rows, currents, signal_rows, own, starts, state, fired, offsets,
                neurons, done, last - first,
            )  # fmt: skip
            if done < last - first:
                neurons = np.concatenate([neurons, np.empty_like(neurons)])
        return Chunk(starts, Recording(offsets, neurons[: offsets[-1]], self.num_neurons))


def mean_of_ones(spikes: list[NDArray[np.uint8]] | None) -> float:
    """Return the fraction of ones over all trials."""
    if spikes is None:
        return 0.0
    return float(sum(int(trial.sum()) for trial in spikes) / sum(trial.size for trial in spikes))


def check_returns(returns: Returns) -> Reduce:
    """Return the function that reduces a chunk's trains."""
    if callable(returns):
        return returns
    if returns not in ("recordings", "outputs", "features"):
        raise refuse("returns", "'recordings', 'outputs', 'features' or a function of SpikeTrains", returns)
    return features.extract_features


def check_jobs(n_jobs: int) -> int:
    """Return the number of threads; -1 means one for each core that this process may use."""
    if check_int("n_jobs", n_jobs, -1) == 0:
        raise refuse("n_jobs", "-1 or an integer >= 1", n_jobs)
    if n_jobs > 0:
        return n_jobs
    # Linux alone says how many of the machine's cores are this process's.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def split(durations: NDArray[np.int64], n_neurons: int, threads: int) -> list[tuple[int, int]]:
    """Return bounds of successive trials of about the same work, several for each thread."""
    work = np.cumsum(durations) * n_neurons
    n_chunks = max(int(np.ceil(work[-1] / CHUNK_WORK)), 4 * threads if threads > 1 else 1)
    cuts = np.searchsorted(work, np.arange(1, n_chunks) * (work[-1] / n_chunks)) + 1
    bounds = np.unique(np.concatenate([[0], np.minimum(cuts, len(durations)), [len(durations)]]))
    return [(int(first), int(last)) for first, last in itertools.pairwise(bounds)]


def in_order(work: Callable[[tuple[int, int]], Any], chunks: list[tuple[int, int]], threads: int) -> Iterator[Any]:
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


def join(parts: list[Any], returns: Returns, durations: NDArray[np.int64], n_read: int) -> Any:
    """Return the chunks' results as one."""
    if returns in ("recordings", "outputs"):
        trials = [trial for part in parts for trial in part]
        return np.stack(trials) if returns == "outputs" and len(set(durations)) == 1 else trials
    if isinstance(parts[0], dict):
        return {name: join([part[name] for part in parts], "features", durations, n_read) for name in parts[0]}
    rows = np.concatenate([cast(NDArray[Any], part) for part in parts])
    return rows.reshape(len(durations), n_read, *rows.shape[1:])
