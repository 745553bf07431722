"""Cells without the compiler, which takes seconds for each new combination of options: many random ones, closed forms.

    NUMBA_DISABLE_JIT=1 python -m pytest -n0 tests/uncompiled_cells.py

test_cells.py runs it so.
"""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from cases import snapshot, state_of
from scipy.stats import binom
from test_cells import KINDS, F, N, check_batch, check_equals_plain_numpy, check_going_on, params

from snnres import SNN, SimulationParams, StateMonitor, STDPParams
from snnres.parts import (
    LIF,
    EscapeNoise,
    ExponentialLIF,
    GeneralizedLIF,
    IntrinsicPlasticity,
    Izhikevich,
    LeakyIntegrator,
    RateControl,
    ThresholdAdaptation,
)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kind", KINDS)
def test_equals_plain_numpy(kind, seed):
    check_equals_plain_numpy(kind, seed)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", KINDS)
def test_going_on_is_one_run(kind, seed, monkeypatch, tmp_path):
    check_going_on(kind, seed, monkeypatch, tmp_path)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_is_one_trial_after_the_other(kind, seed):
    check_batch(kind, seed)


def isolated(cell, n_steps, current, **changes):
    """Neurons without synapses under a constant current, a number or one for each, from potentials of 0."""
    current = np.atleast_1d(np.asarray(current, dtype=float))
    n = len(current)
    case = {"adjacency_matrix": np.zeros((n, n)), "output_neurons": np.arange(n), "membrane_potentials": np.zeros(n)}
    snn = SNN(SimulationParams(cell=cell, duration=n_steps, seed=0, **(case | changes)))
    snn.set_input_weights(np.zeros((1, n)), bias=current)
    snn.set_input_currents(np.zeros((1, n_steps)))
    return snn


def intervals(snn, neuron):
    return np.diff(np.flatnonzero(snn.simulate()[:, neuron]))


def test_intervals_under_a_constant_current():
    """n steps after a reset to 0 the potential is I (1 - q^n) / (1 - q), with q what the leak keeps."""
    leak, threshold, period = np.array([0.1, 0.05, 0.2, 0.02]), np.array([1.0, 0.7, 1.3, 2.1]), np.array([1, 3, 2, 7])
    current = np.array([0.13, 0.05, 0.4, 1.9])
    keep = 1 - leak
    steps = np.ceil(np.log(1 - threshold * leak / current) / np.log(keep)).astype(int)
    assert steps.tolist() == [14, 24, 5, 2]
    # Neurons that integrate while refractory, and neurons that begin after it.
    for cell, expected in (
        (LIF(threshold, leak, period), np.maximum(steps, period + 1)),
        (GeneralizedLIF(threshold, leak, period, integrates_while_refractory=False), steps + period),
    ):
        spikes = isolated(cell, 150, current).simulate()
        for i in range(4):
            assert set(np.diff(np.flatnonzero(spikes[:, i]))) == {expected[i]}


def test_intervals_of_a_neuron_that_rests_above_its_threshold():
    """n steps after its reset the potential is rest + (reset - rest) q^n, since the leak follows the reset."""
    rest, reset, leak = 1.5, -0.4, 0.07
    expected = np.ceil(np.log((rest - 1.0) / (rest - reset)) / np.log(1 - leak))
    cell = GeneralizedLIF(1.0, leak, 2, resting_potential=rest, reset_potential=reset)
    assert set(intervals(isolated(cell, 100, 0.0), 0)) == {expected}


def test_a_reset_by_subtraction_loses_nothing():
    """Without leak there are as many spikes as thresholds in the current that came."""
    current = np.array([1, 3, 5, 7]) / 16
    spikes = isolated(GeneralizedLIF(1.0, 0.0, 1, reset_by_subtraction=True), 320, current).simulate()
    assert spikes.sum(axis=0).tolist() == [20, 60, 100, 140]
    lossy = isolated(GeneralizedLIF(1.0, 0.0, 1), 320, current).simulate()
    assert lossy.sum(axis=0).tolist() == [20, 53, 80, 106]


