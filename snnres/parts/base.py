"""What a part of a network is: a model's parameters, and for some the kernel that runs it."""

from __future__ import annotations

import dataclasses
import inspect
from abc import ABC, abstractmethod
from importlib import import_module
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from ..validation import refuse

SCALARS = (bool, int, float, str)


@dataclasses.dataclass(frozen=True)
class Part:
    """Parameters of a part: a frozen dataclass that checks itself when it is made.

    A class is known by its name as soon as it is defined, and so to files that were saved with it.
    """

    known: ClassVar[dict[str, type[Part]]] = {}
    # Modules of the parts that need not have been imported, by the parts' names.
    homes: ClassVar[dict[str, str]] = {}
    # Arrays of the state that no run makes negative, so that a file with such is damaged.
    never_negative: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        name, other = cls.__name__, Part.known.get(cls.__name__)
        if other is None:
            home = Part.homes.get(name, cls.__module__)
            own = cls.__module__.startswith(home)
        else:
            home = other.__module__
            own = (home, other.__qualname__) == (cls.__module__, cls.__qualname__)
        if not own:
            raise TypeError(
                f"a part must have a name of its own, since files name it. Got {name!r}, which {home} has defined."
            )
        Part.known[name] = cls

    @property
    def kept(self) -> tuple[str, ...]:
        """Arrays of the state that go on from trial to trial, as weights do; all others begin anew."""
        return ()

    @property
    def by_neuron(self) -> bool:
        """Whether a neuron's step is its own affair, so that threads may share the neurons of a large network.

        Then every array in constants and state has an entry a neuron, and no kernel looks at another's entries, uses
        the number of a neuron, or draws random numbers.
        """
        return False

    def table(self) -> dict[str, Any]:
        """Return name, module and parameters as plain values for a file; what is None is left out.

        A part in a part is a table in the table; what is an array stays one.

        Raises
        ------
        TypeError
            If a parameter is no number, text, array, tuple of numbers or part.
        """
        table: dict[str, Any] = {"kind": type(self).__name__, "module": type(self).__module__}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is not None:
                table[field.name] = plain_value(field.name, value)
        return table

    @classmethod
    def from_table(cls, table: dict[str, Any]) -> Self:
        """Return the part of a :meth:`table`, of this kind.

        Raises
        ------
        TypeError, ValueError
            If no such part is known, its parameters are not those of its class, or it is of another kind.
        """
        if not isinstance(table, dict) or not isinstance(table.get("kind"), str):
            raise refuse(f"the description of a {cls.__name__}", "a table with the name of its class as 'kind'", table)
        values = dict(table)
        name, module = values.pop("kind"), values.pop("module", None)
        if name in cls.homes:
            import_module(cls.homes[name])
        kind = cls.known.get(name)
        if kind is None:
            raise ValueError(f"the part {name!r} is unknown: import the module that defines it first ({module}).")
        if not issubclass(kind, cls) or inspect.isabstract(kind):
            raise ValueError(f"{name!r} is no {cls.__name__}.")
        parameters = {field.name for field in dataclasses.fields(kind)}
        unknown = sorted(set(values) - parameters)
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no parameter of {name}.")
        return kind(**{name: from_plain(value) for name, value in values.items()})


def plain_value(name: str, value: Any) -> Any:
    """Return a parameter as it stands in a table."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, SCALARS):
        return value
    if isinstance(value, Part):
        return value.table()
    if isinstance(value, tuple):
        return [plain_value(name, entry) for entry in value]
    if isinstance(value, np.ndarray) or hasattr(value, "__array__"):
        return np.asarray(value)
    raise refuse(name, "None, a number, a text, an array, a tuple or a part to stand in a file", value, TypeError)


def from_plain(value: Any) -> Any:
    """Return the parameter of a table's entry."""
    if isinstance(value, dict):
        return Part.from_table(value)
    return tuple(from_plain(entry) for entry in value) if isinstance(value, list) else value


@dataclasses.dataclass(frozen=True)
class Cell(Part, ABC):
    """A neuron model, whose kernels are the verbs :func:`fires` and :func:`settle`, functions of one neuron.

    The state's first array is ``potential``, float32, to which input and synapses add. A cell has a
    ``membrane_threshold``, by which default potentials and the default amplitude of input are set. For a competition
    among neurons it needs the verb :func:`margin` as well.
    """

    membrane_threshold: Any

    @abstractmethod
    def constants(self, n_neurons: int) -> Any:
        """Return what the kernel computes with: a NamedTuple, computed in double and rounded once to float32.

        Scratch arrays that need not be kept between runs may stand in it.
        """

    @abstractmethod
    def state(self, n_neurons: int) -> Any:
        """Return the state at the start of a trial: a NamedTuple of arrays, an entry a neuron first; None for none."""

    def frozen(self) -> Self:
        """Return the cell as it is while nothing learns: what is :attr:`kept` from trial to trial stays as it is."""
        return self

    @property
    def random(self) -> bool:
        """Whether the kernel draws random numbers."""
        return False

    def initial_potentials(self, n_neurons: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return the potentials at the start where none are given: uniform in [0, threshold)."""
        return rng.random(n_neurons, dtype=np.float32) * np.asarray(self.membrane_threshold, dtype=np.float32)


@dataclasses.dataclass(frozen=True)
class LearningRule(Part, ABC):
    """A rule by which weights change, whose kernels are verbs, each a function of one synapse or of one step.

    :func:`on_arrival` and :func:`on_spike` return what a weight becomes as a spike arrives at its synapse, or as its
    target fires; a rule has one of them at least. What a rule remembers ages in :func:`age`, and takes up the events of
    a step in :func:`mark_arrivals` and :func:`mark_spikes`.

    ``enabled`` False makes a network without it. What is kept of presynaptic spikes has an entry a row of synapses:
    ``n_rows`` is the number of neurons, or with delays that of the distinct delays of each, since a rule sees a spike
    when it arrives. :class:`snnres.parts.Plasticity` says where a rule acts, and has options that are the same for all.
    """

    enabled: bool = dataclasses.field(default=True, kw_only=True)

    @abstractmethod
    def constants(self, n_neurons: int, n_rows: int) -> Any:
        """Return what the kernel computes with, as a cell does."""

    @abstractmethod
    def state(self, n_neurons: int, n_rows: int) -> Any:
        """Return the state at the start of a trial: a NamedTuple of arrays; None for none."""

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest weight that a synapse may take which the rule touches, infinite where there is none."""
        return -np.inf, np.inf

    def objection(self, weights: NDArray[np.float32]) -> str | None:
        """Return what a user should know of these weights under this rule before any work, None for nothing."""
        return None
