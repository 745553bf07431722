"""What a seed draws, pinned, so that another version of NumPy, SciPy or numba can be seen to draw the same.

The hashes are the only expected values in this suite that were taken from the package itself. One that changes
means that networks built from a seed are other networks: say so in the changelog.
"""

import hashlib

import numpy as np
import pytest

from snnres import SNN, SimulationParams, STDPParams

COMMON = {
    "num_neurons": 300,
    "num_output_neurons": 40,
    "mean_weight": 0.15,
    "weight_variance": 1.0,
    "membrane_threshold": 1.0,
    "leak_coefficient": 0.1,
    "refractory_period": 2,
    "seed": 2024,
}
GRAPHS = {
    "small world": {"small_world_graph_k": 20, "small_world_graph_p": 0.3},
    "random": {"is_random_uniform": True, "connection_prob": 0.05},
}


def signal():
    """Input that needs no random numbers: a quadratic residue pattern."""
    i, t = np.mgrid[:60, :100]
    return ((i * i + 7 * t * t + i * t) % 11 < 2).astype(np.uint8)


def digest(array, dtype):
    return hashlib.sha256(np.ascontiguousarray(array, dtype=dtype).tobytes()).hexdigest()[:16]


def drawn(graph, stdp=None):
    snn = SNN(SimulationParams(**COMMON, **GRAPHS[graph], input_spike_times=signal()), stdp)
    weights = snn.get_topology()
    found = {
        "input": digest(snn.input_spike_times, "u1"),
        "topology": digest(np.concatenate([weights.indptr, weights.indices]), "<i8"),
        "weights": digest(weights.data, "<f4"),
        "outputs": digest(snn.get_output_neurons(), "<i8"),
        "potentials": digest(snn.get_membrane_potentials(), "<f4"),
    }
    snn.simulate()
    found["run"] = digest(snn.spike_matrix, "u1")
    found["end"] = digest(snn.get_membrane_potentials(), "<f4")
    assert snn.tot_spikes > 300
    if stdp is not None:
        found["learned"] = digest(snn.get_topology().data, "<f4")
    snn.reset_synaptic_weights(0.1)
    found["drawn anew"] = digest(snn.get_topology().data, "<f4")
    return found


PINNED = {
    "small world": {
        "input": "23832565e5ff8b5c",
        "topology": "a0a349668981baac",
        "weights": "aebd84eb93301f40",
        "outputs": "4d346c26f39c5a08",
        "potentials": "fd26cffcfc2e7f8a",
        "run": "4de041af5cfbb233",
        "end": "db7d00982ffab522",
        "drawn anew": "f3782becb8cb5975",
    },
    "random": {
        "input": "23832565e5ff8b5c",
        "topology": "d2c9d68fe8848480",
        "weights": "1463a033bc08778d",
        "outputs": "4d346c26f39c5a08",
        "potentials": "fd26cffcfc2e7f8a",
        "run": "6ff3be517806303d",
        "end": "5131cb4dbd65a4c3",
        "drawn anew": "6a2ecc3245d23fac",
    },
    "learning": {
        "input": "23832565e5ff8b5c",
        "topology": "a0a349668981baac",
        "weights": "aebd84eb93301f40",
        "outputs": "4d346c26f39c5a08",
        "potentials": "fd26cffcfc2e7f8a",
        "run": "c52bbb508f13ffac",
        "end": "d3dc633e9370512c",
        "learned": "3c73f2284fc1a436",
        "drawn anew": "f3782becb8cb5975",
    },
}


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_seed_draws_what_it_always_drew(graph):
    assert drawn(graph) == PINNED[graph]


@pytest.mark.filterwarnings("ignore:clip=True keeps weights:UserWarning")
def test_learning_ends_where_it_always_ended():
    rule = STDPParams(A_plus=0.02, A_minus=0.015, W_max=2.0)
    assert drawn("small world", rule) == PINNED["learning"]
