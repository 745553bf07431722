"""Scores of methods as values, and the names of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

RESERVOIR = "reservoir"
# The reservoir less its delays, then less its synapses too, then with comparators as neurons.
UNDELAYED, UNCONNECTED, COMPARATORS = "without delays", "unconnected neurons", "comparators"
ENCODED, RAW, CHANCE = "encoded input", "raw input", "chance"
PHASES = ("fit features", "fit readout", "predict features", "predict readout")


class Score(NamedTuple):
    """A score over all held-out predictions, with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


class ClassScores(NamedTuple):
    """How the reservoir did on one class; a quotient is 0 where nothing was predicted as, or belongs to, the class."""

    label: Any
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class MethodResult:
    """How one method did.

    Parameters
    ----------
    scores : dict from score to Score
        Over all held-out predictions together.
    folds : dict from score to list of float
        The same scores of each fold by itself.
    seconds : dict from phase to float
        "fit features", "fit readout", "predict features" and "predict readout", summed over the folds. The reservoir's
        features are the whole way through the simulation, fitted with its calibration and, with ``memory="auto"``, the
        choice between quick and memory; with a pipeline its earlier steps too, whose output the other methods take
        over. Those of "comparators" and "encoded input" take over the fitted input weights or encoding as well, so
        their learning is not in them; nor is the choice in those of "without delays" and "unconnected neurons".
    """

    scores: dict[str, Score]
    folds: dict[str, list[float]]
    seconds: dict[str, float]
