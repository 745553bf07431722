import json
import shutil
import threading
import zipfile

import kills
import numpy as np
import pytest
from cases import assert_same, lively, snapshot, state_of
from test_part_properties import Killed, kill_at

from snnres import SNN, StateMonitor
from snnres.network import checkpoint, run, shares
from snnres.network.checkpoint import Checkpoint

PLASTICITY = {"A_plus": 0.02, "A_minus": 0.01, "eta": 1.0, "W_max": 1.0}
TRIALS = (np.random.default_rng(0).random((4, 10, 20)) < 0.3).astype(np.uint8)


def plastic(**changes):
    return lively(PLASTICITY, **changes)


def stopped(folder, step=40, **arguments):
    """Leave a checkpoint of a run that was ended."""
    with pytest.raises(Killed):
        plastic().simulate(checkpoint=folder, every=10, progress=kill_at(step), **arguments)
    return folder


def content(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture(autouse=True)
def chunks_of_one_step(monkeypatch):
    monkeypatch.setattr(run, "CHUNK_SECONDS", 0.0)


@pytest.mark.parametrize("step", [1, 9, 10, 35, 59, 60])
def test_a_run_goes_on_to_the_same_bits(tmp_path, step):
    whole, resumed = plastic(), plastic()
    expected = whole.simulate()
    folder = stopped(tmp_path / "deep" / "run", step)
    reports = []
    found = resumed.simulate(checkpoint=folder, every=10, progress=lambda done, _: reports.append(done))
    np.testing.assert_array_equal(found, expected)
    assert_same(state_of(resumed), state_of(whole))
    # It began where the latest multiple of ten was; the end is kept whatever the interval.
    last = step // 10 * 10
    assert reports == [*([last] if last else []), *range(last + 1, 61)]


def test_what_frozen_weights_do_is_kept_without_them(tmp_path):
    whole, resumed = lively(), lively()
    whole.simulate()
    with pytest.raises(Killed):
        lively().simulate(checkpoint=tmp_path / "run", every=7, progress=kill_at(50))
    with zipfile.ZipFile(tmp_path / "run" / "checkpoint.npz") as archive:
        assert "weights.npy" not in archive.namelist()
    resumed.simulate(checkpoint=tmp_path / "run")
    assert_same(state_of(resumed), state_of(whole))


def test_currents_in_the_middle_of_a_column(tmp_path):
    def held():
        snn = lively()
        rng = np.random.default_rng(1)
        snn.set_input_weights(rng.normal(0.2, 0.2, (3, 40)))
        snn.set_input_currents(rng.normal(0.5, 0.5, (3, 9)), hold=7)
        return snn

    whole, resumed = held(), held()
    monitor = StateMonitor("current", every=4)
    whole.simulate(monitor=monitor)
    with pytest.raises(Killed):
        held().simulate(monitor=monitor, checkpoint=tmp_path / "run", every=11, progress=kill_at(40))
    resumed.simulate(monitor=monitor, checkpoint=tmp_path / "run", every=11)
    assert_same(state_of(resumed), state_of(whole))
    np.testing.assert_array_equal(resumed.recording.variables["current"], whole.recording.variables["current"])


def test_an_interrupt_after_going_on_keeps_what_was_run_before(tmp_path):
    whole, resumed = plastic(), plastic()
    whole.simulate()
    folder = stopped(tmp_path / "run", 30)
    with pytest.raises(KeyboardInterrupt):
        resumed.simulate(checkpoint=folder, every=10, progress=interrupt_at(44))
    assert resumed.recording.n_steps == 44
    np.testing.assert_array_equal(resumed.spike_matrix, whole.spike_matrix[:44])


def interrupt_at(step):
    def progress(done, total):
        if done == step:
            raise KeyboardInterrupt

    return progress


def test_a_script_of_several_runs_goes_on_in_the_one_that_was_killed(tmp_path):
    def script(snn, progress=False):
        for k in range(3):
            snn.simulate(checkpoint=tmp_path / f"run-{k}", every=20, progress=progress)
        return snn

    whole = plastic()
    for _ in range(3):
        whole.simulate()
    calls = []

    def kill_in_the_second(done, total):
        calls.append(done)
        if calls.count(60) == 1 and done == 30:
            raise Killed

    with pytest.raises(Killed):
        script(plastic(), kill_in_the_second)
    calls.clear()
    resumed = script(plastic(), lambda done, total: calls.append(done))
    assert_same(state_of(resumed), state_of(whole))
    # The first is done, the second goes on, the third begins.
    assert calls == [60, *range(20, 61), *range(1, 61)]


def other_network():
    return plastic(seed=12)


def other_state():
    snn = plastic()
    snn.simulate()
    return snn


def other_input():
    snn = plastic()
    snn.set_input_spike_times(1 - snn.input_spike_times)
    return snn


@pytest.mark.parametrize(
    ("make", "arguments", "words"),
    [
        (other_network, {}, "The network or its input differs"),
        (other_state, {}, "The network or its input differs"),
        (other_input, {}, "The network or its input differs"),
        (plastic, {"trace_tau": 11.0}, "The arguments differ"),
        (plastic, {"monitor": StateMonitor("potential")}, "The arguments differ"),
    ],
)
def test_the_checkpoint_of_another_run_is_refused(tmp_path, make, arguments, words):
    folder = stopped(tmp_path / "run")
    snn = make()
    before, files = snapshot(snn), content(folder)
    with pytest.raises(ValueError, match=rf"checkpoint.npz must be .* It is that of another run. {words}"):
        snn.simulate(checkpoint=folder, **arguments)
    assert_same(state_of(snn), before)
    assert content(folder) == files


def test_a_run_of_adapt_is_another_than_one_of_simulate(tmp_path):
    folder = stopped(tmp_path / "run")
    with pytest.raises(ValueError, match="The arguments differ"):
        plastic().adapt(TRIALS, seed=0, checkpoint=folder)


def test_a_second_run_does_not_take_the_first_ones_folder(tmp_path):
    snn = plastic()
    snn.simulate(checkpoint=tmp_path / "run")
    with pytest.raises(ValueError, match="Give each run a folder of its own"):
        snn.simulate(checkpoint=tmp_path / "run")


def test_other_kernels_are_refused(tmp_path, monkeypatch):
    folder = stopped(tmp_path / "run")
    monkeypatch.setattr(checkpoint, "source_stamp", lambda modules: "other")
    with pytest.raises(ValueError, match="It was written with other kernels"):
        plastic().simulate(checkpoint=folder)


@pytest.mark.parametrize("name", ["checkpoint.npz", "recording-000001.npz"])
def test_a_damaged_file_is_refused(tmp_path, name):
    folder = stopped(tmp_path / "run")
    whole = (folder / name).read_bytes()
    rng = np.random.default_rng(0)
    places = rng.integers(len(whole), size=10).tolist()
    flipped = [whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :] for place in places]
    for damage in (b"", whole[:-30], whole[: len(whole) // 2], b"\0" * len(whole), *flipped):
        (folder / name).write_bytes(damage)
        snn = plastic()
        before = snapshot(snn)
        try:
            spikes = snn.simulate(checkpoint=folder, every=10)
        except ValueError as error:
            assert name in str(error)  # noqa: PT017
            assert_same(state_of(snn), before)
            assert (folder / name).read_bytes() == damage
        else:
            # In a field of the archive that nobody reads, as a date.
            np.testing.assert_array_equal(spikes, plastic().simulate())
            shutil.rmtree(folder)
            stopped(folder)


def test_a_missing_piece_is_refused(tmp_path):
    folder = stopped(tmp_path / "run")
    (folder / "recording-000001.npz").unlink()
    with pytest.raises(FileNotFoundError, match=r"recording-000001.npz must be .* There is no such file"):
        plastic().simulate(checkpoint=folder)


def test_a_newer_version_is_refused(tmp_path):
    folder = stopped(tmp_path / "run")
    with np.load(folder / "checkpoint.npz") as archive:
        arrays = dict(archive)
    header = json.loads(str(arrays["header"])) | {"version": checkpoint.VERSION + 1}
    np.savez(folder / "checkpoint.npz", **arrays | {"header": np.array(json.dumps(header))})
    with pytest.raises(ValueError, match="written by a newer one"):
        plastic().simulate(checkpoint=folder)


def test_a_folder_of_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("all of it")
    for call in (plastic().simulate, lambda **given: plastic().adapt(TRIALS, **given)):
        with pytest.raises(ValueError, match=r"checkpoint must be a folder of its own.* 'thesis.tex'"):
            call(checkpoint=tmp_path)
        with pytest.raises(ValueError, match=r"checkpoint must be a folder of its own, or a new one. Got "):
            call(checkpoint=tmp_path / "thesis.tex")
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"every": 10}, ValueError, "every must be None without a checkpoint. Got 10"),
        ({"every": 0}, ValueError, "every must be an integer >= 1"),
        ({"every": 2.0}, TypeError, "every must be an integer"),
        ({"checkpoint": 5}, TypeError, "checkpoint must be a path. Got 5"),
        ({"checkpoint": ""}, ValueError, "checkpoint must be the path of a file"),
    ],
)
def test_arguments_are_refused_before_any_work(tmp_path, arguments, error, words):
    given = {"checkpoint": tmp_path / "run"} | arguments if arguments != {"every": 10} else arguments
    for call in (plastic().simulate, lambda **given: plastic().adapt(TRIALS, **given)):
        with pytest.raises(error, match=words):
            call(**given)
    assert not (tmp_path / "run").exists()


