"""Whether the reservoir helped: a paired test against the best of what needs none."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest

from ..validation import check_array, refuse
from .metrics import LOWER_IS_BETTER, Float64Array, gain, shown

SIGNIFICANCE = 0.05
SIGN_TEST, BOOTSTRAP = "exact sign test", "paired bootstrap"


@dataclass(frozen=True)
class Verdict:
    """What a paired test says; as a text, one sentence.

    Parameters
    ----------
    outcome : {"helped", "did harm", "made no clear difference"}
        The last unless ``p_value < 0.05``.
    scoring : str
        The score that is compared.
    score, baseline_score : float
        With the reservoir, and of the best baseline.
    baseline : str
        Name of that baseline.
    test : str
        The test.
    p_value : float
        Two-sided.
    n_better, n_worse : int or None
        Sign test: samples that the reservoir predicts right (if there are several predictions of one: more often) where
        the baseline does not, and the reverse.
    """

    outcome: str
    scoring: str
    score: float
    baseline: str
    baseline_score: float
    test: str
    p_value: float
    n_better: int | None = None
    n_worse: int | None = None

    def __str__(self) -> str:
        counts = (
            "" if self.n_better is None else f"better on {self.n_better} and worse on {self.n_worse} of the samples; "
        )
        return (
            f"The reservoir {self.outcome}: {self.scoring} {shown(self.scoring, self.score)} against "
            f"{shown(self.scoring, self.baseline_score)} for the best baseline, {self.baseline} "
            f"({counts}{self.test}, p = {self.p_value:.2g})."
        )


def outcome_of(p_value: float, better: bool) -> str:
    """Say in words what a p-value and the sign of the difference mean."""
    if p_value >= SIGNIFICANCE:
        return "made no clear difference"
    return "helped" if better else "did harm"


def best_baseline(scores: Mapping[str, float], ours: str, scoring: str) -> str:
    """Return the name of the best score apart from ``ours``, the first of equals."""
    rivals = [name for name in scores if name != ours]
    choose = min if scoring in LOWER_IS_BETTER else max
    return choose(rivals, key=lambda name: scores[name])


def judge_correct(
    correct: Mapping[str, ArrayLike], ours: str = "reservoir", samples: ArrayLike | None = None
) -> Verdict:
    """Compare accuracies by an exact sign test over samples (McNemar's, where each sample is predicted once).

    Of the samples on which the two methods differ, either is as likely to be the better one if neither is better in
    truth: the p-value is that of a fair coin, two-sided. The baseline is the most accurate one on the same samples,
    which favours the baseline if anything.

    Parameters
    ----------
    correct : mapping from method to array of bool, shape (n_predictions,)
        Whether each prediction is right; at least two methods.
    ours : str, default "reservoir"
        The method that is judged; all others are baselines.
    samples : array of int, shape (n_predictions,), optional
        Which sample is predicted. Several predictions of one sample count as one, by their mean. None: all differ.

    Returns
    -------
    Verdict

    References
    ----------
    Q. McNemar, Note on the sampling error of the difference between correlated proportions or percentages,
    Psychometrika 12 (1947) 153-157.

    Examples
    --------
    >>> from snnres.evaluation import judge_correct
    >>> judge_correct({"reservoir": [1] * 10, "raw input": [0] * 8 + [1] * 2}).outcome
    'helped'
    """
    if ours not in correct or len(correct) < 2:
        raise refuse("correct", f"a mapping that holds {ours!r} and a baseline", list(correct))
    right = {name: check_array(f"correct[{name!r}]", values, 1).astype(np.float64) for name, values in correct.items()}
    n_predictions = len(right[ours])
    for name, values in right.items():
        if len(values) != n_predictions or n_predictions == 0:
            raise ValueError(
                f"correct[{name!r}] must have as many values as {ours!r}, at least 1. Got {len(values)} instead."
            )
    accuracy = {name: float(values.mean()) for name, values in right.items()}
    rival = best_baseline(accuracy, ours, "accuracy")
    index = np.arange(n_predictions) if samples is None else np.unique(np.asarray(samples), return_inverse=True)[1]
    difference = np.bincount(index, weights=right[ours] - right[rival])
    n_better, n_worse = int(np.sum(difference > 0)), int(np.sum(difference < 0))
    p_value = float(binomtest(n_better, n_better + n_worse).pvalue) if n_better + n_worse else 1.0
    return Verdict(
        outcome_of(p_value, n_better > n_worse),
        "accuracy",
        accuracy[ours],
        rival,
        accuracy[rival],
        SIGN_TEST,
        p_value,
        n_better,
        n_worse,
    )


def judge_resampled(
    scores: Mapping[str, float], resampled: Mapping[str, Float64Array], ours: str, scoring: str
) -> Verdict:
    """Compare any score by a paired bootstrap.

    Parameters
    ----------
    scores : mapping from method to float
        On the predictions themselves.
    resampled : mapping from method to array, shape (n_resamples,)
        On the same resamples for all methods. The p-value is twice the smaller share of resamples on which the
        difference has one sign (or is 0), each share with one added above and below so that it is never 0.
    ours, scoring : str
        The method that is judged, and the name of the score.
    """
    rival = best_baseline(scores, ours, scoring)
    difference: NDArray[np.float64] = gain(scoring, resampled[ours], resampled[rival])
    rarer = min(int(np.sum(difference <= 0)), int(np.sum(difference >= 0)))
    p_value = min(1.0, 2 * (rarer + 1) / (len(difference) + 1))
    better = bool(gain(scoring, np.array(scores[ours]), np.array(scores[rival])) > 0)
    return Verdict(outcome_of(p_value, better), scoring, scores[ours], rival, scores[rival], BOOTSTRAP, p_value)
