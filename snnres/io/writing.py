"""Writing a file at one stroke, whatever ends the run."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import stat
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

if sys.platform != "win32":
    import fcntl


def write_atomically(path: Path, write: Callable[[IO[bytes]], object], whole: Path | None = None) -> None:
    """Let ``write`` fill a new file, then give it the name ``path``: readers see the old file or the new one.

    - Missing folders are made.
    - The new file gets the mode, the extended attributes (access lists among them) and, where the system lets us, the
      owner of the one that it replaces.
    - Where ``path`` is a symbolic link, what it leads to is replaced, and the link stays.
    - Of a file with several hard links only this name gets the new content, and a warning says so. Writing into what
      the names share would keep them together, but no system does that at one stroke: a run killed meanwhile would
      leave every name with half a file, and a snapshot that is made of hard links would change with it.
    - A run that is killed leaves its unfinished file, ``.snnres-`` and 24 digits, beside the target. The next write to
      the same path removes it; that of a run that still lives is told by its lock (not on Windows, where it stays).

    Parameters
    ----------
    path : pathlib.Path
        The file, new or a regular one.
    write : callable
        Takes the open binary file.
    whole : pathlib.Path, optional
        Of what the file is a part, in the same folder, if the next write of that is to remove leftovers of this.

    Raises
    ------
    ValueError
        If ``path`` is a folder, a FIFO, a socket or a device. Nothing is written.
    OSError
        If the system refuses. The old file is then as it was.
    """
    target = Path(os.path.realpath(path))
    former = replaced(path, target)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(beginning(whole or target))
    remove_leftovers(unfinished)
    temporary, handle = new_file(unfinished, 0o666 if former is None else 0o600)
    # A duplicate keeps the lock until the file has its name; Windows, without locks, renames no file that is open.
    guard = None if sys.platform == "win32" else os.dup(handle)
    try:
        with os.fdopen(handle, "w+b") as file:
            write(file)
            file.flush()
            os.fsync(handle)
        if former is not None:
            hand_on(target, former, temporary)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    finally:
        if guard is not None:
            os.close(guard)


def replaced(path: Path, target: Path) -> os.stat_result | None:
    """Return what the system knows of the file that is to be replaced, None where there is none."""
    try:
        former = target.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(former.st_mode):
        kind = "a folder" if stat.S_ISDIR(former.st_mode) else "a FIFO, a socket or a device"
        raise ValueError(f"{path} must be a regular file or a new one. Got {kind} instead.")
    if former.st_nlink > 1:
        warnings.warn(
            f"{path} is one of {former.st_nlink} hard links to a file: the other names keep the former content",
            UserWarning,
            stacklevel=4,
        )
    return former


def beginning(target: Path) -> str:
    """Return what the names of unfinished files of a target begin with; short, since its own may be of full length."""
    return f".snnres-{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]}"


def new_file(unfinished: Path, mode: int) -> tuple[Path, int]:
    """Return path and handle of a new, locked file whose path begins so."""
    while True:
        temporary = unfinished.with_name(f"{unfinished.name}{secrets.token_hex(4)}")
        try:
            handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        except FileExistsError:
            continue
        lock(handle)
        if temporary.exists():
            return temporary, handle
        # Between its making and its lock another run took it for a leftover.
        os.close(handle)


def remove_leftovers(unfinished: Path) -> None:
    """Remove files whose paths begin so and that no living run holds."""
    if sys.platform == "win32":
        return
    for leftover in unfinished.parent.glob(f"{unfinished.name}*"):
        with contextlib.suppress(OSError):
            handle = os.open(leftover, os.O_RDWR | os.O_NOFOLLOW)
            try:
                if lock(handle, wait=False):
                    os.unlink(leftover)
            finally:
                os.close(handle)


def hand_on(target: Path, former: os.stat_result, temporary: Path) -> None:
    """Give the new file what the old one has besides its content."""
    if sys.platform != "win32":
        # Only the superuser gives files away; a group may still be one of ours.
        for owner in (former.st_uid, -1):
            with contextlib.suppress(OSError):
                os.chown(temporary, owner, former.st_gid)
                break
    with contextlib.suppress(FileNotFoundError):
        shutil.copystat(target, temporary)
        os.utime(temporary)


def lock(handle: int, *, wait: bool = True, shared: bool = False) -> bool:
    """Lock what is open until it is closed, if only by the end of the process; False where that cannot be."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


@contextlib.contextmanager
def folder_lock(folder: Path, *, shared: bool = False) -> Iterator[bool]:
    """Keep other runs that ask for it out of a folder; yields whether the system can."""
    if sys.platform == "win32" or not folder.is_dir():
        yield False
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        yield lock(handle, shared=shared)
    finally:
        os.close(handle)


@contextlib.contextmanager
def sole_user(folder: Path) -> Iterator[None]:
    """Refuse a folder that another process uses so; on Windows, and where the system has no locks, none is refused.

    The end of the process, whatever brings it about, sets the folder free.
    """
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(f"{folder} is in use by another run. Let each have one of its own.") from None
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.ENOTSUP):
                raise
        yield
    finally:
        os.close(handle)
