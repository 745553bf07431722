"""Several values a train: counts in stretches of time and filtered traces, what linear readouts need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..kernels.bins import count_in_bins, filter_in_bins
from ..recording import SpikeTrains
from ..validation import check_real
from .trains import Spikes, Values, as_trains, check_count, check_scales, check_taus, steps_of

# Factors of decay are looked up for so many steps, and computed for spikes longer ago: a table of them all could be as
# long as the longest train.
LONGEST_TABLE = 4096


def binned_counts(spikes: Spikes, *, n_bins: int = 10) -> Values:
    """Return (n_trains, n_bins): the spikes in each time bin, a spike at step t in bin ``t * n_bins // n_steps``."""
    trains = as_trains(spikes)
    counts = np.zeros((trains.n_trains, check_count("n_bins", n_bins, trains.n_trains)), dtype=np.int64)
    count_in_bins(trains.indptr, trains.times, steps_of(trains), counts)
    return counts


def multiscale_counts(spikes: Spikes, *, scales: Sequence[int] = (1, 2, 4, 8)) -> Values:
    """Return (n_trains, sum(scales)): the spikes in each time bin, at several numbers of bins one after the other.

    Parameters
    ----------
    spikes : Recording, SpikeTrains or array_like of shape (n_steps, n_neurons)
        What to count.
    scales : tuple of int, default (1, 2, 4, 8)
        Numbers of bins, >= 1 and without repeats. The columns are those of :func:`binned_counts` with the first of
        them, then with the second, and so on.

    Returns
    -------
    ndarray of int64, shape (n_trains, sum(scales))

    Raises
    ------
    TypeError, ValueError
        If ``scales`` are not such numbers, or there were 2^31 counts or more.

    Examples
    --------
    >>> multiscale_counts([[1], [1], [0], [1]], scales=(1, 2, 4)).tolist()
    [[3, 2, 1, 1, 1, 0, 1]]
    """
    trains = as_trains(spikes)
    scales = check_scales("scales", scales, trains.n_trains)
    finest = finest_scales(scales)
    counts = {m: binned_counts(trains, n_bins=m) for m in set(finest.values())}
    return np.hstack([np.add.reduceat(counts[m], np.arange(0, m, m // n), axis=1) for n, m in finest.items()])


def finest_scales(scales: Sequence[int]) -> dict[int, int]:
    """Return for each number of bins the one, itself or a multiple, from whose counts its own can be summed.

    A bin of n is made up of whole bins of any multiple m of n, as floor(floor(t * m / T) * n / m) = floor(t * n / T).
    """
    finest = [n for n in scales if not any(m > n and m % n == 0 for m in scales)]
    return {n: next(m for m in finest if m % n == 0) for n in scales}


def filtered_traces(spikes: Spikes, *, tau: float = 20.0, n_points: int = 10) -> Values:
    """Return (n_trains, n_points): the exponentially filtered train at the ends of equal stretches of time.

    At the end of step s the trace is the sum of ``exp(-(s - t) / tau)`` over the spikes at t <= s; point j of m is read
    at the end of step ``ceil((j + 1) * n_steps / m) - 1``.

    Parameters
    ----------
    spikes : Recording, SpikeTrains or array_like of shape (n_steps, n_neurons)
        What to filter.
    tau : float, default 20.0
        Time constant in steps, > 0.
    n_points : int, default 10
        Times at which to read the trace.

    Examples
    --------
    >>> filtered_traces([[1], [0], [0], [0]], tau=1.0, n_points=2).round(3).tolist()
    [[0.368, 0.05]]
    """
    tau = check_real("tau", tau, above=0)
    trains = as_trains(spikes)
    return _filtered(trains, (tau,), check_count("n_points", n_points, trains.n_trains))[:, :, 0]


def final_traces(spikes: Spikes, *, taus: Sequence[float] = (5.0, 30.0)) -> Values:
    """Return (n_trains, len(taus)): the exponentially filtered train at the end of the last step.

    The sum of ``exp(-(n_steps - 1 - t) / tau)`` over the spikes, for each time constant: what a readout at the end of a
    sample can tell of it, recent spikes before earlier ones.

    Parameters
    ----------
    spikes : Recording, SpikeTrains or array_like of shape (n_steps, n_neurons)
        What to filter.
    taus : tuple of float, default (5.0, 30.0)
        Time constants in steps, > 0 and without repeats.

    Returns
    -------
    ndarray of float64, shape (n_trains, len(taus))

    Raises
    ------
    TypeError, ValueError
        If ``taus`` are not such numbers, or there were 2^31 traces or more.

    Examples
    --------
    >>> final_traces([[1], [0], [0], [1]], taus=(1.0, 3.0)).round(3).tolist()
    [[1.05, 1.368]]
    """
    trains = as_trains(spikes)
    return _filtered(trains, check_taus("taus", taus, trains.n_trains), 1)[:, 0, :]


def _filtered(trains: SpikeTrains, taus: tuple[float, ...], n_points: int) -> NDArray[np.float64]:
    """Return (n_trains, n_points, len(taus)): the filtered trains at the ends of equal stretches of time."""
    n_steps, tau = steps_of(trains), np.array(taus)
    lags = np.arange(min(int(n_steps.max(initial=0)), LONGEST_TABLE))
    traces = np.zeros((trains.n_trains, n_points, len(tau)))
    filter_in_bins(trains.indptr, trains.times, n_steps, tau, np.exp(-lags[:, None] / tau), traces)
    return traces
