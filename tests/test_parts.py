"""Parts of a user's own: a cell and a rule of an example, beside the same in plain NumPy."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import scipy.sparse as sp
from cases import assert_same, random_matrix, snapshot, state_of

from snnres import SNN, SimulationParams, STDPParams, load_params, save_params
from snnres.network import run
from snnres.parts import LIF, Cell, LearningRule, Part, fires

sys.path.append(str(Path(__file__).parents[1] / "examples"))
from own_parts import Hebb, Quadratic

F = np.float32
N = 40


def params(seed=0, **changes):
    rng = np.random.default_rng(seed)
    matrix = random_matrix(rng, N)
    matrix.data[:] *= 0.3
    case = {
        "cell": Quadratic(membrane_threshold=1.0),
        "adjacency_matrix": matrix,
        "output_neurons": np.arange(10),
        "input_spike_times": (rng.random((15, 60)) < 0.3).astype(np.uint8),
        "current_amplitude": 0.7,
        "seed": seed,
    }
    return SimulationParams(**(case | changes))


def plain_run(matrix, potentials, spikes, hebb=None):
    """The example's cell and rule as their docstrings have them; returns spikes, potentials and weights."""
    coo = sp.coo_array(matrix)
    exists = np.zeros(coo.shape, dtype=bool)
    exists[coo.row, coo.col] = True
    weight, v, rows = coo.toarray().astype(F), potentials.copy(), []
    recent = np.zeros(len(v), dtype=F)
    for column in spikes.T:
        v[: len(column)] += F(0.7) * column.astype(F)
        fired = v >= F(1.0)
        v = np.where(fired, F(0), v + F(0.2) * v * (v - F(0.5)))
        if hebb is not None:
            recent *= F(np.exp(-1 / hebb.tau))
            weight[fired] *= F(1 - hebb.fading)
            for i in np.flatnonzero(fired):
                weight[exists[:, i], i] += F(hebb.rate) * recent[exists[:, i]]
            recent[fired] = 1
        for j in np.flatnonzero(fired):
            v[exists[j]] += weight[j, exists[j]]
        rows.append(fired)
    return np.array(rows, dtype=np.int8), v, weight[exists]


@pytest.mark.parametrize("hebb", [None, Hebb(rate=0.05, fading=0.03)])
@pytest.mark.parametrize("seed", range(4))
def test_equals_plain_numpy(seed, hebb):
    given = params(seed)
    snn = SNN(given, hebb)
    spikes, potentials, weights = plain_run(
        given.adjacency_matrix, snn.get_membrane_potentials(), given.input_spike_times, hebb
    )
    assert spikes.sum() > 50
    snn.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, spikes)
    np.testing.assert_array_equal(snn.get_membrane_potentials(), potentials)
    np.testing.assert_array_equal(snn.get_topology().data, weights)
    assert hebb is None or (weights != given.adjacency_matrix.data).any()


def test_in_chunks_saved_copied_and_in_batches(monkeypatch, tmp_path):
    whole = SNN(params(), Hebb())
    chunked, copied = whole.copy(), whole.copy()
    whole.simulate()
    monkeypatch.setattr(run, "CHUNK_SECONDS", 0.0)
    chunked.simulate()
    assert_same(state_of(chunked), state_of(whole))
    copied.simulate()
    copied.save(tmp_path / "network.npz")
    loaded = SNN.load(tmp_path / "network.npz")
    assert loaded.stdp == Hebb()
    assert loaded._network.cell == Quadratic(membrane_threshold=1.0)
    np.testing.assert_array_equal(loaded.simulate(), whole.simulate())
    assert_same(snapshot(loaded), snapshot(whole))
    trials = (np.random.default_rng(1).random((5, 15, 30)) < 0.4).astype(np.uint8)
    whole.disable_stdp()
    for trial, recording in zip(trials, whole.simulate_batch(trials, n_jobs=2), strict=True):
        whole.reset()
        whole.set_input_spike_times(trial)
        whole.simulate()
        np.testing.assert_array_equal(whole.spike_matrix, recording.to_dense())
        assert recording.n_spikes > 10


def test_a_rule_of_ones_own_can_be_turned_off_and_adapts():
    snn = SNN(params(), Hebb(rate=0.05))
    before = snn.get_topology().data
    snn.adapt((np.random.default_rng(1).random((3, 15, 30)) < 0.4).astype(np.uint8), seed=0)
    assert (snn.get_topology().data != before).any()
    snn.disable_stdp()
    learned = snn.get_topology().data
    snn.simulate()
    np.testing.assert_array_equal(snn.get_topology().data, learned)
    np.testing.assert_array_equal(SNN(params(), Hebb(enabled=False)).simulate(), SNN(params()).simulate())


