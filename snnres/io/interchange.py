"""Files that snn-reservoir-py reads and writes too: weights, potentials and output neurons in their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..validation import check_array, check_finite, check_integers, check_weights
from .archives import Archive, load_array, write_compressed
from .paths import PathLike, reading, with_suffix

TOPOLOGY_PATH = "dati/snn_matrices.npz"
POTENTIALS_PATH = "dati/membrane_potentials.npy"
OUTPUTS_PATH = "dati/output_neurons.npy"

# The members of all of SciPy's formats.
MATRIX_MEMBERS = {"format", "shape", "data", "indices", "indptr", "row", "col", "offsets", "_is_array"}


def save_topology(filename: PathLike, weights: sp.csr_matrix) -> None:
    """Write weights in SciPy's ``.npz`` format, which ``scipy.sparse.load_npz`` and snn-reservoir-py read.

    Raises
    ------
    ValueError
        If the matrix is one that :func:`load_topology` refuses.
    """
    write_matrix(with_suffix(filename, ".npz"), check_weights("weights", weights))


def write_matrix(target: Path, weights: sp.csr_matrix, whole: Path | None = None) -> None:
    """Write checked weights; ``whole`` is that of :func:`write_atomically`."""
    write_compressed(target, lambda file, compressed: sp.save_npz(file, weights, compressed), whole)


def load_topology(filename: PathLike = TOPOLOGY_PATH) -> sp.csr_matrix:
    """Read a square weight matrix in SciPy's ``.npz`` format.

    Parameters
    ----------
    filename : path, default "dati/snn_matrices.npz"
        As written by ``SNN.save_topology``, ``scipy.sparse.save_npz`` or snn-reservoir-py.

    Returns
    -------
    scipy.sparse.csr_matrix of float32

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, foreign, not square, or holds duplicates or what is not finite; or if it would fill more than
        256 MiB and a hundred times its own size (as constant weights may: store those with ``compressed=False``).

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import scipy.sparse as sp
    >>> from snnres import load_topology
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "ring.npz")
    ...     sp.save_npz(path, sp.csr_matrix([[0, 0.5], [0.5, 0]]))
    ...     weights = load_topology(path)
    >>> weights.dtype, weights.nnz
    (dtype('float32'), 2)
    """
    with reading(filename, "a sparse weight matrix in SciPy's .npz format", ".npz") as source:
        return check_weights("matrix", read_matrix(source))


def load_matrix(filename: PathLike) -> Any:
    """Read a sparse matrix in SciPy's ``.npz`` format, unchecked but for its file."""
    with reading(filename, "a sparse matrix in SciPy's .npz format", ".npz") as source:
        return read_matrix(source)


def read_matrix(path: Path) -> Any:
    """Return the sparse matrix of a file whose members are what they say."""
    with open(path, "rb") as file:
        archive = Archive(file)
        foreign = sorted(set(archive) - MATRIX_MEMBERS)
        if foreign:
            raise ValueError(f"It must hold nothing but a matrix. Got {foreign[0]!r} instead.")
        for name in archive:
            archive.check(name)
        shape = archive["shape"]
        if shape.size and 8 * int(shape.max()) > archive.limit:
            raise ValueError(f"Its matrix must be of a size that suits its file. Got {shape.tolist()} instead.")
        file.seek(0)
        return sp.load_npz(file)


def load_membrane_potentials(filename: PathLike = POTENTIALS_PATH) -> NDArray[np.float32]:
    """Read potentials from a ``.npy`` file: float, finite, 1-D.

    The format has no checksum: a damaged number cannot be told from another. A file of ``SNN.save`` has one.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or it is damaged or holds something else.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from snnres import load_membrane_potentials
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "potentials.npy")
    ...     np.save(path, np.array([0.25, 0.5]))
    ...     load_membrane_potentials(path).tolist()
    [0.25, 0.5]
    """
    array = load_array(filename)
    with reading(filename, "a .npy file of finite potentials", ".npy"):
        check_array("potentials", array, 1)
        if array.dtype.kind != "f":
            raise TypeError(f"potentials must hold floats. Got an array of dtype {array.dtype} instead.")
        check_finite("potentials", array)
    return array.astype(np.float32)


def load_output_neurons(filename: PathLike = OUTPUTS_PATH) -> NDArray[np.int64]:
    """Read indices of output neurons from a ``.npy`` file: integer, 1-D, >= 0, distinct.

    The format has no checksum: a damaged number cannot be told from another. A file of ``SNN.save`` has one.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or it is damaged or holds something else.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from snnres import load_output_neurons
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "outputs.npy")
    ...     np.save(path, np.array([7, 3]))
    ...     load_output_neurons(path).tolist()
    [7, 3]
    """
    array = load_array(filename)
    with reading(filename, "a .npy file of distinct neuron indices", ".npy"):
        indices = check_integers("indices", array)
        if (indices < 0).any() or len(np.unique(indices)) < len(indices):
            raise ValueError("indices must be distinct and >= 0.")
    return indices
