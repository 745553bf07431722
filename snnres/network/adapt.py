"""The phase in which weights change: many trials, one after the other, with a learning rule on."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import topology
from ..kernels.drives import RewardDrive
from ..kernels.model import State
from ..validation import refuse
from .course import Course, CourseKeeper, Presentation
from .drive import check_rewards
from .network import Network, mean_field_threshold, require_modulation
from .run import Run
from .trials import Trials


def present(
    network: Network,
    trials: Trials,
    trial: int,
    rewards: NDArray[np.float32] | None,
    state: State,
    course: Course,
    keeper: CourseKeeper | None,
) -> None:
    """Present a trial from a state; the weights learn, and state and course move on.

    A keeper writes within the presentation where it takes long.
    """
    drive = trials.stretch(trial, trial + 1).drive
    drive = drive._replace(reward=None if rewards is None else RewardDrive(rewards))
    run = Run(network.model(), drive, state, int(trials.durations[trial]))
    course.begin(run)
    before = course.spikes
    for done in run.advance():
        if keeper is not None and done < run.n_steps and keeper.checkpoint.rested():
            course.steps, course.spikes = done, before + run.recording().n_spikes
            keeper.write(network, state, drive)
    weights = network.synapses.matrix
    statistics = (topology.mean_weight(weights), topology.weight_variance(weights))
    threshold = float(np.mean(network.cell.membrane_threshold))
    course.end(Presentation(trial, *statistics, threshold, before + run.recording().n_spikes))
    if keeper is not None and (keeper.checkpoint.due(len(course.history)) or course.complete):
        keeper.write(network, state, drive)


def check_trial_rewards(rewards: Sequence[ArrayLike], trials: Trials, network: Network) -> list[NDArray[np.float32]]:
    """Return fresh rewards for each trial, one a step."""
    require_modulation("rewards", network)
    if not hasattr(rewards, "__len__") or len(rewards) != len(trials.durations):
        raise refuse("rewards", f"a sequence of an array for each of {len(trials.durations)} trials", rewards)
    checked = [check_rewards(f"rewards[{k}]", values) for k, values in enumerate(rewards)]
    for k, (values, duration) in enumerate(zip(checked, trials.durations, strict=True)):
        if len(values) != duration:
            raise ValueError(
                f"rewards[{k}] must have an entry for each of the {duration} steps of its trial. "
                f"Got {len(values)} instead."
            )
    return checked


def with_threshold(network: Network, threshold: float) -> Network:
    """Return the network with another threshold."""
    return replace(network, cell=replace(network.cell, membrane_threshold=threshold))


def balance(network: Network, trials: Trials) -> float:
    """Return the threshold of the mean field, which weights that inhibit on the whole do not have."""
    threshold = mean_field_threshold(network, trials.mean_of_ones())
    if not threshold > 0:
        raise ValueError(
            "apply_threshold needs weights that excite on the whole, so that a threshold above 0 balances them. "
            f"Got a threshold of {threshold:g} instead."
        )
    return threshold
