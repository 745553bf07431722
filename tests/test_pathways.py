"""Quick, memory or both: which is chosen, what of a user's own is kept, and samples of all sizes."""

import numpy as np
import pytest
import scipy.sparse as sp

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from snnres import SNN, SimulationParams
from snnres.datasets import delayed_xor
from snnres.encoding.series import check_series
from snnres.estimators import (
    ReservoirClassifier,
    ReservoirForecaster,
    ReservoirRegressor,
    ReservoirTransformer,
    load_estimator,
)
from snnres.estimators.predictor import scaled
from snnres.estimators.signal import currents
from snnres.measures import current_ratio, driven
from snnres.measures.driven import input_weights_of

SMALL = {"num_neurons": 60, "small_world_graph_k": 8, "min_steps": 40, "random_state": 0, "n_jobs": 1}
# Noise is neither here nor there.
NOISE = np.random.default_rng(0).normal(size=(12, 20, 2))
SIDES = np.arange(12) % 2


def shapes(n_samples, seed=0):
    """Noise with a short wave somewhere in it, which begins upwards or downwards, and which."""
    rng = np.random.default_rng(seed)
    y = np.arange(n_samples) % 2
    X = rng.normal(0, 0.3, (n_samples, 40, 1))
    wave = np.sin(np.arange(12) * np.pi / 6)
    for sample, label, start in zip(X, y, rng.integers(2, 26, n_samples), strict=True):
        sample[start : start + 12, 0] += 2 * wave * (1 if label else -1)
    return X, y


def own_network(n_neurons=40, **changes):
    weights = sp.random(
        n_neurons, n_neurons, density=0.2, random_state=0, data_rvs=np.random.default_rng(0).standard_normal
    )
    given = {"membrane_threshold": 0.7, "leak_coefficient": 0.1, "refractory_period": 2, "delays": 3, "seed": 0}
    return SNN(SimulationParams(adjacency_matrix=0.3 * weights.tocsr(), output_neurons=np.arange(5), **given | changes))


def same_network(first, second):
    (header, arrays), (other_header, others) = first.to_arrays(), second.to_arrays()
    assert header == other_header
    assert arrays.keys() == others.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, others[name])


# ---------------------------------------------------------------- the choice


def test_what_lies_back_is_remembered_by_delays():
    X, y = delayed_xor(500, delay=4, n_steps=12, seed=0)
    given = {"num_neurons": 300, "random_state": 0, "hold": 20, "max_delay": 6}
    classifier = ReservoirClassifier(**given).fit(X[:300], y[:300])
    assert classifier.memory_ == "memory"
    assert classifier.errors_["memory"] < 0.8 * classifier.errors_["quick"]
    assert classifier.readout_.left_out_loss_ == classifier.errors_["memory"]
    # Chance is .5, and four standard errors of 200 samples are .14.
    assert classifier.score(X[300:], y[300:]) > 0.75
    for name, error in classifier.errors_.items():
        alone = ReservoirClassifier(memory=name, **given).fit(X[:300], y[:300])
        assert alone.errors_ == {}
        assert (alone.memory_, alone.readout_.left_out_loss_) == (name, error)
        if name == "memory":
            np.testing.assert_array_equal(alone.decision_function(X), classifier.decision_function(X))
            same_network(alone.network_, classifier.network_)
    # It is the delays that do it: without, the readout does no better than by chance.
    with pytest.warns(UserWarning, match="each left out in turn"):
        blind = ReservoirClassifier(memory="memory", **given | {"max_delay": 0}).fit(X[:300], y[:300])
    assert blind.network_.max_delay == 1
    assert blind.readout_.left_out_loss_ > 1.2 * classifier.errors_["memory"]


def test_shapes_anywhere_are_seen_by_taps():
    X, y = shapes(80)
    classifier = ReservoirClassifier(**SMALL, hold=5).fit(X[:40], y[:40])
    assert classifier.memory_ == "quick"
    assert classifier.errors_.keys() == {"quick", "memory"}
    assert classifier.errors_["quick"] < classifier.errors_["memory"]
    assert classifier.score(X[40:], y[40:]) > 0.8
    untapped = ReservoirClassifier(**SMALL, memory="quick", taps=0).fit(X[:40], y[:40])
    assert "taps" not in untapped.network_.to_arrays()[1]
    assert untapped.readout_.left_out_loss_ > classifier.errors_["quick"]


