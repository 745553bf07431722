"""Whether the reservoir helped, and what of it: paired tests against the best of what needs none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest

from ..validation import check_array, refuse
from .folds import check_groups
from .intervals import tail
from .metrics import LOWER_IS_BETTER, Float64Array, gain, shown
from .results import COMPARATORS, RESERVOIR, UNCONNECTED, UNDELAYED

SIGNIFICANCE = 0.05
# The reservoir less a part of it: no baselines.
REDUCED = (UNDELAYED, UNCONNECTED)
SIGN_TEST, BOOTSTRAP = "exact sign test", "paired bootstrap"
# With fewer, the p-value of the sign test is above SIGNIFICANCE even where all differ to the same side.
FEWEST_FOR_SIGN_TEST = 6


@dataclass(frozen=True)
class Comparison:
    """One method against another by a paired test.

    Parameters
    ----------
    outcome : {"helped", "did harm", "made no clear difference"}
        The last unless ``p_value < 0.05``.
    scoring : str
        The score that is compared.
    method : str
        Name of the method that is judged.
    score : float
        Its score.
    baseline : str
        Name of the method that it is compared with.
    baseline_score : float
        That one's score.
    test : str
        The test.
    p_value : float
        Two-sided.
    unit : {"sample", "group"}
        What is taken for independent.
    n_units : int
        Their number.
    n_better, n_worse : int or None
        Sign test: units that the method predicts right (if there are several predictions in one: more often) where the
        baseline does not, and the reverse.
    """

    outcome: str
    scoring: str
    method: str
    score: float
    baseline: str
    baseline_score: float
    test: str
    p_value: float
    unit: str
    n_units: int
    n_better: int | None = None
    n_worse: int | None = None

    def sentence(self, subject: str, ours: str, theirs: str) -> str:
        """Say it of a subject; ``ours`` and ``theirs`` follow the two scores."""
        on = "on" if self.unit == "sample" else "in"
        counts = (
            ""
            if self.n_better is None
            else f"better {on} {self.n_better} and worse {on} {self.n_worse} of the {self.unit}s; "
        )
        return (
            f"{subject} {self.outcome}: {self.scoring} {shown(self.scoring, self.score)}{ours} against "
            f"{shown(self.scoring, self.baseline_score)}{theirs} ({counts}{self.test}, p = {self.p_value:.2g})."
        )


@dataclass(frozen=True)
class Verdict(Comparison):
    """What paired tests say of the reservoir against the best baseline, and of its parts; as a text, a sentence each.

    The baselines are the methods that need no spiking neurons, comparators among them.

    Parameters
    ----------
    outcome, scoring, method, score, baseline, baseline_score, test, p_value, unit, n_units, n_better, n_worse
        Of the reservoir against the best baseline, as in :class:`Comparison`.
    neurons : Comparison or None
        What the neurons contribute: the unconnected ones (the reservoir itself where it has no synapses) against
        comparators, or, where there is no such method, against the best baseline. None where there is neither a method
        "unconnected neurons" nor "comparators".
    recurrence : Comparison or None
        What the synapses contribute: the reservoir without delays (itself where it has none) against the unconnected
        neurons. None where there is no such method.
    delays : Comparison or None
        What the delays contribute: the reservoir against the same without them. None where there is no such method.
    remarks : tuple of str
        Sentences on what the tests cannot tell.
    """

    neurons: Comparison | None = None
    recurrence: Comparison | None = None
    delays: Comparison | None = None
    remarks: tuple[str, ...] = ()

    @property
    def brief(self) -> str:
        """The sentences without their figures."""
        return "\n".join(sentence.split(":")[0] for sentence in self._sentences())

    def __str__(self) -> str:
        return "\n".join([*self._sentences(), *self.remarks])

    def _sentences(self) -> list[str]:
        best = f" for the best baseline, {self.baseline}"
        sentences = [self.sentence("The reservoir", "", best)]
        if self.neurons is not None:
            alone = " without their synapses" if self.neurons.method == UNCONNECTED else ""
            rival = " for comparators in their place" if self.neurons.baseline == COMPARATORS else best
            sentences.append(self.neurons.sentence("The neurons", alone, rival))
        if self.recurrence is not None:
            at_once = " but without delays" if self.recurrence.method == UNDELAYED else ""
            sentences.append(self.recurrence.sentence("The recurrent synapses", f" with them{at_once}", " without"))
        if self.delays is not None:
            sentences.append(self.delays.sentence("The delays", " with them", " without"))
        return sentences


def outcome_of(p_value: float, better: bool) -> str:
    """Say in words what a p-value and the sign of the difference mean."""
    if p_value >= SIGNIFICANCE:
        return "made no clear difference"
    return "helped" if better else "did harm"


def judge(scores: Mapping[str, float], compare: Callable[[str, str], Comparison], ours: str, scoring: str) -> Verdict:
    """Compare a method with the best baseline, and each part of it where there is a method that lacks it.

    Parameters
    ----------
    scores : mapping from method to float
        By which the best baseline is found, the first of equals.
    compare : callable
        Gives the comparison of two methods.
    ours, scoring : str
        The method that is judged, and the name of the score.
    """
    beside = [name for name in scores if name != ours]
    baselines = [name for name in beside if name not in REDUCED]
    choose = min if scoring in LOWER_IS_BETTER else max
    best = choose(baselines, key=lambda name: scores[name])
    whole = compare(ours, best)
    at_once = UNDELAYED if UNDELAYED in beside else ours
    alone = UNCONNECTED if UNCONNECTED in beside else ours
    rival = COMPARATORS if COMPARATORS in beside else best
    few = whole.test == SIGN_TEST and whole.n_units < FEWEST_FOR_SIGN_TEST
    return Verdict(
        **vars(whole),
        neurons=compare(alone, rival) if alone != ours or rival == COMPARATORS else None,
        recurrence=compare(at_once, UNCONNECTED) if UNCONNECTED in beside else None,
        delays=compare(ours, UNDELAYED) if UNDELAYED in beside else None,
        remarks=(f"With fewer than {FEWEST_FOR_SIGN_TEST} {whole.unit}s this test finds no difference clear.",) * few,
    )


def judge_correct(
    correct: Mapping[str, ArrayLike],
    ours: str = RESERVOIR,
    samples: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Verdict:
    """Compare accuracies by exact sign tests over samples (McNemar's, where each sample is predicted once) or groups.

    Of the samples on which two methods differ, either is as likely to be the better one if neither is better in
    truth: the p-value is that of a fair coin, two-sided. The baseline is the most accurate one on the same samples,
    which favours the baseline if anything. Methods "without delays" and "unconnected neurons" are no baselines: they,
    and "comparators", which is one, tell apart what the neurons, the synapses between them and their delays contribute.

    Parameters
    ----------
    correct : mapping from method to array of bool, shape (n_predictions,)
        Whether each prediction is right; of ``ours`` and at least one baseline.
    ours : str, default "reservoir"
        The method that is judged.
    samples : array of int, shape (n_predictions,), optional
        Which sample is predicted. Several predictions of one sample count as one, by their mean. None: all differ.
    groups : array, shape (n_predictions,), optional
        Which group the sample belongs to, where samples of one group (recordings of one speaker, say) are alike. A
        group has one vote: it is better if ``ours`` is right more often in it. With fewer than 6 groups no difference
        can be clear.

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
    if ours not in correct or not set(correct) - {ours, *REDUCED}:
        raise refuse("correct", f"a mapping that holds {ours!r} and a baseline", list(correct))
    right = {name: check_array(f"correct[{name!r}]", values, 1).astype(np.float64) for name, values in correct.items()}
    n_predictions = len(right[ours])
    for name, values in right.items():
        if len(values) != n_predictions or n_predictions == 0:
            raise ValueError(
                f"correct[{name!r}] must have as many values as {ours!r}, at least 1. Got {len(values)} instead."
            )
    unit, of = ("sample", samples) if groups is None else ("group", groups)
    which = np.arange(n_predictions) if of is None else check_groups(f"{unit}s", of, n_predictions)
    index = np.unique(which, return_inverse=True)[1]
    accuracy = {name: float(values.mean()) for name, values in right.items()}
    n_units = int(index.max()) + 1

    def compare(method: str, baseline: str) -> Comparison:
        difference = np.bincount(index, weights=right[method] - right[baseline])
        n_better, n_worse = int(np.sum(difference > 0)), int(np.sum(difference < 0))
        p_value = float(binomtest(n_better, n_better + n_worse).pvalue) if n_better + n_worse else 1.0
        return Comparison(
            outcome_of(p_value, n_better > n_worse),
            "accuracy",
            method,
            accuracy[method],
            baseline,
            accuracy[baseline],
            SIGN_TEST,
            p_value,
            unit,
            n_units,
            n_better,
            n_worse,
        )

    return judge(accuracy, compare, ours, "accuracy")


def judge_resampled(
    scores: Mapping[str, float],
    resampled: Mapping[str, Float64Array],
    ours: str,
    scoring: str,
    unit: str,
    n_units: int,
) -> Verdict:
    """Compare any score by paired bootstraps.

    Parameters
    ----------
    scores : mapping from method to float
        On the predictions themselves.
    resampled : mapping from method to array, shape (n_resamples,)
        On the same resamples for all methods. The p-value follows from the smaller share of resamples on which the
        difference has one sign (or is 0), with one added above and below so that it is never 0.
    ours, scoring : str
        The method that is judged, and the name of the score.
    unit : {"sample", "group"}
        What was drawn.
    n_units : int
        Their number.
    """

    def compare(method: str, baseline: str) -> Comparison:
        difference: NDArray[np.float64] = gain(scoring, resampled[method], resampled[baseline])
        rarer = min(int(np.sum(difference <= 0)), int(np.sum(difference >= 0)))
        p_value = min(1.0, 2 * tail((rarer + 1) / (len(difference) + 1), n_units))
        better = bool(gain(scoring, np.array(scores[method]), np.array(scores[baseline])) > 0)
        return Comparison(
            outcome_of(p_value, better),
            scoring,
            method,
            scores[method],
            baseline,
            scores[baseline],
            BOOTSTRAP,
            p_value,
            unit,
            n_units,
        )

    return judge(scores, compare, ours, scoring)
