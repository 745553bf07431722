"""Readouts by votes: against counts by hand, conventions of scikit-learn, and what becomes of silent samples."""

import json
import zipfile
from collections import Counter

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from snnres import Recording
from snnres.estimators import (
    AllActivityClassifier,
    NGramClassifier,
    ProportionWeightedClassifier,
    load_estimator,
)
from snnres.features import as_trains, spike_counts

TABLES = (AllActivityClassifier, ProportionWeightedClassifier)
ALL = (*TABLES, NGramClassifier)


def counts(seed=0, n_samples=40, n_neurons=12, n_classes=3):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n_samples) % n_classes)
    means = rng.gamma(0.5, 4.0, (n_classes, n_neurons))
    return rng.poisson(means[y]), y


def spikes(seed=0, n_samples=30, n_steps=20, n_neurons=6, rate=0.2):
    rng = np.random.default_rng(seed)
    return (rng.random((n_samples, n_steps, n_neurons)) < rate).astype(np.int8), np.arange(n_samples) % 3


def example(kind):
    return spikes() if kind is NGramClassifier else counts()


def all_silent(kind, X):
    return np.zeros_like(X[:2])


# Poisson counts of few samples leave neurons that never fire; scikit-learn's data leave none of a sample.
@pytest.mark.filterwarnings("ignore:.* samples are silent")
@parametrize_with_checks([kind() for kind in TABLES])
def test_conventions_of_scikit_learn(estimator, check):
    check(estimator)


def test_all_activity_by_hand():
    X = np.array([[4, 0, 1, 0, 2], [2, 0, 1, 0, 2], [0, 5, 1, 0, 2], [0, 1, 3, 0, 2], [0, 0, 8, 0, 2]])
    vote = AllActivityClassifier().fit(X, [10, 10, 20, 20, 30])
    np.testing.assert_array_equal(vote.rates_, [[3, 0, 0], [0, 3, 0], [1, 2, 8], [0, 0, 0], [2, 2, 2]])
    # A neuron that fires for all classes alike stands for the first, one that was silent for none.
    assert vote.assignments_.tolist() == [0, 1, 2, -1, 0]
    # Of two neurons of class 10 the mean, of one of 20 its own count.
    np.testing.assert_array_equal(vote.decision_function([[4, 3, 0, 9, 1], [0, 1, 1, 0, 0]]), [[2.5, 3, 0], [0, 1, 1]])
    assert vote.predict([[4, 3, 0, 9, 1], [0, 1, 1, 0, 0]]).tolist() == [20, 20]


def test_equal_votes_of_groups_of_unequal_size_are_a_tie():
    """Ten times a tenth is not one in floating point, and the second class would win."""
    X = np.zeros((2, 11))
    X[0, :10] = X[1, 10] = 1
    vote = AllActivityClassifier().fit(X, [0, 1])
    assert vote.decision_function(np.ones((1, 11))).tolist() == [0.0]
    assert vote.predict(np.ones((1, 11))).tolist() == [0]


def test_proportions_by_hand():
    """Class 1 has twice the samples, which makes it no louder."""
    vote = ProportionWeightedClassifier().fit([[6, 0, 0], [3, 1, 0], [1, 1, 0]], [0, 1, 1])
    np.testing.assert_array_equal(vote.rates_, [[6, 2], [0, 1], [0, 0]])
    votes = np.array([[3 / 4, 1 / 4], [0, 1], [0, 0]])
    X = np.array([[4, 0, 0], [4, 3, 9], [0, 2, 0]])
    np.testing.assert_allclose(vote.decision_function(X), (X @ votes)[:, 1] - (X @ votes)[:, 0])
    assert vote.predict(X).tolist() == [0, 1, 1]


def grams(sample, n):
    """All n-grams of a 0/1 matrix, counted without arrays."""
    order = [i for step in sample.tolist() for i, fired in enumerate(step) if fired]
    return Counter(tuple(order[k : k + n]) for k in range(len(order) - n + 1))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_ngrams_are_those_of_a_plain_count(n):
    X, y = spikes(rate=0.1)
    vote = NGramClassifier(n).fit(X, y)
    by_class = [sum((grams(sample, n) for sample in X[y == c]), Counter()) for c in range(3)]
    assert [tuple(gram) for gram in vote.ngrams_.tolist()] == sorted(set().union(*by_class))
    for gram, rates in zip(vote.ngrams_.tolist(), vote.rates_, strict=True):
        assert rates.tolist() == [found[tuple(gram)] / 10 for found in by_class]
    others = spikes(seed=1, rate=0.15)[0]
    expected = np.zeros((len(others), 3))
    for k, sample in enumerate(others):
        for gram, times in grams(sample, n).items():
            total = sum(found[gram] for found in by_class)
            if total:
                expected[k] += [times * found[gram] / total for found in by_class]
    np.testing.assert_allclose(vote.decision_function(others), expected)


