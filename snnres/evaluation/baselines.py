"""What the same readout gets to see where there is no reservoir."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_array

from ..encoding.series import Series, channel_moments, check_series
from ..estimators.base import FeatureMatrix, is_table
from ..estimators.signal import as_one_step, nonzero, standardised
from ..estimators.supervised import ReservoirPredictor, block_scales

Float64Array = NDArray[np.float64]


class RawScaling(NamedTuple):
    """What the training part says of raw input: mean and spread of each channel, and the median length in steps."""

    mean: Float64Array
    sd: Float64Array
    n_steps: int


def as_series(X: Any) -> Series:
    """Return samples of any accepted form as they are; a table as series of one step."""
    return as_one_step(check_array(X, dtype=np.float64, input_name="X")) if is_table(X) else check_series("X", X)


def learn_raw(model: ReservoirPredictor, series: Series) -> RawScaling:
    """Return the scaling of the training part on which ``model`` was fitted: of series its own, else of each column."""
    if model.input_form_ == "table":
        mean, sd = channel_moments(series.rows)
        return RawScaling(mean, nonzero(sd), 1)
    return RawScaling(model.scaling_.mean, model.scaling_.sd, int(np.median(series.lengths)))


def raw_input(series: Series, scaling: RawScaling) -> Float64Array:
    """Return each sample's standardised channels at ``n_steps`` points from its first to its last step, flattened.

    Between steps they are interpolated; samples of that length are taken as they are.
    """
    rows = (series.rows - scaling.mean) / scaling.sd
    stretch = (series.lengths - 1) / max(scaling.n_steps - 1, 1)
    places = np.arange(scaling.n_steps) * stretch[:, None]
    before = np.minimum(places.astype(np.int64), series.lengths[:, None] - 1)
    after = np.minimum(before + 1, series.lengths[:, None] - 1)
    share = (places - before)[:, :, None]
    starts = series.starts[:, None]
    points = rows[starts + before] * (1 - share) + rows[starts + after] * share
    return np.asarray(points.reshape(len(series.lengths), -1))


def encoded_input(model: ReservoirPredictor, X: Any) -> Float64Array:
    """Return the means, in time bins, of the currents that drive a fitted reservoir, (n_samples, n_bins * n_channels).

    The bins are those in which its spikes are counted: step t of T of the network in bin ``t * n_bins // T``. Bins in
    which no step falls, as T is less than ``n_bins``, take the step at their middle. A table's currents do not change
    in time: one bin.
    """
    series = model._check_samples(X, reset=False)
    n_bins = 1 if model.input_form_ == "table" else model.n_bins
    return binned_means(standardised(series, model.scaling_), series.lengths, model.scaling_.hold, n_bins)


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


def spread(values: Float64Array) -> float:
    """Return what divides a training part's values before the readout, as it divides the reservoir's features."""
    (scale,) = block_scales(FeatureMatrix(values, {"input": slice(None)})).values()
    return scale
