"""Readouts that let neurons vote for the classes in whose training samples they fired."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, check_non_negative, validate_data

from ..encoding.fitting import all_or_nothing
from ..validation import check_int, check_type, check_unmasked, refuse
from .storage import StorageMixin, check_rectangle

Float64Array = NDArray[np.float64]
# Neurons, or orders in which they fire, by sample.
Counts = Any

SILENT = "silent"
LEAST_LABEL = -(2**63)


class BaseVote(ClassifierMixin, StorageMixin, BaseEstimator):  # type: ignore[misc]
    """What all votes share: voters, the classes that they stand for, and samples in which none of them is heard."""

    silent_label: Any
    n_features_in_: int

    @property
    def assignments_(self) -> NDArray[np.int64]:
        """Index in ``classes_`` of the class that each voter has the highest mean count for, -1 if it has none."""
        return np.where(self.rates_.any(axis=1), self.rates_.argmax(axis=1), -1)

    @all_or_nothing
    def fit(self, X: Any, y: Any) -> Self:
        """Take the mean count of each voter by class.

        Parameters
        ----------
        X : as described for the class
            Training samples.
        y : array_like, shape (n_samples,)
            Their labels.

        Returns
        -------
        self
        """
        self._check_parameters()
        counts, labels = self._training_counts(X, y)
        self.classes_, members = np.unique(labels, return_inverse=True)
        self.silent_label_ = label_of_silence(self.silent_label, self.classes_)
        self.rates_ = means_by_class(counts, members, len(self.classes_))
        if not self.rates_.any():
            warnings.warn(
                f"X is silent in all samples: nothing will vote, and all be predicted as {self.silent_label_!r}.",
                UserWarning,
                stacklevel=3,
            )
        self._remember_parameters()
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the class with the most votes, the first of them at a tie, or ``silent_label_`` if there are none.

        Parameters
        ----------
        X : as in fit
            Samples.

        Returns
        -------
        ndarray, shape (n_samples,)
            Of a type that holds both the classes and ``silent_label_``.

        Warns
        -----
        UserWarning
            If there are silent samples; it says how many.
        """
        votes = self._votes(X)
        silent = none(votes)
        if silent.any():
            warnings.warn(
                f"{np.count_nonzero(silent)} of {len(votes)} samples are silent, as nothing in them votes for a class: "
                f"predicted as {self.silent_label_!r}.",
                UserWarning,
                stacklevel=2,
            )
        return self._answers()[np.where(silent, len(self.classes_), votes.argmax(axis=1))]

    def decision_function(self, X: Any) -> Float64Array:
        """Return the votes for each class, NaN for silent samples.

        Parameters
        ----------
        X : as in fit
            Samples.

        Returns
        -------
        ndarray of float64, shape (n_samples, n_classes)
            Of two classes (n_samples,): the votes for the second minus those for the first.
        """
        votes = self._votes(X)
        votes[none(votes)] = np.nan
        return votes[:, 1] - votes[:, 0] if len(self.classes_) == 2 else votes

    def silent(self, X: Any) -> NDArray[np.bool_]:
        """Return which samples are silent: nothing in them votes for a class.

        Parameters
        ----------
        X : as in fit
            Samples.

        Returns
        -------
        ndarray of bool, shape (n_samples,)
        """
        return none(self._votes(X))

    def _answers(self) -> NDArray[Any]:
        """Return all that may be predicted: the classes, then the label of silence."""
        kind = object if self.classes_.dtype == object else None
        return np.array([*self.classes_.tolist(), self.silent_label_], dtype=kind)

    def _votes(self, X: Any) -> Float64Array:
        """Return fresh votes (n_samples, n_classes), none negative."""
        check_is_fitted(self)
        return self._poll(self._counts(X))

    def _poll(self, counts: Counts) -> Float64Array:
        """Return the sum over all voters of their counts, each divided among the classes as its mean counts are."""
        total = self.rates_.sum(axis=1, keepdims=True)
        shares = np.divide(self.rates_, total, out=np.zeros_like(self.rates_), where=total > 0)
        return np.asarray(counts @ shares)

    def _check_parameters(self) -> None:
        """Refuse parameters out of their range, before any work."""
        if self.silent_label is not None and not isinstance(self.silent_label, str):
            check_int("silent_label", self.silent_label, LEAST_LABEL)

    def _check_loaded(self) -> None:
        self._check_parameters()
        check_type("classes_", self.classes_, np.ndarray)
        if self.classes_.ndim != 1 or not np.array_equal(np.unique(self.classes_), self.classes_):
            raise refuse("classes_", "sorted and distinct", self.classes_)
        if label_of_silence(self.silent_label, self.classes_) != self.silent_label_:
            raise refuse("silent_label_", "as the parameter and the classes say", self.silent_label_)
        check_int("n_features_in_", self.n_features_in_, 1)
        check_rectangle("rates_", self.rates_, (self._n_voters(), len(self.classes_)))
        if (self.rates_ < 0).any():
            raise refuse("rates_", ">= 0", self.rates_.min())

    def _n_voters(self) -> int:
        return self.n_features_in_

    def _training_counts(self, X: Any, y: Any) -> tuple[Counts, NDArray[Any]]:
        """Return the counts (n_samples, n_voters) and the labels of checked training samples."""
        raise NotImplementedError

    def _counts(self, X: Any) -> Counts:
        """Return the counts (n_samples, n_voters) of checked samples."""
        raise NotImplementedError


