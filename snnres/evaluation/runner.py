"""Cross-validate an estimator and its baselines on the same folds."""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing

from ..estimators.supervised import ReservoirPredictor
from ..progress import Progress, reporter
from ..seeding import SEED_MAX
from ..validation import check_int, refuse
from .baselines import Float64Array, as_series, encoded_input, learn_raw, raw_input, spread
from .folds import Fold, make_folds
from .metrics import CLASSIFICATION, REGRESSION
from .report import CHANCE, ENCODED, PHASES, RAW, RESERVOIR, Evaluation
from .scores import assess_classification, assess_regression

N_METHODS = 4


class Held(NamedTuple):
    """Predictions of a fold's held-out part, and the seconds of each of PHASES."""

    predictions: NDArray[Any]
    seconds: tuple[float, ...]


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


def evaluate(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    cv: Any = 5,
    groups: Any = None,
    scoring: str | None = None,
    random_state: int = 0,
    progress: Progress = False,
) -> Evaluation:
    """Score a reservoir by cross-validation, beside the same readout without it and beside chance.

    Parameters
    ----------
    estimator : ReservoirClassifier, ReservoirRegressor, or Pipeline that ends in one
        Cloned and fitted on the training part of each fold; its own ``n_jobs`` says how many threads simulate. With a
        pipeline, "input" below means what its earlier steps hand to the reservoir.
    X : array_like (n_samples, n_steps, n_channels), list of (n_steps_k, n_channels), or table
        As ``estimator.fit`` takes it.
    y : array_like, shape (n_samples,) (regression: or (n_samples, n_targets))
        Labels or values.
    cv : int, scikit-learn splitter, or iterable of (train, test) indices, default 5
        An integer: that many shuffled folds, stratified for classes. An iterable may hold one split only.
    groups : array_like, shape (n_samples,), optional
        For splitters that use it. With an integer ``cv``, no group is on both sides of a fold.
    scoring : str, optional
        By what the verdict compares: "accuracy" (the default), "balanced_accuracy" or "f1_macro"; "r2" (the default),
        "rmse" or "mae". All of them are reported.
    random_state : int, default 0
        Decides the shuffling and the resamples, 0 to 2**32 - 1. The reservoir's randomness is the estimator's own.
    progress : bool or callable, default False
        True: a bar on standard error. A function: called with (done, total) after each method of each fold.

    Returns
    -------
    Evaluation

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    **Encoded input**: the currents that drive the fitted reservoir (standardised channels with their differences, or
    receptive fields), each averaged over the ``n_bins`` bins of each sample's own length in which spikes are counted. A
    bin in which no step falls takes the step at its middle; a table's currents are constant, so one bin holds them.
    **Raw input**: the channels, standardised on the training part as they are for the reservoir (a table's columns each
    by its own spread), flattened; samples are brought to the training part's median length by linear interpolation,
    which changes nothing if all are equally long. **Chance**: the most
    frequent class or mean target of the training part. The readout is cloned from the estimator (the default one if
    None), and both inputs are divided by one number, their spread, as the reservoir's features are.

    Scores are those of all held-out predictions pooled. The 95 % interval of accuracy is Wilson's; all others are
    percentiles of 2000 bootstrap resamples of the samples. Intervals and tests take samples for independent, and hold
    for this reservoir and training sets like these: what another random network or another training set would change is
    not in them. A sample that is held out several times counts once in the sizes from which they follow.

    The verdict compares with the best baseline: accuracy by an exact sign test over samples (McNemar's), other scores
    by a paired bootstrap; "helped" and "did harm" mean p < 0.05.

    Examples
    --------
    >>> from snnres.datasets import delayed_xor
    >>> from snnres.estimators import ReservoirClassifier
    >>> from snnres.evaluation import evaluate
    >>> X, y = delayed_xor(120, delay=1, n_steps=5, seed=0)
    >>> result = evaluate(ReservoirClassifier(num_neurons=100, random_state=0), X, y, cv=3)
    >>> result.verdict.outcome
    'helped'
    """
    final = final_step(estimator)
    classify = bool(is_classifier(final))
    known = CLASSIFICATION if classify else REGRESSION
    scoring = known[0] if scoring is None else scoring
    if scoring not in known:
        raise refuse("scoring", f"one of {', '.join(known)}", scoring)
    seed = check_int("random_state", random_state, 0, SEED_MAX)
    targets = check_samples(estimator, final, X, y)
    folds = make_folds(cv, targets, groups, classify=classify, seed=seed)
    report = reporter(progress, "evaluate", len(folds) * N_METHODS)
    held: dict[str, list[Held]] = {}
    with report:
        for number, fold in enumerate(folds):
            for step, (name, part) in enumerate(run_fold(estimator, X, targets, fold), start=1):
                held.setdefault(name, []).append(part)
                report(number * N_METHODS + step)
    samples = np.concatenate([fold.test for fold in folds])
    fold_of = np.repeat(np.arange(len(folds)), [len(fold.test) for fold in folds])
    predictions = {name: np.concatenate([part.predictions for part in parts]) for name, parts in held.items()}
    seconds = {
        name: dict(zip(PHASES, np.sum([part.seconds for part in parts], axis=0).tolist(), strict=True))
        for name, parts in held.items()
    }
    assess = assess_classification if classify else assess_regression
    return Evaluation(
        task="classification" if classify else "regression",
        estimator=type(final).__name__,
        n_samples=len(targets),
        n_folds=len(folds),
        scoring=scoring,
        samples=samples,
        targets=targets[samples],
        predictions=predictions,
        **assess(targets[samples], predictions, samples, fold_of, seconds, scoring, seed),
    )


