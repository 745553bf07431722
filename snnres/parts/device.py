"""Weights kept by neuromorphic hardware: on levels, written and read with noise, in cells that wear out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.compile import inline_jit
from ..kernels.random import EVENT_BITS, READING, ROUNDING, WRITING, truncated_normal, uniform
from ..kernels.verbs import store, transmit
from ..validation import check_int, check_real, check_type, freeze, refuse
from .elements import Device

HALF, UNIT = np.float32(0.5), np.float32(1)
ONE = np.uint32(1)
MOST_LEVELS = 2**16


class MemristiveConstants(NamedTuple):
    """``step`` leads from level to level, ``per_step`` is its inverse; None for weights of any value.

    ``write_sd`` is in units of the weights, ``read_sd`` a fraction of a weight; None for no noise. After n updates a
    change is ``exp(wear * n)`` of what it was.
    """

    low: np.float32
    high: np.float32
    step: Any
    per_step: Any
    stochastic: np.bool_
    write_sd: Any
    read_sd: Any
    truncation: np.float32
    wear: np.float64


class MemristiveState(NamedTuple):
    """How often each synapse has been written to, in the order of the weights."""

    updates: NDArray[np.uint32]


@dataclass(frozen=True)
class MemristiveDevice(Device):
    """Weights as memristive devices keep them, which plasticity writes and spikes read.

    A change from w to ``new``, as rules ask for one, is written in this order:

    1. wear: ``target = w + (new - w) * exp(-n / endurance)`` after n updates of this synapse
    2. write noise: ``target += write_noise * (w_max - w_min) * z``
    3. range: to ``w_min`` or ``w_max`` what lies beyond, whatever the bounds of the rule
    4. levels: to the nearest of ``levels`` equally spaced values from ``w_min`` to ``w_max``; or, with stochastic
       rounding, to one of the two beside it, each the likelier the nearer it is, so that the mean is the target

    It counts as an update if it changes the weight. Where a rule asks for no change nothing is written. A spike reads
    ``w * (1 + read_noise * z)``, after short-term plasticity and release; a weight keeps its sign. Every z is drawn, by
    a counter (see :mod:`snnres.kernels.random`), from the standard normal distribution truncated at ``truncation``: the
    first of as many as it takes that lies within.

    The weights that a network is given, and those that it is set to from outside, must lie in the range; they are
    programmed with verification, to the nearest level, without noise or wear. Where neurons have signs, range and
    levels are those of magnitudes. What a rule's upkeep changes is written as what the rule itself does.

    Parameters
    ----------
    w_min, w_max : float
        Range of the weights, w_min < w_max; where neurons have signs, w_min >= 0.
    levels : int, optional
        Number of values that a weight can take, in [2, 65536]; None for any.
    rounding : {"nearest", "stochastic"}, default "nearest"
        How what is written comes to a level. To the nearest, changes of less than half a step are lost.
    write_noise : float, default 0.0
        Standard deviation of what is written, before it is truncated, as a fraction of the range, >= 0.
    read_noise : float, default 0.0
        Standard deviation of what is read, before it is truncated, as a fraction of the weight, in
        [0, 1 / truncation].
    truncation : float, default 2.0
        Standard deviations at which noise is truncated, in [1, 5].
    endurance : float, optional
        Updates after which changes have shrunk to 1/e, > 0; None for devices without wear. What each synapse has
        been through is kept from trial to trial, and when others are pruned.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Burr et al., Advances in Physics: X 2 (2017) 89-124, review levels, noise and endurance of such devices; Querlioz et
    al., IEEE Transactions on Nanotechnology 12 (2013) 288-295, let them learn. Stochastic rounding: Gupta et al.,
    ICML 2015. The exponential form of the wear is a simple assumption and no measured law.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams
    >>> from snnres.parts import MemristiveDevice
    >>> snn = SNN(SimulationParams(
    ...     adjacency_matrix=np.array([[0.0, 0.6], [0.2, 0.0]]), output_neurons=[0, 1], membrane_threshold=1.0,
    ...     leak_coefficient=0.0, refractory_period=5, duration=4, device=MemristiveDevice(0.0, 1.0, levels=5)))
    >>> snn.get_topology().data.tolist()
    [0.5, 0.25]
    """

    w_min: float
    w_max: float
    levels: int | None = None
    rounding: Literal["nearest", "stochastic"] = "nearest"
    write_noise: float = 0.0
    read_noise: float = 0.0
    truncation: float = 2.0
    endurance: float | None = None

    random: ClassVar = True

    def __post_init__(self) -> None:
        freeze(self, "w_min", check_real)
        freeze(self, "w_max", check_real, above=self.w_min)
        check_real("w_max - w_min", self.w_max - self.w_min, above=0)
        if self.levels is not None:
            freeze(self, "levels", check_int, 2, MOST_LEVELS)
        check_type("rounding", self.rounding, str)
        if self.rounding not in ("nearest", "stochastic"):
            raise refuse("rounding", "'nearest' or 'stochastic'", self.rounding)
        if self.levels is None and self.rounding == "stochastic":
            raise refuse("rounding", "'nearest' where weights have no levels", self.rounding)
        freeze(self, "truncation", check_real, low=1, high=5)
        freeze(self, "write_noise", check_real, low=0)
        freeze(self, "read_noise", check_real, low=0, high=1 / self.truncation)
        if self.endurance is not None:
            freeze(self, "endurance", check_real, above=0)
        self._check_distinct()

    def _check_distinct(self) -> None:
        """Refuse levels that are too close to be told apart in float32."""
        device = self.constants(0)
        values = np.array([device.low, device.high])
        if self.levels is not None:
            values = np.minimum(device.low + np.arange(self.levels, dtype=np.float32) * device.step, device.high)
        if (np.diff(values) <= 0).any() or (levelled(device, values) != values).any():
            rule = "such that w_min, w_max and the levels between them can be told apart in float32"
            raise refuse("levels", rule, self.levels)

    @property
    def kept(self) -> tuple[str, ...]:
        """Wear goes on from trial to trial."""
        return () if self.endurance is None else ("updates",)

    def constants(self, n_neurons: int) -> MemristiveConstants:
        """Return the constants of the kernel."""
        extent = self.w_max - self.w_min
        gaps = None if self.levels is None else self.levels - 1
        return MemristiveConstants(
            np.float32(self.w_min),
            np.float32(self.w_max),
            None if gaps is None else np.float32(extent / gaps),
            None if gaps is None else np.float32(gaps / extent),
            np.bool_(self.rounding == "stochastic"),
            np.float32(self.write_noise * extent) if self.write_noise else None,
            np.float32(self.read_noise) if self.read_noise else None,
            np.float32(self.truncation),
            np.float64(0 if self.endurance is None else -1.0 / self.endurance),
        )

    def state(self, n_neurons: int, n_synapses: int) -> MemristiveState | None:
        """Return no updates so far; None without wear."""
        return None if self.endurance is None else MemristiveState(np.zeros(n_synapses, dtype=np.uint32))

    def programmed(self, weights: NDArray[np.float32], *, magnitudes: bool) -> NDArray[np.float32]:
        """Return the nearest levels."""
        device = self.constants(0)
        if magnitudes and device.low < 0:
            raise ValueError(
                f"w_min of a device must be >= 0 where neurons have signs, whose magnitudes it keeps. "
                f"Got {self.w_min:g} instead."
            )
        outside = (weights < device.low) | (weights > device.high)
        if outside.any():
            raise ValueError(
                f"weights must lie in the range of the device, [{self.w_min:g}, {self.w_max:g}]"
                f"{', as magnitudes' if magnitudes else ''}. Got {weights[outside][0]:g} instead."
            )
        return levelled(device, weights)


def levelled(device: MemristiveConstants, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the levels nearest to weights within the range, in the arithmetic of the kernel."""
    if device.step is None:
        return weights
    numbers = np.floor((weights - device.low) * device.per_step + HALF)
    held: NDArray[np.float32] = np.minimum(device.low + numbers * device.step, device.high)
    return held


