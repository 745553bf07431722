"""A network as a value: synapses and parts, and what they are to the kernels."""

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import homeostasis
from ..kernels import verbs
from ..kernels.delays import DelayedEdges
from ..kernels.edges import Edges
from ..kernels.learning import Learning, Lessons
from ..kernels.model import Model, State, Transmission
from ..kernels.random import Stream
from ..kernels.trace import Trace, TraceState
from ..parts import Cell, Device, Element, LearningRule, Part, Plasticity
from ..parts.values import Values
from .arrays import named_arrays
from .drive import InputWeights
from .synapses import Synapses

EARLY_ARRIVALS, EARLY_SPIKES = ("potentiate", "both"), ("depress", "both")


@dataclass(frozen=True, eq=False)
class Network:
    """What a network is made of. Weights that learn change in place; all else changes by making another network.

    ``rules`` act in their order. ``elements`` are parts by the names of :data:`snnres.parts.elements.ELEMENTS`.
    ``signs`` (n_neurons,), 1 or -1, are those of each neuron's outgoing weights, if these must keep them. ``seed`` is
    that of the random numbers in a run.
    """

    synapses: Synapses
    cell: Cell
    rules: tuple[Plasticity, ...] = ()
    input_weights: InputWeights | None = None
    elements: Mapping[str, Element] = field(default_factory=dict)
    signs: NDArray[np.int8] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        cell = self.cell.constants(self.n_neurons)
        check_kernels("cell", self.cell, cell, (verbs.fires, verbs.settle))
        for plasticity in self.rules:
            check_rule(plasticity.rule)
            if plasticity.modulation is not None:
                check_kernels("modulation", plasticity.modulation, plasticity.modulation.constants(), (verbs.credit,))
            if plasticity.upkeep is not None:
                constants = plasticity.upkeep.constants(self.n_neurons)
                check_kernels("upkeep", plasticity.upkeep, constants, (verbs.keep_up,))
            for name in ("sources", "targets"):
                plasticity.group(name, self.n_neurons)
            if self.signs is not None and plasticity.rule.bounds[1] < 0:
                raise ValueError(
                    "a rule's upper bound must be >= 0 where neurons have signs, since it is of magnitudes. "
                    f"Got {plasticity.rule.bounds[1]:g} instead."
                )
        for name, element in self.elements.items():
            constants = element.constants(self.n_neurons)
            check_kernels(name, element, constants, element.verbs)
            if verbs.compete in element.verbs:
                check_kernels("cell of a network with a competition", self.cell, cell, (verbs.margin,))
        if "device" in self.elements:
            self.synapses.set_weights(self.programmed(self.synapses.matrix.data))

    def programmed(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what becomes of weights, in the order of the synapses, that are set from outside: the device's."""
        device = self.elements.get("device")
        if not isinstance(device, Device):
            return weights
        if self.signs is None:
            return device.programmed(weights, magnitudes=False)
        signs = np.repeat(self.signs, np.diff(self.synapses.matrix.indptr)).astype(np.float32)
        magnitudes: NDArray[np.float32] = device.programmed(weights * signs, magnitudes=True)
        return magnitudes * signs

    @property
    def n_neurons(self) -> int:
        """Neurons."""
        return int(self.synapses.matrix.shape[0])

    @property
    def active_rules(self) -> tuple[Plasticity, ...]:
        """The rules that act: those that are enabled."""
        return tuple(plasticity for plasticity in self.rules if plasticity.rule.enabled)

    @property
    def rule_size(self) -> tuple[int, int]:
        """Neurons, and rows of synapses, for which a rule keeps something."""
        return self.n_neurons, self.n_neurons if self.synapses.delays is None else self.synapses.n_rows

    @property
    def random(self) -> bool:
        """Whether any part draws random numbers as the network runs."""
        return self.cell.random or any(element.random for element in self.elements.values())

    def model(self, trace_decay: np.float32 | None = None) -> Model:
        """Return the network for the kernels, learning if it has rules."""
        model = self._model(self.cell, trace_decay)
        if not self.active_rules:
            return model
        rules = tuple(map(self._learning, self.active_rules))
        return model._replace(synapses=self.synapses.edges_both_ways, rules=rules)

    def frozen_model(self, trace_decay: np.float32 | None = None) -> Model:
        """Return the network for the kernels, nothing of it learning."""
        return self.at_its_best(self._model(self.cell.frozen(), trace_decay))

    def at_its_best(self, model: Model) -> Model:
        """Return a model of this network with synapses in the layout that pays, for a run in which no weight changes.

        With rules that is another run's business: they change the weights without telling.
        """
        if self.active_rules or model.transmission is not None:
            return model
        return model._replace(synapses=self.synapses.edges_frozen)

    def _model(self, cell: Cell, trace_decay: np.float32 | None) -> Model:
        trace = None if trace_decay is None else Trace(trace_decay)
        elements = {name: element.constants(self.n_neurons) for name, element in self.elements.items()}
        passed = Transmission(*map(elements.get, Transmission._fields))
        return Model(
            cell.constants(self.n_neurons),
            self.synapses.edges,
            trace=trace,
            transmission=None if passed == (None, None, None) else passed,
            **{name: constants for name, constants in elements.items() if name in Model._fields},
        )

    def _learning(self, plasticity: Plasticity) -> Learning:
        """Return a rule for the kernels."""
        rule = plasticity.rule.constants(*self.rule_size)
        subset: Edges | DelayedEdges = self.synapses.edges_both_ways
        if plasticity.sources is not None or plasticity.targets is not None:
            subset = self.synapses.view(*(plasticity.group(name, self.n_neurons) for name in ("sources", "targets")))
        modulation, upkeep = plasticity.modulation, plasticity.upkeep
        lower, upper = self._bounds(plasticity)
        return Learning(
            rule,
            subset,
            np.float32(lower),
            np.float32(upper),
            self._signs_by_row(),
            np.bool_(plasticity.coincidence in EARLY_ARRIVALS),
            np.bool_(plasticity.coincidence in EARLY_SPIKES),
            np.bool_(type(rule) in verbs.on_arrival.kernels),
            np.bool_(type(rule) in verbs.on_spike.kernels),
            None if modulation is None else modulation.constants(),
            None if upkeep is None else upkeep.constants(self.n_neurons),
        )

    def _bounds(self, plasticity: Plasticity) -> tuple[float, float]:
        """Return the bounds of a rule; a magnitude is never below 0, or it would change the sign of its weight."""
        lower, upper = plasticity.rule.bounds
        return (lower if self.signs is None else max(lower, 0.0)), upper

    def weights_seen(self, plasticity: Plasticity) -> NDArray[np.float32]:
        """Return the weights on which a rule acts as it sees them: magnitudes where neurons have signs.

        Those of the network itself, not a copy, where it acts on all of them as they are.
        """
        matrix = self.synapses.matrix
        out_degree = np.diff(matrix.indptr)
        weights: NDArray[np.float32] = matrix.data
        if self.signs is not None:
            weights = weights * np.repeat(self.signs, out_degree)
        if plasticity.sources is None and plasticity.targets is None:
            return weights
        sources, targets = (plasticity.group(name, self.n_neurons) for name in ("sources", "targets"))
        return np.asarray(weights[np.repeat(sources, out_degree) & targets[matrix.indices]])

    def _signs_by_row(self) -> NDArray[np.float32] | None:
        """Return the sign of each row of the synapses that a rule visits, None where they may be any."""
        if self.signs is None:
            return None
        signs = self.signs.astype(np.float32)
        edges = self.synapses.edges_both_ways
        return np.repeat(signs, np.diff(edges.rows).astype(np.int64)) if isinstance(edges, DelayedEdges) else signs

    def state_at(self, potentials: NDArray[np.float32], former: State | None = None, *, trial: int = 0) -> State:
        """Return the state at the start of a trial: these potentials (copied), all else as the parts begin.

        What parts keep from trial to trial is that of the ``former`` state.
        """
        state = self.frozen_state(former, with_trace=True, trial=trial)
        state.cell.potential[:] = potentials
        learning = bool(self.active_rules)
        return state._replace(
            rules=tuple(map(self._lessons, self.active_rules)) if learning else None,
            flight=self.synapses.flight(self.synapses.max_delay, learning=learning),
        )

    def _lessons(self, plasticity: Plasticity) -> Lessons:
        """Return what a rule keeps, as it begins."""
        modulation, upkeep = plasticity.modulation, plasticity.upkeep
        return Lessons(
            plasticity.rule.state(*self.rule_size),
            None if modulation is None else modulation.state(self.synapses.matrix.nnz),
            None if upkeep is None else upkeep.state(),
        )

    def frozen_state(self, former: State | None = None, *, with_trace: bool = False, trial: int = 0) -> State:
        """Return what a trial with frozen weights needs, as the parts begin, or with what they keep of a former."""
        weights, size = self.input_weights, (self.n_neurons, self.synapses.matrix.nnz)
        elements = {name: element.state(*size) for name, element in self.elements.items() if name in State._fields}
        fresh = State(
            self.cell.state(self.n_neurons),
            trace=TraceState(np.zeros(self.n_neurons, dtype=np.float32)) if with_trace else None,
            flight=self.synapses.flight(self.synapses.max_delay, learning=False),
            line=None if weights is None else weights.line(),
            stream=stream(self.seed, trial) if self.random else None,
            **elements,
        )
        if former is not None:
            for name, part in {"cell": self.cell, **self.elements}.items():
                carry_on(part, getattr(former, name, None), getattr(fresh, name, None))
        return fresh


def stream(seed: int, trial: int) -> Stream:
    """Return the random numbers of a trial, from its beginning."""
    return Stream(np.array([seed, trial], dtype=np.uint32), np.zeros(1, dtype=np.int64))


def carry_on(part: Part, former: Any, fresh: Any) -> None:
    """Copy what a part keeps from trial to trial from a former state of it, if it had any. Mutates ``fresh``."""
    if former is not None and type(former) is type(fresh):
        for name in part.kept:
            old, new = named_arrays(getattr(former, name)), named_arrays(getattr(fresh, name))
            for key in old.keys() & new.keys():
                if old[key].shape == new[key].shape:
                    new[key][:] = old[key]


def check_kernels(name: str, part: Part, constants: Any, needed: tuple[verbs.Verb, ...]) -> None:
    """Refuse a part whose constants lack a kernel for a verb."""
    kind = type(constants)
    for verb in needed:
        if kind not in verb.kernels:
            raise TypeError(
                f"{name} must have a kernel: register a function with @{verb.__name__}.of({kind.__name__}). "
                f"Got a {type(part).__name__} without one instead."
            )


def check_rule(rule: LearningRule) -> None:
    """Refuse a rule that never changes a weight."""
    kind = type(rule.constants(1, 1))
    if kind not in verbs.on_arrival.kernels and kind not in verbs.on_spike.kernels:
        raise TypeError(
            "a learning rule must have a kernel: register a function with "
            f"@on_arrival.of({kind.__name__}) or @on_spike.of({kind.__name__}). "
            f"Got a {type(rule).__name__} without one instead."
        )


def require_modulation(name: str, network: Network) -> None:
    """Refuse rewards where there is no rule that they would modulate."""
    if all(plasticity.modulation is None for plasticity in network.rules):
        raise ValueError(
            f"{name} need a rule with a modulation, such as Plasticity(rule, modulation=MSTDP()). Got none instead."
        )


def warn_of_overflow(network: Network) -> None:
    """Say that a rule has driven weights out of float32: such a network computes on, but cannot be saved."""
    if network.active_rules and not np.isfinite(network.synapses.matrix.data).all():
        warnings.warn(
            "plasticity has driven weights to infinity: bound them (clip=True) or take smaller amplitudes.",
            RuntimeWarning,
            stacklevel=3,
        )


def trace_factor(trace_tau: float | None) -> np.float32 | None:
    """Return the factor by which a trace decays in a step, None for no trace."""
    return None if trace_tau is None else np.float32(math.exp(-1.0 / trace_tau))


def mean_field_threshold(network: Network, input_mean_current: float, *, use_abs_weights: bool = False) -> float:
    """Return the threshold at which the network is balanced in the mean, for cells with one refractory period."""
    period = getattr(network.cell, "refractory_period", None)
    if isinstance(period, Values) and (period.array == period.array[0]).all():
        period = int(period.array[0])
    if not isinstance(period, int):
        raise ValueError(
            "the mean-field threshold needs a cell with a refractory_period, the same for all. "
            f"Got {network.cell!r} instead."
        )
    weights = network.synapses.matrix
    return homeostasis.mean_field_threshold(weights, input_mean_current, period, use_abs_weights=use_abs_weights)
