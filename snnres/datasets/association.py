"""A generated task of reward learning: which action a cue asks for is told only some time after it was chosen."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..params import SeedLike
from ..validation import check_int, check_real, refuse
from .sizes import check_size, check_total
from .tasks import root_of

__all__ = ["AssociationTrials", "delayed_association"]


class AssociationTrials(NamedTuple):
    """Trials of :func:`delayed_association`.

    Parameters
    ----------
    spikes : ndarray of shape (n_trials, n_steps, n_inputs), uint8
        The input of each trial.
    cues : ndarray of shape (n_trials,), int64
        The cue of each, in [0, n_cues), which is also the action that is right.
    action_window : slice
        Steps of a trial in which the action is read.
    reward_step : int
        Step of a trial, its last, in which the reward comes.
    """

    spikes: NDArray[np.uint8]
    cues: NDArray[np.int64]
    action_window: slice
    reward_step: int


def delayed_association(
    n_trials: int,
    *,
    n_cues: int = 2,
    group_size: int = 10,
    cue_steps: int = 20,
    action_window: tuple[int, int] = (0, 25),
    delay: int = 50,
    rate: float = 0.3,
    background_rate: float = 0.01,
    seed: SeedLike = None,
) -> AssociationTrials:
    """Draw trials in which a cue asks for an action, and a reward says only later whether it was the right one.

    Every cue has a group of input neurons of its own: cue c has those from ``c * group_size`` on. They fire with
    probability ``rate`` in each of the first ``cue_steps`` steps, and all input neurons besides with
    ``background_rate`` in every step of the trial. The action is what a network does in ``action_window``: that k for
    whose group of outputs the most spikes are counted there. It is right if k is the cue. The reward, such as 1 for the
    right action and -1 for another or none, comes ``delay`` steps after the last step of the window.

    This is what three-factor rules are made for: when the reward comes, the spikes that earned it are over, others have
    fallen in between, and only a trace that each synapse keeps can tell which were which. With a ``delay`` of many time
    constants of that trace nothing can be learnt. Chance is 1 / n_cues.

    Parameters
    ----------
    n_trials : int
        Trials to draw, as evenly over the cues as possible, in random order.
    n_cues : int, default 2
        Cues, and as many actions, >= 2.
    group_size : int, default 10
        Input neurons of a cue.
    cue_steps : int, default 20
        Steps that a cue lasts, >= 1; at most up to the reward.
    action_window : (int, int), default (0, 25)
        First step in which the action is read and the step after the last. A window from ``cue_steps`` on asks for a
        memory of the cue.
    delay : int, default 50
        Steps from the last of the window to the reward, >= 1.
    rate, background_rate : float in [0, 1], default 0.3 and 0.01
        Spikes per neuron and step. Where a neuron would fire for both reasons it fires once.
    seed : int, SeedSequence, Generator or None, optional
        Source of randomness. Cues and spikes have a stream each: with the same integer seed and ``n_trials`` the cues
        are the same whatever else is.

    Returns
    -------
    AssociationTrials
        ``spikes`` (n_trials, n_steps, n_cues * group_size), ``cues`` (n_trials,), ``action_window`` and
        ``reward_step``, which is ``n_steps - 1``.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    References
    ----------
    Izhikevich (2007), Solving the distal reward problem through linkage of STDP and dopamine signaling, Cerebral Cortex
    17:2443-2452: the experiment on instrumental conditioning, there with one stimulus and two responses.

    Examples
    --------
    >>> from snnres.datasets import delayed_association
    >>> trials = delayed_association(6, n_cues=3, delay=40, seed=0)
    >>> trials.spikes.shape, sorted(trials.cues.tolist())
    ((6, 65, 30), [0, 0, 1, 1, 2, 2])
    >>> trials.action_window, trials.reward_step
    (slice(0, 25, None), 64)

    Whoever counts the spikes of the groups of inputs themselves is always right:

    >>> groups = trials.spikes[:, trials.action_window].sum(axis=1).reshape(6, 3, 10).sum(axis=2)
    >>> bool((groups.argmax(axis=1) == trials.cues).all())
    True
    """
    n_trials, n_cues = check_size("n_trials", n_trials), check_size("n_cues", n_cues, 2)
    group_size, delay = check_size("group_size", group_size), check_size("delay", delay)
    start, stop = check_window(action_window)
    reward_step = stop - 1 + delay
    cue_steps = check_int("cue_steps", cue_steps, 1, reward_step)
    shape = (n_trials, reward_step + 1, n_cues * group_size)
    check_total("n_trials, the steps of a trial, n_cues and group_size", n_trials * shape[1] * shape[2])
    rate = check_real("rate", rate, low=0, high=1)
    background_rate = check_real("background_rate", background_rate, low=0, high=1)
    for_cues, for_spikes = (
        np.random.default_rng(np.random.SeedSequence(words))
        for words in root_of(seed).generate_state(8).reshape(2, 4).tolist()
    )
    cues = for_cues.permutation(np.arange(n_trials, dtype=np.int64) % n_cues)
    spikes = (for_spikes.random(shape, dtype=np.float32) < background_rate).astype(np.uint8)
    for trial, cue in zip(spikes, cues, strict=True):
        trial[:cue_steps, cue * group_size : (cue + 1) * group_size] |= (
            for_spikes.random((cue_steps, group_size)) < rate
        )
    return AssociationTrials(spikes, cues, slice(start, stop), reward_step)


def check_window(value: Any) -> tuple[int, int]:
    """Return the first step of a window, >= 0, and the step after its last."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise refuse("action_window", "a pair of steps", value, TypeError)
    start = check_size("action_window[0]", value[0], 0)
    return start, check_size("action_window[1]", value[1], start + 1)
