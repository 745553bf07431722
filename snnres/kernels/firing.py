"""Who fires in a step: what the neurons by themselves would do, and what overrules them."""

import numpy as np

from .compile import inline_jit
from .verbs import compete, fires, overrule, settle

SILENT, FIRED, FORCED = np.uint8(0), np.uint8(1), np.uint8(2)


@inline_jit
def fire_ruled(cell, state, stream, competition, clamp, fired, t):
    """Mark who would fire, let the clamp and then the competition have their way, and end the neurons' step."""
    for i in range(state.potential.size):
        fired[i] = fires(cell, state, stream, i)
    overrule(clamp, fired, t)
    compete(competition, cell, state, fired)
    for i in range(state.potential.size):
        spike = fired[i] != SILENT
        fired[i] = spike
        settle(cell, state, i, spike)


@inline_jit
def fire(cell, state, stream, competition, clamp, fired, t):
    """Advance the neurons by one step: mark who fires in ``fired`` (0 or 1), reset them, leak.

    One pass, without a branch where the cell has none, if nothing overrules the neurons.
    Mutates the state. ``fired`` is padded beyond the neurons to a multiple of 8; the padding stays 0.
    """
    if competition is None:
        if clamp is None:
            for i in range(state.potential.size):
                spike = fires(cell, state, stream, i)
                fired[i] = spike
                settle(cell, state, i, spike)
        else:
            fire_ruled(cell, state, stream, None, clamp, fired, t)
    else:
        fire_ruled(cell, state, stream, competition, clamp, fired, t)
