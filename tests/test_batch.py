"""Batches: trial for trial what reset, input and simulate give, whatever the threads, the order and the chunks."""

import os
import subprocess
import sys
import threading
import tracemalloc

import numpy as np
import pytest
from cases import (
    assert_same,
    build,
    random_case,
    random_input_map,
    random_plasticity,
    reference_of,
    snapshot,
    state_of,
)

from snnres import features
from snnres.kernels.turn import turn_bytes

SEEDS = range(12)
KINDS = ("spikes", "currents", "both")
RETURNS = ("recordings", "outputs", "features")


def random_batch(seed, kind, *, equal=False):
    """A network with what a batch of 7 trials takes: its case, its input map, and the keyword arguments."""
    case = random_case(seed)
    rng = np.random.default_rng([seed, 3])
    snn = build(case)
    input_map = random_input_map(rng, snn.num_neurons)
    snn.set_input_weights(*input_map)
    n_inputs = int(rng.integers(1, snn.num_neurons))
    lengths = [25] * 7 if equal else rng.integers(1, 50, size=7)
    given = {
        "inputs": [(rng.random((n_inputs, steps)) < 0.3).astype(np.uint8) for steps in lengths],
        "currents": [rng.normal(0.4, 0.5, size=(input_map[0].shape[0], steps)) for steps in lengths],
    }
    wanted = {"spikes": ["inputs"], "currents": ["currents"], "both": ["inputs", "currents"]}[kind]
    return snn, case, input_map, {name: given[name] for name in wanted}


def prepare(snn, trials, k):
    """Put a network where trial k of a batch starts."""
    snn.reset()
    snn.set_input_spike_times(trials["inputs"][k] if "inputs" in trials else np.zeros((0, 0)))
    snn.set_input_currents(trials["currents"][k] if "currents" in trials else None)


def one_by_one(snn, trials):
    """What a loop over the trials gives, under the names of ``returns``."""
    loop = snn.copy()
    recordings, outputs, found = [], [], []
    for k in range(len(next(iter(trials.values())))):
        prepare(loop, trials, k)
        outputs.append(loop.simulate())
        recordings.append(loop.recording)
        found.append(loop.extract_features_from_spikes())
    return {
        "recordings": recordings,
        "outputs": outputs,
        "features": {name: np.array([values[name] for values in found]) for name in found[0]},
    }


def assert_equal(first, second):
    """Assert that two results of a batch are the same, bit for bit and of one dtype."""
    if isinstance(first, dict):
        assert list(first) == list(second)
        first, second = list(first.values()), list(second.values())
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)
        else:
            assert a.n_neurons == b.n_neurons
            assert_equal([a.offsets, a.neurons], [b.offsets, b.neurons])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_equals_a_loop(seed, kind):
    snn, *_, trials = random_batch(seed, kind)
    expected = one_by_one(snn, trials)
    before = snapshot(snn)
    for returns in RETURNS:
        assert_equal(snn.simulate_batch(**trials, returns=returns, n_jobs=seed % 3 + 1), expected[returns])
    assert_same(state_of(snn), before)


def test_the_cases_spike():
    for kind in KINDS:
        silent = sum(recording.n_spikes == 0 for seed in SEEDS for recording in spikes_of(*random_batch(seed, kind)))
        assert silent < 0.4 * 7 * len(SEEDS)


