"""Cross-validate an estimator and its baselines on the same folds."""

from __future__ import annotations

import contextlib
import numbers
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone, is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing, check_random_state

from ..estimators.predictor import ReservoirPredictor
from ..jobs import Threads, workers
from ..progress import Progress, reporter
from ..seeding import SEED_MAX
from ..validation import check_int, refuse
from .baselines import as_series
from .folds import Fold, check_groups, make_folds
from .methods import BESIDE, FittedFold, Held, TimedReadout, timed
from .metrics import CLASSIFICATION, REGRESSION
from .report import Evaluation
from .results import PHASES, RESERVOIR, UNCONNECTED, UNDELAYED
from .scores import Units, assess_classification, assess_regression

NO_SYNAPSES = (
    "This reservoir has no recurrent synapses: what it contributes is its neurons', and there is no recurrence to "
    "judge."
)
# What a row leaves out.
LEFT_OUT = {UNDELAYED: "delays", UNCONNECTED: "recurrent synapses"}


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
    """Score a reservoir by cross-validation, beside the same less one part after another, no reservoir, and chance.

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
        What is alike for another reason than its class: the speaker of a recording, the patient, the session. With an
        integer ``cv``, or a splitter that uses them, no group is on both sides of a fold. Groups, not samples, are then
        what intervals and tests take for independent; at least two must be held out.
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
    **Without delays**: the same reservoir with ``max_delay=0``, or its own network without delays: same neurons,
    synapses, inputs, biases and seed (where ``random_state`` is no integer, one is drawn for each fold), its threshold
    set for the same target rate on the training part. **Unconnected neurons**: the same once more, without synapses
    (``recurrent_scaling=0``). The threshold of an estimator's own ``SNN`` stays as it is in both. With
    ``memory="auto"`` both have the pathways that the reservoir of the fold has chosen. A row is left out if no fold's
    reservoir has anything to leave out; if only some have, the others' predictions stand in the row unchanged, and a
    remark says of how many folds.
    **Comparators**: each neuron replaced by a comparator on the same input weights, taps and bias: at each step of the
    data it is 1 if its input current is above 0 and else 0. These trains get the features of the reservoir, time
    constants being in steps of the data. It takes no spiking neurons: what a reservoir adds to it comes from them.
    **Encoded input**: the currents that drive the fitted reservoir (standardised channels, with their differences where
    it gets these, or receptive fields), each averaged over ``n_bins`` bins of each sample's own length. A bin in which
    no step falls takes the step at its middle; a table's currents are constant, so one bin holds them.
    **Raw input**: the channels, standardised on the training part as they are for the reservoir (a table's columns each
    by its own spread), flattened; samples are brought to the training part's median length by linear interpolation,
    which changes nothing if all are equally long. **Chance**: the most frequent class or mean target of the training
    part. The readout is cloned from the estimator (the default one if None), and features and inputs are scaled as the
    reservoir's are.

    Under ``joblib.parallel_config(backend=...)`` folds go to the workers of that backend, a Dask cluster say, where
    each is simulated by one thread, with the same results.

    Scores are those of all held-out predictions pooled. The 95 % interval of accuracy is Wilson's; all others, and that
    of accuracy where there are groups, are percentiles of 2000 bootstrap resamples of the samples, or of the groups.
    Intervals and tests take samples, or else groups, for independent, and hold for this reservoir and training sets
    like these: what another random network or another training set would change is not in them. A sample that is held
    out several times counts once in the sizes from which they follow.

    The verdict compares the reservoir with the best baseline (comparators, encoded input, raw input, chance); then the
    unconnected neurons with the comparators, the reservoir without delays with the unconnected neurons, and the
    reservoir with the one without delays: what the whole, the neurons, the recurrence and the delays contribute. The
    reservoir itself stands for a row that is left out. Accuracy is compared by an exact sign test over samples
    (McNemar's), or with one vote a group; other scores by a paired bootstrap. "helped" and "did harm" mean p < 0.05,
    for each of the comparisons by itself.

    Examples
    --------
    >>> from snnres.datasets import delayed_xor
    >>> from snnres.estimators import ReservoirClassifier
    >>> from snnres.evaluation import evaluate
    >>> X, y = delayed_xor(120, delay=3, n_steps=6, seed=0)
    >>> result = evaluate(ReservoirClassifier(num_neurons=150, memory="memory", random_state=0), X, y, cv=3)
    >>> result.verdict.outcome, result.verdict.delays.outcome
    ('helped', 'helped')
    """
    final = final_step(estimator)
    classify = bool(is_classifier(final))
    check_estimator(final)
    known = CLASSIFICATION if classify else REGRESSION
    scoring = known[0] if scoring is None else scoring
    if not isinstance(scoring, str) or scoring not in known:
        raise refuse("scoring", f"one of {', '.join(known)}", scoring)
    seed = check_int("random_state", random_state, 0, SEED_MAX)
    targets = check_samples(estimator, final, X, y)
    groups = None if groups is None else check_groups("groups", groups, len(targets))
    folds = make_folds(cv, targets, groups, classify=classify, seed=seed)
    seeds = fold_seeds(final, len(folds))
    found_by: dict[str, list[Held | None]] = {}
    rows = 1 + len(BESIDE)
    where = workers(-1, unchosen=1)
    # One thread tells of each method as it is done; others hand over a fold at a time.
    work = partial(run_fold if where == Threads(1) else whole_fold, estimator, X, targets)
    results = where.in_order(work, zip(folds, seeds, strict=True))
    with contextlib.closing(results), reporter(progress, "evaluate", len(folds) * rows) as report:
        for number, found in enumerate(results):
            for step, (name, part) in enumerate(found, start=1):
                found_by.setdefault(name, []).append(part)
                report(number * rows + step)
    held = with_the_reservoirs(found_by)
    samples = np.concatenate([fold.test for fold in folds])
    fold_of = np.repeat(np.arange(len(folds)), [len(fold.test) for fold in folds])
    predictions = {name: np.concatenate([part.predictions for part in parts]) for name, parts in held.items()}
    seconds = {
        name: dict(zip(PHASES, np.sum([part.seconds for part in parts], axis=0).tolist(), strict=True))
        for name, parts in held.items()
    }
    units = Units("sample", samples) if groups is None else Units("group", groups[samples])
    assess = assess_classification if classify else assess_regression
    found = assess(targets[samples], predictions, units, fold_of, seconds, scoring, seed)
    remarks = (*found["verdict"].remarks, *remarks_on(found_by))
    found["verdict"] = replace(found["verdict"], remarks=remarks)
    return Evaluation(
        task="classification" if classify else "regression",
        estimator=type(final).__name__,
        n_samples=len(targets),
        n_folds=len(folds),
        scoring=scoring,
        samples=samples,
        groups=None if groups is None else groups[samples],
        targets=targets[samples],
        predictions=predictions,
        **found,
    )


