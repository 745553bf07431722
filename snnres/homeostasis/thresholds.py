"""Global thresholds: pure functions of a network's statistics."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from ..topology import mean_in_degree, mean_weight
from ..validation import INT32_MAX, check_binary, check_bool, check_int, check_real, check_weights


def mean_field_threshold(
    weights: sp.csr_matrix, input_mean_current: float, refractory_period: int, *, use_abs_weights: bool = False
) -> float:
    """Return the threshold at which a network is balanced in the mean.

    ``mean weight * mean in-degree + 2 * input_mean_current * refractory_period``

    Parameters
    ----------
    weights : scipy.sparse matrix of float, shape (num_neurons, num_neurons)
        Synapses; their mean is taken in float32.
    input_mean_current : float
        Fraction of ones in the input, see :func:`input_mean_current`.
    refractory_period : int
        In steps, >= 1.
    use_abs_weights : bool, default False
        Take the mean of the absolute weights.

    Returns
    -------
    float
        Also 0 or below, which no network takes for a threshold.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    "A Mean-Field Approach to Criticality in Spiking Neural Networks for Reservoir Computing", as cited by the
    documentation of snn-reservoir-py 2.0.0.

    Examples
    --------
    >>> import numpy as np, scipy.sparse as sp
    >>> mean_field_threshold(sp.csr_matrix(np.full((2, 2), 0.5, dtype=np.float32)), 0.25, 2)
    2.0
    """
    synapses = check_weights("weights", weights)
    current = check_real("input_mean_current", input_mean_current)
    period = check_int("refractory_period", refractory_period, 1, INT32_MAX - 1)
    mean = mean_weight(abs(synapses) if check_bool("use_abs_weights", use_abs_weights) else synapses)
    return mean * mean_in_degree(synapses) + 2.0 * current * period


def input_mean_current(spikes: ArrayLike) -> float:
    """Return the fraction of ones in the whole input, 0.0 without input.

    Parameters
    ----------
    spikes : array_like, shape (n_inputs, n_steps)
        0/1 of any real dtype.

    Raises
    ------
    TypeError, ValueError
        If it is no such array.

    Examples
    --------
    >>> input_mean_current([[0, 1], [0, 0]])
    0.25
    """
    ones = check_binary("spikes", spikes)
    return float(np.mean(ones)) if ones.size else 0.0
