"""What the subcommands' parsers share."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from ..features import FEATURES
from ..seeding import SEED_MAX

WRONG = 2
DATA_HELP = (
    "CSV table (.csv) with a header line and numbers in every column but the target; UCR/UEA series (.ts); folder of "
    "{label}_{speaker}_{index}.wav; folder of N-MNIST's {digit}/{id}.bin; spike trajectories (.npz); where no labels "
    "are needed, also one .wav or .bin of any name, or a folder of them"
)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end with exit code 2."""
        self.exit(WRONG, f"{self.prog}: {message} (see {self.prog} --help)\n")


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


def new_parser(subcommands: Any, name: str, help_line: str, description: str) -> Any:
    """Add a subcommand with the argument DATA and the option that silences progress; return its parser."""
    parser = subcommands.add_parser(name, help=help_line, description=description)
    parser.add_argument("data", metavar="DATA", help=DATA_HELP)
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    group = parser.add_argument_group("CSV tables")
    group.add_argument(
        "--delimiter",
        type=delimiter,
        metavar="CHARACTER",
        help="what separates cells, or the word tab; if not given, that of comma, semicolon and tab which makes most "
        "columns of the header line",
    )
    group.add_argument(
        "--decimal",
        choices=(".", ","),
        help="what stands before decimals; if not given, a comma where it does not separate cells, numbers have "
        "one and none has a point",
    )
    return parser


def delimiter(text: str) -> str:
    """Return the character that an argument names."""
    character = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(character) != 1 or character.isalnum() or character in '"\r\n.+-_':
        raise argparse.ArgumentTypeError(f"must be a character that no number has, or the word tab. Got {text!r}.")
    return character


def add_events(parser: Any) -> None:
    """Add how events of a camera are counted."""
    group = parser.add_argument_group("events of a camera")
    group.add_argument("--bins", type=integer(1, 100_000), help="steps of each recording; 30 if not given")
    group.add_argument(
        "--bin-width",
        type=integer(1, 10**9),
        help="microseconds of a step, 10333 if not given; what comes after the last step is cut",
    )
    group.add_argument("--downsample", type=integer(1, 34), help="pixels of the side of a block; 2 if not given")


def add_model(parser: Any, automatic: str) -> None:
    """Add what decides the reservoir; ``automatic`` says what it remembers by if nothing is given."""
    group = parser.add_argument_group("reservoir")
    group.add_argument(
        "--seed", type=integer(0, SEED_MAX), default=0, help="decides everything that is drawn; %(default)s if none"
    )
    group.add_argument(
        "--neurons", type=integer(50, 100_000), help="neurons, 50 to 100000; the estimator's own number if none"
    )
    group.add_argument(
        "--memory",
        choices=("auto", "quick", "memory", "both"),
        default="auto",
        help="quick: neurons that see shapes in a stretch of the input; memory: a network that remembers by delays of "
        f"its synapses; both; or auto, if not given: {automatic}, but always quick for tables",
    )
    group.add_argument(
        "--feature",
        action="append",
        choices=tuple(FEATURES),
        metavar="NAME",
        help=f"read this out; may be given several times (the estimator's own choice if none): {', '.join(FEATURES)}",
    )


def add_task(parser: Any) -> None:
    """Add what to predict, and how."""
    parser.add_argument("--target", metavar="NAME", help="column of a CSV table to predict; other formats hold theirs")
    parser.add_argument(
        "--task",
        choices=("auto", "classification", "regression"),
        default="auto",
        help="auto, if not given: classification if the target is text, or whole numbers written without a point "
        "and of at most 20 different values, else regression",
    )
    parser.add_argument(
        "--readout",
        choices=("ridge", "logistic"),
        default="ridge",
        help="linear readout: ridge, if not given; logistic regression takes longer, but gives probabilities",
    )


def note(args: argparse.Namespace, text: str) -> None:
    """Say on standard error what comes next, unless the user wants quiet."""
    if not args.quiet:
        print(text, file=sys.stderr)


def check_output(path: str) -> None:
    """Refuse, before any work, a file that could not be written."""
    if Path(path).is_dir():
        raise IsADirectoryError(f"{path} must be a file to write. It is a folder.")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
