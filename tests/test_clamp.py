"""Spikes forced and forbidden, potentials raised: beside the same in plain NumPy."""

from dataclasses import asdict

import numpy as np
import pytest
from cases import assert_matches, assert_same, lively, random_plasticity, reference_of, snapshot, state_of
from reference_ruled import Hand, Ruled

from snnres import SNN, SimulationParams, STDPParams
from snnres.network import run
from snnres.network.series import TraceRun
from snnres.parts import Clamp, UniformDelays, WinnerTakeAll

N, STEPS = 40, 60


def random_hand(seed, n_steps=STEPS):
    """Events of every kind; forced spikes beside neither forbidden nor silenced ones."""
    rng = np.random.default_rng([seed, 3])
    events = np.argwhere(rng.random((n_steps, N)) < 0.04)
    rng.shuffle(events)
    silence = rng.choice(N, 3, replace=False).tolist()
    forced, forbidden, raised = np.array_split(events, 3)
    forced = forced[~np.isin(forced[:, 1], silence)]
    values = rng.normal(0.5, 0.5, len(raised)).astype(np.float32)
    return Hand(
        [tuple(event) for event in forced.tolist()],
        [tuple(event) for event in forbidden.tolist()],
        [(*event, value) for event, value in zip(raised.tolist(), values.tolist(), strict=True)],
        silence,
    )


def clamp_of(hand):
    return Clamp(**asdict(hand))


def ruled(snn, hand, plasticity=None, contest=None):
    """The reference of a lively network, with what overrules its spikes."""
    case = {
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.1,
        "refractory_period": 2,
        "adjacency_matrix": snn.get_topology(),
    }
    plain = reference_of(case, snn, plasticity)
    names = ("weight", "exists", "v", "threshold", "leak", "refractory", "amplitude", "rule", "trace_tau", "delay")
    return Ruled(**{name: getattr(plain, name) for name in names}, hand=hand, contest=contest)


@pytest.mark.parametrize("delays", [None, UniformDelays(1, 7)])
@pytest.mark.parametrize("plastic", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_equals_the_reference(seed, plastic, delays):
    plasticity = random_plasticity(seed) if plastic else None
    snn, hand = lively(plasticity, delays=delays, seed=seed), random_hand(seed)
    free = snn.copy()
    reference = ruled(snn, hand, plasticity)
    expected = reference.run(snn.input_spike_times, STEPS)
    snn.set_clamp(clamp_of(hand))
    snn.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, expected)
    assert_matches(snn, reference)
    free.simulate()
    assert (free.spike_matrix != expected).mean() > 0.02


def test_a_forced_spike_resets_is_learned_from_and_spreads():
    snn = SNN(
        SimulationParams(
            adjacency_matrix=np.array([[0.0, 0.75], [0.0, 0.0]]),
            output_neurons=[0, 1],
            membrane_threshold=1.0,
            leak_coefficient=0.0,
            refractory_period=2,
            membrane_potentials=[0.5, 0.0],
            duration=9,
        ),
        STDPParams(A_plus=0.1, A_minus=0.0, clip=False),
    )
    # The second falls into the refractory period; the third makes the target reach its threshold in the step after.
    snn.set_clamp(Clamp(force=[(1, 0), (2, 0), (7, 1)]))
    assert np.argwhere(snn.simulate()).tolist() == [[1, 0], [2, 0], [3, 1], [7, 1]]
    decay = np.exp(-1 / 20)
    weight = 0.75
    for trace in (decay**2 + decay, decay**6 + decay**5):
        weight += 0.1 * trace * (1 - weight)
    np.testing.assert_allclose(snn.get_topology().data, weight, rtol=1e-6)
    np.testing.assert_array_equal(snn.membrane_potentials, [0, 0])
    assert snn._state.cell.timer.tolist() == [0, 2]


def test_a_raised_potential_fires_at_its_threshold_and_not_below():
    def fires(value):
        snn = lively(input_spike_times=np.zeros((1, 3)), membrane_potentials=np.zeros(N))
        snn.set_clamp(Clamp(raise_by=[(1, 5, value)]))
        return snn.simulate().size > 0 and snn.spike_matrix[:, 5].tolist()

    assert fires(1.0) == [0, 1, 0]
    assert fires(0.999) == [0, 0, 0]


def test_a_silenced_neuron_keeps_its_potential():
    snn = lively(input_spike_times=np.ones((1, 3)), current_amplitude=2.0, membrane_potentials=np.zeros(N))
    snn.set_clamp(Clamp(silence=[0]))
    snn.simulate()
    assert snn.tot_spikes == 0
    assert snn.membrane_potentials[0] == pytest.approx(2 * (0.9 + 0.9**2 + 0.9**3), rel=1e-6)


