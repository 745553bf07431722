"""Linear readouts of reservoirs: the default ones, and one that gives probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.linear_model import LogisticRegression

from .ridge import Criterion, Solution, solve
from .sums import AT_A_TIME, Float64Array, Sums, check_budget

# Strengths of regularisation among which predictions of samples left out choose.
ALPHAS = np.logspace(-2, 6, 17)
# What a readout may take, in bytes.
MAX_BYTES = 4 * 2**30
# scikit-learn's 100 are too few for thousands of features.
MOST_ITERATIONS = 1000


def hinge_losses(codes: Float64Array, predictions: Float64Array) -> Float64Array:
    """Return ``max(0, 1 - code * prediction)``, codes being -1 and 1."""
    return np.asarray(np.maximum(0.0, 1.0 - codes * predictions))


def squared_errors(targets: Float64Array, predictions: Float64Array) -> Float64Array:
    """Return the squares of what predictions miss."""
    return np.asarray((targets - predictions) ** 2)


def chosen(scores: Float64Array) -> NDArray[np.int64]:
    """Return the index of the class that scores (n_samples, 1 or n_classes) speak for."""
    return np.asarray((scores[:, 0] > 0).astype(np.int64) if scores.shape[1] == 1 else scores.argmax(axis=1))


def told_right(codes: Float64Array, scores: Float64Array) -> NDArray[np.bool_]:
    """Return whether scores speak for the class that codes of -1 and 1 stand for."""
    return np.asarray(chosen(codes) == chosen(scores))


def codes_of(labels: NDArray[Any], classes: NDArray[Any]) -> Float64Array:
    """Return 1 in the column of each label's class and -1 in the others; of two classes the second has the only one."""
    places = np.searchsorted(classes, labels)
    return np.where(places[:, None] == (np.array([1]) if len(classes) == 2 else np.arange(len(classes))), 1.0, -1.0)


