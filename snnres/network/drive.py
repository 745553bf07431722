"""Input in the layout of the kernels: one row a step."""

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from ..kernels.edges import narrowest
from ..kernels.structs import CurrentDrive, SpikeDrive
from ..validation import check_array, check_finite, check_weight_rows

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

    def drive(self, signal: Float32Array, hold: int) -> CurrentDrive:
        """Return the drive by a signal of shape (n_rows, n_channels), each row for ``hold`` steps."""
        weights = self.weights
        target = weights.indices.astype(narrowest(weights.shape[1]))
        indptr = weights.indptr.astype(np.uint64)
        return CurrentDrive(signal, np.int64(hold), indptr, target, weights.data, self.bias, np.empty_like(self.bias))


def require(input_weights: InputWeights | None) -> InputWeights:
    """Return the input weights, refusing currents where there are none."""
    if input_weights is None:
        raise ValueError("currents need input weights: call set_input_weights() first.")
    return input_weights


def spike_drive(spikes: NDArray[np.uint8]) -> SpikeDrive | None:
    """Return the drive by spikes of shape (n_inputs, n_steps), None where there are none."""
    return SpikeDrive(np.ascontiguousarray(spikes.T)) if spikes.size else None


def check_currents(name: str, value: Any, n_channels: int) -> Float32Array:
    """Return fresh float32 channels (n_channels, n_steps), finite."""
    array = check_array(name, value, 2)
    if array.shape[0] != n_channels:
        raise ValueError(f"{name} must have a row for each of {n_channels} channels. Got {array.shape[0]} instead.")
    check_finite(name, array)
    return array.astype(np.float32)
