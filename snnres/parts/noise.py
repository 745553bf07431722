"""Noise of the membrane: normally distributed, or of spikes from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.random import MEMBRANE, fill_normals, fill_words, in_fours
from ..kernels.values import at
from ..kernels.verbs import inject
from .elements import Noise
from .values import PerNeuron, changed_to, freeze_each, single

# Spikes in a step beyond which their number is as good as normally distributed.
MOST_SPIKES = 100
HALF, INTERVAL = np.float64(0.5), np.float64(2.0**-32)
ONE = np.int64(1)


class MembraneNoiseConstants(NamedTuple):
    """Mean and standard deviation, each a number or one a neuron; ``drawn`` is a scratch in fours."""

    mean: Any
    sd: Any
    drawn: NDArray[np.float32]


@dataclass(frozen=True)
class MembraneNoise(Noise):
    """Normally distributed noise: ``v += mean + sd * z`` in every step, with z of the standard normal distribution.

    Its place in the step is after the input and before neurons fire. z is drawn for each neuron and step, by a counter
    (see :mod:`snnres.kernels.random`): so it depends on the network's seed, on the number of the trial, on the step and
    on the neuron, and neither on threads nor on what else is simulated. No z is beyond 5.77.

    A leaky neuron that does not fire, of leak coefficient c, has a potential of variance ``q**2 * sd**2 / (1 - q**2)``
    at the end of a step, q = 1 - c, once it has forgotten where it began (an Ornstein-Uhlenbeck process in steps).

    Parameters
    ----------
    sd : float, array_like or Distribution
        Standard deviation, >= 0.
    mean : float, array_like or Distribution, default 0.0
        A constant current.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams
    >>> from snnres.parts import MembraneNoise
    >>> snn = SNN(SimulationParams(
    ...     adjacency_matrix=np.zeros((100, 100)), output_neurons=range(100), membrane_threshold=1.0,
    ...     leak_coefficient=0.1, refractory_period=2, duration=50, seed=0, noise=MembraneNoise(sd=0.3)))
    >>> bool(snn.simulate().any())
    True
    """

    sd: PerNeuron
    mean: PerNeuron = 0.0

    def __post_init__(self) -> None:
        freeze_each(self, "sd", low=0)
        freeze_each(self, "mean")

    def constants(self, n_neurons: int) -> MembraneNoiseConstants:
        """Return the constants of the kernel."""
        drawn = np.empty(in_fours(n_neurons), dtype=np.float32)
        return MembraneNoiseConstants(single(self.mean), single(self.sd), drawn)


@inject.of(MembraneNoiseConstants)
def add_normal(noise, stream, potential, t):
    """Add a normal number to each potential."""
    fill_normals(stream, MEMBRANE, noise.drawn)
    for i in range(potential.size):
        potential[i] += at(noise.mean, i) + at(noise.sd, i) * noise.drawn[i]


class PoissonNoiseConstants(NamedTuple):
    """Mean number of spikes in a step, the probability of none, and their weight; ``drawn`` is a scratch in fours."""

    rate: Any
    none: Any
    weight: Any
    drawn: NDArray[np.uint32]


@dataclass(frozen=True)
class PoissonNoise(Noise):
    """Spikes from outside: ``v += weight * k`` in every step, with k of the Poisson distribution of mean ``rate``.

    Its place in the step, and what k depends on, are those of :class:`MembraneNoise`. k is the number of spikes that
    any number of independent sources that fire at random send a neuron in a step: the background of balanced networks
    (Brunel, Journal of Computational Neuroscience 8 (2000) 183-208). It is found by inverting the distribution function
    in double precision at one of 2^32 equally spaced points; so every probability is right to 2^-32.

    Parameters
    ----------
    rate : float, array_like or Distribution
        Mean number of spikes in a step for a neuron, in [0, 100]. For more take :class:`MembraneNoise` of
        ``mean=rate * weight`` and ``sd=sqrt(rate) * weight``, from which they can hardly be told.
    weight : float, array_like or Distribution
        What a spike adds to the potential.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> from snnres.parts import PoissonNoise
    >>> PoissonNoise(rate=0.5, weight=0.1)
    PoissonNoise(rate=0.5, weight=0.1)
    """

    rate: PerNeuron
    weight: PerNeuron

    def __post_init__(self) -> None:
        freeze_each(self, "rate", low=0, high=MOST_SPIKES)
        freeze_each(self, "weight")

    def constants(self, n_neurons: int) -> PoissonNoiseConstants:
        """Return the constants of the kernel."""
        return PoissonNoiseConstants(
            changed_to(np.float64, self.rate, lambda rate: rate),
            changed_to(np.float64, self.rate, lambda rate: np.exp(-rate)),
            single(self.weight),
            np.empty(in_fours(n_neurons), dtype=np.uint32),
        )


@inject.of(PoissonNoiseConstants)
def add_spikes(noise, stream, potential, t):
    """Add the weight of a Poisson number of spikes to each potential."""
    fill_words(stream, MEMBRANE, noise.drawn)
    for i in range(potential.size):
        u = (np.float64(noise.drawn[i]) + HALF) * INTERVAL
        probability = at(noise.none, i)
        below, k = probability, np.int64(0)
        while u > below:
            k += ONE
            probability *= at(noise.rate, i) / k
            below += probability
        potential[i] += at(noise.weight, i) * np.float32(k)
