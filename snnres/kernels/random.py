"""Random numbers by counter: each is a function of seed, trial, step, purpose and index, and of nothing else.

Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011): so what is drawn depends neither on the order in which trials
and neurons are visited nor on what else is drawn. Normal numbers are those of Box and Muller (1958), with logarithm,
sine and cosine in float32 arithmetic of our own: a library's differ in their last bits from machine to machine, and
with the compiler from without.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compile import inline_jit, jit
from .verbs import elapse

# What a number is drawn for: no two parts share one.
MEMBRANE, ESCAPE, RELEASE, READING, WRITING, ROUNDING = (np.uint32(purpose) for purpose in range(6))
# A purpose takes the lowest bits of its word of the counter; above it stands what tells the events of a step apart, and
# above that how often a number has been drawn anew.
EVENT_BITS, ATTEMPT_BITS = np.uint32(8), np.uint32(16)

MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
INCREMENTS = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
ROUNDS = 10
HALF_WORD = np.uint64(32)
LOW_BITS = np.uint64(0xFFFFFFFF)
WORDS = np.uint32(4)
ONE = np.uint32(1)
# Bits of a word beyond those that a float32 holds exactly beside a half.
SPARE = np.uint32(9)
INTERVAL = np.float32(2.0**-23)
HALF = np.float32(0.5)
UNIT = np.float32(1)
TWO = np.float32(2)
# The bits of the float32 nearest to sqrt(1/2), and how many hold the fraction of one.
ROOT_BITS, FRACTION_BITS = np.int32(0x3F3504F3), np.int32(23)
LOG_2 = np.float32(np.log(2))
QUARTER_TURN = np.float32(np.pi / 2)
SWAPPED, NEGATIVE = np.uint32(1), np.uint32(2)
# Of the series of atanh, cosine and sine in the square of the argument: what is left out is below half a last bit.
ATANH = tuple(np.float32(1 / k) for k in (3, 5, 7, 9))
COSINE = tuple(np.float32(c) for c in (-1 / 2, 1 / 24, -1 / 720, 1 / 40320, -1 / 3628800))
SINE = tuple(np.float32(c) for c in (-1 / 6, 1 / 120, -1 / 5040, 1 / 362880))


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
        # In 64 bits, since without the compiler a sum that leaves 32 warns.
        k0 = np.uint32((np.uint64(k0) + INCREMENTS[0]) & LOW_BITS)
        k1 = np.uint32((np.uint64(k1) + INCREMENTS[1]) & LOW_BITS)
    return c0, c1, c2, c3


@inline_jit
def words(stream, purpose, index):
    """Return four random words for an index in this step."""
    step = np.uint64(stream.step[0])
    low, high = np.uint32(step & LOW_BITS), np.uint32(step >> HALF_WORD)
    return philox(np.uint32(index), np.uint32(purpose), low, high, stream.key[0], stream.key[1])


@inline_jit
def fraction(word):
    """Return a word as a float32 in (0, 1): the middle of one of 2^23 intervals."""
    return (np.float32(word >> SPARE) + HALF) * INTERVAL


@inline_jit
def radius(word):
    """Return the distance of a normally distributed point of the plane from 0: sqrt(-2 log u)."""
    u = fraction(word)
    # u = m * 2^e, with m from sqrt(1/2) to sqrt(2).
    bits = np.float32(u).view(np.int32)
    e = (bits - ROOT_BITS) >> FRACTION_BITS
    m = np.int32(bits - (e << FRACTION_BITS)).view(np.float32)
    z = (m - UNIT) / (m + UNIT)
    s = z * z
    half_log = z * (UNIT + s * (ATANH[0] + s * (ATANH[1] + s * (ATANH[2] + s * ATANH[3]))))
    return np.sqrt(-TWO * (np.float32(e) * LOG_2 + TWO * half_log))


@inline_jit
def point(distance, word):
    """Return a point at a distance from 0, in any direction: two independent normal numbers."""
    angle = (fraction(word) - HALF) * QUARTER_TURN
    s = angle * angle
    cosine = UNIT + s * (COSINE[0] + s * (COSINE[1] + s * (COSINE[2] + s * (COSINE[3] + s * COSINE[4]))))
    sine = angle * (UNIT + s * (SINE[0] + s * (SINE[1] + s * (SINE[2] + s * SINE[3]))))
    # The bits that the fraction leaves choose the quarter of the circle.
    distance = -distance if word & NEGATIVE else distance
    x, y = distance * cosine, distance * sine
    return (y, x) if word & SWAPPED else (x, y)


@inline_jit
def uniform(stream, purpose, index):
    """Return a number in (0, 1)."""
    return fraction(words(stream, purpose, index)[0])


@inline_jit
def truncated_normal(stream, purpose, index, bound):
    """Return a number of the normal distribution truncated at ``bound``: the first of as many as it takes within."""
    attempt = np.uint32(0)
    while True:
        a, b, _, _ = words(stream, purpose | (attempt << ATTEMPT_BITS), index)
        x, y = point(radius(a), b)
        if abs(x) <= bound:
            return x
        if abs(y) <= bound:
            return y
        attempt = np.uint32(attempt + ONE)


@inline_jit
def normals(stream, purpose, index):
    """Return four numbers of the standard normal distribution, none beyond 5.77: there are 2^23 distances from 0."""
    a, b, c, d = words(stream, purpose, index)
    first, second = point(radius(a), b)
    third, fourth = point(radius(c), d)
    return first, second, third, fourth


@jit
def fill_normals(stream, purpose, numbers):
    """Write standard normal numbers, index by index; ``numbers`` has a multiple of four entries."""
    for block in range(np.uint32(numbers.size) // WORDS):
        place = block * WORDS
        first, second, third, fourth = normals(stream, purpose, block)
        numbers[place] = first
        numbers[place + ONE] = second
        numbers[place + np.uint32(2)] = third
        numbers[place + np.uint32(3)] = fourth


@jit
def fill_words(stream, purpose, numbers):
    """Write random words, index by index; ``numbers`` has a multiple of four entries."""
    for block in range(np.uint32(numbers.size) // WORDS):
        place = block * WORDS
        first, second, third, fourth = words(stream, purpose, block)
        numbers[place] = first
        numbers[place + ONE] = second
        numbers[place + np.uint32(2)] = third
        numbers[place + np.uint32(3)] = fourth


def in_fours(n_numbers: int) -> int:
    """Return how many entries an array must have to be filled with so many numbers."""
    return -(-n_numbers // int(WORDS)) * int(WORDS)
