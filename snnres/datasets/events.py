"""The event-camera digits of N-MNIST."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..io import PathLike
from ..progress import Progress, reporter
from .files import as_folder, as_path

__all__ = ["EVENT", "read_nmnist", "read_nmnist_events"]

SIDE = 34
BYTES_PER_EVENT = 5
# In place of a row, this marks a wrap-around of the camera's clock, which adds to all later times.
OVERFLOW_ROW = 240
OVERFLOW_MICROSECONDS = 2**13

EVENT = np.dtype([("t", np.int64), ("x", np.uint8), ("y", np.uint8), ("polarity", np.uint8)])


def read_nmnist_events(path: PathLike) -> NDArray[np.void]:
    """Read the events of one N-MNIST recording (``.bin``).

    Five bytes an event: x, y, then big-endian 1 bit of polarity and 23 bits of time. Records with y = 240 are no
    events but overflows of the clock, each of which adds 2^13 microseconds from there on, as the publisher reads them.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    ndarray of shape (n_events,), structured
        Fields ``t`` (int64, microseconds), ``x``, ``y`` (uint8, in [0, 34)) and ``polarity`` (uint8, 1: brighter), in
        the order of the file.

    Raises
    ------
    ValueError
        If the size is not a multiple of 5 or a coordinate lies outside the 34 x 34 pixels.

    References
    ----------
    Orchard, Jayawant, Cohen and Thakor (2015), Converting static image datasets to spiking neuromorphic datasets
    using saccades, Frontiers in Neuroscience 9:437; https://www.garrickorchard.com/datasets/n-mnist

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from snnres.datasets import read_nmnist_events
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "00001.bin")
    ...     _ = path.write_bytes(bytes([10, 20, 0x80, 1, 2]))
    ...     events = read_nmnist_events(path)
    >>> events["t"].tolist(), events["x"].tolist(), events["y"].tolist(), events["polarity"].tolist()
    ([258], [10], [20], [1])
    """
    file = as_path("path", path)
    raw = np.frombuffer(file.read_bytes(), dtype=np.uint8)
    if raw.size % BYTES_PER_EVENT:
        raise ValueError(f"{file} must have {BYTES_PER_EVENT} bytes an event. Got {raw.size} bytes instead.")
    records = raw.reshape(-1, BYTES_PER_EVENT)
    x, y = records[:, 0], records[:, 1]
    words = records[:, 2:].astype(np.int64)
    times = ((words[:, 0] & 0x7F) << 16) | (words[:, 1] << 8) | words[:, 2]
    overflow = y == OVERFLOW_ROW
    times += OVERFLOW_MICROSECONDS * np.cumsum(overflow)
    outside = ((x >= SIDE) | (y >= SIDE)) & ~overflow
    if outside.any():
        first = int(np.argmax(outside))
        raise ValueError(
            f"{file}, event {first}: x and y must lie in [0, {SIDE}). Got ({x[first]}, {y[first]}) instead."
        )
    events = np.empty(int((~overflow).sum()), dtype=EVENT)
    events["t"] = times[~overflow]
    events["x"] = x[~overflow]
    events["y"] = y[~overflow]
    events["polarity"] = records[~overflow, 2] >> 7
    return events


def read_nmnist(
    folder: PathLike, progress: Progress = False
) -> tuple[list[NDArray[np.void]], NDArray[np.int64], NDArray[np.int64]]:
    """Read a folder of N-MNIST recordings: ``{digit}/{id}.bin``, as in the published ``Train`` and ``Test``.

    Parameters
    ----------
    folder : path
        The folder that holds the folders of digits, each named by a whole number.
    progress : bool or callable, optional
        True for a bar on standard error, or a function of (done, total).

    Returns
    -------
    events : list of ndarray
        As from `read_nmnist_events`, one a recording, sorted by id, then digit, so that the classes are mixed as
        they were published.
    labels : ndarray of shape (n_samples,), int64
        The digits.
    ids : ndarray of shape (n_samples,), int64
        The numbers of the recordings.

    Raises
    ------
    NotADirectoryError
        If ``folder`` is no folder.
    ValueError
        If it holds no recording, or a damaged one, or a ``.bin`` file not named by a whole number.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from snnres.datasets import read_nmnist
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("7/00001.bin", "3/00002.bin"):
    ...         path = pathlib.Path(folder, name)
    ...         path.parent.mkdir()
    ...         _ = path.write_bytes(bytes([10, 20, 0x80, 1, 2]))
    ...     events, labels, ids = read_nmnist(folder)
    >>> len(events), labels.tolist(), ids.tolist()
    (2, [7, 3], [1, 2])
    """
    root = as_folder("folder", folder)
    files = sorted(
        (recording_id(path), int(digit.name), path)
        for digit in root.iterdir()
        if digit.is_dir() and is_number(digit.name)
        for path in digit.glob("*.bin")
    )
    if not files:
        raise ValueError(f"folder must hold files {{digit}}/{{id}}.bin, as N-MNIST's Train does. Got {root} instead.")
    events = []
    with reporter(progress, "reading N-MNIST", len(files)) as report:
        for done, (_, _, path) in enumerate(files, start=1):
            events.append(read_nmnist_events(path))
            report(done)
    labels = np.array([digit for _, digit, _ in files], dtype=np.int64)
    ids = np.array([number for number, _, _ in files], dtype=np.int64)
    return events, labels, ids


def recording_id(path: Path) -> int:
    """Return the number by which a recording is named."""
    if not is_number(path.stem):
        raise ValueError(f"{path} must be named {{id}}.bin with a whole number. Got {path.name!r} instead.")
    return int(path.stem)


def is_number(name: str) -> bool:
    """Tell whether ``name`` consists of ASCII digits."""
    return name.isascii() and name.isdecimal()
