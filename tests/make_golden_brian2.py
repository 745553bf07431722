"""Write tests/golden/*_brian2.npz: two runs of make_golden.py repeated by Brian2 in float32, in the same format.

    python -m venv brian && brian/bin/pip install brian2==2.9.0 "numpy<2.4" scipy cython setuptools
    brian/bin/python tests/make_golden_brian2.py

Runs Brian2's C++ standalone device, so it needs a compiler; nothing of snnres.
"""

import json
import tempfile
from pathlib import Path

import brian2 as b2
import numpy as np

FOLDER = Path(__file__).parent / "golden"
CASES = ("small_world_1000", "supplied_300")


def unpack(golden, name):
    shape = tuple(golden[f"{name}_shape"])
    return np.unpackbits(golden[f"{name}_bits"], count=np.prod(shape)).reshape(shape)


def run(golden, settings):
    """Return spikes (n_steps, n_neurons) and the final potentials of a golden run's start."""
    threshold = np.float32(settings["membrane_threshold"])
    constants = {
        "threshold": threshold,
        "amplitude": np.float32(settings.get("current_amplitude", threshold)),
        "keep": np.float32(1 - settings["leak_coefficient"]),
    }
    inputs = unpack(golden, "input")
    step = 1 * b2.ms
    b2.defaultclock.dt = step
    drive = b2.TimedArray(inputs.T.astype(np.float32), dt=step)
    # Brian2 renews who is refractory in the "groups" slot, thus after this step's spikes and for the next step: the
    # + 1 of the model's timer is in that delay.
    hold = settings["refractory_period"] * step
    neurons = b2.NeuronGroup(
        len(golden["potentials"]), "v : 1", threshold="v >= threshold", reset="v = 0", refractory=hold
    )
    neurons.v = golden["potentials"]
    fed = neurons[: len(inputs)]
    feeding = fed.run_regularly("v += amplitude * drive(t, i)", dt=step, when="start")
    leaking = neurons.run_regularly("v *= keep", dt=step, when="groups")
    synapses = b2.Synapses(neurons, neurons, "w : 1", on_pre="v_post += w")
    sources = np.repeat(np.arange(len(neurons)), np.diff(golden["indptr"].astype(int)))
    synapses.connect(i=sources, j=golden["indices"].astype(int))
    synapses.w = golden["data"]
    monitor = b2.SpikeMonitor(neurons)
    network = b2.Network(neurons, fed, feeding, leaking, synapses, monitor)
    # The order of a step in the model: input, fire, reset, leak, spread.
    network.schedule = ["start", "thresholds", "resets", "groups", "synapses", "end"]
    n_steps = settings.get("duration", inputs.shape[1])
    network.run(n_steps * step, namespace=constants | {"drive": drive})
    spikes = np.zeros((n_steps, len(neurons)), dtype=np.uint8)
    spikes[np.round(np.asarray(monitor.t / step)).astype(int), np.asarray(monitor.i)] = 1
    return spikes, np.asarray(neurons.v, dtype=np.float32)


def main():
    b2.prefs.core.default_float_dtype = np.float32
    b2.prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O2", "-ffp-contract=off"]
    for name in CASES:
        with np.load(FOLDER / f"{name}.npz") as archive:
            golden = {key: archive[key] for key in archive.files if not key.startswith("feature_")}
        header = json.loads(str(golden["header"]))
        with tempfile.TemporaryDirectory() as build:
            b2.set_device("cpp_standalone", directory=build)
            spikes, potentials = run(golden, header["settings"])
            b2.device.reinit()
            b2.device.activate()
        changed = {"spike_bits": np.packbits(spikes), "spike_shape": np.array(spikes.shape)}
        header = {"made_by": f"Brian2 {b2.__version__}", "settings": header["settings"], "stdp": None}
        changed |= {"final_potentials": potentials, "header": np.array(json.dumps(header))}
        np.savez_compressed(FOLDER / f"{name}_brian2.npz", **golden | changed)


if __name__ == "__main__":
    main()
