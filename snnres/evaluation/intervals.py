"""Confidence intervals of scores over held-out predictions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, norm, t

Float64Array = NDArray[np.float64]

CONFIDENCE = 0.95
N_RESAMPLES = 2000
# Weights held at once: 8 MB.
CHUNK = 10**6


def wilson(fraction: float, n: int) -> tuple[float, float]:
    """Return Wilson's score interval of the fraction of ``n`` independent samples that are right.

    Where a sample is predicted several times the fraction counts as the nearest whole number of samples.
    """
    interval = binomtest(round(fraction * n), n).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)


def resamples(units: NDArray[Any], seed: int, n_resamples: int = N_RESAMPLES) -> Iterator[Float64Array]:
    """Yield bootstrap weights (n_sets, n_predictions): how often the sample or group of each prediction was drawn.

    As many are drawn, with replacement, as there are distinct ones; all predictions of one go together.
    """
    distinct, of_prediction = np.unique(units, return_inverse=True)
    n = len(distinct)
    rng = np.random.default_rng(seed)
    at_once = max(1, CHUNK // len(units))
    for start in range(0, n_resamples, at_once):
        n_sets = min(at_once, n_resamples - start)
        counts = np.array([np.bincount(rng.integers(n, size=n), minlength=n) for _ in range(n_sets)], dtype=np.float64)
        yield counts[:, of_prediction]


def percentiles(values: Float64Array, n_units: int) -> tuple[float, float]:
    """Return the interval that leaves out equally many resampled values at either end.

    The mean of n units has Student's distribution with n - 1 degrees of freedom, and its resamples a normal one that is
    narrower by ``sqrt((n - 1) / n)``: of 10 units, plain percentiles would hold 90 times in 100 and not 95 times.
    Hence fewer are left out; the more units, the less it matters.

    References
    ----------
    T. C. Hesterberg, What teachers should know about the bootstrap, The American Statistician 69 (2015) 371-386.
    """
    share = norm.sf(t.isf((1 - CONFIDENCE) / 2, n_units - 1) * np.sqrt(n_units / (n_units - 1)))
    low, high = np.quantile(values, [share, 1 - share])
    return float(low), float(high)


def tail(share: float, n_units: int) -> float:
    """Return the one-sided p-value that belongs to a share of resamples, as :func:`percentiles` to a confidence."""
    return float(t.sf(norm.isf(share) * np.sqrt((n_units - 1) / n_units), n_units - 1))