def test_a_floor_holds_what_inhibits():
    cell = GeneralizedLIF(1.0, 0.0, 1, floor=-0.25)
    snn = isolated(cell, 6, [-1.0, 0.5], membrane_potentials=np.zeros(2))
    snn.simulate(monitor=StateMonitor("potential"))
    potentials = snn.recording.variables["potential"]
    assert potentials[:, 0].tolist() == [-0.25] * 6
    assert potentials[:, 1].tolist() == [0.5, 0.0, 0.5, 0.0, 0.5, 0.0]


def test_adaptation_rises_by_its_increment_and_decays_with_its_time_constant():
    tau, increment = np.array([5.0, 40.0]), np.array([0.2, 0.05])
    cell = GeneralizedLIF(1.0, 0.0, 1, adaptation=ThresholdAdaptation(increment, tau))
    snn = isolated(cell, 60, [0.0, 0.0], membrane_potentials=np.array([1.0, 1.0]))
    snn.simulate(monitor=StateMonitor(["threshold", "adaptation"]))
    variables = snn.recording.variables
    assert snn.spike_matrix.sum(axis=0).tolist() == [1, 1]
    n = np.arange(60)[:, None]
    np.testing.assert_allclose(variables["adaptation"], increment * np.exp(-n / tau), rtol=1e-5)
    # The threshold of a step is the one against which that step's potential was held.
    assert variables["threshold"][0].tolist() == [1.0, 1.0]
    np.testing.assert_array_equal(variables["threshold"][1:], F(1) + variables["adaptation"][:-1])


def test_adaptation_lengthens_intervals():
    plain, adapting = (
        intervals(isolated(GeneralizedLIF(1.0, 0.01, 1, adaptation=adaptation), 300, 0.1), 0)
        for adaptation in (None, ThresholdAdaptation(0.3, 200.0))
    )
    assert set(plain) == {11}
    assert (np.diff(adapting) >= 0).all()
    assert adapting[-1] > 2 * adapting[0]


def test_escape_noise_fires_at_its_hazard():
    """Within exact binomial bounds that one network in a million leaves."""
    rate, slope, each = 0.3, 0.25, 1500
    distance = np.array([-0.5, 0.0, 0.4])
    n = 3 * each
    cell = GeneralizedLIF(1.0, 0.0, 1, adaptation=None, escape=EscapeNoise(rate, slope))
    case = {"adjacency_matrix": sp.csr_matrix((n, n)), "output_neurons": np.arange(n), "duration": 1}
    snn = SNN(SimulationParams(cell=cell, membrane_potentials=np.repeat(1 + distance, each), seed=4, **case))
    seen = []
    for trial in range(2):
        snn.reset(trial=trial)
        seen.append(snn.simulate()[0])
        for count, p in zip(
            seen[-1].reshape(3, each).sum(axis=1), 1 - np.exp(-rate * np.exp(distance / slope)), strict=True
        ):
            low, high = binom.interval(1 - 1e-6, each, p)
            assert low <= count <= high
    assert (seen[0] != seen[1]).any()
    snn.reset()
    np.testing.assert_array_equal(snn.simulate()[0], seen[0])


def test_a_steep_escape_is_a_threshold():
    case = {"n_steps": 40}
    sharp = SNN(params(GeneralizedLIF(1.0, 0.1, 2, escape=EscapeNoise(1e6, 1e-5)), **case))
    plain = SNN(params(LIF(1.0, 0.1, 2), **case))
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(sharp.simulate(), plain.simulate())


