"""Confidence intervals of scores over held-out predictions."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Float64Array = NDArray[np.float64]

CONFIDENCE = 0.95
N_RESAMPLES = 2000
# Weights held at once: 8 MB.
CHUNK = 10**6


def wilson(fraction: float, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return Wilson's score interval of a fraction of ``n`` independent samples.

    With z the normal quantile: ``(f + z^2 / 2n -+ z sqrt(f (1 - f) / n + z^2 / 4n^2)) / (1 + z^2 / n)``.

    References
    ----------
    E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American
    Statistical Association 22 (1927) 209-212.

    Examples
    --------
    >>> low, high = wilson(0.9, 100)
    >>> round(low, 3), round(high, 3)
    (0.826, 0.945)
    """
    z2 = float(norm.ppf(0.5 + confidence / 2)) ** 2
    centre = fraction + z2 / (2 * n)
    half = float(np.sqrt(z2 * (fraction * (1 - fraction) / n + z2 / (4 * n * n))))
    low, high = (centre - half) / (1 + z2 / n), (centre + half) / (1 + z2 / n)
    return max(0.0, low), min(1.0, high)


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


def percentiles(values: Float64Array, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the interval that leaves out equally many resampled values at either end."""
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
