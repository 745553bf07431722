"""Every rule of the parameter objects; each error names the argument, the rule and the value."""

import dataclasses
import re
import warnings

import numpy as np
import pytest
import scipy.sparse as sp

from snnres import SNN, SimulationParams, STDPParams
from snnres.topology import from_networkx

SMALL_WORLD = {
    "num_neurons": 20,
    "num_output_neurons": 4,
    "mean_weight": 0.1,
    "small_world_graph_k": 4,
    "small_world_graph_p": 0.2,
    "membrane_threshold": 1.0,
    "leak_coefficient": 0.1,
    "refractory_period": 2,
    "input_spike_times": np.ones((3, 5), dtype=np.uint8),
}
RANDOM = {name: value for name, value in SMALL_WORLD.items() if not name.startswith("small_world")} | {
    "is_random_uniform": True,
    "connection_prob": 0.2,
}
GIVEN = {
    name: value
    for name, value in SMALL_WORLD.items()
    if not name.startswith("small_world") and name not in ("num_neurons", "mean_weight")
} | {"adjacency_matrix": sp.csr_matrix(np.eye(20))}

NAN, INF = float("nan"), float("inf")
NOT_NUMBERS = ("1", b"1", True, np.True_, 1j, [1.0], np.ones(2), object)
# What may also be given as an array with a value for each neuron.
PER_NEURON = ("membrane_threshold", "leak_coefficient", "refractory_period")
NOT_FINITE = (NAN, INF, -INF, np.float32("nan"), 1e39, -1e39, 10**400)


def not_numbers(name):
    return [value for value in NOT_NUMBERS if not (name in PER_NEURON and np.ndim(value))]


def make(base, **changes):
    return SimulationParams(**(base | changes))


def shown(value):
    """How a message shows a value."""
    if getattr(value, "shape", ()):
        return f"{type(value).__name__} of shape {value.shape}"
    return repr(value)[:60]


def refused(base, name, value, error, cls=SimulationParams):
    with pytest.raises(error) as caught:
        cls(**(base | {name: value}))
    message = str(caught.value)
    assert name in message
    assert "must" in message
    assert shown(value) in message
    return message


@pytest.mark.parametrize("base", [SMALL_WORLD, RANDOM, GIVEN])
def test_lawful_parameters_are_taken_as_they_are(base):
    params = make(base)
    for name, value in base.items():
        assert getattr(params, name) is value


def test_order_is_the_reference_s_with_the_seed_last():
    assert [field.name for field in dataclasses.fields(SimulationParams) if not field.kw_only] == [
        "membrane_threshold",
        "leak_coefficient",
        "refractory_period",
        "small_world_graph_p",
        "small_world_graph_k",
        "connection_prob",
        "is_random_uniform",
        "mean_weight",
        "num_neurons",
        "num_output_neurons",
        "output_neurons",
        "membrane_potentials",
        "duration",
        "current_amplitude",
        "weight_variance",
        "input_spike_times",
        "adjacency_matrix",
        "seed",
    ]
    assert [field.name for field in dataclasses.fields(STDPParams)] == [
        "enabled",
        "tau_plus",
        "tau_minus",
        "A_plus",
        "A_minus",
        "eta",
        "W_max",
        "clip",
        "nearest_neighbor",
        "lock_A_minus",
        "weight_update_rule",
    ]


REALS = {
    "membrane_threshold": (SMALL_WORLD, [0, 0.0, -1, -1e-9, 1e-300], [1, 1e-30, np.float32(2), np.int64(3), 1e38]),
    "leak_coefficient": (SMALL_WORLD, [-1e-9, 1, 1.0, 2], [0, 0.0, 0.999, np.float64(0.5)]),
    "small_world_graph_p": (SMALL_WORLD, [-0.1, 1.0001], [0, 1, 0.5]),
    "connection_prob": (RANDOM, [-0.1, 1.0001], [0, 1, 0.5]),
    "mean_weight": (SMALL_WORLD, [], [0, -1, 1e30, np.float32(0.1)]),
    "weight_variance": (SMALL_WORLD, [-0.1], [0, 5, None]),
    "current_amplitude": (SMALL_WORLD, [], [0, -1, 1e30, None]),
}


@pytest.mark.parametrize("name", REALS)
def test_real_parameters(name):
    base, outside, inside = REALS[name]
    for value in inside:
        make(base, **{name: value})
    for value in not_numbers(name):
        refused(base, name, value, TypeError)
    for value in (*NOT_FINITE, *outside):
        refused(base, name, value, ValueError)


