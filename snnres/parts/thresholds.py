"""What moves the threshold of a neuron: its own spikes, for a while or towards a rate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ..kernels.values import at
from ..kernels.verbs import shifted, track
from ..validation import check_bool, freeze
from .base import Part
from .values import PerNeuron, freeze_each, numbers, rounded, single

# Beyond it exp(-1 / tau) rounds to 1.
LONGEST_TAU = 2.0**24


class Shift(NamedTuple):
    """``x = x * keep + (up if fired else down)`` in each step; each a number, or an array with one a neuron."""

    keep: Any
    up: Any
    down: Any


@dataclass(frozen=True)
class ThresholdShift(Part, ABC):
    """What is added to the threshold of each neuron, and moves with its spikes: one array, float32."""

    @property
    @abstractmethod
    def lasts(self) -> bool:
        """Whether it goes on from trial to trial; it then stands still while nothing learns."""

    @abstractmethod
    def still(self) -> Self:
        """Return what neither grows nor decays."""

    @abstractmethod
    def constants(self) -> Shift:
        """Return the constants of the kernel."""

    def state(self, n_neurons: int) -> NDArray[np.float32]:
        """Return zeros."""
        return np.zeros(n_neurons, dtype=np.float32)


@dataclass(frozen=True)
class ThresholdAdaptation(ThresholdShift):
    """A threshold that rises with each spike and falls back: spike-frequency adaptation.

    At the end of a step, with the leak, ``x *= exp(-1 / tau)``, then ``x += increment`` for a spike; the neuron fires
    at ``membrane_threshold + x``. After Chacron, Pakdaman and Longtin (Neural Computation 15 (2003) 253-278); kept
    between trials it is the homeostasis of Diehl and Cook (Frontiers in Computational Neuroscience 9 (2015) 99).

    Parameters
    ----------
    increment : float, array_like or Distribution
        What a spike adds to the threshold, >= 0.
    tau : float, array_like or Distribution, optional
        Time constant in steps, > 0 and at most 2^24, from where on the factor would round to 1; None for no decay. The
        factor is rounded to float32: beyond a million steps it is good to some percent.
    keep_between_trials : bool, default False
        True: it goes on from trial to trial, and neither grows nor decays while nothing learns
        (:meth:`snnres.SNN.simulate_batch`). False: a trial begins without, and it moves whatever learns.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> from snnres.parts import GeneralizedLIF, ThresholdAdaptation
    >>> cell = GeneralizedLIF(1.0, 0.1, 2, adaptation=ThresholdAdaptation(increment=0.05, tau=100.0))
    >>> cell.adaptation.increment
    0.05
    """

    increment: PerNeuron
    tau: PerNeuron | None = None
    keep_between_trials: bool = False

    def __post_init__(self) -> None:
        freeze_each(self, "increment", low=0)
        if self.tau is not None:
            freeze_each(self, "tau", above=0, high=LONGEST_TAU)
        freeze(self, "keep_between_trials", check_bool)

    @property
    def lasts(self) -> bool:
        """Whether it is kept between trials."""
        return self.keep_between_trials

    def still(self) -> Self:
        """Return an adaptation without increment and decay."""
        return replace(self, increment=0.0, tau=None)

    def constants(self) -> Shift:
        """Return the constants of the kernel."""
        keep = 1.0 if self.tau is None else np.exp(-1.0 / numbers(self.tau))
        return Shift(rounded(keep), single(self.increment), np.float32(0))


@dataclass(frozen=True)
class RateControl(ThresholdShift):
    """A threshold by which each neuron comes to fire at a target rate, whatever it is driven by.

    At the end of each step ``x += eta * (fired - target)``; the neuron fires at ``membrane_threshold + x``. It is kept
    from trial to trial, and stands still while nothing learns (:meth:`snnres.SNN.simulate_batch`). Over T steps the
    number of spikes is ``target * T`` plus the change of ``x`` divided by ``eta``. After Lazar, Pipa and Triesch
    (Frontiers in Computational Neuroscience 3 (2009) 23), whose H is ``target``.

    Parameters
    ----------
    target : float, array_like or Distribution
        Spikes per step, in (0, 1), and below the greatest rate that the refractory period allows.
    eta : float, array_like or Distribution
        How fast the threshold moves, >= 0.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> from snnres.parts import GeneralizedLIF, RateControl
    >>> GeneralizedLIF(1.0, 0.1, 2, control=RateControl(target=0.02, eta=0.01)).kept
    ('control',)
    """

    target: PerNeuron
    eta: PerNeuron

    def __post_init__(self) -> None:
        freeze_each(self, "target", above=0, below=1)
        freeze_each(self, "eta", low=0)

    @property
    def lasts(self) -> bool:
        """True: a rate takes many trials to be reached."""
        return True

    def still(self) -> Self:
        """Return a control without effect on the threshold that has been reached."""
        return replace(self, eta=0.0)

    def constants(self) -> Shift:
        """Return the constants of the kernel."""
        eta, target = numbers(self.eta), numbers(self.target)
        return Shift(np.float32(1), rounded(eta * (1.0 - target)), rounded(eta * (0.0 - target)))


@shifted.of(Shift)
def add_shift(part, state, threshold, i):
    """Add the shift."""
    return threshold + state[i]


@track.of(Shift)
def move_shift(part, state, i, fired):
    """Let the shift decay, and add what comes with a spike or with none."""
    state[i] = state[i] * at(part.keep, i) + (at(part.up, i) if fired else at(part.down, i))
