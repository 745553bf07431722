"""Folders of short recordings whose names say what they are, such as the Free Spoken Digit Dataset."""

from __future__ import annotations

import os
import re
import struct
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile

from ..io import PathLike
from ..progress import Progress, reporter
from ..validation import refuse
from .files import as_folder, as_path

__all__ = ["WavFolder", "read_wav_folder", "read_wavs"]

NAME = re.compile(r"(?P<label>.+)_(?P<speaker>[^_]+)_(?P<index>[0-9]+)", re.DOTALL)


class WavFolder(NamedTuple):
    """The recordings of a folder, sorted by label, speaker and index.

    Attributes
    ----------
    signals : list of ndarray of shape (n_steps_k,), float64
        Samples in [-1, 1).
    labels, speakers : ndarray of shape (n_samples,), str
        What the names say.
    indices : ndarray of shape (n_samples,), int64
        The number of the recording among those of the same label and speaker.
    rate : int
        Samples a second, the same for all.
    names : ndarray of shape (n_samples,), str
        Names of the files.
    """

    signals: list[NDArray[np.float64]]
    labels: NDArray[np.str_]
    speakers: NDArray[np.str_]
    indices: NDArray[np.int64]
    rate: int
    names: NDArray[np.str_]


def read_wav_folder(folder: PathLike, progress: Progress = False) -> WavFolder:
    """Read all ``{label}_{speaker}_{index}.wav`` of a folder: mono PCM of one rate.

    Integer samples of 8, 16, 24 or 32 bits are scaled by their full range to [-1, 1). A label may hold underscores,
    a speaker may not. Files with another suffix are left alone; subfolders are not entered.

    Parameters
    ----------
    folder : path
        The folder that holds the recordings.
    progress : bool or callable, optional
        True for a bar on standard error, or a function of (done, total).

    Returns
    -------
    WavFolder
        Signals, labels, speakers, indices and rate.

    Raises
    ------
    NotADirectoryError
        If ``folder`` is no folder.
    ValueError
        If it holds no ``.wav`` file, or one that is named otherwise, damaged, empty, stereo, not integer PCM, or of
        another rate than the first.

    References
    ----------
    Free Spoken Digit Dataset, https://github.com/Jakobovski/free-spoken-digit-dataset

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from scipy.io import wavfile
    >>> from snnres.datasets import read_wav_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     wavfile.write(pathlib.Path(folder, "7_jane_0.wav"), 8000, np.array([0, 16384], dtype=np.int16))
    ...     digits = read_wav_folder(folder)
    >>> digits.signals[0].tolist(), digits.labels.tolist(), digits.speakers.tolist(), digits.rate
    ([0.0, 0.5], ['7'], ['jane'], 8000)
    """
    root = as_folder("folder", folder)
    files = sorted((*parts_of_name(path), path) for path in root.iterdir() if path.suffix.lower() == ".wav")
    if not files:
        raise ValueError(f"folder must hold files {{label}}_{{speaker}}_{{index}}.wav. Got {root} instead.")
    signals, rate = read_wavs([path for *_, path in files], progress)
    return WavFolder(
        signals,
        np.array([label for label, *_ in files]),
        np.array([speaker for _, speaker, *_ in files]),
        np.array([index for _, _, index, _ in files], dtype=np.int64),
        rate,
        np.array([path.name for *_, path in files]),
    )


def read_wavs(paths: Iterable[PathLike], progress: Progress = False) -> tuple[list[NDArray[np.float64]], int]:
    """Read recordings, whatever their names: mono PCM of one rate.

    Integer samples of 8, 16, 24 or 32 bits are scaled by their full range to [-1, 1).

    Parameters
    ----------
    paths : iterable of path
        The files, at least one.
    progress : bool or callable, optional
        True for a bar on standard error, or a function of (done, total).

    Returns
    -------
    signals : list of ndarray of shape (n_steps_k,), float64
        Samples in [-1, 1), in the order of ``paths``.
    rate : int
        Samples a second, the same for all.

    Raises
    ------
    ValueError
        If there is none, or one that is damaged, empty, stereo, not integer PCM, or of another rate than the first.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from scipy.io import wavfile
    >>> from snnres.datasets import read_wavs
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "monday.wav")
    ...     wavfile.write(path, 8000, np.array([0, 16384], dtype=np.int16))
    ...     signals, rate = read_wavs([path])
    >>> signals[0].tolist(), rate
    ([0.0, 0.5], 8000)
    """
    if isinstance(paths, (str, os.PathLike)):
        raise refuse("paths", "a list of paths", paths, TypeError)
    files = [as_path("paths", path) for path in paths]
    if not files:
        raise ValueError("paths must name at least one file. Got none instead.")
    signals: list[NDArray[np.float64]] = []
    common_rate = 0
    with reporter(progress, "reading recordings", len(files)) as report:
        for done, path in enumerate(files, start=1):
            rate, signal = read_wav(path)
            common_rate = common_rate or rate
            if rate != common_rate:
                raise ValueError(f"{path} must have the rate of {files[0].name}, {common_rate} Hz. Got {rate} instead.")
            signals.append(signal)
            report(done)
    return signals, common_rate


def parts_of_name(path: Path) -> tuple[str, str, int]:
    """Return label, speaker and index of a recording."""
    match = NAME.fullmatch(path.stem)
    if match is None:
        raise ValueError(f"{path} must be named {{label}}_{{speaker}}_{{index}}.wav. Got {path.name!r} instead.")
    return match["label"], match["speaker"], int(match["index"])


def read_wav(path: Path) -> tuple[int, NDArray[np.float64]]:
    """Return rate and samples of a mono PCM file."""
    try:
        with warnings.catch_warnings():
            # A file that ends early is damaged; chunks that SciPy does not know are none of our business.
            warnings.filterwarnings("ignore", category=wavfile.WavFileWarning)
            warnings.filterwarnings("error", message="Reached EOF", category=wavfile.WavFileWarning)
            rate, samples = wavfile.read(path)
    except (ValueError, struct.error, EOFError, wavfile.WavFileWarning) as error:
        raise ValueError(f"{path} must be a WAV file. It is damaged or of another format: {error}") from error
    if samples.ndim != 1:
        raise ValueError(f"{path} must be mono. Got {samples.shape[1]} channels instead.")
    if samples.size == 0:
        raise ValueError(f"{path} must hold at least one sample. Got none instead.")
    return int(rate), scale(path, samples)


def scale(path: Path, samples: NDArray[Any]) -> NDArray[np.float64]:
    """Return integer samples as fractions of their full range; 8 bits are unsigned, 24 come in the high bits of 32."""
    if samples.dtype.kind not in "iu":
        raise ValueError(f"{path} must hold integer PCM samples. Got {samples.dtype} instead.")
    half_range = 2.0 ** (8 * samples.dtype.itemsize - 1)
    offset = half_range if samples.dtype.kind == "u" else 0.0
    return (samples.astype(np.float64) - offset) / half_range
