"""Files: round trips, atomic writes, and the refusal of what is damaged, foreign or newer."""

import contextlib
import dataclasses
import json
import os
import pickle
import re
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from cases import assert_same, build, random_case, random_matrix, random_plasticity, snapshot, state_of

import snnres
from snnres import SNN, SimulationParams, STDPParams
from snnres import io as snnres_io

FOLDER = Path(__file__).parent / "golden" / "saved"
PLASTICITY = {"A_plus": 0.05, "A_minus": 0.04, "W_max": 2.0, "nearest_neighbor": True}


def small(plasticity=None, **changes):
    rng = np.random.default_rng(5)
    case = {
        "num_neurons": 20,
        "num_output_neurons": 6,
        "mean_weight": 0.4,
        "weight_variance": 1.0,
        "small_world_graph_k": 6,
        "small_world_graph_p": 0.3,
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.1,
        "refractory_period": 2,
        "input_spike_times": (rng.random((6, 30)) < 0.3).astype(np.uint8),
        "seed": 11,
    }
    return build(case | changes, plasticity)


# ---------------------------------------------------------------- descriptions of a run


def same_params(first, second):
    assert type(first) is type(second)
    for field in dataclasses.fields(first):
        a, b = getattr(first, field.name), getattr(second, field.name)
        if sp.issparse(a):
            np.testing.assert_array_equal(a.toarray(), b.toarray())
        elif isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b)
            assert a.dtype == np.asarray(b).dtype
        else:
            assert a == b, field.name


@pytest.mark.parametrize("suffix", [".json", ".toml"])
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.filterwarnings("ignore:clip=True keeps weights:UserWarning")
def test_descriptions_round_trip(tmp_path, suffix, seed):
    simulation = SimulationParams(**random_case(seed))
    stdp = STDPParams(**random_plasticity(seed)) if seed % 2 else None
    path = tmp_path / f"run{suffix}"
    snnres.save_params(path, simulation, stdp)
    again, stdp_again = snnres.load_params(path)
    same_params(simulation, again)
    assert stdp_again == stdp
    assert_same(state_of(SNN(again, stdp_again)), state_of(SNN(simulation, stdp)))


@pytest.mark.parametrize("suffix", [".json", ".toml"])
def test_a_description_holds_scalars_and_names_arrays(tmp_path, suffix):
    path = tmp_path / "deep" / f"run{suffix}"
    simulation = SimulationParams(
        adjacency_matrix=sp.csr_matrix(np.eye(4)),
        output_neurons=np.array([2]),
        membrane_threshold=np.float64(1.5),
        leak_coefficient=0.1,
        refractory_period=np.int64(2),
        input_spike_times=np.ones((1, 3)),
        seed=np.int64(7),
    )
    snnres.save_params(path, simulation)
    table = (json.loads if suffix == ".json" else tomllib.loads)(path.read_text())["simulation"]
    files = {name: table.pop(name) for name in ("output_neurons", "input_spike_times", "adjacency_matrix")}
    assert table == {"membrane_threshold": 1.5, "leak_coefficient": 0.1, "refractory_period": 2, "seed": 7}
    for name, file in files.items():
        assert re.fullmatch(rf"run\.{name}\.[0-9a-f]{{16}}\.np[yz]", file)
    assert {file.name for file in path.parent.iterdir()} == {path.name, *files.values()}
    # The folder can be moved: paths are relative to the file.
    moved = tmp_path / "moved"
    path.parent.rename(moved)
    again, _ = snnres.load_params(moved / path.name)
    np.testing.assert_array_equal(again.adjacency_matrix.toarray(), np.eye(4))


def test_a_seed_that_is_an_object_has_no_place_in_a_file(tmp_path):
    for seed in (np.random.SeedSequence(1), np.random.default_rng(1)):
        with pytest.raises(TypeError, match="seed"):
            snnres.save_params(tmp_path / "run.json", SimulationParams(**(random_case(0) | {"seed": seed})))
    assert not (tmp_path / "run.json").exists()


@pytest.mark.parametrize("path", ["run", "run.yaml", "run.JSON", "", 3, None])
def test_the_suffix_says_the_format(path):
    params = SimulationParams(**random_case(0))
    with pytest.raises((TypeError, ValueError), match="path"):
        snnres.save_params(path, params)
    with pytest.raises((TypeError, ValueError), match="path"):
        snnres.load_params(path)


