"""Learning rules in many combinations, without the compiler, which would take minutes for so many.

    NUMBA_DISABLE_JIT=1 python -m pytest -n0 tests/uncompiled_rules.py

test_rules.py runs it so.
"""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import scipy.sparse as sp
from rule_cases import STEPS, assert_equal, build, random_case
from test_golden import delays_of, matrix_of, read, unpack

from snnres import SNN, SimulationParams
from snnres.network import run
from snnres.network.arrays import named_arrays
from snnres.parts import (
    MSTDP,
    MSTDPET,
    FedeSTDP,
    Hebbian,
    InhibitorySTDP,
    MemristiveDevice,
    Modulation,
    Part,
    Plasticity,
    PresynapticSTDP,
    TripletSTDP,
    Upkeep,
    WeightDependentSTDP,
    WeightUpkeep,
    WindowedSTDP,
)


def assert_bounds_and_signs_kept(case, snn, before):
    """Of the synapses that a rule with bounds has changed; those of several rules have the widest bounds."""
    signs = snn._network.signs
    matrix = snn.get_topology()
    if signs is not None:
        assert (matrix.multiply(signs[:, None]).data >= 0).all()
    if len(case["rules"]) == 1 and np.isfinite(case["rules"][0].rule.bounds).all():
        lower, upper = np.float32(case["rules"][0].rule.bounds)
        seen = matrix.data if signs is None else np.abs(matrix.data)
        changed = matrix.data != before
        assert changed.any()
        assert (seen[changed] >= lower).all()
        assert (seen[changed] <= upper).all()


@pytest.mark.parametrize("seed", range(24))
def test_equals_the_reference(seed, monkeypatch, tmp_path):
    case = random_case(seed)
    snn, twin = build(**case)
    chunked, halves = snn.copy(), snn.copy()
    before = snn.get_topology().data
    expected = twin.run(snn.input_spike_times, STEPS)
    assert expected.sum() > 40
    snn.simulate(trace_tau=None)
    np.testing.assert_array_equal(snn.spike_matrix, expected)
    assert_equal(snn, twin)
    assert_bounds_and_signs_kept(case, snn, before)

    with monkeypatch.context() as patch:
        patch.setattr(run, "CHUNK_SECONDS", 0.0)
        chunked.simulate(trace_tau=None)
    assert_equal(chunked, twin)

    spikes, rewards = halves.input_spike_times, case["rewards"]
    halves.set_input_spike_times(spikes[:, :21])
    halves.simulate(trace_tau=None)
    halves.save(tmp_path / "network.npz")
    loaded = SNN.load(tmp_path / "network.npz")
    assert loaded._network.rules == halves._network.rules
    if rewards is not None:
        np.testing.assert_array_equal(loaded._input.rewards, rewards)
        loaded.set_reward(rewards[21:])
    loaded.set_input_spike_times(spikes[:, 21:])
    loaded.simulate(trace_tau=None)
    assert_equal(loaded, twin)

    snn.reset()
    moving = named_arrays(snn._state.rules)
    assert not any(array.any() for array in moving.values())


@pytest.mark.parametrize("seed", range(8))
def test_tables_come_back(seed):
    for plasticity in random_case(seed)["rules"]:
        assert Part.from_table(plasticity.table()) == plasticity


START = 0.5
# The weight is float32 near 0.5, whose neighbours are 6e-8 apart; an update rounds a few times.
ROUNDING = 3e-7


def protocol(plasticity, pre, post, *, n_steps=60, start=START, **changes):
    """The change of one synapse, far too weak to make a spike, from a neuron that fires at the steps ``pre``.

    Its target fires at the steps ``post``.
    """
    spikes = np.zeros((2, n_steps), dtype=np.uint8)
    spikes[0, list(pre)] = spikes[1, list(post)] = 1
    snn = network(plasticity, spikes, sp.csr_matrix((np.array([start]), ([0], [1])), shape=(2, 2)), **changes)
    assert snn.simulate().T.tolist() == spikes.tolist()
    return float(snn.get_topology()[0, 1]) - float(np.float32(start))


