"""The class that users build, simulate and reset."""

from __future__ import annotations

import copy
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import io
from ..jobs import n_threads, workers
from ..kernels.delays import without_senders
from ..kernels.model import Drive
from ..markup import html_table
from ..params import SeedLike, SimulationParams, check_seed
from ..parts import Distribution
from ..parts.base import Cell
from ..parts.clamp import Clamps
from ..parts.delays import delays_of
from ..parts.elements import ELEMENTS, Element
from ..parts.plasticity import Rules, plasticities
from ..parts.values import drawn
from ..progress import Progress, reporter
from ..recording import StateMonitor, StoredRecording
from ..recording.store import zarr_library
from ..seeding import seed_sequence, streams
from ..validation import (
    check_bool,
    check_input,
    check_int,
    check_neurons,
    check_potentials,
    check_real,
    check_type,
)
from .adapt import balance, check_trial_rewards, present, with_threshold
from .arrays import mapped
from .batch import Batch, Probing, Returns, run_batch
from .build import build_weights
from .checkpoint import Checkpoint, Identity, Moment, check_every
from .course import Course, CourseKeeper, Presentation, call_of_adapt
from .drive import Input
from .driving import Driving
from .files import FORMAT, VERSION, Contents, from_arrays, to_arrays
from .kept import begin, call_of_run
from .network import Network, mean_field_threshold, trace_factor, warn_of_overflow
from .step import Stepper
from .synapses import Synapses, owned
from .trials import check_start, check_trials


