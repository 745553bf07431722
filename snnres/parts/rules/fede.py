"""FedeSTDP: plasticity by normalised presynaptic traces, stable by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...kernels.traces import NOTHING, UNIT, decay, exponential, raise_at
from ...kernels.verbs import age, mark_arrivals, on_spike, prepare
from ...validation import check_real, freeze
from .base import Float32Array, TraceRule, per_step, zeros


class FedeConstants(NamedTuple):
    """What the kernel computes with; the last two are scratch, an entry a row of synapses."""

    decay: np.float32
    eta: np.float32
    a: np.float32
    w_init: np.float32
    trace_max: np.float32
    gain: Float32Array
    loss: Float32Array


class FedeState(NamedTuple):
    """Traces of the spikes as they arrive at each row of synapses."""

    x_pre: Float32Array


@dataclass(frozen=True)
class FedeSTDP(TraceRule):
    r"""As a neuron fires, its weights move to where the traces of their sources say, the slower the further away.

    The trace decays by ``exp(-1 / tau)`` in each step; ``x`` is the trace divided by the greatest of all rows of
    synapses in this step, 0 where all are 0. As the target fires,
    ``w += eta * (exp(-(w - w_init)) * (exp(x) - a) - exp(w - w_init) * (exp(1 - x) - a))``.
    That is 0 at a weight between, which depends on ``x`` alone: ``w_init + log((exp(x) - a) / (exp(1 - x) - a)) / 2``.

    Parameters
    ----------
    tau : float, default 20.0
        Time constant of the trace in steps, > 0.
    eta : float, default 1e-4
        Learning rate, >= 0.
    a : float, default 0.0
        In [0, 1): the greater, the further apart the weights end.
    w_init : float, default 0.5
        Weight at which a synapse of ``x`` 1/2 stays.
    W_min, W_max, clip, nearest_neighbor, enabled
        As in :class:`snnres.parts.rules.BoundedRule` and :class:`snnres.parts.rules.TraceRule`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Paredes-Valles, Scheper and de Croon, IEEE Transactions on Pattern Analysis and Machine Intelligence 42 (2020)
    2051-2064, section 4. The paper divides by the greatest trace among the synapses of a layer; here that is among all
    rows of synapses of the network, whether the rule acts on them or not.

    Examples
    --------
    >>> from snnres.parts import FedeSTDP
    >>> FedeSTDP(a=0.5).w_init
    0.5
    """

    tau: float = 20.0
    eta: float = 1e-4
    a: float = 0.0
    w_init: float = 0.5

    never_negative: ClassVar = FedeState._fields

    def __post_init__(self) -> None:
        super().__post_init__()
        freeze(self, "tau", check_real, above=0)
        freeze(self, "eta", check_real, low=0)
        freeze(self, "a", check_real, low=0, below=1)
        freeze(self, "w_init", check_real)

    def constants(self, n_neurons: int, n_rows: int) -> FedeConstants:
        """Return the constants of the kernel."""
        return FedeConstants(
            per_step(self.tau),
            np.float32(self.eta),
            np.float32(self.a),
            np.float32(self.w_init),
            self.trace_max,
            zeros(n_rows),
            zeros(n_rows),
        )

    def state(self, n_neurons: int, n_rows: int) -> FedeState:
        """Return traces of zero."""
        return FedeState(zeros(n_rows))


@age.of(FedeConstants)
def decay_trace(rule, state):
    """Let the trace decay by one step."""
    decay(state.x_pre, rule.decay)


@prepare.of(FedeConstants)
def normalise_traces(rule, state):
    """Write what each row of synapses would gain and lose at ``w_init``."""
    greatest = NOTHING
    for a in range(state.x_pre.size):
        greatest = max(greatest, state.x_pre[a])
    for a in range(state.x_pre.size):
        x = state.x_pre[a] / greatest if greatest > NOTHING else NOTHING
        rule.gain[a] = exponential(x) - rule.a
        rule.loss[a] = exponential(UNIT - x) - rule.a


@on_spike.of(FedeConstants)
def attract(rule, state, w, a, i):
    """Move the weight to where its trace says."""
    away = w - rule.w_init
    return w + rule.eta * (exponential(-away) * rule.gain[a] - exponential(away) * rule.loss[a])


@mark_arrivals.of(FedeConstants)
def raise_pre(rule, state, arrivals):
    """Raise the traces of rows at which spikes arrive."""
    raise_at(state.x_pre, arrivals, rule.trace_max)
