"""Noise in firing itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from ..kernels.exponentials import exp
from ..kernels.random import ESCAPE, uniform
from ..kernels.values import at
from ..kernels.verbs import crosses
from .base import Part
from .values import PerNeuron, freeze_each, single

ONE = np.float32(1)


class EscapeConstants(NamedTuple):
    """``rate`` at threshold and ``slope``, each a number, or an array with one a neuron."""

    rate: Any
    slope: Any


@dataclass(frozen=True)
class Escape(Part, ABC):
    """How a neuron fires at random in place of a sharp threshold, whose kernel is the verb :func:`crosses`."""

    # Whether its state goes on from trial to trial; it then stands still while nothing learns.
    lasts: ClassVar[bool] = False

    @abstractmethod
    def constants(self) -> Any:
        """Return what the kernel computes with, as a cell does."""

    def state(self, n_neurons: int) -> Any:
        """Return the state at the start: a NamedTuple of arrays; None for none."""
        return None

    def still(self) -> Self:
        """Return what does not learn."""
        return self


@dataclass(frozen=True)
class EscapeNoise(Escape):
    """Firing at random, the more often the nearer the potential is to the threshold, and above it more often still.

    A neuron that is not refractory fires in a step with probability ``1 - exp(-rate * exp((v - threshold) / slope))``:
    a hazard that is exponential in the distance to the threshold (Gerstner and Kistler, Spiking Neuron Models,
    Cambridge 2002, section 5.3). The threshold is the one that the neuron has in that step, adaptation included. The
    smaller the slope, the sharper the threshold; a potential above it makes no spike certain.

    Parameters
    ----------
    rate : float, array_like or Distribution
        Hazard at the threshold, a step, > 0.
    slope : float, array_like or Distribution
        Change of the potential by which the hazard changes e-fold, > 0.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> from snnres.parts import EscapeNoise, GeneralizedLIF
    >>> GeneralizedLIF(1.0, 0.1, 2, escape=EscapeNoise(rate=0.5, slope=0.1)).random
    True
    """

    rate: PerNeuron
    slope: PerNeuron

    def __post_init__(self) -> None:
        freeze_each(self, "rate", above=0)
        freeze_each(self, "slope", above=0)

    def constants(self) -> EscapeConstants:
        """Return the constants of the kernel."""
        return EscapeConstants(single(self.rate), single(self.slope))


@crosses.of(EscapeConstants)
def escapes(escape, state, stream, potential, threshold, ready, i):
    """Draw whether the neuron fires."""
    hazard = at(escape.rate, i) * exp((potential - threshold) / at(escape.slope, i))
    return ready and uniform(stream, ESCAPE, i) < ONE - exp(-hazard)
