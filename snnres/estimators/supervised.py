"""Classifier and regressor: a reservoir and a linear readout."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.base import ClassifierMixin, RegressorMixin, is_classifier, is_regressor
from sklearn.utils import assert_all_finite, check_array
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from ..encoding.fitting import all_or_nothing
from ..validation import check_unmasked, refuse
from .base import FeatureMatrix, Float64Array
from .predictor import FirstPart, ReservoirPredictor, readout_has
from .readout import SummedRidge, SummedRidgeClassifier, SummedRidgeRegressor, as_columns, codes_of

# Of the test of whether leave-one-out predictions are better than the most frequent class.
LEVEL = 0.05


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


class ReservoirClassifier(ClassifierMixin, ReservoirPredictor):  # type: ignore[misc]
    """A spiking reservoir read out by a linear classifier.

    Parameters
    ----------
    readout : scikit-learn classifier, optional
        None: ridge regression on -1 and 1 with 17 strengths of regularisation between 0.01 and 10^6, of which that is
        chosen whose predictions for each training sample, fitted to the others, have the smallest hinge loss; with more
        than 3,000 samples and features, for a part of the samples that is held out. It needs no more than ``max_bytes``
        for any number of samples. Features come divided by the spread of their kind, so that each kind is as loud as
        any other. Another readout gets the features of all samples at once.
    num_neurons, memory, ..., verbose
        As in :class:`ReservoirTransformer`, with the same defaults. With ``memory="auto"`` the default readout is
        fitted to quick features and to those with memory, and the kind is kept whose samples left out in turn have the
        smaller hinge loss, whatever readout then reads it.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        Labels.
    readout_ : classifier
        The fitted readout. The default one has ``alpha_``, the strength, ``penalty_by_`` ("leave-one-out" or
        "held-out"), how it was chosen, ``left_out_loss_`` and ``left_out_accuracy_`` of the ``n_left_out_`` predictions
        that chose it, ``gram_`` ("samples" or "features"), the matrix of products that was solved, and ``coef_`` and
        ``intercept_``. After ``partial_fit`` it is there once it has been needed, as ``scales_`` are.
    n_samples_seen_ : int
        After ``partial_fit``: samples that it has taken, also where it was interrupted.
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

    @all_or_nothing
    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Begin with a part of the samples, or add another.

        The first part also sets scaling and threshold, and chooses the pathway: it should be like the others, and not
        small. After all parts predictions are those of a fit to all samples of the same reservoir, but for rounding.
        What is kept of the samples, their features or sums over these, never takes more than ``max_bytes``; ``fit`` and
        files keep none of it. The readout is solved when it is first needed, to predict or to save.

        Parameters
        ----------
        X : as in fit
            Finite samples, in every part of the same form; 2 or more in the first.
        y : array_like, shape (n_samples,)
            Their labels.
        classes : array_like, shape (n_classes,), optional
            All labels there will be, to be given with the first part. None: those of the first part.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the estimator has a readout of the user's, or was fitted otherwise.
        """
        part = self._check_part(X, y, classes)
        if isinstance(part, FirstPart):
            self._fit_reservoir(part.series, part.error, part.room)
        self._add(part)
        return self

    def _check_labels(self, y: Any) -> NDArray[Any]:
        check_unmasked("y", y)
        labels: NDArray[Any] = np.asarray(column_or_1d(y, warn=True))
        assert_all_finite(labels, input_name="y")
        check_classification_targets(labels)
        return labels

    def _check_targets(self, y: Any, classes: Any = None) -> NDArray[Any]:
        labels = self._check_labels(y)
        self.classes_ = np.unique(labels if classes is None else self._check_labels(classes))
        if len(self.classes_) < 2:
            name = "y" if classes is None else "classes"
            raise ValueError(f"{name} must hold at least 2 classes. Got {len(self.classes_)} class instead.")
        self._check_known(labels)
        return labels

    def _check_more_targets(self, y: Any, classes: Any) -> NDArray[Any]:
        if classes is not None and not np.array_equal(np.unique(self._check_labels(classes)), self.classes_):
            raise refuse("classes", f"None, or those of the first part, {self.classes_.tolist()}", classes)
        labels = self._check_labels(y)
        self._check_known(labels)
        return labels

    def _check_known(self, labels: NDArray[Any]) -> None:
        unknown = labels[~np.isin(labels, self.classes_)]
        if unknown.size:
            raise ValueError(f"y must hold labels of classes, {self.classes_.tolist()}. Got {unknown[0]!r} instead.")

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
        None: ridge regression, its strength chosen as in :class:`ReservoirClassifier`, but by squared errors. Features
        come divided by the spread of their kind, so that each kind is as loud as any other. Another readout gets the
        features of all samples at once.
    num_neurons, memory, ..., verbose
        As in :class:`ReservoirTransformer`, with the same defaults. With ``memory="auto"`` the default readout is
        fitted to quick features and to those with memory, and the kind is kept whose samples left out in turn have the
        smaller squared error, whatever readout then reads it.

    Attributes
    ----------
    readout_ : regressor
        The fitted readout; the default one with what it has in :class:`ReservoirClassifier`, but for the accuracy, and
        with ``loss_of_mean_``.
    n_samples_seen_ : int
        After ``partial_fit``: samples that it has taken, also where it was interrupted.
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

    @all_or_nothing
    def partial_fit(self, X: Any, y: Any) -> Self:
        """Begin with a part of the samples, or add another; see :meth:`ReservoirClassifier.partial_fit`.

        Parameters
        ----------
        X : as in fit
            Finite samples, in every part of the same form; 2 or more in the first.
        y : array_like, shape (n_samples,) or (n_samples, n_targets)
            Their targets.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If the estimator has a readout of the user's, or was fitted otherwise.
        """
        part = self._check_part(X, y)
        if isinstance(part, FirstPart):
            self._fit_reservoir(part.series, part.error, part.room)
        self._add(part)
        return self

    def _check_targets(self, y: Any, classes: Any = None) -> NDArray[Any]:
        check_unmasked("y", y)
        targets: Float64Array = np.asarray(check_array(y, ensure_2d=False, dtype=np.float64, input_name="y"))
        column = targets.ndim == 2 and targets.shape[1] == 1
        return np.asarray(column_or_1d(targets, warn=True)) if column else targets

    def _check_more_targets(self, y: Any, classes: Any) -> NDArray[Any]:
        targets, n_columns = self._check_targets(y, classes), self._sums.n_targets
        if self._coded(targets).shape[1] != n_columns:
            raise ValueError(
                f"y must have {n_columns} columns, as in the first part. Got shape {targets.shape} instead."
            )
        return targets

    def _default_readout(self) -> SummedRidgeRegressor:
        return SummedRidgeRegressor(max_bytes=self.max_bytes)

    def _coded(self, targets: NDArray[Any]) -> Float64Array:
        return as_columns(targets)

    def _warn_of_chance(self, targets: NDArray[Any]) -> None:
        readout = self.readout_
        if isinstance(readout, SummedRidgeRegressor) and readout.left_out_loss_ >= readout.loss_of_mean_:
            warn_of_chance("the samples are predicted no better than by the mean of the others")
