"""Figures of synapses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from ..network import SNN
from ..validation import check_array, check_finite, check_int, check_weights, refuse
from .style import ACCENT, INK, noted, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def weight_histogram(
    weights: Any, ax: Axes | None = None, *, bins: int | ArrayLike = 50, title: str = "Synaptic weights"
) -> Axes:
    """Plot how the weights of the synapses are distributed, their mean as a dashed line.

    Parameters
    ----------
    weights : SNN, scipy.sparse matrix or array_like
        Network, matrix whose stored entries are the weights, or the weights themselves as a 1-D array.
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    bins : int or array_like of float, default 50
        Bars, or the edges between them, ascending, so that several plots can be compared. Edges hold every weight.
    title : str, default "Synaptic weights"
        Title; the number of synapses is added.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> weight_histogram([0.1, 0.2]).get_title()
    'Synaptic weights (2)'
    """
    weights = synapses_of(weights)
    values = check_array("weights", weights.data if sp.issparse(weights) else weights, 1).astype(np.float64)
    check_finite("weights", values)
    edges = check_bins(bins, values)
    ax = styled(ax, f"{title} ({len(values):,})", "weight", "synapses")
    if len(values) == 0:
        return noted(ax, "no synapses")
    ax.hist(values, bins=edges, color=INK, edgecolor=INK, linewidth=0.3)
    ax.axvline(float(values.mean()), color=ACCENT, linestyle="--", linewidth=1.2, label=f"mean {values.mean():.4g}")
    ax.legend(frameon=False)
    return ax


def adjacency(weights: Any, ax: Axes | None = None, *, pixels: int = 400, title: str = "Synapses") -> Axes:
    """Plot where the synapses are: presynaptic neuron on the y axis, postsynaptic on the x axis.

    The matrix is summed into at most ``pixels`` by ``pixels`` cells; the colour is the fraction of a cell's possible
    synapses that exist.

    Parameters
    ----------
    weights : SNN or scipy.sparse matrix of float, shape (n_neurons, n_neurons)
        Network, or its weights: ``W[j, i]`` from j to i.
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    pixels : int, default 400
        Cells along each axis at most.
    title : str, default "Synapses"
        Title; the number of synapses is added.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> adjacency(sp.csr_matrix([[0, 0.5], [0, 0]])).get_title()
    'Synapses (1)'
    """
    matrix = check_weights("weights", synapses_of(weights))
    n = matrix.shape[0]
    cells = min(check_int("pixels", pixels, 1), n)
    cell = np.arange(n) * cells // n
    sources = np.repeat(cell, np.diff(matrix.indptr))
    flat = np.bincount(sources * cells + cell[matrix.indices], minlength=cells * cells)
    size = np.bincount(cell)
    density = flat.reshape(cells, cells) / np.outer(size, size)
    ax = styled(ax, f"{title} ({matrix.nnz:,})", "postsynaptic neuron", "presynaptic neuron")
    ax.grid(False)
    image = ax.imshow(
        density, cmap="Blues", vmin=0, extent=(-0.5, n - 0.5, n - 0.5, -0.5), interpolation="nearest", rasterized=True
    )
    ax.figure.colorbar(image, ax=ax, label="fraction connected")
    return ax


def synapses_of(weights: Any) -> Any:
    """Return the weights of a network, anything else as it is."""
    return weights.synaptic_weights if isinstance(weights, SNN) else weights


def check_bins(bins: int | ArrayLike, values: NDArray[np.float64]) -> Any:
    """Return a number of bars >= 1, or ascending edges between which all values lie."""
    if np.ndim(bins) == 0:
        return check_int("bins", bins, 1)
    edges = check_array("bins", bins, 1).astype(np.float64)
    check_finite("bins", edges)
    if len(edges) < 2 or (np.diff(edges) <= 0).any():
        raise refuse("bins", "two edges or more, ascending", bins)
    if values.size and (values.min() < edges[0] or values.max() > edges[-1]):
        raise ValueError(
            f"bins must hold every weight, from {values.min():.6g} to {values.max():.6g}. "
            f"Got edges from {edges[0]:.6g} to {edges[-1]:.6g} instead."
        )
    return edges
