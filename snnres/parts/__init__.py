"""Parts of a network: cells, learning rules and delays.

A part of your own is a module with four things: a NamedTuple of constants, a NamedTuple of arrays for what it keeps
from step to step, a frozen dataclass that makes both from parameters, and the function that the time loop compiles,
registered for the constants (``@fire.of(...)`` for a cell, ``@learn.of(...)`` for a rule). A distribution of delays
needs no more than a dataclass with a method ``draw``.
"""

from ..kernels.verbs import fire, learn
from .base import Cell, LearningRule, Part
from .delays import Delays, UniformDelays
from .lif import LIF
from .stdp import STDPParams

__all__ = ["LIF", "Cell", "Delays", "LearningRule", "Part", "STDPParams", "UniformDelays", "fire", "learn"]
