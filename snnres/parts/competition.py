"""Competition among neurons that would fire in the same step."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..kernels.firing import FIRED, FORCED, SILENT
from ..kernels.verbs import compete, margin
from ..validation import INT32_MAX, check_int, check_neurons, check_real, check_type, freeze, refuse
from .elements import Competition

LOST = np.uint8(3)
NEXT = np.uint32(1)


class WinnersConstants(NamedTuple):
    """Group g holds ``members[bounds[g]:bounds[g + 1]]``; ``change`` is a potential, or what is subtracted."""

    bounds: NDArray[np.uint32]
    members: NDArray[np.uint32]
    winners: np.int64
    resets: np.bool_
    change: np.float32


@dataclass(frozen=True)
class WinnerTakeAll(Competition):
    """Winner-take-all: in each group and step only those furthest above their thresholds fire, the others lose.

    In each step it is first found out who would fire, each neuron at its own threshold; then, in each group in which
    anyone would, the ``winners`` neurons with the largest margin of potential above threshold fire, of equals those of
    lower index. All others of the group lose, also those that would not have fired: they do not fire, and their
    potential is set to ``reset_potential`` or lowered by ``inhibition``. Winners are then reset, and potentials leak,
    as ever. A group in which nobody would fire stays as it is.

    Neurons that a :class:`snnres.parts.Clamp` forces fire always, and take places among the winners before others do;
    those that it forbids lose where another wins.

    A hard form of lateral inhibition, as between the neurons of Diehl and Cook (Frontiers in Computational
    Neuroscience 9 (2015) 99), without the synapses and the step that it takes there.

    Parameters
    ----------
    groups : sequence of array_like of int, optional
        Neurons of each group, none in two; None for one group of all neurons. ``[outputs]`` is one group of those.
    losers : {"reset", "inhibit"}, default "reset"
        What happens to the potential of those who lose.
    inhibition : float, optional
        With "inhibit", and needed there: what is subtracted, > 0.
    reset_potential : float, optional
        With "reset": what the potential is set to, 0 if None.
    winners : int, default 1
        Neurons of each group that may fire in a step, >= 1.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams
    >>> from snnres.parts import WinnerTakeAll
    >>> snn = SNN(SimulationParams(
    ...     adjacency_matrix=np.zeros((3, 3)), output_neurons=[0, 1, 2], membrane_threshold=1.0, leak_coefficient=0.0,
    ...     refractory_period=2, membrane_potentials=[0.0, 0.5, 0.2], input_spike_times=np.ones((3, 4)),
    ...     competition=WinnerTakeAll(losers="inhibit", inhibition=0.5)))
    >>> snn.simulate().tolist()
    [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]]
    """

    groups: Sequence[ArrayLike] | None = None
    losers: Literal["reset", "inhibit"] = "reset"
    inhibition: float | None = None
    reset_potential: float | None = None
    winners: int = 1

    def __post_init__(self) -> None:
        if self.groups is not None:
            object.__setattr__(self, "groups", checked_groups(self.groups))
        check_type("losers", self.losers, str)
        if self.losers not in ("reset", "inhibit"):
            raise refuse("losers", "'reset' or 'inhibit'", self.losers)
        if self.losers == "inhibit":
            freeze(self, "inhibition", check_real, above=0)
        for name, needed in (("inhibition", "inhibit"), ("reset_potential", "reset")):
            if getattr(self, name) is not None and self.losers != needed:
                raise ValueError(f"{name} must not be given unless losers={needed!r}. Got losers={self.losers!r}.")
        if self.reset_potential is not None:
            freeze(self, "reset_potential", check_real)
        freeze(self, "winners", check_int, 1)

    def constants(self, n_neurons: int) -> WinnersConstants:
        """Return the constants of the kernel."""
        groups = [np.arange(n_neurons)]
        if self.groups is not None:
            groups = [check_neurons(f"groups[{g}]", group, n_neurons) for g, group in enumerate(self.groups)]
        return WinnersConstants(
            np.append(0, np.cumsum([len(group) for group in groups])).astype(np.uint32),
            np.concatenate(groups).astype(np.uint32),
            np.int64(self.winners),
            np.bool_(self.losers == "reset"),
            np.float32((self.reset_potential or 0.0) if self.inhibition is None else self.inhibition),
        )


def checked_groups(value: Sequence[ArrayLike]) -> tuple[tuple[int, ...], ...]:
    """Return groups of neurons, each ascending, at least one, no neuron in two of them."""
    if not isinstance(value, (list, tuple, np.ndarray)):
        raise refuse("groups", "a sequence of arrays of neurons", value, TypeError)
    if len(value) == 0:
        raise ValueError("groups must hold at least one group. Got none instead.")
    groups = tuple(
        tuple(np.sort(check_neurons(f"groups[{g}]", group, INT32_MAX)).tolist()) for g, group in enumerate(value)
    )
    neurons, counts = np.unique(list(itertools.chain(*groups)), return_counts=True)
    if (counts > 1).any():
        raise ValueError(
            f"groups must not share a neuron. Got {int(neurons[counts > 1][0])} in more than one of them instead."
        )
    return groups


@compete.of(WinnersConstants)
def take_all(competition, cell, state, fired):
    """Let the winners of each group fire, and the others lose."""
    members, potential = competition.members, state.potential
    for g in range(competition.bounds.size - NEXT):
        first, last = competition.bounds[g], competition.bounds[g + NEXT]
        free = competition.winners
        contested = False
        for m in range(first, last):
            i = members[m]
            if fired[i] == FORCED:
                free -= 1
                contested = True
            elif fired[i] == FIRED:
                fired[i] = LOST
                contested = True
        if not contested:
            continue
        while free > 0:
            found = False
            best, widest = members[first], np.float32(0)
            for m in range(first, last):
                i = members[m]
                if fired[i] == LOST:
                    lead = margin(cell, state, i)
                    if not found or lead > widest:
                        found, best, widest = True, i, lead
            if not found:
                break
            fired[best] = FIRED
            free -= 1
        for m in range(first, last):
            i = members[m]
            if fired[i] != FIRED and fired[i] != FORCED:
                fired[i] = SILENT
                potential[i] = competition.change if competition.resets else potential[i] - competition.change
