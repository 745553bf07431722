"""Build a reservoir for given data: random weights, and a threshold that makes it fire at a target rate."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from .. import topology
from ..encoding.currents import random_bias, random_input_weights
from ..measures import current_ratio, driven
from ..measures.driven import driven_by_currents
from ..network import SNN
from ..params import SimulationParams
from ..parts import UniformDelays
from ..recording import SpikeTrains
from ..seeding import streams
from ..validation import INT32_MAX, check_int, check_matrix, check_real

Currents = Sequence[NDArray[np.float32]]

# Samples, evenly spaced through the training data, on which the threshold is set.
CALIBRATION_SAMPLES = 48
# Halvings of the logarithm of the threshold between these bounds: to 1.5 per cent.
THRESHOLD_BOUNDS = (1e-3, 1e3)
HALVINGS = 10
# Of a rate that was asked for; of a default one, which short, noisy or sparse series do not let taps reach.
LEAST_OF_GIVEN, LEAST_OF_DEFAULT = 0.9, 0.1
# Of the recurrent to the input current, below which a network is one in name only.
LEAST_RATIO = 0.05


def unit_columns(weights: sp.csr_matrix) -> sp.csr_matrix:
    """Return input weights in which each neuron's have a sum of squares of 1 (or 0): one neuron gets what another gets.

    With standardised, uncorrelated channels the current into each neuron then has variance 1.
    """
    norms = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=0)).ravel())
    return sp.csr_matrix(weights @ sp.diags(np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)))


class ReservoirSettings(NamedTuple):
    """Parameters of a network, checked: Python's own numbers, which do not overflow as small integers of NumPy do."""

    num_neurons: int
    small_world_graph_k: int
    small_world_graph_p: float
    recurrent_scaling: float
    max_delay: int
    input_fan_in: int
    bias_scaling: float
    leak_coefficient: float
    refractory_period: int
    target_rate: float
    least_rate: float
    network: SNN | sp.csr_matrix | None


def reservoir_settings(given: Any, defaults: Mapping[str, Any], max_delay: int) -> ReservoirSettings:
    """Return the parameters of an estimator that its network needs, refusing those out of their range.

    Those that are None are taken from ``defaults``.
    """
    network = check_own("network", given.network)
    num_neurons = check_int("num_neurons", given.num_neurons, 3, INT32_MAX)
    k = check_int("small_world_graph_k", given.small_world_graph_k, 2, num_neurons)
    if network is not None:
        num_neurons = network.num_neurons if isinstance(network, SNN) else int(network.shape[0])
    if k % 2:
        raise ValueError(f"small_world_graph_k must be even. Got {k} instead.")
    refractory_period = check_int("refractory_period", given.refractory_period, 1, INT32_MAX)

    def value(name: str) -> Any:
        chosen = getattr(given, name)
        return defaults[name] if chosen is None else chosen

    rate = check_real("target_rate", value("target_rate"), above=0, below=1.0 / (refractory_period + 1))
    return ReservoirSettings(
        num_neurons,
        k,
        check_real("small_world_graph_p", given.small_world_graph_p, low=0, high=1),
        check_real("recurrent_scaling", value("recurrent_scaling"), low=0),
        check_int("max_delay", max_delay, 0, INT32_MAX),
        check_int("input_fan_in", given.input_fan_in, 1, INT32_MAX),
        check_real("bias_scaling", value("bias_scaling"), low=0),
        check_real("leak_coefficient", given.leak_coefficient, low=0, below=1),
        refractory_period,
        rate,
        rate * (LEAST_OF_DEFAULT if given.target_rate is None else LEAST_OF_GIVEN),
        network,
    )


def drawn_seed(random_state: Any) -> int:
    """Return an integer from which all of a reservoir is drawn."""
    return int(check_random_state(random_state).randint(2**31 - 1))


def check_own(name: str, value: Any) -> SNN | sp.csr_matrix | None:
    """Return a user's network, ready to be driven by currents alone, or weights as float32."""
    if value is None:
        return None
    return driven_by_currents(name, value) if isinstance(value, SNN) else check_matrix(name, value)


def random_network(given: ReservoirSettings, hold: int, seed: int) -> SNN:
    """Return a small-world network with balanced weights and no input weights, its threshold still 1; or the user's.

    Recurrent weights are normal with mean 0 and standard deviation ``recurrent_scaling / sqrt(k / 2)`` in units of the
    threshold: if a fraction q of a neuron's sources fires, its potential changes by about
    ``recurrent_scaling * sqrt(q)`` thresholds. Delays are uniform up to ``max_delay`` steps of the data, each of which
    lasts ``hold`` steps of the network.
    """
    if isinstance(given.network, SNN):
        return given.network
    n_neurons = given.num_neurons
    return SNN(
        SimulationParams(
            adjacency_matrix=random_weights(given, seed) if given.network is None else given.network,
            output_neurons=np.arange(n_neurons),
            membrane_potentials=np.zeros(n_neurons),
            membrane_threshold=1.0,
            leak_coefficient=given.leak_coefficient,
            refractory_period=given.refractory_period,
            delays=UniformDelays(1, given.max_delay * hold) if given.max_delay else None,
            seed=seed,
        )
    )


