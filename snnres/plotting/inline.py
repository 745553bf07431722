"""Figures and axes that a notebook shows by themselves, without pyplot."""

from io import BytesIO
from typing import Any

import matplotlib.axes
import matplotlib.figure


def as_png(shown: Any) -> bytes:
    """Return a figure as the bytes of a PNG file."""
    buffer = BytesIO()
    shown.savefig(buffer, format="png")
    return buffer.getvalue()


class Figure(matplotlib.figure.Figure):
    """A figure of no list: where it is the value of a notebook's cell, the notebook shows it."""

    def _repr_png_(self) -> bytes:
        return as_png(self)


class Axes(matplotlib.axes.Axes):
    """Axes of such a figure, shown with all of it."""

    def _repr_png_(self) -> bytes:
        return as_png(self.get_figure())
