import json
import re
from math import comb
from typing import ClassVar

import numpy as np
import pytest
from scipy.stats import binomtest, norm

pytest.importorskip("sklearn")

from sklearn import metrics as sk
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.model_selection import GroupKFold, KFold, LeaveOneOut, RepeatedKFold, ShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from snnres.datasets import delayed_xor
from snnres.encoding.series import check_series
from snnres.encoding.standardiser import Standardiser
from snnres.estimators import ReservoirClassifier, ReservoirRegressor
from snnres.evaluation import Evaluation, evaluate, judge_correct
from snnres.evaluation import baselines as bl
from snnres.evaluation.intervals import percentiles, resamples, wilson
from snnres.evaluation.metrics import classification_scores, regression_scores
from snnres.evaluation.verdict import judge_resampled

METHODS = ["reservoir", "encoded input", "raw input", "chance"]
SMALL = {"num_neurons": 60, "random_state": 0, "min_steps": 60}


def classifier(**parameters):
    return ReservoirClassifier(**SMALL | parameters)


def regressor(**parameters):
    return ReservoirRegressor(**SMALL | parameters)


@pytest.fixture(scope="module")
def xor():
    return delayed_xor(150, delay=1, n_steps=5, seed=0)


@pytest.fixture(scope="module")
def found(xor):
    return evaluate(classifier(num_neurons=100), *xor, cv=3)


@pytest.fixture(scope="module")
def predicted_values():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(80, 8, 2))
    return evaluate(regressor(), X, X[:, -2:].sum(axis=(1, 2)) + 0.1 * rng.normal(size=80), cv=4)


# What is known of the answer.


def test_a_task_of_memory_and_nonlinearity_needs_the_reservoir(found):
    scores = {name: method.scores["accuracy"].value for name, method in found.methods.items()}
    assert list(scores) == METHODS
    assert scores["reservoir"] > 0.9
    assert max(scores[name] for name in METHODS[1:]) < 0.7
    assert found.verdict.outcome == "helped"
    assert found.verdict.p_value < 1e-6
    assert str(found).endswith(str(found.verdict))
    assert str(found.verdict).startswith("The reservoir helped: accuracy ")


def test_a_linear_task_needs_none():
    rng = np.random.default_rng(0)
    y = np.arange(120) % 2
    X = rng.normal(size=(120, 10, 1)) + np.where(y, 2.0, -2.0)[:, None, None]
    found = evaluate(classifier(), X, y, cv=3)
    assert min(found.methods[name].scores["accuracy"].value for name in METHODS[1:3]) == 1
    assert found.verdict.outcome == "made no clear difference"


def test_labels_of_pure_noise_leave_chance_within_nearly_every_interval():
    misses = dict.fromkeys([*METHODS[:3], "verdict"], 0)
    for seed in range(8):
        X = np.random.default_rng(seed).normal(size=(150, 10, 2))
        found = evaluate(classifier(), X, np.arange(150) % 2, cv=3)
        for name in METHODS[:3]:
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
    expected = binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits / n, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_accuracy_of_an_evaluation_has_wilsons_interval(found):
    score = found.methods["reservoir"].scores["accuracy"]
    expected = binomtest(round(score.value * 150), 150).proportion_ci(method="wilson")
    assert (score.low, score.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_bootstrap_of_a_mean_is_as_wide_as_its_standard_error_says():
    values = np.random.default_rng(0).normal(size=400)
    means = np.concatenate([weights @ values / weights.sum(axis=1) for weights in resamples(np.arange(400), seed=1)])
    half = norm.ppf(0.975) * values.std() / np.sqrt(400)
    assert percentiles(means) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.1 * half)


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
    verdict = judge_resampled({"a": difference.mean(), "b": 0.0}, {"a": means, "b": means * 0}, "a", "r2")
    assert verdict.p_value == pytest.approx(2 * norm.sf(abs(z)), abs=0.02)
    errors = judge_resampled({"a": difference.mean(), "b": 0.0}, {"a": means, "b": means * 0}, "a", "rmse")
    assert errors.p_value == verdict.p_value
    same = judge_resampled({"a": 1.0, "b": 1.0}, {"a": means, "b": means}, "a", "r2")
    assert (same.p_value, same.outcome) == (1, "made no clear difference")


