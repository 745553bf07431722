"""Ctrl-C by real signals, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import processes
import pytest

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    "phase", ["simulate", "plastic", "monitored", "slow", "shared", "construction", "adapt", "batch"]
)
def test_state_weights_and_recording_agree_after_an_interrupt(phase):
    process = processes.start([sys.executable, str(HERE / "interrupted.py"), phase], stdout=subprocess.PIPE, text=True)
    with process:
        rows = [line.split() for line in process.stdout.read().splitlines()]
    assert process.returncode == 0
    met = [row for row in rows if row[0] == "True"]
    assert len(met) >= 3
    assert [row for row in rows if row[1] != "True"] == []
    if phase != "batch":
        # Seconds until they were answered.
        assert max(float(row[2]) for row in met) < 0.3
