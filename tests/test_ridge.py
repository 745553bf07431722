"""The ridge readouts against scikit-learn's, each way to the solution and the penalty."""

import os
import signal
import threading

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.linear_model import Ridge, RidgeClassifier, RidgeCV

from snnres.estimators import ridge, sums
from snnres.estimators.readout import ALPHAS, SummedRidgeClassifier, SummedRidgeRegressor
from snnres.estimators.ridge import lowest, solve
from snnres.estimators.sums import Sums, held_out

# Samples and features, and what is solved of them.
SHAPES = {"samples": (60, 90), "features": (150, 40)}


def data(shape, n_targets=3, seed=0):
    """Features of unequal spread, far from zero, and targets that they tell in part."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=shape) * rng.uniform(0.2, 3, size=shape[1]) + rng.uniform(-5, 5, size=shape[1])
    return X, X @ rng.normal(size=(shape[1], n_targets)) / 5 + rng.normal(size=(shape[0], n_targets)) * 3 + 7


def labels(Y):
    return np.array(["c", "a", "b"])[Y.argmax(axis=1)]


@pytest.fixture
def costly(monkeypatch):
    """Makes an eigendecomposition of anything too dear."""
    monkeypatch.setattr(sums, "MOST_EIGENVALUES", 1)
    monkeypatch.setattr(ridge, "MOST_EIGENVALUES", 1)


@pytest.mark.parametrize("gram", SHAPES)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-9), (np.float32, 1e-5)])
def test_leaving_each_out_in_turn_is_exact(gram, dtype, tolerance):
    X, Y = data(SHAPES[gram])
    found = SummedRidgeRegressor().fit(X.astype(dtype), Y)
    exact = RidgeCV(ALPHAS).fit(X, Y)
    assert (found.gram_, found.penalty_by_, found.n_left_out_) == (gram, "leave-one-out", len(X))
    assert found.alpha_ == exact.alpha_
    assert found.left_out_loss_ == pytest.approx(-exact.best_score_, rel=tolerance)
    np.testing.assert_allclose(found.predict(X), exact.predict(X), atol=tolerance * 10)
    n = len(Y)
    assert found.loss_of_mean_ == pytest.approx(Y.var(axis=0).mean() * (n / (n - 1)) ** 2)


@pytest.mark.usefixtures("costly")
@pytest.mark.parametrize("gram", SHAPES)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-9), (np.float32, 1e-4)])
def test_a_held_out_part_chooses_and_all_are_fitted(gram, dtype, tolerance):
    X, Y = data(SHAPES[gram], seed=1)
    found = SummedRidgeRegressor().fit(X.astype(dtype), Y)
    out = held_out(np.arange(len(X)), 1 / 8)
    misses = [((Ridge(a).fit(X[~out], Y[~out]).predict(X[out]) - Y[out]) ** 2).mean() for a in ALPHAS]
    best = int(np.argmin(misses))
    assert 0 < best < len(ALPHAS) - 1
    assert (found.gram_, found.penalty_by_, found.n_left_out_) == (gram, "held-out", out.sum())
    assert found.alpha_ == ALPHAS[best]
    assert found.left_out_loss_ == pytest.approx(misses[best], rel=tolerance)
    assert found.loss_of_mean_ == pytest.approx(((Y[out] - Y[~out].mean(axis=0)) ** 2).mean())
    exact = Ridge(ALPHAS[best]).fit(X, Y)
    np.testing.assert_allclose(found.predict(X), exact.predict(X), atol=tolerance * 10)


@pytest.mark.parametrize("way", ["kept", "costly", "summed"])
def test_a_classifier_has_a_column_a_class(way, monkeypatch):
    X, Y = data((90, 30), seed=2)
    y = labels(Y)
    if way != "kept":
        for module in (sums, ridge):
            monkeypatch.setattr(module, "MOST_EIGENVALUES", 1)
    found = SummedRidgeClassifier().fit(X, y)
    assert found.penalty_by_ == ("leave-one-out" if way == "kept" else "held-out")
    exact = RidgeClassifier(alpha=found.alpha_).fit(X, y)
    np.testing.assert_allclose(found.decision_function(X), exact.decision_function(X), atol=1e-9)
    np.testing.assert_array_equal(found.predict(X), exact.predict(X))
    assert found.left_out_accuracy_ > 0.5


def collected(X, Y, sizes, **budget):
    """Sums over samples that come in parts."""
    made = Sums(X.shape[1], Y.shape[1], **{"max_bytes": 2**30} | budget)
    for part in np.split(np.arange(len(X)), np.cumsum(sizes)):
        made.add(X[part], Y[part])
    return made


SQUARED = SummedRidgeRegressor()._criterion()


@pytest.mark.usefixtures("costly")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sums_do_not_depend_on_the_parts(dtype, monkeypatch):
    """Nor does what is held out, which is thinned out as it grows, nor what is summed late."""
    for name, value in (("MOST_HELD_OUT", 20), ("FOLDED", 32)):
        monkeypatch.setattr(sums, name, value)
    X, Y = data((400, 30), seed=3)
    X = X.astype(dtype)
    divisors = np.linspace(0.5, 2, 30)
    tolerance = 1e-9 if dtype == np.float64 else 1e-3
    exact = None
    for sizes in ([], [7, 200, 1], [1, 2, 30] * 6, [399]):
        made = collected(X, Y, sizes)
        assert made.gram is not None
        np.testing.assert_allclose(made.variances(), X.var(axis=0), rtol=1e-5 if dtype == np.float32 else 1e-10)
        found = solve(made, divisors, ALPHAS, SQUARED)
        out = held_out(np.arange(400), made.share)
        assert made.share < 1 / 8
        assert found.judged.n == out.sum() <= 20
        exact = Ridge(found.alpha).fit(X / divisors, Y) if exact is None else exact
        assert found.alpha == exact.alpha
        fit = Ridge(found.alpha).fit((X / divisors)[~out], Y[~out])
        loss = ((fit.predict((X / divisors)[out]) - Y[out]) ** 2).mean()
        assert found.judged.loss / found.judged.n == pytest.approx(loss, rel=tolerance)
        told = X / divisors @ found.coef.T + found.intercept
        np.testing.assert_allclose(told, exact.predict(X / divisors), atol=tolerance)


@pytest.mark.usefixtures("costly")
def test_sums_go_on_after_a_solution():
    X, Y = data((300, 20), seed=4)
    made = collected(X[:150], Y[:150], [])
    first = solve(made, np.ones(20), ALPHAS, SQUARED)
    again = solve(made, np.ones(20), ALPHAS, SQUARED)
    np.testing.assert_array_equal(first.coef, again.coef)
    made.add(X[150:], Y[150:])
    whole, late = (solve(some, np.ones(20), ALPHAS, SQUARED) for some in (collected(X, Y, []), made))
    assert whole.alpha == late.alpha
    np.testing.assert_allclose(late.coef, whole.coef, atol=1e-9)


def test_the_order_of_samples_does_not_matter():
    X, Y = data((60, 90))
    turned = np.random.default_rng(0).permutation(60)
    one, other = SummedRidgeRegressor().fit(X, Y), SummedRidgeRegressor().fit(X[turned], Y[turned])
    assert one.alpha_ == other.alpha_
    np.testing.assert_allclose(one.predict(X), other.predict(X), atol=1e-8)


def test_samples_are_kept_while_they_suit(monkeypatch):
    """All while they are fewer than their features, or the features few; else sums, if the budget has them."""
    for module in (sums, ridge):
        monkeypatch.setattr(module, "MOST_EIGENVALUES", 10)
    monkeypatch.setattr(sums, "AT_A_TIME", 0)
    X, Y = data((50, 30))
    assert collected(X[:30], Y[:30], [20], expected=30).gram is None
    assert collected(X, Y, [20], expected=50).gram is not None
    assert collected(X[:, :10], Y, [20]).gram is None
    by_sums = sums.bytes_of_sums(30, 8)
    # There must be room for the samples while sums are made of them.
    assert collected(X[:25], Y[:25], [12], max_bytes=by_sums + 25 * 30 * 8).gram is None
    assert collected(X[:25], Y[:25], [12], max_bytes=by_sums + 24 * 30 * 8).gram is not None


def test_too_many_features_are_refused_before_the_work():
    with pytest.raises(ValueError, match=r"^max_bytes must be at least \d+ to read out 500 samples of 200 features\."):
        SummedRidgeRegressor(max_bytes=10**5).fit(np.ones((500, 200)), np.ones(500))


def test_equal_features_tell_nothing():
    y = np.arange(6.0)
    found = SummedRidgeRegressor().fit(np.ones((6, 3)), y)
    np.testing.assert_allclose(found.predict(np.ones((2, 3))), [2.5, 2.5])
    assert found.left_out_loss_ == pytest.approx(found.loss_of_mean_)


@pytest.mark.usefixtures("costly")
def test_a_penalty_below_the_rounding_is_passed_over():
    """Of twins of float32 the sums are not positive but for the penalty."""
    rng = np.random.default_rng(0)
    X = np.repeat(rng.normal(size=(400, 10)) * 1000, 8, axis=1).astype(np.float32)
    y = X[:, 0] / 1000 + rng.normal(size=400) / 10
    found = SummedRidgeRegressor().fit(X, y)
    exact = Ridge(found.alpha_).fit(X.astype(np.float64), y)
    np.testing.assert_allclose(found.predict(X), exact.predict(X), atol=1e-3)


@pytest.mark.parametrize("n", range(1, 23))
def test_the_lowest_of_a_valley_is_found(n):
    for best in range(n):
        asked = []

        def value(k, best=best, asked=asked):
            asked.append(k)
            return 0, abs(k - best)

        assert lowest(value, n) == best
        assert len(asked) == len(set(asked)) <= 6 + (n > 20)


def test_an_interrupt_does_not_leave_samples_half_added():
    """It is heard while they are added, which goes on; what comes next waits for that."""
    X, Y = data((40, 5))
    made = collected(X[:20], Y[:20], [])
    begun, end = threading.Event(), threading.Event()
    add = made._add

    def slowly(*args):
        begun.set()
        end.wait(10)
        add(*args)

    made._add = slowly
    threading.Thread(target=lambda: begun.wait(10) and os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        made.add(X[20:], Y[20:])
    del made._add
    assert made.n == 20
    end.set()
    np.testing.assert_allclose(made.run(made.variances), X.var(axis=0))
    assert made.n == 40


def test_an_error_within_work_on_sums_is_raised():
    made = collected(*data((40, 5)), [])
    with pytest.raises(ZeroDivisionError):
        made.run(lambda: 1 // 0)
