"""What stands between the spikes that arrive and the potentials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.values import at
from ..kernels.verbs import flow, landing
from .elements import SynapticCurrent
from .values import PerNeuron, freeze_each, single


class ExponentialCurrentConstants(NamedTuple):
    """The factor by which a current decays in a step, a number or one a neuron."""

    decay: Any


class ExponentialCurrentState(NamedTuple):
    """What flows into each neuron in a step."""

    current: NDArray[np.float32]


@dataclass(frozen=True)
class ExponentialCurrent(SynapticCurrent):
    """A synaptic current that jumps by the weight as a spike arrives and decays exponentially.

    At the end of each step, after the leak, ``I = I * exp(-1 / tau) + arrivals`` and ``v += I``, where ``arrivals`` is
    the sum of the weights of the spikes that arrive. A spike that arrives brings w in the same step, and
    ``w / (1 - exp(-1 / tau))`` in all; nothing is normalised. With tau towards 0 the model is that without a current.
    A spike of its own leaves a neuron's current as it is, and the current of the input is not synaptic: it reaches the
    potentials directly.

    Parameters
    ----------
    tau : float, array_like or Distribution
        Time constant in steps, > 0, of what flows into each neuron.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Gerstner, Kistler, Naud and Paninski, Neuronal Dynamics (Cambridge 2014), section 3.1.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams
    >>> from snnres.parts import ExponentialCurrent
    >>> snn = SNN(SimulationParams(
    ...     adjacency_matrix=np.array([[0.0, 0.5], [0.0, 0.0]]), output_neurons=[0, 1], membrane_threshold=1.0,
    ...     leak_coefficient=0.0, refractory_period=5, membrane_potentials=[1.0, 0.0], duration=5,
    ...     synaptic_current=ExponentialCurrent(tau=2.0)))
    >>> snn.simulate()[:, 1].tolist()
    [0, 0, 0, 0, 1]
    """

    tau: PerNeuron

    def __post_init__(self) -> None:
        freeze_each(self, "tau", above=0)

    @property
    def by_neuron(self) -> bool:
        """True."""
        return True

    def constants(self, n_neurons: int) -> ExponentialCurrentConstants:
        """Return the constants of the kernel."""
        return ExponentialCurrentConstants(single(self.tau, lambda tau: np.exp(-1.0 / tau)))

    def state(self, n_neurons: int, n_synapses: int) -> ExponentialCurrentState:
        """Return currents of zero."""
        return ExponentialCurrentState(np.zeros(n_neurons, dtype=np.float32))


@landing.of(ExponentialCurrentConstants)
def decay_current(exponential, state, potential):
    """Let the current decay; what arrives is added to it."""
    current = state.current
    for i in range(current.size):
        current[i] *= at(exponential.decay, i)
    return current


@flow.of(ExponentialCurrentConstants)
def add_current(exponential, state, potential):
    """Let the current flow into the potentials."""
    for i in range(potential.size):
        potential[i] += state.current[i]
