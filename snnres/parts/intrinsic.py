"""Intrinsic plasticity: neurons that come to use their firing rates evenly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ..kernels.exponentials import exp, log_one_plus_exp
from ..kernels.random import ESCAPE, uniform
from ..kernels.values import at
from ..kernels.verbs import crosses, shifted
from .escape import Escape
from .values import PerNeuron, freeze_each, numbers, rounded, single

ONE = np.float32(1)
# Of where they start: what learns by its own inverse must not reach 0.
LEAST = 0.01


class IntrinsicConstants(NamedTuple):
    """Each a number, or an array with one a neuron."""

    target: Any
    eta: Any
    least_rate: Any
    least_slope: Any


class IntrinsicState(NamedTuple):
    """r_0, u_0 and u_alpha of the paper, an entry a neuron; u_0 is counted from the threshold."""

    rate: NDArray[np.float32]
    offset: NDArray[np.float32]
    slope: NDArray[np.float32]


@dataclass(frozen=True)
class IntrinsicPlasticity(Escape):
    """Firing at random, whose gain and threshold learn until the hazard is exponentially distributed.

    A neuron that is not refractory fires in a step with probability ``1 - exp(-g)``, where
    ``g = rate * log(1 + exp(z))`` and ``z = (v - threshold - offset) / slope``. Of all distributions of one mean the
    exponential one carries most information; in each such step ``rate``, ``offset`` and ``slope`` descend the gradient
    of the divergence from it (Joshi and Triesch, International Joint Conference on Neural Networks 2009, 1456-1461,
    after Triesch's rule of 2005 for rates). With ``s = 1 - exp(-g / rate)`` and ``d = s * (1 + rate / target) - 1``::

        rate   += eta / rate  * (1 - g / target)
        offset += eta / slope * d
        slope  += eta / slope * (z * d - 1)

    All are kept from trial to trial, and stand still while nothing learns (:meth:`snnres.SNN.simulate_batch`). Rate and
    slope never fall below a hundredth of where they start. The offset is part of the neuron's threshold; a monitor
    names the three "rate", "offset" and "slope".

    Parameters
    ----------
    target : float, array_like or Distribution
        Mean of the distribution, > 0: spikes a step, as far as the hazard is small and the neuron not refractory.
    eta : float, array_like or Distribution
        Speed of learning, >= 0.
    rate, slope : float, array_like or Distribution
        Where these start, > 0.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> from snnres.parts import GeneralizedLIF, IntrinsicPlasticity
    >>> cell = GeneralizedLIF(1.0, 0.1, 2, escape=IntrinsicPlasticity(target=0.05, eta=1e-4, rate=0.2, slope=0.2))
    >>> cell.kept
    ('escape',)
    """

    target: PerNeuron
    eta: PerNeuron
    rate: PerNeuron
    slope: PerNeuron

    lasts: ClassVar = True

    def __post_init__(self) -> None:
        for name in ("target", "rate", "slope"):
            freeze_each(self, name, above=0)
        freeze_each(self, "eta", low=0)

    def still(self) -> Self:
        """Return one that learns no more."""
        return replace(self, eta=0.0)

    def constants(self) -> IntrinsicConstants:
        """Return the constants of the kernel."""
        least = (rounded(LEAST * numbers(start)) for start in (self.rate, self.slope))
        return IntrinsicConstants(single(self.target), single(self.eta), *least)

    def state(self, n_neurons: int) -> IntrinsicState:
        """Return the state at the start."""
        rate, slope = (np.broadcast_to(single(start), n_neurons).copy() for start in (self.rate, self.slope))
        return IntrinsicState(rate, np.zeros(n_neurons, dtype=np.float32), slope)


@shifted.of(IntrinsicConstants)
def add_offset(part, state, threshold, i):
    """Add the offset."""
    return threshold + state.offset[i]


@crosses.of(IntrinsicConstants)
def learns_and_escapes(escape, state, stream, potential, threshold, ready, i):
    """Draw whether the neuron fires, and let its parameters learn from the potential. Mutates the state."""
    if not ready:
        return False
    rate, slope = state.rate[i], state.slope[i]
    target, eta = at(escape.target, i), at(escape.eta, i)
    z = (potential - threshold) / slope
    hazard = rate * log_one_plus_exp(z)
    d = (ONE - exp(-hazard / rate)) * (ONE + rate / target) - ONE
    state.rate[i] = max(rate + eta / rate * (ONE - hazard / target), at(escape.least_rate, i))
    state.offset[i] += eta / slope * d
    state.slope[i] = max(slope + eta / slope * (z * d - ONE), at(escape.least_slope, i))
    return uniform(stream, ESCAPE, i) < ONE - exp(-hazard)
