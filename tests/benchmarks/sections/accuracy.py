"""Accuracy on recorded data: one default configuration, beside itself less a part, and without a reservoir.

``ReservoirClassifier(random_state=seed)`` is all that is fitted anywhere; what stands in front of it learns nothing
from data and is what ``snnres train`` puts there. Where a set has no official split, folds are shuffled and stratified.
Accuracies are means over the folds. The last four columns say what the reservoir does against the best baseline, and
what its neurons, synapses and delays each do; "-" where the reservoir has none in any fold.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from recorded import EVENTS, SPEECH, UCR, first, found, read, read_speech
from sklearn.model_selection import StratifiedKFold
from tables import Table, absent

from snnres.cli.data import joined
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


def speech(folder: Path) -> Iterator[Task]:
    X, y, speaker, number = read_speech(folder)
    split = [(np.flatnonzero(number >= 10), np.flatnonzero(number < 10))]
    yield Task("spoken digits", "index < 10 held out", X, y, split)
    each = [(np.flatnonzero(speaker != one), np.flatnonzero(speaker == one)) for one in np.unique(speaker)]
    yield Task("spoken digits", "each speaker held out", X, y, each, speaker)


def ucr(folder: Path, seed: int) -> Iterator[Task]:
    for name in (*UNIVARIATE, "BasicMotions"):
        train, test = (read(folder / f"{name}_{part}.ts") for part in ("TRAIN", "TEST"))
        split = [(np.arange(len(train.y)), len(train.y) + np.arange(len(test.y)))]
        yield Task(name, "official split", joined(train.X, test.X), np.concatenate([train.y, test.y]), split)
    data = read(folder / "JapaneseVowels_TRAIN.ts")
    yield Task("JapaneseVowels", "5-fold on TRAIN", data.X, data.y, folds(5, seed))


def tasks(options: Any) -> Iterator[Task]:
    if folder := found(options, SPEECH):
        yield from speech(folder)
    if folder := found(options, EVENTS):
        data = read(folder)
        yield Task("event-camera digits", "5-fold", data.X, data.y, folds(5, options.seed))
    if folder := found(options, UCR):
        yield from ucr(folder, options.seed)
    if path := first(options, "trajectories/*.npz"):
        data = read(path)
        yield Task("ball trajectories", "10-fold", data.X, data.y, folds(10, options.seed))


def stand_in() -> Task:
    """Return a set of series of which a few neurons tell which are slow."""
    t = np.arange(40)
    X = np.stack([np.sin(t * f)[:, None] for f in np.linspace(0.2, 0.8, 20)])
    return Task("sines", "2-fold", X, np.repeat(["slow", "fast"], 10), folds(2, 0))


class Measured(NamedTuple):
    """Mean accuracy over the folds by method, the reservoir's interval over all predictions, and what it took."""

    accuracy: dict[str, float]
    low: float
    high: float
    verdict: str
    parts: dict[str, str]
    seconds: float


def measured(task: Task, neurons: int, seed: int) -> Measured:
    model = ReservoirClassifier(num_neurons=neurons, random_state=seed)
    start = time.perf_counter()
    report = evaluate(model, task.X, task.y, cv=task.cv, groups=task.groups)
    seconds = time.perf_counter() - start
    accuracy = {method: float(np.mean(result.folds["accuracy"])) for method, result in report.methods.items()}
    _, low, high = report.methods["reservoir"].scores["accuracy"]
    parts = {name: getattr(report.verdict, name) for name in PARTS}
    outcomes = {name: "-" if part is None else part.outcome for name, part in parts.items()}
    return Measured(accuracy, low, high, report.verdict.outcome, outcomes, seconds)


def row(task: Task, of: Measured) -> tuple[Any, ...]:
    n = sum(len(test) for _, test in task.cv) if isinstance(task.cv, list) else len(task.y)
    interval = f"{of.accuracy['reservoir']:.3f} [{of.low:.3f}, {of.high:.3f}]"
    cells = [of.accuracy.get(method) for method in COLUMNS]
    return (task.name, task.protocol, n, interval, *cells, of.seconds, of.verdict, *of.parts.values())


def measure(options: Any) -> Iterator[Table]:
    """Yield the table."""
    title = "Accuracy of one default configuration"
    neurons = 50 if options.quick else ReservoirClassifier().num_neurons
    results = [
        (task, measured(task, neurons, options.seed)) for task in ([stand_in()] if options.quick else tasks(options))
    ]
    if not results:
        yield absent(title, "no recordings in --data")
        return
    columns = {"set": "", "protocol": "", "n": "d", "reservoir (95 %)": ""}
    columns |= dict.fromkeys(COLUMNS.values(), ".3f") | {"seconds": ".1f", "the reservoir": ""}
    columns |= {f"its {part}": "" for part in PARTS}
    univariate = [of.accuracy["reservoir"] for task, of in results if task.name in UNIVARIATE]
    notes = (f"mean of the {len(univariate)} univariate UCR sets: {np.mean(univariate):.3f}",) if univariate else ()
    yield Table(title, columns, [row(*result) for result in results], notes)
