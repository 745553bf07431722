"""Build a reservoir for given data: random weights, and a threshold that makes it fire at a target rate."""

import warnings
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from .. import topology
from ..encoding.currents import random_bias, random_input_weights
from ..features import spike_counts
from ..network import SNN
from ..params import SimulationParams
from ..seeding import streams

Currents = Sequence[NDArray[np.float32]]

# Samples, evenly spaced through the training data, on which the threshold is set.
CALIBRATION_SAMPLES = 48
# Halvings of the logarithm of the threshold between these bounds: to 1.5 per cent.
THRESHOLD_BOUNDS = (1e-3, 1e3)
HALVINGS = 10


def unit_columns(weights: sp.csr_matrix) -> sp.csr_matrix:
    """Return input weights in which each neuron's have a sum of squares of 1 (or 0): one neuron gets what another gets.

    With standardised, uncorrelated channels the current into each neuron then has variance 1.
    """
    norms = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=0)).ravel())
    return sp.csr_matrix(weights @ sp.diags(np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)))


def random_reservoir(
    n_neurons: int,
    n_channels: int,
    *,
    k: int,
    p: float,
    recurrent_scaling: float,
    input_fan_in: int,
    bias_scaling: float,
    leak_coefficient: float,
    refractory_period: int,
    seed: int,
) -> SNN:
    """Return a small-world network with balanced weights and input weights, its threshold still 1.

    Recurrent weights are normal with mean 0 and standard deviation ``recurrent_scaling / sqrt(k / 2)`` in units of the
    threshold: if a fraction q of a neuron's sources fires, its potential changes by about
    ``recurrent_scaling * sqrt(q)`` thresholds.
    """
    rngs = streams(seed)
    indptr, indices = topology.watts_strogatz(n_neurons, k, p, rngs["topology"])
    sd = recurrent_scaling / np.sqrt(k / 2)
    weights = topology.normal_weights(len(indices), 0.0, sd, rngs["weights"])
    network = SNN(
        SimulationParams(
            adjacency_matrix=topology.to_csr(indptr, indices, weights),
            output_neurons=np.arange(n_neurons),
            membrane_potentials=np.zeros(n_neurons),
            membrane_threshold=1.0,
            leak_coefficient=leak_coefficient,
            refractory_period=refractory_period,
            seed=seed,
        )
    )
    density = min(1.0, input_fan_in / n_channels)
    input_weights = random_input_weights(n_channels, n_neurons, density=density, seed=seed)
    bias = random_bias(n_neurons, scaling=bias_scaling, seed=seed) if bias_scaling > 0 else None
    network.set_input_weights(unit_columns(input_weights), bias)
    return network


def with_threshold(network: SNN, threshold: float) -> SNN:
    """Return a copy with another threshold and recurrent weights in proportion to it."""
    other = network.copy()
    other.set_topology(network.get_topology() * np.float32(threshold / network.membrane_threshold))
    other.membrane_threshold = threshold
    return other


def firing_rate(network: SNN, currents: Currents, hold: int, n_jobs: int) -> float:
    """Return the spikes per neuron and step over all samples."""
    counts = network.simulate_batch(currents=list(currents), hold=hold, returns=spike_counts, n_jobs=n_jobs)
    steps = hold * sum(current.shape[1] for current in currents)
    return float(counts.sum() / (steps * network.num_neurons))


def calibrated(network: SNN, currents: Currents, hold: int, target_rate: float, n_jobs: int) -> SNN:
    """Return the network with the threshold at which it fires at the target rate on training data.

    The homeostasis of a whole network: the rate falls with the threshold, so it is found by bisection. Warns where
    even the lowest threshold leaves the rate more than a tenth below the target.
    """
    chosen = np.unique(np.linspace(0, len(currents) - 1, CALIBRATION_SAMPLES).round().astype(int))
    sample = [currents[i] for i in chosen]
    low, high = THRESHOLD_BOUNDS
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        if firing_rate(with_threshold(network, middle), sample, hold, n_jobs) > target_rate:
            low = middle
        else:
            high = middle
    result = with_threshold(network, float(np.sqrt(low * high)))
    reached = firing_rate(result, sample, hold, n_jobs)
    if reached < 0.9 * target_rate:
        warnings.warn(
            f"target_rate={target_rate:g} cannot be reached: the network fires at {reached:.3g} at any low threshold",
            UserWarning,
            stacklevel=4,
        )
    return result
