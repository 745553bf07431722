"""Estimators that take samples part by part: the same answers, within a budget."""

import tracemalloc

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier

from snnres import SNN
from snnres.encoding.series import check_series
from snnres.estimators import ReservoirClassifier, ReservoirRegressor, ReservoirTransformer, load_estimator, predictor
from snnres.estimators.pathways import Pathway
from snnres.estimators.predictor import scaled

SMALL = {"num_neurons": 40, "small_world_graph_k": 4, "min_steps": 20, "random_state": 0, "n_jobs": 1}
KINDS = [ReservoirClassifier, ReservoirRegressor]


def waves(n, seed=0):
    """Noisy waves of two speeds and of several lengths, and which."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3 % 2
    return [np.sin(np.arange(rng.integers(8, 14)) * (0.4 + 0.5 * k) + rng.random())[:, None] for k in y], y


X, Y = waves(30)
MORE, MORE_Y = waves(18, seed=1)


@pytest.fixture
def one_by_one(monkeypatch):
    monkeypatch.setattr("snnres.estimators.base.BLOCK_BYTES", 1)


@pytest.fixture
def untouched(monkeypatch):
    """Nothing may be simulated."""
    monkeypatch.setattr(SNN, "simulate_batch", lambda *_, **__: pytest.fail("simulated"))


@pytest.mark.parametrize("memory", ["quick", "both", "auto"])
@pytest.mark.parametrize("kind", KINDS)
def test_samples_one_by_one_are_as_all_at_once(kind, memory, request):
    whole = kind(**SMALL, memory=memory).fit(X, Y)
    at_once = whole.predict(MORE)
    request.getfixturevalue("one_by_one")
    parts = kind(**SMALL, memory=memory).fit(X, Y)
    assert parts.readout_.alpha_ == whole.readout_.alpha_
    assert parts.scales_ == pytest.approx(whole.scales_)
    np.testing.assert_allclose(parts.readout_.coef_, whole.readout_.coef_, atol=1e-9)
    np.testing.assert_allclose(parts.predict(MORE), at_once, atol=1e-6)
    assert parts.memory_ == whole.memory_


@pytest.mark.usefixtures("one_by_one")
def test_features_go_to_a_memory_map(tmp_path, capsys):
    transformer = ReservoirTransformer(**SMALL).fit(X)
    out = np.lib.format.open_memmap(
        tmp_path / "f.npy", "w+", np.float32, (18, len(transformer.get_feature_names_out()))
    )
    assert transformer.set_params(verbose=True).transform(MORE, out=out) is out
    assert "simulate: 18/18 (100 %)" in capsys.readouterr().err
    np.testing.assert_array_equal(np.load(tmp_path / "f.npy"), transformer.transform(MORE))
    for wrong, error in ((out[1:], ValueError), (out.astype(np.float64), TypeError), (out.tolist(), TypeError)):
        with pytest.raises(error, match=r"^out must be"):
            transformer.transform(MORE, out=wrong)


@pytest.mark.usefixtures("one_by_one")
def test_a_value_too_large_is_named_by_its_sample_before_the_work(request):
    transformer = ReservoirTransformer(**SMALL, memory="quick").fit([x * 1e-30 for x in X])
    request.getfixturevalue("untouched")
    with pytest.raises(ValueError, match=r"X must be finite in float32 in units .* in sample 20 instead"):
        transformer.transform([*(x * 1e-30 for x in X[:20]), X[20] * 1e30])


def test_many_samples_take_no_more_than_the_budget(tmp_path):
    """Here of features that would be 20 MB, of 64-fold float64 copies not to speak."""
    rng = np.random.default_rng(0)
    many = rng.normal(size=(800, 4, 1)).astype(np.float32)
    given = SMALL | {"num_neurons": 150, "memory": "quick", "hold": 2, "taps": 1}
    transformer = ReservoirTransformer(**given, features="binned_counts", n_bins=45, max_bytes=2**23).fit(many)
    out = np.lib.format.open_memmap(tmp_path / "f.npy", "w+", np.float32, (800, 6750))
    transformer.transform(many[:4])
    tracemalloc.start()
    transformer.transform(many, out=out)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert out.nbytes > 2**24
    assert peak < 2**23


@pytest.mark.usefixtures("untouched")
def test_what_does_not_fit_is_refused_before_the_work():
    least = r"^max_bytes must be at least (\d+)"
    with pytest.raises(ValueError, match=least + " to read out 30 samples of 600 features.*num_neurons, features"):
        ReservoirClassifier(**SMALL, memory="quick", max_bytes=10**5).fit(X, Y)
    with pytest.raises(ValueError, match=least + ": readout takes 600 features of 30 samples at once"):
        ReservoirRegressor(Ridge(), **SMALL, memory="quick", max_bytes=10**5).fit(X, Y)


def test_more_features_than_fit_are_transformed_in_parts_or_to_a_map():
    transformer = ReservoirTransformer(**SMALL, memory="quick", max_bytes=30 * 600 * 4).fit(X)
    assert transformer.transform(X).shape == (30, 600)
    with pytest.raises(ValueError, match=r"^max_bytes must be at least 74400 for 600 features of 31 samples\..*out"):
        transformer.transform([*X, X[0]])


@pytest.mark.parametrize("wrong", [0, 1.5, "4 GiB", True])
def test_a_budget_is_a_whole_number(wrong):
    with pytest.raises((TypeError, ValueError), match=r"^max_bytes must be"):
        ReservoirClassifier(**SMALL, max_bytes=wrong).fit(X, Y)


@pytest.mark.parametrize("kind", KINDS)
def test_parts_are_learnt_as_all_samples_by_the_same_reservoir(kind, tmp_path):
    y, more_y = (Y, MORE_Y) if kind is ReservoirClassifier else (Y * 1.5, MORE_Y * 1.5)
    first = {"classes": [0, 1]} if kind is ReservoirClassifier else {}
    model = kind(**SMALL, memory="both").partial_fit(X, y, **first)
    reservoir = [pathway.network.to_arrays()[1] for pathway in model.pathways_]
    alone = model.predict(MORE)
    assert kind(**SMALL, memory="both").fit(X, y).predict(MORE) == pytest.approx(alone, abs=1e-9)
    for part in np.split(np.arange(18), [5, 6]):
        model.partial_fit([MORE[i] for i in part], more_y[part])
    assert model.n_samples_seen_ == 48
    model.save(tmp_path / "model")
    for arrays, pathway in zip(reservoir, model.pathways_, strict=True):
        for name, array in pathway.network.to_arrays()[1].items():
            np.testing.assert_array_equal(array, arrays[name])
    matrix = model._matrix(check_series("X", [*X, *MORE]), model.pathways_)
    features = scaled(matrix, predictor.block_scales(matrix))
    exact = (RidgeClassifier if kind is ReservoirClassifier else Ridge)(model.readout_.alpha_)
    exact.fit(features, np.concatenate([y, more_y]))
    score = "decision_function" if kind is ReservoirClassifier else "predict"
    told = getattr(model, score)(MORE)
    np.testing.assert_allclose(told, getattr(exact, score)(features[30:]), atol=1e-5)
    again = load_estimator(tmp_path / "model")
    np.testing.assert_array_equal(getattr(again, score)(MORE), told)
    with pytest.warns(UserWarning, match="partial_fit begins anew") as warned:
        again.partial_fit(X, y, **first)
    assert warned[0].filename == __file__
    assert again.n_samples_seen_ == 30


def test_parts_that_do_not_go_together_are_refused():
    model = ReservoirClassifier(**SMALL, memory="quick").partial_fit(X, Y, classes=[0, 1, 2])
    before = model.decision_function(MORE)
    assert before.shape == (18, 3)
    for call, text in (
        (lambda: model.partial_fit(MORE, np.full(18, 3)), r"^y must hold labels of classes, \[0, 1, 2\]\. Got"),
        (lambda: model.partial_fit(MORE, MORE_Y, classes=[0, 1]), "^classes must be None, or those of the first part"),
        (lambda: model.partial_fit(MORE, MORE_Y[:5]), "^y must have a target for each of 18 samples"),
        (lambda: model.partial_fit(np.ones((4, 9, 2)), [0, 1, 0, 1]), "must have at least one step and 1 channels"),
        (lambda: model.set_params(n_bins=3).partial_fit(MORE, MORE_Y), "^n_bins must be 10, as in fit, for the"),
    ):
        with pytest.raises(ValueError, match=text):
            call()
    np.testing.assert_array_equal(model.set_params(n_bins=10).decision_function(MORE), before)
    assert model.n_samples_seen_ == 30
    with pytest.raises(ValueError, match=r"^readout must be None for partial_fit"):
        ReservoirClassifier(LogisticRegression(), **SMALL).partial_fit(X, Y)
    targets = np.column_stack([Y, Y]).astype(float)
    with pytest.raises(ValueError, match=r"^y must have 2 columns"):
        ReservoirRegressor(**SMALL, memory="quick").partial_fit(X, targets).partial_fit(MORE, MORE_Y)


@pytest.mark.usefixtures("one_by_one")
def test_an_interrupt_leaves_what_was_learnt_before_it(monkeypatch):
    model = ReservoirRegressor(**SMALL, memory="quick").partial_fit(X, Y)
    model.predict(MORE)
    write, calls = Pathway.write, []

    def interrupted(self, *args):
        calls.append(args)
        if len(calls) > 7:
            raise KeyboardInterrupt
        write(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(Pathway, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            model.partial_fit(MORE, MORE_Y)
    assert model.n_samples_seen_ == 37
    plain = ReservoirRegressor(**SMALL, memory="quick").partial_fit(X, Y).partial_fit(MORE[:7], MORE_Y[:7])
    np.testing.assert_allclose(model.predict(MORE), plain.predict(MORE), atol=1e-9)
    model.partial_fit(MORE[7:], MORE_Y[7:])
    assert model.n_samples_seen_ == 48


def test_of_many_samples_some_choose_the_pathway(monkeypatch):
    few = ReservoirClassifier(**SMALL).fit(X, Y)
    monkeypatch.setattr(predictor, "CHOICE_SAMPLES", 12)
    seen = []
    summed = ReservoirClassifier._summed

    def noted(self, series, targets, pathways, onto):
        seen.append((pathways[0].name, len(targets)))
        return summed(self, series, targets, pathways, onto)

    monkeypatch.setattr(ReservoirClassifier, "_summed", noted)
    many = ReservoirClassifier(**SMALL).fit(X, Y)
    assert seen == [("quick", 12), ("memory", 12), (many.memory_, 30)]
    assert many.errors_ != few.errors_
    assert many.readout_.n_left_out_ == 30
    numbers = predictor.spread_over(30, 12)
    assert len(set(numbers)) == 12
    assert np.diff([0, *numbers, 30]).max() <= 6
