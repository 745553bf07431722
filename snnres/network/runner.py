"""Advance a network in chunks, so that progress can be shown and an interrupt finds a consistent state."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..kernels.advance import advance
from ..kernels.structs import CurrentDrive, Edges, LIFConstants, NetworkState, SpikeDrive, STDPConstants
from ..recording import Recording

# Neurons and synapses that a chunk may visit at most: some tenths of a second.
CHUNK_WORK = 10**8
BUFFER_SPIKES = 2**20


class Runner:
    """One run: advances ``state``, with ``stdp`` the weights of ``edges`` too, and keeps the spikes.

    A run in chunks equals one in a single piece, bit for bit.
    """

    def __init__(
        self,
        edges: Edges,
        lif: LIFConstants,
        stdp: STDPConstants | None,
        trace_decay: np.float32 | None,
        spikes: SpikeDrive | None,
        currents: CurrentDrive | None,
        state: NetworkState,
    ) -> None:
        self.model = (edges, lif, stdp, trace_decay, spikes, currents, state)
        self.n_neurons = len(state.potential)
        self.chunk = max(1, CHUNK_WORK // (self.n_neurons + len(edges.weight)))
        self.offsets: list[NDArray[np.int64]] = [np.zeros(1, dtype=np.int64)]
        self.neurons: list[NDArray[np.uint32]] = []

    def advance(self, n_steps: int) -> Iterator[int]:
        """Run ``n_steps``, yielding the steps done after each chunk."""
        # A multiple of 8: spikes are collected word by word.
        fired = np.zeros(-(-self.n_neurons // 8) * 8, dtype=np.uint8)
        buffer = np.empty(max(fired.size, min(BUFFER_SPIKES, fired.size * n_steps)), dtype=np.uint32)
        start = 0
        while start < n_steps:
            stop = min(start + self.chunk, n_steps)
            offsets = np.zeros(n_steps + 1, dtype=np.int64)
            reached = advance(*self.model, fired, start, stop, offsets, buffer, 0)
            recorded = self.offsets[-1][-1]
            self.offsets.append(offsets[start + 1 : reached + 1] + recorded)
            self.neurons.append(buffer[: offsets[reached]].copy())
            start = reached
            yield start

    def recording(self) -> Recording:
        """Return the spikes of the steps run so far."""
        neurons = np.concatenate([np.empty(0, dtype=np.uint32), *self.neurons])
        return Recording(np.concatenate(self.offsets), neurons, self.n_neurons)
