"""Features with one value a train, as many as are asked for in one visit to each train."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.trains import Tables, describe_trains, tabulate_terms
from ..validation import check_int, check_missing
from .trains import Spikes, Values, as_trains, check_count, steps_of


WHOLE = ("ends", "bursts")


class Place(NamedTuple):
    """Where a feature is found, and what stands by default where it is undefined."""

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
# Entropies of trains of fewer spikes take no logarithms, of which ten a train took half as long as the simulation.
TABULATED = 128


def described(
    spikes: Spikes, *names: str, missing: float | None = None, n_bins: int = 10, max_isi: int = 1
) -> dict[str, Values]:
    """Return features of :data:`PLACES` by name, arrays of shape (n_trains,).

    ``missing`` stands where a feature is undefined; None for each one's own default. Features of a table share memory.
    """
    trains = as_trains(spikes)
    filler = None if missing is None else check_missing(missing)
    n_bins = check_count("n_bins", n_bins, 1)
    longest = check_int("max_isi", max_isi, 1)
    asked = {PLACES[name].table for name in names}
    fillers = fillers_of(filler)
    tables = Tables(
        *(
            np.empty((len(row), trains.n_trains if table in asked else 0), dtype=row.dtype)
            for table, row in fillers._asdict().items()
        )
    )
    edges = np.zeros(n_bins + 1 if "bins" in asked else 1, dtype=np.int64)
    # No interval is longer than the longest number of steps.
    longest = min(longest, np.iinfo(np.int64).max)
    describe_trains(trains.indptr, trains.times, steps_of(trains), edges, longest, entropy_terms(), fillers, tables)
    found = {name: getattr(tables, PLACES[name].table)[PLACES[name].row] for name in names}
    if filler is not None and not whole(filler):
        for name in {"first_spike_times", "last_spike_times"} & found.keys():
            found[name] = np.where(tables.ends[0] > 0, found[name].astype(np.float64), filler)
    return found


def one_described(spikes: Spikes, name: str, *, missing: float, n_bins: int = 10) -> Values:
    """Return one of the features, with what is to stand for it where it is undefined."""
    return described(spikes, name, missing=check_missing(missing), n_bins=n_bins)[name]


def fillers_of(filler: float | None) -> Tables:
    """Return what stands where a feature is undefined, an entry a row of each table; None for the defaults."""
    rows: dict[str, dict[int, float]] = {table: {} for table in Tables._fields}
    for place in PLACES.values():
        rows[place.table][place.row] = place.missing if filler is None else filler
    # Of one spike, to which no shape is ascribed; of silent trains all is that of the mean.
    rows["times"][1] = rows["times"][2] = np.nan if filler is not None and np.isnan(filler) else 0.0
    values = {table: [entries[row] for row in sorted(entries)] for table, entries in rows.items()}
    for table in WHOLE:
        # What is not whole is filled in afterwards.
        values[table] = [value if whole(value) else 0.0 for value in values[table]]
    return Tables(**{t: np.array(row, dtype=np.int64 if t in WHOLE else np.float64) for t, row in values.items()})


def whole(filler: float) -> bool:
    """Return whether a number can stand among whole ones."""
    return filler.is_integer() and abs(filler) < 2**53


@functools.cache
def entropy_terms() -> NDArray[np.float64]:
    """Return what bins add to the entropy, made at the first use."""
    terms = np.zeros((TABULATED, TABULATED))
    tabulate_terms(terms)
    return terms
