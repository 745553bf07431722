"""What a network may have beside cells, synapses and rules: one kind each for a place in the time loop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..kernels.verbs import Verb, compete, facilitate, flow, inject, landing, store, transmit
from .base import Part


@dataclass(frozen=True)
class Element(Part, ABC):
    """A part with constants and, where it keeps something, a state. ``verbs`` are what its constants need kernels for.

    ``random`` says whether the kernels draw random numbers (:mod:`snnres.kernels.random`).
    """

    verbs: ClassVar[tuple[Verb, ...]]
    random: ClassVar[bool] = False

    @abstractmethod
    def constants(self, n_neurons: int) -> Any:
        """Return what the kernel computes with: a NamedTuple, computed in double and rounded once to float32."""

    def state(self, n_neurons: int, n_synapses: int) -> Any:
        """Return the state at the start of a trial: a NamedTuple of arrays; None for none."""
        return None


@dataclass(frozen=True)
class Noise(Element, ABC):
    """What is added to the potentials at random in each step, after the input."""

    verbs: ClassVar = (inject,)
    random: ClassVar = True


@dataclass(frozen=True)
class Competition(Element, ABC):
    """Which of the neurons that would fire in a step do."""

    verbs: ClassVar = (compete,)


@dataclass(frozen=True)
class SynapticCurrent(Element, ABC):
    """What stands between the spikes that arrive and the potentials."""

    verbs: ClassVar = (landing, flow)


@dataclass(frozen=True)
class ShortTermPlasticity(Element, ABC):
    """How much of its weight a synapse transmits, by the recent spikes of its source; the weight stays."""

    verbs: ClassVar = (facilitate, transmit)


@dataclass(frozen=True)
class Release(Element, ABC):
    """What of a spike a synapse lets through."""

    verbs: ClassVar = (transmit,)


@dataclass(frozen=True)
class Device(Element, ABC):
    """How weights are kept and read by hardware; arrays of its state have an entry a synapse."""

    verbs: ClassVar = (store, transmit)

    def programmed(self, weights: NDArray[np.float32], *, magnitudes: bool) -> NDArray[np.float32]:
        """Return what is held after weights were set from outside: on their magnitudes where neurons have signs.

        To program what is held must change nothing. Raises ValueError for weights that the device cannot hold.
        """
        return weights


# Parameters of a network, in the order of the time loop.
ELEMENTS: dict[str, Any] = {
    "noise": Noise,
    "competition": Competition,
    "synaptic_current": SynapticCurrent,
    "short_term_plasticity": ShortTermPlasticity,
    "release": Release,
    "device": Device,
}
