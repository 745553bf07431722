"""Unreliable synapses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ..kernels.random import RELEASE, uniform
from ..kernels.values import at
from ..kernels.verbs import transmit
from .elements import Release
from .values import PerNeuron, freeze_each, single

NOTHING = np.float32(0)


class BernoulliReleaseConstants(NamedTuple):
    """The probability, a number or one a neuron."""

    probability: Any


@dataclass(frozen=True)
class BernoulliRelease(Release):
    """Each synapse lets each spike through with a probability, whole, or not at all.

    Whether it does is decided as the spike is sent, for each synapse by itself, by a counter (see
    :mod:`snnres.kernels.random`): it depends on the network's seed, on the number of the trial, on the step and on the
    place of the synapse among the network's. Learning rules see every spike. To keep the mean of what is transmitted,
    divide the weights by the probability.

    Parameters
    ----------
    probability : float, array_like or Distribution
        In [0, 1]: one for all synapses, or that of the synapses of each neuron. Kept to 2^-24.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Allen and Stevens, PNAS 91 (1994) 10380-10383, measured such synapses; Maass and Natschläger, Neural Computation 12
    (2000) 1743-1772, compute with them.

    Examples
    --------
    >>> from snnres.parts import BernoulliRelease
    >>> BernoulliRelease(0.5)
    BernoulliRelease(probability=0.5)
    """

    probability: PerNeuron

    random: ClassVar = True

    def __post_init__(self) -> None:
        freeze_each(self, "probability", low=0, high=1)

    def constants(self, n_neurons: int) -> BernoulliReleaseConstants:
        """Return the constants of the kernel."""
        return BernoulliReleaseConstants(single(self.probability))


@transmit.of(BernoulliReleaseConstants)
def let_through(release, state, stream, w, j, e):
    """Return the weight, or nothing."""
    return w if uniform(stream, RELEASE, e) < at(release.probability, j) else NOTHING
