"""Write tests/golden/*_brian2.npz: runs of Brian2 in float32 that snnres must repeat.

    python -m venv brian && brian/bin/pip install brian2==2.9.0 "numpy<2.4" scipy cython setuptools
    brian/bin/python tests/make_golden_brian2.py

Runs Brian2's C++ standalone device, so it needs a compiler; nothing of snnres. The format is that of make_golden.py.
Two of its runs are repeated, without delays and with delays: those files hold what Brian2 found, ``delays`` in steps,
one for each synapse or for each neuron, and in the header the ``start`` from which all else is taken. The files named
``delays_stdp_*`` hold all that a run with plasticity and delays starts from, and its weights at the end: potentials
are left out there, since Brian2 takes a weight when a spike arrives, and snnres when it is sent.
"""

import itertools
import json
import math
import tempfile
from contextlib import contextmanager
from pathlib import Path

import brian2 as b2
import numpy as np
import scipy.sparse as sp

FOLDER = Path(__file__).parent / "golden"
# The file, the run from which it starts, and the array of that run which has an entry for each of the delays.
STATIC = (
    ("small_world_1000_brian2", "small_world_1000", None),
    ("supplied_300_brian2", "supplied_300", None),
    ("delays_per_synapse_brian2", "small_world_1000", "indices"),
    ("delays_per_neuron_brian2", "supplied_300", "potentials"),
)
RULES = ("multiplicative", "additive")
STEP = 1 * b2.ms


def unpack(golden, name):
    shape = tuple(golden[f"{name}_shape"])
    return np.unpackbits(golden[f"{name}_bits"], count=np.prod(shape)).reshape(shape)


def pack(name, matrix):
    return {f"{name}_bits": np.packbits(matrix), f"{name}_shape": np.array(matrix.shape)}


def read(name):
    """Return the settings of a golden run of the reference, and what it starts from."""
    with np.load(FOLDER / f"{name}.npz") as archive:
        header = json.loads(str(archive["header"]))
        parts = ("data", "indices", "indptr", "potentials", "outputs", "input_bits", "input_shape")
        return header["settings"], {part: archive[part] for part in parts}


def driven_neurons(golden, settings, *more):
    """Return neurons without synapses, the parts of a network that feed, fire, reset and leak, and its constants.

    Neurons have ``more`` variables.
    """
    threshold = np.float32(settings["membrane_threshold"])
    inputs = unpack(golden, "input")
    constants = {
        "threshold": threshold,
        "amplitude": np.float32(settings.get("current_amplitude", threshold)),
        "keep": np.float32(1 - settings["leak_coefficient"]),
        "drive": b2.TimedArray(inputs.T.astype(np.float32), dt=STEP),
    }
    # Brian2 renews who is refractory in the "groups" slot, thus after this step's spikes and for the next step: the
    # + 1 of the model's timer is in that delay.
    hold = settings["refractory_period"] * STEP
    model = "\n".join(f"{name} : 1" for name in ("v", "arriving", *more))
    size = len(golden["potentials"])
    neurons = b2.NeuronGroup(size, model, threshold="v >= threshold", reset="v = 0", refractory=hold)
    neurons.v = golden["potentials"]
    fed = neurons[: len(inputs)]
    feeding = fed.run_regularly("v += amplitude * drive(t, i)", dt=STEP, when="start")
    leaking = neurons.run_regularly("v *= keep", dt=STEP, when="groups")
    return neurons, [neurons, fed, feeding, leaking], constants


def connect(synapses, golden):
    """Make the synapses of a golden run; return their sources."""
    sources = np.repeat(np.arange(len(golden["potentials"])), np.diff(golden["indptr"].astype(int)))
    synapses.connect(i=sources, j=golden["indices"].astype(int))
    synapses.w = golden["data"]
    return sources


def run(parts, constants, n_steps):
    """Run a network and return its spikes (n_steps, n_neurons)."""
    monitor = b2.SpikeMonitor(parts[0])
    network = b2.Network(*parts, monitor)
    # The order of a step in the model: input, fire, reset, leak, spread.
    network.schedule = ["start", "thresholds", "resets", "groups", "synapses", "end"]
    network.run(n_steps * STEP, namespace=constants)
    spikes = np.zeros((n_steps, len(parts[0])), dtype=np.uint8)
    spikes[np.round(np.asarray(monitor.t / STEP)).astype(int), np.asarray(monitor.i)] = 1
    return spikes


def static_run(golden, settings):
    """Return spikes and the final potentials of a golden run's start, with delays where it has any.

    With delays, what arrives at a neuron is summed, in the order in which it was sent, and then added at once.
    """
    neurons, parts, constants = driven_neurons(golden, settings)
    delays = golden.get("delays")
    synapses = b2.Synapses(neurons, neurons, "w : 1", on_pre="v_post += w" if delays is None else "arriving_post += w")
    sources = connect(synapses, golden)
    if delays is not None:
        steps = delays if len(delays) == len(sources) else delays[sources]
        # A delay of 1 is arrival at the end of the step of the spike.
        synapses.delay = (steps.astype(int) - 1) * STEP
    adding = neurons.run_regularly("v += arriving; arriving = 0", dt=STEP, when="end")
    n_steps = settings.get("duration", golden["input_shape"][1])
    spikes = run([*parts, synapses, adding], constants, n_steps)
    return spikes, np.asarray(neurons.v, dtype=np.float32)


