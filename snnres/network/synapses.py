"""The synapses of a network, as a matrix for people and as edges for kernels."""

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..kernels.delays import DelayedEdges, Flight, build_delayed_edges, flight_of, sort_rows
from ..kernels.edges import Edges, build_edges, narrowest
from ..kernels.packed import EXPANDS, Packed, pack
from ..kernels.shares import split_rows
from ..kernels.spans import row_spans
from ..validation import check_matrix

# Places in the ring of what is to arrive: the kernels count them in 32 bits, and 16 GiB they would be.
MOST_PENDING = 2**32 - 1
# Synapses for which packing is worth its kernel; above it wants memory for a second copy, and threads share a run.
PACKABLE = range(10**5, 4 * 10**5 + 1)
# Steps with frozen weights from which on it is worth its time: 2 ms, of 1 us saved a step in the first example.
WORTH_PACKING = 1000


def owned(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array that kernels can write to: one that pickle hands over may be memory-mapped by joblib."""
    return array if type(array) is np.ndarray and array.flags.writeable else np.array(array)


class Parting(NamedTuple):
    """Who of several threads has what: thread k the neurons ``neurons[k]`` to ``neurons[k + 1]``.

    In row j of the synapses it has those from ``rows[k][j]`` to ``rows[k + 1][j]``: which end in its neurons or, with
    delays, go to its places in the ring.
    """

    neurons: NDArray[np.int64]
    rows: tuple[NDArray[np.uint64], ...]


class Synapses:
    """A CSR matrix of weights and the delays of its synapses, whose pattern never changes: others are another object.

    The weights may change in place. The kernels' layouts share them and are made when first asked for. Where there
    are delays, the rows of ``matrix`` are in the order of delays, then of targets; ``delays`` (nnz,) goes with it.

    Parameters
    ----------
    matrix : CSR matrix with sorted rows
    delays : int32, (nnz,), optional
        Steps >= 1 in the order of the matrix, one at least > 1; None if all are 1.
    """

    def __init__(self, matrix: sp.csr_matrix, delays: NDArray[np.int32] | None = None) -> None:
        self.matrix, self.delays = matrix, delays
        self._views: dict[tuple[bytes, bytes], Edges] = {}
        self.parting: Parting | None = None
        self.n_steps = 0
        if delays is not None:
            if self.max_delay * matrix.shape[0] > MOST_PENDING:
                raise ValueError(
                    f"delays must be such that the longest times the number of neurons is at most {MOST_PENDING}. "
                    f"Got {delays.max()} for {matrix.shape[0]} neurons instead."
                )
            self.matrix, self.delays = with_sorted_rows(matrix, delays, by=delays)

    @property
    def max_delay(self) -> int:
        """Longest delay in steps."""
        return 1 if self.delays is None else int(self.delays.max(initial=1))

    @property
    def n_rows(self) -> int:
        """Rows by which a learning rule visits the synapses."""
        return len(self.edges_both_ways.indptr) - 1

    @cached_property
    def edges(self) -> Edges | DelayedEdges:
        """Synapses by source."""
        return self._built(by_target=False)

    @cached_property
    def edges_both_ways(self) -> Edges | DelayedEdges:
        """Synapses by source and by target."""
        return self._built(by_target=True)

    @cached_property
    def packed(self) -> Packed | None:
        """The synapses in blocks, as the weights now are; None where they would be no faster."""
        edges = self.edges
        if not EXPANDS or isinstance(edges, DelayedEdges) or edges.target.dtype != np.uint16:
            return None
        if len(edges.weight) not in PACKABLE:
            return None
        packed = pack(edges, self.matrix.shape[0])
        return packed if 2 * len(packed.packed) > len(edges.weight) else None

    @property
    def edges_frozen(self) -> Edges | Packed | DelayedEdges:
        """Synapses by source while their weights stay as they are, in the layout that pays for the steps expected."""
        packed = self.packed if self.n_steps >= WORTH_PACKING else None
        return self.edges if packed is None else packed

    def expect(self, n_steps: int) -> None:
        """Take in that so many steps come before the weights change."""
        self.n_steps += n_steps

    def set_weights(self, weights: NDArray[np.float32]) -> None:
        """Change the weights in place, and drop what is a copy of them."""
        self.n_steps = 0
        self.__dict__.pop("packed", None)
        self.matrix.data[:] = weights

    def view(self, sources: NDArray[np.bool_], targets: NDArray[np.bool_]) -> Edges:
        """Return the synapses from some neurons to some, by source and by target, in the rows of ``edges_both_ways``.

        ``edge`` is where in the weights each is. Made once for each choice.
        """
        key = (sources.tobytes(), targets.tobytes())
        if key not in self._views:
            self._views[key] = restricted_view(self.edges_both_ways, source_of_synapse(self.matrix), sources, targets)
        return self._views[key]

    def part(self, neurons: NDArray[np.int64], places: NDArray[np.int64]) -> Parting:
        """Part the neurons and the synapses of ``edges`` among threads at these bounds, and remember it.

        The bounds of the synapses are neurons, too, or with delays places in the ring.
        """
        edges = self.edges
        cuts = np.empty((len(places) - 2, self.matrix.shape[0]), dtype=np.uint64)
        split_rows(edges.indptr, destinations(edges), places[1:-1].astype(np.uint64), cuts)
        self.parting = Parting(neurons, (edges.indptr[:-1], *cuts, edges.indptr[1:]))
        return self.parting

    def _built(self, *, by_target: bool) -> Edges | DelayedEdges:
        parts = (self.matrix.indptr, self.matrix.indices, self.matrix.data)
        if self.delays is None:
            return build_edges(*parts, n_neurons=self.matrix.shape[0], by_target=by_target)
        return build_delayed_edges(*parts, self.delays, by_target=by_target)

    def flight(self, n_rows: int, *, learning: bool) -> Flight | None:
        """Return room for what is on its way through so many steps, None where nothing ever is."""
        return None if self.delays is None else flight_of(n_rows, self.matrix.shape[0], learning=learning)

    def by_target(self) -> tuple[sp.csr_matrix, NDArray[np.int32] | None]:
        """Return copies of matrix and delays with sorted rows."""
        if self.delays is None:
            return self.matrix.copy(), None
        return with_sorted_rows(self.matrix, self.delays, by=self.matrix.indices)

    def __getstate__(self) -> dict[str, Any]:
        # Layouts share their weights with the matrix, which copies would not.
        return {"matrix": self.matrix, "delays": self.delays}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.matrix, self.delays, self._views = state["matrix"], state["delays"], {}
        self.parting, self.n_steps = None, 0
        self.matrix.data, self.matrix.indices = owned(self.matrix.data), owned(self.matrix.indices)


def destinations(edges: Edges | DelayedEdges) -> NDArray[np.unsignedinteger[Any]]:
    """Return where each synapse adds its weight, ascending in each row: a neuron or, with delays, a place in the ring.

    In the same step no two threads may add to the same.
    """
    return edges.slot if isinstance(edges, DelayedEdges) else edges.target


def source_of_synapse(matrix: sp.csr_matrix) -> NDArray[np.int64]:
    """Return the source of each synapse."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def restricted_view(
    edges: Edges | DelayedEdges, source: NDArray[np.int64], sources: NDArray[np.bool_], targets: NDArray[np.bool_]
) -> Edges:
    """Return the synapses from some neurons to some, which share their weights with all."""
    kept = np.flatnonzero(sources[source] & targets[edges.target])
    rows = len(edges.indptr) - 1
    row = np.repeat(np.arange(rows), np.diff(edges.indptr).astype(np.int64))[kept]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=rows))])
    part = build_edges(
        indptr, edges.target[kept].astype(np.int64), edges.weight, n_neurons=len(targets), by_target=True
    )
    edge = kept.astype(narrowest(len(source)))
    return part._replace(in_edge=edge[part.in_edge], edge=edge)


