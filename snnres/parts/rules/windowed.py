"""Pair-based plasticity with a window of any form, over the latest spike on either side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...kernels.verbs import age, mark_arrivals, mark_spikes, on_arrival, on_spike
from ...validation import INT32_MAX, check_int, check_real, freeze
from ..values import Values
from .base import BoundedRule, Float32Array

ONE = np.int32(1)


class WindowedConstants(NamedTuple):
    """Changes by the steps for which a spike is still remembered: entry 0, for none, is 0, the last for a gap of 0."""

    potentiation: Float32Array
    depression: Float32Array


class WindowedState(NamedTuple):
    """For how many steps yet the latest arrival at each row, and the latest spike of each neuron, are remembered."""

    arrived: NDArray[np.int32]
    fired: NDArray[np.int32]


@dataclass(frozen=True)
class WindowedSTDP(BoundedRule):
    r"""Each spike pairs with the latest on the other side, if that was at most ``window`` steps ago.

    As the target fires, ``gap`` steps after the latest spike arrived, ``w += potentiation[gap]``; as a spike arrives,
    ``gap`` steps after the target fired, ``w -= depression[gap]``.

    Parameters
    ----------
    potentiation, depression : float or array_like, shape (window + 1,), default 0.01
        Change for each gap of 0, 1, ... ``window`` steps (a table), or the same for all (a rectangular window). A gap
        of 0 counts only where the ``coincidence`` of :class:`snnres.parts.Plasticity` says so.
    window : int, default 20
        Longest gap in steps, >= 1.
    W_min, W_max, clip, enabled
        As in :class:`snnres.parts.rules.BoundedRule`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    The window as it is measured: Bi and Poo, Journal of Neuroscience 18 (1998) 10464-10472; that it pairs nearest
    neighbours: Izhikevich and Desai, Neural Computation 15 (2003) 1511-1523.

    Examples
    --------
    >>> from snnres.parts import WindowedSTDP
    >>> WindowedSTDP(potentiation=[0.0, 0.02, 0.01], depression=0.005, window=2).window
    2
    """

    potentiation: Any = 0.01
    depression: Any = 0.01
    window: int = 20

    never_negative: ClassVar = WindowedState._fields

    def __post_init__(self) -> None:
        super().__post_init__()
        freeze(self, "window", check_int, 1, INT32_MAX - 1)
        for name in ("potentiation", "depression"):
            value = getattr(self, name)
            if np.ndim(value) == 0 and not isinstance(value, Values):
                freeze(self, name, check_real)
                continue
            if np.size(value) != self.window + 1:
                raise ValueError(
                    f"{name} must have an entry for each gap of 0 to {self.window} steps. Got {np.size(value)} instead."
                )
            object.__setattr__(self, name, Values(name, value))

    def by_memory(self, change: Any) -> Float32Array:
        """Return changes by the steps for which a spike is still remembered."""
        table = np.zeros(self.window + 2, dtype=np.float32)
        table[1:] = np.broadcast_to(np.asarray(change), self.window + 1)[::-1]
        return table

    def constants(self, n_neurons: int, n_rows: int) -> WindowedConstants:
        """Return the constants of the kernel."""
        return WindowedConstants(self.by_memory(self.potentiation), self.by_memory(self.depression))

    def state(self, n_neurons: int, n_rows: int) -> WindowedState:
        """Return no memory of any spike."""
        return WindowedState(np.zeros(n_rows, dtype=np.int32), np.zeros(n_neurons, dtype=np.int32))


@age.of(WindowedConstants)
def forget(rule, state):
    """Let all spikes be a step longer ago."""
    for memory in (state.arrived, state.fired):
        for k in range(memory.size):
            if memory[k] > 0:
                memory[k] -= ONE


@on_arrival.of(WindowedConstants)
def depress(rule, state, w, a, i):
    """Depress by how long ago the target fired."""
    return w - rule.depression[state.fired[i]]


@on_spike.of(WindowedConstants)
def potentiate(rule, state, w, a, i):
    """Potentiate by how long ago a spike arrived."""
    return w + rule.potentiation[state.arrived[a]]


@mark_arrivals.of(WindowedConstants)
def remember_arrivals(rule, state, arrivals):
    """Remember the rows at which spikes arrive."""
    for k in range(arrivals.size):
        state.arrived[arrivals[k]] = rule.potentiation.size - 1


@mark_spikes.of(WindowedConstants)
def remember_spikes(rule, state, spikes):
    """Remember the neurons that fire."""
    for k in range(spikes.size):
        state.fired[spikes[k]] = rule.depression.size - 1
