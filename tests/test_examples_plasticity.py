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


def run(name, *args):
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_unsupervised_digits(tmp_path):
    out = run(
        "unsupervised_digits.py", "--output", tmp_path, "--neurons", 40, "--train", 400, "--epochs", 2, "--seeds", 0, 1
    )
    rows = re.findall(r"^seed (\d): (.+)$", out, re.MULTILINE)
    by_seed = [{k: float(v) for k, v in re.findall(r"([a-z ]+?) ([\d.]+)", row)} for _, row in rows]
    by_seed = [{name.strip(): value for name, value in accuracy.items()} for accuracy in by_seed]
    assert [seed for seed, _ in rows] == ["0", "1"]
    # Chance is 0.1.
    assert all(accuracy["spikes vote"] > 0.7 and accuracy["neurons vote"] > 0.65 for accuracy in by_seed)
    assert all(accuracy["logistic regression"] > 0.9 for accuracy in by_seed)
    assert all(accuracy["spikes vote"] > accuracy["untrained network"] + 0.1 for accuracy in by_seed)
    pairs = [accuracy["nearest centroid"] - accuracy["spikes vote"] for accuracy in by_seed]
    told = re.search(r"^nearest centroid .* difference to spikes vote ([+-][\d.]+)", out, re.MULTILINE)[1]
    assert float(told) == pytest.approx(sum(pairs) / 2, abs=1.1e-3)
    assert (tmp_path / "unsupervised_digits.png").read_bytes().startswith(PNG)


def test_balanced_network(tmp_path):
    out = run("balanced_network.py", "--output", tmp_path, "--neurons", 2000, "--steps", 3000)
    rows = re.findall(r"^(\w[\w ]+?) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) +(-?[\d.]+)$", out, re.MULTILINE)
    found = {name: tuple(map(float, values)) for name, *values in rows}
    *_, rate, variation, correlation = found.pop("asynchronous irregular")
    *_, clockwork_rate, clockwork_variation, clockwork_correlation = found.pop("synchronous regular")
    *_, slow_correlation = found.pop("slow oscillation")
    assert found == {}
    assert 0.7 < variation < 1.4
    assert abs(correlation) < 0.06
    assert 20 < rate < 100
    # The least interval is 20 steps of 0.1 ms.
    assert 250 < clockwork_rate <= 500
    assert clockwork_variation < 0.15
    assert clockwork_correlation > 3 * correlation
    assert slow_correlation > 2 * correlation
    assert (tmp_path / "balanced_network.png").read_bytes().startswith(PNG)


def test_device_noise(tmp_path):
    small = ("--neurons", 25, "--train", 150, "--seeds", 0)
    devices = ("--levels", 2, 128, "--write-noise", 0.4, "--read-noise", 0.5)
    out = run("device_noise.py", "--output", tmp_path, *small, *devices)
    found = {name: float(mean) for name, mean in re.findall(r"^(\S.*?) +([\d.]+) \+- [\d.]+$", out, re.MULTILINE)}
    assert set(found) == {"ideal", "levels 2", "levels 128", "write_noise 0.4", "read_noise 0.5"}
    assert min(found["ideal"], found["levels 128"]) > 0.55
    assert found["levels 128"] > found["levels 2"] + 0.05
    assert found["ideal"] > found["write_noise 0.4"] + 0.3
    assert found["ideal"] > found["read_noise 0.5"]
    assert (tmp_path / "device_noise.png").read_bytes().startswith(PNG)
