"""Weights scaled to a spectral radius, or neuron by neuron to what reaches each."""

from __future__ import annotations

import itertools

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..interrupts import interruptible
from ..validation import FLOAT32_MAX, check_real, check_weights, refuse

# Neurons up to which all eigenvalues are computed at once, and those beyond which that is refused.
DENSE, LARGEST_DENSE = 500, 8000
# Eigenvalues that are looked for, and vectors kept on the way. With one and ARPACK's 20 vectors, the largest of a
# random matrix of 600 or 1,000 neurons was missed in 10 of 36, by up to 1 %; with 6 and 60, or 10 and 100, in none.
SOUGHT, KEPT = 10, 100
RESTARTS = 300


def spectral_radius(weights: sp.csr_matrix) -> float:
    """Return the largest absolute value of the eigenvalues of weights.

    Parameters
    ----------
    weights : scipy.sparse matrix, shape (n_neurons, n_neurons)
        Finite floats without duplicates.

    Returns
    -------
    float
        Exactly 0 where no neuron reaches itself along synapses.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.
    RuntimeError
        If the largest eigenvalues of more than 8,000 neurons that reach each other are not found.

    Notes
    -----
    Eigenvalues are those of the strongly connected components. Those of up to 500 neurons are computed densely, larger
    ones by ARPACK from a fixed start; where that does not converge, as on a ring, whose eigenvalues are all equally
    large, densely too, in time that grows with the cube of the neurons.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> round(spectral_radius(sp.csr_matrix([[0, 4.0], [1.0, 0]])), 6)
    2.0
    """
    # Imported here and below: SciPy's solvers take a tenth of a second that few need.
    from scipy.sparse.csgraph import connected_components

    matrix = check_weights("weights", weights).astype(np.float64)
    matrix.eliminate_zeros()
    _, component = connected_components(matrix, directed=True, connection="strong")
    order = np.argsort(component, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(component))])
    grouped = matrix[order][:, order]
    alone = np.diff(bounds)[component[order]] == 1
    radius = float(np.abs(grouped.diagonal()[alone]).max(initial=0))
    for start, stop in itertools.pairwise(bounds):
        if stop - start > 1:
            radius = max(radius, radius_of_component(grouped[start:stop, start:stop]))
    return radius


def radius_of_component(matrix: sp.csr_matrix) -> float:
    """Return the spectral radius of float64 weights of neurons that all reach each other."""
    from scipy.sparse.linalg import ArpackNoConvergence, eigs

    n_neurons = int(matrix.shape[0])
    if n_neurons > DENSE:
        # Not of ones: where all rows have one sum, that is an eigenvector already, and the only one to be found.
        start = np.random.default_rng(0).standard_normal(n_neurons)
        try:
            found = eigs(matrix, SOUGHT, ncv=KEPT, v0=start, maxiter=RESTARTS, return_eigenvectors=False)
            return float(np.abs(found).max())
        except ArpackNoConvergence:
            if n_neurons > LARGEST_DENSE:
                raise RuntimeError(
                    f"the largest eigenvalues of {n_neurons} neurons that reach each other were not found: "
                    "they are too nearly equal."
                ) from None
    return float(np.abs(interruptible(np.linalg.eigvals, matrix.toarray())).max())


def scale_to_spectral_radius(weights: sp.csr_matrix, radius: float) -> sp.csr_matrix:
    """Return weights multiplied by one factor, so that their spectral radius becomes ``radius``.

    Parameters
    ----------
    weights : scipy.sparse matrix, shape (n_neurons, n_neurons)
        Finite floats without duplicates; it stays as it is.
    radius : float
        > 0.

    Returns
    -------
    scipy.sparse.csr_matrix of float32, shape (n_neurons, n_neurons)

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value; if the present radius is 0, or a weight would leave the range of
        float32.
    RuntimeError
        If the present radius is not found, see :func:`spectral_radius`.

    Notes
    -----
    H. Jaeger, GMD Report 148 (2001), of networks without a threshold, in which a small perturbation grows with the
    spectral radius. Spikes are no small perturbation: for these :func:`snnres.measures.scale_to_current_ratio` sets
    what the neurons feel.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> scale_to_spectral_radius(sp.csr_matrix([[0, 4.0], [1.0, 0]]), 0.5).toarray().tolist()
    [[0.0, 1.0], [0.25, 0.0]]
    """
    target = check_real("radius", radius, above=0)
    matrix = check_weights("weights", weights)
    present = spectral_radius(matrix)
    if present == 0.0:
        raise ValueError(
            "radius must be reachable: the present spectral radius must not be 0, and is where no neuron reaches "
            "itself. Got 0 instead."
        )
    matrix.data = scaled("radius", matrix.data, target / present, radius)
    return matrix


def scale_by_in_degree(weights: sp.csr_matrix, total: float) -> sp.csr_matrix:
    """Return weights scaled neuron by neuron, so that the absolute weights that lead to each sum to ``total``.

    Neurons that nothing but zeros lead to stay as they are; all signs stay.

    Parameters
    ----------
    weights : scipy.sparse matrix, shape (n_neurons, n_neurons)
        Finite floats without duplicates; it stays as it is.
    total : float
        > 0.

    Returns
    -------
    scipy.sparse.csr_matrix of float32, shape (n_neurons, n_neurons)

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> scale_by_in_degree(sp.csr_matrix([[0, 1.0, 3.0], [0, -3.0, 0], [0, 0, 0]]), 2.0).toarray().tolist()
    [[0.0, 0.5, 2.0], [0.0, -1.5, 0.0], [0.0, 0.0, 0.0]]
    """
    goal = check_real("total", total, above=0)
    matrix = check_weights("weights", weights)
    strength = np.abs(matrix.data.astype(np.float64))
    present = np.bincount(matrix.indices, weights=strength, minlength=matrix.shape[0])
    factor = goal / np.where(present > 0, present, goal)
    matrix.data = scaled("total", matrix.data, factor[matrix.indices], total)
    return matrix


def scaled(
    name: str, weights: NDArray[np.float32], factor: float | NDArray[np.float64], value: object
) -> NDArray[np.float32]:
    """Return float32 weights times a factor, refusing one that leaves the range of float32."""
    wide = weights.astype(np.float64) * factor
    if np.abs(wide).max(initial=0) > FLOAT32_MAX:
        raise refuse(name, "such that every weight stays within the range of float32", value)
    return np.asarray(wide.astype(np.float32))
