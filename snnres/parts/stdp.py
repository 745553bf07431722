"""Spike-timing-dependent plasticity of pairs, with exponential traces."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.traces import decay, raise_at
from ..kernels.verbs import age, mark_arrivals, mark_spikes, on_arrival, on_spike, prepare
from ..validation import check_bool, check_real, check_type, freeze, refuse
from .base import LearningRule

Float32Array = NDArray[np.float32]

UNIT = np.float32(1)


class STDPConstants(NamedTuple):
    """One update that holds both rules.

    Potentiation is ``w + (potentiation * x_pre) * (1 - w * saturation)``, depression
    ``w * (1 - proportional * x_post) - constant * x_post``. The additive rule has saturation and proportional
    0, the multiplicative one constant 0: what is 0 changes no bit of the result. With all spike pairs ``trace_max`` is
    infinite. The last three are scratch, an entry a neuron or, of ``gain``, a row of synapses: a depressed weight
    becomes ``w * factor - offset`` of its target, a potentiated one gets ``gain`` of its row.
    """

    decay_pre: np.float32
    decay_post: np.float32
    potentiation: np.float32
    saturation: np.float32
    proportional: np.float32
    constant: np.float32
    trace_max: np.float32
    factor: Float32Array
    offset: Float32Array
    gain: Float32Array


class STDPState(NamedTuple):
    """Traces of the spikes: ``x_pre`` as they arrive at each row of synapses, ``x_post`` as each neuron fires."""

    x_pre: Float32Array
    x_post: Float32Array


@dataclass(frozen=True)
class STDPParams(LearningRule):
    r"""Parameters of spike-timing-dependent plasticity with exponential traces.

    Every step both traces decay, ``x_pre *= exp(-1 / tau_plus)`` and ``x_post *= exp(-1 / tau_minus)``; a spike
    adds 1 to its neuron's. A spike of j depresses its synapses by the targets' ``x_post``; a spike of i
    potentiates the synapses onto it by the sources' ``x_pre``. Where synapses have delays, a spike of j counts, for
    both, when it arrives:

    - multiplicative: ``w += eta * A_plus * x_pre * (1 - w / W_max)`` and
      ``w *= 1 - (eta * A_minus / W_max) * x_post``
    - additive: ``w += eta * A_plus * x_pre`` and ``w -= eta * A_minus * x_post``

    Parameters
    ----------
    enabled : bool, default True
        False makes a network without plasticity.
    tau_plus, tau_minus : float, default 20.0 and 40.0
        Time constants of ``x_pre`` and ``x_post`` in steps, > 0. Below 0.1 a trace is gone within the step, and a
        warning says so.
    A_plus, A_minus : float, default 1e-3
        Amplitudes of potentiation and depression, >= 0.
    eta : float, default 1.0
        Learning rate, >= 0.
    W_max : float, default 1.0
        Weight at which multiplicative potentiation ends, and the upper bound under ``clip``, > 0.
    clip : bool, default True
        Keep every synapse that an update touches in [0, W_max].
    nearest_neighbor : bool, default False
        Let a trace hold only its neuron's latest spike: it is at most 1.
    lock_A_minus : bool, default False
        Use ``A_plus * tau_plus / tau_minus`` for ``A_minus``, so that uncorrelated spikes cause no drift under the
        additive rule. ``A_minus`` must then be None, and stays so.
    weight_update_rule : {"multiplicative", "additive"}, default "multiplicative"
        See above.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Trace-based pair rules: Morrison, Diesmann and Gerstner, Biological Cybernetics 98 (2008) 459-478.

    Examples
    --------
    >>> from snnres import STDPParams
    >>> STDPParams(lock_A_minus=True, A_plus=0.002).effective_A_minus
    0.001
    """

    enabled: bool = True
    tau_plus: float = 20.0
    tau_minus: float = 40.0
    A_plus: float = 1e-3
    A_minus: float | None = None
    eta: float = 1.0
    W_max: float = 1.0
    clip: bool = True
    nearest_neighbor: bool = False
    lock_A_minus: bool = False
    weight_update_rule: Literal["multiplicative", "additive"] = "multiplicative"

    never_negative: ClassVar = ("x_pre", "x_post")

    def __post_init__(self) -> None:
        for name in ("enabled", "clip", "nearest_neighbor", "lock_A_minus"):
            freeze(self, name, check_bool)
        for name in ("tau_plus", "tau_minus", "W_max"):
            freeze(self, name, check_real, above=0)
        for name in ("A_plus", "eta"):
            freeze(self, name, check_real, low=0)
        if self.A_minus is not None:
            if self.lock_A_minus:
                raise ValueError(f"A_minus must be None under lock_A_minus. Got {self.A_minus!r} instead.")
            freeze(self, "A_minus", check_real, low=0)
        depression = self.eta * self.effective_A_minus
        for name, product in (
            ("eta * A_plus", self.eta * self.A_plus),
            ("eta * A_minus", depression),
            ("eta * A_minus / W_max", depression / self.W_max),
            ("1 / W_max", 1.0 / self.W_max),
        ):
            check_real(name, product)
        check_type("weight_update_rule", self.weight_update_rule, str)
        if self.weight_update_rule not in ("multiplicative", "additive"):
            raise refuse("weight_update_rule", "'multiplicative' or 'additive'", self.weight_update_rule)
        for name in ("tau_plus", "tau_minus"):
            if getattr(self, name) < 0.1:
                warnings.warn(
                    f"{name}={getattr(self, name):g} steps: the trace vanishes within a step, so that STDP hardly "
                    "acts. Time constants are in steps of 1.",
                    UserWarning,
                    stacklevel=3,
                )

    @property
    def effective_A_minus(self) -> float:
        """Amplitude of depression in force: derived under ``lock_A_minus``, else ``A_minus`` or its default 1e-3."""
        if self.lock_A_minus:
            return float(self.A_plus * (self.tau_plus / self.tau_minus))
        return 1e-3 if self.A_minus is None else float(self.A_minus)

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest weight of a synapse that an update touches."""
        return (0.0, self.W_max) if self.clip else (-math.inf, math.inf)

    def objection(self, weights: Float32Array) -> str | None:
        """Say how many synapses inhibit, which ``clip`` would turn to zero."""
        inhibitory = int(np.count_nonzero(weights < 0))
        if not self.clip or inhibitory == 0:
            return None
        return (
            f"clip=True keeps weights in [0, {self.W_max:g}]: an update turns each of the {inhibitory} inhibitory "
            "synapses that it touches to 0. Use clip=False to let them stay negative."
        )

    def constants(self, n_neurons: int, n_rows: int) -> STDPConstants:
        """Return the constants of the kernel."""
        multiplicative = self.weight_update_rule == "multiplicative"
        depression = self.eta * self.effective_A_minus
        return STDPConstants(
            np.float32(math.exp(-1.0 / self.tau_plus)),
            np.float32(math.exp(-1.0 / self.tau_minus)),
            np.float32(self.eta * self.A_plus),
            np.float32(1.0 / self.W_max if multiplicative else 0.0),
            np.float32(depression / self.W_max if multiplicative else 0.0),
            np.float32(0.0 if multiplicative else depression),
            np.float32(1.0 if self.nearest_neighbor else np.inf),
            np.empty(n_neurons, dtype=np.float32),
            np.empty(n_neurons, dtype=np.float32),
            np.empty(n_rows, dtype=np.float32),
        )

    def state(self, n_neurons: int, n_rows: int) -> STDPState:
        """Return traces of zero."""
        return STDPState(np.zeros(n_rows, dtype=np.float32), np.zeros(n_neurons, dtype=np.float32))


