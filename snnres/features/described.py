"""Features with one value a train, of which those that need the same pass over the spikes are found together."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.trains import (
    count_bursts,
    describe_bins,
    describe_intervals,
    describe_rates,
    describe_times,
)
from ..recording import SpikeTrains
from ..validation import check_int, check_missing
from .trains import Spikes, Values, as_trains, check_count, steps_of

# Passes that find whole numbers.
WHOLE = ("ends", "bursts")


class Place(NamedTuple):
    """By which pass a feature is found, as which of its rows, and what stands by default where it is undefined."""

    table: str
    row: int
    missing: float

    @property
    def dtype(self) -> type[np.generic]:
        """Whole numbers or not."""
        return np.int64 if self.table in WHOLE else np.float64


PLACES: dict[str, Place] = {
    "spike_counts": Place("ends", 0, 0.0),
    "first_spike_times": Place("ends", 1, -1.0),
    "last_spike_times": Place("ends", 2, -1.0),
    "burst_counts": Place("bursts", 0, 0.0),
    "spike_rates": Place("rates", 0, 0.0),
    "spike_variances": Place("rates", 1, 0.0),
    "mean_spike_times": Place("times", 0, -1.0),
    "histogram_mean": Place("times", 0, -1.0),
    "histogram_skewness": Place("times", 1, -1.0),
    "histogram_kurtosis": Place("times", 2, -1.0),
    "spike_symmetry": Place("times", 3, -1.0),
    "mean_isi": Place("intervals", 0, -1.0),
    "isi_variances": Place("intervals", 1, -1.0),
    "burstiness": Place("intervals", 2, 0.0),
    "isi_cv": Place("intervals", 3, 0.0),
    "autocorrelation_first_lag": Place("intervals", 4, 0.0),
    "spike_entropy": Place("bins", 0, -1.0),
    "fano_factor": Place("bins", 1, 0.0),
}


def described(
    spikes: Spikes, *names: str, missing: float | None = None, n_bins: int = 10, max_isi: int = 1
) -> dict[str, Values]:
    """Return features of :data:`PLACES` by name, arrays of shape (n_trains,).

    ``missing`` stands where a feature is undefined; None for each one's own default. Features of a pass share memory.
    """
    trains = as_trains(spikes)
    filler = None if missing is None else check_missing(missing)
    n_bins = check_count("n_bins", n_bins, 1)
    # No interval is longer than the longest number of steps.
    longest = min(check_int("max_isi", max_isi, 1), int(np.iinfo(np.int64).max))
    n_steps = steps_of(trains)
    found: dict[str, Any] = {}
    for table in dict.fromkeys(PLACES[name].table for name in names):
        if table == "ends":
            found[table] = ends_of(trains, -1.0 if filler is None else filler)
            continue
        n_rows = 1 + max(place.row for place in PLACES.values() if place.table == table)
        found[table] = rows = np.empty((n_rows, trains.n_trains), dtype=np.int64 if table in WHOLE else np.float64)
        spiked, undefined = (trains.indptr, trains.times), fillers_of(table, filler)
        if table == "bursts":
            count_bursts(*spiked, longest, *rows)
        elif table == "rates":
            describe_rates(trains.indptr, n_steps, *rows)
        elif table == "times":
            describe_times(*spiked, n_steps, undefined, *rows)
        elif table == "intervals":
            describe_intervals(*spiked, n_steps, undefined, *rows)
        else:
            describe_bins(*spiked, n_steps, n_bins, undefined, *rows)
    values: dict[str, Values] = {name: found[PLACES[name].table][PLACES[name].row] for name in names}
    if "mean_spike_times" in values and "histogram_mean" in values:
        # The same by another name, but the caller may change one of them.
        values["histogram_mean"] = values["histogram_mean"].copy()
    return values


def ends_of(trains: SpikeTrains, missing: float) -> tuple[Values, Values, Values]:
    """Return number of spikes, first and last of each train; whole numbers stay so if ``missing`` is one."""
    counts = np.diff(trains.indptr)
    silent = np.flatnonzero(counts == 0)
    ends = []
    for at in (trains.indptr[:-1], trains.indptr[1:] - 1):
        steps = trains.times.take(at, mode="clip") if len(trains.times) else np.zeros_like(counts)
        if not (missing.is_integer() and abs(missing) < 2**53):
            steps = steps.astype(np.float64)
        steps[silent] = missing
        ends.append(steps)
    return counts, ends[0], ends[1]


def one_described(spikes: Spikes, name: str, *, missing: float, n_bins: int = 10) -> Values:
    """Return one of the features, with what is to stand for it where it is undefined."""
    return described(spikes, name, missing=check_missing(missing), n_bins=n_bins)[name]


def fillers_of(table: str, missing: float | None) -> NDArray[np.float64]:
    """Return what stands where features of a pass are undefined, an entry a row; None for the defaults."""
    rows = {
        place.row: place.missing if missing is None else missing for place in PLACES.values() if place.table == table
    }
    if table == "times":
        # Of one spike, which has no shape; where there is none they are as the mean.
        rows[1] = rows[2] = np.nan if missing is not None and np.isnan(missing) else 0.0
    return np.array([rows[row] for row in sorted(rows)])
