"""Random networks with random rules, their plain twins, and what of the two must be equal."""

import warnings

import numpy as np
import scipy.sparse as sp
from cases import synapses_of
from reference_rules import RuledReference

from snnres import SNN, SimulationParams, STDPParams
from snnres.network.network import Network
from snnres.network.synapses import source_of_synapse
from snnres.parts import (
    MSTDP,
    MSTDPET,
    FedeSTDP,
    Hebbian,
    InhibitorySTDP,
    Plasticity,
    PresynapticSTDP,
    TripletSTDP,
    WeightDependentSTDP,
    WeightUpkeep,
    WindowedSTDP,
)

N, STEPS = 14, 50
KINDS = (WeightDependentSTDP, Hebbian, WindowedSTDP, TripletSTDP, InhibitorySTDP, PresynapticSTDP, FedeSTDP, STDPParams)
COINCIDENCES = ("neither", "potentiate", "depress", "both")


def random_rule(rng, kind):
    """A rule with strong effects."""
    given = {"clip": bool(rng.integers(2)), "W_max": rng.uniform(0.3, 1.5)}
    if kind is not WindowedSTDP:
        given["nearest_neighbor"] = bool(rng.integers(2))
    if kind in (InhibitorySTDP, FedeSTDP):
        given["tau"] = rng.uniform(1, 20)
    elif kind is not WindowedSTDP:
        given |= {"tau_plus": rng.uniform(1, 20), "tau_minus": rng.uniform(1, 20)}
    if kind is not STDPParams:
        given["W_min"] = rng.choice([0.0, 0.05])
    if kind is WindowedSTDP:
        window = int(rng.integers(1, 12))
        return kind(rng.normal(0, 0.05, window + 1), rng.uniform(0, 0.1), window, **given)
    eta = rng.uniform(0.01, 0.1)
    own = {
        WeightDependentSTDP: {"eta": eta, "alpha": rng.uniform(0.5, 2), "mu": rng.choice([0.0, 0.3, 1.0])},
        Hebbian: {"eta": eta / 10},
        TripletSTDP: {"eta": 10 * eta, "tau_x": 15.0, "tau_y": 25.0, "A2_plus": 0.01},
        InhibitorySTDP: {"eta": eta, "rho_0": rng.uniform(0, 0.1)},
        PresynapticSTDP: {"eta": eta, "eta_pre": rng.choice([0.0, 0.05]), "mu": rng.choice([0.0, 0.2, 1.0])},
        FedeSTDP: {"eta": eta / 10, "a": rng.uniform(0, 0.9)},
        STDPParams: {"eta": eta, "A_plus": 1.0, "A_minus": 0.7},
    }
    return kind(**given, **own[kind])


def random_group(rng):
    """Some neurons, or all."""
    return rng.permutation(N)[: rng.integers(1, N)] if rng.random() < 0.6 else None


def random_plasticity(rng, kind):
    modulation = [None, MSTDP(0.8, rng.choice([None, 3.0])), MSTDPET(0.5, rng.choice([None, 3.0]), 6.0)][
        rng.integers(3)
    ]
    upkeep = [None, WeightUpkeep(decay=0.02, interval=2), WeightUpkeep(total=1.2, interval=7)][rng.integers(3)]
    return Plasticity(
        random_rule(rng, kind),
        random_group(rng),
        random_group(rng),
        COINCIDENCES[rng.integers(4)],
        modulation,
        upkeep,
    )


def random_weights(rng, signs):
    """A matrix in which each neuron has a synapse; of both signs, unless neurons have signs."""
    present = rng.random((N, N)) < 0.4
    present[np.arange(N), rng.permutation(N)] = True
    matrix = sp.csr_matrix(np.where(present, rng.normal(0.3, 0.3, (N, N)), 0).astype(np.float32))
    if signs is not None:
        matrix.data = np.abs(matrix.data) * signs[source_of_synapse(matrix)].astype(np.float32)
    return matrix


def build(rules, *, seed=0, signs=None, delays=None, matrix=None, spikes=None, rewards=None):
    """A network of these rules, and its plain twin."""
    rng = np.random.default_rng([seed, 7])
    matrix = random_weights(rng, signs) if matrix is None else matrix
    spikes = (rng.random((matrix.shape[0], STEPS)) < 0.15).astype(np.uint8) if spikes is None else spikes
    params = SimulationParams(
        adjacency_matrix=matrix,
        output_neurons=np.arange(matrix.shape[0]),
        membrane_threshold=1.0,
        leak_coefficient=0.2,
        refractory_period=1,
        membrane_potentials=np.zeros(matrix.shape[0]),
        input_spike_times=spikes,
        delays=delays,
        neuron_signs=signs,
        seed=seed,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "clip=True keeps weights", UserWarning)
        snn = SNN(params, rules)
    if rewards is not None:
        snn.set_reward(rewards)
    weight, exists = synapses_of(matrix)
    twin = RuledReference(
        weight=weight,
        exists=exists,
        v=np.zeros(len(weight)),
        threshold=1.0,
        leak=0.2,
        refractory=1,
        amplitude=1.0,
        delay=snn.delays.toarray() if snn.max_delay > 1 else None,
        rules=snn._network.active_rules,
        signs=signs,
        rewards=rewards,
    )
    return snn, twin


def assert_equal(snn, twin):
    """Assert that a network and its twin are in the same state, bit for bit."""
    network: Network = snn._network
    weight, _ = synapses_of(snn.get_topology())
    np.testing.assert_array_equal(weight, twin.weight)
    np.testing.assert_array_equal(snn.get_membrane_potentials(), twin.v)
    matrix = network.synapses.matrix
    place = (source_of_synapse(matrix), matrix.indices)
    for lessons, lesson in zip(snn._state.rules, twin.lessons, strict=True):
        if lessons.modulation is not None:
            assert lessons.modulation.baseline[0] == lesson.baseline
        if hasattr(lessons.modulation, "eligibility"):
            np.testing.assert_array_equal(lessons.modulation.eligibility, lesson.eligibility[place])


def random_case(seed):
    """Arguments of ``build``."""
    rng = np.random.default_rng([seed, 3])
    # Each kind is the first rule of some seeds.
    kinds = [KINDS[seed % len(KINDS)], *rng.choice(KINDS, rng.integers(0, 2))]
    signs = rng.choice([-1, 1], N).astype(np.int8) if rng.random() < 0.5 else None
    rules = [random_plasticity(rng, kind) for kind in kinds]
    rewards = None
    if any(plasticity.modulation is not None for plasticity in rules) and rng.random() < 0.8:
        rewards = rng.normal(0.3, 1, STEPS - 5).astype(np.float32)
        rewards[rng.random(rewards.size) < 0.4] = np.nan
    delays = None
    if rng.random() < 0.5:
        delays = rng.integers(1, 6, N)
    return {"rules": rules, "seed": seed, "signs": signs, "delays": delays, "rewards": rewards}