def final_step(estimator: Any) -> ReservoirPredictor:
    """Return the reservoir estimator itself, or the one in which a pipeline ends."""
    final = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    if not isinstance(final, ReservoirPredictor):
        rule = "a ReservoirClassifier, a ReservoirRegressor or a Pipeline that ends in one"
        raise refuse("estimator", rule, estimator, TypeError)
    return final


def check_estimator(final: ReservoirPredictor) -> None:
    """Refuse, before any work, what the estimator itself would refuse only in the first fold, or behind a wrapper."""
    final._check_parameters()
    final._check_readout()


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


def fold_seeds(final: ReservoirPredictor, n_folds: int) -> list[int]:
    """Return the estimator's seed, or one drawn for each fold: what is fitted with it twice has the same neurons."""
    given = clone(final).random_state
    if isinstance(given, numbers.Integral):
        return [int(given)] * n_folds
    seeds: list[int] = check_random_state(given).randint(2**31 - 1, size=n_folds).tolist()
    return seeds


def whole_fold(estimator: Any, X: Any, y: NDArray[Any], task: tuple[Fold, int]) -> list[tuple[str, Held | None]]:
    """Return what :func:`run_fold` yields."""
    return list(run_fold(estimator, X, y, task))


def run_fold(estimator: Any, X: Any, y: NDArray[Any], task: tuple[Fold, int]) -> Iterator[tuple[str, Held | None]]:
    """Yield each method's name and held-out predictions, all learned on the training part of a fold alone.

    They are None of a method that would be the reservoir again. With the fold comes the seed of the reservoir.
    """
    fold, seed = task
    train, test = _safe_indexing(X, fold.train), _safe_indexing(X, fold.test)
    targets = y[fold.train]
    model = clone(estimator)
    final = final_step(model)
    readout = TimedReadout(final._default_readout() if final.readout is None else final.readout)
    final.set_params(readout=readout, random_state=seed)
    yield RESERVOIR, timed(lambda: model.fit(train, targets), lambda: model.predict(test), lambda: final.readout_)
    if isinstance(model, Pipeline) and len(model.steps) > 1:
        train, test = model[:-1].transform(train), model[:-1].transform(test)
    fitted = FittedFold(final, train, targets, test)
    for name, method in BESIDE.items():
        yield name, method(fitted)


def with_the_reservoirs(found_by: Mapping[str, Sequence[Held | None]]) -> dict[str, list[Held]]:
    """Return the rows of which any fold has its own, the reservoir's predictions standing in for the other folds."""
    ours = [Held(part.predictions, (0.0,) * len(PHASES)) for part in found_by[RESERVOIR] if part is not None]
    return {
        name: [mine if part is None else part for mine, part in zip(ours, parts, strict=True)]
        for name, parts in found_by.items()
        if any(part is not None for part in parts)
    }


def remarks_on(found_by: Mapping[str, Sequence[Held | None]]) -> tuple[str, ...]:
    """Return what to say of rows that some folds, or all, have nothing to leave out for."""
    n_missing = {name: sum(part is None for part in found_by[name]) for name in LEFT_OUT}
    n_folds = len(found_by[RESERVOIR])
    some = tuple(
        f'In {n} of {n_folds} folds the reservoir has no {LEFT_OUT[name]}: there "{name}" is the reservoir itself.'
        for name, n in n_missing.items()
        if 0 < n < n_folds
    )
    return (*some, NO_SYNAPSES) if n_missing[UNCONNECTED] == n_folds else some
