"""Measure the classifier on recordings: python snnres_digits.py CASE.npz, driven by its section."""

import sys
import time
import warnings

import numpy as np
import simulation
import sklearn
from recordings import Recordings
from serve import serve
from sklearn.base import clone

import snnres
from snnres.estimators import ReservoirClassifier, ReservoirTransformer


def scores(recordings, model):
    found = recordings.scores(model)
    return found | {"columns": int(np.shape(model.readout_.coef_)[1])}


def parts(recordings, model):
    """A fit on all recordings, and its parts."""
    X, y = recordings.X, recordings.y
    start = time.perf_counter()
    model.fit(X, y)
    whole = time.perf_counter() - start
    # Without labels both ways are kept.
    ways = ReservoirTransformer(model.num_neurons, random_state=model.random_state).fit(X)
    # The lesser of two of each.
    found = [simulation.seconds(ways, X, -1) for _ in range(2)]
    pathways = {name: min(times[name] for times in found) for name in found[0]}
    transforms = []
    for _ in range(2):
        start = time.perf_counter()
        features = ways.transform(X)
        transforms.append(time.perf_counter() - start)
    extracted = min(transforms) - sum(pathways.values())
    kept = [i for i, name in enumerate(ways.get_feature_names_out()) if name.startswith(model.memory_)]
    features = np.ascontiguousarray(features[:, kept])
    readout = clone(model.readout_)
    start = time.perf_counter()
    readout.fit(features, y)
    alone = time.perf_counter() - start
    return {
        "seconds": whole,
        "pathways": pathways,
        "simulation": sum(pathways.values()),
        "features": extracted,
        "readout": alone,
    }


def main():
    # Of few recordings, with which it warms up, little can be learnt.
    warnings.simplefilter("ignore")
    recordings = Recordings(sys.argv[1])
    model = ReservoirClassifier(num_neurons=recordings.neurons, random_state=recordings.seed)
    recordings.warm_up(model)
    versions = {"snnres": snnres.__version__, "numpy": np.__version__, "scikit-learn": sklearn.__version__}
    serve(versions, {"scores": lambda: scores(recordings, model), "parts": lambda: parts(recordings, model)})


if __name__ == "__main__":
    main()
