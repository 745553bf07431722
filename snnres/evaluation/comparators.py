"""A comparator in place of each neuron: what its input weights do by themselves, without spikes and without a past."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..estimators.pathways import Blocks, Pathway
from ..estimators.reservoir import Currents
from ..features import FeatureOptions, feature_blocks
from ..measures.driven import input_weights_of, tapped
from ..recording import SpikeTrains

# Currents held at a time: 32 MB.
MOST_CURRENTS = 2**22


class Comparators(Pathway):
    """The pathway of a fitted estimator with comparators as its neurons: 1 at each step of the data or 0."""

    def answers(self, drive: Currents, options: FeatureOptions, n_jobs: int, *, verbose: bool) -> Blocks:
        """Return the features of each sample, (n_samples, n_neurons, n_values) a name."""
        weights, taps = input_weights_of(self.network)
        onto, bias = sp.csr_matrix(weights.T), self.network.to_arrays()[1]["bias"].astype(np.float64)
        options = in_steps_of_data(options, self.hold)
        samples = []
        for part in drive:
            on = above_zero(part.T.astype(np.float64), onto, taps, bias)
            samples.append(feature_blocks(trains_of(on), self.features, options))
        return {name: np.stack([blocks[name] for blocks in samples]) for name in self.features}


def in_steps_of_data(options: FeatureOptions, hold: int) -> FeatureOptions:
    """Return what features need to know, its times in steps of the data instead of the network's."""
    return replace(
        options,
        trace_tau=options.trace_tau / hold,
        final_taus=tuple(tau / hold for tau in options.final_taus),
        max_isi=-(-options.max_isi // hold),
    )


def above_zero(
    rows: NDArray[np.float64], onto: sp.csr_matrix, taps: NDArray[np.int64] | None, bias: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return where the input current of each neuron is above 0, (n_neurons, n_steps).

    ``rows`` (n_steps, n_channels) are one sample, and ``onto`` (n_neurons, n_rows) the input weights. They are gone
    through in stretches, which bounds the memory.
    """
    reach = 0 if taps is None else int(taps[:, 1].max())
    on = np.empty((onto.shape[0], len(rows)), dtype=np.bool_)
    n_steps = max(1, MOST_CURRENTS // max(onto.shape))
    for start in range(0, len(rows), n_steps):
        first, stop = max(0, start - reach), start + n_steps
        read = tapped(rows[first:stop], taps)[start - first :]
        on[:, start:stop] = onto @ read.T > -bias[:, None]
    return on


def trains_of(on: NDArray[np.bool_]) -> SpikeTrains:
    """Return the steps at which each row (n_trains, n_steps) is true."""
    times = np.nonzero(on)[1]
    return SpikeTrains.trusted(np.concatenate([[0], np.cumsum(on.sum(axis=1))]), times, on.shape[1])