def network(plasticity, spikes, matrix, **changes):
    """A network in which the input alone decides who fires when."""
    given = {
        "adjacency_matrix": matrix,
        "output_neurons": np.arange(matrix.shape[0]),
        "membrane_threshold": 1000.0,
        "leak_coefficient": 0.0,
        "refractory_period": 1,
        "membrane_potentials": np.zeros(matrix.shape[0]),
        "input_spike_times": spikes,
    }
    return SNN(SimulationParams(**(given | changes)), plasticity)


def window(rule, gap, **options):
    """The change by a pair, the target's spike ``gap`` steps after the arrival."""
    first = 5 + max(-gap, 0)
    return protocol(Plasticity(rule, **options), [first], [first + gap])


GAPS = (-40, -17, -5, -2, -1, 1, 2, 5, 17, 40)


def after(amplitude, tau, gap):
    """A window's side after which the other spike comes ``gap`` steps later."""
    return amplitude * math.exp(-gap / tau)


FEDE = FedeSTDP(tau=8.0, eta=0.05, a=0.25, w_init=0.4)
# For each rule what a pair changes: of an arrival before the spike, and of one after, by the gap, > 0.
WINDOWS = {
    "mu": (
        WeightDependentSTDP(tau_plus=8.0, tau_minus=15.0, eta=0.05, alpha=1.2, mu=0.3, W_max=0.8),
        lambda gap: after(0.05 * (1 - START / 0.8) ** 0.3, 8.0, gap),
        lambda gap: -after(0.05 * 1.2 * (START / 0.8) ** 0.3, 15.0, gap),
    ),
    "Hebbian": (
        Hebbian(tau_plus=8.0, tau_minus=15.0, eta=0.05),
        lambda gap: after(0.05, 8.0, gap),
        lambda gap: after(0.05, 15.0, gap),
    ),
    "rectangular": (
        WindowedSTDP(potentiation=0.03, depression=0.02, window=5),
        lambda gap: 0.03 * (gap <= 5),
        lambda gap: -0.02 * (gap <= 5),
    ),
    "table": (
        WindowedSTDP(potentiation=np.arange(18) / 100, depression=-np.arange(18) / 200, window=17),
        lambda gap: gap / 100 * (gap <= 17),
        lambda gap: gap / 200 * (gap <= 17),
    ),
    "triplet": (
        TripletSTDP(tau_plus=8.0, tau_minus=15.0, A2_plus=0.05, A2_minus=0.03, A3_plus=9.0, A3_minus=9.0),
        lambda gap: after(0.05, 8.0, gap),
        lambda gap: -after(0.03, 15.0, gap),
    ),
    "inhibitory": (
        InhibitorySTDP(rho_0=0.01, tau=15.0, eta=0.05),
        # Each arrival by itself takes 2 * rho_0 * tau.
        lambda gap: 0.05 * (after(1, 15.0, gap) - 0.3),
        lambda gap: 0.05 * (after(1, 15.0, gap) - 0.3),
    ),
    "presynaptic": (
        PresynapticSTDP(tau_plus=8.0, tau_minus=15.0, eta=0.05, eta_pre=0.04, x_target=0.4, mu=0.5, W_max=0.9),
        lambda gap: 0.05 * (after(1, 8.0, gap) - 0.4) * math.sqrt(0.9 - START),
        # The target has nothing of the arrival yet, and is depressed by it later, when the weight is another.
        lambda gap: (lift := -0.05 * 0.4 * math.sqrt(0.9 - START)) - after(0.04, 15.0, gap) * math.sqrt(START + lift),
    ),
    "fede": (
        FEDE,
        # The one trace there is is the greatest, so that the gap has no effect.
        lambda gap: 0.05 * (math.exp(-0.1) * (math.e - 0.25) - math.exp(0.1) * (1 - 0.25)),
        lambda gap: 0.05 * (math.exp(-0.1) * (1 - 0.25) - math.exp(0.1) * (math.e - 0.25)),
    ),
}


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("name", WINDOWS)
def test_a_pair_changes_the_weight_by_the_window(name, gap):
    rule, before, behind = WINDOWS[name]
    expected = before(gap) if gap > 0 else behind(-gap)
    assert window(rule, gap) == pytest.approx(expected, abs=ROUNDING)


