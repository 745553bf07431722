"""Graphs: which neurons synapses join. A graph of your own is a dataclass with ``check_size`` and ``draw``."""

from .base import Graph
from .blocks import Blocks
from .given import GivenGraph
from .lattice import Lattice
from .ring import Ring
from .scale_free import ScaleFree

__all__ = ["Blocks", "GivenGraph", "Graph", "Lattice", "Ring", "ScaleFree"]
