"""Neurons in a circle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...validation import INT32_MAX, check_int, check_type, freeze
from .base import Graph, Indices, Indptr


@dataclass(frozen=True)
class Ring(Graph):
    """A directed ring: neuron j leads to the k that come next, ``(j + 1) % n`` to ``(j + k) % n``.

    With k = 1 it is the simple cycle reservoir. (A ring with neighbours on both sides and one direction an edge is the
    small world without rewiring, ``small_world_graph_p=0``.)

    Parameters
    ----------
    k : int
        Targets of each neuron, >= 1 and less than the number of neurons.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    A. Rodan and P. Tino, IEEE Transactions on Neural Networks 22 (2011) 131-144.

    Examples
    --------
    >>> import numpy as np
    >>> Ring(2).draw(4, np.random.default_rng(0))[1].tolist()
    [1, 2, 2, 3, 0, 3, 0, 1]
    """

    k: int = 1

    def __post_init__(self) -> None:
        freeze(self, "k", check_int, 1, INT32_MAX)

    def check_size(self, n_neurons: int) -> None:
        """Refuse fewer neurons than a target more than k."""
        if self.k >= n_neurons:
            raise ValueError(f"k of Ring must be less than the number of neurons ({n_neurons}). Got {self.k} instead.")

    def draw(
        self, n_neurons: int, rng: np.random.Generator, signs: NDArray[np.int8] | None = None
    ) -> tuple[Indptr, Indices]:
        """Return the ring; nothing is drawn."""
        check_type("rng", rng, np.random.Generator)
        self.check_size(n_neurons)
        neurons, lags = np.arange(n_neurons, dtype=np.int64), np.arange(1, self.k + 1)
        targets = np.sort(np.add.outer(neurons, lags) % n_neurons, axis=1)
        return np.arange(n_neurons + 1, dtype=np.int64) * self.k, targets.astype(np.int32).ravel()