SCALARS = {
    "num_neurons": 20,
    "num_output_neurons": 4,
    "mean_weight": 0.1,
    "small_world_graph_k": 4,
    "small_world_graph_p": 0.2,
    "membrane_threshold": 1.0,
    "leak_coefficient": 0.1,
    "refractory_period": 2,
}


def described(tmp_path, tables):
    path = tmp_path / "run.json"
    path.write_text(tables if isinstance(tables, str) else json.dumps(tables))
    return path


def test_a_person_s_file_is_read(tmp_path):
    simulation, stdp = snnres.load_params(described(tmp_path, {"simulation": SCALARS, "stdp": {"A_plus": 0.5}}))
    assert simulation.num_neurons == 20
    assert simulation.seed is None
    assert stdp == STDPParams(A_plus=0.5)


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        ({}, "simulation"),
        ([], "simulation"),
        (3, "simulation"),
        ({"simulation": 3}, "simulation"),
        ({"stdp": {}}, "simulation"),
        ({"simulation": SCALARS, "more": {}}, "more"),
        ({"simulation": SCALARS | {"num_neuron": 3}}, "num_neuron"),
        ({"simulation": SCALARS | {"membrane_threshold": -1}}, "membrane_threshold"),
        ({"simulation": SCALARS | {"membrane_threshold": "1"}}, "membrane_threshold"),
        ({"simulation": SCALARS | {"membrane_threshold": True}}, "membrane_threshold"),
        ({"simulation": SCALARS | {"membrane_threshold": float("nan")}}, "membrane_threshold"),
        ({"simulation": SCALARS | {"seed": "7"}}, "seed"),
        ({"simulation": SCALARS | {"input_spike_times": [[0, 1]]}}, "input_spike_times"),
        ({"simulation": {"num_neurons": 20}}, "membrane_threshold"),
        ({"simulation": SCALARS, "stdp": {"A": 1}}, "'A'"),
        ({"simulation": SCALARS, "stdp": {"A_plus": -1}}, "A_plus"),
        ({"simulation": SCALARS, "stdp": None}, "stdp"),
        ('{"simulation": {"num_neurons": 1, "num_neurons": 2}}', "twice"),
        ("{", "run.json"),
        ("", "run.json"),
    ],
)
def test_descriptions_that_are_wrong(tmp_path, tables, named):
    with pytest.raises(ValueError, match=named):
        snnres.load_params(described(tmp_path, tables))


def test_a_description_that_is_no_text(tmp_path):
    for name in ("run.json", "run.toml"):
        (tmp_path / name).write_bytes(b"\xff\xfe\x00")
        with pytest.raises(ValueError, match=name):
            snnres.load_params(tmp_path / name)


def test_a_deeply_nested_description(tmp_path):
    with pytest.raises(ValueError, match=r"run\.json"):
        snnres.load_params(described(tmp_path, "[" * 100_000))


def test_missing_files_are_not_found(tmp_path):
    with pytest.raises(FileNotFoundError):
        snnres.load_params(tmp_path / "run.json")
    with pytest.raises(FileNotFoundError):
        snnres.load_params(described(tmp_path, {"simulation": SCALARS | {"input_spike_times": "nowhere.npy"}}))
    for load in (snnres.load_topology, snnres.load_membrane_potentials, snnres.load_output_neurons, SNN.load):
        with pytest.raises(FileNotFoundError):
            load(tmp_path / "nowhere")


# ---------------------------------------------------------------- a whole network


@pytest.mark.parametrize("plasticity", [None, PLASTICITY])
@pytest.mark.parametrize("started", [False, True])
def test_a_loaded_network_goes_on_bit_for_bit(tmp_path, plasticity, started):
    snn = small(plasticity)
    if started:
        snn.simulate()
        snn.membrane_threshold = 0.9
    snn.save(tmp_path / "network.npz")
    twin = SNN.load(tmp_path / "network.npz")
    assert_same(state_of(twin), state_of(snn), leave_out=("recording",))
    for _ in range(2):
        np.testing.assert_array_equal(twin.simulate(), snn.simulate())
        assert_same(state_of(twin), state_of(snn))
    for network in (snn, twin):
        network.reset_synaptic_weights(0.3, 0.5)
    assert_same(state_of(twin), state_of(snn))
    for network in (snn, twin):
        network.reset()
    assert_same(state_of(twin), state_of(snn))


