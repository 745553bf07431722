"""From samples of any accepted form to the currents that drive a reservoir."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..encoding.population import PopulationEncoder
from ..encoding.series import Series
from ..encoding.standardiser import Standardiser

Float64Array = NDArray[np.float64]


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


def currents(series: Series, scaling: Standardiser, delta_scaling: Standardiser | None) -> list[NDArray[np.float32]]:
    """Return the drive of each sample, (n_channels, n_steps), each step to be held."""
    with np.errstate(over="ignore"):
        rows = standardised(series, scaling, delta_scaling).astype(np.float32)
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
