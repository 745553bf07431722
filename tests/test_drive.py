"""Analogue drive: currents through input weights, alone and beside spikes."""

from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp
from cases import (
    assert_matches,
    assert_same,
    build,
    random_case,
    random_input_map,
    random_plasticity,
    reference_of,
    snapshot,
    state_of,
    steps_of,
)

from snnres import SNN, SimulationParams

SEEDS = range(16)


def driven(seed, plasticity=None, **changes):
    """A random case with currents: the network, its case, input weights with bias, currents (n_channels, n_steps)."""
    case = random_case(seed) | changes
    rng = np.random.default_rng([seed, 2])
    snn = build(case, plasticity)
    input_map = random_input_map(rng, snn.num_neurons)
    currents = rng.normal(0.3, 0.5, size=(input_map[0].shape[0], int(rng.integers(1, 60))))
    snn.set_input_weights(*input_map)
    snn.set_input_currents(currents)
    return snn, case, input_map, currents


@pytest.mark.parametrize("plastic", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_equals_the_reference(seed, plastic):
    plasticity = random_plasticity(seed) if plastic else None
    snn, case, input_map, currents = driven(seed, plasticity)
    n_steps = case.get("duration", max(steps_of(case), currents.shape[1]))
    reference = reference_of(case, snn, plasticity, input_map=input_map)
    expected = reference.run(case["input_spike_times"], n_steps, currents)
    snn.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, expected)
    assert_matches(snn, reference)


def test_the_cases_spike_because_of_the_currents():
    spikes, without = 0, 0
    for seed in SEEDS:
        snn, *_ = driven(seed)
        snn.simulate()
        spikes += snn.tot_spikes
        snn.reset()
        snn.set_input_currents(None)
        snn.simulate()
        without += snn.tot_spikes
    assert spikes > 1.1 * without > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_halves_equal_the_whole(seed):
    n_steps = 40
    plasticity = random_plasticity(seed)
    rng = np.random.default_rng(seed)
    whole, case, input_map, _ = driven(seed, plasticity, duration=None)
    halves = whole.copy()
    spikes = rng.random((case["input_spike_times"].shape[0], n_steps)) < 0.2
    currents = rng.normal(0.2, 0.5, size=(input_map[0].shape[0], n_steps))
    whole.set_input_spike_times(spikes)
    whole.set_input_currents(currents)
    whole.simulate()
    parts = []
    for part in (slice(0, 13), slice(13, n_steps)):
        halves.set_input_spike_times(spikes[:, part])
        halves.set_input_currents(currents[:, part])
        halves.simulate()
        parts.append(halves.spike_matrix)
    np.testing.assert_array_equal(np.concatenate(parts), whole.spike_matrix)
    assert_same(state_of(halves), state_of(whole), leave_out=("input", "currents", "recording", "duration"))


def test_chunks_equal_the_whole(monkeypatch):
    whole, *_ = driven(3, random_plasticity(3), duration=60)
    chunked = whole.copy()
    whole.simulate()
    monkeypatch.setattr("snnres.network.run.CHUNK_SECONDS", 0.0)
    chunked.simulate()
    assert_same(state_of(chunked), state_of(whole))


def test_dense_weights_are_sparse_ones():
    snn, *_, input_map, _ = driven(1)
    other = snn.copy()
    currents = snn._input.signal.T
    other.set_input_weights(input_map[0].toarray(), input_map[1].tolist())
    other.set_input_currents(currents.tolist())
    snn.simulate()
    other.simulate()
    np.testing.assert_array_equal(other.spike_matrix, snn.spike_matrix)


def test_the_callers_arrays_are_copied_and_stay():
    snn, _, (weights, bias), currents = driven(2)
    before = snapshot(snn)
    given = (weights.copy(), bias.copy(), currents.copy())
    for array in (weights.data, bias, currents):
        array[:] = 7
    assert_same(state_of(snn), before)
    snn.simulate()
    assert (weights.data == 7).all()
    assert (currents == 7).all()
    assert (given[1] != 7).any()