def test_two_runs_at_once_are_refused(tmp_path):
    entered, left = threading.Event(), threading.Event()

    def wait(done, total):
        entered.set()
        left.wait(60)

    thread = threading.Thread(target=lambda: plastic().simulate(checkpoint=tmp_path / "run", progress=wait))
    thread.start()
    try:
        entered.wait(60)
        with pytest.raises(RuntimeError, match="is in use by another run"):
            plastic().simulate(checkpoint=tmp_path / "run")
    finally:
        left.set()
        thread.join()


def test_without_an_interval_writing_takes_a_small_part_of_the_time(tmp_path, monkeypatch):
    place = Checkpoint(tmp_path / "run", None)
    now = place.latest = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    place.cost = 0.01
    assert not place.due(5)
    now = 1000.0 + checkpoint.REST + 0.1
    assert place.due(5)
    place.cost = 1.0
    assert not place.due(5)
    now = 1000.0 + checkpoint.SHARE + 0.1
    assert place.due(5)


@pytest.mark.parametrize("seed", [0, None])
@pytest.mark.parametrize("presentation", [1, 3, 4, 7, 8])
def test_adapt_goes_on_to_the_same_bits(tmp_path, presentation, seed):
    def adapt(snn, **given):
        return snn.adapt(TRIALS, epochs=2, seed=seed, apply_threshold=True, **given)

    folder, ended, resumed = tmp_path / "run", plastic(mean_weight=0.6), plastic(mean_weight=0.6)
    with pytest.raises(Killed):
        adapt(ended, checkpoint=folder, every=1, progress=kill_at(presentation))
    history = adapt(resumed, checkpoint=folder, every=3)
    whole = plastic(mean_weight=0.6)
    if seed is None:
        # The order was drawn in the call that was ended; here it is given.
        for number, trial in enumerate(history["trial"].tolist()):
            whole.adapt(TRIALS[[trial]], shuffle=False)
            if number % 4 == 3:
                whole.set_input_spike_times(np.concatenate(TRIALS, axis=1))
                whole.apply_global_scalar_threshold()
        whole.set_input_spike_times(resumed.input_spike_times)
        whole.reset()
        assert sorted(history["trial"].tolist()) == [0, 0, 1, 1, 2, 2, 3, 3]
    else:
        for name, values in adapt(whole).items():
            np.testing.assert_array_equal(history[name], values)
            assert history[name].dtype == values.dtype
    assert_same(state_of(resumed), state_of(whole), leave_out=("cell",))
    assert resumed.membrane_threshold == whole.membrane_threshold
    again = plastic(mean_weight=0.6)
    for name, values in adapt(again, checkpoint=folder).items():
        np.testing.assert_array_equal(history[name], values)
    assert_same(state_of(again), state_of(resumed), leave_out=("cell",))


