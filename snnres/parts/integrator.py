"""A neuron that integrates and never fires."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.values import at
from ..kernels.verbs import fires, settle
from .base import Cell
from .values import PerNeuron, freeze_each, single


class IntegratorConstants(NamedTuple):
    """``keep`` is 1 - leak, a number, or an array with one a neuron."""

    keep: Any


class IntegratorState(NamedTuple):
    """Potential, an entry a neuron."""

    potential: NDArray[np.float32]


@dataclass(frozen=True)
class LeakyIntegrator(Cell):
    """A readout neuron: ``v *= 1 - leak_coefficient`` in each step, and no spike, whatever the potential.

    In its potential, which a monitor reads, stands a low-pass filter of what has been put in: after the input of a
    step comes the leak, so that what came k steps ago counts ``(1 - leak_coefficient) ** (k + 1)``.

    Parameters
    ----------
    leak_coefficient : float, array_like or Distribution
        Fraction of the potential lost in a step, in [0, 1).
    membrane_threshold : float, array_like or Distribution, default 1.0
        By keyword only. Never compared with: it is what an input spike adds where no ``current_amplitude`` is given.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams, StateMonitor
    >>> from snnres.parts import LeakyIntegrator
    >>> snn = SNN(SimulationParams(
    ...     adjacency_matrix=np.zeros((1, 1)), output_neurons=[0], cell=LeakyIntegrator(0.5),
    ...     input_spike_times=np.array([[1, 0, 1]]), seed=0))
    >>> _ = snn.simulate(monitor=StateMonitor("potential"))
    >>> snn.recording.variables["potential"][:, 0].tolist()
    [0.5, 0.25, 0.625]
    """

    leak_coefficient: PerNeuron
    membrane_threshold: PerNeuron = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        freeze_each(self, "leak_coefficient", low=0, below=1)
        freeze_each(self, "membrane_threshold", above=0)

    @property
    def by_neuron(self) -> bool:
        """True."""
        return True

    def constants(self, n_neurons: int) -> IntegratorConstants:
        """Return the constants of the kernel."""
        return IntegratorConstants(single(self.leak_coefficient, lambda leak: 1.0 - leak))

    def state(self, n_neurons: int) -> IntegratorState:
        """Return potentials of zero."""
        return IntegratorState(np.zeros(n_neurons, dtype=np.float32))

    def initial_potentials(self, n_neurons: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return zeros."""
        return np.zeros(n_neurons, dtype=np.float32)


@fires.of(IntegratorConstants)
def never(cell, state, stream, i):
    """Return False."""
    return False


@settle.of(IntegratorConstants)
def settle_integrator(cell, state, i, fired):
    """Let the potential leak."""
    state.potential[i] *= at(cell.keep, i)
