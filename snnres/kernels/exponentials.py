"""Exponential functions in float32 arithmetic of our own.

A library's differ in their last bits from machine to machine, and with the compiler from without; and a call for each
neuron takes ten times as long.
"""

import numpy as np

from .compile import inline_jit

ONE, TWO = np.float32(1), np.float32(2)
# From here to there both the result and its inverse are numbers that float32 holds in full.
LEAST, GREATEST = np.float32(-87), np.float32(87)
LOG2_E = np.float32(np.log2(np.e))
# log(2) in two parts, the first of so few bits that its product with a whole number is exact.
LOG_2 = np.float32(0.693359375)
LOG_2_REST = np.float32(np.log(2) - 0.693359375)
BIAS, FRACTION_BITS = np.int32(127), np.int32(23)
# Of the series; what is left out is below half a last bit.
EXP = tuple(np.float32(1 / np.prod(np.arange(1.0, k + 1))) for k in range(2, 8))
ATANH = tuple(np.float32(1 / k) for k in (3, 5, 7, 9, 11, 13))


@inline_jit
def exp(x):
    """Return e to the power of a number, which is taken to lie in [-87, 87]."""
    x = min(max(x, LEAST), GREATEST)
    n = np.rint(x * LOG2_E)
    r = (x - n * LOG_2) - n * LOG_2_REST
    series = EXP[0] + r * (EXP[1] + r * (EXP[2] + r * (EXP[3] + r * (EXP[4] + r * EXP[5]))))
    power_of_two = np.int32((np.int32(n) + BIAS) << FRACTION_BITS).view(np.float32)
    return (ONE + (r + r * r * series)) * power_of_two


@inline_jit
def log_one_plus_exp(x):
    """Return log(1 + exp(x))."""
    e = exp(-abs(x))
    # log(1 + e) = 2 atanh(e / (2 + e)).
    z = e / (TWO + e)
    s = z * z
    series = ATANH[0] + s * (ATANH[1] + s * (ATANH[2] + s * (ATANH[3] + s * (ATANH[4] + s * ATANH[5]))))
    return max(x, np.float32(0)) + TWO * z * (ONE + s * series)
