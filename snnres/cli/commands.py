"""The subcommands as one program."""

import os
import sys
from collections.abc import Sequence

from .. import __version__
from .arguments import WRONG, Parser
from .demo import add_parser as add_demo
from .evaluate import add_parser as add_evaluate
from .features import add_parser as add_features
from .predict import add_parser as add_predict
from .train import add_parser as add_train

# As a shell says it of a program that SIGPIPE ended.
UNHEARD = 141


def run(argv: Sequence[str] | None) -> int:
    """Run a subcommand; return the exit code."""
    args = build_parser().parse_args(argv)
    try:
        args.run(args)
        sys.stdout.flush()
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
    for add_parser in (add_demo, add_train, add_predict, add_evaluate, add_features):
        add_parser(subcommands)
    return parser
