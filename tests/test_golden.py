"""Runs of other simulators, spike for spike and float32 for float32.

tests/make_golden.py wrote those of snn-reservoir-py 2.0.0, and tests/make_golden_brian2.py those of Brian2 2.9.0, among
them all with delays.
"""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

import snnres
from snnres import SNN, SimulationParams, STDPParams, features

FOLDER = Path(__file__).parent / "golden"
SAVED = FOLDER / "saved"
REFERENCE = os.environ.get("SNNRES_SNNPY_PYTHON")

# Means and variances of float64 are summed in another order than the reference's, which moves their last bits.
ROUNDING = {"rtol": 1e-12, "atol": 0}

FEATURES = [path.stem for path in sorted(FOLDER.glob("features_*.npz"))]
WEIGHTS = [path.stem for path in sorted(FOLDER.glob("weights_*.npz"))]
DELAYED_STDP = [path.stem for path in sorted(FOLDER.glob("delays_stdp_*.npz"))]
RUNS = [path.stem for path in sorted(FOLDER.glob("*.npz")) if path.stem not in FEATURES + WEIGHTS + DELAYED_STDP]
DELAYED = [name for name in RUNS if name.startswith("delays_")]
OPTIONS = ("weight_update_rule", "clip", "nearest_neighbor", "lock_A_minus")
PLASTIC = [name for name in RUNS if name.startswith("stdp_")]


def read(name):
    """The header and the arrays of a golden file, in front of those of the run from which it starts."""
    with np.load(FOLDER / f"{name}.npz") as archive:
        arrays = dict(archive)
    header = json.loads(str(arrays.pop("header")))
    if "start" not in header:
        return header, arrays
    first_header, first = read(header["start"])
    return first_header | header, first | arrays


def unpack(arrays, name):
    shape = tuple(arrays[f"{name}_shape"])
    return np.unpackbits(arrays[f"{name}_bits"], count=np.prod(shape)).reshape(shape)


def matrix_of(arrays, suffix=""):
    indptr = arrays[f"indptr{suffix}"].astype(np.int32)
    parts = (arrays[f"data{suffix}"], arrays[f"indices{suffix}"].astype(np.int32), indptr)
    return sp.csr_matrix(parts, shape=(len(indptr) - 1, len(indptr) - 1))


def delays_of(arrays):
    """The delays as they are given to a network: none, one for each neuron, or one for each synapse."""
    if "delays" not in arrays:
        return None
    matrix, delays = matrix_of(arrays), arrays["delays"].astype(int)
    if len(delays) == matrix.shape[0]:
        return delays
    return sp.csr_matrix((delays, matrix.indices, matrix.indptr), shape=matrix.shape)


def build(header, arrays):
    params = SimulationParams(
        **header["settings"],
        adjacency_matrix=matrix_of(arrays),
        membrane_potentials=arrays["potentials"],
        output_neurons=arrays["outputs"],
        input_spike_times=unpack(arrays, "input"),
        delays=delays_of(arrays),
    )
    return SNN(params, None if header["stdp"] is None else STDPParams(**header["stdp"]))


def assert_features(ours, arrays):
    """Assert that the golden features are there, counts exact; the reference's come first, in its order."""
    golden = {name.removeprefix("feature_"): part for name, part in arrays.items() if name.startswith("feature_")}
    assert list(ours)[: len(golden)] == list(golden)
    for name, values in golden.items():
        assert ours[name].dtype.kind == values.dtype.kind, name
        np.testing.assert_allclose(
            ours[name], values, err_msg=name, **(ROUNDING if values.dtype.kind == "f" else {"rtol": 0})
        )


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.filterwarnings("ignore:clip=True keeps weights:UserWarning")
def test_same_spikes_potentials_and_weights(name):
    header, arrays = read(name)
    snn = build(header, arrays)
    spikes = snn.simulate()
    expected = unpack(arrays, "spike")
    np.testing.assert_array_equal(snn.spike_matrix, expected)
    np.testing.assert_array_equal(spikes, expected[:, arrays["outputs"]])
    np.testing.assert_array_equal(snn.get_membrane_potentials(), arrays["final_potentials"], strict=True)
    weights = snn.get_topology()
    np.testing.assert_array_equal(weights.data, arrays.get("final_data", arrays["data"]), strict=True)
    np.testing.assert_array_equal(weights.indices, arrays["indices"])


