"""Neurons taken by the hand: spikes forced or forbidden, and potentials raised, in chosen steps."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..kernels.firing import FORCED, SILENT
from ..kernels.verbs import inject, overrule, window
from ..validation import INT32_MAX, check_array, check_finite, check_neurons, refuse
from .base import Part


class Schedule(NamedTuple):
    """Neurons by step: those of step t are ``neurons[first[t]:last[t]]``."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    neurons: NDArray[np.uint32]


class ClampDrive(NamedTuple):
    """A clamp on a time axis of its own; ``by`` has an entry for each of the neurons that are raised."""

    raised: Schedule
    by: NDArray[np.float32]
    forced: Schedule
    forbidden: Schedule
    silenced: Schedule


@dataclass(frozen=True, eq=False)
class Clamp(Part):
    """Spikes forced or forbidden, and potentials raised, for chosen neurons in chosen steps.

    So an output can be taught, a perturbation probed, and a lesion made. It has its place between input and spikes: in
    each step potentials are raised after all input and noise; then who would fire is found out as ever; then spikes
    are forbidden and forced; then a competition, if there is one, is decided, in which forced neurons always fire.

    A forced spike is like any: it resets the neuron, also one that is refractory, makes it refractory, is learned from
    and spreads. A neuron that may not fire keeps its potential, and leaks.

    Steps count from 0 at the start of each run, as the columns of its input do.

    Parameters
    ----------
    force : array_like of int, shape (n_events, 2), optional
        Step and neuron of each spike to force. ``numpy.argwhere(target.T)`` makes it of 0/1 (num_neurons, n_steps).
    forbid : array_like of int, shape (n_events, 2), optional
        Step and neuron of each spike that must not be.
    raise_by : array_like of float, shape (n_events, 3), optional
        Step, neuron, and what is added to its potential, of either sign; with a neuron once at most in a step.
    silence : array_like of int, optional
        Neurons that never fire, whatever the step.

    Raises
    ------
    TypeError, ValueError
        If an argument is not of that form, names an event twice, or if a spike is both forced and forbidden.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams
    >>> from snnres.parts import Clamp
    >>> snn = SNN(SimulationParams(
    ...     adjacency_matrix=np.array([[0.0, 2.0], [0.0, 0.0]]), output_neurons=[0, 1], membrane_threshold=1.0,
    ...     leak_coefficient=0.0, refractory_period=1, membrane_potentials=[0.0, 0.0], duration=5))
    >>> snn.set_clamp(Clamp(force=[(1, 0)]))
    >>> snn.simulate().T.tolist()
    [[0, 1, 0, 0, 0], [0, 0, 1, 0, 0]]
    """

    force: ArrayLike | None = None
    forbid: ArrayLike | None = None
    raise_by: ArrayLike | None = None
    silence: ArrayLike | None = None

    def __post_init__(self) -> None:
        for name, column in (("force", None), ("forbid", None), ("raise_by", "value")):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, checked_events(name, getattr(self, name), column))
        if self.silence is not None:
            neurons = check_neurons("silence", self.silence, INT32_MAX)
            object.__setattr__(self, "silence", tuple(np.sort(neurons).tolist()))
        forced = self.events("force")
        silenced = forced[np.isin(forced[:, 1], self.silence or ())]
        for name, clash in (("forbid", common(forced, self.events("forbid"))), ("silence", silenced)):
            if len(clash):
                raise ValueError(
                    f"force must not name a spike that {name} rules out. "
                    f"Got step {clash[0, 0]} of neuron {clash[0, 1]} in both."
                )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Clamp) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash(self._content())

    def __repr__(self) -> str:
        given = {name: getattr(self, name) for name in (field.name for field in dataclasses.fields(self))}
        counts = (f"{name}=<{len(value)}>" for name, value in given.items() if value is not None)
        return f"Clamp({', '.join(counts)})"

    def _content(self) -> tuple[Any, ...]:
        return (*(self.events(name, width).tobytes() for name, width in WIDTHS.items()), self.silence)

    def events(self, name: str, width: int = 2) -> NDArray[Any]:
        """Return the events of a kind in the order of their steps, none where the clamp has no such."""
        events = getattr(self, name)
        return np.empty((0, width), dtype=np.int64) if events is None else np.asarray(events)

    def check(self, name: str, n_neurons: int) -> None:
        """Refuse a clamp of neurons that a network does not have."""
        for kind, width in WIDTHS.items():
            check_below(f"{name}.{kind}", "neurons", self.events(kind, width)[:, 1], n_neurons)
        check_below(f"{name}.silence", "neurons", np.array(self.silence or (), dtype=np.int64), n_neurons)

    def check_steps(self, name: str, n_steps: int) -> None:
        """Refuse a clamp with events after the end of a run."""
        for kind, width in WIDTHS.items():
            check_below(f"{name}.{kind}", "steps of the run", self.events(kind, width)[:, 0], n_steps)


WIDTHS = {"force": 2, "forbid": 2, "raise_by": 3}
Clamps: TypeAlias = Clamp | Sequence[Clamp | None] | None


def check_clamp(name: str, value: Any, n_neurons: int) -> Clamp | None:
    """Return a clamp of neurons that a network has, or None."""
    if value is None:
        return None
    if not isinstance(value, Clamp):
        raise refuse(name, "a Clamp or None", value, TypeError)
    value.check(name, n_neurons)
    return value


