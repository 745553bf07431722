"""The ``.ts`` format of the UCR/UEA time series archive."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..io import PathLike
from .files import as_path, damaged, meaningful, read_values

__all__ = ["read_ts"]

Series: TypeAlias = NDArray[np.float64] | list[NDArray[np.float64]]


@dataclasses.dataclass
class Header:
    """What the lines before ``@data`` say about the cases, as far as it binds them."""

    dimensions: int | None = None
    equal_length: bool = False
    class_labels: list[str] | None = None
    has_targets: bool = False

    @property
    def labelled(self) -> bool:
        """Whether the last part of each case is a label or a target."""
        return self.class_labels is not None or self.has_targets


def read_ts(path: PathLike) -> tuple[Series, NDArray[Any] | None]:
    r"""Read a ``.ts`` file of the UCR/UEA archive.

    A case is a line of dimensions separated by ``:``, each of values separated by ``,``; its last part is the label.
    Of the header (its keys in any case) ``@dimensions``, ``@univariate``, ``@equalLength true``, ``@classLabel`` and
    ``@targetLabel`` are kept to; ``@seriesLength`` and unknown keys are ignored, since published files vary in them.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    X : ndarray of shape (n_samples, n_steps, n_channels), or list of (n_steps_k, n_channels), float64
        An array if all cases have the same length, else a list.
    y : ndarray of shape (n_samples,) or None
        Class labels as text, or targets as float64 under ``@targetLabel true``; None where the file has neither.

    Raises
    ------
    ValueError
        For time stamps, missing values (``?`` or NaN), dimensions of unequal length within a case, or a line that
        contradicts the header or is damaged. The message names file and line.

    References
    ----------
    Bagnall et al. (2018), The UEA multivariate time series classification archive, arXiv:1811.00075;
    https://www.timeseriesclassification.com

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from snnres.datasets import read_ts
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "tiny.ts")
    ...     _ = path.write_text("@classLabel true up down\n@data\n1,2,3:0,0,1:up\n3,2,1:0,1,1:down")
    ...     X, y = read_ts(path)
    >>> X.shape, y.tolist()
    ((2, 3, 2), ['up', 'down'])
    """
    file = as_path("path", path)
    # Comments may be in any encoding; what is not UTF-8 stays distinct and printable.
    with file.open(encoding="utf-8-sig", errors="backslashreplace") as text:
        lines = meaningful(text)
        header = read_header(file, lines)
        cases, labels = read_cases(file, lines, header)
    if not cases:
        raise ValueError(f"{path} must hold at least one case after @data. Got none instead.")
    y: NDArray[Any] | None = None
    if header.labelled:
        y = np.array(labels, dtype=np.float64 if header.has_targets else np.str_)
    return (np.stack(cases) if len({len(case) for case in cases}) == 1 else cases), y


def read_header(path: Path, lines: Iterator[tuple[int, str]]) -> Header:
    """Read up to and with ``@data``."""
    header = Header()
    for number, text in lines:
        if not text.startswith("@"):
            raise damaged(path, number, "a header line that starts with @ (no @data has come yet)", text)
        key, *values = text[1:].split()
        if key.lower() == "data":
            return header
        read_header_line(header, path, number, key.lower(), values)
    raise ValueError(f"{path} must hold a line @data. Got to the end of the file without one instead.")


def read_header_line(header: Header, path: Path, number: int, key: str, values: list[str]) -> None:
    """Take over into ``header`` what one line says."""
    if key in ("dimensions", "dimension"):
        if len(values) != 1 or not values[0].isdecimal() or int(values[0]) == 0:
            raise damaged(path, number, f"@{key} with a whole number above 0", " ".join(values))
        header.dimensions = int(values[0])
    elif key == "univariate":
        if is_true(path, number, key, values):
            header.dimensions = 1
    elif key == "equallength":
        header.equal_length = is_true(path, number, key, values)
    elif key == "timestamps":
        if is_true(path, number, key, values):
            raise ValueError(f"{path}, line {number}: must have no time stamps; they are not supported.")
    elif key == "classlabel":
        header.class_labels = values[1:] if is_true(path, number, key, values) else None
    elif key == "targetlabel":
        header.has_targets = is_true(path, number, key, values)


def is_true(path: Path, number: int, key: str, values: list[str]) -> bool:
    """Return the flag that comes first in a header line."""
    flag = values[0].lower() if values else ""
    if flag not in ("true", "false"):
        raise damaged(path, number, f"@{key} followed by true or false", " ".join(values))
    return flag == "true"


def read_cases(
    path: Path, lines: Iterator[tuple[int, str]], header: Header
) -> tuple[list[NDArray[np.float64]], list[str | float]]:
    """Read the lines after ``@data``; without a number of dimensions in the header the first case sets it."""
    cases: list[NDArray[np.float64]] = []
    labels: list[str | float] = []
    dimensions = header.dimensions
    for number, text in lines:
        parts = text.split(":")
        if header.labelled:
            labels.append(read_label(path, number, parts.pop().strip(), header))
        dimensions = dimensions or max(len(parts), 1)
        if len(parts) != dimensions:
            raise damaged(path, number, f"a case of {dimensions} dimension(s)", len(parts))
        case = read_case(path, number, parts)
        if header.equal_length and cases and len(case) != len(cases[0]):
            raise damaged(path, number, f"{len(cases[0])} steps long, as the first case is (@equalLength)", len(case))
        cases.append(case)
    return cases, labels


def read_label(path: Path, number: int, text: str, header: Header) -> str | float:
    """Return the label, which must be one of those that ``@classLabel`` lists (if it lists any), or the target."""
    if header.has_targets:
        targets = read_values(path, number, text)
        if targets.size != 1:
            raise damaged(path, number, "a case that ends in : and one target", text)
        return float(targets[0])
    if not text or (header.class_labels and text not in header.class_labels):
        raise damaged(
            path, number, f"a case that ends in : and a label of {header.class_labels or '@classLabel'}", text
        )
    return text


def read_case(path: Path, number: int, parts: list[str]) -> NDArray[np.float64]:
    """Return the (n_steps, n_channels) values of one case."""
    if any("(" in part for part in parts):
        raise ValueError(f"{path}, line {number}: must have no time stamps; they are not supported.")
    dimensions = [read_values(path, number, part) for part in parts]
    lengths = {len(values) for values in dimensions}
    if len(lengths) > 1:
        raise damaged(path, number, "of one length in all its dimensions", sorted(lengths))
    return np.stack(dimensions, axis=1)
