"""What an evaluation found: as objects, as text, as a dict, as JSON and as a figure."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..io import PathLike, with_suffix, write_atomically
from ..markup import html_lines, html_table
from ..plotting.canvas import new_figure, save_figure, shown_figure
from .figures import confusion_matrix, predictions, score_comparison
from .intervals import CONFIDENCE
from .metrics import shown
from .results import PHASES, RESERVOIR, ClassScores, MethodResult, Score
from .tables import aligned
from .verdict import Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """Scores of a reservoir beside its baselines, as :func:`evaluate` returns them.

    ``print`` shows it as a table, and so does a notebook.

    Parameters
    ----------
    task : {"classification", "regression"}
        What was predicted.
    estimator : str
        Name of the estimator's class.
    n_samples, n_folds : int
        Samples given, and folds.
    scoring : str
        The score by which the verdict compares.
    methods : dict from method to MethodResult
        "reservoir", "without delays" and "unconnected neurons" (the same without them, or without synapses; each only
        where the reservoir has them), "comparators" (in place of its neurons), "encoded input", "raw input" and
        "chance".
    verdict : Verdict
        Whether the reservoir helped, and what of it.
    samples : ndarray of int, shape (n_predictions,)
        The sample that each held-out prediction is of, fold after fold.
    groups : ndarray, shape (n_predictions,), or None
        The group that the sample belongs to; None where none were given.
    targets : ndarray, shape (n_predictions,) or (n_predictions, n_targets)
        What was to be predicted.
    predictions : dict from method to ndarray of the shape of ``targets``
        What was predicted.
    classes : list
        Labels; empty for regression.
    confusion : ndarray of int, shape (n_classes, n_classes), or None
        Predictions with the reservoir: rows are true classes, columns predicted ones.
    per_class : list of ClassScores
        The reservoir's; empty for regression.
    """

    task: str
    estimator: str
    n_samples: int
    n_folds: int
    scoring: str
    methods: dict[str, MethodResult]
    verdict: Verdict
    samples: NDArray[np.int64]
    groups: NDArray[Any] | None
    targets: NDArray[Any]
    predictions: dict[str, NDArray[Any]]
    classes: list[Any]
    confusion: NDArray[np.int64] | None
    per_class: list[ClassScores]

    def __str__(self) -> str:
        """Return the scores, the seconds, the classes and the verdict as text."""
        parts = [self._headline(), aligned(self._score_rows()), self._time_table()]
        if self.per_class:
            parts.append(self._class_table())
        return "\n\n".join([*parts, str(self.verdict)])

    def __repr__(self) -> str:
        """Return one line."""
        score = self._cell(self.scoring, self.methods[RESERVOIR].scores[self.scoring])
        return f"<Evaluation: {self.estimator}, {self.scoring} {score}, the reservoir {self.verdict.outcome}>"

    def _repr_html_(self) -> str:
        """Return the scores and the verdict as a notebook shows them."""
        return html_table(self._headline(), self._score_rows()) + html_lines(str(self.verdict))

    def to_frame(self) -> DataFrame:
        """Return the scores as a pandas data frame, a row a method.

        Returns
        -------
        pandas.DataFrame
            For each score a column of its name, and the ends of its 95 % interval in ``{score}_low`` and
            ``{score}_high``; then ``seconds``, those of all phases together. The index is named "method".

        Raises
        ------
        ImportError
            Without pandas: ``pip install pandas``.
        """
        try:
            from pandas import DataFrame
        except ImportError:
            raise ImportError("to_frame() needs pandas: pip install pandas") from None
        rows = {
            name: {
                column: value
                for scoring, score in method.scores.items()
                for column, value in zip((scoring, f"{scoring}_low", f"{scoring}_high"), score, strict=True)
            }
            | {"seconds": sum(method.seconds.values())}
            for name, method in self.methods.items()
        }
        return DataFrame.from_dict(rows, orient="index").rename_axis("method")

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the single predictions, as Python's own types."""
        return {
            "task": self.task,
            "estimator": self.estimator,
            "n_samples": self.n_samples,
            "n_predictions": len(self.samples),
            "n_folds": self.n_folds,
            "n_groups": None if self.groups is None else len(np.unique(self.groups)),
            "scoring": self.scoring,
            "confidence": CONFIDENCE,
            "methods": {
                name: {
                    "scores": {scoring: score._asdict() for scoring, score in method.scores.items()},
                    "folds": method.folds,
                    "seconds": method.seconds,
                }
                for name, method in self.methods.items()
            },
            "verdict": dataclasses.asdict(self.verdict) | {"remarks": list(self.verdict.remarks)},
            "sentence": str(self.verdict),
            "classes": self.classes,
            "confusion": None if self.confusion is None else self.confusion.tolist(),
            "per_class": [scores._asdict() for scores in self.per_class],
        }

    def to_json(self, path: PathLike) -> Path:
        """Write :meth:`to_dict` as JSON; a reader of the file never sees half of it.

        Parameters
        ----------
        path : path
            ``.json`` is added where it is missing. Missing folders are made.

        Returns
        -------
        pathlib.Path
            The file.
        """
        target = with_suffix(path, ".json")
        text = json.dumps(self.to_dict(), indent=2, allow_nan=False) + "\n"
        write_atomically(target, lambda file: file.write(text.encode()))
        return target

    def plot(self, path: PathLike | None = None) -> Figure:
        """Draw the scores with their intervals, beside the confusion matrix or the predictions.

        Parameters
        ----------
        path : path, optional
            Where to write the figure: ``.png``, ``.pdf`` or ``.svg``. Without it, and where ``matplotlib.pyplot`` has
            been imported, ``plt.show()`` shows the figure; so does a notebook at the end of a cell.

        Returns
        -------
        matplotlib.figure.Figure
        """
        # A figure that is written needs no window, and those of a loop must not pile up among pyplot's.
        figure = shown_figure(1, 2, width=11) if path is None else new_figure(1, 2, width=11)
        score_comparison(self.methods, self.scoring, figure.axes[0], title=self.verdict.brief)
        if self.confusion is None:
            predictions(self.targets, self.predictions[RESERVOIR], figure.axes[1])
        else:
            confusion_matrix(self.confusion, self.classes, figure.axes[1])
        if path is not None:
            save_figure(path, figure)
        return figure

    def _headline(self) -> str:
        groups = "" if self.groups is None else f" of {len(np.unique(self.groups))} groups"
        return (
            f"{self.estimator}, {self.task}: {self.n_samples} samples, folds: {self.n_folds}, held-out predictions: "
            f"{len(self.samples)}{groups}, {100 * CONFIDENCE:.0f} % intervals in brackets"
        )

    def _score_rows(self) -> list[list[str]]:
        head = ["score", *self.methods[RESERVOIR].scores]
        rows = [
            [name, *(self._cell(scoring, score) for scoring, score in method.scores.items())]
            for name, method in self.methods.items()
        ]
        return [head, *rows]

    @staticmethod
    def _cell(scoring: str, score: Score) -> str:
        value, low, high = (shown(scoring, number) for number in score)
        return f"{value} [{low}, {high}]"

    def _time_table(self) -> str:
        rows = [[name, *(f"{method.seconds[phase]:.2f}" for phase in PHASES)] for name, method in self.methods.items()]
        return aligned([["seconds", *PHASES], *rows])

    def _class_table(self) -> str:
        head = ["class", "precision", "recall", "f1", "support"]
        rows = [
            [str(row.label), f"{row.precision:.3f}", f"{row.recall:.3f}", f"{row.f1:.3f}", str(row.support)]
            for row in self.per_class
        ]
        return aligned([head, *rows])
