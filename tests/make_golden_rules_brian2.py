"""Write tests/golden/rules/*.npz: runs of learning rules in Brian2, in float32, that snnres must repeat.

    brian/bin/python tests/make_golden_rules_brian2.py

The environment and the format are those of make_golden_brian2.py. The input alone decides who fires when; each file
holds all that a run starts from, delays among it, its spikes and its weights at the end. The equations stand here as
in the papers, and nothing of snnres is used.
"""

import math

import brian2 as b2
import numpy as np
import scipy.sparse as sp
from make_golden_brian2 import FOLDER, STEP, connect, driven_neurons, pack, run, standalone, write

SETTINGS = {"membrane_threshold": 1.0, "leak_coefficient": 0.9, "refractory_period": 2, "current_amplitude": 2.0}
N_NEURONS, N_STEPS, BOUND = 40, 300, 2e-3


def start(seed):
    """Return what a run starts from: some neurons get more input than others, and there is a while without any."""
    rng = np.random.default_rng(seed)
    matrix = sp.random(N_NEURONS, N_NEURONS, 0.2, format="csr", random_state=rng, dtype=np.float32)
    inputs = (rng.random((N_NEURONS, N_STEPS)) < rng.uniform(0, 0.2, (N_NEURONS, 1))).astype(np.uint8)
    inputs[:, 140:170] = 0
    return {
        "data": rng.uniform(0, BOUND, matrix.nnz).astype(np.float32),
        "indices": matrix.indices.astype(np.uint16),
        "indptr": matrix.indptr.astype(np.uint16),
        "delays": rng.integers(1, 11, matrix.nnz).astype(np.uint8),
        "potentials": np.zeros(N_NEURONS, dtype=np.float32),
        "outputs": np.arange(N_NEURONS),
    } | pack("input", inputs)


def weight_dependent(rule):
    """Guetig et al. 2003."""
    return {
        "traces": {"x": ("pre", rule["tau_plus"]), "y": ("post", rule["tau_minus"])},
        "constants": {
            "gain": rule["eta"],
            "loss": rule["eta"] * rule["alpha"],
            "scale": 1 / rule["W_max"],
            "mu": rule["mu"],
        },
        "arrival": "w - loss * y * clip(w * scale, 0, 1) ** mu",
        "spike": "w + gain * x * clip(1 - w * scale, 0, 1) ** mu",
    }


def triplet(rule):
    """Pfister and Gerstner 2006."""
    return {
        "traces": {
            "r1": ("pre", rule["tau_plus"]),
            "r2": ("pre", rule["tau_x"]),
            "o1": ("post", rule["tau_minus"]),
            "o2": ("post", rule["tau_y"]),
        },
        "constants": {name: rule["eta"] * rule[name] for name in ("A2_plus", "A3_plus", "A2_minus", "A3_minus")},
        "arrival": "w - o1 * (A2_minus + A3_minus * r2)",
        "spike": "w + r1 * (A2_plus + A3_plus * o2)",
    }


def inhibitory(rule):
    """Vogels et al. 2011; w is the strength of inhibition."""
    return {
        "traces": {"x": ("pre", rule["tau"]), "y": ("post", rule["tau"])},
        "constants": {"eta": rule["eta"], "alpha": 2 * rule["rho_0"] * rule["tau"]},
        "arrival": "w + eta * (y - alpha)",
        "spike": "w + eta * x",
    }


TAUS = {"tau_plus": 10.0, "tau_minus": 20.0}
# For each file the class of snnres, its parameters, and the equations.
RULES = {
    "mu": ("WeightDependentSTDP", {**TAUS, "eta": 2e-4, "alpha": 1.1, "mu": 0.4}, weight_dependent),
    "mu_nearest": (
        "WeightDependentSTDP",
        {**TAUS, "eta": 2e-4, "alpha": 1.1, "mu": 0.4, "nearest_neighbor": True},
        weight_dependent,
    ),
    "triplet": (
        "TripletSTDP",
        {**TAUS, "tau_x": 40.0, "tau_y": 50.0, "A2_plus": 1e-4, "A3_plus": 2e-4, "A2_minus": 1e-4, "A3_minus": 5e-5},
        triplet,
    ),
    "triplet_nearest": (
        "TripletSTDP",
        {
            **TAUS,
            **{"tau_x": 40.0, "tau_y": 50.0, "A2_plus": 1e-4, "A3_plus": 2e-4, "A2_minus": 2e-4, "A3_minus": 5e-5},
            "nearest_neighbor": True,
        },
        triplet,
    ),
    "inhibitory": ("InhibitorySTDP", {"tau": 15.0, "rho_0": 0.04, "eta": 1e-4}, inhibitory),
}


def plastic_run(golden, rule, equations):
    """Return spikes and the final weights. Nothing is spread, since the weights are too small to matter for spikes."""
    neurons, parts, constants = driven_neurons(golden, SETTINGS)
    traces = equations["traces"]
    # Variables and not constants of the namespace, which would be double.
    shared = equations["constants"] | {f"keep_{name}": math.exp(-1 / tau) for name, (_, tau) in traces.items()}
    shared["bound"] = rule["W_max"]
    mark = "{} = 1" if rule["nearest_neighbor"] else "{} += 1"

    def marks(side):
        return "\n".join(mark.format(name) for name, (own, _) in traces.items() if own == side)

    synapses = b2.Synapses(
        neurons,
        neurons,
        "\n".join(
            ["w : 1", *(f"{name} : 1" for name in traces), *(f"{name} : 1 (shared, constant)" for name in shared)]
        ),
        on_pre={"arrive": f"w = clip({equations['arrival']}, 0, bound)", "mark": marks("pre")},
        on_post={"spike": f"w = clip({equations['spike']}, 0, bound)", "fire": marks("post")},
    )
    connect(synapses, golden)
    for name, value in shared.items():
        setattr(synapses, name, value)
    for order, name in enumerate(("arrive", "spike", "mark", "fire")):
        getattr(synapses, name).order = order
    for pathway in (synapses.arrive, synapses.mark):
        pathway.delay = (golden["delays"].astype(int) - 1) * STEP
    aging = "\n".join(f"{name} *= keep_{name}" for name in traces)
    decaying = synapses.run_regularly(aging, dt=STEP, when="start")
    spikes = run([*parts, synapses, decaying], constants, N_STEPS)
    return spikes, np.asarray(synapses.w, dtype=np.float32)


def main():
    b2.prefs.core.default_float_dtype = np.float32
    b2.prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O2", "-ffp-contract=off"]
    # Which would write expressions in another order, and 1 as a double.
    b2.prefs.codegen.loop_invariant_optimisations = False
    (FOLDER / "rules").mkdir(exist_ok=True)
    for seed, (name, (kind, given, equations)) in enumerate(RULES.items()):
        rule = {"W_max": BOUND, "eta": 1.0, "nearest_neighbor": False} | given
        arrays = start(seed)
        with standalone():
            spikes, weights = plastic_run(arrays, rule, equations(rule))
        header = {"settings": SETTINGS, "kind": kind, "rule": rule}
        write(f"rules/{name}", header, arrays | pack("spike", spikes) | {"final_data": weights})


if __name__ == "__main__":
    main()
