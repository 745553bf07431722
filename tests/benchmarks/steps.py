"""Where a step's time goes: python steps.py [NEURONS ...]; prints a table, a line a size.

Small worlds of 100 synapses a neuron, as in scaling.py. Each part of a step is timed by itself, by its own kernel, on
the spikes of a run: so the parts leave out what one finds in the caches that another has left there.
"""

import sys
import time

import numpy as np
from scaling import STEPS, network

from snnres.kernels.compile import jit
from snnres.kernels.firing import fire
from snnres.kernels.verbs import inject, landing, probe, send, take_down
from snnres.network.network import trace_factor
from snnres.network.run import new_recorder

SIZES = (2_000, 10_000, 100_000, 1_000_000)
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


@jit
def stream_all(model, drive, state, recorder, offsets, neurons):
    """The rows of every spike read from end to end, and nothing else: what memory allows without asking ahead."""
    indptr, target, weight = model.synapses.indptr, model.synapses.target, model.synapses.weight
    bits, total = np.uint64(0), np.uint64(0)
    words = weight.view(np.uint32)
    for k in range(neurons.size):
        for e in range(indptr[neurons[k]], indptr[neurons[k] + np.uint32(1)]):
            bits += np.uint64(target[e])
            total += np.uint64(words[e])
    return bits + total


KERNELS = dict(zip(PARTS, (inject_all, fire_all, collect_all, spread_all, trace_all), strict=True))


def seconds(kernel, *arguments):
    """Least seconds of a call, compiled before."""
    kernel(*arguments)
    spent = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        kernel(*arguments)
        spent.append(time.perf_counter() - start)
    return min(spent)


def seconds_of_run(snn):
    """Least seconds of a whole run on one thread."""
    spent = []
    for _ in range(REPEATS + 1):
        snn.reset()
        start = time.perf_counter()
        snn.simulate(TRACE_TAU, n_jobs=1)
        spent.append(time.perf_counter() - start)
    return min(spent[1:])


def measured(n_neurons):
    """Microseconds a step of each part, of the whole run and of a streaming read, and the events of a step."""
    snn = network(n_neurons)
    whole = seconds_of_run(snn)
    recording = snn.recording
    model = snn._network.model(trace_factor(TRACE_TAU))
    drive = snn._input.drive(None, STEPS)
    recorder = new_recorder(n_neurons, 1, n_neurons)
    neurons = recording.neurons.astype(np.uint32)
    situation = (model, drive, snn._state, recorder, np.asarray(recording.offsets), neurons)
    spent = {name: seconds(kernel, *situation) for name, kernel in KERNELS.items()}
    spent |= {"step": whole, "stream": seconds(stream_all, *situation)}
    events = int(np.diff(snn.synaptic_weights.indptr).astype(np.int64)[neurons].sum())
    return {name: value / STEPS * 1e6 for name, value in spent.items()}, events / STEPS


def main():
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    names = (*PARTS, "step", "stream")
    print("microseconds a step, one thread")
    print(f"{'neurons':>10}{'events':>12}" + "".join(f"{name:>10}" for name in names) + f"{'spread ns/event':>18}")
    for n_neurons in sizes:
        spent, events = measured(n_neurons)
        row = "".join(f"{spent[name]:>10.1f}" for name in names)
        print(f"{n_neurons:>10}{events:>12.0f}{row}{spent['spread'] * 1e3 / max(1, events):>18.2f}", flush=True)


if __name__ == "__main__":
    main()
