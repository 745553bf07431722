"""``snnres demo``."""

import argparse
from typing import Any

from .. import demo
from ..seeding import SEED_MAX
from .arguments import integer


def add_parser(subcommands: Any) -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "demo",
        help="classify handwritten digits with a reservoir, beside baselines without one",
        description="Classify handwritten digits with a reservoir, beside the same classifier without one.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--seed", type=integer(0, SEED_MAX), default=0, help="decides everything that is drawn")
    parser.add_argument("--output", default="demo", help="folder for the figures")
    parser.add_argument(
        "--samples", type=integer(100, demo.N_SCANS), default=demo.N_SCANS, help=f"scans, 100 to {demo.N_SCANS}"
    )
    parser.add_argument("--neurons", type=integer(100, 20_000), default=1500, help="neurons, 100 to 20000")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Run the demo and print its table."""
    result = demo.run(
        args.output, seed=args.seed, n_samples=args.samples, n_neurons=args.neurons, progress=not args.quiet
    )
    print(result.table())
    for path in result.files:
        print(f"wrote {path}")
