"""The phase in which weights change: many trials, one after the other, with plasticity on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import homeostasis
from ..kernels.edges import build_edges
from ..kernels.structs import Edges
from ..params import SeedLike, check_seed
from ..plasticity import stdp_constants
from ..progress import Progress, reporter
from ..seeding import seed_sequence
from ..validation import check_bool, check_int
from .base import NetworkBase, state_at
from .runner import Runner
from .trials import Trials, check_trials

HISTORY = ("trial", "weights_mean", "weights_variance", "membrane_threshold", "spikes")


class AdaptMethods(NetworkBase):
    """Adaptation of :class:`SNN`."""

    def adapt(
        self,
        inputs: Any = None,
        epochs: int = 1,
        shuffle: bool = True,
        seed: SeedLike = None,
        *,
        currents: Any = None,
        hold: int = 1,
        apply_threshold: bool = False,
        progress: Progress = False,
    ) -> dict[str, NDArray[Any]]:
        """Let plasticity act on many trials, each from the state that :meth:`reset` restores.

        The one phase in which weights change; :meth:`simulate_batch` reads features with weights frozen. Presented
        in the order of classes, later trials would weigh more, so the order is shuffled. Ends reset. Ctrl-C leaves
        the weights as they have become.

        Parameters
        ----------
        inputs, currents, hold
            As in :meth:`simulate_batch`.
        epochs : int, default 1
            Times that every trial is presented.
        shuffle : bool, default True
            Present each epoch in a new random order.
        seed : int, SeedSequence or Generator, optional
            Decides the order.
        apply_threshold : bool, default False
            After each epoch set the threshold by :func:`snnres.homeostasis.mean_field_threshold`, with the fraction of
            ones in ``inputs``. The history has the threshold of each presentation.
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
            weights for which there is no threshold above 0: before any work, or after an epoch that has made them so.
        """
        if self._stdp is None or not self._stdp.enabled:
            raise ValueError(
                "adapt needs plasticity: build the network with STDPParams(enabled=True). Got none instead."
            )
        trials = check_trials(inputs, currents, hold, self.num_neurons, self._input_weights, self._duration)
        n_trials = len(trials.durations)
        epochs = check_int("epochs", epochs, 1)
        shuffle, apply_threshold = check_bool("shuffle", shuffle), check_bool("apply_threshold", apply_threshold)
        check_seed("seed", seed)
        if apply_threshold:
            self._balanced_threshold(trials)
        report = reporter(progress, "adapt", epochs * n_trials)
        rng = np.random.Generator(np.random.PCG64(seed_sequence(seed)))
        edges = build_edges(self._weights.indptr, self._weights.indices, self._weights.data, by_target=True)
        history: list[tuple[int, float, float, float, int]] = []
        try:
            with report:
                for _ in range(epochs):
                    for trial in rng.permutation(n_trials) if shuffle else range(n_trials):
                        spikes = self._present(edges, trials, int(trial))
                        statistics = (self.weights_mean, self.weights_variance, self.membrane_threshold)
                        history.append((int(trial), *statistics, spikes))
                        report(len(history))
                    if apply_threshold:
                        self.membrane_threshold = self._balanced_threshold(trials)
        finally:
            self._state = state_at(self._initial_potentials)
            self._recording = None
        return {name: np.array(values) for name, values in zip(HISTORY, zip(*history, strict=True), strict=True)}

    def _balanced_threshold(self, trials: Trials) -> float:
        """Return the threshold of the mean field, which weights that inhibit on the whole do not have."""
        threshold = homeostasis.mean_field_threshold(self._weights, trials.mean_of_ones(), self.refractory_period)
        if not threshold > 0:
            raise ValueError(
                "apply_threshold needs weights that excite on the whole, so that a threshold above 0 balances them. "
                f"Got a threshold of {threshold:g} instead."
            )
        return threshold

    def _present(self, edges: Edges, trials: Trials, trial: int) -> int:
        """Run one trial with plasticity from the potentials of construction; return the spikes."""
        assert self._stdp is not None
        stretch = trials.stretch(trial, trial + 1)
        state = state_at(self._initial_potentials)
        stdp = stdp_constants(self._stdp)
        runner = Runner(edges, self._lif_constants(), stdp, None, stretch.spikes, stretch.currents, state)
        for _ in runner.advance(int(trials.durations[trial])):
            pass
        return runner.recording().n_spikes
