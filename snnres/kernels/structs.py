"""The named tuples that cross into the kernels. Where a field may be None, numba prunes the branch that needs it.

Indices are unsigned: with a signed one numba tests every access for wrap-around, which costs
1.3 against 2.2 G synaptic events per second in the spread alone.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
UnsignedArray = NDArray[np.unsignedinteger[Any]]


class Edges(NamedTuple):
    """Synapses by source (CSR), and by target where plasticity needs them.

    ``in_edge[in_indptr[i]:in_indptr[i + 1]]`` are the positions in ``weight`` of the synapses that end in
    ``i``, ``in_source`` the neurons they come from. Both orders share the one ``weight``.
    """

    indptr: NDArray[np.uint64]
    target: UnsignedArray
    weight: Float32Array
    in_indptr: NDArray[np.uint64] | None
    in_source: UnsignedArray | None
    in_edge: UnsignedArray | None


class LIFConstants(NamedTuple):
    """Constants of the leaky integrate-and-fire step; ``keep`` is 1 - leak, ``hold`` the timer set by a spike."""

    threshold: np.float32
    keep: np.float32
    amplitude: np.float32
    hold: np.int32


class STDPConstants(NamedTuple):
    """One update that holds both rules.

    Potentiation is ``w + (potentiation * x_pre) * (1 - w * saturation)``, depression
    ``w * (1 - proportional * x_post) - constant * x_post``. The additive rule has saturation and proportional
    0, the multiplicative one constant 0: what is 0 changes no bit of the result. Without clipping the bounds
    are infinite; with all spike pairs so is ``trace_max``.
    """

    decay_pre: np.float32
    decay_post: np.float32
    potentiation: np.float32
    saturation: np.float32
    proportional: np.float32
    constant: np.float32
    lower: np.float32
    upper: np.float32
    trace_max: np.float32


class NetworkState(NamedTuple):
    """What changes from step to step, an entry a neuron: float32, the refractory timer int32."""

    potential: Float32Array
    timer: NDArray[np.int32]
    x_pre: Float32Array
    x_post: Float32Array
    trace: Float32Array


class SpikeDrive(NamedTuple):
    """Input spikes, one row a step: ``(n_steps, n_inputs)`` uint8 for the first neurons."""

    spikes: NDArray[np.uint8]


class CurrentDrive(NamedTuple):
    """Analogue input: ``signal`` (n_rows, n_channels) spread by the CSR rows of its channels, plus a bias a neuron.

    Each row lasts ``hold`` steps; ``current`` (a scratch, an entry a neuron) keeps what it sends.
    """

    signal: Float32Array
    hold: np.int64
    indptr: NDArray[np.uint64]
    target: UnsignedArray
    weight: Float32Array
    bias: Float32Array
    current: Float32Array
