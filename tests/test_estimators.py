"""Transformer, classifier and regressor: scikit-learn's conventions, honest scaling, order and threads."""

import inspect

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier, SGDClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

from snnres.datasets import delayed_xor
from snnres.encoding.series import check_series
from snnres.estimators import ReservoirClassifier, ReservoirRegressor, ReservoirTransformer
from snnres.estimators.readout import ALPHAS, SummedRidgeClassifier
from snnres.estimators.reservoir import firing_rate
from snnres.estimators.signal import currents, differences, standardised
from snnres.evaluation import evaluate
from snnres.features import (
    FEATURES,
    binned_counts,
    filtered_traces,
    final_traces,
    multiscale_counts,
)

SMALL = {"num_neurons": 60, "small_world_graph_k": 8, "min_steps": 40, "random_state": 0}
QUICK = SMALL | {"memory": "quick"}
# As before there were taps and delays.
FORMER = QUICK | {"taps": 0, "recurrent_scaling": 0.5, "target_rate": 0.1}
ALL = (ReservoirTransformer, ReservoirClassifier, ReservoirRegressor)


def sines(n_samples=24, seed=0, lengths=(40, 40)):
    """Noisy sines of two frequencies, 2 channels: a list of (n_steps_k, 2) and labels."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n_samples) % 2
    samples = []
    for label in labels:
        t = np.arange(rng.integers(lengths[0], lengths[1] + 1))
        wave = np.sin((0.2 + 0.4 * label) * t + rng.uniform(0, 1))
        samples.append(np.stack([wave, 5 * wave + 3], axis=1) + rng.normal(0, 0.1, (len(t), 2)))
    return samples, np.array(["slow", "fast"])[labels]


# Some of scikit-learn's checks have nothing to learn.
@pytest.mark.filterwarnings("ignore:each left out in turn", "ignore:partial_fit begins anew")
@parametrize_with_checks([estimator(**SMALL) for estimator in ALL])
def test_conventions_of_scikit_learn(estimator, check):
    check(estimator)


def test_parameters_are_the_same_wherever_they_stand():
    """All three have those of the transformer by keyword; beside them only what stands first and needs no name."""
    signatures = {kind: inspect.signature(kind).parameters for kind in ALL}
    shared = signatures[ReservoirTransformer]
    assert len(shared) == 28
    for kind, first in ((ReservoirTransformer, "num_neurons"), *((kind, "readout") for kind in ALL[1:])):
        names = list(signatures[kind])
        assert names[0] == first
        assert signatures[kind][first].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        assert all(signatures[kind][name].kind is inspect.Parameter.KEYWORD_ONLY for name in names[1:])
        assert {name: signatures[kind][name].default for name in shared} == {
            name: parameter.default for name, parameter in shared.items()
        }
        assert set(names) == {*shared, first} == set(kind().get_params(deep=False))
        with pytest.raises(TypeError):
            kind(None, 30)


@pytest.mark.parametrize("kind", ALL)
def test_parameters_are_read_set_copied_and_shown(kind):
    made = kind(num_neurons=30, deltas=False)
    assert repr(made) == f"{kind.__name__}(deltas=False, num_neurons=30)"
    assert clone(made).get_params() == made.get_params() == kind().get_params() | {"num_neurons": 30, "deltas": False}
    assert made.set_params(num_neurons=40) is made
    assert (made.num_neurons, kind().num_neurons) == (40, 1000)
    assert made != clone(made)
    assert "n_jobs: int" in str(inspect.signature(kind, eval_str=True))


@pytest.mark.parametrize("lengths", [(40, 40), (20, 60)])
def test_classifies_series_of_equal_and_unequal_length(lengths):
    X, y = sines(40, lengths=lengths)
    classifier = ReservoirClassifier(**SMALL).fit(X[:20], y[:20])
    assert classifier.score(X[20:], y[20:]) > 0.9
    assert classifier.decision_function(X[20:]).shape == (20,)
    assert classifier.classes_.tolist() == ["fast", "slow"]


def test_an_array_and_a_list_of_its_samples_are_the_same():
    X, _ = sines()
    listed = ReservoirTransformer(**SMALL).fit_transform(X)
    np.testing.assert_array_equal(ReservoirTransformer(**SMALL).fit_transform(np.stack(X)), listed)


def test_the_form_of_fit_is_demanded_of_predict():
    X, y = sines()
    classifier = ReservoirClassifier(**SMALL).fit(X, y)
    with pytest.raises(ValueError, match="X must be a series as in fit"):
        classifier.predict(np.zeros((3, 2)))
    table = ReservoirClassifier(**SMALL).fit(*load_iris(return_X_y=True))
    with pytest.raises(ValueError, match="X must be a table as in fit"):
        table.predict(np.zeros((3, 5, 4)))
    with pytest.raises(ValueError, match="2 channels"):
        classifier.predict(np.zeros((3, 5, 4)))


@pytest.mark.parametrize("features", [("binned_counts",), ("filtered_traces", "spike_rates", "spike_entropy")])
def test_presentation_order_and_threads_change_no_feature(features, monkeypatch):
    X, _ = sines(17, lengths=(10, 60))
    transformer = ReservoirTransformer(**SMALL, features=features, n_jobs=1).fit(X)
    values = transformer.transform(X)
    order = np.random.default_rng(1).permutation(len(X))
    np.testing.assert_array_equal(transformer.transform([X[i] for i in order]), values[order])
    alone = np.vstack([transformer.transform([sample]) for sample in X])
    np.testing.assert_array_equal(alone, values)
    threaded = ReservoirTransformer(**SMALL, features=features, n_jobs=3).fit(X)
    np.testing.assert_array_equal(threaded.transform(X), values)


def test_presentation_order_changes_no_prediction():
    X, y = sines(30, lengths=(10, 60))
    classifier = ReservoirClassifier(**SMALL).fit(X, y)
    order = np.random.default_rng(1).permutation(len(X))
    predictions = classifier.predict([X[i] for i in order])
    assert (predictions == classifier.predict(X)[order]).all()


def test_verbose_counts_samples_and_changes_nothing(capsys):
    X, y = sines(9)
    silent = ReservoirClassifier(**SMALL).fit(X, y)
    assert capsys.readouterr().err == ""
    told = ReservoirClassifier(**SMALL, verbose=True).fit(X, y)
    assert "simulate: 9/9 (100 %)" in capsys.readouterr().err
    np.testing.assert_array_equal(told.predict(X), silent.predict(X))
    with pytest.raises(TypeError, match=r"verbose must be .*Got 2"):
        ReservoirClassifier(**SMALL, verbose=2).fit(X, y)


def test_scores_and_probabilities_are_those_that_the_readout_has():
    X, y = sines(20)
    probable = ReservoirClassifier(readout=LogisticRegression(max_iter=1000), **SMALL).fit(X, y)
    assert probable.predict_proba(X).sum(axis=1) == pytest.approx(1)
    assert hasattr(probable, "decision_function")
    assert not hasattr(ReservoirClassifier(**SMALL).fit(X, y), "predict_proba")
    assert not hasattr(ReservoirClassifier(readout=RandomForestClassifier()), "decision_function")
    forest = ReservoirClassifier(readout=RandomForestClassifier(random_state=0), **SMALL)
    assert np.isfinite(cross_val_score(forest, X, y == y[0], cv=2, scoring="roc_auc")).all()


def test_readouts_of_the_other_kind_are_refused():
    X, y = sines(20)
    with pytest.raises(TypeError, match=r"readout must be a classifier. Got Ridge\(\)"):
        ReservoirClassifier(readout=Ridge(), **SMALL).fit(X, y)
    with pytest.raises(TypeError, match=r"readout must be a regressor. Got LogisticRegression\(\)"):
        ReservoirRegressor(readout=LogisticRegression(), **SMALL).fit(X, np.arange(20.0))


def test_what_cannot_be_learned_or_told_is_refused_by_its_name():
    X, y = sines(20)
    with pytest.raises(ValueError, match=r"at least 2 samples. Got n_samples = 1"):
        ReservoirRegressor(**SMALL).fit(X[:1], [1.0])
    ragged = np.empty(2, dtype=object)
    ragged[:] = [np.zeros((4, 1)), np.zeros((5, 1))]
    with pytest.raises(TypeError, match=r"X must be .*pass list\(X\)"):
        ReservoirClassifier(**SMALL).fit(ragged, [0, 1])
    small = ReservoirClassifier(**SMALL).fit([1e-3 * sample for sample in X], y)
    with pytest.raises(ValueError, match=r"X must be finite in float32 .* in sample 1"):
        small.predict([X[0], np.full_like(X[1], 1e38)])


def objects(samples):
    array = np.empty(len(samples), dtype=object)
    array[:] = samples
    return array


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([np.zeros(4), np.zeros(5)], ValueError, r"shapes \(4,\) and \(5,\) instead: .*\[x\[:, None\] for x in X\]"),
        ([[1.0, 2.0], [3.0]], ValueError, r"X must be .* Got samples of shapes \(2,\) and \(1,\)"),
        ([np.zeros(4), np.zeros((5, 1))], ValueError, r"X must be .* Got samples of shapes \(4,\) and \(5, 1\)"),
        ([[[1.0], [2.0, 3.0]], [[1.0], [2.0]]], ValueError, r"X\[0\] must be an array \(n_steps, n_channels\)"),
        (objects([np.zeros(4), np.zeros(5)]), TypeError, r"X must be .*pass list\(X\)"),
    ],
)
def test_samples_of_unequal_length_without_channels_are_refused_in_our_words(X, error, message):
    for kind in ALL:
        with pytest.raises(error, match=message):
            kind(**SMALL).fit(X, [0, 1])
    with pytest.raises(error, match=message):
        evaluate(ReservoirClassifier(**SMALL), X, [0, 1], cv=2)


def test_channels_that_come_first_are_asked_about():
    X = np.random.default_rng(0).normal(size=(20, 2, 100))
    with pytest.warns(UserWarning, match=r"X has 100 channels of only 2 steps: .* X\.transpose\(0, 2, 1\)") as told:
        ReservoirTransformer(**QUICK).fit(X)
    assert told[0].filename == __file__
    with pytest.warns(UserWarning, match=r"100 channels of only 2 steps: .* pass \[x\.T for x in X\]"):
        ReservoirTransformer(**QUICK).fit(list(X))
    ReservoirTransformer(**QUICK).fit((X > 1.0) * 1)
    fitted = ReservoirTransformer(**QUICK).fit(X.transpose(0, 2, 1))
    fitted.transform(X.transpose(0, 2, 1)[:, :1])


def test_a_refit_on_series_forgets_the_table():
    X, y = sines(20)
    model = ReservoirClassifier(**SMALL).fit(*load_iris(return_X_y=True))
    model.feature_names_in_ = np.array(list("abcd"), dtype=object)
    model.fit(X, y)
    assert not hasattr(model, "fields_")
    assert not hasattr(model, "feature_names_in_")


def test_the_seed_decides():
    X, _ = sines()
    first, again = (ReservoirTransformer(**SMALL).fit_transform(X) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    other = ReservoirTransformer(**SMALL | {"random_state": 1}).fit_transform(X)
    assert (first != other).any()


def by_hand(transformer, X, *, deltas):
    """The spikes of each sample, from a network that is driven by hand, and its row of features."""
    drive = currents(check_series("X", X), transformer.scaling_, transformer.delta_scaling_ if deltas else None)
    for sample, row in zip(drive, transformer.transform(X), strict=True):
        network = transformer.network_.copy()
        network.set_input_currents(sample, hold=transformer.hold_)
        network.simulate()
        yield network.recording, row


def same_in_float32(row, expected):
    assert row.dtype == np.float32
    np.testing.assert_allclose(row, expected, rtol=2**-23, atol=0)


def test_features_are_those_of_the_network_driven_by_hand():
    X, _ = sines(5)
    for recording, row in by_hand(ReservoirTransformer(**FORMER, n_bins=4).fit(X), X, deltas=True):
        counts = binned_counts(recording, n_bins=4)
        traces = filtered_traces(recording, tau=40.0, n_points=4)
        same_in_float32(row, np.concatenate([counts, traces], axis=None))


def test_quick_features_are_counts_at_several_scales():
    X, _ = sines(5)
    transformer = ReservoirTransformer(**QUICK).fit(X)
    assert (transformer.memory_, transformer.hold_, transformer.network_.max_delay) == ("quick", 3, 1)
    for recording, row in by_hand(transformer, X, deltas=True):
        counts = multiscale_counts(recording, scales=(1, 2, 4, 8))
        scales = np.split(counts, [1, 3, 7], axis=1)
        np.testing.assert_array_equal(row, np.concatenate([part.ravel() for part in scales]))


def test_quick_features_of_many_channels_have_traces_too():
    X = np.random.default_rng(0).normal(size=(5, 30, 9))
    transformer = ReservoirTransformer(**QUICK, scales=(2,), n_bins=3).fit(X)
    for recording, row in by_hand(transformer, list(X), deltas=True):
        traces = filtered_traces(recording, tau=40.0, n_points=3)
        expected = np.concatenate([multiscale_counts(recording, scales=(2,)), traces], axis=None)
        same_in_float32(row, expected)


def test_features_with_memory_are_the_last_traces():
    X, _ = sines(5)
    transformer = ReservoirTransformer(**SMALL, memory="memory", max_delay=4).fit(X)
    # Long enough for 3,000 steps, but 30 at most.
    assert (transformer.memory_, transformer.hold_) == ("memory", 30)
    assert 110 < transformer.network_.max_delay <= 120
    for recording, row in by_hand(transformer, X, deltas=False):
        same_in_float32(row, final_traces(recording, taus=(15.0,)).ravel())


@pytest.mark.parametrize("target_rate", [0.05, 0.1, 0.12])
@pytest.mark.parametrize("pathway", [{"taps": 0}, {"taps": None}, {"memory": "memory", "hold": 3}], ids=str)
def test_the_network_fires_at_the_target_rate(target_rate, pathway):
    X, _ = sines(60, lengths=(30, 60))
    transformer = ReservoirTransformer(**FORMER | {"target_rate": target_rate} | pathway).fit(X)
    deltas = None if transformer.memory_ == "memory" else transformer.delta_scaling_
    drive = currents(check_series("X", X), transformer.scaling_, deltas)
    rate = firing_rate(transformer.network_, drive, transformer.hold_, 1)
    # The threshold is found to 1.5 per cent on a part of the samples.
    assert rate == pytest.approx(target_rate, rel=0.1)


def test_a_rate_out_of_reach_is_said():
    X, _ = sines(10)
    with pytest.warns(UserWarning, match=r"target_rate=0\.3 cannot be reached") as told:
        ReservoirTransformer(**QUICK, taps=0, target_rate=0.3).fit(X)
    assert told[0].filename == __file__
    # Nor can the default, by taps on so noisy series; but nobody asked for it.
    noise = np.random.default_rng(0).normal(size=(10, 600, 1))
    quiet = ReservoirTransformer(**QUICK, features="spike_rates").fit(noise)
    assert 0.075 < quiet.transform(noise).mean() < 0.14
    with pytest.warns(UserWarning, match=r"target_rate=0\.165 cannot be reached"):
        ReservoirTransformer(**QUICK, target_rate=0.165).fit(noise)
    with pytest.warns(UserWarning, match=r"target_rate=0\.15 cannot be reached: the network fires at 0 "):
        ReservoirTransformer(**QUICK).fit(np.ones((10, 20, 1)))


def test_scaling_is_that_of_the_training_data():
    X, _ = sines(8, lengths=(5, 9))
    fitted = ReservoirTransformer(**QUICK).fit(X)
    rows = np.concatenate(X)
    np.testing.assert_allclose(fitted.scaling_.mean, rows.mean(axis=0))
    np.testing.assert_allclose(fitted.scaling_.scale, rows.std(axis=0))
    assert fitted.hold_ == int(np.ceil(40 / np.median([len(sample) for sample in X])))
    ours = standardised(check_series("X", X), fitted.scaling_, fitted.delta_scaling_)
    np.testing.assert_allclose(ours.mean(axis=0)[:2], 0, atol=1e-12)
    np.testing.assert_allclose(ours.std(axis=0), 1)
    start = 0
    for sample in X:
        expected = np.diff((sample - rows.mean(axis=0)) / rows.std(axis=0), axis=0)
        got = ours[start : start + len(sample), 2:] * fitted.delta_scaling_.scale
        np.testing.assert_allclose(got[1:], expected, atol=1e-12)
        assert not got[0].any()
        start += len(sample)


def test_counts_share_one_scale_and_measurements_do_not():
    rng = np.random.default_rng(0)
    counts = [rng.poisson([0.1, 4.0], size=(50, 2)) for _ in range(4)]
    shared = ReservoirTransformer(**QUICK).fit(counts)
    assert shared.scaling_.scale[0] == shared.scaling_.scale[1]
    assert shared.delta_scaling_.scale[0] == shared.delta_scaling_.scale[1]
    np.testing.assert_allclose(shared.scaling_.scale[0] ** 2, np.concatenate(counts).var(axis=0).mean())
    measured = ReservoirTransformer(**QUICK).fit([sample + 0.5 for sample in counts])
    assert measured.scaling_.scale[0] < 0.5 * measured.scaling_.scale[1]
    forced = ReservoirTransformer(**QUICK, shared_scale=False, deltas=False).fit(counts)
    assert forced.scaling_.scale[0] != forced.scaling_.scale[1]
    assert forced.delta_scaling_ is None


def mixed_units(top, n_samples=60, seed=0):
    """Whole numbers: noise of 0 to 10^4 in one channel, in the other one of two waves of 0 to ``top``, and which."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n_samples) % 2
    phases = rng.uniform(0, 2 * np.pi, (n_samples, 1)) + np.arange(60) * np.where(labels, 0.5, 0.25)[:, None]
    wave = np.rint(top / 2 * (1 + np.sin(phases)))
    return np.stack([rng.integers(0, 10_001, wave.shape), wave], axis=-1), labels


