"""Checkpoints: what one takes of a run that learns, by itself and beside the run.

Small worlds with STDP, 200 synapses from each neuron; each run has so many checkpoints, and the time that it takes
longer than without is theirs. A call with the checkpoints of a run that has come to its end tells what going on takes.
All are the least of the repeats, in turn.
"""

import tempfile
import time
from pathlib import Path

import numpy as np
from tables import Table

from snnres import SNN, SimulationParams, STDPParams

INPUTS, STEPS, CHECKPOINTS = 50, 500, 5
SIZES, LARGE = (2000, 10_000, 50_000), 250_000


def network(n_neurons):
    return SNN(
        SimulationParams(
            num_neurons=n_neurons,
            num_output_neurons=35,
            small_world_graph_k=min(400, n_neurons // 2),
            small_world_graph_p=0.2,
            mean_weight=0.00745167232 * 1.05,
            membrane_threshold=2.0,
            leak_coefficient=1e-4,
            refractory_period=2,
            input_spike_times=np.random.default_rng(0).integers(0, 2, (INPUTS, STEPS), dtype=np.uint8),
            seed=0,
        ),
        STDPParams(A_plus=1e-5, A_minus=1e-5, W_max=0.1),
    )


def seconds(snn, **checkpointing):
    # Of a copy, since weights that have learned make other spikes.
    twin = snn.copy()
    start = time.perf_counter()
    twin.simulate(**checkpointing)
    return time.perf_counter() - start


def run(snn):
    """Return the seconds of a run without checkpoints, with them, and of going on from the last, and its bytes."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {"checkpoint": folder, "every": STEPS // CHECKPOINTS}
        times = [seconds(snn), seconds(snn, **kept), seconds(snn, **kept)]
        return [*times, sum(path.stat().st_size for path in Path(folder).iterdir())]


def measure(options):
    """Yield the table."""
    sizes, repeats = ((200,), 1) if options.quick else (SIZES + (LARGE,) * options.large, 3)
    rows = []
    for n_neurons in sizes:
        snn = network(n_neurons)
        plain, whole, again, size = np.min([run(snn) for _ in range(repeats)], axis=0).tolist()
        each = 1e3 * (whole - plain) / CHECKPOINTS
        rows.append((n_neurons, snn.synaptic_weights.nnz, 1e3 * plain / STEPS, each, size / 1e6, 1e3 * again))
    columns = {
        "neurons": ",d",
        "synapses": ",d",
        "ms a step": ".3f",
        "ms a checkpoint": ".1f",
        "MB": ".1f",
        "ms to go on from it": ".1f",
    }
    yield Table(f"Checkpoints of a network that learns, the least of {repeats}", columns, rows)