def test_the_cell_of_three_numbers_is_lif():
    numbers = {"membrane_threshold": 1.0, "leak_coefficient": 0.1, "refractory_period": 2}
    given = params(cell=None, **numbers)
    assert given.neuron == LIF(**numbers)
    twin = params(cell=LIF(**numbers))
    np.testing.assert_array_equal(SNN(twin).simulate(), SNN(given).simulate())


def test_the_facade_of_another_cell():
    snn = SNN(params())
    assert snn.membrane_threshold == 1.0
    snn.membrane_threshold = 1.5
    assert snn._network.cell == Quadratic(membrane_threshold=1.5)
    assert snn.get_network_parameters()["critical"] == 0.5
    with pytest.raises(AttributeError, match="leak_coefficient"):
        _ = snn.leak_coefficient
    with pytest.raises(ValueError, match=r"refractory_period.*Got Quadratic"):
        snn.compute_global_scalar_threshold()


def test_cell_and_its_numbers_exclude_each_other():
    with pytest.raises(ValueError, match="leak_coefficient must not be given with cell"):
        params(leak_coefficient=0.1)
    with pytest.raises(TypeError, match="membrane_threshold must be given unless cell is"):
        params(cell=None)
    with pytest.raises(TypeError, match=r"cell must be a Cell\. Got 3 instead"):
        params(cell=3)


class SilentConstants(NamedTuple):
    """Constants without a kernel."""

    threshold: np.float32


@dataclass(frozen=True)
class Silent(Cell):
    """A cell that nobody taught to fire."""

    membrane_threshold: float = 1.0

    def constants(self, n_neurons):
        return SilentConstants(F(self.membrane_threshold))

    def state(self, n_neurons):
        return None


def test_a_part_without_a_kernel_is_refused():
    with pytest.raises(TypeError, match=r"cell must have a kernel.*@fires.of\(SilentConstants\)"):
        SNN(params(cell=Silent()))
    with pytest.raises(TypeError, match="stdp_params must be a LearningRule"):
        SNN(params(), Silent())


def test_a_kernel_away_from_its_part_is_refused():
    with pytest.raises(ValueError, match="must be defined in own_parts"):
        fires.of(type(Quadratic(1.0).constants(1)))(lambda cell, state, stream, i: None)


def test_a_name_that_another_part_has_is_refused():
    with pytest.raises(TypeError, match=r"'LIF'.*snnres\.parts\.lif"):
        type("LIF", (Cell,), {"__module__": "elsewhere"})
    assert Part.known["LIF"] is LIF


def test_a_part_defined_anew_takes_the_place_of_its_former_self():
    again = type("Silent", (Cell,), {"__module__": Silent.__module__, "__qualname__": Silent.__qualname__})
    assert Part.known["Silent"] is again
    Part.known["Silent"] = Silent


@pytest.mark.parametrize(
    ("kind", "table", "words"),
    [
        (Cell, {"kind": "NoSuch", "module": "some.module"}, "'NoSuch' is unknown: import .* first .some.module."),
        (Cell, {"kind": "STDPParams"}, "'STDPParams' is no Cell"),
        (LearningRule, {"kind": "LIF"}, "'LIF' is no LearningRule"),
        (Cell, {"kind": "Cell"}, "'Cell' is no Cell"),
        (Cell, {"kind": "Quadratic", "membrane_threshold": 1.0, "size": 3}, "'size' is no parameter of Quadratic"),
    ],
)
def test_tables_that_are_wrong(kind, table, words):
    with pytest.raises(ValueError, match=words):
        kind.from_table(table)


def test_tables_are_plain_and_come_back():
    rule = STDPParams(A_plus=np.float64(0.25), A_minus=0.5)
    table = rule.table()
    assert table["kind"] == "STDPParams"
    assert {type(value) for value in table.values()} <= {str, float, bool}
    assert LearningRule.from_table(table) == rule
    with pytest.raises(TypeError, match="rate must be None, a number, a text, an array, a tuple or a part"):
        Hebb(rate={}).table()


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_parts_of_ones_own_are_described_in_texts(tmp_path, suffix):
    path = tmp_path / f"run.{suffix}"
    given = params()
    save_params(path, given, Hebb(rate=0.25))
    text = path.read_text()
    for word in ("cell", "Quadratic", "own_parts", "Hebb", "0.25"):
        assert word in text
    again, rule = load_params(path)
    assert (again.cell, rule) == (given.cell, Hebb(rate=0.25))
    np.testing.assert_array_equal(SNN(again, rule).simulate(), SNN(given, rule).simulate())
    path.write_text(text.replace("Quadratic", "Cubic"))
    with pytest.raises(ValueError, match=r"'Cubic' is unknown: import the module that defines it first \(own_parts\)"):
        load_params(path)


def test_the_reference_s_rule_needs_no_name_in_a_text(tmp_path):
    save_params(tmp_path / "run.toml", params(), STDPParams())
    assert "STDPParams" not in (tmp_path / "run.toml").read_text()
    assert load_params(tmp_path / "run.toml")[1] == STDPParams()