def test_errors_are_better_when_lower():
    scores, drawn = {"ours": 1.0, "b": 2.0, "c": 3.0}, {"ours": np.ones(99), "b": np.full(99, 2.0), "c": np.ones(99)}
    assert judge_resampled(scores, drawn, "ours", "rmse").outcome == "helped"
    assert judge_resampled(scores, drawn, "ours", "rmse").baseline == "b"
    assert judge_resampled(scores, drawn, "ours", "r2").outcome == "made no clear difference"


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
    assert bl.encoded_input(classifier(n_bins=4).fit(X, np.arange(12) % 2), X).shape == (12, 4 * 4)
    table = X[:, 0]
    fitted = classifier(n_fields=5).fit(table, np.arange(12) % 2)
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
        evaluate(classifier(readout=SpyReadout()), list(samples) if form == "list" else samples, y, cv=split)
        trained.append([values for call, values in SpyReadout.seen if call == "fit"])
    assert [values.shape[0] for values in trained[0]] == [30, 30, 30]
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
    original = Spy(num_neurons=30, small_world_graph_k=4, random_state=0)
    evaluate(original, X, y, cv=iter(folds))
    assert not hasattr(original, "network_")
    assert original.readout is None
    for (train, _), (given, labels) in zip(folds, seen, strict=True):
        np.testing.assert_array_equal(given, X[train])
        np.testing.assert_array_equal(labels, y[train])


def test_the_readout_is_the_estimators_own(xor):
    SpyReadout.seen.clear()
    evaluate(classifier(readout=SpyReadout(alpha=3.0)), *xor, cv=2)
    assert [call for call, _ in SpyReadout.seen] == ["fit", "predict"] * 6
    assert evaluate(regressor(readout=Ridge()), *xor, cv=2).task == "regression"


def test_predictions_are_those_of_the_estimator_fitted_by_hand(xor):
    X, y = xor
    train, test = np.arange(100), np.arange(100, 150)
    found = evaluate(classifier(), X, y, cv=[(train, test)])
    np.testing.assert_array_equal(found.predictions["reservoir"], classifier().fit(X[train], y[train]).predict(X[test]))
    assert found.n_folds == 1
    np.testing.assert_array_equal(found.samples, test)
    np.testing.assert_array_equal(found.targets, y[test])


# Ways to split, and forms of samples.


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
    small = regressor(num_neurons=10, small_world_graph_k=2, min_steps=20)
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
    small = {"num_neurons": 10, "small_world_graph_k": 2, "min_steps": 20}
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


def test_a_pipeline_hands_its_output_to_reservoir_and_baselines(xor):
    X, y = xor
    hidden = [{"bits": sample} for sample in X]
    pipeline = make_pipeline(FunctionTransformer(lambda part: [sample["bits"] for sample in part]), classifier())
    found, plain = evaluate(pipeline, hidden, y, cv=2), evaluate(classifier(), list(X), y, cv=2)
    for name in METHODS:
        np.testing.assert_array_equal(found.predictions[name], plain.predictions[name])
    alone = evaluate(make_pipeline(classifier()), list(X), y, cv=2)
    np.testing.assert_array_equal(alone.predictions["reservoir"], plain.predictions["reservoir"])


def test_a_seed_repeats_everything_but_the_seconds(xor, found):
    again = evaluate(classifier(num_neurons=100), *xor, cv=3)
    other = evaluate(classifier(num_neurons=100), *xor, cv=3, random_state=1)
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


def test_figures(found, predicted_values, tmp_path):
    pytest.importorskip("matplotlib")
    for evaluation in (found, predicted_values):
        figure = evaluation.plot(tmp_path / "report.png")
        assert (tmp_path / "report.png").stat().st_size > 1000
        assert figure.axes[0].get_title() == f"The reservoir {evaluation.verdict.outcome}"


def test_progress_counts_every_method_of_every_fold(xor, capsys):
    calls = []
    small = classifier(num_neurons=10, small_world_graph_k=2)
    evaluate(small, *xor, cv=2, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(done, 8) for done in range(1, 9)]
    assert capsys.readouterr().err == ""
    evaluate(small, *xor, cv=2, progress=True)
    assert "evaluate: 8/8 (100 %)" in capsys.readouterr().err


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
        ({"random_state": None}, TypeError, "random_state"),
        ({"random_state": -1}, ValueError, "random_state"),
        ({"progress": 3}, TypeError, "progress"),
        ({"groups": [1, 2]}, ValueError, "groups"),
        ({"groups": Y0, "cv": 3}, ValueError, "cv"),
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
def test_bad_input_is_refused_by_name(arguments, error, name):
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
    ],
)
def test_a_verdict_needs_two_methods_on_the_same_samples(correct, ours):
    with pytest.raises(ValueError, match=r"^correct"):
        judge_correct(correct, ours)
