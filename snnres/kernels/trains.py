"""Sums over the spikes of each train, and over its intervals."""

import numpy as np

from .compile import jit


@jit
def set_time_moments(indptr, times, mean, second, third, fourth):
    """Set the mean of each train's spike times, and the mean powers of their distance from it.

    A silent train keeps what stands there.
    """
    for i in range(mean.size):
        begin, end = np.uint64(indptr[i]), np.uint64(indptr[i + 1])
        count = end - begin
        if count == 0:
            continue
        total = np.int64(0)
        for e in range(begin, end):
            total += times[e]
        centre = total / count
        squares, cubes, quartics = 0.0, 0.0, 0.0
        for e in range(begin, end):
            away = times[e] - centre
            square = away * away
            squares += square
            cubes += square * away
            quartics += square * square
        mean[i], second[i], third[i], fourth[i] = centre, squares / count, cubes / count, quartics / count


@jit
def set_interval_moments(indptr, times, mean, variance):
    """Set mean and variance of each train's intervals. One of fewer than 2 spikes keeps what stands there."""
    for i in range(mean.size):
        first, last = np.uint64(indptr[i]), np.uint64(indptr[i + 1]) - np.uint64(1)
        if indptr[i + 1] - indptr[i] < 2:
            continue
        count = last - first
        mean[i] = (times[last] - times[first]) / count
        total = 0.0
        for e in range(first, last):
            away = (times[e + np.uint64(1)] - times[e]) - mean[i]
            total += away * away
        variance[i] = total / count


@jit
def count_short_intervals(indptr, times, longest, counts):
    """Set ``counts`` to the number of each train's intervals of at most ``longest`` steps."""
    for i in range(counts.size):
        short = np.int64(0)
        for e in range(np.uint64(indptr[i] + 1), np.uint64(indptr[i + 1])):
            short += times[e] - times[e - np.uint64(1)] <= longest
        counts[i] = short


@jit
def add_local_variation(indptr, times, absolute, squared):
    """Add up ``|I2 - I1| / (I2 + I1)``, and the square of it, over the successive intervals of each train."""
    for i in range(absolute.size):
        for e in range(np.uint64(indptr[i] + 2), np.uint64(indptr[i + 1])):
            total = np.float64(times[e] - times[e - np.uint64(2)])
            difference = np.float64(times[e] - np.int64(2) * times[e - np.uint64(1)] + times[e - np.uint64(2)])
            absolute[i] += np.abs(difference) / total
            squared[i] += difference * difference / (total * total)
