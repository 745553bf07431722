"""Exponential functions of our own beside those of NumPy in double."""

import numba
import numpy as np
import pytest

from snnres.kernels.exponentials import exp, log_one_plus_exp

F = np.float32
# Dense where the function bends, and all along its range.
VALUES = np.concatenate([np.linspace(-87, 87, 3001), np.linspace(-2, 2, 3001), [0.0, 1e-8, -1e-8]]).astype(F)


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@pytest.mark.parametrize(("function", "exact", "halves"), [(exp, np.exp, 3), (log_one_plus_exp, softplus, 4)])
def test_is_right_to_half_a_last_bit_or_few_and_the_same_without_the_compiler(function, exact, halves):
    found = np.array([function(x) for x in VALUES])
    assert function.nopython_signatures[0].return_type == numba.float32
    np.testing.assert_allclose(found, exact(VALUES.astype(float)), rtol=halves * 2.0**-24)
    np.testing.assert_array_equal(found, [function.py_func(x) for x in VALUES])


def test_ends_where_float32_ends():
    for x in (-1e30, -np.inf, -88.0):
        assert exp(F(x)) == exp(F(-87))
    for x in (1e30, np.inf, 88.0):
        assert exp(F(x)) == exp(F(87)) < np.inf
    assert exp(F(0)) == 1
    assert log_one_plus_exp(F(1e30)) == F(1e30)
