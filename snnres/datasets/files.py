"""What all readers share: checks of paths, errors that name file and line, and lines of numbers."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..io import PathLike
from ..validation import refuse, shown


def as_path(name: str, value: PathLike) -> Path:
    """Return ``value`` as a path."""
    if not isinstance(value, (str, os.PathLike)):
        raise refuse(name, "a path", value, TypeError)
    return Path(value)


def as_folder(name: str, value: PathLike) -> Path:
    """Return ``value`` as the path of a folder that exists."""
    folder = as_path(name, value)
    if not folder.is_dir():
        raise NotADirectoryError(f"{name} must be a folder that exists. Got {os.fspath(folder)!r} instead.")
    return folder


def damaged(path: Path, line: int, rule: str, value: Any) -> ValueError:
    """Return the error for a line that breaks ``rule``."""
    return ValueError(f"{path}, line {line}: must be {rule}. Got {shown(value)} instead.")


def meaningful(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the stripped lines that are neither empty nor comments (``#``), each with its number, from 1."""
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield number, text


def read_values(path: Path, line: int, text: str) -> NDArray[np.float64]:
    """Return the numbers of a comma-separated line; missing and infinite ones are refused."""
    parts = text.split(",")
    try:
        values = np.array(parts, dtype=np.float64)
    except ValueError:
        values = np.array([])
    if values.size and np.isfinite(values).all():
        return values
    for position, part in enumerate(parts, start=1):
        if part.strip().lower() in ("?", "nan"):
            raise ValueError(
                f"{path}, line {line}: must have no missing values; they are not supported. "
                f"Got {part.strip()!r} as value {position} instead."
            )
        if not is_finite_number(part):
            raise damaged(path, line, f"finite numbers separated by commas (see value {position})", part.strip())
    raise damaged(path, line, "finite numbers separated by commas", text)


def is_finite_number(text: str) -> bool:
    """Tell whether ``text`` is a finite real number."""
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
