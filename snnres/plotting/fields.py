"""Figures of receptive fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from ..validation import check_array, check_finite, check_int, check_weight_rows, refuse
from .style import GRID, NOTE, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Between two images, and above one that is labelled, in parts of its side; at least a pixel.
GAP, ROOM = 0.05, 0.25
LABEL_SIZE = 6


def receptive_fields(
    weights: Any,
    shape: tuple[int, int],
    ax: Axes | None = None,
    *,
    labels: ArrayLike | Sequence[Any] | None = None,
    columns: int | None = None,
    title: str = "Receptive fields",
) -> Axes:
    """Show the input weights of each neuron as an image, all of one scale of colours.

    The images stand in rows, from the left to the right and downwards in the order of the neurons.

    Parameters
    ----------
    weights : array_like or scipy.sparse matrix, shape (n_inputs, n_neurons)
        Weight from each input to each neuron; where a sparse matrix has no synapse, 0 is drawn. Of the network W the
        weights from the neurons ``inputs`` to the neurons ``outputs`` are ``W[inputs][:, outputs]``.
    shape : (int, int)
        Rows and columns of an image, whose product is n_inputs: input ``row * shape[1] + column`` is drawn there.
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    labels : sequence of n_neurons values, optional
        Written above the images, such as the class that each neuron stands for.
    columns : int, optional
        Images in a row, >= 1. None: so many that there are as many rows, or one row less.
    title : str, default "Receptive fields"
        Title; the number of neurons is added.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import numpy as np
    >>> ax = receptive_fields(np.random.default_rng(0).random((64, 10)), (8, 8), labels=range(10))
    >>> ax.get_title()
    'Receptive fields (10)'
    """
    images = check_images(weights, shape)
    n_neurons, height, width = images.shape
    texts = None if labels is None else check_labels(labels, n_neurons)
    per_row = int(np.ceil(np.sqrt(n_neurons))) if columns is None else check_int("columns", columns, 1)
    across, down = max(1, round(GAP * width)), max(1, round((ROOM if texts else GAP) * height))
    rows, places = divmod(np.arange(n_neurons), per_row)
    tops, lefts = rows * (height + down) + (down if texts else 0), places * (width + across)
    canvas = np.full((tops[-1] + height, lefts.max() + width), np.nan)
    for image, top, left in zip(images, tops, lefts, strict=True):
        canvas[top : top + height, left : left + width] = image

    ax = styled(ax, f"{title} ({n_neurons:,})", "", "")
    ax.set_axis_off()
    from matplotlib import colormaps

    signed, bound = bool((images < 0).any()), float(np.abs(images).max())
    cmap, lowest = ("RdBu_r", -bound) if signed else ("Blues", 0.0)
    shown = ax.imshow(
        canvas,
        cmap=colormaps[cmap].with_extremes(bad=GRID),
        vmin=lowest,
        vmax=bound,
        interpolation="nearest",
        rasterized=True,
    )
    ax.figure.colorbar(shown, ax=ax, label="weight")
    for text, top, left in zip(texts or (), tops, lefts, strict=bool(texts)):
        ax.text(left - 0.5, top - 0.5, text, fontsize=LABEL_SIZE, color=NOTE, ha="left", va="bottom")
    return ax


def check_images(weights: Any, shape: Any) -> NDArray[np.float64]:
    """Return the weights of each of at least one neuron as an image."""
    if sp.issparse(weights):
        table = check_weight_rows("weights", weights).toarray().astype(np.float64)
    else:
        table = check_array("weights", weights, 2).astype(np.float64)
        check_finite("weights", table)
    if not isinstance(shape, (tuple, list)) or len(shape) != 2:
        raise refuse("shape", "a pair of rows and columns", shape, TypeError)
    height, width = (check_int(f"shape[{i}]", side, 1) for i, side in enumerate(shape))
    if table.shape[0] != height * width or table.shape[1] == 0:
        raise ValueError(
            f"weights must have a row for each of {height} x {width} inputs, and a column for each neuron. "
            f"Got shape {table.shape} instead."
        )
    return np.ascontiguousarray(table.T).reshape(-1, height, width)


def check_labels(labels: Any, n_neurons: int) -> list[str]:
    """Return a text for each neuron."""
    if not hasattr(labels, "__len__") or isinstance(labels, (str, bytes)):
        raise refuse("labels", "a sequence of a value a neuron", labels, TypeError)
    if len(labels) != n_neurons:
        raise ValueError(f"labels must have a value for each of {n_neurons} neurons. Got {len(labels)} instead.")
    return [str(label) for label in labels]
