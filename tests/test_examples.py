import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

pytestmark = pytest.mark.slow
EXAMPLES = Path(__file__).parents[1] / "examples"
PNG = b"\x89PNG\r\n\x1a\n"


def run(name, *args, **environment):
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *map(str, args)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=os.environ | environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_first_example():
    out = run("first_example.py")
    assert "Output shape: (500, 35)" in out
    assert "Spike counts shape: (35,)" in out
    assert "['spike_counts', 'spike_variances', 'mean_spike_times', 'first_spike_times'" in out
    assert float(re.search(r"spike_counts +mean over the outputs +([\d.]+)", out)[1]) > 1


def test_digits_demo(tmp_path):
    out = run("digits_demo.py", "--output", tmp_path, "--samples", 500, "--neurons", 600)
    scores = {name: float(value) for name, value in re.findall(r"^test accuracy, (.+): ([\d.]+)$", out, re.MULTILINE)}
    assert set(scores) == {
        "reservoir",
        "unconnected neurons",
        "raw pixels",
        "input spike counts",
        "chance (most frequent class)",
    }
    assert scores["reservoir"] > 0.8 > 0.2 > scores["chance (most frequent class)"]
    for name in ("raster.png", "histograms.png", "confusion.png"):
        assert (tmp_path / name).read_bytes().startswith(PNG)


def test_plasticity_pruning_homeostasis(tmp_path):
    out = run("plasticity_pruning_homeostasis.py", "--output", tmp_path)
    pattern = r"^(.+?)  +synapses +(\d+)  mean weight ([\d.]+)  threshold ([\d.]+)  rate ([\d.]+)$"
    stages = {name: [float(v) for v in values] for name, *values in re.findall(pattern, out, re.MULTILINE)}
    before, learnt, pruned, settled = (stages[name] for name in ("before", "after STDP", "pruned", "homeostasis"))
    assert learnt[0] == before[0] == 8000
    assert learnt[1] > 1.5 * before[1]
    assert learnt[3] > 3 * before[3] > 0
    assert pruned[0] == 5600
    assert pruned[1] > learnt[1]
    scaled, rewired = stages["scaled"], stages["rewired"]
    assert scaled[0] == rewired[0] == pruned[0]
    assert scaled[1] < pruned[1]
    assert abs(scaled[3] - before[3]) < 0.1 * before[3]
    assert settled[:2] == pruned[:2]
    assert settled[2] > pruned[2]
    assert 0 < settled[3] < pruned[3] / 3
    assert (tmp_path / "plasticity.png").read_bytes().startswith(PNG)


def test_save_and_load(tmp_path):
    out = run("save_and_load.py", "--output", tmp_path)
    assert re.search(r"spikes of the outputs: [1-9]\d*", out)
    assert out.count("True") == 3
    assert "False" not in out
    for name in ("snn_matrices.npz", "membrane_potentials.npy", "output_neurons.npy", "network.npz", "run.toml"):
        assert (tmp_path / name).stat().st_size > 0


def test_own_parts(tmp_path):
    out = run("own_parts_demo.py", "--output", tmp_path)
    assert int(re.search(r"spikes of the outputs: (\d+)", out)[1]) > 10
    before, after = re.search(r"mean weight: ([\d.]+) before, ([\d.]+) after", out).groups()
    assert before != after
    assert "loaded network goes on alike: True" in out
    assert (tmp_path / "network.npz").exists()


def test_narma10(tmp_path):
    out = run("narma10.py", "--output", tmp_path, "--train", 600, "--neurons", 100)
    errors = {name.strip(): float(error) for name, error in re.findall(r"^( *\S.*?)  +([\d.]+)$", out, re.MULTILINE)}
    reservoir, without, echo = (
        errors.pop(name) for name in ("spiking reservoir", "without delays", "echo-state network")
    )
    assert list(errors) == ["linear regression on 30 steps"]
    assert echo < errors["linear regression on 30 steps"] < 0.55
    # What is linear in the present input alone leaves 0.87.
    assert reservoir < 0.5 < 0.6 < without < 0.87
    assert (tmp_path / "narma10.png").read_bytes().startswith(PNG)


