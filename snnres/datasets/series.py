"""Single long series: the Santa Fe laser and the monthly sunspot numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..io import PathLike
from .files import as_path, damaged, meaningful, read_values

__all__ = ["read_laser", "read_sunspots"]

SUNSPOT_COLUMNS = ("year", "month", "sunspots")


def read_laser(path: PathLike) -> NDArray[np.float64]:
    r"""Read the intensity of a far-infrared laser, data set A of the Santa Fe competition: one number a line.

    Parameters
    ----------
    path : path
        The text file.

    Returns
    -------
    ndarray of shape (n_steps,), float64
        The intensities, in the counts of the recording.

    Raises
    ------
    ValueError
        If a line is not one finite number, or there is none.

    References
    ----------
    Weigend and Gershenfeld (1993), Time Series Prediction: Forecasting the Future and Understanding the Past.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from snnres.datasets import read_laser
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "laser.txt")
    ...     _ = path.write_text("86\n141\n95\n")
    ...     read_laser(path).tolist()
    [86.0, 141.0, 95.0]
    """
    return np.array([row[0] for _, row in rows_of(as_path("path", path), 1)])


def read_sunspots(path: PathLike) -> NDArray[np.float64]:
    r"""Read monthly sunspot numbers from a CSV file with the columns year, month, sunspots.

    Parameters
    ----------
    path : path
        The CSV file; its first line names the columns.

    Returns
    -------
    ndarray of shape (n_steps,), float64
        The sunspot numbers, one a month without gaps.

    Raises
    ------
    ValueError
        If the columns are others, a line is damaged, or a month does not follow on the one before it.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from snnres.datasets import read_sunspots
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "sunspots.csv")
    ...     _ = path.write_text("year,month,sunspots\n1749,12,58\n1750,1,62.6\n")
    ...     read_sunspots(path).tolist()
    [58.0, 62.6]
    """
    file = as_path("path", path)
    months: list[int] = []
    sunspots = []
    for number, (year, month, count) in rows_of(file, 3, SUNSPOT_COLUMNS):
        if year != int(year) or month not in range(1, 13):
            raise damaged(file, number, "a whole year and a month from 1 to 12", f"{year:g}, {month:g}")
        months.append(12 * int(year) + int(month))
        if len(months) > 1 and months[-1] != months[-2] + 1:
            raise damaged(file, number, "the month that follows on the one before", f"{year:g}, {month:g}")
        sunspots.append(count)
    return np.array(sunspots)


def rows_of(path: Path, n_columns: int, names: tuple[str, ...] | None = None) -> list[tuple[int, NDArray[np.float64]]]:
    """Return the numbered rows of a CSV file; with ``names``, its first line must name the columns so."""
    rows = []
    with path.open(encoding="utf-8-sig", errors="backslashreplace") as file:
        lines = meaningful(file)
        if names is not None:
            number, text = next(lines, (1, ""))
            if tuple(part.strip().lower() for part in text.split(",")) != names:
                raise damaged(path, number, f"the header {','.join(names)}", text)
        for number, text in lines:
            row = read_values(path, number, text)
            if row.size != n_columns:
                raise damaged(path, number, f"{n_columns} number(s) separated by commas", text)
            rows.append((number, row))
    if not rows:
        raise ValueError(f"{path} must hold at least one row of numbers. Got none instead.")
    return rows
