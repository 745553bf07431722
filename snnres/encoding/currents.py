"""Analogue drive: currents from time series, and the random weights and biases that carry them to neurons."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from ..params import SeedLike, check_seed
from ..seeding import seed_sequence
from ..validation import INT32_MAX, check_finite, check_int, check_real
from .base import Float64Array, SeriesEncoder, check_choice
from .series import Series, check_series
from .standardiser import Standardiser

WEIGHTS_KEY, BIAS_KEY = 0x11E1, 0x11E2


class CurrentEncoder(SeriesEncoder):
    """Time series as currents: channels standardised, each step held for ``hold`` steps. Analogue in, analogue out.

    Takes (n_samples, n_steps, n_channels) or a list of (n_steps_k, n_channels); gives float32 in the same form with
    ``hold`` times as many steps, for :meth:`snnres.SNN.set_input_currents` (transpose the last two axes).

    Parameters
    ----------
    hold : int, default 1
        Steps of the network for each step of the series.
    scale : {"standard", "none"}, default "standard"
        ``(x - mean) / sd`` with each channel's mean and standard deviation (ddof 0) over all steps of the training
        data, or the values as they are. A channel that is constant in training is only shifted.

    Attributes
    ----------
    mean_, sd_ : ndarray of float64, shape (n_channels,)
        What is taken off, and by what is divided: 0 and 1 where nothing is.

    Notes
    -----
    Test values beyond the training range pass as they are: a standardised value has no bounds.
    ``inverse_transform`` takes the mean over each held step and undoes the scaling, exact to float32.
    A static vector is a series of one step: ``X[:, None, :]``, with ``hold`` the steps of the trial.

    In some packages an encoder of constant currents returns the spikes of neurons driven by them, as Norse's
    ``constant_current_lif_encode``; this one returns the currents.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.encoding import CurrentEncoder
    >>> currents = CurrentEncoder(hold=2).fit_transform(np.array([[[1.0], [3.0]]]))
    >>> currents[0, :, 0].tolist()
    [-1.0, -1.0, 1.0, 1.0]
    """

    def __init__(self, hold: int = 1, *, scale: str = "standard") -> None:
        self.hold = hold
        self.scale = scale

    def inverse_transform(self, X: Any) -> Any:
        """Return the series of which ``X`` are the currents.

        Parameters
        ----------
        X : array_like (n_samples, n_steps * hold, n_channels) or list of (n_steps_k * hold, n_channels)
            Finite currents.

        Returns
        -------
        ndarray (n_samples, n_steps, n_channels) or list of (n_steps_k, n_channels)
            float64.
        """
        check_is_fitted(self)
        series = check_series("X", X, self.n_features_in_)
        hold = int(self.hold)
        if (series.lengths % hold).any():
            wrong = series.lengths[series.lengths % hold > 0][0]
            raise ValueError(f"X must have a multiple of hold={hold} steps in each sample. Got {wrong} instead.")
        held = series.rows.reshape(-1, hold, self.n_features_in_).mean(axis=1)
        return Series(held, series.lengths // hold, series.is_list).restored(self._scaling().undo(held))

    def _check_parameters(self) -> None:
        check_int("hold", self.hold, 1, INT32_MAX)
        check_choice("scale", self.scale, ("standard", "none"))

    def _learn(self, series: Series) -> None:
        self.mean_, self.sd_ = np.zeros(self.n_features_in_), np.ones(self.n_features_in_)
        if self.scale == "standard":
            self.mean_, self.sd_ = Standardiser.of_columns(series.rows)

    def _encode(self, series: Series) -> Any:
        with np.errstate(over="ignore"):
            currents = self._scaling().apply(series.rows)
        check_finite("X, once standardised,", currents)
        return series.restored(np.repeat(currents.astype(np.float32), int(self.hold), axis=0), int(self.hold))

    def _scaling(self) -> Standardiser:
        return Standardiser(self.mean_, self.sd_)


def stream(seed: SeedLike, key: int) -> np.random.Generator:
    """Return a generator of its own for one purpose, so that one seed serves several functions and the network."""
    check_seed("seed", seed)
    root = seed_sequence(seed)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, key))))


def random_input_weights(
    n_channels: int,
    n_neurons: int,
    *,
    density: float = 0.1,
    scaling: float = 1.0,
    distribution: str = "uniform",
    seed: SeedLike = None,
) -> sp.csr_matrix:
    """Return random sparse weights from channels to neurons, for :meth:`snnres.SNN.set_input_weights`.

    Parameters
    ----------
    n_channels : int
        Channels of the signal, >= 1.
    n_neurons : int
        Neurons of the network, >= 1.
    density : float, default 0.1
        Probability of each connection, independent of the others, in [0, 1]. A channel may come to reach no neuron
        where ``density * n_neurons`` is small.
    scaling : float, default 1.0
        Size of the weights, > 0; see ``distribution``.
    distribution : {"uniform", "normal", "signs"}, default "uniform"
        Uniform in [-scaling, scaling), normal of mean 0 and standard deviation ``scaling``, or ``-scaling`` and
        ``+scaling`` with equal probability.
    seed : int, numpy.random.SeedSequence or numpy.random.Generator, optional
        Source of the draws. The same number as a network's is no concern: their streams are different.

    Returns
    -------
    scipy.sparse.csr_matrix of float32, shape (n_channels, n_neurons)

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    Examples
    --------
    >>> from snnres.encoding import random_input_weights
    >>> weights = random_input_weights(3, 100, density=1.0, distribution="signs", seed=0)
    >>> weights.shape, sorted(set(weights.data.tolist()))
    ((3, 100), [-1.0, 1.0])
    """
    n_channels = check_int("n_channels", n_channels, 1, INT32_MAX)
    n_neurons = check_int("n_neurons", n_neurons, 1, INT32_MAX)
    density = check_real("density", density, low=0, high=1)
    scaling = check_real("scaling", scaling, above=0)
    check_choice("distribution", distribution, ("uniform", "normal", "signs"))
    rng = stream(seed, WEIGHTS_KEY)
    counts = rng.binomial(n_neurons, density, size=n_channels)
    # A row at a time: a mask of all pairs would not fit into memory for large networks.
    targets = [np.sort(rng.choice(n_neurons, size=count, replace=False, shuffle=False)) for count in counts]
    draws: Float64Array = drawn(rng, distribution, int(counts.sum())) * scaling
    check_finite("scaling times each draw", draws)
    indptr = np.concatenate([[0], np.cumsum(counts)])
    return sp.csr_matrix((draws.astype(np.float32), np.concatenate(targets), indptr), shape=(n_channels, n_neurons))


def drawn(rng: np.random.Generator, distribution: str, size: int) -> Float64Array:
    """Return values of a distribution at scale 1."""
    if distribution == "uniform":
        return rng.uniform(-1.0, 1.0, size)
    if distribution == "normal":
        return rng.standard_normal(size)
    return np.where(rng.integers(0, 2, size) == 1, 1.0, -1.0)


def random_bias(n_neurons: int, scaling: float = 1.0, seed: SeedLike = None) -> NDArray[np.float32]:
    """Return random biases, a constant current for each neuron, for :meth:`snnres.SNN.set_input_weights`.

    Parameters
    ----------
    n_neurons : int
        Neurons of the network, >= 1.
    scaling : float, default 1.0
        Biases are uniform in [-scaling, scaling); >= 0.
    seed : int, numpy.random.SeedSequence or numpy.random.Generator, optional
        Source of the draws; the stream is another than that of :func:`random_input_weights`.

    Returns
    -------
    ndarray of float32, shape (n_neurons,)

    Examples
    --------
    >>> from snnres.encoding import random_bias
    >>> random_bias(4, 0.0).tolist()
    [0.0, 0.0, 0.0, 0.0]
    """
    n_neurons = check_int("n_neurons", n_neurons, 1, INT32_MAX)
    scaling = check_real("scaling", scaling, low=0)
    return (stream(seed, BIAS_KEY).uniform(-1.0, 1.0, n_neurons) * scaling + 0.0).astype(np.float32)
