"""The synapses of a network, as a matrix for people and as edges for kernels."""

from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..kernels.edges import Edges, build_edges
from ..validation import check_matrix


def owned(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array that kernels can write to: one that pickle hands over may be memory-mapped by joblib."""
    return array if type(array) is np.ndarray and array.flags.writeable else np.array(array)


class Synapses:
    """One CSR matrix of weights, whose pattern never changes: other synapses are another object.

    The weights may change in place. The kernels' layouts share them and are made when first asked for.
    """

    def __init__(self, matrix: sp.csr_matrix) -> None:
        self.matrix = matrix

    @cached_property
    def edges(self) -> Edges:
        """Synapses by source."""
        return build_edges(self.matrix.indptr, self.matrix.indices, self.matrix.data, by_target=False)

    @cached_property
    def edges_both_ways(self) -> Edges:
        """Synapses by source and by target."""
        return build_edges(self.matrix.indptr, self.matrix.indices, self.matrix.data, by_target=True)

    def __getstate__(self) -> dict[str, Any]:
        # Layouts share their weights with the matrix, which copies would not.
        return {"matrix": self.matrix}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.matrix = state["matrix"]
        self.matrix.data, self.matrix.indices = owned(self.matrix.data), owned(self.matrix.indices)


def as_weights(name: str, matrix: Any, n_neurons: int) -> sp.csr_matrix:
    """Return a fresh float32 CSR matrix for ``n_neurons``; dense and integer matrices are converted."""
    weights = check_matrix(name, matrix)
    if weights.shape[0] != n_neurons:
        raise ValueError(f"{name} must have a row for each of {n_neurons} neurons. Got {weights.shape[0]} instead.")
    return weights
