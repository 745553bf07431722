"""Which samples train and which are held out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold
from sklearn.utils import assert_all_finite

from ..validation import check_int, refuse

FORMS = "an integer >= 2, a scikit-learn splitter or an iterable of (train, test) indices"


class Fold(NamedTuple):
    """Indices of samples."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def check_groups(name: str, value: Any, n: int) -> NDArray[Any]:
    """Return what says which of ``n`` belong together: numbers or texts, none of them missing."""
    try:
        array = np.asarray(value)
        assert_all_finite(array)
        # Sorts them, which those of mixed kinds refuse.
        np.unique(array)
    except (TypeError, ValueError):
        array = np.array([])
    if array.shape != (n,):
        raise refuse(name, f"a 1-D array of {n} numbers or texts, none missing", value)
    return array


def make_folds(cv: Any, y: NDArray[Any], groups: NDArray[Any] | None, *, classify: bool, seed: int) -> list[Fold]:
    """Return the folds that ``cv`` says, checked: no sample of a fold on both sides, none outside the data."""
    n_samples = len(y)
    if isinstance(cv, (int, np.integer)):
        cv = splitter(check_int("cv", cv, 2), y, groups, classify=classify, seed=seed)
    if hasattr(cv, "split") and not isinstance(cv, str):
        pairs = list(cv.split(np.zeros((n_samples, 1)), y, groups))
    elif isinstance(cv, Iterable) and not isinstance(cv, str):
        pairs = list(cv)
    else:
        raise refuse("cv", FORMS, cv, TypeError)
    if not pairs:
        raise refuse("cv", "folds, at least one", cv)
    folds = [checked_fold(number, pair, n_samples) for number, pair in enumerate(pairs)]
    held_out = np.concatenate([fold.test for fold in folds])
    if len(np.unique(held_out if groups is None else groups[held_out])) < 2:
        raise refuse("cv", f"folds that hold out at least two {'samples' if groups is None else 'groups'}", cv)
    return folds


def splitter(n_folds: int, y: NDArray[Any], groups: Any, *, classify: bool, seed: int) -> Any:
    """Return the shuffled splitter for a number of folds: stratified for classes, whole groups where there are any."""
    most = int(np.unique(y, return_counts=True)[1].max()) if classify else len(y)
    what = "the samples of the largest class" if classify else "the samples"
    if groups is not None:
        most, what = min(most, len(np.unique(groups))), f"{what} and the groups"
    if n_folds > most:
        raise refuse("cv", f"at most the number of {what} ({most})", n_folds)
    kind: Any
    if groups is None:
        kind = StratifiedKFold if classify else KFold
    else:
        kind = StratifiedGroupKFold if classify else GroupKFold
    return kind(n_folds, shuffle=True, random_state=seed)


def checked_fold(number: int, pair: Any, n_samples: int) -> Fold:
    """Return one fold of valid, distinct, separate indices."""
    try:
        train, test = pair
    except (TypeError, ValueError):
        raise refuse(f"cv[{number}]", "a pair (train, test) of indices", pair) from None
    fold = Fold(
        *(indices(f"cv[{number}] {part}", side, n_samples) for part, side in (("train", train), ("test", test)))
    )
    shared = np.intersect1d(fold.train, fold.test)
    if shared.size:
        raise ValueError(
            f"cv[{number}] must not train on what it holds out. Got sample {int(shared[0])} on both sides instead."
        )
    return fold


def indices(name: str, value: Any, n_samples: int) -> NDArray[np.int64]:
    """Return sample indices, at least one, given as such or as a mask."""
    array = np.asarray(value)
    if array.dtype == np.bool_ and array.shape == (n_samples,):
        array = np.flatnonzero(array)
    if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "iu":
        raise refuse(name, "a 1-D array of at least one sample index", value)
    outside = (array < 0) | (array >= n_samples)
    if outside.any():
        raise ValueError(f"{name} must lie in [0, {n_samples}). Got {int(array[outside][0])} instead.")
    if len(np.unique(array)) < len(array):
        raise refuse(name, "distinct", value)
    return array.astype(np.int64)
