"""The leaky integrate-and-fire neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.verbs import fire
from ..validation import INT32_MAX, check_int, check_real, freeze
from .base import Cell

SILENT = np.float32(0)
TICK = np.int32(1)
READY = np.int32(0)


class LIFConstants(NamedTuple):
    """``keep`` is 1 - leak, ``pause`` the timer that a spike sets."""

    threshold: np.float32
    keep: np.float32
    pause: np.int32


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

    Parameters
    ----------
    membrane_threshold : float
        Potential at and above which a neuron fires, > 0.
    leak_coefficient : float
        Fraction of the potential lost in a step, in [0, 1).
    refractory_period : int
        Steps after a spike in which a neuron cannot fire, >= 1.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.
    """

    membrane_threshold: float
    leak_coefficient: float
    refractory_period: int

    never_negative: ClassVar = ("timer",)

    def __post_init__(self) -> None:
        freeze(self, "membrane_threshold", check_real, above=0)
        freeze(self, "leak_coefficient", check_real, low=0, below=1)
        freeze(self, "refractory_period", check_int, 1, INT32_MAX - 1)

    def constants(self, n_neurons: int) -> LIFConstants:
        """Return the constants of the kernel."""
        return LIFConstants(
            threshold=np.float32(self.membrane_threshold),
            keep=np.float32(1.0 - self.leak_coefficient),
            pause=np.int32(self.refractory_period + 1),
        )

    def state(self, n_neurons: int) -> LIFState:
        """Return potentials and timers of zero."""
        return LIFState(np.zeros(n_neurons, dtype=np.float32), np.zeros(n_neurons, dtype=np.int32))


@fire.of(LIFConstants)
def fire_and_leak(cell, state, fired):
    """Count timers down, mark who fires, reset them, leak the rest: one branch-free pass over the neurons."""
    threshold, keep, pause = cell.threshold, cell.keep, cell.pause
    potential, timer = state.potential, state.timer
    for i in range(potential.size):
        waiting = max(timer[i] - TICK, READY)
        v = potential[i]
        fires = (v >= threshold) & (waiting == READY)
        fired[i] = fires
        timer[i] = pause if fires else waiting
        potential[i] = SILENT if fires else v * keep
