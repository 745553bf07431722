import json
import re
import sys
from dataclasses import replace
from math import comb
from typing import ClassVar
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy.stats import binomtest, norm

pytest.importorskip("sklearn")

from sklearn import metrics as sk
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.model_selection import GroupKFold, KFold, LeaveOneOut, RepeatedKFold, ShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from snnres import SNN, SimulationParams
from snnres.datasets import delayed_xor
from snnres.encoding.series import check_series
from snnres.encoding.standardiser import Standardiser
from snnres.estimators import ReservoirClassifier, ReservoirRegressor
from snnres.estimators.predictor import ReservoirPredictor
from snnres.evaluation import Evaluation, comparators, evaluate, judge_correct, nrmse
from snnres.evaluation import baselines as bl
from snnres.evaluation.comparators import Comparators
from snnres.evaluation.intervals import percentiles, resamples, tail, wilson
from snnres.evaluation.metrics import classification_scores, regression_scores
from snnres.evaluation.scores import Units, assess_classification, assess_regression
from snnres.evaluation.verdict import judge_resampled
from snnres.measures.driven import input_weights_of
from snnres.parts import UniformDelays

REDUCED = ["without delays", "unconnected neurons"]
BASELINES = ["comparators", "encoded input", "raw input", "chance"]
METHODS = ["reservoir", *REDUCED, *BASELINES]
SMALL = {"num_neurons": 60, "memory": "memory", "random_state": 0, "min_steps": 60, "n_jobs": 1}


def classifier(**parameters):
    return ReservoirClassifier(**SMALL | parameters)


def regressor(**parameters):
    return ReservoirRegressor(**SMALL | parameters)


@pytest.fixture(scope="module")
def xor():
    return delayed_xor(150, delay=4, n_steps=8, seed=0)


@pytest.fixture(scope="module")
def found(xor):
    return evaluate(classifier(num_neurons=150), *xor, cv=3)


@pytest.fixture(scope="module")
def predicted_values():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(80, 8, 2))
    return evaluate(regressor(), X, X[:, -2:].sum(axis=(1, 2)) + 0.1 * rng.normal(size=80), cv=4)


# What is known of the answer.


def test_a_task_of_memory_and_nonlinearity_needs_the_reservoir_and_its_delays(found):
    scores = {name: method.scores["accuracy"].value for name, method in found.methods.items()}
    assert list(scores) == METHODS
    assert scores["reservoir"] > 0.75
    assert max(scores[name] for name in METHODS[1:]) < 0.65
    assert found.verdict.outcome == found.verdict.delays.outcome == "helped"
    assert max(found.verdict.p_value, found.verdict.delays.p_value) < 1e-4
    assert str(found).endswith(str(found.verdict))
    whole, neurons, recurrence, delays = str(found.verdict).split("\n")
    assert whole.startswith("The reservoir helped: accuracy ")
    assert neurons.startswith("The neurons made no clear difference: accuracy ")
    assert recurrence.startswith("The recurrent synapses made no clear difference: accuracy ")
    assert delays.startswith("The delays helped: accuracy ")


def test_a_linear_task_needs_none():
    rng = np.random.default_rng(0)
    y = np.arange(120) % 2
    X = rng.normal(size=(120, 10, 1)) + np.where(y, 2.0, -2.0)[:, None, None]
    found = evaluate(classifier(), X, y, cv=3)
    assert min(found.methods[name].scores["accuracy"].value for name in BASELINES[1:3]) == 1
    assert found.verdict.outcome == "made no clear difference"


@pytest.mark.slow
def test_labels_of_pure_noise_leave_chance_within_nearly_every_interval():
    misses = dict.fromkeys([*METHODS[:-1], "verdict"], 0)
    for seed in range(8):
        X = np.random.default_rng(seed).normal(size=(150, 10, 2))
        found = evaluate(classifier(), X, np.arange(150) % 2, cv=3)
        for name in METHODS[:-1]:
            score = found.methods[name].scores["accuracy"]
            misses[name] += not score.low < 0.5 < score.high
        misses["verdict"] += found.verdict.outcome != "made no clear difference"
    # A 95 % interval misses once in 20: three misses in 8 would happen in half a per cent of all cases.
    assert max(misses.values()) <= 2


def test_a_reservoir_that_loses_the_signal_does_harm():
    """A bias that drowns the input leaves spikes that hardly depend on it."""
    rng = np.random.default_rng(3)
    y = np.arange(120) % 2
    X = rng.normal(size=(120, 20, 1)) + np.where(y, 0.5, -0.5)[:, None, None]
    found = evaluate(classifier(bias_scaling=1e6, num_neurons=20, small_world_graph_k=4), X, y, cv=3)
    assert found.verdict.outcome == "did harm"


def test_regression_of_a_sum_and_of_a_product(predicted_values):
    assert predicted_values.methods["raw input"].scores["r2"].value > 0.95
    assert abs(predicted_values.methods["chance"].scores["r2"].value) < 0.2
    assert predicted_values.verdict.outcome == "did harm"
    X = np.random.default_rng(4).choice([-1.0, 1.0], size=(120, 4, 2))
    found = evaluate(regressor(num_neurons=100), X, X[:, -1, 0] * X[:, -2, 1], cv=3)
    assert found.verdict.outcome == "helped"
    assert found.verdict.test == "paired bootstrap"


# The scores, beside scikit-learn's.


def test_scores_are_those_of_scikit_learn(found, predicted_values):
    for name in METHODS:
        true, predicted = found.targets, found.predictions[name]
        expected = {
            "accuracy": sk.accuracy_score(true, predicted),
            "balanced_accuracy": sk.balanced_accuracy_score(true, predicted),
            "f1_macro": sk.f1_score(true, predicted, average="macro"),
        }
        scores = found.methods[name].scores
        assert {key: score.value for key, score in scores.items()} == pytest.approx(expected)
        true, predicted = predicted_values.targets, predicted_values.predictions[name]
        expected = {
            "r2": sk.r2_score(true, predicted),
            "rmse": sk.root_mean_squared_error(true, predicted),
            "mae": sk.mean_absolute_error(true, predicted),
        }
        scores = predicted_values.methods[name].scores
        assert {key: score.value for key, score in scores.items()} == pytest.approx(expected)


def test_folds_have_scores_of_their_own(found, predicted_values):
    ends = np.cumsum([0, 50, 50, 50])
    for number in range(3):
        part = slice(ends[number], ends[number + 1])
        right = found.predictions["reservoir"][part] == found.targets[part]
        assert found.methods["reservoir"].folds["accuracy"][number] == pytest.approx(right.mean())
    r2 = sk.r2_score(predicted_values.targets[:20], predicted_values.predictions["reservoir"][:20])
    assert predicted_values.methods["reservoir"].folds["r2"][0] == pytest.approx(r2)


