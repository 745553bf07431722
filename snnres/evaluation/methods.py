"""The rows of an evaluation: each is a name, and what it makes of a fold."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor

from ..estimators.base import FeatureMatrix
from ..estimators.pathways import Pathway
from ..estimators.predictor import ReservoirPredictor, block_scales, scaled
from ..interrupts import interruptible
from ..network import SNN
from .baselines import Float64Array, as_series, encoded_input, learn_raw, raw_input
from .comparators import Comparators
from .results import CHANCE, COMPARATORS, ENCODED, PHASES, RAW, UNCONNECTED, UNDELAYED


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


# None where the fitted reservoir has nothing of what the method leaves out: it would be the reservoir again.
Method = Callable[[FittedFold], Held | None]


class TimedReadout(BaseEstimator):  # type: ignore[misc]
    """Another readout, by the clock."""

    def __init__(self, readout: Any) -> None:
        self.readout = readout

    def fit(self, X: Any, y: Any) -> Self:
        """Fit the readout."""
        start = time.perf_counter()
        self.readout_ = interruptible(clone(self.readout).fit, X, y)
        self.fit_seconds_ = time.perf_counter() - start
        return self

    def predict(self, X: Any) -> Any:
        """Return the readout's predictions."""
        start = time.perf_counter()
        predictions = interruptible(self.readout_.predict, X)
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


def undelayed(fold: FittedFold) -> Held | None:
    """Fit the same reservoir, each of its spikes arriving at once."""
    if all(pathway.network.max_delay == 1 for pathway in fold.model.pathways_):
        return None
    own = fold.model.network
    if isinstance(own, SNN):
        own = own.copy()
        own.set_delays(None)
    return refitted(fold, max_delay=0, network=own)


def unconnected(fold: FittedFold) -> Held | None:
    """Fit the same neurons without their synapses."""
    if not any(pathway.network.synaptic_weights.data.any() for pathway in fold.model.pathways_):
        return None
    own = fold.model.network
    if isinstance(own, SNN):
        own = own.copy()
        own.set_delays(None)
        own.set_topology(sp.csr_matrix((own.num_neurons, own.num_neurons)))
    elif own is not None:
        own = sp.csr_matrix(np.shape(own))
    return refitted(fold, recurrent_scaling=0.0, network=own)


def refitted(fold: FittedFold, **parameters: Any) -> Held:
    """Fit the reservoir with other parameters: same seed, so same inputs and biases, and a threshold of its own.

    The seed must be an integer; of a generator the second reservoir would draw other numbers.
    """
    model = clone(fold.model).set_params(memory=fold.model.memory_, **parameters)
    return timed(lambda: model.fit(fold.train, fold.targets), lambda: model.predict(fold.test), lambda: model.readout_)


def comparators(fold: FittedFold) -> Held:
    """Read out comparators in place of the neurons."""
    pathways: list[Pathway] = [Comparators(*pathway) for pathway in fold.model.pathways_]
    return read_out(fold, lambda part: fold.model._matrix(fold.model._check_samples(part, reset=False), pathways))


def encoded(fold: FittedFold) -> Held:
    """Read out what drives the reservoir."""
    return read_out(fold, lambda part: one_block(encoded_input(fold.model, part)))


def raw(fold: FittedFold) -> Held:
    """Read out the samples themselves."""
    learnt = learn_raw(fold.model, as_series(fold.train))
    return read_out(fold, lambda part: one_block(raw_input(as_series(part), *learnt)))


def chance(fold: FittedFold) -> Held:
    """Predict the most frequent class, or the mean target, without a look at the samples."""
    dummy = DummyClassifier() if is_classifier(fold.model) else DummyRegressor()
    return Held(dummy.fit(fold.train, fold.targets).predict(fold.test), (0.0,) * len(PHASES))


# What stands beside the reservoir, in the order of the report.
BESIDE: Mapping[str, Method] = {
    UNDELAYED: undelayed,
    UNCONNECTED: unconnected,
    COMPARATORS: comparators,
    ENCODED: encoded,
    RAW: raw,
    CHANCE: chance,
}


def one_block(values: Float64Array) -> FeatureMatrix:
    """Return columns that are all of one kind."""
    return FeatureMatrix(values, {"": slice(0, values.shape[1])})


def read_out(fold: FittedFold, features: Callable[[Any], FeatureMatrix]) -> Held:
    """Fit the estimator's readout to other features than its own, scaled as these are, and predict."""
    readout = clone(fold.model.readout)
    scales: dict[str, float] = {}

    def fit() -> None:
        matrix = features(fold.train)
        scales.update(block_scales(matrix))
        readout.fit(scaled(matrix, scales), fold.targets)

    return timed(fit, lambda: readout.predict(scaled(features(fold.test), scales)), lambda: readout)