@pytest.mark.parametrize("name", PER_NEURON)
def test_a_value_for_each_neuron(name):
    each = np.full(20, 2) if name == "refractory_period" else np.full(20, 0.5)
    make(SMALL_WORLD, **{name: each.tolist()})
    for wrong in (each[:-1], each[:1], [], -each, np.where(np.arange(20) == 3, NAN, each), each.reshape(4, 5)):
        with pytest.raises(ValueError, match=rf"{name}.* must .*Got"):
            make(SMALL_WORLD, **{name: wrong})
    for wrong in (each.astype(str), each > 0, each * 1j):
        with pytest.raises(TypeError, match=f"{name} must hold real numbers"):
            make(SMALL_WORLD, **{name: wrong})


INTEGERS = {
    "refractory_period": (SMALL_WORLD, [0, -1, 2**31], [1, np.int32(5), 1000]),
    "duration": (SMALL_WORLD, [0, -3], [1, np.int64(7), None]),
    "num_neurons": (SMALL_WORLD, [0, -1, 2**31], [50, np.uint16(9)]),
    "num_output_neurons": (SMALL_WORLD, [0, -1, 18, 21], [1, 17]),
    "small_world_graph_k": (SMALL_WORLD, [0, 1, 3, -2, 22], [2, 20, np.int8(6)]),
}


@pytest.mark.parametrize("name", INTEGERS)
def test_whole_parameters(name):
    base, outside, inside = INTEGERS[name]
    for value in inside:
        make(base, **{name: value})
    for value in (*not_numbers(name), 2.0, np.float32(2), NAN):
        refused(base, name, value, TypeError)
    for value in outside:
        refused(base, name, value, ValueError)


@pytest.mark.parametrize("value", [1, 0, "True", 1.0, [True]])
def test_is_random_uniform_is_true_or_false(value):
    refused(RANDOM, "is_random_uniform", value, TypeError)
    make(RANDOM, is_random_uniform=np.True_)


@pytest.mark.parametrize("name", ["membrane_threshold", "leak_coefficient", "refractory_period"])
def test_required_parameters(name):
    with pytest.raises(TypeError, match=name):
        SimulationParams(**{key: value for key, value in SMALL_WORLD.items() if key != name})
    refused(SMALL_WORLD, name, None, TypeError)


@pytest.mark.parametrize(
    ("base", "changes", "named"),
    [
        (SMALL_WORLD, {"num_neurons": None}, "num_neurons and adjacency_matrix"),
        (GIVEN, {"num_neurons": 20}, "num_neurons and adjacency_matrix"),
        (SMALL_WORLD, {"num_output_neurons": None}, "num_output_neurons and output_neurons"),
        (SMALL_WORLD, {"output_neurons": np.array([1])}, "num_output_neurons and output_neurons"),
        (SMALL_WORLD, {"mean_weight": None}, "mean_weight"),
        (SMALL_WORLD, {"small_world_graph_k": None}, "small_world_graph_k"),
        (SMALL_WORLD, {"small_world_graph_p": None}, "small_world_graph_p"),
        (SMALL_WORLD, {"connection_prob": 0.3}, "connection_prob"),
        (SMALL_WORLD, {"is_random_uniform": True, "connection_prob": 0.3}, "small_world_graph_p"),
        (RANDOM, {"connection_prob": None}, "connection_prob"),
        (RANDOM, {"is_random_uniform": False}, "connection_prob"),
        (RANDOM, {"is_random_uniform": None}, "connection_prob"),
        (RANDOM, {"small_world_graph_k": 4}, "small_world_graph_k"),
        (GIVEN, {"mean_weight": 0.1}, "mean_weight"),
        (GIVEN, {"weight_variance": 0.1}, "weight_variance"),
    ],
)
def test_parameters_that_contradict_each_other(base, changes, named):
    with pytest.raises(ValueError, match=named) as caught:
        make(base, **changes)
    assert re.search(r"must (not )?be given", str(caught.value))


@pytest.mark.parametrize("name", ["small_world_graph_p", "small_world_graph_k", "connection_prob"])
def test_parameters_without_effect_warn(name):
    with pytest.warns(UserWarning, match=name) as caught:
        make(GIVEN, **{name: 0.5})
    assert len(caught) == 1