@pytest.mark.parametrize("top", [50, 3000])
def test_whole_numbers_of_several_units_are_no_counts(top):
    X, y = mixed_units(top)
    classifier = ReservoirClassifier(**SMALL | {"num_neurons": 200}).fit(X[:40], y[:40])
    assert classifier.score(X[40:], y[40:]) > 0.9
    shares = classifier.scaling_.scale
    np.testing.assert_allclose(shares, np.concatenate(X[:40]).std(axis=0))


def test_sparse_events_of_several_units_do_not_share_a_scale():
    rng = np.random.default_rng(0)
    X = rng.integers(1, [[10_001, 51]], (20, 30, 2)) * (rng.random((20, 30, 2)) < 0.2)
    scale = ReservoirTransformer(**QUICK).fit(X).scaling_.scale
    assert scale[0] > 50 * scale[1]


def test_a_pixel_that_hardly_sees_anything_stays_faint():
    counts = np.random.default_rng(0).poisson(1.0, (20, 30, 12)) * 100
    counts[:, :, ::2] *= np.random.default_rng(1).random((20, 30, 6)) < 0.2
    counts[:, :, 3] = 0
    counts[4, 7, 3] = 1
    scale = ReservoirTransformer(**QUICK).fit(counts).scaling_.scale
    assert (scale == scale[0]).all()


