"""Which neurons synapses join."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...validation import INT32_MAX, check_int, refuse
from ..base import Part

Indptr: TypeAlias = NDArray[np.int64]
Indices: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True)
class Graph(Part, ABC):
    """A graph from source to target, drawn with the network's seed: ``SimulationParams(graph=...)``.

    Weights are drawn for its arcs as for any generated network. Input neurons are the first, whatever the graph.
    """

    @abstractmethod
    def check_size(self, n_neurons: int) -> None:
        """Refuse, by a ValueError, a number of neurons that the graph cannot have."""

    @abstractmethod
    def draw(
        self, n_neurons: int, rng: np.random.Generator, signs: NDArray[np.int8] | None = None
    ) -> tuple[Indptr, Indices]:
        """Return row bounds (n_neurons + 1,) and the targets of each neuron, ascending and without repeats.

        ``signs`` is 1 for an excitatory and -1 for an inhibitory neuron; None where there are no such kinds.
        """


def checked_rows(graph: Graph, n_neurons: int, indptr: Any, indices: Any) -> tuple[Indptr, Indices]:
    """Return what a graph drew if it is rows of targets as they must be: the kernels would run out of the arrays."""
    rows, targets = np.asarray(indptr), np.asarray(indices)
    sound = rows.dtype.kind in "iu" and targets.dtype.kind in "iu" and rows.shape == (n_neurons + 1,)
    sound = (
        sound
        and targets.ndim == 1
        and rows[0] == 0
        and rows[-1] == targets.size
        and bool((rows[1:] >= rows[:-1]).all())
    )
    if sound and targets.size:
        first = np.zeros(targets.size, dtype=bool)
        first[rows[:-1][rows[:-1] < targets.size]] = True
        ascending = (targets[1:] > targets[:-1]) | first[1:]
        sound = bool(ascending.all()) and targets.min() >= 0 and targets.max() < n_neurons
    if not sound:
        raise ValueError(
            f"{type(graph).__name__}.draw must return row bounds ({n_neurons + 1},) and targets in [0, {n_neurons}) "
            f"that ascend in each row. Got arrays of shapes {rows.shape} and {targets.shape} instead."
        )
    return rows.astype(np.int64, copy=False), targets.astype(np.int32, copy=False)


def check_sizes(name: str, value: Any, low: int) -> tuple[int, ...]:
    """Return a list of integers >= ``low``, at least one, as a tuple; their product and sum must fit an index."""
    if not isinstance(value, (tuple, list)) or not value:
        raise refuse(name, f"a tuple of at least one integer >= {low}", value, TypeError)
    return tuple(check_int(f"{name}[{k}]", size, low, INT32_MAX) for k, size in enumerate(value))