def test_one_gram_is_a_spike_count():
    X, y = spikes()
    table = np.array([spike_counts(sample) for sample in X])
    one, proportions = NGramClassifier(1).fit(X, y), ProportionWeightedClassifier().fit(table, y)
    np.testing.assert_array_equal(one.rates_, proportions.rates_)
    np.testing.assert_allclose(one.decision_function(X), proportions.decision_function(table))


def test_coincident_spikes_stand_in_the_order_of_neurons():
    vote = NGramClassifier(3).fit([np.array([[0, 1, 0], [1, 0, 1]]), np.zeros((4, 3))], [0, 1])
    assert vote.ngrams_.tolist() == [[1, 0, 2]]


def test_spikes_come_in_any_form():
    X, y = spikes()
    vote = NGramClassifier(2).fit(X, y)
    for form in (list, lambda X: [Recording.from_dense(x) for x in X], lambda X: [as_trains(x) for x in X]):
        again = NGramClassifier(2).fit(form(X), y)
        np.testing.assert_array_equal(again.ngrams_, vote.ngrams_)
        np.testing.assert_array_equal(again.rates_, vote.rates_)
        np.testing.assert_array_equal(again.predict(form(X)), vote.predict(X))
    # Steps without spikes say nothing, however many there are.
    longer = [np.concatenate([x, np.zeros((k, 6))]) for k, x in enumerate(X)]
    np.testing.assert_array_equal(vote.decision_function(longer), vote.decision_function(X))


def test_ngrams_of_many_neurons_stay_apart():
    """Two n-grams whose first neurons differ by so much that in 32 bits their numbers would be equal."""
    orders = [[0, 1, 2], [1024, 1, 2]]
    X = [Recording([0, 1, 2, 3], order, 2048) for order in orders]
    vote = NGramClassifier(3).fit(X, ["a", "b"])
    assert vote.ngrams_.tolist() == orders
    assert vote.predict(X).tolist() == ["a", "b"]


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize(
    ("names", "label"),
    [
        ([0, 1, 2], -1),
        (np.array([3, 4, 5], dtype=np.uint8), -1),
        ([-1, 0, 1], -2),
        ([-4.0, 0.0, 7.0], -5),
        (["a", "b", "c"], "silent"),
        (np.array(["a", "b", "c"], dtype=object), "silent"),
    ],
    ids=["from 0", "uint8", "-1 taken", "floats", "texts", "objects"],
)
def test_a_silent_sample_is_of_no_class(kind, names, label):
    X, y = example(kind)
    names = np.asarray(names)
    vote = kind().fit(X, names[y])
    assert vote.silent_label_ == label
    mixed = np.concatenate([all_silent(kind, X), X[:3]])
    with pytest.warns(UserWarning, match=rf"^2 of 5 samples are silent.*predicted as {label!r}\.$"):
        told = vote.predict(mixed)
    assert told[:2].tolist() == [label, label]
    assert told[2:].tolist() == vote.predict(X[:3]).tolist()
    assert set(told[2:].tolist()) <= set(names.tolist())
    assert vote.silent(mixed).tolist() == [True, True, False, False, False]
    votes = vote.decision_function(mixed)
    assert np.isnan(votes[:2]).all()
    assert np.isfinite(votes[2:]).all()
    with pytest.warns(UserWarning, match="silent"):
        assert vote.score(mixed, [*names[:2], *told[2:]]) == 3 / 5


def test_booleans_are_classes_too():
    vote = AllActivityClassifier().fit([[1, 0], [0, 1]], [False, True])
    with pytest.warns(UserWarning, match="1 of 3 samples are silent"):
        assert vote.predict([[0, 0], [0, 1], [1, 0]]).tolist() == [-1, 1, 0]


@pytest.mark.parametrize("kind", TABLES)
def test_neurons_that_were_silent_in_training_have_no_vote(kind):
    vote = kind().fit([[3, 0, 0], [0, 2, 0]], [0, 1])
    assert vote.assignments_.tolist() == [0, 1, -1]
    with pytest.warns(UserWarning, match="1 of 1 samples are silent"):
        assert vote.predict([[0, 0, 50]]).tolist() == [-1]
    assert vote.predict([[0, 1, 50]]).tolist() == [1]