def plastic_start(rule, nearest):
    """Return settings, STDPParams and arrays of a run in which the input alone decides who fires when.

    Every neuron is an input neuron, a spike of the input is as large as the threshold, and the weights are small beside
    it. Some neurons get more input than others and some none, and there is a while without any.
    """
    rng = np.random.default_rng([RULES.index(rule), nearest])
    n_neurons, n_steps, bound = 80, 400, 2e-3
    settings = {"membrane_threshold": 1.0, "leak_coefficient": 0.9, "refractory_period": 2}
    stdp = {"weight_update_rule": rule, "nearest_neighbor": nearest, "clip": True, "W_max": bound}
    stdp |= {"tau_plus": 10.0, "tau_minus": 20.0, "A_plus": 3e-4, "A_minus": 1.5e-4, "eta": 0.7}
    matrix = sp.random(n_neurons, n_neurons, 0.12, format="csr", random_state=rng, dtype=np.float32)
    rates = rng.uniform(0, 0.2, (n_neurons, 1)) * (rng.random((n_neurons, 1)) < 0.9)
    inputs = (rng.random((n_neurons, n_steps)) < rates).astype(np.uint8)
    inputs[:, 180:220] = 0
    arrays = {
        # Some are above the bound, to which clipping brings them once they are touched.
        "data": rng.uniform(0, 1.2 * bound, matrix.nnz).astype(np.float32),
        "indices": matrix.indices.astype(np.uint16),
        "indptr": matrix.indptr.astype(np.uint16),
        "delays": rng.integers(1, 21, matrix.nnz).astype(np.uint8),
        "potentials": np.zeros(n_neurons, dtype=np.float32),
        "outputs": np.arange(n_neurons),
    }
    return settings, stdp, arrays | pack("input", inputs)


def plastic_run(golden, settings, stdp):
    """Return spikes and the final weights. Nothing is spread, since the weights are too small to matter for spikes."""
    neurons, parts, constants = driven_neurons(golden, settings)
    depression = stdp["eta"] * stdp["A_minus"]
    if stdp["weight_update_rule"] == "multiplicative":
        depression /= stdp["W_max"]
        depressed, potentiated = "w * (1 - loss * trace_minus)", "w + (gain * trace_plus) * (1 - w * saturation)"
    else:
        depressed, potentiated = "w - loss * trace_minus", "w + gain * trace_plus"
    mark = "{} = 1" if stdp["nearest_neighbor"] else "{} += 1"
    # Variables and not constants of the namespace, which would be double.
    shared = {
        "gain": stdp["eta"] * stdp["A_plus"],
        "loss": depression,
        "saturation": 1 / stdp["W_max"],
        "bound": stdp["W_max"],
        "decay_plus": math.exp(-1 / stdp["tau_plus"]),
        "decay_minus": math.exp(-1 / stdp["tau_minus"]),
    }
    model = ["w : 1", "trace_plus : 1", "trace_minus : 1", *(f"{name} : 1 (shared, constant)" for name in shared)]
    synapses = b2.Synapses(
        neurons,
        neurons,
        "\n".join(model),
        on_pre={"depress": f"w = clip({depressed}, 0, bound)", "mark": mark.format("trace_plus")},
        on_post={"potentiate": f"w = clip({potentiated}, 0, bound)", "fire": mark.format("trace_minus")},
    )
    connect(synapses, golden)
    for name, value in shared.items():
        setattr(synapses, name, value)
    for order, name in enumerate(("depress", "potentiate", "mark", "fire")):
        getattr(synapses, name).order = order
    for pathway in (synapses.depress, synapses.mark):
        pathway.delay = (golden["delays"].astype(int) - 1) * STEP
    decaying = synapses.run_regularly("trace_plus *= decay_plus; trace_minus *= decay_minus", dt=STEP, when="start")
    spikes = run([*parts, synapses, decaying], constants, golden["input_shape"][1])
    return spikes, np.asarray(synapses.w, dtype=np.float32)


@contextmanager
def standalone():
    """Let Brian2 build and run in a folder that goes with the context."""
    with tempfile.TemporaryDirectory() as build:
        b2.set_device("cpp_standalone", directory=build)
        b2.defaultclock.dt = STEP
        yield
        b2.device.reinit()
        b2.device.activate()


def write(name, header, arrays):
    header = json.dumps({"made_by": f"Brian2 {b2.__version__}", **header})
    np.savez_compressed(FOLDER / f"{name}.npz", header=np.array(header), **arrays)


def golden_static(name, start, per):
    """Repeat a run of the reference, with delays drawn for each entry of the array ``per``, and write what is new."""
    settings, golden = read(start)
    given = {}
    if per is not None:
        rng = np.random.default_rng(len(golden[per]))
        given["delays"] = rng.integers(1, 31, len(golden[per])).astype(np.uint8)
    with standalone():
        spikes, potentials = static_run(golden | given, settings)
    write(name, {"start": start}, given | pack("spike", spikes) | {"final_potentials": potentials})


def golden_plastic(rule, nearest):
    """Run one rule with delays and write all of it."""
    settings, stdp, arrays = plastic_start(rule, nearest)
    with standalone():
        spikes, weights = plastic_run(arrays, settings, stdp)
    name = f"delays_stdp_{rule}{'_nearest' * nearest}_brian2"
    write(name, {"settings": settings, "stdp": stdp}, arrays | pack("spike", spikes) | {"final_data": weights})


def prepare():
    """Let Brian2 compute in float32, in the order in which expressions are written."""
    b2.prefs.core.default_float_dtype = np.float32
    b2.prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O2", "-ffp-contract=off"]
    # Which would write expressions in another order, and 1 as a double.
    b2.prefs.codegen.loop_invariant_optimisations = False


def main():
    prepare()
    for case in STATIC:
        golden_static(*case)
    for case in itertools.product(RULES, (False, True)):
        golden_plastic(*case)


if __name__ == "__main__":
    main()