def checked_events(name: str, value: ArrayLike, column: str | None) -> NDArray[Any]:
    """Return read-only rows of step and neuron, and of a value where its column is named, in the order of the steps."""
    array = check_array(name, value, 2)
    columns = ("a step", "a neuron", *(() if column is None else (f"a {column}",)))
    if array.shape[1] != len(columns):
        raise ValueError(
            f"{name} must have {', '.join(columns)} in each row, shape (n_events, {len(columns)}). "
            f"Got shape {array.shape} instead."
        )
    if column is None and array.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integers. Got an array of dtype {array.dtype} instead.")
    check_finite(name, array)
    places = array[:, :2]
    wrong = (places < 0) | (places > INT32_MAX) | (places != np.rint(places))
    if wrong.any():
        raise refuse(f"steps and neurons of {name}", f"integers in [0, {INT32_MAX}]", places[wrong][0].item())
    array = array[np.lexsort((array[:, 1], array[:, 0]))].astype(np.int64 if column is None else np.float64)
    again = (np.diff(array[:, :2], axis=0) == 0).all(axis=1)
    if again.any():
        step, neuron = array[np.argmax(again), :2].astype(np.int64).tolist()
        raise ValueError(f"{name} must name a neuron once in a step. Got step {step} of neuron {neuron} twice.")
    array.flags.writeable = False
    return array


def common(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the events that are in both."""
    both = set(map(tuple, first.tolist())) & set(map(tuple, second.tolist()))
    return np.array(sorted(both), dtype=np.int64).reshape(-1, 2)


def check_below(name: str, what: str, numbers: NDArray[Any], end: int) -> None:
    """Refuse numbers that are not below an end."""
    if (numbers >= end).any():
        raise ValueError(f"{name} must name {what} in [0, {end}). Got {int(numbers.max())} instead.")


def clamp_drive(clamps: Sequence[Clamp | None], durations: NDArray[np.int64]) -> ClampDrive | None:
    """Return the clamps of successive trials on one time axis; None where there is none at all."""
    if all(clamp is None for clamp in clamps):
        return None
    given = [Clamp() if clamp is None else clamp for clamp in clamps]
    starts = np.cumsum(durations) - durations
    n_steps = int(np.sum(durations))
    raised = on_axis(given, "raise_by", starts)
    silenced = [np.array(clamp.silence or (), dtype=np.uint32) for clamp in given]
    bounds = np.append(0, np.cumsum([len(neurons) for neurons in silenced]))
    return ClampDrive(
        schedule(raised, n_steps),
        raised[:, 2].astype(np.float32),
        schedule(on_axis(given, "force", starts), n_steps),
        schedule(on_axis(given, "forbid", starts), n_steps),
        Schedule(
            np.repeat(bounds[:-1], durations),
            np.repeat(bounds[1:], durations),
            np.concatenate(silenced),
        ),
    )


def on_axis(clamps: Sequence[Clamp], name: str, starts: NDArray[np.int64]) -> NDArray[Any]:
    """Return the events of all trials, their steps counted on from each trial's start."""
    events = [clamp.events(name, WIDTHS[name]).copy() for clamp in clamps]
    for own, start in zip(events, starts, strict=True):
        own[:, 0] += start
    return np.concatenate(events)


def schedule(events: NDArray[Any], n_steps: int) -> Schedule:
    """Return the neurons of events in the order of their steps."""
    first, last = (np.searchsorted(events[:, 0], np.arange(n_steps), side) for side in ("left", "right"))
    return Schedule(first.astype(np.int64), last.astype(np.int64), events[:, 1].astype(np.uint32))


@window.of(ClampDrive)
def clamp_window(clamp, start, stop):
    """Return some steps of a clamp."""
    raised, forced, forbidden, silenced = clamp.raised, clamp.forced, clamp.forbidden, clamp.silenced
    return ClampDrive(
        Schedule(raised.first[start:stop], raised.last[start:stop], raised.neurons),
        clamp.by,
        Schedule(forced.first[start:stop], forced.last[start:stop], forced.neurons),
        Schedule(forbidden.first[start:stop], forbidden.last[start:stop], forbidden.neurons),
        Schedule(silenced.first[start:stop], silenced.last[start:stop], silenced.neurons),
    )


@inject.of(ClampDrive)
def raise_potentials(clamp, line, potential, t):
    """Raise the potentials of this step."""
    raised = clamp.raised
    for e in range(raised.first[t], raised.last[t]):
        potential[raised.neurons[e]] += clamp.by[e]


@overrule.of(ClampDrive)
def overrule_spikes(clamp, fired, t):
    """Forbid spikes and force others; no neuron is in both."""
    silenced, forbidden, forced = clamp.silenced, clamp.forbidden, clamp.forced
    for e in range(silenced.first[t], silenced.last[t]):
        fired[silenced.neurons[e]] = SILENT
    for e in range(forbidden.first[t], forbidden.last[t]):
        fired[forbidden.neurons[e]] = SILENT
    for e in range(forced.first[t], forced.last[t]):
        fired[forced.neurons[e]] = FORCED
