"""Learning rules against the plain model, and the dependence on timing that is their point."""

import itertools
import math
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from cases import (
    assert_matches,
    assert_same,
    build,
    random_case,
    random_plasticity,
    reference_of,
    snapshot,
    state_of,
    steps_of,
)

from snnres import SNN, SimulationParams, STDPParams

START = 0.5
# What describes a generated network, and may not stand beside a given matrix.
GENERATED = ("num_neurons", "mean_weight", "small_world_graph_k", "small_world_graph_p")


@pytest.mark.parametrize("seed", range(60))
def test_equals_the_reference(seed):
    case, plasticity = random_case(seed), random_plasticity(seed)
    snn = build(case, plasticity)
    reference = reference_of(case, snn, plasticity)
    expected = reference.run(case["input_spike_times"], steps_of(case))
    snn.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, expected)
    assert_matches(snn, reference)


@pytest.mark.parametrize(
    ("rule", "clip", "nearest", "lock"),
    list(itertools.product(["multiplicative", "additive"], [True, False], [True, False], [True, False])),
)
def test_every_combination_equals_the_reference(rule, clip, nearest, lock):
    rng = np.random.default_rng(4)
    case = {
        "num_neurons": 30,
        "num_output_neurons": 5,
        "mean_weight": 0.4,
        "weight_variance": 1.0,
        "is_random_uniform": True,
        "connection_prob": 0.4,
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.2,
        "refractory_period": 1,
        "input_spike_times": (rng.random((12, 80)) < 0.15).astype(np.uint8),
        "seed": 9,
    }
    plasticity = {
        "weight_update_rule": rule,
        "clip": clip,
        "nearest_neighbor": nearest,
        "lock_A_minus": lock,
        "A_plus": 0.08,
        "tau_plus": 7.0,
        "tau_minus": 13.0,
        "eta": 0.7,
        "W_max": 0.9,
    } | ({} if lock else {"A_minus": 0.05})
    snn = build(case, plasticity)
    before = snn.get_topology().data
    reference = reference_of(case, snn, plasticity)
    expected = reference.run(case["input_spike_times"], 80)
    snn.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, expected)
    assert_matches(snn, reference)
    data = snn.get_topology().data
    assert (data != before).mean() > 0.9
    inside = (data >= 0) & (data <= np.float32(0.9))
    if clip:
        assert inside.mean() > 0.9
    elif rule == "additive":
        # The case reaches the bounds, so that clipping or not makes a difference.
        assert not inside.all()


def pair(gap, *, pre_first=True, n_steps=60, **plasticity):
    """Return the change of weight of one synapse whose ends spike once each, ``gap`` steps apart.

    The two neurons are driven from outside, one after the other; the synapse is far too weak to make a spike.
    """
    spikes = np.zeros((2, n_steps), dtype=np.uint8)
    early = 2
    spikes[0, early if pre_first else early + gap] = 1
    spikes[1, early + gap if pre_first else early] = 1
    snn = SNN(
        SimulationParams(
            adjacency_matrix=sp.csr_matrix((np.array([START]), ([0], [1])), shape=(2, 2)),
            output_neurons=np.array([0, 1]),
            membrane_threshold=1000.0,
            leak_coefficient=0.0,
            refractory_period=1,
            membrane_potentials=np.zeros(2),
            input_spike_times=spikes,
        ),
        STDPParams(**plasticity),
    )
    raster = snn.simulate()
    assert raster.T.tolist() == spikes.tolist()
    return float(snn.get_topology()[0, 1]) - START


# The weight is float32 near 0.5, whose neighbours are 6e-8 apart; the update rounds a few times.
ROUNDING = 3e-7


@pytest.mark.parametrize("gap", [1, 2, 5, 17, 50])
@pytest.mark.parametrize("rule", ["additive", "multiplicative"])
def test_potentiation_falls_with_the_gap(gap, rule):
    change = pair(gap, weight_update_rule=rule, A_plus=0.1, A_minus=0.3, tau_plus=8.0, tau_minus=3.0)
    saturation = 1.0 if rule == "additive" else 1 - START
    assert change == pytest.approx(0.1 * saturation * math.exp(-gap / 8.0), abs=ROUNDING)


