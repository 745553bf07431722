"""What reaches the neurons from each other, beside what reaches them from outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..network import SNN
from ..recording import Recording
from .driven import input_weights_of, tapped

Float64Array = NDArray[np.float64]

# Currents of the neurons held at a time.
BLOCK_ENTRIES = 2**20


def current_ratio(network: SNN, currents: Any, hold: int = 1, *, n_jobs: int = -1) -> float:
    """Return how strong the recurrent current of a network is beside that of its input.

    The root mean square, over steps and neurons, of the recurrent current ``sum_j W[j, i] s_j(t)`` (what the spikes s
    of a step send to neuron i), divided by that of the input current ``sum_c u_c(t) V[c, i]``; both without their mean
    over the steps of all trials, neuron by neuron. Constant currents, the bias among them, thus do not count: they say
    nothing of the input.

    Parameters
    ----------
    network : SNN
        With input weights V. It stays as it was; weights are frozen.
    currents : array_like (n_trials, n_channels, n_steps) or list of (n_channels, n_steps_k)
        Channels u of each trial, as for :meth:`snnres.SNN.simulate_batch`.
    hold : int, default 1
        Steps for which each column lasts.
    n_jobs : int, default -1
        Threads; -1 for one a core.

    Returns
    -------
    float
        0 where nothing fires or there are no synapses; infinite where only the input stands still.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Below about .05 neurons hear hardly anything but the input, and a reservoir is a random feature map. Where recurrent
    weights are in proportion to the threshold, a high firing rate does that: it takes a low threshold. On delayed XOR
    a :class:`snnres.ReservoirClassifier` has .012 at its rate of .15, .46 at .10 and .78 at .05.

    Examples
    --------
    Each spike of the one neuron sends it .5, in every second step; the input is -1 and 1:

    >>> import numpy as np, scipy.sparse as sp
    >>> from snnres import SNN, SimulationParams
    >>> snn = SNN(SimulationParams(
    ...     adjacency_matrix=sp.csr_matrix([[0.5]]), output_neurons=[0], membrane_potentials=np.zeros(1),
    ...     membrane_threshold=1.0, leak_coefficient=0.0, refractory_period=1))
    >>> snn.set_input_weights([[1.0]], bias=[9.0])
    >>> current_ratio(snn, [[[1.0, -1.0] * 10]])
    0.25
    """
    input_weights, taps = input_weights_of(network)
    recordings = network.simulate_batch(currents=currents, hold=hold, n_jobs=n_jobs)
    trials = [tapped(np.asarray(trial, dtype=np.float64).T, taps) for trial in currents]
    weights = network.synaptic_weights.astype(np.float64)
    recurrent = fluctuation([part for recording in recordings for part in spikes_by_step(recording)], weights)
    driving = fluctuation(trials, input_weights)
    if driving == 0:
        return float("inf") if recurrent > 0 else 0.0
    return recurrent / driving


def fluctuation(parts: Sequence[Any], weights: sp.csr_matrix) -> float:
    """Return the root mean square of ``x @ weights`` about each column's mean, for rows x that come in parts."""
    n_rows = sum(part.shape[0] for part in parts)
    mean = np.asarray(sum(part.sum(axis=0) for part in parts)).ravel() @ weights / n_rows
    power = sum(float(np.sum((dense(part @ weights) - mean) ** 2)) for part in parts)
    return float(np.sqrt(power / (n_rows * weights.shape[1])))


def dense(matrix: Any) -> Float64Array:
    """Return a matrix as an array."""
    return np.asarray(matrix.toarray() if sp.issparse(matrix) else matrix)


def spikes_by_step(recording: Recording) -> Iterator[sp.csr_matrix]:
    """Yield the 0/1 spikes of some steps after the other, (n_steps, n_neurons)."""
    n_rows = max(1, BLOCK_ENTRIES // recording.n_neurons)
    for start in range(0, recording.n_steps, n_rows):
        part = recording.window(start, min(start + n_rows, recording.n_steps))
        shape = (part.n_steps, part.n_neurons)
        yield sp.csr_matrix((np.ones(part.n_spikes), part.neurons, part.offsets), shape=shape)
