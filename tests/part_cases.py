"""Random small networks of random parts, in any combination that is lawful, and copies of them that must agree."""

import warnings
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from cases import random_input_map, state_of
from rule_cases import KINDS as RULES
from rule_cases import random_rule

from snnres import SNN, SimulationParams
from snnres.network.arrays import named_arrays
from snnres.network.synapses import source_of_synapse
from snnres.parts import (
    LIF,
    MSTDP,
    MSTDPET,
    BernoulliRelease,
    Clamp,
    EscapeNoise,
    ExponentialCurrent,
    ExponentialLIF,
    GeneralizedLIF,
    Izhikevich,
    LogNormal,
    MembraneNoise,
    MemristiveDevice,
    Normal,
    Plasticity,
    PoissonNoise,
    RateControl,
    ThresholdAdaptation,
    TsodyksMarkram,
    Uniform,
    UniformDelays,
    UniformIntegers,
    WeightUpkeep,
    WinnerTakeAll,
)

COINCIDENCES = ("neither", "potentiate", "depress", "both")


@dataclass
class Case:
    """A network, what it learns by and what drives it: all that a run depends on."""

    params: dict[str, Any]
    rules: list[Plasticity] = field(default_factory=list)
    input_map: Any = None
    taps: Any = None
    currents: Any = None
    clamp: Clamp | None = None
    rewards: Any = None

    @property
    def n_steps(self):
        return self.params["input_spike_times"].shape[1]


def chance(rng, share=0.5):
    return rng.random() < share


def each(rng, n, low, high):
    """A number for all neurons, one for each, or a distribution."""
    middle = (low + high) / 2
    return [
        float(rng.uniform(low, high)),
        rng.uniform(low, high, size=n),
        Uniform(low, high),
        Normal(middle, (high - low) / 4, low, high),
        LogNormal(middle, 0.3, low, high) if low > 0 else Uniform(low, high),
    ][rng.integers(5)]


def periods(rng, n):
    return [int(rng.integers(1, 4)), rng.integers(1, 5, size=n), UniformIntegers(1, 4)][rng.integers(3)]


def random_cell(rng, n):
    """A cell that fires at potentials of about 1, but for Izhikevich's, whose potentials are in millivolts."""
    basis = (each(rng, n, 0.8, 1.2), each(rng, n, 0.0, 0.3), periods(rng, n))
    kind = rng.integers(10)
    if kind < 3:
        return LIF(*basis)
    if kind == 3:
        return ExponentialLIF(
            each(rng, n, 1.5, 2.0), each(rng, n, 0.05, 0.3), basis[2], onset=each(rng, n, 0.8, 1.0), slope=0.2
        )
    if kind == 4:
        return Izhikevich(a=each(rng, n, 0.02, 0.1), d=each(rng, n, 2.0, 8.0))
    options: dict[str, Any] = {"resting_potential": each(rng, n, -0.1, 0.1)}
    if chance(rng, 0.4):
        options["reset_by_subtraction"] = True
    else:
        options["reset_potential"] = each(rng, n, -0.2, 0.2)
        options["integrates_while_refractory"] = chance(rng)
    if chance(rng):
        options["floor"] = each(rng, n, -1.0, -0.3)
    if chance(rng):
        tau = None if chance(rng, 0.3) else each(rng, n, 5.0, 50.0)
        options["adaptation"] = ThresholdAdaptation(each(rng, n, 0.01, 0.1), tau, chance(rng))
    if chance(rng):
        options["control"] = RateControl(each(rng, n, 0.01, 0.15), each(rng, n, 0.01, 0.1))
    if chance(rng):
        options["escape"] = EscapeNoise(each(rng, n, 0.1, 1.0), each(rng, n, 0.05, 0.3))
    return GeneralizedLIF(*basis, **options)


def random_device(rng, signed):
    """A device whose range holds all weights of :func:`random_weights`."""
    levels = [None, 8, 64][rng.integers(3)]
    return MemristiveDevice(
        0.0 if signed else -2.0,
        2.0,
        levels,
        rounding="stochastic" if levels and chance(rng) else "nearest",
        write_noise=[0.0, 0.05][rng.integers(2)],
        read_noise=[0.0, 0.2][rng.integers(2)],
        endurance=[None, 10.0][rng.integers(2)],
    )


def random_competition(rng, n):
    losers = {"losers": "reset"} if chance(rng) else {"losers": "inhibit", "inhibition": float(rng.uniform(0.1, 0.5))}
    groups = None if chance(rng) else np.array_split(rng.permutation(n), 3)[: rng.integers(1, 4)]
    return WinnerTakeAll(groups, winners=int(rng.integers(1, 4)), **losers)


def random_elements(rng, n, share, signed):
    """Parts by place, each with a chance of ``share``."""
    noise = [
        MembraneNoise(each(rng, n, 0.05, 0.3), each(rng, n, -0.1, 0.1)),
        PoissonNoise(each(rng, n, 0.0, 0.5), each(rng, n, -0.1, 0.4)),
    ]
    every = {
        "noise": noise[rng.integers(2)],
        "competition": random_competition(rng, n),
        "synaptic_current": ExponentialCurrent(each(rng, n, 0.5, 5.0)),
        "short_term_plasticity": TsodyksMarkram(
            each(rng, n, 0.2, 0.9), each(rng, n, 0.0, 30.0), each(rng, n, 0.0, 12.0)
        ),
        "release": BernoulliRelease(each(rng, n, 0.4, 1.0)),
        "device": random_device(rng, signed),
    }
    return {place: part for place, part in every.items() if chance(rng, share)}


