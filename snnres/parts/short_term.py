"""Short-term plasticity: what a synapse transmits depends on the recent spikes of its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.values import at
from ..kernels.verbs import facilitate, transmit
from .elements import ShortTermPlasticity
from .values import PerNeuron, freeze_each, single

UNIT = np.float32(1)


class TsodyksMarkramConstants(NamedTuple):
    """Each a number or one a neuron; ``efficacy`` is a scratch: what a spike of this step transmits of each weight."""

    utilisation: Any
    keep: Any
    recovery: Any
    efficacy: NDArray[np.float32]


class TsodyksMarkramState(NamedTuple):
    """Utilisation ``u`` and resources that are left, ``x``, of the synapses of each neuron."""

    u: NDArray[np.float32]
    x: NDArray[np.float32]


@dataclass(frozen=True)
class TsodyksMarkram(ShortTermPlasticity):
    """Depression by resources that run out, and facilitation by utilisation that builds up.

    Each neuron has a utilisation u, 0 at the start of a trial, and resources x, then 1. In every step
    ``u *= exp(-1 / tau_facil)`` and ``x += (1 - x) * (1 - exp(-1 / tau_rec))``; then, where the neuron fires,
    ``u += U * (1 - u)``, its synapses transmit ``w * u * x`` in place of w, and ``x -= u * x``. The weight stays.
    The first spike transmits ``U * w``: nothing is normalised.

    Its place in the step is after plasticity and before spikes are sent, so that with delays a spike carries what it
    was given as it was sent.

    Parameters
    ----------
    U : float, array_like or Distribution
        Fraction of the resources that the first spike uses, in (0, 1]. This and the following are of the source: each
        neuron's synapses have the same.
    tau_rec : float, array_like or Distribution
        Time constant in steps, >= 0, in which resources recover; 0: at once, no depression.
    tau_facil : float, array_like or Distribution, default 0.0
        Time constant in steps, >= 0, in which utilisation decays; 0: at once, no facilitation, u is U.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Tsodyks, Pawelzik and Markram, Neural Computation 10 (1998) 821-835; as a map from spike to spike, Markram, Wang
    and Tsodyks, PNAS 95 (1998) 5323-5328, and so in Maass, Natschläger and Markram, Neural Computation 14 (2002)
    2531-2560.

    Examples
    --------
    >>> from snnres.parts import TsodyksMarkram
    >>> TsodyksMarkram(U=0.5, tau_rec=110.0, tau_facil=5.0)
    TsodyksMarkram(U=0.5, tau_rec=110.0, tau_facil=5.0)
    """

    U: PerNeuron
    tau_rec: PerNeuron
    tau_facil: PerNeuron = 0.0

    never_negative: ClassVar = ("u", "x")

    def __post_init__(self) -> None:
        freeze_each(self, "U", above=0, high=1)
        freeze_each(self, "tau_rec", low=0)
        freeze_each(self, "tau_facil", low=0)

    def constants(self, n_neurons: int) -> TsodyksMarkramConstants:
        """Return the constants of the kernel."""
        return TsodyksMarkramConstants(
            single(self.U),
            single(self.tau_facil, decay_factor),
            single(self.tau_rec, lambda tau: 1.0 - decay_factor(tau)),
            np.empty(n_neurons, dtype=np.float32),
        )

    def state(self, n_neurons: int, n_synapses: int) -> TsodyksMarkramState:
        """Return no utilisation and full resources."""
        return TsodyksMarkramState(np.zeros(n_neurons, dtype=np.float32), np.ones(n_neurons, dtype=np.float32))


def decay_factor(tau: Any) -> Any:
    """Return what a step leaves of what decays with a time constant, nothing where that is 0."""
    return np.exp(-1.0 / np.maximum(tau, np.finfo(np.float64).tiny))


@facilitate.of(TsodyksMarkramConstants)
def use_resources(short_term, state, spikes):
    """Let utilisation decay and resources recover; let each spike use its part of them."""
    u, x = state.u, state.x
    for j in range(u.size):
        u[j] *= at(short_term.keep, j)
        x[j] += (UNIT - x[j]) * at(short_term.recovery, j)
    for k in range(spikes.size):
        j = spikes[k]
        u[j] += at(short_term.utilisation, j) * (UNIT - u[j])
        used = u[j] * x[j]
        x[j] -= used
        short_term.efficacy[j] = used


@transmit.of(TsodyksMarkramConstants)
def transmit_used(short_term, state, stream, w, j, e):
    """Return the weight times what the spike used."""
    return w * short_term.efficacy[j]
