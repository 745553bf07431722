"""What describes each spike train by itself: its times, its intervals and its bins, a pass or two over each."""

import numpy as np

from .bins import set_ends
from .compile import jit


@jit
def describe_times(indptr, times, n_steps, missing, mean, skewness, kurtosis, symmetry):
    """Set mean, skewness and excess kurtosis of each train's spike times, and how even its two halves are.

    ``missing`` has an entry for each where the train is silent, of the second and third where it has one spike.
    """
    for i in range(mean.size):
        begin, end = np.uint64(indptr[i]), np.uint64(indptr[i + 1])
        count = indptr[i + 1] - indptr[i]
        if count == 0:
            mean[i] = skewness[i] = kurtosis[i] = missing[0]
            symmetry[i] = missing[3]
            continue
        total, early = np.int64(0), np.int64(0)
        for e in range(begin, end):
            total += times[e]
            early += times[e] < n_steps[i] - times[e]
        mean[i] = total / count
        symmetry[i] = 1.0 - np.abs(2 * early - count) / count
        squares, cubes, quartics = 0.0, 0.0, 0.0
        for e in range(begin, end):
            away = times[e] - mean[i]
            square = away * away
            squares += square
            cubes += square * away
            quartics += square * square
        if squares > 0:
            variance = squares / count
            skewness[i] = cubes / count / (variance * np.sqrt(variance))
            kurtosis[i] = quartics / count / (variance * variance) - 3.0
        elif count == 1:
            skewness[i], kurtosis[i] = missing[1], missing[2]
        else:
            # Beyond 2^53 the mean of two steps may be rounded to both.
            skewness[i] = kurtosis[i] = 0.0


@jit
def describe_intervals(indptr, times, n_steps, missing, mean, variance, burstiness, relative, autocorrelation):
    """Set mean, variance, burstiness and coefficient of variation of each train's intervals, and its autocorrelation.

    ``missing`` has an entry for each of them where it is undefined.
    """
    for i in range(mean.size):
        count = indptr[i + 1] - indptr[i]
        if count < 3:
            mean[i], variance[i] = missing[0], missing[1]
            burstiness[i], relative[i], autocorrelation[i] = missing[2], missing[3], missing[4]
            if count == 0:
                continue
        first, last = np.uint64(indptr[i]), np.uint64(indptr[i + 1] - 1)
        pairs = np.int64(0)
        if count > 1:
            mean[i] = (times[last] - times[first]) / (count - 1)
            squares = 0.0
            for e in range(first, last):
                interval = times[e + np.uint64(1)] - times[e]
                pairs += interval == 1
                away = interval - mean[i]
                squares += away * away
            variance[i] = squares / (count - 1)
            if count > 2:
                spread = np.sqrt(variance[i])
                burstiness[i] = (spread - mean[i]) / (spread + mean[i])
                relative[i] = spread / mean[i]
        if count == n_steps[i]:
            autocorrelation[i] = missing[4]
        else:
            rate = count / n_steps[i]
            at_ends = np.int64(times[first] == 0) + np.int64(times[last] == n_steps[i] - 1)
            top = pairs - rate * (2 * count - at_ends) + (n_steps[i] - 1) * rate * rate
            autocorrelation[i] = top / (count * (1.0 - rate))


@jit
def describe_bins(indptr, times, n_steps, n_bins, missing, entropy, fano):
    """Set the entropy in bits of how each train's spikes are distributed over equal bins, and its counts' Fano factor.

    ``missing`` has an entry for each of them where the train is silent.
    """
    ends = np.zeros(n_bins, dtype=np.int64)
    for i in range(entropy.size):
        if i == 0 or n_steps[i] != n_steps[i - 1]:
            set_ends(n_steps[i], ends)
        count = indptr[i + 1] - indptr[i]
        if count == 0:
            entropy[i], fano[i] = missing[0], missing[1]
            continue
        e, last = np.uint64(indptr[i]), np.uint64(indptr[i + 1])
        bits, squares = 0.0, 0.0
        for b in range(n_bins):
            begin = e
            while e < last and times[e] < ends[b]:
                e += np.uint64(1)
            inside = e - begin
            if inside > 0:
                bits += inside / count * np.log2(count / inside)
            away = inside - count / n_bins
            squares += away * away
        entropy[i] = bits
        fano[i] = squares / count


@jit
def describe_rates(indptr, n_steps, rate, variance):
    """Set the mean of each 0/1 train and its variance, 0 where there are no steps."""
    for i in range(rate.size):
        rate[i] = (indptr[i + 1] - indptr[i]) / n_steps[i] if n_steps[i] > 0 else 0.0
        variance[i] = rate[i] * (1.0 - rate[i])


@jit
def count_bursts(indptr, times, longest, counts):
    """Set ``counts`` to the number of each train's runs of intervals of at most ``longest`` steps."""
    for i in range(counts.size):
        short = np.int64(0)
        for e in range(np.uint64(indptr[i] + 1), np.uint64(indptr[i + 1])):
            short += times[e] - times[e - np.uint64(1)] <= longest
        counts[i] = indptr[i + 1] - indptr[i] - short


@jit
def add_local_variation(indptr, times, absolute, squared):
    """Add up ``|I2 - I1| / (I2 + I1)``, and the square of it, over the successive intervals of each train."""
    for i in range(absolute.size):
        for e in range(np.uint64(indptr[i] + 2), np.uint64(indptr[i + 1])):
            before, middle, after = times[e - np.uint64(2)], times[e - np.uint64(1)], times[e]
            part = np.abs((after - middle) - (middle - before)) / (after - before)
            absolute[i] += part
            squared[i] += part * part
