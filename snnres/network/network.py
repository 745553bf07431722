"""A network as a value: synapses and parts, and what they are to the kernels."""

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import homeostasis
from ..kernels.model import Model, State
from ..kernels.trace import Trace, TraceState
from ..kernels.verbs import Verb, fire, learn
from ..parts import Cell, LearningRule, Part
from .drive import InputWeights
from .synapses import Synapses


@dataclass(frozen=True, eq=False)
class Network:
    """What a network is made of. Weights that learn change in place; all else changes by making another network."""

    synapses: Synapses
    cell: Cell
    rule: LearningRule | None = None
    input_weights: InputWeights | None = None

    def __post_init__(self) -> None:
        check_kernel("cell", self.cell, self.cell.constants(1), fire)
        if self.rule is not None:
            check_kernel("stdp_params", self.rule, self.rule.constants(1, 1), learn)

    @property
    def n_neurons(self) -> int:
        """Neurons."""
        return int(self.synapses.matrix.shape[0])

    @property
    def active_rule(self) -> LearningRule | None:
        """The rule that acts, None if there is none or it is not enabled."""
        return self.rule if self.rule is not None and self.rule.enabled else None

    @property
    def rule_size(self) -> tuple[int, int]:
        """Neurons, and rows of synapses, for which a rule keeps something."""
        return self.n_neurons, self.n_neurons if self.synapses.delays is None else self.synapses.n_rows

    def model(self, trace_decay: np.float32 | None = None) -> Model:
        """Return the network for the kernels, learning if it has a rule."""
        rule = self.active_rule
        if rule is None:
            return self.frozen_model(trace_decay)
        both_ways = rule.by_target or self.synapses.delays is not None
        edges = self.synapses.edges_both_ways if both_ways else self.synapses.edges
        return self.frozen_model(trace_decay)._replace(synapses=edges, rule=rule.constants(*self.rule_size))

    def frozen_model(self, trace_decay: np.float32 | None = None) -> Model:
        """Return the network for the kernels, its weights frozen."""
        trace = None if trace_decay is None else Trace(trace_decay)
        return Model(self.cell.constants(self.n_neurons), self.synapses.edges, trace=trace)

    def state_at(self, potentials: NDArray[np.float32]) -> State:
        """Return the state at the start of a trial: these potentials (copied), all else as the parts begin."""
        rule = self.active_rule
        state = self.frozen_state(with_trace=True)
        state.cell.potential[:] = potentials
        return state._replace(
            rule=None if rule is None else rule.state(*self.rule_size),
            flight=self.synapses.flight(self.synapses.max_delay, learning=rule is not None),
        )

    def frozen_state(self, *, with_trace: bool = False) -> State:
        """Return what a trial with frozen weights needs, as the parts begin."""
        weights = self.input_weights
        return State(
            self.cell.state(self.n_neurons),
            trace=TraceState(np.zeros(self.n_neurons, dtype=np.float32)) if with_trace else None,
            flight=self.synapses.flight(self.synapses.max_delay, learning=False),
            line=None if weights is None else weights.line(),
        )


def check_kernel(name: str, part: Part, constants: Any, verb: Verb) -> None:
    """Refuse a part whose constants have no kernel for a verb."""
    kind = type(constants)
    if kind not in verb.kernels:
        raise TypeError(
            f"{name} must have a kernel: register a function with @{verb.__name__}.of({kind.__name__}). "
            f"Got a {type(part).__name__} without one instead."
        )


def warn_of_overflow(network: Network) -> None:
    """Say that a rule has driven weights out of float32: such a network computes on, but cannot be saved."""
    if network.active_rule is not None and not np.isfinite(network.synapses.matrix.data).all():
        warnings.warn(
            "plasticity has driven weights to infinity: bound them (clip=True) or take smaller amplitudes.",
            RuntimeWarning,
            stacklevel=3,
        )


def trace_factor(trace_tau: float | None) -> np.float32 | None:
    """Return the factor by which a trace decays in a step, None for no trace."""
    return None if trace_tau is None else np.float32(math.exp(-1.0 / trace_tau))


def mean_field_threshold(network: Network, input_mean_current: float, *, use_abs_weights: bool = False) -> float:
    """Return the threshold at which the network is balanced in the mean, for cells with a refractory period."""
    period = getattr(network.cell, "refractory_period", None)
    if period is None:
        raise ValueError(f"the mean-field threshold needs a cell with a refractory_period. Got {network.cell!r}.")
    weights = network.synapses.matrix
    return homeostasis.mean_field_threshold(weights, input_mean_current, period, use_abs_weights=use_abs_weights)
