"""Parts that contradict each other, and parts of files that are not known: refused, with the reason."""

import copy
import json

import numpy as np
import pytest
import tomli_w
from cases import assert_same, snapshot, state_of
from part_cases import build, random_case

from snnres import SNN, SimulationParams, STDPParams, io, load_params, save_params
from snnres.network.files import FORMAT, VERSION
from snnres.parts import (
    MSTDP,
    Clamp,
    Hebbian,
    Izhikevich,
    LeakyIntegrator,
    MembraneNoise,
    MemristiveDevice,
    Plasticity,
    TsodyksMarkram,
    WeightUpkeep,
    WinnerTakeAll,
)

LIF = {"membrane_threshold": 1.0, "leak_coefficient": 0.1, "refractory_period": 2}
SIGNS = np.array([1, 1, -1, 1, 1, -1])


def network(rules=None, cell=None, **changes):
    """Six neurons, each of which excites, or with ``neuron_signs`` inhibits, the next."""
    matrix = np.roll(np.eye(6) * 0.5, 1, axis=1)
    if "neuron_signs" in changes:
        matrix *= SIGNS[:, None]
    case = {"adjacency_matrix": matrix, "output_neurons": [0, 1], "duration": 5} | (
        LIF if cell is None else {"cell": cell}
    )
    return SNN(SimulationParams(**(case | changes)), rules)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: network(cell=LeakyIntegrator(0.1), competition=WinnerTakeAll()),
            TypeError,
            r"cell of a network with a competition must have a kernel.*@margin.*Got a LeakyIntegrator",
        ),
        (
            lambda: network(competition=WinnerTakeAll([[0, 6]])),
            ValueError,
            r"groups\[0\] must lie in \[0, 6\)\. Got 6",
        ),
        (lambda: network(noise=WinnerTakeAll()), TypeError, "noise must be a Noise"),
        (
            lambda: network(device=MemristiveDevice(0.0, 0.25)),
            ValueError,
            r"weights must lie in the range of the device, \[0, 0\.25\]\. Got 0\.5",
        ),
        (
            lambda: network(device=MemristiveDevice(-1.0, 1.0), neuron_signs=SIGNS),
            ValueError,
            r"w_min of a device must be >= 0 where neurons have signs.*Got -1",
        ),
        (
            lambda: network(Hebbian(W_min=-1.0, W_max=-0.5), neuron_signs=SIGNS),
            ValueError,
            r"a rule's upper bound must be >= 0 where neurons have signs.*Got -0\.5",
        ),
        (lambda: network(Plasticity(STDPParams(), targets=[6])), ValueError, r"targets must lie in \[0, 6\)\. Got 6"),
        (lambda: network(Plasticity(STDPParams(), modulation=WeightUpkeep(0.1))), TypeError, "modulation must be a"),
        (
            lambda: network(short_term_plasticity=TsodyksMarkram([0.5, 0.4], 10.0)),
            ValueError,
            r"U must have a value for each of 6 neurons\. Got 2",
        ),
        (lambda: network(noise=MembraneNoise([0.1] * 5)), ValueError, "sd must have a value for each of 6 neurons"),
        (lambda: network().set_reward([1.0]), ValueError, "rewards .* modulation"),
        (lambda: network().set_clamp(Clamp(silence=[6])), ValueError, r"clamp\.silence must name neurons in \[0, 6\)"),
        (
            lambda: network(cell=Izhikevich()).compute_global_scalar_threshold(),
            ValueError,
            "a cell with a refractory_period, the same for all. Got Izhikevich",
        ),
        (
            lambda: network(adjacency_matrix=np.eye(6) * 0.5, neuron_signs=[1, -1, 1, 1, 1, 1]),
            ValueError,
            r"neuron_signs must agree with the weights: neuron 1 has sign -1\. Got an outgoing weight of 0\.5",
        ),
    ],
)
def test_parts_that_contradict_each_other_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_a_clamp_beyond_the_run_is_refused_before_it():
    snn = network(Plasticity(STDPParams(), modulation=MSTDP()))
    snn.set_clamp(Clamp(force=[(5, 0)]))
    before = snapshot(snn)
    with pytest.raises(ValueError, match=r"clamp\.force must name steps of the run in \[0, 5\)\. Got 5"):
        snn.simulate()
    assert_same(state_of(snn), before)


def tables_in(value, place=()):
    """The places of all tables of parts in the description of a run or of a network, at any depth."""
    if isinstance(value, (dict, list)):
        if isinstance(value, dict) and "kind" in value:
            yield place
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield from tables_in(entry, (*place, key))


def at(value, place):
    for key in place:
        value = value[key]
    return value