def test_rate_control_reaches_its_target():
    target, eta = np.linspace(0.01, 0.1, 8), 0.4
    current = np.linspace(0.04, 1.5, 8)[::-1]
    cell = GeneralizedLIF(1.0, 0.05, 2, control=RateControl(target, eta))
    plain = isolated(replace(cell, control=None), 3000, current).simulate().mean(axis=0)
    assert (plain > 3 * target).any()
    assert (plain < target).any()
    snn = isolated(cell, 3000, current)
    first = snn.simulate().sum(axis=0)
    # What the threshold has gained counts the spikes above the target.
    np.testing.assert_allclose(state_of(snn)["control"], eta * (first - target * 3000), rtol=1e-3, atol=2e-3)
    np.testing.assert_allclose(snn.simulate().mean(axis=0), target, rtol=0.05)


def test_intrinsic_plasticity_descends_the_divergence_from_the_exponential_distribution():
    """The change of each parameter is -eta times the slope of -log(dg/du) + g / target, by central differences."""
    target, eta, rng = 0.1, 1e-3, np.random.default_rng(0)
    potentials, start = rng.uniform(0.2, 1.8, 12).astype(F), {"rate": 0.3, "offset": 0.0, "slope": 0.25}
    cell = GeneralizedLIF(1.0, 0.1, 1, escape=IntrinsicPlasticity(target, eta, start["rate"], start["slope"]))
    snn = isolated(cell, 1, np.zeros(12), membrane_potentials=potentials)
    snn.simulate()

    def loss(v, rate, offset, slope):
        z = (v - 1.0 - offset) / slope
        return -np.log(rate / slope / (1 + np.exp(-z))) + rate * np.log1p(np.exp(z)) / target

    for name, value in start.items():
        above, below = (loss(potentials.astype(float), **(start | {name: value + h})) for h in (1e-5, -1e-5))
        np.testing.assert_allclose((state_of(snn)[name] - value) / eta, -(above - below) / 2e-5, rtol=2e-3, atol=2e-3)


def test_intrinsic_plasticity_makes_hazards_exponential():
    """Of normally distributed potentials: it is as wide as its mean, and half of it is below log(2) of that."""
    target, n, n_steps = 0.05, 2, 4000
    potentials = np.random.default_rng(0).normal(0.5, 0.2, size=(1, n_steps))
    cell = GeneralizedLIF(1.0, 0.999, 1, escape=IntrinsicPlasticity(target, 2e-4, 0.5, 0.2))
    snn = SNN(SimulationParams(cell=cell, adjacency_matrix=np.zeros((n, n)), output_neurons=[0], seed=0))
    snn.set_input_weights(np.ones((1, n)))
    snn.set_input_currents(potentials)
    for _ in range(2):
        snn.simulate()
    state = state_of(snn)
    z = (potentials[0] - 1.0 - state["offset"][0]) / state["slope"][0]
    hazards = state["rate"][0] * np.log1p(np.exp(z))
    assert abs(hazards.mean() / target - 1) < 0.1
    assert abs(hazards.std() / hazards.mean() - 1) < 0.25
    assert abs((hazards < np.log(2) * target).mean() - 0.5) < 0.05
    assert abs(snn.tot_spikes / (n * n_steps) / target - 1) < 0.15


def test_what_is_kept_goes_on_and_what_is_not_begins_anew(tmp_path):
    cell = GeneralizedLIF(1.0, 0.1, 2, adaptation=ThresholdAdaptation(0.1, 50.0), control=RateControl(0.02, 0.05))
    assert cell.kept == ("control",)
    assert replace(cell, adaptation=ThresholdAdaptation(0.1, 50.0, True)).kept == ("adaptation", "control")
    snn = SNN(params(cell))
    snn.simulate()
    reached = snapshot(snn)
    assert reached["adaptation"].any()
    snn.reset()
    assert not state_of(snn)["adaptation"].any()
    np.testing.assert_array_equal(state_of(snn)["control"], reached["control"])
    snn.set_membrane_potentials(np.zeros(N))
    snn.save(tmp_path / "network.npz")
    again = SNN.load(tmp_path / "network.npz")
    np.testing.assert_array_equal(state_of(again)["control"], reached["control"])
    np.testing.assert_array_equal(again.simulate(), snn.simulate())