@pytest.mark.parametrize("name", DELAYED_STDP)
def test_same_weights_with_plasticity_and_delays(name):
    """Not potentials: Brian2 takes a weight when a spike arrives, snnres when it is sent. No spike depends on it."""
    header, arrays = read(name)
    snn = build(header, arrays)
    snn.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, unpack(arrays, "spike"))
    np.testing.assert_array_equal(snn.get_topology().data, arrays["final_data"], strict=True)


@pytest.mark.parametrize("name", DELAYED + DELAYED_STDP)
def test_delays_decide_the_golden_runs(name):
    header, arrays = read(name)
    assert len(set(arrays["delays"].tolist())) >= 20
    assert unpack(arrays, "spike").sum() > 1000
    snn = build(header, {key: part for key, part in arrays.items() if key != "delays"})
    snn.simulate()
    if name in DELAYED:
        assert np.count_nonzero(snn.spike_matrix != unpack(arrays, "spike")) > 1000
    else:
        assert np.count_nonzero(snn.get_topology().data != arrays["final_data"]) > 400


@pytest.mark.parametrize("name", [name for name in RUNS if not name.endswith("_brian2")])
@pytest.mark.filterwarnings("ignore:clip=True keeps weights:UserWarning")
def test_same_statistics_and_features(name):
    header, arrays = read(name)
    expected = header["expected"]
    snn = build(header, arrays)
    assert snn.compute_global_scalar_threshold() == expected["threshold"]
    assert snn.compute_global_scalar_threshold(use_abs_weights=True) == expected["threshold_abs"]
    assert snn.mean_in_degree == expected["mean_in_degree"]
    assert snn.input_mean_current == expected["input_mean_current"]
    snn.simulate()
    assert snn.tot_spikes == expected["tot_spikes"]
    np.testing.assert_allclose(snn.calculate_mean_isi(), expected["mean_isi"], **ROUNDING)
    assert_features(snn.extract_features_from_spikes(), arrays)


@pytest.mark.parametrize("name", FEATURES)
def test_same_features_of_any_trains(name):
    header, arrays = read(name)
    trains = unpack(arrays, "spike")
    assert_features(features.extract_features(trains), arrays)
    pooled = features.pooled_mean_isi(trains)
    mean_isi = len(trains) if np.isnan(pooled) else pooled
    np.testing.assert_allclose(mean_isi, header["expected"]["mean_isi"], **ROUNDING)


@pytest.mark.parametrize("name", WEIGHTS)
def test_same_weights_after_pruning_and_rescaling(name):
    header, arrays = read(name)
    snn = SNN(
        SimulationParams(
            **header["settings"],
            adjacency_matrix=matrix_of(arrays, "0"),
            input_spike_times=unpack(arrays, "input"),
        )
    )
    for number, expected in enumerate(header["expected"]):
        if number > 0:
            method, argument = header["operations"][number - 1]
            getattr(snn, method)(argument)
        golden = matrix_of(arrays, str(number))
        weights = snn.get_topology()
        np.testing.assert_array_equal(weights.data, golden.data, strict=True)
        np.testing.assert_array_equal(weights.indices, golden.indices)
        np.testing.assert_array_equal(weights.indptr, golden.indptr)
        assert snn.weights_mean == expected["weights_mean"]
        assert snn.weights_variance == expected["weights_variance"]
        assert snn.mean_in_degree == expected["mean_in_degree"]
        assert snn.compute_global_scalar_threshold() == expected["threshold"]
        assert snn.compute_global_scalar_threshold(use_abs_weights=True) == expected["threshold_abs"]


