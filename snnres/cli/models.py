"""From arguments to an estimator."""

import argparse
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Whole numbers with more values than this are quantities, not names of classes.
MOST_CLASSES = 20
# scikit-learn's 100 are too few for thousands of features.
MOST_ITERATIONS = 1000


def choose_task(task: str, y: NDArray[Any]) -> str:
    """Return "classification" or "regression": as given, or by what the target holds.

    Text is a class. Whole numbers are classes if they take at most 20 different values. All else is a quantity.
    """
    if task == "regression" and y.dtype.kind == "U":
        raise ValueError(f"--target must hold numbers for regression. Got {str(y[0])!r} instead.")
    if task == "classification" and y.dtype.kind == "f" and (y != np.rint(y)).any():
        fraction = y[y != np.rint(y)][0]
        raise ValueError(f"--target must hold text or whole numbers for classification. Got {fraction} instead.")
    if task != "auto":
        return task
    classes = y.dtype.kind == "U" or (y.dtype.kind in "iu" and len(np.unique(y)) <= MOST_CLASSES)
    return "classification" if classes else "regression"


def parameters(args: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters of an estimator that the arguments give."""
    given = {"num_neurons": args.neurons, "features": args.feature and tuple(args.feature), "random_state": args.seed}
    return {name: value for name, value in given.items() if value is not None}


def new_predictor(args: argparse.Namespace, y: NDArray[Any]) -> Any:
    """Return the classifier or regressor that the arguments and the target ask for."""
    from ..estimators import ReservoirClassifier, ReservoirRegressor

    classify = choose_task(args.task, y) == "classification"
    if args.readout == "logistic":
        from sklearn.linear_model import LogisticRegression

        if not classify:
            raise ValueError("--readout logistic is for classification. The target is a quantity.")
        return ReservoirClassifier(LogisticRegression(max_iter=MOST_ITERATIONS), **parameters(args))
    return (ReservoirClassifier if classify else ReservoirRegressor)(**parameters(args))


def described(y: NDArray[Any], estimator: Any) -> str:
    """Return in words what is predicted."""
    classes = type(estimator).__name__ == "ReservoirClassifier"
    return f"{len(np.unique(y))} classes" if classes else "a quantity"
