"""A graph that is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...validation import INT32_MAX, check_array, check_int, check_type, freeze
from .base import Graph, Indices, Indptr
from .sampling import arcs_to_rows


@dataclass(frozen=True, eq=False)
class GivenGraph(Graph):
    """Arcs of your own, for which weights are drawn; for weights of your own there is ``adjacency_matrix``.

    Parameters
    ----------
    n_neurons : int
        Neurons, >= 1.
    arcs : array_like of int, shape (n_arcs, 2)
        Source and target of each, in any order, none twice; an arc may lead back to its source. Those of a networkx
        graph are taken by :func:`snnres.topology.graph_of_networkx`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> from snnres import SNN, SimulationParams
    >>> snn = SNN(SimulationParams(
    ...     graph=GivenGraph(3, [(0, 1), (1, 2)]), num_neurons=3, mean_weight=0.5, weight_variance=0.0,
    ...     output_neurons=[2], membrane_threshold=1.0, leak_coefficient=0.0, refractory_period=1))
    >>> snn.get_topology().toarray().tolist()
    [[0.0, 0.5, 0.0], [0.0, 0.0, 0.5], [0.0, 0.0, 0.0]]
    """

    n_neurons: int
    arcs: ArrayLike

    def __post_init__(self) -> None:
        freeze(self, "n_neurons", check_int, 1, INT32_MAX)
        freeze(self, "arcs", check_arcs, self.n_neurons)

    def check_size(self, n_neurons: int) -> None:
        """Refuse another number of neurons."""
        if self.n_neurons != n_neurons:
            raise ValueError(
                f"n_neurons of GivenGraph must be the number of neurons ({n_neurons}). Got {self.n_neurons} instead."
            )

    def draw(
        self, n_neurons: int, rng: np.random.Generator, signs: NDArray[np.int8] | None = None
    ) -> tuple[Indptr, Indices]:
        """Return the graph; nothing is drawn."""
        check_type("rng", rng, np.random.Generator)
        self.check_size(n_neurons)
        sources, targets = np.array(np.asarray(self.arcs).T, order="C")
        return arcs_to_rows(sources, targets, n_neurons)


def check_arcs(name: str, value: Any, n_neurons: int) -> Indices:
    """Return a read-only copy of distinct pairs of neurons, (n_arcs, 2) int32."""
    empty = isinstance(value, (tuple, list)) and not value
    array = np.empty((0, 2), dtype=np.int32) if empty else check_array(name, value, 2)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integers. Got an array of dtype {array.dtype} instead.")
    if array.shape[1] != 2:
        raise ValueError(f"{name} must have a source and a target each. Got an array of shape {array.shape} instead.")
    outside = (array < 0) | (array >= n_neurons)
    if outside.any():
        raise ValueError(f"{name} must join neurons in [0, {n_neurons}). Got {array[outside][0]} instead.")
    pairs = np.sort(array[:, 0].astype(np.int64) * n_neurons + array[:, 1].astype(np.int64))
    repeated = pairs[1:][pairs[1:] == pairs[:-1]]
    if repeated.size:
        source, target = divmod(int(repeated[0]), n_neurons)
        raise ValueError(f"{name} must not repeat an arc. Got ({source}, {target}) more than once instead.")
    arcs = array.astype(np.int32)
    arcs.flags.writeable = False
    return arcs
