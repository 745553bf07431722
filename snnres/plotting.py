"""Figures of spikes and weights. matplotlib is imported where it is used; no global state of it is touched."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from .features import Spikes, as_trains
from .io import PathLike, write_atomically
from .recording import Recording
from .validation import check_array, check_finite, check_int, check_real, check_weights, refuse

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#1f4e79"
GRID = "#d9d9d9"
FORMATS = (".png", ".pdf", ".svg")


def new_figure(n_rows: int = 1, n_columns: int = 1, *, width: float = 8.0, height: float = 4.5) -> "Figure":
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
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError('plots need matplotlib: pip install "snnres[plot]"') from None
    check_int("n_rows", n_rows, 1)
    check_int("n_columns", n_columns, 1)
    size = (check_real("width", width, above=0), check_real("height", height, above=0))
    figure = Figure(figsize=size, layout="constrained")
    figure.subplots(n_rows, n_columns)
    return figure


def save_figure(path: PathLike, figure: "Figure | Axes", *, dpi: int = 150) -> Path:
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


def raster(spikes: Spikes, ax: "Axes | None" = None, *, title: str = "Spikes") -> "Axes":
    """Plot a dot for each spike: step on the x axis, neuron on the y axis.

    Dots become smaller and fainter the more spikes there are, and are drawn as pixels in vector formats too, so that
    10^6 spikes stay legible.

    Parameters
    ----------
    spikes : Recording, SpikeTrains or array_like of shape (n_steps, n_neurons)
        What to show.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if None.
    title : str, default "Spikes"
        Title; the number of spikes is added.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> raster([[0, 1], [1, 0]]).get_xlabel()
    'time (step)'
    """
    trains = as_trains(spikes)
    ax = styled(ax, f"{title} ({len(trains.times):,})", "time (step)", "neuron")
    neurons = np.repeat(np.arange(trains.n_trains), np.diff(trains.indptr))
    crowd = max(len(neurons), 1)
    ax.plot(
        trains.times,
        neurons,
        linestyle="none",
        marker=".",
        markersize=float(np.clip(300 / np.sqrt(crowd), 0.6, 6.0)),
        alpha=float(np.clip((3e4 / crowd) ** 0.5, 0.15, 1.0)),
        color=INK,
        markeredgewidth=0,
        rasterized=True,
    )
    ax.set_xlim(-0.5, float(np.max(trains.n_steps, initial=1)) - 0.5)
    ax.set_ylim(-0.5, max(trains.n_trains, 1) - 0.5)
    return ax


def population_rate(
    spikes: Spikes, ax: "Axes | None" = None, *, window: int = 1, title: str = "Population rate"
) -> "Axes":
    """Plot the fraction of neurons that fire in each step.

    Parameters
    ----------
    spikes : Recording, SpikeTrains or array_like of shape (n_steps, n_neurons)
        What to show.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if None.
    window : int, default 1
        Steps over which the rate is averaged, >= 1 and at most the steps recorded: the value at a step is the mean over
        the window around it, at the ends over the part of it that was recorded.
    title : str, default "Population rate"
        Title.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> population_rate([[0, 1], [1, 1]]).lines[0].get_ydata().tolist()
    [0.5, 1.0]
    """
    rate = rate_over_time(spikes, window)
    ax = styled(ax, title, "time (step)", "spikes per neuron and step")
    ax.plot(np.arange(len(rate)), rate, color=INK, linewidth=1.2)
    ax.set_xlim(-0.5, max(len(rate), 1) - 0.5)
    ax.set_ylim(bottom=0)
    return ax


def isi_histogram(
    spikes: Spikes, ax: "Axes | None" = None, *, bins: int = 50, title: str = "Inter-spike intervals"
) -> "Axes":
    """Plot how often each interval between two successive spikes of a neuron occurs, all neurons pooled.

    Parameters
    ----------
    spikes : Recording, SpikeTrains or array_like of shape (n_steps, n_neurons)
        What to show.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if None.
    bins : int, default 50
        Bars at most. Each holds a whole number of steps.
    title : str, default "Inter-spike intervals"
        Title; the number of intervals is added.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> len(isi_histogram([[1], [0], [1], [1]]).patches)
    2
    """
    check_int("bins", bins, 1)
    trains = as_trains(spikes)
    owner = np.repeat(np.arange(trains.n_trains), np.diff(trains.indptr))
    intervals = np.diff(trains.times)[np.diff(owner) == 0]
    ax = styled(ax, f"{title} ({len(intervals):,})", "interval (step)", "intervals")
    if len(intervals) == 0:
        return noted(ax, "no neuron fired twice")
    low, high = int(intervals.min()), int(intervals.max())
    width = -(-(high - low + 1) // bins)
    edges = np.arange(low, high + width + 1, width) - 0.5
    ax.hist(intervals, bins=edges.tolist(), color=INK, edgecolor=INK, linewidth=0.3)
    return ax


def weight_histogram(
    weights: Any, ax: "Axes | None" = None, *, bins: int = 50, title: str = "Synaptic weights"
) -> "Axes":
    """Plot how the weights of the synapses are distributed, their mean as a dashed line.

    Parameters
    ----------
    weights : scipy.sparse matrix or array_like
        Matrix whose stored entries are the weights, or the weights themselves as a 1-D array.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if None.
    bins : int, default 50
        Bars.
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
    check_int("bins", bins, 1)
    values = check_array("weights", weights.data if sp.issparse(weights) else weights, 1).astype(np.float64)
    check_finite("weights", values)
    ax = styled(ax, f"{title} ({len(values):,})", "weight", "synapses")
    if len(values) == 0:
        return noted(ax, "no synapses")
    ax.hist(values, bins=bins, color=INK, edgecolor=INK, linewidth=0.3)
    ax.axvline(float(values.mean()), color="#c0392b", linestyle="--", linewidth=1.2, label=f"mean {values.mean():.4g}")
    ax.legend(frameon=False)
    return ax