@pytest.mark.parametrize("name", ["mu", "Hebbian", "rectangular", "triplet"])
def test_coincidence(name):
    """In one step: seen by neither, as an arrival just before, as one just after, or as both."""
    rule, before, behind = WINDOWS[name]
    potentiated, depressed = before(0), behind(0)
    assert window(rule, 0) == 0
    assert window(rule, 0, coincidence="potentiate") == pytest.approx(potentiated, abs=ROUNDING)
    assert window(rule, 0, coincidence="depress") == pytest.approx(depressed, abs=ROUNDING)
    both = window(rule, 0, coincidence="both")
    if name == "mu":
        # What is potentiated has been depressed before.
        potentiated = 0.05 * (1 - (START + depressed) / 0.8) ** 0.3
    assert both == pytest.approx(potentiated + depressed, abs=ROUNDING)


def test_coincidence_sees_the_first_entry_of_a_table():
    rule = WindowedSTDP(potentiation=[0.25, 0.0], depression=[0.125, 0.0], window=1)
    assert window(rule, 0, coincidence="both") == 0.125
    assert window(rule, 1) == window(rule, -1) == 0


@pytest.mark.parametrize("delay", [2, 7])
@pytest.mark.parametrize("name", WINDOWS)
def test_a_delayed_spike_counts_as_it_arrives(name, delay):
    """A spike ``gap + delay - 1`` steps before that of the target arrives ``gap`` steps before it."""
    rule, before, behind = WINDOWS[name]
    delays = {"delays": sp.csr_matrix((np.array([delay]), ([0], [1])), shape=(2, 2))}
    for gap in (4, -4):
        found = protocol(Plasticity(rule), [20 - gap - (delay - 1)], [20], **delays)
        assert found == pytest.approx(before(gap) if gap > 0 else behind(-gap), abs=ROUNDING)


TRIPLET = {"tau_plus": 17.0, "tau_minus": 34.0, "tau_x": 100.0, "tau_y": 125.0}
TRIPLET |= {"A2_plus": 0.005, "A3_plus": 0.006, "A2_minus": 0.007, "A3_minus": 0.002}


@pytest.mark.parametrize(("first", "second"), [(5, 5), (10, 10), (15, 5), (5, 15)])
def test_triplets_by_hand(first, second):
    """The protocols of Wang et al. (2005), as in equations 3 and 4 of Pfister and Gerstner."""
    p = TRIPLET
    down, up = math.exp(-second / p["tau_minus"]), math.exp(-first / p["tau_plus"])
    total = first + second
    # pre, post, pre: the pair potentiates, and the second arrival depresses, the more as there was one before.
    expected = p["A2_plus"] * up - down * (p["A2_minus"] + p["A3_minus"] * math.exp(-total / p["tau_x"]))
    found = protocol(Plasticity(TripletSTDP(**p)), [3, 3 + total], [3 + first])
    assert found == pytest.approx(expected, abs=ROUNDING)
    # post, pre, post
    down, up = math.exp(-first / p["tau_minus"]), math.exp(-second / p["tau_plus"])
    expected = -p["A2_minus"] * down + up * (p["A2_plus"] + p["A3_plus"] * math.exp(-total / p["tau_y"]))
    found = protocol(Plasticity(TripletSTDP(**p)), [3 + first], [3, 3 + total])
    assert found == pytest.approx(expected, abs=ROUNDING)


def test_triplets_of_the_nearest_spikes():
    """Two arrivals before a spike count as the later one, where all would count as both."""
    pair, three = (3, 7), math.exp(-5 / 17) + math.exp(-9 / 17)
    rule = TripletSTDP(**TRIPLET | {"A2_minus": 0.0, "A3_minus": 0.0})
    assert protocol(Plasticity(rule), pair, [12]) == pytest.approx(0.005 * three, abs=ROUNDING)
    nearest = replace(rule, nearest_neighbor=True)
    assert protocol(Plasticity(nearest), pair, [12]) == pytest.approx(0.005 * math.exp(-5 / 17), abs=ROUNDING)
    # The slow trace, too: of spikes at 3 and 7 the third sees the latter.
    change = protocol(Plasticity(nearest), [11], [3, 7, 12])
    expected = math.exp(-1 / 17) * (0.005 + 0.006 * math.exp(-5 / 125))
    assert change == pytest.approx(expected, abs=ROUNDING)


