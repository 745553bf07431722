"""The readout trace: exponentially filtered spikes of every neuron."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .verbs import probe

UNIT = np.float32(1)


class Trace(NamedTuple):
    """Factor by which the trace decays in a step."""

    decay: np.float32


class TraceState(NamedTuple):
    """The trace, an entry a neuron."""

    trace: NDArray[np.float32]


@probe.of(Trace)
def filter_spikes(reading, state, spikes):
    """Let the trace decay by one step and count this step's spikes in."""
    trace = state.trace
    for i in range(trace.size):
        trace[i] *= reading.decay
    for k in range(spikes.size):
        trace[spikes[k]] += UNIT
