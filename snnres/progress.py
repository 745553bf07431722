"""Progress of long work, on standard error or to a function of the caller's."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Self, TypeAlias

from .validation import refuse

__all__ = ["Progress", "reporter"]

Progress: TypeAlias = bool | Callable[[int, int], None]

# Seconds between two lines in a log, which nobody watches.
LINE_INTERVAL = 30.0


class Report:
    """Hands done and total on to a function. To be entered with ``with``, so that what is shown ends with the work."""

    def __init__(self, show: Callable[[int, int], None], total: int) -> None:
        self.show = show
        self.total = total

    def __call__(self, done: int) -> None:
        """Report how much is done."""
        self.show(done, self.total)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return None


class Bar(Report):
    """A bar of tqdm's, in a terminal or a notebook; one within another goes when it is done."""

    def __init__(self, label: str, total: int, kind: Any) -> None:
        super().__init__(self.move, total)
        self.label = label
        self.kind = kind

    def __enter__(self) -> Self:
        self.bar = self.kind(desc=self.label, total=self.total, miniters=1)
        self.bar.leave = self.bar.pos == 0
        return self

    def move(self, done: int, total: int) -> None:
        """Move the bar."""
        self.bar.update(done - self.bar.n)

    def __exit__(self, *error: object) -> None:
        self.bar.close()


class Lines(Report):
    """Lines on standard error, for files and pipes: one at the end, and before it one now and then."""

    def __init__(self, label: str, total: int) -> None:
        super().__init__(self.write, total)
        self.label = label
        self.started = self.written = time.monotonic()

    def write(self, done: int, total: int) -> None:
        """Write a line if it is time."""
        now = time.monotonic()
        if done < total and now - self.written < LINE_INTERVAL:
            return
        self.written = now
        spent = now - self.started
        sys.stderr.write(f"{self.label}: {done}/{total} ({100 * done // max(total, 1)} %), {spent:.1f} s\n")
        sys.stderr.flush()


def reporter(progress: Progress, label: str, total: int) -> Report:
    """Return what to enter and to call with what is done: it shows the work for True, nothing for False."""
    if isinstance(progress, bool):
        return shown(label, total) if progress else Report(lambda done, total: None, total)
    if not callable(progress):
        raise refuse("progress", "True, False or a function of (done, total)", progress, TypeError)
    return Report(progress, total)


def shown(label: str, total: int) -> Report:
    """Return a bar where there is a terminal or a notebook to show it, else lines."""
    # Not on top, since it takes a tenth of a second.
    from tqdm.asyncio import tqdm as text_bar
    from tqdm.auto import tqdm

    # A notebook has a kind of its own, and its standard error is no terminal.
    in_notebook = tqdm is not text_bar
    return Bar(label, total, tqdm) if in_notebook or sys.stderr.isatty() else Lines(label, total)