def with_sorted_rows(
    matrix: sp.csr_matrix, delays: NDArray[np.int32], by: NDArray[np.signedinteger[Any]]
) -> tuple[sp.csr_matrix, NDArray[np.int32]]:
    """Return copies of matrix and delays in which each row ascends by a key, one a synapse, equals as they stood.

    Row by row: 0.35 s for 10^7 synapses, where one sort of all takes 1.0 to 1.5 and heeds no interrupt.
    """
    former = (matrix.data, matrix.indices, delays)
    ordered = tuple(map(np.empty_like, former))
    keys = np.empty(int(np.diff(matrix.indptr).max(initial=0)), dtype=np.uint64)
    for first, last in row_spans(matrix.indptr):
        sort_rows(matrix.indptr, first, last, by, former, ordered, keys)
    return sp.csr_matrix((*ordered[:2], matrix.indptr.copy()), shape=matrix.shape), ordered[2]


def as_weights(name: str, matrix: Any, n_neurons: int) -> sp.csr_matrix:
    """Return a fresh float32 CSR matrix for ``n_neurons``; dense and integer matrices are converted."""
    weights = check_matrix(name, matrix)
    if weights.shape[0] != n_neurons:
        raise ValueError(f"{name} must have a row for each of {n_neurons} neurons. Got {weights.shape[0]} instead.")
    return weights
