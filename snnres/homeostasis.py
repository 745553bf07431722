"""Global thresholds: pure functions of a network's statistics."""

import numpy as np
import scipy.sparse as sp

from .topology import mean_in_degree, mean_weight


def mean_field_threshold(
    weights: sp.csr_matrix, input_mean_current: float, refractory_period: int, *, use_abs_weights: bool = False
) -> float:
    """Return the threshold at which a network is balanced in the mean.

    ``mean weight * mean in-degree + 2 * input_mean_current * refractory_period``

    Parameters
    ----------
    weights : scipy.sparse.csr_matrix
        Synapses.
    input_mean_current : float
        Fraction of ones in the input.
    refractory_period : int
        In steps.
    use_abs_weights : bool, default False
        Take the mean of the absolute weights.

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
    mean = mean_weight(abs(weights)) if use_abs_weights else mean_weight(weights)
    return mean * mean_in_degree(weights) + 2.0 * input_mean_current * refractory_period


def input_mean_current(spikes: np.ndarray) -> float:
    """Return the fraction of ones in the whole input, 0.0 without input."""
    return float(np.mean(spikes)) if spikes.size else 0.0
