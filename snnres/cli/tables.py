"""CSV tables: a strict reader, whose errors name file, line and column, and a writer."""

import csv
import difflib
import io
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..io import write_atomically
from ..validation import FLOAT32_MAX, shown

# Compared without regard to case.
MISSING = frozenset({"", "?", "na", "n/a", "nan", "null"})
WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
DELIMITERS = (",", ";", "\t")


class Dialect(NamedTuple):
    """How a table is written; None is to be found out.

    Attributes
    ----------
    delimiter : str or None
        Between two cells: of comma, semicolon and tab the one that makes most columns of the header line.
    decimal : str or None
        "." or ",": a comma where it does not delimit, some cells hold numbers with a comma, and none with a point.
    """

    delimiter: str | None = None
    decimal: str | None = None


FOUND_OUT = Dialect()


class Table(NamedTuple):
    """Numbers, and the column to predict if there is one.

    Attributes
    ----------
    columns : list of str
        Names of the numbers' columns.
    values : ndarray of float64, shape (n_rows, n_columns)
    target : ndarray, shape (n_rows,), or None
        int64 where all its cells are whole numbers, else float64 where all are numbers, else text.
    dialect : Dialect
        How the file is written.
    """

    columns: list[str]
    values: NDArray[np.float64]
    target: NDArray[Any] | None
    dialect: Dialect


class Cells(NamedTuple):
    """The text of a table: names of the columns, numbered rows of as many cells, and what is between the cells."""

    path: Path
    names: list[str]
    rows: list[tuple[int, list[str]]]
    delimiter: str

    def column(self, name: str) -> Iterator[tuple[int, str]]:
        """Yield the cells of a column, each with the number of its line."""
        place = self.names.index(name)
        return ((line, row[place]) for line, row in self.rows)


def read_table(path: Path, target: str | None, dialect: Dialect = FOUND_OUT, *, needs_target: bool = True) -> Table:
    """Read a CSV file: a header line, then as many cells a line, none of them missing.

    Every column but the one named ``target`` holds numbers, finite in float32. Where the target is not needed, the
    file may lack it, or some of its cells. Empty lines are skipped.
    """
    cells = read_cells(path, dialect)
    if target is not None and target not in cells.names:
        if needs_target:
            raise ValueError(
                f"{path} must have the target {target!r} among its columns. Got {shown(cells.names)}, separated by "
                f"{cells.delimiter!r}, instead.{hint(target, cells.names)}"
            )
        target = None
    columns = [name for name in cells.names if name != target]
    if not columns:
        raise ValueError(
            f"{path} must have a column besides the target. Got {cells.names}, separated by {cells.delimiter!r}, "
            "instead."
        )
    decimal = dialect.decimal or decimal_of(cells)
    labels = None if target is None else read_target(cells, target, decimal, needed=needs_target)
    values = np.column_stack([[number(cells, name, *cell, decimal) for cell in cells.column(name)] for name in columns])
    return Table(columns, values, labels, Dialect(cells.delimiter, decimal))


