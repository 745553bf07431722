"""Two ways from samples to features: quick, through shapes in the input, and memory, through recurrent delays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..encoding.taps import random_taps
from ..features import FeatureExtractor, FeatureOptions
from ..measures.driven import tapped
from ..network import SNN
from ..progress import Progress
from .reservoir import Currents, ReservoirSettings, brings_input_weights, calibration_sample, random_network

Float64Array = NDArray[np.float64]
Float32Array = NDArray[np.float32]

QUICK, MEMORY, BOTH, AUTO = "quick", "memory", "both", "auto"
# Up to so many channels a neuron reads one of them (or its differences) through its taps; with more, one of each tap.
FEW_CHANNELS = 8
TAPS_OF_FEW, TAPS_OF_MANY = 6, 8
# With more than so many, 8 taps see too little: of 289 channels of event-camera digits 24 had the smaller hinge loss of
# samples left out in turn (.147, .142 with two seeds, against .154, .147); of 24 bands of speech 8 did as well.
VERY_MANY_CHANNELS, TAPS_OF_VERY_MANY = 64, 24
# Rows of training data, at most, on which the currents' spread and quantiles are measured.
MEASURED_ROWS = 2**14
REACH_OF_FEW, REACH_OF_MANY = 0.6, 0.2
# Steps of the network for each step of the data, at least: with fewer, neurons that leak miss most of a step.
LEAST_HOLD = 3
# With memory: so many, or fewer where the median sample would last more than so many steps in all.
MEMORY_HOLD, MEMORY_STEPS = 30, 3000
# In steps of the data.
FINAL_TAU = 0.5


def defaults(
    features: tuple[str, ...], recurrent_scaling: float, bias_scaling: float, rate: float
) -> Mapping[str, Any]:
    """Return what stands for parameters that are None."""
    return MappingProxyType(
        {
            "features": features,
            "recurrent_scaling": recurrent_scaling,
            "bias_scaling": bias_scaling,
            "target_rate": rate,
        }
    )


# Without delays, recurrent synapses added nothing to any score at this rate: there are none.
PLAIN = defaults(("binned_counts", "filtered_traces"), 0.0, 2.0, 0.15)
TAPPED = defaults(("multiscale_counts",), 0.0, 2.0, 0.15)
TAPPED_MANY = defaults(("multiscale_counts", "filtered_traces"), 0.0, 2.0, 0.15)
DELAYED = defaults(("final_traces",), 1.0, 1.0, 0.07)


class Pathway(NamedTuple):
    """A network with its input weights, and how it is driven and read.

    ``deltas`` says whether the differences of the channels drive it beside them; ``final_taus`` are in its steps.
    """

    name: str
    network: SNN
    hold: int
    deltas: bool
    features: tuple[str, ...]
    final_taus: tuple[float, ...]

    def extractor(self, options: FeatureOptions) -> FeatureExtractor:
        """Return what lays out its features as columns; ``options`` but for its own time constants."""
        return FeatureExtractor(self.features, replace(options, final_taus=self.final_taus))

    def write(
        self, drive: Currents, extractor: FeatureExtractor, out: Float32Array, n_jobs: int, progress: Progress
    ) -> None:
        """Write the features of each sample to its row of ``out``."""
        self.network.simulate_batch(
            currents=list(drive),
            hold=self.hold,
            returns=extractor,
            out=out,
            neurons=np.arange(self.network.num_neurons),
            n_jobs=n_jobs,
            progress=progress,
        )


def default_taps(n_channels: int, *, table: bool) -> int:
    """Return the taps of a neuron; a table has one step, and no past to read."""
    if table:
        return 0
    if n_channels <= FEW_CHANNELS:
        return TAPS_OF_FEW
    return TAPS_OF_MANY if n_channels <= VERY_MANY_CHANNELS else TAPS_OF_VERY_MANY


def quick_defaults(n_channels: int, n_taps: int) -> Mapping[str, Any]:
    """Return what stands for parameters that are None in a quick reservoir."""
    if n_taps == 0:
        return PLAIN
    return TAPPED if n_channels <= FEW_CHANNELS else TAPPED_MANY


def quick_hold(min_steps: int, length: float, n_taps: int) -> int:
    """Return the steps of the network for each step of the data, so that the median sample lasts ``min_steps``."""
    return max(LEAST_HOLD if n_taps else 1, int(np.ceil(min_steps / length)))


def memory_hold(length: float) -> int:
    """Return the steps of the network for each step of the data with memory."""
    return min(MEMORY_HOLD, max(1, int(np.ceil(MEMORY_STEPS / length))))


def varying(rows: Float64Array) -> NDArray[np.int64]:
    """Return the columns that do not stand still, or all if all do."""
    found = np.flatnonzero(np.ptp(rows, axis=0) > 0)
    return found if found.size else np.arange(rows.shape[1])


def tapped_reservoir(
    settings: ReservoirSettings, drive: Currents, length: float, n_taps: int, seed: int, *, many: bool
) -> SNN:
    """Return a random network whose neurons read shapes of the input.

    The current into each neuron gets a standard deviation of 1 on the training data, and a bias with which it is above
    0 for a fraction of the time that is uniform in [0, 1] over the neurons: it is taken at a random quantile.
    """
    network = random_network(settings, 1, seed)
    n_rows = drive[0].shape[0]
    if brings_input_weights(network, n_rows):
        return network
    reach = REACH_OF_MANY if many else REACH_OF_FEW
    sample = [part.T.astype(np.float64) for part in calibration_sample(drive)]
    # A neuron that reads a single channel would never fire if that stood still.
    useful = np.arange(n_rows) if many else varying(np.vstack(sample))
    weights, taps = random_taps(
        len(useful), settings.num_neurons, max(1.0, length), n_taps=n_taps, reach=reach, mixed=many, seed=seed
    )
    taps[:, 0] = useful[taps[:, 0]]
    if useful[-1] < n_rows - 1:
        # By the highest channel a network knows how many there are.
        weights.resize(len(taps) + 1, settings.num_neurons)
        taps = np.vstack([taps, [[n_rows - 1, 0]]])
    every = -(-sum(map(len, sample)) // MEASURED_ROWS)
    current = np.vstack([(tapped(rows, taps) @ weights)[::every] for rows in sample]).astype(np.float32)
    sd = current.std(axis=0)
    sd[sd == 0] = 1.0
    order = np.sort(current / sd, axis=0)
    place = (np.random.default_rng([seed, n_rows]).random(settings.num_neurons) * len(order)).astype(np.int64)
    network.set_input_weights(
        sp.csr_matrix(weights @ sp.diags(1.0 / sd)), -order[place, np.arange(settings.num_neurons)], taps=taps
    )
    return network
