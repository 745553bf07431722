"""Numbers that may differ from neuron to neuron: one for all, one for each, or drawn from a distribution."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..validation import INT32_MAX, check_array, check_finite, check_int, check_real, freeze, refuse
from .base import Part


class Values:
    """A number for each neuron, float64 and read-only; two are equal if all their numbers are."""

    def __init__(self, name: str, values: ArrayLike) -> None:
        array = check_array(name, values, 1)
        if array.dtype.kind == "b":
            raise TypeError(f"{name} must hold real numbers. Got an array of dtype {array.dtype} instead.")
        if array.size == 0:
            raise ValueError(f"{name} must have a value for each neuron. Got none instead.")
        check_finite(name, array)
        self.array: NDArray[np.float64] = array.astype(np.float64)
        self.array.flags.writeable = False

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.array, dtype=dtype, copy=copy)

    def __len__(self) -> int:
        return len(self.array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Values) and np.array_equal(self.array, other.array)

    def __hash__(self) -> int:
        return hash(self.array.tobytes())

    def __repr__(self) -> str:
        return f"<{len(self)} values from {self.array.min():g} to {self.array.max():g}>"


@dataclass(frozen=True)
class Distribution(Part, ABC):
    """A distribution from which each neuron draws its own number, with the network's seed.

    ``whole`` says whether all its numbers are whole.
    """

    whole: ClassVar[bool] = False

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Least and greatest number that can be drawn."""

    @abstractmethod
    def draw(self, n_neurons: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return a number for each neuron, (n_neurons,)."""


AnyPart = TypeVar("AnyPart", bound=Part)
PerNeuron: TypeAlias = float | ArrayLike | Distribution


@dataclass(frozen=True)
class Uniform(Distribution):
    """Numbers uniform in [low, high).

    Parameters
    ----------
    low, high : float
        Bounds, low <= high.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.parts import Uniform
    >>> Uniform(1.0, 2.0).draw(3, np.random.default_rng(0)).round(3).tolist()
    [1.637, 1.27, 1.041]
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        freeze(self, "low", check_real)
        freeze(self, "high", check_real, low=self.low)

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest number."""
        return self.low, self.high

    def draw(self, n_neurons: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return a number for each neuron."""
        return rng.uniform(self.low, self.high, size=n_neurons)


@dataclass(frozen=True)
class Normal(Distribution):
    """Normally distributed numbers, those outside [low, high] drawn anew (a truncated normal distribution).

    Parameters
    ----------
    mean, sd : float
        Of the distribution before it is truncated; sd >= 0.
    low, high : float
        Bounds, low <= mean <= high.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.parts import Normal
    >>> Normal(1.0, 0.1, 0.5, 1.5).draw(3, np.random.default_rng(0)).round(3).tolist()
    [1.013, 0.987, 1.064]
    """

    mean: float
    sd: float
    low: float
    high: float

    def __post_init__(self) -> None:
        freeze(self, "mean", check_real)
        freeze(self, "sd", check_real, low=0)
        freeze(self, "low", check_real, high=self.mean)
        freeze(self, "high", check_real, low=self.mean)

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest number."""
        return self.low, self.high

    def draw(self, n_neurons: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return a number for each neuron."""
        drawn = rng.normal(self.mean, self.sd, size=n_neurons)
        while (outside := (drawn < self.low) | (drawn > self.high)).any():
            drawn[outside] = rng.normal(self.mean, self.sd, size=int(outside.sum()))
        return drawn


@dataclass(frozen=True)
class LogNormal(Distribution):
    """Numbers whose logarithm is normally distributed, those outside [low, high] drawn anew.

    Parameters
    ----------
    median : float
        Median before it is truncated, > 0.
    sigma : float
        Standard deviation of the logarithm, >= 0.
    low, high : float
        Bounds, 0 < low <= median <= high.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.
    """

    median: float
    sigma: float
    low: float
    high: float

    def __post_init__(self) -> None:
        freeze(self, "median", check_real, above=0)
        freeze(self, "sigma", check_real, low=0)
        freeze(self, "low", check_real, above=0, high=self.median)
        freeze(self, "high", check_real, low=self.median)

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest number."""
        return self.low, self.high

    def draw(self, n_neurons: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return a number for each neuron."""
        median, low, high = np.log([self.median, self.low, self.high])
        return np.clip(np.exp(Normal(median, self.sigma, low, high).draw(n_neurons, rng)), self.low, self.high)


@dataclass(frozen=True)
class UniformIntegers(Distribution):
    """Whole numbers, each from ``low`` to ``high`` as likely.

    Parameters
    ----------
    low, high : int
        Least and greatest number, low <= high.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.
    """

    low: int
    high: int

    whole: ClassVar = True

    def __post_init__(self) -> None:
        freeze(self, "low", check_int, -INT32_MAX, INT32_MAX)
        freeze(self, "high", check_int, self.low, INT32_MAX)

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest number."""
        return self.low, self.high

    def draw(self, n_neurons: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return a number for each neuron."""
        return rng.integers(self.low, self.high, size=n_neurons, endpoint=True).astype(np.float64)


def freeze_each(part: Part, name: str, *, whole: bool = False, **limits: float) -> None:
    """Put the checked value of a field in the place of the one given: a number, Values, or a Distribution.

    ``limits`` are those of :func:`snnres.validation.check_real`; each number must keep them, and with ``whole`` be
    whole.
    """
    value = getattr(part, name)
    if isinstance(value, Distribution):
        if whole and not value.whole:
            raise refuse(name, "whole numbers, such as those of UniformIntegers", value)
        for bound in value.support:
            check_real(f"{name}, drawn from {value!r},", bound, **limits)
    elif np.ndim(value) == 0 and not isinstance(value, Values):
        value = check_whole(name, value, **limits) if whole else check_real(name, value, **limits)
    else:
        value = Values(name, value)
        for extreme in (value.array.min(), value.array.max()):
            check_real(name, float(extreme), **limits)
        if whole and (value.array != np.rint(value.array)).any():
            raise refuse(name, "whole numbers", value.array[value.array != np.rint(value.array)][0])
    object.__setattr__(part, name, value)


def check_whole(name: str, value: Any, **limits: float) -> int:
    """Return an integer within limits."""
    number = check_int(name, value, -INT32_MAX, INT32_MAX)
    check_real(name, number, **limits)
    return number


def check_lengths(part: Part, n_neurons: int) -> None:
    """Refuse a part that holds, at any depth, numbers for another number of neurons."""
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        if isinstance(value, Part):
            check_lengths(value, n_neurons)
        elif isinstance(value, Values) and len(value) != n_neurons:
            raise ValueError(
                f"{field.name} must have a value for each of {n_neurons} neurons. Got {len(value)} instead."
            )


def drawn(part: AnyPart, n_neurons: int, rng: np.random.Generator) -> AnyPart:
    """Return a part whose distributions, at any depth, are the numbers that the neurons have drawn from them."""
    check_lengths(part, n_neurons)
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        if isinstance(value, Distribution):
            changes[field.name] = value.draw(n_neurons, rng)
        elif isinstance(value, Part):
            changes[field.name] = drawn(value, n_neurons, rng)
    return dataclasses.replace(part, **changes) if changes else part


def single(value: Any, change: Callable[[Any], Any] = lambda number: number) -> Any:
    """Return a number, or an array of one for each neuron, changed in double and rounded once to float32."""
    return changed_to(np.float32, value, change)


def whole(value: Any, change: Callable[[Any], Any] = lambda number: number) -> Any:
    """Return a whole number, or an array of one for each neuron, as int32, likewise."""
    return changed_to(np.int32, value, change)


def changed_to(dtype: Any, value: Any, change: Callable[[Any], Any]) -> Any:
    """Return what a change makes of a number, or of Values, as another type."""
    return change(value.array).astype(dtype) if isinstance(value, Values) else dtype(change(value))


def numbers(value: Any) -> Any:
    """Return a number, or Values as their array, to be computed with in double."""
    return value.array if isinstance(value, Values) else value


def rounded(value: Any) -> Any:
    """Return a number or an array of them rounded to float32."""
    return np.asarray(value, dtype=np.float32)[()]


def check_below(name: str, value: Any, other_name: str, other: Any, *, equal: bool = False) -> None:
    """Refuse numbers of which any might, in some neuron, not be below another; ``equal`` allows the same.

    Compared as they are rounded to float32; a distribution by its support.
    """
    if isinstance(value, Values) and isinstance(other, Values) and len(value) != len(other):
        raise ValueError(
            f"{name} must have as many values as {other_name} ({len(other)}), one a neuron. Got {len(value)} instead."
        )
    most = rounded(value.support[1] if isinstance(value, Distribution) else numbers(value))
    least = rounded(other.support[0] if isinstance(other, Distribution) else numbers(other))
    wrong = np.atleast_1d(most > least if equal else most >= least)
    if wrong.any():
        first = int(np.argmax(wrong))
        most, least = (float(np.broadcast_to(bound, wrong.shape)[first]) for bound in (most, least))
        rule = "at most" if equal else "below"
        raise ValueError(f"{name} must be {rule} {other_name}, {least:g}. Got {most:g} instead.")