class CountVote(BaseVote):
    """Votes of neurons, whose spikes come counted."""

    def __init__(self, silent_label: Any = None) -> None:
        self.silent_label = silent_label

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        # On data of two or three columns, as scikit-learn tries: a class needs neurons of its own.
        tags.classifier_tags.poor_score = True
        return tags

    def _training_counts(self, X: Any, y: Any) -> tuple[Counts, NDArray[Any]]:
        check_unmasked("X", X)
        check_unmasked("y", y)
        counts, labels = validate_data(self, X, y, dtype=np.float64)
        check_non_negative(counts, type(self).__name__)
        check_classification_targets(labels)
        return counts, labels

    def _counts(self, X: Any) -> Counts:
        check_unmasked("X", X)
        return validate_data(self, X, reset=False, dtype=np.float64, ensure_non_negative=True)


class AllActivityClassifier(CountVote):
    """Each neuron stands for the class that it fires for most; a sample is of the class whose neurons fire most.

    A neuron is assigned to the class for whose training samples its mean spike count is highest, to the first of them
    at a tie. The vote for a class is the mean spike count of the neurons assigned to it. A class to which no neuron is
    assigned is never predicted.

    Takes spike counts, array_like (n_samples, n_neurons): finite and none negative, as of
    :func:`snnres.features.spike_counts`; rates do as well.

    Parameters
    ----------
    silent_label : int or str, optional
        What is predicted for silent samples, in which no neuron fires, or only such as did not in training. No class
        may have it, and it must be a text where classes are texts, an integer where they are numbers. None: "silent",
        or -1, or the integer below the least class where that is smaller.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        Labels.
    rates_ : ndarray of float64, shape (n_neurons, n_classes)
        Mean spike count of each neuron in the training samples of each class.
    assignments_ : ndarray of int64, shape (n_neurons,)
        Index in ``classes_`` of the class that each neuron stands for, -1 if it was silent in training.
    silent_label_ : int or str
        What is predicted for silent samples.
    n_features_in_ : int
        Neurons.

    See Also
    --------
    ProportionWeightedClassifier : neurons that fire for several classes vote for all of these.
    NGramClassifier : the order in which neurons fire votes.

    Notes
    -----
    A silent sample is no evidence for any class: it is reported, by its label, by a warning, by :meth:`silent` and as
    NaN by :meth:`decision_function`, and counts as wrong in ``score``. Votes are no probabilities: there is no
    ``predict_proba``.

    References
    ----------
    Diehl and Cook (2015), Unsupervised learning of digit recognition using spike-timing-dependent plasticity,
    Frontiers in Computational Neuroscience 9:99.

    Examples
    --------
    >>> from snnres.estimators import AllActivityClassifier
    >>> X = [[9, 1, 0, 0], [7, 0, 1, 0], [0, 0, 8, 0], [1, 0, 6, 0]]
    >>> vote = AllActivityClassifier().fit(X, ["cat", "cat", "dog", "dog"])
    >>> vote.assignments_.tolist()
    [0, 0, 1, -1]
    >>> vote.predict([[6, 2, 3, 0], [0, 1, 1, 0]]).tolist()
    ['cat', 'dog']
    >>> vote.silent([[0, 0, 0, 0], [0, 0, 0, 5], [1, 0, 0, 0]]).tolist()
    [True, True, False]
    """

    def _poll(self, counts: Counts) -> Float64Array:
        assigned = self.assignments_[:, None] == np.arange(len(self.classes_))
        # Divided last: sums of whole numbers are exact, so that equal votes stay equal.
        return np.asarray(counts @ assigned / np.maximum(assigned.sum(axis=0), 1))