@pytest.mark.parametrize("rule", [Hebbian(tau_plus=8.0, eta=0.01), InhibitorySTDP(tau=8.0, eta=0.01, rho_0=0.0)])
def test_traces_accumulate_or_are_set(rule):
    early, late = math.exp(-9 / 8), math.exp(-4 / 8)
    assert protocol(Plasticity(rule), [3, 8], [12]) == pytest.approx(0.01 * (early + late), abs=ROUNDING)
    nearest = replace(rule, nearest_neighbor=True)
    assert protocol(Plasticity(nearest), [3, 8], [12]) == pytest.approx(0.01 * late, abs=ROUNDING)


def test_fede_settles_where_the_trace_says():
    """Weights of sources that fire every step before, and that never do, end at the two fixed points."""
    matrix = sp.csr_matrix((np.array([0.5, 0.5], dtype=np.float32), ([0, 1], [2, 2])), shape=(3, 3))
    spikes = np.zeros((3, 600), dtype=np.uint8)
    spikes[0, ::3] = spikes[2, 1::3] = 1
    snn = network(FedeSTDP(eta=0.05, a=0.5, clip=False), spikes, matrix)
    snn.simulate()
    ratio = math.log((math.e - 0.5) / (1 - 0.5)) / 2
    np.testing.assert_allclose(snn.get_topology().data, [0.5 + ratio, 0.5 - ratio], rtol=1e-5)


def rewarded(modulation, rewards, pre=(3,), post=(8,), rule=None, n_steps=60):
    rule = Hebbian(tau_plus=10.0, eta=0.1, clip=False) if rule is None else rule
    spikes = np.zeros((2, n_steps), dtype=np.uint8)
    spikes[0, list(pre)] = spikes[1, list(post)] = 1
    matrix = sp.csr_matrix((np.array([START]), ([0], [1])), shape=(2, 2))
    snn = network(Plasticity(rule, modulation=modulation), spikes, matrix)
    snn.set_reward(rewards)
    snn.simulate()
    return float(snn.get_topology()[0, 1]) - START


PAIR = 0.1 * math.exp(-5 / 10)


def at_steps(n_steps=60, **values):
    """Rewards at some steps, as t8=1.5, none at the others."""
    rewards = np.full(n_steps, np.nan)
    for step, value in values.items():
        rewards[int(step[1:])] = value
    return rewards


@pytest.mark.parametrize("reward", [2.0, -1.5, 0.0])
def test_mstdp_is_the_rule_times_the_reward_of_its_step(reward):
    assert rewarded(MSTDP(0.5), at_steps(t8=reward)) == pytest.approx(0.5 * reward * PAIR, abs=ROUNDING)
    # Too late, or too early.
    assert rewarded(MSTDP(0.5), at_steps(t7=reward, t9=reward)) == 0
    assert rewarded(MSTDP(0.5), None) == 0


@pytest.mark.parametrize("step", [8, 9, 30])
def test_mstdpet_rewards_what_was_eligible(step):
    expected = 0.5 * 2.0 * PAIR * math.exp(-(step - 8) / 20)
    found = rewarded(MSTDPET(0.5, tau_e=20.0), at_steps(**{f"t{step}": 2.0}))
    assert found == pytest.approx(expected, abs=ROUNDING)


def test_mstdpet_under_constant_reward_sums_the_eligibility():
    keep = math.exp(-1 / 20)
    expected = 0.5 * PAIR * sum(keep**k for k in range(52))
    assert rewarded(MSTDPET(0.5, tau_e=20.0), np.ones(60)) == pytest.approx(expected, rel=1e-5)


def test_the_baseline_is_a_running_mean_of_the_rewards_before():
    """Of rewards 1 at the steps 2 and 4 with tau 4: 1/4, then 1/4 + 3/16; steps without reward leave it."""
    baseline = 0.25 + 0.75 / 4
    for modulation in (MSTDP(0.5, 4.0), MSTDPET(0.5, 4.0, 20.0)):
        expected = 0.5 * (1 - baseline) * PAIR
        assert rewarded(modulation, at_steps(t2=1.0, t4=1.0, t8=1.0)) == pytest.approx(expected, abs=ROUNDING)
        # A reward of 0 is worse than expected; no reward is nothing.
        expected = -0.5 * baseline * PAIR
        assert rewarded(modulation, at_steps(t2=1.0, t4=1.0, t8=0.0)) == pytest.approx(expected, abs=ROUNDING)
        assert rewarded(modulation, at_steps(t2=1.0, t4=1.0)) == 0


