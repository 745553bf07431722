"""What is read off the state as a network runs: chosen entries of chosen arrays, at a stride."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .advance import advance
from .compile import jit
from .verbs import sample, window

Words = NDArray[np.uint32]


class Monitor(NamedTuple):
    """After every ``every``-th step ``values[k, v, i]`` becomes the entry ``neurons[i]`` of source v.

    Where there are more samples than rows of values, k is counted round.
    Sources are arrays of 32 bits an entry, whatever their type: one machine code for all of as many variables.
    """

    sources: tuple[Words, ...]
    neurons: NDArray[np.uint32]
    every: np.int64
    values: Words


@window.of(Monitor)
def monitor_window(monitor, start, stop):
    """Return the monitor that writes the samples ``start`` to ``stop``."""
    return Monitor(monitor.sources, monitor.neurons, monitor.every, monitor.values[start:stop])


@sample.of(Monitor)
def sample_neurons(monitor, k):
    """Write a sample, neuron after neuron."""
    neurons = monitor.neurons
    for v in range(len(monitor.sources)):
        source, row = monitor.sources[v], monitor.values[k, v]
        for i in range(row.size):
            row[i] = source[neurons[i]]


@jit
def advance_monitored(model, drive, state, recorder, monitor, stop):
    """Run as :func:`advance` does, in stretches that end where a sample is due; without a monitor in one.

    The time loop knows nothing of it: it is not compiled for each choice of variables, and a run without a monitor is
    the very same code. Mutates what ``advance`` does, and the monitor's values.
    """
    if monitor is None:
        advance(model, drive, state, recorder, stop)
    else:
        position, every = recorder.position, monitor.every
        while position[0] < stop:
            due = min((position[0] // every + 1) * every, stop)
            advance(model, drive, state, recorder, due)
            if position[0] < due:
                break
            if due % every == 0:
                sample(monitor, (due // every - 1) % monitor.values.shape[0])
