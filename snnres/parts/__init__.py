"""Parts of a network: cells, learning rules, delays and graphs.

A part of your own is a module with four things: a NamedTuple of constants, a NamedTuple of arrays for what it keeps
from step to step, a frozen dataclass that makes both from parameters, and the function that the time loop compiles,
registered for the constants (``@fire.of(...)`` for a cell, ``@learn.of(...)`` for a rule). A distribution of delays
needs no more than a dataclass with a method ``draw``, and a graph one with ``check_size`` and ``draw``.
"""

from ..kernels.verbs import fire, learn
from .base import Cell, LearningRule, Part
from .delays import Delays, UniformDelays
from .graphs import Blocks, GivenGraph, Graph, Lattice, Ring, ScaleFree
from .lif import LIF
from .stdp import STDPParams

__all__ = [
    "LIF",
    "Blocks",
    "Cell",
    "Delays",
    "GivenGraph",
    "Graph",
    "Lattice",
    "LearningRule",
    "Part",
    "Ring",
    "STDPParams",
    "ScaleFree",
    "UniformDelays",
    "fire",
    "learn",
]
