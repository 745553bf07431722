"""Write tests/golden/: runs of snn-reservoir-py 2.0.0 (import name snnpy) that snnres must repeat.

    python -m venv peer && peer/bin/pip install snn-reservoir-py==2.0.0
    peer/bin/python tests/make_golden.py

Needs nothing of snnres. A file holds all that a run starts from, so that no draw need be repeated:

- ``header``: JSON with ``made_by``, ``settings`` (scalars of SimulationParams), ``stdp`` (or null) and ``expected``
- ``data, indices, indptr``: the weights before the run; ``potentials``, ``outputs``
- ``input_bits, input_shape`` and ``spike_bits, spike_shape``: 0/1 matrices, packed; the spikes are (n_steps, n_neurons)
- ``final_potentials``; with plasticity ``final_data``; ``feature_*`` of the outputs

Files named ``features_*`` hold spikes and features only; ``weights_*`` hold weights before and after some operations.
"""

import itertools
import json
import random
from pathlib import Path
from unittest.mock import patch

import numpy as np
import scipy.sparse as sp
from snnpy import SNN, SimulationParams
from snnpy.snn import STDPParams

FOLDER = Path(__file__).parent / "golden"
SAVED = FOLDER / "saved"
MADE_BY = "snn-reservoir-py 2.0.0"
DEFAULTS = {"membrane_threshold": 1.0, "leak_coefficient": 0.05, "refractory_period": 2}
PLASTICITY = {"tau_plus": 20.0, "tau_minus": 40.0, "A_plus": 0.015, "eta": 1.5, "W_max": 0.3}
# Settings under which some neuron fires in every step.
LIVELY = {"leak_coefficient": 0.1, "refractory_period": 1}


def small_world(n, k, p, mean, **more):
    return {"num_neurons": n, "small_world_graph_k": k, "small_world_graph_p": p, "mean_weight": mean, **more}


def uniform(n, prob, mean, **more):
    return {"num_neurons": n, "is_random_uniform": True, "connection_prob": prob, "mean_weight": mean, **more}


def supplied(rng, n, density, mean, sd):
    """Weights of both signs with loops, which no generated network has."""
    matrix = sp.random(n, n, density, format="csr", random_state=rng, dtype=np.float32)
    matrix.data[:] = rng.normal(mean, sd, matrix.nnz)
    return {"adjacency_matrix": matrix}


def static_cases(rng):
    """Name -> (network, steps, inputs, input rate, other settings)."""
    below_one = rng.random(90).astype(np.float32)
    lowered = {"current_amplitude": -0.2, "membrane_potentials": np.minimum(2 * below_one, 1)}
    return {
        "small_world_5": (small_world(5, 4, 0.5, 0.4), 60, 2, 0.4, {}),
        "small_world_60_ring": (small_world(60, 10, 0.0, 0.2), 100, 10, 0.3, {"leak_coefficient": 0.0}),
        "small_world_60_random": (small_world(60, 10, 1.0, 0.2), 100, 10, 0.3, {"refractory_period": 7}),
        "small_world_1000": (small_world(1000, 20, 0.2, 0.11), 150, 50, 0.5, {"leak_coefficient": 1e-4}),
        "uniform_7_complete": (uniform(7, 1.0, 0.2), 60, 3, 0.4, {"refractory_period": 1}),
        "uniform_80": (uniform(80, 0.15, 0.4), 120, 12, 0.3, {"leak_coefficient": 0.5}),
        "uniform_400": (uniform(400, 0.03, 0.1), 200, 40, 0.3, {"membrane_threshold": 0.7}),
        "supplied_1": (supplied(rng, 1, 1.0, 0.3, 0.0), 30, 1, 0.4, {"output_neurons": [0]}),
        "supplied_90": (supplied(rng, 90, 0.12, 0.1, 0.3), 120, 20, 0.3, {}),
        "supplied_300": (supplied(rng, 300, 0.03, 0.05, 0.2), 150, 30, 0.4, {"refractory_period": 3}),
        "potentials": (small_world(90, 12, 0.2, 0.15), 100, 9, 0.2, {"membrane_potentials": below_one}),
        "potentials_zero": (uniform(90, 0.1, 0.2), 100, 9, 0.2, {"membrane_potentials": np.zeros(90, np.float32)}),
        "potentials_supplied": (supplied(rng, 90, 0.1, 0.1, 0.1), 80, 9, 0.2, {"membrane_potentials": below_one}),
        "duration_shorter": (small_world(70, 10, 0.2, 0.2), 100, 9, 0.3, {"duration": 37}),
        "duration_longer": (uniform(70, 0.12, 0.22), 60, 9, 0.3, {"duration": 140}),
        "negative_weights": (small_world(100, 20, 0.2, -0.05), 120, 30, 0.3, {}),
        "negative_weights_uniform": (uniform(100, 0.1, -0.1), 120, 30, 0.3, {"leak_coefficient": 0.3}),
        "spread_small_world": (small_world(100, 20, 0.2, 0.05, weight_variance=5), 150, 20, 0.3, {}),
        "spread_uniform": (uniform(100, 0.1, 0.05, weight_variance=5), 150, 20, 0.3, {"refractory_period": 4}),
        "no_spread": (small_world(100, 20, 0.2, 0.1, weight_variance=0), 150, 20, 0.3, {}),
        "amplitude_third": (small_world(90, 12, 0.2, 0.2), 120, 20, 0.4, {"current_amplitude": 1 / 3}),
        "amplitude_large": (uniform(90, 0.1, 0.15), 120, 20, 0.4, {"current_amplitude": 2.5}),
        "amplitude_negative": (supplied(rng, 90, 0.1, 0.15, 0.1), 120, 20, 0.4, lowered),
        "all_outputs": (small_world(60, 10, 0.2, 0.08), 90, 60, 0.05, {"output_neurons": np.arange(60)[::-1]}),
    }


