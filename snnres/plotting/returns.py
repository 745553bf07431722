"""Figures of what is learnt from reward: returns by episode."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..validation import check_array, check_finite, check_int, check_real, refuse
from .style import COLOURS, NOTE, styled, whole_numbers
from .windows import labelled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Values = NDArray[np.float64]
# Of what must not be taken for a curve.
STROKES = ("--", ":", "-.")
FAINT, FAINTER = 0.35, 0.15


def learning_curve(
    returns: ArrayLike | Mapping[str, ArrayLike],
    ax: Axes | None = None,
    *,
    references: Mapping[str, float] | None = None,
    window: int = 1,
    title: str = "Learning curve",
) -> Axes:
    """Plot the return of each episode: a thin line for each seed, their mean, and a band of one standard deviation.

    Parameters
    ----------
    returns : array_like of shape (n_episodes, n_seeds), or dict of such
        Return of each episode, that is, the sum of its rewards: of one agent, or of several by their labels.
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    references : dict of str to float, optional
        Returns to compare with, such as that of a random policy, by their labels: drawn as broken lines across.
    window : int, default 1
        Episodes over which each seed's returns are averaged, >= 1: the value at an episode is the mean over it and
        those before it, so many in all or, at the start, as many as there are.
    title : str, default "Learning curve"
        Title; the number of seeds is added, the least and the greatest where agents have not as many.

    Returns
    -------
    matplotlib.axes.Axes
        The standard deviation is that of the seeds (ddof 1); of a single seed there is no band.

    Examples
    --------
    >>> import numpy as np
    >>> returns = np.arange(50)[:, None] + np.random.default_rng(0).normal(0, 5, (50, 4))
    >>> learning_curve(returns, references={"random policy": 20.0}, window=5).get_title()
    'Learning curve (4 seeds)'
    """
    agents = {label: check_returns(name, table) for label, name, table in labelled("returns", returns)}
    lines = check_references(references)
    span = check_int("window", window, 1)

    numbers = sorted({table.shape[1] for table in agents.values()})
    seeds = " to ".join(str(number) for number in dict.fromkeys((numbers[0], numbers[-1])))
    noun = "seed" if numbers[-1] == 1 else "seeds"
    ax = styled(ax, f"{title} ({seeds} {noun})", "episode", "return" if span == 1 else f"return, mean of {span}")
    whole_numbers(ax.xaxis)
    for (label, table), colour in zip(agents.items(), cycle(COLOURS)):
        smooth = trailing_mean(table, span)
        episodes = np.arange(1, len(smooth) + 1)
        mean = smooth.mean(axis=1)
        if smooth.shape[1] > 1:
            ax.plot(episodes, smooth, color=colour, linewidth=0.6, alpha=FAINT)
            spread = smooth.std(axis=1, ddof=1)
            ax.fill_between(episodes, mean - spread, mean + spread, color=colour, alpha=FAINTER, linewidth=0)
        ax.plot(episodes, mean, color=colour, linewidth=1.8, label=label)
    for (label, value), stroke in zip(lines.items(), cycle(STROKES)):
        ax.axhline(value, color=NOTE, linewidth=1.2, linestyle=stroke, label=label)
    if isinstance(returns, Mapping) or lines:
        ax.legend(frameon=False)
    return ax


def check_returns(name: str, value: Any) -> Values:
    """Return the returns (n_episodes, n_seeds) of an agent, at least one."""
    table = check_array(name, value, 2).astype(np.float64)
    check_finite(name, table)
    if table.size == 0:
        raise refuse(name, "of at least one episode and seed", table)
    return table


def check_references(references: Any) -> dict[str, float]:
    """Return returns to compare with, by label."""
    if references is None:
        return {}
    if not isinstance(references, Mapping):
        raise refuse("references", "a dict of label and return", references, TypeError)
    return {str(label): check_real(f"references[{label!r}]", value) for label, value in references.items()}


def trailing_mean(table: Values, window: int) -> Values:
    """Return the mean of each row and those before it, ``window`` in all or as many as there are."""
    sums = np.cumsum(np.concatenate([np.zeros((1, table.shape[1])), table]), axis=0)
    last = np.arange(1, len(sums))
    first = np.maximum(last - window, 0)
    return np.asarray((sums[last] - sums[first]) / (last - first)[:, None])
