"""The examples that take recorded data, each on a small set that is written here in the published format."""

import re

import numpy as np
import pytest
from scipy.io import wavfile
from test_examples import PNG, run

pytestmark = pytest.mark.slow

METHODS = ["reservoir", "without delays", "unconnected neurons", "comparators", "encoded input", "raw input", "chance"]
# A reservoir that has none, as the quick one, has no rows without them.
OPTIONAL = {"without delays", "unconnected neurons"}


def assert_png(path):
    content = path.read_bytes()
    assert content.startswith(PNG)
    assert len(content) > 5000


def score_tables(out):
    """Each table of an evaluation in a text: the first score of each method."""
    tables = []
    for head in re.finditer(r"^score  +\w+.*$", out, re.MULTILINE):
        lines = out[head.end() :].lstrip("\n").split("\n\n")[0].split("\n")
        rows = [re.match(r"(\S+(?: \S+)?)  +(-?[\d.]+) \[", line) for line in lines]
        check_methods([row[1] for row in rows])
        tables.append({row[1]: float(row[2]) for row in rows})
    return tables


def check_methods(names):
    """What stands in a table stands in order, and only what the reservoir does not have is left out."""
    assert names == [method for method in METHODS if method in names]
    assert set(METHODS) - set(names) <= OPTIONAL


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Three digits, each a tone with another course, by two speakers of different voice; indices 5 to 15."""
    folder = tmp_path_factory.mktemp("recordings")
    rng = np.random.default_rng(0)
    seconds = np.arange(2400) / 8000
    for digit, (start, end) in enumerate([(400, 400), (1500, 1500), (400, 2800)]):
        for speaker, pitch in (("ann", 1.0), ("bob", 1.1)):
            for index in range(5, 16):
                course = np.linspace(start, end, len(seconds)) * pitch * rng.uniform(0.95, 1.05)
                wave = np.sin(2 * np.pi * np.cumsum(course) / 8000) * rng.uniform(0.3, 0.9)
                wave = (8000 * (wave + rng.normal(0, 0.02, len(wave)))).astype(np.int16)
                wavfile.write(folder / f"{digit}_{speaker}_{index}.wav", 8000, wave[: rng.integers(2000, 2400)])
    return folder


def test_spoken_digits_by_index(recordings, tmp_path):
    out = run("spoken_digits.py", recordings, "--output", tmp_path, "--neurons", 100)
    assert "66 recordings, 8000 Hz, speakers: ann, bob" in out
    assert "held-out predictions: 30," in out
    (scores,) = score_tables(out)
    assert scores["reservoir"] >= 0.95
    assert scores["chance"] == pytest.approx(1 / 3, abs=1e-3)
    assert "\nThe reservoir " in out
    assert "accuracy on" not in out
    assert_png(tmp_path / "spoken_digits.png")


def test_spoken_digits_by_speaker(recordings, tmp_path):
    size = ("--output", tmp_path, "--neurons", 100)
    out = run("spoken_digits.py", recordings, "--leave-out", "each", *size)
    assert "folds: 2, held-out predictions: 66 of 2 groups," in out
    (scores,) = score_tables(out)
    assert scores["reservoir"] > 0.9 > scores["chance"]
    each = re.findall(r"^accuracy on (\w+): ([\d.]+)$", out, re.MULTILINE)
    assert [name for name, _ in each] == ["ann", "bob"]
    assert np.mean([float(value) for _, value in each]) == pytest.approx(scores["reservoir"], abs=2e-3)
    assert_png(tmp_path / "spoken_digits.png")


def write_events(path, rng, centre):
    """Events around a spot that moves to the right, the front brighter and the back darker, and some anywhere."""
    n_events = 2000
    t = np.sort(rng.integers(0, 310_000, n_events))
    polarity = rng.integers(0, 2, n_events)
    x = rng.normal(centre + 6 * t / 310_000 + 2 * polarity, 1.5)
    x[:400] = rng.uniform(0, 33, 400)
    y = rng.normal(17, 3, n_events)
    columns = [np.clip(np.rint(v), 0, 33).astype(np.uint8) for v in (x, y)]
    records = [*columns, polarity << 7 | t >> 16, t >> 8 & 0xFF, t & 0xFF]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(np.stack([part.astype(np.uint8) for part in records], axis=1).tobytes())


def test_event_digits(tmp_path):
    rng = np.random.default_rng(0)
    for number in range(1, 13):
        for digit, centre in enumerate((5, 14, 23)):
            write_events(tmp_path / "Train" / str(digit) / f"{number:05d}.bin", rng, centre)
    out = run(
        "event_digits.py", tmp_path / "Train", "--output", tmp_path, "--neurons", 100, "--limit", 30, "--folds", 3
    )
    assert "30 recordings, 2000 events in the mean" in out
    assert "(recordings, bins, channels) = (30, 30, 578)" in out
    assert "folds: 3," in out
    (scores,) = score_tables(out)
    assert scores["reservoir"] >= 0.95
    assert scores["chance"] < 0.4
    assert_png(tmp_path / "event_digits.png")


def write_ts(path, rng, n_channels, lengths):
    """Slow and fast waves of any phase; each case of one of the lengths."""
    lines = ["@problemName tiny", f"@univariate {str(n_channels == 1).lower()}", "@classLabel true slow fast", "@data"]
    for case in range(80):
        label, period = ("slow", 25) if case % 2 else ("fast", 12)
        steps = np.arange(lengths[case % len(lengths)])
        channels = [
            np.sin(2 * np.pi * (steps / period + rng.random())) + rng.normal(0, 0.1, len(steps))
            for _ in range(n_channels)
        ]
        lines.append(":".join([*(",".join(f"{value:.4f}" for value in channel) for channel in channels), label]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def archive(tmp_path):
    rng = np.random.default_rng(0)
    for part in ("TRAIN", "TEST"):
        write_ts(tmp_path / f"Waves_{part}.ts", rng, 1, [60])
        write_ts(tmp_path / f"UnequalWaves_{part}.ts", rng, 2, [50, 60, 70])
    return tmp_path


def rows_of_sets(out):
    """The table of accuracies: names of the columns, and the numbers of each row."""
    head, *rows = out.split("\n\n")[0].split("\n")
    table = {}
    for row in rows:
        name, values = re.fullmatch(r"(\S+(?: [a-z]\S*)?) +([\d. ]+)", row).groups()
        table[name] = [float(value) for value in values.split()]
    return head.split(), table


def test_ucr_series_of_a_folder(archive, tmp_path):
    out = run("ucr_series.py", archive, "Waves", "UnequalWaves", "--output", tmp_path, "--neurons", 150)
    head, table = rows_of_sets(out)
    assert head == ["accuracy", "Waves", "UnequalWaves", "mean"]
    check_methods(list(table))
    assert min(table["reservoir"]) >= 0.95
    # The phase is random, so no linear readout of the steps can tell the classes.
    assert max(table["raw input"] + table["encoded input"]) < 0.65
    assert table["chance"] == [0.5, 0.5, 0.5]
    for values in table.values():
        assert values[2] == pytest.approx(np.mean(values[:2]), abs=1e-3)
    assert len(re.findall(r"^\w+\nThe reservoir ", out, re.MULTILINE)) == 2
    assert_png(tmp_path / "ucr_series.png")


def test_ucr_series_of_two_files(archive, tmp_path):
    pair = archive / "Waves_TRAIN.ts", archive / "Waves_TEST.ts"
    out = run("ucr_series.py", *pair, "--output", tmp_path, "--neurons", 150)
    head, table = rows_of_sets(out)
    assert head == ["accuracy", "Waves", "mean"]
    check_methods(list(table))


def write_trajectories(path, rng, *, told: bool):
    """Spots that cross 8 x 8 pixels along a row, class after class; if not ``told``, the row is any."""
    labels = np.repeat(np.arange(3), 16)
    data = (rng.random((len(labels), 8, 8, 60)) < 0.02).astype(np.uint8)
    for sample, label in enumerate(labels):
        row = 1 + 3 * label if told else rng.choice([1, 4, 7])
        for step in range(60):
            data[sample, row - 1 : row + 1, step * 8 // 60, step] |= rng.random(2) < 0.7
    np.savez(path, data=data.reshape(len(labels), 64, 60), labels=labels)


def run_trajectories(path, tmp_path, *args):
    """What the example prints, and its table of protocols."""
    size = ("--output", tmp_path, "--neurons", 150, "--plastic-neurons", 200, "--folds", 4, "--block", 2)
    out = run("ball_trajectories.py", path, *size, *args)
    table = out.split("protocol", 1)[1].split("\n\n")[0]
    return out, {name: float(value) for name, value in re.findall(r"^(.+?) {2,}([\d.]+)$", table, re.MULTILINE)}


def test_ball_trajectories(tmp_path):
    write_trajectories(tmp_path / "balls.npz", np.random.default_rng(0), told=True)
    out, protocols = run_trajectories(tmp_path / "balls.npz", tmp_path)
    assert list(protocols) == [
        "STDP on, in the file's order",
        "STDP on, shuffled",
        "35 pixels, no reservoir",
        "ReservoirClassifier",
    ]
    (scores,) = score_tables(out)
    assert scores["reservoir"] == protocols["ReservoirClassifier"] >= 0.95
    assert scores["chance"] == pytest.approx(1 / 3, abs=1e-3)
    assert_png(tmp_path / "ball_trajectories.png")


def test_the_published_protocol_finds_classes_where_there_are_none(tmp_path):
    write_trajectories(tmp_path / "noise.npz", np.random.default_rng(0), told=False)
    _, protocols = run_trajectories(tmp_path / "noise.npz", tmp_path, "--eta", 0.6)
    published = protocols.pop("STDP on, in the file's order")
    assert published > 0.7
    assert max(protocols.values()) < 0.6


def test_iris_and_diabetes(tmp_path):
    out = run("iris_and_diabetes.py", "--output", tmp_path, "--neurons", 100, "--folds", 3)
    iris, diabetes = score_tables(out)
    assert iris["reservoir"] > 0.92
    assert iris["chance"] < 0.4
    assert diabetes["reservoir"] > 0.4 > 0.01 > diabetes["chance"]
    assert len(re.findall(r"^(?:Nothing is gained here|Here the reservoir earns its place): ?", out, re.MULTILINE)) == 2
    for name in ("iris.png", "diabetes.png"):
        assert_png(tmp_path / name)
