"""Random small networks with parts, run by the package and by the plain model; as a program, many of them.

As a program it prints how many parts of each kind were at work, so that who runs it can see that they were.
"""

import dataclasses
import sys
from collections import Counter

import numpy as np
import reference_synapses as plain
from cases import random_matrix, rule_of, synapses_of

from snnres import SNN, SimulationParams, STDPParams, parts

F = np.float32
N, STEPS = 11, 40


def some(rng, low, high):
    """One number for all neurons, or one for each."""
    return rng.uniform(low, high, size=N) if rng.random() < 0.5 else float(rng.uniform(low, high))


def random_parts(rng, share):
    """Arguments of the package's parts by place, for those of a random choice: a share of all."""
    device = {
        "w_min": 0.0,
        "w_max": 1.0,
        "levels": rng.choice([None, 2, 5, 64]),
        "write_noise": rng.choice([0.0, 0.05]),
        "read_noise": rng.choice([0.0, 0.2]),
        "truncation": rng.uniform(1, 3),
        "endurance": rng.choice([None, 5.0]),
    }
    device["rounding"] = "nearest" if device["levels"] is None else str(rng.choice(["nearest", "stochastic"]))
    noise = {
        "MembraneNoise": {"sd": some(rng, 0.1, 0.4), "mean": some(rng, -0.1, 0.1)},
        "PoissonNoise": {"rate": some(rng, 0.0, 1.5), "weight": some(rng, -0.1, 0.4)},
    }
    kind = str(rng.choice(list(noise)))
    every = {
        "noise": (kind, noise[kind]),
        "synaptic_current": ("ExponentialCurrent", {"tau": some(rng, 0.5, 5.0)}),
        "short_term_plasticity": (
            "TsodyksMarkram",
            {"U": some(rng, 0.1, 1.0), "tau_rec": some(rng, 0.0, 30.0), "tau_facil": rng.choice([0.0, 12.0])},
        ),
        "release": ("BernoulliRelease", {"probability": some(rng, 0.3, 1.0)}),
        "device": ("MemristiveDevice", device),
    }
    return {place: part for place, part in every.items() if rng.random() < share}


def random_case(seed, *, share=0.6):
    """Arguments of ``SimulationParams`` without parts, of the parts, of a rule or None, and signs or None."""
    rng = np.random.default_rng([seed, 8])
    matrix = random_matrix(rng, N)
    chosen = random_parts(rng, share)
    signs = None
    if "device" in chosen or rng.random() < 0.3:
        # Dale's law, or all excite.
        signs = rng.choice([-1, 1], size=N).astype(np.int8) if rng.random() < 0.5 else None
        matrix.data[:] = rng.uniform(0, 1, matrix.nnz).astype(F)
    delays = None
    if rng.random() < 0.5 and matrix.nnz:
        delays = matrix.copy().astype(np.int32)
        delays.data = rng.integers(1, 6, matrix.nnz).astype(np.int32)
    rule = None
    if rng.random() < 0.6:
        rule = {
            "tau_plus": 8.0,
            "tau_minus": 5.0,
            "A_plus": 0.3,
            "A_minus": 0.2,
            "weight_update_rule": str(rng.choice(["multiplicative", "additive"])),
            "clip": "device" in chosen or signs is not None,
        }
    case = {
        "adjacency_matrix": matrix,
        "delays": delays,
        "output_neurons": np.arange(N),
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.2,
        "refractory_period": 1,
        "input_spike_times": (rng.random((4, STEPS)) < 0.4).astype(np.uint8),
        "seed": seed,
    }
    return case, chosen, rule, signs


def build(case, chosen, rule, signs=None):
    """The package's network of a case."""
    made = {place: getattr(parts, kind)(**values) for place, (kind, values) in chosen.items()}
    snn = SNN(SimulationParams(**case, **made), None if rule is None else STDPParams(**rule))
    if signs is not None:
        weights = snn._network.synapses.matrix
        weights.data *= np.repeat(signs, np.diff(weights.indptr)).astype(F)
        snn._network = dataclasses.replace(snn._network, signs=signs)
    return snn


