"""From held-out predictions to scores with intervals, the verdict and the confusion matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .intervals import percentiles, resamples, wilson
from .metrics import Float64Array, Scores, classification_scores, ratio, regression_scores
from .results import RESERVOIR, ClassScores, MethodResult, Score
from .verdict import Verdict, judge_correct, judge_resampled

Predictions = Mapping[str, NDArray[Any]]
Scorer = Callable[[NDArray[Any], Float64Array], Scores]
Seconds = Mapping[str, dict[str, float]]


class Units(NamedTuple):
    """What is taken for independent: which "sample" or "group" each prediction belongs to."""

    kind: str
    of: NDArray[Any]

    @property
    def number(self) -> int:
        """How many there are."""
        return len(np.unique(self.of))


def assess_classification(
    targets: NDArray[Any],
    predictions: Predictions,
    units: Units,
    fold_of: NDArray[np.int64],
    seconds: Seconds,
    scoring: str,
    seed: int,
) -> dict[str, Any]:
    """Return the fields of an Evaluation that follow from predicted labels."""
    classes, true = np.unique(np.concatenate([targets, *predictions.values()]), return_inverse=True)
    codes = np.split(true, len(predictions) + 1)
    true, predicted = codes[0], dict(zip(predictions, codes[1:], strict=True))

    def scorer(values: NDArray[Any], weights: Float64Array) -> Scores:
        return classification_scores(true, values, weights, len(classes))

    methods, resampled = assess(scorer, predicted, units, fold_of, seconds, seed)
    if units.kind == "sample":
        for method in methods.values():
            accuracy = method.scores["accuracy"].value
            method.scores["accuracy"] = Score(accuracy, *wilson(accuracy, units.number))
    if scoring == "accuracy":
        right = {name: values == true for name, values in predicted.items()}
        verdict = judge_correct(right, RESERVOIR, **{f"{units.kind}s": units.of})
    else:
        verdict = judge_scores(methods, resampled, scoring, units)
    confusion = np.zeros((len(classes), len(classes)), dtype=np.int64)
    np.add.at(confusion, (true, predicted[RESERVOIR]), 1)
    return {
        "methods": methods,
        "verdict": verdict,
        "classes": classes.tolist(),
        "confusion": confusion,
        "per_class": class_scores(classes.tolist(), confusion),
    }


def assess_regression(
    targets: NDArray[Any],
    predictions: Predictions,
    units: Units,
    fold_of: NDArray[np.int64],
    seconds: Seconds,
    scoring: str,
    seed: int,
) -> dict[str, Any]:
    """Return the fields of an Evaluation that follow from predicted values."""
    true = targets.reshape(len(targets), -1)
    predicted = {name: values.reshape(true.shape) for name, values in predictions.items()}

    def scorer(values: NDArray[Any], weights: Float64Array) -> Scores:
        return regression_scores(true, values, weights)

    methods, resampled = assess(scorer, predicted, units, fold_of, seconds, seed)
    verdict = judge_scores(methods, resampled, scoring, units)
    return {"methods": methods, "verdict": verdict, "classes": [], "confusion": None, "per_class": []}


def assess(
    scorer: Scorer,
    predicted: Predictions,
    units: Units,
    fold_of: NDArray[np.int64],
    seconds: Seconds,
    seed: int,
) -> tuple[dict[str, MethodResult], dict[str, Scores]]:
    """Return each method's result with bootstrap intervals, and its scores on the resamples, the same for all."""
    drawn: dict[str, list[Scores]] = {name: [] for name in predicted}
    for weights in resamples(units.of, seed):
        for name, values in predicted.items():
            drawn[name].append(scorer(values, weights))
    resampled = {
        name: {score: np.concatenate([part[score] for part in parts]) for score in parts[0]}
        for name, parts in drawn.items()
    }
    every, each_fold = np.ones((1, len(units.of))), np.equal.outer(np.unique(fold_of), fold_of).astype(np.float64)
    methods = {}
    for name, values in predicted.items():
        whole, folds = scorer(values, every), scorer(values, each_fold)
        methods[name] = MethodResult(
            {
                score: Score(float(value[0]), *percentiles(resampled[name][score], units.number))
                for score, value in whole.items()
            },
            {score: per_fold.tolist() for score, per_fold in folds.items()},
            dict(seconds[name]),
        )
    return methods, resampled


def judge_scores(
    methods: Mapping[str, MethodResult], resampled: Mapping[str, Scores], scoring: str, units: Units
) -> Verdict:
    """Compare one score by the resamples that all methods share."""
    return judge_resampled(
        {name: method.scores[scoring].value for name, method in methods.items()},
        {name: scores[scoring] for name, scores in resampled.items()},
        RESERVOIR,
        scoring,
        units.kind,
        units.number,
    )


def class_scores(labels: list[Any], confusion: NDArray[np.int64]) -> list[ClassScores]:
    """Return precision, recall, F1 and support of each class of a confusion matrix."""
    hits = confusion.diagonal().astype(np.float64)
    support, called = confusion.sum(axis=1), confusion.sum(axis=0)
    columns = (ratio(hits, called), ratio(hits, support), ratio(2 * hits, support + called), support)
    rows = zip(labels, *(column.tolist() for column in columns), strict=True)
    return [ClassScores(*row) for row in rows]
