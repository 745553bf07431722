"""Columns brought to scale."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from .series import channel_moments

Float64Array = NDArray[np.float64]


class Standardiser(NamedTuple):
    """How columns are brought to scale: ``(x - mean) / scale``, (n_columns,) each, no scale 0."""

    mean: Float64Array
    scale: Float64Array

    def apply(self, rows: Float64Array) -> Float64Array:
        """Return rows brought to scale."""
        return (rows - self.mean) / self.scale

    def undo(self, rows: Float64Array) -> Float64Array:
        """Return rows in their own units again."""
        return rows * self.scale + self.mean

    @classmethod
    def of_columns(cls, rows: Float64Array) -> Self:
        """Return the one that gives each column standard deviation 1 (a constant one 0)."""
        mean, sd = channel_moments(rows)
        return cls(mean, nonzero(sd))

    @classmethod
    def of_block(cls, rows: Float64Array, spread: float = 1.0) -> Self:
        """Return the one that gives all columns together a spread, the faintest still the faintest."""
        mean, sd = channel_moments(rows)
        return cls(mean, nonzero(np.full_like(sd, pooled(sd))) / spread)


def pooled(sd: Float64Array) -> float:
    """Return the spread of all columns together, the root of their mean variance."""
    return float(np.sqrt(np.mean(sd**2)))


def nonzero(sd: Float64Array) -> Float64Array:
    """Return divisors: 1 in place of the standard deviation of a constant column."""
    return np.where(sd > 0, sd, 1.0)