def test_confusion_and_classes_are_those_of_scikit_learn():
    rng = np.random.default_rng(5)
    names = np.array(["ash", "beech", "cedar"])
    y = names[rng.choice(3, size=90, p=[0.5, 0.3, 0.2])]
    X = rng.normal(size=(90, 6, 1)) + (y == "ash")[:, None, None]
    found = evaluate(classifier(), X, y, cv=3)
    true, predicted = found.targets, found.predictions["reservoir"]
    assert found.classes == names.tolist()
    np.testing.assert_array_equal(found.confusion, sk.confusion_matrix(true, predicted))
    table = sk.precision_recall_fscore_support(true, predicted, zero_division=0)
    np.testing.assert_allclose([row[1:] for row in found.per_class], np.transpose(table))
    assert re.search(rf"^beech +{table[0][1]:.3f} +{table[1][1]:.3f} ", str(found), re.MULTILINE)


def test_several_targets_are_averaged():
    rng = np.random.default_rng(6)
    X = rng.normal(size=(60, 5, 2))
    y = X[:, -1] * [1.0, 10.0]
    found = evaluate(regressor(), X, y, cv=3)
    assert found.targets.shape == found.predictions["chance"].shape == (60, 2)
    for name in METHODS:
        scores = found.methods[name].scores
        assert scores["r2"].value == pytest.approx(sk.r2_score(found.targets, found.predictions[name]))
        assert scores["rmse"].value == pytest.approx(sk.root_mean_squared_error(found.targets, found.predictions[name]))


@pytest.mark.parametrize("seed", range(5))
def test_weights_count_a_prediction_several_times(seed):
    rng = np.random.default_rng(seed)
    true, predicted = rng.integers(4, size=(2, 30))
    weights = rng.integers(0, 3, size=(6, 30)).astype(float)
    found = classification_scores(true, predicted, weights, 5)
    values, guesses = rng.normal(size=(2, 30, 2))
    fits = regression_scores(values, guesses, weights)
    for row, repeats in enumerate(weights.astype(int)):
        t, p = np.repeat(true, repeats), np.repeat(predicted, repeats)
        assert found["accuracy"][row] == pytest.approx(sk.accuracy_score(t, p))
        recalls = sk.recall_score(t, p, labels=np.unique(t), average=None, zero_division=0)
        assert found["balanced_accuracy"][row] == pytest.approx(recalls.mean())
        assert found["f1_macro"][row] == pytest.approx(sk.f1_score(t, p, average="macro"))
        v, g = np.repeat(values, repeats, axis=0), np.repeat(guesses, repeats, axis=0)
        assert fits["r2"][row] == pytest.approx(sk.r2_score(v, g))
        assert fits["mae"][row] == pytest.approx(sk.mean_absolute_error(v, g))


def test_r2_of_targets_that_do_not_vary():
    constant, weights = np.full((7, 1), 0.1), np.ones((1, 7))
    assert regression_scores(constant, constant, weights)["r2"] == 1
    assert regression_scores(constant, constant + 1, weights)["r2"] == 0
    assert regression_scores(constant * 3, constant * 3 + 1e-3, weights)["r2"] == 0


# The intervals and tests, beside closed forms.


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (1, 10), (10, 10), (37, 40), (500, 1000)])
def test_the_interval_of_accuracy_is_wilsons(hits, n):
    f, z = hits / n, norm.ppf(0.975)
    centre, half = f + z**2 / (2 * n), z * np.sqrt(f * (1 - f) / n + z**2 / (4 * n**2))
    expected = (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)
    assert wilson(f, n) == pytest.approx(expected, abs=1e-12)


def test_the_accuracy_of_an_evaluation_has_wilsons_interval(found):
    score = found.methods["reservoir"].scores["accuracy"]
    expected = binomtest(round(score.value * 150), 150).proportion_ci(method="wilson")
    assert (score.low, score.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_bootstrap_of_a_mean_is_as_wide_as_its_standard_error_says():
    values = np.random.default_rng(0).normal(size=400)
    means = np.concatenate([weights @ values / weights.sum(axis=1) for weights in resamples(np.arange(400), seed=1)])
    half = norm.ppf(0.975) * values.std() / np.sqrt(400)
    assert percentiles(means, 400) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.1 * half)


def test_resamples_keep_the_predictions_of_a_sample_together_and_repeat():
    samples = np.array([5, 9, 5, 7, 9, 9])
    weights = np.concatenate(list(resamples(samples, seed=3, n_resamples=50)))
    assert weights.shape == (50, 6)
    np.testing.assert_array_equal(weights[:, [0, 1, 1]], weights[:, [2, 4, 5]])
    np.testing.assert_array_equal(weights[:, [0, 1, 3]].sum(axis=1), 3)
    np.testing.assert_array_equal(weights, np.concatenate(list(resamples(samples, seed=3, n_resamples=50))))
    many = np.zeros(300_000, dtype=int)
    assert [part.shape for part in resamples(many, seed=0, n_resamples=5)] == [(3, 300_000), (2, 300_000)]


@pytest.mark.parametrize(("better", "worse"), [(0, 0), (1, 0), (10, 0), (12, 3), (3, 12), (30, 30)])
def test_the_verdict_on_accuracy_is_mcnemars_exact_test(better, worse):
    ours = np.array([True] * better + [False] * worse + [True] * 20)
    rival = np.array([False] * better + [True] * worse + [True] * 20)
    verdict = judge_correct({"ours": ours, "poor": np.zeros_like(ours), "rival": rival}, "ours")
    n = better + worse
    tail = sum(comb(n, k) for k in range(min(better, worse) + 1))
    assert verdict.p_value == pytest.approx(min(1.0, 2 * tail / 2**n))
    assert (verdict.n_better, verdict.n_worse, verdict.baseline) == (better, worse, "rival")
    expected = {(10, 0): "helped", (12, 3): "helped", (3, 12): "did harm"}
    assert verdict.outcome == expected.get((better, worse), "made no clear difference")
    assert str(verdict).startswith(f"The reservoir {verdict.outcome}: accuracy ")


def test_several_predictions_of_a_sample_are_one_in_the_verdict():
    ours, rival = np.array([1, 1, 1, 0, 1, 0]), np.array([0, 0, 1, 0, 0, 1])
    verdict = judge_correct({"reservoir": ours, "raw": rival}, samples=[0, 0, 0, 1, 2, 2])
    assert (verdict.n_better, verdict.n_worse) == (1, 0)


def test_the_paired_bootstrap_agrees_with_a_normal_test():
    rng = np.random.default_rng(0)
    difference = 0.12 + rng.normal(size=300)
    means = np.concatenate([w @ difference / 300 for w in resamples(np.arange(300), seed=0)])
    z = difference.mean() / (difference.std() / np.sqrt(300))
    verdict = judge_resampled(
        {"a": difference.mean(), "b": 0.0}, {"a": means, "b": means * 0}, "a", "r2", "sample", 300
    )
    assert verdict.p_value == pytest.approx(2 * norm.sf(abs(z)), abs=0.02)
    errors = judge_resampled(
        {"a": difference.mean(), "b": 0.0}, {"a": means, "b": means * 0}, "a", "rmse", "sample", 300
    )
    assert errors.p_value == verdict.p_value
    same = judge_resampled({"a": 1.0, "b": 1.0}, {"a": means, "b": means}, "a", "r2", "sample", 300)
    assert (same.p_value, same.outcome) == (1, "made no clear difference")


