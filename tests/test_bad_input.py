"""Arbitrary values at every public entry: a refusal that says why and changes nothing, or a call that succeeds."""

import dataclasses
import inspect
import warnings
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp
from cases import assert_same, build, snapshot, state_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import snnres
from snnres import SNN, Recording, SimulationParams, StateMonitor, STDPParams, features, homeostasis, topology

REFUSALS = (TypeError, ValueError)

numbers = st.one_of(
    st.integers(-3, 20),
    st.integers(),
    st.floats(),
    st.floats(0, 2),
    st.booleans(),
    st.complex_numbers(),
    st.sampled_from([np.int64(3), np.float32(0.5), np.float64("nan"), np.bool_(True), np.uint8(2), 10**400, 1e39]),
)
arrays = hnp.arrays(
    st.sampled_from([np.uint8, np.int64, np.float32, np.float64, np.bool_, np.complex64, np.dtype("U2"), np.float16]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=13),
)
rasters = hnp.arrays(np.uint8, st.tuples(st.integers(0, 14), st.integers(0, 9)), elements=st.integers(0, 2))
indices = hnp.arrays(np.int64, st.integers(0, 5), elements=st.integers(-1, 13))
vectors = hnp.arrays(np.float32, st.sampled_from([11, 12, 13]), elements=st.floats(width=32))
squares = hnp.arrays(np.float64, st.sampled_from([(12, 12), (11, 11), (12, 11)]), elements=st.floats(-2, 2))
sparse = squares.flatmap(
    lambda dense: st.sampled_from([sp.csr_matrix, sp.coo_array, sp.lil_matrix, sp.dia_array]).map(
        lambda kind: kind(dense)
    )
)
anything = st.one_of(
    st.none(),
    numbers,
    st.text(max_size=5),
    st.binary(max_size=5),
    arrays,
    rasters,
    indices,
    vectors,
    squares,
    sparse,
    st.lists(numbers, max_size=4),
    st.lists(st.lists(numbers, max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=2), numbers, max_size=2),
    st.builds(object),
    st.sampled_from([SNN, np.float64, len, np.random.RandomState(0), "additive", "multiplicative"]),
)

CASE = {
    "num_neurons": 12,
    "num_output_neurons": 4,
    "mean_weight": 0.4,
    "small_world_graph_k": 4,
    "small_world_graph_p": 0.3,
    "membrane_threshold": 1.0,
    "leak_coefficient": 0.1,
    "refractory_period": 1,
    "input_spike_times": np.ones((4, 9), dtype=np.uint8),
    "seed": 0,
}


@pytest.fixture(scope="module")
def network():
    """One network for all examples, with a recording, live traces and a drive; examples work on copies of it."""
    snn = build(CASE, {})
    snn.set_input_weights(np.ones((3, 12)))
    snn.set_input_currents(np.ones((3, 5)))
    snn.simulate()
    return snn


