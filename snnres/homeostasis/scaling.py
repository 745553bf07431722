"""Synaptic scaling: what excites a neuron grows while it fires too rarely and shrinks while it fires too often."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from ..validation import FLOAT32_MAX, check_array, check_real, check_weights, refuse


def scaling_factors(rates: ArrayLike, target_rate: ArrayLike, learning_rate: float = 0.02) -> NDArray[np.float32]:
    r"""Return by what each neuron's incoming excitatory weights are multiplied, to bring its rate to a target.

    ``exp(learning_rate * (1 - rate / target_rate))``: above 1 for a neuron below its target, never above
    ``exp(learning_rate)``, and never below 0.

    Parameters
    ----------
    rates : array_like, shape (n_neurons,)
        Measured rates in spikes per step, in [0, 1].
    target_rate : float or array_like, shape (n_neurons,)
        Rate in spikes per step, in (0, 1]: one for all neurons, or one for each.
    learning_rate : float, default 0.02
        How far one scaling goes, > 0.

    Returns
    -------
    ndarray of float32, shape (n_neurons,)

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    The solution, at a constant rate, of ``dw/dt = w (1 - rate / target_rate)`` after ``learning_rate`` units of time:
    the multiplicative scaling of Turrigiano, Cell 135 (2008) 422-435, in the form of van Rossum, Bi and Turrigiano,
    Journal of Neuroscience 20 (2000) 8812-8821, their activity being the rate.

    Examples
    --------
    >>> scaling_factors([0.0, 0.02, 0.04], 0.02, 0.5)
    array([1.6487212 , 1.        , 0.60653067], dtype=float32)
    """
    measured = check_rates("rates", check_array("rates", rates, 1))
    if np.ndim(target_rate) == 0:
        target = np.array(check_real("target_rate", target_rate, above=0, high=1))
    else:
        target = check_rates("target_rate", check_array("target_rate", target_rate, 1))
        if target.shape != measured.shape:
            raise ValueError(
                f"target_rate must have a value for each of {measured.size} neurons. Got {target.size} instead."
            )
        if not (target > 0).all():
            raise refuse("target_rate", "> 0", float(target[target <= 0][0]))
    step = check_real("learning_rate", learning_rate, above=0)
    if step > np.log(FLOAT32_MAX):
        raise refuse("learning_rate", "such that exp(learning_rate) is within the range of float32", learning_rate)
    factors: NDArray[np.float32] = np.exp(step * (1.0 - measured / target)).astype(np.float32)
    return factors


def check_rates(name: str, rates: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return rates in double, refusing what is none."""
    numbers = rates.astype(np.float64)
    wrong = ~((numbers >= 0) & (numbers <= 1))
    if wrong.any():
        raise refuse(name, "spikes per step, in [0, 1]", float(numbers[wrong][0]))
    return numbers


def synaptic_scaling(
    weights: sp.csr_matrix, rates: ArrayLike, target_rate: ArrayLike, learning_rate: float = 0.02
) -> sp.csr_matrix:
    """Return weights whose excitatory ones are scaled by the rates of their targets; others stay as they are.

    Parameters
    ----------
    weights : scipy.sparse matrix of float, shape (n_neurons, n_neurons)
        ``W[j, i]`` is the weight of the synapse from j to i; it stays as it is.
    rates : array_like, shape (n_neurons,)
        Measured rates in spikes per step, in [0, 1].
    target_rate : float or array_like, shape (n_neurons,)
        Rate in spikes per step, in (0, 1]: one for all neurons, or one for each.
    learning_rate : float, default 0.02
        How far one scaling goes, > 0, see :func:`scaling_factors`.

    Returns
    -------
    scipy.sparse.csr_matrix of float32, shape (n_neurons, n_neurons)

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value; if a weight would leave the range of float32.

    See Also
    --------
    scaling_factors : the factors, with their equation and its source.
    snnres.SNN.apply_synaptic_scaling : the same for a network, by the rates of its latest run.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> weights = sp.csr_matrix([[0, 0.5, 0.5], [-1.0, 0, -1.0], [0, 0, 0]])
    >>> synaptic_scaling(weights, [0.1, 0.0, 0.2], 0.1, 0.5).toarray()
    array([[ 0.        ,  0.8243606 ,  0.30326533],
           [-1.        ,  0.        , -1.        ],
           [ 0.        ,  0.        ,  0.        ]], dtype=float32)
    """
    matrix = check_weights("weights", weights)
    matrix.data = scaled(matrix, scaling_factors(rates, target_rate, learning_rate))
    return matrix


def scaled(weights: sp.csr_matrix, factors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the weights, in the order of the matrix, the excitatory ones times the factors of their targets."""
    if len(factors) != weights.shape[0]:
        raise ValueError(f"rates must have a value for each of {weights.shape[0]} neurons. Got {len(factors)} instead.")
    with np.errstate(over="ignore", under="ignore"):
        data: NDArray[np.float32] = weights.data * np.where(weights.data > 0, factors[weights.indices], np.float32(1))
    if not np.isfinite(data).all():
        raise ValueError(
            "learning_rate must be such that every weight stays within the range of float32. "
            f"Got a weight of {weights.data[~np.isfinite(data)][0]:g}, which would leave it, instead."
        )
    return data
