"""Progress of long work, on standard error or to a function of the caller's."""

import sys
import time
from collections.abc import Callable
from typing import TypeAlias

from .validation import refuse

Progress: TypeAlias = bool | Callable[[int, int], None]

INTERVAL = 0.2


class ProgressLine:
    """One line on standard error that is rewritten at most five times a second."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.started = time.monotonic()
        self.shown = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` is done."""
        now = time.monotonic()
        if now - self.shown < INTERVAL and done < total:
            return
        self.shown = now
        end = "\n" if done >= total else ""
        spent = now - self.started
        sys.stderr.write(f"\r{self.label}: {done}/{total} ({100 * done // max(total, 1)} %), {spent:.1f} s{end}")
        sys.stderr.flush()


def reporter(progress: Progress, label: str) -> Callable[[int, int], None]:
    """Return what to call with (done, total): a line for True, nothing for False, else the caller's function."""
    if isinstance(progress, bool):
        return ProgressLine(label) if progress else lambda done, total: None
    if not callable(progress):
        raise refuse("progress", "True, False or a function of (done, total)", progress, TypeError)
    return progress
