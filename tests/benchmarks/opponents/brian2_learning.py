"""Measure Brian2's C++ standalone run loop on a network that learns: python brian2_learning.py CASE.npz.

Driven by its section. Needs what brian2_example.py needs. Compilation is not measured.

The model is written for speed as its users would: traces and threshold that belong to a neuron are the neuron's; the
trace of what arrives, which with delays each synapse has for itself, is computed only where a spike is.
"""

import functools
import math
import sys
import tempfile

import brian2 as b2
import numpy as np
from example import digest_of
from serve import serve

STEP = 1 * b2.ms


def shared(names):
    """Declare numbers of a group that are in its own precision: constants of the namespace would be double."""
    return "\n".join(f"{name} : 1 (shared, constant)" for name in names)


def neurons_of(case):
    """Return the neurons, and what feeds them and lets them leak."""
    n_neurons, inputs = len(case["potentials"]), case["inputs"]
    constants = {
        "threshold": case["threshold"],
        "amplitude": case["amplitude"],
        "keep": 1 - float(case["leak"]),
        "rise": case["increment"],
        "fall": math.exp(-1 / float(case["tau_adaptation"])),
        "fade": math.exp(-1 / float(case["tau_minus"])),
    }
    neurons = b2.NeuronGroup(
        n_neurons,
        "v : 1\narriving : 1\nraised : 1\nfired : 1\ntrace_minus : 1\n" + shared(constants),
        threshold="v >= threshold + raised",
        reset="v = 0; fired = 1",
        refractory=int(case["refractory"]) * STEP,
    )
    for name, value in constants.items():
        setattr(neurons, name, float(value))
    neurons.v = case["potentials"]
    fed = neurons[: len(inputs)]
    feeding = fed.run_regularly("v += amplitude * drive(t, i)", dt=STEP, when="start")
    # What fired in the step before is in the trace from now on.
    fading = neurons.run_regularly("trace_minus = (trace_minus + fired) * fade; fired = 0", dt=STEP, when="start")
    leaking = neurons.run_regularly("v *= keep; raised = raised * fall + rise * fired", dt=STEP, when="groups")
    adding = neurons.run_regularly("v += arriving; arriving = 0", dt=STEP, when="end")
    return neurons, [neurons, fed, feeding, fading, leaking, adding]


def synapses_of(case, neurons):
    """Return the synapses, which learn."""
    bound, change = float(case["bound"]), float(case["change"])
    constants = {"gain": change, "loss": change / bound, "saturation": 1 / bound, "bound": bound}
    synapses = b2.Synapses(
        neurons,
        neurons,
        "w : 1\ndtrace_plus/dt = -trace_plus / tau_plus : 1 (event-driven)\n" + shared(constants),
        on_pre={
            "arrive": """arriving_post += w
                         w = clip(w * (1 - loss * trace_minus_post), 0, bound)
                         trace_plus += 1"""
        },
        on_post={"potentiate": "w = clip(w + (gain * trace_plus) * (1 - w * saturation), 0, bound)"},
        namespace={"tau_plus": float(case["tau_plus"]) * STEP},
    )
    synapses.connect(
        i=np.repeat(np.arange(len(case["potentials"])), np.diff(case["indptr"])), j=case["indices"].astype(int)
    )
    synapses.w = case["data"]
    for name, value in constants.items():
        setattr(synapses, name, value)
    synapses.arrive.delay = (case["delays"].astype(int) - 1) * STEP
    synapses.arrive.order, synapses.potentiate.order = 0, 1
    return synapses


def write_program(case, directory):
    """Compile the case's network into ``directory``; return its synapses and the monitor of its spikes."""
    b2.set_device("cpp_standalone", build_on_run=False, directory=directory)
    b2.prefs.core.default_float_dtype = np.float32
    b2.prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O3", "-march=native", "-ffp-contract=off"]
    b2.defaultclock.dt = STEP
    neurons, parts = neurons_of(case)
    synapses, monitor = synapses_of(case, neurons), b2.SpikeMonitor(neurons)
    network = b2.Network(*parts, synapses, monitor)
    network.schedule = ["start", "thresholds", "resets", "groups", "synapses", "end"]
    drive = b2.TimedArray(case["inputs"].T.astype(np.float32), dt=STEP)
    network.run(case["inputs"].shape[1] * STEP, namespace={"drive": drive})
    b2.device.build(run=False, directory=directory)
    return synapses, monitor


def simulate(case, synapses, monitor):
    b2.device.run()
    spikes = np.zeros((case["inputs"].shape[1], len(case["potentials"])), dtype=np.uint8)
    spikes[np.round(np.asarray(monitor.t / STEP)).astype(int), np.asarray(monitor.i)] = 1
    by_source = spikes.sum(axis=0, dtype=np.int64)
    return {
        "seconds": b2.device._last_run_time,
        "spikes": int(by_source.sum()),
        "events": int(by_source @ np.diff(case["indptr"])),
        "weight": float(np.mean(synapses.w)),
        "digest": digest_of(spikes),
    }


def main():
    case = dict(np.load(sys.argv[1]))
    with tempfile.TemporaryDirectory() as directory:
        found = write_program(case, directory)
        versions = {"Brian2": b2.__version__, "numpy": np.__version__}
        serve(versions, {"simulate": functools.partial(simulate, case, *found)})


if __name__ == "__main__":
    main()