def test_an_empty_clamp_is_none():
    clamped = lively(random_plasticity(1))
    plain = clamped.copy()
    clamped.set_clamp(Clamp())
    clamped.simulate()
    plain.simulate()
    assert_same(state_of(clamped), state_of(plain))


def test_chunks_and_halves_equal_the_whole(monkeypatch):
    hand = random_hand(0)
    whole = lively(random_plasticity(0))
    whole.set_clamp(clamp_of(hand))
    chunked, halves = whole.copy(), whole.copy()
    assert chunked.clamp == whole.clamp
    whole.simulate()
    with monkeypatch.context() as patch:
        patch.setattr(run, "CHUNK_SECONDS", 0.0)
        chunked.simulate()
    assert_same(state_of(chunked), state_of(whole))
    spikes = whole.input_spike_times
    for start, stop in ((0, 23), (23, STEPS)):
        halves.set_input_spike_times(spikes[:, start:stop])
        own = {
            name: [(step - start, *rest) for step, *rest in getattr(hand, name) if start <= step < stop]
            for name in ("force", "forbid", "raise_by")
        }
        halves.set_clamp(Clamp(**own, silence=hand.silence))
        halves.simulate()
    assert_same(state_of(halves), state_of(whole), leave_out=("input", "recording", "duration"))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_batch_equals_one_by_one(n_jobs):
    snn = lively()
    rng = np.random.default_rng(0)
    trials = [(rng.random((10, n_steps)) < 0.2).astype(np.uint8) for n_steps in (30, 25, 40, 33)]
    clamps = [clamp_of(random_hand(k, trial.shape[1])) for k, trial in enumerate(trials)]
    clamps[1] = None
    for given in (clamps, Clamp(force=[(24, 3)], silence=[1, 2])):
        batch = snn.simulate_batch(trials, clamp=given, n_jobs=n_jobs)
        for k, recording in enumerate(batch):
            one = snn.copy()
            one.set_input_spike_times(trials[k])
            one.set_clamp(given[k] if isinstance(given, list) else given)
            one.simulate()
            np.testing.assert_array_equal(one.spike_matrix, recording.to_dense())


def test_a_batch_has_clamps_of_its_own():
    snn = lively()
    trials = (np.random.default_rng(0).random((2, 10, 30)) < 0.2).astype(np.uint8)
    before = snn.simulate_batch(trials, returns="outputs")
    snn.set_clamp(Clamp(silence=np.arange(N)))
    np.testing.assert_array_equal(snn.simulate_batch(trials, returns="outputs"), before)
    assert not snn.simulate_batch(trials, returns="outputs", clamp=snn.clamp).any()


def test_a_run_through_a_series_has_none():
    # Its blocks are runs of their own: events would come again with each.
    snn = lively(input_spike_times=np.zeros((0, 1)))
    snn.set_input_weights(np.full((1, N), 0.4))
    plain = TraceRun(snn, hold=1, taus=[3]).follow(np.ones((30, 1)))
    snn.set_clamp(Clamp(silence=np.arange(N)))
    assert plain.any()
    np.testing.assert_array_equal(TraceRun(snn, hold=1, taus=[3]).follow(np.ones((30, 1))), plain)


def test_outputs_are_taught_in_adaptation():
    plasticity = random_plasticity(3)
    snn = lively(plasticity)
    one = snn.copy()
    trials = (np.random.default_rng(0).random((2, 10, 30)) < 0.2).astype(np.uint8)
    clamps = [Clamp(force=[(5, 30), (20, 31)]), None]
    history = snn.adapt(trials, shuffle=False, clamp=clamps)
    for trial, clamp, n_spikes in zip(trials, clamps, history["spikes"], strict=True):
        one.reset()
        one.set_input_spike_times(trial)
        one.set_clamp(clamp)
        one.simulate()
        assert one.tot_spikes == n_spikes
    np.testing.assert_array_equal(snn.get_topology().data, one.get_topology().data)


def test_saved_and_loaded(tmp_path):
    snn = lively(random_plasticity(1))
    snn.set_clamp(clamp_of(random_hand(1)))
    snn.simulate()
    snn.save(tmp_path / "network.npz")
    loaded = SNN.load(tmp_path / "network.npz")
    assert loaded.clamp == snn.clamp
    assert loaded.clamp != Clamp()
    np.testing.assert_array_equal(loaded.simulate(), snn.simulate())
    assert_same(snapshot(loaded), snapshot(snn))


