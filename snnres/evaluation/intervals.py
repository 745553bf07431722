"""Confidence intervals of scores over held-out predictions."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

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


def resamples(samples: NDArray[np.int64], seed: int, n_resamples: int = N_RESAMPLES) -> Iterator[Float64Array]:
    """Yield bootstrap weights (n_sets, n_predictions): how often the sample of each prediction was drawn.

    As many samples are drawn, with replacement, as there are distinct ones; all predictions of a sample go together.
    """
    distinct, of_prediction = np.unique(samples, return_inverse=True)
    n = len(distinct)
    rng = np.random.default_rng(seed)
    at_once = max(1, CHUNK // len(samples))
    for start in range(0, n_resamples, at_once):
        n_sets = min(at_once, n_resamples - start)
        counts = np.array([np.bincount(rng.integers(n, size=n), minlength=n) for _ in range(n_sets)], dtype=np.float64)
        yield counts[:, of_prediction]


def percentiles(values: Float64Array) -> tuple[float, float]:
    """Return the interval that leaves out equally many resampled values at either end."""
    low, high = np.quantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)
