"""Measures by which a reservoir is judged: memory, separation of inputs, strength of recurrence.

:func:`memory_capacity`, :func:`kernel_quality` and :func:`generalisation_rank` take a network with input weights or a
fitted estimator; :func:`linear_capacity`, :func:`quadratic_capacity`, :func:`capacity` and :func:`state_rank` take
states of anything, an echo-state network's too. :func:`scale_to_current_ratio` makes a network of a wanted strength of
recurrence.
"""

from .capacity import Capacity, capacity, linear_capacity, quadratic_capacity
from .currents import current_ratio
from .driven import Driven, driven
from .memory import MemoryCapacity, memory_capacity
from .ranks import generalisation_rank, kernel_quality, state_rank
from .scaling import ScaledToRatio, scale_to_current_ratio

__all__ = [
    "Capacity",
    "Driven",
    "MemoryCapacity",
    "ScaledToRatio",
    "capacity",
    "current_ratio",
    "driven",
    "generalisation_rank",
    "kernel_quality",
    "linear_capacity",
    "memory_capacity",
    "quadratic_capacity",
    "scale_to_current_ratio",
    "state_rank",
]