class ProportionWeightedClassifier(CountVote):
    """Each spike votes for all classes, by the proportion in which its neuron fired for them in training.

    With ``r[i, c]`` the mean spike count of neuron i in training samples of class c, the vote of a sample with spike
    counts n for class c is ``sum over i of n[i] * r[i, c] / (sum over k of r[i, k])``. As these are means and not sums,
    classes with many samples are no louder. The class with most votes is predicted, the first at a tie.

    Takes spike counts, array_like (n_samples, n_neurons): finite and none negative, as of
    :func:`snnres.features.spike_counts`; rates do as well.

    Parameters
    ----------
    silent_label : int or str, optional
        As in :class:`AllActivityClassifier`.

    Attributes
    ----------
    classes_, rates_, assignments_, silent_label_, n_features_in_
        As in :class:`AllActivityClassifier`; assignments are for information, as neurons vote for all classes.

    See Also
    --------
    AllActivityClassifier : each neuron votes for one class.

    Notes
    -----
    Silent samples are reported as by :class:`AllActivityClassifier`.

    References
    ----------
    Hazan, Saunders, Khan, Patel, Sanghavi, Siegelmann and Kozma (2018), BindsNET: a machine learning-oriented spiking
    neural networks library in Python, Frontiers in Neuroinformatics 12:89, for the name; the formula is that above.

    Examples
    --------
    >>> from snnres.estimators import ProportionWeightedClassifier
    >>> vote = ProportionWeightedClassifier().fit([[4, 3], [0, 1]], [5, 7])
    >>> vote.decision_function([[0, 4]]).tolist(), vote.predict([[0, 4]]).tolist()
    ([-2.0], [5])
    """


def none(votes: Float64Array) -> NDArray[np.bool_]:
    """Return which samples have no vote for any class."""
    return np.asarray(~votes.any(axis=1))


def label_of_silence(given: Any, classes: NDArray[Any]) -> int | str:
    """Return what is predicted for silent samples: of the kind of the classes, and none of them."""
    texts = classes.dtype.kind in "OU"
    if given is None:
        label: int | str = SILENT if texts else min(-1, int(classes.min()) - 1)
    elif isinstance(given, str) != texts:
        kind = "a text, as the classes are" if texts else "an integer, as the classes are numbers"
        raise refuse("silent_label", kind, given, TypeError)
    else:
        label = given if texts else int(given)
    if label in classes.tolist():
        raise refuse("silent_label", f"given and none of the classes {classes.tolist()}", given)
    return label


def means_by_class(counts: Counts, members: ArrayLike, n_classes: int) -> Float64Array:
    """Return the mean of the rows of each class, (n_columns, n_classes), each of which has at least one row."""
    rows = np.asarray(members)
    belongs = sp.csr_matrix((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(n_classes, len(rows)))
    sums = belongs @ counts
    dense = sums.toarray() if sp.issparse(sums) else sums
    return np.ascontiguousarray((dense / np.bincount(rows, minlength=n_classes)[:, None]).T)
