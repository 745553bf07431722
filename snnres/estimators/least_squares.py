"""Linear least squares on moments, so that new rows can be added and old ones fade."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

Float64Array = NDArray[np.float64]

# Penalties per row, in units in which the states of the neurons have a spread of 1.
ALPHAS = np.logspace(-9, 3, 25)
# Last part of the training rows, on which the penalty is chosen.
HELD_OUT = 0.2


class Moments(NamedTuple):
    """Weighted sums over rows of states x and targets y: ``xx`` = sum w x x', ``xy`` = sum w x y', ``weight`` = sum w.

    A row's weight is ``forgetting`` to the power of the rows that came after it.
    """

    xx: Float64Array
    xy: Float64Array
    weight: float

    @classmethod
    def of(cls, states: Float64Array, targets: Float64Array, forgetting: float = 1.0) -> Self:
        """Return the moments of rows (n_rows, n_states) and (n_rows, n_targets)."""
        weights = forgetting ** np.arange(len(states) - 1, -1, -1.0)
        weighted = states * weights[:, None]
        return cls(weighted.T @ states, weighted.T @ targets, float(weights.sum()))

    def followed_by(self, states: Float64Array, targets: Float64Array, forgetting: float) -> Moments:
        """Return the moments with rows added."""
        fade = forgetting ** len(states)
        new = Moments.of(states, targets, forgetting)
        return Moments(self.xx * fade + new.xx, self.xy * fade + new.xy, self.weight * fade + new.weight)

    def solution(self, penalty: float) -> Float64Array:
        """Return the b that minimises ``sum w (y - x b)^2 + penalty * b^2``, (n_states, n_targets)."""
        system = self.xx.copy()
        system[np.diag_indices_from(system)] += penalty
        return np.asarray(scipy.linalg.solve(system, self.xy, assume_a="pos"))


def chosen_alpha(states: Float64Array, targets: Float64Array) -> float:
    """Return the one of ``ALPHAS`` that, fitted on the first rows, errs least on the held-out last ones."""
    n_fit = len(states) - max(1, int(HELD_OUT * len(states)))
    fit = Moments.of(states[:n_fit], targets[:n_fit])
    values, axes = np.linalg.eigh(fit.xx)
    rotated, held_out = axes.T @ fit.xy, states[n_fit:] @ axes
    # Where rows are fewer than states the smallest eigenvalues are zero, but for rounding on either side of it.
    floored = np.maximum(values, 0.0)[:, None]
    errors = [
        float(np.sum((held_out @ (rotated / (floored + alpha * n_fit)) - targets[n_fit:]) ** 2)) for alpha in ALPHAS
    ]
    return float(ALPHAS[np.argmin(errors)])