def test_a_scale_shared_on_request_says_whom_it_drowns():
    X, _ = mixed_units(50)
    with pytest.warns(UserWarning, match=r"shared_scale=True drowns 1 of 2 channels, the first of them 1") as told:
        ReservoirTransformer(**QUICK, shared_scale=True).fit(X)
    assert told[0].filename == __file__


def test_differences_do_not_reach_across_samples():
    rows = np.array([[1.0], [2.0], [10.0], [13.0]])
    assert differences(rows, np.array([0, 2]))[:, 0].tolist() == [0.0, 1.0, 0.0, 3.0]


def test_names_belong_to_columns():
    X, _ = sines(6)
    names = ("spike_counts", "binned_counts", "multiscale_counts", "final_traces")
    options = {"n_bins": 3, "scales": (3, 2), "final_taus": (4, 0.05)}
    transformer = ReservoirTransformer(**QUICK, features=names, **options).fit(X)
    columns = transformer.get_feature_names_out().tolist()
    values = transformer.transform(X)
    assert len(columns) == values.shape[1] == 60 * (1 + 3 + 5 + 2)
    neuron = columns.index("spike_counts_n7")
    bins = [columns.index(f"binned_counts_n7_t{j}") for j in range(3)]
    np.testing.assert_array_equal(values[:, neuron], values[:, bins].sum(axis=1))
    thirds = [columns.index(f"multiscale_counts_n7_bins3_t{j}") for j in range(3)]
    np.testing.assert_array_equal(values[:, thirds], values[:, bins])
    slow, fast = (columns.index(f"final_traces_n7_tau{tau}") for tau in (4.0, 0.05))
    assert (values[:, slow] > values[:, fast]).any()
    # Nothing but a spike in the last step is left of so short a trace.
    assert set(values[:, fast].round(8)) <= {0.0, 1.0}