def test_errors_are_better_when_lower():
    scores, drawn = {"ours": 1.0, "b": 2.0, "c": 3.0}, {"ours": np.ones(99), "b": np.full(99, 2.0), "c": np.ones(99)}
    assert judge_resampled(scores, drawn, "ours", "rmse", "sample", 99).outcome == "helped"
    assert judge_resampled(scores, drawn, "ours", "rmse", "sample", 99).baseline == "b"
    assert judge_resampled(scores, drawn, "ours", "r2", "sample", 99).outcome == "made no clear difference"


# Errors in units of the spread.


def test_nrmse_of_the_mean_is_one():
    y = np.random.default_rng(0).normal(size=(50, 2))
    assert nrmse(y, np.tile(y.mean(axis=0), (50, 1))) == pytest.approx(1.0)
    assert nrmse(y, y) == 0
    assert nrmse(y[:, 0], y[:, 1]) == pytest.approx(np.sqrt(1 - sk.r2_score(y[:, 0], y[:, 1])))


@pytest.mark.parametrize(
    ("true", "predicted", "error", "message"),
    [
        ([1.0, 1.0], [1.0, 2.0], ValueError, "y_true must be not constant"),
        ([1.0, 2.0], [1.0, 2.0, 3.0], ValueError, "y_pred must have the shape (2,) of y_true"),
        ([], [], ValueError, "y_true must be values"),
        ([1.0, np.nan], [1.0, 2.0], ValueError, "y_true must be finite"),
        ([1.0, 2.0], [1.0, np.inf], ValueError, "y_pred must be finite"),
        (3.0, 3.0, ValueError, "y_true must be values"),
        ([[1.0], [1.0, 2.0]], [1.0, 2.0], ValueError, "y_true must be values"),
        (["a", "b"], [1.0, 2.0], TypeError, "y_true must hold real numbers"),
    ],
)
def test_nrmse_refuses_by_name(true, predicted, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        nrmse(true, predicted)


# The baselines, beside plain loops.


@pytest.mark.parametrize(("n_rows", "hold", "n_bins"), [(7, 1, 3), (30, 7, 10), (3, 1, 10), (1, 4, 10), (15, 14, 4)])
def test_binned_means_are_those_of_the_held_steps(n_rows, hold, n_bins):
    rows = np.random.default_rng(0).normal(size=(n_rows, 2))
    held = np.repeat(rows, hold, axis=0)
    bins = np.arange(len(held)) * n_bins // len(held)
    means = bl.sample_means(rows, hold, n_bins)
    for b in range(n_bins):
        inside = held[bins == b] if (bins == b).any() else held[[int((b + 0.5) * len(held) / n_bins)]]
        np.testing.assert_allclose(means[b], inside.mean(axis=0), atol=1e-12)


def test_raw_input_of_equal_lengths_is_the_samples_themselves():
    X = np.random.default_rng(0).normal(size=(4, 9, 2))
    scaling = Standardiser(np.array([1.0, 2.0]), np.array([0.5, 3.0]))
    flat = bl.raw_input(check_series("X", X), scaling, 9)
    np.testing.assert_array_equal(flat, ((X - scaling.mean) / scaling.scale).reshape(4, -1))


def test_raw_input_of_unequal_lengths_is_interpolated():
    X = [np.random.default_rng(n).normal(size=(n, 2)) for n in (1, 2, 5, 9, 23)]
    scaling = Standardiser(np.zeros(2), np.ones(2))
    flat = bl.raw_input(check_series("X", X), scaling, 9).reshape(5, 9, 2)
    for sample, points in zip(X, flat, strict=True):
        for channel in range(2):
            places = np.linspace(0, len(sample) - 1, 9)
            expected = np.interp(places, np.arange(len(sample)), sample[:, channel])
            np.testing.assert_allclose(points[:, channel], expected, atol=1e-12)


@pytest.mark.filterwarnings("ignore:each left out in turn")
def test_encoded_input_is_what_drives_the_reservoir():
    X = np.random.default_rng(0).normal(size=(12, 20, 2))
    model = classifier(n_bins=20, deltas=False).fit(X, np.arange(12) % 2)
    standard = (X - X.mean(axis=(0, 1))) / X.std(axis=(0, 1))
    np.testing.assert_allclose(bl.encoded_input(model, X), standard.reshape(12, -1), atol=1e-9)
    for memory, n_channels in (("memory", 2), ("quick", 4), ("both", 4)):
        # Differences drive the quick pathway only.
        fitted = classifier(n_bins=4, memory=memory, target_rate=0.07).fit(X, np.arange(12) % 2)
        assert bl.encoded_input(fitted, X).shape == (12, 4 * n_channels)
    table = X[:, 0]
    fitted = classifier(n_fields=5, memory="quick").fit(table, np.arange(12) % 2)
    assert bl.encoded_input(fitted, table).shape == (12, 2 * 5)


# Nothing is learned from what is held out.


class SpyReadout(RidgeClassifier):
    seen: ClassVar = []

    def fit(self, X, y):
        SpyReadout.seen.append(("fit", X.copy()))
        return super().fit(X, y)

    def predict(self, X):
        SpyReadout.seen.append(("predict", X.copy()))
        return super().predict(X)


@pytest.mark.parametrize("form", ["series", "list", "table"])
def test_what_is_held_out_changes_nothing_that_is_learned(form):
    """Blown-up held-out samples leave every readout's training input as it was, to the last bit."""
    rng = np.random.default_rng(0)
    shape = (40, 3) if form == "table" else (40, 6, 2)
    X, y = rng.normal(size=shape), np.arange(40) % 2
    split = [(np.arange(30), np.arange(30, 40))]
    wild = X.copy()
    wild[30:] *= 1e3
    trained = []
    for samples in (X, wild):
        SpyReadout.seen.clear()
        model = classifier(readout=SpyReadout(), memory="quick" if form == "table" else "memory")
        evaluate(model, list(samples) if form == "list" else samples, y, cv=split)
        trained.append([values for call, values in SpyReadout.seen if call == "fit"])
    assert [values.shape[0] for values in trained[0]] == [30] * (4 if form == "table" else 6)
    for before, after in zip(*trained, strict=True):
        np.testing.assert_array_equal(before, after)


def test_the_estimator_sees_the_training_part_only(xor):
    seen = []

    class Spy(ReservoirClassifier):
        def fit(self, X, y):
            seen.append((X, y))
            return super().fit(X, y)

    X, y = xor
    folds = list(KFold(3).split(X))
    original = Spy(num_neurons=30, memory="memory", small_world_graph_k=4, random_state=0)
    evaluate(original, X, y, cv=iter(folds))
    assert not hasattr(original, "network_")
    assert original.readout is None
    # Once as it is, once without delays, once without synapses.
    for (train, _), *fits in zip(folds, seen[::3], seen[1::3], seen[2::3], strict=True):
        for given, labels in fits:
            np.testing.assert_array_equal(given, X[train])
            np.testing.assert_array_equal(labels, y[train])


def test_the_readout_is_the_estimators_own(xor):
    SpyReadout.seen.clear()
    evaluate(classifier(readout=SpyReadout(alpha=3.0)), *xor, cv=2)
    assert [call for call, _ in SpyReadout.seen] == ["fit", "predict"] * 12
    # All are equally loud to its penalty.
    loudness = [values.var(axis=0).sum() for call, values in SpyReadout.seen if call == "fit"]
    np.testing.assert_allclose(loudness, 1000)
    assert evaluate(regressor(readout=Ridge()), *xor, cv=2).task == "regression"


def test_predictions_are_those_of_the_estimator_fitted_by_hand(xor):
    X, y = xor
    train, test = np.arange(100), np.arange(100, 150)
    found = evaluate(classifier(), X, y, cv=[(train, test)])
    np.testing.assert_array_equal(found.predictions["reservoir"], classifier().fit(X[train], y[train]).predict(X[test]))
    assert found.n_folds == 1
    np.testing.assert_array_equal(found.samples, test)
    np.testing.assert_array_equal(found.targets, y[test])


# What the neurons contribute, what their synapses, and what the delays.


@pytest.fixture
def fitted(monkeypatch):
    """Each reservoir that is fitted, in order."""
    models, fit = [], ReservoirPredictor.fit

    def noted(self, X, y):
        models.append(self)
        return fit(self, X, y)

    monkeypatch.setattr(ReservoirPredictor, "fit", noted)
    return models


def inputs_of(model):
    _, arrays = model.network_.to_arrays()
    return {name: array.tobytes() for name, array in arrays.items() if "input" in name or "bias" in name}


@pytest.mark.filterwarnings("ignore:each left out in turn")
@pytest.mark.parametrize("random_state", [0, None, np.random.RandomState(3)], ids=["int", "None", "RandomState"])
def test_reduced_reservoirs_differ_in_their_synapses_and_threshold_alone(xor, fitted, random_state):
    X, y = xor
    split = [(np.arange(100), np.arange(100, 150)), (np.arange(50, 150), np.arange(50))]
    # A rate that any draw of 60 neurons reaches.
    found = evaluate(classifier(random_state=random_state, target_rate=0.05), X, y, cv=split)
    assert len(fitted) == 6
    for number, (train, test) in enumerate(split):
        whole, at_once, alone = fitted[3 * number : 3 * number + 3]
        assert whole.network_.max_delay > 1
        assert at_once.network_.max_delay == 1
        unit = [model.network_.synaptic_weights / model.network_.membrane_threshold for model in (whole, at_once)]
        np.testing.assert_allclose(unit[0].toarray(), unit[1].toarray(), rtol=1e-6)
        assert unit[0].nnz > 0
        assert not np.any(alone.network_.synaptic_weights.data)
        assert len(inputs_of(whole)) >= 2
        assert inputs_of(whole) == inputs_of(at_once) == inputs_of(alone)
        for name, model, less in zip(REDUCED, (at_once, alone), ("max_delay", "recurrent_scaling"), strict=True):
            by_hand = classifier(**{less: 0}, random_state=whole.random_state, target_rate=0.05).fit(X[train], y[train])
            assert model.network_.membrane_threshold == by_hand.network_.membrane_threshold
            predicted = np.split(found.predictions[name], [50])[number]
            np.testing.assert_array_equal(predicted, by_hand.predict(X[test]))
    assert (inputs_of(fitted[0]) == inputs_of(fitted[3])) == (random_state == 0)


def test_of_an_own_matrix_delays_and_synapses_are_left_out(xor, fitted):
    weights = np.random.default_rng(0).normal(0, 0.2, size=(40, 40))
    found = evaluate(classifier(network=weights), *xor, cv=2)
    assert list(found.methods) == METHODS
    whole, at_once, alone = (model.network_ for model in fitted[:3])
    assert (whole.max_delay > 1, at_once.max_delay, alone.max_delay) == (True, 1, 1)
    assert (whole.synaptic_weights.nnz, at_once.synaptic_weights.nnz, alone.synaptic_weights.nnz) == (1600, 1600, 0)


@pytest.mark.parametrize("memory", ["memory", "quick"])
def test_of_an_own_network_delays_and_synapses_are_left_out(xor, fitted, memory):
    own = SNN(
        SimulationParams(
            adjacency_matrix=np.random.default_rng(0).normal(0, 0.5, size=(40, 40)),
            output_neurons=np.arange(40),
            membrane_potentials=np.zeros(40),
            membrane_threshold=3.0,
            leak_coefficient=0.1,
            refractory_period=2,
            delays=UniformDelays(1, 60),
            seed=0,
        )
    )
    evaluate(classifier(network=own, memory=memory), *xor, cv=2)
    whole, at_once, alone = (model.network_ for model in fitted[:3])
    assert (own.max_delay, whole.max_delay, at_once.max_delay, alone.max_delay) == (60, 60, 1, 1)
    assert (own.get_topology() != whole.get_topology()).nnz == (own.get_topology() != at_once.get_topology()).nnz == 0
    assert alone.synaptic_weights.nnz == 0
    assert {network.membrane_threshold for network in (own, whole, at_once, alone)} == {3.0}
    assert inputs_of(fitted[0]) == inputs_of(fitted[1]) == inputs_of(fitted[2])


def test_where_folds_choose_differently_the_reservoir_stands_in_for_what_it_lacks(xor, fitted, monkeypatch):
    """Of four errors the first two are those of the first fold, quick before memory."""
    errors = iter([0.0, 1.0, 1.0, 0.0])
    monkeypatch.setattr(ReservoirClassifier, "_left_out_error", lambda *_: next(errors))
    found = evaluate(classifier(memory="auto", target_rate=0.05), *xor, cv=2)
    # What is fitted beside the second reservoir does not choose anew.
    assert [(model.memory, model.memory_) for model in fitted] == [
        ("auto", "quick"),
        ("auto", "memory"),
        ("memory", "memory"),
        ("memory", "memory"),
    ]
    assert list(found.methods) == METHODS
    halves = {name: np.split(found.predictions[name], 2) for name in METHODS}
    for name, what in zip(REDUCED, ("delays", "recurrent synapses"), strict=True):
        np.testing.assert_array_equal(halves[name][0], halves["reservoir"][0])
        assert np.any(halves[name][1] != halves["reservoir"][1])
        remark = f'In 1 of 2 folds the reservoir has no {what}: there "{name}" is the reservoir itself.'
        assert remark in found.verdict.remarks
        assert remark in str(found)
    assert len(found.verdict.remarks) == 2


def test_without_delays_there_is_nothing_to_say_of_them(xor, fitted):
    found = evaluate(classifier(max_delay=0), *xor, cv=2)
    assert list(found.methods) == [name for name in METHODS if name != "without delays"]
    assert len(fitted) == 4
    assert found.verdict.delays is None
    assert (found.verdict.recurrence.method, found.verdict.recurrence.baseline) == ("reservoir", "unconnected neurons")
    assert found.verdict.remarks == ()
    assert " with them against " in str(found.verdict)


# Comparators in place of the neurons, beside plain loops.


def currents_by_hand(model, sample):
    """The current into each neuron of the last pathway at each step of a sample of standardised channels."""
    _, arrays = model.network_.to_arrays()
    weights, taps = input_weights_of(model.network_)
    rows = weights.toarray()
    taps = np.array([[c, 0] for c in range(len(rows))]) if taps is None else taps
    current = np.tile(arrays["bias"].astype(float), (len(sample), 1))
    for step in range(len(sample)):
        for row, (channel, delay) in zip(rows, taps, strict=True):
            if step >= delay:
                current[step] += row * sample[step - delay, channel]
    return current


@pytest.mark.filterwarnings("ignore:each left out in turn")
@pytest.mark.parametrize("most", [2**22, 100])
@pytest.mark.parametrize("memory", ["memory", "quick"])
def test_comparators_are_1_while_the_input_current_is_above_0(memory, most, monkeypatch):
    monkeypatch.setattr(comparators, "MOST_CURRENTS", most)
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(n, 2)) for n in (20, 9, 14, 23, 8, 20)]
    names = ("multiscale_counts", "final_traces", "filtered_traces")
    model = classifier(
        num_neurons=20, small_world_graph_k=4, memory=memory, deltas=False, features=names, scales=(1, 3),
        final_taus=(8.0, 60.0), n_bins=2, target_rate=0.05,
    ).fit(X, [0, 1] * 3)  # fmt: skip
    pathway = Comparators(*model.pathways_[-1])
    drive = model._drive(model._check_samples(X, reset=False), deltas=False)
    extractor = pathway.extractor(model._options((5.0,)))
    rows = np.empty((len(X), extractor.n_columns(20)), dtype=np.float32)
    pathway.write(drive, extractor, rows, 1, False)
    found = {name: rows[:, part].reshape(len(X), 20, -1) for name, part in extractor.columns(20).items()}
    for number, part in enumerate(drive):
        on = currents_by_hand(model, part.T.astype(float)) > 0
        n_steps, steps = len(on), np.arange(len(on))
        assert 0.1 < on.mean() < 0.9
        bins = steps * 3 // n_steps
        counts = [on.sum(axis=0), *(on[bins == b].sum(axis=0) for b in range(3))]
        np.testing.assert_array_equal(found["multiscale_counts bins1"][number, :, 0], counts[0])
        np.testing.assert_array_equal(found["multiscale_counts bins3"][number], np.transpose(counts[1:]))
        ages = (n_steps - 1 - steps) * model.hold_
        for tau in (8.0, 60.0):
            np.testing.assert_allclose(
                found[f"final_traces tau{tau}"][number, :, 0], np.exp(-ages / tau) @ on, rtol=1e-6
            )
        last = np.exp(-ages / model.trace_tau) @ on
        np.testing.assert_allclose(found["filtered_traces"][number][:, -1], last, rtol=1e-6)


