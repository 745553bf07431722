"""Figures of what a reservoir remembers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..measures import Capacity
from ..validation import refuse
from .style import styled, whole_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def memory_curve(
    capacities: Capacity | Mapping[str, Capacity], ax: Axes | None = None, *, title: str = "Memory capacity"
) -> Axes:
    """Plot a capacity against the delay; the area below a curve is its total.

    Parameters
    ----------
    capacities : Capacity or dict of Capacity
        What to show, see :func:`snnres.measures.memory_capacity`: one, whose total is added to the title, or several by
        their labels, in a legend with their totals.
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    title : str, default "Memory capacity"
        Title.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.measures import linear_capacity
    >>> u = np.random.default_rng(0).uniform(-1, 1, 500)
    >>> memory_curve(linear_capacity(np.roll(u, 2)[:, None], u, max_delay=5)).get_title()
    'Memory capacity (1.0)'
    """
    curves = check_curves(capacities)
    if isinstance(capacities, Capacity):
        title = f"{title} ({capacities.total:.1f})"
    ax = styled(ax, title, "delay (step of the input)", "capacity")
    whole_numbers(ax.xaxis)
    for label, curve in curves.items():
        ax.plot(curve.delays, curve.by_delay, label=f"{label} ({curve.total:.1f})")
    ax.set_ylim(bottom=0)
    if not isinstance(capacities, Capacity):
        ax.legend(frameon=False)
    return ax


def check_curves(capacities: Any) -> dict[str, Capacity]:
    """Return capacities by label; a single one has none."""
    if isinstance(capacities, Capacity):
        return {"": capacities}
    rule = "a Capacity or a dict of label and Capacity"
    if not isinstance(capacities, Mapping) or not capacities:
        raise refuse("capacities", rule, capacities, TypeError)
    for curve in capacities.values():
        if not isinstance(curve, Capacity):
            raise refuse("capacities", rule, curve, TypeError)
    return {str(label): curve for label, curve in capacities.items()}
