"""Measure aeon's MiniRocket on recordings: python aeon_digits.py CASE.npz, driven by its section.

Needs aeon. Recordings are stretched to the median length, by linear interpolation, as it wants series of one length.
"""

import sys
from importlib.metadata import version

import machine
import numpy as np
from aeon.classification.convolution_based import MiniRocketClassifier
from recordings import Recordings
from serve import serve


def stretched(x, n_steps):
    """Return (n_channels, n_steps) of (length, n_channels)."""
    places = np.linspace(0, len(x) - 1, n_steps)
    return np.array([np.interp(places, np.arange(len(x)), channel) for channel in x.T])


class MiniRocket:
    """The classifier with its defaults, on all cores."""

    def __init__(self, seed):
        self.seed = seed

    def fit(self, X, y):
        # It has kernels of nine steps.
        self.n_steps = max(9, int(np.median([len(x) for x in X])))
        self.model = MiniRocketClassifier(n_jobs=machine.cores(), random_state=self.seed).fit(self.equal(X), y)
        return self

    def predict(self, X):
        return self.model.predict(self.equal(X))

    def equal(self, X):
        return np.stack([stretched(x, self.n_steps) for x in X]).astype(np.float32)


def main():
    recordings = Recordings(sys.argv[1])
    model = MiniRocket(recordings.seed)
    recordings.warm_up(model)
    versions = {name: version(name) for name in ("aeon", "numpy", "scikit-learn", "numba")}
    serve(versions, {"scores": lambda: recordings.scores(model) | {"columns": 9996}})


if __name__ == "__main__":
    main()