@pytest.mark.parametrize("gap", [1, 2, 5, 17, 50])
@pytest.mark.parametrize("rule", ["additive", "multiplicative"])
def test_depression_falls_with_the_gap(gap, rule):
    change = pair(gap, pre_first=False, weight_update_rule=rule, A_plus=0.3, A_minus=0.1, tau_plus=3.0, tau_minus=8.0)
    factor = 1.0 if rule == "additive" else START
    assert change == pytest.approx(-0.1 * factor * math.exp(-gap / 8.0), abs=ROUNDING)


def test_spikes_in_one_step_do_not_see_each_other():
    assert pair(0, weight_update_rule="additive", A_plus=0.1, A_minus=0.2) == 0


def test_timing_reaches_across_runs():
    """A silent run between two spikes must age the traces as much as silent steps within one run do."""
    spikes = np.zeros((2, 40), dtype=np.uint8)
    spikes[0, 3] = spikes[1, 33] = 1
    params = SimulationParams(
        adjacency_matrix=sp.csr_matrix((np.array([START]), ([0], [1])), shape=(2, 2)),
        output_neurons=np.array([0]),
        membrane_threshold=1000.0,
        leak_coefficient=0.0,
        refractory_period=1,
        membrane_potentials=np.zeros(2),
        input_spike_times=spikes,
    )
    rule = STDPParams(A_plus=0.1, weight_update_rule="additive")
    snn = SNN(params, rule)
    for part in np.split(spikes, [5, 30], axis=1):
        snn.set_input_spike_times(part)
        snn.simulate()
    assert snn.get_topology()[0, 1] - START == pytest.approx(0.1 * math.exp(-30 / 20.0), abs=ROUNDING)


def test_nearest_neighbour_counts_only_the_latest_spike():
    """Three spikes before one: every one counts without, only the last with ``nearest_neighbor``."""
    spikes = np.zeros((2, 30), dtype=np.uint8)
    spikes[0, [2, 6, 10]] = spikes[1, 15] = 1

    def change(nearest):
        params = SimulationParams(
            adjacency_matrix=sp.csr_matrix((np.array([START]), ([0], [1])), shape=(2, 2)),
            output_neurons=np.array([0]),
            membrane_threshold=1000.0,
            leak_coefficient=0.0,
            refractory_period=1,
            membrane_potentials=np.zeros(2),
            input_spike_times=spikes,
        )
        rule = STDPParams(A_plus=0.1, tau_plus=10.0, weight_update_rule="additive", nearest_neighbor=nearest)
        snn = SNN(params, rule)
        snn.simulate()
        return float(snn.get_topology()[0, 1]) - START

    gaps = np.array([13, 9, 5])
    assert change(False) == pytest.approx(0.1 * np.exp(-gaps / 10.0).sum(), abs=ROUNDING)
    # The trace is at most 1 after the second and third spike, so it is 1 after the third.
    assert change(True) == pytest.approx(0.1 * math.exp(-0.5), abs=ROUNDING)


@pytest.mark.filterwarnings("ignore:clip=True keeps weights:UserWarning")
def test_clip_bounds_only_the_synapses_that_are_touched():
    """Neurons 0 and 1 fire, 2 never: its synapse to 3, out of bounds from the start, stays."""
    matrix = sp.csr_matrix((np.array([-0.5, 5.0, 5.0]), ([0, 1, 2], [3, 3, 3])), shape=(4, 4))
    params = SimulationParams(
        adjacency_matrix=matrix,
        output_neurons=np.array([0]),
        membrane_threshold=1000.0,
        leak_coefficient=0.0,
        refractory_period=1,
        membrane_potentials=np.zeros(4),
        input_spike_times=np.array([[1], [1]]),
    )
    snn = SNN(params, STDPParams(W_max=2.0))
    snn.simulate()
    assert snn.get_topology().data.tolist() == [0.0, 2.0, 5.0]


def active_case():
    return {
        "num_neurons": 50,
        "num_output_neurons": 5,
        "mean_weight": 0.3,
        "small_world_graph_k": 10,
        "small_world_graph_p": 0.2,
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.1,
        "refractory_period": 2,
        "input_spike_times": (np.random.default_rng(0).random((10, 50)) < 0.3).astype(np.uint8),
        "seed": 0,
    }


def test_weights_change_at_the_defaults():
    snn = build(active_case(), {})
    before = snn.get_topology().data
    snn.simulate()
    change = snn.get_topology().data - before
    # More than clipping, which moves nothing here: these weights start inside their bounds.
    assert before.min() > 0
    assert before.max() < 1
    assert (change > 0).any()
    assert (change < 0).any()


