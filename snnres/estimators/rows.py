"""Rows of series: checked and compared."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..validation import check_array, check_finite, refuse

Float64Array = NDArray[np.float64]


def nrmse(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Return the root mean squared error in units of the standard deviation: 1 is what the mean would score.

    Several targets are pooled: the root of all squared errors over all squared deviations from each target's mean.

    Parameters
    ----------
    y_true, y_pred : array_like, shape (n_steps,) or (n_steps, n_targets)
        Equal shapes, finite; ``y_true`` not constant.

    Raises
    ------
    TypeError, ValueError
        If they are not as described.

    Examples
    --------
    >>> nrmse([1.0, 3.0], [1.0, 2.0])
    0.7071067811865476
    """
    true, predicted = check_rows("y_true", y_true), check_rows("y_pred", y_pred)
    if np.shape(y_true) != np.shape(y_pred):
        raise ValueError(f"y_pred must have the shape {np.shape(y_true)} of y_true. Got {np.shape(y_pred)} instead.")
    spread = np.sum((true - true.mean(axis=0)) ** 2)
    if spread == 0:
        raise refuse("y_true", "not constant: its standard deviation is the unit of the error", y_true)
    return float(np.sqrt(np.sum((true - predicted) ** 2) / spread))


def check_rows(name: str, value: Any) -> Float64Array:
    """Return a finite series (n_steps,) or (n_steps, n_columns) as float64 rows, at least one of each."""
    rule = "a series (n_steps,) or (n_steps, n_channels) of at least one step and channel"
    try:
        shape = np.shape(value)
    except ValueError:
        raise refuse(name, rule, value) from None
    if len(shape) not in (1, 2):
        raise ValueError(f"{name} must be {rule}. Got an array of shape {shape} instead.")
    rows = check_array(name, value, len(shape))
    if rows.size == 0:
        raise refuse(name, rule, rows)
    check_finite(name, rows)
    return rows.reshape(len(rows), -1).astype(np.float64)