@pytest.mark.parametrize("seed", range(10))
def test_any_network_round_trips(tmp_path, seed):
    snn = build(random_case(seed), random_plasticity(seed) if seed % 2 else None)
    snn.simulate()
    snn.save(tmp_path / "network")
    assert_same(state_of(SNN.load(tmp_path / "network")), state_of(snn), leave_out=("recording",))


def test_numpy_scalars_round_trip(tmp_path):
    snn = small(
        {"A_plus": np.float32(0.25), "clip": np.True_, "eta": np.int64(1)},
        membrane_threshold=np.float32(1.1),
        refractory_period=np.int32(2),
        duration=np.uint8(9),
    )
    snn.save(tmp_path / "network")
    assert_same(state_of(SNN.load(tmp_path / "network")), state_of(snn), leave_out=("recording",))


def test_the_schema_is_the_documented_one(tmp_path):
    snn = small(PLASTICITY)
    snn.simulate()
    snn.save(tmp_path / "network.npz")
    with np.load(tmp_path / "network.npz", allow_pickle=False) as archive:
        header = json.loads(str(archive["header"]))
        assert header["format"] == "snnres network"
        assert header["cell"]["kind"] == "LIF"
        assert header["cell"]["membrane_threshold"] == 1.0
        assert header["rules"][0]["rule"]["A_plus"] == 0.05
        assert header["elements"] == {}
        assert header["random_state"]["bit_generator"] == "PCG64"
        np.testing.assert_array_equal(archive["data"], snn.get_topology().data)
        np.testing.assert_array_equal(archive["cell.potential"], snn.get_membrane_potentials())
        np.testing.assert_array_equal(archive["trace.trace"], snn.get_trace())
        np.testing.assert_array_equal(archive["outputs"], snn.get_output_neurons())
        traces = ("rules.0.rule.x_pre", "rules.0.rule.x_post")
        for name in ("indices", "indptr", "cell.timer", *traces, "initial_potentials", "input"):
            assert archive[name].size


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A saved network, as bytes and as its arrays, and the network."""
    path = tmp_path_factory.mktemp("saved") / "network.npz"
    snn = small(PLASTICITY)
    snn.simulate()
    snn.save(path)
    with np.load(path) as archive:
        return path.read_bytes(), dict(archive), snn


def test_truncated_files_are_refused(tmp_path, saved):
    content, _, _ = saved
    path = tmp_path / "network.npz"
    for length in [*range(0, 200, 13), *range(200, len(content), 97), len(content) - 22, len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"network\.npz"):
            SNN.load(path)


def test_flipped_bytes_are_refused_or_without_effect(tmp_path, saved):
    """A byte that no reader looks at, such as a date, may flip unseen; what is loaded is then still the same."""
    content, _, snn = saved
    path = tmp_path / "network.npz"
    rng = np.random.default_rng(0)
    refused = 0
    for position in rng.choice(len(content), size=250, replace=False):
        damaged = bytearray(content)
        damaged[position] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        try:
            twin = SNN.load(path)
        except ValueError as error:
            refused += "network.npz" in str(error)
        else:
            assert_same(state_of(twin), state_of(snn), leave_out=("recording",))
    assert refused > 150


def resaved(tmp_path, arrays, **changes):
    path = tmp_path / "network.npz"
    np.savez(path, **{name: value for name, value in (arrays | changes).items() if value is not None})
    return path


def with_header(arrays, **changes):
    header = json.loads(str(arrays["header"]))
    for name, value in changes.items():
        where, _, key = name.rpartition("__")
        (header[where] if where else header)[key] = value
    return np.array(json.dumps(header))


def test_an_unchanged_copy_is_read(tmp_path, saved):
    _, arrays, snn = saved
    twin = SNN.load(resaved(tmp_path, arrays, header=with_header(arrays)))
    assert_same(state_of(twin), state_of(snn), leave_out=("recording",))


@pytest.mark.parametrize(("version", "rule"), [(1, PLASTICITY), (2, {"tau_plus": 20.0, "tau_minus": 40.0})])
def test_a_file_of_an_earlier_version_goes_on_as_it_did(version, rule):
    """A network after a run with plasticity, and what it did next; the second has input weights and currents."""
    twin = SNN.load(FOLDER / f"network_version_{version}.npz")
    with np.load(FOLDER / f"network_version_{version}_next.npz") as archive:
        expected = dict(archive)
    twin.simulate()
    np.testing.assert_array_equal(twin.spike_matrix, expected["spikes"])
    np.testing.assert_array_equal(twin.get_membrane_potentials(), expected["potentials"], strict=True)
    np.testing.assert_array_equal(twin.get_topology().data, expected["weights"], strict=True)
    np.testing.assert_array_equal(twin.get_trace(), expected["trace"], strict=True)
    assert twin.stdp == STDPParams(**rule)
    assert twin.max_delay == 1
    assert expected["spikes"].sum() > 100
    assert (expected["weights"] != expected["weights_before"]).any()


def test_a_newer_version_is_refused(tmp_path, saved):
    _, arrays, _ = saved
    with pytest.raises(ValueError, match="newer"):
        SNN.load(resaved(tmp_path, arrays, header=with_header(arrays, version=1000)))


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "another"},
        {"version": None},
        {"version": "1"},
        {"version": 0},
        {"version": True},
        {"parameters": None},
        {"parameters": {}},
        {"cell__membrane_threshold": 0},
        {"cell__membrane_threshold": None},
        {"cell__membrane_threshold": float("nan")},
        {"cell__leak_coefficient": 1.0},
        {"cell__refractory_period": 0},
        {"parameters__current_amplitude": "x"},
        {"parameters__duration": 0},
        {"parameters__duration": 1.5},
        {"cell": None},
        {"cell": {"kind": "STDPParams"}},
        {"cell": {"kind": "Cell", "membrane_threshold": 1.0}},
        {"rules": 3},
        {"rules": None},
        {"rules": [3]},
        {"rules": [{"kind": "STDPParams"}]},
        {"rules": [{"kind": "Plasticity", "rule": {"A_plus": 0.1}}]},
        {"rules": [{"kind": "Plasticity", "rule": {"kind": "STDPParams", "A_plus": -1}}]},
        {"rules": [{"kind": "Plasticity", "rule": {"kind": "STDPParams", "no_such": 1}}]},
        {"rules": [{"kind": "Plasticity", "rule": {"kind": "LIF"}}]},
        {"rules": [{"kind": "Plasticity", "rule": {"kind": []}}]},
        {"rules": [{"kind": "Plasticity", "rule": {"kind": "STDPParams"}, "targets": [10**6]}]},
        {"elements": None},
        {"elements": {"no_such": {"kind": "LIF"}}},
        {"elements": {"noise": {"kind": "LIF"}}},
        {"cell__leak_coefficient": {"array": "no.such"}},
        {"cell__leak_coefficient": {"array": "outputs"}},
        {"no_such": 1},
        {"seed": -1},
        {"seed": 1.5},
        {"random_state": None},
        {"random_state": {}},
        {"random_state": {"bit_generator": "MT19937"}},
        {"random_state__state": {"state": -1, "inc": 1}},
        {"random_state__state": {"state": 2**200, "inc": 1}},
        {"random_state__state": {"state": "a", "inc": "b"}},
        {"random_state__has_uint32": "x"},
        {"random_state__uinteger": -(2**80)},
    ],
)
def test_headers_that_are_wrong(tmp_path, saved, changes):
    _, arrays, _ = saved
    with pytest.raises(ValueError, match=r"network\.npz"):
        SNN.load(resaved(tmp_path, arrays, header=with_header(arrays, **changes)))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '"snnres network"', "[" * 100_000])
def test_headers_that_are_no_object(tmp_path, saved, text):
    _, arrays, _ = saved
    with pytest.raises(ValueError, match=r"network\.npz"):
        SNN.load(resaved(tmp_path, arrays, header=np.array(text)))


FLOATS = ("cell.potential", "rule.x_pre", "rule.x_post", "trace.trace", "initial_potentials", "data")


def wrong_arrays(arrays):
    """Yield the name of an array, what is wrong, and the wrong array."""
    for name, value in arrays.items():
        yield name, "missing", None
        if name == "header":
            continue
        if name != "input":  # a network may have none
            yield name, "empty", value[:0]
        yield name, "longer", np.concatenate([value, value[:1]]) if name != "input" else np.ones((21, 3), np.uint8)
        yield name, "deeper", value[None]
        yield name, "text", value.astype("U8")
        yield name, "complex", value.astype(complex)
        yield name, "object", value.astype(object)
        if name in FLOATS:
            for bad in (np.nan, np.inf):
                spoilt = value.copy()
                spoilt[1] = bad
                yield name, str(bad), spoilt
    yield "cell.timer", "negative", arrays["cell.timer"] - 1000
    yield "trace.trace", "negative", arrays["trace.trace"] - 1000
    yield "input", "not 0 or 1", arrays["input"] * 2
    yield "indices", "out of range", arrays["indices"] + 20
    yield "indices", "negative", arrays["indices"] - 20
    yield "indices", "duplicates", arrays["indices"] * 0
    yield "indptr", "descending", arrays["indptr"][::-1].copy()
    yield "indptr", "beyond", arrays["indptr"] * 2
    yield "outputs", "duplicates", arrays["outputs"] * 0
    yield "outputs", "out of range", arrays["outputs"] + 20


def test_arrays_that_are_wrong(tmp_path, saved):
    _, arrays, _ = saved
    accepted = []
    for name, what, wrong in wrong_arrays(arrays):
        try:
            SNN.load(resaved(tmp_path, arrays, **{name: wrong}))
        except ValueError:
            continue
        accepted.append((name, what))
    assert accepted == []


class Bomb:
    """Creates a file if it is ever unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def bombs(tmp_path):
    """Files that would act if anything unpickled them."""
    sign = tmp_path / "unpickled"
    bomb = Bomb(sign)
    plain = tmp_path / "plain.npy"
    plain.write_bytes(pickle.dumps(bomb))
    array = tmp_path / "array.npy"
    np.save(array, np.array([bomb], dtype=object), allow_pickle=True)
    archive = tmp_path / "archive.npz"
    np.savez(archive, header=np.array([bomb], dtype=object), data=np.array([bomb], dtype=object))
    disguised = tmp_path / "disguised.npz"
    disguised.write_bytes(pickle.dumps(bomb))
    return sign, [plain, array, archive, disguised]


