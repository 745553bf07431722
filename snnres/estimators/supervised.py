"""Classifier and regressor: a reservoir and a linear readout."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.base import ClassifierMixin, RegressorMixin, clone, is_classifier, is_regressor
from sklearn.utils import assert_all_finite, check_array
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from ..encoding.fitting import all_or_nothing
from ..encoding.series import Series
from ..validation import check_unmasked, refuse
from .base import BaseReservoir, FeatureMatrix, Float64Array
from .pathways import Pathway
from .readout import SummedRidge, SummedRidgeClassifier, SummedRidgeRegressor, as_columns, codes_of
from .sums import Sums, check_budget, spread_over

# Of a block as loud as its spread says; with more, each is quieter.
COLUMNS = 1000
# On so many of the samples, evenly spread through them, a pathway is chosen where there are more.
CHOICE_SAMPLES = 1000
# Of the test of whether leave-one-out predictions are better than the most frequent class.
LEVEL = 0.05


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


def warn_of_chance(found: str) -> None:
    """Warn that the readout has learnt nothing that holds for other samples."""
    warnings.warn(
        f"each left out in turn, {found}: what the readout tells of the training data need not hold for other samples. "
        "There may be too few of them for so many features, or nothing in these features to tell it from.",
        UserWarning,
        stacklevel=5,
    )


def is_estimator(value: Any) -> bool:
    """Whether a value is what scikit-learn can copy, fit and ask for predictions, and not the class of such."""
    wanted = ("get_params", "fit", "predict")
    return not isinstance(value, type) and all(callable(getattr(value, name, None)) for name in wanted)


def readout_has(method: str) -> Callable[[ReservoirPredictor], bool]:
    """Return whether the fitted readout, or the one that would be fitted, has a method."""

    def has(predictor: ReservoirPredictor) -> bool:
        chosen = predictor._default_readout() if predictor.readout is None else predictor.readout
        return hasattr(getattr(predictor, "readout_", chosen), method)

    return has


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
        if y is None:
            raise ValueError(f"This {type(self).__name__} estimator requires y to be passed, but the target y is None.")
        self._check_readout()
        targets = self._check_targets(y)
        if len(targets) == 1:
            raise ValueError("y must hold the targets of at least 2 samples. Got n_samples = 1 instead.")
        self._check_parameters()
        series = self._check_samples(X, reset=True)
        if len(targets) != len(series.lengths):
            raise ValueError(
                f"y must have a target for each of {len(series.lengths)} samples. Got {len(targets)} instead."
            )
        self._learn(series, targets, len(targets))
        if self.readout is None:
            self._warn_of_chance(targets)
        self._remember_parameters()
        return self

    def _learn(self, series: Series, targets: NDArray[Any], n_samples: int) -> None:
        """Fit the reservoir, and the readout to its features."""
        every = len(targets) <= CHOICE_SAMPLES
        numbers = np.arange(len(targets)) if every else spread_over(len(targets), CHOICE_SAMPLES)
        tried: dict[str, tuple[SummedRidge, dict[str, float]]] = {}

        def error(name: str, pathways: list[Pathway]) -> float:
            some = series if every else series.part(numbers)
            tried[name] = self._read_out(self._summed(some, targets[numbers], pathways), pathways)
            return float(tried[name][0].left_out_loss_)

        self._fit_reservoir(series, error, room=partial(self._check_room, len(targets)))
        if self.readout is not None:
            matrix = self._matrix(series, self.pathways_)
            self.scales_ = block_scales(matrix)
            self.readout_ = clone(self.readout).fit(scaled(matrix, self.scales_), targets)
        elif every and self.memory_ in tried:
            self.readout_, self.scales_ = tried[self.memory_]
        else:
            sums = self._summed(series, targets, self.pathways_)
            self.readout_, self.scales_ = self._read_out(sums, self.pathways_)

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

    def _summed(self, series: Series, targets: NDArray[Any], pathways: list[Pathway], onto: Sums | None = None) -> Sums:
        """Return the features of samples with their targets, collected as the readout needs them."""
        coded = self._coded(targets)
        n_columns = self._layout(pathways).n_columns
        sums = Sums(n_columns, coded.shape[1], self._room(), expected=len(coded)) if onto is None else onto
        for place, matrix in self._blocks(series, pathways):
            sums.add(matrix.values, coded[place])
        return sums

    def _read_out(self, sums: Sums, pathways: list[Pathway]) -> tuple[SummedRidge, dict[str, float]]:
        """Return the default readout of collected features, and what their blocks are divided by."""
        columns = self._layout(pathways).columns
        scales = scales_of(sums.run(sums.variances, stoppable=True), columns)
        divisors = np.ones(sums.n_features)
        for name, part in columns.items():
            divisors[part] = scales[name]
        return self._prepared_readout().solve(sums, divisors), scales

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
        ask = getattr(self.readout_, method)
        return np.concatenate([ask(scaled(matrix, self.scales_)) for _, matrix in self._blocks(series, self.pathways_)])

    def _check_readout(self) -> None:
        """Refuse a readout that is no estimator, or of the wrong kind."""
        raise NotImplementedError

    def _check_targets(self, y: Any) -> NDArray[Any]:
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


class ReservoirClassifier(ClassifierMixin, ReservoirPredictor):  # type: ignore[misc]
    """A spiking reservoir read out by a linear classifier.

    Parameters
    ----------
    readout : scikit-learn classifier, optional
        None: ridge regression on -1 and 1 with 17 strengths of regularisation between 0.01 and 10^6, of which that is
        chosen whose predictions for each training sample, fitted to the others, have the smallest hinge loss. Features
        come divided by the spread of their kind, so that each kind is as loud as any other.
    num_neurons, memory, ..., verbose
        As in :class:`ReservoirTransformer`, with the same defaults. With ``memory="auto"`` the default readout is
        fitted to quick features and to those with memory, and the kind is kept whose samples left out in turn have the
        smaller hinge loss, whatever readout then reads it.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        Labels.
    readout_ : classifier
        The fitted readout.
    scales_ : dict of str to float
        What the features of each kind are divided by.
    memory_, errors_, pathways_, network_, hold_, current_ratio_, ..., n_features_in_
        As in :class:`ReservoirTransformer`; ``memory_`` and ``errors_`` say what was chosen, and why.

    See Also
    --------
    snnres.evaluation.evaluate : scores beside the same readout without a reservoir.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.estimators import ReservoirClassifier
    >>> t = np.arange(40)
    >>> X = np.stack([np.sin(t * f)[:, None] for f in np.linspace(0.2, 0.8, 20)])
    >>> y = np.repeat(["slow", "fast"], 10)
    >>> classifier = ReservoirClassifier(num_neurons=100, random_state=0).fit(X, y)
    >>> classifier.memory_, classifier.score(X, y)
    ('quick', 1.0)
    """

    def _check_answer(self, matrix: FeatureMatrix) -> None:
        super()._check_answer(matrix)
        if not np.array_equal(self.classes_, self.readout_.classes_):
            raise refuse("classes_", "those of the readout", self.classes_)

    def _check_readout(self) -> None:
        if self.readout is not None and (not is_estimator(self.readout) or is_regressor(self.readout)):
            raise refuse("readout", "a classifier", self.readout, TypeError)

    def _check_targets(self, y: Any) -> NDArray[Any]:
        check_unmasked("y", y)
        targets: NDArray[Any] = np.asarray(column_or_1d(y, warn=True))
        assert_all_finite(targets, input_name="y")
        check_classification_targets(targets)
        self.classes_ = np.unique(targets)
        if len(self.classes_) < 2:
            raise ValueError(f"y must hold at least 2 classes. Got {len(self.classes_)} class instead.")
        return targets

    def _default_readout(self) -> SummedRidgeClassifier:
        return SummedRidgeClassifier(max_bytes=self.max_bytes)

    def _prepared_readout(self) -> SummedRidge:
        readout = self._default_readout()
        readout.classes_ = self.classes_
        return readout

    def _coded(self, targets: NDArray[Any]) -> Float64Array:
        return codes_of(targets, self.classes_)

    def _warn_of_chance(self, targets: NDArray[Any]) -> None:
        if not isinstance(self.readout_, SummedRidgeClassifier):
            return
        found, n = self.readout_.left_out_accuracy_, self.readout_.n_left_out_
        largest = float(np.unique(targets, return_counts=True)[1].max() / len(targets))
        if binomtest(round(found * n), n, largest, alternative="greater").pvalue > LEVEL:
            warn_of_chance(f"{found:.0%} of the samples are classified right, and {largest:.0%} are of one class")

    @available_if(readout_has("decision_function"))  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any) -> Float64Array:
        """Return the readout's confidence, where it has one: (n_samples,) for two classes, else (n_samples, n_classes).

        Parameters
        ----------
        X : as in fit
            Finite samples of the same form.
        """
        return self._asked("decision_function", X)

    @available_if(readout_has("predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Float64Array:
        """Return the readout's probabilities, where it gives them (not by default): (n_samples, n_classes).

        Parameters
        ----------
        X : as in fit
            Finite samples of the same form.
        """
        return self._asked("predict_proba", X)


class ReservoirRegressor(RegressorMixin, ReservoirPredictor):  # type: ignore[misc]
    """A spiking reservoir read out by a linear regression.

    Parameters
    ----------
    readout : scikit-learn regressor, optional
        None: ``RidgeCV`` with 17 strengths of regularisation between 0.01 and 10^6, chosen by leave-one-out
        cross-validation on the training data. Features come divided by the spread of their kind, so that each kind is
        as loud as any other.
    num_neurons, memory, ..., verbose
        As in :class:`ReservoirTransformer`, with the same defaults. With ``memory="auto"`` the default readout is
        fitted to quick features and to those with memory, and the kind is kept whose samples left out in turn have the
        smaller squared error, whatever readout then reads it.

    Attributes
    ----------
    readout_ : regressor
        The fitted readout.
    scales_ : dict of str to float
        What the features of each kind are divided by.
    memory_, errors_, pathways_, network_, hold_, current_ratio_, ..., n_features_in_
        As in :class:`ReservoirTransformer`; ``memory_`` and ``errors_`` say what was chosen, and why.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.estimators import ReservoirRegressor
    >>> X = np.linspace(-1, 1, 60)[:, None]
    >>> y = X[:, 0] ** 2
    >>> bool(ReservoirRegressor(num_neurons=100, random_state=0).fit(X, y).score(X, y) > 0.99)
    True
    """

    def _check_readout(self) -> None:
        if self.readout is not None and (not is_estimator(self.readout) or is_classifier(self.readout)):
            raise refuse("readout", "a regressor", self.readout, TypeError)

    def _check_targets(self, y: Any) -> NDArray[Any]:
        check_unmasked("y", y)
        targets: Float64Array = np.asarray(check_array(y, ensure_2d=False, dtype=np.float64, input_name="y"))
        column = targets.ndim == 2 and targets.shape[1] == 1
        return np.asarray(column_or_1d(targets, warn=True)) if column else targets

    def _default_readout(self) -> SummedRidgeRegressor:
        return SummedRidgeRegressor(max_bytes=self.max_bytes)

    def _coded(self, targets: NDArray[Any]) -> Float64Array:
        return as_columns(targets)

    def _warn_of_chance(self, targets: NDArray[Any]) -> None:
        readout = self.readout_
        if isinstance(readout, SummedRidgeRegressor) and readout.left_out_loss_ >= readout.loss_of_mean_:
            warn_of_chance("the samples are predicted no better than by the mean of the others")
