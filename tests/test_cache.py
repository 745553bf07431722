"""Machine code on disk: found again by another process, and never that of other sources."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import snnres

pytestmark = pytest.mark.slow

PACKAGE = Path(snnres.__file__).parent
# Says who fires, and whether machine code was found on disk.
PROGRAM = """
import numpy as np, scipy.sparse as sp
from snnres import SNN, SimulationParams
from snnres.kernels.advance import advance
given = {given}
snn = SNN(SimulationParams(
    adjacency_matrix=sp.csr_matrix(np.ones((3, 3), dtype=np.float32)), output_neurons=[0, 1, 2],
    membrane_potentials=np.float32([1, 0, 0]), duration=4, **given))
print(snn.simulate().tolist(), sum(advance.stats.cache_hits.values()))
"""
NUMBERS = "dict(membrane_threshold=1.0, leak_coefficient=0.0, refractory_period=1)"
CELL = """
from dataclasses import dataclass
from typing import NamedTuple
import numpy as np
from snnres.parts import Cell, fires, settle

class Constants(NamedTuple):
    threshold: np.float32

class State(NamedTuple):
    potential: np.ndarray

@dataclass(frozen=True)
class Step(Cell):
    membrane_threshold: float = 1.0
    def constants(self, n_neurons):
        return Constants(np.float32(self.membrane_threshold))
    def state(self, n_neurons):
        return State(np.zeros(n_neurons, dtype=np.float32))

@fires.of(Constants)
def step_fires(cell, state, stream, i):
    return state.potential[i] >= cell.threshold

@settle.of(Constants)
def settle_step(cell, state, i, fired):
    state.potential[i] = np.float32(0)
"""


@pytest.fixture
def folder(tmp_path):
    """A copy of the package that a test may edit."""
    shutil.copytree(PACKAGE, tmp_path / "snnres", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run(folder, given=NUMBERS, lines="", **variables):
    """What the program prints: the spikes, and how often machine code was found."""
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-c", lines + PROGRAM.format(given=given)],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(folder)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    spikes, _, hits = done.stdout.strip().rpartition(" ")
    return spikes, int(hits), done.stderr


def edit(path, old, new):
    """Change a source, and neither its size nor its time: what numba itself looks at."""
    text, times = path.read_text(), path.stat()
    assert old in text
    path.write_text(text.replace(old, new))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_another_process_finds_it_until_a_source_changes(folder):
    first, hits, _ = run(folder)
    assert hits == 0
    assert run(folder)[:2] == (first, 1)
    edit(folder / "snnres/parts/lif.py", "state.potential[i] >= at(", "state.potential[i] >  at(")
    stricter, hits, _ = run(folder)
    assert hits == 0
    assert stricter != first
    assert run(folder)[:2] == (stricter, 1)
    edit(folder / "snnres/kernels/edges.py", "potential[target[e]] += transmit(", "potential[target[e]] -= transmit(")
    assert run(folder)[1] == 0


def test_parts_of_ones_own_are_kept_until_their_module_changes(folder):
    module = folder / "own.py"
    module.write_text(CELL)
    use = {"given": "dict(cell=own.Step())", "lines": "import own\n"}
    first, hits, _ = run(folder, **use)
    assert hits == 0
    assert run(folder, **use)[:2] == (first, 1)
    edit(module, "[i] >= cell", "[i] <  cell")
    other, hits, _ = run(folder, **use)
    assert hits == 0
    assert other != first
    # The package's own kernels lie beside them untouched, also where the other module is gone.
    run(folder)
    module.unlink()
    assert run(folder)[1] == 1


def test_parts_of_a_script_are_compiled_in_each_process(folder):
    use = {"given": "dict(cell=Step())", "lines": CELL}
    first, hits, _ = run(folder, **use)
    assert hits == 0
    assert run(folder, **use)[:2] == (first, 0)
    run(folder)
    assert run(folder)[1] == 1


def test_without_a_folder_for_it_there_is_one_warning(folder):
    expected, *_ = run(folder, NUMBA_CACHE_DIR=str(folder / "elsewhere"))
    # No folder can be made where there is a file, nor below one.
    for path in [folder / "snnres", *(folder / "snnres").iterdir()]:
        if path.is_dir():
            shutil.rmtree(path / "__pycache__", ignore_errors=True)
            (path / "__pycache__").touch()
    (folder / "file").touch()
    spikes, hits, errors = run(folder, XDG_CACHE_HOME=str(folder / "file"), HOME=str(folder / "file"))
    assert spikes == expected
    assert hits == 0
    assert errors.count("RuntimeWarning: no folder for compiled kernels can be written") == 1