def reference_of(snn, case, chosen, rule, signs=None):
    """The plain model of a network just built, of which it takes weights, potentials and the seed."""
    weight, exists = synapses_of(snn.get_topology())
    reference = plain.Synaptic(
        weight=weight,
        exists=exists,
        v=snn.get_membrane_potentials(),
        threshold=case["membrane_threshold"],
        leak=case["leak_coefficient"],
        refractory=case["refractory_period"],
        amplitude=case["membrane_threshold"],
        rule=None if rule is None else rule_of(rule),
        trace_tau=None,
        delay=snn.delays.toarray() if snn.max_delay > 1 else None,
    )
    made = {
        place: getattr(plain, kind)(**values)
        for place, (kind, values) in chosen.items()
        if place not in ("synaptic_current", "release")
    }
    reference.add_parts(
        snn._network.seed,
        made.get("noise"),
        chosen["synaptic_current"][1]["tau"] if "synaptic_current" in chosen else None,
        made.get("short_term_plasticity"),
        chosen["release"][1]["probability"] if "release" in chosen else None,
        made.get("device"),
        signs,
    )
    return reference


def assert_equals_the_reference(case, chosen, rule, signs=None, trial=0):
    """Run both and compare all that they keep, bit for bit; return the network."""
    snn = build(case, chosen, rule, signs)
    snn.reset(trial=trial)
    reference = reference_of(snn, case, chosen, rule, signs)
    reference.stream.trial = trial
    expected = reference.run(case["input_spike_times"], STEPS)
    snn.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, expected)
    np.testing.assert_array_equal(snn.get_membrane_potentials(), reference.v)
    np.testing.assert_array_equal(synapses_of(snn.get_topology())[0], reference.weight)
    state = snn._state
    if state.synaptic_current is not None:
        np.testing.assert_array_equal(state.synaptic_current.current, reference.current_in)
    if state.short_term_plasticity is not None:
        np.testing.assert_array_equal(state.short_term_plasticity.u, reference.short_term.u)
        np.testing.assert_array_equal(state.short_term_plasticity.x, reference.short_term.x)
    if state.device is not None:
        matrix = snn._network.synapses.matrix
        sources = np.repeat(np.arange(N), np.diff(matrix.indptr))
        np.testing.assert_array_equal(state.device.updates, reference.updates[sources, matrix.indices])
    return snn


NEUTRAL = {
    "noise": ("MembraneNoise", {"sd": 0.0}),
    "short_term_plasticity": ("TsodyksMarkram", {"U": 1.0, "tau_rec": 0.0}),
    "release": ("BernoulliRelease", {"probability": 1.0}),
    "device": ("MemristiveDevice", {"w_min": -100.0, "w_max": 100.0}),
}
# What arrives is summed before it reaches the potentials, as it is with delays and not without.
GONE_AT_ONCE = {"synaptic_current": ("ExponentialCurrent", {"tau": 0.005})}


def assert_neutral(seed):
    """Run a network without parts, and with parts that do nothing; compare all that both keep."""
    case, _, rule, _ = random_case(seed, share=0.0)
    neutral = NEUTRAL if case["delays"] is None else NEUTRAL | GONE_AT_ONCE
    snn, twin = build(case, {}, rule), build(case, neutral, rule)
    for each in (snn, twin):
        each.simulate()
    np.testing.assert_array_equal(twin.spike_matrix, snn.spike_matrix)
    np.testing.assert_array_equal(twin.get_membrane_potentials(), snn.get_membrane_potentials())
    np.testing.assert_array_equal(twin.get_topology().data, snn.get_topology().data)


def main(seeds):
    seen = Counter()
    for seed in seeds[:10]:
        assert_neutral(seed)
    for seed in seeds:
        case, chosen, rule, signs = random_case(seed)
        snn = assert_equals_the_reference(case, chosen, rule, signs, trial=seed)
        if snn.spike_matrix.sum() > 20:
            seen.update(kind for kind, _ in chosen.values())
            seen["rule"] += rule is not None
            seen["delays"] += snn.max_delay > 1
            seen["signs"] += signs is not None and "device" in chosen
    print(dict(seen))


if __name__ == "__main__":
    main(range(*map(int, sys.argv[1:])))
