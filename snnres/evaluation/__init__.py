"""Scores that stand beside what needs no reservoir.

A score by itself does not say what the reservoir contributed. A linear readout of the plain input is often as good, and
a score can measure something else altogether: with a published protocol whose network learns while it reads samples in
the order of their classes, we saw .92 where the same code gave .70 in shuffled order, and the same readout .79 on the
input alone. Each score therefore stands, on the same folds, beside

- the same reservoir without its delays, and the same neurons without their synapses, driven and read out in the same
  way;
- comparators in place of the neurons: 1 while the input current is above 0, with the same input weights and features;
- the same readout on the encoded input: the currents that drive the reservoir, averaged in time bins;
- the same readout on the raw input;
- chance: the most frequent class, or the mean target, of the training part;

and paired tests say in words whether the reservoir helped against the best of the last four, which need no spiking
neurons, and what its neurons, its recurrent synapses and their delays each contribute. Everything that learns (scaling,
encoding, threshold, readout) sees the training part of a fold only.
"""

try:
    import sklearn  # noqa: F401
except ImportError:
    raise ImportError('evaluation needs scikit-learn: pip install "snnres[learn]"') from None

from .metrics import nrmse
from .report import Evaluation
from .results import ClassScores, MethodResult, Score
from .runner import evaluate
from .verdict import Comparison, Verdict, judge_correct

__all__ = [
    "ClassScores",
    "Comparison",
    "Evaluation",
    "MethodResult",
    "Score",
    "Verdict",
    "evaluate",
    "judge_correct",
    "nrmse",
]
