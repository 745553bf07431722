"""Neurons in space."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...validation import check_real, check_type, freeze, refuse
from .base import Graph, Indices, Indptr, check_sizes
from .sampling import arcs_to_rows

# exp(-x^2) is 0 in double precision beyond this x.
VANISHED = 27.5


@dataclass(frozen=True)
class Lattice(Graph):
    """Neurons on a lattice, joined the more likely the nearer they are: ``P = C exp(-(D / lam)^2)``.

    D is the Euclidean distance, and C depends on whether source and target are excitatory or inhibitory; where the
    network has no inhibitory neurons, it is ``c_ee``. No neuron leads to itself. Neuron i stands at
    ``numpy.unravel_index(i, shape)``, the last axis counting fastest, so that input neurons, which are the first, fill
    one end of the first axis.

    Parameters
    ----------
    shape : tuple of int
        Neurons along each of one to three axes, >= 1; their product is the number of neurons.
    lam : float, default 2.0
        Length in lattice steps at which P has fallen to C / e, > 0.
    c_ee, c_ei, c_ie, c_ii : float, default 0.3, 0.2, 0.4, 0.1
        C in [0, 1] from excitatory to excitatory, from excitatory to inhibitory, from inhibitory to excitatory, from
        inhibitory to inhibitory neurons. The defaults are those of the paper.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    W. Maass, T. Natschläger and H. Markram, Neural Computation 14 (2002) 2531-2560. The arcs of each neuron are found
    by leaps over the places around it in the order of their distance (J. C. Miller and A. Hagberg, WAW 2011, LNCS 6732,
    115-126), in time and memory that are in proportion to arcs and places, not to pairs.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams
    >>> snn = SNN(SimulationParams(
    ...     graph=Lattice((15, 3, 3)), num_neurons=135, mean_weight=0.3, inhibitory_fraction=0.2, inhibitory_ratio=2.0,
    ...     num_output_neurons=10, membrane_threshold=1.0, leak_coefficient=0.1, refractory_period=2, seed=0))
    >>> int((snn.get_topology().data < 0).sum() > 0)
    1
    """

    shape: tuple[int, ...]
    lam: float = 2.0
    c_ee: float = 0.3
    c_ei: float = 0.2
    c_ie: float = 0.4
    c_ii: float = 0.1

    def __post_init__(self) -> None:
        freeze(self, "shape", check_sizes, 1)
        if len(self.shape) > 3:
            raise refuse("shape", "of one to three axes", self.shape)
        freeze(self, "lam", check_real, above=0)
        for name in ("c_ee", "c_ei", "c_ie", "c_ii"):
            freeze(self, name, check_real, low=0, high=1)

    def check_size(self, n_neurons: int) -> None:
        """Refuse another number than the product of the shape."""
        if math.prod(self.shape) != n_neurons:
            raise ValueError(
                f"shape of Lattice must multiply to the number of neurons ({n_neurons}). "
                f"Got {self.shape}, which has {math.prod(self.shape)}, instead."
            )

    def draw(
        self, n_neurons: int, rng: np.random.Generator, signs: NDArray[np.int8] | None = None
    ) -> tuple[Indptr, Indices]:
        """Return the graph."""
        check_type("rng", rng, np.random.Generator)
        self.check_size(n_neurons)
        inhibitory = np.zeros(n_neurons, dtype=np.int8) if signs is None else (signs < 0).astype(np.int8)
        c = np.array([[self.c_ee, self.c_ei], [self.c_ie, self.c_ii]])
        highest = float(c.max()) if inhibitory.any() else self.c_ee
        offsets, bound = self.neighbourhood(highest)
        sources, targets = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int32)]
        neurons = np.arange(n_neurons if len(bound) else 0, dtype=np.int32)
        place = np.zeros(len(neurons), dtype=np.int64)
        while len(neurons):
            # Later places are less likely than the next one, so that its likelihood bounds theirs.
            leaps = rng.geometric(bound[place])
            landed = place + np.minimum(leaps, len(bound)) - 1
            on = landed < len(bound)
            neurons, place, landed = neurons[on], place[on], landed[on]
            target, inside = self.moved(neurons, offsets[landed])
            likelihood = c[inhibitory[neurons], inhibitory[target]] / highest * bound[landed]
            joined = (rng.random(len(neurons)) * bound[place] < likelihood) & inside
            sources.append(neurons[joined])
            targets.append(target[joined])
            more = landed + 1 < len(bound)
            neurons, place = neurons[more], landed[more] + 1
        return arcs_to_rows(np.concatenate(sources), np.concatenate(targets), n_neurons)

    def neighbourhood(self, highest: float) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the offsets (n_offsets, n_axes) at which P can be above 0, nearest first, and P for C ``highest``."""
        reach = [int(min(size - 1, VANISHED * self.lam)) for size in self.shape]
        axes = [np.arange(-far, far + 1, dtype=np.int32) for far in reach]
        offsets = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
        squared = (offsets.astype(np.int64) ** 2).sum(axis=1)
        likelihood = highest * np.exp(-squared / self.lam**2)
        order = np.argsort(squared, kind="stable")
        order = order[(squared[order] > 0) & (likelihood[order] > 0)]
        return offsets[order], likelihood[order]

    def moved(self, neurons: Indices, offsets: NDArray[np.int32]) -> tuple[Indices, NDArray[np.bool_]]:
        """Return the neurons at these offsets from others, and whether they are there; 0 where they are not."""
        places = np.stack(np.unravel_index(neurons, self.shape), axis=-1) + offsets
        inside = np.asarray(((places >= 0) & (places < np.array(self.shape))).all(axis=1))
        places[~inside] = 0
        return np.ravel_multi_index(tuple(places.T), self.shape).astype(np.int32), inside
