"""The leaky integrate-and-fire neuron with all its options."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ..kernels.compile import inline_jit
from ..kernels.values import at
from ..kernels.verbs import crosses, fires, margin, settle, shifted, track
from ..validation import INT32_MAX, check_bool, check_type, freeze
from .base import Cell
from .escape import Escape
from .thresholds import RateControl, ThresholdAdaptation
from .values import PerNeuron, check_below, freeze_each, numbers, rounded, single, whole

TICK = np.int32(1)
READY = np.int32(0)
# Options that are parts, in the order in which they act on the threshold.
OPTIONS: dict[str, Any] = {"adaptation": ThresholdAdaptation, "control": RateControl, "escape": Escape}


class GeneralizedConstants(NamedTuple):
    """Threshold, 1 - leak, the timer that a spike sets, and for each option its constants, None where it is off.

    ``reset`` None is by subtraction; ``held`` is where a refractory neuron is held, None where it integrates.
    """

    threshold: Any
    keep: Any
    pause: Any
    rest: Any
    reset: Any
    held: Any
    floor: Any
    adaptation: Any
    control: Any
    escape: Any


class GeneralizedState(NamedTuple):
    """An entry a neuron; None where an option is off. ``threshold`` is the one against which the last step decided."""

    potential: NDArray[np.float32]
    timer: NDArray[np.int32]
    threshold: NDArray[np.float32] | None
    adaptation: NDArray[np.float32] | None
    control: NDArray[np.float32] | None
    escape: Any


@dataclass(frozen=True)
class GeneralizedLIF(Cell):
    """Leaky integrate-and-fire with options, each of which leaves no machine code behind where it is off.

    With all of them off it is :class:`snnres.parts.LIF`. In each step, after the input has been added to ``v``:

    1. the timer counts down, ``r = max(r - 1, 0)``; without ``integrates_while_refractory``, where ``r > 0``, what has
       arrived is dropped: ``v = reset_potential``. What arrives at the end of the last refractory step counts.
    2. ``v = max(v, floor)``.
    3. the threshold is ``membrane_threshold``, plus what ``adaptation``, ``control`` and ``escape`` add. The neuron
       fires if ``r == 0`` and ``v >= threshold``, or as ``escape`` draws.
    4. one that has fired is reset, ``v = reset_potential`` or ``v -= threshold``, and ``r = refractory_period + 1``.
    5. leak: ``v = rest + (v - rest) * (1 - leak_coefficient)``, after the reset too; but a neuron that is held while
       refractory does not leak until it is ready again.
    6. ``adaptation`` and ``control`` move on.

    Spikes of this step arrive after that; a monitor sees a potential with them, be it below the floor or to be dropped.
    A monitor's variable "threshold" is that of point 3, where an option moves it.

    Parameters
    ----------
    membrane_threshold : float, array_like or Distribution
        Potential at and above which a neuron fires, > 0. This and all that follow are a number, an array with one for
        each neuron, or drawn from a distribution with the network's seed, unless they say otherwise.
    leak_coefficient : float, array_like or Distribution
        Fraction of the distance to rest lost in a step, in [0, 1).
    refractory_period : int, array_like or Distribution
        Steps after a spike in which a neuron cannot fire, >= 1.
    resting_potential : float, array_like or Distribution, default 0.0
        Where the potential leaks to. At or above the threshold it makes a neuron fire without input.
    reset_potential : float, array_like or Distribution, optional
        Potential after a spike, below the threshold; None for 0.
    reset_by_subtraction : bool, default False
        A spike takes the threshold off the potential, so that what was above it is not lost (a soft reset).
    integrates_while_refractory : bool, default True
        False: what arrives while refractory is dropped.
    floor : float, array_like or Distribution, optional
        Least potential, at most the reset potential.
    adaptation : ThresholdAdaptation, optional
        A threshold that rises with each spike and falls back.
    control : RateControl, optional
        A threshold by which each neuron comes to fire at a target rate.
    escape : EscapeNoise or IntrinsicPlasticity, optional
        Firing at random in place of a sharp threshold.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value; if options contradict each other.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams
    >>> from snnres.parts import GeneralizedLIF, ThresholdAdaptation, Uniform
    >>> cell = GeneralizedLIF(
    ...     Uniform(0.8, 1.2), 0.1, 2, reset_by_subtraction=True, adaptation=ThresholdAdaptation(0.1, tau=50.0))
    >>> snn = SNN(SimulationParams(
    ...     num_neurons=100, num_output_neurons=10, mean_weight=0.1, small_world_graph_k=10, small_world_graph_p=0.2,
    ...     cell=cell, input_spike_times=np.ones((5, 50)), seed=0))
    >>> snn.simulate().shape, snn.membrane_threshold.shape
    ((50, 10), (100,))
    """

    membrane_threshold: PerNeuron
    leak_coefficient: PerNeuron
    refractory_period: PerNeuron
    resting_potential: PerNeuron = 0.0
    reset_potential: PerNeuron | None = None
    reset_by_subtraction: bool = False
    integrates_while_refractory: bool = True
    floor: PerNeuron | None = None
    adaptation: ThresholdAdaptation | None = None
    control: RateControl | None = None
    escape: Escape | None = None

    never_negative: ClassVar = ("timer",)

    def __post_init__(self) -> None:
        freeze_each(self, "membrane_threshold", above=0)
        freeze_each(self, "leak_coefficient", low=0, below=1)
        freeze_each(self, "refractory_period", whole=True, low=1, high=INT32_MAX - 1)
        freeze_each(self, "resting_potential")
        for name in ("reset_potential", "floor"):
            if getattr(self, name) is not None:
                freeze_each(self, name)
        for name in ("reset_by_subtraction", "integrates_while_refractory"):
            freeze(self, name, check_bool)
        for name, kind in OPTIONS.items():
            if getattr(self, name) is not None:
                check_type(name, getattr(self, name), kind)
        self._check_together()

    def _check_together(self) -> None:
        """Refuse options that contradict each other."""
        if self.reset_by_subtraction:
            if self.reset_potential is not None:
                raise ValueError(
                    f"reset_potential must not be given with reset_by_subtraction=True. Got {self.reset_potential!r} "
                    "instead."
                )
            if not self.integrates_while_refractory:
                raise ValueError(
                    "integrates_while_refractory must be True with reset_by_subtraction=True, which leaves no one "
                    "potential at which to hold a refractory neuron. Got False instead."
                )
        else:
            check_below("reset_potential", self._reset, "membrane_threshold", self.membrane_threshold)
        if self.floor is not None:
            reset = "the potential after a spike" if self.reset_potential is None else "reset_potential"
            check_below("floor", self.floor, reset, self._reset, equal=True)
        if self.control is not None:
            check_reachable(self.control.target, self.refractory_period)

    @property
    def _reset(self) -> Any:
        return 0.0 if self.reset_potential is None else self.reset_potential

    @property
    def _options(self) -> dict[str, Any]:
        """The options that are parts, by name."""
        return {name: getattr(self, name) for name in OPTIONS if getattr(self, name) is not None}

    @property
    def kept(self) -> tuple[str, ...]:
        """What goes on from trial to trial."""
        return tuple(name for name, option in self._options.items() if option.lasts)

    def frozen(self) -> Self:
        """Return the cell whose kept options stand still."""
        return replace(self, **{name: self._options[name].still() for name in self.kept})

    @property
    def random(self) -> bool:
        """Whether firing is drawn."""
        return self.escape is not None

    @property
    def by_neuron(self) -> bool:
        """Whether nothing is drawn at random."""
        return self.escape is None

    def constants(self, n_neurons: int) -> GeneralizedConstants:
        """Return the constants of the kernel."""
        options = {name: option.constants() for name, option in self._options.items()}
        return GeneralizedConstants(
            single(self.membrane_threshold),
            single(self.leak_coefficient, lambda leak: 1.0 - leak),
            whole(self.refractory_period, lambda period: period + 1),
            rest=None if self.resting_potential == 0.0 else single(self.resting_potential),
            reset=None if self.reset_by_subtraction else single(self._reset),
            held=None if self.integrates_while_refractory else single(self._reset),
            floor=None if self.floor is None else single(self.floor),
            **{name: options.get(name) for name in OPTIONS},
        )

    def state(self, n_neurons: int) -> GeneralizedState:
        """Return potentials, timers and shifts of zero."""
        options = {name: option.state(n_neurons) for name, option in self._options.items()}
        moves = any(state is not None for state in options.values())
        return GeneralizedState(
            np.zeros(n_neurons, dtype=np.float32),
            np.zeros(n_neurons, dtype=np.int32),
            np.zeros(n_neurons, dtype=np.float32) if moves else None,
            **{name: options.get(name) for name in OPTIONS},
        )


def check_reachable(target: Any, refractory_period: Any) -> None:
    """Refuse a target rate that the refractory period does not allow."""
    period = refractory_period
    longest = period.support[1] if hasattr(period, "support") else numbers(period)
    check_below("target", target, "the greatest rate, 1 / (refractory_period + 1)", rounded(1.0 / (longest + 1.0)))


@inline_jit
def threshold_of(cell, state, i):
    """Return the threshold of this step."""
    threshold = shifted(cell.adaptation, state.adaptation, at(cell.threshold, i), i)
    threshold = shifted(cell.control, state.control, threshold, i)
    return shifted(cell.escape, state.escape, threshold, i)


@inline_jit
def decided(record, threshold, i):
    """Return the threshold against which this step has decided: noted, if it moves."""
    return at(threshold, i) if record is None else record[i]


@inline_jit
def admitted(held, floor, v, ready, i):
    """Return the potential with what has arrived, or without it."""
    if held is not None:
        v = v if ready else at(held, i)
    if floor is not None:
        v = max(v, at(floor, i))
    return v


@inline_jit
def note(record, threshold, i):
    """Write the threshold down where there is a place for it. Mutates the record."""
    if record is not None:
        record[i] = threshold


@inline_jit
def after_spike(reset, v, threshold, i):
    """Return the potential after a spike."""
    return v - threshold if reset is None else at(reset, i)


@inline_jit
def leaked(rest, keep, v, i):
    """Return the potential after the leak."""
    return v * at(keep, i) if rest is None else at(rest, i) + (v - at(rest, i)) * at(keep, i)


@inline_jit
def relaxed(held, rest, keep, v, waits, i):
    """Return the potential after the leak, from which a neuron is excepted that is held."""
    if held is None:
        return leaked(rest, keep, v, i)
    return v if waits else leaked(rest, keep, v, i)


@fires.of(GeneralizedConstants)
def generalized_fires(cell, state, stream, i):
    """Return whether the neuron fires; what it must not have taken up is dropped first."""
    ready = state.timer[i] <= TICK
    threshold = threshold_of(cell, state, i)
    note(state.threshold, threshold, i)
    state.potential[i] = admitted(cell.held, cell.floor, state.potential[i], ready, i)
    return crosses(cell.escape, state.escape, stream, state.potential[i], threshold, ready, i)


@settle.of(GeneralizedConstants)
def settle_generalized(cell, state, i, fired):
    """Reset, count down, leak, and move the threshold on."""
    waits = fired | (state.timer[i] > TICK)
    threshold = decided(state.threshold, cell.threshold, i)
    v = after_spike(cell.reset, state.potential[i], threshold, i) if fired else state.potential[i]
    state.potential[i] = relaxed(cell.held, cell.rest, cell.keep, v, waits, i)
    state.timer[i] = at(cell.pause, i) if fired else max(state.timer[i] - TICK, READY)
    track(cell.adaptation, state.adaptation, i, fired)
    track(cell.control, state.control, i, fired)


@margin.of(GeneralizedConstants)
def generalized_margin(cell, state, i):
    """Return by how much the neuron is above its threshold."""
    return state.potential[i] - decided(state.threshold, cell.threshold, i)
