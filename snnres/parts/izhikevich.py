"""The neuron of Izhikevich (2003)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.values import at
from ..kernels.verbs import fires, margin, settle
from .base import Cell
from .values import PerNeuron, check_below, freeze_each, numbers, rounded, single

HALF = np.float32(0.5)
SQUARE, LINEAR, CONSTANT = np.float32(0.04), np.float32(5), np.float32(140)
HALF_STEPS = 2


class IzhikevichConstants(NamedTuple):
    """The paper's letters, each a number, or an array with one a neuron."""

    threshold: Any
    a: Any
    b: Any
    c: Any
    d: Any


class IzhikevichState(NamedTuple):
    """``v`` and ``u`` of the paper, an entry a neuron."""

    potential: NDArray[np.float32]
    recovery: NDArray[np.float32]


@dataclass(frozen=True)
class Izhikevich(Cell):
    """Two equations for twenty kinds of firing (Izhikevich, IEEE Transactions on Neural Networks 14 (2003) 1569-1572).

    ``v' = 0.04 v^2 + 5 v + 140 - u`` and ``u' = a (b v - u)``, in mV and ms: a step is 1 ms. In each step, after the
    input has been added to ``v``, a neuron fires if ``v >= membrane_threshold``; then ``v = c`` and ``u += d``. In the
    place of the leak, as in the paper's code, ``v`` takes two steps of 0.5 ms, then ``u`` one of 1 ms. Spikes of the
    step arrive after that, each a jump of ``v`` by the weight. What drives a neuron is in mV a step. There is no
    refractory period but that of the equations. One that is forbidden to fire is held at the threshold.

    Regular spiking is the default; ``c=-50, d=2`` chatters, ``a=0.1`` fires fast, ``b=0.25, d=2`` at low thresholds.

    Parameters
    ----------
    a, b, c, d : float, array_like or Distribution
        Rate of the recovery, > 0, its sensitivity to ``v``, the potential after a spike, which is below the threshold,
        and what a spike adds to the recovery.
    membrane_threshold : float, array_like or Distribution, default 30.0
        By keyword only. Peak of a spike, > 0. It is also the default of ``current_amplitude``, for which a few mV are
        more apt.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Without other potentials a network starts at ``c``; the recovery starts at ``b * c`` in any case.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams
    >>> from snnres.parts import Izhikevich
    >>> snn = SNN(SimulationParams(
    ...     adjacency_matrix=np.zeros((1, 1)), output_neurons=[0], cell=Izhikevich(), current_amplitude=10.0,
    ...     input_spike_times=np.ones((1, 100)), seed=0))
    >>> snn.simulate()[:, 0].nonzero()[0].tolist()
    [3, 26, 68]
    """

    a: PerNeuron = 0.02
    b: PerNeuron = 0.2
    c: PerNeuron = -65.0
    d: PerNeuron = 8.0
    membrane_threshold: PerNeuron = field(default=30.0, kw_only=True)

    def __post_init__(self) -> None:
        freeze_each(self, "a", above=0)
        for name in ("b", "c", "d"):
            freeze_each(self, name)
        freeze_each(self, "membrane_threshold", above=0)
        check_below("c", self.c, "membrane_threshold", self.membrane_threshold)

    @property
    def by_neuron(self) -> bool:
        """True."""
        return True

    def constants(self, n_neurons: int) -> IzhikevichConstants:
        """Return the constants of the kernel."""
        return IzhikevichConstants(*map(single, (self.membrane_threshold, self.a, self.b, self.c, self.d)))

    def state(self, n_neurons: int) -> IzhikevichState:
        """Return the state of the potential ``c``."""
        recovery = rounded(numbers(self.b) * numbers(self.c))
        return IzhikevichState(np.zeros(n_neurons, dtype=np.float32), np.broadcast_to(recovery, n_neurons).copy())

    def initial_potentials(self, n_neurons: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return the potential ``c`` of each neuron."""
        return np.broadcast_to(single(self.c), n_neurons).copy()


@fires.of(IzhikevichConstants)
def izhikevich_fires(cell, state, stream, i):
    """Return whether the potential is at the peak of a spike."""
    return state.potential[i] >= at(cell.threshold, i)


@settle.of(IzhikevichConstants)
def settle_izhikevich(cell, state, i, fired):
    """Reset a neuron that has fired, and integrate the equations over a step."""
    peak = at(cell.threshold, i)
    # One that was forbidden to fire, which the square would take out of float32.
    held = (not fired) & (state.potential[i] >= peak)
    v = at(cell.c, i) if fired else min(state.potential[i], peak)
    u = state.recovery[i] + at(cell.d, i) if fired else state.recovery[i]
    for _ in range(HALF_STEPS):
        v += HALF * (SQUARE * v * v + LINEAR * v + CONSTANT - u)
    v = peak if held else v
    state.potential[i] = v
    state.recovery[i] = u + at(cell.a, i) * (at(cell.b, i) * v - u)


@margin.of(IzhikevichConstants)
def izhikevich_margin(cell, state, i):
    """Return by how much the neuron is above the peak."""
    return state.potential[i] - at(cell.threshold, i)
