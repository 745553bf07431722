"""The example of control, in few episodes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = str(Path(__file__).parents[1] / "examples" / "cartpole.py")
PNG = b"\x89PNG\r\n\x1a\n"


def run(*args):
    command = [sys.executable, "-W", "error", *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_cartpole(tmp_path):
    pytest.importorskip("gymnasium")
    pytest.importorskip("matplotlib")
    done = run(EXAMPLE, "--output", str(tmp_path), "--episodes", "60", "--seeds", "2")
    assert done.returncode == 0, done.stderr
    rows = re.findall(r"^(\S.*?) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)$", done.stdout, re.MULTILINE)
    means = {name: float(mean) for name, mean, *_ in rows}
    assert len(means) == len(rows) >= 3
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
