"""Codes of time series by their changes: a spike where the signal has moved by a threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from ..validation import check_array, check_finite, check_real, refuse
from .base import Float64Array, SeriesEncoder, check_choice
from .series import Series, channel_moments, check_series


class ChangeEncoder(SeriesEncoder):
    """Base of codes by changes: a reference a channel, that a spike moves."""

    def __init__(self, threshold: float | ArrayLike = 0.5, *, unit: str = "sd") -> None:
        self.threshold = threshold
        self.unit = unit

    def inverse_transform(self, X: Any, start: ArrayLike | None = None) -> Any:
        """Return the signal that the spikes tell of: ``start`` plus a threshold for each "on", less one for each "off".

        Parameters
        ----------
        X : array_like (n_samples, n_steps, 2 * n_channels) or list of (n_steps_k, 2 * n_channels)
            0 and 1.
        start : array_like, shape (n_samples, n_channels), optional
            Values of each sample at step 0, which the spikes do not tell. By default ``start_``.

        Returns
        -------
        ndarray (n_samples, n_steps, n_channels) or list of (n_steps_k, n_channels)
            float64. See the class for how exactly.
        """
        check_is_fitted(self)
        series = check_series("X", X, 2 * self.n_features_in_)
        if not np.isin(series.rows, (0, 1)).all():
            raise ValueError(f"X must hold only 0 and 1. Got {series.rows[~np.isin(series.rows, (0, 1))][0]} instead.")
        first = np.broadcast_to(self.start_, (len(series.lengths), self.n_features_in_))
        if start is not None:
            given = check_array("start", start, 2)
            if given.shape != first.shape:
                raise ValueError(f"start must be of shape {first.shape}. Got {given.shape} instead.")
            check_finite("start", given)
            first = given.astype(np.float64)
        on, off = np.split(series.rows, 2, axis=1)
        moved = np.cumsum(on - off, axis=0)
        before = moved[series.starts] - (on - off)[series.starts]
        signal = (moved - np.repeat(before, series.lengths, axis=0)) * self._move()
        return series.restored(np.repeat(first, series.lengths, axis=0) + signal)

    def _check_parameters(self) -> None:
        check_choice("unit", self.unit, ("sd", "value"))
        if np.isscalar(self.threshold):
            check_real("threshold", self.threshold, above=0)
            return
        thresholds = check_array("threshold", self.threshold, 1)
        if thresholds.dtype.kind == "b":
            raise refuse("threshold", "a number or one a channel", self.threshold, TypeError)
        check_finite("threshold", thresholds)
        if not (thresholds > 0).all():
            raise refuse("threshold", "> 0", thresholds.tolist())

    def _learn(self, series: Series) -> None:
        n_channels = self.n_features_in_
        thresholds = np.asarray(self.threshold, dtype=np.float64)
        if thresholds.ndim == 1 and len(thresholds) != n_channels:
            raise ValueError(
                f"threshold must be one number or one for each of {n_channels} channels. Got {len(thresholds)} instead."
            )
        thresholds = np.broadcast_to(thresholds, n_channels)
        if self.unit == "sd":
            _, sd = channel_moments(series.rows)
            thresholds = np.where(thresholds * sd > 0, thresholds * sd, np.inf)
        self.threshold_ = thresholds.copy()
        self.start_ = series.rows[series.starts].mean(axis=0)

    def _encode(self, series: Series) -> Any:
        n_channels = self.n_features_in_
        spikes = np.zeros((len(series.rows), 2 * n_channels), dtype=np.uint8)
        reference = series.rows[series.starts]
        for samples, rows in series.steps():
            values = series.rows[rows]
            gap = values - reference[samples]
            on, off = gap >= self.threshold_, gap <= -self.threshold_
            spikes[rows, :n_channels] = on
            spikes[rows, n_channels:] = off
            reference[samples] = self._moved(reference[samples], values, on, off)
        return series.restored(spikes)

    def _move(self) -> Float64Array:
        """Return what a spike of each channel stands for; a channel with an infinite threshold has none."""
        return np.where(np.isfinite(self.threshold_), self.threshold_, 0.0)

    def _moved(
        self, reference: Float64Array, values: Float64Array, on: NDArray[np.bool_], off: NDArray[np.bool_]
    ) -> Float64Array:
        raise NotImplementedError

    def _names(self, inputs: list[str]) -> list[str]:
        return [f"{name}_{sign}" for sign in ("on", "off") for name in inputs]


class StepForwardEncoder(ChangeEncoder):
    """On/off spikes of time series; each spike moves the baseline by the threshold.

    Takes (n_samples, n_steps, n_channels) or a list of (n_steps_k, n_channels); gives spikes in the same form with
    ``2 * n_channels`` channels, the "on" ones first. The baseline b of a channel starts at the sample's first value
    (no spike at step 0). At each later step: if ``x - b >= threshold``, "on" spikes and ``b += threshold``; if
    ``x - b <= -threshold``, "off" spikes and ``b -= threshold``. So there is at most one spike a step, and a jump of
    several thresholds is caught up with in as many steps.

    Parameters
    ----------
    threshold : float or array_like of shape (n_channels,), default 0.5
        > 0, for all channels or for each.
    unit : {"sd", "value"}, default "sd"
        Whether the threshold is a fraction of the channel's standard deviation over all steps of the training data, or
        is in the unit of the values. In "sd", a channel that is constant in training stays silent for ever.

    Attributes
    ----------
    threshold_ : ndarray of float64, shape (n_channels,)
        In the unit of the values; infinite for a silent channel.
    start_ : ndarray of float64, shape (n_channels,)
        Mean of the first values of the training samples.

    Notes
    -----
    ``inverse_transform`` with the right ``start`` gives the baseline exactly. It is within one threshold of the signal
    wherever the signal has not moved by more than a threshold a step; after steeper stretches it has to catch up.
    Values have no bounds, so nothing is clipped.

    :class:`SendOnDeltaEncoder` differs in the reference alone: there it becomes the signal's value.
    B. Petro, N. Kasabov and R. M. Kiss, Selection and optimization of temporal spike encoding methods for spiking
    neural networks, IEEE Trans. Neural Netw. Learn. Syst. 31 (2020) 358-370; there a spike needs ``x - b > threshold``.
    snnTorch's ``spikegen.delta`` compares each step with the one before and keeps no baseline, so that a slow drift
    never spikes.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.encoding import StepForwardEncoder
    >>> encoder = StepForwardEncoder(1.0, unit="value")
    >>> jump = np.array([[[0.0], [3.0], [3.0], [3.0], [3.0]]])
    >>> spikes = encoder.fit_transform(jump)
    >>> spikes[0, :, 0].tolist()
    [0, 1, 1, 1, 0]
    >>> encoder.inverse_transform(spikes)[0, :, 0].tolist()
    [0.0, 1.0, 2.0, 3.0, 3.0]
    """

    def _moved(
        self, reference: Float64Array, values: Float64Array, on: NDArray[np.bool_], off: NDArray[np.bool_]
    ) -> Float64Array:
        return reference + self._move() * (on.astype(np.int8) - off)


class SendOnDeltaEncoder(ChangeEncoder):
    """On/off spikes of time series; each spike sets the reference to the signal's value.

    Takes (n_samples, n_steps, n_channels) or a list of (n_steps_k, n_channels); gives spikes in the same form with
    ``2 * n_channels`` channels, the "on" ones first. The reference r of a channel starts at the sample's first value
    (no spike at step 0). At each later step: if ``x - r >= threshold``, "on" spikes, if ``x - r <= -threshold``, "off"
    spikes, and after either ``r = x``. A jump makes one spike, however high it is.

    Parameters
    ----------
    threshold : float or array_like of shape (n_channels,), default 0.5
        > 0, for all channels or for each.
    unit : {"sd", "value"}, default "sd"
        Whether the threshold is a fraction of the channel's standard deviation over all steps of the training data, or
        is in the unit of the values. In "sd", a channel that is constant in training stays silent for ever.

    Attributes
    ----------
    threshold_ : ndarray of float64, shape (n_channels,)
        In the unit of the values; infinite for a silent channel.
    start_ : ndarray of float64, shape (n_channels,)
        Mean of the first values of the training samples.

    Notes
    -----
    ``inverse_transform`` adds or takes one threshold a spike. By how much the signal went beyond it is not in the
    spikes, so every spike may leave an error, of either sign, and errors add up: with the right ``start``, the error is
    below one threshold plus the sum of these excesses. Where the signal has to be rebuilt, use
    :class:`StepForwardEncoder`, which differs in the reference alone: there it moves by the threshold.
    Values have no bounds, so nothing is clipped.

    M. Miskowicz, Send-on-delta concept: an event-based data reporting strategy, Sensors 6 (2006) 49-63. There the value
    is sent; here only the sign of the change. snnTorch's ``spikegen.delta`` compares each step with the one before
    and keeps no reference, so that a slow drift never spikes.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.encoding import SendOnDeltaEncoder
    >>> encoder = SendOnDeltaEncoder(1.0, unit="value")
    >>> jump = np.array([[[0.0], [3.0], [3.0], [2.5], [2.0]]])
    >>> spikes = encoder.fit_transform(jump)
    >>> spikes[0].tolist()
    [[0, 0], [1, 0], [0, 0], [0, 0], [0, 1]]
    """

    def _moved(
        self, reference: Float64Array, values: Float64Array, on: NDArray[np.bool_], off: NDArray[np.bool_]
    ) -> Float64Array:
        return np.where(on | off, values, reference)