def test_a_file_without_a_word_of_clamps_has_none():
    header, arrays = lively().to_arrays()
    assert header.pop("clamp") is None
    assert SNN.from_arrays(header, arrays).clamp is None


def test_a_file_whose_clamp_names_no_neuron_is_refused():
    snn = lively()
    snn.set_clamp(Clamp(force=[(1, 2)]))
    header, arrays = snn.to_arrays()
    with pytest.raises(ValueError, match=r"clamp\.force must name neurons in \[0, 40\)\. Got 40"):
        SNN.from_arrays(header, arrays | {"part.clamp.force": np.array([[1, N]])})


def test_value_semantics():
    first, second = Clamp(force=[(3, 1), (1, 2)]), Clamp(force=np.array([[1, 2], [3, 1]], dtype=np.uint8))
    assert first == second
    assert hash(first) == hash(second)
    assert first != Clamp(forbid=[(3, 1), (1, 2)])
    assert repr(Clamp(force=[(3, 1)], silence=[4, 5])) == "Clamp(force=<1>, silence=<2>)"
    given = np.array([[1, 2]])
    clamp = Clamp(force=given)
    given[:] = 9
    assert clamp.force.tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"force": [1, 2]}, ValueError, "force must be a 2-D array"),
        ({"force": [(1, 2, 3)]}, ValueError, r"force must have a step, a neuron in each row.*Got shape \(1, 3\)"),
        ({"force": [(1.0, 2.0)]}, TypeError, "force must hold integers"),
        ({"forbid": [(-1, 2)]}, ValueError, "steps and neurons of forbid must be integers in .* Got -1"),
        ({"forbid": [(1, 2), (1, 2)]}, ValueError, "forbid must name a neuron once in a step. Got step 1 of neuron 2"),
        ({"raise_by": [(1, 2)]}, ValueError, "raise_by must have a step, a neuron, a value in each row"),
        ({"raise_by": [(1, 2.5, 1)]}, ValueError, "steps and neurons of raise_by must be integers.* Got 2.5"),
        ({"raise_by": [(1, 2, np.inf)]}, ValueError, "raise_by must be finite"),
        ({"raise_by": [(1, 2, 1), (1, 2, 3)]}, ValueError, "raise_by must name a neuron once in a step"),
        ({"silence": [1, 1]}, ValueError, "silence must not repeat a neuron"),
        ({"force": [(1, 2)], "forbid": [(1, 2)]}, ValueError, "force .* forbid rules out. Got step 1 of neuron 2"),
        ({"force": [(1, 2)], "silence": [2]}, ValueError, "force .* silence rules out. Got step 1 of neuron 2"),
    ],
)
def test_impossible_clamps_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        Clamp(**arguments)


def test_clamps_that_do_not_fit_are_refused():
    snn = lively()
    before = snapshot(snn)
    with pytest.raises(TypeError, match=r"clamp must be a Clamp or None\. Got 3"):
        snn.set_clamp(3)
    for clamp in (Clamp(raise_by=[(0, N, 1.0)]), Clamp(silence=[N])):
        with pytest.raises(ValueError, match=r"clamp\.(raise_by|silence) must name neurons in \[0, 40\)\. Got 40"):
            snn.set_clamp(clamp)
    snn.set_clamp(Clamp(force=[(STEPS, 0)]))
    with pytest.raises(ValueError, match=r"clamp\.force must name steps of the run in \[0, 60\)\. Got 60"):
        snn.simulate()
    assert_same(snapshot(snn), before)
    trials = np.zeros((3, 10, 30))
    for clamp, error, words in (
        ([None], ValueError, "clamp must have an entry for each of 3 trials. Got 1"),
        ([None, 3, None], TypeError, r"clamp\[1\] must be a Clamp or None"),
        (
            [None, Clamp(force=[(30, 0)]), None],
            ValueError,
            r"clamp\[1\]\.force must name steps of the run in \[0, 30\)",
        ),
        (3, TypeError, "clamp must be a Clamp or None"),
    ):
        with pytest.raises(error, match=words):
            snn.simulate_batch(trials, clamp=clamp)


def test_with_a_competition_forced_neurons_win():
    snn = lively(competition=WinnerTakeAll())
    snn.set_clamp(Clamp(force=[(t, i) for t in range(0, STEPS, 2) for i in (3, 17)]))
    snn.simulate()
    assert (snn.spike_matrix[::2].sum(axis=1) == 2).all()
    assert snn.spike_matrix[::2, [3, 17]].all()
    assert (snn.spike_matrix[1::2].sum(axis=1) <= 1).all()
    assert snn.spike_matrix[1::2].sum() > 10
