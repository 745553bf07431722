"""Print, as JSON, the seconds that a new process takes to import snnres and for its first network and run."""

import json
import time

start = time.perf_counter()

import snnres  # noqa: E402

imported = time.perf_counter()

import numpy as np  # noqa: E402
from case import INPUTS, MEAN_WEIGHT, NEIGHBOURS, NEURONS, REWIRED, STEPS  # noqa: E402


def main():
    inputs = np.random.default_rng(0).integers(0, 2, (INPUTS, STEPS))
    params = snnres.SimulationParams(
        num_neurons=NEURONS,
        num_output_neurons=35,
        small_world_graph_k=NEIGHBOURS,
        small_world_graph_p=REWIRED,
        mean_weight=MEAN_WEIGHT,
        membrane_threshold=2.0,
        leak_coefficient=1e-4,
        refractory_period=2,
        input_spike_times=inputs,
        seed=0,
    )
    begin = time.perf_counter()
    snn = snnres.SNN(params)
    built = time.perf_counter()
    snn.simulate()
    done = time.perf_counter()
    print(json.dumps({"import": imported - start, "build": built - begin, "simulate": done - built}))


if __name__ == "__main__":
    main()