def test_warnings_point_out_of_the_package():
    with pytest.warns(UserWarning, match="connection_prob") as caught:
        SimulationParams(**(GIVEN | {"connection_prob": 0.5}))
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (np.full((2, 3), 2), ValueError),
        (np.full((2, 3), -1), ValueError),
        (np.full((2, 3), 0.5), ValueError),
        (np.full((2, 3), NAN), ValueError),
        (np.full((2, 3), INF), ValueError),
        (np.ones(3), ValueError),
        (np.ones((2, 3, 1)), ValueError),
        (np.ones((21, 3)), ValueError),
        (np.ones((2, 3), dtype=complex), TypeError),
        (np.full((2, 3), "1"), TypeError),
        (np.full((2, 3), None), TypeError),
        ([[1, 0], [1]], ValueError),
        (None, TypeError),
        ("10", TypeError),
        (sp.csr_matrix(np.eye(3)), TypeError),
    ],
)
def test_input_must_be_a_raster_that_fits(value, error):
    with pytest.raises(error, match=r"input_spike_times must .*Got .* instead"):
        make(SMALL_WORLD, num_output_neurons=None, output_neurons=np.array([1]), input_spike_times=value)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (np.array([20]), ValueError),
        (np.array([-1]), ValueError),
        (np.array([3, 4, 3]), ValueError),
        (np.array([], dtype=int), ValueError),
        (np.array([[1]]), ValueError),
        (np.array(1), ValueError),
        (np.array([1.0]), TypeError),
        (np.array([True]), TypeError),
        (np.array(["1"]), TypeError),
        ([2**70], TypeError),
    ],
)
def test_output_neurons_must_be_distinct_and_there(value, error):
    with pytest.raises(error, match=r"output_neurons must .*Got .* instead"):
        make(SMALL_WORLD, num_output_neurons=None, output_neurons=value)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (np.zeros(19), ValueError),
        (np.zeros(21), ValueError),
        (np.zeros((20, 1)), ValueError),
        (np.full(20, NAN), ValueError),
        (np.full(20, INF), ValueError),
        (np.full(20, -1e-6), ValueError),
        (np.full(20, 1.001), ValueError),
        (np.zeros(20, dtype=int), TypeError),
        (np.zeros(20, dtype=complex), TypeError),
        (np.full(20, "0"), TypeError),
    ],
)
def test_potentials_must_lie_between_zero_and_the_threshold(value, error):
    with pytest.raises(error, match=r"membrane_potentials must .*Got .* instead"):
        make(SMALL_WORLD, membrane_potentials=value)
    make(SMALL_WORLD, membrane_potentials=np.linspace(0, 1, 20))


def test_potentials_may_reach_a_threshold_that_rounds_down():
    """0.1 is below the float32 nearest to it; potentials are compared as the model computes."""
    for threshold in (0.1, 0.3, 1 / 3):
        for dtype in (np.float32, np.float64):
            make(SMALL_WORLD, membrane_threshold=threshold, membrane_potentials=np.full(20, threshold, dtype=dtype))


def test_outputs_are_limited_by_what_the_input_leaves():
    make(SMALL_WORLD, input_spike_times=np.ones((16, 2)))
    message = refused(SMALL_WORLD | {"input_spike_times": np.ones((17, 2))}, "num_output_neurons", 4, ValueError)
    assert "3" in message


def test_the_default_amplitude_is_the_threshold_at_construction():
    snn = SNN(make(SMALL_WORLD, membrane_threshold=1.7))
    assert snn.current_amplitude == 1.7
    snn.membrane_threshold = 0.5
    assert snn.current_amplitude == 1.7
    assert SNN(make(SMALL_WORLD, current_amplitude=0.3)).current_amplitude == 0.3