def spikes_of(snn, _case, _input_map, trials):
    return snn.simulate_batch(**trials)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_equals_the_reference(seed, kind):
    snn, case, input_map, trials = random_batch(seed, kind)
    for k, recording in enumerate(snn.simulate_batch(**trials)):
        spikes, currents = (trials[name][k] if name in trials else None for name in ("inputs", "currents"))
        n_steps = case.get("duration", (currents if spikes is None else spikes).shape[1])
        expected = reference_of(case, snn, input_map=input_map).run(spikes, n_steps, currents)
        np.testing.assert_array_equal(recording.to_dense(), expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_jobs", [1, 2, 3, -1])
@pytest.mark.parametrize(
    ("chunk", "firing", "buffer", "piece"), [(1, 1 / 16, 2**20, 0), (5000, 0, 0, 0.05), (2e8, 1, 2**20, 0.05)]
)
def test_threads_chunks_pieces_and_buffers_change_nothing(monkeypatch, kind, n_jobs, chunk, firing, buffer, piece):
    """A chunk of every trial or of all, a step at a time or many; buffers that hold a step and grow, or all."""
    monkeypatch.setattr("snnres.network.batch.PIECE", piece)
    monkeypatch.setattr("snnres.network.batch.CHUNK_WORK", chunk)
    monkeypatch.setattr("snnres.network.batch.FIRING", firing)
    monkeypatch.setattr("snnres.network.run.BUFFER_SPIKES", buffer)
    snn, *_, trials = random_batch(5, kind)
    expected = one_by_one(snn, trials)
    for returns in RETURNS:
        assert_equal(snn.simulate_batch(**trials, returns=returns, n_jobs=n_jobs), expected[returns])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_presentation_changes_nothing(seed, kind):
    snn, *_, trials = random_batch(seed, kind)
    order = np.random.default_rng(seed).permutation(7)
    shuffled = {name: [parts[k] for k in order] for name, parts in trials.items()}
    for n_jobs in (1, 2):
        plain = snn.simulate_batch(**trials, returns="features", n_jobs=n_jobs)
        other = snn.simulate_batch(**shuffled, returns="features", n_jobs=n_jobs)
        assert_equal({name: values[order] for name, values in plain.items()}, other)


@pytest.mark.parametrize("duration", [10, 25, 40])
def test_a_duration_holds_for_all(duration):
    """Shorter than the input, as long, and longer: without input, and without bias, at the end."""
    rng = np.random.default_rng(1)
    case = {name: value for name, value in random_case(1).items() if name != "duration"}
    snn = build(case | {"duration": duration})
    snn.set_input_weights(*random_input_map(rng, snn.num_neurons))
    n_channels = snn._network.input_weights.n_channels
    trials = {
        "inputs": [rng.random((3, steps)) < 0.4 for steps in (25, 4, 0, 60)],
        "currents": [rng.random((n_channels, steps)) for steps in (25, 4, 0, 60)],
    }
    for given in (trials, {"inputs": trials["inputs"]}, {"currents": trials["currents"]}):
        outputs = snn.simulate_batch(**given, returns="outputs")
        assert outputs.shape == (4, duration, snn.num_output_neurons)
        assert_equal(outputs, one_by_one(snn, given)["outputs"])


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_and_lists_of_any_layout_and_dtype(kind):
    snn, *_, trials = random_batch(2, kind, equal=True)
    expected = snn.simulate_batch(**trials)
    stacked = {name: np.stack(parts) for name, parts in trials.items()}
    turned = {
        name: np.ascontiguousarray(parts.transpose(2, 0, 1)).transpose(1, 2, 0) for name, parts in stacked.items()
    }
    for given in (stacked, turned, {name: parts.tolist() for name, parts in stacked.items()}):
        assert_equal(snn.simulate_batch(**given), expected)
    if kind == "spikes":
        for dtype in (bool, np.int64, np.float32):
            assert_equal(snn.simulate_batch(stacked["inputs"].astype(dtype)), expected)


def test_outputs_are_one_array_where_lengths_are_equal():
    snn, case, _, trials = random_batch(2, "spikes", equal=True)
    outputs = snn.simulate_batch(trials["inputs"], returns="outputs")
    assert outputs.shape == (7, case.get("duration", 25), snn.num_output_neurons)
    assert outputs.dtype == np.int8


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_potentials_of_all_trials_and_of_each(n_jobs):
    snn, *_, trials = random_batch(7, "spikes")
    each = np.random.default_rng(0).random((7, snn.num_neurons)) * snn.membrane_threshold
    loop = snn.copy()

    def run(k, potentials):
        prepare(loop, trials, k)
        loop.set_membrane_potentials(potentials)
        loop.simulate()
        return loop.recording

    own = snn.simulate_batch(**trials, potentials=each, n_jobs=n_jobs)
    assert_equal(own, [run(k, each[k]) for k in range(7)])
    common = snn.simulate_batch(**trials, potentials=each[3], n_jobs=n_jobs)
    assert_equal(common, [run(k, each[3]) for k in range(7)])


def test_other_neurons_than_the_outputs():
    snn, *_, trials = random_batch(4, "spikes")
    chosen = np.random.default_rng(0).permutation(snn.num_neurons)
    loop = snn.copy()
    loop.set_output_neurons(chosen)
    expected = one_by_one(loop, trials)
    for returns in ("outputs", "features"):
        assert_equal(snn.simulate_batch(**trials, returns=returns, neurons=chosen), expected[returns])


def test_functions_of_the_trains():
    snn, *_, trials = random_batch(4, "spikes")
    expected = one_by_one(snn, trials)
    counts = snn.simulate_batch(**trials, returns=features.spike_counts, n_jobs=2)
    np.testing.assert_array_equal(counts, expected["features"]["spike_counts"])
    bins = snn.simulate_batch(**trials, returns=lambda trains: {"bins": features.binned_counts(trains, n_bins=4)})
    assert bins["bins"].shape == (7, snn.num_output_neurons, 4)
    np.testing.assert_array_equal(bins["bins"].sum(axis=2), counts)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda trains: None,
        lambda trains: 3.0,
        lambda trains: np.array(3.0),
        lambda trains: np.zeros(trains.n_trains - 1),
        lambda trains: {"counts": np.zeros((2, trains.n_trains + 1))},
        lambda trains: trains.lists(),
    ],
)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_functions_without_a_row_a_train_are_refused(wrong, n_jobs):
    snn, *_, trials = random_batch(4, "spikes")
    with pytest.raises(ValueError, match=r"returns must give arrays with a row for each of the .* trains"):
        snn.simulate_batch(**trials, returns=wrong, n_jobs=n_jobs)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_plasticity_is_frozen(n_jobs):
    case = random_case(6)
    snn = build(case, random_plasticity(6))
    trials = {"inputs": [case["input_spike_times"]] * 3}
    before = snapshot(snn)
    recordings = snn.simulate_batch(**trials, n_jobs=n_jobs)
    assert_same(state_of(snn), before)
    assert sum(recording.n_spikes for recording in recordings) > 0
    snn.disable_stdp()
    assert_equal(recordings, one_by_one(snn, trials)["recordings"])


