"""The exponential integrate-and-fire neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.exponentials import exp
from ..kernels.values import at
from ..kernels.verbs import fires, margin, settle
from ..validation import INT32_MAX
from .base import Cell
from .values import PerNeuron, check_below, freeze_each, single, whole

TICK = np.int32(1)
READY = np.int32(0)


class ExponentialConstants(NamedTuple):
    """Each a number, or an array with one a neuron; ``pause`` is the timer that a spike sets."""

    threshold: Any
    leak: Any
    pause: Any
    onset: Any
    slope: Any
    rest: Any
    reset: Any


class ExponentialState(NamedTuple):
    """Potential and refractory timer, an entry a neuron."""

    potential: NDArray[np.float32]
    timer: NDArray[np.int32]


@dataclass(frozen=True)
class ExponentialLIF(Cell):
    """Exponential integrate-and-fire: a spike has an upstroke of its own, which begins at ``onset``.

    ``tau dv/dt = rest - v + slope * exp((v - onset) / slope)`` (Fourcaud-Trocmé, Hansel, van Vreeswijk and Brunel,
    Journal of Neuroscience 23 (2003) 11628-11640), with ``leak_coefficient`` a step's ``dt / tau`` (forward Euler). In
    each step, after the input has been added to ``v``, the timer counts down, ``r = max(r - 1, 0)``; where ``r > 0``,
    ``v = reset_potential``: what has arrived is dropped. The neuron fires if ``v >= membrane_threshold`` and
    ``r == 0``; then ``v = reset_potential`` and ``r = refractory_period + 1``. In the place of the leak the others move
    on, ``v += leak * (rest - v + slope * exp((min(v, membrane_threshold) - onset) / slope))``. Spikes of the step
    arrive after that. A smaller slope comes closer to a leaky integrate-and-fire neuron of threshold ``onset``.

    An exponential synaptic current is a part for any cell, see :class:`snnres.parts.SynapticCurrent`.

    Parameters
    ----------
    membrane_threshold : float, array_like or Distribution
        Where the upstroke is cut off and the spike counted, > 0.
    leak_coefficient : float, array_like or Distribution
        Step over time constant, in (0, 1).
    refractory_period : int, array_like or Distribution
        Steps after a spike in which the potential is held, >= 1.
    onset : float, array_like or Distribution
        Potential at which the slope of the right side is 0, below ``membrane_threshold`` (the paper's V_T).
    slope : float, array_like or Distribution
        Spike slope factor, > 0 (the paper's Delta_T).
    resting_potential, reset_potential : float, array_like or Distribution, default 0.0
        Where the potential leaks to, and where a spike leaves it, below ``membrane_threshold``.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams
    >>> from snnres.parts import ExponentialLIF
    >>> cell = ExponentialLIF(3.0, 0.1, 2, onset=1.0, slope=0.2)
    >>> snn = SNN(SimulationParams(
    ...     adjacency_matrix=np.zeros((1, 1)), output_neurons=[0], cell=cell, current_amplitude=0.15,
    ...     membrane_potentials=np.zeros(1), input_spike_times=np.ones((1, 60)), seed=0))
    >>> snn.simulate()[:, 0].nonzero()[0].tolist()
    [17, 37, 57]
    """

    membrane_threshold: PerNeuron
    leak_coefficient: PerNeuron
    refractory_period: PerNeuron
    onset: PerNeuron
    slope: PerNeuron
    resting_potential: PerNeuron = 0.0
    reset_potential: PerNeuron = 0.0

    never_negative: ClassVar = ("timer",)

    def __post_init__(self) -> None:
        freeze_each(self, "membrane_threshold", above=0)
        freeze_each(self, "leak_coefficient", above=0, below=1)
        freeze_each(self, "refractory_period", whole=True, low=1, high=INT32_MAX - 1)
        freeze_each(self, "slope", above=0)
        for name in ("onset", "resting_potential", "reset_potential"):
            freeze_each(self, name)
        for name in ("onset", "reset_potential"):
            check_below(name, getattr(self, name), "membrane_threshold", self.membrane_threshold)

    @property
    def by_neuron(self) -> bool:
        """True."""
        return True

    def constants(self, n_neurons: int) -> ExponentialConstants:
        """Return the constants of the kernel."""
        return ExponentialConstants(
            single(self.membrane_threshold),
            single(self.leak_coefficient),
            whole(self.refractory_period, lambda period: period + 1),
            *map(single, (self.onset, self.slope, self.resting_potential, self.reset_potential)),
        )

    def state(self, n_neurons: int) -> ExponentialState:
        """Return potentials and timers of zero."""
        return ExponentialState(np.zeros(n_neurons, dtype=np.float32), np.zeros(n_neurons, dtype=np.int32))

    def initial_potentials(self, n_neurons: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return the potential ``reset_potential`` of each neuron."""
        return np.broadcast_to(single(self.reset_potential), n_neurons).copy()


@fires.of(ExponentialConstants)
def exponential_fires(cell, state, stream, i):
    """Return whether a neuron that is not refractory is at the cut-off; hold the others."""
    ready = state.timer[i] <= TICK
    state.potential[i] = state.potential[i] if ready else at(cell.reset, i)
    return ready & (state.potential[i] >= at(cell.threshold, i))


@settle.of(ExponentialConstants)
def settle_exponential(cell, state, i, fired):
    """Reset a neuron that has fired; let one that is neither that nor refractory move on."""
    v, slope = state.potential[i], at(cell.slope, i)
    # A neuron that was forbidden to fire may be above the cut-off, where the exponential would run out of float32.
    upstroke = slope * exp((min(v, at(cell.threshold, i)) - at(cell.onset, i)) / slope)
    if fired:
        state.potential[i] = at(cell.reset, i)
    elif state.timer[i] <= TICK:
        state.potential[i] = v + at(cell.leak, i) * (at(cell.rest, i) - v + upstroke)
    state.timer[i] = at(cell.pause, i) if fired else max(state.timer[i] - TICK, READY)


@margin.of(ExponentialConstants)
def exponential_margin(cell, state, i):
    """Return by how much the neuron is above the cut-off."""
    return state.potential[i] - at(cell.threshold, i)
