"""What describes each spike train by itself: one visit to each, in which every pass over it finds it in the cache."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .bins import set_ends
from .compile import inline_jit, jit


class Tables(NamedTuple):
    """What is found, a row a feature and a column a train; a table without columns is not asked for.

    The rows are, in order: of the ends number of spikes, first and last spike; of the bursts their number; of the rates
    rate and variance; of the times mean, skewness, excess kurtosis and symmetry; of the intervals mean, variance,
    burstiness, coefficient of variation and the train's autocorrelation; of the bins entropy and Fano factor.
    """

    ends: NDArray[np.int64]
    bursts: NDArray[np.int64]
    rates: NDArray[np.float64]
    times: NDArray[np.float64]
    intervals: NDArray[np.float64]
    bins: NDArray[np.float64]


@jit
def describe_trains(indptr, times, n_steps, edges, longest, terms, missing, tables):
    """Write what is asked for of each train into its column of the ``tables``, ``missing`` where it is undefined.

    ``missing`` has an array for each table with an entry a row; of the times the second and third are those of a train
    of one spike. ``edges`` is scratch, with an entry a bin and one more; ``terms`` is as for :func:`tabulate_terms`.
    """
    last_in = np.zeros(edges.size - 1, dtype=np.int64)
    for i in range(indptr.size - 1):
        train = times[indptr[i] : indptr[i + 1]]
        if tables.ends.shape[1]:
            describe_ends(train, missing.ends, tables.ends[:, i])
        if tables.bursts.shape[1]:
            tables.bursts[0, i] = train.size - count_short_intervals(train, longest)
        if tables.rates.shape[1]:
            describe_rate(train.size, n_steps[i], tables.rates[:, i])
        if tables.times.shape[1]:
            describe_times(train, n_steps[i], missing.times, tables.times[:, i])
        if tables.intervals.shape[1]:
            describe_intervals(train, n_steps[i], missing.intervals, tables.intervals[:, i])
        if tables.bins.shape[1]:
            if i == 0 or n_steps[i] != n_steps[i - 1]:
                edges[0] = 0
                set_ends(n_steps[i], edges[1:])
            describe_bins(train, edges, last_in, terms, missing.bins, tables.bins[:, i])


@inline_jit
def describe_ends(train, missing, found):
    """Set number of spikes, first and last."""
    found[0] = train.size
    found[1] = train[0] if train.size else missing[1]
    found[2] = train[train.size - 1] if train.size else missing[2]


@inline_jit
def describe_rate(count, n_steps, found):
    """Set rate and variance of the 0/1 train, 0 where there are no steps."""
    rate = count / n_steps if n_steps else 0.0
    found[0] = rate
    found[1] = rate * (1.0 - rate)


@inline_jit
def describe_times(train, n_steps, missing, found):
    """Set mean, skewness and excess kurtosis of the spike times, and how even the two halves are."""
    count = train.size
    if count == 0:
        found[0], found[1], found[2], found[3] = missing[0], missing[0], missing[0], missing[3]
        return
    total, early = np.int64(0), np.int64(0)
    for e in range(np.uint64(count)):
        total += train[e]
        early += train[e] < n_steps - train[e]
    mean = total / count
    squares, cubes, quartics = 0.0, 0.0, 0.0
    for e in range(np.uint64(count)):
        away = train[e] - mean
        square = away * away
        squares += square
        cubes += square * away
        quartics += square * square
    variance = squares / count
    found[0] = mean
    # Far from 0 the mean of two steps can be rounded to both.
    found[1] = cubes / count / (variance * np.sqrt(variance)) if squares > 0 else missing[1] if count == 1 else 0.0
    found[2] = quartics / count / (variance * variance) - 3.0 if squares > 0 else missing[2] if count == 1 else 0.0
    found[3] = 1.0 - np.abs(2 * early - count) / count


@inline_jit
def describe_intervals(train, n_steps, missing, found):
    """Set mean, variance, burstiness and coefficient of variation of the intervals, and the train's autocorrelation."""
    count = train.size
    mean, variance, pairs = missing[0], missing[1], np.int64(0)
    burstiness, relative, autocorrelation = missing[2], missing[3], missing[4]
    if count > 1:
        mean = (train[count - 1] - train[0]) / (count - 1)
        squares = 0.0
        for e in range(np.uint64(count - 1)):
            interval = train[e + np.uint64(1)] - train[e]
            pairs += interval == 1
            away = interval - mean
            squares += away * away
        variance = squares / (count - 1)
    if count > 2:
        spread = np.sqrt(variance)
        burstiness = (spread - mean) / (spread + mean)
        relative = spread / mean
    if 0 < count < n_steps:
        rate = count / n_steps
        at_ends = np.int64(train[0] == 0) + np.int64(train[count - 1] == n_steps - 1)
        top = pairs - rate * (2 * count - at_ends) + (n_steps - 1) * rate * rate
        autocorrelation = top / (count * (1.0 - rate))
    found[0], found[1], found[2], found[3], found[4] = mean, variance, burstiness, relative, autocorrelation


@inline_jit
def describe_bins(train, edges, last_in, terms, missing, found):
    """Set the entropy in bits of how the spikes are distributed over equal bins, and the counts' Fano factor.

    ``last_in`` is scratch, of zeros before and after.
    """
    count = train.size
    if count == 0:
        found[0], found[1] = missing[0], missing[1]
        return
    n_bins = last_in.size
    each = n_bins / edges[n_bins]
    # To step from bin to bin, with a branch that nothing foretells at each, took twice as long as to write down each
    # spike's number where its bin keeps the last.
    for e in range(np.uint64(count)):
        t = train[e]
        # Rounded, the bin may be the next to the true one.
        b = np.uint64(min(np.int64(t * each), n_bins - 1))
        b += np.uint64(t >= edges[b + np.uint64(1)])
        b -= np.uint64(t < edges[b])
        last_in[b] = e + np.uint64(1)
    expected, bits, squares, begin = count / n_bins, 0.0, 0.0, np.int64(0)
    for b in range(np.uint64(n_bins)):
        end = max(begin, last_in[b])
        last_in[b] = 0
        inside = end - begin
        begin = end
        bits += terms[count, inside] if count < terms.shape[0] else entropy_term(inside, count)
        away = inside - expected
        squares += away * away
    found[0] = bits
    found[1] = squares / count


@inline_jit
def entropy_term(inside, count):
    """Return what a bin with so many of the spikes adds to the entropy in bits."""
    return inside / count * np.log2(count / inside) if inside > 0 else 0.0


@jit
def tabulate_terms(terms):
    """Set ``terms[count, inside]`` to what :func:`entropy_term` gives, where no logarithm need be taken any more."""
    for count in range(1, terms.shape[0]):
        for inside in range(count + 1):
            terms[count, inside] = entropy_term(inside, count)


@inline_jit
def count_short_intervals(train, longest):
    """Return the number of intervals of at most ``longest`` steps."""
    short = np.int64(0)
    for e in range(np.uint64(1), np.uint64(train.size)):
        short += train[e] - train[e - np.uint64(1)] <= longest
    return short


@jit
def add_local_variation(indptr, times, absolute, squared):
    """Add up ``|I2 - I1| / (I2 + I1)``, and the square of it, over the successive intervals of each train."""
    for i in range(absolute.size):
        for e in range(np.uint64(indptr[i] + 2), np.uint64(indptr[i + 1])):
            before, middle, after = times[e - np.uint64(2)], times[e - np.uint64(1)], times[e]
            part = np.abs((after - middle) - (middle - before)) / (after - before)
            absolute[i] += part
            squared[i] += part * part