def test_rewards_are_bounded_and_end():
    rule = Hebbian(tau_plus=10.0, eta=0.1, W_min=0.45, W_max=0.52)
    for modulation in (MSTDP(10.0), MSTDPET(10.0)):
        assert rewarded(modulation, at_steps(t8=1.0), rule=rule) == pytest.approx(0.02, abs=ROUNDING)
        assert rewarded(modulation, at_steps(t8=-1.0), rule=rule) == pytest.approx(-0.05, abs=ROUNDING)
        # Rewards of fewer steps than the run.
        assert rewarded(modulation, np.ones(8), rule=rule) == 0


def test_each_rule_has_its_own_modulation():
    spikes = np.zeros((3, 30), dtype=np.uint8)
    spikes[0, 3] = spikes[1:, 8] = 1
    matrix = sp.csr_matrix((np.array([START, START]), ([0, 0], [1, 2])), shape=(3, 3))
    rule = Hebbian(tau_plus=10.0, eta=0.1)
    rules = [Plasticity(rule, targets=[1], modulation=MSTDP()), Plasticity(rule, targets=[2], modulation=MSTDPET())]
    snn = network(rules, spikes, matrix)
    snn.set_reward(at_steps(30, t20=1.0))
    snn.simulate()
    changes = snn.get_topology().data - START
    assert changes.tolist() == [0, pytest.approx(PAIR * math.exp(-12 / 25), abs=ROUNDING)]


def test_a_reset_clears_what_is_eligible_and_what_is_expected():
    spikes = np.zeros((2, 20), dtype=np.uint8)
    spikes[0, 3] = spikes[1, 8] = 1
    matrix = sp.csr_matrix((np.array([START]), ([0], [1])), shape=(2, 2))
    snn = network(Plasticity(Hebbian(), modulation=MSTDPET(tau_baseline=2.0)), spikes, matrix)
    snn.set_reward([1.0])
    snn.simulate()
    kept = snn._state.rules[0].modulation
    assert kept.baseline[0] == 0.5
    assert kept.eligibility[0] > 0
    snn.reset()
    assert not any(array.any() for array in named_arrays(snn._state.rules).values())
    before = snn.get_topology()[0, 1]
    snn.set_input_spike_times(np.zeros((2, 20)))
    snn.set_reward(np.ones(20))
    snn.simulate()
    assert snn.get_topology()[0, 1] == before


def test_eligibility_is_of_the_synapses_that_are_there():
    spikes = np.zeros((3, 10), dtype=np.uint8)
    spikes[0, 3] = spikes[1, 7] = spikes[2, 8] = 1
    matrix = sp.csr_matrix((np.array([0.2, START]), ([0, 0], [1, 2])), shape=(3, 3))
    snn = network(Plasticity(Hebbian(), modulation=MSTDPET()), spikes, matrix)
    snn.simulate()
    before = snn._state.rules[0].modulation.eligibility.copy()
    snn.set_topology(snn.get_topology() * 2)
    np.testing.assert_array_equal(snn._state.rules[0].modulation.eligibility, before)
    snn.prune(0.5)
    assert snn._state.rules[0].modulation.eligibility.tolist() == [before[1]]
    assert before[0] != before[1]
    # Others begin anew.
    snn.set_topology(matrix[[2, 0, 1]])
    assert snn._state.rules[0].modulation.eligibility.tolist() == [0, 0]
    snn.simulate()


def test_rewards_are_written_to_a_device_by_its_levels():
    rng = np.random.default_rng(0)
    spikes = (rng.random((8, 60)) < 0.2).astype(np.uint8)
    matrix = sp.csr_matrix(np.full((8, 8), START, dtype=np.float32))
    plasticity = Plasticity(Hebbian(eta=0.02), modulation=MSTDPET(tau_e=5.0))
    snn = network(plasticity, spikes, matrix, device=MemristiveDevice(0.0, 1.0, levels=17))
    snn.set_reward(rng.normal(size=60))
    snn.simulate()
    levels = snn.get_topology().data * 16
    np.testing.assert_array_equal(levels, np.rint(levels))
    assert len(set(levels.tolist())) > 3


