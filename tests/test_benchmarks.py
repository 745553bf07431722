"""The benchmark suite runs: every section at a tiny size, without peers. What it measures is judged by nobody."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

pytestmark = pytest.mark.slow
SUITE = Path(__file__).parent / "benchmarks" / "suite.py"
SECTIONS = sorted(path.stem for path in (SUITE.parent / "sections").glob("*.py"))


def run(*args):
    command = [sys.executable, str(SUITE), "--quick", *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_section_fills_its_tables(tmp_path):
    files = {name: tmp_path / name for name in ("json", "markdown", "figures")}
    shown = run("--only", *SECTIONS, *(part for name, path in files.items() for part in (f"--{name}", path)))
    found = json.loads(files["json"].read_text())["sections"]
    assert list(found) == SECTIONS
    tables = [table for section in found.values() for table in section["tables"]]
    assert "OTHER" not in shown
    markdown = files["markdown"].read_text()
    for table in tables:
        assert table["title"] in shown
        assert table["title"] in markdown
        assert table["rows"], table["title"]
        for row in table["rows"]:
            assert len(row) == len(table["columns"])
            assert all(math.isfinite(value) for value in row if not isinstance(value, str) and value is not None)
    drawn = {curves["name"] for section in found.values() for curves in section["curves"]}
    assert {path.stem for path in files["figures"].glob("*.png")} == drawn != set()
