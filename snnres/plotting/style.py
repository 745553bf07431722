"""The look of all figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .canvas import shown_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

INK = "#1f4e79"
ACCENT = "#c0392b"
# Several things in one plot, in this order: told apart also by those who see few colours.
COLOURS = (INK, "#e08214", "#35978f", ACCENT, "#8073ac", "#7f7f7f")
GRID = "#d9d9d9"
NOTE = "#666666"
TITLE_SIZE = 11


def styled(ax: Axes | None, title: str, x_label: str, y_label: str) -> Axes:
    """Return axes with title, labels and the look of all figures here: what one draws oneself matches the rest.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        What to style; None for new ones, where :mod:`snnres.plotting` says.
    title, x_label, y_label : str
        Texts.

    Returns
    -------
    matplotlib.axes.Axes
        With a grid behind what is drawn, and the package's colours for what comes without one.

    Examples
    --------
    >>> from snnres.plotting import new_figure
    >>> ax = styled(new_figure().axes[0], "Forecast", "time (step)", "x")
    >>> ax.plot([0.1, 0.4, 0.2])[0].get_color()
    '#1f4e79'
    """
    ax = shown_axes() if ax is None else ax
    ax.set_title(title, fontsize=TITLE_SIZE)
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    ax.set_prop_cycle(color=COLOURS)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(True, color=GRID, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax


def noted(ax: Axes, text: str) -> Axes:
    """Return axes with a line of text in place of data."""
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color=NOTE)
    ax.set_xticks([])
    ax.set_yticks([])
    return ax


def whole_numbers(*axes: Axis) -> None:
    """Mark an axis at whole numbers alone: there is no step 2.5 and no neuron 0.2."""
    from matplotlib.ticker import MaxNLocator

    for axis in axes:
        axis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=True))