def plastic_cases(rng):
    """Name -> (network, steps, inputs, input rate, other settings, STDPParams): every combination of the options."""
    cases = {}
    options = itertools.product(["multiplicative", "additive"], [True, False], [True, False], [True, False])
    for number, (rule, clip, nearest, lock) in enumerate(options):
        network = small_world(60, 12, 0.2, 0.1) if number % 3 else uniform(60, 0.1, 0.1)
        given = {"weight_update_rule": rule, "clip": clip, "nearest_neighbor": nearest, "lock_A_minus": lock}
        words = [rule, "clip" * clip, "nearest" * nearest, "lock" * lock]
        name = "stdp_" + "_".join(filter(None, words))
        cases[name] = (network, 100, 40, 0.3, LIVELY, PLASTICITY | given | ({} if lock else {"A_minus": 0.01}))
    for rule, clip in itertools.product(["multiplicative", "additive"], [True, False]):
        given = {"weight_update_rule": rule, "clip": clip, "A_minus": 0.01}
        name = f"stdp_{rule}_{'clip_' * clip}supplied"
        cases[name] = (supplied(rng, 60, 0.1, 0.05, 0.1), 100, 40, 0.3, LIVELY, PLASTICITY | given)
    given = {"weight_update_rule": "multiplicative", "A_minus": 0.001, "A_plus": 0.001, "eta": 1.0, "W_max": 1.0}
    cases["stdp_multiplicative_300"] = (small_world(300, 20, 0.2, 0.1), 200, 30, 0.5, {}, PLASTICITY | given)
    return cases


def pack(name, matrix):
    return {f"{name}_bits": np.packbits(matrix.astype(np.uint8)), f"{name}_shape": np.array(matrix.shape)}


def csr_arrays(matrix, suffix=""):
    """The arrays of a CSR matrix, indices as narrow as they fit."""
    index = np.uint16 if max(matrix.shape[0], matrix.nnz) < 2**16 else np.int32
    parts = {"data": matrix.data.copy(), "indices": matrix.indices.astype(index), "indptr": matrix.indptr.astype(index)}
    return {name + suffix: part for name, part in parts.items()}


def features_of(snn):
    return {f"feature_{name}": np.asarray(values) for name, values in snn.extract_features_from_spikes().items()}


def write(name, header, arrays):
    path = FOLDER / f"{name}.npz"
    np.savez_compressed(path, header=np.array(json.dumps({"made_by": MADE_BY, **header})), **arrays)


def seeded_reference(seed):
    """Seed all that the reference, which has no seed of its own, draws from."""
    np.random.seed(seed)  # noqa: NPY002
    random.seed(seed)
    rng = np.random.default_rng(seed)
    return patch("numpy.random.default_rng", lambda given=None: rng)


def golden_run(name, network, n_steps, n_inputs, rate, settings, stdp=None):
    """Run one case with a seed from its name and write all of it."""
    seed = int.from_bytes(name.encode(), "little") % 2**31
    inputs = (np.random.default_rng(seed).random((n_inputs, n_steps)) < rate).astype(np.uint8)
    scalars = DEFAULTS | {key: value for key, value in settings.items() if np.ndim(value) == 0}
    arrays = {key: np.array(value) for key, value in settings.items() if np.ndim(value)}
    outputs = {} if "output_neurons" in arrays else {"num_output_neurons": len_outputs(network, n_inputs)}
    params = SimulationParams(**network, **scalars, **arrays, **outputs, input_spike_times=inputs.copy())
    with seeded_reference(seed):
        snn = SNN(params, None if stdp is None else STDPParams(**stdp))
    before = snn.get_topology().copy()
    contents = {
        **csr_arrays(before),
        "potentials": snn.get_membrane_potentials().copy(),
        "outputs": np.array(snn.get_output_neurons()),
        **pack("input", inputs),
    }
    expected = {"threshold": float(snn.compute_global_scalar_threshold())}
    expected["threshold_abs"] = float(snn.compute_global_scalar_threshold(use_abs_weights=True))
    expected["mean_in_degree"] = float(snn.mean_in_degree)
    expected["input_mean_current"] = float(snn.input_mean_current)
    output_spikes = snn.simulate()
    spikes = np.asarray(snn.spike_matrix)
    assert before.dtype == np.float32
    assert before.has_canonical_format
    assert spikes.any(), f"{name}: nothing fires"
    assert np.array_equal(output_spikes, spikes[:, contents["outputs"]])
    after = snn.get_topology()
    if stdp is not None:
        assert spikes.any(axis=1).all(), f"{name}: a step is silent, in which the reference's traces would not decay"
        assert np.array_equal(after.indices, before.indices)
        assert not np.array_equal(after.data, before.data)
        contents["final_data"] = after.data
    else:
        assert np.array_equal(after.data, before.data)
    expected["tot_spikes"] = int(snn.tot_spikes)
    expected["mean_isi"] = float(snn.calculate_mean_isi())
    contents |= pack("spike", spikes) | {"final_potentials": snn.get_membrane_potentials()} | features_of(snn)
    write(name, {"settings": scalars, "stdp": stdp, "expected": expected}, contents)
    return snn


