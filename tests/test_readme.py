"""The README keeps its word: its programs run and print what it shows, its commands are those that CI runs."""

import contextlib
import io
import re
import runpy
import tomllib
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_python_blocks_run_as_one_program_and_print_what_is_shown(tmp_path, monkeypatch):
    pytest.importorskip("sklearn")
    monkeypatch.chdir(tmp_path)
    namespace = {}
    for number, (language, program) in enumerate(BLOCKS):
        if language != "python":
            continue
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(program, f"README block {number}", "exec"), namespace)
        following = BLOCKS[number + 1] if number + 1 < len(BLOCKS) else (None, "")
        shown = following[1] if following[0] == "text" else ""
        assert printed.getvalue().rstrip() == shown.rstrip(), program


def test_the_set_up_is_two_lines_that_install_what_is_needed():
    (first, demo), (second, tests) = BLOCKS[:2]
    assert first == second == "console"
    for line, extras in ((demo, "learn,plot"), (tests, "test")):
        assert line.count("\n") == 1
        assert line.startswith("python3 -m venv .venv && .venv/bin/pip install -q ")
        assert f'".[{extras}]"' in line
        assert set(extras.split(",")) <= set(PROJECT["optional-dependencies"])
    assert demo.endswith(".venv/bin/snnres demo\n")
    # Editable, so that the doctests of this tree are those that are imported.
    assert "-e " in tests
    assert tests.endswith(".venv/bin/pytest -q\n")


def test_ci_runs_the_test_line_of_the_readme():
    assert BLOCKS[1][1].strip() in [line.strip() for line in CI.splitlines()]


def test_ci_takes_every_lower_bound_of_the_project():
    namespace = runpy.run_path(str(ROOT / ".ci" / "oldest.py"))
    pins = dict(pin.split("==") for pin in namespace["oldest"]((ROOT / "pyproject.toml").read_text(encoding="utf-8")))
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    of_others = [entry for group in groups for entry in group if not entry.startswith("snnres[")]
    assert {"numpy", "scipy", "numba", "scikit-learn", "matplotlib", "networkx", "pytest"} <= set(pins)
    for requirement in of_others:
        name, bound, version = re.fullmatch(r"([\w-]+)(>=|==)(.+)", requirement).groups()
        assert bound == "==" or pins[name] == version


def test_the_demo_shows_its_table():
    """Sizes are those of the network; scores are the page's, put back through what prints them."""
    pytest.importorskip("sklearn")
    from snnres import demo

    shown = next(content for language, content in BLOCKS if content.startswith("Handwritten digits"))
    scans = demo.load_scans()
    trials = demo.rate_code(scans.pixels)
    snn = demo.build_reservoir(n_inputs=trials.shape[1])
    n_test = len(scans.test)

    def n_right(name):
        return round(float(re.search(rf"^  {re.escape(name)} +(0\.\d+)$", shown, re.MULTILINE)[1]) * n_test)

    # Scans by which of reservoir, unconnected neurons and input spike counts get them right, as the sentences say.
    pairs = re.findall(r"better on (\d+) and worse on (\d+)", shown)
    (whole, without), (alone, without_alone), (recurrent, _) = [tuple(map(int, pair)) for pair in pairs]
    both = min(whole, alone)
    kinds = {(1, 1, 0): both, (1, 0, 0): whole - both, (0, 1, 0): alone - both}
    kinds[1, 0, 1] = recurrent - kinds[1, 0, 0]
    kinds[0, 0, 1] = without_alone - kinds[1, 0, 1]
    kinds[0, 1, 1] = without - kinds[0, 0, 1]
    kinds[1, 1, 1] = n_right(demo.RESERVOIR) - whole - kinds[1, 0, 1]
    kinds[0, 0, 0] = n_test - sum(kinds.values())
    assert min(kinds.values()) >= 0
    rows = np.repeat(np.array(list(kinds), dtype=bool), list(kinds.values()), axis=0)
    correct = dict(zip((demo.RESERVOIR, demo.UNCONNECTED, demo.COUNTS), rows.T, strict=True))
    correct |= {name: np.arange(n_test) < n_right(name) for name in (demo.PIXELS, demo.CHANCE)}
    in_order = (demo.RESERVOIR, demo.UNCONNECTED, demo.PIXELS, demo.COUNTS, demo.CHANCE)
    correct = {name: correct[name] for name in in_order}
    result = demo.DemoResult(
        n_train=len(scans.train),
        correct=correct,
        n_neurons=snn.num_neurons,
        n_synapses=snn.synaptic_weights.nnz,
        n_spikes=int(np.sum(demo.count_spikes(snn, trials))),
        seconds={name: float(value) for name, value in re.findall(r"^  (\D+?) +(\d+\.\d\d)$", shown, re.MULTILINE)},
    )
    assert shown.startswith(result.table() + "\n")


def test_links_within_the_page_lead_somewhere():
    anchors = {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles()}
    anchors |= set(re.findall(r'<a id="(.+?)"', README))
    assert set(re.findall(r"\]\(#(.+?)\)", README)) <= anchors


def test_files_that_are_named_exist():
    named = re.findall(r"`((?:tests|examples|\.ci)/[\w./-]*|\w+\.(?:md|toml)|LICENSE)`", README)
    made_by_the_programs = {"run.toml"}
    assert len(named) > 5
    assert [name for name in named if name not in made_by_the_programs and not (ROOT / name).exists()] == []


def titles():
    return re.findall(r"^#+ (.+)$", README, re.MULTILINE)