def random_weights(rng, n, signs):
    """Weights within [-2, 2], all of a neuron's of its sign where neurons have signs."""
    matrix = sp.csr_matrix((rng.random((n, n)) < rng.uniform(0.2, 0.6)).astype(np.float32))
    matrix.data[:] = np.clip(rng.normal(0.3, 0.4, matrix.nnz), -2, 2)
    if signs is not None:
        matrix.data[:] = np.abs(matrix.data) * signs[source_of_synapse(matrix)]
    return matrix


def random_group(rng, n):
    return rng.permutation(n)[: rng.integers(1, n)] if chance(rng) else None


def random_rules(rng, n):
    """One to three rules, each on its own synapses."""
    modulations = (None, None, MSTDP(0.8, 3.0), MSTDPET(0.5, None, 6.0))
    upkeeps = (None, WeightUpkeep(decay=0.02, interval=2), WeightUpkeep(total=1.2, interval=7))
    return [
        Plasticity(
            random_rule(rng, RULES[rng.integers(len(RULES))]),
            random_group(rng, n),
            random_group(rng, n),
            COINCIDENCES[rng.integers(4)],
            modulations[rng.integers(4)],
            upkeeps[rng.integers(3)],
        )
        for _ in range(rng.integers(1, 4))
    ]


def random_clamp(rng, n, n_steps):
    """Spikes that are forced and others that are forbidden, potentials that are raised, neurons that are silenced."""
    places = rng.permutation(n * n_steps)[:12]
    events = np.stack([places // n, places % n], axis=1)
    silenced = rng.permutation(n)[: rng.integers(0, 3)]
    force = events[:4][~np.isin(events[:4, 1], silenced)]
    raised = np.column_stack([events[8:], rng.uniform(-0.5, 1.5, 4)])
    return Clamp(force, events[4:8], raised, silenced if silenced.size else None)


def random_case(seed, share=0.4):
    """Any combination of parts, each with a chance of ``share``; driven so that most neurons fire."""
    rng = np.random.default_rng([seed, 88])
    n, n_steps = int(rng.integers(6, 16)), int(rng.integers(15, 31))
    signs = rng.choice([-1, 1], n).astype(np.int8) if chance(rng) else None
    elements = random_elements(rng, n, share, signs is not None)
    cell = random_cell(rng, n)
    millivolts = isinstance(cell, Izhikevich)
    params = {
        "adjacency_matrix": random_weights(rng, n, signs),
        "neuron_signs": signs,
        "cell": cell,
        "delays": [None, UniformDelays(1, 5), UniformDelays(1, 4, per="neuron")][rng.integers(3)],
        "output_neurons": rng.permutation(n)[:3],
        "input_spike_times": (rng.random((n // 2, n_steps)) < 0.4).astype(np.uint8),
        "current_amplitude": 40.0 if millivolts else 1.0,
        "seed": seed,
        **elements,
    }
    case = Case(params)
    if chance(rng, 0.8):
        case.rules = random_rules(rng, n)
    if chance(rng):
        case.input_map = random_input_map(rng, n)
        rows = case.input_map[0].shape[0]
        case.currents = rng.normal(0.2, 0.3, (rows, n_steps))
        if chance(rng):
            case.taps = np.stack([np.arange(rows), rng.integers(0, 6, rows)], axis=1)
    if chance(rng):
        case.clamp = random_clamp(rng, n, n_steps)
    if any(plasticity.modulation is not None for plasticity in case.rules) and chance(rng, 0.8):
        case.rewards = rng.normal(0.3, 1, n_steps)
        case.rewards[rng.random(n_steps) < 0.3] = np.nan
    return case


def build(case):
    """The network of a case, driven by its input."""
    with warnings.catch_warnings():
        # Most random networks have weights below 0.
        warnings.filterwarnings("ignore", "clip=True keeps weights", UserWarning)
        snn = SNN(SimulationParams(**case.params), case.rules or None)
    if case.input_map is not None:
        snn.set_input_weights(*case.input_map, taps=case.taps)
    drive(snn, case, 0, case.n_steps)
    return snn


def drive(snn, case, start, stop):
    """Set the input of the next run: some steps of that of a case."""
    snn.set_input_spike_times(case.params["input_spike_times"][:, start:stop])
    if case.currents is not None:
        snn.set_input_currents(case.currents[:, start:stop])
    if case.clamp is not None:
        snn.set_clamp(clamp_of(case.clamp, start, stop))
    if case.rewards is not None:
        snn.set_reward(case.rewards[start:stop])


def clamp_of(clamp, start, stop):
    """Some steps of a clamp, counted from 0."""

    def some(name, width=2):
        events = clamp.events(name, width)
        events = events[(events[:, 0] >= start) & (events[:, 0] < stop)].copy()
        events[:, 0] -= start
        return events

    return Clamp(some("force"), some("forbid"), some("raise_by", 3), clamp.silence)


def everything(snn):
    """All that the next step depends on, the state's arrays under their full names."""
    return {
        name: part for name, part in state_of(snn).items() if name not in ("recording", "input", "currents", "duration")
    } | named_arrays(snn._state)


def frozen(snn):
    """A copy in which nothing learns, as a batch has it."""
    twin = snn.copy()
    twin.disable_stdp()
    twin._network = replace(twin._network, cell=twin._network.cell.frozen())
    twin.reset()
    return twin