def test_data_frames_come_out_with_the_names():
    pandas = pytest.importorskip("pandas")
    transformer = ReservoirTransformer(**SMALL, features="spike_counts").set_output(transform="pandas")
    frame = transformer.fit_transform(load_iris().data[::10])
    assert isinstance(frame, pandas.DataFrame)
    assert frame.columns[0] == "spike_counts_n0"


def test_every_feature_can_be_asked_for():
    X, _ = sines(4)
    values = ReservoirTransformer(**QUICK, features=tuple(FEATURES), n_bins=3).fit(X).transform(X)
    assert np.isfinite(values).all()
    with pytest.raises(ValueError, match="features must be of"):
        ReservoirTransformer(**SMALL, features="nonsense").fit(X)
    with pytest.raises(ValueError, match="without repeats"):
        ReservoirTransformer(**SMALL, features=("spike_rates", "spike_rates")).fit(X)


@pytest.mark.slow
def test_works_in_pipelines_searches_and_with_other_readouts():
    X, y = load_iris(return_X_y=True)
    X, y = X[::3], y[::3]
    pipeline = make_pipeline(FunctionTransformer(np.sqrt), ReservoirClassifier(**SMALL))
    assert cross_val_score(pipeline, X, y, cv=3).mean() > 0.8
    search = GridSearchCV(ReservoirClassifier(**SMALL), {"num_neurons": [10, 60]}, cv=2).fit(X, y)
    assert search.best_estimator_.network_.num_neurons == search.best_params_["num_neurons"]
    chosen = LogisticRegression(C=0.1)
    logistic = ReservoirClassifier(chosen, **SMALL).fit(X, y)
    assert isinstance(logistic.readout_, LogisticRegression)
    assert not hasattr(chosen, "coef_")
    assert clone(logistic).get_params()["readout"].C == 0.1
    ridge = ReservoirRegressor(Ridge(), **SMALL).fit(*load_diabetes(return_X_y=True))
    assert ridge.score(*load_diabetes(return_X_y=True)) > 0.4


