"""What crosses into the time loop: named tuples of parts, each of which the verbs know by its type.

Indices are unsigned: with a signed one numba tests every access for wrap-around, which costs
1.3 against 2.2 G synaptic events per second in the spread alone.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compile import jit
from .verbs import facilitate, has_room, take_down, transmit

BYTES = np.uint32(8)


class Model(NamedTuple):
    """What does not change from step to step, but for weights that learn; any but cell and synapses may be None.

    ``rules`` is a tuple of :class:`snnres.kernels.learning.Learning`.
    """

    cell: Any
    synapses: Any
    rules: Any = None
    trace: Any = None
    noise: Any = None
    competition: Any = None
    synaptic_current: Any = None
    transmission: Any = None
    device: Any = None


class Transmission(NamedTuple):
    """What a spike passes at a synapse, in this order; each may be None. Without any there is no transmission at all.

    One for all three: a verb for each of them takes a tenth of a second to compile where there is none.
    """

    short_term_plasticity: Any
    release: Any
    device: Any


@transmit.of(Transmission)
def pass_on(part, state, stream, w, j, e):
    """Return what is left of a weight."""
    w = transmit(part.short_term_plasticity, state.short_term_plasticity, stream, w, j, e)
    w = transmit(part.release, None, stream, w, j, e)
    return transmit(part.device, state.device, stream, w, j, e)


@facilitate.of(Transmission)
def move_on(part, state, spikes):
    """Move the state of short-term plasticity on."""
    facilitate(part.short_term_plasticity, state.short_term_plasticity, spikes)


class State(NamedTuple):
    """What the parts of a model keep from step to step: for each a named tuple of arrays, or None.

    ``rules`` is a tuple of such; ``flight`` is on its way along synapses with delays, ``line`` along input weights with
    delays; ``stream`` is where the random numbers are.
    """

    cell: Any
    rules: Any = None
    trace: Any = None
    flight: Any = None
    line: Any = None
    synaptic_current: Any = None
    short_term_plasticity: Any = None
    device: Any = None
    stream: Any = None


class Drive(NamedTuple):
    """What comes from outside: spikes, currents and raised potentials are added in this order; each may be None."""

    spikes: Any = None
    currents: Any = None
    clamp: Any = None
    reward: Any = None


class Recorder(NamedTuple):
    """Who fired when, and how far the run has come: written with each step, so that no interrupt can lose it.

    At step t fired ``neurons[offsets[t]:offsets[t + 1]]``, t counted round where there are more steps than offsets;
    ``position[0]`` is the number of steps done. ``fired``
    marks who fires in the step at work, padded to a multiple of 8; ``words`` is the same memory, 8 neurons an entry
    (to look at it so in the kernel takes a fifth of a second to compile).
    """

    offsets: NDArray[np.int64]
    neurons: NDArray[np.uint32]
    fired: NDArray[np.uint8]
    words: NDArray[np.uint64]
    position: NDArray[np.int64]


@jit
def collect(fired, words, neurons, start):
    """Write the indices of the marked neurons into ``neurons`` from ``start`` on, ascending; return the new end.

    ``words`` is ``fired``, 8 neurons an entry. Assumes room for as many as ``fired`` has entries. Within a word every
    index is written and the end moves on by 0 or 1: 0.09 ms for 500 steps of 2000 neurons, against 0.37 with a branch
    for each neuron.
    """
    end = np.uint64(start)
    for word in range(np.uint32(words.size)):
        if words[word] != 0:
            first = word * BYTES
            for i in range(first, first + BYTES):
                neurons[end] = i
                end += np.uint64(fired[i])
    return np.int64(end)


@has_room.of(Recorder)
def room_for_all(recorder, end):
    """Return whether every neuron may fire in the next step."""
    return recorder.neurons.size - end >= recorder.fired.size


@take_down.of(Recorder)
def take_down_all(recorder, end):
    """Collect who fired."""
    return collect(recorder.fired, recorder.words, recorder.neurons, end)