def test_a_regressor_chooses_by_the_squared_error():
    X, _ = delayed_xor(160, delay=3, n_steps=10, seed=0)
    y = np.where(X[:, -4, 1] == X[:, -1, 0], 1.0, 3.0)
    regressor = ReservoirRegressor(num_neurons=200, random_state=0, hold=15, max_delay=6).fit(X, y)
    assert regressor.memory_ == "memory"
    assert regressor.errors_["memory"] == regressor.readout_.left_out_loss_ < regressor.errors_["quick"]


def test_a_readout_of_the_users_is_fitted_on_what_the_default_chose():
    X, y = shapes(40)
    default = ReservoirClassifier(**SMALL, hold=5).fit(X, y)
    own = ReservoirClassifier(LogisticRegression(max_iter=1000), **SMALL, hold=5).fit(X, y)
    assert (own.memory_, own.errors_) == (default.memory_, default.errors_)
    assert isinstance(own.readout_, LogisticRegression)
    assert own.readout_.coef_.shape[1] == default.readout_.coef_.shape[1]


@pytest.mark.filterwarnings("ignore:each left out in turn", "ignore:target_rate=0.15 cannot be reached")
def test_of_equals_the_quick_one_is_kept():
    classifier = ReservoirClassifier(**SMALL).fit(np.ones((6, 20, 1)), SIDES[:6])
    assert classifier.memory_ == "quick"
    assert classifier.errors_["quick"] == pytest.approx(classifier.errors_["memory"])


def test_without_labels_both_are_given():
    both = ReservoirTransformer(**SMALL, hold=4).fit(NOISE)
    assert (both.memory_, both.errors_) == ("both", {})
    values, names = both.transform(NOISE), both.get_feature_names_out()
    start = 0
    for pathway in ("quick", "memory"):
        one = ReservoirTransformer(**SMALL, hold=4, memory=pathway).fit(NOISE)
        assert (one.memory_, one.errors_) == (pathway, {})
        alone = one.transform(NOISE)
        part = slice(start, start + alone.shape[1])
        np.testing.assert_array_equal(values[:, part], alone)
        assert names[part].tolist() == [f"{pathway}_{name}" for name in one.get_feature_names_out()]
        start = part.stop
    assert start == values.shape[1] == len(set(names))
    # The network of both is that with memory.
    assert both.network_.max_delay > 1
    asked = ReservoirTransformer(**SMALL, hold=4, memory="both").fit(NOISE)
    np.testing.assert_array_equal(asked.transform(NOISE), values)


def test_each_block_of_both_is_as_loud_as_the_others(tmp_path):
    classifier = ReservoirClassifier(**SMALL, hold=4, memory="both").fit(NOISE + 3 * SIDES[:, None, None], SIDES)
    blocks = [f"quick multiscale_counts bins{n}" for n in (1, 2, 4, 8)]
    assert list(classifier.scales_) == [*blocks, "memory final_traces tau2.0"]
    features = classifier._matrix(check_series("X", NOISE + 3 * SIDES[:, None, None]), classifier.pathways_)
    matrix = scaled(features, classifier.scales_)
    widths = [60, 120, 240, 480, 60]
    for block in np.split(matrix, np.cumsum(widths)[:-1], axis=1):
        assert ((block - block.mean(axis=0)) ** 2).sum() / len(block) == pytest.approx(1000)
    classifier.save(tmp_path / "both")
    again = load_estimator(tmp_path / "both")
    np.testing.assert_array_equal(again.decision_function(NOISE), classifier.decision_function(NOISE))


@pytest.mark.parametrize("memory", ["auto", "quick", "memory", "both"])
def test_results_depend_on_neither_threads_nor_order(memory):
    lengths = np.random.default_rng(1).integers(3, 21, 12)
    X = [sample[:length] for sample, length in zip(NOISE + 3 * SIDES[:, None, None], lengths, strict=True)]
    given = SMALL | {"memory": memory, "hold": 4}
    classifier = ReservoirClassifier(**given).fit(X, SIDES)
    scores = classifier.decision_function(X)
    np.testing.assert_array_equal(classifier.decision_function(X[::-1]), scores[::-1])
    threaded = ReservoirClassifier(**given | {"n_jobs": 2}).fit(X, SIDES)
    assert (threaded.memory_, threaded.errors_) == (classifier.memory_, classifier.errors_)
    np.testing.assert_array_equal(threaded.decision_function(X), scores)


# ---------------------------------------------------------------- samples of all sizes


