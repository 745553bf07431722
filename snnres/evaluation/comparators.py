"""A comparator in place of each neuron: what its input weights do by themselves, without spikes and without a past."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..estimators.pathways import Float32Array, Pathway
from ..estimators.reservoir import Currents
from ..features import FeatureExtractor, FeatureOptions
from ..measures.driven import input_weights_of, tapped
from ..progress import Progress
from ..recording import Recording

# Currents held at a time: 32 MB.
MOST_CURRENTS = 2**22


class Comparators(Pathway):
    """The pathway of a fitted estimator with comparators as its neurons: 1 at each step of the data or 0."""

    def write(
        self, drive: Currents, extractor: FeatureExtractor, out: Float32Array, n_jobs: int, progress: Progress
    ) -> None:
        """Write the features of each sample to its row of ``out``."""
        weights, taps = input_weights_of(self.network)
        onto, bias = sp.csr_matrix(weights.T), self.network.to_arrays()[1]["bias"].astype(np.float64)
        read = replace(extractor, options=in_steps_of_data(extractor.options, self.hold))
        for number, part in enumerate(drive):
            on = above_zero(part.T.astype(np.float64), onto, taps, bias)
            read.extract(Recording.from_dense(on.T), out=out[number : number + 1])


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