def test_comparators_are_the_baseline_where_thresholds_are_all_that_it_takes():
    """Whether two numbers have one sign: no linear readout of either, but one of thresholds on sums of both."""
    X = np.random.default_rng(0).uniform(-1, 1, size=(200, 2))
    found = evaluate(classifier(memory="quick", num_neurons=150), X, X[:, 0] * X[:, 1] > 0, cv=3)
    scores = {name: method.scores["accuracy"].value for name, method in found.methods.items()}
    assert scores["comparators"] > 0.85
    assert max(scores["raw input"], scores["encoded input"], scores["chance"]) < 0.65
    assert found.verdict.baseline == found.verdict.neurons.baseline == "comparators"
    assert "comparators in their place" in str(found.verdict)


@pytest.mark.slow
def test_a_generator_is_read_but_not_moved(xor, fitted):
    state = np.random.RandomState(5)
    evaluate(classifier(random_state=state), *xor, cv=2)
    assert state.randint(2**31 - 1) == np.random.RandomState(5).randint(2**31 - 1)
    first = [model.random_state for model in fitted]
    fitted.clear()
    evaluate(classifier(random_state=np.random.RandomState(5)), *xor, cv=2)
    assert [model.random_state for model in fitted] == first


def test_a_pipelines_unconnected_neurons_see_what_its_earlier_steps_hand_on(xor, fitted):
    X, y = xor
    found = evaluate(
        make_pipeline(FunctionTransformer(lambda part: part * 2), classifier(shared_scale=False)), X, y, cv=2
    )
    plain = evaluate(classifier(shared_scale=False), X * 2, y, cv=2)
    for name in METHODS:
        np.testing.assert_array_equal(found.predictions[name], plain.predictions[name])


