"""The process of the command line: Ctrl-C at any moment, and its end."""

import os
import pkgutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import processes
import pytest

from snnres.cli import process

pytestmark = pytest.mark.slow

SNNRES = [sys.executable, "-m", "snnres"]
posix = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["a,b,y", *(f"{i % 3},{i % 5},{'pq'[i % 2]}" for i in range(20))]))
    return path


@posix
@pytest.mark.parametrize("moment", ["argparse", "numpy", "scipy.sparse", "numba", "snnres.cli.arguments", "sklearn"])
def test_ctrl_c_among_the_imports_is_answered_in_one_line(moment, table):
    pytest.importorskip("sklearn")
    command = [sys.executable, "-X", "importtime", "-m", "snnres", "evaluate", str(table), "--target", "y"]
    with processes.start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        for line in running.stderr:
            if line.split("|")[-1].strip() == moment:
                break
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    said = [line for line in err.splitlines() if not line.startswith("import time:")]
    assert (running.returncode, out, said) == (130, "", ["interrupted"])


def test_next_to_nothing_is_imported_before_ctrl_c_is_answered():
    root = Path(__file__).parents[1]
    code = "import sys; import snnres.cli.process; print(*sys.modules)"
    # Without site, by which an environment may import things of its own.
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=root, capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(done.stdout.split())
    assert "snnres.cli.process" in loaded
    assert loaded & {"typing", "re", "threading", "contextlib", "warnings", "argparse", "numpy"} <= {"warnings"}


@posix
@pytest.mark.parametrize("setting", ["signal.SIG_IGN", "signal.SIG_DFL"])
def test_who_has_settled_ctrl_c_otherwise_keeps_it(setting):
    code = (
        f"import os, signal; signal.signal(signal.SIGINT, {setting})\n"
        "from snnres.cli import process\n"
        "def work(): assert signal.getsignal(signal.SIGINT) is " + setting + "; print('worked'); return 3\n"
        "process.main = work\n"
        "process.be_process()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, "worked\n", "")


@posix
def test_an_interrupt_that_lands_in_a_destructor_comes_again():
    code = (
        "import signal, time\n"
        "from snnres.cli import process\n"
        "class Thing:\n"
        "    def __del__(self): signal.raise_signal(signal.SIGINT)\n"
        "def work():\n"
        "    Thing()\n"
        "    time.sleep(60)\n"
        "process.main = work\n"
        "process.be_process()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")


@pytest.mark.parametrize("interrupted", [False, True])
def test_lost_exceptions_are_shown_unless_they_follow_from_an_interrupt(interrupted):
    code = (
        "import signal\n"
        "from snnres.cli import process\n"
        "class Thing:\n"
        "    def __del__(self): raise ValueError('lost')\n"
        "def work():\n"
        f"    if {interrupted}: signal.raise_signal(signal.SIGINT)\n"
        "    return 7\n"
        "def main():\n"
        "    thing = Thing()\n"
        "    try: return work()\n"
        "    finally: del thing\n"
        "process.main = main\n"
        "process.be_process()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    if interrupted:
        assert (done.returncode, done.stderr) == (130, "interrupted\n")
    else:
        assert done.returncode == 7
        assert "ValueError: lost" in done.stderr


@pytest.mark.parametrize(
    ("args", "code", "stream", "text"),
    [
        (["--version"], 0, "stdout", "snnres "),
        (["train", "--help"], 0, "stdout", "--model"),
        (["train"], 2, "stderr", "--model"),
        (["train", "nowhere.csv", "--model", "m"], 2, "stderr", "nowhere.csv"),
    ],
)
def test_the_process_ends_with_the_code_and_all_that_was_said(args, code, stream, text):
    done = subprocess.run([*SNNRES, *args], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code
    assert text in getattr(done, stream)
    assert "Traceback" not in done.stderr


def test_a_warning_is_one_line_without_code(tmp_path):
    (tmp_path / "t.csv").write_text("1,b\n" + "2,3\n4,5\n" * 6)
    command = [*SNNRES, "features", str(tmp_path / "t.csv"), "--output", str(tmp_path / "f.csv"), "--quiet"]
    done = subprocess.run([*command, "--neurons", "50"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0
    assert done.stderr.startswith("snnres: warning: The header of ")
    assert done.stderr.count("\n") == 1


def test_the_script_is_the_process():
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert pkgutil.resolve_name(project["scripts"]["snnres"]) is process.be_process