def test_weights_without_bias_add_none():
    snn, *_, (weights, _), _ = driven(4)
    snn.set_input_weights(weights)
    assert not snn._network.input_weights.bias.any()


def test_new_weights_drop_the_currents_and_none_removes_them():
    snn, *_, input_map, currents = driven(4, duration=None)
    spiking = snn.input_spike_times.shape[1]
    assert snn.simulation_duration == max(spiking, currents.shape[1])
    snn.set_input_currents(None)
    assert snn.simulation_duration == spiking
    snn.set_input_currents(currents)
    snn.set_input_weights(*input_map)
    assert snn._input.signal is None


def test_reset_keeps_the_drive():
    snn, *_ = driven(5)
    first = snn.simulate()
    snn.reset()
    np.testing.assert_array_equal(snn.simulate(), first)


@pytest.mark.parametrize("with_currents", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_a_saved_network_goes_on_bit_for_bit(tmp_path, seed, with_currents):
    snn, *_ = driven(seed, random_plasticity(seed))
    snn.simulate()
    if not with_currents:
        snn.set_input_currents(None)
    snn.save(tmp_path / "network")
    loaded = SNN.load(tmp_path / "network")
    assert_same(state_of(loaded), state_of(snn), leave_out=("recording",))
    for network in (snn, loaded):
        network.simulate()
    assert_same(state_of(loaded), state_of(snn))


N = 12
NETWORK = {
    "num_neurons": N,
    "num_output_neurons": 4,
    "mean_weight": 0.4,
    "small_world_graph_k": 4,
    "small_world_graph_p": 0.3,
    "membrane_threshold": 1.0,
    "leak_coefficient": 0.1,
    "refractory_period": 1,
    "seed": 0,
}


@pytest.fixture
def small():
    """A network with 3 channels of 2 steps."""
    snn = build(NETWORK)
    snn.set_input_weights(np.ones((3, N)))
    snn.set_input_currents(np.ones((3, 2)))
    return snn


@pytest.mark.parametrize(
    ("weights", "bias", "error", "words"),
    [
        (np.ones((3, N + 1)), None, ValueError, r"input_weights .* 12 neurons.* \(3, 13\)"),
        (np.ones((0, N)), None, ValueError, r"input_weights .* \(0, 12\)"),
        (np.ones(N), None, ValueError, "input_weights must be a 2-D array"),
        (np.full((1, N), np.nan), None, ValueError, "input_weights must be finite.*nan"),
        (np.full((1, N), 1e39), None, ValueError, "input_weights must be finite"),
        (np.full((1, N), 1j), None, TypeError, "input_weights must hold real numbers"),
        (sp.csr_matrix(np.ones((1, N), dtype=int)), None, TypeError, "input_weights must hold float weights"),
        (
            sp.csr_matrix((np.ones(2), [1, 1], [0, 2]), shape=(1, N)),
            None,
            ValueError,
            "input_weights must not have duplicate",
        ),
        (np.ones((1, N)), np.ones(N - 1), ValueError, "bias must have a value for each of 12 neurons. Got 11"),
        (np.ones((1, N)), np.full(N, np.inf), ValueError, "bias must be finite.*inf"),
        (np.ones((1, N)), np.ones((1, N)), ValueError, "bias must be a 1-D array"),
        (np.ones((1, N)), "wide", TypeError, "bias must hold real numbers"),
    ],
)
def test_refused_input_weights(small, weights, bias, error, words):
    before = snapshot(small)
    with pytest.raises(error, match=words):
        small.set_input_weights(weights, bias)
    assert_same(state_of(small), before)


@pytest.mark.parametrize(
    ("currents", "error", "words"),
    [
        (np.ones((2, 5)), ValueError, "currents must have a row for each of 3 channels. Got 2"),
        (np.ones(3), ValueError, "currents must be a 2-D array"),
        (np.full((3, 2), -np.inf), ValueError, "currents must be finite.*inf"),
        (np.full((3, 2), 1e300), ValueError, "currents must be finite in float32"),
        ([["a"]] * 3, TypeError, "currents must hold real numbers"),
    ],
)
def test_refused_currents(small, currents, error, words):
    before = snapshot(small)
    with pytest.raises(error, match=words):
        small.set_input_currents(currents)
    assert_same(state_of(small), before)


def test_currents_need_weights():
    with pytest.raises(ValueError, match="set_input_weights"):
        build(NETWORK).set_input_currents(np.ones((3, 2)))


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_held_columns_are_repeated_ones(seed, monkeypatch):
    repeated, *_, currents = driven(seed, random_plasticity(seed), duration=None)
    held = repeated.copy()
    repeated.set_input_currents(np.repeat(currents, 3, axis=1))
    held.set_input_currents(currents, hold=3)
    assert held.simulation_duration == repeated.simulation_duration
    repeated.simulate()
    # Chunks of a step begin in the middle of a column.
    monkeypatch.setattr("snnres.network.run.CHUNK_SECONDS", 0.0)
    held.simulate()
    assert_same(state_of(held), state_of(repeated), leave_out=("currents", "input_hold"))
    frozen = repeated.simulate_batch(currents=[np.repeat(currents, 3, axis=1)] * 2)
    for ours, theirs in zip(held.simulate_batch(currents=[currents] * 2, hold=3), frozen, strict=True):
        np.testing.assert_array_equal(ours.to_dense(), theirs.to_dense())


def test_the_hold_is_saved(tmp_path):
    snn, *_, currents = driven(1)
    snn.set_input_currents(currents, hold=4)
    snn.save(tmp_path / "network.npz")
    other = type(snn).load(tmp_path / "network.npz")
    np.testing.assert_array_equal(other.simulate(), snn.simulate())


@pytest.mark.parametrize("hold", [2**31, 2**60, 2**200, np.uint64(2**63)])
def test_a_hold_of_absurd_length_is_refused_by_name(hold):
    snn, *_, currents = driven(1)
    for call in (
        lambda: snn.set_input_currents(currents, hold),
        lambda: snn.simulate_batch(currents=[currents], hold=hold),
    ):
        with pytest.raises(ValueError, match="hold must be an integer <= 2147483647"):
            call()


def test_columns_held_for_too_many_steps_together_are_refused_by_name():
    snn, *_, currents = driven(1)
    before = snapshot(snn)
    hold = 2**31 // currents.shape[1] + 1
    for call in (
        lambda: snn.set_input_currents(currents, hold),
        lambda: snn.simulate_batch(currents=[currents], hold=hold),
    ):
        with pytest.raises(ValueError, match="hold must make at most 2147483647 steps"):
            call()
    assert_same(state_of(snn), before)


def test_a_hold_of_numpys_small_integers_is_one_of_pythons():
    snn, *_, currents = driven(1, duration=None)
    other = snn.copy()
    snn.set_input_currents(np.repeat(currents, 10, axis=1), hold=20)
    other.set_input_currents(np.repeat(currents, 10, axis=1), hold=np.int8(20))
    np.testing.assert_array_equal(other.simulate(trace_tau=Fraction(7, 2)), snn.simulate(trace_tau=3.5))
    np.testing.assert_array_equal(other.get_trace(), snn.get_trace())


def tapped(seed, plasticity=None, **changes):
    """A random case whose input weights have taps."""
    rng = np.random.default_rng([seed, 3])
    case = random_case(seed) | changes
    snn = build(case, plasticity)
    input_map = random_input_map(rng, snn.num_neurons)
    n_rows, n_channels = input_map[0].shape[0], int(rng.integers(1, 4))
    taps = np.stack([rng.integers(0, n_channels, n_rows), rng.integers(0, 9, n_rows)], axis=1)
    currents = rng.normal(0.3, 0.5, size=(taps[:, 0].max() + 1, int(rng.integers(1, 60))))
    snn.set_input_weights(*input_map, taps=taps)
    snn.set_input_currents(currents)
    return snn, case, input_map, taps, currents


@pytest.mark.parametrize("plastic", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_taps_equal_the_reference(seed, plastic):
    plasticity = random_plasticity(seed) if plastic else None
    snn, case, input_map, taps, currents = tapped(seed, plasticity)
    n_steps = case.get("duration", max(steps_of(case), currents.shape[1]))
    reference = reference_of(case, snn, plasticity, input_map=input_map, taps=taps)
    expected = reference.run(case["input_spike_times"], n_steps, currents)
    snn.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, expected)
    assert_matches(snn, reference)


def responding(taps, weights, **given):
    """A neuron that sums up what the taps bring, and never fires."""
    snn = SNN(
        SimulationParams(
            adjacency_matrix=np.zeros((1, 1)),
            output_neurons=[0],
            membrane_threshold=1e9,
            leak_coefficient=0.0,
            refractory_period=1,
            membrane_potentials=[0.0],
            **given,
        )
    )
    snn.set_input_weights(np.array(weights, dtype=float)[:, None], taps=taps)
    return snn


def test_taps_are_a_finite_impulse_response():
    snn = responding([[0, 0], [0, 2], [0, 5]], [1, -3, 7])
    signal = np.arange(1, 21)
    potential = []
    for value in signal:
        snn.set_input_currents([[value]])
        snn.simulate()
        potential.append(float(snn.get_membrane_potentials()[0]))
    kernel = [1, 0, -3, 0, 0, 7]
    np.testing.assert_array_equal(np.diff([0, *potential]), np.convolve(signal, kernel)[: len(signal)])


def test_taps_count_columns_and_go_on_arriving_after_the_last():
    snn = responding([[0, 1], [1, 0]], [1, 10], duration=9)
    snn.set_input_currents([[1, 2], [1, 0]], hold=3)
    snn.simulate()
    # Column 0 brings 10 three times; column 1 brings 1, and the one after the last brings 2.
    assert snn.get_membrane_potentials().tolist() == [3 * 10 + 3 * 1 + 3 * 2]


@pytest.mark.parametrize("seed", range(8))
def test_taps_in_halves_saved_and_in_batches(seed, tmp_path):
    whole, _, _, taps, _ = tapped(seed, duration=None, input_spike_times=np.zeros((0, 0)))
    currents = np.random.default_rng(seed).normal(0.3, 0.5, size=(taps[:, 0].max() + 1, 20))
    halves = whole.copy()
    whole.set_input_currents(currents, hold=2)
    whole.simulate()
    halves.set_input_currents(currents[:, :7], hold=2)
    first = halves.simulate()
    halves.save(tmp_path / "network.npz")
    halves = SNN.load(tmp_path / "network.npz")
    halves.set_input_currents(currents[:, 7:], hold=2)
    np.testing.assert_array_equal(np.concatenate([first, halves.simulate()]), whole.spike_matrix_output)
    trials = [currents[:, :7], currents, currents[:, 5:]]
    for trial, recording in zip(trials, whole.simulate_batch(currents=trials, hold=2, n_jobs=2), strict=True):
        whole.reset()
        whole.set_input_currents(trial, hold=2)
        whole.simulate()
        np.testing.assert_array_equal(whole.spike_matrix, recording.to_dense())


@pytest.mark.parametrize(
    ("taps", "error", "words"),
    [
        ([[0, 0]], ValueError, r"a delay for each of 2 rows.*Got shape \(1, 2\)"),
        ([[0, 0], [0, -1]], ValueError, r"taps must lie in \[0, 2147483647\]\. Got -1"),
        ([[0, 0], [0.5, 1]], TypeError, "taps must hold integers"),
        ([0, 1], ValueError, "taps must be a 2-D array"),
    ],
)
def test_bad_taps_are_refused(taps, error, words):
    snn = responding([[0, 0]], [1])
    before = snapshot(snn)
    with pytest.raises(error, match=words):
        snn.set_input_weights(np.ones((2, 1)), taps=taps)
    assert_same(snapshot(snn), before)