def len_outputs(network, n_inputs):
    """Every neuron that gets no input, up to 35."""
    matrix = network.get("adjacency_matrix")
    n_neurons = network["num_neurons"] if matrix is None else matrix.shape[0]
    return min(35, n_neurons - n_inputs)


def feature_trains(rng, n_steps):
    """Trains that no network with a refractory period makes: bursts, full, silent, single spikes at the ends."""
    trains = (rng.random((n_steps, 40)) < np.linspace(0, 1, 40)).astype(np.int8)
    corners = np.zeros((n_steps, 8), dtype=np.int8)
    corners[0, 1] = corners[-1, 2] = corners[n_steps // 2, 3] = 1
    corners[[0, -1], 4] = 1
    corners[:, 5] = 1
    corners[::2, 6] = 1
    corners[: n_steps // 2, 7] = 1
    return np.hstack([trains, corners])


def golden_features(name, trains):
    """The reference's features of trains that it did not simulate."""
    n_steps, n_trains = trains.shape
    snn = SNN(
        SimulationParams(
            **DEFAULTS,
            adjacency_matrix=sp.eye(n_trains, format="csr", dtype=np.float32),
            output_neurons=np.arange(n_trains),
            input_spike_times=np.zeros((1, n_steps), dtype=np.uint8),
        )
    )
    snn.simulate()
    snn.spike_matrix_output = trains
    expected = {"mean_isi": float(snn.calculate_mean_isi())}
    write(name, {"expected": expected}, pack("spike", trains) | features_of(snn))


def golden_weights(name, network, operations):
    """Apply operations to supplied weights; write weights and statistics at the start and after each."""
    inputs = (np.random.default_rng(3).random((5, 40)) < 0.3).astype(np.uint8)
    snn = SNN(SimulationParams(**DEFAULTS, **network, num_output_neurons=5, input_spike_times=inputs))
    contents, statistics = pack("input", inputs), []
    for number, (method, argument) in enumerate([(None, None), *operations]):
        if method is not None:
            getattr(snn, method)(argument)
        contents |= csr_arrays(snn.get_topology(), str(number))
        statistics.append(
            {
                "weights_mean": float(snn.weights_mean),
                "weights_variance": float(snn.weights_variance),
                "mean_in_degree": float(snn.mean_in_degree),
                "threshold": float(snn.compute_global_scalar_threshold()),
                "threshold_abs": float(snn.compute_global_scalar_threshold(use_abs_weights=True)),
            }
        )
    settings = {**DEFAULTS, "num_output_neurons": 5}
    write(name, {"settings": settings, "operations": operations, "expected": statistics}, contents)


def save_as_reference(snn):
    """Write the three files of a network in the reference's own way."""
    SAVED.mkdir(exist_ok=True)
    snn.save_topology(str(SAVED / "snn_matrices.npz"))
    snn.save_membrane_potentials(str(SAVED / "membrane_potentials.npy"))
    snn.save_output_neurons(str(SAVED / "output_neurons.npy"))


def main():
    FOLDER.mkdir(exist_ok=True)
    rng = np.random.default_rng(2024)
    for name, case in static_cases(rng).items():
        snn = golden_run(name, *case)
        if name == "supplied_90":
            save_as_reference(snn)
    for name, case in plastic_cases(rng).items():
        golden_run(name, *case)
    for n_steps in (1, 2, 49, 100):
        golden_features(f"features_{n_steps}", feature_trains(rng, n_steps))
    prune_often = [["prune", 0.1], ["prune", 0.5], ["prune", 1e-6], ["prune", 0.999]]
    golden_weights("weights_prune", supplied(rng, 40, 0.2, 0.1, 0.3), prune_often)
    rescale = [["rescale_synaptic_weights_to_mean", 0.5], ["prune", 0.3], ["rescale_synaptic_weights_to_mean", -0.02]]
    golden_weights("weights_rescale", supplied(rng, 40, 0.2, 0.1, 0.05), rescale)


if __name__ == "__main__":
    main()