def attempt(call):
    """Return what the call gives, or None where it is refused; warnings to the user may come."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", UserWarning)
        try:
            return call()
        except REFUSALS:
            return None


ENTRIES = {
    "simulate": ("trace_tau", "monitor", "progress"),
    "set_input_spike_times": ("input_spike_times",),
    "set_membrane_potentials": ("membrane_potentials",),
    "set_output_neurons": ("indices",),
    "set_topology": ("topology",),
    "rescale_synaptic_weights_to_mean": ("target_mean",),
    "reset_synaptic_weights": ("mean", "std", "inhibitory_ratio"),
    "prune": ("fraction",),
    "rewire": ("fraction", "weight", "delay"),
    "apply_synaptic_scaling": ("target_rate", "learning_rate", "rates"),
    "set_input_weights": ("input_weights", "bias"),
    "set_input_currents": ("currents",),
    "simulate_batch": (
        *("inputs", "currents", "returns", "potentials", "neurons", "monitor", "trace_tau", "n_jobs", "progress"),
    ),
    "adapt": ("inputs", "currents", "epochs", "shuffle", "seed", "apply_threshold", "progress"),
    "compute_global_scalar_threshold": ("use_abs_weights",),
    "apply_global_scalar_threshold": ("use_abs_weights",),
    "get_mean_spike_times": ("missing",),
    "get_first_spike_times": ("missing",),
    "get_spike_entropy_per_neuron": ("n_bins", "missing"),
    "get_spike_histogram_moments": ("missing",),
    "get_burst_counts": ("max_isi",),
    "extract_features_from_spikes": ("missing", "n_bins", "max_isi"),
}
# What a call needs beside the argument in question.
OTHERS = {
    "reset_synaptic_weights": {"mean": 0.3},
    "rewire": {"fraction": 0.3, "weight": 0.5},
    "apply_synaptic_scaling": {"target_rate": 0.1},
    "set_input_weights": {"input_weights": np.ones((3, 12))},
    "simulate_batch": {"inputs": [np.ones((4, 9))]},
    "adapt": {"inputs": [np.ones((4, 9))]},
}
# Trials of many forms, since arbitrary values are hardly ever some.
trials = st.one_of(
    anything,
    st.lists(st.one_of(rasters, anything), max_size=3),
    hnp.arrays(
        np.uint8,
        st.tuples(st.integers(0, 3), st.sampled_from([3, 4, 13]), st.integers(0, 9)),
        elements=st.integers(0, 1),
    ),
)


def too_large(value):
    """Whether a number is lawful but would fill the memory of any machine: billions of neurons, steps or bins."""
    return isinstance(value, (int, np.integer)) and value > 1000


def large_but_lawful(value):
    """Whether a size is below the 2^31 at which it is refused."""
    return too_large(value) and value < 2**31


def fits(snn):
    """Whether a network is still one: finite, well shaped, able to run."""
    state = state_of(snn)
    n = snn.num_neurons
    for name in ("potential", "timer", "x_pre", "x_post", "trace", "initial"):
        assert state[name].shape == (n,)
        assert np.isfinite(state[name]).all()
    assert np.isfinite(state["data"]).all()
    assert snn.membrane_threshold > 0


@pytest.mark.parametrize(("entry", "argument"), [(entry, name) for entry in ENTRIES for name in ENTRIES[entry]])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(value=trials)
def test_entries_of_a_network(network, entry, argument, value):
    if (argument == "epochs" and too_large(value)) or (argument == "n_bins" and large_but_lawful(value)):
        return
    snn = network.copy()
    before = snapshot(snn)
    kwargs = OTHERS.get(entry, {}) | {argument: value}
    if argument == "currents":
        kwargs.pop("inputs", None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            getattr(snn, entry)(**kwargs)
        except REFUSALS:
            # A progress function of the caller's may fail in mid-run; that is no refusal.
            if argument != "progress" or not callable(value):
                assert_same(state_of(snn), before)
    if entry != "simulate":
        fits(snn)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(value=anything)
def test_assigned_thresholds(network, value):
    snn = network.copy()
    before = snapshot(snn)

    def assign():
        snn.membrane_threshold = value
        return True

    if attempt(assign) is None:
        assert_same(state_of(snn), before)
    fits(snn)


# Arbitrary texts are hardly ever names of variables.
variables = st.one_of(
    anything, st.lists(st.sampled_from(["potential", "cell.timer", "threshold", "x_pre"]), max_size=3)
)


@pytest.mark.parametrize("field", list(inspect.signature(StateMonitor).parameters))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_fields_of_a_monitor(network, field, data):
    value = data.draw(variables if field == "variables" else anything)
    monitor = attempt(lambda: StateMonitor(**({"variables": "potential"} | {field: value})))
    if monitor is None:
        return
    snn = network.copy()
    before = snapshot(snn)
    if attempt(lambda: snn.simulate(monitor=monitor)) is None:
        assert_same(state_of(snn), before)
    else:
        found = snn.recording.variables
        assert tuple(found) == monitor.variables
        n_neurons = snn.num_neurons if monitor.neurons is None else len(monitor.neurons)
        shape = (snn.simulation_duration // monitor.every, n_neurons)
        assert {array.shape for array in found.values()} == {shape}


FIELDS = list(inspect.signature(SimulationParams).parameters)


@pytest.mark.parametrize("field", FIELDS)
@given(value=anything)
def test_fields_of_the_parameters(field, value):
    if field in ("num_neurons", "duration") and large_but_lawful(value):
        return
    changes = {field: value}
    if field == "adjacency_matrix":
        changes |= dict.fromkeys(("num_neurons", "mean_weight", "small_world_graph_k", "small_world_graph_p"))
    if field == "output_neurons":
        changes["num_output_neurons"] = None
    if field == "connection_prob":
        changes |= {"is_random_uniform": True, "small_world_graph_k": None, "small_world_graph_p": None}
    snn = attempt(lambda: SNN(SimulationParams(**(CASE | changes))))
    # An input of no steps is lawful, a run of none is not.
    if snn is not None and snn.simulation_duration:
        assert snn.simulate().shape == (snn.simulation_duration, snn.num_output_neurons)


@pytest.mark.parametrize("field", list(inspect.signature(STDPParams).parameters))
@given(value=anything)
def test_fields_of_plasticity(field, value):
    rule = attempt(lambda: STDPParams(**{field: value}))
    if rule is not None:
        attempt(lambda: SNN(SimulationParams(**CASE), rule).simulate())


FEATURES = [
    name
    for name, function in inspect.getmembers(features, inspect.isfunction)
    if name in features.__all__ and next(iter(inspect.signature(function).parameters)) == "spikes"
]


@pytest.mark.parametrize("name", FEATURES)
@given(value=anything)
def test_spikes_of_the_features(name, value):
    attempt(lambda: getattr(features, name)(value))


@pytest.mark.parametrize("option", ["missing", "n_bins", "max_isi"])
@given(value=anything)
def test_options_of_the_features(option, value):
    if option == "n_bins" and large_but_lawful(value):
        return
    attempt(lambda: features.extract_features(np.eye(5), **{option: value}))


@given(value=anything)
def test_options_of_several_numbers(value):
    for name in ("scales", "final_taus"):
        options = attempt(lambda name=name: features.FeatureOptions(**{name: value}))
        assert options is None or len(getattr(options, name)) > 0


@pytest.mark.parametrize("argument", ["weights", "input_mean_current", "refractory_period", "use_abs_weights"])
@given(value=anything)
def test_thresholds(argument, value):
    given = {"weights": sp.csr_matrix(np.eye(3)), "input_mean_current": 0.5, "refractory_period": 2}
    threshold = attempt(lambda: homeostasis.mean_field_threshold(**(given | {argument: value})))
    assert threshold is None or (type(threshold) is float and np.isfinite(threshold))


@given(value=anything)
def test_input_means(value):
    mean = attempt(lambda: homeostasis.input_mean_current(value))
    assert mean is None or 0 <= mean <= 1


@given(names=anything, options=anything, spikes=rasters)
def test_feature_extractors(names, options, spikes):
    attempt(lambda: features.FeatureExtractor(names))
    assert attempt(lambda: features.FeatureExtractor(["filtered_traces"], options)) is None
    attempt(lambda: features.FeatureExtractor("spike_counts").extract(spikes))


@pytest.mark.parametrize("argument", ["starts", "neurons", "out"])
@given(value=anything)
def test_what_is_extracted(argument, value):
    extractor = features.FeatureExtractor("spike_counts")
    recording = Recording.from_dense(np.eye(13, 12))
    found = attempt(lambda: extractor.extract(recording, **{argument: value}))
    assert found is None or (found.dtype == np.float32 and (found is value or argument != "out" or value is None))


# ---------------------------------------------------------------- the kinds of numbers that Python and NumPy have

KINDS = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)
SPIKES = np.random.default_rng(0).random((300, 130)) < 0.05
TAKERS = {
    "n_bins": lambda value: features.extract_features(SPIKES, n_bins=value),
    "max_isi": lambda value: features.extract_features(SPIKES, max_isi=value),
    "n_points": lambda value: {"": features.filtered_traces(SPIKES, n_points=value)},
    "tau": lambda value: {"": features.filtered_traces(SPIKES, tau=value)},
    "refractory_period": lambda value: {"": homeostasis.mean_field_threshold(sp.csr_matrix(np.eye(2)), 0.5, value)},
    "input_mean_current": lambda value: {"": homeostasis.mean_field_threshold(sp.csr_matrix(np.eye(2)), value, 100)},
    **{
        name: lambda value, name=name: {
            "": features.FeatureExtractor(list(features.FEATURES), features.FeatureOptions(**{name: value})).extract(
                Recording.from_dense(SPIKES)
            )
        }
        for name in ("n_bins", "trace_tau", "max_isi")
    },
}


@pytest.mark.parametrize("argument", TAKERS)
@given(number=st.integers(1, 127), kind=st.sampled_from(KINDS))
@settings(max_examples=12)
def test_numbers_of_any_integer_type_mean_the_same(argument, number, kind):
    plain = TAKERS[argument](number)
    other = TAKERS[argument](kind(number))
    assert_same(plain, other)


@pytest.mark.parametrize("argument", ["tau", "trace_tau", "input_mean_current"])
@given(number=st.fractions(min_value=0.125, max_value=1000))
@settings(max_examples=12)
def test_fractions_are_numbers(argument, number):
    assert_same(TAKERS[argument](float(number)), TAKERS[argument](number))


INTEGERS = ("num_neurons", "num_output_neurons", "small_world_graph_k", "refractory_period", "duration", "seed")


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("kind", KINDS)
def test_parameters_of_any_integer_type_make_the_same_network(name, kind):
    plain = CASE | {
        "num_neurons": 100,
        "small_world_graph_k": 60,
        "duration": 100,
        "input_spike_times": np.ones((4, 9)),
    }
    given = SimulationParams(**(plain | {name: kind(plain[name])}))
    assert type(getattr(given, name)) is int
    assert repr(given) == repr(SimulationParams(**plain))
    first, second = SNN(given), SNN(SimulationParams(**plain))
    np.testing.assert_array_equal(first.simulate(), second.simulate())
    assert_same(state_of(first), state_of(second))


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.longdouble, Fraction])
def test_checked_numbers_are_python_s(kind):
    given = {
        name: kind(0.5) for name in ("membrane_threshold", "leak_coefficient", "mean_weight", "small_world_graph_p")
    }
    params = SimulationParams(**(CASE | given))
    assert all(type(getattr(params, name)) is float for name in given)
    rule = STDPParams(eta=kind(0.5), A_minus=kind(0.25), W_max=kind(2.0), clip=np.False_)
    assert rule == STDPParams(eta=0.5, A_minus=0.25, W_max=2.0, clip=False)
    assert repr(rule) == repr(STDPParams(eta=0.5, A_minus=0.25, W_max=2.0, clip=False))
    assert repr(dataclasses.replace(rule, A_plus=kind(0.5))) == repr(dataclasses.replace(rule, A_plus=0.5))
    assert features.FeatureOptions(trace_tau=kind(4)) == features.FeatureOptions(trace_tau=4.0)


SIZES = {
    "n_bins": lambda value: features.extract_features(SPIKES, n_bins=value),
    "n_points": lambda value: features.filtered_traces(SPIKES, n_points=value),
    "num_neurons": lambda value: SimulationParams(**(CASE | {"num_neurons": value})),
    "num_output_neurons": lambda value: SimulationParams(**(CASE | {"num_output_neurons": value})),
    "duration": lambda value: SimulationParams(**(CASE | {"duration": value})),
    "n_neurons": lambda value: topology.erdos_renyi(value, 0.5, np.random.default_rng(0)),
}


@pytest.mark.parametrize("argument", SIZES)
@given(value=st.one_of(st.integers(2**31), st.integers(2**31, 2**63).map(np.uint64)))
@settings(max_examples=12)
def test_absurd_sizes_are_refused_by_name(argument, value):
    with pytest.raises(ValueError, match=rf"{argument} must .*Got .* instead"):
        SIZES[argument](value)


def test_bins_are_counted_over_all_trains():
    with pytest.raises(ValueError, match=r"n_bins must be such that 130 trains have fewer than 2\^31 values"):
        features.binned_counts(SPIKES, n_bins=2**30)
    with pytest.raises(ValueError, match="n_bins must be an integer"):
        features.FeatureOptions(n_bins=2**31)


# ---------------------------------------------------------------- masks


def masked(array):
    return np.ma.masked_array(array, np.arange(np.size(array)).reshape(np.shape(array)) == 1)


@pytest.mark.parametrize(
    ("name", "take"),
    [
        ("spikes", lambda: features.spike_counts(masked(np.eye(4)))),
        ("spikes", lambda: Recording.from_dense([masked([0, 1]), [0, 1]])),
        ("spikes", lambda: homeostasis.input_mean_current(masked(np.eye(4)))),
        ("input_spike_times", lambda: SimulationParams(**(CASE | {"input_spike_times": masked(np.eye(4))}))),
        (
            "output_neurons",
            lambda: SimulationParams(**(CASE | {"num_output_neurons": None, "output_neurons": masked([3, 4, 5])})),
        ),
        ("membrane_potentials", lambda: SimulationParams(**(CASE | {"membrane_potentials": masked(np.ones(12))}))),
        ("membrane_potentials", lambda: SNN(SimulationParams(**CASE)).set_membrane_potentials(masked(np.ones(12)))),
        ("topology", lambda: SNN(SimulationParams(**CASE)).set_topology(masked(np.eye(12)))),
    ],
)
def test_masked_arrays_are_refused(name, take):
    with pytest.raises(TypeError, match=rf"{name} must not be masked"):
        take()


@pytest.mark.parametrize("spikes", [np.zeros((9, 3)), np.zeros((0, 3)), np.zeros((9, 0)), np.zeros((0, 0))])
def test_traces_without_a_spike_are_zero(spikes):
    traces = features.filtered_traces(spikes, n_points=4)
    assert traces.dtype == np.float64
    np.testing.assert_array_equal(traces, np.zeros((spikes.shape[1], 4)))


@given(value=anything, other=anything)
def test_recordings(value, other):
    recording = attempt(lambda: Recording.from_dense(value))
    if recording is not None:
        attempt(lambda: recording.to_dense(other))
        attempt(lambda: recording.trains(other))
        attempt(lambda: recording.window(0, other))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
@pytest.mark.parametrize("suffix", [".npz", ".npy", ".json", ".toml"])
def test_files_of_arbitrary_bytes(tmp_path, network, suffix, content):
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    snn = network.copy()
    before = snapshot(snn)
    loads = {
        ".npz": (SNN.load, snnres.load_topology, snn.load_topology),
        ".npy": (snnres.load_membrane_potentials, snn.load_membrane_potentials, snn.load_output_neurons),
        ".json": (snnres.load_params,),
        ".toml": (snnres.load_params,),
    }
    for load in loads[suffix]:
        with pytest.raises(ValueError, match="file"):
            load(path)
    assert_same(state_of(snn), before)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=anything.filter(lambda value: not isinstance(value, str)))
def test_paths(network, value):
    for call in (network.save, SNN.load, network.save_topology, network.load_output_neurons, snnres.load_params):
        with pytest.raises(REFUSALS, match="path"):
            call(value)
