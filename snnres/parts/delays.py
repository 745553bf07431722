"""How long spikes are on their way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from ..kernels.spans import spans
from ..validation import INT32_MAX, check_array, check_int, check_integers, check_type, check_weights, freeze, refuse
from .base import Part

IntArray = NDArray[np.int32]


@dataclass(frozen=True)
class Delays(Part, ABC):
    """A distribution of delays, drawn with the network's seed."""

    @abstractmethod
    def draw(self, matrix: sp.csr_matrix, rng: np.random.Generator) -> IntArray:
        """Return the delay in steps, >= 1, of each synapse of a CSR matrix, (nnz,) int32."""


DelaysLike: TypeAlias = int | ArrayLike | sp.spmatrix | sp.sparray | Delays | None
FORMS = (
    "whole numbers >= 1: one, one for each neuron (n_neurons,), a matrix (n_neurons, n_neurons) of the weights' "
    "pattern, or a distribution such as UniformDelays"
)


@dataclass(frozen=True)
class UniformDelays(Delays):
    """Delays that are uniform over the whole numbers from ``low`` to ``high``.

    Parameters
    ----------
    low, high : int
        Shortest and longest delay in steps, 1 <= low <= high.
    per : {"synapse", "neuron"}, default "synapse"
        Whether each synapse has a delay of its own, or all synapses of a neuron one (a delay of its axon).

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> from snnres.parts import UniformDelays
    >>> UniformDelays(1, 40)
    UniformDelays(low=1, high=40, per='synapse')
    """

    low: int
    high: int
    per: Literal["synapse", "neuron"] = "synapse"

    def __post_init__(self) -> None:
        freeze(self, "low", check_int, 1, INT32_MAX)
        freeze(self, "high", check_int, self.low, INT32_MAX)
        check_type("per", self.per, str)
        if self.per not in ("synapse", "neuron"):
            raise refuse("per", "'synapse' or 'neuron'", self.per)

    def draw(self, matrix: sp.csr_matrix, rng: np.random.Generator) -> IntArray:
        """Return the delay of each synapse."""
        count = matrix.nnz if self.per == "synapse" else matrix.shape[0]
        drawn = np.empty(count, dtype=np.int32)
        for first, last in spans(count):
            drawn[first:last] = rng.integers(self.low, self.high, size=last - first, dtype=np.int32, endpoint=True)
        return drawn if self.per == "synapse" else np.repeat(drawn, np.diff(matrix.indptr))


def check_delays(name: str, value: Any, n_neurons: int) -> int | IntArray | sp.csr_matrix | Delays | None:
    """Return delays in one of their forms, fresh and checked as far as that goes without the synapses."""
    if value is None or isinstance(value, Delays):
        return value
    if sp.issparse(value) or np.ndim(value) == 2:
        return check_delay_matrix(name, value, n_neurons)
    if np.ndim(value) == 0:
        return check_int(name, value, 1, INT32_MAX)
    each = check_integers(name, value)
    if len(each) != n_neurons:
        raise ValueError(f"{name} must have a value for each of {n_neurons} neurons. Got {len(each)} instead.")
    check_steps(name, each)
    return each.astype(np.int32)


def check_delay_matrix(name: str, value: Any, n_neurons: int) -> sp.csr_matrix:
    """Return a fresh CSR matrix (n_neurons, n_neurons) of int32 >= 1, rows sorted."""
    dtype = value.dtype if sp.issparse(value) else check_array(name, value, 2).dtype
    if dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integers. Got a matrix of dtype {dtype} instead.")
    # Exact: no delay is longer than 2^31, and a double holds whole numbers to 2^53.
    wide = value.astype(np.float64) if sp.issparse(value) else sp.csr_matrix(np.asarray(value, dtype=np.float64))
    check_steps(name, wide.data)
    matrix = check_weights(name, wide)
    if matrix.shape[0] != n_neurons:
        raise ValueError(f"{name} must have a row for each of {n_neurons} neurons. Got {matrix.shape[0]} instead.")
    wide = sp.csr_matrix(wide)
    wide.sort_indices()
    return sp.csr_matrix((wide.data.astype(np.int32), matrix.indices, matrix.indptr), shape=matrix.shape)


def check_steps(name: str, values: NDArray[Any]) -> None:
    """Refuse what is no delay."""
    outside = (values < 1) | (values > INT32_MAX)
    if outside.any():
        raise refuse(name, FORMS, values[outside][0].item())


def delays_of(name: str, value: Any, matrix: sp.csr_matrix, rng: np.random.Generator) -> IntArray | None:
    """Return the delay of each synapse of a CSR matrix with sorted rows, None if all are 1."""
    checked = check_delays(name, value, matrix.shape[0])
    if checked is None:
        return None
    if isinstance(checked, Delays):
        delays = checked.draw(matrix, rng)
    elif isinstance(checked, int):
        delays = np.full(matrix.nnz, checked, dtype=np.int32)
    elif isinstance(checked, np.ndarray):
        delays = np.repeat(checked, np.diff(matrix.indptr))
    else:
        same = np.array_equal(checked.indptr, matrix.indptr) and np.array_equal(checked.indices, matrix.indices)
        if not same:
            raise ValueError(
                f"{name} must have an entry for each of the {matrix.nnz} synapses, and no others. "
                f"Got a matrix of {checked.nnz} entries instead{', elsewhere' if checked.nnz == matrix.nnz else ''}."
            )
        delays = checked.data
    return delays if (delays > 1).any() else None
