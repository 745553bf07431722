"""Lempel-Ziv complexity of spike trains."""

import numpy as np

from .compile import jit


@jit
def longest_copy(train, start):
    """Return the length of the longest stretch from ``start`` that also begins at an earlier step."""
    longest = 0
    for begin in range(start):
        length = 0
        while start + length < train.size and train[begin + length] == train[start + length]:
            length += 1
        longest = max(longest, length)
    return longest


@jit
def count_words(indptr, times, n_steps, words):
    """Write the number of words of each train's exhaustive history; a last word that is all copy counts."""
    for i in range(words.size):
        train = np.zeros(n_steps[i], dtype=np.uint8)
        for e in range(indptr[i], indptr[i + 1]):
            train[times[e]] = 1
        start = 0
        while start < train.size:
            start += longest_copy(train, start) + 1
            words[i] += 1
