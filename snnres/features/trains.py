"""Spike trains in one form, and what is measured of each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..kernels.trains import describe_bins, describe_intervals, describe_times
from ..recording import Recording, SpikeTrains
from ..validation import INT32_MAX, check_int, check_missing, check_real, refuse

Spikes: TypeAlias = Recording | SpikeTrains | ArrayLike
Values: TypeAlias = NDArray[Any]
Number = TypeVar("Number", int, float)


def as_trains(spikes: Spikes) -> SpikeTrains:
    """Return the spike trains of any of the accepted forms."""
    if isinstance(spikes, SpikeTrains):
        return spikes
    return (spikes if isinstance(spikes, Recording) else Recording.from_dense(spikes)).trains()


class Times(NamedTuple):
    """Of each train's spike times mean, skewness, excess kurtosis, and how even its halves are; 0 where undefined."""

    mean: NDArray[np.float64]
    skewness: NDArray[np.float64]
    kurtosis: NDArray[np.float64]
    symmetry: NDArray[np.float64]


class Intervals(NamedTuple):
    """Of each train's ISIs mean, variance (ddof 0) and burstiness, and its autocorrelation; 0 where undefined."""

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    burstiness: NDArray[np.float64]
    autocorrelation: NDArray[np.float64]


class MeasuredTrains(SpikeTrains):
    """Spike trains that keep what was measured of them: features of the same trains share a pass over the spikes."""

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Number of spikes."""
        return np.diff(self.indptr)

    @cached_property
    def of_times(self) -> Times:
        """What follows from the spike times of each."""
        found = Times(*np.zeros((4, self.n_trains)))
        describe_times(self.indptr, self.times, steps_of(self), *found)
        return found

    @cached_property
    def of_intervals(self) -> Intervals:
        """What follows from the ISIs of each."""
        found = Intervals(*np.zeros((4, self.n_trains)))
        describe_intervals(self.indptr, self.times, steps_of(self), *found)
        return found

    def of_bins(self, n_bins: int) -> NDArray[np.float64]:
        """Return entropy and Fano factor of each train's counts in time bins, (2, n_trains); 0 where undefined."""
        found = np.zeros((2, self.n_trains))
        describe_bins(self.indptr, self.times, steps_of(self), check_count("n_bins", n_bins, 1), *found)
        return found


def measured(spikes: Spikes) -> MeasuredTrains:
    """Return the spike trains of any of the accepted forms, to be measured."""
    trains = as_trains(spikes)
    if isinstance(trains, MeasuredTrains):
        return trains
    return MeasuredTrains.trusted(trains.indptr, trains.times, trains.n_steps)


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


def fill(values: Values, defined: NDArray[np.bool_], missing: float) -> Values:
    """Return ``values`` with ``missing`` where they are not defined; whole numbers stay so if ``missing`` is one."""
    filler = check_missing(missing)
    if values.dtype.kind == "i" and not (filler.is_integer() and abs(filler) < 2**53):
        values = values.astype(np.float64)
    return np.where(defined, values, values.dtype.type(filler))


def steps_of(trains: SpikeTrains) -> NDArray[np.int64]:
    """Return the steps of each train."""
    return np.array(np.broadcast_to(trains.n_steps, trains.n_trains), dtype=np.int64)


def ratio(top: Values, bottom: Values) -> NDArray[np.float64]:
    """Return top / bottom, of which the top is 0 where the bottom is: 0 there."""
    # Division where a mask allows it took six times as long.
    return np.asarray(top / np.where(bottom == 0, 1, bottom))
