"""Samples of equal or unequal length as one table of steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..validation import check_array, check_finite, refuse

Float64Array = NDArray[np.float64]
FORMS = "an array (n_samples, n_steps, n_channels) or a list of arrays (n_steps_k, n_channels)"


@dataclass(frozen=True, eq=False)
class Series:
    """The steps of all samples, one after the other.

    Parameters
    ----------
    rows : ndarray of float64, shape (total steps, n_channels)
    lengths : ndarray of int64, shape (n_samples,)
        Steps of each sample, >= 1.
    is_list : bool
        Whether the samples came as a list, and go back as one.
    """

    rows: Float64Array
    lengths: NDArray[np.int64]
    is_list: bool

    @property
    def starts(self) -> NDArray[np.int64]:
        """Row of each sample's first step."""
        return np.cumsum(self.lengths) - self.lengths

    def stretch(self, first: int, last: int) -> Series:
        """Return the samples from ``first`` up to but without ``last``; their rows are not copied."""
        ends = np.concatenate([[0], np.cumsum(self.lengths)])
        return Series(self.rows[ends[first] : ends[last]], self.lengths[first:last], self.is_list)

    def part(self, numbers: NDArray[np.int64]) -> Series:
        """Return some of the samples."""
        starts, lengths = self.starts[numbers], self.lengths[numbers]
        parts = [self.rows[start : start + length] for start, length in zip(starts, lengths, strict=True)]
        return Series(np.concatenate(parts), lengths, self.is_list)

    def restored(self, rows: NDArray[Any], hold: int = 1) -> Any:
        """Return other rows, ``hold`` for each of these, in the form in which the samples came."""
        if self.is_list:
            return np.split(rows, np.cumsum(self.lengths * hold)[:-1])
        return rows.reshape(len(self.lengths), -1, rows.shape[1])

    def steps(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Yield for each step but the first the samples that reach it, and their rows."""
        by_length = np.argsort(-self.lengths, kind="stable")
        sorted_lengths, starts = -self.lengths[by_length], self.starts[by_length]
        for step in range(1, int(self.lengths.max())):
            n_left = np.searchsorted(sorted_lengths, -step)
            yield by_length[:n_left], starts[:n_left] + step


def check_series(name: str, value: Any, n_channels: int | None = None) -> Series:
    """Return finite samples, each of at least one step, with ``n_channels`` or all with as many."""
    if isinstance(value, (list, tuple)):
        if not value:
            raise ValueError(f"{name} must hold at least one sample. Got none instead.")
        samples = [check_array(f"{name}[{i}]", sample, 2) for i, sample in enumerate(value)]
    elif hasattr(value, "__array__") and np.ndim(value) == 3:
        samples = list(check_array(name, value, 3))
        if not samples:
            raise ValueError(f"{name} must hold at least one sample. Got shape {np.shape(value)} instead.")
    else:
        raise refuse(name, FORMS, value, ValueError if hasattr(value, "__array__") else TypeError)
    expected = samples[0].shape[1] if n_channels is None else n_channels
    for i, sample in enumerate(samples):
        if len(sample) == 0 or sample.shape[1] != expected or expected == 0:
            raise ValueError(
                f"{name}[{i}] must have at least one step and {expected or 'at least 1'} channels, as "
                f"{'the first sample' if n_channels is None else 'in fit'}. Got shape {sample.shape} instead."
            )
    rows = np.concatenate(samples, dtype=np.float64)
    check_finite(name, rows)
    return Series(rows, np.array([len(sample) for sample in samples]), isinstance(value, (list, tuple)))


def channel_moments(rows: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return mean and standard deviation (ddof 0) of each column, the latter exactly 0 where it is constant."""
    constant = rows.min(axis=0) == rows.max(axis=0)
    return rows.mean(axis=0), np.where(constant, 0.0, rows.std(axis=0))