@pytest.mark.filterwarnings("ignore:each left out in turn")
@pytest.mark.parametrize("n_steps", [1, 2, 3])
@pytest.mark.parametrize("n_channels", [1, 9])
def test_few_steps_of_few_and_many_channels(tmp_path, n_steps, n_channels):
    X = np.random.default_rng(0).normal(size=(12, n_steps, n_channels)) + SIDES[:, None, None]
    with pytest.MonkeyPatch.context() as patched:
        # Nine channels of one step may be the wrong way round, which is not the point.
        patched.setattr("snnres.estimators.base.warn_of_channels_first", lambda _: None)
        classifier = ReservoirClassifier(**SMALL).fit(X, SIDES)
    assert classifier.errors_.keys() == (set() if n_steps == 1 else {"quick", "memory"})
    assert np.isfinite(classifier.decision_function(X)).all()
    classifier.save(tmp_path / "model")
    again = load_estimator(tmp_path / "model")
    np.testing.assert_array_equal(again.decision_function(X), classifier.decision_function(X))


@pytest.mark.parametrize(("n_channels", "n_taps"), [(1, 6), (8, 6), (9, 8)])
def test_the_taps_that_none_means(n_channels, n_taps):
    X = np.random.default_rng(0).normal(size=(6, 40, n_channels))
    network = ReservoirTransformer(**SMALL, memory="quick", features="spike_counts").fit(X).network_
    weights, taps = input_weights_of(network)
    assert np.bincount(weights.indices, minlength=60).max() == n_taps
    # Channels and their differences.
    assert driven(network).n_inputs == 2 * n_channels
    one_each = np.array([len(set(taps[rows.indices, 0])) == 1 for rows in weights.T.tocsr()])
    assert one_each.all() == (n_channels <= 8)
    three = ReservoirTransformer(**SMALL, memory="quick", features="spike_counts", taps=3).fit(X).network_
    assert np.bincount(input_weights_of(three)[0].indices, minlength=60).max() == 3


def test_currents_of_neurons_with_taps_have_spread_one_and_biases_of_all_kinds():
    X = [3 + 2 * sample for sample in NOISE]
    transformer = ReservoirTransformer(**SMALL | {"num_neurons": 400}, memory="quick").fit(X)
    drive = currents(check_series("X", X), transformer.scaling_, transformer.delta_scaling_)
    weights, taps = input_weights_of(transformer.network_)
    read = np.zeros((12, 20, len(taps)))
    for row, (channel, delay) in enumerate(taps):
        for k in range(12):
            read[k, delay:, row] = drive[k][channel, : 20 - delay]
    current = read.reshape(240, -1) @ weights
    np.testing.assert_allclose(current.std(axis=0), 1, rtol=1e-5)
    above = (current + transformer.network_.to_arrays()[1]["bias"] > 0).mean(axis=0)
    # Uniform: four standard errors of a quarter of 400 are .087.
    np.testing.assert_allclose(np.histogram(above, np.linspace(0, 1, 5))[0] / 400, 0.25, atol=0.087)


@pytest.mark.parametrize("place", [0, 3, 5])
def test_no_neuron_listens_to_a_channel_that_stands_still(place):
    X = np.full((12, 20, 6), 5.0)
    X[:, :, place] = NOISE[:, :, 0]
    transformer = ReservoirTransformer(**SMALL, memory="quick", features="spike_counts").fit(X)
    weights, taps = input_weights_of(transformer.network_)
    # The channel and its differences.
    assert set(taps[np.diff(weights.indptr) > 0, 0]) == {place, 6 + place}
    assert driven(transformer.network_).n_inputs == 12
    assert np.bincount(weights.indices, minlength=60).min() == 6


def test_a_table_has_no_past():
    X, y = load_iris(return_X_y=True)
    X, y = X[::5], y[::5]
    for memory in ("auto", "quick"):
        classifier = ReservoirClassifier(**SMALL, memory=memory).fit(X, y)
        assert (classifier.memory_, classifier.errors_, classifier.hold_) == ("quick", {}, 40)
        assert "taps" not in classifier.network_.to_arrays()[1]
    for memory in ("memory", "both"):
        for samples in (X, X[:, None, :]):
            with pytest.raises(ValueError, match=rf"memory must be 'auto' or 'quick' for .*one step.*Got '{memory}'"):
                ReservoirClassifier(**SMALL, memory=memory).fit(samples, y)


# ---------------------------------------------------------------- networks of a user's own


