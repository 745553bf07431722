"""Measure Brian2's C++ standalone run loop: python brian2_example.py CASE.npz, driven by its section.

Needs brian2==2.9.0, scipy, cython, setuptools and g++. Compilation is not measured.
"""

import sys
import tempfile

import brian2 as b2
import numpy as np
from example import digest_of
from serve import serve

STEP = 1 * b2.ms


def write_program(case, directory):
    """Compile the case's network into ``directory``; return the monitor of its spikes."""
    b2.set_device("cpp_standalone", build_on_run=False, directory=directory)
    b2.prefs.core.default_float_dtype = np.float32
    b2.prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O3", "-march=native", "-ffp-contract=off"]
    b2.defaultclock.dt = STEP
    inputs, n_neurons = case["inputs"], len(case["potentials"])
    names = {
        "threshold": float(case["threshold"]),
        "amplitude": float(case["amplitude"]),
        "keep": float(np.float32(1 - float(case["leak"]))),
        "drive": b2.TimedArray(inputs.T.astype(np.float32), dt=STEP),
    }
    # Who is refractory is renewed in the "groups" slot, after this step's spikes: hence the period without + 1.
    hold = int(case["refractory"]) * STEP
    neurons = b2.NeuronGroup(n_neurons, "v : 1", threshold="v >= threshold", reset="v = 0", refractory=hold)
    neurons.v = case["potentials"]
    fed = neurons[: len(inputs)]
    feeding = fed.run_regularly("v += amplitude * drive(t, i)", dt=STEP, when="start")
    leaking = neurons.run_regularly("v *= keep", dt=STEP, when="groups")
    synapses = b2.Synapses(neurons, neurons, "w : 1", on_pre="v_post += w")
    synapses.connect(i=np.repeat(np.arange(n_neurons), np.diff(case["indptr"])), j=case["indices"].astype(int))
    synapses.w = case["data"]
    monitor = b2.SpikeMonitor(neurons)
    network = b2.Network(neurons, fed, feeding, leaking, synapses, monitor)
    network.schedule = ["start", "thresholds", "resets", "groups", "synapses", "end"]
    network.run(inputs.shape[1] * STEP, namespace=names)
    b2.device.build(run=False, directory=directory)
    return monitor


def simulate(case, monitor):
    b2.device.run()
    shape = (case["inputs"].shape[1], len(case["potentials"]))
    spikes = np.zeros(shape, dtype=np.uint8)
    spikes[np.round(np.asarray(monitor.t / STEP)).astype(int), np.asarray(monitor.i)] = 1
    return {"seconds": b2.device._last_run_time, "spikes": int(spikes.sum()), "digest": digest_of(spikes)}


def main():
    case = np.load(sys.argv[1])
    with tempfile.TemporaryDirectory() as directory:
        monitor = write_program(case, directory)
        versions = {"Brian2": b2.__version__, "numpy": np.__version__}
        serve(versions, {"simulate": lambda: simulate(case, monitor)})


if __name__ == "__main__":
    main()
