"""Excitatory and inhibitory neurons: by Dale's law all outgoing weights of a neuron have one sign."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from ..kernels.spans import row_spans
from ..validation import check_neuron_signs, check_real, check_weight_signs, check_weights


def signed_weights(weights: sp.csr_matrix, signs: ArrayLike, ratio: float = 1.0) -> sp.csr_matrix:
    """Return weights whose signs are those of their presynaptic neurons.

    The weight w of a synapse becomes ``abs(w)`` if its neuron is excitatory, ``-ratio * abs(w)`` if it is inhibitory.

    Parameters
    ----------
    weights : scipy.sparse matrix, shape (n_neurons, n_neurons)
        Finite floats without duplicates; it stays as it is.
    signs : array_like of int, shape (n_neurons,)
        1 for an excitatory neuron, -1 for an inhibitory one.
    ratio : float, default 1.0
        How much stronger inhibitory synapses are (g), > 0.

    Returns
    -------
    scipy.sparse.csr_matrix of float32, shape (n_neurons, n_neurons)

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value; if a weight would leave the range of float32.

    Examples
    --------
    >>> import numpy as np, scipy.sparse as sp
    >>> signed_weights(sp.csr_matrix([[0, 0.5], [0.25, -1]]), [1, -1], ratio=4.0).toarray().tolist()
    [[0.0, 0.5], [-1.0, -4.0]]
    """
    matrix = check_weights("weights", weights)
    give_signs(matrix, check_neuron_signs("signs", signs, matrix.shape[0]), check_real("ratio", ratio, above=0))
    return matrix


def give_signs(matrix: sp.csr_matrix, signs: NDArray[np.int8], ratio: float) -> None:
    """Give checked weights the signs of their neurons, as :func:`signed_weights` does. Mutates ``matrix``.

    If a weight would leave the range of float32, it is a ValueError, and nothing has changed.
    """
    data, indptr = matrix.data, matrix.indptr
    strongest = max(-float(data.min(initial=0)), float(data.max(initial=0)))
    check_real("ratio times the largest absolute weight", ratio * strongest)
    factor = np.where(signs > 0, np.float32(1), np.float32(-ratio))
    for first, last in row_spans(indptr):
        piece = data[indptr[first] : indptr[last]]
        np.abs(piece, out=piece)
        piece *= np.repeat(factor[first:last], np.diff(indptr[first : last + 1]))


def check_signs(weights: sp.csr_matrix, signs: ArrayLike) -> NDArray[np.int8]:
    """Return the signs of neurons as int8 if all their outgoing weights have them; weights of zero have none.

    Parameters
    ----------
    weights : scipy.sparse matrix, shape (n_neurons, n_neurons)
        Finite floats without duplicates.
    signs : array_like of int, shape (n_neurons,)
        1 for an excitatory neuron, -1 for an inhibitory one.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value; for a weight of the wrong sign, the first neuron that has one.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> check_signs(sp.csr_matrix([[0, 0.5], [-0.25, 0]]), [1, -1])
    array([ 1, -1], dtype=int8)
    >>> check_signs(sp.csr_matrix([[0, 0.5], [-0.25, 0]]), [1, 1])
    Traceback (most recent call last):
        ...
    ValueError: signs must agree with the weights: neuron 1 has sign 1. Got an outgoing weight of -0.25 instead.
    """
    matrix = check_weights("weights", weights)
    each = check_neuron_signs("signs", signs, matrix.shape[0])
    check_weight_signs("signs", each, matrix)
    return each
