"""What a save does to what was there, and what a load takes from a file that means harm."""

import io
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import scipy.sparse as sp
from cases import assert_same, build, random_case, snapshot, state_of
from processes import start

import snnres
from snnres import SNN, SimulationParams, STDPParams
from snnres.io import load_array, read_archive, save_array, save_topology, write_archive, write_atomically

posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and locks are POSIX's")


def content(text):
    return lambda file: file.write(text.encode())


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# ---------------------------------------------------------------- what is replaced


@posix
def test_a_save_keeps_the_mode_of_what_it_replaces(tmp_path):
    path = tmp_path / "private"
    for mode in (0o600, 0o640, 0o444):
        path.touch()
        path.chmod(mode)
        write_atomically(path, content("new"))
        assert stat.S_IMODE(path.stat().st_mode) == mode
        assert path.read_text() == "new"
        path.unlink()


@posix
def test_an_unfinished_file_is_no_more_open_than_what_it_replaces(tmp_path):
    path = tmp_path / "private"
    path.touch(mode=0o600)
    seen = []

    def write(file):
        seen.extend(stat.S_IMODE(entry.stat().st_mode) for entry in tmp_path.iterdir())

    write_atomically(path, write)
    assert seen == [0o600, 0o600]


@posix
def test_a_save_keeps_owner_and_group_where_the_system_lets_it(tmp_path):
    path = tmp_path / "theirs"
    path.touch()
    if os.geteuid() == 0:
        os.chown(path, 1234, 5678)
    before = path.stat()
    write_atomically(path, content("new"))
    after = path.stat()
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


@posix
def test_an_owner_that_cannot_be_kept_is_no_failure(tmp_path, monkeypatch):
    path = tmp_path / "theirs"
    path.touch(mode=0o640)

    def refuse(*_):
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(os, "chown", refuse)
    write_atomically(path, content("new"))
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="extended attributes are Linux's")
def test_a_save_keeps_extended_attributes(tmp_path):
    path = tmp_path / "labelled"
    path.touch()
    try:
        os.setxattr(path, "user.origin", b"here")
    except OSError:
        pytest.skip("the file system has no extended attributes")
    write_atomically(path, content("new"))
    assert os.getxattr(path, "user.origin") == b"here"


def test_a_file_that_is_replaced_gets_a_new_time(tmp_path):
    path = tmp_path / "old"
    path.touch()
    os.utime(path, (0, 0))
    write_atomically(path, content("new"))
    assert path.stat().st_mtime > 10**9


@posix
def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    folder = tmp_path / "store"
    folder.mkdir()
    target, link, second = folder / "real.npy", tmp_path / "link.npy", tmp_path / "second.npy"
    target.write_text("old")
    link.symlink_to(os.path.join("store", "real.npy"))
    second.symlink_to(link)
    save_array(second, np.arange(3))
    assert link.is_symlink()
    assert second.is_symlink()
    np.testing.assert_array_equal(np.load(target), np.arange(3))
    assert names(folder) == ["real.npy"]
    # A link to a file that is still to be made.
    dangling = tmp_path / "dangling.npy"
    dangling.symlink_to(folder / "later.npy")
    save_array(dangling, np.arange(4))
    assert dangling.is_symlink()
    assert len(np.load(folder / "later.npy")) == 4


@posix
def test_of_hard_links_only_the_one_that_is_saved_changes_and_a_warning_says_so(tmp_path):
    path, other = tmp_path / "one", tmp_path / "other"
    path.write_text("old")
    os.link(path, other)
    with pytest.warns(UserWarning, match="one of 2 hard links"):
        write_atomically(path, content("new"))
    assert path.read_text() == "new"
    assert other.read_text() == "old"


@posix
def test_what_is_no_regular_file_is_refused_before_the_work(tmp_path):
    def write(_):
        pytest.fail("nothing must be written")

    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "fifo")
    before = names(tmp_path)
    for path, kind in (
        (tmp_path / "fifo", "FIFO"),
        (tmp_path / "link", "FIFO"),
        (tmp_path / "folder", "folder"),
        (os.devnull, "device"),
    ):
        with pytest.raises(ValueError, match=f"{path} must be a regular file or a new one. Got a .*{kind}"):
            write_atomically(type(tmp_path)(path), write)
    assert names(tmp_path) == before


