"""Measure snnres on a network that learns: python snnres_learning.py CASE.npz, driven by its section."""

import functools
import sys
import time

import numba
import numpy as np
import scipy.sparse as sp
from example import digest_of
from serve import serve

import snnres
from snnres.parts import GeneralizedLIF, Plasticity, ThresholdAdaptation


def network(case):
    """Return the case's network."""
    n_neurons = len(case["potentials"])
    weights, delays = (
        sp.csr_matrix((case[name], case["indices"], case["indptr"]), shape=(n_neurons, n_neurons))
        for name in ("data", "delays")
    )
    adaptation = ThresholdAdaptation(float(case["increment"]), float(case["tau_adaptation"]))
    params = snnres.SimulationParams(
        adjacency_matrix=weights,
        delays=delays,
        cell=GeneralizedLIF(
            float(case["threshold"]), float(case["leak"]), int(case["refractory"]), adaptation=adaptation
        ),
        input_spike_times=case["inputs"],
        current_amplitude=float(case["amplitude"]),
        membrane_potentials=case["potentials"],
        output_neurons=np.arange(n_neurons),
    )
    stdp = snnres.STDPParams(
        A_plus=float(case["change"]),
        A_minus=float(case["change"]),
        tau_plus=float(case["tau_plus"]),
        tau_minus=float(case["tau_minus"]),
        W_max=float(case["bound"]),
    )
    return snnres.SNN(params, Plasticity(stdp, coincidence="potentiate"))


def simulate(case):
    snn = network(case)
    start = time.perf_counter()
    spikes = snn.simulate(trace_tau=None)
    seconds = time.perf_counter() - start
    by_source = spikes.sum(axis=0, dtype=np.int64)
    return {
        "seconds": seconds,
        "spikes": int(by_source.sum()),
        "events": int(by_source @ np.diff(case["indptr"])),
        "weight": float(snn.weights_mean),
        "digest": digest_of(spikes),
    }


def main():
    case = dict(np.load(sys.argv[1]))
    versions = {"snnres": snnres.__version__, "numba": numba.__version__, "numpy": np.__version__}
    serve(versions, {"simulate": functools.partial(simulate, case)})


if __name__ == "__main__":
    main()
