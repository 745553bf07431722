"""Square blocks of a sensor's pixels, and spikes of pixels summed over them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..validation import INT32_MAX, check_int, refuse
from .base import SeriesEncoder
from .series import Series


class Blocks(NamedTuple):
    """A grid of blocks, ``rows`` by ``columns``, of ``side`` pixels; the last of a row or column may be narrower."""

    rows: int
    columns: int
    side: int

    @property
    def size(self) -> int:
        """Number of blocks."""
        return self.rows * self.columns

    def of(self, x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.int64]:
        """Return the block of each pixel, row after row."""
        index: NDArray[np.int64] = y.astype(np.int64) // self.side * self.columns + x.astype(np.int64) // self.side
        return index

    def names(self) -> list[str]:
        """Return a name for each block, row and column."""
        return [f"y{row}_x{column}" for row in range(self.rows) for column in range(self.columns)]


def check_sensor(sensor_size: Any, downsample: Any) -> None:
    """Refuse what is not a pair of sides, and a side of blocks below 1."""
    if not isinstance(sensor_size, (tuple, list)) or len(sensor_size) != 2:
        raise refuse("sensor_size", "a pair (width, height)", sensor_size, TypeError)
    for i, side in enumerate(sensor_size):
        check_int(f"sensor_size[{i}]", side, 1, INT32_MAX)
    check_int("downsample", downsample, 1, INT32_MAX)


def blocks_of(sensor_size: tuple[int, int], downsample: int) -> Blocks:
    """Return the grid of blocks of a sensor, (width, height)."""
    width, height, side = (int(value) for value in (*sensor_size, downsample))
    return Blocks(-(-height // side), -(-width // side), side)


class SpikePooler(SeriesEncoder):
    """Spikes of a sensor's pixels, summed over square blocks of pixels and stretches of steps.

    Takes and gives series, (n_samples, n_steps, n_channels) or a list of (n_steps_k, n_channels). Channel
    ``y * width + x`` of the input is the pixel in row y and column x; channels of the output are blocks, row after row.
    With blocks of side b and stretches of s steps

        ``out[k, (Y, X)] = sum of in[t, (y, x)] over t // s == k, y // b == Y, x // b == X``

    Parameters
    ----------
    sensor_size : (int, int)
        Width and height in pixels.
    downsample : int, default 1
        Side of the blocks. Where it does not divide the sensor's size, the last block is narrower.
    bin_steps : int, default 1
        Steps that are summed. Where they do not divide a sample's length, its last stretch is shorter.

    Attributes
    ----------
    n_features_in_ : int
        Pixels.

    Notes
    -----
    Nothing is learnt and nothing is random. There is no decoder, since places within a block are lost. What a pixel
    sees says where a thing is exactly, a block says where it is about: things that are a little apart then look alike
    to a readout, which needs fewer samples to tell that they belong together.

    tonic's ``Downsample`` scales the coordinates of events; for events use :class:`EventBinner`, which counts them in
    blocks at once.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.encoding import SpikePooler
    >>> spikes = np.zeros((1, 3, 16))
    >>> spikes[0, 0, [0, 5]] = spikes[0, 2, 15] = 1
    >>> SpikePooler((4, 4), downsample=2, bin_steps=2).fit_transform(spikes)[0].tolist()
    [[2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    """

    def __init__(self, sensor_size: tuple[int, int], *, downsample: int = 1, bin_steps: int = 1) -> None:
        self.sensor_size = sensor_size
        self.downsample = downsample
        self.bin_steps = bin_steps

    def _check_parameters(self) -> None:
        check_sensor(self.sensor_size, self.downsample)
        check_int("bin_steps", self.bin_steps, 1, INT32_MAX)

    def _learn(self, series: Series) -> None:
        width, height = map(int, self.sensor_size)
        if series.rows.shape[1] != width * height:
            raise ValueError(
                f"X must have a channel for each of the {width} x {height} pixels of sensor_size. "
                f"Got {series.rows.shape[1]} channels instead."
            )

    def _encode(self, series: Series) -> Any:
        blocks = blocks_of(self.sensor_size, self.downsample)
        y, x = np.divmod(np.arange(self.n_features_in_), int(self.sensor_size[0]))
        block = blocks.of(x, y)
        order = np.argsort(block, kind="stable")
        in_blocks = np.add.reduceat(
            series.rows[:, order], np.searchsorted(block[order], np.arange(blocks.size)), axis=1
        )
        bin_steps = int(self.bin_steps)
        n_bins = -(-series.lengths // bin_steps)
        first = np.repeat(series.starts - bin_steps * (np.cumsum(n_bins) - n_bins), n_bins)
        pooled = np.add.reduceat(in_blocks, first + bin_steps * np.arange(n_bins.sum()), axis=0)
        return replace(series, rows=pooled, lengths=n_bins).restored(pooled)

    def _names(self, inputs: list[str]) -> list[str]:
        return blocks_of(self.sensor_size, self.downsample).names()
