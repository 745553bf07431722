"""Input in the layout of the kernels: one row a step."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from ..kernels.drives import CurrentDrive, SpikeDrive
from ..kernels.edges import narrowest
from ..kernels.model import Drive
from ..validation import INT32_MAX, check_array, check_finite, check_int, check_weight_rows

Float32Array = NDArray[np.float32]


class InputWeights:
    """A sparse map from channels to neurons, and a bias a neuron: ``current = values @ weights + bias``."""

    def __init__(self, weights: Any, bias: ArrayLike | None, n_neurons: int) -> None:
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

    @property
    def n_channels(self) -> int:
        """Rows of the weights."""
        return int(self.weights.shape[0])

    @cached_property
    def rows(self) -> tuple[NDArray[np.uint64], NDArray[np.unsignedinteger[Any]]]:
        """Row bounds and targets in the kernels' types."""
        weights = self.weights
        return weights.indptr.astype(np.uint64), weights.indices.astype(narrowest(weights.shape[1]))

    def drive(self, signal: Float32Array, hold: int) -> CurrentDrive:
        """Return the drive by a signal of shape (n_rows, n_channels), each row for ``hold`` steps."""
        indptr, target = self.rows
        current = np.empty_like(self.bias)
        return CurrentDrive(signal, np.int64(hold), indptr, target, self.weights.data, self.bias, current)


@dataclass(frozen=True, eq=False)
class Input:
    """What drives the next runs: spikes (n_steps, n_inputs) uint8 and, if not None, a signal (n_rows, n_channels).

    Each spike adds ``amplitude``; each row of the signal lasts ``hold`` steps.
    """

    spikes: NDArray[np.uint8]
    amplitude: float
    signal: Float32Array | None = None
    hold: int = 1

    @property
    def n_steps(self) -> int:
        """Steps of the longer of the two."""
        currents = 0 if self.signal is None else len(self.signal) * self.hold
        return max(len(self.spikes), currents)

    def drive(self, input_weights: InputWeights | None) -> Drive:
        """Return the input for the kernels."""
        spikes = SpikeDrive(self.spikes, np.float32(self.amplitude)) if self.spikes.size else None
        if self.signal is None:
            return Drive(spikes)
        return Drive(spikes, require(input_weights).drive(self.signal, self.hold))


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
