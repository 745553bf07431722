"""``snnres evaluate``."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..io import write_atomically
from ..plotting import new_figure
from .arguments import add_events, add_model, add_task, check_output, integer, new_parser, note
from .data import Data, joined, load_data, reading_of
from .models import CHOSEN, described, new_predictor

FOLDS = 5


def add_parser(subcommands: Any) -> None:
    """Add the subcommand."""
    parser = new_parser(
        subcommands,
        "evaluate",
        "score a reservoir beside itself with parts left out, the same readout without it, and chance",
        "Score a reservoir on data held out, beside the same without delays, its neurons without synapses, comparators "
        "in their place, the same readout on the encoded and on the raw input, and chance.",
    )
    add_task(parser)
    split = parser.add_mutually_exclusive_group()
    split.add_argument("--cv", type=integer(2, 1000), help="shuffled folds; 5 if not given")
    split.add_argument("--test", metavar="FILE", help="train on DATA and test once on this, of the same format")
    split.add_argument(
        "--by-speaker",
        action="store_true",
        help="leave one speaker out at a time (.wav); a speaker has one vote in the tests",
    )
    parser.add_argument("--json", metavar="FILE", help="write everything as JSON")
    parser.add_argument("--report", metavar="FOLDER", help="write the table, the JSON and the plots")
    add_model(parser, CHOSEN)
    add_events(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Evaluate and print the table."""
    from ..evaluation import evaluate

    if args.json is not None:
        check_output(args.json)
    if args.report is not None:
        # Says what is missing for the plots before the work, not after it.
        new_figure()
        Path(args.report).mkdir(parents=True, exist_ok=True)
    data = load_data(args.data, reading_of(args, needs_target=True))
    X, y, cv, groups = split(args, data)
    estimator = new_predictor(args, data.y)
    note(args, f"evaluating {estimator.num_neurons} neurons on {len(y)} samples of {described(y, estimator)}")
    result = evaluate(estimator, X, y, cv=cv, groups=groups, random_state=args.seed, progress=not args.quiet)
    print(result)
    if args.json is not None:
        print(f"wrote {result.to_json(args.json)}")
    if args.report is not None:
        write_report(Path(args.report), result)


def split(args: argparse.Namespace, data: Data) -> tuple[Any, Any, Any, Any]:
    """Return samples, targets, the folds that the arguments ask for, and the group of each sample, or None."""
    if args.test is not None:
        test = load_data(args.test, reading_of(args, needs_target=True, like=data.source))
        check_same_kind(args.test, test.y, data.y)
        n_train, n_samples = len(data.samples), len(data.samples) + len(test.samples)
        y = np.concatenate([data.y, test.y])
        return joined(data.X, test.X), y, [(np.arange(n_train), np.arange(n_train, n_samples))], None
    if args.by_speaker:
        if data.speakers is None or len(np.unique(data.speakers)) < 2:
            raise ValueError(f"--by-speaker needs recordings of at least two speakers. Got {args.data} instead.")
        speakers = [data.speakers == speaker for speaker in np.unique(data.speakers)]
        folds = [(np.flatnonzero(~spoken), np.flatnonzero(spoken)) for spoken in speakers]
        return data.X, data.y, folds, data.speakers
    return data.X, data.y, args.cv or FOLDS, None


def check_same_kind(path: str, test: NDArray[Any], train: NDArray[Any]) -> None:
    """Refuse targets that mean something else than those of the training data, or more than they can."""
    if test.dtype.kind != train.dtype.kind and not (test.dtype.kind == "i" and train.dtype.kind == "f"):
        words = {"i": "whole numbers", "f": "numbers with a fraction or a point", "U": "text"}
        raise ValueError(
            f"{path} must have a target of {words[train.dtype.kind]}, as the training data. "
            f"Got {words[test.dtype.kind]} instead."
        )


def write_report(folder: Path, result: Any) -> None:
    """Write table, JSON and plots."""
    table = folder / "report.txt"
    write_atomically(table, lambda file: file.write(f"{result}\n".encode()))
    figure = folder / "report.png"
    result.plot(figure)
    for path in (table, result.to_json(folder / "report.json"), figure):
        print(f"wrote {path}")
