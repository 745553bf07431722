"""What is drawn on: figures of no list, those of pyplot where it is in use, and their files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..io import PathLike, write_atomically
from ..validation import check_int, check_real, refuse

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 8.0, 4.5
FORMATS = (".png", ".pdf", ".svg")


def new_figure(n_rows: int = 1, n_columns: int = 1, *, width: float = WIDTH, height: float = HEIGHT) -> Figure:
    """Return a figure with empty axes that belongs to no window and to no global list of figures.

    Parameters
    ----------
    n_rows, n_columns : int, default 1
        Axes, found in ``figure.axes`` row by row.
    width, height : float, default 8.0 and 4.5
        Size in inches.

    Raises
    ------
    ImportError
        Without matplotlib: ``pip install "snnres[plot]"``.

    Examples
    --------
    >>> len(new_figure(1, 2).axes)
    2
    """
    try:
        from .inline import Axes, Figure
    except ImportError:
        raise ImportError('plots need matplotlib: pip install "snnres[plot]"') from None
    check_int("n_rows", n_rows, 1)
    check_int("n_columns", n_columns, 1)
    size = (check_real("width", width, above=0), check_real("height", height, above=0))
    figure = Figure(figsize=size, layout="constrained")
    figure.subplots(n_rows, n_columns, subplot_kw={"axes_class": Axes})
    return figure


def save_figure(path: PathLike, figure: Figure | Axes, *, dpi: int = 150) -> Path:
    """Write a figure, or the one that axes belong to; a reader of the file never sees half of it.

    Parameters
    ----------
    path : path
        Ends in ``.png``, ``.pdf`` or ``.svg``. Missing folders are made.
    figure : matplotlib.figure.Figure or matplotlib.axes.Axes
        What to write.
    dpi : int, default 150
        Dots per inch, 1 to 1200.

    Returns
    -------
    pathlib.Path
        The file.

    Examples
    --------
    >>> import tempfile
    >>> from snnres.plotting import raster
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_figure(f"{folder}/raster.png", raster([[0, 1], [1, 0]])).name
    'raster.png'
    """
    if not isinstance(path, (str, os.PathLike)) or Path(path).suffix.lower() not in FORMATS:
        raise refuse("path", f"a path that ends in {', '.join(FORMATS)}", path)
    check_int("dpi", dpi, 1, 1200)
    whole: Any = figure.get_figure() if hasattr(figure, "get_figure") else figure
    if not hasattr(whole, "savefig"):
        raise refuse("figure", "a matplotlib Figure or Axes", figure, TypeError)
    target = Path(path)
    write_atomically(target, lambda file: whole.savefig(file, format=target.suffix[1:].lower(), dpi=dpi))
    return target


def pyplot_in_use() -> Any:
    """Return ``matplotlib.pyplot`` where somebody has imported it, else None."""
    return sys.modules.get("matplotlib.pyplot")


def shown_axes() -> Axes:
    """Return empty axes where one looks for a plot: pyplot's current ones, or those of another figure."""
    pyplot = pyplot_in_use()
    if pyplot is None:
        return new_figure().axes[0]
    if pyplot.get_fignums():
        current: Axes = pyplot.gca()
        if not (current.has_data() or current.texts):
            return current
    ax: Axes = pyplot.figure(figsize=(WIDTH, HEIGHT), layout="constrained").add_subplot()
    return ax


def shown_figure(n_rows: int, n_columns: int, *, width: float = WIDTH, height: float = HEIGHT) -> Figure:
    """Return a figure with empty axes for a function that returns the figure: pyplot's where it is in use.

    Not so where a notebook draws in line: it shows the value of a cell by itself, and what pyplot has another time.
    """
    pyplot = pyplot_in_use()
    if pyplot is None or "inline" in pyplot.get_backend():
        return new_figure(n_rows, n_columns, width=width, height=height)
    figure: Figure = pyplot.figure(figsize=(width, height), layout="constrained")
    figure.subplots(n_rows, n_columns)
    return figure