def test_the_parts_of_the_verdict_are_paired_tests_of_their_own(found):
    right = {name: found.predictions[name] == found.targets for name in METHODS}
    best = found.verdict.baseline
    assert best in BASELINES
    pairs = {
        ("unconnected neurons", "comparators"): found.verdict.neurons,
        ("without delays", "unconnected neurons"): found.verdict.recurrence,
        ("reservoir", "without delays"): found.verdict.delays,
    }
    for (method, rival), part in pairs.items():
        better, worse = np.sum(right[method] & ~right[rival]), np.sum(right[rival] & ~right[method])
        assert (part.method, part.baseline, part.n_better, part.n_worse) == (method, rival, better, worse)
        assert part.p_value == (binomtest(better, better + worse).pvalue if better + worse else 1)
        assert (part.score, part.baseline_score) == pytest.approx((right[method].mean(), right[rival].mean()))


@pytest.mark.parametrize(
    ("alone", "neurons", "recurrence"),
    [
        ([1] * 40, "helped", "made no clear difference"),
        ([0] * 20 + [1] * 20, "made no clear difference", "helped"),
        ([0] * 30 + [1] * 10, "did harm", "helped"),
    ],
)
def test_the_verdict_tells_neurons_and_recurrence_apart(alone, neurons, recurrence):
    correct = {"reservoir": [1] * 40, "unconnected neurons": alone, "raw input": [0] * 20 + [1] * 20}
    verdict = judge_correct(correct)
    assert (verdict.outcome, verdict.baseline) == ("helped", "raw input")
    assert (verdict.neurons.outcome, verdict.recurrence.outcome) == (neurons, recurrence)
    whole, first, second = str(verdict).split("\n")
    share = f"{np.mean(alone):.3f}"
    assert whole.startswith("The reservoir helped: accuracy 1.000 against 0.500 for the best baseline, raw input (")
    assert first.startswith(
        f"The neurons {neurons}: accuracy {share} without their synapses against 0.500 for the best"
    )
    assert second.startswith(f"The recurrent synapses {recurrence}: accuracy 1.000 with them against {share} without (")


@pytest.mark.parametrize(
    ("at_once", "alone", "simple", "outcomes"),
    [
        (20, 20, 20, ("made no clear difference", "made no clear difference", "helped")),
        (20, 40, 20, ("helped", "did harm", "helped")),
        (40, 20, 40, ("did harm", "helped", "made no clear difference")),
    ],
)
def test_the_verdict_tells_neurons_recurrence_and_delays_apart(at_once, alone, simple, outcomes):
    n_right = {"without delays": at_once, "unconnected neurons": alone, "comparators": simple, "raw input": 10}
    correct = {name: np.arange(40) < n for name, n in n_right.items()}
    verdict = judge_correct({"reservoir": [1] * 40} | correct)
    assert verdict.baseline == "comparators"
    assert (verdict.neurons.outcome, verdict.recurrence.outcome, verdict.delays.outcome) == outcomes
    a, b, c = (f"{n / 40:.3f}" for n in (at_once, alone, simple))
    sentences = str(verdict).split("\n")[1:]
    starts = (
        f"The neurons {outcomes[0]}: accuracy {b} without their synapses against {c} for comparators in their place (",
        f"The recurrent synapses {outcomes[1]}: accuracy {a} with them but without delays against {b} without (",
        f"The delays {outcomes[2]}: accuracy 1.000 with them against {a} without (",
    )
    for sentence, start in zip(sentences, starts, strict=True):
        assert sentence.startswith(start)


