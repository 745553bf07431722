"""Inhibitory plasticity that keeps its targets at a rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...kernels.traces import decay, raise_at
from ...kernels.verbs import age, mark_arrivals, mark_spikes, on_arrival, on_spike
from ...validation import check_real, freeze
from .base import Float32Array, TraceRule, per_step, zeros


class InhibitoryConstants(NamedTuple):
    """What the kernel computes with."""

    decay: np.float32
    eta: np.float32
    alpha: np.float32
    trace_max: np.float32


class InhibitoryState(NamedTuple):
    """Traces of the spikes: ``x_pre`` as they arrive at each row of synapses, ``x_post`` as each neuron fires."""

    x_pre: Float32Array
    x_post: Float32Array


@dataclass(frozen=True)
class InhibitorySTDP(TraceRule):
    r"""A spike that arrives strengthens inhibition if its target has fired more than ``rho_0``, and else weakens it.

    Both traces decay by ``exp(-1 / tau)`` in each step. As a spike arrives, ``w += eta * (x_post - alpha)`` with
    ``alpha = 2 * rho_0 * tau``; as the target fires, ``w += eta * x_pre``. At the rate ``rho_0`` the two cancel.

    ``w`` is the strength of inhibition: the rule is for a network whose neurons have signs, where it sees magnitudes,
    and for its inhibitory neurons, the ``sources`` of its :class:`snnres.parts.Plasticity`.

    Parameters
    ----------
    rho_0 : float, default 0.005
        Rate to which targets are brought, in spikes a step, >= 0.
    tau : float, default 20.0
        Time constant of both traces in steps, > 0.
    eta : float, default 1e-3
        Learning rate, >= 0.
    W_min, W_max, clip, nearest_neighbor, enabled
        As in :class:`snnres.parts.rules.BoundedRule` and :class:`snnres.parts.rules.TraceRule`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Vogels, Sprekeler, Zenke, Clopath and Gerstner, Science 334 (2011) 1569-1573. In steps, a spike sees of a train of
    rate rho a mean trace of ``rho / (exp(1 / tau) - 1)``, which is less than ``rho * tau`` by about ``rho / 2``, so
    that the rate settles at ``rho_0`` times ``1 + 1 / (2 * tau)``.

    Examples
    --------
    >>> from snnres.parts import InhibitorySTDP, Plasticity
    >>> Plasticity(InhibitorySTDP(rho_0=0.01), sources=range(80, 100)).sources[0]
    80
    """

    rho_0: float = 0.005
    tau: float = 20.0
    eta: float = 1e-3

    never_negative: ClassVar = InhibitoryState._fields

    def __post_init__(self) -> None:
        super().__post_init__()
        freeze(self, "tau", check_real, above=0)
        for name in ("rho_0", "eta"):
            freeze(self, name, check_real, low=0)
        check_real("2 * rho_0 * tau", self.alpha)

    @property
    def alpha(self) -> float:
        """What a spike that arrives takes from the weight, in units of ``eta``."""
        return 2.0 * self.rho_0 * self.tau

    def constants(self, n_neurons: int, n_rows: int) -> InhibitoryConstants:
        """Return the constants of the kernel."""
        return InhibitoryConstants(per_step(self.tau), np.float32(self.eta), np.float32(self.alpha), self.trace_max)

    def state(self, n_neurons: int, n_rows: int) -> InhibitoryState:
        """Return traces of zero."""
        return InhibitoryState(zeros(n_rows), zeros(n_neurons))


@age.of(InhibitoryConstants)
def decay_traces(rule, state):
    """Let both traces decay by one step."""
    decay(state.x_pre, rule.decay)
    decay(state.x_post, rule.decay)


@on_arrival.of(InhibitoryConstants)
def balance(rule, state, w, a, i):
    """Strengthen by how far the target's trace is above that of the target rate."""
    return w + rule.eta * (state.x_post[i] - rule.alpha)


@on_spike.of(InhibitoryConstants)
def strengthen(rule, state, w, a, i):
    """Strengthen by the trace of what arrived."""
    return w + rule.eta * state.x_pre[a]


@mark_arrivals.of(InhibitoryConstants)
def raise_pre(rule, state, arrivals):
    """Raise the traces of rows at which spikes arrive."""
    raise_at(state.x_pre, arrivals, rule.trace_max)


@mark_spikes.of(InhibitoryConstants)
def raise_post(rule, state, spikes):
    """Raise the traces of the neurons that fire."""
    raise_at(state.x_post, spikes, rule.trace_max)
