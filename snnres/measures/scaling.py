"""Recurrent weights scaled to what the neurons feel of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..network import SNN
from ..validation import FLOAT32_MAX, check_real, check_type
from .currents import current_ratio

# Factors between which is looked, as powers of 2 about the present weights.
FARTHEST = 20
# Factors nearer to each other than this are the same, about that of float32.
SAME = 1e-6


class ScaledToRatio(NamedTuple):
    """A network and how its weights were scaled.

    Parameters
    ----------
    network : SNN
        A copy with other recurrent weights.
    factor : float
        By which they were multiplied.
    ratio : float
        The current ratio that the network was measured to have.
    n_runs : int
        Measurements made.
    """

    network: SNN
    factor: float
    ratio: float
    n_runs: int


class Measured:
    """Current ratios of a network by the factor of its recurrent weights, each measured once, and the one wanted."""

    def __init__(self, network: SNN, currents: Any, hold: int, n_jobs: int, goal: float, tolerance: float) -> None:
        self.network, self.currents, self.hold, self.n_jobs = network, currents, hold, n_jobs
        self.goal, self.tolerance = goal, tolerance
        self.ratios: dict[float, float] = {}

    def scaled(self, factor: float) -> SNN:
        """Return a copy of the network with its weights multiplied."""
        other = self.network.copy()
        weights = other.get_topology()
        weights.data *= np.float32(factor)
        other.set_topology(weights)
        return other

    def ratio(self, factor: float) -> float:
        """Return the current ratio under a factor."""
        if factor not in self.ratios:
            self.ratios[factor] = current_ratio(self.scaled(factor), self.currents, self.hold, n_jobs=self.n_jobs)
        return self.ratios[factor]

    def enough(self, factor: float) -> bool:
        """Whether a factor leads near enough to the goal."""
        return abs(self.ratio(factor) / self.goal - 1) <= self.tolerance

    def result(self, factor: float) -> ScaledToRatio:
        """Return the network under a factor that was measured."""
        return ScaledToRatio(self.scaled(factor), factor, self.ratios[factor], len(self.ratios))


def scale_to_current_ratio(
    network: SNN, currents: Any, ratio: float, hold: int = 1, *, tolerance: float = 0.02, n_jobs: int = -1
) -> ScaledToRatio:
    """Multiply the recurrent weights of a network by one factor, so that :func:`current_ratio` becomes ``ratio``.

    The ratio is measured, spikes and all, for each factor that is tried: doubled from 1 if it is to grow, halved if it
    is to fall, until the wanted ratio lies between two; then halfway between these on a logarithmic scale. It need not
    grow with the weights throughout, so that there may be other factors beside the one that is found.

    Parameters
    ----------
    network : SNN
        With input weights. It stays as it was.
    currents : array_like (n_trials, n_channels, n_steps) or list of (n_channels, n_steps_k)
        Channels of each trial, as for :meth:`snnres.SNN.simulate_batch`.
    ratio : float
        Root mean square of the recurrent current in units of that of the input, > 0.
    hold : int, default 1
        Steps for which each column lasts.
    tolerance : float, default 0.02
        By how much the ratio reached may be off, relative to ``ratio``; in (0, 1).
    n_jobs : int, default -1
        Threads; -1 for one a core.

    Returns
    -------
    ScaledToRatio
        The scaled copy as ``network``, ``factor``, the ``ratio`` that was measured at last, and ``n_runs``, how many
        measurements that took.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value; if no factor between 2^-20 and 2^20 brings the ratio to the wanted
        one, or where it jumps past it, which is said with the nearest that were measured.

    See Also
    --------
    snnres.topology.scale_to_spectral_radius : by the weights alone.

    Examples
    --------
    Each spike of the one neuron sends it .5, in every second step; the input is -1 and 1:

    >>> import numpy as np, scipy.sparse as sp
    >>> from snnres import SNN, SimulationParams
    >>> snn = SNN(SimulationParams(
    ...     adjacency_matrix=sp.csr_matrix([[0.5]]), output_neurons=[0], membrane_potentials=np.zeros(1),
    ...     membrane_threshold=1.0, leak_coefficient=0.0, refractory_period=1))
    >>> snn.set_input_weights([[1.0]], bias=[9.0])
    >>> scaled = scale_to_current_ratio(snn, [[[1.0, -1.0] * 10]], 1.0)
    >>> scaled.factor, scaled.ratio, scaled.network.get_topology().data.tolist()
    (4.0, 1.0, [2.0])
    """
    check_type("network", network, SNN)
    goal = check_real("ratio", ratio, above=0)
    slack = check_real("tolerance", tolerance, above=0, below=1)
    measured = Measured(network, currents, hold, n_jobs, goal, slack)
    present = measured.ratio(1.0)
    if not 0 < present < np.inf:
        rule = "the present one must be above 0, so that something fires, and the input must not stand still"
        raise ValueError(f"ratio must be reachable: {rule}. Got {present:g} instead.")
    low, high = bracket(measured)
    while True:
        for factor in (low, high):
            if measured.enough(factor):
                return measured.result(factor)
        if high / low - 1 < SAME:
            raise unreachable(measured, low, high)
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if measured.ratio(middle) < goal else (low, middle)


def bracket(measured: Measured) -> tuple[float, float]:
    """Return two factors, the lesser with a ratio below the goal and the greater with one that is not.

    One of them alone may do, and is then returned with the one before it.
    """
    step = 2.0 if measured.ratio(1.0) < measured.goal else 0.5
    strongest = float(np.abs(measured.network.synaptic_weights.data).max())
    last = 1.0
    if measured.enough(last):
        return last, last
    for _ in range(FARTHEST):
        factor = last * step
        if factor * strongest > FLOAT32_MAX:
            break
        if measured.enough(factor) or (measured.ratio(factor) >= measured.goal) == (step > 1):
            return min(last, factor), max(last, factor)
        last = factor
    nearest = min(measured.ratios, key=lambda factor: abs(measured.ratios[factor] - measured.goal))
    raise unreachable(measured, nearest, last)


def unreachable(measured: Measured, *factors: float) -> ValueError:
    """Return the error for a ratio that no factor leads to."""
    found = " and ".join(
        f"{measured.ratio(factor):.4g} at {factor:.7g} times the weights" for factor in sorted(set(factors))
    )
    return ValueError(
        f"ratio must be reachable by scaling the weights: measured was {found}. Got {measured.goal:g} instead."
    )
