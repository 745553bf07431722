"""What delays cost: a run with delays beside that of the same network without.

Two networks: a reservoir as the estimators make it with memory (1,000 neurons, 16 synapses each, driven by currents),
and the first example of snn-reservoir-py (2,000 neurons, 200 synapses each). Other delays make other spikes, so that a
synaptic event is told too. All are the least of the repeats, in turn.
"""

import time

import numpy as np
from tables import Table

from snnres import SNN, SimulationParams
from snnres.encoding import random_bias, random_input_weights
from snnres.parts import UniformDelays

DELAYS = (None, 20, 200, 1000)


def reservoir(delays):
    n, k, threshold = 1000, 32, 5.5
    sd = threshold / np.sqrt(k / 2)
    params = SimulationParams(
        num_neurons=n,
        output_neurons=np.arange(n),
        leak_coefficient=0.1,
        refractory_period=2,
        membrane_threshold=threshold,
        small_world_graph_p=0.2,
        small_world_graph_k=k,
        mean_weight=1e-6,
        weight_variance=sd / 1e-6,
        membrane_potentials=np.zeros(n),
        delays=delays,
        seed=0,
    )
    snn = SNN(params)
    snn.set_input_weights(random_input_weights(1, n, density=1.0, seed=0), random_bias(n, 1.0, seed=0))
    snn.set_input_currents(np.random.default_rng(0).normal(size=(1, 200)), hold=40)
    return snn


def first_example(delays):
    params = SimulationParams(
        num_neurons=2000,
        num_output_neurons=35,
        input_spike_times=(np.random.default_rng(0).random((50, 2000)) < 0.5).astype(np.uint8),
        leak_coefficient=1 / 10000,
        refractory_period=2,
        membrane_threshold=2.0,
        small_world_graph_p=0.2,
        small_world_graph_k=400,
        mean_weight=0.00745167232 * 1.05,
        delays=delays,
        seed=0,
    )
    return SNN(params)


def seconds(snn):
    snn.reset()
    start = time.perf_counter()
    snn.simulate(trace_tau=None)
    return time.perf_counter() - start


def measure(options):
    """Yield the table."""
    repeats = 1 if options.quick else 12
    rows = []
    for name, build in (("reservoir", reservoir), ("first example", first_example)):
        networks = [build(None if longest is None else UniformDelays(1, longest)) for longest in DELAYS]
        least = np.min([[seconds(snn) for snn in networks] for _ in range(repeats)], axis=0)
        events = [snn.recording.n_spikes * snn.mean_in_degree for snn in networks]
        each = least / events
        for longest, snn, total, event in zip(DELAYS, networks, least, each, strict=True):
            step = total / snn.recording.n_steps
            rows.append((name, longest or 1, step * 1e6, event * 1e9, total / least[0], event / each[0]))
    columns = {
        "network": "",
        "longest delay": "d",
        "us a step": ".2f",
        "ns an event": ".2f",
        "time of none": ".2f",
        "event of none": ".2f",
    }
    yield Table(f"Runs with delays, the least of {repeats}", columns, rows)
