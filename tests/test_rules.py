"""Learning rules: windows and sequences in closed form, reward, upkeep, and what is refused."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from rule_cases import KINDS, STEPS, N, assert_equal, build, random_rule

from snnres import SNN, SimulationParams, STDPParams, load_params, save_params
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

HERE = Path(__file__).parent


@pytest.mark.slow
def test_without_the_compiler():
    """Many combinations of types, each of which would take seconds to compile."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", "uncompiled_rules.py"]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout


def everything(rng):
    """A rule of each kind, on targets of its own."""
    groups = np.array_split(rng.permutation(N), len(KINDS))
    return [Plasticity(random_rule(rng, kind), targets=group) for kind, group in zip(KINDS, groups, strict=True)]


@pytest.mark.slow
def test_all_rules_compiled_equal_the_reference():
    """Two networks of one type: only the first is compiled."""
    for seed in range(2):
        snn, twin = build(everything(np.random.default_rng(seed)), seed=seed)
        expected = twin.run(snn.input_spike_times, STEPS)
        before = snn.get_topology().data
        snn.simulate(trace_tau=None)
        np.testing.assert_array_equal(snn.spike_matrix, expected)
        assert_equal(snn, twin)
        assert (snn.get_topology().data != before).mean() > 0.8


@pytest.mark.slow
def test_modulated_signed_delayed_and_kept_up_compiled_equals_the_reference():
    rng = np.random.default_rng(2)
    signs = rng.choice([-1, 1], N).astype(np.int8)
    rule = WeightDependentSTDP(eta=0.1, mu=0.5)
    modulation, upkeep = MSTDPET(tau_baseline=4.0), WeightUpkeep(total=1.5, interval=9)
    rules = Plasticity(rule, sources=np.flatnonzero(signs < 0), modulation=modulation, upkeep=upkeep)
    snn, twin = build(rules, signs=signs, delays=rng.integers(1, 6, N), rewards=rng.normal(size=STEPS), seed=2)
    expected = twin.run(snn.input_spike_times, STEPS)
    snn.simulate(trace_tau=None)
    np.testing.assert_array_equal(snn.spike_matrix, expected)
    assert_equal(snn, twin)


def test_inhibition_brings_its_targets_to_the_rate():
    """60 inhibitory neurons at random onto two, one that is driven weakly and one strongly.

    The rate of the rule in steps is ``rho_0 * (1 + 1 / (2 * tau))``. It is a little more, since a spike of the 60 keeps
    the target from firing, so that targets fire after less inhibition than the mean.
    """
    rng = np.random.default_rng(0)
    n_inhibitory, n_steps, rho_0 = 60, 40_000, 0.02
    n = n_inhibitory + 2
    weights = np.zeros((n, n), dtype=np.float32)
    weights[:n_inhibitory, n_inhibitory:] = -0.01
    params = SimulationParams(
        adjacency_matrix=sp.csr_matrix(weights),
        output_neurons=[n - 2, n - 1],
        membrane_threshold=1.0,
        leak_coefficient=0.1,
        refractory_period=1,
        membrane_potentials=np.zeros(n),
        neuron_signs=np.repeat([-1, 1], [n_inhibitory, 2]),
    )
    drive = (rng.random((n, n_steps)) < 0.05) * 2.0
    drive[n_inhibitory:] = rng.normal([[0.1], [0.15]], 0.3, (2, n_steps))
    rates = []
    for rules in ((), (Plasticity(InhibitorySTDP(rho_0=rho_0, eta=2e-4, W_max=5.0), sources=range(n_inhibitory)),)):
        snn = SNN(params, rules)
        snn.set_input_weights(np.eye(n))
        snn.set_input_currents(drive)
        rates.append(snn.simulate()[10_000:].mean(axis=0))
    assert rates[0][1] > 1.5 * rates[0][0] > 3 * rho_0
    np.testing.assert_allclose(rates[1], rho_0 * (1 + 1 / 40), rtol=0.05)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Hebbian(eta=-1.0), r"eta must be a finite number and >= 0. Got -1.0"),
        (lambda: Hebbian(tau_plus=0.0), r"tau_plus must be a finite number and > 0. Got 0.0"),
        (lambda: Hebbian(W_min=1.0), r"W_max must be a finite number and > 1. Got 1.0"),
        (lambda: WeightDependentSTDP(mu=-0.1), "mu must be a finite number and >= 0"),
        (lambda: WeightDependentSTDP(W_min=-2.0, W_max=-1.0), "W_max must be a finite number and > 0"),
        (lambda: WeightDependentSTDP(eta=1e30, alpha=1e30), r"eta \* alpha must be"),
        (lambda: PresynapticSTDP(x_target=-1.0), "x_target must be a finite number and >= 0"),
        (lambda: FedeSTDP(a=1.0), "a must be a finite number and >= 0 and < 1"),
        (lambda: InhibitorySTDP(rho_0=-0.1), "rho_0 must be"),
        (lambda: TripletSTDP(A3_plus=-0.1), "A3_plus must be"),
        (lambda: WindowedSTDP(window=0), r"window must be an integer in \[1, 2147483646\]. Got 0"),
        (lambda: WindowedSTDP([1.0, 2.0], window=2), r"potentiation must have an entry .* 0 to 2 steps. Got 2 instead"),
        (lambda: WindowedSTDP(depression=[1.0, np.nan], window=1), "depression must be finite"),
        (lambda: MSTDP(rate=-1.0), "rate must be"),
        (lambda: MSTDP(tau_baseline=0.5), "tau_baseline must be a finite number and >= 1"),
        (lambda: MSTDPET(tau_e=0.0), "tau_e must be"),
        (lambda: WeightUpkeep(decay=1.0), "decay must be a finite number and >= 0 and < 1"),
        (lambda: WeightUpkeep(interval=0), "interval must be an integer >= 1"),
        (lambda: WeightUpkeep(total=0.0), "total must be a finite number and > 0"),
        (lambda: WeightUpkeep(decay=0.1, total=1.0), "decay must be 0 with total"),
    ],
)
def test_options_that_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    "make", [lambda: Hebbian(clip=1), lambda: Hebbian(enabled=0), lambda: Hebbian(nearest_neighbor=1)]
)
def test_flags_are_true_or_false(make):
    with pytest.raises(TypeError, match="must be True or False"):
        make()


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_descriptions_of_all_parts_come_back(tmp_path, suffix):
    rules = tuple(
        Plasticity(random_rule(np.random.default_rng(k), kind), modulation=modulation, upkeep=upkeep)
        for k, (kind, modulation, upkeep) in enumerate(
            zip(KINDS, [MSTDP(), MSTDPET(), None] * 3, [WeightUpkeep(total=2.0), WeightUpkeep(0.1)] * 4, strict=False)
        )
    )
    params = SimulationParams(
        num_neurons=20,
        num_output_neurons=2,
        mean_weight=0.1,
        small_world_graph_k=4,
        small_world_graph_p=0.2,
        membrane_threshold=1.0,
        leak_coefficient=0.1,
        refractory_period=2,
    )
    save_params(tmp_path / f"run.{suffix}", params, rules)
    assert load_params(tmp_path / f"run.{suffix}")[1] == rules
    assert STDPParams() not in rules
