"""Rearrange recorded spikes: by trial and neuron, or into a dense matrix."""

import numpy as np

from .compile import jit


@jit
def count_by_trial(starts, offsets, neurons, column, n_columns, counts):
    """Count the spikes of each trial's columns into ``counts[1:]``, zeros at first; a column of -1 is left out."""
    for k in range(starts.size - 1):
        own = counts[k * n_columns + 1 :]
        for e in range(np.uint64(offsets[starts[k]]), np.uint64(offsets[starts[k + 1]])):
            c = column[np.uint64(neurons[e])]
            if c >= 0:
                own[np.uint64(c)] += 1


@jit
def place_by_trial(starts, offsets, neurons, column, n_columns, cursor, times):
    """Write each spike's step within its trial where the cursor of its train points. Mutates ``cursor``."""
    for k in range(starts.size - 1):
        own = cursor[k * n_columns :]
        for t in range(starts[k], starts[k + 1]):
            for e in range(np.uint64(offsets[t]), np.uint64(offsets[t + 1])):
                c = column[np.uint64(neurons[e])]
                if c >= 0:
                    place = own[np.uint64(c)]
                    times[np.uint64(place)] = t - starts[k]
                    own[np.uint64(c)] = place + 1


@jit
def fill_dense(offsets, neurons, column, dense):
    """Set ``dense[t, column]`` to 1 for each spike, zeros at first; a column of -1 is left out."""
    for t in range(offsets.size - 1):
        for e in range(offsets[t], offsets[t + 1]):
            c = column[neurons[e]]
            if c >= 0:
                dense[t, np.int64(c)] = 1