@pytest.mark.parametrize(
    "changes", [{"epochs": 3}, {"seed": 1}, {"seed": None}, {"shuffle": False}, {"inputs": 1 - TRIALS}]
)
def test_another_call_of_adapt_is_refused(tmp_path, changes):
    given = {"inputs": TRIALS, "epochs": 2, "seed": 0, "checkpoint": tmp_path / "run", "every": 1}
    with pytest.raises(Killed):
        plastic().adapt(**given, progress=kill_at(3))
    snn = plastic()
    before = snapshot(snn)
    with pytest.raises(ValueError, match="The arguments differ"):
        snn.adapt(**given | changes)
    assert_same(state_of(snn), before)


def test_a_copy_and_a_file_know_nothing_of_a_checkpoint(tmp_path):
    snn, twin = plastic(), plastic()
    snn.simulate(checkpoint=tmp_path / "run")
    twin.simulate()
    snn.save(tmp_path / "network")
    for again in (snn.copy(), SNN.load(tmp_path / "network")):
        assert_same(state_of(again), state_of(twin), leave_out=("recording",))


@pytest.mark.slow
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_threads_that_share_a_run_go_on_to_the_same_bits(tmp_path, monkeypatch, n_jobs):
    monkeypatch.setattr(shares, "LARGE", 0)
    for name in ("TO_PART", "TO_PART_ANEW", "UNTOLD"):
        monkeypatch.setattr(shares, name, 0)
    whole, resumed = lively(delays=4), lively(delays=4)
    monitor = StateMonitor("potential", every=3)
    whole.simulate(monitor=monitor, n_jobs=1)
    given = {"monitor": monitor, "checkpoint": tmp_path / "run", "every": 10}
    with pytest.raises(Killed):
        lively(delays=4).simulate(**given, n_jobs=2, progress=kill_at(30))
    resumed.simulate(**given, n_jobs=n_jobs)
    assert (resumed._run.crew is not None and bool(resumed._run.crew.shares)) == (n_jobs == 2)
    assert_same(state_of(resumed), state_of(whole))
    np.testing.assert_array_equal(resumed.recording.variables["potential"], whole.recording.variables["potential"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(kills.KINDS))
def test_killed_runs_go_on(kind):
    """``python tests/kills.py`` does it a hundred times."""
    met, _, lost, bad = kills.report(kind, 4, seed=1)
    assert (met, bad) == (4, [])
    assert lost <= kills.EVERY[kind]
