"""The phase in which weights change: many trials, one after the other, with a learning rule on."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .. import topology
from ..kernels.model import State
from .network import Network, mean_field_threshold
from .run import Run
from .trials import Trials


class Presentation(NamedTuple):
    """A trial that was presented, and the network after it."""

    trial: int
    weights_mean: float
    weights_variance: float
    membrane_threshold: float
    spikes: int


def present(network: Network, trials: Trials, trial: int, state: State) -> Presentation:
    """Present a trial from a state; the weights learn, and the state moves on."""
    stretch = trials.stretch(trial, trial + 1)
    run = Run(network.model(), stretch.drive, state, int(trials.durations[trial]))
    for _ in run.advance():
        pass
    weights = network.synapses.matrix
    statistics = (topology.mean_weight(weights), topology.weight_variance(weights))
    threshold = float(np.mean(network.cell.membrane_threshold))
    return Presentation(int(trial), *statistics, threshold, run.recording().n_spikes)


def balanced(network: Network, trials: Trials) -> Network:
    """Return the network at the threshold of the mean field, which weights that inhibit on the whole do not have."""
    threshold = mean_field_threshold(network, trials.mean_of_ones())
    if not threshold > 0:
        raise ValueError(
            "apply_threshold needs weights that excite on the whole, so that a threshold above 0 balances them. "
            f"Got a threshold of {threshold:g} instead."
        )
    return replace(network, cell=replace(network.cell, membrane_threshold=threshold))