def test_memory_capacity(tmp_path):
    out = run("memory_capacity.py", "--output", tmp_path, "--neurons", 100, "--steps", 1500)
    rows = re.findall(r"^(\w.*?) +([\d.]+) +([\d.]+)$", out, re.MULTILINE)
    found = {name: (float(linear), float(quadratic)) for name, linear, quadratic in rows}
    unconnected, at_once, short, middle, long, echo = (
        found.pop(name)
        for name in (
            "unconnected neurons",
            "without delays",
            "delays to 12 steps",
            "delays to 24 steps",
            "delays to 48 steps",
            "echo-state network",
        )
    )
    assert found == {}
    assert 1 < unconnected[0] < 3
    assert 1 < at_once[0] < 3
    assert unconnected[1] < 0.1
    assert at_once[1] < 1
    assert 12 < short[0] < middle[0]
    assert min(short[1], middle[1]) > 5
    assert long[0] > 25
    assert 20 < echo[0] < 100
    assert echo[1] > 5
    assert (tmp_path / "memory_capacity.png").read_bytes().startswith(PNG)


def test_delayed_xor():
    out = run("delayed_xor.py", "--delays", 2, 8, "--samples", 400, "--neurons", 300)
    head, *rows = out.rstrip().split("\n")[1:]
    names = head.split()
    assert names == ["delay", "automatic", "memory", "unconnected", "quick", "chosen"]
    near, far = (dict(zip(names, row.split(), strict=True)) for row in rows)
    assert (near["delay"], far["delay"]) == ("2", "8")
    for row in (near, far):
        assert row["chosen"] == "memory"
        assert row["automatic"] == row["memory"]
        assert float(row["memory"]) > 0.75
        assert float(row["quick"]) < 0.6
    assert float(near["unconnected"]) > 0.8
    assert float(far["unconnected"]) < 0.6


def test_membrane(tmp_path):
    out = run("membrane.py", "--output", tmp_path)
    pattern = r"^neuron +(\d+)  spikes +(\d+)  potential +(\S+) to (\S+)  input current up to (\S+)$"
    rows = [[float(value) for value in row] for row in re.findall(pattern, out, re.MULTILINE)]
    assert len({row[0] for row in rows}) == 4
    # A neuron that was pushed over the threshold at the end of a step fires in the next.
    assert all(spikes > 0 and low < 0 < high < 1.5 for _, spikes, low, high, _ in rows)
    assert all(0.03 <= current <= 0.13 for *_, current in rows)
    assert (tmp_path / "membrane.png").read_bytes().startswith(PNG)


def test_every_example_of_this_folder_has_a_test():
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    # A module that an example imports.
    tests += '"own_parts.py"'
    assert [path.name for path in sorted(EXAMPLES.glob("*.py")) if f'"{path.name}"' not in tests] == []


def test_each_example_writes_to_a_folder_of_its_own_that_git_ignores():
    ignored = (EXAMPLES.parent / ".gitignore").read_text(encoding="utf-8").split("\n")
    folders = {}
    for path in EXAMPLES.glob("*.py"):
        for folder in re.findall(r'"--output", default="(.+?)"', path.read_text(encoding="utf-8")):
            folders[path.stem] = folder
    assert len(folders) >= 9
    assert folders.pop("save_and_load") == "dati"
    assert folders == {name: name for name in folders}
    assert [folder for folder in folders if f"/{folder}/" not in ignored] == []
    assert {"/demo/", "/dati/*", "/examples/*/"} <= set(ignored)


def test_stdp_windows(tmp_path):
    # Eight rules take 20 s to compile; their pairs of neurons need no compiler.
    out = run("stdp_windows.py", "--output", tmp_path, NUMBA_DISABLE_JIT="1")
    pattern = r"^(.+?) +5 steps after ([-+.\d]+), before ([-+.\d]+)$"
    changes = {name: (float(after), float(before)) for name, after, before in re.findall(pattern, out, re.MULTILINE)}
    assert len(changes) == 8
    for name in ("additive", "power of the weight", "window of 20 steps", "triplet"):
        assert changes[name][0] < 0 < changes[name][1]
    assert changes["window of 20 steps"] == (-0.004, 0.008)
    # Whatever the order, and lowered by what each arrival takes.
    assert changes["inhibitory"][0] == changes["inhibitory"][1] > 0
    assert (tmp_path / "stdp_windows.png").read_bytes().startswith(PNG)
