"""Where a step's time goes: each part of it by itself, by its own kernel, on the spikes of a run.

So the parts leave out what one finds in the caches that another has left there.
"""

import time

import numpy as np

from snnres.kernels.compile import jit
from snnres.kernels.firing import fire
from snnres.kernels.verbs import inject, landing, probe, send, take_down
from snnres.network.network import trace_factor
from snnres.network.run import new_recorder

PARTS = ("inject", "fire", "collect", "spread", "trace")
TRACE_TAU = 10.0
REPEATS = 3


@jit
def inject_all(model, drive, state, recorder, offsets, neurons):
    """The input of every step."""
    for t in range(offsets.size - 1):
        inject(drive.spikes, None, state.cell.potential, t)


@jit
def fire_all(model, drive, state, recorder, offsets, neurons):
    """Every step of the neurons, without input: none fires after a while."""
    for t in range(offsets.size - 1):
        fire(model.cell, state.cell, state.stream, None, None, recorder.fired, t)


@jit
def collect_all(model, drive, state, recorder, offsets, neurons):
    """The spikes of every step, from their marks."""
    for t in range(offsets.size - 1):
        spikes = neurons[offsets[t] : offsets[t + 1]]
        for k in range(spikes.size):
            recorder.fired[spikes[k]] = 1
        take_down(recorder, 0)
        for k in range(spikes.size):
            recorder.fired[spikes[k]] = 0


@jit
def spread_all(model, drive, state, recorder, offsets, neurons):
    """The spikes of every step to their targets."""
    for t in range(offsets.size - 1):
        target = landing(None, None, state.cell.potential)
        send(model.synapses, model, state, target, neurons[offsets[t] : offsets[t + 1]])


@jit
def trace_all(model, drive, state, recorder, offsets, neurons):
    """The trace of every step."""
    for t in range(offsets.size - 1):
        probe(model.trace, state.trace, neurons[offsets[t] : offsets[t + 1]])


KERNELS = dict(zip(PARTS, (inject_all, fire_all, collect_all, spread_all, trace_all), strict=True))


def least_seconds(kernel, *arguments):
    """Least seconds of a call, compiled before."""
    kernel(*arguments)
    spent = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        kernel(*arguments)
        spent.append(time.perf_counter() - start)
    return min(spent)


def parts(snn):
    """Return the seconds that each part took of the steps that a network has run."""
    model = snn._network.model(trace_factor(TRACE_TAU))
    drive = snn._input.drive(None, snn.simulation_duration)
    recorder = new_recorder(snn.num_neurons, 1, snn.num_neurons)
    offsets, neurons = np.asarray(snn.recording.offsets), snn.recording.neurons.astype(np.uint32)
    situation = (model, drive, snn._state, recorder, offsets, neurons)
    return {name: least_seconds(kernel, *situation) for name, kernel in KERNELS.items()}
