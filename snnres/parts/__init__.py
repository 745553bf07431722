"""Parts of a network: cells and learning rules, each with its kernel beside it.

A part of your own is a module with four things: a NamedTuple of constants, a NamedTuple of arrays for what it keeps
from step to step, a frozen dataclass that makes both from parameters, and the function that the time loop compiles,
registered for the constants (``@fire.of(...)`` for a cell, ``@learn.of(...)`` for a rule).
"""

from ..kernels.verbs import fire, learn
from .base import Cell, LearningRule, Part
from .lif import LIF
from .stdp import STDPParams

__all__ = ["LIF", "Cell", "LearningRule", "Part", "STDPParams", "fire", "learn"]
