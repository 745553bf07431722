"""The time loop."""

import numpy as np

from .compile import jit
from .firing import fire
from .learning import learn
from .verbs import arriving, elapse, facilitate, flow, inject, landing, probe, send

BYTES = np.uint32(8)


@jit
def collect(fired, words, neurons, start):
    """Write the indices of the marked neurons into ``neurons`` from ``start`` on, ascending; return the new end.

    ``words`` is ``fired``, 8 neurons an entry. Assumes room for as many as ``fired`` has entries. Within a word every
    index is written and the end moves on by 0 or 1: 0.09 ms for 500 steps of 2000 neurons, against 0.37 with a branch
    for each neuron.
    """
    end = np.uint64(start)
    for word in range(np.uint32(words.size)):
        if words[word] != 0:
            first = word * BYTES
            for i in range(first, first + BYTES):
                neurons[end] = i
                end += np.uint64(fired[i])
    return np.int64(end)


@jit
def advance(model, drive, state, recorder, stop):
    """Run from the recorder's position to step ``stop``, or to the step whose spikes might not fit the recorder.

    Its offsets are a ring, of which most runs go round less than once. Mutates the state, the recorder and, where there
    is a rule, the weights.
    """
    offsets, neurons, fired, words, position = recorder
    potential = state.cell.potential
    start = position[0]
    end = offsets[start % offsets.size]
    for t in range(start, stop):
        if neurons.size - end < fired.size:
            break
        inject(drive.spikes, None, potential, t)
        inject(drive.currents, state.line, potential, t)
        inject(model.noise, state.stream, potential, t)
        inject(drive.clamp, None, potential, t)
        fire(model.cell, state.cell, state.stream, model.competition, drive.clamp, fired, t)
        begin, end = end, collect(fired, words, neurons, end)
        spikes = neurons[begin:end]
        arrivals = arriving(model.synapses, state.flight, spikes)
        learn(model.rules, state.rules, model.device, state.device, state.stream, arrivals, spikes, drive.reward, t)
        facilitate(model.transmission, state, spikes)
        target = landing(model.synaptic_current, state.synaptic_current, potential)
        send(model.synapses, model, state, target, spikes)
        flow(model.synaptic_current, state.synaptic_current, potential)
        probe(model.trace, state.trace, spikes)
        elapse(state.stream)
        offsets[(t + 1) % offsets.size] = end
        position[0] = t + 1
