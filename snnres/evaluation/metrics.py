"""Scores of weighted predictions, for many sets of weights at once, so that a bootstrap is a few matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from ..validation import check_array, check_finite, refuse

Float64Array = NDArray[np.float64]
Scores = dict[str, Float64Array]

CLASSIFICATION = ("accuracy", "balanced_accuracy", "f1_macro")
REGRESSION = ("r2", "rmse", "mae")
LOWER_IS_BETTER = ("rmse", "mae")
# Relative to that of all targets; below it, the variance of a resample is rounding.
VANISHING_VARIANCE = 1e-12


def gain(scoring: str, ours: Float64Array, theirs: Float64Array) -> Float64Array:
    """Return by how much ``ours`` is better; negative where it is worse."""
    return theirs - ours if scoring in LOWER_IS_BETTER else ours - theirs


def shown(scoring: str, value: float) -> str:
    """Return a score as text; errors are in the unit of the targets."""
    return f"{value:.4g}" if scoring in LOWER_IS_BETTER else f"{value:.3f}"


def ratio(numerator: Float64Array, denominator: Float64Array) -> Float64Array:
    """Return the quotient, 0 where the denominator is."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def classification_scores(
    true: NDArray[np.int64], predicted: NDArray[np.int64], weights: Float64Array, n_classes: int
) -> Scores:
    """Return each score, shape (n_sets,), of class indices (n_predictions,) under weights (n_sets, n_predictions).

    A class without any weight, true or predicted, counts in no mean. With weights of 1 these are scikit-learn's
    ``accuracy_score``, ``balanced_accuracy_score`` and ``f1_score(average="macro")``.
    """
    rows = np.arange(len(true))
    shape = (len(true), n_classes)
    support = weights @ sp.csr_matrix((np.ones(len(true)), (rows, true)), shape=shape)
    called = weights @ sp.csr_matrix((np.ones(len(true)), (rows, predicted)), shape=shape)
    hits = weights @ sp.csr_matrix(((true == predicted).astype(np.float64), (rows, true)), shape=shape)
    f1 = ratio(2 * hits, support + called)
    return {
        "accuracy": hits.sum(axis=1) / weights.sum(axis=1),
        "balanced_accuracy": ratio(hits, support).sum(axis=1) / (support > 0).sum(axis=1),
        "f1_macro": f1.sum(axis=1) / (support + called > 0).sum(axis=1),
    }


def regression_scores(true: Float64Array, predicted: Float64Array, weights: Float64Array) -> Scores:
    """Return each score, shape (n_sets,), of values (n_predictions, n_targets) under weights (n_sets, n_predictions).

    Scores of several targets are averaged. With weights of 1 these are scikit-learn's ``r2_score``,
    ``root_mean_squared_error`` and ``mean_absolute_error``; where the true values do not vary, R2 is 1 if all
    predictions are right and else 0.
    """
    error = predicted - true
    centred = true - true.mean(axis=0)
    # One product for all sums: each would read the weights anew, which are by far the most numbers.
    sums = weights @ np.hstack([error**2, np.abs(error), centred**2, centred])
    squared, absolute, spread, shift = np.split(sums / weights.sum(axis=1, keepdims=True), 4, axis=1)
    variance = spread - shift**2
    varies = variance > VANISHING_VARIANCE * np.mean(centred**2, axis=0)
    r2 = np.where(squared == 0, 1.0, 0.0)
    r2[varies] = 1 - squared[varies] / variance[varies]
    return {
        "r2": r2.mean(axis=1),
        "rmse": np.sqrt(squared).mean(axis=1),
        "mae": absolute.mean(axis=1),
    }


def nrmse(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Return the root mean squared error in units of the standard deviation: 1 is what the mean would score.

    Several targets are pooled: the root of all squared errors over all squared deviations from each target's mean.

    Parameters
    ----------
    y_true, y_pred : array_like, shape (n_predictions,) or (n_predictions, n_targets)
        Equal shapes, finite; ``y_true`` not constant.

    Raises
    ------
    TypeError, ValueError
        If they are not as described.

    Examples
    --------
    >>> from snnres.evaluation import nrmse
    >>> nrmse([1.0, 3.0], [1.0, 2.0])
    0.7071067811865476
    """
    true, predicted = check_pair("y_true", y_true, "y_pred", y_pred)
    check_finite("y_true", true)
    check_finite("y_pred", predicted)
    spread = np.sum((true - true.mean(axis=0)) ** 2)
    if spread == 0:
        raise refuse("y_true", "not constant: its standard deviation is the unit of the error", y_true)
    return float(np.sqrt(np.sum((true - predicted) ** 2) / spread))


def check_pair(true_name: str, true: Any, predicted_name: str, predicted: Any) -> tuple[Float64Array, Float64Array]:
    """Return true and predicted values, of one or several targets, of equal shape."""
    values, others = check_values(true_name, true), check_values(predicted_name, predicted)
    if values.shape != others.shape:
        raise ValueError(
            f"{predicted_name} must have the shape {values.shape} of {true_name}. Got {others.shape} instead."
        )
    return values, others


def check_values(name: str, value: Any) -> Float64Array:
    """Return values (n_predictions,) or (n_predictions, n_targets), at least one."""
    rule = "values (n_predictions,) or (n_predictions, n_targets), at least one"
    try:
        n_dimensions = np.ndim(value)
    except ValueError:
        raise refuse(name, rule, value) from None
    if n_dimensions not in (1, 2):
        raise refuse(name, rule, value)
    array = check_array(name, value, n_dimensions)
    if array.size == 0:
        raise refuse(name, rule, value)
    return array.astype(np.float64)
