"""Spike trains in one form, and sums and intervals by train."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..recording import Recording, SpikeTrains
from ..validation import INT32_MAX, check_int, check_missing, refuse

Spikes: TypeAlias = Recording | SpikeTrains | ArrayLike
Values: TypeAlias = NDArray[Any]


def as_trains(spikes: Spikes) -> SpikeTrains:
    """Return the spike trains of any of the accepted forms."""
    if isinstance(spikes, SpikeTrains):
        return spikes
    return (spikes if isinstance(spikes, Recording) else Recording.from_dense(spikes)).trains()


def check_count(name: str, value: Any, n_trains: int) -> int:
    """Return a number of values a train, >= 1, if there are fewer than 2^31 in all."""
    count = check_int(name, value, 1, INT32_MAX)
    if count * n_trains > INT32_MAX:
        raise refuse(name, f"such that {n_trains} trains have fewer than 2^31 values", value)
    return count


def fill(values: Values, defined: NDArray[np.bool_], missing: float) -> Values:
    """Return ``values`` with ``missing`` where they are not defined; whole numbers stay so if ``missing`` is one."""
    filler = check_missing(missing)
    if values.dtype.kind == "i" and not (filler.is_integer() and abs(filler) < 2**53):
        values = values.astype(np.float64)
    return np.where(defined, values, values.dtype.type(filler))


def owner_of(trains: SpikeTrains) -> NDArray[np.int64]:
    """Return the train of each spike."""
    return np.repeat(np.arange(trains.n_trains), np.diff(trains.indptr))


def sums(owner: NDArray[np.int64], values: Values, n_trains: int) -> NDArray[np.float64]:
    """Return the sum of ``values`` for each train."""
    return np.bincount(owner, weights=values, minlength=n_trains).astype(np.float64, copy=False)


def ratio(top: Values, bottom: Values) -> NDArray[np.float64]:
    """Return top / bottom, 0 where bottom is 0."""
    return np.divide(top, bottom, out=np.zeros(np.broadcast_shapes(top.shape, bottom.shape)), where=bottom != 0)


def intervals(trains: SpikeTrains) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the owner and the length of each ISI."""
    owner = owner_of(trains)
    inside = np.flatnonzero(np.diff(owner) == 0)
    return owner[inside], np.diff(trains.times)[inside]


def interval_moments(trains: SpikeTrains) -> tuple[Values, Values, Values]:
    """Return count, mean and variance (ddof 0) of each train's ISIs; 0 where there are none."""
    owner, isi = intervals(trains)
    n = trains.n_trains
    count = np.bincount(owner, minlength=n)
    mean = ratio(sums(owner, isi, n), count)
    return count, mean, ratio(sums(owner, (isi - mean[owner]) ** 2, n), count)
