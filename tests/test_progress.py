"""Progress: bars in terminals and notebooks, lines elsewhere, nothing left open."""

import contextlib
import io
import os
import re
import subprocess
import sys

import numpy as np
import pytest
import tqdm.auto
from scipy.io import wavfile

import snnres
from snnres import SNN, SimulationParams, datasets, progress
from snnres.progress import reporter


class Terminal(io.StringIO):
    def isatty(self):
        return True


def terminal():
    """Makes standard error a terminal, and gives what is written to it."""
    return contextlib.redirect_stderr(Terminal())


@pytest.fixture
def notebook(monkeypatch):
    """A tqdm such as a notebook has, and what was done to its bars."""
    bars = []

    class Widget(tqdm.std.tqdm):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, file=io.StringIO(), **kwargs)
            bars.append(self)

        def close(self):
            self.closed = True
            super().close()

    monkeypatch.setattr(tqdm.auto, "tqdm", Widget)
    return bars


def open_bars():
    return list(tqdm.tqdm._instances)


def small_network():
    params = SimulationParams(
        num_neurons=20, mean_weight=0.1, num_output_neurons=5, membrane_threshold=1.0, leak_coefficient=0.1,
        refractory_period=2, small_world_graph_k=4, small_world_graph_p=0.1, duration=10, seed=0,
    )  # fmt: skip
    return SNN(params)


def fail_at(done, total):
    with reporter(True, "count", total) as report:
        report(done)
        assert len(open_bars()) == 1
        return done / 0


def test_a_terminal_gets_a_bar_that_is_full_at_the_end():
    with terminal() as screen, reporter(True, "count", 5) as report:
        for done in range(1, 6):
            report(done)
    assert screen.getvalue().startswith("\rcount:   0%")
    assert re.search(r"\rcount: 100%.*5/5[^\r]*\n$", screen.getvalue())
    assert not open_bars()


def test_a_bar_ends_where_the_work_fails():
    with terminal() as screen, pytest.raises(ZeroDivisionError):
        fail_at(1, 5)
    assert not open_bars()
    assert screen.getvalue().endswith("\n")


def test_a_bar_within_a_bar_goes_and_leaves_the_outer_one():
    with terminal() as screen, reporter(True, "outer", 2) as outer:
        for done in (1, 2):
            with reporter(True, "inner", 1) as inner:
                inner(1)
            assert len(open_bars()) == 1
            outer(done)
    shown = screen.getvalue()
    assert "inner: " in shown
    assert "outer: 100%" in shown
    # Down for the inner bar and up again, and at the end one line is kept.
    assert shown.count("\n") == shown.count("\x1b[A") + 1


def test_without_a_terminal_there_is_one_line(capsys):
    with reporter(True, "count", 5) as report:
        for done in range(1, 6):
            report(done)
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"count: 5/5 \(100 %\), \d+\.\d s\n", err)


def test_without_a_terminal_long_work_says_a_line_now_and_then(capsys, monkeypatch):
    clock = iter([0.0, 10.0, 29.0, 31.0, 60.0, 62.0, 63.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    report = reporter(True, "count", 6)
    for done in range(1, 7):
        report(done)
    assert re.findall(r"count: (\d)/6", capsys.readouterr().err) == ["3", "5", "6"]


def test_a_notebook_gets_a_bar_though_its_standard_error_is_no_terminal(notebook, capsys):
    with pytest.raises(ZeroDivisionError):
        fail_at(1, 3)
    assert notebook[0].closed
    assert notebook[0].n == 1
    assert capsys.readouterr().err == ""
    with reporter(True, "outer", 1) as outer:
        with reporter(True, "inner", 1) as inner:
            inner(1)
        outer(1)
    # A notebook's bar has no third way between staying and going.
    assert [bar.leave for bar in notebook[1:]] == [True, False]


def test_nothing_is_shown_by_default_and_functions_are_called():
    calls = []
    with terminal() as screen, reporter(lambda *call: calls.append(call), "count", 2) as report:
        small_network().simulate()
        report(1)
    assert calls == [(1, 2)]
    assert screen.getvalue() == ""
    with pytest.raises(TypeError, match="progress must be True, False or a function"):
        reporter("yes", "count", 1)


def broken_recordings(folder):
    wavfile.write(folder / "0_a_0.wav", 8000, np.zeros(4, dtype=np.int16))
    (folder / "0_a_1.wav").write_bytes(b"RIFF")
    datasets.read_wav_folder(folder, progress=True)


def broken_events(folder):
    (folder / "1").mkdir()
    (folder / "1" / "1.bin").write_bytes(bytes(5))
    (folder / "1" / "2.bin").write_bytes(bytes(4))
    datasets.read_nmnist(folder, progress=True)


def broken_batch(folder):
    trials = np.zeros((40, 2, 10), dtype=np.uint8)
    calls = []

    def reduce(trains):
        calls.append(trains)
        if len(calls) == 2:
            raise ValueError("broken")
        return np.zeros(trains.n_trains)

    small_network().simulate_batch(trials, returns=reduce, n_jobs=2, progress=True)


@pytest.mark.parametrize("work", [broken_recordings, broken_events, broken_batch])
def test_work_that_fails_leaves_no_bar_open(work, tmp_path):
    # What keeps a traceback, as a notebook does, keeps all that it refers to.
    with terminal(), pytest.raises(ValueError) as kept:
        work(tmp_path)
    assert kept.value.__traceback__ is not None
    assert not open_bars()


def test_importing_the_package_does_not_import_tqdm():
    code = "import sys, snnres, snnres.network, snnres.datasets; sys.exit('tqdm' in sys.modules)"
    root = os.path.dirname(os.path.dirname(snnres.__file__))
    environment = {**os.environ, "PYTHONPATH": root}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