def test_nothing_is_ever_unpickled(tmp_path):
    sign, files = bombs(tmp_path)
    snn = small()
    before = snapshot(snn)
    loads = (
        SNN.load,
        snnres.load_topology,
        snnres.load_membrane_potentials,
        snnres.load_output_neurons,
        snn.load_topology,
        snn.load_membrane_potentials,
        snn.load_output_neurons,
    )
    for file in files:
        for load in loads:
            for suffix in (".npy", ".npz"):
                path = tmp_path / f"renamed{suffix}"
                path.write_bytes(file.read_bytes())
                with pytest.raises(ValueError, match="renamed") if right_suffix(load, suffix) else raises_either():
                    load(path)
                path.unlink()
    assert not sign.exists()
    assert_same(state_of(snn), before)


def right_suffix(load, suffix):
    archive = "topology" in load.__name__ or load.__name__ == "load"
    return archive == (suffix == ".npz")


def raises_either():
    """With the other suffix added, there is no such file."""
    return pytest.raises((ValueError, FileNotFoundError))


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 18, b"\x93NUMPY", b"hello", bytes(range(256)) * 2])
def test_foreign_files_are_refused(tmp_path, content):
    snn = small()
    before = snapshot(snn)
    for name, loads in (
        ("some.npz", (SNN.load, snn.load_topology, snnres.load_topology)),
        ("some.npy", (snn.load_membrane_potentials, snn.load_output_neurons, snnres.load_output_neurons)),
    ):
        (tmp_path / name).write_bytes(content)
        for load in loads:
            with pytest.raises(ValueError, match=name):
                load(tmp_path / name)
    assert_same(state_of(snn), before)


