"""Spikes that are on their way: recurrent delays beside the readable reference, and on their own."""

from types import SimpleNamespace

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

from snnres import SNN, SimulationParams, STDPParams, load_params, save_params
from snnres.network import run
from snnres.parts import Delays, UniformDelays

SEEDS = range(24)


def random_delays(seed, matrix):
    """Delays in one of their forms, up to a dozen steps."""
    rng = np.random.default_rng([seed, 7])
    longest = int(rng.integers(2, 13))
    forms = (
        lambda: longest,
        lambda: rng.integers(1, longest + 1, matrix.shape[0]),
        lambda: sp.csr_matrix(
            (rng.integers(1, longest + 1, matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape
        ),
        lambda: UniformDelays(1, longest, per=str(rng.choice(["synapse", "neuron"]))),
    )
    return forms[seed % 4]()


def delayed(seed, plasticity=None, **changes):
    """A random case with delays, and its network."""
    case = random_case(seed) | changes
    case["delays"] = random_delays(seed, build(case).get_topology())
    return build(case, plasticity), case


@pytest.mark.parametrize("plastic", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_equals_the_reference(seed, plastic):
    plasticity = random_plasticity(seed) if plastic else None
    snn, case = delayed(seed, plasticity)
    reference = reference_of(case, snn, plasticity)
    expected = reference.run(case["input_spike_times"], steps_of(case))
    snn.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, expected)
    assert_matches(snn, reference)


def test_the_cases_differ_from_those_without_delays():
    different = 0
    for seed in SEEDS:
        snn, case = delayed(seed)
        del case["delays"]
        different += not np.array_equal(snn.simulate(), build(case).simulate())
    assert different > len(SEEDS) / 2


@pytest.mark.parametrize("plastic", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_a_delay_of_one_is_the_model_without(seed, plastic):
    plasticity = random_plasticity(seed) if plastic else None
    case = random_case(seed)
    plain = build(case, plasticity)
    plain.simulate()
    n = plain.num_neurons
    ones = plain.delays
    for delays in (1, np.ones(n, dtype=int), ones, UniformDelays(1, 1)):
        same = build(case | {"delays": delays}, plasticity)
        same.simulate()
        assert_same(snapshot(same), snapshot(plain))


def chain(weights, delays, stdp=None, **changes):
    """Neurons of threshold 1 without leak, the first of which fires in step 0."""
    n = len(weights)
    return SNN(
        SimulationParams(
            adjacency_matrix=np.array(weights, dtype=float),
            output_neurons=np.arange(n),
            membrane_threshold=1.0,
            leak_coefficient=0.0,
            refractory_period=1,
            membrane_potentials=np.eye(n)[0],
            delays=delays,
            **{"duration": 12} | changes,
        ),
        stdp,
    )


def test_a_spike_arrives_when_its_delay_is_over():
    snn = chain([[0, 1, 1], [0, 0, 0], [0, 0, 0]], np.array([[0, 1, 5], [0, 0, 0], [0, 0, 0]]))
    # The earliest a target can fire is the step after the spike: that is a delay of 1.
    assert np.argwhere(snn.simulate()).tolist() == [[0, 0], [1, 1], [5, 2]]


def test_any_number_of_spikes_is_on_the_way():
    snn = chain([[0, 1], [0, 0]], 7, input_spike_times=np.array([[1, 0] * 3 + [0] * 10]), duration=16)
    output = snn.simulate()
    assert np.flatnonzero(output[:, 0]).tolist() == [0, 2, 4]
    assert np.flatnonzero(output[:, 1]).tolist() == [7, 9, 11]


def test_a_row_of_the_ring_is_added_once():
    # In float32 a quarter of the last place of 1 - 2^-24 is lost, twice too; the half that two of them make is not.
    tiny = 2.0**-26
    weights = np.zeros((3, 3))
    weights[:2, 2] = tiny
    start = np.array([1.0, 1.0, 1.0 - 2.0**-24])
    ends = {}
    for delay in (1, 2):
        snn = chain(weights, delay, duration=3)
        snn.set_membrane_potentials(start)
        snn.simulate()
        ends[delay] = snn.spike_matrix[:, 2].sum()
    assert ends == {1: 0, 2: 1}


def test_plasticity_sees_a_spike_when_it_arrives():
    rule = STDPParams(tau_plus=10.0, tau_minus=10.0, A_plus=0.1, A_minus=0.1, weight_update_rule="additive", clip=False)
    # 0 fires in step 0 and arrives in step 3 with a delay of 4; 1 fires in step 1 (before it) or 6 (after it).
    changes = {}
    for fires in (1, 6):
        inputs = np.zeros((2, 10), dtype=int)
        inputs[1, fires] = 1
        snn = chain([[0, 0.25], [0, 0]], 4, stdp=rule, input_spike_times=inputs, duration=10)
        snn.simulate()
        changes[fires] = float(snn.weights_mean) - 0.25
    assert changes[1] == pytest.approx(-0.1 * np.exp(-2 / 10), rel=1e-5)
    assert changes[6] == pytest.approx(0.1 * np.exp(-3 / 10), rel=1e-5)


@pytest.mark.parametrize("plastic", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_in_pieces_saved_and_copied(seed, plastic, tmp_path, monkeypatch):
    plasticity = random_plasticity(seed) if plastic else None
    whole, case = delayed(seed, plasticity, duration=None)
    spikes = (np.random.default_rng(seed).random((case["input_spike_times"].shape[0], 60)) < 0.3).astype(np.uint8)
    pieces = whole.copy()
    whole.set_input_spike_times(spikes)
    whole.simulate()
    output = []
    for k, part in enumerate((slice(0, 7), slice(7, 31), slice(31, 60))):
        if spikes.shape[0] == 0:
            pieces._duration = part.stop - part.start
        pieces.set_input_spike_times(spikes[:, part])
        if k == 1:
            pieces.save(tmp_path / "network.npz")
            pieces = SNN.load(tmp_path / "network.npz")
        if k == 2:
            pieces = pieces.copy()
            monkeypatch.setattr(run, "CHUNK_SECONDS", 0.0)
        output.append(pieces.simulate())
    np.testing.assert_array_equal(np.concatenate(output), whole.spike_matrix_output)
    skip = {"input", "recording", "duration"}
    assert_same(state_of(pieces), state_of(whole), leave_out=skip)


@pytest.mark.parametrize("n_jobs", [1, 3])
@pytest.mark.parametrize("seed", range(4))
def test_a_batch_equals_its_trials_one_by_one(seed, n_jobs):
    snn, case = delayed(seed, duration=None)
    n_inputs = max(1, case["input_spike_times"].shape[0])
    trials = (np.random.default_rng(seed).random((9, n_inputs, 25)) < 0.4).astype(np.uint8)
    recordings = snn.simulate_batch(trials, n_jobs=n_jobs)
    for trial, recording in zip(trials, recordings, strict=True):
        snn.reset()
        snn.set_input_spike_times(trial)
        snn.simulate()
        np.testing.assert_array_equal(snn.spike_matrix, recording.to_dense())
    assert sum(recording.n_spikes for recording in recordings) > 0


def test_adapt_presents_trials_from_nothing_on_the_way():
    snn, case = delayed(3, random_plasticity(3), duration=None)
    twin = snn.copy()
    trials = (np.random.default_rng(0).random((4, max(1, len(case["input_spike_times"])), 20)) < 0.4).astype(np.uint8)
    snn.adapt(trials, shuffle=False)
    for trial in trials:
        twin.reset()
        twin.set_input_spike_times(trial)
        twin.simulate()
    np.testing.assert_array_equal(snn.get_topology().data, twin.get_topology().data)


def test_drawn_delays():
    case = {
        "num_neurons": 200,
        "num_output_neurons": 5,
        "mean_weight": 0.1,
        "small_world_graph_k": 20,
        "small_world_graph_p": 0.2,
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.1,
        "refractory_period": 2,
        "seed": 4,
    }
    first = SNN(SimulationParams(**case, delays=UniformDelays(3, 9)))
    assert sorted(set(first.delays.data.tolist())) == list(range(3, 10))
    assert first.max_delay == 9
    again = SNN(SimulationParams(**case, delays=UniformDelays(3, 9)))
    np.testing.assert_array_equal(first.delays.data, again.delays.data)
    plain = SNN(SimulationParams(**case))
    np.testing.assert_array_equal(first.get_topology().data, plain.get_topology().data)
    assert plain.max_delay == 1
    assert set(plain.delays.data.tolist()) == {1}
    axons = SNN(SimulationParams(**case, delays=UniformDelays(1, 50, per="neuron"))).delays
    assert all(len(set(axons.data[a:b].tolist())) == 1 for a, b in zip(axons.indptr, axons.indptr[1:], strict=False))
    assert len(set(axons.data.tolist())) > 30
    plain.set_delays(UniformDelays(3, 9), seed=4)
    np.testing.assert_array_equal(first.delays.data, plain.delays.data)


def test_delays_drawn_in_pieces_are_those_of_one_draw():
    count = 2**22 + 5
    drawn = UniformDelays(2, 9).draw(SimpleNamespace(nnz=count), np.random.default_rng(0))
    expected = np.random.default_rng(0).integers(2, 9, size=count, dtype=np.int32, endpoint=True)
    np.testing.assert_array_equal(drawn, expected)


def test_set_delays_starts_a_trial_from_the_present_potentials():
    snn, case = delayed(2)
    snn.simulate()
    potentials = snn.get_membrane_potentials()
    snn.set_delays(4)
    assert snn.max_delay == 4
    np.testing.assert_array_equal(snn.get_membrane_potentials(), potentials)
    assert not state_of(snn)["timer"].any()
    assert not snn._state.flight.pending.any()
    snn.set_delays(None)
    assert snn.max_delay == 1
    twin = build({name: value for name, value in case.items() if name != "delays"})
    twin.set_membrane_potentials(potentials)
    np.testing.assert_array_equal(snn.simulate(), twin.simulate())


def test_pruning_keeps_the_delays_of_what_is_left_and_what_is_on_the_way():
    snn = chain([[0, 1, 0.5], [0, 0, 0], [0, 0, 0]], np.array([[0, 3, 8], [0, 0, 0], [0, 0, 0]]), duration=2)
    snn.simulate()
    snn.prune(0.5)
    assert snn.delays.toarray().tolist() == [[0, 3, 0], [0, 0, 0], [0, 0, 0]]
    snn._duration = 9
    snn.simulate()
    assert snn.get_membrane_potentials()[2] == 0.5
    assert snn.spike_matrix[:, 1].nonzero()[0].tolist() == [1]


def test_other_synapses_need_other_delays():
    snn, _ = delayed(2)
    before = snapshot(snn)
    other = snn.get_topology()
    other.data *= 2
    snn.set_topology(other)
    other = sp.csr_matrix(np.eye(snn.num_neurons, dtype=np.float32))
    after = snapshot(snn)
    with pytest.raises(ValueError, match=r"same synapses.*set_delays\(None\)"):
        snn.set_topology(other)
    assert_same(snapshot(snn), after)
    assert_same(after, before, leave_out={"data"})


def test_synapses_that_learn_are_replaced_only_at_rest():
    snn, _ = delayed(2, {"clip": False})
    snn.simulate()
    with pytest.raises(ValueError, match=r"on its way: call reset\(\)"):
        snn.prune(0.3)
    snn.reset()
    nnz = snn.get_topology().nnz
    snn.prune(0.3)
    assert snn.get_topology().nnz < nnz
    snn.simulate()
    snn.disable_stdp()
    snn.prune(0.3)
    snn.simulate()


@pytest.mark.parametrize(
    ("delays", "error", "words"),
    [
        (0, ValueError, r"delays must be an integer >= 1\. Got 0"),
        (1.5, TypeError, r"delays must be an integer >= 1\. Got 1\.5"),
        (True, TypeError, "delays must be an integer"),
        (np.ones(3, dtype=int), ValueError, r"a value for each of 40 neurons\. Got 3"),
        (np.zeros(40, dtype=int), ValueError, r"whole numbers >= 1.*Got 0"),
        (np.ones(40), TypeError, "delays must hold integers"),
        (np.ones((40, 40), dtype=int), ValueError, r"an entry for each of the \d+ synapses.*Got a matrix of 1600"),
        (np.ones((40, 40)), TypeError, "delays must hold integers"),
        (sp.csr_matrix(np.full((2, 2), 3)), ValueError, r"a row for each of 40 neurons\. Got 2"),
        (2**31, ValueError, "delays must be an integer <= 2147483647"),
        (2**30, ValueError, r"longest times the number of neurons is at most 4294967295\. Got 1073741824 for 40"),
        ("long", TypeError, "delays must be an integer"),
    ],
)
def test_bad_delays_are_refused(delays, error, words):
    matrix = sp.random(40, 40, density=0.1, random_state=0, format="csr", dtype=np.float32)
    case = {
        "adjacency_matrix": matrix,
        "num_output_neurons": 3,
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.1,
        "refractory_period": 2,
        "seed": 0,
        "duration": 5,
    }
    with pytest.raises(error, match=words):
        SNN(SimulationParams(**case, delays=delays))
    snn = SNN(SimulationParams(**case))
    before = snapshot(snn)
    with pytest.raises(error, match=words):
        snn.set_delays(delays)
    assert_same(snapshot(snn), before)


@pytest.mark.parametrize("arguments", [(0, 3), (4, 3), (1, 3, "axon"), (1.0, 3)])
def test_bad_distributions_are_refused(arguments):
    with pytest.raises((TypeError, ValueError), match=r"must be"):
        UniformDelays(*arguments)


@pytest.mark.parametrize("suffix", [".json", ".toml"])
@pytest.mark.parametrize("seed", range(4))
def test_in_descriptions_of_runs(seed, suffix, tmp_path):
    snn, case = delayed(seed, adjacency_matrix=sp.csr_matrix(random_topology(seed)), **dict.fromkeys(GENERATED))
    path = tmp_path / f"run{suffix}"
    save_params(path, SimulationParams(**case))
    again = SNN(load_params(path)[0])
    np.testing.assert_array_equal(again.delays.toarray(), snn.delays.toarray())
    np.testing.assert_array_equal(again.simulate(), snn.simulate())


GENERATED = (
    "num_neurons",
    "mean_weight",
    "weight_variance",
    "is_random_uniform",
    "connection_prob",
    "small_world_graph_k",
    "small_world_graph_p",
)


def random_topology(seed):
    return build(random_case(seed)).get_topology()


def test_a_distribution_in_a_file_is_one_of_delays(tmp_path):
    path = tmp_path / "run.toml"
    save_params(path, SimulationParams(**random_case(3) | {"delays": UniformDelays(1, 4)}))
    assert 'kind = "UniformDelays"' in path.read_text()
    path.write_text(path.read_text().replace("UniformDelays", "LIF"))
    with pytest.raises(ValueError, match="'LIF' is no Delays"):
        load_params(path)


class Doubling(Delays):
    """A distribution of a user's own: the further the target, the longer."""

    def draw(self, matrix, rng):
        """Return 1 more than the distance between the indices."""
        sources = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        return (np.abs(sources - matrix.indices) + 1).astype(np.int32)


def test_a_distribution_of_ones_own():
    snn = chain([[0, 1, 1], [0, 0, 0], [0, 0, 0]], Doubling())
    assert snn.delays.toarray().tolist() == [[0, 2, 3], [0, 0, 0], [0, 0, 0]]


def test_links_of_a_damaged_file_are_refused():
    snn, _ = delayed(2, {"clip": False})
    snn.simulate()
    header, arrays = snn.to_arrays()
    assert arrays["flight.first"].any()
    for name, value, words in (
        ("flight.first", arrays["flight.follower"].size + 1, "link"),
        ("flight.terminal", 2**31, "neuron that fired"),
        ("flight.position", 10**6, "flight.position must be"),
    ):
        changed = arrays | {name: np.full_like(arrays[name], value)}
        with pytest.raises(ValueError, match=words):
            SNN.from_arrays(header, changed)
    entry = int(arrays["flight.first"].max()) - 1
    round_about = arrays["flight.follower"].copy()
    round_about[entry] = entry + 1
    with pytest.raises(ValueError, match="once at most"):
        SNN.from_arrays(header, arrays | {"flight.follower": round_about})
