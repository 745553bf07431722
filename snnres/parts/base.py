"""What a part of a network is: a model's parameters, and for some the kernel that runs it."""

from __future__ import annotations

import dataclasses
import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from ..validation import check_finite, refuse

SCALARS = (bool, int, float, str)


@dataclasses.dataclass(frozen=True)
class Part:
    """Parameters of a part: a frozen dataclass that checks itself when it is made.

    A class is known by its name as soon as it is defined, and so to files that were saved with it.
    """

    known: ClassVar[dict[str, type[Part]]] = {}
    # Arrays of the state that no run makes negative, so that a file with such is damaged.
    never_negative: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        name, other = cls.__name__, Part.known.get(cls.__name__)
        if other is not None and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(
                f"a part must have a name of its own, since files name it. Got {name!r}, which {other.__module__} "
                "has defined."
            )
        Part.known[name] = cls

    def table(self) -> dict[str, Any]:
        """Return name, module and parameters as plain values for a file; what is None is left out.

        Raises
        ------
        TypeError
            If a parameter is no number and no text.
        """
        table: dict[str, Any] = {"kind": type(self).__name__, "module": type(self).__module__}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            value = value.item() if isinstance(value, np.generic) else value
            if value is not None:
                if not isinstance(value, SCALARS):
                    raise refuse(field.name, "None, a number or a text to stand in a file", value, TypeError)
                table[field.name] = value
        return table

    @classmethod
    def from_table(cls, table: dict[str, Any]) -> Self:
        """Return the part of a :meth:`table`, of this kind.

        Raises
        ------
        TypeError, ValueError
            If no such part is known, its parameters are not those of its class, or it is of another kind.
        """
        values = dict(table)
        name, module = values.pop("kind"), values.pop("module", None)
        kind = cls.known.get(name)
        if kind is None:
            raise ValueError(f"the part {name!r} is unknown: import the module that defines it first ({module}).")
        if not issubclass(kind, cls) or inspect.isabstract(kind):
            raise ValueError(f"{name!r} is no {cls.__name__}.")
        parameters = {field.name for field in dataclasses.fields(kind)}
        unknown = sorted(set(values) - parameters)
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no parameter of {name}.")
        return kind(**values)


@dataclasses.dataclass(frozen=True)
class Cell(Part, ABC):
    """A neuron model, whose kernel is the verb :func:`fire`.

    The state's first array is ``potential``, float32, to which input and synapses add. A cell has a
    ``membrane_threshold``, by which default potentials and the default amplitude of input are set.
    """

    membrane_threshold: float

    @abstractmethod
    def constants(self, n_neurons: int) -> Any:
        """Return what the kernel computes with: a NamedTuple, computed in double and rounded once to float32.

        Scratch arrays that need not be kept between runs may stand in it.
        """

    @abstractmethod
    def state(self, n_neurons: int) -> Any:
        """Return the state at the start of a trial: a NamedTuple of arrays, an entry a neuron first; None for none."""

    def initial_potentials(self, n_neurons: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return the potentials at the start where none are given: uniform in [0, threshold)."""
        return rng.random(n_neurons, dtype=np.float32) * np.float32(self.membrane_threshold)


@dataclasses.dataclass(frozen=True)
class LearningRule(Part, ABC):
    """A rule by which weights change, whose kernel is the verb :func:`learn`.

    ``enabled`` False makes a network without it. ``by_target`` says whether the kernel needs the synapses' index by
    target. What is kept of presynaptic spikes has an entry a row of synapses: ``n_rows`` is the number of neurons, or
    with delays that of the distinct delays of each, since a rule sees a spike when it arrives.
    """

    by_target: ClassVar[bool] = True
    enabled: bool = dataclasses.field(default=True, kw_only=True)

    @abstractmethod
    def constants(self, n_neurons: int, n_rows: int) -> Any:
        """Return what the kernel computes with, as a cell does."""

    @abstractmethod
    def state(self, n_neurons: int, n_rows: int) -> Any:
        """Return the state at the start of a trial: a NamedTuple of arrays; None for none."""

    def objection(self, weights: NDArray[np.float32]) -> str | None:
        """Return what a user should know of these weights under this rule before any work, None for nothing."""
        return None


def check_arrays(prefix: str, arrays: Mapping[str, NDArray[Any]], template: Any, never_negative: Sequence[str]) -> Any:
    """Return a state with copies of its arrays, which must be finite, of the template's dtypes and shapes."""
    checked = []
    for name, like in template._asdict().items():
        array = arrays[f"{prefix}{name}"]
        if array.dtype != like.dtype or array.shape != like.shape:
            raise ValueError(
                f"{prefix}{name} must be {like.dtype} of shape {like.shape}. "
                f"Got {array.dtype} of shape {array.shape} instead."
            )
        check_finite(f"{prefix}{name}", array)
        if name in never_negative and (array < 0).any():
            raise ValueError(f"{prefix}{name} must not be negative. Got {array.min()} instead.")
        checked.append(array.copy())
    return type(template)(*checked)