OFF = (
    {},
    {"resting_potential": np.zeros(N), "floor": -1e30, "reset_potential": np.zeros(N)},
    {"adaptation": ThresholdAdaptation(0.0, 5.0), "control": RateControl(0.1, 0.0)},
)


@pytest.mark.parametrize("options", OFF)
def test_an_option_without_effect_is_none(options):
    snn, plain = SNN(params(GeneralizedLIF(1.0, 0.1, 2, **options))), SNN(params(LIF(1.0, 0.1, 2)))
    np.testing.assert_array_equal(snn.simulate(), plain.simulate())
    assert plain.tot_spikes > 20
    np.testing.assert_array_equal(snn.get_membrane_potentials(), plain.get_membrane_potentials())


def test_izhikevich_starts_at_rest_and_fires_regularly():
    """The paper's first figure: a regular spiking neuron adapts to a constant current of 10, a fast one does not."""
    kinds = Izhikevich(a=[0.02, 0.1], b=0.2, c=-65.0, d=[8.0, 2.0])
    case = {"adjacency_matrix": np.zeros((2, 2)), "output_neurons": [0, 1], "duration": 600, "seed": 0}
    snn = SNN(SimulationParams(cell=kinds, **case))
    np.testing.assert_array_equal(snn.get_membrane_potentials(), F([-65, -65]))
    np.testing.assert_array_equal(state_of(snn)["recovery"], F([-13, -13]))
    snn.set_input_weights(np.zeros((1, 2)), bias=[10.0, 10.0])
    snn.set_input_currents(np.zeros((1, 600)))
    spikes = snn.simulate()
    regular, fast = (np.diff(np.flatnonzero(spikes[:, i])) for i in range(2))
    assert regular[0] < regular[1:].min()
    assert fast[-1] < regular[-1] / 2
    assert snn.current_amplitude == 30.0


def test_a_silent_exponential_neuron_comes_to_the_fixed_point_of_its_equation():
    cell = ExponentialLIF(3.0, 0.1, 2, onset=1.0, slope=0.2, resting_potential=0.1)
    snn = isolated(cell, 400, 0.0)
    snn.simulate()
    v = float(snn.get_membrane_potentials()[0])
    assert snn.tot_spikes == 0
    assert v > 0.1
    assert abs(0.1 - v + 0.2 * np.exp((v - 1.0) / 0.2)) < 1e-6
    # Without input it fires by itself from beyond the other root of the right side.
    unstable = isolated(cell, 400, 0.0, membrane_potentials=np.array([1.6]))
    assert unstable.simulate().sum() == 1


def test_an_integrator_is_a_filter_and_never_fires():
    keep, rng = 0.75, np.random.default_rng(0)
    current = rng.normal(size=(1, 50))
    snn = SNN(
        SimulationParams(cell=LeakyIntegrator(1 - keep), adjacency_matrix=np.zeros((1, 1)), output_neurons=[0], seed=0)
    )
    snn.set_input_weights(np.full((1, 1), 5.0))
    snn.set_input_currents(current)
    snn.simulate()
    expected = sum(5 * current[0, 49 - k] * keep ** (k + 1) for k in range(50))
    np.testing.assert_allclose(snn.get_membrane_potentials(), [expected], rtol=1e-5)
    assert snn.tot_spikes == 0
    assert snn.current_amplitude == 1.0


def test_learning_goes_with_other_cells():
    """A rule acts on spikes whatever fires them; the cell's own options go on beside it."""
    cell = GeneralizedLIF(1.0, 0.1, 2, control=RateControl(0.05, 0.02))
    snn = SNN(params(cell), STDPParams(A_plus=0.05, A_minus=0.02, clip=False))
    before = snn.get_topology().data
    trials = (np.random.default_rng(1).random((3, 9, 30)) < 0.4).astype(np.uint8)
    snn.adapt(trials, seed=0)
    assert (snn.get_topology().data != before).any()
    assert state_of(snn)["control"].any()
