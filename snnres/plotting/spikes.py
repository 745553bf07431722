"""Figures of spikes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..features import Spikes, as_trains
from ..network import SNN
from ..recording import Recording
from ..validation import check_int
from .style import INK, noted, styled, whole_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Of a spike's dot, in points.
SMALLEST_DOT, LARGEST_DOT = 0.3, 3.0
# Side of the axes over diameter of a dot, if there were one spike.
DOTS_A_SIDE = 18
# How often dots may cover the axes before they turn translucent: so often leaves two fifths of the ground to be seen.
MOST_INK = float(np.log(2.5))


def raster(spikes: SNN | Spikes, ax: Axes | None = None, *, title: str = "Spikes") -> Axes:
    """Plot a dot for each spike: step on the x axis, neuron on the y axis.

    Dots become smaller the more spikes there are, and where they would cover all fainter, but never so much that more
    spikes look like fewer. They are drawn as pixels in vector formats too, so that 10^6 stay legible.

    Parameters
    ----------
    spikes : SNN, Recording, SpikeTrains or array_like of shape (n_steps, n_neurons)
        What to show; of a network its latest run, all neurons.
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    title : str, default "Spikes"
        Title; the number of spikes is added.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the network has not run.

    Examples
    --------
    >>> raster([[0, 1], [1, 0]]).get_xlabel()
    'time (step)'
    """
    trains = as_trains(recorded(spikes))
    ax = styled(ax, f"{title} ({len(trains.times):,})", "time (step)", "neuron")
    whole_numbers(ax.xaxis, ax.yaxis)
    neurons = np.repeat(np.arange(trains.n_trains), np.diff(trains.indptr))
    diameter, alpha = dots(ax, len(neurons))
    ax.plot(
        trains.times,
        neurons,
        linestyle="none",
        marker=".",
        # The diameter of this marker is half its size.
        markersize=2 * diameter,
        alpha=alpha,
        color=INK,
        markeredgewidth=0,
        rasterized=True,
    )
    ax.set_xlim(-0.5, float(np.max(trains.n_steps, initial=1)) - 0.5)
    ax.set_ylim(-0.5, max(trains.n_trains, 1) - 0.5)
    return ax


def population_rate(
    spikes: SNN | Spikes, ax: Axes | None = None, *, window: int = 1, title: str = "Population rate"
) -> Axes:
    """Plot the fraction of neurons that fire in each step.

    Parameters
    ----------
    spikes : SNN, Recording, SpikeTrains or array_like of shape (n_steps, n_neurons)
        What to show; of a network its latest run, all neurons.
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    window : int, default 1
        Steps over which the rate is averaged, >= 1 and at most the steps recorded: the value at a step is the mean over
        the window around it, at the ends over the part of it that was recorded.
    title : str, default "Population rate"
        Title.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the network has not run.

    Examples
    --------
    >>> population_rate([[0, 1], [1, 1]]).lines[0].get_ydata().tolist()
    [0.5, 1.0]
    """
    rate = rate_over_time(recorded(spikes), window)
    ax = styled(ax, title, "time (step)", "spikes per neuron and step")
    whole_numbers(ax.xaxis)
    ax.plot(np.arange(len(rate)), rate, color=INK, linewidth=1.2)
    ax.set_xlim(-0.5, max(len(rate), 1) - 0.5)
    ax.set_ylim(bottom=0)
    return ax


def isi_histogram(
    spikes: SNN | Spikes, ax: Axes | None = None, *, bins: int = 50, title: str = "Inter-spike intervals"
) -> Axes:
    """Plot how often each interval between two successive spikes of a neuron occurs, all neurons pooled.

    Parameters
    ----------
    spikes : SNN, Recording, SpikeTrains or array_like of shape (n_steps, n_neurons)
        What to show; of a network its latest run, all neurons.
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    bins : int, default 50
        Bars at most. Each holds a whole number of steps.
    title : str, default "Inter-spike intervals"
        Title; the number of intervals is added.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the network has not run.

    Examples
    --------
    >>> len(isi_histogram([[1], [0], [1], [1]]).patches)
    2
    """
    check_int("bins", bins, 1)
    trains = as_trains(recorded(spikes))
    owner = np.repeat(np.arange(trains.n_trains), np.diff(trains.indptr))
    intervals = np.diff(trains.times)[np.diff(owner) == 0]
    ax = styled(ax, f"{title} ({len(intervals):,})", "interval (step)", "intervals")
    whole_numbers(ax.xaxis, ax.yaxis)
    if len(intervals) == 0:
        return noted(ax, "no neuron fired twice")
    low, high = int(intervals.min()), int(intervals.max())
    width = -(-(high - low + 1) // bins)
    edges = np.arange(low, high + width + 1, width) - 0.5
    ax.hist(intervals, bins=edges.tolist(), color=INK, edgecolor=INK, linewidth=0.3)
    return ax


def recorded(spikes: SNN | Spikes) -> Spikes:
    """Return the latest recording of a network, anything else as it is."""
    return spikes.recording if isinstance(spikes, SNN) else spikes


def dots(ax: Axes, n_spikes: int) -> tuple[float, float]:
    """Return the diameter in points and the opacity of the dots of so many spikes.

    The area of all dots grows as the square root of their number: few can be seen, and many still look like more.
    """
    extent = ax.get_window_extent()
    area = extent.width * extent.height * (72 / ax.figure.dpi) ** 2
    crowd = max(n_spikes, 1)
    diameter = float(np.clip(area**0.5 / (DOTS_A_SIDE * crowd**0.25), SMALLEST_DOT, LARGEST_DOT))
    ink = crowd * np.pi * diameter**2 / 4 / area
    return diameter, float(min(1.0, MOST_INK / ink))


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