@pytest.mark.parametrize("memory", ["quick", "memory"])
@pytest.mark.parametrize(
    "kind", [sp.csr_matrix, sp.coo_array, sp.csr_array, np.asarray], ids=lambda kind: kind.__name__
)
def test_a_matrix_in_place_of_the_random_one(tmp_path, memory, kind):
    weights = np.random.default_rng(0).normal(size=(30, 30)) * (np.random.default_rng(1).random((30, 30)) < 0.2)
    given = {"memory": memory, "hold": 4, "max_delay": 3, "random_state": 0, "n_jobs": 1}
    transformer = ReservoirTransformer(network=kind(weights), target_rate=0.1, **given).fit(NOISE)
    network = transformer.network_
    scaled = network.get_topology() / np.float32(network.membrane_threshold)
    np.testing.assert_allclose(scaled.toarray(), weights, rtol=1e-5)
    assert network.num_neurons == 30
    assert network.max_delay == (12 if memory == "memory" else 1)
    transformer.save(tmp_path / "model")
    again = load_estimator(tmp_path / "model")
    np.testing.assert_array_equal(again.transform(NOISE), transformer.transform(NOISE))
    stored = again.network.toarray() if sp.issparse(again.network) else again.network
    np.testing.assert_array_equal(stored, weights)
    np.testing.assert_array_equal(clone(again).fit(NOISE).transform(NOISE), transformer.transform(NOISE))
    transformer.set_params(network=kind(weights * 2))
    with pytest.raises(ValueError, match=r"network must be .* as in fit"):
        transformer.save(tmp_path / "other")
    transformer.set_params(network=kind(weights.copy())).save(tmp_path / "same")


@pytest.mark.parametrize("memory", ["quick", "memory", "both"])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_network_is_taken_as_it_is(tmp_path, memory, weighted):
    own = own_network()
    if weighted:
        own.set_input_weights(np.random.default_rng(0).normal(size=(2, 40)), np.full(40, 0.1))
    before = own.copy()
    transformer = ReservoirTransformer(network=own, memory=memory, hold=4, random_state=0).fit(NOISE)
    values = transformer.transform(NOISE)
    same_network(own, before)
    for pathway in transformer.pathways_:
        network = pathway.network
        assert network is not own
        assert network.membrane_threshold == pytest.approx(0.7)
        assert (network.delays != own.delays).nnz == 0
        assert (network.get_topology() != own.get_topology()).nnz == 0
        if weighted:
            assert (input_weights_of(network)[0] != input_weights_of(own)[0]).nnz == 0
    # All neurons are read, whatever its outputs.
    assert values.shape[1] == {"quick": 600, "memory": 40, "both": 640}[memory]
    transformer.save(tmp_path / "model")
    again = load_estimator(tmp_path / "model")
    same_network(again.network, own)
    own.membrane_threshold = 0.9
    with pytest.raises(ValueError, match=r"network must be .* as in fit"):
        transformer.save(tmp_path / "other")
    assert again.network.membrane_threshold == pytest.approx(0.7)
    np.testing.assert_array_equal(again.transform(NOISE), values)
    np.testing.assert_array_equal(clone(again).fit(NOISE).transform(NOISE), values)


def test_networks_that_do_not_suit_are_refused():
    for given, message in (
        (own_network(duration=50), r"network must run for as long as its input.* Got duration=50"),
        (np.zeros((3, 4)), "network must be square"),
        ("random", "network must be"),
    ):
        for estimator in (ReservoirTransformer, ReservoirForecaster):
            with pytest.raises((TypeError, ValueError), match=message):
                estimator(network=given).fit(NOISE[0] if estimator is ReservoirForecaster else NOISE)
    own = own_network()
    own.set_input_weights(np.ones((3, 40)))
    with pytest.raises(ValueError, match=r"network must have input weights for 2 channels.* Got .* for 3 instead"):
        ReservoirTransformer(network=own, memory="quick").fit(NOISE)


@pytest.mark.parametrize("part", ["data", "indices", "indptr"])
def test_damaged_matrices_in_files_are_refused(tmp_path, part):
    weights = sp.random(20, 20, density=0.2, random_state=0, format="csr")
    path = tmp_path / "model.npz"
    ReservoirTransformer(network=weights, memory="quick", features="spike_counts", random_state=0).fit(NOISE).save(path)
    with np.load(path) as archive:
        arrays = dict(archive)
    array = arrays[f"network.{part}"]
    wrongs = [array[:-1], array[None], array.astype("S"), np.full_like(array, 99)]
    wrongs += [array[::-1]] if part == "indptr" else [np.full_like(array, np.nan)] if part == "data" else [-array - 1]
    for wrong in wrongs[: 3 if part == "data" else None] + wrongs[4:]:
        np.savez(path, **arrays | {f"network.{part}": wrong})
        with pytest.raises(ValueError, match=r"model\.npz"):
            load_estimator(path)