def test_the_other_scores_have_parts_too(predicted_values):
    verdict = predicted_values.verdict
    r2 = {name: method.scores["r2"].value for name, method in predicted_values.methods.items()}
    for part, ours, theirs in (
        (verdict, "reservoir", verdict.baseline),
        (verdict.neurons, "unconnected neurons", "comparators"),
        (verdict.recurrence, "without delays", "unconnected neurons"),
        (verdict.delays, "reservoir", "without delays"),
    ):
        assert (part.method, part.score, part.baseline, part.baseline_score) == (ours, r2[ours], theirs, r2[theirs])
        assert part.test == "paired bootstrap"
    assert str(verdict).count("\n") == 3


@pytest.mark.parametrize("parameters", [{"recurrent_scaling": 0}, {"memory": "quick", "target_rate": 0.05}])
def test_a_reservoir_without_synapses_is_not_run_twice(xor, fitted, parameters):
    found = evaluate(classifier(**parameters), *xor, cv=2)
    assert list(found.methods) == ["reservoir", *BASELINES]
    assert len(fitted) == 2
    assert found.verdict.recurrence is found.verdict.delays is None
    assert (found.verdict.neurons.method, found.verdict.neurons.baseline) == ("reservoir", "comparators")
    whole, neurons, remark = str(found.verdict).split("\n")
    assert whole.startswith("The reservoir ")
    assert re.match(r"The neurons .*: accuracy 0\.\d+ against 0\.\d+ for comparators in their place", neurons)
    assert remark.startswith("This reservoir has no recurrent synapses:")
    assert found.to_dict()["verdict"]["recurrence"] is None


# Samples that are alike: groups are what is independent.


def dependent_correctness(rng):
    """Two methods, right on 10 groups of 20 samples: on most of a group or on few of it, each as often as the other."""
    share = rng.choice([0.1, 0.9], size=(2, 10))
    return (rng.random((2, 10, 20)) < share[:, :, None]).reshape(2, 200)


def test_a_vote_a_group_raises_no_more_false_alarms_than_it_should():
    rng, groups = np.random.default_rng(0), np.repeat(np.arange(10), 20)
    alarms = {"samples": 0, "groups": 0}
    for _ in range(400):
        ours, rival = dependent_correctness(rng)
        for unit in alarms:
            verdict = judge_correct(
                {"reservoir": ours, "raw input": rival}, **({"groups": groups} if unit == "groups" else {})
            )
            alarms[unit] += verdict.outcome != "made no clear difference"
    assert alarms["samples"] > 0.4 * 400
    # 5 % of 400, and three standard deviations.
    assert alarms["groups"] <= 33


@pytest.mark.slow
@pytest.mark.parametrize("scoring", ["f1_macro", "mae"])
def test_a_bootstrap_of_groups_raises_no_more_false_alarms_than_it_should(scoring):
    """The truth is 0 everywhere, so that both scores are those of the errors."""
    rng, groups = np.random.default_rng(1), np.repeat(np.arange(10), 20)
    units = {"sample": Units("sample", np.arange(200)), "group": Units("group", groups)}
    alarms = dict.fromkeys(units, 0)
    n = 60
    for seed in range(n):
        ours, rival = dependent_correctness(rng)
        true = np.tile([0, 1], 100) if scoring == "f1_macro" else np.zeros(200)
        predictions = {"reservoir": np.abs(true - ~ours), "raw input": np.abs(true - ~rival)}
        assess = assess_classification if scoring == "f1_macro" else assess_regression
        seconds = {name: {} for name in predictions}
        for unit, of in units.items():
            verdict = assess(true, predictions, of, np.zeros(200, int), seconds, scoring, seed)["verdict"]
            assert (verdict.test, verdict.unit) == ("paired bootstrap", unit)
            alarms[unit] += verdict.outcome != "made no clear difference"
    assert alarms["sample"] > 0.4 * n
    # 5 % of 60, and three standard deviations.
    assert alarms["group"] <= 8


@pytest.mark.slow
def test_an_interval_of_groups_holds_the_truth_as_often_as_it_says():
    rng, groups = np.random.default_rng(2), np.repeat(np.arange(10), 20)
    misses = {"sample": 0, "group": 0}
    for seed in range(60):
        ours, _ = dependent_correctness(rng)
        for unit, of in (("sample", np.arange(200)), ("group", groups)):
            predictions = {"reservoir": ours.astype(int), "chance": np.zeros(200, int)}
            found = assess_classification(
                np.ones(200, int),
                predictions,
                Units(unit, of),
                np.zeros(200, int),
                {name: {} for name in predictions},
                "accuracy",
                seed,
            )
            score = found["methods"]["reservoir"].scores["accuracy"]
            misses[unit] += not score.low < 0.5 < score.high
    assert misses["sample"] > 0.4 * 60
    assert misses["group"] <= 8


@pytest.mark.parametrize("n_units", [2, 5, 30])
def test_a_p_value_of_resamples_is_below_5_per_cent_where_their_interval_leaves_0_out(n_units):
    for low_share in np.linspace(1e-9, 0.2, 200):
        values = np.concatenate([np.full(round(low_share * 1e6), -1.0), np.full(10**6 - round(low_share * 1e6), 1.0)])
        if percentiles(values, n_units)[0] > 0:
            assert 2 * tail(np.mean(values < 0), n_units) < 0.05


@pytest.mark.slow
def test_evaluate_hands_the_groups_on(xor):
    X, y = xor
    groups = np.array([f"speaker {number % 10}" for number in range(150)])
    by_sample = evaluate(classifier(), X, y, cv=GroupKFold(5).split(X, y, groups))
    found = evaluate(classifier(), X, y, cv=GroupKFold(5), groups=groups)
    np.testing.assert_array_equal(found.samples, by_sample.samples)
    np.testing.assert_array_equal(found.groups, groups[found.samples])
    right = {name: values == found.targets for name, values in found.predictions.items()}
    assert found.verdict == judge_correct(right, groups=found.groups)
    assert (found.verdict.unit, found.verdict.n_units) == ("group", 10)
    assert " of the groups; exact sign test" in str(found)
    assert "predictions: 150 of 10 groups, " in str(found)
    assert (found.to_dict()["n_groups"], by_sample.to_dict()["n_groups"]) == (10, None)
    assert (
        found.methods["reservoir"].scores["accuracy"].value == by_sample.methods["reservoir"].scores["accuracy"].value
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("groups", [1, 2]), ("groups", [1.0, np.nan, 2.0]), ("groups", ["a", 1, None]), ("samples", [[1], [2], [3]])],
)
def test_a_verdict_needs_a_group_for_each_prediction(name, value):
    with pytest.raises(ValueError, match=f"^{name} must be a 1-D array of 3"):
        judge_correct({"reservoir": [1, 0, 1], "raw input": [0, 0, 1]}, **{name: value})


