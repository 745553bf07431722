"""From samples of any accepted form to the currents that drive a reservoir."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..encoding.population import PopulationEncoder
from ..encoding.series import Series, channel_moments
from ..encoding.standardiser import Standardiser, pooled

Float64Array = NDArray[np.float64]

# A channel is drowned by a scale that it shares if it never gets as far from its mean, in units of the common spread.
FAINT = 0.25
# Activity, in parts of the channels' mean, below which a channel is too seldom active to be missed.
SELDOM = 0.1


def differences(rows: Float64Array, starts: NDArray[np.int64]) -> Float64Array:
    """Return each step minus the one before it, 0 for the first of a sample."""
    delta = np.diff(rows, axis=0, prepend=rows[:1])
    delta[starts] = 0.0
    return delta


def sparse(rows: Float64Array) -> bool:
    """Whether at least half of the values are 0."""
    return bool(np.mean(rows == 0) >= 0.5)


def share_a_scale(rows: Float64Array) -> bool:
    """Whether the values look like events or counts of them, all in one unit.

    None is negative, and they are sparse (at least half are 0) or all whole numbers. Whole numbers alone say little, so
    none of their channels may be drowned by a common spread; of sparse ones, none by far.
    """
    if (rows < 0).any():
        return False
    if sparse(rows):
        return not drowned(rows, FAINT).any()
    return bool((rows == np.rint(rows)).all()) and not drowned(rows, 1.0).any()


def drowned(rows: Float64Array, least: float) -> NDArray[np.bool_]:
    """Return which channels never differ from their mean by ``least`` times the spread common to all.

    Constant channels have nothing to say, nor have those that are far more seldom active than others: a pixel that saw
    an event or two may stay faint.
    """
    mean, sd = channel_moments(rows)
    furthest = np.maximum(rows.max(axis=0) - mean, mean - rows.min(axis=0))
    active = np.mean(rows != 0, axis=0)
    heard = furthest >= least * pooled(sd)
    return np.asarray(~heard & (sd > 0) & (active >= SELDOM * active.mean()))


def warn_of_drowned(rows: Float64Array) -> None:
    """Warn of channels that a scale shared on request leaves next to nothing of."""
    faint = np.flatnonzero(drowned(rows, FAINT))
    if faint.size:
        warnings.warn(
            f"shared_scale=True drowns {faint.size} of {rows.shape[1]} channels, the first of them {faint[0]}: none of "
            f"their values is {FAINT:g} of the common spread off its mean. Leave shared_scale=None, or bring the "
            "channels to one unit.",
            UserWarning,
            stacklevel=6,
        )


def learn_scaling(rows: Float64Array, *, shared: bool) -> Standardiser:
    """Return what standardises columns, each by its own spread or all by one."""
    return Standardiser.of_block(rows) if shared else Standardiser.of_columns(rows)


def learn_delta_scaling(series: Series, scaling: Standardiser, *, shared: bool) -> Standardiser:
    """Return what brings the differences of standardised channels to scale; they are not centred: no change is 0."""
    deltas = differences(scaling.apply(series.rows), series.starts)
    return learn_scaling(deltas, shared=shared)._replace(mean=np.zeros(deltas.shape[1]))


def standardised(series: Series, scaling: Standardiser, delta_scaling: Standardiser | None) -> Float64Array:
    """Return the channels (total steps, n_channels), then with deltas their differences, in units of their spread."""
    rows = scaling.apply(series.rows)
    if delta_scaling is None:
        return rows
    return np.hstack([rows, delta_scaling.apply(differences(rows, series.starts))])


def currents(
    series: Series, scaling: Standardiser, delta_scaling: Standardiser | None, first: int = 0
) -> list[NDArray[np.float32]]:
    """Return the drive of each sample, (n_channels, n_steps), each step to be held; the first has the number ``first``.

    Raises
    ------
    ValueError
        If a value is beyond float32 in units of its scale.
    """
    with np.errstate(over="ignore"):
        rows = standardised(series, scaling, delta_scaling).astype(np.float32)
    wrong = ~np.isfinite(rows).all(axis=1)
    if wrong.any():
        step = int(np.argmax(wrong))
        sample = int(np.searchsorted(series.starts, step, side="right")) - 1
        raise ValueError(
            f"X must be finite in float32 in units of the training data's spread. Got {series.rows[step]} in sample "
            f"{first + sample} instead."
        )
    return [part.T for part in np.split(rows, np.cumsum(series.lengths)[:-1])]


def table_fields(n_fields: int) -> PopulationEncoder:
    """Return the receptive fields that spread a feature of a table over several channels."""
    return PopulationEncoder(n_steps=2, n_fields=n_fields)


def as_one_step(activations: Any) -> Series:
    """Return static activations (n_samples, n_channels) as a series of one step a sample."""
    rows = np.ascontiguousarray(activations, dtype=np.float64)
    return Series(rows, np.ones(len(rows), dtype=np.int64), False)