@pytest.mark.parametrize("params", [make(SMALL_WORLD), STDPParams(lock_A_minus=True)])
def test_parameters_are_frozen(params):
    for field in dataclasses.fields(params):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(params, field.name, 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        params.something_new = 1


def test_replace_checks_again():
    params = make(SMALL_WORLD)
    other = dataclasses.replace(params, membrane_threshold=2.0)
    assert other.membrane_threshold == 2.0
    assert params.membrane_threshold == 1.0
    assert other.input_spike_times is params.input_spike_times
    with pytest.raises(ValueError, match="membrane_threshold"):
        dataclasses.replace(params, membrane_threshold=0)
    rule = dataclasses.replace(STDPParams(lock_A_minus=True), A_plus=0.5)
    assert rule.A_minus is None
    assert rule.effective_A_minus == 0.25
    with pytest.raises(ValueError, match="tau_plus"):
        dataclasses.replace(rule, tau_plus=0.0)


def test_a_lock_leaves_the_parameters_as_they_are():
    rule = STDPParams(lock_A_minus=True, A_plus=0.01, tau_plus=10.0, tau_minus=40.0)
    snn = SNN(make(SMALL_WORLD), rule)
    snn.simulate()
    assert rule.A_minus is None
    assert rule.effective_A_minus == 0.0025
    assert STDPParams().effective_A_minus == 1e-3
    assert STDPParams(A_minus=0).effective_A_minus == 0


def test_representation_is_short_and_shows_what_is_given():
    text = repr(make(SMALL_WORLD, seed=5))
    assert "num_neurons=20" in text
    assert "seed=5" in text
    assert "(3, 5)" in text
    assert "adjacency_matrix" not in text
    assert len(text) < 500
    assert "(20, 20)" in repr(make(GIVEN))


def test_defaults_of_plasticity():
    assert dataclasses.asdict(STDPParams()) == {
        "enabled": True,
        "tau_plus": 20.0,
        "tau_minus": 40.0,
        "A_plus": 1e-3,
        "A_minus": None,
        "eta": 1.0,
        "W_max": 1.0,
        "clip": True,
        "nearest_neighbor": False,
        "lock_A_minus": False,
        "weight_update_rule": "multiplicative",
    }


@pytest.mark.parametrize("name", ["tau_plus", "tau_minus", "W_max", "A_plus", "A_minus", "eta"])
def test_real_parameters_of_plasticity(name):
    for value in NOT_NUMBERS:
        refused({}, name, value, TypeError, STDPParams)
    zero = (0, 0.0) if name in ("tau_plus", "tau_minus", "W_max") else ()
    for value in (*NOT_FINITE, *zero, -1, -1e-9):
        refused({}, name, value, ValueError, STDPParams)
    if not zero:
        assert getattr(STDPParams(**{name: 0}), name) == 0
    if name != "A_minus":
        refused({}, name, None, TypeError, STDPParams)


@pytest.mark.parametrize("name", ["enabled", "clip", "nearest_neighbor", "lock_A_minus"])
def test_switches_of_plasticity(name):
    for value in (0, 1, None, "yes", 1.0):
        refused({}, name, value, TypeError, STDPParams)
    STDPParams(**{name: np.False_})


def test_rules_of_plasticity():
    for value in (None, 1, b"additive", ["additive"]):
        refused({}, "weight_update_rule", value, TypeError, STDPParams)
    for value in ("", "Additive", "hebb"):
        refused({}, "weight_update_rule", value, ValueError, STDPParams)
    with pytest.raises(ValueError, match=r"A_minus must be None under lock_A_minus. Got 0.5"):
        STDPParams(lock_A_minus=True, A_minus=0.5)


def test_products_must_stay_within_float32():
    """Each factor is lawful, but the constant that the model computes with would be infinite or 0."""
    for values in (
        {"eta": 1e30, "A_plus": 1e30},
        {"eta": 1e-30, "A_plus": 1e-30},
        {"A_minus": 1e5, "W_max": 1e-37},
        {"A_plus": 1e38, "lock_A_minus": True, "tau_plus": 1e5},
    ):
        with pytest.raises(ValueError, match=r"eta \* A_"):
            STDPParams(**values)


def test_a_network_takes_only_parameter_objects():
    for bad in (None, {}, SMALL_WORLD, STDPParams()):
        with pytest.raises(TypeError, match="simulation_params"):
            SNN(bad)
    for bad in ({}, make(SMALL_WORLD), True):
        with pytest.raises(TypeError, match="stdp_params"):
            SNN(make(SMALL_WORLD), bad)


def test_lawful_parameters_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for base in (SMALL_WORLD, RANDOM, GIVEN):
            SNN(make(base), STDPParams())


# ---------------------------------------------------------------- a given matrix

DENSE = np.random.default_rng(3).integers(-2, 3, size=(20, 20))


@pytest.mark.parametrize(
    "matrix",
    [
        DENSE,
        DENSE.astype(np.int8),
        DENSE.astype(np.float64),
        DENSE.tolist(),
        sp.csr_array(DENSE),
        sp.coo_matrix(DENSE.astype(np.int16)),
    ],
)
def test_dense_and_integer_matrices_are_converted_as_set_topology_does(matrix):
    params = make(GIVEN, adjacency_matrix=matrix)
    assert params.adjacency_matrix is matrix
    weights = SNN(params).get_topology()
    assert weights.dtype == np.float32
    np.testing.assert_array_equal(weights.toarray(), DENSE)
    twin = SNN(make(GIVEN))
    twin.set_topology(matrix)
    np.testing.assert_array_equal(twin.get_topology().toarray(), DENSE)


def test_the_matrix_of_a_graph_is_taken_and_a_graph_refused_with_the_call_to_make():
    networkx = pytest.importorskip("networkx")
    graph = networkx.cycle_graph(20)
    weights = SNN(make(GIVEN, adjacency_matrix=networkx.to_scipy_sparse_array(graph))).get_topology()
    np.testing.assert_array_equal(weights.toarray(), networkx.to_numpy_array(graph))
    snn = SNN(make(GIVEN))
    for given in (graph, graph.to_directed()):
        for name, take in (
            ("adjacency_matrix", lambda value: make(GIVEN, adjacency_matrix=value)),
            ("topology", snn.set_topology),
        ):
            with pytest.raises(TypeError, match=rf"{name} must .*snnres\.topology\.from_networkx\(graph\)"):
                take(given)
    np.testing.assert_array_equal(
        SNN(make(GIVEN, adjacency_matrix=from_networkx(graph))).get_topology().toarray(), weights.toarray()
    )
