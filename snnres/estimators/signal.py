"""From samples of any accepted form to the currents that drive a reservoir."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..encoding.population import PopulationEncoder
from ..encoding.series import Series, channel_moments

Float64Array = NDArray[np.float64]


class SignalScaling(NamedTuple):
    """What training data taught about a signal: (n_channels,) arrays, and the steps for each step of the data.

    ``delta_sd`` is that of the differences of successive standardised steps, None where no differences are used.
    """

    mean: Float64Array
    sd: Float64Array
    delta_sd: Float64Array | None
    hold: int


def nonzero(sd: Float64Array) -> Float64Array:
    """Return divisors: 1 in place of the standard deviation of a constant channel."""
    return np.where(sd > 0, sd, 1.0)


def differences(rows: Float64Array, starts: NDArray[np.int64]) -> Float64Array:
    """Return each step minus the one before it, 0 for the first of a sample."""
    delta = np.diff(rows, axis=0, prepend=rows[:1])
    delta[starts] = 0.0
    return delta


def are_counts(rows: Float64Array) -> bool:
    """Whether the values are events or counts of them, all in one unit.

    None is negative, and all are whole numbers or at least half of them are 0, as counts in units of their sample are.
    """
    return bool((rows >= 0).all() and ((rows == np.rint(rows)).all() or np.mean(rows == 0) >= 0.5))


def divisors(sd: Float64Array, shared: bool) -> Float64Array:
    """Return what to divide channels by: each its own spread, or all by the root of their mean variance."""
    return nonzero(np.full_like(sd, np.sqrt(np.mean(sd**2))) if shared else sd)


def learn_scaling(series: Series, *, deltas: bool, min_steps: int, shared: bool | None) -> SignalScaling:
    """Return the scaling of training data; ``hold`` brings the median sample to at least ``min_steps``.

    ``shared`` None decides by :func:`are_counts`.
    """
    shared = are_counts(series.rows) if shared is None else shared
    mean, spread = channel_moments(series.rows)
    sd = divisors(spread, shared)
    hold = max(1, int(np.ceil(min_steps / np.median(series.lengths))))
    if not deltas:
        return SignalScaling(mean, sd, None, hold)
    delta_spread = differences((series.rows - mean) / sd, series.starts).std(axis=0)
    return SignalScaling(mean, sd, divisors(delta_spread, shared), hold)


def standardised(series: Series, scaling: SignalScaling) -> Float64Array:
    """Return the channels (total steps, n_channels), then with deltas their differences, in units of their spread."""
    rows = (series.rows - scaling.mean) / scaling.sd
    if scaling.delta_sd is None:
        return rows
    return np.hstack([rows, differences(rows, series.starts) / scaling.delta_sd])


def currents(series: Series, scaling: SignalScaling) -> list[NDArray[np.float32]]:
    """Return the drive of each sample, (n_channels, n_steps), each step to be held."""
    with np.errstate(over="ignore"):
        rows = standardised(series, scaling).astype(np.float32)
    wrong = ~np.isfinite(rows).all(axis=1)
    if wrong.any():
        step = int(np.argmax(wrong))
        sample = int(np.searchsorted(series.starts, step, side="right")) - 1
        raise ValueError(
            f"X must be finite in float32 in units of the training data's spread. Got {series.rows[step]} in sample "
            f"{sample} instead."
        )
    return [part.T for part in np.split(rows, np.cumsum(series.lengths)[:-1])]


def table_fields(n_fields: int) -> PopulationEncoder:
    """Return the receptive fields that spread a feature of a table over several channels."""
    return PopulationEncoder(n_steps=2, n_fields=n_fields)


def as_one_step(activations: Any) -> Series:
    """Return static activations (n_samples, n_channels) as a series of one step a sample."""
    rows = np.ascontiguousarray(activations, dtype=np.float64)
    return Series(rows, np.ones(len(rows), dtype=np.int64), False)