def test_orders_that_are_unknown_have_no_vote():
    up = np.eye(3, dtype=int)
    vote = NGramClassifier(2).fit([up, up[[0, 2]]], ["a", "b"])
    assert vote.silent([up[::-1], up[:1], up[1:]]).tolist() == [True, True, False]
    with pytest.warns(UserWarning, match="2 of 3 samples are silent"):
        assert vote.predict([up[::-1], up[:1], up[1:]]).tolist() == ["silent", "silent", "a"]


def test_the_label_of_silence_can_be_chosen():
    X, y = counts()
    vote = AllActivityClassifier(silent_label=99).fit(X, y)
    with pytest.warns(UserWarning, match="predicted as 99"):
        assert vote.predict(np.zeros((1, 12))).tolist() == [99]
    words = AllActivityClassifier(silent_label="none of the three").fit(X, np.array(["a", "b", "c"])[y])
    with pytest.warns(UserWarning, match="silent"):
        assert words.predict(np.zeros((1, 12))).tolist() == ["none of the three"]


@pytest.mark.parametrize(
    ("label", "names", "error", "message"),
    [
        (1, [0, 1, 2], ValueError, r"silent_label must be given and none of the classes \[0, 1, 2\]. Got 1 instead"),
        (None, ["a", "b", "silent"], ValueError, "silent_label must be given and none of the classes .* Got None"),
        ("x", [0, 1, 2], TypeError, "silent_label must be an integer, as the classes are numbers. Got 'x' instead"),
        (-1, ["a", "b", "c"], TypeError, "silent_label must be a text, as the classes are. Got -1 instead"),
        (0.5, [0, 1, 2], TypeError, "silent_label must be an integer"),
        (np.nan, [0, 1, 2], TypeError, "silent_label must be an integer"),
        (True, [0, 1, 2], TypeError, "silent_label must be an integer"),
    ],
)
def test_labels_of_silence_that_could_be_taken_for_a_class_are_refused(label, names, error, message):
    X, y = counts()
    vote = AllActivityClassifier().fit(X, y)
    before = vote.predict(X)
    with pytest.raises(error, match=f"^{message}"):
        vote.set_params(silent_label=label).fit(X, np.array(names)[y])
    # What was fitted before is still there.
    assert vote.classes_.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(vote.predict(X), before)


@pytest.mark.parametrize("kind", ALL)
def test_training_on_silence_is_reported(kind):
    X, y = example(kind)
    with pytest.warns(UserWarning, match=r"^X is silent in all samples.*predicted as -1\.$"):
        vote = kind().fit(np.zeros_like(X), y)
    assert (vote.assignments_ == -1).all()
    with pytest.warns(UserWarning, match=f"{len(X)} of {len(X)} samples are silent"):
        assert set(vote.predict(X).tolist()) == {-1}


@pytest.mark.parametrize("kind", ALL)
def test_votes_can_be_cloned_and_cross_validated(kind):
    X, y = example(kind)
    vote = kind(silent_label=-7)
    assert clone(vote).get_params() == vote.get_params()
    with pytest.raises(NotFittedError):
        vote.predict(X)
    assert len(cross_val_score(vote, X, y, cv=3)) == 3
    if kind is not NGramClassifier:
        assert cross_val_score(vote, X, y, cv=3).min() > 0.6


@pytest.mark.parametrize("kind", ALL)
def test_a_saved_vote_predicts_alike(kind, tmp_path):
    X, y = example(kind)
    for name, labels in (("numbers", y), ("texts", np.array(["a", "bc", "d"], dtype=object)[y])):
        path = tmp_path / f"{name}.npz"
        vote = kind().fit(X, labels)
        vote.save(path)
        for again in (load_estimator(path), kind.load(path)):
            assert type(again) is kind
            np.testing.assert_array_equal(again.assignments_, vote.assignments_)
            np.testing.assert_array_equal(again.decision_function(X), vote.decision_function(X))
            with pytest.warns(UserWarning, match="silent"):
                told = again.predict(all_silent(kind, X))
            assert told.tolist() == [vote.silent_label_] * 2
            np.testing.assert_array_equal(again.predict(X), vote.predict(X))
    with pytest.raises(ValueError, match="silent_label must be None, as in fit, for the estimator to be saved"):
        vote.set_params(silent_label=9).save(path)


