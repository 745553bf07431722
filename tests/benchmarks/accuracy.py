"""Accuracy on recorded data: one default configuration, beside the same readout without a reservoir.

    python tests/benchmarks/accuracy.py [--speech FOLDER] [--events FOLDER] [--ucr FOLDER] [--trajectories FILE]
        [--seed 0] [--json FILE]

FOLDER and FILE hold the data as published: {digit}_{speaker}_{index}.wav, {digit}/{id}.bin, {name}_TRAIN.ts and
{name}_TEST.ts, .npz; what is not given is left out. ``ReservoirClassifier(random_state=seed)`` is all that is fitted
anywhere; what stands in front of it learns nothing from data and is the one of ``examples/``. Where a set has no
official split, folds are shuffled and stratified. Accuracies are means over the folds.
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
from sklearn.pipeline import make_pipeline

from snnres.datasets import read_nmnist, read_trajectories, read_ts, read_wav_folder
from snnres.encoding import EventBinner, LogMelEncoder, SampleScaler, SpikePooler
from snnres.estimators import ReservoirClassifier
from snnres.evaluation import evaluate

UNIVARIATE = ("GunPoint", "ItalyPowerDemand", "ECG200", "SyntheticControl", "Coffee", "Plane")


class Task(NamedTuple):
    """Samples, labels and how they are split."""

    name: str
    protocol: str
    X: Any
    y: np.ndarray
    cv: Any


def folds(n: int, seed: int) -> StratifiedKFold:
    return StratifiedKFold(n, shuffle=True, random_state=seed)


def speech(folder: Path) -> Iterator[Task]:
    digits = read_wav_folder(folder)
    frames = LogMelEncoder(digits.rate).fit_transform(digits.signals)
    index, speaker = digits.indices, digits.speakers
    split = [(np.flatnonzero(index >= 10), np.flatnonzero(index < 10))]
    yield Task("spoken digits", "index < 10 held out", frames, digits.labels, split)
    each = [(np.flatnonzero(speaker != one), np.flatnonzero(speaker == one)) for one in np.unique(speaker)]
    yield Task("spoken digits", "each speaker held out", frames, digits.labels, each)


def events(folder: Path, seed: int) -> Iterator[Task]:
    recordings, labels, _ = read_nmnist(folder)
    binner = EventBinner((34, 34), n_bins=30, bin_width=10_333, downsample=2, output="counts")
    counts = make_pipeline(binner, SampleScaler()).fit_transform(recordings)
    yield Task("event-camera digits", "5-fold", counts, labels, folds(5, seed))


def ucr(folder: Path, seed: int) -> Iterator[Task]:
    for name in (*UNIVARIATE, "BasicMotions"):
        (train_X, train_y), (test_X, test_y) = (read_ts(folder / f"{name}_{part}.ts") for part in ("TRAIN", "TEST"))
        split = [(np.arange(len(train_y)), len(train_y) + np.arange(len(test_y)))]
        yield Task(name, "official split", [*train_X, *test_X], np.concatenate([train_y, test_y]), split)
    X, y = read_ts(folder / "JapaneseVowels_TRAIN.ts")
    yield Task("JapaneseVowels", "5-fold on TRAIN", X, y, folds(5, seed))


def trajectories(file: Path, seed: int) -> Iterator[Task]:
    spikes, labels = read_trajectories(file)
    pooler = SpikePooler((32, 32), downsample=4, bin_steps=5)
    counts = make_pipeline(pooler, SampleScaler()).fit_transform(spikes)
    yield Task("ball trajectories", "10-fold", counts, labels, folds(10, seed))


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
        yield from events(options.events, options.seed)
    if options.ucr:
        yield from ucr(options.ucr, options.seed)
    if options.trajectories:
        yield from trajectories(options.trajectories, options.seed)


class Measured(NamedTuple):
    """Mean accuracy over the folds by method, the reservoir's interval over all predictions, and what it took."""

    accuracy: dict[str, float]
    low: float
    high: float
    verdict: str
    seconds: float


def measured(task: Task, seed: int) -> Measured:
    start = time.perf_counter()
    found = evaluate(ReservoirClassifier(random_state=seed), task.X, task.y, cv=task.cv)
    seconds = time.perf_counter() - start
    accuracy = {method: float(np.mean(result.folds["accuracy"])) for method, result in found.methods.items()}
    _, low, high = found.methods["reservoir"].scores["accuracy"]
    return Measured(accuracy, low, high, found.verdict.outcome, seconds)


def row(task: Task, found: Measured) -> str:
    n = sum(len(test) for _, test in task.cv) if isinstance(task.cv, list) else len(task.y)
    ours, encoded, raw, chance = (f"{value:.3f}" for value in found.accuracy.values())
    interval = f"{ours} [{found.low:.3f}, {found.high:.3f}]"
    columns = f"{task.name:<21}{task.protocol:<24}{n:>5}  {interval:<23}{encoded:>7}{raw:>7}{chance:>8}"
    return f"{columns}{found.seconds:>9.1f}  {found.verdict}"


def main() -> None:
    options = arguments()
    about = machine.describe()
    print(report.machine(about))
    print(f"{'set':<21}{'protocol':<24}{'n':>5}  reservoir (95 %)       encoded    raw  chance  seconds  verdict")
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
