"""Winner-take-all beside the same in plain NumPy."""

import numpy as np
import pytest
from cases import assert_matches, assert_same, lively, random_plasticity, snapshot, state_of
from reference_ruled import Contest, Hand
from test_clamp import clamp_of, random_hand, ruled

from snnres import SNN, SimulationParams, load_params, save_params
from snnres.network import run
from snnres.parts import WinnerTakeAll

N, STEPS = 40, 60
GROUPS = ([30, 7, 8, 9, 10, 11], [20, 21, 22, 23, 24, 25, 26], [3])
KINDS = {
    "all": ({}, Contest([range(N)])),
    "groups": ({"groups": GROUPS, "reset_potential": -0.25}, Contest(GROUPS, reset=-0.25)),
    "two winners": ({"groups": GROUPS, "winners": 2}, Contest(GROUPS, winners=2)),
    "inhibit": ({"groups": GROUPS, "losers": "inhibit", "inhibition": 0.3}, Contest(GROUPS, inhibition=0.3)),
    "more winners than neurons": ({"groups": GROUPS, "winners": 99}, Contest(GROUPS, winners=99)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("clamped", [False, True])
def test_equals_the_reference(kind, seed, clamped):
    given, contest = KINDS[kind]
    plasticity = random_plasticity(seed)
    snn = lively(plasticity, competition=WinnerTakeAll(**given), seed=seed, mean_weight=0.2)
    free = lively(plasticity, seed=seed, mean_weight=0.2)
    hand = random_hand(seed) if clamped else Hand()
    reference = ruled(snn, hand, plasticity, contest)
    expected = reference.run(snn.input_spike_times, STEPS)
    if clamped:
        snn.set_clamp(clamp_of(hand))
    snn.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, expected)
    assert_matches(snn, reference)
    free.simulate()
    assert expected.sum() > 20
    assert (expected != free.spike_matrix).any()


def test_the_furthest_above_its_own_threshold_wins():
    thresholds = np.full(N, 1.0)
    thresholds[:3] = [1.0, 1.5, 2.0]
    potentials = np.zeros(N)
    # Margins of 0.1, 0.25 and 0.2: neither the highest potential nor the lowest threshold wins.
    potentials[:3] = [0.1, 0.75, 1.2]
    potentials[5] = 0.5
    snn = lively(
        competition=WinnerTakeAll(groups=[[0, 1, 2, 5]]),
        membrane_threshold=thresholds,
        current_amplitude=1.0,
        membrane_potentials=potentials,
        input_spike_times=np.ones((3, 1)),
    )
    snn.simulate()
    assert np.flatnonzero(snn.spike_matrix[0]).tolist() == [1]
    synapses = snn.get_topology()
    np.testing.assert_allclose(snn.membrane_potentials[[0, 2, 5]], synapses[1].toarray()[0, [0, 2, 5]])


def test_of_equals_the_lowest_index_wins():
    snn = lively(
        competition=WinnerTakeAll(groups=[[9, 4, 6]], losers="inhibit", inhibition=0.01),
        membrane_potentials=np.zeros(N),
        mean_weight=1e-9,
        leak_coefficient=0.0,
        refractory_period=50,
        input_spike_times=np.ones((10, 1)),
        duration=3,
        current_amplitude=1.1,
    )
    snn.simulate()
    assert [np.flatnonzero(row).tolist() for row in snn.spike_matrix[:, [4, 6, 9]]] == [[0], [1], [2]]
    assert snn.spike_matrix[0, [0, 1, 2, 3, 5, 7, 8]].all()


def test_one_of_a_group_at_a_time():
    snn = lively(competition=WinnerTakeAll(groups=GROUPS))
    snn.simulate()
    for group in GROUPS:
        counts = snn.spike_matrix[:, list(group)].sum(axis=1)
        assert counts.max() == 1
    others = np.setdiff1d(np.arange(N), np.concatenate(GROUPS))
    assert snn.spike_matrix[:, others].sum(axis=1).max() > 1


def test_groups_of_one_are_no_competition():
    plain, single = lively(), lively(competition=WinnerTakeAll(groups=[[i] for i in range(N)]))
    plain.simulate()
    single.simulate()
    assert_same(state_of(single), state_of(plain), leave_out=("elements",))


def test_in_chunks_saved_and_in_batches(monkeypatch, tmp_path):
    whole = lively(random_plasticity(0), competition=WinnerTakeAll(groups=GROUPS, losers="inhibit", inhibition=0.3))
    chunked = whole.copy()
    whole.simulate()
    monkeypatch.setattr(run, "CHUNK_SECONDS", 0.0)
    chunked.simulate()
    assert_same(state_of(chunked), state_of(whole))
    whole.save(tmp_path / "network.npz")
    loaded = SNN.load(tmp_path / "network.npz")
    np.testing.assert_array_equal(loaded.simulate(), whole.simulate())
    assert_same(snapshot(loaded), snapshot(whole))
    whole.disable_stdp()
    trials = (np.random.default_rng(1).random((5, 10, 30)) < 0.3).astype(np.uint8)
    for trial, recording in zip(trials, whole.simulate_batch(trials, n_jobs=2), strict=True):
        whole.reset()
        whole.set_input_spike_times(trial)
        whole.simulate()
        np.testing.assert_array_equal(whole.spike_matrix, recording.to_dense())
        assert recording.n_spikes > 10


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_described_in_texts(tmp_path, suffix):
    competition = WinnerTakeAll(groups=GROUPS, reset_potential=-0.5, winners=2)
    given = lively_params(competition)
    save_params(tmp_path / f"run.{suffix}", given)
    assert load_params(tmp_path / f"run.{suffix}")[0].competition == competition
    assert competition.groups[0] == (7, 8, 9, 10, 11, 30)


def lively_params(competition):
    return SimulationParams(
        num_neurons=N,
        num_output_neurons=5,
        mean_weight=0.3,
        small_world_graph_k=10,
        small_world_graph_p=0.3,
        membrane_threshold=1.0,
        leak_coefficient=0.1,
        refractory_period=2,
        competition=competition,
    )


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"groups": 3}, TypeError, "groups must be a sequence of arrays of neurons. Got 3"),
        ({"groups": []}, ValueError, "groups must hold at least one group"),
        ({"groups": [np.arange(0)]}, ValueError, r"groups\[0\] must name at least one neuron"),
        ({"groups": [3, 4]}, ValueError, r"groups\[0\] must be a 1-D array"),
        ({"groups": [[1, 2], [2, 3]]}, ValueError, "groups must not share a neuron. Got 2"),
        ({"losers": "die"}, ValueError, "losers must be 'reset' or 'inhibit'. Got 'die'"),
        ({"losers": None}, TypeError, "losers must be a str"),
        ({"losers": "inhibit"}, TypeError, "inhibition must be a finite number and > 0. Got None"),
        ({"losers": "inhibit", "inhibition": 0.0}, ValueError, "inhibition must be a finite number and > 0"),
        ({"inhibition": 1.0}, ValueError, "inhibition must not be given unless losers='inhibit'"),
        ({"losers": "inhibit", "inhibition": 1.0, "reset_potential": 0.0}, ValueError, "reset_potential must not"),
        ({"reset_potential": np.nan}, ValueError, "reset_potential must be a finite number"),
        ({"winners": 0}, ValueError, "winners must be an integer >= 1"),
    ],
)
def test_impossible_options_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        WinnerTakeAll(**arguments)


def test_neurons_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match=r"groups\[1\] must lie in \[0, 40\)\. Got 40"):
        lively(competition=WinnerTakeAll(groups=[[1], [N]]))
