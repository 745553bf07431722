"""Accuracy on recorded data: one default configuration, beside itself less a part, and without a reservoir.

    python tests/benchmarks/accuracy.py [--speech FOLDER] [--events FOLDER] [--ucr FOLDER] [--trajectories FILE]
        [--seed 0] [--json FILE]

FOLDER and FILE hold the data as published: {digit}_{speaker}_{index}.wav, {digit}/{id}.bin, {name}_TRAIN.ts and
{name}_TEST.ts, .npz; what is not given is left out. ``ReservoirClassifier(random_state=seed)`` is all that is fitted
anywhere; what stands in front of it learns nothing from data and is what ``snnres train`` puts there. Where a set has
no official split, folds are shuffled and stratified. Accuracies are means over the folds. The last four columns say
what the reservoir does against the best baseline, and what its neurons, synapses and delays each do; "-" where the
reservoir has none in any fold.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import machine
import numpy as np
import report
from sklearn.model_selection import StratifiedKFold

from snnres.cli.commands import build_parser
from snnres.cli.data import Data, joined, load_data, reading_of
from snnres.estimators import ReservoirClassifier
from snnres.evaluation import evaluate

# Columns by the rows of an evaluation.
COLUMNS = {
    "without delays": "undelayed",
    "unconnected neurons": "unconnected",
    "comparators": "comparators",
    "encoded input": "encoded",
    "raw input": "raw",
    "chance": "chance",
}
PARTS = ("neurons", "recurrence", "delays")
UNIVARIATE = (
    "GunPoint",
    "ItalyPowerDemand",
    "ECG200",
    "SyntheticControl",
    "Coffee",
    "Plane",
    "Beef",
    "Car",
    "ACSF1",
    "PickupGestureWiimoteZ",
)


class Task(NamedTuple):
    """Samples, labels, how they are split, and which of them are alike."""

    name: str
    protocol: str
    X: Any
    y: np.ndarray
    cv: Any
    groups: np.ndarray | None = None


def folds(n: int, seed: int) -> StratifiedKFold:
    return StratifiedKFold(n, shuffle=True, random_state=seed)


def read(path: Path) -> Data:
    """Return samples behind the front end that the commands put before this format."""
    args = build_parser().parse_args(["evaluate", str(path), "--quiet"])
    return load_data(args.data, reading_of(args, needs_target=True))


def speech(folder: Path) -> Iterator[Task]:
    data = read(folder)
    index = np.array([int(Path(name).stem.rsplit("_", 1)[1]) for name in data.samples])
    split = [(np.flatnonzero(index >= 10), np.flatnonzero(index < 10))]
    yield Task("spoken digits", "index < 10 held out", data.X, data.y, split)
    speaker = data.speakers
    each = [(np.flatnonzero(speaker != one), np.flatnonzero(speaker == one)) for one in np.unique(speaker)]
    yield Task("spoken digits", "each speaker held out", data.X, data.y, each, speaker)


def ucr(folder: Path, seed: int) -> Iterator[Task]:
    for name in (*UNIVARIATE, "BasicMotions"):
        train, test = (read(folder / f"{name}_{part}.ts") for part in ("TRAIN", "TEST"))
        split = [(np.arange(len(train.y)), len(train.y) + np.arange(len(test.y)))]
        yield Task(name, "official split", joined(train.X, test.X), np.concatenate([train.y, test.y]), split)
    data = read(folder / "JapaneseVowels_TRAIN.ts")
    yield Task("JapaneseVowels", "5-fold on TRAIN", data.X, data.y, folds(5, seed))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("speech", "events", "ucr", "trajectories"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--seed", type=int, default=0, help="of the reservoir and of the folds")
    parser.add_argument("--json", type=Path, help="write the results here too")
    return parser.parse_args()


def tasks(options: argparse.Namespace) -> Iterator[Task]:
    if options.speech:
        yield from speech(options.speech)
    if options.events:
        data = read(options.events)
        yield Task("event-camera digits", "5-fold", data.X, data.y, folds(5, options.seed))
    if options.ucr:
        yield from ucr(options.ucr, options.seed)
    if options.trajectories:
        data = read(options.trajectories)
        yield Task("ball trajectories", "10-fold", data.X, data.y, folds(10, options.seed))


class Measured(NamedTuple):
    """Mean accuracy over the folds by method, the reservoir's interval over all predictions, and what it took."""

    accuracy: dict[str, float]
    low: float
    high: float
    verdict: str
    parts: dict[str, str]
    seconds: float


def measured(task: Task, seed: int) -> Measured:
    start = time.perf_counter()
    found = evaluate(ReservoirClassifier(random_state=seed), task.X, task.y, cv=task.cv, groups=task.groups)
    seconds = time.perf_counter() - start
    accuracy = {method: float(np.mean(result.folds["accuracy"])) for method, result in found.methods.items()}
    _, low, high = found.methods["reservoir"].scores["accuracy"]
    parts = {name: getattr(found.verdict, name) for name in PARTS}
    outcomes = {name: "-" if part is None else part.outcome for name, part in parts.items()}
    return Measured(accuracy, low, high, found.verdict.outcome, outcomes, seconds)


def row(task: Task, found: Measured) -> str:
    n = sum(len(test) for _, test in task.cv) if isinstance(task.cv, list) else len(task.y)
    interval = f"{found.accuracy['reservoir']:.3f} [{found.low:.3f}, {found.high:.3f}]"
    cells = [f"{found.accuracy[method]:.3f}" if method in found.accuracy else "-" for method in COLUMNS]
    return line(
        task.name, task.protocol, n, interval, cells, f"{found.seconds:.1f}", [found.verdict, *found.parts.values()]
    )


def line(name: str, protocol: str, n: Any, ours: str, cells: Any, seconds: str, outcomes: list[str]) -> str:
    numbers = "".join(f"  {cell:>{max(len(head), 5)}}" for cell, head in zip(cells, COLUMNS.values(), strict=True))
    texts = "".join(f"  {outcome:<24}" for outcome in outcomes)
    return f"{name:<21}{protocol:<24}{n:>5}  {ours:<21}{numbers}{seconds:>9}{texts}".rstrip()


def main() -> None:
    options = arguments()
    about = machine.describe()
    print(report.machine(about))
    print(line("set", "protocol", "n", "reservoir (95 %)", COLUMNS.values(), "seconds", ["reservoir", *PARTS]))
    results = []
    for task in tasks(options):
        found = measured(task, options.seed)
        print(row(task, found), flush=True)
        results.append({"set": task.name, "protocol": task.protocol, **found._asdict()})
    univariate = [result["accuracy"]["reservoir"] for result in results if result["set"] in UNIVARIATE]
    if univariate:
        print(f"mean of the {len(univariate)} univariate UCR sets: {np.mean(univariate):.3f}")
    if options.json:
        options.json.write_text(json.dumps({"machine": about, "tasks": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
