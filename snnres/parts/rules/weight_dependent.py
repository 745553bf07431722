"""Pair-based plasticity whose changes depend on the weight by an exponent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...kernels.traces import UNIT, decay, power, raise_at
from ...kernels.verbs import age, mark_arrivals, mark_spikes, on_arrival, on_spike
from ...validation import check_real, freeze
from .base import Float32Array, TraceRule, per_step, zeros


class WeightDependentConstants(NamedTuple):
    """What the kernel computes with."""

    decay_pre: np.float32
    decay_post: np.float32
    potentiation: np.float32
    depression: np.float32
    scale: np.float32
    mu: np.float32
    trace_max: np.float32


class WeightDependentState(NamedTuple):
    """Traces of the spikes: ``x_pre`` as they arrive at each row of synapses, ``x_post`` as each neuron fires."""

    x_pre: Float32Array
    x_post: Float32Array


@dataclass(frozen=True)
class WeightDependentSTDP(TraceRule):
    r"""Pairs of spikes change a weight by a power of its distance from the bound to which it moves.

    Traces decay by ``exp(-1 / tau)`` in each step. As a spike arrives,
    ``w -= eta * alpha * (w / W_max) ** mu * x_post``; as the target fires,
    ``w += eta * (1 - w / W_max) ** mu * x_pre``. With ``mu`` 0 changes do not depend on the weight (additive), with 1
    they are proportional to the distance (multiplicative); between, weights spread less and less.

    Parameters
    ----------
    tau_plus, tau_minus : float, default 20.0
        Time constants of ``x_pre`` and ``x_post`` in steps, > 0.
    eta : float, default 0.005
        Learning rate (lambda in the paper), >= 0.
    alpha : float, default 1.05
        Depression relative to potentiation, >= 0.
    mu : float, default 0.02
        Exponent, >= 0.
    W_max : float, default 1.0
        Weight at which potentiation ends, and the upper bound under ``clip``, > 0.
    W_min, clip, nearest_neighbor, enabled
        As in :class:`snnres.parts.rules.BoundedRule` and :class:`snnres.parts.rules.TraceRule`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Guetig, Aharonov, Rotter and Sompolinsky, Journal of Neuroscience 23 (2003) 3697-3714. A weight that is beyond a
    bound, as ``clip=False`` allows, is at no distance from it.

    Examples
    --------
    >>> from snnres.parts import WeightDependentSTDP
    >>> WeightDependentSTDP(mu=1.0).bounds
    (0.0, 1.0)
    """

    tau_plus: float = 20.0
    tau_minus: float = 20.0
    eta: float = 0.005
    alpha: float = 1.05
    mu: float = 0.02

    never_negative: ClassVar = WeightDependentState._fields

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("tau_plus", "tau_minus", "W_max"):
            freeze(self, name, check_real, above=0)
        for name in ("eta", "alpha", "mu"):
            freeze(self, name, check_real, low=0)
        check_real("eta * alpha", self.eta * self.alpha)
        check_real("1 / W_max", 1.0 / self.W_max)

    def constants(self, n_neurons: int, n_rows: int) -> WeightDependentConstants:
        """Return the constants of the kernel."""
        return WeightDependentConstants(
            per_step(self.tau_plus),
            per_step(self.tau_minus),
            np.float32(self.eta),
            np.float32(self.eta * self.alpha),
            np.float32(1.0 / self.W_max),
            np.float32(self.mu),
            self.trace_max,
        )

    def state(self, n_neurons: int, n_rows: int) -> WeightDependentState:
        """Return traces of zero."""
        return WeightDependentState(zeros(n_rows), zeros(n_neurons))


@age.of(WeightDependentConstants)
def decay_traces(rule, state):
    """Let both traces decay by one step."""
    decay(state.x_pre, rule.decay_pre)
    decay(state.x_post, rule.decay_post)


@on_arrival.of(WeightDependentConstants)
def depress(rule, state, w, a, i):
    """Depress by the target's trace, the less the smaller the weight."""
    return w - rule.depression * state.x_post[i] * power(w * rule.scale, rule.mu)


@on_spike.of(WeightDependentConstants)
def potentiate(rule, state, w, a, i):
    """Potentiate by the trace of what arrived, the less the greater the weight."""
    return w + rule.potentiation * state.x_pre[a] * power(UNIT - w * rule.scale, rule.mu)


@mark_arrivals.of(WeightDependentConstants)
def raise_pre(rule, state, arrivals):
    """Raise the traces of rows at which spikes arrive."""
    raise_at(state.x_pre, arrivals, rule.trace_max)


@mark_spikes.of(WeightDependentConstants)
def raise_post(rule, state, spikes):
    """Raise the traces of the neurons that fire."""
    raise_at(state.x_post, spikes, rule.trace_max)
