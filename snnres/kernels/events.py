"""Rearrange recorded spikes: by neuron, or into a dense matrix."""

import numpy as np

from .compile import jit


@jit
def count_by_column(neurons, column, counts):
    """Count the spikes of each column into ``counts[1:]``, zeros at first; a column of -1 is left out."""
    for e in range(neurons.size):
        c = column[neurons[e]]
        if c >= 0:
            counts[c + 1] += 1


@jit
def place_by_column(offsets, neurons, column, cursor, times):
    """Write each spike's step where its column's cursor points. Mutates ``cursor``; times come out ascending."""
    for t in range(offsets.size - 1):
        for e in range(offsets[t], offsets[t + 1]):
            c = column[neurons[e]]
            if c >= 0:
                times[cursor[c]] = t
                cursor[c] += 1


@jit
def fill_dense(offsets, neurons, column, dense):
    """Set ``dense[t, column]`` to 1 for each spike, zeros at first; a column of -1 is left out."""
    for t in range(offsets.size - 1):
        for e in range(offsets[t], offsets[t + 1]):
            c = column[neurons[e]]
            if c >= 0:
                dense[t, np.int64(c)] = 1
