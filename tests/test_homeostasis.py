"""Global thresholds by their formula."""

import numpy as np
import pytest
import scipy.sparse as sp
from cases import assert_same, snapshot, state_of

from snnres import SNN, SimulationParams
from snnres.homeostasis import input_mean_current, mean_field_threshold


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
