"""Build and run one small world in a process of its own: python scaling.py NEURONS; prints JSON, peak memory too.

Every neuron has 200 neighbours, so 100 synapses; weights are such that about as many fire as in the reference's first
example.
"""

import json
import resource
import statistics
import sys
import time

import numpy as np

from snnres import SNN, SimulationParams

NEIGHBOURS, STEPS, WARM_UP, RUNS = 200, 100, 1000, 3


def network(n_neurons):
    n_inputs = n_neurons // 40
    return SNN(
        SimulationParams(
            num_neurons=n_neurons,
            num_output_neurons=35,
            small_world_graph_k=NEIGHBOURS,
            small_world_graph_p=0.2,
            mean_weight=0.01565,
            membrane_threshold=2.0,
            leak_coefficient=1e-4,
            refractory_period=2,
            input_spike_times=np.random.default_rng(0).integers(0, 2, (n_inputs, STEPS), dtype=np.uint8),
            seed=0,
        )
    )


def seconds_of_run(snn):
    """Run once from the potentials of construction."""
    snn.reset()
    start = time.perf_counter()
    snn.simulate()
    return time.perf_counter() - start


def main():
    network(WARM_UP).simulate()
    start = time.perf_counter()
    snn = network(int(sys.argv[1]))
    built = time.perf_counter()
    seconds = statistics.median(seconds_of_run(snn) for _ in range(RUNS))
    out_degree = np.diff(snn.synaptic_weights.indptr).astype(np.int64)
    result = {
        "neurons": snn.num_neurons,
        "synapses": snn.synaptic_weights.nnz,
        "steps": STEPS,
        "spikes": snn.tot_spikes,
        "events": int(out_degree[snn.recording.neurons].sum()),
        "build": built - start,
        "simulate": seconds,
        # In KiB on Linux.
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
