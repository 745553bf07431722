"""The command line: arguments to public functions. Each subcommand has one function that adds its parser."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from . import __version__, demo

INTERRUPTED = 130
WRONG = 2


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end with exit code 2."""
        self.exit(WRONG, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand; return the exit code: 0, 2 for what the user can mend, 130 after Ctrl-C."""
    args = build_parser().parse_args(argv)
    try:
        args.run(args)
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED
    except (ImportError, OSError) as error:
        print(f"snnres {args.command}: {error}", file=sys.stderr)
        return WRONG
    return 0


def build_parser() -> Parser:
    """Return the parser of all subcommands."""
    parser = Parser(prog="snnres", description="Spiking reservoirs: exact, seeded, fast.")
    parser.add_argument("--version", action="version", version=f"snnres {__version__}")
    subcommands = parser.add_subparsers(dest="command", required=True, metavar="command")
    add_demo(subcommands)
    return parser


def add_demo(subcommands: Any) -> None:
    """Add ``snnres demo``."""
    parser = subcommands.add_parser(
        "demo",
        help="classify handwritten digits with a reservoir, beside baselines without one",
        description="Classify handwritten digits with a reservoir, beside the same classifier without one.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--seed", type=integer(0, demo.SEED_MAX), default=0, help="decides everything that is drawn")
    parser.add_argument("--output", default="demo", help="folder for the figures")
    parser.add_argument(
        "--samples", type=integer(100, demo.N_SCANS), default=demo.N_SCANS, help=f"scans, 100 to {demo.N_SCANS}"
    )
    parser.add_argument("--neurons", type=integer(100, 20_000), default=1500, help="neurons, 100 to 20000")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run_demo)


def run_demo(args: argparse.Namespace) -> None:
    """Run the demo and print its table."""
    result = demo.run(
        args.output, seed=args.seed, n_samples=args.samples, n_neurons=args.neurons, progress=not args.quiet
    )
    print(result.table())
    for path in result.files:
        print(f"wrote {path}")


def integer(low: int, high: int) -> Callable[[str], int]:
    """Return what turns an argument into an integer in [low, high]."""

    def convert(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"must be an integer in [{low}, {high}]. Got {text!r} instead.")
        return number

    return convert
