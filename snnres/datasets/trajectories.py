"""Ball trajectories seen by an artificial retina, the example of the reference's author."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..io import PathLike, reading
from ..validation import check_array
from .files import as_path

__all__ = ["read_trajectories"]


def read_trajectories(path: PathLike) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None]:
    """Read spike-encoded trajectories from an ``.npz`` with ``data`` and, where they are known, ``labels``.

    Parameters
    ----------
    path : path
        The file: ``data`` of shape (n_samples, n_channels, n_steps) holds 0 and 1, ``labels`` one integer a sample.
        It is read without pickle.

    Returns
    -------
    X : ndarray of shape (n_samples, n_steps, n_channels), uint8
        The spikes. The published file is ordered by class, so shuffle before any split or plastic phase.
    y : ndarray of shape (n_samples,), int64, or None
        The classes; None where the file has no ``labels``.

    Raises
    ------
    ValueError
        If the file is damaged, lacks ``data``, or an array has another shape or other values.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from snnres.datasets import read_trajectories
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "tiny.npz")
    ...     np.savez(path, data=np.zeros((2, 16, 5), dtype=np.uint8), labels=[0, 1])
    ...     X, y = read_trajectories(path)
    >>> X.shape, y.tolist()
    ((2, 5, 16), [0, 1])
    """
    file = as_path("path", path)
    with reading(file, "an .npz file with the array data, and labels where they are known"), file.open("rb") as stream:
        content = np.load(stream, allow_pickle=False)
        if not isinstance(content, np.lib.npyio.NpzFile):
            raise ValueError("It holds a single array.")
        with content:
            spikes = content["data"]
            labels = content["labels"] if "labels" in content.files else None
        return check_spikes(spikes), None if labels is None else check_labels(labels, len(spikes))


def check_spikes(value: Any) -> NDArray[np.uint8]:
    """Return (n_samples, n_channels, n_steps) zeros and ones as a fresh (n_samples, n_steps, n_channels) array."""
    spikes = check_array("data", value, 3)
    if spikes.size == 0:
        raise ValueError(f"data must not be empty. Got an array of shape {spikes.shape} instead.")
    wrong = (spikes != 0) & (spikes != 1)
    if wrong.any():
        raise ValueError(f"data must hold only 0 and 1. Got {spikes[wrong][0]!r} instead.")
    return np.ascontiguousarray(spikes.transpose(0, 2, 1), dtype=np.uint8)


def check_labels(value: Any, n_samples: int) -> NDArray[np.int64]:
    """Return one integer a sample."""
    labels = check_array("labels", value, 1)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels must hold integers. Got dtype {labels.dtype} instead.")
    if len(labels) != n_samples:
        raise ValueError(f"labels must have one entry a sample ({n_samples}). Got {len(labels)} instead.")
    return labels.astype(np.int64)