def test_the_state_of_the_network_does_not_matter():
    snn, *_, trials = random_batch(8, "spikes")
    expected = snn.simulate_batch(**trials)
    snn.set_input_spike_times(trials["inputs"][0])
    snn.simulate()
    assert_equal(snn.simulate_batch(**trials), expected)


def test_recordings_own_their_memory():
    snn, *_, trials = random_batch(4, "spikes")
    for recording in snn.simulate_batch(**trials):
        # A read-only view, through a memory view, of an array that is no view.
        assert recording.neurons.base.obj.base is None
        assert recording.neurons.base.nbytes == 4 * recording.n_spikes


def lively(n_neurons=300, k=20):
    """A network in which about a third of the neurons fire in a step."""
    snn = build(
        {
            "num_neurons": n_neurons,
            "num_output_neurons": 5,
            "mean_weight": 0.1,
            "small_world_graph_k": k,
            "small_world_graph_p": 0.2,
            "membrane_threshold": 1.0,
            "leak_coefficient": 0.0,
            "refractory_period": 1,
            "seed": 0,
        }
    )
    return snn, np.ones((50, 100), dtype=np.uint8)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_memory_is_bounded_by_the_results(monkeypatch, n_jobs):
    monkeypatch.setattr("snnres.network.batch.CHUNK_WORK", 10**5)
    snn, trial = lively()
    spikes = snn.simulate_batch([trial])[0].n_spikes
    assert spikes > 0.1 * 300 * 100
    trials = [trial] * 400

    def peak(returns):
        tracemalloc.start()
        snn.simulate_batch(trials, returns=returns, n_jobs=n_jobs)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    everything = 4 * spikes * len(trials)
    assert peak("recordings") > everything
    assert peak("features") < everything / 5


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_progress_counts_trials(n_jobs):
    snn, *_, trials = random_batch(4, "spikes")
    calls = []
    snn.simulate_batch(**trials, n_jobs=n_jobs, progress=lambda done, total: calls.append((done, total)))
    assert calls == sorted(set(calls))
    assert calls[-1] == (7, 7)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_of_the_caller_ends_all_threads_at_once(monkeypatch, n_jobs, error):
    monkeypatch.setattr("snnres.network.batch.CHUNK_WORK", 1)
    snn, trial = lively()
    before = snapshot(snn)
    run = []

    def counts(trains):
        run.append(trains.n_trains)
        return features.spike_counts(trains)

    def stop(done, total):
        raise error

    threads = threading.active_count()
    with pytest.raises(error) as caught:
        snn.simulate_batch([trial] * 1000, returns=counts, n_jobs=n_jobs, progress=stop)
    # While the error, and with it the frames of the batch, is still at hand.
    assert caught.value is not None
    assert threading.active_count() == threads
    assert len(run) < 20
    assert_same(state_of(snn), before)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_of_the_function_comes_through(n_jobs):
    snn, *_, trials = random_batch(4, "spikes")

    def fail(trains):
        raise ZeroDivisionError("of the caller's")

    with pytest.raises(ZeroDivisionError, match="of the caller's"):
        snn.simulate_batch(**trials, returns=fail, n_jobs=n_jobs)


