"""``snnres predict``."""

import argparse
import sys
from pathlib import Path
from typing import Any

from ..io import with_suffix
from .arguments import check_output, new_parser, note
from .data import load_data, reading_of
from .tables import csv_text, write_table


def add_parser(subcommands: Any) -> None:
    """Add the subcommand."""
    parser = new_parser(
        subcommands,
        "predict",
        "apply a saved model to data",
        "Apply a model that 'snnres train' saved to data, which is read as the training data was. Labels play no part: "
        "a table may lack the target, a .ts or .npz file its labels, and recordings may have any name. Each line of "
        "the output names the file, or the number of the sample within it.",
    )
    parser.add_argument("--model", required=True, metavar="FILE", help="what 'snnres train' saved")
    parser.add_argument("--output", metavar="FILE", help="CSV file to write; standard output if none")
    parser.add_argument(
        "--proba",
        action="store_true",
        help="add a column for the probability of each class; the model must come from 'train --readout logistic'",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Predict and write."""
    if args.output is not None:
        check_output(args.output)
    estimator = load_model(args.model)
    if args.proba:
        check_probabilities(args.model, estimator)
    data = load_data(args.data, reading_of(args, needs_target=False, like=estimator.source_))
    note(args, f"predicting {len(data.samples)} samples")
    estimator.set_params(verbose=not args.quiet)
    columns = ["sample", "prediction"]
    if args.proba:
        shares = estimator.predict_proba(data.X)
        columns += [f"probability_{label}" for label in estimator.classes_.tolist()]
        predictions = estimator.classes_[shares.argmax(axis=1)]
        rows = [
            [name, prediction, *row]
            for name, prediction, row in zip(data.samples, predictions.tolist(), shares.tolist(), strict=True)
        ]
    else:
        predictions = estimator.predict(data.X)
        rows = [[*row] for row in zip(data.samples, predictions.tolist(), strict=True)]
    if args.output is None:
        sys.stdout.write(csv_text(columns, rows))
    else:
        write_table(Path(args.output), columns, rows)
        print(f"wrote {args.output}")


def load_model(name: str) -> Any:
    """Return the estimator of a file that 'snnres train' wrote, with how its data was read in ``source_``."""
    from ..estimators import load_estimator

    path = with_suffix(name, ".npz")
    if not path.is_file():
        other = f" There is {name}, but models end in .npz." if path != Path(name) and Path(name).exists() else ""
        raise FileNotFoundError(f"--model must name a file that 'snnres train' saved. There is no {path}.{other}")
    estimator = load_estimator(path)
    if not hasattr(estimator, "predict") or not isinstance(getattr(estimator, "source_", None), dict):
        raise ValueError(f"{name} must be a model that 'snnres train' saved. Got a {type(estimator).__name__}.")
    return estimator


def check_probabilities(name: str, estimator: Any) -> None:
    """Refuse a model that gives no probabilities."""
    if not hasattr(estimator, "predict_proba"):
        raise ValueError(
            f"--proba needs a model that gives probabilities, as 'snnres train --readout logistic' makes them. "
            f"{name} is a {type(estimator).__name__} read out by {type(estimator.readout_).__name__}."
        )
