"""What a spiking reservoir remembers of its input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..params import SeedLike
from ..progress import Progress
from ..validation import check_int
from .capacity import FEWEST_ROWS, Capacity, Span, delayed, measured, product
from .driven import checked, generator


class MemoryCapacity(NamedTuple):
    """What a reservoir remembers.

    Parameters
    ----------
    linear : Capacity
        Of u(t - d), see :func:`snnres.measures.linear_capacity`.
    quadratic : Capacity
        Of u(t) u(t - d), see :func:`snnres.measures.quadratic_capacity`.
    """

    linear: Capacity
    quadratic: Capacity


def memory_capacity(
    reservoir: Any,
    *,
    max_delay: int = 100,
    max_quadratic_delay: int = 20,
    n_steps: int = 3000,
    washout: int = 200,
    hold: int | None = None,
    taus: Sequence[float] | None = None,
    seed: SeedLike = None,
    progress: Progress = False,
) -> MemoryCapacity:
    """Return the linear and the quadratic memory capacity of a spiking reservoir.

    A copy of the network is driven by independent values, uniform with mean 0 and standard deviation 1, from its
    potentials of construction on. At the end of each step of this input the exponentially filtered spikes of all
    neurons are read, and from them linear readouts tell what was.

    Parameters
    ----------
    reservoir : SNN, ReservoirForecaster, ReservoirClassifier, ReservoirRegressor or ReservoirTransformer
        A network with input weights, or a fitted estimator, whose network then gets its input as from training data in
        units of their spread: the latest ``lags`` steps side by side, or beside their differences. Not an estimator
        fitted to a table.
    max_delay, max_quadratic_delay : int, default 100 and 20
        Longest delays of the linear and of the quadratic capacity, in steps of the input.
    n_steps : int, default 3000
        Steps of the input to measure on, three quarters of them to fit readouts.
    washout : int, default 200
        Steps before them, not fewer than the longest delay, while the network forgets where it came from.
    hold : int, optional
        Steps of the network for each step of the input. None: the estimator's own, 20 for a network.
    taus : sequence of float, optional
        Time constants of the filters, in steps of the input, > 0. None: a forecaster's own ``trace_taus``, else 0.5, 3
        and 10.
    seed : int, SeedSequence or Generator, optional
        Decides the input.
    progress : bool or callable, default False
        True shows a bar on standard error; a function is called with (steps done, steps in all).

    Returns
    -------
    MemoryCapacity
        ``linear`` and ``quadratic``, each with ``total`` and ``by_delay``.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    The reservoir stays as it was. Plasticity is off, and input spikes are left out. Where there are several channels
    of input, each gets values of its own, and capacities are summed over them.

    How it is measured, and how far ``n_steps`` that are few for the neurons make it too low:
    :func:`snnres.measures.capacity`. With 1,000 neurons and three time constants the defaults take a few seconds beyond
    the simulation.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams
    >>> from snnres.encoding import random_bias, random_input_weights
    >>> snn = SNN(SimulationParams(
    ...     num_neurons=100, num_output_neurons=10, mean_weight=0.05, small_world_graph_k=10, small_world_graph_p=0.2,
    ...     membrane_threshold=3.0, leak_coefficient=0.1, refractory_period=2, seed=0))
    >>> snn.set_input_weights(random_input_weights(1, 100, density=1.0, seed=0), random_bias(100, seed=0))
    >>> capacity = memory_capacity(snn, max_delay=10, n_steps=400, seed=0)
    >>> 1 < capacity.linear.total < 5
    True
    """
    way = checked(reservoir, hold, taus)
    spans = [
        Span(delayed, check_int("max_delay", max_delay, 1)),
        Span(product, check_int("max_quadratic_delay", max_quadratic_delay, 1)),
    ]
    n_steps = check_int("n_steps", n_steps, FEWEST_ROWS)
    washout = max(check_int("washout", washout, 0), *(span.max_delay for span in spans))
    inputs = way.rows(washout + n_steps, generator(seed))
    return MemoryCapacity(*measured(way.traces(inputs, progress), inputs, spans, washout))
