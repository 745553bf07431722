"""``snnres features``."""

import argparse
from pathlib import Path
from typing import Any

from .arguments import add_events, add_model, check_output, new_parser, note
from .data import load_data, reading_of
from .models import parameters
from .tables import write_table


def add_parser(subcommands: Any) -> None:
    """Add the subcommand."""
    parser = new_parser(
        subcommands,
        "features",
        "write the features of a reservoir's spikes as a table",
        "Write the features of the spikes with which a reservoir answers each sample, as a table for any other tool. "
        "The reservoir is scaled on these samples, without their labels, which make the last column.",
    )
    parser.add_argument("--output", required=True, metavar="FILE", help="CSV file to write")
    parser.add_argument("--target", metavar="NAME", help="column of a CSV table that is no input, but copied")
    add_model(parser, "both")
    add_events(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Simulate and write."""
    from ..estimators import ReservoirTransformer

    check_output(args.output)
    data = load_data(args.data, reading_of(args, needs_target=args.target is not None))
    transformer = ReservoirTransformer(**parameters(args), verbose=not args.quiet)
    note(args, f"simulating {transformer.num_neurons} neurons on {len(data.samples)} samples")
    rows = transformer.fit_transform(data.X).tolist()
    columns = transformer.get_feature_names_out().tolist()
    if data.y is not None:
        columns.append(args.target or "label")
        for row, label in zip(rows, data.y.tolist(), strict=True):
            row.append(label)
    write_table(Path(args.output), columns, rows)
    print(f"wrote {args.output}")
