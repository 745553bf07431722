"""Networks of networkx, in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from ..parts.graphs import GivenGraph
from ..validation import check_type, check_weights

if TYPE_CHECKING:
    import networkx


def to_networkx(weights: sp.csr_matrix) -> networkx.DiGraph[int]:
    """Return a ``networkx.DiGraph`` with an edge j -> i of attribute ``weight`` for each synapse.

    Raises
    ------
    ImportError
        Without networkx: ``pip install "snnres[graphs]"``.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> to_networkx(sp.csr_matrix([[0, 0.5], [0, 0]])).edges[0, 1]["weight"]
    0.5
    """
    networkx = import_networkx()
    return networkx.from_scipy_sparse_array(check_weights("weights", weights), create_using=networkx.DiGraph)


def from_networkx(graph: networkx.Graph[Any], weight: str | None = "weight") -> sp.csr_matrix:
    """Return the float32 CSR matrix of a graph, its nodes in their order; an undirected edge becomes two synapses.

    Parameters
    ----------
    graph : networkx.Graph or networkx.DiGraph
        Not a multigraph.
    weight : str, default "weight"
        Edge attribute to read; 1.0 where an edge has none, and everywhere if it is None.

    Raises
    ------
    ImportError
        Without networkx: ``pip install "snnres[graphs]"``.
    ValueError
        If the graph is a multigraph or empty, or a weight is not finite.

    Examples
    --------
    >>> import networkx
    >>> from_networkx(networkx.path_graph(3)).nnz
    4
    """
    networkx = import_networkx()
    check_type("graph", graph, networkx.Graph)
    if graph.is_multigraph():
        raise ValueError("graph must not be a multigraph: a synapse joins two neurons once. Got a multigraph instead.")
    if not len(graph):
        raise ValueError("graph must have at least one node. Got an empty graph instead.")
    array = networkx.to_scipy_sparse_array(graph, weight=weight, dtype=np.float64, format="csr")
    return check_weights("graph", array)


def graph_of_networkx(graph: networkx.Graph[Any]) -> GivenGraph:
    """Return the arcs of a graph without its weights, which are then drawn as those of any generated network.

    Parameters
    ----------
    graph : networkx.Graph or networkx.DiGraph
        Not a multigraph. Its nodes in their order are the neurons; an undirected edge becomes two arcs.

    Returns
    -------
    snnres.parts.GivenGraph

    Raises
    ------
    ImportError
        Without networkx: ``pip install "snnres[graphs]"``.
    ValueError
        If the graph is a multigraph or empty.

    See Also
    --------
    from_networkx : the graph with weights of its own, an ``adjacency_matrix``.

    Examples
    --------
    >>> import networkx
    >>> from snnres import SNN, SimulationParams
    >>> snn = SNN(SimulationParams(
    ...     graph=graph_of_networkx(networkx.karate_club_graph()), num_neurons=34, mean_weight=0.3,
    ...     num_output_neurons=5, membrane_threshold=1.0, leak_coefficient=0.1, refractory_period=2, seed=0))
    >>> snn.get_topology().nnz
    156
    """
    matrix = from_networkx(graph, weight=None)
    sources = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return GivenGraph(int(matrix.shape[0]), np.stack([sources, matrix.indices], axis=1))


def import_networkx() -> Any:
    """Return the optional networkx, or say how to get it."""
    try:
        import networkx
    except ImportError:
        raise ImportError('exchange with networkx needs it: pip install "snnres[graphs]"') from None
    return networkx
