"""Figures of scores and predictions, with the package's look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..plotting.style import ACCENT, INK, styled
from ..validation import check_array, refuse
from .metrics import check_pair
from .results import MethodResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["confusion_matrix", "predictions", "score_comparison"]

# Classes of a confusion matrix of which counts are still legible, and names: in full size, and at all.
MOST_COUNTED = 15
MOST_NAMED = 40
# Sizes of counts in points, the width of a digit over its size, and what names and colour bar leave of the axes.
COUNT_SIZES = (4.0, 10.0)
DIGIT_WIDTH = 0.7
DRAWN_SHARE = 0.75


def score_comparison(
    methods: Mapping[str, MethodResult], scoring: str, ax: Axes | None = None, *, title: str = "Scores"
) -> Axes:
    """Plot a score of each method of an evaluation with its interval, the first on top.

    Parameters
    ----------
    methods : mapping from method to MethodResult
        ``Evaluation.methods``.
    scoring : str
        Name of the score.
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    title : str, default "Scores"
        Title.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> from snnres.evaluation import MethodResult, Score
    >>> found = {"reservoir": MethodResult({"accuracy": Score(0.9, 0.8, 0.95)}, {}, {})}
    >>> score_comparison(found, "accuracy").get_xlabel()
    'accuracy (95 % interval)'
    """
    if not isinstance(methods, Mapping) or not all(isinstance(part, MethodResult) for part in methods.values()):
        raise refuse("methods", "the methods of an Evaluation", methods, TypeError)
    known = next((part.scores for part in methods.values()), {})
    if not isinstance(scoring, str) or scoring not in known:
        raise refuse("scoring", f"one of {', '.join(known)}", scoring)
    scores = [method.scores[scoring] for method in methods.values()]
    ax = styled(ax, title, f"{scoring} (95 % interval)", "")
    rows = np.arange(len(scores))
    ends = [(score.low, score.high) for score in scores]
    ax.hlines(rows, *np.transpose(ends), color=INK, linewidth=2)
    ax.plot([score.value for score in scores], rows, linestyle="none", marker="o", color=INK)
    ax.set_yticks(rows, list(methods))
    ax.set_ylim(len(scores) - 0.5, -0.5)
    return ax


def confusion_matrix(
    confusion: ArrayLike, classes: Sequence[Any], ax: Axes | None = None, *, title: str = "Predicted classes"
) -> Axes:
    """Plot what each class was taken for: true classes on the y axis, predicted ones on the x axis.

    The colour is the fraction of a true class; up to 15 classes the counts stand in the cells. Of more than 40 classes
    some are named, evenly spaced.

    Parameters
    ----------
    confusion : array_like of int, shape (n_classes, n_classes)
        ``Evaluation.confusion``: predictions, a row a true class.
    classes : sequence
        ``Evaluation.classes``: a name for each.
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    title : str, default "Predicted classes"
        Title; the number of predictions is added.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> confusion_matrix([[9, 1], [0, 5]], ["ash", "beech"]).get_title()
    'Predicted classes (15)'
    """
    counts = check_array("confusion", confusion, 2)
    n_classes = len(counts)
    if counts.shape != (n_classes, n_classes) or n_classes == 0 or counts.dtype.kind not in "iu" or counts.min() < 0:
        raise refuse("confusion", "a square matrix of counts", confusion)
    if len(classes) != n_classes:
        raise ValueError(f"classes must name each of {n_classes} rows of confusion. Got {len(classes)} names instead.")
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax = styled(ax, f"{title} ({counts.sum():,})", "predicted", "true")
    ax.grid(False)
    image = ax.imshow(share, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    ax.figure.colorbar(image, ax=ax, label="fraction of the class")
    named = range(0, n_classes, -(-n_classes // MOST_NAMED))
    labels = [str(classes[place]) for place in named]
    size = "medium" if n_classes <= MOST_COUNTED else "xx-small"
    ax.set_xticks(named, labels, fontsize=size)
    if max(map(len, labels)) > 3:
        # Each ends below its column.
        ax.tick_params("x", rotation=45)
        for label in ax.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    ax.set_yticks(named, labels, fontsize=size)
    if n_classes <= MOST_COUNTED:
        points = count_size(ax, counts)
        for (row, column), count in np.ndenumerate(counts):
            colour = "w" if share[row, column] > 0.5 else "k"
            ax.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=points)
    return ax


def count_size(ax: Axes, counts: NDArray[np.int64]) -> float:
    """Return the size in points at which the longest of the counts stays within its cell."""
    extent = ax.get_window_extent()
    side = min(extent.width, extent.height) * 72 / ax.figure.dpi
    cell = DRAWN_SHARE * side / len(counts)
    return float(np.clip(cell / (DIGIT_WIDTH * len(str(counts.max()))), *COUNT_SIZES))


def predictions(
    true: ArrayLike, predicted: ArrayLike, ax: Axes | None = None, *, title: str = "Held-out predictions"
) -> Axes:
    """Plot predicted values over the true ones, with the line on which both are equal.

    Parameters
    ----------
    true, predicted : array_like, shape (n_predictions,) or (n_predictions, n_targets)
        ``Evaluation.targets``, and ``Evaluation.predictions`` of a method. Several targets are shown in one plot.
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    title : str, default "Held-out predictions"
        Title; their number is added.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> predictions([1.0, 2.0], [1.5, 1.5]).get_title()
    'Held-out predictions (2)'
    """
    x, y = (values.ravel() for values in check_pair("true", true, "predicted", predicted))
    ax = styled(ax, f"{title} ({len(x):,})", "true", "predicted")
    ax.plot(x, y, linestyle="none", marker=".", color=INK, alpha=0.6, rasterized=True)
    ends = [min(x.min(), y.min()), max(x.max(), y.max())]
    ax.plot(ends, ends, color=ACCENT, linestyle="--", linewidth=1.2)
    return ax
