"""Measure an echo-state network of reservoirpy on recordings: python reservoirpy_digits.py CASE.npz.

Driven by its section. Needs reservoirpy 0.4 and scikit-learn. The settings are those of a few that told most recordings
with index 10-14 right after training on 15-49.
"""

import sys
from importlib.metadata import version

import numpy as np
from recordings import Recordings
from reservoirpy.nodes import Reservoir
from serve import serve
from sklearn.linear_model import RidgeClassifierCV

SETTINGS = {"lr": 1.0, "sr": 0.9, "input_scaling": 0.3}
SCALES = (1, 2, 4, 8)
ALPHAS = np.logspace(-4, 4, 17)


def means(states):
    """Return the means of (n_steps, n_units) over 1, 2, 4 and 8 parts, of at least one step each."""
    n_steps = len(states)
    found = []
    for parts in SCALES:
        starts = np.arange(parts) * n_steps // parts
        stops = np.maximum(starts + 1, (np.arange(parts) + 1) * n_steps // parts)
        found += [states[start:stop].mean(axis=0) for start, stop in zip(starts, stops, strict=True)]
    return np.concatenate(found)


class EchoStateClassifier:
    """Channels in units of their spread, a reservoir, means of its states, and a ridge classifier."""

    def __init__(self, units, seed):
        self.units, self.seed = units, seed

    def fit(self, X, y):
        rows = np.concatenate(X)
        self.mean, self.scale = rows.mean(axis=0), rows.std(axis=0)
        self.node = Reservoir(self.units, seed=self.seed, **SETTINGS)
        self.readout = RidgeClassifierCV(ALPHAS).fit(self.features(X), y)
        return self

    def predict(self, X):
        return self.readout.predict(self.features(X))

    def features(self, X):
        states = self.node.run([(x - self.mean) / self.scale for x in X], workers=-1)
        return np.array([means(of) for of in states])


def main():
    recordings = Recordings(sys.argv[1])
    model = EchoStateClassifier(recordings.neurons, recordings.seed)
    recordings.warm_up(model)
    versions = {name: version(name) for name in ("reservoirpy", "numpy", "scikit-learn")}
    columns = sum(SCALES) * recordings.neurons
    serve(versions, {"scores": lambda: recordings.scores(model) | {"columns": columns}})


if __name__ == "__main__":
    main()