def read_cells(path: Path, dialect: Dialect) -> Cells:
    """Return the stripped cells of a table, checked for their number in each line."""
    if dialect.delimiter is not None and dialect.delimiter == dialect.decimal:
        raise ValueError(f"--delimiter and --decimal must differ. Got {dialect.decimal!r} for both instead.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            first = next((line for line in file if line.strip()), "")
            delimiter = dialect.delimiter or delimiter_of(path, first, dialect.decimal)
            file.seek(0)
            rows = records(path, file, delimiter)
            names = header(path, rows)
            body = list(rows)
        except UnicodeDecodeError as error:
            raise ValueError(f"{path} must be text in UTF-8. {error}.") from error
    for line, row in body:
        if len(row) != len(names):
            raise ValueError(
                f"{path}, line {line}: must have {len(names)} cells separated by {delimiter!r}, as the header. "
                f"Got {len(row)} instead."
            )
    if not body:
        raise ValueError(f"{path} must have at least one line after its header. Got none instead.")
    return Cells(path, names, body, delimiter)


def delimiter_of(path: Path, line: str, decimal: str | None) -> str:
    """Return what separates the cells of the header line: that of the usual delimiters which makes most of them."""
    usual = [delimiter for delimiter in DELIMITERS if delimiter != decimal]
    try:
        counts = [len(next(csv.reader([line], delimiter=delimiter), [])) for delimiter in usual]
    except csv.Error as error:
        raise ValueError(f"{path} must start with a header line: {error}.") from error
    best = [delimiter for delimiter, count in zip(usual, counts, strict=True) if count == max(counts)]
    if len(best) > 1 and max(counts) > 1:
        raise ValueError(
            f"--delimiter must say what separates the cells of {path}. Got a header with as many {best[0]!r} as "
            f"{best[1]!r} instead."
        )
    return best[0]


def records(path: Path, file: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the stripped cells of each line that is not empty, with the line's number."""
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if len(cells) > 1 or "".join(cells).strip():
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise ValueError(
            f"{path}, line {reader.line_num}: must be text whose cells are separated by {delimiter!r}: {error}."
        ) from error


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
    return names


def warn_of_numbers(path: Path, names: Sequence[str]) -> None:
    """Warn of a header that may be data: it would be missing from the samples."""
    number_like = [name for name in names if NUMBER.fullmatch(name.replace(",", "."))]
    if number_like:
        warnings.warn(
            f"The header of {path} looks like data: it calls a column {number_like[0]!r}. Its first line is taken as "
            "the names of the columns, not as a sample.",
            stacklevel=2,
        )


def decimal_of(cells: Cells) -> str:
    """Return what stands before decimals: a comma where numbers have one and none has a point."""
    if cells.delimiter == ",":
        return "."
    texts = [cell for _, row in cells.rows for cell in row]
    commas = any("," in text and NUMBER.fullmatch(text.replace(",", ".")) for text in texts)
    points = any("." in text and NUMBER.fullmatch(text) for text in texts)
    return "," if commas and not points else "."


def read_target(cells: Cells, name: str, decimal: str, *, needed: bool) -> NDArray[Any]:
    """Return the target's cells as whole numbers, as numbers, or as they stand; those needed must be sound."""
    found = list(cells.column(name))
    if not needed:
        return np.array([text for _, text in found])
    texts = [present(cells, name, line, text) for line, text in found]
    if all(WHOLE.fullmatch(text) for text in texts):
        return np.array([int(text) for text in texts], dtype=np.int64)
    if all(is_number(text, decimal) for text in texts):
        return np.array([number(cells, name, line, text, decimal) for line, text in found])
    return np.array(texts, dtype=np.str_)


def is_number(text: str, decimal: str) -> bool:
    """Return whether a cell is written as a number; a point is none where decimals follow a comma."""
    return NUMBER.fullmatch(text if decimal == "." else text.replace(".", "?").replace(",", ".")) is not None


def present(cells: Cells, name: str, line: int, text: str) -> str:
    """Return a cell that holds something."""
    if text.lower() in MISSING:
        raise ValueError(
            f"{cells.path}, line {line}, column {name!r}: must have no missing values; they are not supported. "
            f"Got {text!r} instead."
        )
    return text


def number(cells: Cells, name: str, line: int, text: str, decimal: str) -> float:
    """Return the number of a cell."""
    value = np.inf
    if is_number(present(cells, name, line, text), decimal):
        value = float(text.replace(",", "."))
    if not abs(value) <= FLOAT32_MAX:
        raise ValueError(
            f"{cells.path}, line {line}, column {name!r}: must be a finite number of float32, its decimals after "
            f"{decimal!r}. Got {shown(text)} instead."
        )
    return value


def hint(name: str, names: Sequence[str]) -> str:
    """Return a question after a name that may have been meant, or nothing."""
    by_lower = {other.lower(): other for other in names}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1)
    return f" Did you mean {by_lower[near[0]]!r}?" if near else ""


def chosen(path: Path, table: Table, columns: Sequence[str]) -> Table:
    """Return the table with its columns in this order, refusing others and missing ones."""
    for name in columns:
        if name not in table.columns:
            raise ValueError(
                f"{path} must have the column {name!r}. Got {shown(table.columns)}, separated by "
                f"{table.dialect.delimiter!r}, instead.{hint(name, table.columns)}"
            )
    for name in table.columns:
        if name not in columns:
            raise ValueError(
                f"{path} must have only columns that the model was trained on. Got {name!r} too.{hint(name, columns)}"
            )
    order = [table.columns.index(name) for name in columns]
    return table._replace(columns=list(columns), values=table.values[:, order])


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