def final_step(estimator: Any) -> ReservoirPredictor:
    """Return the reservoir estimator itself, or the one in which a pipeline ends."""
    final = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    if not isinstance(final, ReservoirPredictor):
        rule = "a ReservoirClassifier, a ReservoirRegressor or a Pipeline that ends in one"
        raise refuse("estimator", rule, estimator, TypeError)
    return final


def check_samples(estimator: Any, final: ReservoirPredictor, X: Any, y: Any) -> NDArray[Any]:
    """Return the checked targets, one for each sample; refuse samples that the reservoir would refuse."""
    if not isinstance(estimator, Pipeline):
        n_samples = len(as_series(X).lengths)
    elif hasattr(X, "__len__"):
        n_samples = len(X)
    else:
        raise refuse("X", "an array, a list or a data frame of samples", X, TypeError)
    targets: NDArray[Any] = clone(final)._check_targets(y)
    if len(targets) != n_samples:
        raise ValueError(f"y must have a target for each of {n_samples} samples. Got {len(targets)} instead.")
    return targets


def run_fold(estimator: Any, X: Any, y: NDArray[Any], fold: Fold) -> Iterator[tuple[str, Held]]:
    """Yield each method's name and held-out predictions, all learned on the training part alone."""
    train, test = _safe_indexing(X, fold.train), _safe_indexing(X, fold.test)
    targets = y[fold.train]
    model = clone(estimator)
    final = final_step(model)
    final.set_params(readout=TimedReadout(final._default_readout() if final.readout is None else final.readout))
    yield RESERVOIR, timed(lambda: model.fit(train, targets), lambda: model.predict(test), lambda: final.readout_)
    if isinstance(model, Pipeline) and len(model.steps) > 1:
        train, test = model[:-1].transform(train), model[:-1].transform(test)
    yield ENCODED, read_out(final, lambda part: encoded_input(final, part), train, targets, test)
    scaling = learn_raw(final, as_series(train))
    yield RAW, read_out(final, lambda part: raw_input(as_series(part), scaling), train, targets, test)
    typical = most_frequent(targets) if is_classifier(final) else targets.mean(axis=0)
    yield CHANCE, Held(np.full((len(fold.test), *y.shape[1:]), typical), (0.0,) * len(PHASES))


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


def read_out(
    final: ReservoirPredictor, features: Callable[[Any], Float64Array], train: Any, y: NDArray[Any], test: Any
) -> Held:
    """Fit the estimator's readout to other features than its own, and predict."""
    readout = clone(final.readout)
    scale = 1.0

    def fit() -> None:
        nonlocal scale
        values = features(train)
        scale = spread(values)
        readout.fit(values / scale, y)

    return timed(fit, lambda: readout.predict(features(test) / scale), lambda: readout)


def most_frequent(labels: NDArray[Any]) -> Any:
    """Return the most frequent label, the first of equals."""
    values, counts = np.unique(labels, return_counts=True)
    return values[counts.argmax()]
