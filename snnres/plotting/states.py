"""Figures of monitored variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..network import SNN
from ..recording import Recording, StateVariables
from ..validation import check_array, check_finite, check_integers, check_type
from .style import ACCENT, INK, NOTE, styled, whole_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Of the height of a neuron's lane: the mark of a spike above all else, and the room to the next lane.
MARK, GAP = 0.15, 0.15
MOST_LABELS = 20

Values = NDArray[np.float64]


def membrane(
    run: SNN | Recording,
    ax: Axes | None = None,
    *,
    neurons: ArrayLike | None = None,
    threshold: ArrayLike | None = None,
    title: str = "Membrane potential",
) -> Axes:
    """Plot the potential of monitored neurons with the threshold and a mark for each spike.

    A potential is that at the end of a step, when a neuron that fired has been reset: the line does not reach the
    threshold where it fires, and the mark above stands for the spike. Several neurons have a lane each, all of one
    scale.

    Parameters
    ----------
    run : SNN or Recording
        Of a network its latest run. Its monitor must have had the variable "potential".
    ax : matplotlib.axes.Axes, optional
        Where to draw; where :mod:`snnres.plotting` says if None.
    neurons : array_like of int, optional
        Which of the monitored neurons, the first in the lowest lane; all if None.
    threshold : float or array_like of shape (n_samples, n_monitored), optional
        Drawn as a dashed line. None for the variable "threshold" where it was monitored, or else for that of the
        network where one is given; none is drawn of a recording, which knows of none, nor of a threshold that moves
        and was not monitored.
    title : str, default "Membrane potential"
        Title.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If the network has not run, no potential was monitored, or an argument is not as described.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams, StateMonitor
    >>> snn = SNN(SimulationParams(
    ...     adjacency_matrix=np.zeros((2, 2)), output_neurons=[1], membrane_threshold=1.0, leak_coefficient=0.1,
    ...     refractory_period=1, input_spike_times=np.ones((2, 20)), current_amplitude=0.3, seed=0))
    >>> spikes = snn.simulate(monitor=StateMonitor("potential"))
    >>> [label.get_text() for label in membrane(snn).get_yticklabels()]
    ['0', '1']
    """
    recording = run.recording if isinstance(run, SNN) else run
    check_type("run", recording, Recording)
    variables = recording.variables
    columns = monitored_columns(variables, neurons)
    potential = variable(variables, "potential")
    if potential is None:
        raise ValueError(
            "run must have its potential monitored: simulate(monitor=StateMonitor('potential')). "
            f"Got {recording!r} instead."
        )
    if threshold is None:
        found = variable(variables, "threshold")
        threshold = resting_threshold(run, variables) if found is None and isinstance(run, SNN) else found
    limits = None if threshold is None else check_threshold(threshold, potential.shape)[:, columns]
    potential = potential[:, columns]

    everything = potential if limits is None else np.concatenate([potential, limits])
    low, high = float(np.min(everything, initial=0.0)), float(np.max(everything, initial=0.0))
    height = (high - low) or 1.0
    offsets = np.arange(len(columns)) * height * (1 + MARK + GAP)
    ax = styled(ax, title, "time (step)", "membrane potential" if len(columns) == 1 else "neuron")
    whole_numbers(ax.xaxis)
    steps, names = variables.steps, variables.neurons[columns]
    for lane, (offset, train) in enumerate(zip(offsets, recording.trains(names).lists(), strict=True)):
        ax.plot(steps, potential[:, lane] + offset, color=INK, linewidth=1.0)
        if limits is not None:
            ax.plot(steps, limits[:, lane] + offset, color=NOTE, linewidth=0.8, linestyle="--")
        ax.vlines(train, high + offset, high + offset + MARK * height, color=ACCENT, linewidth=1.0)
    if len(columns) > 1:
        labelled = slice(None, None, -(-len(columns) // MOST_LABELS))
        ax.set_yticks(offsets[labelled], labels=[str(name) for name in names[labelled]])
    ax.set_xlim(-0.5, max(recording.n_steps, 1) - 0.5)
    return ax


def resting_threshold(snn: SNN, variables: StateVariables) -> Values | None:
    """Return the network's threshold for each sample of the monitored neurons, None where it moves."""
    if "cell.threshold" in snn.to_arrays()[1]:
        return None
    each = np.broadcast_to(snn.membrane_threshold, snn.num_neurons)[variables.neurons]
    return np.broadcast_to(each, (len(variables.steps), len(variables.neurons)))


def variable(variables: StateVariables, name: str) -> Values | None:
    """Return the samples of a variable of the cell under its short or its full name, None if it was not monitored."""
    for given in (name, f"cell.{name}"):
        if given in variables:
            return variables[given].astype(np.float64)
    return None


def monitored_columns(variables: StateVariables, neurons: ArrayLike | None) -> NDArray[np.int64]:
    """Return the columns of some of the monitored neurons, or of all."""
    if neurons is None:
        return np.arange(len(variables.neurons))
    wanted = check_integers("neurons", neurons)
    there = variables.neurons.tolist()
    for neuron in wanted.tolist():
        if neuron not in there:
            raise ValueError(f"neurons must be among the monitored ones: {there}. Got {neuron} instead.")
    if wanted.size == 0:
        raise ValueError("neurons must name at least one monitored neuron. Got an empty array instead.")
    return np.array([there.index(neuron) for neuron in wanted.tolist()])


def check_threshold(value: ArrayLike, shape: tuple[int, ...]) -> Values:
    """Return a threshold for each sample of each monitored neuron, of one for all or of as many."""
    array = check_array("threshold", value, np.ndim(value) and 2)
    if array.ndim and array.shape != shape:
        raise ValueError(
            f"threshold must be one number or an array of shape {shape}, a row a sample and a column a monitored "
            f"neuron. Got shape {array.shape} instead."
        )
    check_finite("threshold", np.atleast_1d(array))
    return np.broadcast_to(array.astype(np.float64), shape)
