"""CSV tables: a strict reader, whose errors name file, line and column, and a writer."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..io import write_atomically
from ..validation import shown

# Compared without regard to case.
MISSING = frozenset({"", "?", "na", "n/a", "nan", "null"})
WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


class Table(NamedTuple):
    """Numbers, and the column to predict if there is one.

    Attributes
    ----------
    columns : list of str
        Names of the numbers' columns.
    values : ndarray of float64, shape (n_rows, n_columns)
    target : ndarray, shape (n_rows,), or None
        int64 where all its cells are whole numbers, else float64 where all are numbers, else text.
    """

    columns: list[str]
    values: NDArray[np.float64]
    target: NDArray[Any] | None


def read_table(path: Path, target: str | None, *, needs_target: bool = True) -> Table:
    """Read a CSV file: a header line, then as many comma-separated cells a line, none of them missing.

    Every column holds finite numbers, written with a decimal point, but for the one named ``target``. Where that is
    not needed, the file may lack it, or some of its cells. Empty lines are skipped.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = records(path, file)
        names = header(path, rows)
        if target is not None and target not in names:
            if needs_target:
                raise ValueError(
                    f"{path} must have the target {target!r} among its columns. Got {shown(names)} instead."
                )
            target = None
        place = None if target is None else names.index(target)
        columns = [name for name in names if name != target]
        if not columns:
            raise ValueError(f"{path} must have a column besides the target. Got {names} instead.")
        values: list[list[float]] = []
        labels: list[str] = []
        for line, cells in rows:
            if len(cells) != len(names):
                raise ValueError(f"{path}, line {line}: must have {len(names)} cells. Got {len(cells)} instead.")
            if place is not None:
                label = cells.pop(place)
                labels.append(present(path, line, names[place], label) if needs_target else label)
            values.append([number(path, line, name, cell) for name, cell in zip(columns, cells, strict=True)])
    if not values:
        raise ValueError(f"{path} must have at least one line after its header. Got none instead.")
    return Table(columns, np.array(values), None if place is None else typed(labels))


def records(path: Path, file: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the stripped cells of each line that is not empty, with the line's number."""
    reader = csv.reader(file, strict=True)
    try:
        for cells in reader:
            if len(cells) > 1 or "".join(cells).strip():
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise ValueError(f"{path}, line {reader.line_num}: must be comma-separated text: {error}.") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} must be text in UTF-8. {error}.") from error


def header(path: Path, rows: Iterator[tuple[int, list[str]]]) -> list[str]:
    """Return the names of the columns, none of them empty or given twice."""
    line, names = next(rows, (1, []))
    if not names:
        raise ValueError(f"{path} must have a header line with the names of its columns. Got an empty file instead.")
    for place, name in enumerate(names):
        if not name:
            raise ValueError(
                f"{path}, line {line}: must name every column. Got no name for column {place + 1} instead."
            )
        if name in names[:place]:
            raise ValueError(f"{path}, line {line}: must name every column differently. Got {name!r} twice instead.")
    if all(NUMBER.fullmatch(name) for name in names):
        raise ValueError(
            f"{path}, line {line}: must be a header line that names the columns. Got only numbers instead."
        )
    return names


def present(path: Path, line: int, column: str, cell: str) -> str:
    """Return a cell that holds something."""
    if cell.lower() in MISSING:
        raise ValueError(
            f"{path}, line {line}, column {column!r}: must have no missing values; they are not supported. "
            f"Got {cell!r} instead."
        )
    return cell


def number(path: Path, line: int, column: str, cell: str) -> float:
    """Return the finite number of a cell."""
    value = float(cell) if NUMBER.fullmatch(present(path, line, column, cell)) else np.inf
    if not np.isfinite(value):
        raise ValueError(f"{path}, line {line}, column {column!r}: must be a finite number. Got {shown(cell)} instead.")
    return value


def typed(cells: Sequence[str]) -> NDArray[Any]:
    """Return a target's cells as whole numbers, as numbers, or as they stand."""
    if all(WHOLE.fullmatch(cell) for cell in cells):
        return np.array([int(cell) for cell in cells], dtype=np.int64)
    if all(NUMBER.fullmatch(cell) for cell in cells):
        return np.array([float(cell) for cell in cells])
    return np.array(cells, dtype=np.str_)


def chosen(path: Path, table: Table, columns: Sequence[str]) -> Table:
    """Return the table with its columns in this order, refusing others and missing ones."""
    for name in columns:
        if name not in table.columns:
            raise ValueError(f"{path} must have the column {name!r}. Got {shown(table.columns)} instead.")
    for name in table.columns:
        if name not in columns:
            raise ValueError(f"{path} must have only columns that the model was trained on. Got {name!r} too.")
    order = [table.columns.index(name) for name in columns]
    return Table(list(columns), table.values[:, order], table.target)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as CSV; numbers are written so that they read back equal."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file; a reader of it never sees half of it."""
    content = csv_text(columns, rows).encode()
    write_atomically(path, lambda file: file.write(content))