def test_data_in_parts():
    """The way that the transformer's documentation gives for data that does not fit in memory."""
    X, y = sines(60)
    transformer = ReservoirTransformer(**SMALL).fit(X[:20])
    readout = SGDClassifier(random_state=0)
    for start in (0, 20, 0, 20):
        readout.partial_fit(
            transformer.transform(X[start : start + 20]), y[start : start + 20], classes=["fast", "slow"]
        )
    assert readout.score(transformer.transform(X[40:]), y[40:]) > 0.9


def test_a_readout_of_few_samples_keeps_what_can_be_known():
    """Where the smallest squared error of samples left out would be that of predictions that are all near the mean."""
    X, y = delayed_xor(160, delay=1, seed=1)
    Z, z = delayed_xor(400, delay=1, seed=2)
    former = {"memory": "quick", "taps": 0, "recurrent_scaling": 0.5, "target_rate": 0.1}
    classifier = ReservoirClassifier(num_neurons=400, bias_scaling=0.3, n_bins=20, random_state=1, **former).fit(X, y)
    # Chance is .5, and four standard errors of 400 samples are .1.
    assert classifier.score(Z, z) > 0.6
    assert 0.55 < classifier.readout_.left_out_accuracy_ < 0.75


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_penalty_is_that_of_the_least_hinge_loss_of_samples_left_out(n_classes):
    rng = np.random.default_rng(n_classes)
    y = np.arange(18) % n_classes
    X = rng.normal(size=(18, 10)) + 1.2 * np.eye(3, 10)[y]
    codes = np.where(y[:, None] == np.arange(n_classes), 1.0, -1.0)[:, 1 if n_classes == 2 else 0 :]
    losses, right = [], []
    for alpha in ALPHAS:
        told = np.stack(
            [Ridge(alpha).fit(np.delete(X, i, 0), np.delete(codes, i, 0)).predict(X[i : i + 1])[0] for i in range(18)]
        ).reshape(codes.shape)
        losses.append(np.maximum(0, 1 - codes * told).mean())
        right.append(np.mean((told[:, 0] > 0 if n_classes == 2 else told.argmax(axis=1)) == y))
    best = int(np.argmin(losses))
    labels = np.array(["b", "c", "d"])[y]
    readout = SummedRidgeClassifier().fit(X, labels)
    assert 0 < best < len(ALPHAS) - 1
    assert (readout.alpha_, readout.left_out_accuracy_) == (ALPHAS[best], pytest.approx(right[best]))
    ridge = RidgeClassifier(alpha=ALPHAS[best]).fit(X, labels)
    np.testing.assert_allclose(readout.decision_function(X), ridge.decision_function(X), atol=1e-10)
    np.testing.assert_array_equal(readout.predict(X), ridge.predict(X))


