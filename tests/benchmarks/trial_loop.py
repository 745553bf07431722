"""The loop over trials that users of the reference write: for snnres and snnpy alike, numpy and scipy only."""

import time

import numpy as np
import scipy.sparse as sp


def network(case, SNN, SimulationParams):
    """The case's network."""
    n_neurons = len(case["potentials"])
    parts = tuple(case[name].copy() for name in ("data", "indices", "indptr"))
    return SNN(
        SimulationParams(
            adjacency_matrix=sp.csr_matrix(parts, shape=(n_neurons, n_neurons)),
            membrane_potentials=case["potentials"].copy(),
            output_neurons=case["outputs"].copy(),
            membrane_threshold=float(case["threshold"]),
            leak_coefficient=float(case["leak"]),
            refractory_period=int(case["refractory"]),
            input_spike_times=case["trials"][0].copy(),
        ),
        None,
    )


def answer(seconds, values, path):
    """The answer of one measurement of features; they go to a file, from which they are compared."""
    np.savez(path, **values)
    return {"seconds": seconds / len(next(iter(values.values()))), "values": path}


def loop(snn, trials, path):
    """Time reset, input, run and features of one trial after the other."""
    start = time.perf_counter()
    found = []
    for trial in trials:
        snn.reset()
        snn.set_input_spike_times(trial)
        snn.simulate()
        found.append(snn.extract_features_from_spikes())
    seconds = time.perf_counter() - start
    return answer(seconds, {name: np.array([values[name] for values in found]) for name in found[0]}, path)
