"""Plasticity of triplets of spikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...kernels.traces import decay, raise_at
from ...kernels.verbs import age, mark_after, mark_arrivals, mark_spikes, on_arrival, on_spike
from ...validation import check_real, freeze
from .base import Float32Array, TraceRule, per_step, zeros


class TripletConstants(NamedTuple):
    """What the kernel computes with."""

    decay_r1: np.float32
    decay_r2: np.float32
    decay_o1: np.float32
    decay_o2: np.float32
    A2_plus: np.float32
    A3_plus: np.float32
    A2_minus: np.float32
    A3_minus: np.float32
    trace_max: np.float32


class TripletState(NamedTuple):
    """Traces, fast and slow: ``r1``, ``r2`` of what arrived at each row of synapses, ``o1``, ``o2`` of each neuron."""

    r1: Float32Array
    r2: Float32Array
    o1: Float32Array
    o2: Float32Array


@dataclass(frozen=True)
class TripletSTDP(TraceRule):
    r"""Pairs change a weight, and the more so the more recently the second of the two has had a spike before.

    Four traces decay by ``exp(-1 / tau)`` in each step: ``r1`` and ``r2`` of arrivals, ``o1`` and ``o2`` of the
    target's spikes. As a spike arrives, ``w -= eta * o1 * (A2_minus + A3_minus * r2)``; as the target fires,
    ``w += eta * r1 * (A2_plus + A3_plus * o2)``. ``r2`` and ``o2`` are those of before the step, so that a spike never
    sees itself.

    Parameters
    ----------
    tau_plus, tau_minus : float, default 16.8 and 33.7
        Time constants of ``r1`` and ``o1`` in steps, > 0.
    tau_x, tau_y : float, default 101.0 and 125.0
        Those of ``r2`` and ``o2``.
    A2_plus, A3_plus, A2_minus, A3_minus : float, default 5e-10, 6.2e-3, 7e-3 and 2.3e-4
        Amplitudes of pairs and of triplets, >= 0. All defaults are those fitted to the visual cortex with all spikes
       , with steps of 1 ms.
    eta : float, default 1.0
        Learning rate, >= 0.
    W_min, W_max, clip, nearest_neighbor, enabled
        As in :class:`snnres.parts.rules.BoundedRule` and :class:`snnres.parts.rules.TraceRule`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Pfister and Gerstner, Journal of Neuroscience 26 (2006) 9673-9682, equations 2 to 4.

    Examples
    --------
    >>> from snnres.parts import TripletSTDP
    >>> TripletSTDP(eta=0.1).A3_plus
    0.0062
    """

    tau_plus: float = 16.8
    tau_minus: float = 33.7
    tau_x: float = 101.0
    tau_y: float = 125.0
    A2_plus: float = 5e-10
    A3_plus: float = 6.2e-3
    A2_minus: float = 7e-3
    A3_minus: float = 2.3e-4
    eta: float = 1.0

    never_negative: ClassVar = TripletState._fields

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("tau_plus", "tau_minus", "tau_x", "tau_y"):
            freeze(self, name, check_real, above=0)
        for name in ("A2_plus", "A3_plus", "A2_minus", "A3_minus", "eta"):
            freeze(self, name, check_real, low=0)
        for name in ("A2_plus", "A3_plus", "A2_minus", "A3_minus"):
            check_real(f"eta * {name}", self.eta * getattr(self, name))

    def constants(self, n_neurons: int, n_rows: int) -> TripletConstants:
        """Return the constants of the kernel."""
        return TripletConstants(
            per_step(self.tau_plus),
            per_step(self.tau_x),
            per_step(self.tau_minus),
            per_step(self.tau_y),
            np.float32(self.eta * self.A2_plus),
            np.float32(self.eta * self.A3_plus),
            np.float32(self.eta * self.A2_minus),
            np.float32(self.eta * self.A3_minus),
            self.trace_max,
        )

    def state(self, n_neurons: int, n_rows: int) -> TripletState:
        """Return traces of zero."""
        return TripletState(zeros(n_rows), zeros(n_rows), zeros(n_neurons), zeros(n_neurons))


@age.of(TripletConstants)
def decay_traces(rule, state):
    """Let all traces decay by one step."""
    decay(state.r1, rule.decay_r1)
    decay(state.r2, rule.decay_r2)
    decay(state.o1, rule.decay_o1)
    decay(state.o2, rule.decay_o2)


@on_arrival.of(TripletConstants)
def depress(rule, state, w, a, i):
    """Depress by the target's spikes, the more the more has arrived before this."""
    return w - state.o1[i] * (rule.A2_minus + rule.A3_minus * state.r2[a])


@on_spike.of(TripletConstants)
def potentiate(rule, state, w, a, i):
    """Potentiate by what arrived, the more the more the target has fired before this."""
    return w + state.r1[a] * (rule.A2_plus + rule.A3_plus * state.o2[i])


@mark_arrivals.of(TripletConstants)
def raise_pre(rule, state, arrivals):
    """Raise the fast trace of rows at which spikes arrive."""
    raise_at(state.r1, arrivals, rule.trace_max)


@mark_spikes.of(TripletConstants)
def raise_post(rule, state, spikes):
    """Raise the fast trace of the neurons that fire."""
    raise_at(state.o1, spikes, rule.trace_max)


@mark_after.of(TripletConstants)
def raise_slow(rule, state, arrivals, spikes):
    """Raise the slow traces, once all changes of the step are done."""
    raise_at(state.r2, arrivals, rule.trace_max)
    raise_at(state.o2, spikes, rule.trace_max)
