"""Readouts for those who have no scikit-learn at hand, such as the command line."""

from __future__ import annotations

from sklearn.linear_model import LogisticRegression

# scikit-learn's 100 are too few for thousands of features.
MOST_ITERATIONS = 1000


def logistic_readout() -> LogisticRegression:
    """Return a logistic regression, which gives probabilities."""
    return LogisticRegression(max_iter=MOST_ITERATIONS)
