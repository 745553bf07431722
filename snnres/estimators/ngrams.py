"""A readout in which the order of firing votes."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, column_or_1d

from ..recording import Recording, SpikeTrains
from ..validation import check_binary, check_int, check_unmasked, refuse
from .voting import BaseVote, Counts

Indices = NDArray[np.int64]

FORMS = (
    "spikes of samples: a 0/1 array (n_samples, n_steps, n_neurons), or a list of Recording, SpikeTrains or 0/1 arrays "
    "(n_steps_k, n_neurons)"
)
# With two neurons or more there is a number of 63 bits for each n-gram.
LONGEST = 62


class NGramClassifier(BaseVote):
    """The orders in which neurons fire vote for the classes in whose training samples they occurred.

    The spikes of a sample, in order of time, make a sequence of neurons, of which each n in a row are an n-gram: a
    sample of m spikes has m - n + 1 of them, and none if m < n. Spikes of the same step stand in the sequence in
    ascending order of their neurons, as in a :class:`snnres.Recording`: this order tells nothing of time, but is
    always the same. How many steps lie between two spikes is not looked at, and a neuron may follow itself.

    With ``r[g, c]`` the mean number of times that n-gram g occurs in training samples of class c, each n-gram of a
    sample votes for class c with ``r[g, c] / (sum over k of r[g, k])``. The class with most votes is predicted, the
    first at a tie. N-grams that did not occur in training have no vote. With n = 1 this is
    :class:`ProportionWeightedClassifier`.

    Takes spikes: a 0/1 array (n_samples, n_steps, n_neurons), or a list of :class:`snnres.Recording`, ``SpikeTrains``
    or 0/1 arrays (n_steps_k, n_neurons).

    Parameters
    ----------
    n : int, default 2
        Spikes of an n-gram, >= 1 and such that ``n_neurons ** n`` is below 2^63.
    silent_label : int or str, optional
        What is predicted for silent samples, which here are those with no n-gram that occurred in training; else as in
        :class:`AllActivityClassifier`.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        Labels.
    ngrams_ : ndarray of int64, shape (n_ngrams, n)
        The neurons of each n-gram that occurred in training, in lexicographic order.
    rates_ : ndarray of float64, shape (n_ngrams, n_classes)
        How often each occurs in a training sample of each class, on average.
    assignments_ : ndarray of int64, shape (n_ngrams,)
        Index in ``classes_`` of the class in which each occurs most.
    silent_label_ : int or str
        What is predicted for silent samples.
    n_features_in_ : int
        Neurons.

    See Also
    --------
    ProportionWeightedClassifier : spike counts vote.

    Notes
    -----
    Silent samples are reported as by :class:`AllActivityClassifier`.

    References
    ----------
    Hazan, Saunders, Khan, Patel, Sanghavi, Siegelmann and Kozma (2018), BindsNET: a machine learning-oriented spiking
    neural networks library in Python, Frontiers in Neuroinformatics 12:89, for the idea; the formula is that above.

    Examples
    --------
    The same neurons fire as often in both classes, but in another order.

    >>> import numpy as np
    >>> from snnres.estimators import NGramClassifier
    >>> up = np.eye(3, dtype=int)
    >>> vote = NGramClassifier(n=2).fit([up, up[::-1]], ["up", "down"])
    >>> vote.ngrams_.tolist()
    [[0, 1], [1, 0], [1, 2], [2, 1]]
    >>> vote.predict([np.repeat(up, 4, axis=0), up[[2, 1]]]).tolist()
    ['up', 'down']
    """

    def __init__(self, n: int = 2, *, silent_label: Any = None) -> None:
        self.n = n
        self.silent_label = silent_label

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        return tags

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_int("n", self.n, 1, LONGEST)

    def _training_counts(self, X: Any, y: Any) -> tuple[Counts, NDArray[Any]]:
        check_unmasked("y", y)
        labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        samples = check_samples(X)
        check_consistent_length(samples, labels)
        self.n_features_in_ = n_neurons_of(samples[0])
        check_neurons_of(samples, self.n_features_in_)
        n = int(self.n)
        if self.n_features_in_**n >= 2**63:
            raise refuse("n", f"such that {self.n_features_in_} ** n is below 2^63", n)
        codes, owner = codes_of(samples, n, self.n_features_in_)
        known, column = np.unique(codes, return_inverse=True)
        self.ngrams_ = known[:, None] // place_values(n, self.n_features_in_) % self.n_features_in_
        return tally(owner, column, (len(samples), len(known))), labels

    def _counts(self, X: Any) -> Counts:
        samples = check_samples(X)
        check_neurons_of(samples, self.n_features_in_)
        known = encode(self.ngrams_, self.n_features_in_)
        codes, owner = codes_of(samples, self.ngrams_.shape[1], self.n_features_in_)
        there = np.isin(codes, known)
        return tally(owner[there], np.searchsorted(known, codes[there]), (len(samples), len(known)))

    def _n_voters(self) -> int:
        """Return how many n-grams there are, once these are known to be sound."""
        ngrams = self.ngrams_
        if not isinstance(ngrams, np.ndarray) or ngrams.dtype != np.int64 or ngrams.shape[1:] != (self.n,):
            raise refuse("ngrams_", f"int64 of shape (n_ngrams, {self.n})", ngrams)
        if ((ngrams < 0) | (ngrams >= self.n_features_in_)).any():
            raise refuse("ngrams_", f"in [0, {self.n_features_in_})", ngrams)
        if (np.diff(encode(ngrams, self.n_features_in_)) <= 0).any():
            raise refuse("ngrams_", "in lexicographic order, none twice", ngrams)
        return len(ngrams)


def check_samples(X: Any) -> list[Recording | SpikeTrains]:
    """Return the spikes of at least one sample."""
    check_unmasked("X", X)
    if not isinstance(X, (list, tuple)) and not (hasattr(X, "__array__") and np.ndim(X) == 3):
        raise refuse("X", FORMS, X, ValueError if hasattr(X, "__array__") else TypeError)
    if len(X) == 0:
        raise ValueError("X must hold at least one sample. Got none instead.")
    return [
        sample
        if isinstance(sample, (Recording, SpikeTrains))
        else Recording.from_dense(check_binary(f"X[{i}]", sample))
        for i, sample in enumerate(X)
    ]


def n_neurons_of(sample: Recording | SpikeTrains) -> int:
    """Return the number of neurons, silent ones included."""
    return sample.n_trains if isinstance(sample, SpikeTrains) else sample.n_neurons


def check_neurons_of(samples: list[Recording | SpikeTrains], n_neurons: int) -> None:
    """Refuse samples of another number of neurons, or of none."""
    for i, sample in enumerate(samples):
        if n_neurons_of(sample) != n_neurons or n_neurons == 0:
            raise ValueError(
                f"X[{i}] must be of {n_neurons or 'at least 1'} neurons, as the samples of fit. "
                f"Got {n_neurons_of(sample)} instead."
            )


def firing_order(sample: Recording | SpikeTrains) -> Indices:
    """Return the neuron of each spike, in order of time and, within a step, of neurons."""
    if isinstance(sample, SpikeTrains):
        owner = np.repeat(np.arange(sample.n_trains), np.diff(sample.indptr))
        return owner[np.argsort(sample.times, kind="stable")]
    return sample.neurons.astype(np.int64)


def codes_of(samples: list[Recording | SpikeTrains], n: int, n_neurons: int) -> tuple[Indices, Indices]:
    """Return each n-gram of the samples as one number, and the sample that it is of."""
    found = []
    for sample in samples:
        order = firing_order(sample)
        windows = np.lib.stride_tricks.sliding_window_view(order, n) if len(order) >= n else order[:0]
        found.append(encode(windows.reshape(-1, n), n_neurons))
    return np.concatenate(found), np.repeat(np.arange(len(found)), [len(codes) for codes in found])


def encode(ngrams: Indices, n_neurons: int) -> Indices:
    """Return each row of neurons as one number, whose order is the lexicographic one."""
    return ngrams @ place_values(ngrams.shape[1], n_neurons)


def place_values(n: int, n_neurons: int) -> Indices:
    """Return what each neuron of an n-gram is multiplied by."""
    return np.array([n_neurons**place for place in reversed(range(n))], dtype=np.int64)


def tally(rows: Indices, columns: Indices, shape: tuple[int, int]) -> Counts:
    """Return how often each pair of row and column occurs, as a sparse matrix."""
    return sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
