"""The command line: arguments to public functions. Each subcommand has a file, with a function that adds its parser."""

from __future__ import annotations

# Nothing slow may be imported here: a process answers Ctrl-C only once this file is read.
import sys

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["INTERRUPTED", "main"]

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand; return the exit code: 0, 2 for what the user can mend, 130 after Ctrl-C.

    141, without a word, where nobody reads the output any more, as in ``snnres predict ... | head``.
    """
    try:
        from .commands import run

        return run(argv)
    except KeyboardInterrupt:
        sys.stderr.write(farewell())
        return INTERRUPTED


def farewell() -> str:
    """Return what is said after Ctrl-C; a terminal has written ^C on the present line."""
    return "\ninterrupted\n" if sys.stderr.isatty() else "interrupted\n"
