"""Random numbers by counter: known answers, exact bounds on frequencies, and who they do not depend on."""

import numpy as np
import pytest
import reference_synapses as plain
import scipy.stats

from snnres.kernels import random
from snnres.kernels.compile import jit
from snnres.kernels.random import Stream, fill_normals, fill_words, philox, truncated_normal, uniform

# kat_vectors of Random123, the package of the paper's authors: counter, key and answer of philox4x32 with 10 rounds.
KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]
SMALL = 1e-6


def of_text(words):
    return [np.uint32(int(word, 16)) for word in words.split()]


def stream(seed=7, trial=3, step=5):
    return Stream(np.array([seed, trial], dtype=np.uint32), np.array([step], dtype=np.int64))


def words(n, **where):
    numbers = np.empty(n, dtype=np.uint32)
    fill_words(stream(**where), random.MEMBRANE, numbers)
    return numbers


def normals(n, **where):
    numbers = np.empty(n, dtype=np.float32)
    fill_normals(stream(**where), random.MEMBRANE, numbers)
    return numbers


@jit
def uniforms(stream, numbers):
    """Fill with what a synapse or a neuron draws, index by index."""
    for i in range(numbers.size):
        numbers[i] = uniform(stream, random.ESCAPE, i)


@jit
def truncated(stream, bound, numbers):
    """Fill with truncated normal numbers."""
    for i in range(numbers.size):
        numbers[i] = truncated_normal(stream, random.READING, i, bound)


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_known_answers(counter, key, answer):
    for function in (philox, getattr(philox, "py_func", philox)):
        assert [int(word) for word in function(*of_text(counter), *of_text(key))] == list(map(int, of_text(answer)))
    assert [int(word) for word in plain.philox(of_text(counter), of_text(key))] == list(map(int, of_text(answer)))


@pytest.mark.parametrize("where", [{}, {"seed": 2**32 - 1, "trial": 2**32 - 1, "step": 2**32 - 1}])
def test_equals_the_plain_model_bit_for_bit(where):
    given = {"seed": 7, "trial": 3, "step": 5} | where
    twin = plain.Stream(**given)
    np.testing.assert_array_equal(words(1000, **where), twin.fours(plain.MEMBRANE, 1000))
    np.testing.assert_array_equal(normals(1000, **where), twin.normals(plain.MEMBRANE, 1000), strict=True)
    numbers = np.empty(400, dtype=np.float32)
    uniforms(stream(**given), numbers)
    np.testing.assert_array_equal(numbers, twin.uniform(plain.ESCAPE, np.arange(400)), strict=True)
    truncated(stream(**given), np.float32(1.2), numbers)
    expected = twin.truncated_normal(plain.READING, np.arange(400), np.float32(1.2))
    np.testing.assert_array_equal(numbers, expected, strict=True)


def test_a_step_fills_two_words_of_the_counter():
    late = words(8, step=2**32 + 5)
    assert (late != words(8)).all()
    answer = plain.philox((np.arange(2), np.zeros(2, dtype=np.uint64), np.full(2, 5), np.ones(2, dtype=int)), (7, 3))
    np.testing.assert_array_equal(late, np.stack(answer, axis=1).ravel())


