"""Linear classifiers that read reservoirs out: the default, and one that gives probabilities."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import make_scorer

Float64Array = NDArray[np.float64]

# Strengths of regularisation among which leave-one-out predictions on the training data choose.
ALPHAS = np.logspace(-2, 6, 17)
# scikit-learn's 100 are too few for thousands of features.
MOST_ITERATIONS = 1000


def hinge_loss(codes: Float64Array, predictions: Float64Array) -> float:
    """Return the mean of ``max(0, 1 - code * prediction)``, codes being -1 and 1."""
    return float(np.mean(np.maximum(0.0, 1.0 - codes * predictions)))


class LeaveOneOutRidgeClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Ridge classifier whose penalty is chosen by the hinge loss of leave-one-out predictions.

    As scikit-learn's ``RidgeClassifierCV``, a ridge regression on -1 and 1 (one column a class where there are more
    than two), but for the choice of the penalty. There it is the squared error, which counts it against a prediction
    that it is on the right side by far; with few samples and many features that makes the heaviest penalty the best,
    under which all predictions are near the mean and hardly one is right.

    Parameters
    ----------
    alphas : array_like of float, optional
        Penalties to choose from, > 0. By default 17 between 0.01 and 10^6.

    Attributes
    ----------
    alpha_ : float
        The chosen one.
    loo_loss_ : float
        Mean hinge loss if each of the training samples is left out in turn.
    loo_accuracy_ : float
        Fraction of the training samples that are classified right if each is left out in turn.
    classes_ : ndarray, shape (n_classes,)
        Labels.
    coef_ : ndarray, shape (1 or n_classes, n_features)
        Weights.
    intercept_ : ndarray, shape (1 or n_classes,)
        What is added.
    """

    def __init__(self, alphas: ArrayLike | None = None) -> None:
        self.alphas = alphas

    def fit(self, X: Float64Array, y: NDArray[Any]) -> Self:
        """Choose the penalty and fit the weights to features (n_samples, n_features) and labels (n_samples,)."""
        alphas = ALPHAS if self.alphas is None else np.asarray(self.alphas, dtype=np.float64)
        self.classes_, labels = np.unique(y, return_inverse=True)
        two = len(self.classes_) == 2
        codes = np.where(labels[:, None] == (np.array([1]) if two else np.arange(len(self.classes_))), 1.0, -1.0)
        scoring = make_scorer(hinge_loss, greater_is_better=False)
        ridge = RidgeCV(alphas, scoring=scoring, store_cv_results=True).fit(X, codes)
        self.alpha_ = float(ridge.alpha_)
        self.coef_, self.intercept_ = np.reshape(ridge.coef_, (codes.shape[1], -1)), np.atleast_1d(ridge.intercept_)
        left_out = ridge.cv_results_[..., int(np.argmax(alphas == ridge.alpha_))].reshape(codes.shape)
        self.loo_loss_ = hinge_loss(codes, left_out)
        self.loo_accuracy_ = float(np.mean(self._chosen(left_out) == labels))
        return self

    def decision_function(self, X: Float64Array) -> Float64Array:
        """Return the score of the second of two classes, (n_samples,), or of each, (n_samples, n_classes)."""
        scores = X @ self.coef_.T + self.intercept_
        return np.asarray(scores[:, 0] if len(self.classes_) == 2 else scores)

    def predict(self, X: Float64Array) -> NDArray[Any]:
        """Return the label of each sample."""
        return np.asarray(self.classes_[self._chosen(X @ self.coef_.T + self.intercept_)])

    def _chosen(self, scores: Float64Array) -> NDArray[np.int64]:
        """Return the index of the class that scores (n_samples, 1 or n_classes) speak for."""
        return np.asarray((scores[:, 0] > 0).astype(np.int64) if scores.shape[1] == 1 else scores.argmax(axis=1))


def logistic_readout() -> LogisticRegression:
    """Return a logistic regression, which gives probabilities."""
    return LogisticRegression(max_iter=MOST_ITERATIONS)
