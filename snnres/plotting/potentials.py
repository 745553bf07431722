"""Figures of membrane potentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..features import Spikes, as_trains
from ..recording import SpikeTrains
from ..validation import INT32_MAX, check_array, check_finite, check_integers, check_neurons, check_real, refuse
from .style import COLOURS, NOTE, noted, styled, whole_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Of a spike, as a fraction of the height from the lowest potential to the highest or the threshold.
SPIKE_HEIGHT = 0.2
# Entries of the legend side by side, and the height of a row of them as a fraction of that of the data.
LEGEND_COLUMNS, LEGEND_ROW = 4, 0.12


def membrane_potentials(
    steps: ArrayLike,
    values: ArrayLike,
    ax: Axes | None = None,
    *,
    threshold: ArrayLike | None = None,
    spikes: Spikes | None = None,
    neurons: ArrayLike | None = None,
    title: str = "Membrane potential",
) -> Axes:
    """Plot the potential of a few neurons over time, with the threshold dashed and a stroke above it for each spike.

    A neuron that fires is reset within the same step: potentials read at the ends of steps need not show that they
    were at the threshold.

    Parameters
    ----------
    steps : array_like of int, shape (n_samples,)
        When the potentials were read, ascending.
    values : array_like of float, shape (n_samples, n_neurons)
        Potentials of 6 neurons at most, which is how many colours there are. For more give each some axes.
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    threshold : float or array_like, shape (n_neurons,) or (n_samples, n_neurons), optional
        Of all neurons, of each, or of each whenever a potential was read. None: no line, and spikes stand above the
        highest potential.
    spikes : Recording, SpikeTrains or array_like of shape (n_steps, n_neurons), optional
        Spikes of these neurons in this order; of a recording of more, ``recording.trains(neurons)``. Their times count
        as ``steps`` do; those before the first and after the last are not in view.
    neurons : array_like of int, shape (n_neurons,), optional
        Indices, for the legend. None: 0, 1, ...
    title : str, default "Membrane potential"
        Title.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If the arrays do not belong together, or for more than 6 neurons.

    Examples
    --------
    >>> values = [[0.4], [0.8], [0.0], [0.4]]
    >>> ax = membrane_potentials([0, 1, 2, 3], values, threshold=1.0, spikes=[[0], [0], [1], [0]])
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['neuron 0', 'threshold']
    """
    times = check_steps(steps)
    potentials = check_potentials(values, len(times))
    n_neurons = potentials.shape[1]
    limits = None if threshold is None else check_threshold(threshold, potentials.shape)
    trains = None if spikes is None else check_trains(spikes, n_neurons)
    names = np.arange(n_neurons) if neurons is None else check_names(neurons, n_neurons)
    ax = styled(ax, title, "time (step)", "potential")
    if potentials.size == 0:
        return noted(ax, "no potentials")
    whole_numbers(ax.xaxis)
    for name, potential, colour in zip(names, potentials.T, COLOURS, strict=False):
        ax.plot(times, potential, color=colour, linewidth=1.2, label=f"neuron {name}")
    if limits is not None:
        draw_threshold(ax, times, limits)
    if trains is not None:
        draw_spikes(ax, times, potentials, limits, trains)
    ax.set_xlim(times[0] - 0.5, times[-1] + 0.5)
    add_legend(ax)
    return ax


def draw_threshold(ax: Axes, times: NDArray[np.int64], limits: NDArray[np.float64]) -> None:
    """Draw one dashed line where all neurons have one threshold, else one a neuron in its colour."""
    style: dict[str, Any] = {"linestyle": "--", "linewidth": 1.0, "zorder": 1}
    if (limits == limits[:1, :1]).all():
        ax.axhline(limits[0, 0], color=NOTE, label="threshold", **style)
        return
    for column, colour in zip(limits.T, COLOURS, strict=False):
        ax.plot(times, column, color=colour, **style)
    ax.plot([], [], color=NOTE, label="threshold", **style)


def draw_spikes(
    ax: Axes,
    times: NDArray[np.int64],
    potentials: NDArray[np.float64],
    limits: NDArray[np.float64] | None,
    trains: SpikeTrains,
) -> None:
    """Draw a stroke for each spike: up from the threshold at its time, or from the highest potential."""
    feet = np.full(potentials.shape, potentials.max()) if limits is None else limits
    extent = max(potentials.max(), feet.max()) - min(potentials.min(), feet.min())
    height = SPIKE_HEIGHT * (extent if extent > 0 else 1.0)
    for i, colour in zip(range(potentials.shape[1]), COLOURS, strict=False):
        spikes = trains.times[trains.indptr[i] : trains.indptr[i + 1]]
        shown = spikes[(spikes >= times[0]) & (spikes <= times[-1])]
        foot = feet[np.searchsorted(times, shown, side="right") - 1, i]
        ax.vlines(shown, foot, foot + height, color=colour, linewidth=1.5)


def add_legend(ax: Axes) -> None:
    """Name the lines above what is drawn: potentials leave no room between them."""
    legend = ax.legend(loc="upper right", ncols=LEGEND_COLUMNS, frameon=False, fontsize="small")
    rows = -(-len(legend.get_texts()) // LEGEND_COLUMNS)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + LEGEND_ROW * rows * (high - low))


def check_steps(steps: ArrayLike) -> NDArray[np.int64]:
    """Return ascending steps."""
    times = check_integers("steps", steps)
    if (np.diff(times) <= 0).any():
        raise refuse("steps", "ascending, none twice", steps)
    return times


def check_potentials(values: ArrayLike, n_samples: int) -> NDArray[np.float64]:
    """Return finite potentials, a row a sample, of no more neurons than there are colours."""
    potentials = check_array("values", values, 2).astype(np.float64)
    check_finite("values", potentials)
    if len(potentials) != n_samples:
        raise ValueError(f"values must have a row for each of {n_samples} steps. Got {len(potentials)} instead.")
    if potentials.shape[1] > len(COLOURS):
        raise ValueError(f"values must be of {len(COLOURS)} neurons at most. Got {potentials.shape[1]} instead.")
    return potentials


def check_threshold(threshold: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the threshold of each neuron at each sample."""
    if np.ndim(threshold) == 0:
        return np.full(shape, check_real("threshold", threshold))
    limits = check_array("threshold", threshold, 2 if np.ndim(threshold) == 2 else 1).astype(np.float64)
    check_finite("threshold", limits)
    if limits.shape not in (shape, shape[1:]):
        raise ValueError(f"threshold must be a number, or of shape {shape[1:]} or {shape}. Got {limits.shape} instead.")
    return np.broadcast_to(limits, shape)


def check_trains(spikes: Spikes, n_neurons: int) -> SpikeTrains:
    """Return a spike train a neuron."""
    trains = as_trains(spikes)
    if trains.n_trains != n_neurons:
        raise ValueError(f"spikes must be those of {n_neurons} neurons. Got {trains.n_trains} trains instead.")
    return trains


def check_names(neurons: ArrayLike, n_neurons: int) -> NDArray[np.int64]:
    """Return an index a neuron."""
    names = check_neurons("neurons", neurons, INT32_MAX)
    if len(names) != n_neurons:
        raise ValueError(f"neurons must name each of {n_neurons}. Got {len(names)} instead.")
    return names
