"""``snnres predict``."""

import argparse
import sys
from pathlib import Path
from typing import Any

from .arguments import check_output, new_parser, note
from .data import Reading, load_data
from .tables import csv_text, write_table

COLUMNS = ("sample", "prediction")


def add_parser(subcommands: Any) -> None:
    """Add the subcommand."""
    parser = new_parser(
        subcommands,
        "predict",
        "apply a saved model to data",
        "Apply a model that 'snnres train' saved to data, which is read as the training data was. A table may lack the "
        "target; files of other formats must have their labels, though these play no part.",
    )
    parser.add_argument("--model", required=True, metavar="FILE", help="what 'snnres train' saved")
    parser.add_argument("--output", metavar="FILE", help="CSV file to write; standard output if none")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Predict and write."""
    from ..estimators import load_estimator

    if args.output is not None:
        check_output(args.output)
    estimator = load_estimator(args.model)
    source = getattr(estimator, "source_", None)
    if not hasattr(estimator, "predict") or not isinstance(source, dict):
        raise ValueError(f"{args.model} must be a model that 'snnres train' saved. Got a {type(estimator).__name__}.")
    data = load_data(args.data, Reading(None, False, {}, source, not args.quiet))
    note(args, f"predicting {len(data.samples)} samples")
    predictions = estimator.set_params(verbose=not args.quiet).predict(data.X)
    rows = list(zip(data.samples, predictions.tolist(), strict=True))
    if args.output is None:
        sys.stdout.write(csv_text(COLUMNS, rows))
    else:
        write_table(Path(args.output), COLUMNS, rows)
        print(f"wrote {args.output}")
