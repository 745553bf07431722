"""Random numbers by counter: each is a function of seed, trial, step, purpose and index, and of nothing else.

Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011): so what is drawn depends neither on the order in which trials
and neurons are visited nor on what else is drawn.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compile import inline_jit
from .verbs import elapse

# What a number is drawn for: no two parts share one.
MEMBRANE, ESCAPE, RELEASE, READING, WRITING = (np.uint32(purpose) for purpose in range(5))

MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
INCREMENTS = (np.uint32(0x9E3779B9), np.uint32(0xBB67AE85))
ROUNDS = 10
HALF_WORD = np.uint64(32)
LOW_BITS = np.uint64(0xFFFFFFFF)
# Bits of a word beyond those that a float32 holds exactly beside a half.
SPARE = np.uint32(9)
INTERVAL = np.float32(2.0**-23)
HALF = np.float32(0.5)
TURN = np.float32(2 * np.pi)
MINUS_TWO = np.float32(-2)


class Stream(NamedTuple):
    """Seed and number of the trial, (2,), and the steps done in it, (1,)."""

    key: NDArray[np.uint32]
    step: NDArray[np.int64]


@elapse.of(Stream)
def count_step(stream):
    """Count a step."""
    stream.step[0] += 1


@inline_jit
def philox(c0, c1, c2, c3, k0, k1):
    """Return four random words for a counter and a key."""
    for _ in range(ROUNDS):
        first, second = MULTIPLIERS[0] * np.uint64(c0), MULTIPLIERS[1] * np.uint64(c2)
        c0, c1, c2, c3 = (
            np.uint32(second >> HALF_WORD) ^ c1 ^ k0,
            np.uint32(second & LOW_BITS),
            np.uint32(first >> HALF_WORD) ^ c3 ^ k1,
            np.uint32(first & LOW_BITS),
        )
        k0 = np.uint32(k0 + INCREMENTS[0])
        k1 = np.uint32(k1 + INCREMENTS[1])
    return c0, c1, c2, c3


@inline_jit
def words(stream, purpose, index):
    """Return four random words for an index in this step."""
    step = np.uint64(stream.step[0])
    low, high = np.uint32(step & LOW_BITS), np.uint32(step >> HALF_WORD)
    return philox(np.uint32(index), purpose, low, high, stream.key[0], stream.key[1])


@inline_jit
def fraction(word):
    """Return a word as a float32 in (0, 1): the middle of one of 2^23 intervals."""
    return (np.float32(word >> SPARE) + HALF) * INTERVAL


@inline_jit
def uniform(stream, purpose, index):
    """Return a number in (0, 1)."""
    return fraction(words(stream, purpose, index)[0])


@inline_jit
def normal(stream, purpose, index):
    """Return a number of the standard normal distribution (Box and Muller 1958)."""
    first, second, _, _ = words(stream, purpose, index)
    radius = np.sqrt(MINUS_TWO * np.log(fraction(first)))
    return radius * np.cos(TURN * fraction(second))