def test_too_few_groups_to_tell_are_said_to_be():
    correct = {"reservoir": np.ones(50), "raw input": np.zeros(50)}
    few, enough = (judge_correct(correct, groups=np.arange(50) % n) for n in (5, 6))
    assert (few.outcome, enough.outcome) == ("made no clear difference", "helped")
    assert str(few).endswith("With fewer than 6 groups this test finds no difference clear.")
    assert enough.remarks == ()


# Ways to split, and forms of samples.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cv", "n_folds", "n_predictions"),
    [
        (4, 4, 40),
        (np.int64(2), 2, 40),
        (KFold(5), 5, 40),
        (ShuffleSplit(3, test_size=10, random_state=0), 3, 30),
        (RepeatedKFold(n_splits=2, n_repeats=2, random_state=0), 4, 80),
        (LeaveOneOut(), 40, 40),
        ([(range(30), range(30, 40))], 1, 10),
        ([(np.arange(40) < 30, np.arange(40) >= 35)], 1, 5),
    ],
)
def test_every_way_to_split(cv, n_folds, n_predictions):
    X = np.random.default_rng(0).normal(size=(40, 2))
    small = regressor(num_neurons=10, small_world_graph_k=2, memory="quick", min_steps=20)
    found = evaluate(small, X, X[:, 0] * X[:, 1], cv=cv)
    assert (found.n_folds, len(found.samples), found.n_samples) == (n_folds, n_predictions, 40)
    assert len(found.methods["chance"].folds["r2"]) == n_folds


def test_repeated_predictions_do_not_narrow_the_interval(xor):
    X, y = xor
    once = [(np.arange(100), np.arange(100, 150))]
    first, again = (evaluate(classifier(), X, y, cv=once * times) for times in (1, 3))
    for name in METHODS:
        assert again.methods[name].scores["accuracy"] == pytest.approx(first.methods[name].scores["accuracy"])
        assert again.methods[name].scores["f1_macro"] == pytest.approx(first.methods[name].scores["f1_macro"])
    assert again.verdict.p_value == first.verdict.p_value


def test_groups_are_kept_whole():
    rng = np.random.default_rng(0)
    X, groups = rng.normal(size=(60, 2)), np.repeat(np.arange(6), 10)
    small = {"num_neurons": 10, "small_world_graph_k": 2, "memory": "quick", "min_steps": 20}
    for estimator, y in ((regressor(**small), X[:, 0]), (classifier(**small), np.arange(60) % 2)):
        for cv in (3, GroupKFold(3)):
            found = evaluate(estimator, X, y, cv=cv, groups=groups)
            parts = np.split(found.samples, np.cumsum(np.bincount(fold_numbers(found, groups)))[:-1])
            assert [len(set(groups[part])) for part in parts] == [2, 2, 2]


def fold_numbers(found, groups):
    """Two groups are held out in each fold, one fold after the other."""
    order = list(dict.fromkeys(groups[found.samples].tolist()))
    return np.array([order.index(group) // 2 for group in groups[found.samples]])


def test_series_of_any_form_give_the_same(xor):
    X, y = xor
    array = evaluate(classifier(), X, y, cv=2)
    for form in (list(X), tuple(X)):
        found = evaluate(classifier(), form, y.tolist(), cv=2)
        np.testing.assert_array_equal(found.predictions["reservoir"], array.predictions["reservoir"])
        np.testing.assert_array_equal(found.predictions["raw input"], array.predictions["raw input"])


def test_series_of_unequal_length():
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(n, 1)) + n % 2 for n in rng.integers(1, 12, size=60)]
    y = np.array([sample.mean() > 0.5 for sample in X])
    found = evaluate(classifier(), X, y, cv=3)
    assert found.classes == [False, True]
    assert found.methods["raw input"].scores["accuracy"].value > 0.8


@pytest.mark.slow
def test_a_pipeline_hands_its_output_to_reservoir_and_baselines(xor):
    X, y = xor
    hidden = [{"bits": sample} for sample in X]
    pipeline = make_pipeline(FunctionTransformer(lambda part: [sample["bits"] for sample in part]), classifier())
    found, plain = evaluate(pipeline, hidden, y, cv=2), evaluate(classifier(), list(X), y, cv=2)
    for name in METHODS:
        np.testing.assert_array_equal(found.predictions[name], plain.predictions[name])
    alone = evaluate(make_pipeline(classifier()), list(X), y, cv=2)
    np.testing.assert_array_equal(alone.predictions["reservoir"], plain.predictions["reservoir"])


@pytest.mark.slow
def test_a_seed_repeats_everything_but_the_seconds(xor, found):
    again = evaluate(classifier(num_neurons=150), *xor, cv=3)
    other = evaluate(classifier(num_neurons=150), *xor, cv=3, random_state=1)
    assert without_seconds(again) == without_seconds(found) != without_seconds(other)


def without_seconds(found):
    values = found.to_dict()
    for method in values["methods"].values():
        del method["seconds"]
    return values


@pytest.mark.parametrize("scoring", ["balanced_accuracy", "f1_macro"])
def test_the_verdict_follows_the_scoring(xor, scoring):
    found = evaluate(classifier(num_neurons=100), *xor, cv=3, scoring=scoring)
    assert (found.scoring, found.verdict.scoring, found.verdict.outcome) == (scoring, scoring, "helped")
    assert found.verdict.score == found.methods["reservoir"].scores[scoring].value


# What comes out.


def test_the_text_holds_every_score_and_time(found):
    text = str(found)
    for name, method in found.methods.items():
        (line,) = re.findall(rf"^{name} .*\].*$", text, re.MULTILINE)
        numbers = [float(number) for number in re.findall(r"-?\d+\.\d+", line)]
        assert numbers == pytest.approx([value for score in method.scores.values() for value in score], abs=5e-4)
    assert "150 samples, folds: 3" in text
    assert re.search(r"^seconds +fit features +fit readout +predict features +predict readout$", text, re.MULTILINE)
    seconds = found.methods["reservoir"].seconds
    assert all(value > 0 for value in seconds.values())
    assert set(found.methods["chance"].seconds.values()) == {0.0}


def test_json_holds_the_dict(found, predicted_values, tmp_path):
    for evaluation in (found, predicted_values):
        path = evaluation.to_json(tmp_path / "new" / "report")
        assert path.name == "report.json"
        assert json.loads(path.read_text()) == evaluation.to_dict()
        assert [file.name for file in path.parent.iterdir()] == ["report.json"]
    values = found.to_dict()
    assert (
        values["methods"]["reservoir"]["scores"]["accuracy"]["value"]
        == found.methods["reservoir"].scores["accuracy"][0]
    )
    assert values["sentence"] == str(found.verdict)
    assert values["confusion"] == found.confusion.tolist()


