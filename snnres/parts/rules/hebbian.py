"""Hebbian plasticity: what fires together, in whatever order, wires together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...kernels.traces import decay, raise_at
from ...kernels.verbs import age, mark_arrivals, mark_spikes, on_arrival, on_spike
from ...validation import check_real, freeze
from .base import Float32Array, TraceRule, per_step, zeros


class HebbianConstants(NamedTuple):
    """What the kernel computes with."""

    decay_pre: np.float32
    decay_post: np.float32
    eta: np.float32
    trace_max: np.float32


class HebbianState(NamedTuple):
    """Traces of the spikes: ``x_pre`` as they arrive at each row of synapses, ``x_post`` as each neuron fires."""

    x_pre: Float32Array
    x_post: Float32Array


@dataclass(frozen=True)
class Hebbian(TraceRule):
    r"""Each of two spikes of a pair, whichever is first, potentiates by the trace of the other.

    Traces decay by ``exp(-1 / tau)`` in each step. As a spike arrives, ``w += eta * x_post``; as the target fires,
    ``w += eta * x_pre``. Nothing depresses: what keeps weights from growing for ever are ``W_max`` and the
    ``upkeep`` of :class:`snnres.parts.Plasticity`.

    Parameters
    ----------
    tau_plus, tau_minus : float, default 20.0
        Time constants of ``x_pre`` and ``x_post`` in steps, > 0.
    eta : float, default 0.001
        Learning rate, >= 0.
    W_min, W_max, clip, nearest_neighbor, enabled
        As in :class:`snnres.parts.rules.BoundedRule` and :class:`snnres.parts.rules.TraceRule`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    The order of two spikes being no matter, this is the correlation term of Kempter, Gerstner and van Hemmen,
    Physical Review E 59 (1999) 4498-4514, with a symmetric window.

    Examples
    --------
    >>> from snnres.parts import Hebbian
    >>> Hebbian(eta=0.01).tau_plus
    20.0
    """

    tau_plus: float = 20.0
    tau_minus: float = 20.0
    eta: float = 1e-3

    never_negative: ClassVar = HebbianState._fields

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("tau_plus", "tau_minus"):
            freeze(self, name, check_real, above=0)
        freeze(self, "eta", check_real, low=0)

    def constants(self, n_neurons: int, n_rows: int) -> HebbianConstants:
        """Return the constants of the kernel."""
        return HebbianConstants(per_step(self.tau_plus), per_step(self.tau_minus), np.float32(self.eta), self.trace_max)

    def state(self, n_neurons: int, n_rows: int) -> HebbianState:
        """Return traces of zero."""
        return HebbianState(zeros(n_rows), zeros(n_neurons))


@age.of(HebbianConstants)
def decay_traces(rule, state):
    """Let both traces decay by one step."""
    decay(state.x_pre, rule.decay_pre)
    decay(state.x_post, rule.decay_post)


@on_arrival.of(HebbianConstants)
def potentiate_late(rule, state, w, a, i):
    """Potentiate by the trace of the target, which has fired before."""
    return w + rule.eta * state.x_post[i]


@on_spike.of(HebbianConstants)
def potentiate(rule, state, w, a, i):
    """Potentiate by the trace of what has arrived before."""
    return w + rule.eta * state.x_pre[a]


@mark_arrivals.of(HebbianConstants)
def raise_pre(rule, state, arrivals):
    """Raise the traces of rows at which spikes arrive."""
    raise_at(state.x_pre, arrivals, rule.trace_max)


@mark_spikes.of(HebbianConstants)
def raise_post(rule, state, spikes):
    """Raise the traces of the neurons that fire."""
    raise_at(state.x_post, spikes, rule.trace_max)
