"""Input in the layout of the kernels: one row a step."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from ..kernels.drives import CurrentDrive, Line, RewardDrive, SpikeDrive, TappedDrive
from ..kernels.edges import narrowest
from ..kernels.model import Drive
from ..parts.clamp import Clamp, ClampDrive, clamp_drive
from ..validation import INT32_MAX, check_array, check_finite, check_int, check_weight_rows

Float32Array = NDArray[np.float32]


class InputWeights:
    """A sparse map from channels to neurons, and a bias a neuron: ``current = values @ weights + bias``.

    With ``taps`` (n_rows, 2), row r of the weights reads the channel ``taps[r, 0]`` as it was ``taps[r, 1]`` columns
    ago; without, the channel r as it is.
    """

    def __init__(self, weights: Any, bias: ArrayLike | None, n_neurons: int, taps: ArrayLike | None = None) -> None:
        if not sp.issparse(weights):
            weights = sp.csr_matrix(check_array("input_weights", weights, 2).astype(np.float64))
        self.weights = check_weight_rows("input_weights", weights)
        if self.weights.shape[1] != n_neurons or self.weights.shape[0] == 0:
            raise ValueError(
                f"input_weights must have a row a channel and a column for each of {n_neurons} neurons. "
                f"Got shape {self.weights.shape} instead."
            )
        self.bias = np.zeros(n_neurons, dtype=np.float32)
        if bias is not None:
            values = check_array("bias", bias, 1)
            if len(values) != n_neurons:
                raise ValueError(f"bias must have a value for each of {n_neurons} neurons. Got {len(values)} instead.")
            check_finite("bias", values)
            self.bias = values.astype(np.float32)

        self.taps = None if taps is None else check_taps("taps", taps, self.weights.shape[0])

    @property
    def n_channels(self) -> int:
        """Channels of the signal."""
        return int(self.weights.shape[0] if self.taps is None else self.taps[:, 0].max() + 1)

    @cached_property
    def rows(self) -> tuple[NDArray[np.uint64], NDArray[np.unsignedinteger[Any]]]:
        """Row bounds and targets in the kernels' types."""
        weights = self.weights
        return weights.indptr.astype(np.uint64), weights.indices.astype(narrowest(weights.shape[1]))

    def drive(self, signal: Float32Array, hold: int) -> CurrentDrive | TappedDrive:
        """Return the drive by a signal of shape (n_rows, n_channels), each row for ``hold`` steps."""
        mixing = (*self.rows, self.weights.data, self.bias, np.empty_like(self.bias))
        if self.taps is None:
            return CurrentDrive(signal, np.int64(hold), *mixing)
        channel, delay = self.taps.T
        return TappedDrive(signal, np.int64(hold), channel.astype(np.uint32), np.ascontiguousarray(delay), *mixing)

    def line(self) -> Line | None:
        """Return a past of zeros as far as the taps reach, None without taps."""
        if self.taps is None:
            return None
        past = np.zeros((self.taps[:, 1].max() + 1, self.n_channels), dtype=np.float32)
        return Line(past, np.zeros(1, dtype=np.int64))


@dataclass(frozen=True, eq=False)
class Input:
    """What drives the next runs: spikes (n_steps, n_inputs) uint8 and, if not None, a signal (n_rows, n_channels).

    Each spike adds ``amplitude``; each row of the signal lasts ``hold`` steps. ``rewards`` (any number,) has an entry a
    step, NaN for none. A clamp takes neurons by the hand.
    """

    spikes: NDArray[np.uint8]
    amplitude: float
    signal: Float32Array | None = None
    hold: int = 1
    rewards: Float32Array | None = None
    clamp: Clamp | None = None

    @property
    def n_steps(self) -> int:
        """Steps of the longer of the two."""
        currents = 0 if self.signal is None else len(self.signal) * self.hold
        return max(len(self.spikes), currents)

    def drive(self, input_weights: InputWeights | None, n_steps: int) -> Drive:
        """Return the input for the kernels, for a run of so many steps."""
        spikes = SpikeDrive(self.spikes, np.float32(self.amplitude)) if self.spikes.size else None
        currents = None if self.signal is None else require(input_weights).drive(self.signal, self.hold)
        reward = None if self.rewards is None else RewardDrive(self.rewards)
        return Drive(spikes, currents, self.clamp_drive(n_steps), reward)

    def clamp_drive(self, n_steps: int) -> ClampDrive | None:
        """Return the clamp for a run of so many steps, which must have all its events."""
        if self.clamp is not None:
            self.clamp.check_steps("clamp", n_steps)
        return clamp_drive([self.clamp], np.array([n_steps]))


def check_taps(name: str, value: ArrayLike, n_rows: int) -> NDArray[np.int64]:
    """Return fresh taps (n_rows, 2): for each row a channel and a delay, both >= 0 and below 2^31."""
    array = check_array(name, value, 2)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integers. Got an array of dtype {array.dtype} instead.")
    if array.shape != (n_rows, 2):
        raise ValueError(
            f"{name} must have a channel and a delay for each of {n_rows} rows of the weights, shape ({n_rows}, 2). "
            f"Got shape {array.shape} instead."
        )
    outside = (array < 0) | (array > INT32_MAX)
    if outside.any():
        raise ValueError(f"{name} must lie in [0, {INT32_MAX}]. Got {int(array[outside][0])} instead.")
    return array.astype(np.int64)


def require(input_weights: InputWeights | None) -> InputWeights:
    """Return the input weights, refusing currents where there are none."""
    if input_weights is None:
        raise ValueError("currents need input weights: call set_input_weights() first.")
    return input_weights


def check_hold(hold: int, n_columns: int = 1) -> int:
    """Return the steps for which each of so many columns lasts, together fewer than 2^31."""
    hold = check_int("hold", hold, 1, INT32_MAX)
    if hold * n_columns > INT32_MAX:
        raise ValueError(
            f"hold must make at most {INT32_MAX} steps of {n_columns} columns. Got {hold}, so {hold * n_columns} steps."
        )
    return hold


def check_currents(name: str, value: Any, n_channels: int) -> Float32Array:
    """Return fresh float32 channels (n_channels, n_steps), finite."""
    array = check_array(name, value, 2)
    if array.shape[0] != n_channels:
        raise ValueError(f"{name} must have a row for each of {n_channels} channels. Got {array.shape[0]} instead.")
    check_finite(name, array)
    return array.astype(np.float32)


def check_rewards(name: str, value: ArrayLike) -> Float32Array:
    """Return fresh float32 rewards, 1-D, each finite, or NaN for none."""
    array = check_array(name, value, 1)
    check_finite(name, array[~np.isnan(array)])
    return array.astype(np.float32)
