"""Random taps: input weights that see a stretch of each channel's past, at distances of many scales."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..interrupts import interruptible
from ..params import SeedLike
from ..validation import INT32_MAX, check_bool, check_int, check_real
from .currents import stream

TAPS_KEY = 0x11E3


class Taps(NamedTuple):
    """Input weights with delays, as :meth:`snnres.SNN.set_input_weights` takes them.

    Parameters
    ----------
    weights : scipy.sparse.csr_matrix of float32, shape (n_rows, n_neurons)
        A row for each tap.
    taps : ndarray of int64, shape (n_rows, 2)
        Channel and delay of each row.
    """

    weights: sp.csr_matrix
    taps: NDArray[np.int64]


def random_taps(
    n_channels: int,
    n_neurons: int,
    n_steps: float,
    *,
    n_taps: int = 6,
    reach: float = 0.6,
    mixed: bool = False,
    seed: SeedLike = None,
) -> Taps:
    """Return for each neuron a random filter of a few taps, whose distances are of all scales up to the series' length.

    A neuron reads one channel, drawn at random, 0, d, 2 d, ... columns ago, where ``d = floor(2 ** U)`` and U is
    uniform between 0 and ``log2((reach * n_steps - 1) / (n_taps - 1))``, so that the longest reach back over a fraction
    ``reach`` of a series. Its weights are normal, less their mean, and of unit norm: it answers to a shape and not to a
    level. Random dilated filters are those of ROCKET: A. Dempster, F. Petitjean and G. I. Webb, Data Mining and
    Knowledge Discovery 34 (2020) 1454-1495.

    Parameters
    ----------
    n_channels : int
        Channels of the signal, >= 1.
    n_neurons : int
        Neurons of the network, >= 1.
    n_steps : float
        Typical length of a series in columns, >= 1. There are no more taps than columns.
    n_taps : int, default 6
        Taps of a neuron, >= 1; a single one has the weight 1 or -1.
    reach : float, default 0.6
        See above, in (0, 1].
    mixed : bool, default False
        For many channels: let each tap read a channel of its own, and every second neuron all of them as they are now,
        with weights that keep their mean. So neurons see what happens in several channels, at different times or at
        one.
    seed : int, numpy.random.SeedSequence or numpy.random.Generator, optional
        Source of the draws.

    Returns
    -------
    Taps

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    Examples
    --------
    >>> from snnres.encoding import random_taps
    >>> weights, taps = random_taps(2, 100, 50, seed=0)
    >>> weights.shape[0] == len(taps), int(taps[:, 1].max()) < 50, weights.nnz
    (True, True, 600)
    """
    n_channels = check_int("n_channels", n_channels, 1, INT32_MAX)
    n_neurons = check_int("n_neurons", n_neurons, 1, INT32_MAX)
    length = check_real("n_steps", n_steps, low=1)
    reach = check_real("reach", reach, above=0, high=1)
    check_bool("mixed", mixed)
    n_taps = min(check_int("n_taps", n_taps, 1, INT32_MAX), int(length))
    rng = stream(seed, TAPS_KEY)
    most = (reach * length - 1) / (n_taps - 1) if n_taps > 1 else 1.0
    distance = np.floor(2 ** rng.uniform(0, np.log2(max(most, 1.0)), n_neurons)).astype(np.int64)
    at_once = np.full(n_neurons, n_taps == 1)
    if mixed:
        at_once[1::2] = True
    delay = np.where(at_once, 0, distance)[:, None] * np.arange(n_taps)
    channel = rng.integers(n_channels, size=(n_neurons, n_taps if mixed else 1)) + np.zeros_like(delay)
    weights = rng.standard_normal((n_neurons, n_taps))
    weights -= np.where(at_once, 0.0, weights.mean(axis=1))[:, None]
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    pairs = np.stack([channel.ravel(), delay.ravel()], axis=1)
    # The last channel gets a row even if no neuron reads it: by the highest a network knows how many there are.
    taps, row = interruptible(unique_rows, np.vstack([pairs, [[n_channels - 1, 0]]]))
    neuron = np.repeat(np.arange(n_neurons), n_taps)
    # Two taps of a neuron that read the same channel at once add up.
    matrix = sp.coo_matrix((weights.ravel().astype(np.float32), (row[:-1], neuron)), shape=(len(taps), n_neurons))
    return Taps(matrix.tocsr(), taps)


def unique_rows(pairs: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different rows in ascending order, and which of them each row is.

    As :func:`numpy.unique`, which sorts rows as wholes: that takes 4 times as long, and holds the GIL.
    """
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    in_order = pairs[order]
    first = np.append(True, (np.diff(in_order, axis=0) != 0).any(axis=1))
    number = np.empty(len(pairs), dtype=np.int64)
    number[order] = np.cumsum(first) - 1
    return in_order[first], number
