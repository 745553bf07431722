"""Spike trains in one form, and the checks of what is asked of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..recording import Recording, SpikeTrains
from ..validation import INT32_MAX, check_int, check_real, refuse

Spikes: TypeAlias = Recording | SpikeTrains | ArrayLike
Values: TypeAlias = NDArray[Any]
Number = TypeVar("Number", int, float)


def as_trains(spikes: Spikes) -> SpikeTrains:
    """Return the spike trains of any of the accepted forms."""
    if isinstance(spikes, SpikeTrains):
        return spikes
    return (spikes if isinstance(spikes, Recording) else Recording.from_dense(spikes)).trains()


def check_count(name: str, value: Any, n_trains: int) -> int:
    """Return a number of values a train, >= 1, if there are fewer than 2^31 in all."""
    count = check_int(name, value, 1, INT32_MAX)
    _check_total(name, value, count, n_trains)
    return count


def check_scales(name: str, value: Any, n_trains: int = 1) -> tuple[int, ...]:
    """Return distinct numbers of bins, each >= 1, at least one of them, if there are fewer than 2^31 bins in all."""
    scales = _distinct(name, value, lambda entry, scale: check_int(entry, scale, 1, INT32_MAX))
    _check_total(name, value, sum(scales), n_trains)
    return scales


def check_taus(name: str, value: Any, n_trains: int = 1) -> tuple[float, ...]:
    """Return distinct time constants, each > 0, at least one of them, if there are fewer than 2^31 traces in all."""
    taus = _distinct(name, value, lambda entry, tau: check_real(entry, tau, above=0))
    _check_total(name, value, len(taus), n_trains)
    return taus


def _distinct(name: str, value: Any, check: Callable[[str, Any], Number]) -> tuple[Number, ...]:
    """Return the checked numbers of a tuple or list, at least one, all of them different."""
    if not isinstance(value, (tuple, list)):
        raise refuse(name, "a tuple of numbers", value, TypeError)
    if not value:
        raise refuse(name, "a tuple of at least one number", value)
    numbers = tuple(check(f"{name}[{i}]", number) for i, number in enumerate(value))
    if len(set(numbers)) < len(numbers):
        raise refuse(name, "without repeats", value)
    return numbers


def _check_total(name: str, value: Any, each: int, n_trains: int) -> None:
    """Refuse an option that makes 2^31 values or more."""
    if each * n_trains > INT32_MAX:
        trains = "a train has" if n_trains == 1 else f"{n_trains} trains have"
        raise refuse(name, f"such that {trains} fewer than 2^31 values", value)


def steps_of(trains: SpikeTrains) -> NDArray[np.int64]:
    """Return the steps of each train."""
    return np.array(np.broadcast_to(trains.n_steps, trains.n_trains), dtype=np.int64)