@pytest.mark.parametrize(
    ("kind", "damage", "message"),
    [
        (AllActivityClassifier, {"rates_": np.zeros((11, 3))}, "rates_ must be float64 of shape"),
        (AllActivityClassifier, {"rates_": np.full((12, 3), np.nan)}, "rates_ must be finite"),
        (AllActivityClassifier, {"rates_": np.full((12, 3), -1.0)}, "rates_ must be >= 0"),
        (AllActivityClassifier, {"classes_": np.array([2, 1, 0])}, "classes_ must be sorted"),
        (AllActivityClassifier, {"silent_label_": 0}, "silent_label_ must be as"),
        (NGramClassifier, {"ngrams_": np.zeros((36, 3), dtype=np.int64)}, "ngrams_ must be int64 of shape"),
        (NGramClassifier, {"ngrams_": np.full((36, 2), 6)}, r"ngrams_ must be in \[0, 6\)"),
        (NGramClassifier, {"ngrams_": np.zeros((36, 2), dtype=np.int64)}, "ngrams_ must be in lexicographic order"),
    ],
)
def test_damaged_files_are_refused(kind, damage, message, tmp_path):
    vote = kind().fit(*example(kind))
    vars(vote).update(damage)
    with pytest.raises(ValueError, match=message):
        vote.save(tmp_path / "vote.npz")
    assert list(tmp_path.iterdir()) == []


def test_files_hold_no_more_than_is_needed(tmp_path):
    vote = AllActivityClassifier().fit(*counts())
    vote.save(tmp_path / "vote.npz")
    with zipfile.ZipFile(tmp_path / "vote.npz") as archive:
        assert sorted(archive.namelist()) == ["classes_.npy", "header.npy", "rates_.npy"]
    header = json.loads(str(np.load(tmp_path / "vote.npz")["header"]))
    assert header["estimator"]["object"] == "AllActivityClassifier"


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[1, -1], [0, 1]], "Negative values in data"),
        ([[1, np.nan], [0, 1]], "NaN"),
        ([1, 2], "2D array"),
        (np.zeros((2, 3, 4)), "dim 3"),
    ],
)
def test_counts_that_are_none_are_refused(kind, X, message):
    with pytest.raises(ValueError, match=message):
        kind().fit(X, [0, 1])
    with pytest.raises(ValueError, match=message):
        kind().fit([[1, 0], [0, 1]], [0, 1]).predict(X)


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (np.zeros((2, 5)), ValueError, r"^X must be spikes of samples: .* Got ndarray of shape \(2, 5\) instead"),
        ("spikes", TypeError, "^X must be spikes of samples"),
        ([], ValueError, "^X must hold at least one sample"),
        ([np.eye(3), np.full((3, 3), 2)], ValueError, r"^X\[1\] must hold only 0 and 1. Got .*2.* instead"),
        ([np.eye(3), np.eye(2)], ValueError, r"^X\[1\] must be of 3 neurons, as the samples of fit. Got 2 instead"),
        ([np.zeros((3, 0)), np.zeros((3, 0))], ValueError, r"^X\[0\] must be of at least 1 neurons"),
        (np.ma.masked_array(np.zeros((2, 3, 3))), TypeError, "^X must not be masked"),
        ([np.eye(3)], ValueError, "inconsistent numbers of samples"),
    ],
)
def test_spikes_that_are_none_are_refused(X, error, message):
    vote = NGramClassifier()
    with pytest.raises(error, match=message):
        vote.fit(X, [0, 1])
    assert not hasattr(vote, "n_features_in_")
    fitted = NGramClassifier().fit(*spikes(n_neurons=3))
    if "inconsistent" not in message and "at least 1" not in message:
        with pytest.raises(error, match=message):
            fitted.predict(X)


@pytest.mark.parametrize(
    ("n", "error", "message"),
    [
        (0, ValueError, "n must be an integer"),
        (1.5, TypeError, "n must be an integer"),
        (63, ValueError, "n must be an integer <= 62"),
        (25, ValueError, r"n must be such that 6 \*\* n is below 2\^63. Got 25 instead"),
    ],
)
def test_lengths_that_no_ngram_has_are_refused(n, error, message):
    with pytest.raises(error, match=f"^{message}"):
        NGramClassifier(n).fit(*spikes())
    assert NGramClassifier(24).fit(*spikes(rate=0.5)).ngrams_.shape[1] == 24


def test_a_length_that_is_set_later_does_not_change_what_was_fitted():
    X, y = spikes()
    vote = NGramClassifier(2).fit(X, y)
    before = vote.decision_function(X)
    np.testing.assert_array_equal(vote.set_params(n=3).decision_function(X), before)


def test_continuous_targets_are_refused():
    for kind in ALL:
        with pytest.raises(ValueError, match="Unknown label type"):
            kind().fit(example(kind)[0], np.linspace(0, 1, len(example(kind)[0])))