def test_a_notebook_shows_every_score_and_the_verdict(found, predicted_values):
    for evaluation in (found, predicted_values):
        root = ElementTree.fromstring(f"<div>{evaluation._repr_html_()}</div>")
        head, *rows = [[cell.text for cell in row] for row in root.iter("tr")]
        scores = next(iter(evaluation.methods.values())).scores
        assert head == ["score", *scores]
        assert [row[0] for row in rows] == METHODS
        for name, *cells in rows:
            for cell, score in zip(cells, evaluation.methods[name].scores.values(), strict=True):
                assert [float(number) for number in re.findall(r"-?[\d.]+", cell)] == pytest.approx(score, abs=6e-4)
        assert [line.text for line in root.iter("p")] == str(evaluation.verdict).split("\n")


def test_names_are_escaped_in_a_notebook(found):
    assert "<p>" not in replace(found, estimator="<p>&")._repr_html_().split("<thead>")[0]


def test_the_short_form_is_a_line(found):
    score = found.methods["reservoir"].scores["accuracy"]
    assert repr(found) == (
        f"<Evaluation: ReservoirClassifier, accuracy {score.value:.3f} [{score.low:.3f}, {score.high:.3f}], "
        "the reservoir helped>"
    )


def test_a_frame_holds_every_score(found, predicted_values):
    pytest.importorskip("pandas")
    for evaluation in (found, predicted_values):
        frame = evaluation.to_frame()
        assert (frame.index.name, list(frame.index)) == ("method", METHODS)
        for name, method in evaluation.methods.items():
            for scoring, score in method.scores.items():
                columns = [scoring, f"{scoring}_low", f"{scoring}_high"]
                assert tuple(frame.loc[name, columns]) == score
            assert frame.loc[name, "seconds"] == sum(method.seconds.values())
        assert len(frame.columns) == 10


def test_without_pandas_a_frame_says_what_to_install(found, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        found.to_frame()


def test_progress_counts_every_method_of_every_fold(xor, capsys):
    calls = []
    small = classifier(num_neurons=10, small_world_graph_k=2)
    evaluate(small, *xor, cv=2, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(done, 14) for done in range(1, 15)]
    assert capsys.readouterr().err == ""
    evaluate(small, *xor, cv=2, progress=True)
    assert "evaluate: 14/14 (100 %)" in capsys.readouterr().err


def test_an_interrupt_passes_through_and_leaves_the_estimator(xor):
    def interrupt(*_):
        raise KeyboardInterrupt

    estimator = classifier()
    with pytest.raises(KeyboardInterrupt):
        evaluate(estimator, *xor, progress=interrupt)
    assert not hasattr(estimator, "network_")
    assert isinstance(evaluate(estimator, *xor, cv=2), Evaluation)


# What is refused.

X0, Y0 = np.zeros((10, 3, 1)), np.arange(10) % 2


@pytest.mark.parametrize(
    ("arguments", "error", "name"),
    [
        ({"estimator": RidgeClassifier()}, TypeError, "estimator"),
        ({"estimator": make_pipeline(RidgeClassifier())}, TypeError, "estimator"),
        ({"estimator": ReservoirClassifier}, TypeError, "estimator"),
        ({"X": np.full((10, 3, 1), np.nan)}, ValueError, "X"),
        ({"X": [np.zeros((3, 1)), np.zeros((3, 2))]}, ValueError, r"X\[1\]"),
        ({"y": Y0[:9]}, ValueError, "y"),
        ({"y": np.zeros(10)}, ValueError, "y"),
        ({"scoring": "r2"}, ValueError, "scoring"),
        ({"estimator": ReservoirRegressor(), "scoring": "accuracy"}, ValueError, "scoring"),
        ({"scoring": np.array(["accuracy", "f1_macro"])}, ValueError, "scoring"),
        ({"scoring": ["accuracy"]}, ValueError, "scoring"),
        ({"estimator": classifier(readout=Ridge())}, TypeError, "readout"),
        ({"estimator": make_pipeline(classifier(readout=Ridge()))}, TypeError, "readout"),
        ({"estimator": regressor(readout=RidgeClassifier())}, TypeError, "readout"),
        ({"estimator": classifier(readout=7)}, TypeError, "readout"),
        ({"estimator": regressor(readout=Ridge)}, TypeError, "readout"),
        ({"estimator": classifier(n_bins=0)}, ValueError, "n_bins"),
        ({"estimator": classifier(small_world_graph_k=7)}, ValueError, "small_world_graph_k"),
        ({"random_state": None}, TypeError, "random_state"),
        ({"random_state": -1}, ValueError, "random_state"),
        ({"progress": 3}, TypeError, "progress"),
        ({"groups": [1, 2]}, ValueError, "groups"),
        ({"groups": [1.0, np.nan] * 5}, ValueError, "groups"),
        ({"groups": ["a", None] * 5}, ValueError, "groups"),
        ({"groups": [[1]] * 10}, ValueError, "groups"),
        ({"groups": Y0, "cv": 3}, ValueError, "cv"),
        ({"groups": Y0, "cv": [(np.flatnonzero(Y0), np.flatnonzero(1 - Y0))]}, ValueError, "cv"),
        ({"cv": [(np.arange(9), [9])]}, ValueError, "cv"),
        ({"cv": 1}, ValueError, "cv"),
        ({"cv": True}, TypeError, "cv"),
        ({"cv": 6}, ValueError, "cv"),
        ({"cv": 11, "estimator": ReservoirRegressor()}, ValueError, "cv"),
        ({"cv": "five"}, TypeError, "cv"),
        ({"cv": 2.5}, TypeError, "cv"),
        ({"cv": []}, ValueError, "cv"),
        ({"cv": [3]}, ValueError, r"cv\[0\]"),
        ({"cv": [([0, 1], [1, 2])]}, ValueError, r"cv\[0\]"),
        ({"cv": [([0, 1], [10])]}, ValueError, r"cv\[0\] test"),
        ({"cv": [([0, 0], [1])]}, ValueError, r"cv\[0\] train"),
        ({"cv": [([0.5, 1.5], [2])]}, ValueError, r"cv\[0\] train"),
        ({"cv": [([0, 1], [])]}, ValueError, r"cv\[0\] test"),
    ],
)
def test_bad_input_is_refused_by_name(arguments, error, name, monkeypatch):
    monkeypatch.setattr(ReservoirPredictor, "fit", lambda *_: pytest.fail("the work began"))
    given = {"estimator": classifier(), "X": X0, "y": Y0} | arguments
    with pytest.raises(error, match=f"^{name} must"):
        evaluate(given.pop("estimator"), given.pop("X"), given.pop("y"), **given)


@pytest.mark.parametrize(
    ("correct", "ours"),
    [
        ({"reservoir": [1, 0]}, "reservoir"),
        ({"a": [1], "b": [0]}, "reservoir"),
        ({"reservoir": [1, 0], "b": [1]}, "reservoir"),
        ({"reservoir": [], "b": []}, "reservoir"),
        ({"reservoir": [1], "unconnected neurons": [0], "without delays": [0]}, "reservoir"),
    ],
)
def test_a_verdict_needs_two_methods_on_the_same_samples(correct, ours):
    with pytest.raises(ValueError, match=r"^correct"):
        judge_correct(correct, ours)
