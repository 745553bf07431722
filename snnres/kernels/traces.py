"""What rules keep of spikes, and how a change may depend on the weight: small steps that several rules share."""

import math

import numpy as np

from .compile import inline_jit

NOTHING, UNIT = np.float32(0), np.float32(1)


@inline_jit
def decay(trace, factor):
    """Let a trace decay by one step. Mutates it."""
    for k in range(trace.size):
        trace[k] *= factor


@inline_jit
def raise_at(trace, places, top):
    """Add 1 to a trace at the places of this step's spikes, but to no more than ``top``. Mutates it."""
    for k in range(places.size):
        trace[places[k]] = min(trace[places[k]] + UNIT, top)


@inline_jit
def power(base, exponent):
    """Return a power of a number, one below 0 counting as 0, and 0^0 as 1; of other exponents than 0 and 1 in double.

    In single precision the last bit depends on the library of the machine.
    """
    if exponent == NOTHING:
        return UNIT
    base = max(base, NOTHING)
    if exponent == UNIT:
        return base
    return np.float32(math.pow(np.float64(base), np.float64(exponent)))


@inline_jit
def exponential(value):
    """Return e to the power of a number, computed in double likewise."""
    return np.float32(math.exp(np.float64(value)))