@inline_jit
def worn(state, wear, w, new, e):
    """Return what a change comes to in a device that has been written to before.

    The library's exponential, in double and rounded once, so that hardly any machine has another last bit.
    """
    if state is None:
        return new
    return w + (new - w) * np.float32(math.exp(wear * np.float64(state.updates[e])))


@inline_jit
def astray(write_sd, device, stream, target, e, event):
    """Return a target with the noise of writing."""
    if write_sd is None:
        return target
    return target + write_sd * truncated_normal(stream, WRITING | (event << EVENT_BITS), e, device.truncation)


@inline_jit
def on_level(step, device, stream, target, e, event):
    """Return a level beside a target within the range."""
    if step is None:
        return target
    shift = uniform(stream, ROUNDING | (event << EVENT_BITS), e) if device.stochastic else HALF
    return min(device.low + np.floor((target - device.low) * device.per_step + shift) * step, device.high)


@inline_jit
def count_update(state, e):
    """Count an update of a synapse."""
    if state is not None:
        state.updates[e] += ONE


@store.of(MemristiveConstants)
def write(device, state, stream, w, new, e, event):
    """Return what the device holds after it was to be written; count the update."""
    if new == w:
        return w
    target = astray(device.write_sd, device, stream, worn(state, device.wear, w, new, e), e, event)
    held = on_level(device.step, device, stream, min(max(target, device.low), device.high), e, event)
    if held != w:
        count_update(state, e)
    return held


@inline_jit
def read_with_noise(read_sd, device, stream, w, e):
    """Return a weight as it is read."""
    if read_sd is None:
        return w
    return w * (UNIT + read_sd * truncated_normal(stream, READING, e, device.truncation))


@transmit.of(MemristiveConstants)
def read(device, state, stream, w, j, e):
    """Return a weight as it is read."""
    return read_with_noise(device.read_sd, device, stream, w, e)
