"""Spike trains in equal bins of time: their counts, and what filtering leaves of them at the end of each."""

import numpy as np

from .compile import jit


@jit
def set_ends(n_steps, ends):
    """Set ``ends[b]`` to the first step after bin b, where a spike at step t is in bin ``t * ends.size // n_steps``."""
    n_bins = ends.size
    # ceil((b + 1) * n_steps / n_bins) without the product, which may overflow.
    whole, rest = n_steps // n_bins, n_steps % n_bins
    for b in range(n_bins):
        ends[b] = (b + 1) * whole + ((b + 1) * rest + n_bins - 1) // n_bins


@jit
def count_in_bins(indptr, times, n_steps, counts):
    """Set ``counts[train, bin]`` to its spikes. Times ascend within a train and are below its steps."""
    ends = np.zeros(counts.shape[1], dtype=np.int64)
    for i in range(counts.shape[0]):
        if i == 0 or n_steps[i] != n_steps[i - 1]:
            set_ends(n_steps[i], ends)
        e, last = np.uint64(indptr[i]), np.uint64(indptr[i + 1])
        for b in range(ends.size):
            # To count in memory, where each spike waits for the one before it, took 2.5 times as long.
            first = e
            while e < last and times[e] < ends[b]:
                e += np.uint64(1)
            counts[i, b] = e - first


@jit
def decay(lag, j, taus, table):
    """Return ``exp(-lag / taus[j])``: from ``table[lag, j]`` as far as that goes."""
    return table[lag, j] if lag < table.shape[0] else np.exp(-lag / taus[j])


@jit
def filter_in_bins(indptr, times, n_steps, taus, table, traces):
    """Set ``traces[train, bin, j]``, zeros at first, to the train filtered with ``taus[j]`` at each bin's last step.

    As for counts; ``table`` as for :func:`decay`.
    """
    ends = np.zeros(traces.shape[1], dtype=np.int64)
    for i in range(traces.shape[0]):
        if i == 0 or n_steps[i] != n_steps[i - 1]:
            set_ends(n_steps[i], ends)
        b = 0
        for e in range(indptr[i], indptr[i + 1]):
            while times[e] >= ends[b]:
                b += 1
            for j in range(taus.size):
                traces[i, b, j] += decay(ends[b] - 1 - times[e], j, taus, table)
        for b in range(1, ends.size):
            for j in range(taus.size):
                traces[i, b, j] += traces[i, b - 1, j] * decay(ends[b] - ends[b - 1], j, taus, table)