def savers():
    snn = build(random_case(0))
    params = SimulationParams(**random_case(0))
    return {
        "network.npz": snn.save,
        "weights.npz": snn.save_topology,
        "potentials.npy": snn.save_membrane_potentials,
        "outputs.npy": snn.save_output_neurons,
        "run.toml": lambda path: snnres.save_params(path, params),
    }


@pytest.mark.parametrize("path", ["", ".", "..", "folder/", "folder/.", "folder/..", "a\0b.npz"])
def test_what_names_no_file_is_refused(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    for save in (*savers().values(), SNN.load, snnres.load_topology, snnres.load_params):
        with pytest.raises(ValueError, match="path must be"):
            save(path)
    assert names(tmp_path) == []


@pytest.mark.parametrize("letter", ["x", "ß"])
def test_names_of_full_length(tmp_path, letter):
    for name, save in savers().items():
        stem = letter * ((250 - len(name)) // len(letter.encode()))
        save(tmp_path / f"{stem}{name}")
        assert (tmp_path / f"{stem}{name}").exists()
        if name == "run.toml":
            again, _ = snnres.load_params(tmp_path / f"{stem}{name}")
            np.testing.assert_array_equal(again.input_spike_times, random_case(0)["input_spike_times"])


# ---------------------------------------------------------------- runs that were killed

HALF = """
import sys, time
from pathlib import Path
from snnres.io import write_atomically

def write(file):
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    time.sleep(60)

write_atomically(Path(sys.argv[1]), write)
"""


@posix
def test_the_next_save_removes_what_a_killed_run_left_but_nothing_of_one_that_lives(tmp_path):
    path = tmp_path / "model.npz"
    runs = [start([sys.executable, "-c", HALF, str(path)], stdout=subprocess.PIPE) for _ in range(2)]
    try:
        for run in runs:
            assert run.stdout.readline() == b"writing\n"
        dead, alive = runs
        dead.kill()
        dead.wait()
        assert len(names(tmp_path)) == 2
        (tmp_path / ".snnres-of-another").touch()
        save_array(tmp_path / "neighbour", np.zeros(3))
        assert len(names(tmp_path)) == 4
        write_atomically(path, content("whole"))
        assert len(names(tmp_path)) == 4
        alive.kill()
        alive.wait()
        write_atomically(path, content("whole"))
        assert names(tmp_path) == [".snnres-of-another", "model.npz", "neighbour.npy"]
    finally:
        for run in runs:
            run.kill()
            run.stdout.close()
            run.wait()


def test_a_leftover_that_is_taken_before_its_lock_is_made_anew(tmp_path, monkeypatch):
    """Another run may clean up between the making of a file and its lock."""
    real, taken = snnres.io.writing.lock, []

    def lock(handle, **how):
        if not taken:
            taken.extend(tmp_path.iterdir())
            taken[0].unlink()
        return real(handle, **how)

    monkeypatch.setattr(snnres.io.writing, "lock", lock)
    write_atomically(tmp_path / "file", content("whole"))
    assert len(taken) == 1
    assert names(tmp_path) == ["file"]


class Killed(BaseException):
    """Ends a run without its clean-up."""


def described(seed, **changes):
    """Parameters with all four arrays or all but one, different for each seed."""
    rng = np.random.default_rng(seed)
    weights = sp.random(20, 20, 0.3, random_state=seed, format="csr")
    return SimulationParams(
        **{
            "adjacency_matrix": weights,
            "output_neurons": rng.permutation(20)[:3],
            "membrane_potentials": rng.random(20) / 2,
            "input_spike_times": rng.integers(0, 2, size=(4, 9)),
            "membrane_threshold": 1.0 + seed,
            "leak_coefficient": 0.1,
            "refractory_period": 2,
        }
        | changes
    )


def same(first, second):
    np.testing.assert_array_equal(SNN(first).get_topology().toarray(), SNN(second).get_topology().toarray())
    for name in ("output_neurons", "membrane_potentials", "input_spike_times", "membrane_threshold"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


@pytest.mark.parametrize("suffix", [".json", ".toml"])
@pytest.mark.parametrize("moment", range(6))
def test_a_description_with_arrays_is_saved_whole_or_not_at_all(tmp_path, monkeypatch, suffix, moment):
    """Killed before any of its renames or after the last, a save leaves the old parameters or the new, no mixture."""
    path = tmp_path / f"run{suffix}"
    old, new = described(0), described(1)
    snnres.save_params(path, old)
    rename, renames = os.replace, []

    def replace(source, target):
        if len(renames) == moment:
            raise Killed
        renames.append(target)
        rename(source, target)
        if len(renames) == 5 and moment == 5:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", replace)
        patched.setattr(os, "unlink", lambda *_: None)
        patched.setattr(snnres.io.descriptions, "remove_unnamed", lambda *_: None)
        with pytest.raises(Killed):
            snnres.save_params(path, new)
    same(snnres.load_params(path)[0], new if moment == 5 else old)
    snnres.save_params(path, new)
    same(snnres.load_params(path)[0], new)
    assert len(names(tmp_path)) == 5


SAVE = """
import sys
import numpy as np
sys.path.insert(0, sys.argv[2])
from test_files import described
from snnres import save_params

params = [described(0), described(1)]
print("ready", flush=True)
while True:
    for entry in params:
        save_params(sys.argv[1], entry)
"""


@posix
def test_a_description_survives_kills(tmp_path):
    path = tmp_path / "run.toml"
    old_and_new = [described(0), described(1)]
    snnres.save_params(path, old_and_new[0])
    for wait in (0.003, 0.011, 0.02):
        run = start([sys.executable, "-c", SAVE, str(path), os.path.dirname(__file__)], stdout=subprocess.PIPE)
        with run.stdout:
            assert run.stdout.readline() == b"ready\n"
            time.sleep(wait)
            run.send_signal(signal.SIGKILL)
            run.wait()
        again, _ = snnres.load_params(path)
        same(again, old_and_new[int(again.membrane_threshold) - 1])
    snnres.save_params(path, old_and_new[1])
    assert len(names(tmp_path)) == 5


@posix
def test_descriptions_are_saved_and_loaded_at_once(tmp_path):
    """Whoever cleans up takes nothing that another is about to name, and a reader sees one description."""
    path = tmp_path / "run.toml"
    params = [described(seed) for seed in range(3)]
    snnres.save_params(path, params[0])

    def save(first):
        for turn in range(25):
            snnres.save_params(path, params[(first + turn) % 3])

    with ThreadPoolExecutor(2) as pool:
        saves = [pool.submit(save, first) for first in range(2)]
        while not all(future.done() for future in saves):
            again, _ = snnres.load_params(path)
            same(again, params[int(again.membrane_threshold) - 1])
        for future in saves:
            future.result()
    assert len(names(tmp_path)) == 5


def test_a_description_that_fails_leaves_no_arrays(tmp_path, monkeypatch):
    path = tmp_path / "run.json"
    snnres.save_params(path, described(0))
    before = names(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(snnres.io.descriptions, "write_matrix", lambda *_: (_ for _ in ()).throw(OSError("full")))
        with pytest.raises(OSError, match="full"):
            snnres.save_params(path, described(1))
    assert names(tmp_path) == before


def test_arrays_of_other_descriptions_stay(tmp_path):
    for name in ("run.json", "run.toml", "größe.json"):
        snnres.save_params(tmp_path / name, described(0))
    (tmp_path / "copy.json").write_bytes((tmp_path / "run.json").read_bytes())
    (tmp_path / "best.json").write_bytes((tmp_path / "größe.json").read_bytes())
    (tmp_path / "run.notes.0123456789abcdef.npy").touch()
    (tmp_path / "run.input_spike_times.npy").touch()
    for name in ("run.json", "run.toml", "größe.json"):
        snnres.save_params(tmp_path / name, described(1))
    for name in ("copy.json", "best.json"):
        same(snnres.load_params(tmp_path / name)[0], described(0))
    (tmp_path / "copy.json").unlink()
    (tmp_path / "best.json").unlink()
    for name in ("run.json", "größe.json"):
        snnres.save_params(tmp_path / name, described(1))
    # Two stems with four arrays each, three texts, two files that are not ours.
    assert len(names(tmp_path)) == 2 * 4 + 3 + 2


def test_a_description_of_former_versions_is_read(tmp_path):
    params = described(0)
    np.save(tmp_path / "run.output_neurons.npy", params.output_neurons)
    np.save(tmp_path / "run.membrane_potentials.npy", params.membrane_potentials)
    np.save(tmp_path / "run.input_spike_times.npy", params.input_spike_times)
    sp.save_npz(tmp_path / "run.adjacency_matrix.npz", params.adjacency_matrix)
    table = {"membrane_threshold": 1.0, "leak_coefficient": 0.1, "refractory_period": 2}
    table |= {path.name.split(".")[1]: path.name for path in tmp_path.iterdir()}
    (tmp_path / "run.json").write_text(json.dumps({"simulation": table}))
    same(snnres.load_params(tmp_path / "run.json")[0], params)


def test_an_array_changed_behind_the_parameters_is_not_saved(tmp_path):
    params = described(0)
    params.membrane_potentials[3] = np.nan
    with pytest.raises(ValueError, match="membrane_potentials must be finite"):
        snnres.save_params(tmp_path / "run.json", params)
    assert names(tmp_path) == []


def test_a_dense_matrix_is_saved(tmp_path):
    dense = np.arange(400).reshape(20, 20) % 3
    snnres.save_params(tmp_path / "run.json", described(0, adjacency_matrix=dense))
    again, _ = snnres.load_params(tmp_path / "run.json")
    np.testing.assert_array_equal(again.adjacency_matrix.toarray(), dense)


# ---------------------------------------------------------------- what loading would refuse


def test_potentials_that_could_not_be_loaded_are_not_saved(tmp_path):
    snn = build(random_case(0))
    snn.set_topology(sp.csr_matrix(np.full((snn.num_neurons, snn.num_neurons), 3e38)))
    snn.simulate()
    assert np.isinf(snn.get_membrane_potentials()).any()
    with pytest.raises(ValueError, match=r"What is saved must be what can be loaded\. cell\.potential must be finite"):
        snn.save(tmp_path / "network")
    with pytest.raises(ValueError, match=r"potentials\.npy must be finite .* Got .*inf.* at position"):
        snn.save_membrane_potentials(tmp_path / "potentials")
    assert names(tmp_path) == []


def test_weights_that_could_not_be_loaded_are_not_saved(tmp_path):
    weights = sp.csr_matrix(np.eye(4, dtype=np.float32))
    weights.data[1] = np.nan
    with pytest.raises(ValueError, match="weights must be finite"):
        save_topology(tmp_path / "w", weights)
    assert names(tmp_path) == []


def test_a_check_sees_what_loading_will_see(tmp_path):
    seen = []
    write_archive(
        tmp_path / "a",
        {"format": "f", "version": 1, "n": np.int8(3)},
        {"x": np.ones(2)},
        lambda *all_: seen.append(all_),
    )
    [(header, arrays)] = seen
    assert header == {"format": "f", "version": 1, "n": 3}
    assert list(arrays) == ["x"]
    with read_archive(tmp_path / "a.npz", "f", 1) as (again, stored):
        assert again == header
        np.testing.assert_array_equal(stored["x"], np.ones(2))


# ---------------------------------------------------------------- archives that mean harm


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A saved network with all optional arrays, as bytes, and the network."""
    path = tmp_path_factory.mktemp("saved") / "network.npz"
    snn = build(random_case(0), {"A_plus": 0.01})
    snn.set_input_weights(np.ones((2, snn.num_neurons)))
    snn.set_input_currents(np.ones((2, 5)))
    snn.simulate()
    snn.save(path)
    return path.read_bytes(), snn


def declared(shape, dtype="|u1"):
    """The beginning of a ``.npy`` file that says it holds a large array."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    text = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def with_member(path, name, *parts):
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as member,
    ):
        for part in parts:
            member.write(part)


def loads(snn):
    return SNN.load, snnres.load_topology, snn.load_topology


def test_a_member_that_is_not_known_is_refused_unread(tmp_path, saved, monkeypatch):
    data, snn = saved
    read = []
    original = np.lib.format.read_array
    monkeypatch.setattr(
        np.lib.format, "read_array", lambda file, **how: read.append(file.name) or original(file, **how)
    )
    for name in ("more.npy", "readme.txt", "input_weights_bias.npy"):
        path = tmp_path / "network.npz"
        path.write_bytes(data)
        with_member(path, name, declared((3,)), b"abc")
        with pytest.raises(ValueError, match=rf"network\.npz .*Got '{name.removesuffix('.npy')}'"):
            SNN.load(path)
        assert "cell.potential.npy" in read
        assert name not in read
    sp.save_npz(tmp_path / "w.npz", snn.get_topology())
    with_member(tmp_path / "w.npz", "more.npy", declared((3,)), b"abc")
    with pytest.raises(ValueError, match=r"w\.npz .*Got 'more'"):
        snnres.load_topology(tmp_path / "w.npz")


def test_optional_arrays_are_all_there_or_refused(tmp_path, saved):
    data, _ = saved
    for name in ("bias", "input_weights_data", "currents", "input_weights_indptr"):
        path = tmp_path / "network.npz"
        path.write_bytes(data.replace(f"{name}.npy".encode(), f"{'x' * len(name)}.npy".encode()))
        with pytest.raises(ValueError, match=r"network\.npz"):
            SNN.load(path)


def test_a_member_that_says_it_is_larger_than_it_is_takes_no_memory(tmp_path, saved):
    _, snn = saved
    before = snapshot(snn)
    for shape in ((3 * 2**30,), (2**62,), (-1,), (2**33, 2**33), (0, -3)):
        path = tmp_path / "network.npz"
        for member, methods in (("header", (SNN.load,)), ("data", (snnres.load_topology, snn.load_topology))):
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(f"{member}.npy", declared(shape) + b"few")
            for load in methods:
                with pytest.raises(ValueError, match=rf"network\.npz .*'{member}' must fill the file"):
                    load(path)
        (tmp_path / "v.npy").write_bytes(declared(shape, "<f4") + b"few")
        (tmp_path / "empty.npy").write_bytes(declared(shape, "<U0"))
        with pytest.raises(ValueError, match=r"empty\.npy .*must fill the file"):
            load_array(tmp_path / "empty.npy")
        for load in (snnres.load_membrane_potentials, snn.load_membrane_potentials, load_array):
            with pytest.raises(ValueError, match=r"v\.npy .*must fill the file"):
                load(tmp_path / "v.npy")
    assert_same(state_of(snn), before)


def test_an_archive_that_would_fill_the_memory_is_refused_unread(tmp_path, saved, monkeypatch):
    """The sizes that the members declare are added up before any is read; the base is lowered, to be quick."""
    data, snn = saved
    monkeypatch.setattr(np.lib.format, "read_array", lambda *_, **__: pytest.fail("nothing must be read"))
    monkeypatch.setattr(snnres.io.archives, "UNPACKED_BASE", 2**20)
    zeros = bytes(2**22)
    count = 10
    for name in ("more.npy", "input.npy"):
        path = tmp_path / "network.npz"
        with zipfile.ZipFile(path, "w") as archive, zipfile.ZipFile(io.BytesIO(data)) as whole:
            archive.writestr("header.npy", whole.read("header.npy"))
        with_member(path, name, declared((1, count * len(zeros))), *[zeros] * count)
        assert path.stat().st_size < 2**20
        for load in loads(snn):
            with pytest.raises(ValueError, match=r"network\.npz .*arrays must hold at most \d+ bytes"):
                load(path)


def test_a_matrix_of_billions_of_neurons_in_a_small_file_is_refused(tmp_path):
    empty = sp.coo_array((np.zeros(0), (np.zeros(0, np.int64), np.zeros(0, np.int64))), shape=(2**32, 2**32))
    sp.save_npz(tmp_path / "w.npz", empty)
    with pytest.raises(ValueError, match=r"w\.npz .*size that suits its file"):
        snnres.load_topology(tmp_path / "w.npz")


def test_what_compresses_too_well_is_stored_so_that_it_can_be_loaded(tmp_path, monkeypatch):
    """The bound is made small here, since a network beyond the true one takes a while."""
    monkeypatch.setattr(snnres.io.archives, "UNPACKED_BASE", 2**10)
    monkeypatch.setattr(snnres.io.archives, "UNPACKED_FACTOR", 3)
    snn = build(random_case(0))
    snn.set_input_spike_times(np.zeros((2, 10**5)))
    snn.save(tmp_path / "network")
    assert_same(state_of(SNN.load(tmp_path / "network")), state_of(snn))
    weights = sp.csr_matrix(np.ones((100, 100), np.float32))
    save_topology(tmp_path / "w", weights)
    assert (snnres.load_topology(tmp_path / "w") != weights).nnz == 0
    with zipfile.ZipFile(tmp_path / "w.npz") as archive:
        assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_STORED}


def test_every_byte_of_an_archive_that_counts_is_watched(tmp_path, saved):
    """A flipped byte is noticed, or what is loaded is the same: dates and such are not looked at."""
    data, snn = saved
    path = tmp_path / "network.npz"
    refused = 0
    for position in range(0, len(data), 23):
        damaged = bytearray(data)
        damaged[position] ^= 0x11
        path.write_bytes(damaged)
        try:
            twin = SNN.load(path)
        except ValueError as error:
            refused += "network.npz" in str(error)
        else:
            assert_same(state_of(twin), state_of(snn), leave_out=("recording",))
            refused += 1
    assert refused == len(range(0, len(data), 23))


# ---------------------------------------------------------------- words


def all_messages(error):
    while error is not None:
        yield str(error)
        error = error.__cause__


@pytest.mark.parametrize("seed", range(4))
def test_no_message_advises_to_trust_a_file(tmp_path, seed):
    rng = np.random.default_rng(seed)
    noise = rng.bytes(600)
    objects = tmp_path / "objects.npy"
    np.save(objects, np.array([{}], dtype=object), allow_pickle=True)
    long_header = declared((3,), "|u1" + " " * 20000)
    contents = [
        noise,
        noise[:5],
        b"\x93NUMPY\x01\x00" + noise,
        b"PK\x03\x04" + noise,
        objects.read_bytes(),
        long_header,
    ]
    contents.append(b"\x93NUMPY\x01\x00\xff\xff" + b"{" * 65535)
    snn = build(random_case(0))
    for bytes_ in contents:
        for suffix, methods in (
            (".npz", loads(snn)),
            (".npy", (snn.load_membrane_potentials, snn.load_output_neurons, snnres.load_output_neurons)),
        ):
            path = tmp_path / f"noise{suffix}"
            path.write_bytes(bytes_)
            for load in methods:
                with pytest.raises(ValueError, match=rf"noise\{suffix} must be") as caught:
                    load(path)
                assert not any(re.search("pickle|trust", text) for text in all_messages(caught.value))


def test_an_archive_of_objects_is_refused_in_our_words(tmp_path):
    np.savez(tmp_path / "o.npz", header=np.array([{}], dtype=object))
    for load in (SNN.load, snnres.load_topology):
        with pytest.raises(ValueError, match=r"o\.npz must be") as caught:
            load(tmp_path / "o.npz")
        assert not any("pickle" in text for text in all_messages(caught.value))


def test_a_missing_file_is_named_with_what_was_looked_for(tmp_path):
    for load, what, suffix in (
        (SNN.load, "a file of format 'snnres network'", ".npz"),
        (snnres.load_topology, "a sparse weight matrix in SciPy's .npz format", ".npz"),
        (snnres.load_membrane_potentials, "a NumPy .npy file", ".npy"),
        (snnres.load_params, "a description of a run", ".toml"),
    ):
        with pytest.raises(FileNotFoundError) as caught:
            load(tmp_path / f"none{suffix}")
        assert str(caught.value).startswith(f"{tmp_path / 'none'}{suffix} must be {what}")
        assert "There is no such file." in str(caught.value)
        if suffix == ".toml":
            continue
        with pytest.raises(FileNotFoundError) as caught:
            load(tmp_path / "none")
        assert f"no such file, nor {tmp_path / 'none'}{suffix}" in str(caught.value)
        (tmp_path / "other").touch()
        with pytest.raises(FileNotFoundError) as caught:
            load(tmp_path / "other")
        assert f"its name must end in {suffix}: {tmp_path / 'other'}{suffix}" in str(caught.value)


def test_a_missing_array_is_named_with_its_description(tmp_path):
    path = tmp_path / "run.json"
    snnres.save_params(path, described(0))
    next(tmp_path.glob("*.output_neurons.*")).unlink()
    with pytest.raises(FileNotFoundError, match=r"run\.output_neurons\..*run\.json names as its output_neurons"):
        snnres.load_params(path)


def test_plasticity_survives_as_it_is(tmp_path):
    rule = STDPParams(eta=np.int64(2), W_max=np.float32(1.5), clip=np.False_, nearest_neighbor=np.True_)
    snnres.save_params(tmp_path / "run.toml", described(0), rule)
    assert snnres.load_params(tmp_path / "run.toml")[1] == rule