def test_damaged_networks_of_both_pathways_are_refused(tmp_path):
    path = tmp_path / "model.npz"
    ReservoirTransformer(**SMALL | {"num_neurons": 20}, memory="both", hold=2).fit(NOISE).save(path)
    with np.load(path) as archive:
        arrays = dict(archive)
    quick, memory = ({name.split(".", 2)[2] for name in arrays if name.startswith(f"pathways_[{k}]")} for k in (0, 1))
    assert {"taps", "line.past", "line.position"} <= quick - memory
    assert {"delays", "flight.pending", "flight.position"} <= memory - quick
    for name, array in arrays.items():
        if name.split(".", 2)[-1] not in quick ^ memory or not array.size:
            continue
        wrongs = [np.concatenate([array, array[:1]]), array[None], array.astype("S")]
        wrongs += [array - 10**6] if array.dtype.kind == "i" else [array * np.nan] if array.dtype.kind == "f" else []
        for wrong in wrongs:
            np.savez(path, **arrays | {name: wrong})
            with pytest.raises(ValueError, match=r"model\.npz"):
                load_estimator(path)


@pytest.mark.parametrize(
    ("given", "max_delay", "hold"),
    [
        ({"lags": 1}, 12, 80),
        ({"lags": 2}, 0, 50),
        ({"lags": 1, "max_delay": 0}, 0, 50),
        ({"lags": 2, "max_delay": 3}, 3, 80),
        ({"lags": 1, "max_delay": 4, "hold": 5}, 4, 5),
    ],
)
def test_what_none_means_to_a_forecaster(given, max_delay, hold):
    forecaster = ReservoirForecaster(60, small_world_graph_k=8, washout=20, random_state=0, **given)
    forecaster.fit(np.random.default_rng(0).normal(size=120))
    network = forecaster.network_
    assert forecaster.hold_ == hold
    assert 0.9 * max_delay * hold < network.max_delay <= max(1, max_delay * hold)
    scaling = 1.4 if max_delay else 0.25
    spread = network.get_topology().data.std() / network.membrane_threshold
    # Of 480 normal weights, 0.03 is a standard error of the relative spread.
    assert spread == pytest.approx(scaling / 2, rel=0.13)


@pytest.mark.parametrize("own", ["matrix", "network"])
def test_a_forecaster_on_a_network_of_the_users(tmp_path, own):
    network = own_network()
    given = {"lags": 1, "hold": 5, "max_delay": 2, "washout": 20, "trace_taus": (0.5,), "random_state": 0}
    u = np.sin(0.3 * np.arange(150))
    forecaster = ReservoirForecaster(network=network if own == "network" else network.get_topology(), **given).fit(u)
    assert (forecaster.network_.membrane_threshold == pytest.approx(0.7)) == (own == "network")
    assert forecaster.network_.max_delay == (3 if own == "network" else 10)
    forecaster.save(tmp_path / "model")
    np.testing.assert_array_equal(load_estimator(tmp_path / "model").forecast(8), forecaster.forecast(8))


# ---------------------------------------------------------------- what the synapses do


def test_the_ratio_of_currents_is_that_of_the_network():
    transformer = ReservoirTransformer(**SMALL, memory="memory", hold=5).fit(NOISE)
    drive = currents(check_series("X", NOISE), transformer.scaling_, None)
    assert transformer.current_ratio_ == current_ratio(transformer.network_, drive, 5) > 0.05
    assert ReservoirTransformer(**SMALL, memory="quick").fit(NOISE).current_ratio_ == 0


def test_synapses_that_hardly_act_are_said():
    former = SMALL | {"memory": "quick", "taps": 0, "recurrent_scaling": 0.5, "target_rate": 0.15, "min_steps": 200}
    with pytest.warns(
        UserWarning, match=r"recurrent current is 0\.0\d+ of the input current.*lower target_rate"
    ) as told:
        transformer = ReservoirTransformer(**SMALL | former).fit(NOISE)
    assert told[0].filename == __file__
    assert 0 < transformer.current_ratio_ < 0.05
    given = {"num_neurons": 60, "small_world_graph_k": 8, "lags": 2, "hold": 10, "washout": 20, "random_state": 0}
    with pytest.warns(UserWarning, match=r"recurrent current is 0\.0\d+ of the input current") as told:
        forecaster = ReservoirForecaster(**given, recurrent_scaling=0.01).fit(np.sin(0.3 * np.arange(150)))
    assert told[0].filename == __file__
    assert 0 < forecaster.current_ratio_ < 0.05


def test_an_input_that_stands_still_has_an_infinite_ratio(tmp_path):
    transformer = ReservoirTransformer(**SMALL, memory="memory", hold=5).fit(np.ones((4, 10, 1)))
    assert transformer.current_ratio_ == np.inf
    transformer.save(tmp_path / "model")
    assert load_estimator(tmp_path / "model").current_ratio_ == np.inf