@pytest.mark.parametrize("modulation", [MSTDP(0.5, 3.0), MSTDPET(0.5, 3.0)])
def test_a_step_is_rewarded_by_its_own_reward(modulation):
    rng = np.random.default_rng(1)
    rewards = rng.normal(size=STEPS).astype(np.float32)
    rewards[rng.random(STEPS) < 0.4] = np.nan
    snn, twin = build(Plasticity(Hebbian(eta=0.1), modulation=modulation), rewards=rewards)
    spikes = snn.input_spike_times
    for column, reward in zip(spikes.T, rewards, strict=True):
        snn.step(column, reward=None if np.isnan(reward) else reward)
    twin.run(spikes, STEPS)
    assert_equal(snn, twin)


def test_adapt_rewards_each_trial_by_its_own():
    """Two trials with the same spikes, presented twice in another order, are as runs with their own rewards."""
    trials = np.zeros((2, 2, 20), dtype=np.uint8)
    trials[:, 0, 3] = trials[:, 1, 8] = 1
    rewards = [at_steps(20, t8=1.0), at_steps(20, t8=-0.25, t12=-0.5)]
    matrix = sp.csr_matrix((np.array([START]), ([0], [1])), shape=(2, 2))
    plasticity = Plasticity(WeightDependentSTDP(mu=1.0, eta=0.5), modulation=MSTDPET())
    snn = network(plasticity, trials[0], matrix)
    loop = snn.copy()
    history = snn.adapt(trials, epochs=2, seed=3, rewards=rewards)
    for trial in history["trial"]:
        loop.reset()
        loop.set_reward(rewards[trial])
        loop.simulate()
    assert set(history["trial"]) == {0, 1}
    assert snn.get_topology()[0, 1] == loop.get_topology()[0, 1] != START
    # Rewards set for runs are not those of trials.
    snn.set_reward(rewards[0])
    before = snn.get_topology()[0, 1]
    snn.adapt(trials, seed=3)
    assert snn.get_topology()[0, 1] == before


@pytest.mark.parametrize(
    ("rewards", "error", "words"),
    [
        ([np.inf], ValueError, "rewards must be finite"),
        ([[1.0]], ValueError, "rewards must be a 1-D array"),
        (["good"], TypeError, "rewards must hold real numbers"),
        ([1e39], ValueError, "rewards must be finite in float32"),
    ],
)
def test_rewards_that_are_none(rewards, error, words):
    matrix = sp.csr_matrix((np.array([START]), ([0], [1])), shape=(2, 2))
    snn = network(Plasticity(Hebbian(), modulation=MSTDP()), np.zeros((2, 5)), matrix)
    snn.set_reward([1.0])
    with pytest.raises(error, match=words):
        snn.set_reward(rewards)
    assert snn._input.rewards.tolist() == [1.0]
    trials = np.zeros((2, 2, 5))
    with pytest.raises(ValueError, match=r"rewards must be a sequence of an array for each of 2 trials"):
        snn.adapt(trials, rewards=[np.zeros(5)])
    with pytest.raises(ValueError, match=r"rewards\[1\] must have an entry for each of the 5 steps .* Got 4 instead"):
        snn.adapt(trials, rewards=[np.zeros(5), np.zeros(4)])
    plain = network(Hebbian(), np.zeros((2, 5)), matrix)
    for setting in (lambda: plain.set_reward([1.0]), lambda: plain.adapt(trials, rewards=[[0.0] * 5] * 2)):
        with pytest.raises(ValueError, match="rewards need a rule with a modulation"):
            setting()


