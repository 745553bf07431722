"""Irregularity of spike trains, one value a train."""

from __future__ import annotations

import numpy as np

from ..kernels.complexity import count_words
from ..kernels.trains import add_local_variation
from ..validation import check_missing
from .described import one_described
from .trains import Spikes, Values, as_trains, steps_of


def burstiness(spikes: Spikes, *, missing: float = 0.0) -> Values:
    """Return ``(sd - mean) / (sd + mean)`` of the ISIs (ddof 0): -1 regular, 0 Poisson, towards 1 bursty.

    Undefined under 3 spikes. K.-I. Goh and A.-L. Barabási, EPL 81 (2008) 48002.
    """
    return one_described(spikes, "burstiness", missing=missing)


def isi_cv(spikes: Spikes, *, missing: float = 0.0) -> Values:
    """Return the coefficient of variation of the ISIs, ``sd / mean`` (ddof 0); undefined under 3 spikes."""
    return one_described(spikes, "isi_cv", missing=missing)


def isi_cv2(spikes: Spikes, *, missing: float = 0.0) -> Values:
    """Return the mean of ``2 |I2 - I1| / (I2 + I1)`` over successive ISIs; undefined under 3 spikes.

    G. R. Holt et al., Journal of Neurophysiology 75 (1996) 1806-1814.
    """
    return _local(spikes, 2.0, 0, missing)


def isi_lv(spikes: Spikes, *, missing: float = 0.0) -> Values:
    """Return the local variation, the mean of ``3 (I2 - I1)^2 / (I2 + I1)^2``; undefined under 3 spikes.

    S. Shinomoto, K. Shima and J. Tanji, Neural Computation 15 (2003) 2823-2842.
    """
    return _local(spikes, 3.0, 1, missing)


def _local(spikes: Spikes, factor: float, which: int, missing: float) -> Values:
    """Return ``factor`` times the mean of ``|I2 - I1| / (I2 + I1)``, or of its square."""
    trains, filler = as_trains(spikes), check_missing(missing)
    sums = np.zeros((2, trains.n_trains))
    add_local_variation(trains.indptr, trains.times, *sums)
    n_pairs = np.diff(trains.indptr) - 2
    return np.where(n_pairs > 0, factor * (sums[which] / np.maximum(n_pairs, 1)), filler)


def fano_factor(spikes: Spikes, *, n_bins: int = 10, missing: float = 0.0) -> Values:
    """Return variance (ddof 0) over mean of the counts in ``n_bins`` time bins; undefined for a silent train."""
    return one_described(spikes, "fano_factor", n_bins=n_bins, missing=missing)


def lempel_ziv_complexity(spikes: Spikes) -> Values:
    """Return the Lempel-Ziv complexity of the 0/1 train: the number of words of its exhaustive history.

    Read from the left, a word ends where it first differs from everything that can be copied from before its last
    symbol. A. Lempel and J. Ziv, IEEE Transactions on Information Theory 22 (1976) 75-81. Quadratic in the steps.

    Examples
    --------
    >>> lempel_ziv_complexity([[0], [0], [0], [1], [1], [0], [1], [0], [0], [1], [0], [0], [0], [1], [0], [1]]).tolist()
    [6]
    """
    trains = as_trains(spikes)
    words = np.zeros(trains.n_trains, dtype=np.int64)
    count_words(trains.indptr, trains.times, steps_of(trains), words)
    return words
