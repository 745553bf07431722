"""Where and how a learning rule acts: what is stated for all rules alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..validation import INT32_MAX, check_neurons, check_type, refuse
from .base import LearningRule, Part

COINCIDENCES = ("neither", "potentiate", "depress", "both")


@dataclass(frozen=True)
class Modulation(Part, ABC):
    """What stands between a rule and the weights: verbs :func:`credit`, :func:`expect` and :func:`redeem`."""

    @abstractmethod
    def constants(self) -> Any:
        """Return what the kernel computes with, as a cell does."""

    @abstractmethod
    def state(self, n_synapses: int) -> Any:
        """Return the state at the start of a trial: a NamedTuple of arrays, those a synapse in the weights' order."""


@dataclass(frozen=True)
class Upkeep(Part, ABC):
    """What befalls the weights of a rule whatever the spikes: the verb :func:`keep_up`."""

    @abstractmethod
    def constants(self, n_neurons: int) -> Any:
        """Return what the kernel computes with, as a cell does."""

    @abstractmethod
    def state(self) -> Any:
        """Return the state at the start of a trial: a NamedTuple of arrays."""


@dataclass(frozen=True)
class Plasticity(Part):
    """A learning rule, the synapses on which it acts, and how.

    Parameters
    ----------
    rule : LearningRule
        How weights change.
    sources, targets : array_like of int, optional
        The rule acts on the synapses from these neurons to those; None for all.
    coincidence : {"neither", "potentiate", "depress", "both"}, default "neither"
        What happens to a synapse where a spike arrives in the step in which its target fires. The two do not see each
        other; or the spike counts as one that came before and potentiates; or as one that came after and depresses; or
        as both.
    modulation : Modulation, optional
        What stands between the rule and the weights, such as a reward.
    upkeep : Upkeep, optional
        Decay of the weights, and sums that are kept.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> from snnres import STDPParams
    >>> from snnres.parts import Plasticity
    >>> Plasticity(STDPParams(), targets=[5, 6]).targets
    (5, 6)
    """

    rule: LearningRule
    sources: ArrayLike | None = None
    targets: ArrayLike | None = None
    coincidence: Literal["neither", "potentiate", "depress", "both"] = "neither"
    modulation: Modulation | None = None
    upkeep: Upkeep | None = None

    def __post_init__(self) -> None:
        check_type("rule", self.rule, LearningRule)
        for name in ("sources", "targets"):
            if getattr(self, name) is not None:
                neurons = check_neurons(name, getattr(self, name), INT32_MAX)
                object.__setattr__(self, name, tuple(np.sort(neurons).tolist()))
        check_type("coincidence", self.coincidence, str)
        if self.coincidence not in COINCIDENCES:
            raise refuse("coincidence", " or ".join(map(repr, COINCIDENCES)), self.coincidence)
        for name, kind in (("modulation", Modulation), ("upkeep", Upkeep)):
            if getattr(self, name) is not None:
                check_type(name, getattr(self, name), kind)

    def group(self, name: str, n_neurons: int) -> NDArray[np.bool_]:
        """Return which neurons are among ``sources``, or among ``targets``, all if none are named."""
        neurons = getattr(self, name)
        if neurons is None:
            return np.ones(n_neurons, dtype=bool)
        marked = np.zeros(n_neurons, dtype=bool)
        marked[check_neurons(name, neurons, n_neurons)] = True
        return marked


Rules: TypeAlias = LearningRule | Plasticity | Sequence[LearningRule | Plasticity] | None


def plasticities(name: str, value: Any) -> tuple[Plasticity, ...]:
    """Return rules in one form: none, a rule, a Plasticity, or several of them."""
    if value is None:
        return ()
    if isinstance(value, (LearningRule, Plasticity)):
        value = (value,)
    rule = "a LearningRule, a Plasticity or a sequence of them"
    if not isinstance(value, (list, tuple)):
        raise refuse(name, rule, value, TypeError)
    found = []
    for entry in value:
        if not isinstance(entry, (LearningRule, Plasticity)):
            raise refuse(name, rule, entry, TypeError)
        found.append(Plasticity(entry) if isinstance(entry, LearningRule) else entry)
    return tuple(found)
