"""Arrays in NumPy's formats: bounded before they are read, checked to the last byte, never unpickled."""

from __future__ import annotations

import contextlib
import json
import math
import os
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..validation import check_finite, check_int
from .paths import PathLike, reading, with_suffix
from .writing import write_atomically

# What the arrays of a file of some size may fill: a network of one weight compresses a thousandfold, as does a file
# made to fill the memory of whoever opens it.
UNPACKED_BASE = 2**28
UNPACKED_FACTOR = 100

ARCHIVE_BEGINNING = b"PK\x03\x04"
# The last 22 bytes, without a comment: mark, numbers of disks and members, size and place of the directory.
ARCHIVE_END, ARCHIVE_END_MARK = struct.Struct("<4s4H2LH"), b"PK\x05\x06"
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}

Arrays = Mapping[str, NDArray[Any]]


def unpacked_limit(n_bytes: int) -> int:
    """Return how many bytes the arrays of an archive of ``n_bytes`` may hold."""
    return UNPACKED_BASE + UNPACKED_FACTOR * n_bytes


def check_declared(name: str, file: IO[bytes], n_bytes: int) -> None:
    """Refuse an array in ``.npy`` format whose header does not promise exactly the bytes that are there."""
    try:
        shape, _, dtype = HEADERS[np.lib.format.read_magic(file)](file)
    except (KeyError, ValueError):
        # NumPy's own words advise to trust the file.
        raise ValueError(f"{name} is no array in NumPy's format.") from None
    if dtype.hasobject:
        raise ValueError(f"{name} must not hold Python objects.")
    # NumPy makes entries without a size larger as it reads them.
    sane = dtype.itemsize > 0 and min(shape, default=0) >= 0
    if not sane or file.tell() + math.prod(shape) * dtype.itemsize != n_bytes:
        raise ValueError(f"{name} must fill the file: it is cut, or says that it is of another size.")


