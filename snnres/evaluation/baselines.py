"""What the same readout gets to see where there is no reservoir."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array

from ..encoding.series import Series, check_series
from ..encoding.standardiser import Standardiser
from ..estimators.base import is_table
from ..estimators.predictor import ReservoirPredictor
from ..estimators.signal import as_one_step, standardised

Float64Array = NDArray[np.float64]


def as_series(X: Any) -> Series:
    """Return samples of any accepted form as they are; a table as series of one step."""
    return as_one_step(check_array(X, dtype=np.float64, input_name="X")) if is_table(X) else check_series("X", X)


def learn_raw(model: ReservoirPredictor, series: Series) -> tuple[Standardiser, int]:
    """Return what standardises the training part on which ``model`` was fitted, and its median length in steps.

    Of series it is the model's own, of a table that of each column.
    """
    if model.input_form_ == "table":
        return Standardiser.of_columns(series.rows), 1
    return model.scaling_, int(np.median(series.lengths))


def raw_input(series: Series, scaling: Standardiser, n_steps: int) -> Float64Array:
    """Return each sample's standardised channels at ``n_steps`` points from its first to its last step, flattened.

    Between steps they are interpolated; samples of that length are taken as they are.
    """
    rows = scaling.apply(series.rows)
    stretch = (series.lengths - 1) / max(n_steps - 1, 1)
    places = np.arange(n_steps) * stretch[:, None]
    before = np.minimum(places.astype(np.int64), series.lengths[:, None] - 1)
    after = np.minimum(before + 1, series.lengths[:, None] - 1)
    share = (places - before)[:, :, None]
    starts = series.starts[:, None]
    points = rows[starts + before] * (1 - share) + rows[starts + after] * share
    return np.asarray(points.reshape(len(series.lengths), -1))


def encoded_input(model: ReservoirPredictor, X: Any) -> Float64Array:
    """Return the means, in time bins, of the currents that drive a fitted reservoir, (n_samples, n_bins * n_channels).

    They are the channels, with their differences where these drive a pathway. The bins are those of ``binned_counts``:
    step t of T of the network in bin ``t * n_bins // T``. Bins in which no step falls, as T is less than ``n_bins``,
    take the step at their middle. A table's currents do not change in time: one bin.
    """
    series = model._check_samples(X, reset=False)
    n_bins = 1 if model.input_form_ == "table" else model.n_bins
    deltas = any(pathway.deltas for pathway in model.pathways_)
    rows = standardised(series, model.scaling_, model.delta_scaling_ if deltas else None)
    return binned_means(rows, series.lengths, model.hold_, n_bins)


def binned_means(rows: Float64Array, lengths: NDArray[np.int64], hold: int, n_bins: int) -> Float64Array:
    """Return the mean of each channel in each bin of samples whose every row lasts ``hold`` steps."""
    parts = np.split(rows, np.cumsum(lengths)[:-1])
    return np.stack([sample_means(part, hold, n_bins).ravel() for part in parts])


def sample_means(rows: Float64Array, hold: int, n_bins: int) -> Float64Array:
    """Return (n_bins, n_channels) of one sample (n_rows, n_channels)."""
    n_steps = len(rows) * hold
    bins = np.arange(n_bins)
    first, last = -(-bins * n_steps // n_bins), -(-(bins + 1) * n_steps // n_bins)
    middle = ((2 * bins + 1) * n_steps) // (2 * n_bins)
    empty = first == last
    first, last = np.where(empty, middle, first), np.where(empty, middle + 1, last)
    return np.asarray((summed(rows, hold, last) - summed(rows, hold, first)) / (last - first)[:, None])


def summed(rows: Float64Array, hold: int, ends: NDArray[np.int64]) -> Float64Array:
    """Return the sum over the steps before each of ``ends``, without repeating rows ``hold`` times."""
    whole, rest = np.divmod(ends, hold)
    before = np.vstack([np.zeros(rows.shape[1]), np.cumsum(rows, axis=0)])
    current = rows[np.minimum(whole, len(rows) - 1)]
    return np.asarray(before[whole] * hold + current * rest[:, None])
