"""Paths of files, and what is said of a file that is missing or holds something else."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from ..validation import refuse

PathLike: TypeAlias = str | os.PathLike[str]


def as_path(path: PathLike, name: str = "path") -> Path:
    """Return the path if it can name a file."""
    text = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None
    if not isinstance(text, str):
        raise refuse(name, "a path", path, TypeError)
    if os.path.basename(text) in ("", os.curdir, os.pardir) or "\0" in text:
        raise refuse(name, "the path of a file", path)
    return Path(text)


def with_suffix(path: PathLike, suffix: str) -> Path:
    """Return the path, with ``suffix`` added where it has another or none, as NumPy and SciPy do."""
    named = as_path(path)
    return named if named.suffix == suffix else Path(f"{named}{suffix}")


@contextlib.contextmanager
def reading(path: PathLike, what: str, suffix: str = "") -> Iterator[Path]:
    """Yield the path to read, with the suffix; whatever goes wrong then is a ValueError that names the file.

    A file that is missing stays a FileNotFoundError. ``what`` completes "the path must be".
    """
    source = with_suffix(path, suffix) if suffix else as_path(path)
    try:
        if not source.exists():
            raise FileNotFoundError(f"{path} must be {what}. {absence(Path(path), source)}")
        if not source.is_file():
            raise ValueError("It is no regular file.")
        yield source
    except FileNotFoundError:
        raise
    except (TypeError, ValueError) as error:
        raise ValueError(f"{source} must be {what}. {error}") from error
    except OSError as error:
        raise ValueError(f"{source} must be {what}. It cannot be read: {error}") from error
    except Exception as error:
        # A damaged file makes zipfile, NumPy's header parser, json and PCG64 raise a dozen different errors.
        raise ValueError(f"{source} must be {what}. It is damaged or of another format: {error}") from error


def absence(path: Path, source: Path) -> str:
    """Return what to say where ``source``, made of ``path`` by adding a suffix, is missing."""
    if path == source:
        return "There is no such file."
    if path.exists():
        return f"There is such a file, but its name must end in {source.suffix}: {source} is what was looked for."
    return f"There is no such file, nor {source}, which is what was looked for."