# Between them: parts in parts, and each kind of place.
SEEDS = (82, 137, 146, 192)


@pytest.mark.parametrize("seed", SEEDS)
def test_any_part_of_a_network_file_that_is_not_known_is_named(seed):
    header, arrays = build(random_case(seed)).to_arrays()
    header = json.loads(json.dumps(header, default=lambda value: value.item()))
    places = list(tables_in(header))
    assert len(places) > 5
    for place in places:
        changed = copy.deepcopy(header)
        module = at(changed, place)["module"]
        at(changed, place)["kind"] = "NoSuch"
        words = rf"the part 'NoSuch' is unknown: import the module that defines it first \({module}\)"
        with pytest.raises(ValueError, match=words):
            SNN.from_arrays(changed, arrays)
        changed = copy.deepcopy(header)
        at(changed, place)["gain"] = 2.0
        with pytest.raises(ValueError, match=f"'gain' is no parameter of {at(header, place)['kind']}"):
            SNN.from_arrays(changed, arrays)


@pytest.mark.parametrize("suffix", ["json", "toml"])
@pytest.mark.parametrize("seed", SEEDS)
def test_any_part_of_a_described_run_that_is_not_known_is_named(seed, suffix, tmp_path):
    path, case = tmp_path / f"run.{suffix}", random_case(seed)
    save_params(path, SimulationParams(**case.params), case.rules)
    save_params(tmp_path / "run.json", SimulationParams(**case.params), case.rules)
    tables = json.loads((tmp_path / "run.json").read_text())
    for place in tables_in(tables):
        changed = copy.deepcopy(tables)
        at(changed, place)["kind"] = "NoSuch"
        path.write_text(json.dumps(changed) if suffix == "json" else tomli_w.dumps(changed))
        words = rf"the part 'NoSuch' is unknown: import .* first \({at(tables, place)['module']}\)"
        with pytest.raises(ValueError, match=words):
            load_params(path)


def stored(tmp_path, change):
    """Load a network file whose header was changed."""
    header, arrays = build(random_case(192)).to_arrays()
    change(header)
    io.write_archive(tmp_path / "network.npz", {"format": FORMAT, "version": VERSION} | header, arrays)
    return SNN.load(tmp_path / "network.npz")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda header: header["elements"].update(gate=header["elements"]["release"]), "'gate' is no part that"),
        (lambda header: header["elements"].update(release=3), "description of a Release must be a table .* Got 3"),
        (lambda header: header["elements"].update(release=header["cell"]), "'GeneralizedLIF' is no Release"),
        (lambda header: header["cell"].pop("kind"), "description of a Cell must be a table with the name of its class"),
        (lambda header: header["cell"].update(kind=["LIF"]), "description of a Cell must be a table"),
        (lambda header: header["cell"].update(adaptation=header["elements"]["release"]), "adaptation must be a Thresh"),
        (lambda header: header["rules"].append(header["cell"]), "'GeneralizedLIF' is no Plasticity"),
        (lambda header: header["rules"][0].update(rule=header["cell"]), "rule must be a LearningRule"),
        (lambda header: header["clamp"].update(kind="LIF"), "'LIF' is no Clamp"),
    ],
)
def test_a_file_whose_parts_are_in_wrong_places_is_refused(change, words, tmp_path):
    with pytest.raises(ValueError, match=rf"network\.npz .*{words}"):
        stored(tmp_path, change)


SIMULATION = """
[simulation]
num_neurons = 4
num_output_neurons = 1
mean_weight = 0.1
small_world_graph_k = 2
small_world_graph_p = 0.1
membrane_threshold = 1.0
leak_coefficient = 0.1
refractory_period = 1
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SIMULATION + "[noise]\nsd = 1.0", "description of a Noise must be a table with the name of its class"),
        ("noise = 3" + SIMULATION, "Got 'noise' instead"),
        (SIMULATION + '[[plasticity]]\nkind = "Plasticity"\nrule = 0.5', r"rule must be a LearningRule. Got 0\.5"),
        ("plasticity = [3]" + SIMULATION, r"description of a Plasticity must be a table .* Got 3"),
        (SIMULATION + '[gate]\nkind = "LIF"', "Its tables must be of .* Got 'gate'"),
        (SIMULATION + '[noise]\nkind = "LIF"', "'LIF' is no Noise"),
        (SIMULATION + '[delays]\nkind = "LIF"', "'LIF' is no Delays"),
    ],
)
def test_a_description_whose_parts_are_in_wrong_places_is_refused(text, words, tmp_path):
    path = tmp_path / "run.toml"
    path.write_text(SIMULATION)
    assert load_params(path)[0].num_neurons == 4
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"run\.toml .*{words}"):
        load_params(path)
