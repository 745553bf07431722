"""Sets of the UCR/UEA archive on their official split, several in one table.

Takes the two files of a set, or a folder and the names of sets in it:

    python examples/ucr_series.py GunPoint_TRAIN.ts GunPoint_TEST.ts
    python examples/ucr_series.py FOLDER GunPoint Coffee ECG200

There is no front end and no tuning: all sets meet the same defaults, and the reservoir takes the series as they are,
of one channel or several, of equal length or not.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from snnres import plotting
from snnres.datasets import read_ts
from snnres.estimators import ReservoirClassifier
from snnres.evaluation import Evaluation, evaluate


def files_of(places: list[str]) -> dict[str, tuple[Path, Path]]:
    """Return the training and the test file of each set."""
    first, rest = Path(places[0]), places[1:]
    if first.is_dir():
        return {name: (first / f"{name}_TRAIN.ts", first / f"{name}_TEST.ts") for name in rest}
    return {first.stem.removesuffix("_TRAIN"): (first, Path(rest[0]))}


def official(train: Path, test: Path, neurons: int, seed: int) -> Evaluation:
    """Train on one file and score on the other."""
    (train_X, train_y), (test_X, test_y) = read_ts(train), read_ts(test)
    split = np.arange(len(train_y)), len(train_y) + np.arange(len(test_y))
    model = ReservoirClassifier(num_neurons=neurons, random_state=seed)
    return evaluate(model, [*train_X, *test_X], np.concatenate([train_y, test_y]), cv=[split])


def accuracies(results: Mapping[str, Evaluation]) -> dict[str, list[float]]:
    """Return the accuracy of each method on each set.

    A reservoir without synapses or delays has no row for what it would be without them: it stands there itself.
    """
    fullest = max(results.values(), key=lambda result: len(result.methods))
    return {
        method: [
            result.methods[method if method in result.methods else "reservoir"].scores["accuracy"].value
            for result in results.values()
        ]
        for method in fullest.methods
    }


def main() -> None:
    """Print a table with a column a set, and draw it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="+", help="NAME_TRAIN.ts NAME_TEST.ts, or a folder and names of sets")
    parser.add_argument("--output", default="ucr_series", help="folder for the figure")
    parser.add_argument("--neurons", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if len(args.places) < 2:
        parser.error("two files, or a folder and at least one name, are needed")

    # 1. One evaluation a set: trained on the one file, scored on the other.
    results = {name: official(*pair, args.neurons, args.seed) for name, pair in files_of(args.places).items()}

    # 2. The same readout with the reservoir, with less and less of it, and without it, a column a set.
    table = accuracies(results)
    print("accuracy".ljust(19), *(name.rjust(max(8, len(name))) for name in results), "    mean")
    for method, scores in table.items():
        cells = (f"{score:.3f}".rjust(max(8, len(name))) for name, score in zip(results, scores, strict=True))
        print(method.ljust(19), *cells, f"{np.mean(scores):8.3f}")
    print()
    for name, result in results.items():
        print(f"{name}\n{result.verdict}")

    # 3. A row a set, a mark a method; one below the other, since many are equal.
    figure = plotting.new_figure(height=1.8 + 0.6 * len(results))
    ax = plotting.styled(figure.axes[0], "Official split", "accuracy on the test file", "")
    rows = np.arange(len(results))
    for (method, scores), marker, shift in zip(
        table.items(), "o^v<sDX"[-len(table) :], np.linspace(-0.32, 0.32, len(table)), strict=True
    ):
        ax.plot(scores, rows + shift, linestyle="none", marker=marker, markersize=5, label=method)
    ax.set_yticks(rows, list(results))
    ax.set_yticks(rows[:-1] + 0.5, minor=True)
    ax.grid(axis="y", visible=False)
    ax.grid(axis="y", which="minor", color="#d9d9d9")
    ax.tick_params(axis="y", which="both", length=0)
    ax.set(xlim=(0, 1.02), ylim=(len(results) - 0.5, -0.5))
    figure.legend(loc="outside lower center", ncols=len(table), frameon=False)
    print("wrote", plotting.save_figure(Path(args.output) / "ucr_series.png", figure))


if __name__ == "__main__":
    main()