@dataclass(eq=False, repr=False)
class SummedRidge(BaseEstimator):  # type: ignore[misc]
    """Base of the ridge readouts; see :class:`SummedRidgeClassifier` for parameters and attributes."""

    alphas: ArrayLike | None = None
    max_bytes: int = MAX_BYTES

    def solve(self, sums: Sums, divisors: Float64Array) -> Self:
        """Learn from collected samples, their features divided by ``divisors``."""
        alphas = ALPHAS if self.alphas is None else np.sort(np.asarray(self.alphas, dtype=np.float64))
        found = sums.run(lambda: solve(sums, divisors, alphas, self._criterion()), stoppable=True)
        self.alpha_ = found.alpha
        self.coef_, self.intercept_ = found.coef, found.intercept
        self.penalty_by_, self.gram_ = found.penalty_by, found.gram
        self.n_left_out_ = found.judged.n
        self.left_out_loss_ = found.judged.loss / found.judged.n
        self._learn_more(found)
        return self

    def _learn_more(self, found: Solution) -> None:
        """Keep what else there is to say of the samples left out."""

    def _criterion(self) -> Criterion:
        raise NotImplementedError

    def _fit(self, X: NDArray[Any], targets: Float64Array) -> Self:
        check_budget(len(X), X.shape[1], X.itemsize, self.max_bytes)
        sums = Sums(X.shape[1], targets.shape[1], self.max_bytes, expected=len(X))
        sums.add(X, targets)
        return self.solve(sums, np.ones(X.shape[1]))

    def _scores(self, X: NDArray[Any]) -> Float64Array:
        """Return predictions (n_samples, n_targets), in float64."""
        step = max(1, AT_A_TIME // (8 * X.shape[1]))
        parts = [X[start : start + step].astype(np.float64, copy=False) for start in range(0, len(X), step)]
        return np.concatenate([part @ self.coef_.T for part in parts]) + self.intercept_


class SummedRidgeClassifier(ClassifierMixin, SummedRidge):  # type: ignore[misc]
    """Ridge classifier whose penalty is chosen by the hinge loss of predictions for samples that are left out.

    As scikit-learn's ``RidgeClassifierCV``, a ridge regression on -1 and 1 (one column a class where there are more
    than two), but for the choice of the penalty. There it is the squared error, which counts it against a prediction
    that it is on the right side by far; with few samples and many features that makes the heaviest penalty the best,
    under which all predictions are near the mean and hardly one is right. And many samples need not be kept: sums over
    them do, see :class:`snnres.estimators.sums.Sums`.

    Parameters
    ----------
    alphas : array_like of float, optional
        Penalties to choose from, > 0. By default 17 between 0.01 and 10^6.
    max_bytes : int, default 4 GiB
        What samples, sums and solution may take together.

    Attributes
    ----------
    alpha_ : float
        The chosen one.
    penalty_by_ : {"leave-one-out", "held-out"}
        By what. Up to 3,000 samples or up to 3,000 features: by exact predictions of each sample from all others. With
        more of both, or with more samples than ``max_bytes`` lets keep: by predictions of a part of them, at most an
        eighth and 2,048, from the rest. The weights are fitted to all in the end.
    gram_ : {"samples", "features"}
        The matrix of products that was solved, the smaller one; without samples kept, that of the features.
    left_out_loss_ : float
        Mean hinge loss of these predictions.
    left_out_accuracy_ : float
        Fraction of the samples left out that are classified right.
    n_left_out_ : int
        How many these are.
    classes_ : ndarray, shape (n_classes,)
        Labels.
    coef_ : ndarray, shape (1 or n_classes, n_features)
        Weights.
    intercept_ : ndarray, shape (1 or n_classes,)
        What is added.
    """

    def fit(self, X: NDArray[Any], y: NDArray[Any]) -> Self:
        """Choose the penalty and fit the weights to features (n_samples, n_features) and labels (n_samples,)."""
        self.classes_ = np.unique(y)
        return self._fit(X, codes_of(y, self.classes_))

    def decision_function(self, X: NDArray[Any]) -> Float64Array:
        """Return the score of the second of two classes, (n_samples,), or of each, (n_samples, n_classes)."""
        scores = self._scores(X)
        return np.asarray(scores[:, 0] if len(self.classes_) == 2 else scores)

    def predict(self, X: NDArray[Any]) -> NDArray[Any]:
        """Return the label of each sample."""
        return np.asarray(self.classes_[chosen(self._scores(X))])

    def _criterion(self) -> Criterion:
        return Criterion(hinge_losses, told_right)

    def _learn_more(self, found: Solution) -> None:
        self.left_out_accuracy_ = found.judged.right / found.judged.n


class SummedRidgeRegressor(RegressorMixin, SummedRidge):  # type: ignore[misc]
    """Ridge regression whose penalty, one for all targets, is chosen by squared errors for samples that are left out.

    Parameters
    ----------
    alphas, max_bytes
        As in :class:`SummedRidgeClassifier`.

    Attributes
    ----------
    alpha_, penalty_by_, gram_, n_left_out_
        As in :class:`SummedRidgeClassifier`.
    left_out_loss_ : float
        Mean squared error of the predictions of samples left out.
    loss_of_mean_ : float
        That of the mean of the samples that were not left out, as their prediction.
    coef_ : ndarray, shape (n_features,) or (n_targets, n_features)
        Weights.
    intercept_ : float or ndarray, shape (n_targets,)
        What is added.
    """

    def fit(self, X: NDArray[Any], y: NDArray[Any]) -> Self:
        """Choose the penalty and fit the weights to features (n_samples, n_features) and targets."""
        return self._fit(X, as_columns(y))

    def predict(self, X: NDArray[Any]) -> Float64Array:
        """Return the prediction for each sample, (n_samples,) for one target, else (n_samples, n_targets)."""
        scores = self._scores(X)
        return np.asarray(scores[:, 0] if scores.shape[1] == 1 else scores)

    def _criterion(self) -> Criterion:
        return Criterion(squared_errors, None)

    def _learn_more(self, found: Solution) -> None:
        self.loss_of_mean_ = found.by_mean.loss / found.by_mean.n


def as_columns(y: NDArray[Any]) -> Float64Array:
    """Return targets as (n_samples, n_targets)."""
    return np.asarray(y, dtype=np.float64).reshape(len(y), -1)


def logistic_readout() -> LogisticRegression:
    """Return a logistic regression, which gives probabilities."""
    return LogisticRegression(max_iter=MOST_ITERATIONS)
