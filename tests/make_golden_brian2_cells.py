"""Write tests/golden/cells/*.npz: runs of Brian2 in float32 with other cells, which snnres must repeat.

    brian/bin/python tests/make_golden_brian2_cells.py

make_golden_brian2.py says how that environment is made, and has what is common. A file holds the parameters of the
cell as ``<name of the part>_<name of the parameter>``, each with a value for each neuron, all from which the run
starts, its spikes, and its potentials at the end. Parameters are variables of the neurons, since constants would be
double.
"""

import brian2 as b2
import numpy as np
import scipy.sparse as sp
from make_golden_brian2 import FOLDER, STEP, connect, pack, run, standalone, unpack, write

N, N_INPUTS, N_STEPS = 100, 40, 300
F = np.float32
HOLDING = "v = (rest + (v - rest) * keep) * int(not_refractory) + v * (1 - int(not_refractory))"


def start(rng, low, high, scale):
    """Return the arrays of a network whose potentials lie within bounds and whose weights and input have a scale."""
    matrix = sp.random(N, N, 0.1, format="csr", random_state=rng, dtype=F)
    return {
        "data": (scale * rng.normal(0.1, 0.3, matrix.nnz)).astype(F),
        "indices": matrix.indices.astype(np.uint16),
        "indptr": matrix.indptr.astype(np.uint16),
        "potentials": rng.uniform(low, high, N).astype(F),
        "amplitude": np.full(N, 0.6 * scale, dtype=F),
    } | pack("input", (rng.random((N_INPUTS, N_STEPS)) < 0.2).astype(np.uint8))


def drawn(rng, **bounds):
    """Return numbers for each neuron, uniform within bounds."""
    return {name: rng.uniform(low, high, N) for name, (low, high) in bounds.items()}


def group(arrays, variables, parameters, **how):
    """Return neurons with these variables and parameters, from the potentials on."""
    model = [f"{name} : 1" for name in ("v", *variables)] + [f"{name} : 1 (constant)" for name in parameters]
    neurons = b2.NeuronGroup(N, "\n".join([*model, "hold : second (constant)"]), refractory="hold", **how)
    for name, value in {"v": arrays["potentials"], **variables, **parameters}.items():
        setattr(neurons, name, value)
    return neurons


def finish(name, arrays, given, neurons, moving, *, arriving):
    """Run neurons, ``moving`` by rules of each step and the slots of these, and write the file.

    ``arriving`` is by what the potential may change from outside.
    """
    inputs = unpack(arrays, "input")
    constants = {"drive": b2.TimedArray(inputs.T.astype(F), dt=STEP)}
    fed = neurons[:N_INPUTS]
    parts = [neurons, fed, fed.run_regularly(f"v += amplitude * drive(t, i){arriving}", dt=STEP, when="start")]
    parts += [neurons.run_regularly(rule, dt=STEP, when=slot) for slot, rule in moving.items()]
    synapses = b2.Synapses(neurons, neurons, "w : 1", on_pre=f"v_post += w{arriving.replace('tory', 'tory_post')}")
    connect(synapses, arrays)
    spikes = run([*parts, synapses], constants, N_STEPS)
    assert 800 < spikes.sum() < N * N_STEPS / 3, f"{spikes.sum()} spikes"
    found = pack("spike", spikes) | {"final_potentials": np.asarray(neurons.v, dtype=F)}
    write(f"cells/{name}", {}, arrays | given | found)


def leaky(name, *, held):
    """Leaky integrate-and-fire neurons: held while refractory, or integrating and with a threshold that adapts."""
    rng = np.random.default_rng(held)
    cell = drawn(rng, membrane_threshold=(0.7, 1.3), leak_coefficient=(0.02, 0.3), resting_potential=(-0.1, 0.2))
    cell |= drawn(rng, reset_potential=(-0.3, 0.1)) | {"refractory_period": rng.integers(1, 6, N)}
    given = {f"cell_{key}": values for key, values in cell.items()}
    parameters = {
        "threshold": cell["membrane_threshold"],
        "keep": 1 - cell["leak_coefficient"],
        "rest": cell["resting_potential"],
        "start_anew": cell["reset_potential"],
    }
    # Before the step's own renewal of who is refractory, which is for what arrives at its end.
    moving = {"before_groups": "v = rest + (v - rest) * keep"}
    variables, threshold, reset, arriving = {}, "v >= threshold", "v = start_anew", ""
    if held:
        moving["before_groups"] = HOLDING
        arriving = " * int(not_refractory)"
    else:
        adaptation = drawn(rng, increment=(0.0, 0.2), tau=(3.0, 80.0))
        given |= {f"adaptation_{key}": values for key, values in adaptation.items()}
        parameters |= {"increment": adaptation["increment"], "decay": np.exp(-1 / adaptation["tau"])}
        variables, threshold, reset = (
            {"raised": np.zeros(N)},
            "v >= threshold + raised",
            "v = start_anew; raised += increment",
        )
        moving["before_resets"] = "raised *= decay"
    with standalone():
        arrays = start(rng, 0.0, 0.7, 1.0)
        parameters["amplitude"] = arrays["amplitude"]
        neurons = group(arrays, variables, parameters, threshold=threshold, reset=reset)
        neurons.hold = cell["refractory_period"] * STEP
        finish(name, arrays, given, neurons, moving, arriving=arriving)


def izhikevich(name):
    """Izhikevich's neurons, each with its own letters."""
    rng = np.random.default_rng(2)
    cell = drawn(rng, a=(0.02, 0.1), b=(0.2, 0.25), c=(-65.0, -50.0), d=(2.0, 8.0))
    given = {f"cell_{key}": values for key, values in cell.items()}
    numbers = {"half": 0.5, "square": 0.04, "linear": 5.0, "constant": 140.0, "peak": 30.0}
    half_step = "v += half * (square * v * v + linear * v + constant - u)"
    moving = {"groups": "\n".join([half_step, half_step, "u = u + a * (b * v - u)"])}
    with standalone():
        arrays = start(rng, -70.0, -55.0, 30.0)
        parameters = cell | numbers | {"amplitude": arrays["amplitude"]}
        neurons = group(arrays, {"u": cell["b"] * cell["c"]}, parameters, threshold="v >= peak", reset="v = c; u += d")
        neurons.hold = 0 * STEP
        finish(name, arrays, given, neurons, moving, arriving="")


def main():
    b2.prefs.core.default_float_dtype = F
    b2.prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O2", "-ffp-contract=off"]
    # Which would write expressions in another order, and 1 as a double.
    b2.prefs.codegen.loop_invariant_optimisations = False
    (FOLDER / "cells").mkdir(exist_ok=True)
    leaky("leaky_held_brian2", held=True)
    leaky("leaky_adapting_brian2", held=False)
    izhikevich("izhikevich_brian2")


if __name__ == "__main__":
    main()
