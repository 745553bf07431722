"""``snnres train``."""

import argparse
from typing import Any

from ..io import with_suffix
from .arguments import add_events, add_model, add_task, check_output, new_parser, note
from .data import load_data, reading_of
from .models import CHOSEN, choice, described, new_predictor


def add_parser(subcommands: Any) -> None:
    """Add the subcommand."""
    parser = new_parser(
        subcommands,
        "train",
        "fit a reservoir and its readout to labelled data and save them",
        "Fit a reservoir and its linear readout to labelled data and save them in a file without pickle.",
    )
    add_task(parser)
    parser.add_argument("--model", required=True, metavar="FILE", help="where to save, .npz")
    add_model(parser, CHOSEN)
    add_events(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Fit and save."""
    path = with_suffix(args.model, ".npz")
    check_output(str(path))
    data = load_data(args.data, reading_of(args, needs_target=True))
    estimator = new_predictor(args, data.y)
    note(
        args,
        f"fitting {estimator.num_neurons} neurons to {len(data.samples)} samples of {described(data.y, estimator)}",
    )
    estimator.set_params(verbose=not args.quiet).fit(data.X, data.y)
    if estimator.errors_:
        note(args, choice(estimator))
    # Kept in the file, so that ``predict`` reads its data in the same way.
    estimator.source_ = data.source
    estimator.set_params(verbose=False).save(path)
    print(f"wrote {path}")
