"""Rows of series, checked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..validation import check_array, check_finite, refuse

Float64Array = NDArray[np.float64]


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
