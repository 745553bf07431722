"""The leaky integrate-and-fire neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.values import at
from ..kernels.verbs import fires, margin, settle
from ..validation import INT32_MAX
from .base import Cell
from .values import PerNeuron, freeze_each, single, whole

SILENT = np.float32(0)
TICK = np.int32(1)
READY = np.int32(0)


class LIFConstants(NamedTuple):
    """``keep`` is 1 - leak, ``pause`` the timer that a spike sets; each a number, or an array with one a neuron."""

    threshold: Any
    keep: Any
    pause: Any


class LIFState(NamedTuple):
    """Potential and refractory timer, an entry a neuron."""

    potential: NDArray[np.float32]
    timer: NDArray[np.int32]


@dataclass(frozen=True)
class LIF(Cell):
    """Leaky integrate-and-fire: the cell of :class:`snnres.SimulationParams` without another.

    In each step the timer counts down, ``r = max(r - 1, 0)``; the neuron fires if ``v >= membrane_threshold`` and
    ``r == 0``; then ``v = 0`` and ``r = refractory_period + 1``. At the end of the step ``v *= 1 - leak_coefficient``.
    A refractory neuron still integrates.

    Each parameter is one number for all neurons, an array with one for each, or a
    :class:`snnres.parts.Distribution` from which they are drawn with the network's seed.

    Parameters
    ----------
    membrane_threshold : float, array_like or Distribution
        Potential at and above which a neuron fires, > 0.
    leak_coefficient : float, array_like or Distribution
        Fraction of the potential lost in a step, in [0, 1).
    refractory_period : int, array_like or Distribution
        Steps after a spike in which a neuron cannot fire, >= 1.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.
    """

    membrane_threshold: PerNeuron
    leak_coefficient: PerNeuron
    refractory_period: PerNeuron

    never_negative: ClassVar = ("timer",)

    def __post_init__(self) -> None:
        freeze_each(self, "membrane_threshold", above=0)
        freeze_each(self, "leak_coefficient", low=0, below=1)
        freeze_each(self, "refractory_period", whole=True, low=1, high=INT32_MAX - 1)

    @property
    def by_neuron(self) -> bool:
        """True."""
        return True

    def constants(self, n_neurons: int) -> LIFConstants:
        """Return the constants of the kernel."""
        return LIFConstants(
            single(self.membrane_threshold),
            single(self.leak_coefficient, lambda leak: 1.0 - leak),
            whole(self.refractory_period, lambda period: period + 1),
        )

    def state(self, n_neurons: int) -> LIFState:
        """Return potentials and timers of zero."""
        return LIFState(np.zeros(n_neurons, dtype=np.float32), np.zeros(n_neurons, dtype=np.int32))


@fires.of(LIFConstants)
def lif_fires(cell, state, stream, i):
    """Return whether the neuron is at threshold and its timer, counted down, is 0."""
    return (state.potential[i] >= at(cell.threshold, i)) & (state.timer[i] <= TICK)


@settle.of(LIFConstants)
def settle_lif(cell, state, i, fired):
    """Reset a neuron that has fired and set its timer; count down the timer of another, and let it leak."""
    state.timer[i] = at(cell.pause, i) if fired else max(state.timer[i] - TICK, READY)
    state.potential[i] = SILENT if fired else state.potential[i] * at(cell.keep, i)


@margin.of(LIFConstants)
def lif_margin(cell, state, i):
    """Return by how much the neuron is above its threshold."""
    return state.potential[i] - at(cell.threshold, i)