def test_a_readout_that_learnt_nothing_says_so():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 20, 2)), np.arange(30) % 2
    with pytest.warns(UserWarning, match=r"left out in turn, \d+% of the samples are .*50% are of one class") as told:
        classifier = ReservoirClassifier(**QUICK).fit(X, y)
    assert told[0].filename == __file__
    assert classifier.score(X, y) > classifier.readout_.left_out_accuracy_
    with pytest.warns(UserWarning, match=r"left out in turn, the samples are predicted no better than by the mean"):
        ReservoirRegressor(**QUICK).fit(X, rng.normal(size=30))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("num_neurons", 2),
        ("num_neurons", 10.0),
        ("small_world_graph_k", 7),
        ("small_world_graph_k", 62),
        ("small_world_graph_p", 1.5),
        ("recurrent_scaling", -1.0),
        ("input_fan_in", 0),
        ("shared_scale", "yes"),
        ("bias_scaling", float("nan")),
        ("leak_coefficient", 1.0),
        ("refractory_period", 0),
        ("target_rate", 0.34),
        ("min_steps", 0),
        ("deltas", 1),
        ("n_fields", 2),
        ("n_bins", 0),
        ("trace_tau", 0.0),
        ("max_isi", 0),
        ("scales", (1, 0)),
        ("final_taus", ()),
        ("memory", "slow"),
        ("memory", None),
        ("taps", -1),
        ("taps", 2.0),
        ("max_delay", -1),
        ("max_delay", None),
        ("hold", 0),
        ("network", "random"),
        ("network", np.zeros((2, 3))),
        ("network", np.full((2, 2), np.nan)),
    ],
)
def test_parameters_out_of_range_are_named(name, value):
    X, y = sines(4)
    with pytest.raises((TypeError, ValueError), match=name):
        ReservoirClassifier(**SMALL | {name: value}).fit(X, y)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(bad):
    X, y = sines(4)
    X[2][3, 1] = bad
    with pytest.raises(ValueError, match="finite"):
        ReservoirClassifier(**SMALL).fit(X, y)


def test_targets_must_fit_the_samples():
    X, y = sines(4)
    with pytest.raises(ValueError, match="y must have a target for each of 4 samples"):
        ReservoirClassifier(**SMALL).fit(X, y[:3])
    with pytest.raises(ValueError, match="2 classes"):
        ReservoirClassifier(**SMALL).fit(X, ["same"] * 4)