@pytest.mark.parametrize("shape", [(16, 24), (1, 3), (7, 7), (8, 5), (5, 8), (9, 17), (33, 1), (0, 4), (4, 0)])
def test_turning_bytes(shape):
    rows = np.random.default_rng(sum(shape)).integers(0, 256, shape, dtype=np.uint8)
    columns = np.full(shape[::-1], 99, dtype=np.uint8)
    turn_bytes(rows, columns)
    np.testing.assert_array_equal(columns, rows.T)


LONG_BATCH = """
import os, signal, sys, threading, time
import numpy as np
from test_batch import lively
from cases import assert_same, snapshot, state_of
snn, trial = lively(3000, 200)
before = snapshot(snn)
# So many that the layout of the synapses, too, is that of long batches.
snn.simulate_batch([trial] * 200, returns="features", n_jobs=2)
for trials in ([trial] * 20_000, [np.ones((1, 10**6), dtype=np.uint8)] * 2):
    for n_jobs in (1, 2):
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        start = time.monotonic()
        try:
            snn.simulate_batch(trials, returns="features", n_jobs=n_jobs)
        except KeyboardInterrupt:
            heard = time.monotonic() - start - 0.3
        used = time.process_time()
        time.sleep(0.5)
        # Seconds until the interrupt was heard, and those computed after it.
        print(heard, time.process_time() - used, threading.active_count())
        assert_same(state_of(snn), before)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
def test_ctrl_c_ends_a_batch_at_once_between_trials_and_within():
    done = subprocess.run(
        [sys.executable, "-c", LONG_BATCH], capture_output=True, text=True, cwd=os.path.dirname(__file__), check=False
    )
    rows = [[float(number) for number in line.split()] for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert len(rows) == 4
    for heard, computed, threads in rows:
        assert heard < 0.3
        assert computed < 0.2
        assert threads == 1


TRIAL = np.ones((4, 9), dtype=np.uint8)


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({}, ValueError, "inputs or currents must be given"),
        ({"inputs": []}, ValueError, "inputs must hold at least one trial"),
        ({"inputs": np.zeros((0, 4, 9))}, ValueError, "inputs must hold at least one trial"),
        ({"inputs": TRIAL}, TypeError, r"inputs must be an array \(n_trials, n_rows, n_steps\) or a list"),
        ({"inputs": [TRIAL[0]]}, ValueError, r"inputs\[0\] must be a 2-D array"),
        ({"inputs": [TRIAL, 2 * TRIAL]}, ValueError, r"inputs\[1\] must hold only 0 and 1. Got .*2"),
        ({"inputs": [TRIAL, TRIAL[:2]]}, ValueError, r"same number of rows in every trial. Got \[2, 4\]"),
        ({"inputs": [np.ones((61, 9))]}, ValueError, r"inputs\[0\] must have at most one row a neuron"),
        ({"inputs": [TRIAL, TRIAL[:, :0]]}, ValueError, "at least one step. Got 0 in trial 1"),
        ({"currents": [np.ones((2, 9))]}, ValueError, r"currents\[0\] must have a row for each of 3 channels. Got 2"),
        ({"currents": [np.full((3, 9), np.nan)]}, ValueError, r"currents\[0\] must be finite"),
        ({"inputs": [TRIAL], "currents": [np.ones((3, 8))]}, ValueError, "same trials with the same numbers of steps"),
        ({"inputs": [TRIAL], "currents": [np.ones((3, 9))] * 2}, ValueError, "same trials"),
        ({"inputs": [TRIAL], "returns": "spikes"}, ValueError, "returns must be 'recordings', 'outputs', 'features'"),
        ({"inputs": [TRIAL], "returns": np.array(["features"])}, ValueError, "returns must be"),
        ({"inputs": [TRIAL], "potentials": np.ones(11)}, ValueError, "potentials must have one value for each of 12"),
        ({"inputs": [TRIAL], "potentials": np.ones((2, 12))}, ValueError, "a row for each of 1 trials. Got 2"),
        ({"inputs": [TRIAL], "potentials": np.ones((1, 11))}, ValueError, r"potentials\[0\] must have one value"),
        ({"inputs": [TRIAL], "potentials": np.full(12, np.nan)}, ValueError, "potentials must be finite"),
        ({"inputs": [TRIAL], "potentials": [[1.0], [1.0, 2.0]]}, ValueError, "potentials must be an array"),
        ({"inputs": [TRIAL], "neurons": [0, 0]}, ValueError, "neurons must not repeat"),
        ({"inputs": [TRIAL], "neurons": [12]}, ValueError, "neurons must lie in"),
        ({"inputs": [TRIAL], "n_jobs": 0}, ValueError, "n_jobs must be -1 or an integer >= 1"),
        ({"inputs": [TRIAL], "n_jobs": -2}, ValueError, "n_jobs must be .*-2"),
        ({"inputs": [TRIAL], "n_jobs": True}, TypeError, "n_jobs must be"),
        ({"inputs": [TRIAL], "progress": 1}, TypeError, "progress must be"),
    ],
)
def test_refused(kwargs, error, words):
    snn, _ = lively(12, k=4)
    snn.set_input_weights(np.ones((3, 12)))
    before = snapshot(snn)
    with pytest.raises(error, match=words):
        snn.simulate_batch(**kwargs)
    assert_same(state_of(snn), before)


def test_currents_need_weights():
    snn, _ = lively(12, k=4)
    with pytest.raises(ValueError, match="set_input_weights"):
        snn.simulate_batch(currents=[np.ones((3, 9))])


def test_more_threads_than_trials():
    snn, trial = lively()
    assert_equal(snn.simulate_batch([trial], n_jobs=10**6), snn.simulate_batch([trial], n_jobs=1))
