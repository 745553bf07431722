import os
import re
import signal
import subprocess
import sys

import numpy as np
import processes
import pytest

import snnres
from snnres import cli, demo

pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")
PNG = b"\x89PNG\r\n\x1a\n"


def score(text, name):
    return float(re.search(rf"^  {re.escape(name)} +([\d.]+)$", text, re.MULTILINE)[1])


def without_seconds(text):
    return re.sub(r"^seconds\n(  .*\n)+", "", text, flags=re.MULTILINE)


@pytest.mark.slow
def test_demo_prints_its_table_and_writes_figures(tmp_path, capsys):
    folder = tmp_path / "new" / "figures"
    assert cli.main(["demo", "--samples", "600", "--neurons", "600", "--output", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert "450 scans to train, 150 to test" in out
    assert score(out, "reservoir") > 0.85
    assert score(out, "unconnected neurons") > 0.85
    assert score(out, "raw pixels") > 0.85
    assert score(out, "input spike counts") > 0.85
    assert 0.05 < score(out, "chance (most frequent class)") < 0.15
    for phase in ("load", "encode", "build", "simulate", "train and test", "draw"):
        assert score(out, phase) >= 0
    assert re.search(r"^  neurons +600$", out, re.MULTILINE)
    assert re.search(r"^  synapses +24,000$", out, re.MULTILINE)
    assert re.search(r"^  spikes +[\d,]+$", out, re.MULTILINE)
    for subject in ("The reservoir", "The neurons", "The recurrent synapses"):
        assert re.search(rf"^{subject} .* against .*\.$", out, re.MULTILINE)
    assert "simulate: 600/600" in err
    assert sorted(file.name for file in folder.iterdir()) == ["confusion.png", "histograms.png", "raster.png"]
    assert all(file.read_bytes().startswith(PNG) for file in folder.iterdir())


@pytest.mark.slow
def test_a_seed_repeats_the_demo_and_another_does_not(tmp_path, capsys):
    texts = []
    for seed in ("0", "0", "1"):
        cli.main(["demo", "--samples", "100", "--neurons", "200", "--seed", seed, "--quiet", "--output", str(tmp_path)])
        out, err = capsys.readouterr()
        assert err == ""
        texts.append(without_seconds(out))
    assert texts[0] == texts[1] != texts[2]


def test_version(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"snnres {snnres.__version__}\n"


@pytest.mark.parametrize(("args", "shown"), [(["--help"], "demo"), (["demo", "--help"], "--samples")])
def test_help(args, shown, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(args)
    assert end.value.code == 0
    assert shown in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        ([], "command"),
        (["no-such-command"], "no-such-command"),
        (["demo", "--no-such-option"], "--no-such-option"),
        (["demo", "--seed", "-1"], "--seed: must be an integer in [0, 4294967295]. Got '-1'"),
        (["demo", "--seed", "one"], "--seed"),
        (["demo", "--samples", "99"], "--samples: must be an integer in [100, 1797]"),
        (["demo", "--samples", "1798"], "--samples"),
        (["demo", "--neurons", "10"], "--neurons"),
        (["demo", "--neurons", "1e3"], "--neurons"),
    ],
)
def test_wrong_arguments_end_in_one_line_and_2(args, shown, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(args)
    out, err = capsys.readouterr()
    assert end.value.code == 2
    assert out == ""
    assert shown in err
    assert err.count("\n") == 1


def test_an_output_that_is_a_file_ends_before_the_work(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(demo, "load_scans", lambda *_: pytest.fail("the work began"))
    file = tmp_path / "file"
    file.write_text("mine")
    assert cli.main(["demo", "--output", str(file)]) == 2
    err = capsys.readouterr().err
    assert str(file) in err
    assert err.count("\n") == 1
    assert file.read_text() == "mine"


@pytest.mark.parametrize("package", ["sklearn", "matplotlib.figure"])
def test_a_missing_extra_is_named(package, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    assert cli.main(["demo", "--output", str(tmp_path / "figures")]) == 2
    err = capsys.readouterr().err
    assert 'pip install "snnres[learn,plot]"' in err
    assert err.count("\n") == 1
    assert not (tmp_path / "figures").exists()


def test_an_interrupt_ends_with_130(tmp_path, capsys, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "count_spikes", interrupt)
    assert cli.main(["demo", "--samples", "100", "--output", str(tmp_path)]) == 130
    assert capsys.readouterr().err.strip() == "interrupted"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_in_a_process_leaves_no_traceback(tmp_path):
    command = [sys.executable, "-m", "snnres", "demo", "--output", str(tmp_path / "figures")]
    process = processes.start(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    # The first sign of progress: training the readout, most of the work, is still to come.
    assert process.stderr.read(1)
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    err = rest.decode()
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err


def test_scans_are_split_in_proportion_and_apart():
    scans = demo.load_scans(500, seed=3)
    assert scans.pixels.shape == (500, 64)
    assert scans.pixels.min() == 0
    assert scans.pixels.max() == 1
    assert sorted([*scans.train, *scans.test]) == list(range(500))
    shares = [np.bincount(scans.labels[part], minlength=10) / len(part) for part in (scans.train, scans.test)]
    assert np.abs(shares[0] - shares[1]).max() < 0.02


def test_rate_code_fires_as_often_as_it_should_and_evenly():
    values = np.linspace(0, 1, 17)[None].repeat(3, axis=0)
    spikes = demo.rate_code(values, seed=1, n_steps=200, max_rate=0.25)
    assert spikes.shape == (3, 17, 200)
    assert set(np.unique(spikes)) == {0, 1}
    assert np.abs(spikes.sum(axis=2) - 200 * 0.25 * values).max() < 1
    for train in spikes[0, 1:]:
        assert np.ptp(np.diff(np.flatnonzero(train))) <= 1
    np.testing.assert_array_equal(spikes[0], spikes[2])
    assert not np.array_equal(spikes, demo.rate_code(values, seed=2, n_steps=200, max_rate=0.25))


def test_the_figures_show_the_digit_its_inputs_and_what_was_confused(tmp_path, monkeypatch):
    figures = {}
    monkeypatch.setattr(demo.plotting, "save_figure", lambda path, figure: figures.update({path.name: figure}))
    scans = demo.load_scans(100)
    trials = demo.rate_code(scans.pixels)
    predicted = scans.labels[scans.test].copy()
    predicted[0] = (predicted[0] + 1) % 10
    demo.draw(demo.build_reservoir(200), trials, scans, predicted, tmp_path)
    raster = figures["raster.png"].axes[0]
    (digit,) = raster.child_axes
    np.testing.assert_array_equal(digit.images[0].get_array(), scans.pixels[scans.test[0]].reshape(8, 8))
    assert digit.get_title() == f"the scan, a {scans.labels[scans.test[0]]}"
    (band,) = raster.patches
    assert (band.get_y(), band.get_height()) == (-0.5, 64)
    counts = np.array([int(text.get_text()) for text in figures["confusion.png"].axes[0].texts]).reshape(10, 10)
    assert counts.sum() == 25
    assert counts[scans.labels[scans.test[0]], predicted[0]] == counts.sum() - np.trace(counts) == 1


def test_unconnected_neurons_hear_the_input_alone_and_fire_as_often():
    scans = demo.load_scans(300)
    trials = demo.rate_code(scans.pixels)
    snn = demo.build_reservoir(300)
    before = snn.get_topology().toarray()
    alone = demo.without_recurrence(snn, trials[scans.train])
    weights = alone.get_topology().toarray()
    assert not weights[64:].any()
    assert not weights[:, :64].any()
    driven = before[:64, 64:] != 0
    assert np.ptp(weights[:64, 64:][driven] / before[:64, 64:][driven]) < 1e-4
    np.testing.assert_array_equal(snn.get_topology().toarray(), before)
    first = trials[scans.train[:200]]
    spikes, whole = (demo.count_spikes(network, first)[:, 64:].sum() for network in (alone, snn))
    assert spikes == pytest.approx(whole, rel=0.02)


def test_the_readout_does_not_see_the_test_scans():
    """Changing a test scan changes the answer for that scan alone: neither scaling nor training has read it."""
    scans = demo.load_scans(300)
    values = scans.pixels.copy()
    before = demo.predicted_on_test(values, scans)
    values[scans.test[0]] = 1e6
    np.testing.assert_array_equal(demo.predicted_on_test(values, scans)[1:], before[1:])


@pytest.mark.parametrize(
    ("ours", "rival", "start"),
    [
        ([1] * 40, [0] * 20 + [1] * 20, "The reservoir helped"),
        ([0] * 20 + [1] * 20, [1] * 40, "The reservoir did harm"),
        ([1] * 40, [0] * 2 + [1] * 38, "The reservoir made no clear difference"),
        ([1] * 40, [1] * 40, "The reservoir made no clear difference"),
    ],
)
def test_the_verdict_follows_a_paired_test_against_the_better_baseline(ours, rival, start):
    correct = {demo.RESERVOIR: ours, demo.PIXELS: rival, demo.COUNTS: [0] * 40, demo.CHANCE: [0] * 40}
    arrays = {name: np.array(right, dtype=bool) for name, right in correct.items()}
    assert demo.DemoResult(1, arrays, 1, 1, 1).verdict().startswith(start)