def test_the_files_cover_what_they_should():
    assert len(RUNS) >= 45
    assert len(FEATURES) >= 4
    assert len(WEIGHTS) == 2
    combinations = set()
    for name in PLASTIC:
        header, arrays = read(name)
        stdp = header["stdp"]
        combinations.add(tuple(stdp.get(key) for key in OPTIONS))
        assert unpack(arrays, "spike").any(axis=1).all(), name
    assert len({combination for combination in combinations if None not in combination}) == 16
    makers = [read(name)[0]["made_by"] for name in RUNS]
    assert sum(maker.startswith("Brian2") for maker in makers) == 4
    assert {delays_of(read(name)[1]).ndim for name in DELAYED} == {1, 2}
    combinations = set()
    for name in DELAYED_STDP:
        header, arrays = read(name)
        assert header["made_by"].startswith("Brian2"), name
        combinations.add((header["stdp"]["weight_update_rule"], header["stdp"]["nearest_neighbor"]))
        assert np.count_nonzero(arrays["final_data"] != arrays["data"]) > 600, name
        assert np.any(arrays["final_data"] == np.float32(header["stdp"]["W_max"])), name
    assert len(combinations) == 4


def test_reads_the_files_that_the_reference_saved():
    header, arrays = read("supplied_90")
    snn = build(header, arrays)
    snn.set_topology(sp.csr_matrix((90, 90)))
    snn.set_output_neurons([1])
    snn.load_topology(SAVED / "snn_matrices.npz")
    snn.load_membrane_potentials(SAVED / "membrane_potentials.npy")
    snn.load_output_neurons(SAVED / "output_neurons.npy")
    weights = snn.get_topology()
    np.testing.assert_array_equal(weights.data, arrays["data"], strict=True)
    np.testing.assert_array_equal(weights.indices, arrays["indices"])
    np.testing.assert_array_equal(weights.indptr, arrays["indptr"])
    np.testing.assert_array_equal(snn.get_membrane_potentials(), arrays["final_potentials"], strict=True)
    np.testing.assert_array_equal(snn.get_output_neurons(), arrays["outputs"])
    np.testing.assert_array_equal(snnres.load_topology(SAVED / "snn_matrices.npz").toarray(), weights.toarray())
    potentials = snnres.load_membrane_potentials(SAVED / "membrane_potentials.npy")
    np.testing.assert_array_equal(potentials, arrays["final_potentials"])
    np.testing.assert_array_equal(snnres.load_output_neurons(SAVED / "output_neurons.npy"), arrays["outputs"])


READ_BY_REFERENCE = """
import sys
import numpy as np
from snnpy import load_membrane_potentials, load_output_neurons, load_topology

folder = sys.argv[1]
weights = load_topology(folder + "/snn_matrices.npz")
np.savez(
    folder + "/read.npz", data=weights.data, indices=weights.indices, indptr=weights.indptr,
    potentials=load_membrane_potentials(folder + "/membrane_potentials.npy"),
    outputs=load_output_neurons(folder + "/output_neurons.npy"),
)
"""


@pytest.mark.slow
@pytest.mark.skipif(REFERENCE is None, reason="SNNRES_SNNPY_PYTHON names no Python that has snn-reservoir-py 2.0.0")
def test_the_reference_reads_what_we_saved(tmp_path):
    snn = build(*read("uniform_80"))
    snn.simulate()
    snn.save_topology(tmp_path / "snn_matrices.npz")
    snn.save_membrane_potentials(tmp_path / "membrane_potentials.npy")
    snn.save_output_neurons(tmp_path / "output_neurons.npy")
    subprocess.run([REFERENCE, "-c", READ_BY_REFERENCE, str(tmp_path)], check=True)
    weights = snn.get_topology()
    with np.load(tmp_path / "read.npz") as found:
        np.testing.assert_array_equal(found["data"], weights.data, strict=True)
        np.testing.assert_array_equal(found["indices"], weights.indices)
        np.testing.assert_array_equal(found["indptr"], weights.indptr)
        np.testing.assert_array_equal(found["potentials"], snn.get_membrane_potentials(), strict=True)
        np.testing.assert_array_equal(found["outputs"], snn.get_output_neurons())
