"""Plain tables: the iris flowers to tell apart, and the progress of diabetes to predict.

Each feature is spread over overlapping receptive fields, as by a population of neurons, and held as a current. Tables
of so few rows are easy for linear models, and there is no time in them: a reservoir has little to add. What it adds or
costs is printed as it is; scikit-learn holds both sets.
"""

import argparse
from pathlib import Path

from sklearn.datasets import load_diabetes, load_iris

from snnres.estimators import ReservoirClassifier, ReservoirRegressor
from snnres.evaluation import Evaluation, evaluate


def conclusion(result: Evaluation) -> str:
    """Say what to use, given the verdict."""
    if result.verdict.outcome == "helped":
        return "Here the reservoir earns its place: what it adds is more than chance explains."
    return f'Nothing is gained here: "{result.verdict.baseline}" does without a reservoir, so take that.'


def main() -> None:
    """Print scores in cross-validation beside their baselines, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--output", default="iris_and_diabetes", help="folder for the figures")
    parser.add_argument("--neurons", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    tasks = {
        "iris": (load_iris, ReservoirClassifier),
        "diabetes": (load_diabetes, ReservoirRegressor),
    }
    for name, (load, estimator) in tasks.items():
        # 1. A table: a row a sample, a column a feature. That it is one, the estimators see from its shape.
        table = load()
        X, y = table.data, table.target
        if "target_names" in table:
            y = table.target_names[y]
        print(f"{name}: {X.shape[0]} rows, {X.shape[1]} features\n")

        # 2. Receptive fields, threshold and readout are learnt on the training part of each fold alone.
        model = estimator(num_neurons=args.neurons, random_state=args.seed)
        result = evaluate(model, X, y, cv=args.folds, random_state=args.seed)
        print(result)
        print(conclusion(result))

        # 3. Scores beside the baselines, and the classes or values predicted.
        figure = Path(args.output) / f"{name}.png"
        result.plot(figure)
        print("wrote", figure, "\n")


if __name__ == "__main__":
    main()
