"""From arguments to an estimator."""

import argparse
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Whole numbers with more values than this are quantities, not names of classes.
MOST_CLASSES = 20
CHOSEN = "quick or memory, whichever errs less on training samples left out in turn"


def choose_task(task: str, y: NDArray[Any]) -> str:
    """Return "classification" or "regression": as given, or by what the target holds.

    Text is a class. Whole numbers are classes if they take at most 20 different values. All else is a quantity.
    """
    text, n_values = y.dtype.kind == "U", len(np.unique(y))
    if task == "regression" and text:
        raise ValueError(f"The target must hold numbers for --task regression. Got {str(y[0])!r} instead.")
    if task == "classification" and not text:
        check_classes(y, n_values)
    if task != "auto":
        return task
    if y.dtype.kind == "f" and n_values <= MOST_CLASSES and (y == np.rint(y)).all():
        warnings.warn(
            f"The target is taken as a quantity, since its {n_values} different whole numbers are written with a "
            "point or an exponent; if they are classes, say --task classification, if not, --task regression.",
            stacklevel=2,
        )
    return "classification" if text or (y.dtype.kind in "iu" and n_values <= MOST_CLASSES) else "regression"


def check_classes(y: NDArray[Any], n_values: int) -> None:
    """Refuse numbers that are no classes: fractions, and many that hardly ever come twice."""
    fractions = y[y != np.rint(y)]
    if fractions.size:
        raise ValueError(
            f"The target must hold text or whole numbers for --task classification. Got {fractions[0]} instead."
        )
    if n_values > MOST_CLASSES and 2 * n_values > len(y):
        raise ValueError(
            "The target must hold classes of several samples each for --task classification. Got "
            f"{n_values} different numbers in {len(y)} samples, which is a quantity, instead."
        )


def parameters(args: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters of an estimator that the arguments give."""
    given = {
        "num_neurons": args.neurons,
        "memory": args.memory,
        "features": args.feature and tuple(args.feature),
        "random_state": args.seed,
    }
    return {name: value for name, value in given.items() if value is not None}


def new_predictor(args: argparse.Namespace, y: NDArray[Any]) -> Any:
    """Return the classifier or regressor that the arguments and the target ask for."""
    from ..estimators import ReservoirClassifier, ReservoirRegressor
    from ..estimators.readout import logistic_readout

    classify = choose_task(args.task, y) == "classification"
    if args.readout == "logistic":
        if not classify:
            raise ValueError("--readout logistic is for classification. The target is a quantity.")
        return ReservoirClassifier(logistic_readout(), **parameters(args))
    return (ReservoirClassifier if classify else ReservoirRegressor)(**parameters(args))


def choice(estimator: Any) -> str:
    """Return in words how a fitted estimator chose what it remembers by."""
    errors = ", ".join(f"{name} {error:.3g}" for name, error in estimator.errors_.items())
    measure = "hinge loss" if type(estimator).__name__ == "ReservoirClassifier" else "squared error"
    return f"chose {estimator.memory_} by the {measure} of samples left out in turn: {errors}"


def described(y: NDArray[Any], estimator: Any) -> str:
    """Return in words what is predicted."""
    classes = type(estimator).__name__ == "ReservoirClassifier"
    return f"{len(np.unique(y))} classes" if classes else "a quantity"
