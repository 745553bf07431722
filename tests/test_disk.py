import gc
import json
import os
import shutil
import subprocess
import sys
import tracemalloc
from unittest import mock

import numpy as np
import pytest
from cases import assert_same, lively, snapshot, state_of
from test_part_properties import Killed, kill_at

from snnres import StateMonitor
from snnres.network import disk, run
from snnres.recording import StoredRecording, store

PLASTICITY = {"A_plus": 0.02, "A_minus": 0.01, "eta": 1.0, "W_max": 1.0}
MONITOR = StateMonitor(["potential", "timer"], neurons=[3, 39, 0], every=4)


def plastic(**changes):
    return lively(PLASTICITY, **changes)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Chunks of a few rows, rings of a few steps and samples."""
    monkeypatch.setattr(store, "CHUNK_BYTES", 64)
    monkeypatch.setattr(disk, "STEPS_HELD", 7)
    monkeypatch.setattr(disk, "NUMBERS_HELD", 12)


def assert_same_recording(found, expected):
    np.testing.assert_array_equal(found.offsets, expected.offsets)
    np.testing.assert_array_equal(found.neurons, expected.neurons)
    assert found.neurons.dtype == expected.neurons.dtype
    assert found.n_neurons == expected.n_neurons
    assert list(found.variables) == sorted(expected.variables)
    np.testing.assert_array_equal(found.variables.steps, expected.variables.steps)
    for name, values in expected.variables.items():
        np.testing.assert_array_equal(found.variables[name], values)
        assert found.variables[name].dtype == values.dtype


@pytest.mark.parametrize("seconds", [0.0, 1e-5, 0.5])
@pytest.mark.parametrize(
    "monitor", [None, MONITOR, StateMonitor("potential", every=1), StateMonitor("timer", every=61)]
)
def test_what_is_on_disk_is_what_would_be_in_memory(tmp_path, monkeypatch, seconds, monitor):
    whole, stored = plastic(), plastic()
    whole.simulate(monitor=monitor)
    monkeypatch.setattr(run, "CHUNK_SECONDS", seconds)
    found = stored.simulate_to_disk(tmp_path / "deep" / "run", monitor=monitor)
    expected = whole.recording
    assert (found.n_steps, found.n_spikes, found.n_neurons) == (60, expected.n_spikes, 40)
    assert_same_recording(found.window(0, 60), expected)
    assert_same(state_of(stored), state_of(whole))
    assert_same_recording(stored.recording, expected)
    np.testing.assert_array_equal(found.counts(), expected.to_dense().sum(axis=0))
    for start in (0, 1, 17, 60):
        for stop in (start, (start + 60) // 2, 60):
            assert_same_recording(found.window(start, stop), expected.window(start, stop))
    pieces = list(StoredRecording(tmp_path / "deep" / "run").windows(13))
    np.testing.assert_array_equal(np.concatenate([piece.to_dense() for piece in pieces]), expected.to_dense())


def test_silence_is_written_too(tmp_path):
    silent = lively(input_spike_times=np.zeros((10, 60)), membrane_potentials=np.zeros(40))
    found = silent.simulate_to_disk(tmp_path / "run", monitor=StateMonitor(["potential", "timer"]))
    assert (found.n_steps, found.n_spikes) == (60, 0)
    assert not found.window(0, 60).variables["timer"].any()
    without_a_chunk(tmp_path / "run", "ends")
    with pytest.raises(ValueError, match="ends lacks chunks"):
        StoredRecording(tmp_path / "run")


def test_memory_does_not_grow_with_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "CHUNK_BYTES", 2**14)
    monkeypatch.setattr(disk, "STEPS_HELD", 500)
    monkeypatch.setattr(disk, "NUMBERS_HELD", 2**12)
    monkeypatch.setattr(run, "BUFFER_SPIKES", 1000)
    peaks, spikes = [], []

    def weigh(done, total):
        # Zarr leaves circles of objects behind, which go whenever Python thinks of it; to look for them takes time.
        if done % 10 == 0:
            gc.collect()
            peaks[-1] = max(peaks[-1], tracemalloc.get_traced_memory()[0])

    # The first has what is loaded once.
    for n_steps in (10, 1000, 10_000):
        snn = lively(duration=n_steps, input_spike_times=np.zeros((0, 0)), refractory_period=1)
        snn.set_input_weights(np.zeros((1, 40)), np.full(40, 0.5))
        snn.set_input_currents(np.zeros((1, 1)), hold=n_steps)
        peaks.append(0)
        tracemalloc.start()
        stored = snn.simulate_to_disk(tmp_path / str(n_steps), monitor=StateMonitor("potential"), progress=weigh)
        tracemalloc.stop()
        spikes.append(stored.n_spikes)
        assert snn._run.recorder.neurons.size <= 1040
        assert len(snn._run.recorder.offsets) == min(n_steps, 500) + 1
    assert spikes[2] > 9 * spikes[1] > 10_000
    # In memory the potentials alone would grow by ten times as much; here it is the names of so many small chunks.
    assert peaks[2] - peaks[1] < 9000 * 40 * 4 / 10


def test_an_interrupt_keeps_what_was_done(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "CHUNK_SECONDS", 0.0)
    whole, ended = plastic(), plastic()
    whole.simulate(monitor=MONITOR)
    with pytest.raises(Killed):
        ended.simulate_to_disk(tmp_path / "run", monitor=MONITOR, progress=kill_at(22))
    found = StoredRecording(tmp_path / "run")
    assert found.n_steps == 22
    assert_same_recording(found.window(0, 22), whole.recording.window(0, 22))
    assert_same_recording(ended.recording, whole.recording.window(0, 22))


@pytest.mark.parametrize("step", [3, 10, 35, 60])
def test_a_run_goes_on_from_its_checkpoint(tmp_path, monkeypatch, step):
    monkeypatch.setattr(run, "CHUNK_SECONDS", 0.0)
    whole = plastic()
    whole.simulate(monitor=MONITOR)
    given = {"path": tmp_path / "run", "monitor": MONITOR, "checkpoint": tmp_path / "checkpoint", "every": 10}
    # Ended, and as a kill leaves it.
    for close in (disk.DiskRun.close, lambda _: None):
        with mock.patch.object(disk.DiskRun, "close", close), pytest.raises(Killed):
            plastic().simulate_to_disk(**given, progress=kill_at(step))
    for _ in range(2):
        resumed = plastic()
        found = resumed.simulate_to_disk(**given)
        assert_same_recording(found.window(0, 60), whole.recording)
        assert_same(state_of(resumed), state_of(whole))


def test_a_killed_run_cannot_be_read(tmp_path, monkeypatch):
    monkeypatch.setattr(disk.DiskRun, "close", lambda _: None)
    with pytest.raises(ValueError, match=r"must be finished. Its run was killed"):
        plastic().simulate_to_disk(tmp_path / "run")


def test_what_is_there_is_not_overwritten(tmp_path):
    snn = plastic()
    snn.simulate_to_disk(tmp_path / "run")
    (tmp_path / "thesis").mkdir()
    before = snapshot(snn)
    for path in (tmp_path / "run", tmp_path / "thesis"):
        with pytest.raises(ValueError, match="path must be that of a new folder"):
            snn.simulate_to_disk(path)
    for path in (tmp_path / "run", tmp_path / "thesis"):
        with pytest.raises(ValueError, match=r"path must be that of a new folder|must be a recording on disk"):
            plastic(seed=3).simulate_to_disk(path, checkpoint=tmp_path / "checkpoint")
    assert_same(state_of(snn), before)
    assert (tmp_path / "thesis").is_dir()


@pytest.mark.parametrize(
    ("path", "arguments", "error", "words"),
    [
        (5, {}, TypeError, "path must be a path. Got 5"),
        ("", {}, ValueError, "path must be the path of a file"),
        ("run", {"trace_tau": 0}, ValueError, "trace_tau must be"),
        ("run", {"monitor": StateMonitor("voltage")}, ValueError, "variables must be among"),
        ("run", {"monitor": StateMonitor("potential", max_bytes=4)}, ValueError, "max_bytes must be at least"),
        ("run", {"every": 5}, ValueError, "every must be None without a checkpoint"),
    ],
)
def test_arguments_are_refused_before_any_work(tmp_path, monkeypatch, path, arguments, error, words):
    monkeypatch.chdir(tmp_path)
    snn = plastic()
    before = snapshot(snn)
    with pytest.raises(error, match=words):
        snn.simulate_to_disk(path, **arguments)
    assert_same(state_of(snn), before)
    assert os.listdir(tmp_path) == []


def rewrite(path, change):
    path.write_text(json.dumps(change(json.loads(path.read_text()))))


def with_attributes(**values):
    def change(folder):
        rewrite(folder / "zarr.json", lambda text: text | {"attributes": text["attributes"] | values})

    return change


def cut(folder):
    rewrite(folder / "neurons" / "zarr.json", lambda text: text | {"shape": [text["shape"][0] - 1]})


def unreadable(folder):
    (folder / "zarr.json").write_text("{")


def without_a_chunk(folder, name="neurons"):
    (folder / name / "c" / "3").unlink()


def without_an_array(folder):
    shutil.rmtree(folder / "ends")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (with_attributes(format="another"), "It is of another format"),
        (with_attributes(version=store.VERSION + 1), "written by a newer one"),
        (with_attributes(n_neurons=-1), "n_neurons must be an integer >= 0"),
        (unreadable, "It is damaged or of another format"),
        (cut, "It is damaged: spikes are missing"),
        (without_a_chunk, "It is damaged: neurons lacks chunks"),
        (without_an_array, "It is damaged"),
        (shutil.rmtree, "There is no such folder"),
    ],
)
def test_a_damaged_store_is_refused(tmp_path, damage, words):
    plastic().simulate_to_disk(tmp_path / "run", monitor=MONITOR)
    damage(tmp_path / "run")
    with pytest.raises((ValueError, FileNotFoundError), match=words):
        StoredRecording(tmp_path / "run")


@pytest.mark.parametrize("chunk", ["neurons/c/2", "ends/c/1", "variables/potential/c/1/0"])
def test_a_damaged_chunk_is_refused(tmp_path, chunk):
    found = plastic().simulate_to_disk(tmp_path / "run", monitor=MONITOR)
    content = bytearray((tmp_path / "run" / chunk).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "run" / chunk).write_bytes(content)
    with pytest.raises(ValueError, match=r"run must be a recording on disk. It is damaged: .*checksum"):
        found.window(0, 60)
    if chunk.startswith("neurons"):
        with pytest.raises(ValueError, match="It is damaged"):
            found.counts()


def test_neurons_that_are_not_there_are_refused(tmp_path):
    found = plastic().simulate_to_disk(tmp_path / "run")
    with_attributes(n_neurons=5)(tmp_path / "run")
    with pytest.raises(ValueError, match="do not belong together"):
        StoredRecording(tmp_path / "run").window(0, 60)
    with pytest.raises(ValueError, match="stop must be an integer <= 60"):
        found.window(0, 61)
    with pytest.raises(ValueError, match="n_steps must be an integer >= 1"):
        next(found.windows(0))


def test_a_checkpoint_whose_recording_is_another_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "CHUNK_SECONDS", 0.0)
    given = {"checkpoint": tmp_path / "checkpoint", "every": 10}
    with pytest.raises(Killed):
        plastic().simulate_to_disk(tmp_path / "run", **given, progress=kill_at(40))
    plastic(seed=5).simulate_to_disk(tmp_path / "other")
    snn = plastic()
    before = snapshot(snn)
    with pytest.raises(ValueError, match="other must be the recording of this run"):
        snn.simulate_to_disk(tmp_path / "other", **given)
    with pytest.raises(FileNotFoundError, match="There is no such folder"):
        snn.simulate_to_disk(tmp_path / "gone", **given)
    with pytest.raises(ValueError, match="The arguments differ"):
        snn.simulate(**given)
    array = tmp_path / "run" / "neurons" / "zarr.json"
    rewrite(array, lambda text: text | {"shape": [0]})
    with pytest.raises(ValueError, match=r"'neurons' must have \d+ rows"):
        snn.simulate_to_disk(tmp_path / "run", **given)
    shutil.rmtree(tmp_path / "run" / "ends")
    with pytest.raises(ValueError, match=r"run must be the recording of this run. It is damaged"):
        snn.simulate_to_disk(tmp_path / "run", **given)
    assert_same(state_of(snn), before)


def test_what_it_takes_is_said(tmp_path):
    program = (
        "import sys; sys.modules['zarr'] = None\n"
        "from cases import lively\n"
        "try:\n    lively().simulate_to_disk('run')\n"
        "except ImportError as error:\n    print(error)\n"
    )
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == 'recordings on disk need zarr: pip install "snnres[disk]"\n'
    assert os.listdir(tmp_path) == []