@age.of(STDPConstants)
def decay_traces(rule, state):
    """Let both traces decay by one step."""
    decay(state.x_pre, rule.decay_pre)
    decay(state.x_post, rule.decay_post)


@prepare.of(STDPConstants)
def weigh_traces(rule, state):
    """Write what a synapse sees of the traces in this step.

    Once a neuron instead of once a synapse: a run of the first benchmark takes 140 instead of 160 ms.
    """
    for a in range(rule.gain.size):
        rule.gain[a] = rule.potentiation * state.x_pre[a]
    for i in range(rule.factor.size):
        rule.factor[i] = UNIT - rule.proportional * state.x_post[i]
        rule.offset[i] = rule.constant * state.x_post[i]


@on_arrival.of(STDPConstants)
def depress(rule, state, w, a, i):
    """Depress by the target's trace."""
    return w * rule.factor[i] - rule.offset[i]


@on_spike.of(STDPConstants)
def potentiate(rule, state, w, a, i):
    """Potentiate by the trace of what arrived."""
    return w + rule.gain[a] * (UNIT - w * rule.saturation)


@mark_arrivals.of(STDPConstants)
def raise_pre(rule, state, arrivals):
    """Raise the traces of rows at which spikes arrive."""
    raise_at(state.x_pre, arrivals, rule.trace_max)


@mark_spikes.of(STDPConstants)
def raise_post(rule, state, spikes):
    """Raise the traces of the neurons that fire."""
    raise_at(state.x_post, spikes, rule.trace_max)
