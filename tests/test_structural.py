"""Synapses that are moved, and signs of neurons that everything keeps."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from cases import assert_same, build, lively, snapshot, state_of
from hypothesis import given, settings
from hypothesis import strategies as st

from snnres import SNN, SimulationParams, STDPParams, homeostasis
from snnres.network.replacement import carried_over
from snnres.network.synapses import Synapses, source_of_synapse
from snnres.parts import UniformDelays


def pairs(matrix):
    """The weight of each pair of neurons that a synapse joins."""
    coo = sp.coo_array(matrix)
    return dict(zip(zip(coo.row.tolist(), coo.col.tolist(), strict=True), coo.data.tolist(), strict=True))


def signed(n=12, seed=0, **changes):
    """A network whose neurons excite or inhibit, in which things happen; every third inhibits."""
    rng = np.random.default_rng(seed)
    signs = np.where(np.arange(n) % 3 == 2, -1, 1).astype(np.int8)
    matrix = sp.random(n, n, density=0.4, random_state=seed, format="csr", dtype=np.float32)
    matrix.data[:] = rng.uniform(0.05, 0.6, matrix.nnz) * signs[source_of_synapse(matrix)]
    case = {
        "adjacency_matrix": matrix,
        "output_neurons": np.arange(3),
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.1,
        "refractory_period": 1,
        "input_spike_times": (rng.random((n // 2, 15)) < 0.5).astype(np.uint8),
        "seed": seed,
    }
    rule = changes.pop("rule", None)
    return SNN(SimulationParams(neuron_signs=signs, **(case | changes)), rule)


def assert_signs_kept(snn):
    weights = snn.get_topology()
    against = weights.data * snn.neuron_signs[source_of_synapse(weights)] < 0
    assert not against.any(), weights.data[against]


@pytest.mark.parametrize("seed", range(6))
def test_the_weakest_go_and_as_many_grow_where_none_was(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 20))
    matrix = sp.random(n, n, density=rng.uniform(0.1, 0.6), random_state=seed, format="csr", dtype=np.float32)
    matrix.data[:] = rng.normal(size=matrix.nnz).round(1)
    fraction = rng.uniform(0.05, 0.6)
    before = pairs(matrix)
    after = pairs(homeostasis.rewire(matrix, fraction, 7.0, rng))
    count = max(int(fraction * matrix.nnz), 1)
    # Sorted by strength, and stable: the earlier of two equals first.
    gone = sorted(before, key=lambda pair: abs(before[pair]))[:count]
    assert before == pairs(matrix)
    assert {pair: w for pair, w in after.items() if pair in before} == {
        pair: w for pair, w in before.items() if pair not in gone
    }
    grown = {pair: w for pair, w in after.items() if pair not in before}
    assert len(grown) == count
    assert set(grown.values()) == {7.0}
    assert all(j != i for j, i in grown)


def test_each_absent_pair_is_as_likely():
    """5 neurons, 4 synapses of which one is a loop: 17 pairs to grow at, 2 of them at a time."""
    matrix = sp.csr_matrix(([1.0, 2.0, 3.0, 4.0], ([0, 0, 2, 4], [0, 3, 1, 0])), shape=(5, 5))
    rng, counts = np.random.default_rng(1), np.zeros((5, 5))
    for _ in range(2000):
        counts += homeostasis.rewire(matrix, 0.5, 9.0, rng).toarray() == 9
    never = np.eye(5, dtype=bool) | (matrix.toarray() != 0)
    assert not counts[never].any()
    expected = 2 * 2000 / 17
    # Chi-square with 16 degrees of freedom: above 40 once in 1,300 times.
    assert ((counts[~never] - expected) ** 2 / expected).sum() < 40


def test_a_weight_for_each_source_and_the_same_from_the_same_seed():
    matrix = sp.random(30, 30, density=0.2, random_state=0, format="csr", dtype=np.float32)
    each = np.arange(30, dtype=float) + 10
    first, again = (homeostasis.rewire(matrix, 0.5, each, np.random.default_rng(3)) for _ in range(2))
    assert (first != again).nnz == 0
    new = first.data >= 10
    np.testing.assert_array_equal(first.data[new], each[source_of_synapse(first)][new])
    assert first.has_sorted_indices


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((0.0, 1.0), ValueError, r"fraction must be a finite number and > 0 and <= 1\. Got 0\.0"),
        ((1.5, 1.0), ValueError, r"fraction must be .* <= 1\. Got 1\.5"),
        ((0.5, np.nan), ValueError, "weight must be a finite number"),
        ((0.5, [1.0, 2.0]), ValueError, r"weight must have a value for each of 4 neurons\. Got 2"),
        ((0.5, [1.0, 2.0, np.inf, 3.0]), ValueError, "weight must be finite"),
        ((1.0, 1.0), ValueError, r"pairs of neurons without a synapse \(2\).*by which 10 of 10 would"),
    ],
)
def test_impossible_moves_are_refused(arguments, error, words):
    full = np.ones((4, 4)) - np.eye(4)
    full[0, 1:3] = 0
    with pytest.raises(error, match=words):
        homeostasis.rewire(sp.csr_matrix(full), *arguments, np.random.default_rng(0))


def test_no_synapses_cannot_be_moved():
    with pytest.raises(ValueError, match="Got a network without any"):
        homeostasis.rewire(sp.csr_matrix((3, 3), dtype=np.float32), 0.5, 1.0, np.random.default_rng(0))
    with pytest.raises(TypeError, match="rng must be a Generator"):
        homeostasis.rewire(sp.csr_matrix(np.eye(3)), 0.5, 1.0, 0)


def test_a_network_is_rewired_from_its_seed_and_goes_on(tmp_path):
    snn, twin = lively({"A_plus": 0.05}), lively({"A_plus": 0.05})
    snn.simulate()
    twin.simulate()
    before = snapshot(snn)
    expected = homeostasis.rewire(snn.get_topology(), 0.3, 0.2, twin._rng)
    snn.rewire(0.3, 0.2)
    assert (snn.get_topology() != expected).nnz == 0
    assert_same(state_of(snn), before, leave_out={"data", "indices", "indptr", "random"})
    twin.set_topology(expected)
    np.testing.assert_array_equal(snn.simulate(), twin.simulate())
    # What the file has of the random state goes on.
    snn.save(tmp_path / "network")
    loaded = SNN.load(tmp_path / "network")
    for network in (snn, loaded):
        network.rewire(0.3, 0.2)
    assert_same(state_of(loaded), state_of(snn), leave_out={"recording"})


def test_what_is_refused_leaves_network_and_seed_as_they_were():
    snn = lively(delays=UniformDelays(1, 5))
    snn.simulate()
    before = snapshot(snn)
    for arguments, options, error, words in (
        ((0.3, 0.2), {}, TypeError, r"delay must be an integer >= 1\. Got None"),
        ((0.3, 0.2), {"delay": 0}, ValueError, r"delay must be an integer >= 1\. Got 0"),
        ((0.3, 0.2), {"delay": 2**30}, ValueError, "delays must be such that the longest"),
        ((0.3, np.inf), {"delay": 2}, ValueError, "weight must be a finite number"),
        ((-0.3, 0.2), {"delay": 2}, ValueError, "fraction must be"),
    ):
        with pytest.raises(error, match=words):
            snn.rewire(*arguments, **options)
        assert_same(state_of(snn), before)
    with pytest.raises(ValueError, match=r"delay must be None for synapses without delays\. Got 2"):
        lively().rewire(0.3, 0.2, delay=2)


@pytest.mark.parametrize("delay", [1, 3, 9])
def test_delays_stay_with_their_synapses_and_what_is_on_its_way_arrives(delay):
    snn = lively(delays=UniformDelays(1, 5))
    snn.simulate()
    delays, weights = pairs(snn.delays), pairs(snn.get_topology())
    on_their_way = snn._state.flight
    ring = np.roll(on_their_way.pending.reshape(-1, 40), -int(on_their_way.position[0]), axis=0)
    snn.rewire(0.4, 0.25, delay=delay)
    for pair, steps in pairs(snn.delays).items():
        assert steps == delays.get(pair, delay)
        assert pair in weights or pairs(snn.get_topology())[pair] == 0.25
    # Silent, all that reaches potentials is what is on its way.
    snn.membrane_threshold, snn._input = 1e6, replace(snn._input, spikes=snn._input.spikes[:0])
    potentials, keep = snn.get_membrane_potentials(), np.float32(0.9)
    snn._duration = 1
    for arriving in np.concatenate([ring, np.zeros((12, 40), dtype=np.float32)])[:12]:
        potentials = potentials * keep + arriving
        snn.simulate()
        np.testing.assert_array_equal(snn.get_membrane_potentials(), potentials)


def test_synapses_that_learn_are_moved_only_at_rest_where_they_have_delays():
    snn = lively({"clip": False}, delays=UniformDelays(1, 5))
    snn.simulate()
    before = snapshot(snn)
    with pytest.raises(ValueError, match=r"on its way: call reset\(\)"):
        snn.rewire(0.3, 0.2, delay=2)
    assert_same(state_of(snn), before)
    snn.reset()
    snn.rewire(0.3, 0.2, delay=8)
    assert snn.max_delay == 8
    snn.simulate()
    assert snn.tot_spikes > 50


def test_what_is_kept_of_a_synapse_goes_with_its_neurons():
    """A state with an array a synapse and one that is none, while half of the synapses become others."""

    def make(nnz):
        return (np.full(nnz, -1.0), np.zeros(5), (np.full((nnz, 2), -1.0),))

    rng = np.random.default_rng(0)
    former = Synapses(sp.csr_matrix([[0, 1.0, 2.0], [3.0, 0, 0], [4.0, 5.0, 0]]))
    present = Synapses(sp.csr_matrix([[0, 1.0, 0], [0, 0, 3.0], [4.0, 5.0, 0]]), np.array([3, 1, 2, 1], dtype=np.int32))
    state = (np.arange(5.0), rng.random(5), (rng.random((5, 2)),))
    each, other, (both,) = carried_over(former, present, make, state)
    # The rows of the matrix with delays are in the order of these: 0 -> 1, 1 -> 2, 2 -> 1, 2 -> 0.
    assert present.matrix.indices.tolist() == [1, 2, 1, 0]
    assert each.tolist() == [0, -1, 4, 3]
    assert other is state[1]
    np.testing.assert_array_equal(both, np.array([state[2][0][0], [-1, -1], state[2][0][4], state[2][0][3]]))


def test_where_all_longer_delays_are_pruned_what_was_on_its_way_still_arrives(tmp_path):
    snn = SNN(
        SimulationParams(
            adjacency_matrix=np.array([[0, 1.0, 0.5], [0, 0, 1.0], [0, 0, 0]]),
            delays=sp.csr_matrix([[0, 1, 3], [0, 0, 1], [0, 0, 0]]),
            output_neurons=[0, 1, 2],
            membrane_threshold=1.0,
            leak_coefficient=0.0,
            refractory_period=1,
            membrane_potentials=np.array([1.0, 0.0, -0.0]),
            duration=1,
        )
    )
    snn.simulate()
    snn.prune(0.34)
    assert snn.delays.toarray().tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
    snn.save(tmp_path / "network")
    snn._duration = 2
    loaded = SNN.load(tmp_path / "network")
    loaded._duration = 2
    for network in (snn, loaded):
        network.simulate()
        # 1 of the spike that neuron 1 has fired, and the 0.5 that was on its way.
        assert network.get_membrane_potentials().tolist() == [0.0, 0.0, 0.5]
        assert network.spike_matrix.tolist() == [[0, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize("rule", [None, STDPParams()])
def test_zeros_with_delays_can_all_be_pruned(rule, tmp_path):
    matrix, delays = np.zeros((2, 4)), sp.csr_matrix([[0, 2, 0, 3], [0, 0, 4, 0], [0] * 4, [0] * 4])
    weights = sp.csr_matrix((np.zeros(3), delays.indices, delays.indptr), shape=(4, 4))
    snn = SNN(
        SimulationParams(
            adjacency_matrix=weights,
            delays=delays,
            output_neurons=[0, 1],
            membrane_threshold=1.0,
            leak_coefficient=0.0,
            refractory_period=1,
            input_spike_times=matrix + 1,
        ),
        rule,
    )
    snn.prune(0.4)
    assert snn.get_topology().nnz == 0
    snn.simulate()
    assert snn.tot_spikes == 4
    snn.save(tmp_path / "network")
    loaded = SNN.load(tmp_path / "network")
    np.testing.assert_array_equal(loaded.simulate(), snn.simulate())


ADDITIVE = STDPParams(weight_update_rule="additive", clip=False, A_plus=0.1, A_minus=0.5, tau_plus=5.0, tau_minus=5.0)
CLIPPED = STDPParams(A_plus=0.3, A_minus=0.3, tau_plus=5.0, tau_minus=5.0, W_max=0.7)
CHANGES = {
    "simulate": lambda snn, x: snn.simulate(),
    "reset": lambda snn, x: snn.reset(),
    "prune": lambda snn, x: snn.prune(0.05 + 0.2 * x),
    "rewire": lambda snn, x: snn.rewire(0.1 + 0.4 * x, x, **({"delay": 2} if snn.max_delay > 1 else {})),
    "scale": lambda snn, x: snn.apply_synaptic_scaling(0.05 + 0.3 * x, 0.5),
    "rescale": lambda snn, x: snn.rescale_synaptic_weights_to_mean(2 * x - 1),
    "draw": lambda snn, x: snn.reset_synaptic_weights(0.2 + x, 1.5, inhibitory_ratio=1 + 4 * x),
    "exchange": lambda snn, x: snn.set_topology(snn.get_topology() * (2 * x - 0.5)),
    "silence": lambda snn, x: snn.rescale_synaptic_weights_to_mean(0),
}


@pytest.mark.parametrize("rule", [ADDITIVE, CLIPPED], ids=["additive", "clipped"])
@pytest.mark.parametrize("delays", [None, UniformDelays(1, 4)], ids=["at once", "delays"])
@given(
    steps=st.lists(st.tuples(st.sampled_from(sorted(CHANGES)), st.floats(0, 1)), min_size=1, max_size=8),
    seed=st.integers(0, 99),
)
@settings(deadline=None, max_examples=15)
def test_whatever_happens_weights_keep_their_signs(rule, delays, steps, seed):
    snn = signed(seed=seed, rule=rule, delays=delays)
    snn.simulate()
    for name, x in steps:
        before = snapshot(snn)
        try:
            CHANGES[name](snn, x)
        except ValueError:
            assert_same(state_of(snn), before)
        assert_signs_kept(snn)
    assert snn.neuron_signs.tolist() == signed().neuron_signs.tolist()
    snn.simulate()
    assert_signs_kept(snn)


def test_an_unbounded_rule_takes_weights_to_zero_and_not_beyond():
    snn = signed(rule=ADDITIVE)
    before = snn.get_topology().data
    for _ in range(5):
        snn.simulate()
    after = snn.get_topology().data
    assert ((after == 0) & (before > 0)).any()
    assert ((after == 0) & (before < 0)).any()
    assert_signs_kept(snn)


def test_pruning_moving_and_scaling_with_signs():
    snn = signed(n=30)
    snn.simulate()
    snn.prune(0.1)
    before = pairs(snn.get_topology())
    snn.rewire(0.5, 0.3)
    grown = {pair: w for pair, w in pairs(snn.get_topology()).items() if pair not in before}
    assert {w for (j, _), w in grown.items() if j % 3 == 2} == {np.float32(-0.3)}
    assert {w for (j, _), w in grown.items() if j % 3 != 2} == {np.float32(0.3)}
    with pytest.raises(ValueError, match=r"weight must be a finite number and >= 0\. Got -0\.3"):
        snn.rewire(0.5, -0.3)


def test_weights_drawn_anew_get_their_signs_and_their_ratio():
    snn = signed(n=60)
    snn.reset_synaptic_weights(0.5, 0.1, inhibitory_ratio=4.0)
    weights = snn.get_topology()
    inhibits = source_of_synapse(weights) % 3 == 2
    assert weights.data[~inhibits].mean() == pytest.approx(0.5, rel=0.02)
    assert weights.data[inhibits].mean() == pytest.approx(-2.0, rel=0.02)
    assert_signs_kept(snn)
    before = snapshot(snn)
    for arguments, words in (
        ({"mean": -0.5}, r"mean of the weights of neurons with signs must be a finite number and > 0\. Got -0\.5"),
        ({"mean": 0.5, "inhibitory_ratio": 0}, "inhibitory_ratio must be a finite number and > 0"),
        ({"mean": 1e20, "inhibitory_ratio": 1e30}, "inhibitory_ratio must be such that every weight stays"),
    ):
        with pytest.raises(ValueError, match=words):
            snn.reset_synaptic_weights(**arguments)
        assert_same(state_of(snn), before)
    with pytest.raises(ValueError, match="inhibitory_ratio must be None where neurons have no signs"):
        lively().reset_synaptic_weights(0.5, inhibitory_ratio=4.0)


def test_weights_of_the_wrong_sign_are_refused_by_the_first_neuron(tmp_path):
    snn = signed()
    before = snapshot(snn)
    wrong = snn.get_topology()
    place = int(wrong.indptr[5])
    assert snn.neuron_signs[5] == -1
    wrong.data[place:] *= -1
    words = rf"topology must agree.*neuron 5 has sign -1\. Got an outgoing weight of {wrong.data[place]:g}"
    with pytest.raises(ValueError, match=words):
        snn.set_topology(wrong)
    other = build(CASE_OF_12 | {"adjacency_matrix": wrong})
    other.save_topology(tmp_path / "wrong")
    with pytest.raises(ValueError, match=words):
        snn.load_topology(tmp_path / "wrong")
    with pytest.raises(ValueError, match=r"target_mean must be of the sign of the present mean .*or 0"):
        snn.rescale_synaptic_weights_to_mean(-snn.weights_mean)
    assert_same(state_of(snn), before)


CASE_OF_12 = {
    "output_neurons": np.arange(3),
    "membrane_threshold": 1.0,
    "leak_coefficient": 0.1,
    "refractory_period": 1,
    "input_spike_times": np.ones((2, 5), dtype=np.uint8),
}


def test_signs_are_saved_and_a_file_that_contradicts_them_is_refused(tmp_path):
    snn = signed()
    snn.save(tmp_path / "network")
    loaded = SNN.load(tmp_path / "network")
    np.testing.assert_array_equal(loaded.neuron_signs, snn.neuron_signs)
    assert loaded.neuron_signs.dtype == np.int8
    header, arrays = snn.to_arrays()
    for changed, words in (
        (-arrays["signs"], "signs must agree with the weights: neuron 0 has sign -1"),
        (arrays["signs"].astype(float), "signs must hold integers. Got an array of dtype float64"),
        (arrays["signs"][:5], "signs must have one value for each of 12 neurons. Got 5"),
        (arrays["signs"] * np.int8(2), "signs must hold only 1 and -1. Got 2 for neuron 0"),
    ):
        with pytest.raises((TypeError, ValueError), match=words):
            SNN.from_arrays(header, arrays | {"signs": changed})


def test_signs_can_be_read_and_not_changed():
    snn = signed()
    snn.neuron_signs[:] = 1
    assert snn.neuron_signs.tolist() == [1, 1, -1] * 4
    with pytest.raises(AttributeError):
        snn.neuron_signs = None
    assert lively().neuron_signs is None
