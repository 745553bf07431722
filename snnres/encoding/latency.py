"""Codes by the time of one spike: first-spike latency and rank order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..validation import INT32_MAX, check_bool, check_int
from .base import Float64Array, ScaledEncoder, Spikes, TableEncoder


def latency_spikes(intensity: Float64Array, fires: NDArray[np.bool_], n_steps: int) -> Spikes:
    """Return (n_samples, n_steps, n_out) spikes, where it fires, at step ``round((1 - intensity) * (n_steps - 1))``."""
    steps = np.rint((1.0 - intensity) * (n_steps - 1)).astype(np.intp)
    return spikes_at(steps, fires, n_steps)


def latency_intensity(spikes: Spikes) -> Float64Array:
    """Return the intensities that the first spikes stand for, 0 where there is none."""
    first = spikes.argmax(axis=1)
    return np.where(spikes.any(axis=1), 1.0 - first / (spikes.shape[1] - 1), 0.0)


def spikes_at(steps: NDArray[np.intp], fires: NDArray[np.bool_], n_steps: int) -> Spikes:
    """Return (n_samples, n_steps, n_out) with one spike at ``steps[sample, out]`` where it fires."""
    spikes = np.zeros((len(steps), n_steps, steps.shape[1]), dtype=np.uint8)
    sample, out = np.nonzero(fires)
    spikes[sample, steps[sample, out], out] = 1
    return spikes


class LatencyEncoder(ScaledEncoder):
    """First-spike latency of static vectors: one spike a feature, the earlier the larger the value, linearly.

    Takes a table (n_samples, n_features), gives (n_samples, n_steps, n_features). With ``u = (x - low) / (high - low)``
    the spike comes at step ``round((1 - u) * (n_steps - 1))``: the highest value at step 0, the lowest at the last.

    Parameters
    ----------
    n_steps : int, default 100
        Steps of the code, >= 2.
    silent_minimum : bool, default False
        Whether the lowest value (``u == 0``, so also a feature that is constant in training) is silent in place of a
        spike at the last step.
    value_range : "minmax" or (low, high), default "minmax"
        The values that become 0 and 1: each feature's smallest and largest training value (a constant feature is 0),
        or one given pair for all features. (0, 1) is no scaling.
    out_of_range : {"clip", "error"}, default "clip"
        What becomes of values beyond these bounds: the code of the nearest bound, or a ValueError.

    Attributes
    ----------
    low_, high_ : ndarray of float64, shape (n_features,)
        Bounds.

    Notes
    -----
    ``inverse_transform`` reads the first spike and is right to half a step: ``1 / (2 * (n_steps - 1))`` of the range.
    A silent train is the lowest value.

    Time falls linearly with the value, as in SpikingJelly's ``LatencyEncoder`` by default. snnTorch's
    ``spikegen.latency`` is by default logarithmic, the time in which an RC circuit charges to a threshold
    (``tau * ln(I / (I - threshold))``), and linear on request.

    Examples
    --------
    >>> from snnres.encoding import LatencyEncoder
    >>> encoder = LatencyEncoder(n_steps=5)
    >>> spikes = encoder.fit_transform([[0.0], [3.0], [4.0]])
    >>> spikes[:, :, 0].tolist()
    [[0, 0, 0, 0, 1], [0, 1, 0, 0, 0], [1, 0, 0, 0, 0]]
    >>> encoder.inverse_transform(spikes).ravel().tolist()
    [0.0, 3.0, 4.0]
    """

    def __init__(
        self,
        n_steps: int = 100,
        *,
        silent_minimum: bool = False,
        value_range: str | tuple[float, float] = "minmax",
        out_of_range: str = "clip",
    ) -> None:
        self.n_steps = n_steps
        self.silent_minimum = silent_minimum
        self.value_range = value_range
        self.out_of_range = out_of_range

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_int("n_steps", self.n_steps, 2, INT32_MAX)
        check_bool("silent_minimum", self.silent_minimum)

    def _encode(self, table: Float64Array) -> Spikes:
        scaled = self._scaled(table)
        fires = scaled > 0 if self.silent_minimum else np.ones(scaled.shape, dtype=np.bool_)
        return latency_spikes(scaled, fires, self._n_steps())

    def _decode(self, spikes: Spikes) -> Float64Array:
        return self._unscaled(latency_intensity(spikes))


class RankOrderEncoder(TableEncoder):
    """Rank order of static vectors: within a sample, the k-th largest feature spikes in the k-th slot.

    Takes a table (n_samples, n_features), gives (n_samples, n_features * slot, n_features). A feature of rank k
    (0 for the largest) spikes once, at step ``k * slot``. Of equal values the feature of the lower index goes first.

    Parameters
    ----------
    slot : int, default 1
        Steps from one rank to the next.

    Notes
    -----
    Nothing is scaled: any increasing function of a whole sample leaves its code as it is. Features are compared with
    each other, so they must be in one unit; standardise them before if they are not.

    The values themselves are lost: ``inverse_transform`` gives the ranks, read from the first spikes, as floats. A
    silent train has rank ``n_features``.

    S. Thorpe and J. Gautrais, Rank order coding, Computational Neuroscience: Trends in Research (1998) 113-118. In some
    packages the name stands for a latency proportional to the value, which keeps the gaps between values; that is
    :class:`LatencyEncoder`.

    Examples
    --------
    >>> from snnres.encoding import RankOrderEncoder
    >>> encoder = RankOrderEncoder()
    >>> spikes = encoder.fit_transform([[0.1, 9.0, 0.2]])
    >>> spikes[0].tolist()
    [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    >>> encoder.inverse_transform(spikes).tolist()
    [[2.0, 0.0, 1.0]]
    """

    def __init__(self, slot: int = 1) -> None:
        self.slot = slot

    def _check_parameters(self) -> None:
        check_int("slot", self.slot, 1, INT32_MAX)

    def _learn(self, table: Float64Array) -> None:
        """Learn nothing: ranks are within a sample."""

    def _encode(self, table: Float64Array) -> Spikes:
        order = np.argsort(-table, axis=1, kind="stable")
        ranks = np.empty_like(order)
        np.put_along_axis(ranks, order, np.arange(table.shape[1])[None, :], axis=1)
        return spikes_at(ranks * self.slot, np.ones(ranks.shape, dtype=np.bool_), self._n_steps())

    def _decode(self, spikes: Spikes) -> Float64Array:
        ranks: Float64Array = spikes.argmax(axis=1) // self.slot * 1.0
        ranks[~spikes.any(axis=1)] = self.n_features_in_
        return ranks

    def _n_steps(self) -> int:
        return int(self.n_features_in_) * int(self.slot)