class SNN(Driving):
    """A reservoir of leaky integrate-and-fire neurons on one sparse weight matrix.

    In each step, in this order: refractory timers count down; input spikes add ``current_amplitude`` to the first
    neurons; every neuron at or above the threshold whose timer is 0 fires; plasticity, if on, acts; fired neurons
    are reset to 0 and made refractory; all potentials leak; the spikes are added to their targets. All arithmetic is
    float32 in this order, so that the same weights, potentials and input give the same spikes everywhere.

    Parameters
    ----------
    simulation_params : SimulationParams
        Neurons, synapses, input.
    stdp_params : STDPParams, another LearningRule, Plasticity, or a sequence of them, optional
        Plasticity; None for none. Several rules act in their order, each on the synapses that its
        :class:`snnres.parts.Plasticity` names.

    Raises
    ------
    TypeError
        If an argument is of another class.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams
    >>> spikes = np.random.default_rng(0).integers(0, 2, size=(10, 100), dtype=np.uint8)
    >>> snn = SNN(SimulationParams(
    ...     num_neurons=200, num_output_neurons=20, mean_weight=0.1, small_world_graph_k=20, small_world_graph_p=0.2,
    ...     membrane_threshold=1.0, leak_coefficient=0.1, refractory_period=2, input_spike_times=spikes, seed=0))
    >>> snn.simulate().shape
    (100, 20)
    """

    _running: threading.Lock
    # A cache of what is prepared; what it was prepared for says whether it still serves.
    _stepper: Stepper | None

    def __init__(self, simulation_params: SimulationParams, stdp_params: Rules = None) -> None:
        check_type("simulation_params", simulation_params, SimulationParams)
        rules = plasticities("stdp_params", stdp_params)
        params = simulation_params
        rngs = streams(params.seed)
        weights, signs = build_weights(params, rngs["topology"], rngs["weights"], rngs["signs"])
        delays = delays_of("delays", params.delays, weights, rngs["delays"])
        cell = drawn(params.neuron, weights.shape[0], rngs["cells"])
        elements = {
            name: drawn(getattr(params, name), weights.shape[0], rngs["cells"])
            for name in ELEMENTS
            if getattr(params, name) is not None
        }
        seed = int(rngs["noise"].integers(0, 2**32))
        self._network = Network(Synapses(weights, delays), cell, rules, elements=elements, signs=signs, seed=seed)
        self._rng = rngs["weights"]
        self._duration = None if params.duration is None else int(params.duration)
        amplitude = float(
            np.max(np.asarray(cell.membrane_threshold))
            if params.current_amplitude is None
            else params.current_amplitude
        )
        spikes = check_input("input_spike_times", params.input_spike_times, self.num_neurons)
        self._input = Input(np.ascontiguousarray(spikes.T), amplitude)
        if params.output_neurons is not None:
            self._outputs = check_neurons("output_neurons", params.output_neurons, self.num_neurons)
        else:
            hidden = np.arange(self.num_input_neurons, self.num_neurons)
            self._outputs = rngs["outputs"].permutation(hidden)[: params.num_output_neurons]
        if params.membrane_potentials is not None:
            self._initial_potentials = check_potentials(
                "membrane_potentials", params.membrane_potentials, self.num_neurons
            )
        else:
            self._initial_potentials = cell.initial_potentials(self.num_neurons, rngs["potentials"])
        self._running, self._stepper = threading.Lock(), None
        self.reset()
        for plasticity in self._network.active_rules:
            objection = plasticity.rule.objection(self._network.weights_seen(plasticity))
            if objection is not None:
                warnings.warn(objection, UserWarning, stacklevel=2)

    def __repr__(self) -> str:
        return (
            f"<SNN: {self.num_neurons} neurons, {self._weights.nnz} synapses, {self.num_input_neurons} inputs, "
            f"{self.num_output_neurons} outputs>"
        )

    def _repr_html_(self) -> str:
        """Return sizes, weights, parts and the latest recording as a notebook shows them."""
        rows = [
            ["neurons", f"{self.num_neurons}: {self.num_input_neurons} inputs, {self.num_output_neurons} outputs"],
            ["synapses", f"{self._weights.nnz}, {self.mean_in_degree:.4g} a neuron"],
            ["weights", f"mean {self.weights_mean:.4g}, standard deviation {self.weights_variance**0.5:.4g}"],
            ["cell", repr(self._network.cell)],
            *([name.replace("_", " "), repr(element)] for name, element in self._network.elements.items()),
            ["plasticity", ", ".join(map(repr, self.rules)) or "none"],
        ]
        return html_table("SNN", [["part", "value"], *rows]) + (
            "" if self._run is None else self.recording._repr_html_()
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Refuse a second run beside this one: both would write to the one state."""
        if not self._running.acquire(blocking=False):
            raise RuntimeError(
                "this network runs already, in another thread or in the call whose progress function this is. "
                "Let each have a network of its own: copy() makes one."
            )
        try:
            yield
        finally:
            self._running.release()

    def simulate(
        self,
        trace_tau: float | None = 10.0,
        *,
        monitor: StateMonitor | None = None,
        n_jobs: int = -1,
        checkpoint: io.PathLike | None = None,
        every: int | None = None,
        progress: Progress = False,
    ) -> NDArray[np.int8]:
        """Run for ``simulation_duration`` steps from the present state.

        Two runs over the halves of an input equal one over the whole, plasticity included. Ctrl-C ends a run between
        two steps: the network is then where the recording ends.

        With a ``checkpoint``, a script that was killed is simply started again: the call goes on from the latest
        checkpoint, to the same bits as a run that nothing has interrupted. See Notes.

        Parameters
        ----------
        trace_tau : float, optional
            Time constant in steps, > 0, of :meth:`get_trace`; None leaves the trace as it is.
        monitor : StateMonitor, optional
            What to record of the state beside the spikes: ``recording.variables`` has it. The run is the same with it
            as without, bit for bit; one that is interrupted keeps the samples of the steps that it has done.
        n_jobs : int, default -1
            Threads that may share the neurons of a large network; -1 for one a core. The run is the same with any
            number, bit for bit. One thread runs what would be no faster on several, a network of fewer than 500,000
            neurons and synaptic events a step, and what cannot be shared: plasticity, a clamp, random numbers, and
            parts other than cells and synaptic currents.
        checkpoint : path, optional
            A folder for this one run, made if it is not there.
        every : int, optional
            Steps from one checkpoint to the next. If None, there is one every 10 seconds, or less often, so that
            writing takes at most a fiftieth of the time.
        progress : bool or callable, default False
            True shows a bar on standard error; a function is called with (steps done, steps in all).

        Returns
        -------
        ndarray of int8, shape (n_steps, n_outputs)
            1 where an output neuron fired.

        Raises
        ------
        TypeError, ValueError
            If the run would have no steps: neither input nor duration; if an argument is not as described, or the
            monitor asks for what is not there or for more than its ``max_bytes``; if the checkpoint is damaged, of a
            newer format or of another run, or its folder holds other files. Nothing has been run then.
        RuntimeError
            If this network runs already, in another thread, or the checkpoint is in use by another process.

        Notes
        -----
        A checkpoint belongs to one run: to the network with its state and input at the beginning of the call, to the
        arguments, and to the kernels that compute it. Whatever differs, the folder is refused and left as it is; so
        give the network a seed, and each call of a script a folder of its own, as ``f"part-{k}"`` in a loop.

        The folder stays when the run is done. The same call then has its result from there at once, so that a script
        of several runs goes on in the one in which it was killed. Remove the folder when you need it no more.

        A checkpoint holds the state of all parts, the weights if they learn, and what was recorded since the one
        before; it is written at one stroke, so that a kill at any moment leaves it or the one before it.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import numpy as np
        >>> from snnres import SNN, SimulationParams
        >>> snn = SNN(SimulationParams(
        ...     num_neurons=100, num_output_neurons=5, mean_weight=0.1, small_world_graph_k=10, duration=300, seed=0,
        ...     small_world_graph_p=0.2, membrane_threshold=1.0, leak_coefficient=0.01, refractory_period=2))
        >>> again = snn.copy()
        >>> def stop_halfway(done, total):
        ...     if done == 200:
        ...         raise KeyboardInterrupt
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     place = pathlib.Path(folder, "run")
        ...     try:
        ...         snn.simulate(checkpoint=place, every=100, progress=stop_halfway)
        ...     except KeyboardInterrupt:
        ...         print(snn.recording.n_steps)
        ...     spikes = again.simulate(checkpoint=place, every=100)
        200
        >>> spikes.shape
        (300, 5)
        """
        self._simulate(trace_tau, monitor, checkpoint, every, progress, None, n_threads(n_jobs))
        warn_of_overflow(self._network)
        return self.recording.to_dense(self._outputs)

    def simulate_to_disk(
        self,
        path: io.PathLike,
        trace_tau: float | None = 10.0,
        *,
        monitor: StateMonitor | None = None,
        checkpoint: io.PathLike | None = None,
        every: int | None = None,
        progress: Progress = False,
    ) -> StoredRecording:
        """Run as :meth:`simulate` does, and record to disk as the run goes on, for runs longer than memory.

        Spikes and samples are written as soon as there are some megabytes of them; what is in memory does not grow.
        One thread does it, whatever the size of the network.
        Ctrl-C leaves a recording of the steps that were done, and the network where it ends.

        Parameters
        ----------
        path : path
            A new folder, which becomes a Zarr store.
        trace_tau : float, optional
            As in :meth:`simulate`.
        monitor : StateMonitor, optional
            As in :meth:`simulate`; ``max_bytes`` bounds the samples that are in memory at once.
        checkpoint, every
            As in :meth:`simulate`. A run that is taken up goes on in the same ``path``, which must be there as it was
            left; one that was killed before its first checkpoint begins it anew.
        progress : bool or callable, default False
            As in :meth:`simulate`.

        Returns
        -------
        StoredRecording
            From which windows are read. :attr:`recording`, and the features of the latest run, read all of it.

        Raises
        ------
        ImportError
            Without zarr: ``pip install "snnres[disk]"``.
        TypeError, ValueError, RuntimeError
            As in :meth:`simulate`, and if there is anything at ``path``. Nothing has been run then.

        See Also
        --------
        snnres.recording.StoredRecording : what it returns, with an example.
        """
        target = io.as_path(path)
        zarr_library()
        self._simulate(trace_tau, monitor, checkpoint, every, progress, target, 1)
        warn_of_overflow(self._network)
        return StoredRecording(target)

    def _simulate(
        self,
        trace_tau: float | None,
        monitor: StateMonitor | None,
        checkpoint: io.PathLike | None,
        every: int | None,
        progress: Progress,
        path: Path | None,
        threads: int,
    ) -> None:
        """Run, recording to memory or to a path."""
        n_steps = self.simulation_duration
        if n_steps == 0:
            raise ValueError("simulate needs input_spike_times or duration of at least one step. Got 0 steps instead.")
        decay = trace_factor(None if trace_tau is None else check_real("trace_tau", trace_tau, above=0))
        if monitor is not None:
            check_type("monitor", monitor, StateMonitor)
        check_every(checkpoint, every)
        kept = None if checkpoint is None else Checkpoint(checkpoint, every)
        report = reporter(progress, "simulate", n_steps)
        drive = self._input.drive(self._network.input_weights, n_steps)
        with self._alone(), report, ExitStack() as ending:
            model = self._network.model(decay)
            if kept is not None:
                call = call_of_run("simulate" if path is None else "simulate_to_disk", n_steps, trace_tau, monitor)
                ending.enter_context(kept.taken_by(Identity.of(self.to_arrays(), call, model, self._state, drive)))
            self._network.synapses.expect(n_steps)
            model = self._network.at_its_best(model)
            begun = begin(self._network, model, drive, self._state, n_steps, monitor, kept, path, threads)
            ending.callback(begun.run.close)
            # Kept before the first step: whenever an interrupt falls, the recording goes as far as the state.
            self._state, self._run = begun.state, begun.run
            if begun.run.done:
                report(begun.run.done)
            for done in begun.advance():
                report(done)

    def step(
        self,
        input: ArrayLike | None = None,
        *,
        currents: ArrayLike | None = None,
        reward: float | None = None,
        trace_tau: float | None = 10.0,
        all_neurons: bool = False,
    ) -> NDArray[np.int8]:
        """Run for one step from the present state, as a control loop does, and return who fires.

        The same as :meth:`simulate` for an input of one column, bit for bit, plasticity, delays, taps and noise
        included, in any mixture of the two; cheap, since everything is prepared in the first of successive steps.
        The input that is set has no part in it. A clamp acts as in any run of one step: with its events of step 0, and
        its silence. Afterwards :attr:`recording` is that of this step.

        Parameters
        ----------
        input : array_like, shape (n_inputs,), optional
            0/1 of any real dtype; entry i drives neuron i. None for no spikes.
        currents : array_like of float, shape (n_channels,), optional
            A value for each channel of :meth:`set_input_weights`, for this step. None for no currents: neither bias
            nor, with taps, a column in the channels' past.
        reward : float, optional
            Reward of this step, for rules with a modulation. None for none.
        trace_tau : float, optional
            As in :meth:`simulate`.
        all_neurons : bool, default False
            Return the spikes of all neurons in place of the outputs'.

        Returns
        -------
        ndarray of int8, shape (n_outputs,) or (num_neurons,)
            1 where a neuron fired. An array of its own.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described, or the clamp has events beyond step 0. Nothing has been run then.
        RuntimeError
            If this network runs already, in another thread.

        Examples
        --------
        >>> import numpy as np
        >>> from snnres import SNN, SimulationParams
        >>> snn = SNN(SimulationParams(
        ...     adjacency_matrix=np.array([[0.0, 2.0], [0.0, 0.0]]), output_neurons=[0, 1], membrane_threshold=1.0,
        ...     leak_coefficient=0.0, refractory_period=1, membrane_potentials=[0.0, 0.0]))
        >>> [snn.step(column).tolist() for column in ([1], [0], [0])]
        [[1, 0], [0, 1], [0, 0]]
        """
        with self._alone():
            stepper, place = self._stepper, (self._network, self._state, self._input, trace_tau)
            if stepper is None or not stepper.serves(*place):
                stepper = self._stepper = Stepper(*place)
            form = stepper.prepare(input, currents, reward)
            everywhere = check_bool("all_neurons", all_neurons)
            # As in simulate: whenever an interrupt falls, the recording goes as far as the state.
            stepper.recorder.position[0] = 0
            self._run = stepper.latest
            stepper.run(form)
            fired: NDArray[np.int8] = stepper.fired.copy() if everywhere else stepper.fired[self._outputs]
            return fired

    def simulate_batch(
        self,
        inputs: Any = None,
        *,
        currents: Any = None,
        hold: int = 1,
        clamp: Clamps = None,
        returns: Returns = "recordings",
        out: NDArray[np.float32] | None = None,
        potentials: ArrayLike | None = None,
        neurons: ArrayLike | None = None,
        monitor: StateMonitor | None = None,
        trace_tau: float | None = 10.0,
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
        clamp : Clamp or list with a Clamp or None for each trial, optional
            Spikes forced or forbidden and potentials raised, for all trials alike or in each; that of
            :meth:`set_clamp`, as the input that is set, is not used. See :class:`snnres.parts.Clamp`.
        returns : {"recordings", "outputs", "features"}, FeatureExtractor or callable, default "recordings"
            What is kept of each trial; nothing else is, beyond the trials in work.

            - "recordings": list of :class:`Recording`, all neurons
            - "outputs": 0/1 int8, (n_trials, n_steps, n_outputs), or a list of (n_steps_k, n_outputs) if lengths differ
            - "features": dict of (n_trials, n_outputs), see :func:`snnres.features.extract_features`
            - a :class:`snnres.features.FeatureExtractor`: its features as float32 (n_trials, n_columns), each row
              written by the thread that ran the trial
            - a function of :class:`SpikeTrains`, the outputs' trains trial after trial, that returns an array with a
              row a train or a dict of such; it is given many trials at a time and its rows come back as
              (n_trials, n_outputs, ...)
        out : ndarray of float32, shape (n_trials, n_columns), optional
            Where a FeatureExtractor's features are written, in place of a new array: also columns of a wider matrix, or
            an :class:`numpy.memmap`. After an error or an interrupt some of its rows may have been written.
        potentials : array_like, shape (num_neurons,) or (n_trials, num_neurons), optional
            Potentials at the start of every trial, or of each.
        neurons : array_like of int, optional
            Neurons to read in place of the outputs.
        monitor : StateMonitor, optional
            What to record of the state in every trial beside the spikes: ``variables`` of its recording has it. Its
            ``max_bytes`` bounds the values of all trials together. Needs ``returns="recordings"``.
        trace_tau : float, optional
            Time constant in steps, > 0, of the trace that ``monitor`` may read; None for no trace.
        n_jobs : int, default -1
            Threads; -1 for one a core. Under ``joblib.parallel_config(backend=...)`` the workers of that backend, a
            Dask cluster say, -1 being all that it allows; a worker itself does all in one thread.
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
        trials = check_trials(inputs, currents, hold, clamp, self._network, self._input.amplitude, self._duration)
        start = check_start(potentials, self._initial_potentials, len(trials.durations))
        read = self._outputs if neurons is None else check_neurons("neurons", neurons, self.num_neurons)
        decay = trace_factor(None if trace_tau is None else check_real("trace_tau", trace_tau, above=0))
        probing = None
        if monitor is not None:
            check_type("monitor", monitor, StateMonitor)
            probing = Probing(monitor, decay)
        where, report = workers(n_jobs), reporter(progress, "simulate", len(trials.durations))
        # Of the state only what a trial may begin with.
        kept = self._state._replace(rules=None, trace=None, flight=None, line=None)
        batch = Batch(self._network, returns, read, probing, kept)
        return run_batch(batch, trials, start, out, where, report)

    def adapt(
        self,
        inputs: Any = None,
        epochs: int = 1,
        shuffle: bool = True,
        seed: SeedLike = None,
        *,
        currents: Any = None,
        hold: int = 1,
        rewards: Sequence[ArrayLike] | None = None,
        clamp: Clamps = None,
        apply_threshold: bool = False,
        checkpoint: io.PathLike | None = None,
        every: int | None = None,
        progress: Progress = False,
    ) -> dict[str, NDArray[Any]]:
        """Let plasticity act on many trials, each from the state that :meth:`reset` restores.

        The one phase in which weights change; :meth:`simulate_batch` reads features with weights frozen. Presented
        in the order of classes, later trials would weigh more, so the order is shuffled. Ends reset. Ctrl-C leaves
        the weights as they have become.

        Parameters
        ----------
        inputs, currents, hold, clamp
            As in :meth:`simulate_batch`.
        epochs : int, default 1
            Times that every trial is presented.
        shuffle : bool, default True
            Present each epoch in a new random order.
        seed : int, SeedSequence or Generator, optional
            Decides the order.
        rewards : sequence of array_like, each (n_steps_k,), optional
            For each trial a reward a step, NaN for none, as in :meth:`set_reward`. With None nothing is rewarded.
        apply_threshold : bool, default False
            After each epoch set the threshold by :func:`snnres.homeostasis.mean_field_threshold`, with the fraction of
            ones in ``inputs``. The history has the threshold of each presentation.
        checkpoint : path, optional
            A folder for this one call, made if it is not there, as in :meth:`simulate`: order, history, weights and
            what parts keep go on from there. Without a ``seed`` the order is that of the checkpoint.
        every : int, optional
            Presentations from one checkpoint to the next. If None, there is one every 10 seconds, within a long
            presentation too, or less often, so that writing takes at most a fiftieth of the time.
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
            If an argument is not as described, the network has no plasticity enabled, or ``apply_threshold`` meets
            weights for which there is no threshold above 0: before any work, or after an epoch that has made them so;
            if the checkpoint is damaged, of a newer format or of another run, or its folder holds other files.
        RuntimeError
            If this network runs already, in another thread, or the checkpoint is in use by another process.
        """
        if not self._network.active_rules and not self._network.cell.kept:
            raise ValueError(
                "adapt needs plasticity: build the network with STDPParams(enabled=True), or of cells that keep a "
                "threshold from trial to trial. Got neither instead."
            )
        trials = check_trials(inputs, currents, hold, clamp, self._network, self._input.amplitude, self._duration)
        epochs = check_int("epochs", epochs, 1)
        shuffle, apply_threshold = check_bool("shuffle", shuffle), check_bool("apply_threshold", apply_threshold)
        check_seed("seed", seed)
        rewarded = None if rewards is None else check_trial_rewards(rewards, trials, self._network)
        if apply_threshold:
            balance(self._network, trials)
        check_every(checkpoint, every)
        kept = None if checkpoint is None else Checkpoint(checkpoint, every)
        report = reporter(progress, "adapt", epochs * len(trials.durations))
        generator = np.random.Generator(np.random.PCG64(seed_sequence(seed)))
        course = Course(generator, len(trials.durations), epochs, shuffle)
        with self._alone(), report, ExitStack() as folder:
            keeper = None
            if kept is not None:
                seeded = seed is not None
                call = call_of_adapt(trials, rewarded, course, apply_threshold=apply_threshold, seeded=seeded)
                model = self._network.model()
                folder.enter_context(kept.taken_by(Identity.of(self.to_arrays(), call, model, self._state)))
                keeper = CourseKeeper(kept, course)
                keeper.read(self._network, self._network.state_at(self._initial_potentials))
            try:
                self.reset()
                if keeper is not None and keeper.moment is not None:
                    self._take_up(keeper, keeper.moment)
                    report(len(course.history))
                for trial in course.ahead():
                    if apply_threshold and course.epoch_begins:
                        course.threshold = balance(self._network, trials)
                        self._network = with_threshold(self._network, course.threshold)
                    if course.steps == 0:
                        self._start(self._initial_potentials, trial=len(course.history))
                    own = None if rewarded is None else rewarded[trial]
                    present(self._network, trials, trial, own, self._state, course, keeper)
                    report(len(course.history))
                if apply_threshold:
                    self._network = with_threshold(self._network, balance(self._network, trials))
            finally:
                self.reset()
        warn_of_overflow(self._network)
        columns = zip(Presentation._fields, zip(*course.history, strict=True), strict=True)
        return {name: np.array(values) for name, values in columns}

    def _take_up(self, keeper: CourseKeeper, moment: Moment) -> None:
        """Go on with a course, and with the network, from a moment of a checkpoint."""
        keeper.hand_over()
        if keeper.course.threshold is not None:
            self._network = with_threshold(self._network, keeper.course.threshold)
        moment.put_back(self._network, Drive())
        self._state = moment.state

    def reset(self, *, trial: int = 0) -> None:
        """Restore the potentials of construction, zero timers and traces, drop the recording.

        Weights, threshold, input and outputs stay, and what parts keep from trial to trial.

        Parameters
        ----------
        trial : int, default 0
            Number of the trial that begins, of which random numbers in a run are a function: those of trial k of a
            batch are those of a run after ``reset(trial=k)``.

        Raises
        ------
        TypeError, ValueError
            If ``trial`` is no integer in [0, 2^32).
        """
        self._start(self._initial_potentials, trial=check_int("trial", trial, 0, 2**32 - 1))
        self._run = None

    def get_membrane_potentials(self) -> NDArray[np.float32]:
        """Return a copy of the present potentials, shape (num_neurons,)."""
        return self.membrane_potentials

    def set_membrane_potentials(self, membrane_potentials: ArrayLike) -> None:
        """Start a trial from these potentials: timers and traces become zero.

        What :meth:`reset` restores does not change.

        Parameters
        ----------
        membrane_potentials : array_like of float, shape (num_neurons,)
            Finite; may exceed a threshold that was lowered.
        """
        self._start(check_potentials("membrane_potentials", membrane_potentials, self.num_neurons))

    def get_output_neurons(self) -> NDArray[np.int64]:
        """Return a copy of the indices of the output neurons."""
        return self.output_neurons

    def set_output_neurons(self, indices: ArrayLike) -> None:
        """Read other neurons out, from the latest recording too.

        Parameters
        ----------
        indices : array_like of int, shape (n_outputs,)
            Distinct, in [0, num_neurons).
        """
        self._outputs = check_neurons("indices", indices, self.num_neurons)

    def get_trace(self) -> NDArray[np.float32]:
        """Return the exponentially filtered spikes of all neurons after the latest step, shape (num_neurons,).

        In each step ``trace *= exp(-1 / trace_tau)``, then 1 is added for a spike; ``trace_tau`` is
        :meth:`simulate`'s.
        """
        return np.array(self._state.trace.trace)

    def disable_stdp(self) -> None:
        """End plasticity and clear its traces; the weights stay as they have become."""
        rules = tuple(replace(entry, rule=replace(entry.rule, enabled=False)) for entry in self._network.rules)
        self._network = replace(self._network, rules=rules)
        self._state = self._state._replace(rules=None, flight=without_senders(self._state.flight))

    def set_parts(self, **parts: Cell | Element | None) -> None:
        """Exchange the cell, noise, competition or another part, and start a trial from the present potentials.

        Timers, traces and what the parts keep from step to step begin anew, as by :meth:`set_membrane_potentials`; what
        they keep from trial to trial goes on where a part is exchanged for one of its own kind.

        Parameters
        ----------
        **parts : Cell, Element or None
            By the names that :class:`SimulationParams` has for them: ``cell``, ``noise``, ``competition``,
            ``synaptic_current``, ``short_term_plasticity``, ``release``, ``device``. None takes a part away; the cell
            must be one. Distributions are drawn anew.

        Raises
        ------
        TypeError, ValueError
            If a name is unknown or a part is of another kind or does not fit; the network stays as it was.

        Examples
        --------
        >>> import numpy as np
        >>> from snnres import SNN, SimulationParams
        >>> from snnres.parts import WinnerTakeAll
        >>> snn = SNN(SimulationParams(
        ...     num_neurons=30, num_output_neurons=5, mean_weight=0.1, small_world_graph_k=4, small_world_graph_p=0.2,
        ...     membrane_threshold=1.0, leak_coefficient=0.1, refractory_period=2, seed=0))
        >>> snn.set_parts(competition=WinnerTakeAll(groups=[snn.output_neurons]))
        """
        kinds: dict[str, type] = {"cell": Cell, **ELEMENTS}
        for name, part in parts.items():
            if name not in kinds:
                raise TypeError(f"parts must be among {', '.join(kinds)}. Got {name!r} instead.")
            if part is not None or name == "cell":
                check_type(name, part, kinds[name])
        rng = copy.deepcopy(self._rng)
        there: dict[str, Any] = {"cell": self._network.cell, **self._network.elements, **parts}
        changed = {
            name: drawn(there[name], self.num_neurons, rng) if name in parts else there[name]
            for name in kinds
            if there.get(name) is not None
        }
        cell = changed.pop("cell")
        self._network, self._rng = replace(self._network, cell=cell, elements=changed), rng
        self._start(self._state.cell.potential)

    def compute_global_scalar_threshold(self, use_abs_weights: bool = False) -> float:
        """Return ``mean weight * mean in-degree + 2 * input_mean_current * refractory_period``.

        Parameters
        ----------
        use_abs_weights : bool, default False
            Take the mean of the absolute weights.

        See Also
        --------
        snnres.homeostasis.mean_field_threshold
        """
        use_abs_weights = check_bool("use_abs_weights", use_abs_weights)
        return mean_field_threshold(self._network, self.input_mean_current, use_abs_weights=use_abs_weights)

    def apply_global_scalar_threshold(self, use_abs_weights: bool = False) -> float:
        """Set the threshold to :meth:`compute_global_scalar_threshold` and return it.

        Raises
        ------
        ValueError
            If it is not > 0, as with weights that are mostly negative.
        """
        threshold = self.compute_global_scalar_threshold(use_abs_weights)
        self.membrane_threshold = threshold
        return threshold

    @property
    def membrane_threshold(self) -> Any:
        """Firing threshold, > 0: a number, or an array (num_neurons,) where each neuron has its own.

        Assigning another, of either form or a :class:`snnres.parts.Distribution` from which it is drawn, leaves
        ``current_amplitude`` as it is.
        """
        threshold = self._network.cell.membrane_threshold
        return np.array(threshold) if np.ndim(threshold) else threshold

    @membrane_threshold.setter
    def membrane_threshold(self, value: Any) -> None:
        alone = np.ndim(value) == 0 and not isinstance(value, Distribution)
        threshold = check_real("membrane_threshold", value, above=0) if alone else value
        cell = replace(self._network.cell, membrane_threshold=threshold)
        self._network = replace(self._network, cell=drawn(cell, self.num_neurons, self._rng))

    def save_membrane_potentials(self, filename: io.PathLike = io.POTENTIALS_PATH) -> None:
        """Write the present potentials as ``.npy``.

        The format, the reference's own, has no checksum: a damaged number cannot be told from another. A file of
        :meth:`save` has one for each array.
        """
        io.save_array(filename, self._state.cell.potential)

    def load_membrane_potentials(self, filename: io.PathLike = io.POTENTIALS_PATH) -> None:
        """Start a trial from the potentials of a file, as ``set_membrane_potentials`` does."""
        potentials = io.load_membrane_potentials(filename)
        if len(potentials) != self.num_neurons:
            raise ValueError(
                f"{filename} must hold a value for each of {self.num_neurons} neurons. Got {len(potentials)} instead."
            )
        self._start(potentials)

    def save_output_neurons(self, filename: io.PathLike = io.OUTPUTS_PATH) -> None:
        """Write the indices of the output neurons as ``.npy``, without a checksum, as the potentials."""
        io.save_array(filename, self._outputs)

    def load_output_neurons(self, filename: io.PathLike = io.OUTPUTS_PATH) -> None:
        """Read other neurons out: those of a file."""
        self._outputs = check_neurons(str(filename), io.load_output_neurons(filename), self.num_neurons)

    def save(self, path: io.PathLike) -> None:
        """Write the whole network to one ``.npz`` file, from which a run goes on bit for bit.

        The latest recording is not part of it. The file holds plain arrays and a text:

        - ``header``: JSON with ``format`` ("snnres network"), ``version`` (4), ``parameters``, ``cell``, ``rules`` and
          ``elements``, each by name and parameters, ``clamp``, ``random_state`` (that of NumPy's PCG64) and ``seed``
        - ``data``, ``indices``, ``indptr``: the weights, CSR; if there are delays: ``delays``, one for each of them
        - ``cell.potential``, ``cell.timer``, ``rules.0.rule.x_pre``, ``trace.trace`` and their like: the state of each
          part; if there are delays: ``flight.*``, the spikes on their way; with taps: ``line.*``, the latest columns of
          the currents; where neurons have signs: ``signs``
        - ``initial_potentials``, ``input`` (n_inputs, n_steps), ``outputs``
        - if there are rewards: ``rewards`` (n_steps,), NaN for none
        - where the clamp has them: ``part.clamp.force`` and its like, the events of :meth:`set_clamp`
        - if there are input weights: ``input_weights_data``, ``..._indices``, ``..._indptr`` (CSR), ``bias`` and,
          where they have taps, ``taps`` (channel and delay of each row); if there are currents: ``currents``
          (n_channels, n_steps)

        Parameters
        ----------
        path : path
            Gets ``.npz`` added if it does not end so.

        Raises
        ------
        ValueError
            If the network holds what :meth:`load` refuses, such as potentials that are not finite. Nothing is written.
        """
        header, arrays = self.to_arrays()
        io.write_archive(path, {"format": FORMAT, "version": VERSION} | header, arrays, check=self.from_arrays)

    @classmethod
    def load(cls, path: io.PathLike) -> Self:
        """Return the network of a file that :meth:`save` wrote.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is damaged, of another or a newer format, holds arrays that this snnres does not know, would fill more
            than 256 MiB and a hundred times its own size, or holds values that no network can have.
        """
        with (
            io.reading(path, f"a file of format {FORMAT!r}", ".npz") as source,
            io.read_archive(source, FORMAT, VERSION) as (header, arrays),
        ):
            return cls.from_arrays(header, arrays)

    def to_arrays(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Return what :meth:`save` writes, for files of another kind: its header, plain values, and its arrays.

        The arrays are the network's own, not copies. The header lacks ``format`` and ``version``.
        """
        start, drive = self._initial_potentials, self._input
        return to_arrays(Contents(self._network, self._state, start, drive, self._outputs, self._duration, self._rng))

    @classmethod
    def from_arrays(cls, header: dict[str, Any], arrays: io.Arrays) -> Self:
        """Return the network that :meth:`to_arrays` described; it shares no array.

        Raises
        ------
        KeyError, TypeError, ValueError
            If something is missing, or holds values that no network can have.
        """
        contents = from_arrays(header, arrays)
        network = cls.__new__(cls)
        network._network, network._state = contents.network, contents.state
        network._initial_potentials, network._input = contents.initial_potentials, contents.input
        network._outputs, network._duration, network._rng = contents.outputs, contents.duration, contents.rng
        network._run = None
        network._running, network._stepper = threading.Lock(), None
        return network

    def copy(self) -> SNN:
        """Return an independent network in the same state, random state included."""
        return copy.deepcopy(self)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("_running", "_stepper")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._running, self._stepper = threading.Lock(), None
        self._state = mapped(self._state, lambda _, array: owned(array))
