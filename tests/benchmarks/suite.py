"""Measure snnres, beside its peers where they are installed, and print tables; one command, many sections.

    python tests/benchmarks/suite.py [--only SECTION ...] [--peer-python PATH] [--brian2-python PATH] ...

Where simulators are compared, they take turns in every round, medians and their ratios are printed, and results are
checked for equality; nothing is judged: other machines, other seconds. A PATH is a Python in an environment of its own,
with snn-reservoir-py 2.0.0, Brian2 2.9.0, reservoirpy 0.4 with scikit-learn, or aeon; whose is not given is left out.

FOLDER holds data as published, and what is not there is left out: free-spoken-digit-dataset/recordings/ with
{digit}_{speaker}_{index}.wav, nmnist/Train/{digit}/{id}.bin, ucr/{name}_TRAIN.ts and _TEST.ts, trajectories/*.npz,
series/*laser*.txt.
"""

import argparse
import ast
import importlib
import json
import os
import sys
import time
from pathlib import Path

import machine
from tables import Curves, Table

SPEED = (
    "example",
    "plasticity",
    "batch",
    "step",
    "delays",
    "digits",
    "features",
    "build",
    "large",
    "readout",
    "checkpoints",
    "startup",
)
# What a reservoir is good for, not how fast: some minutes each, so only when asked for.
QUALITY = ("accuracy", "forecast", "memory")


def arguments(given):
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="sections:\n" + "\n".join(f"  {name:<12}{summary(name)}" for name in (*SPEED, *QUALITY)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", nargs="+", choices=[*SPEED, *QUALITY], default=SPEED, metavar="SECTION")
    for name in ("peer", "brian2", "reservoirpy", "aeon"):
        parser.add_argument(f"--{name}-python", metavar="PATH")
    parser.add_argument("--data", type=Path, metavar="FOLDER")
    parser.add_argument("--large", action="store_true", help="also 10^8 synapses and 60,000 samples: many minutes")
    parser.add_argument("--quick", action="store_true", help="everything tiny, to see whether it runs")
    parser.add_argument("--seed", type=int, default=0, help="of reservoirs and folds (0)")
    parser.add_argument("--seeds", type=int, default=3, help="so many, where means over several are shown (3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results here too")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables here too")
    parser.add_argument("--figures", type=Path, metavar="FOLDER", help="draw the curves into this")
    return parser.parse_args(given)


def summary(name):
    """Return the first line of what a section says of itself, without importing what it measures."""
    return docstring(name).splitlines()[0].rstrip(".")


def docstring(name):
    path = Path(__file__).parent / "sections" / f"{name}.py"
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


class Results:
    """What has been found so far, in files after every piece, so that an interrupt loses little."""

    def __init__(self, options):
        self.options = options
        self.content = {"machine": machine.describe(), "sections": {}}
        self.page = ["# What the benchmark suite prints", machine.title(self.content["machine"]) + "."]

    def begin(self, section):
        self.content["sections"][section] = {"tables": [], "curves": []}
        self.page += [f"## {section}", docstring(section)]

    def add(self, section, found):
        kind = "curves" if isinstance(found, Curves) else "tables"
        self.content["sections"][section][kind].append(found.content())
        if isinstance(found, Table):
            print(f"\n[{section}] {found.text()}", flush=True)
            self.page.append(found.markdown())
        elif self.options.figures:
            from figures import draw

            path = draw(found, self.options.figures)
            print(f"  wrote {path}", flush=True)
            if self.options.markdown:
                self.page.append(f"![{found.title}]({os.path.relpath(path, self.options.markdown.parent)})")
        if self.options.json:
            self.options.json.write_text(json.dumps(self.content, indent=1) + "\n")
        if self.options.markdown:
            self.options.markdown.write_text("\n\n".join(self.page) + "\n")


def main(given=None):
    options = arguments(given)
    results = Results(options)
    print(machine.title(results.content["machine"]))
    for name in options.only:
        start = time.perf_counter()
        results.begin(name)
        for found in importlib.import_module(f"sections.{name}").measure(options):
            results.add(name, found)
        print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
