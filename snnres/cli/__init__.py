"""The command line: arguments to public functions. Each subcommand has a file, with a function that adds its parser."""

import os
import sys
from collections.abc import Sequence

from .. import __version__
from . import demo, evaluate, features, predict, train
from .arguments import WRONG, Parser

__all__ = ["INTERRUPTED", "WRONG", "build_parser", "main"]

INTERRUPTED = 130
# As a shell says it of a program that SIGPIPE ended.
UNHEARD = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand; return the exit code: 0, 2 for what the user can mend, 130 after Ctrl-C.

    141, without a word, where nobody reads the output any more, as in ``snnres predict ... | head``.
    """
    args = build_parser().parse_args(argv)
    try:
        args.run(args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Else Python complains when it flushes what is left at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNHEARD
    except (ImportError, MemoryError, OSError, TypeError, ValueError) as error:
        message = " ".join(str(error).split()) or type(error).__name__
        print(f"snnres {args.command}: {message}", file=sys.stderr)
        return WRONG
    return 0


def build_parser() -> Parser:
    """Return the parser of all subcommands."""
    parser = Parser(prog="snnres", description="Spiking reservoirs: exact, seeded, fast.")
    parser.add_argument("--version", action="version", version=f"snnres {__version__}")
    subcommands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for command in (demo, train, predict, evaluate, features):
        command.add_parser(subcommands)
    return parser
