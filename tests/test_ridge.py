"""The ridge readouts against scikit-learn's, each way to the solution and the penalty."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge, RidgeCV

from snnres.estimators import ridge, sums
from snnres.estimators.readout import ALPHAS, SummedRidgeRegressor
from snnres.estimators.sums import held_out

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