def adjacency(weights: Any, ax: "Axes | None" = None, *, pixels: int = 400, title: str = "Synapses") -> "Axes":
    """Plot where the synapses are: presynaptic neuron on the y axis, postsynaptic on the x axis.

    The matrix is summed into at most ``pixels`` by ``pixels`` cells; the colour is the fraction of a cell's possible
    synapses that exist.

    Parameters
    ----------
    weights : scipy.sparse matrix of float, shape (n_neurons, n_neurons)
        ``W[j, i]`` from j to i.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure if None.
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
    matrix = check_weights("weights", weights)
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


def rate_over_time(spikes: Spikes, window: int) -> NDArray[np.float64]:
    """Return the fraction of neurons that fire, averaged over ``window`` steps around each step."""
    if isinstance(spikes, Recording):
        counts, n_neurons = np.diff(spikes.offsets), spikes.n_neurons
    else:
        trains = as_trains(spikes)
        n_steps = int(np.max(trains.n_steps, initial=0))
        counts, n_neurons = np.bincount(trains.times, minlength=n_steps), trains.n_trains
    check_int("window", window, 1, max(len(counts), 1))
    before = np.concatenate([[0], np.cumsum(counts)])
    steps = np.arange(len(counts))
    first = np.maximum(steps - window // 2, 0)
    last = np.minimum(steps - window // 2 + window, len(counts))
    return np.asarray((before[last] - before[first]) / ((last - first) * max(n_neurons, 1)))


def styled(ax: "Axes | None", title: str, x_label: str, y_label: str) -> "Axes":
    """Return the axes, or those of a new figure, with labels and the package's look."""
    ax = new_figure().axes[0] if ax is None else ax
    ax.set_title(title, fontsize=11)
    ax.set_xlabel(x_label)
    ax.set_ylabel(y_label)
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(True, color=GRID, linewidth=0.5)
    ax.set_axisbelow(True)
    return ax


def noted(ax: "Axes", text: str) -> "Axes":
    """Return axes with a line of text in place of data."""
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color="#666666")
    ax.set_xticks([])
    ax.set_yticks([])
    return ax