def test_a_folder_is_no_file(tmp_path):
    for name, load in (("a.npz", SNN.load), ("a.npz", snnres.load_topology), ("a.npy", snnres.load_output_neurons)):
        (tmp_path / name).mkdir(exist_ok=True)
        with pytest.raises(ValueError, match=name):
            load(tmp_path / name)


def test_an_archive_of_another_program(tmp_path):
    np.savez(tmp_path / "other.npz", a=np.ones(3))
    with zipfile.ZipFile(tmp_path / "text.npz", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    np.save(tmp_path / "array.npy", np.ones(3))
    (tmp_path / "array.npz").write_bytes((tmp_path / "array.npy").read_bytes())
    for name in ("other.npz", "text.npz", "array.npz"):
        for load in (SNN.load, snnres.load_topology):
            with pytest.raises(ValueError, match=name):
                load(tmp_path / name)


# ---------------------------------------------------------------- parts, under the reference's names


def test_topology_round_trip_and_interchange(tmp_path):
    snn = small()
    weights = snn.get_topology()
    snn.save_topology(tmp_path / "w.npz")
    for again in (snnres.load_topology(tmp_path / "w"), sp.load_npz(tmp_path / "w.npz")):
        assert again.format == "csr"
        for part in ("data", "indices", "indptr"):
            np.testing.assert_array_equal(getattr(again, part), getattr(weights, part))
    other = random_matrix(np.random.default_rng(0), 20)
    for kind in (sp.csc_array, sp.coo_matrix, sp.csr_array):
        sp.save_npz(tmp_path / "other.npz", kind(other.astype(np.float64)))
        snn.load_topology(tmp_path / "other.npz")
        np.testing.assert_array_equal(snn.get_topology().toarray(), other.toarray())
        assert snn.get_topology().dtype == np.float32


def test_potentials_and_outputs_round_trip(tmp_path):
    snn, other = small(PLASTICITY), small(PLASTICITY, seed=12)
    snn.simulate()
    other.simulate()
    snn.save_membrane_potentials(tmp_path / "v.npy")
    snn.save_output_neurons(tmp_path / "o.npy")
    np.testing.assert_array_equal(snnres.load_membrane_potentials(tmp_path / "v.npy"), snn.get_membrane_potentials())
    np.testing.assert_array_equal(snnres.load_output_neurons(tmp_path / "o.npy"), snn.get_output_neurons())
    other.load_membrane_potentials(tmp_path / "v.npy")
    other.load_output_neurons(tmp_path / "o.npy")
    np.testing.assert_array_equal(other.get_membrane_potentials(), snn.get_membrane_potentials())
    np.testing.assert_array_equal(other.get_output_neurons(), snn.get_output_neurons())
    # Loading potentials starts a trial, as setting them does.
    for name in ("timer", "x_pre", "x_post", "trace"):
        assert not state_of(other)[name].any()


def test_default_paths_are_the_reference_s(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    snn = small()
    snn.save_topology()
    snn.save_membrane_potentials()
    snn.save_output_neurons()
    assert sorted(path.name for path in (tmp_path / "dati").iterdir()) == [
        "membrane_potentials.npy",
        "output_neurons.npy",
        "snn_matrices.npz",
    ]
    twin = small(seed=99)
    twin.load_topology()
    twin.load_membrane_potentials()
    twin.load_output_neurons()
    for name in ("data", "indices", "indptr", "potential", "outputs"):
        np.testing.assert_array_equal(state_of(twin)[name], state_of(snn)[name])
    assert snnres.load_topology().nnz == snnres.load_topology("dati/snn_matrices").nnz == snn.synaptic_weights.nnz
    assert len(snnres.load_membrane_potentials()) == 20
    assert len(snnres.load_output_neurons()) == 6


@pytest.mark.parametrize(
    ("method", "array"),
    [
        ("load_membrane_potentials", np.zeros(19)),
        ("load_membrane_potentials", np.zeros((20, 1))),
        ("load_membrane_potentials", np.zeros(20, dtype=int)),
        ("load_membrane_potentials", np.zeros(20, dtype=complex)),
        ("load_membrane_potentials", np.full(20, np.nan)),
        ("load_membrane_potentials", np.full(20, np.inf)),
        ("load_membrane_potentials", np.full(20, 1e300)),
        ("load_output_neurons", np.array([20])),
        ("load_output_neurons", np.array([-1])),
        ("load_output_neurons", np.array([1, 1])),
        ("load_output_neurons", np.array([1.0])),
        ("load_output_neurons", np.array([[1]])),
        ("load_output_neurons", np.array([], dtype=int)),
        ("load_output_neurons", np.array(["1"])),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, method, array):
    snn = small()
    snn.simulate()
    before = snapshot(snn)
    np.save(tmp_path / "part.npy", array)
    with pytest.raises(ValueError, match=r"part"):
        getattr(snn, method)(tmp_path / "part.npy")
    assert_same(state_of(snn), before)


@pytest.mark.parametrize(
    "matrix", [np.eye(19), np.ones((20, 3)), np.full((20, 20), np.nan), np.eye(20, dtype=int), np.eye(20) * 1j]
)
def test_matrices_that_do_not_fit_are_refused(tmp_path, matrix):
    snn = small()
    snn.simulate()
    before = snapshot(snn)
    sp.save_npz(tmp_path / "w.npz", sp.csr_matrix(matrix))
    with pytest.raises(ValueError, match=r"w\.npz|topology"):
        snn.load_topology(tmp_path / "w.npz")
    assert_same(state_of(snn), before)


def test_damaged_topologies_are_refused_or_the_same(tmp_path):
    snn = small()
    path = tmp_path / "w.npz"
    snn.save_topology(path)
    content = path.read_bytes()
    before = snapshot(snn)
    rng = np.random.default_rng(0)
    for position in rng.choice(len(content), size=150, replace=False):
        damaged = bytearray(content)
        damaged[position] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        with contextlib.suppress(ValueError):
            snn.load_topology(path)
        assert_same(state_of(snn), before)
    for length in range(0, len(content), 41):
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"w\.npz"):
            snn.load_topology(path)


def test_damaged_arrays_are_refused_when_cut(tmp_path):
    snn = small()
    snn.save_membrane_potentials(tmp_path / "v.npy")
    content = (tmp_path / "v.npy").read_bytes()
    before = snapshot(snn)
    for length in range(len(content)):
        (tmp_path / "v.npy").write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"v\.npy"):
            snn.load_membrane_potentials(tmp_path / "v.npy")
    # Of the header's bytes any may be hit; those of the numbers cannot be told from other numbers.
    header = len(content) - 20 * 4
    for position in range(header):
        damaged = bytearray(content)
        damaged[position] ^= 0x15
        (tmp_path / "v.npy").write_bytes(damaged)
        with contextlib.suppress(ValueError):
            snnres.load_membrane_potentials(tmp_path / "v.npy")
    assert_same(state_of(snn), before)


# ---------------------------------------------------------------- writing


def writers(snn):
    params = SimulationParams(**random_case(0))
    return {
        "network.npz": snn.save,
        "w.npz": snn.save_topology,
        "v.npy": snn.save_membrane_potentials,
        "o.npy": snn.save_output_neurons,
        "run.json": lambda path: snnres.save_params(path, params),
    }


@pytest.mark.parametrize("name", ["network.npz", "w.npz", "v.npy", "o.npy", "run.json"])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failing_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, name, step):
    write = writers(small())[name]
    write(tmp_path / name)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path / name)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_interrupted_write_leaves_nothing(tmp_path):
    def write(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        snnres_io.write_atomically(tmp_path / "file", write)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_files_get_the_ordinary_permissions(tmp_path):
    (tmp_path / "plain").write_text("")
    for name, write in writers(small()).items():
        write(tmp_path / name)
        assert (tmp_path / name).stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_missing_folders_are_made(tmp_path):
    for name, write in writers(small()).items():
        write(tmp_path / "a" / "b" / name)
        assert (tmp_path / "a" / "b" / name).exists()


def test_suffixes_are_added_alike_by_save_and_load(tmp_path):
    snn = small()
    snn.save(tmp_path / "net.v1")
    assert (tmp_path / "net.v1.npz").exists()
    assert SNN.load(tmp_path / "net.v1").num_neurons == 20
    assert SNN.load(str(tmp_path / "net.v1.npz")).num_neurons == 20


@pytest.mark.parametrize("path", [None, 3, b"bytes.npz", ["a"], True])
def test_what_is_no_path_is_refused(path):
    snn = small()
    for call in (
        snn.save,
        SNN.load,
        snn.save_topology,
        snn.load_topology,
        snn.save_membrane_potentials,
        snn.load_membrane_potentials,
        snn.save_output_neurons,
        snn.load_output_neurons,
        snnres.load_topology,
        snnres.load_membrane_potentials,
        snnres.load_output_neurons,
    ):
        with pytest.raises(TypeError, match="path"):
            call(path)


def test_saving_takes_only_parameter_objects(tmp_path):
    with pytest.raises(TypeError, match="simulation_params"):
        snnres.save_params(tmp_path / "run.json", STDPParams())
    with pytest.raises(TypeError, match="stdp_params"):
        snnres.save_params(tmp_path / "run.json", SimulationParams(**random_case(0)), {})
    assert list(tmp_path.iterdir()) == []
