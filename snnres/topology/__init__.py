"""Graphs and weights as CSR matrices: ``W[j, i]`` is the weight of the synapse from neuron j to neuron i.

Graphs whose neurons have places, groups or hubs are parts: :class:`snnres.parts.Lattice` and its like.
"""

from .exchange import from_networkx, graph_of_networkx, to_networkx
from .random_graphs import erdos_renyi, watts_strogatz
from .scaling import scale_by_in_degree, scale_to_spectral_radius, spectral_radius
from .signs import check_signs, signed_weights
from .signs import give_signs as give_signs
from .weights import mean_in_degree as mean_in_degree
from .weights import mean_weight as mean_weight
from .weights import normal_weights as normal_weights
from .weights import restricted as restricted
from .weights import survivors as survivors
from .weights import to_csr as to_csr
from .weights import weight_variance as weight_variance

__all__ = [
    "check_signs",
    "erdos_renyi",
    "from_networkx",
    "graph_of_networkx",
    "scale_by_in_degree",
    "scale_to_spectral_radius",
    "signed_weights",
    "spectral_radius",
    "to_networkx",
    "watts_strogatz",
]
