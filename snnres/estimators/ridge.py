"""Ridge regression on collected samples, its penalty chosen by predictions of samples that are left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs

from .penalised import Penalised, bordered
from .sums import AT_A_TIME, MOST_EIGENVALUES, Float64Array, Sums, by_samples, held_out, joined, slices

LEAVE_ONE_OUT, HELD_OUT = "leave-one-out", "held-out"
SAMPLES, FEATURES = "samples", "features"


class Criterion(NamedTuple):
    """What predictions are judged by: from targets and predictions (n, n_targets) the loss of each, (n, n_targets).

    And whether each is right, (n,), if that can be said.
    """

    losses: Callable[[Float64Array, Float64Array], Float64Array]
    right: Callable[[Float64Array, Float64Array], NDArray[np.bool_]] | None


class Judged(NamedTuple):
    """Sums over predictions: of their number, their mean losses, and how many are right."""

    n: int = 0
    loss: float = 0.0
    right: int = 0

    def with_more(self, criterion: Criterion, targets: Float64Array, predictions: Float64Array) -> Judged:
        """Return the sums with some predictions more."""
        right = 0 if criterion.right is None else int(np.count_nonzero(criterion.right(targets, predictions)))
        loss = float(criterion.losses(targets, predictions).mean(axis=1).sum())
        return Judged(self.n + len(targets), self.loss + loss, self.right + right)


class Solution(NamedTuple):
    """Weights of scaled features, and how their penalty was chosen.

    Attributes
    ----------
    alpha : float
    coef : ndarray, shape (n_targets, n_features)
    intercept : ndarray, shape (n_targets,)
    judged : Judged
        Predictions, under this penalty, of samples that were left out.
    by_mean : Judged
        The same samples, predicted by the mean of those that were not.
    penalty_by : {"leave-one-out", "held-out"}
        Each sample was left out in turn, or a part of them.
    gram : {"samples", "features"}
        Of which the matrix of products was solved.
    """

    alpha: float
    coef: Float64Array
    intercept: Float64Array
    judged: Judged
    by_mean: Judged
    penalty_by: str
    gram: str


def solve(sums: Sums, divisors: Float64Array, alphas: Float64Array, criterion: Criterion) -> Solution:
    """Return the ridge regression on all samples, features divided by ``divisors``, under the best of ``alphas``.

    Where the smaller matrix of products, of samples or of features, is small (see ``sums.MOST_EIGENVALUES``) and the
    samples have been kept, that is the penalty under which predictions of each sample, fitted to all others, have the
    least loss; its eigendecomposition gives them exactly, for all penalties. Else a part is held out, see
    :func:`snnres.estimators.sums.held_out`, and the penalty is that under which this part is predicted best from the
    rest, taking the loss to have one valley: a Cholesky decomposition each for 6 of 17 penalties.
    """
    if sums.gram is None and min(sums.n, sums.n_features) <= MOST_EIGENVALUES:
        return leave_one_out(sums, divisors, alphas, criterion)
    sums.settle()
    return hold_out(OfSamples(sums, divisors) if sums.gram is None else OfFeatures(sums, divisors), alphas, criterion)


def leave_one_out(sums: Sums, divisors: Float64Array, alphas: Float64Array, criterion: Criterion) -> Solution:
    """Return the solution under the penalty with which samples left out in turn are predicted best.

    With P the coordinates of the centred samples on their principal axes, and s the sums of their squares, the
    prediction of sample i is ``m + sum_k P_ik (P'y)_k / (s_k + alpha)`` and its own share in it
    ``1/n + sum_k P_ik^2 / (s_k + alpha)``; without it the residual would be so much larger as that is short of 1.
    """
    targets = np.concatenate([part.targets for part in sums.kept])
    middle, n = targets.mean(axis=0), len(targets)
    centred = targets - middle
    mean = mean_of(sums)
    if by_samples(n, sums.n_features):
        s, axes = eigh(products_of_samples(sums, mean, divisors, np.dtype(np.float64)))
        answers = axes.T @ centred
        own = np.sqrt(s)[:, None] * answers
        coordinates = (axes[start : start + 512] * np.sqrt(s) for start in range(0, n, 512))
    else:
        square, cross = products_of_features(sums, mean, divisors, centred)
        s, axes = eigh(square)
        own = answers = axes.T @ cross
        coordinates = ((part.rows - mean) / divisors @ axes for part in slices(sums.kept))
    judged, by_mean, start = [Judged()] * len(alphas), Judged(), 0
    for some in coordinates:
        true, start = targets[start : start + len(some)], start + len(some)
        squared = some**2
        for k, alpha in enumerate(alphas):
            told = middle + some @ (own / (s + alpha)[:, None])
            rest = 1 - 1 / n - squared @ (1 / (s + alpha))
            judged[k] = judged[k].with_more(criterion, true, true - (true - told) / rest[:, None])
        by_mean = by_mean.with_more(criterion, true, true - (true - middle) * n / (n - 1))
    best = int(np.argmin([found.loss for found in judged]))
    coef = axes @ (answers / (s + alphas[best])[:, None])
    if by_samples(n, sums.n_features):
        coef = of_features(sums, mean, divisors, coef)
    return Solution(
        float(alphas[best]),
        coef.T,
        middle - (mean / divisors) @ coef,
        judged[best],
        by_mean,
        LEAVE_ONE_OUT,
        SAMPLES if by_samples(n, sums.n_features) else FEATURES,
    )


def eigh(square: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return eigenvalues, none below 0, and eigenvectors of a matrix given by its lower triangle, which is lost."""
    values, vectors = scipy.linalg.eigh(square, overwrite_a=True, driver="evd", check_finite=False)
    return np.maximum(values, 0.0), vectors


def mean_of(sums: Sums) -> Float64Array:
    """Return the mean of all samples kept."""
    total = np.zeros(sums.n_features)
    for part in slices(sums.kept):
        total += (part.rows - sums.origin).sum(axis=0)
    return np.asarray(sums.origin + total / sum(len(part.rows) for part in sums.kept))


def columns(sums: Sums, mean: Float64Array, divisors: Float64Array, dtype: np.dtype[Any]) -> Any:
    """Yield some features of all samples kept after the other, (n, n_some), centred and scaled, with their places."""
    step = max(1, AT_A_TIME // (8 * sums.n))
    for start in range(0, sums.n_features, step):
        place = slice(start, start + step)
        some = np.concatenate([part.rows[:, place] for part in sums.kept], dtype=dtype)
        some -= mean[place].astype(dtype)
        some /= divisors[place].astype(dtype)
        yield place, some


def products_of_samples(sums: Sums, mean: Float64Array, divisors: Float64Array, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the lower triangle of the products of samples with each other, in Fortran's order."""
    square = np.zeros((sums.n, sums.n), dtype=dtype, order="F")
    syrk = get_blas_funcs("syrk", (square,))
    for _, some in columns(sums, mean, divisors, dtype):
        # Transposed it is in Fortran's order, and is not copied.
        syrk(1.0, some.T, beta=1.0, c=square, trans=1, lower=1, overwrite_c=1)
    return square


def products_of_features(
    sums: Sums, mean: Float64Array, divisors: Float64Array, targets: Float64Array
) -> tuple[Float64Array, Float64Array]:
    """Return the lower triangle of the products of features with each other, and those with the targets."""
    square, cross = np.zeros((sums.n_features,) * 2, order="F"), np.zeros((sums.n_features, sums.n_targets))
    syrk, start = get_blas_funcs("syrk", (square,)), 0
    for part in slices(sums.kept):
        rows = (part.rows - mean) / divisors
        syrk(1.0, rows.T, beta=1.0, c=square, lower=1, overwrite_c=1)
        cross += rows.T @ targets[start : start + len(rows)]
        start += len(rows)
    return square, cross


def of_features(sums: Sums, mean: Float64Array, divisors: Float64Array, weights: Float64Array) -> Float64Array:
    """Return the weights of features, (n_features, n_targets), of which the samples' (n, n_targets) are made."""
    found = np.empty((sums.n_features, weights.shape[1]))
    for place, some in columns(sums, mean, divisors, np.dtype(np.float64)):
        found[place] = some.T @ weights
    return found


class OfFeatures:
    """Regressions from sums over samples: all, or all but those held out."""

    gram = FEATURES

    def __init__(self, sums: Sums, divisors: Float64Array) -> None:
        assert sums.gram is not None
        self.sums, self.divisors, self.system = sums, divisors, Penalised(sums.gram, sums.squares)
        held = joined(sums.kept)
        dtype = held.rows.dtype
        self.rows = (held.rows - sums.origin.astype(dtype)) / divisors.astype(dtype)
        self.targets = held.targets
        self.middle = sums.target_origin + sums.target_total / sums.n_summed

    def predictions(self, alpha: float) -> Float64Array | None:
        """Return what is predicted of the samples held out, or None if rounding does not let the penalty be so low."""
        sums, d = self.sums, self.divisors
        rhs, border = (sums.cross / d[:, None], sums.target_total), (sums.total / d, float(sums.n_summed))
        found = bordered(self.system, alpha, rhs, border, 1 / d)
        if found is None:
            return None
        return np.asarray(self.rows @ found[0] + found[1] + sums.target_origin)

    def weights(self, alpha: float) -> tuple[Float64Array, Float64Array] | None:
        """Return weights (n_features, n_targets) and intercepts from all samples, or None."""
        sums, d, targets = self.sums, self.divisors, self.targets - self.sums.target_origin
        cross = sums.cross / d[:, None] + self.rows.T @ targets
        total = sums.total / d + self.rows.sum(axis=0, dtype=np.float64)
        rhs, border = (cross, sums.target_total + targets.sum(axis=0)), (total, float(sums.n))
        found = bordered(self.system, alpha, rhs, border, 1 / d, self.rows)
        return None if found is None else (found[0], found[1] + sums.target_origin - (sums.origin / d) @ found[0])


class OfSamples:
    """Regressions from samples that are kept: all, or all but those held out."""

    gram = SAMPLES

    def __init__(self, sums: Sums, divisors: Float64Array) -> None:
        self.sums, self.divisors, self.mean = sums, divisors, mean_of(sums)
        dtype = sums.kept[0].rows.dtype
        products = products_of_samples(sums, self.mean, divisors, dtype)
        self.system = Penalised(products, products.diagonal())
        self.out = held_out(np.arange(sums.n), sums.share)
        targets = np.concatenate([part.targets for part in sums.kept])
        self.targets, self.middle = targets[self.out], targets[~self.out].mean(axis=0)
        self.centred = targets - self.middle

    def predictions(self, alpha: float) -> Float64Array | None:
        """Return what is predicted of the samples held out, or None if rounding does not let the penalty be so low."""
        fit, none = (~self.out).astype(np.float64), np.zeros(self.sums.n_targets)
        found = bordered(self.system, alpha, (self.centred * fit[:, None], none), (fit, 0.0), fit)
        return None if found is None else self.system.times(found[0])[self.out] + found[1] + self.middle

    def weights(self, alpha: float) -> tuple[Float64Array, Float64Array] | None:
        """Return weights (n_features, n_targets) and intercepts from all samples, or None."""
        every = np.ones(self.sums.n)
        found = bordered(self.system, alpha, (self.centred, np.zeros(self.sums.n_targets)), (every, 0.0), every)
        if found is None:
            return None
        coef = of_features(self.sums, self.mean, self.divisors, found[0])
        return coef, found[1] + self.middle - (self.mean / self.divisors) @ coef


def hold_out(regressions: OfFeatures | OfSamples, alphas: Float64Array, criterion: Criterion) -> Solution:
    """Return the solution under the penalty with which the samples held out are predicted best from the rest."""
    if not len(regressions.targets):
        raise ValueError("y must hold the targets of more samples, for some to be held out. Got too few.")
    found: dict[int, Judged] = {}

    def order(k: int) -> tuple[float, ...]:
        predictions = regressions.predictions(float(alphas[k]))
        if predictions is None:
            return 1, -k
        found[k] = Judged().with_more(criterion, regressions.targets, predictions)
        return 0, found[k].loss

    best = lowest(order, len(alphas))
    weights = regressions.weights(float(alphas[best]))
    if best not in found or weights is None:
        raise ValueError("X must be finite, and features not so large that no penalty is heard beside them.")
    targets = regressions.targets
    by_mean = Judged().with_more(criterion, targets, np.broadcast_to(regressions.middle, targets.shape))
    return Solution(float(alphas[best]), weights[0].T, weights[1], found[best], by_mean, HELD_OUT, regressions.gram)


def lowest(value: Callable[[int], tuple[float, ...]], n: int) -> int:
    """Return the place of the least of n values that have one valley, asking for few: Fibonacci's search.

    They are tuples that begin with 0 or 1.
    """
    numbers = [1, 2]
    while numbers[-1] <= n:
        numbers.append(numbers[-2] + numbers[-1])
    known: dict[int, tuple[float, ...]] = {}

    def at(place: int) -> tuple[float, ...]:
        if place not in known:
            known[place] = value(place) if place < n else (2, place)
        return known[place]

    start = 0
    # Of the places from ``start`` on, one less than the last number are left.
    while len(numbers) > 2:
        first, second = start + numbers[-3] - 1, start + numbers[-2] - 1
        if at(second) < at(first):
            start = first + 1
        numbers.pop()
    at(start)
    return start
