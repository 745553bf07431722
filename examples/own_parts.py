"""A neuron model and a learning rule of one's own, each some twenty lines, at compiled speed.

The quadratic integrate-and-fire neuron (Ermentrout and Kopell, SIAM Journal on Applied Mathematics 46 (1986) 233-253):
the potential grows by the square of itself, so that a neuron above ``critical`` runs off into a spike by itself. The
rule raises a synapse at which a spike arrives as its target fires (Hebb), and lets every synapse fade at which one
arrives. Both stand in this module; a program that loads a saved network imports it first.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from snnres.parts import Cell, LearningRule, fire, learn


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


@fire.of(QuadraticConstants)
def fire_quadratic(cell, state, fired):
    """Mark who fires, reset them, and let the others grow or decay."""
    for i in range(state.potential.size):
        v = state.potential[i]
        fired[i] = v >= cell.threshold
        state.potential[i] = np.float32(0) if fired[i] else v + cell.gain * v * (v - cell.critical)


class HebbConstants(NamedTuple):
    """What the kernel of the rule computes with; ``now`` is scratch: who fires in this step."""

    rate: np.float32
    fading: np.float32
    now: np.ndarray


@dataclass(frozen=True)
class Hebb(LearningRule):
    """``w *= 1 - fading`` where a spike arrives, then ``w += rate`` if the target fires in the same step."""

    rate: float = 0.01
    fading: float = 0.01

    by_target = False

    def constants(self, n_neurons: int, n_rows: int) -> HebbConstants:
        """Return the constants and the scratch."""
        return HebbConstants(np.float32(self.rate), np.float32(1 - self.fading), np.zeros(n_neurons, dtype=np.float32))

    def state(self, n_neurons: int, n_rows: int) -> None:
        """Return nothing: the rule remembers nothing."""


@learn.of(HebbConstants)
def learn_hebb(rule, state, synapses, arrivals, spikes):
    """Change the synapses at which spikes arrive; ``spikes`` are the neurons that fire."""
    for k in range(spikes.size):
        rule.now[spikes[k]] = np.float32(1)
    for k in range(arrivals.size):
        for e in range(synapses.indptr[arrivals[k]], synapses.indptr[arrivals[k] + np.uint32(1)]):
            synapses.weight[e] = synapses.weight[e] * rule.fading + rule.rate * rule.now[synapses.target[e]]
    for k in range(spikes.size):
        rule.now[spikes[k]] = np.float32(0)
