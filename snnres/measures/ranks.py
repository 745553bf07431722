"""How many directions of its state a reservoir uses: for different inputs, and for one input and noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..interrupts import interruptible
from ..params import SeedLike
from ..progress import Progress
from ..validation import check_array, check_int, check_real, check_rows
from .driven import Driven, checked, generator


def state_rank(states: ArrayLike, *, tolerance: float = 0.01) -> int:
    """Return the rank of a matrix of states: its singular values above ``tolerance`` times the largest.

    Parameters
    ----------
    states : array_like, shape (n_inputs, n_states)
        A state for each of several inputs, finite. The mean is not taken off.
    tolerance : float, default 0.01
        In [0, 1). Directions fainter than this, beside the states themselves, do not count: in exact arithmetic nearly
        every matrix of measured states has full rank.

    Returns
    -------
    int
        0 if all states are 0.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> state_rank([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 2.0]])
    2
    """
    matrix = check_rows("states", check_array("states", states, 2))
    tolerance = check_real("tolerance", tolerance, low=0, below=1)
    values = interruptible(np.linalg.svd, matrix, compute_uv=False)
    return int(np.count_nonzero(values > max(tolerance, np.finfo(np.float64).eps * max(matrix.shape)) * values[0]))


def kernel_quality(
    reservoir: Any,
    *,
    n_series: int = 300,
    n_steps: int = 30,
    tolerance: float = 0.01,
    hold: int | None = None,
    taus: Sequence[float] | None = None,
    seed: SeedLike = None,
    n_jobs: int = -1,
    progress: Progress = False,
) -> int:
    """Return the kernel quality: the rank of the states in which different inputs leave the reservoir.

    So many linear functions of its state are at a readout's command: higher is better, and ``n_series`` the most that
    can be found.

    Parameters
    ----------
    reservoir, hold, taus, seed
        As in :func:`snnres.measures.memory_capacity`.
    n_series : int, default 300
        Inputs, each of independent values and from the potentials of construction on; >= 2.
    n_steps : int, default 30
        Steps of each.
    tolerance : float, default 0.01
        See :func:`state_rank`.
    n_jobs : int, default -1
        Threads; -1 for one a core.
    progress : bool or callable, default False
        True shows a bar on standard error; a function is called with (series done, series in all).

    Returns
    -------
    int

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    See Also
    --------
    generalisation_rank : the same for one input and noise, which should be low where this is high.

    References
    ----------
    Legenstein and Maass, Edge of chaos and prediction of computational performance for neural circuit models, Neural
    Networks 20 (2007) 323-334.

    Examples
    --------
    >>> from snnres import SNN, SimulationParams
    >>> from snnres.encoding import random_bias, random_input_weights
    >>> snn = SNN(SimulationParams(
    ...     num_neurons=100, num_output_neurons=10, mean_weight=0.05, small_world_graph_k=10, small_world_graph_p=0.2,
    ...     membrane_threshold=3.0, leak_coefficient=0.1, refractory_period=2, seed=0))
    >>> snn.set_input_weights(random_input_weights(1, 100, density=1.0, seed=0), random_bias(100, seed=0))
    >>> kernel_quality(snn, n_series=40, n_steps=10, seed=0) > generalisation_rank(snn, n_series=40, n_steps=10, seed=0)
    True
    """
    way, rng = checked(reservoir, hold, taus), generator(seed)
    count, length = check_sizes(n_series, n_steps)
    return rank_after(way, [way.rows(length, rng) for _ in range(count)], tolerance, n_jobs, progress)


def generalisation_rank(
    reservoir: Any,
    *,
    noise: float = 0.1,
    n_series: int = 300,
    n_steps: int = 30,
    tolerance: float = 0.01,
    hold: int | None = None,
    taus: Sequence[float] | None = None,
    seed: SeedLike = None,
    n_jobs: int = -1,
    progress: Progress = False,
) -> int:
    """Return the generalisation rank: the rank of the states in which noisy versions of one input leave the reservoir.

    It estimates how many directions noise takes up, so lower is better: a reservoir computes where
    :func:`kernel_quality` exceeds it most.

    Parameters
    ----------
    noise : float, default 0.1
        Standard deviation of the normal noise that is added to each value, in that of the input; >= 0.
    reservoir, n_series, n_steps, tolerance, hold, taus, seed, n_jobs, progress
        As in :func:`kernel_quality`.

    Returns
    -------
    int

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    References
    ----------
    Legenstein and Maass (2007), see :func:`kernel_quality`.

    Examples
    --------
    Without noise all series are one:

    >>> from snnres import SNN, SimulationParams
    >>> from snnres.encoding import random_bias, random_input_weights
    >>> snn = SNN(SimulationParams(
    ...     num_neurons=100, num_output_neurons=10, mean_weight=0.05, small_world_graph_k=10, small_world_graph_p=0.2,
    ...     membrane_threshold=3.0, leak_coefficient=0.1, refractory_period=2, seed=0))
    >>> snn.set_input_weights(random_input_weights(1, 100, density=1.0, seed=0), random_bias(100, seed=0))
    >>> generalisation_rank(snn, noise=0.0, n_series=40, n_steps=10, seed=0)
    1
    """
    noise = check_real("noise", noise, low=0)
    way, rng = checked(reservoir, hold, taus), generator(seed)
    count, length = check_sizes(n_series, n_steps)
    one = way.rows(length, rng)
    noisy = [one + noise * rng.standard_normal(one.shape) for _ in range(count)]
    return rank_after(way, noisy, tolerance, n_jobs, progress)


def check_sizes(n_series: int, n_steps: int) -> tuple[int, int]:
    """Return the number of series and the steps of each."""
    return check_int("n_series", n_series, 2), check_int("n_steps", n_steps, 1)


def rank_after(
    way: Driven, series: Sequence[NDArray[np.float64]], tolerance: float, n_jobs: int, progress: Progress
) -> int:
    """Return the rank of the states at the end of each of several series."""
    check_real("tolerance", tolerance, low=0, below=1)
    return state_rank(way.last_traces(series, n_jobs, progress), tolerance=tolerance)
