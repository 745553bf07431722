"""Global thresholds by their formula, and weights that follow rates."""

import numpy as np
import pytest
import scipy.sparse as sp
from cases import assert_same, lively, snapshot, state_of

from snnres import SNN, SimulationParams
from snnres.homeostasis import input_mean_current, mean_field_threshold, scaling_factors, synaptic_scaling
from snnres.parts import UniformDelays


def network(weights, spikes, **changes):
    case = {
        "adjacency_matrix": sp.csr_matrix(weights),
        "output_neurons": np.array([0]),
        "membrane_threshold": 2.0,
        "leak_coefficient": 0.0,
        "refractory_period": 3,
        "input_spike_times": spikes,
        "seed": 0,
    }
    return SNN(SimulationParams(**(case | changes)))


def test_threshold_by_hand():
    """Weights 1, 2, -0.5 on 4 neurons: mean 2.5/3, in-degree 3/4; a quarter of the input is ones."""
    dense = np.zeros((4, 4))
    dense[0, 1], dense[1, 2], dense[2, 3] = 1.0, 2.0, -0.5
    snn = network(dense, np.array([[1, 0, 0, 0], [0, 0, 1, 0]]))
    # The mean is taken in float32, which leaves 7 figures.
    assert snn.compute_global_scalar_threshold() == pytest.approx(2.5 / 4 + 2 * 0.25 * 3, rel=1e-6)
    assert snn.compute_global_scalar_threshold(use_abs_weights=True) == pytest.approx(3.5 / 4 + 1.5, rel=1e-6)


def test_mean_weight_is_taken_in_float32():
    weights = np.random.default_rng(0).normal(0.1, 3, size=(300, 300)).astype(np.float32)
    snn = network(weights, np.zeros((0, 0)))
    in_double = float(weights.mean(dtype=np.float64)) * 300
    expected = float(np.mean(snn.get_topology().data)) * 300
    assert snn.compute_global_scalar_threshold() == expected
    assert expected != in_double


def test_input_mean_ignores_amplitude_and_duration():
    spikes = (np.random.default_rng(1).random((5, 40)) < 0.3).astype(np.uint8)
    dense = np.full((6, 6), 0.5)
    plain = network(dense, spikes)
    other = network(dense, spikes, current_amplitude=7.0, duration=3)
    assert plain.input_mean_current == other.input_mean_current == spikes.mean()
    assert plain.compute_global_scalar_threshold() == other.compute_global_scalar_threshold()


def test_apply_sets_what_compute_returns_and_nothing_else():
    snn = network(np.full((6, 6), 0.5), np.ones((2, 9)))
    before = snapshot(snn)
    expected = snn.compute_global_scalar_threshold()
    assert_same(state_of(snn), before)
    assert snn.apply_global_scalar_threshold() == expected == snn.membrane_threshold
    assert expected == 0.5 * 6 + 2 * 1 * 3
    assert_same(state_of(snn), before, leave_out=("cell",))


def test_a_threshold_that_is_not_positive_is_refused():
    snn = network(np.full((6, 6), -0.5), np.zeros((2, 9)))
    before = snapshot(snn)
    with pytest.raises(ValueError, match="membrane_threshold"):
        snn.apply_global_scalar_threshold()
    assert_same(state_of(snn), before)
    assert snn.apply_global_scalar_threshold(use_abs_weights=True) == 3.0


@pytest.mark.parametrize("bad", [1, 0, None, "yes"])
def test_use_abs_weights_is_true_or_false(bad):
    snn = network(np.full((6, 6), 0.5), np.zeros((2, 9)))
    for method in (snn.compute_global_scalar_threshold, snn.apply_global_scalar_threshold):
        with pytest.raises(TypeError, match="use_abs_weights"):
            method(use_abs_weights=bad)


def test_without_synapses_and_input():
    assert mean_field_threshold(sp.csr_matrix((3, 3), dtype=np.float32), 0.5, 2) == 2.0
    assert input_mean_current(np.zeros((0, 0))) == 0.0
    assert input_mean_current(np.zeros((3, 0))) == 0.0


def test_factors_by_hand():
    """At its target a neuron is left alone; a silent one gains e to the learning rate, and one at twice loses it."""
    factors = scaling_factors([0.0, 0.1, 0.2, 0.4], 0.1, 0.25)
    np.testing.assert_allclose(factors, np.exp([0.25, 0.0, -0.25, -0.75]), rtol=1e-6)
    assert factors.dtype == np.float32
    np.testing.assert_allclose(scaling_factors([0.2, 0.2], [0.1, 0.4], 1.0), np.exp([-1.0, 0.5]), rtol=1e-6)
    # The solution of dw/dt = w (1 - rate / target): small steps add up to a large one.
    np.testing.assert_allclose(scaling_factors([0.3], 0.1, 0.01) ** 50, scaling_factors([0.3], 0.1, 0.5), rtol=1e-5)


