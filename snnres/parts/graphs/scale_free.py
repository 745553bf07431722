"""A graph with hubs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...kernels.graphs import attach
from ...validation import INT32_MAX, check_bool, check_int, check_type, freeze
from .base import Graph, Indices, Indptr
from .sampling import CHUNK, arcs_to_rows


@dataclass(frozen=True)
class ScaleFree(Graph):
    """A directed graph with hubs, grown by preferential attachment: the fraction of degree d falls as d^-3.

    The model of ``networkx.barabasi_albert_graph``: a star of m + 1 neurons, to which each further neuron is joined by
    edges to m distinct earlier ones, chosen in proportion to their edges; with one random direction an edge, as in the
    small world here. So there are m (n - m) arcs, and a hub has many of both directions.

    Parameters
    ----------
    m : int
        Edges of each new neuron, >= 1 and less than the number of neurons.
    shuffle : bool, default True
        Whether neurons are numbered at random. If not, the oldest, which are the hubs, come first, and with them the
        input neurons.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    A.-L. Barabási and R. Albert, Science 286 (1999) 509-512.

    Examples
    --------
    >>> import numpy as np
    >>> indptr, indices = ScaleFree(5).draw(100, np.random.default_rng(0))
    >>> len(indices)
    475
    """

    m: int
    shuffle: bool = True

    def __post_init__(self) -> None:
        freeze(self, "m", check_int, 1, INT32_MAX)
        freeze(self, "shuffle", check_bool)

    def check_size(self, n_neurons: int) -> None:
        """Refuse fewer neurons than the first star has."""
        if self.m >= n_neurons:
            raise ValueError(
                f"m of ScaleFree must be less than the number of neurons ({n_neurons}). Got {self.m} instead."
            )

    def draw(
        self, n_neurons: int, rng: np.random.Generator, signs: NDArray[np.int8] | None = None
    ) -> tuple[Indptr, Indices]:
        """Return the graph: drawn are edges, then their directions, then the numbers of the neurons."""
        check_type("rng", rng, np.random.Generator)
        self.check_size(n_neurons)
        edges = self.grown(n_neurons, rng)
        turned = rng.integers(0, 2, size=len(edges), dtype=np.bool_)
        if self.shuffle:
            edges = rng.permutation(n_neurons).astype(np.int32)[edges]
        sources = np.where(turned, edges[:, 1], edges[:, 0])
        return arcs_to_rows(sources, edges.sum(axis=1, dtype=np.int32) - sources, n_neurons)

    def grown(self, n_neurons: int, rng: np.random.Generator) -> Indices:
        """Return (m (n_neurons - m), 2): the earlier and the later neuron of each edge, in the order of growth."""
        edges = np.empty((self.m * (n_neurons - self.m), 2), dtype=np.int32)
        edges[: self.m, 0] = 0
        edges[: self.m, 1] = np.arange(1, self.m + 1)
        edges[self.m :, 1] = np.repeat(np.arange(self.m + 1, n_neurons, dtype=np.int32), self.m)
        done = self.m
        while done < len(edges):
            done = attach(edges, self.m, done, rng.random(min(CHUNK, len(edges) - done + 16)))
        return edges
