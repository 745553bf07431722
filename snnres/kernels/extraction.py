"""Features of successive trials from recorded spikes, step by step, without a list of times for each neuron.

Trial k has the steps ``starts[k]`` to ``starts[k + 1]`` and fewer than 2^31 of them; ``column[i]`` is where neuron i is
counted, the last entry of a scratch array if nobody asks for it.
"""

import numpy as np

from .bins import set_ends
from .compile import jit


@jit
def count_trials(starts, offsets, neurons, column, scales, firsts, counts, sums, rows):
    """Write each trial's counts in ``scales[j]`` bins to its row of ``rows``, those of a neuron together.

    They begin at column ``firsts[j]``. All scales divide ``counts.shape[0]``: only in so many bins spikes are counted,
    and larger bins are sums of those. ``counts`` and ``sums`` are scratch, with an entry a neuron and one more.
    """
    ends = np.zeros(counts.shape[0], dtype=np.int64)
    for k in range(starts.size - 1):
        set_ends(starts[k + 1] - starts[k], ends)
        begin = starts[k]
        for b in range(ends.size):
            counted = counts[b]
            clear(counted)
            end = starts[k] + ends[b]
            for e in range(np.uint64(offsets[begin]), np.uint64(offsets[end])):
                counted[np.uint64(column[np.uint64(neurons[e])])] += np.int32(1)
            begin = end
        for j in range(scales.size):
            each = ends.size // scales[j]
            for b in range(scales[j]):
                clear(sums)
                for f in range(b * each, (b + 1) * each):
                    for c in range(sums.size):
                        sums[c] += counts[f, c]
                write_column(sums, rows[k], firsts[j] + b, scales[j])


@jit
def filter_trials(starts, offsets, neurons, column, tau, n_points, first, traces, rows):
    """Write each trial's filtered trains at the ends of ``n_points`` bins to its row, those of a neuron together.

    They begin at column ``first``. ``traces`` is scratch, with an entry a neuron and one more.
    """
    ends = np.zeros(n_points, dtype=np.int64)
    for k in range(starts.size - 1):
        set_ends(starts[k + 1] - starts[k], ends)
        clear(traces)
        begin = starts[k]
        for b in range(ends.size):
            end = starts[k] + ends[b]
            if b > 0:
                faded = np.exp((begin - end) / tau)
                for c in range(traces.size):
                    traces[c] *= faded
            for t in range(begin, end):
                weight = np.exp((t + 1 - end) / tau)
                for e in range(np.uint64(offsets[t]), np.uint64(offsets[t + 1])):
                    traces[np.uint64(column[np.uint64(neurons[e])])] += weight
            begin = end
            write_column(traces, rows[k], first + b, n_points)


@jit
def clear(values):
    """Set all to 0: an assignment to a slice takes longer to compile."""
    for i in range(values.size):
        values[i] = 0


@jit
def write_column(values, row, first, every):
    """Write all values but the last to every so many-th entry of a row."""
    for c in range(values.size - 1):
        row[np.uint64(first + c * every)] = values[c]
