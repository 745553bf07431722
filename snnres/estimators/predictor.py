"""What classifier and regressor share: a reservoir, and a readout that takes its features part by part."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from ..encoding.fitting import all_or_nothing
from ..encoding.series import Series
from ..interrupts import interruptible
from ..validation import refuse
from .base import BaseReservoir, FeatureMatrix, Float64Array
from .pathways import Pathway
from .readout import SummedRidge
from .sums import Sums, check_budget, spread_over

# Of a block as loud as its spread says; with more, each is quieter.
COLUMNS = 1000
# On so many of the samples, evenly spread through them, a pathway is chosen where there are more.
CHOICE_SAMPLES = 1000
# The attribute that partial_fit goes on from, and that no file holds.
SUMS = "_sums"


def scales_of(variances: Float64Array, columns: dict[str, slice]) -> dict[str, float]:
    """Return what divides the columns of each block, so that all blocks are equally loud, however many columns have.

    One number for all neurons: dividing each column by its own spread would make the rarest spikes as loud as the rest.
    """
    return {name: scale_of(variances[part]) for name, part in columns.items()}


def scale_of(variances: Float64Array) -> float:
    """Return what divides columns, given their variances; as if their spread were 1 where nothing varies."""
    spread = float(np.sqrt(np.mean(variances)))
    return (spread if spread > 0 else 1.0) * float(np.sqrt(len(variances) / COLUMNS))


def block_scales(matrix: FeatureMatrix) -> dict[str, float]:
    """Return :func:`scales_of` features."""
    return scales_of(matrix.values.var(axis=0, dtype=np.float64), matrix.columns)


def scaled(matrix: FeatureMatrix, scales: dict[str, float]) -> Float64Array:
    """Return the features in units of their blocks."""
    values = matrix.values.astype(np.float64)
    for name, columns in matrix.columns.items():
        values[:, columns] /= scales[name]
    return values


def readout_has(method: str) -> Callable[[ReservoirPredictor], bool]:
    """Return whether the fitted readout, or the one that would be fitted, has a method."""

    def has(predictor: ReservoirPredictor) -> bool:
        chosen = predictor._default_readout() if predictor.readout is None else predictor.readout
        return hasattr(getattr(predictor, "readout_", chosen), method)

    return has


class Learnt(NamedTuple):
    """The default readout, what it was fitted to, and what it wants blocks of features divided by."""

    sums: Sums
    readout: SummedRidge
    scales: dict[str, float]


class Part(NamedTuple):
    """Checked samples and their targets, with which fitting goes on."""

    series: Series
    targets: NDArray[Any]


class FirstPart(NamedTuple):
    """Those with which it begins.

    ``error`` and ``room`` are what the reservoir is fitted by, see :meth:`BaseReservoir._fit_reservoir`, and ``tried``
    is what was learnt on the way, by name of the way to features.
    """

    series: Series
    targets: NDArray[Any]
    error: Callable[[str, list[Pathway]], float]
    room: Callable[[int], None]
    tried: dict[str, Learnt]


def check_as_many(series: Series, targets: NDArray[Any]) -> None:
    """Refuse samples of which not each has a target."""
    if len(targets) != len(series.lengths):
        raise ValueError(f"y must have a target for each of {len(series.lengths)} samples. Got {len(targets)} instead.")


@dataclass(eq=False, repr=False)
class ReservoirPredictor(BaseReservoir):
    """Base of classifier and regressor."""

    readout: Any = None

    @all_or_nothing
    def fit(self, X: Any, y: Any) -> Self:
        """Fit the reservoir to the samples and the readout to its features.

        Parameters
        ----------
        X : array_like (n_samples, n_steps, n_channels), list of (n_steps_k, n_channels), or table
            Finite training samples.
        y : array_like, shape (n_samples,) (regressor: or (n_samples, n_targets))
            What to predict.

        Returns
        -------
        self
        """
        self._check_readout()
        series, targets = self._check_first(X, y, None)
        self.__dict__.pop(SUMS, None)
        begun = self._begun(series, targets, len(targets))
        self._fit_reservoir(series, begun.error, begun.room)
        if self.readout is None:
            self._keep(self._learnt(begun, len(targets)))
            self._warn_of_chance(targets)
        else:
            matrix = self._matrix(series, self.pathways_)
            self.scales_ = block_scales(matrix)
            self.readout_ = interruptible(clone(self.readout).fit, scaled(matrix, self.scales_), targets)
        self._remember_parameters()
        return self

    def _check_part(self, X: Any, y: Any, classes: Any = None) -> Part | FirstPart:
        """Return checked samples and targets with which :meth:`partial_fit` begins or goes on."""
        if self.readout is not None:
            raise refuse("readout", "None for partial_fit, whose sums only the default readout takes", self.readout)
        if not hasattr(self, SUMS):
            if hasattr(self, "readout_"):
                warnings.warn(
                    "partial_fit begins anew: what fit or a file has left holds no sums to go on from",
                    UserWarning,
                    stacklevel=4,
                )
            series, targets = self._check_first(X, y, classes)
            return self._begun(series, targets, 0)
        self._check_given(y)
        targets = self._check_more_targets(y, classes)
        self._check_unchanged("learn on")
        series = self._check_samples(X, reset=False)
        check_as_many(series, targets)
        self._check_room(self._sums.n + len(targets), self._sums.n_features)
        return Part(series, targets)

    def _add(self, part: Part | FirstPart) -> None:
        """Add the features of a part."""
        if isinstance(part, Part):
            self._summed(part.series, part.targets, self.pathways_, self._sums)
        else:
            self._sums: Sums = self._learnt(part, 0).sums
            self._remember_parameters()
        for name in ("readout_", "scales_"):
            self.__dict__.pop(name, None)
        # Of how many samples the readout knows.
        self._n_solved = 0

    @property
    def n_samples_seen_(self) -> int:
        """Samples that :meth:`partial_fit` has seen."""
        return int(self._sums.n)

    def _check_first(self, X: Any, y: Any, classes: Any) -> tuple[Series, NDArray[Any]]:
        """Return samples with which fitting begins, and their targets."""
        self._check_given(y)
        targets = self._check_targets(y, classes)
        if len(targets) == 1:
            raise ValueError("y must hold the targets of at least 2 samples. Got n_samples = 1 instead.")
        self._check_parameters()
        series = self._check_samples(X, reset=True)
        check_as_many(series, targets)
        return series, targets

    def _check_given(self, y: Any) -> None:
        if y is None:
            raise ValueError(f"This {type(self).__name__} estimator requires y to be passed, but the target y is None.")

    def _begun(self, series: Series, targets: NDArray[Any], expected: int) -> FirstPart:
        """Return checked samples with what their reservoir is fitted by."""
        every = len(targets) <= CHOICE_SAMPLES
        numbers = np.arange(len(targets)) if every else spread_over(len(targets), CHOICE_SAMPLES)
        tried: dict[str, Learnt] = {}

        def error(name: str, pathways: list[Pathway]) -> float:
            some = series if every else series.part(numbers)
            sums = self._summed(some, targets[numbers], pathways, min(expected, len(numbers)))
            tried[name] = self._solved(sums, pathways)
            return self._left_out_error(tried[name].readout)

        return FirstPart(series, targets, error, partial(self._check_room, len(targets)), tried)

    def _left_out_error(self, readout: SummedRidge) -> float:
        """Return by what a way to features is judged."""
        return readout.left_out_loss_

    def _learnt(self, begun: FirstPart, expected: int) -> Learnt:
        """Return what the default readout learns from all samples."""
        found = begun.tried.get(self.memory_)
        if found is not None and found.sums.n == len(begun.targets):
            return found
        return self._solved(self._summed(begun.series, begun.targets, self.pathways_, expected), self.pathways_)

    def _keep(self, learnt: Learnt) -> None:
        self.readout_, self.scales_ = learnt.readout, learnt.scales

    def _settle(self) -> None:
        """Solve for the samples that :meth:`partial_fit` has added."""
        if hasattr(self, SUMS) and self._n_solved != self._sums.n:
            self._keep(self._solved(self._sums, self.pathways_))
            self._n_solved = self._sums.n

    def _check_room(self, n_samples: int, n_columns: int) -> None:
        """Refuse features for which ``max_bytes`` leaves no room."""
        if self.readout is None:
            check_budget(n_samples, n_columns, 4, self._room())
            return
        # In float32, and once more in float64.
        needed = n_samples * n_columns * 12
        if needed > self.max_bytes:
            raise ValueError(
                f"max_bytes must be at least {needed}: readout takes {n_columns} features of {n_samples} samples at "
                f"once. Got {self.max_bytes} instead: raise it, leave readout=None, which takes a part at a time, or "
                "have fewer features by num_neurons, features, n_bins or scales."
            )

    def _room(self) -> int:
        """Return the bytes that the readout may take beside features in the making."""
        return self.max_bytes - self._block_bytes()

    def _summed(self, series: Series, targets: NDArray[Any], pathways: list[Pathway], onto: int | Sums) -> Sums:
        """Return the features of samples with their targets, collected as the readout needs them.

        They are added to sums, or to new ones, for which so many samples are expected.
        """
        coded = self._coded(targets)
        sums = onto
        if isinstance(sums, int):
            sums = Sums(self._layout(pathways).n_columns, coded.shape[1], self._room(), sums)
        for place, matrix in self._blocks(series, pathways):
            sums.add(matrix.values, coded[place])
        return sums

    def _solved(self, sums: Sums, pathways: list[Pathway]) -> Learnt:
        """Return what the default readout learns from collected features."""
        scales = scales_of(sums.run(sums.variances, stoppable=True), self._layout(pathways).columns)
        divisors = np.ones(sums.n_features)
        for name, part in self._layout(pathways).columns.items():
            divisors[part] = scales[name]
        return Learnt(sums, self._prepared_readout().solve(sums, divisors), scales)

    def _check_answer(self, matrix: FeatureMatrix) -> None:
        self.readout_.predict(scaled(matrix, self.scales_))

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the prediction for each sample.

        Parameters
        ----------
        X : as in fit
            Finite samples of the same form.
        """
        return self._asked("predict", X)

    def _asked(self, method: str, X: Any) -> NDArray[Any]:
        """Return what a method of the readout says of the features of each sample."""
        check_is_fitted(self)
        series = self._check_samples(X, reset=False)
        self._settle()
        ask = getattr(self.readout_, method)
        return np.concatenate([ask(scaled(matrix, self.scales_)) for _, matrix in self._blocks(series, self.pathways_)])

    def _check_readout(self) -> None:
        """Refuse a readout that is no estimator, or of the wrong kind."""
        raise NotImplementedError

    def _check_targets(self, y: Any, classes: Any = None) -> NDArray[Any]:
        """Return the targets with which fitting begins, among ``classes``, if these are given."""
        raise NotImplementedError

    def _check_more_targets(self, y: Any, classes: Any) -> NDArray[Any]:
        """Return targets of the kind with which it began."""
        raise NotImplementedError

    def _default_readout(self) -> SummedRidge:
        raise NotImplementedError

    def _prepared_readout(self) -> SummedRidge:
        """Return the default readout with what it would learn from the targets themselves."""
        return self._default_readout()

    def _coded(self, targets: NDArray[Any]) -> Float64Array:
        """Return the targets as the numbers (n_samples, n_columns) on which the default readout regresses."""
        raise NotImplementedError

    def _warn_of_chance(self, targets: NDArray[Any]) -> None:
        """Warn where the default readout does no better on samples left out than without any features."""
        raise NotImplementedError