def test_normal_numbers_are_those_of_box_and_muller():
    """In double, with the library's functions; float32 has 24 bits, and a radius near 0 few of the uniform number's."""
    numbers, drawn = normals(40_000).astype(float), words(40_000).astype(np.int64)
    u = ((drawn >> 9) + 0.5) * 2.0**-23
    radius = np.sqrt(-2 * np.log(u[::2]))
    angle = (u[1::2] - 0.5) * np.pi / 2
    # The lowest bit turns about the diagonal, the next to the other side.
    angle = np.where(drawn[1::2] & 1, np.pi / 2 - angle, angle) + np.where(drawn[1::2] & 2, np.pi, 0)
    np.testing.assert_allclose(numbers[::2], radius * np.cos(angle), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(numbers[1::2], radius * np.sin(angle), rtol=1e-6, atol=1e-6)


def test_each_bit_is_one_as_often_as_not():
    """The number of ones is binomial: within the bounds that 1 of a million such families of bits would leave."""
    n = 1 << 17
    ones = ((words(n)[:, None] >> np.arange(32, dtype=np.uint32)) & 1).reshape(-1, 4, 32).sum(axis=0)
    low, high = scipy.stats.binom.ppf([SMALL / 256, 1 - SMALL / 256], n // 4, 0.5)
    assert ((ones >= low) & (ones <= high)).all()


@pytest.mark.parametrize("other", [{"seed": 6}, {"trial": 2}, {"trial": 2**31 + 3}, {"step": 4}, {"step": 2**31 + 5}])
def test_one_bit_of_the_counter_changes_half_the_bits(other):
    """Also between words of successive indices, which differ in a bit or few."""
    n = 1 << 14
    changed = np.bitwise_count(words(n) ^ words(n, **other)).sum()
    low, high = scipy.stats.binom.ppf([SMALL, 1 - SMALL], 32 * n, 0.5)
    assert low <= changed <= high
    between = np.bitwise_count(words(n + 4)[:-4] ^ words(n + 4)[4:]).sum()
    assert low <= between <= high


def test_pairs_of_successive_numbers_fill_the_square():
    n = 1 << 17
    numbers = words(n) >> np.uint32(28)
    counts = np.bincount(16 * numbers[::2] + numbers[1::2], minlength=256)
    assert scipy.stats.chi2.ppf(SMALL, 255) < scipy.stats.chisquare(counts).statistic < scipy.stats.chi2.isf(SMALL, 255)


def test_purposes_do_not_share_numbers():
    names = ("MEMBRANE", "ESCAPE", "RELEASE", "READING", "WRITING", "ROUNDING")
    purposes = [int(getattr(random, name)) for name in names]
    assert len(set(purposes)) == len(names)
    assert max(purposes) < 1 << int(random.EVENT_BITS)
    first, second = np.empty(1000, dtype=np.float32), np.empty(1000, dtype=np.float32)
    fill_normals(stream(), random.MEMBRANE, first)
    fill_normals(stream(), random.WRITING, second)
    assert abs(np.corrcoef(first, second)[0, 1]) < 5 / np.sqrt(1000)


def test_uniform_numbers_are_uniform():
    numbers = np.empty(1 << 16, dtype=np.float32)
    uniforms(stream(), numbers)
    assert 0 < numbers.min() < numbers.max() < 1
    assert scipy.stats.kstest(numbers, "uniform").pvalue > SMALL


def test_the_whole_range_of_a_word_stays_within_the_open_interval():
    fraction = getattr(random.fraction, "py_func", random.fraction)
    ends = [fraction(np.uint32(word)) for word in (0, 2**32 - 1)]
    assert ends == [np.float32(2.0**-24), np.float32(1 - 2.0**-24)]


def test_normal_numbers_have_their_distribution():
    numbers = normals(1 << 17).astype(float)
    assert scipy.stats.kstest(numbers, "norm").pvalue > SMALL
    # Standard errors of the first four moments of n numbers: sqrt(1, 2, 15, 96) / sqrt(n).
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((numbers**power).mean() - moment) < 5 * np.sqrt(variance / len(numbers))
    blocks = numbers.reshape(-1, 4)
    for a in range(4):
        for b in range(a):
            for power in (1, 2):
                correlation = np.corrcoef(blocks[:, a] ** power, blocks[:, b] ** power)[0, 1]
                assert abs(correlation) < 5 / np.sqrt(len(blocks))


@pytest.mark.parametrize("bound", [1.0, 2.0, 4.0])
def test_truncated_normal_numbers_have_their_distribution(bound):
    numbers = np.empty(1 << 15, dtype=np.float32)
    truncated(stream(), np.float32(bound), numbers)
    assert np.abs(numbers).max() <= bound
    expected = scipy.stats.truncnorm(-bound, bound)
    assert scipy.stats.kstest(numbers.astype(float), expected.cdf).pvalue > SMALL
    error = np.sqrt((expected.moment(4) - expected.var() ** 2) / len(numbers))
    assert abs(numbers.astype(float).var() - expected.var()) < 5 * error
