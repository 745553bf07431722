"""Classifier and regressor: a reservoir and a linear readout."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.base import ClassifierMixin, RegressorMixin, clone, is_classifier, is_regressor
from sklearn.linear_model import RidgeCV
from sklearn.utils import assert_all_finite, check_array
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from ..encoding.fitting import all_or_nothing
from ..validation import check_unmasked, refuse
from .base import BaseReservoir, FeatureMatrix, Float32Array, Float64Array
from .readout import ALPHAS, LeaveOneOutRidgeClassifier

# Of a block as loud as its spread says; with more, each is quieter.
COLUMNS = 1000
# Of the test of whether leave-one-out predictions are better than the most frequent class.
LEVEL = 0.05


def spread_of(block: Float32Array | Float64Array) -> float:
    """Return the spread of a block over all its columns, 1 where nothing varies.

    One number for all neurons: dividing each column by its own would make the rarest spikes as loud as the rest.
    """
    spread = float(np.sqrt(np.mean((block - block.mean(axis=0, dtype=np.float64)) ** 2)))
    return spread if spread > 0 else 1.0


def block_scales(matrix: FeatureMatrix) -> dict[str, float]:
    """Return what divides the columns of each block, so that all blocks are equally loud, however many columns have."""
    return {
        name: spread_of(matrix.values[:, columns]) * float(np.sqrt((columns.stop - columns.start) / COLUMNS))
        for name, columns in matrix.columns.items()
    }


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
        fitted: dict[str, Any] = {}

        def left_out_error(name: str, matrix: FeatureMatrix) -> float:
            fitted[name] = self._default_readout().fit(scaled(matrix, block_scales(matrix)), targets)
            return self._left_out_error(fitted[name])

        matrix = self._fit_reservoir(series, left_out_error)
        self.scales_ = block_scales(matrix)
        if self.readout is None and self.memory_ in fitted:
            self.readout_ = fitted[self.memory_]
        else:
            self.readout_ = self._default_readout() if self.readout is None else clone(self.readout)
            self.readout_.fit(scaled(matrix, self.scales_), targets)
        self._warn_of_chance(targets)
        self._remember_parameters()
        return self

    def _check_answer(self, matrix: FeatureMatrix) -> None:
        self.readout_.predict(scaled(matrix, self.scales_))

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the prediction for each sample.

        Parameters
        ----------
        X : as in fit
            Finite samples of the same form.
        """
        features = self._readout_input(X)
        return np.asarray(self.readout_.predict(features))

    def _readout_input(self, X: Any) -> Float64Array:
        check_is_fitted(self)
        matrix = self._matrix(self._check_samples(X, reset=False), self.pathways_)
        return scaled(matrix, self.scales_)

    def _check_readout(self) -> None:
        """Refuse a readout that is no estimator, or of the wrong kind."""
        raise NotImplementedError

    def _check_targets(self, y: Any) -> NDArray[Any]:
        raise NotImplementedError

    def _default_readout(self) -> Any:
        raise NotImplementedError

    def _left_out_error(self, readout: Any) -> float:
        """Return the error of a fitted default readout on samples left out in turn."""
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

    def _default_readout(self) -> Any:
        return LeaveOneOutRidgeClassifier()

    def _left_out_error(self, readout: Any) -> float:
        return float(readout.loo_loss_)

    def _warn_of_chance(self, targets: NDArray[Any]) -> None:
        if not isinstance(self.readout_, LeaveOneOutRidgeClassifier):
            return
        found, n = self.readout_.loo_accuracy_, len(targets)
        largest = float(np.unique(targets, return_counts=True)[1].max() / n)
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
        features = self._readout_input(X)
        return np.asarray(self.readout_.decision_function(features))

    @available_if(readout_has("predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Float64Array:
        """Return the readout's probabilities, where it gives them (not by default): (n_samples, n_classes).

        Parameters
        ----------
        X : as in fit
            Finite samples of the same form.
        """
        features = self._readout_input(X)
        return np.asarray(self.readout_.predict_proba(features))


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

    def _default_readout(self) -> Any:
        return RidgeCV(alphas=ALPHAS)

    def _left_out_error(self, readout: Any) -> float:
        return -float(readout.best_score_)

    def _warn_of_chance(self, targets: NDArray[Any]) -> None:
        if not isinstance(self.readout_, RidgeCV) or self.readout is not None:
            return
        n = len(targets)
        # The mean of the others misses by n / (n - 1) times the deviation from the mean of all.
        of_mean = float(np.mean((targets - targets.mean(axis=0)) ** 2)) * (n / (n - 1)) ** 2
        if -self.readout_.best_score_ >= of_mean:
            warn_of_chance("the samples are predicted no better than by the mean of the others")