class Archive(Mapping[str, NDArray[Any]]):
    """The arrays of an ``.npz`` file, each read when it is asked for.

    Parameters
    ----------
    file : binary file
        Open as long as this is used.

    Raises
    ------
    ValueError
        If it is no archive, or its arrays would hold more than :func:`unpacked_limit`.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = open_zip(file)
        members = self._zip.infolist()
        check_complete(file, len(members))
        self._members = {member.filename.removesuffix(".npy"): member for member in members}
        if len(self._members) < len(members):
            raise ValueError("It must not hold two arrays of one name.")
        self.limit = unpacked_limit(os.fstat(file.fileno()).st_size)
        total = unpacked_size(self._zip)
        if total > self.limit:
            raise ValueError(
                f"Its arrays must hold at most {self.limit} bytes: {UNPACKED_BASE} and {UNPACKED_FACTOR} times the "
                f"size of the file, which may be stored uncompressed. Got {total} instead."
            )
        self.unread = set(self._members)

    def __getitem__(self, name: str) -> NDArray[Any]:
        member = self._members[name]
        self.unread.discard(name)
        self.check(name)
        # As it is read to its end, zipfile compares the checksum.
        with self._zip.open(member) as file:
            return np.asarray(np.lib.format.read_array(file, allow_pickle=False))

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def check(self, name: str) -> None:
        """Refuse an array whose header does not promise what is there."""
        member = self._members[name]
        with self._zip.open(member) as file:
            check_declared(f"Its member {name!r}", file, member.file_size)


class Section(Mapping[str, NDArray[Any]]):
    """The arrays whose names begin alike, by the rest of their names.

    Parameters
    ----------
    arrays : mapping
        All arrays.
    beginning : str
        What the names begin with.
    """

    def __init__(self, arrays: Arrays, beginning: str) -> None:
        self._arrays = arrays
        self._beginning = beginning

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._arrays[f"{self._beginning}{name}"]

    def __contains__(self, name: object) -> bool:
        return f"{self._beginning}{name}" in self._arrays

    def __iter__(self) -> Iterator[str]:
        return (name.removeprefix(self._beginning) for name in self._arrays if name.startswith(self._beginning))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def open_zip(file: IO[bytes]) -> zipfile.ZipFile:
    """Return a file as an archive."""
    # Python's zipfile would find an archive behind other bytes, too.
    if file.read(len(ARCHIVE_BEGINNING)) == ARCHIVE_BEGINNING:
        with contextlib.suppress(zipfile.BadZipFile):
            return zipfile.ZipFile(file)
    raise ValueError("It is damaged or of another format: not an .npz archive.")


def check_complete(file: IO[bytes], n_members: int) -> None:
    """Refuse an archive whose end says that it has more members: a damaged length of one may swallow the next."""
    file.seek(-ARCHIVE_END.size, os.SEEK_END)
    mark, _, _, _, total, *_ = ARCHIVE_END.unpack(file.read(ARCHIVE_END.size))
    if mark != ARCHIVE_END_MARK or total != n_members:
        raise ValueError(f"It is damaged: {n_members} members can be found, and its end does not say so.")


def unpacked_size(archive: zipfile.ZipFile) -> int:
    """Return the bytes that the members of an archive say they hold."""
    return sum(member.file_size for member in archive.infolist())


@contextlib.contextmanager
def read_archive(path: Path, known: str, version: int) -> Iterator[tuple[dict[str, Any], Arrays]]:
    """Give header and arrays of a file of :func:`write_archive`, refusing another format and a newer version.

    Arrays are read when they are asked for. One that nobody asked for is refused at the end.
    """
    with open(path, "rb") as file:
        archive = Archive(file)
        text = archive.get("header")
        if text is None or text.dtype.kind != "U" or text.ndim != 0:
            raise ValueError("It is of another format: no header.")
        header = json.loads(str(text))
        if not isinstance(header, dict) or header.get("format") != known:
            raise ValueError("It is of another format.")
        if check_int("version", header.get("version"), 1) > version:
            raise ValueError(
                f"Its version is {header['version']}, this snnres reads up to {version}: it was written by a newer one."
            )
        yield header, archive
        if archive.unread:
            raise ValueError(f"Its arrays must be known to this snnres. Got {min(archive.unread)!r} instead.")


def write_archive(
    path: PathLike,
    header: dict[str, Any],
    arrays: dict[str, Any],
    check: Callable[[dict[str, Any], dict[str, Any]], object] | None = None,
    *,
    compress: bool = True,
) -> None:
    """Write a header, as JSON, and arrays to one ``.npz`` file.

    Parameters
    ----------
    path : path
        Gets ``.npz`` added if it does not end so.
    header : dict
        What JSON and NumPy's scalars can hold.
    arrays : dict
        By name.
    check : callable, optional
        What loading does with the header, as it comes back from JSON, and the arrays. Whatever it refuses is refused
        here, before anything is written.
    compress : bool, default True
        False where time counts: numbers that look random, as weights do, get hardly smaller.
    """
    target = with_suffix(path, ".npz")
    text = json.dumps(header, default=lambda value: value.item())
    if check is not None:
        try:
            check(json.loads(text), arrays)
        except (TypeError, ValueError) as error:
            raise ValueError(f"What is saved must be what can be loaded. {error}") from error

    def write(file: IO[bytes], compressed: bool) -> None:
        (np.savez_compressed if compressed else np.savez)(file, header=np.array(text), **arrays)

    if compress:
        write_compressed(target, write)
    else:
        write_atomically(target, lambda file: write(file, False))


def write_compressed(path: Path, write: Callable[[IO[bytes], bool], object], whole: Path | None = None) -> None:
    """Write an archive: compressed, unless loading would then take it for one made to fill the memory.

    ``write`` takes the open file and whether to compress; ``whole`` is that of :func:`write_atomically`.
    """

    def write_readable(file: IO[bytes]) -> None:
        write(file, True)
        size = file.tell()
        with zipfile.ZipFile(file) as archive:
            unpacked = unpacked_size(archive)
        if unpacked > unpacked_limit(size):
            file.seek(0)
            file.truncate()
            write(file, False)

    write_atomically(path, write_readable, whole)


def save_array(path: PathLike, array: NDArray[Any], whole: Path | None = None) -> None:
    """Write one array in NumPy's ``.npy`` format, which has no checksum.

    ``whole`` is that of :func:`write_atomically`.

    Raises
    ------
    ValueError
        If it holds floats that are not finite, which loading refuses.
    """
    target = with_suffix(path, ".npy")
    if array.dtype.kind == "f":
        check_finite(f"the array for {target}", array)
    write_atomically(target, lambda file: np.save(file, array, allow_pickle=False), whole)


def load_array(path: PathLike) -> NDArray[Any]:
    """Read one array in NumPy's ``.npy`` format, never unpickling."""
    what = "a NumPy .npy file of one array without Python objects"
    with reading(path, what, ".npy") as source, open(source, "rb") as file:
        check_declared("What it holds", file, os.fstat(file.fileno()).st_size)
        file.seek(0)
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))
