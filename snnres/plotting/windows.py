"""Figures of the windows of learning rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..validation import check_array, check_finite, refuse
from .style import NOTE, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Values = NDArray[np.float64]


def stdp_window(
    gaps: ArrayLike,
    changes: ArrayLike | Mapping[str, ArrayLike],
    ax: Axes | None = None,
    *,
    title: str = "STDP window",
) -> Axes:
    """Plot the change of a weight against the time from a presynaptic to a postsynaptic spike.

    A rule may jump where the order of the spikes changes: curves are broken there, and a gap of 0 stands for itself.

    Parameters
    ----------
    gaps : array_like, shape (n_gaps,)
        Step of the postsynaptic spike minus that of the presynaptic one, ascending: above 0 the presynaptic neuron
        fires first.
    changes : array_like of shape (n_gaps,), or dict of such
        Change of the weight at each gap: of one rule, or of several by their labels, in a legend.
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    title : str, default "STDP window"
        Title.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import numpy as np
    >>> gaps = np.arange(-40, 41)
    >>> additive = np.sign(gaps) * np.exp(-np.abs(gaps) / 20)
    >>> ax = stdp_window(gaps, {"additive": additive, "twice as fast": additive**2 * np.sign(gaps)})
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['additive', 'twice as fast']
    """
    at = check_array("gaps", gaps, 1).astype(np.float64)
    check_finite("gaps", at)
    if at.size == 0 or (np.diff(at) <= 0).any():
        raise refuse("gaps", "at least one number, ascending", gaps)
    curves = {label: check_curve(name, curve, at.size) for label, name, curve in labelled("changes", changes)}

    ax = styled(ax, title, r"$t_\mathrm{post} - t_\mathrm{pre}$ (step)", "change of weight")
    ax.grid(False)
    for draw in (ax.axhline, ax.axvline):
        draw(0, color=NOTE, linewidth=0.8, linestyle=":")
    breaks = np.flatnonzero(np.diff(np.sign(at))) + 1
    for label, curve in curves.items():
        ax.plot(np.insert(at, breaks, np.nan), np.insert(curve, breaks, np.nan), marker=".", markersize=4, label=label)
    if isinstance(changes, Mapping):
        ax.legend(frameon=False)
    return ax


def labelled(name: str, value: Any) -> list[tuple[str, str, Any]]:
    """Return label, name in messages and content of each of several curves, or of a single one, which has no label."""
    if not isinstance(value, Mapping):
        return [("", name, value)]
    if not value:
        raise refuse(name, "an array or a dict of at least one", value)
    return [(str(label), f"{name}[{label!r}]", content) for label, content in value.items()]


def check_curve(name: str, value: Any, n_gaps: int) -> Values:
    """Return a finite number for each gap."""
    curve = check_array(name, value, 1).astype(np.float64)
    if curve.size != n_gaps:
        raise ValueError(f"{name} must have a value for each of {n_gaps} gaps. Got {curve.size} instead.")
    check_finite(name, curve)
    return curve
