"""The rows of an evaluation: each is a name, and what it makes of a fold."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor

from ..estimators.supervised import ReservoirPredictor
from .baselines import Float64Array, as_series, encoded_input, learn_raw, raw_input, spread
from .results import CHANCE, ENCODED, PHASES, RAW, UNCONNECTED


class Held(NamedTuple):
    """Predictions of a fold's held-out part, and the seconds of each of PHASES."""

    predictions: NDArray[Any]
    seconds: tuple[float, ...]


class FittedFold(NamedTuple):
    """A fold as the reservoir met it: samples behind a pipeline's earlier steps, and the estimator fitted to them."""

    model: ReservoirPredictor
    train: Any
    targets: NDArray[Any]
    test: Any


Method = Callable[[FittedFold], Held]


class TimedReadout(BaseEstimator):  # type: ignore[misc]
    """Another readout, by the clock."""

    def __init__(self, readout: Any) -> None:
        self.readout = readout

    def fit(self, X: Any, y: Any) -> Self:
        """Fit the readout."""
        start = time.perf_counter()
        self.readout_ = clone(self.readout).fit(X, y)
        self.fit_seconds_ = time.perf_counter() - start
        return self

    def predict(self, X: Any) -> Any:
        """Return the readout's predictions."""
        start = time.perf_counter()
        predictions = self.readout_.predict(X)
        self.predict_seconds_ = time.perf_counter() - start
        return predictions


def timed(fit: Callable[[], Any], predict: Callable[[], Any], readout: Callable[[], TimedReadout]) -> Held:
    """Fit, then predict, each by the clock, and apart from the readout."""
    start = time.perf_counter()
    fit()
    fitted = time.perf_counter()
    predictions = np.asarray(predict())
    predicted = time.perf_counter()
    fit_readout, predict_readout = readout().fit_seconds_, readout().predict_seconds_
    features = (fitted - start - fit_readout, predicted - fitted - predict_readout)
    return Held(predictions, (features[0], fit_readout, features[1], predict_readout))


def unconnected(fold: FittedFold) -> Held:
    """Fit the same neurons without their synapses: same seed, so same inputs and biases, and a threshold of their own.

    The seed must be an integer; of a generator the second reservoir would draw other numbers.
    """
    model = clone(fold.model).set_params(recurrent_scaling=0.0)
    return timed(lambda: model.fit(fold.train, fold.targets), lambda: model.predict(fold.test), lambda: model.readout_)


def encoded(fold: FittedFold) -> Held:
    """Read out what drives the reservoir."""
    return read_out(fold, lambda part: encoded_input(fold.model, part))


def raw(fold: FittedFold) -> Held:
    """Read out the samples themselves."""
    learnt = learn_raw(fold.model, as_series(fold.train))
    return read_out(fold, lambda part: raw_input(as_series(part), *learnt))


def chance(fold: FittedFold) -> Held:
    """Predict the most frequent class, or the mean target, without a look at the samples."""
    dummy = DummyClassifier() if is_classifier(fold.model) else DummyRegressor()
    return Held(dummy.fit(fold.train, fold.targets).predict(fold.test), (0.0,) * len(PHASES))


# What stands beside the reservoir, in the order of the report.
BESIDE: Mapping[str, Method] = {UNCONNECTED: unconnected, ENCODED: encoded, RAW: raw, CHANCE: chance}


def read_out(fold: FittedFold, features: Callable[[Any], Float64Array]) -> Held:
    """Fit the estimator's readout to other features than its own, and predict."""
    readout = clone(fold.model.readout)
    scale = 1.0

    def fit() -> None:
        nonlocal scale
        values = features(fold.train)
        scale = spread(values)
        readout.fit(values / scale, fold.targets)

    return timed(fit, lambda: readout.predict(features(fold.test) / scale), lambda: readout)
