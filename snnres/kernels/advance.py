"""The time loop."""

import numpy as np

from .compile import jit
from .lif import collect, fire, inject_currents, inject_spikes, spread
from .stdp import learn

UNIT = np.float32(1)


@jit
def filter_spikes(trace, decay, neurons, start, stop):
    """Let the readout trace decay by one step and count this step's spikes in. Mutates ``trace``."""
    for i in range(trace.size):
        trace[i] *= decay
    for k in range(start, stop):
        trace[neurons[k]] += UNIT


@jit
def advance(edges, lif, stdp, trace_decay, spikes, currents, state, fired, start, stop, offsets, neurons, recorded):
    """Run the steps ``start`` to ``stop`` and return the step reached: earlier if ``neurons`` might overflow.

    Mutates the state, with ``stdp`` the weights too; writes who fired at step ``t`` to
    ``neurons[offsets[t]:offsets[t + 1]]``, counted from ``recorded`` at ``start``. ``stdp``, ``trace_decay``,
    ``spikes`` and ``currents`` may be None; input ends where its rows end.
    """
    end = recorded
    if stdp is not None:
        scratch = np.empty((3, state.potential.size), dtype=np.float32)
    for t in range(start, stop):
        if neurons.size - end < fired.size:
            return t
        if spikes is not None:
            inject_spikes(state.potential, spikes, t, lif)
        if currents is not None:
            inject_currents(state.potential, currents, t, t == start)
        fire(state.potential, state.timer, fired, lif)
        begin, end = end, collect(fired, neurons, end)
        if stdp is not None:
            learn(edges, state, stdp, scratch, neurons, begin, end)
        if trace_decay is not None:
            filter_spikes(state.trace, trace_decay, neurons, begin, end)
        spread(edges, state.potential, neurons, begin, end)
        offsets[t + 1] = end
    return stop
