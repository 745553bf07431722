"""A neuron model and a learning rule of one's own, each some twenty lines, at compiled speed.

The quadratic integrate-and-fire neuron (Ermentrout and Kopell, SIAM Journal on Applied Mathematics 46 (1986) 233-253):
the potential grows by the square of itself, so that a neuron above ``critical`` runs off into a spike by itself. The
rule raises a synapse whose target fires soon after a spike arrived (Hebb), and lets every synapse fade at which one
arrives. Both stand in this module; a program that loads a saved network imports it first.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from snnres.parts import Cell, LearningRule, age, fires, mark_arrivals, on_arrival, on_spike, settle


class QuadraticConstants(NamedTuple):
    """What the kernel of the neuron computes with."""

    threshold: np.float32
    critical: np.float32
    gain: np.float32


class QuadraticState(NamedTuple):
    """What a neuron keeps from step to step: the first array is the potential."""

    potential: np.ndarray


@dataclass(frozen=True)
class Quadratic(Cell):
    """``v += gain * v * (v - critical)`` in each step; fires at ``membrane_threshold`` and starts again at 0."""

    membrane_threshold: float
    critical: float = 0.5
    gain: float = 0.2

    def constants(self, n_neurons: int) -> QuadraticConstants:
        """Return the constants, in single precision as all else."""
        return QuadraticConstants(*np.float32([self.membrane_threshold, self.critical, self.gain]))

    def state(self, n_neurons: int) -> QuadraticState:
        """Return the state at the start of a trial."""
        return QuadraticState(np.zeros(n_neurons, dtype=np.float32))


@fires.of(QuadraticConstants)
def quadratic_fires(cell, state, stream, i):
    """Return whether a neuron is at its threshold."""
    return state.potential[i] >= cell.threshold


@settle.of(QuadraticConstants)
def settle_quadratic(cell, state, i, fired):
    """Reset a neuron that has fired, and let another grow or decay."""
    v = state.potential[i]
    state.potential[i] = np.float32(0) if fired else v + cell.gain * v * (v - cell.critical)


class HebbConstants(NamedTuple):
    """What the kernels of the rule compute with."""

    rate: np.float32
    keep: np.float32
    decay: np.float32


class HebbState(NamedTuple):
    """What the rule remembers: how recently a spike arrived, an entry a row of synapses."""

    recent: np.ndarray


@dataclass(frozen=True)
class Hebb(LearningRule):
    """``w *= 1 - fading`` as a spike arrives; ``w += rate * exp(-gap / tau)`` as the target fires, gap steps later."""

    rate: float = 0.01
    fading: float = 0.01
    tau: float = 5.0

    def constants(self, n_neurons: int, n_rows: int) -> HebbConstants:
        """Return the constants, rounded once."""
        return HebbConstants(*np.float32([self.rate, 1 - self.fading, np.exp(-1 / self.tau)]))

    def state(self, n_neurons: int, n_rows: int) -> HebbState:
        """Return the state at the start of a trial."""
        return HebbState(np.zeros(n_rows, dtype=np.float32))


@age.of(HebbConstants)
def forget(rule, state):
    """Let what has arrived age by a step."""
    for a in range(state.recent.size):
        state.recent[a] *= rule.decay


@on_arrival.of(HebbConstants)
def fade(rule, state, w, a, i):
    """Return what a weight becomes as a spike arrives."""
    return w * rule.keep


@on_spike.of(HebbConstants)
def raise_weight(rule, state, w, a, i):
    """Return what a weight becomes as its target fires."""
    return w + rule.rate * state.recent[a]


@mark_arrivals.of(HebbConstants)
def remember(rule, state, arrivals):
    """Remember the rows at which spikes arrive in this step."""
    for k in range(arrivals.size):
        state.recent[arrivals[k]] = np.float32(1)