def test_weights_decay_every_so_many_steps():
    matrix = sp.csr_matrix((np.array([START, -0.25]), ([0, 1], [1, 0])), shape=(2, 2))
    plasticity = Plasticity(Hebbian(clip=False), upkeep=WeightUpkeep(decay=0.1, interval=4))
    snn = network(plasticity, np.zeros((2, 11)), matrix)
    snn.simulate()
    np.testing.assert_allclose(snn.get_topology().data, np.array([START, -0.25]) * 0.9**2, rtol=1e-6)
    # Eleven steps, and one more.
    snn.set_input_spike_times(np.zeros((2, 1)))
    snn.simulate()
    np.testing.assert_allclose(snn.get_topology().data, np.array([START, -0.25]) * 0.9**3, rtol=1e-6)


def test_magnitudes_onto_a_target_are_kept_at_a_total():
    """Of the synapses of the rule alone: those from neuron 3 stay, and a sum of 0 does."""
    dense = np.array([[0, 0.5, 0, 0], [0.25, 0, 0, 0], [-0.25, 0.25, 0, 0], [0.5, 0.5, 0.5, 0]], dtype=np.float32)
    plasticity = Plasticity(
        Hebbian(W_min=-5.0, W_max=5.0), sources=[0, 1, 2], upkeep=WeightUpkeep(total=2.0, interval=3)
    )
    # A synapse of weight 0 by itself.
    dense[1, 3] = 1
    matrix = sp.csr_matrix(dense)
    matrix.data[matrix.data == 1] = 0
    snn = network(plasticity, np.zeros((2, 3)), matrix)
    snn.simulate()
    found = snn.get_topology().toarray()
    assert found[3].tolist() == [0.5, 0.5, 0.5, 0]
    assert found[:3, 0].tolist() == [0, 1, -1]
    np.testing.assert_allclose(found[:3, 1], [4 / 3, 0, 2 / 3], rtol=1e-6)
    assert found[:, 3].tolist() == [0, 0, 0, 0]


def test_a_rule_that_is_off_is_none():
    case = random_case(5)
    plain, _ = build(**case | {"rules": None, "rewards": None})
    off = [replace(p, rule=replace(p.rule, enabled=False)) for p in case["rules"]]
    still, _ = build(**case | {"rules": off})
    for snn in (plain, still):
        snn.simulate()
    np.testing.assert_array_equal(still.spike_matrix, plain.spike_matrix)
    np.testing.assert_array_equal(still.get_topology().data, plain.get_topology().data)


def test_disjoint_rules_do_not_see_each_other():
    """What a rule makes of its synapses is the same with another rule beside it."""
    spikes = (np.random.default_rng(0).random((6, 80)) < 0.2).astype(np.uint8)
    matrix = sp.csr_matrix(np.full((6, 6), START, dtype=np.float32))
    first = Plasticity(TripletSTDP(), targets=[0, 1, 2])
    second = Plasticity(WeightDependentSTDP(eta=0.05), targets=[3, 4, 5])
    weights = []
    for rules in (first, second, [first, second]):
        snn = network(rules, spikes, matrix)
        snn.simulate()
        weights.append(snn.get_topology().toarray())
    np.testing.assert_array_equal(weights[2][:, :3], weights[0][:, :3])
    np.testing.assert_array_equal(weights[2][:, 3:], weights[1][:, 3:])
    for learned, own in ((weights[0], slice(3)), (weights[1], slice(3, 6))):
        assert (learned[:, own] != START).all()


def test_signs_stay_without_bounds_and_magnitudes_learn():
    """An inhibitory synapse is strengthened, by as much as an excitatory one, and none turns its sign."""
    spikes = np.zeros((3, 30), dtype=np.uint8)
    spikes[:2, 3] = spikes[2, 8] = 1
    matrix = sp.csr_matrix((np.array([START, -START]), ([0, 1], [2, 2])), shape=(3, 3))
    signs = np.array([1, -1, 1], dtype=np.int8)
    snn = network(Hebbian(tau_plus=10.0, eta=0.1, clip=False), spikes, matrix, neuron_signs=signs)
    snn.simulate()
    np.testing.assert_allclose(snn.get_topology().data, [START + PAIR, -START - PAIR], atol=ROUNDING)
    depressing = WindowedSTDP(potentiation=-2.0, clip=False)
    snn = network(depressing, spikes, matrix, neuron_signs=signs)
    snn.simulate()
    assert snn.get_topology().data.tolist() == [0, 0]


