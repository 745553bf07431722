"""The examples of learning from reward, in few episodes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
EXAMPLE = str(EXAMPLES / "cartpole.py")
PNG = b"\x89PNG\r\n\x1a\n"


def run(*args):
    command = [sys.executable, "-W", "error", *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_cartpole(tmp_path):
    pytest.importorskip("gymnasium")
    pytest.importorskip("matplotlib")
    done = run(EXAMPLE, "--output", str(tmp_path), "--episodes", "40", "--seeds", "2")
    assert done.returncode == 0, done.stderr
    rows = re.findall(r"^(\S.*?) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)$", done.stdout, re.MULTILINE)
    means = {name: float(mean) for name, mean, *_ in rows}
    assert len(means) == len(rows) == 4
    # A random policy lasts some 22 steps.
    chance = means.pop("random policy")
    assert 15 < chance < 30
    assert min(means.values()) > 2 * chance
    for _, mean, _, worst, best in rows:
        assert float(worst) <= float(mean) <= float(best) <= 500
    assert (tmp_path / "cartpole.png").read_bytes().startswith(PNG)


def test_without_gymnasium_it_says_what_to_install():
    code = f"import sys, runpy; sys.modules['gymnasium'] = None; runpy.run_path({EXAMPLE!r}, run_name='__main__')"
    done = run("-c", code)
    assert done.returncode != 0
    assert done.stderr.strip() == 'This example needs gymnasium: pip install "snnres[rl]"'


@pytest.mark.slow
def test_delayed_association(tmp_path):
    pytest.importorskip("matplotlib")
    example = str(EXAMPLES / "delayed_association.py")
    done = run(example, "--output", str(tmp_path), "--trials", "80", "--seeds", "2")
    assert done.returncode == 0, done.stderr
    rows = re.findall(r"^(\S.*?) +([\d.]+) +([\d.]+) +([\d.]+)$", done.stdout, re.MULTILINE)
    shares = {name: [float(value) for value in values] for name, *values in rows}
    learner, *others = shares
    assert "eligibility (MSTDPET)" in learner
    assert len(others) == 2
    mean, worst, best = shares.pop(learner)
    assert 0.8 < worst <= mean <= best
    # Chance is 1/3.
    assert all(0.15 < mean < 0.5 for mean, *_ in shares.values())
    assert (tmp_path / "delayed_association.png").read_bytes().startswith(PNG)