def random_weights(given: ReservoirSettings, seed: int) -> sp.csr_matrix:
    """Return balanced weights on a small-world graph, in units of the threshold; none where they would all be 0."""
    n_neurons, k = given.num_neurons, given.small_world_graph_k
    if given.recurrent_scaling == 0:
        return sp.csr_matrix((n_neurons, n_neurons), dtype=np.float32)
    rngs = streams(seed)
    indptr, indices = topology.watts_strogatz(n_neurons, k, given.small_world_graph_p, rngs["topology"])
    sd = given.recurrent_scaling / np.sqrt(k / 2)
    return topology.to_csr(indptr, indices, topology.normal_weights(len(indices), 0.0, sd, rngs["weights"]))


def random_reservoir(given: ReservoirSettings, n_channels: int, hold: int, seed: int) -> SNN:
    """Return a random network with random input weights, each neuron's of unit norm, and biases."""
    network = random_network(given, hold, seed)
    if brings_input_weights(network, n_channels):
        return network
    density = min(1.0, given.input_fan_in / n_channels)
    input_weights = random_input_weights(n_channels, given.num_neurons, density=density, seed=seed)
    bias = random_bias(given.num_neurons, scaling=given.bias_scaling, seed=seed) if given.bias_scaling > 0 else None
    network.set_input_weights(unit_columns(input_weights), bias)
    return network


def has_input_weights(network: Any) -> bool:
    """Whether this is a network with input weights."""
    return isinstance(network, SNN) and "bias" in network.to_arrays()[1]


def brings_input_weights(network: SNN, n_channels: int) -> bool:
    """Whether a network has input weights of its own; refuse those of another number of channels."""
    if not has_input_weights(network):
        return False
    n_own = driven(network).n_inputs
    if n_own != n_channels:
        raise ValueError(
            f"network must have input weights for {n_channels} channels, those of the data, or none. "
            f"Got input weights for {n_own} instead."
        )
    return True


def with_threshold(network: SNN, threshold: float) -> SNN:
    """Return a copy with another threshold and recurrent weights in proportion to it."""
    other = network.copy()
    other.set_topology(network.get_topology() * np.float32(threshold / network.membrane_threshold))
    other.membrane_threshold = threshold
    return other


def firing_rate(network: SNN, currents: Currents, hold: int, n_jobs: int, settling: int = 0) -> float:
    """Return the spikes per neuron and step over all samples, from their row ``settling`` on."""
    first = settling * hold

    def late_counts(trains: SpikeTrains) -> NDArray[np.int64]:
        owner = np.repeat(np.arange(trains.n_trains), np.diff(trains.indptr))
        return np.bincount(owner[trains.times >= first], minlength=trains.n_trains)

    counts = network.simulate_batch(currents=list(currents), hold=hold, returns=late_counts, n_jobs=n_jobs)
    steps = sum(hold * current.shape[1] - first for current in currents)
    return float(counts.sum() / (steps * network.num_neurons))


def calibrated(
    network: SNN, currents: Currents, hold: int, given: ReservoirSettings, n_jobs: int, settling: int = 0
) -> SNN:
    """Return the network with the threshold at which it fires at the target rate on training data; a user's as it is.

    The homeostasis of a whole network: the rate falls with the threshold, so it is found by bisection. What fires in
    the first ``settling`` rows does not count. Warns where even the lowest threshold leaves the rate below the least.
    """
    if isinstance(given.network, SNN):
        return network
    sample = calibration_sample(currents)
    low, high = THRESHOLD_BOUNDS
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        if firing_rate(with_threshold(network, middle), sample, hold, n_jobs, settling) > given.target_rate:
            low = middle
        else:
            high = middle
    result = with_threshold(network, float(np.sqrt(low * high)))
    reached = firing_rate(result, sample, hold, n_jobs, settling)
    if reached < given.least_rate:
        warnings.warn(
            f"target_rate={given.target_rate:g} cannot be reached: the network fires at {reached:.3g} at any low "
            "threshold",
            UserWarning,
            stacklevel=6,
        )
    return result


def calibration_numbers(n_samples: int) -> NDArray[np.int64]:
    """Return which samples threshold and currents are measured on."""
    return np.unique(np.linspace(0, n_samples - 1, CALIBRATION_SAMPLES).round().astype(np.int64))


def calibration_sample(currents: Currents) -> Currents:
    """Return the samples on which threshold and currents are measured."""
    return [currents[i] for i in calibration_numbers(len(currents))]


def measured_ratio(network: SNN, currents: Currents, hold: int, n_jobs: int) -> float:
    """Return the ratio of recurrent to input current; warn of synapses whose current is next to nothing."""
    if network.synaptic_weights.nnz == 0:
        return 0.0
    ratio = current_ratio(network, calibration_sample(currents), hold, n_jobs=n_jobs)
    if 0 < ratio < LEAST_RATIO:
        warnings.warn(
            f"the recurrent current is {ratio:.2g} of the input current: the synapses hardly act. Take a lower "
            "target_rate, which raises the threshold and them with it, or a larger recurrent_scaling.",
            UserWarning,
            stacklevel=5,
        )
    return ratio