def test_an_upper_bound_of_magnitudes_below_zero_is_refused():
    matrix = sp.csr_matrix((np.array([-START]), ([0], [1])), shape=(2, 2))
    rule = Hebbian(W_min=-2.0, W_max=-0.25)
    network(rule, np.zeros((2, 5)), matrix)
    with pytest.raises(ValueError, match=r"upper bound must be >= 0 where neurons have signs.*Got -0.25"):
        network(rule, np.zeros((2, 5)), matrix, neuron_signs=[-1, 1])


def test_synapses_beyond_the_bounds_are_named():
    matrix = sp.csr_matrix(np.array([[0, -1, 0.5], [3, 0, 0.5], [0, 0, 0]], dtype=np.float32))
    with pytest.warns(UserWarning, match=r"keeps weights in \[0, 1\].* each of the 2 synapses beyond"):
        network(Hebbian(), np.zeros((3, 5)), matrix)
    network(Hebbian(W_max=3.0), np.zeros((3, 5)), abs(matrix) * -1, neuron_signs=[-1, -1, -1])
    with pytest.warns(UserWarning, match=r"each of the 1 synapses beyond"):
        network(Plasticity(Hebbian(), sources=[0]), np.zeros((3, 5)), matrix)
    # No word where nothing is clipped: warnings are errors here.
    network(Plasticity(Hebbian(), targets=[2]), np.zeros((3, 5)), matrix)
    network(Hebbian(clip=False), np.zeros((3, 5)), matrix)


GOLDEN = sorted((Path(__file__).parent / "golden" / "rules").glob("*.npz"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_same_weights_as_brian2(path):
    """With delays; an inhibitory rule sees magnitudes of weights below 0. Potentials decide no spike there."""
    header, arrays = read(f"rules/{path.stem}")
    rule = Part.known[header["kind"]](**header["rule"])
    matrix = matrix_of(arrays)
    signs = None
    if isinstance(rule, InhibitorySTDP):
        matrix.data *= -1
        signs = np.full(matrix.shape[0], -1, dtype=np.int8)
    params = SimulationParams(
        **header["settings"],
        adjacency_matrix=matrix,
        membrane_potentials=arrays["potentials"],
        output_neurons=arrays["outputs"],
        input_spike_times=unpack(arrays, "input"),
        delays=delays_of(arrays),
        neuron_signs=signs,
    )
    snn = SNN(params, rule)
    snn.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, unpack(arrays, "spike"))
    found, expected = np.abs(snn.get_topology().data), arrays["final_data"]
    # A power in single precision, as Brian2 has it, is that of a library.
    tolerance = 2e-6 if isinstance(rule, WeightDependentSTDP) else 0
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=0)
    assert np.mean(expected != arrays["data"]) > 0.8


def test_the_files_cover_what_they_should():
    kinds = [read(f"rules/{path.stem}")[0]["kind"] for path in GOLDEN]
    assert sorted(kinds) == ["InhibitorySTDP", *["TripletSTDP"] * 2, *["WeightDependentSTDP"] * 2]
    for path in GOLDEN:
        header, arrays = read(f"rules/{path.stem}")
        assert header["made_by"].startswith("Brian2")
        assert len(set(arrays["delays"].tolist())) == 10
        assert unpack(arrays, "spike").sum() > 500


class NoKernel(NamedTuple):
    """Constants of parts that nobody taught to act."""


@dataclass(frozen=True)
class IdleModulation(Modulation):
    def constants(self):
        return NoKernel()

    def state(self, n_synapses):
        return None


@dataclass(frozen=True)
class IdleUpkeep(Upkeep):
    def constants(self, n_neurons):
        return NoKernel()

    def state(self):
        return None


@pytest.mark.parametrize(
    ("options", "verb"), [({"modulation": IdleModulation()}, "credit"), ({"upkeep": IdleUpkeep()}, "keep_up")]
)
def test_a_part_without_a_kernel_is_refused(options, verb):
    matrix = sp.csr_matrix((np.array([START]), ([0], [1])), shape=(2, 2))
    with pytest.raises(TypeError, match=rf"must have a kernel: register a function with @{verb}.of\(NoKernel\)"):
        network(Plasticity(Hebbian(), **options), np.zeros((2, 5)), matrix)
