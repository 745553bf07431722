"""Plasticity by the presynaptic trace, whose weights come to stand for what drives a neuron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...kernels.traces import decay, power, raise_at
from ...kernels.verbs import age, mark_arrivals, mark_spikes, on_arrival, on_spike
from ...validation import check_real, freeze
from .base import Float32Array, TraceRule, per_step, zeros


class PresynapticConstants(NamedTuple):
    """What the kernel computes with."""

    decay_pre: np.float32
    decay_post: np.float32
    eta: np.float32
    eta_pre: np.float32
    x_target: np.float32
    W_max: np.float32
    mu: np.float32
    trace_max: np.float32


class PresynapticState(NamedTuple):
    """Traces of the spikes: ``x_pre`` as they arrive at each row of synapses, ``x_post`` as each neuron fires."""

    x_pre: Float32Array
    x_post: Float32Array


@dataclass(frozen=True)
class PresynapticSTDP(TraceRule):
    r"""As a neuron fires, synapses at which much has arrived are potentiated, and the others depressed.

    Traces decay by ``exp(-1 / tau)`` in each step. As the target fires,
    ``w += eta * (x_pre - x_target) * (W_max - w) ** mu``; as a spike arrives, ``w -= eta_pre * x_post * w ** mu``,
    which is nothing by default.

    Parameters
    ----------
    tau_plus, tau_minus : float, default 20.0
        Time constants of ``x_pre`` and ``x_post`` in steps, > 0.
    eta : float, default 0.01
        Learning rate as the target fires, >= 0.
    eta_pre : float, default 0.0
        Learning rate as a spike arrives, >= 0.
    x_target : float, default 0.4
        Trace above which a synapse is potentiated, >= 0. The higher, the more are depressed.
    mu : float, default 0.2
        Exponent of the dependence on the weight, >= 0.
    W_max : float, default 1.0
        Weight at which changes end as the target fires, and the upper bound under ``clip``, > 0.
    W_min, clip, nearest_neighbor, enabled
        As in :class:`snnres.parts.rules.BoundedRule` and :class:`snnres.parts.rules.TraceRule`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Diehl and Cook, Frontiers in Computational Neuroscience 9 (2015) 99, section 2.3, the rule with power-law
    dependence on the weight and, with ``eta_pre``, the one with changes at both spikes. A weight beyond a bound, as
    ``clip=False`` allows, is at no distance from it.

    Examples
    --------
    >>> from snnres.parts import PresynapticSTDP
    >>> PresynapticSTDP(x_target=0.2, nearest_neighbor=True).mu
    0.2
    """

    tau_plus: float = 20.0
    tau_minus: float = 20.0
    eta: float = 0.01
    eta_pre: float = 0.0
    x_target: float = 0.4
    mu: float = 0.2

    never_negative: ClassVar = PresynapticState._fields

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("tau_plus", "tau_minus", "W_max"):
            freeze(self, name, check_real, above=0)
        for name in ("eta", "eta_pre", "x_target", "mu"):
            freeze(self, name, check_real, low=0)

    def constants(self, n_neurons: int, n_rows: int) -> PresynapticConstants:
        """Return the constants of the kernel."""
        return PresynapticConstants(
            per_step(self.tau_plus),
            per_step(self.tau_minus),
            np.float32(self.eta),
            np.float32(self.eta_pre),
            np.float32(self.x_target),
            np.float32(self.W_max),
            np.float32(self.mu),
            self.trace_max,
        )

    def state(self, n_neurons: int, n_rows: int) -> PresynapticState:
        """Return traces of zero."""
        return PresynapticState(zeros(n_rows), zeros(n_neurons))


@age.of(PresynapticConstants)
def decay_traces(rule, state):
    """Let both traces decay by one step."""
    decay(state.x_pre, rule.decay_pre)
    decay(state.x_post, rule.decay_post)


@on_arrival.of(PresynapticConstants)
def depress(rule, state, w, a, i):
    """Depress by the target's trace, the less the smaller the weight."""
    return w - rule.eta_pre * state.x_post[i] * power(w, rule.mu)


@on_spike.of(PresynapticConstants)
def compare(rule, state, w, a, i):
    """Change by how far the trace of what arrived is above the target, the less the greater the weight."""
    return w + rule.eta * (state.x_pre[a] - rule.x_target) * power(rule.W_max - w, rule.mu)


@mark_arrivals.of(PresynapticConstants)
def raise_pre(rule, state, arrivals):
    """Raise the traces of rows at which spikes arrive."""
    raise_at(state.x_pre, arrivals, rule.trace_max)


@mark_spikes.of(PresynapticConstants)
def raise_post(rule, state, spikes):
    """Raise the traces of the neurons that fire."""
    raise_at(state.x_post, spikes, rule.trace_max)