def test_disabled_plasticity_is_none():
    plain, off = build(active_case()), build(active_case(), {"enabled": False})
    np.testing.assert_array_equal(plain.simulate(), off.simulate())
    assert_same(state_of(off), state_of(plain), leave_out=("stdp",))


def test_disable_stdp_freezes_the_weights_and_clears_the_traces():
    snn = build(active_case(), {"A_plus": 0.05})
    start = snn.get_topology().data
    snn.simulate()
    learned = snn.get_topology().data
    assert (learned != start).any()
    before = snapshot(snn)
    snn.disable_stdp()
    after = state_of(snn)
    assert before.keys() - after.keys() == {"x_pre", "x_post"}
    assert_same(after, {name: before[name] for name in after}, leave_out=("stdp",))
    assert not snn.stdp.enabled
    # From here on it is a network of these weights without plasticity.
    plain = build(active_case() | dict.fromkeys(GENERATED) | {"adjacency_matrix": snn.get_topology()})
    for network in (plain, snn):
        network.set_membrane_potentials(np.linspace(0, 1, 50))
        network.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, plain.spike_matrix)
    np.testing.assert_array_equal(snn.get_topology().data, learned)
    assert snn.tot_spikes > 0


def test_disable_stdp_without_plasticity_is_harmless():
    snn = build(active_case())
    before = snapshot(snn)
    snn.disable_stdp()
    assert_same(state_of(snn), before)


@pytest.mark.parametrize("name", ["tau_plus", "tau_minus"])
def test_a_trace_that_vanishes_within_a_step_warns(name):
    with pytest.warns(UserWarning, match=name):
        STDPParams(**{name: 0.099})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        STDPParams(**{name: 0.1})


def test_the_warning_points_at_the_callers_line():
    with pytest.warns(UserWarning, match="tau_plus") as caught:
        STDPParams(tau_plus=0.02)
    assert caught[0].filename == __file__


def test_constants_are_rounded_once():
    """Values whose product rounds differently in float32 and in double."""
    params = STDPParams(eta=0.1, A_plus=0.7, A_minus=0.3, W_max=0.9, tau_plus=3.3, tau_minus=7.7)
    constants = params.constants(1, 1)
    assert constants.decay_pre == np.float32(math.exp(-1 / 3.3))
    assert constants.decay_post == np.float32(math.exp(-1 / 7.7))
    assert constants.potentiation == np.float32(0.1 * 0.7)
    assert constants.proportional == np.float32(0.1 * 0.3 / 0.9)
    assert constants.saturation == np.float32(1 / 0.9)


def test_lock_balances_the_two_windows():
    params = STDPParams(lock_A_minus=True, A_plus=0.002, tau_plus=15.0, tau_minus=35.0)
    # The areas under the two windows, amplitude times time constant, are equal.
    assert params.effective_A_minus * 35.0 == pytest.approx(0.002 * 15.0, rel=1e-15)
    assert params.A_minus is None


def test_inhibitory_synapses_under_clip_are_named_on_construction():
    matrix = sp.csr_matrix(np.array([[0, -1, 1], [0.5, 0, -0.5], [0, 0, 0]], dtype=np.float32))
    given = SimulationParams(
        adjacency_matrix=matrix,
        output_neurons=[0],
        membrane_threshold=1.0,
        leak_coefficient=0.1,
        refractory_period=1,
        duration=5,
    )
    with pytest.warns(UserWarning, match=r"clip=True keeps weights in \[0, 2\].* 2 inhibitory"):
        SNN(given, STDPParams(W_max=2.0))
    # No word where nothing is clipped: warnings are errors here.
    SNN(given, STDPParams(clip=False))
    SNN(given, STDPParams(enabled=False))
    SNN(given)


@pytest.mark.parametrize("phase", ["simulate", "adapt"])
def test_weights_driven_to_infinity_are_named_and_not_saved(phase, tmp_path):
    rule = STDPParams(weight_update_rule="additive", clip=False, A_plus=2e38, A_minus=0.0)
    snn = SNN(SimulationParams(**active_case()), rule)
    run = snn.simulate if phase == "simulate" else lambda: snn.adapt(snn.input_spike_times[None])
    with pytest.warns(RuntimeWarning, match="driven weights to infinity"):
        run()
    with pytest.raises(ValueError, match="weights must be finite"):
        snn.save(tmp_path / "network.npz")
    assert not (tmp_path / "network.npz").exists()