def test_only_what_excites_is_scaled_by_the_rate_of_its_target():
    dense = np.array([[0.5, 0.5, 0.0], [-1.0, 0.0, -2.0], [0.25, 4.0, 0.0]], dtype=np.float32)
    weights = sp.csr_matrix(dense)
    weights.data[0] = 0
    rates = [0.3, 0.0, 0.1]
    scaled = synaptic_scaling(weights, rates, 0.1, 0.5)
    factor = np.exp(0.5 * (1 - np.array(rates) / 0.1)).astype(np.float32)
    expected = np.where(dense > 0, dense * factor, dense)
    expected[0, 0] = 0
    np.testing.assert_array_equal(scaled.toarray(), expected)
    assert scaled.nnz == weights.nnz
    assert weights.data[1] == 0.5


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([0.1, 1.5, 0.1], 0.1), ValueError, r"rates must be spikes per step, in \[0, 1\]\. Got 1\.5"),
        (([0.1, np.nan, 0.1], 0.1), ValueError, r"rates must be spikes per step, in \[0, 1\]\. Got nan"),
        (([0.1, 0.1], 0.1), ValueError, r"rates must have a value for each of 3 neurons\. Got 2"),
        ((np.full(3, 0.1), 0), ValueError, r"target_rate must be a finite number and > 0 and <= 1\. Got 0"),
        ((np.full(3, 0.1), [0.1, 0.0, 0.1]), ValueError, r"target_rate must be > 0\. Got 0\.0"),
        ((np.full(3, 0.1), [0.1, 0.1]), ValueError, r"target_rate must have a value for each of 3 neurons\. Got 2"),
        ((np.full(3, 0.1), 0.1, 0), ValueError, r"learning_rate must be a finite number and > 0\. Got 0"),
        ((np.full(3, 0.1), 0.1, 89.0), ValueError, r"learning_rate must be such that exp\(learning_rate\) is within"),
        ((np.zeros(3), 0.1, 88.0), ValueError, r"every weight stays within the range of float32\. Got a weight of 7,"),
        (("often", 0.1), TypeError, "rates must"),
    ],
)
def test_scaling_refuses_what_is_impossible(arguments, error, words):
    snn = network(np.full((3, 3), 7.0), np.zeros((1, 4)))
    with pytest.raises(error, match=words):
        synaptic_scaling(snn.get_topology(), *arguments)
    before = snapshot(snn)
    rates, *others = arguments
    with pytest.raises(error, match=words):
        snn.apply_synaptic_scaling(*others, rates=rates)
    assert_same(state_of(snn), before)


def test_a_network_is_scaled_by_its_latest_run():
    snn = lively({"A_plus": 0.02, "clip": False}, delays=UniformDelays(1, 4))
    with pytest.raises(ValueError, match="Simulation not yet run"):
        snn.apply_synaptic_scaling(0.1)
    snn.simulate()
    rates = snn.spike_matrix.mean(axis=0)
    assert rates.min() < 0.1 < rates.max()
    before, weights = snapshot(snn), snn.get_topology()
    factors = snn.apply_synaptic_scaling(0.1, 0.5)
    np.testing.assert_array_equal(factors, scaling_factors(rates, 0.1, 0.5))
    np.testing.assert_array_equal(snn.get_topology().toarray(), synaptic_scaling(weights, rates, 0.1, 0.5).toarray())
    assert_same(state_of(snn), before, leave_out={"data"})
    other = lively(delays=UniformDelays(1, 4))
    other.apply_synaptic_scaling(0.1, 0.5, rates=rates)
    assert other.tot_spikes == 0


def test_each_neuron_comes_to_its_own_target():
    """Of 20 neurons that only the 20 of the input excite, which some others inhibit."""
    rng = np.random.default_rng(3)
    dense = np.zeros((40, 40))
    dense[:20, 20:] = rng.uniform(0.02, 0.1, size=(20, 20))
    dense[:3, 20:] *= -1
    snn = network(dense, rng.random((20, 2000)) < 0.2, membrane_threshold=1.0, leak_coefficient=0.05)
    target = np.where(np.arange(40) % 2, 0.03, 0.1)
    for _ in range(150):
        snn.reset()
        snn.simulate()
        snn.apply_synaptic_scaling(target, 0.05)
    np.testing.assert_allclose(snn.spike_matrix[:, 20:].mean(axis=0), target[20:], rtol=0.03)


def test_the_global_threshold_of_cells_with_a_value_for_each_neuron():
    weights, spikes = np.full((6, 6), 0.5), np.ones((2, 9))
    same = network(weights, spikes, refractory_period=[3] * 6, leak_coefficient=np.linspace(0, 0.5, 6))
    assert same.apply_global_scalar_threshold() == 0.5 * 6 + 2 * 1 * 3 == same.membrane_threshold
    with pytest.raises(ValueError, match="refractory_period, the same for all"):
        network(weights, spikes, refractory_period=[3, 3, 3, 3, 3, 4]).compute_global_scalar_threshold()
