"""What a step by itself costs beyond the kernel: SNN.step beside the same step within SNN.simulate.

Networks of 1,000 neurons and 40 synapses each, plain, with plasticity, and with delays and currents beside it. Input
is checked and output copied in every step, as in any control loop. All are the least of the repeats, in turn.
"""

import time

import numpy as np
from tables import Table

from snnres import SNN, SimulationParams, STDPParams
from snnres.encoding import random_input_weights
from snnres.parts import UniformDelays

NEURONS, INPUTS, CHANNELS = 1000, 20, 4


def network(rule=None, delays=None, *, currents=False):
    params = SimulationParams(
        num_neurons=NEURONS,
        num_output_neurons=100,
        mean_weight=0.03,
        small_world_graph_k=80,
        small_world_graph_p=0.2,
        membrane_threshold=1.0,
        leak_coefficient=0.1,
        refractory_period=2,
        input_spike_times=np.zeros((INPUTS, 1)),
        delays=delays,
        seed=0,
    )
    snn = SNN(params, rule)
    if currents:
        snn.set_input_weights(random_input_weights(CHANNELS, NEURONS, density=0.1, seed=0))
    return snn


def whole(snn, spikes, values):
    snn.set_input_spike_times(spikes)
    if values is not None:
        snn.set_input_currents(values)
    start = time.perf_counter()
    snn.simulate()
    return time.perf_counter() - start


def single(snn, spikes, values):
    columns = np.ascontiguousarray(spikes.T)
    rows = [None] * len(columns) if values is None else np.ascontiguousarray(values.T)
    start = time.perf_counter()
    for column, row in zip(columns, rows, strict=True):
        snn.step(column, currents=row)
    return time.perf_counter() - start


def measure(options):
    """Yield the table."""
    steps, repeats = (50, 1) if options.quick else (1000, 12)
    rng = np.random.default_rng(0)
    spikes = (rng.random((INPUTS, steps)) < 0.2).astype(np.uint8)
    values = 0.2 * rng.normal(size=(CHANNELS, steps))
    rows = []
    for name, snn, channels in (
        ("plain", network(), None),
        ("plasticity", network(STDPParams()), None),
        ("plasticity, delays, currents", network(STDPParams(), UniformDelays(1, 20), currents=True), values),
    ):
        # Of copies, since weights that have learned make other spikes.
        times = [[work(snn.copy(), spikes, channels) for work in (whole, single)] for _ in range(repeats)]
        inside, outside = np.min(times, axis=0) / steps * 1e6
        rows.append((name, inside, outside, outside - inside))
    columns = {"network": "", "us, within simulate": ".2f", "us, step": ".2f", "beyond": ".2f"}
    yield Table(f"A step of {NEURONS:,} neurons, the least of {repeats}", columns, rows)
