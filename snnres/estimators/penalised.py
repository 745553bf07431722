"""Penalised least squares by Cholesky, the matrix kept beside its factor in one square array."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs, get_lapack_funcs

Float64Array = NDArray[np.float64]

# Rows of the triangle that are turned at a time.
TURNED = 256


class Penalised:
    """A symmetric matrix in the lower triangle of a square array, whose upper triangle is room for its factor.

    Parameters
    ----------
    square : ndarray of float32 or float64, shape (n, n), in Fortran's order
        Only what stands below its diagonal is the matrix, and stays as it is.
    diagonal : ndarray, shape (n,)
        The matrix's own.
    """

    def __init__(self, square: NDArray[Any], diagonal: NDArray[Any]) -> None:
        self.square, self.diagonal = square, diagonal.astype(square.dtype)

    def solution(
        self, penalty: float, rhs: Float64Array, scale: Float64Array, more: NDArray[Any] | None = None
    ) -> Float64Array | None:
        """Return x of ``(S A S + more' more + penalty) x = rhs``, or None if rounding leaves that not positive.

        Parameters
        ----------
        penalty : float
            > 0.
        rhs : ndarray, shape (n, n_columns)
        scale : ndarray, shape (n,)
            The diagonal of S.
        more : ndarray, shape (n_rows, n), optional
        """
        square = self.square
        syrk = get_blas_funcs("syrk", (square,))
        potrf, potrs = get_lapack_funcs(("potrf", "potrs"), (square,))
        self._fill_upper(scale.astype(square.dtype))
        if more is not None:
            syrk(1.0, more.T, beta=1.0, c=square, overwrite_c=1)
        square[np.diag_indices_from(square)] += square.dtype.type(penalty)
        _, failed = potrf(square, clean=0, overwrite_a=1)
        if failed:
            return None
        return np.asarray(potrs(square, np.asfortranarray(rhs, dtype=square.dtype))[0], dtype=np.float64)

    def times(self, vectors: Float64Array) -> Float64Array:
        """Return ``A vectors``."""
        self.square[np.diag_indices_from(self.square)] = self.diagonal
        symm = get_blas_funcs("symm", (self.square,))
        return np.asarray(symm(1.0, self.square, vectors.astype(self.square.dtype), lower=1), dtype=np.float64)

    def _fill_upper(self, scale: NDArray[Any]) -> None:
        """Write the scaled matrix into the upper triangle and the diagonal."""
        square, n = self.square, len(self.square)
        for start in range(0, n, TURNED):
            stop = min(start + TURNED, n)
            turned = square[start:stop, :start].T * scale[:start, None]
            turned *= scale[start:stop]
            square[:start, start:stop] = turned
            corner = square[start:stop, start:stop]
            above = np.triu_indices(stop - start, 1)
            corner[above] = (corner.T * np.outer(scale[start:stop], scale[start:stop]))[above]
        square[np.diag_indices_from(square)] = self.diagonal * scale**2


def bordered(
    system: Penalised,
    penalty: float,
    rhs: tuple[Float64Array, Float64Array],
    border: tuple[Float64Array, float],
    scale: Float64Array,
    more: NDArray[Any] | None = None,
) -> tuple[Float64Array, Float64Array] | None:
    """Return weights and an intercept that is not penalised: the solution of a system with one row and column more.

    Parameters
    ----------
    system, penalty, scale, more
        As in :meth:`Penalised.solution`.
    rhs : (n, n_columns) and (n_columns,)
        Right-hand side of the system, and of the row that is added.
    border : (n,) and float
        That row, and its last entry.

    Returns
    -------
    (n, n_columns) and (n_columns,), or None if rounding leaves the system not positive
    """
    column, corner = border
    found = system.solution(penalty, np.column_stack([rhs[0], column]), scale, more)
    if found is None:
        return None
    plain, answer = found[:, :-1], found[:, -1]
    intercept = (rhs[1] - column @ plain) / (corner - column @ answer)
    return plain - np.outer(answer, intercept), intercept
