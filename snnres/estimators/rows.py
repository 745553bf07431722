"""Rows of series: checked, brought to scale."""

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ..encoding.series import channel_moments
from ..validation import check_array, check_finite, refuse
from .signal import nonzero

Float64Array = NDArray[np.float64]


class Scale(NamedTuple):
    """How columns are brought to scale: ``(x - mean) / divisor``."""

    mean: Float64Array
    divisor: Float64Array

    def apply(self, rows: Float64Array) -> Float64Array:
        """Return rows brought to scale."""
        return (rows - self.mean) / self.divisor

    def undo(self, rows: Float64Array) -> Float64Array:
        """Return rows in their own units again."""
        return rows * self.divisor + self.mean

    @classmethod
    def of_columns(cls, rows: Float64Array) -> Self:
        """Return the scale in which each column has standard deviation 1 (a constant one 0)."""
        mean, sd = channel_moments(rows)
        return cls(mean, nonzero(sd))

    @classmethod
    def of_block(cls, rows: Float64Array, spread: float) -> Self:
        """Return the scale in which all columns together have a given spread, the rarest spikes still the faintest."""
        mean, sd = channel_moments(rows)
        return cls(mean, nonzero(np.sqrt(np.mean(sd**2))) / spread)


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
