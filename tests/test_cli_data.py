"""The commands that take data: train, predict, evaluate, features; and the strict reader of tables."""

import csv
import json
import os
import re
import signal
import struct
import subprocess
import sys
import time

import numpy as np
import processes
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

from scipy.io import wavfile

from snnres import cli
from snnres.cli.data import Reading, joined, load_data
from snnres.cli.models import choose_task
from snnres.cli.tables import read_table, write_table
from snnres.estimators import ReservoirClassifier, ReservoirRegressor, ReservoirTransformer, load_estimator
from snnres.evaluation import evaluate

FEW = ["--neurons", "50"]
PNG = b"\x89PNG\r\n\x1a\n"


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.fixture
def flowers(tmp_path):
    """A table of three well separated classes, its target in the middle."""
    rng = np.random.default_rng(0)
    kinds = np.arange(45) % 3
    values = rng.normal(size=(45, 3)) * 0.3 + kinds[:, None] * [2.0, -1.0, 1.0]
    path = tmp_path / "flowers.csv"
    rows = [[a, b, ["rose", "lily", "oak, red"][kind], c] for (a, b, c), kind in zip(values, kinds, strict=True)]
    write_table(path, ["width", "height", "kind", "age"], rows)
    return path


@pytest.fixture
def series(tmp_path):
    """Two classes of series of unequal length, in a train and a test file."""
    rng = np.random.default_rng(1)
    paths = []
    for name in ("train.ts", "test.ts"):
        lines = ["@classLabel true slow fast", "@data"]
        for i in range(16):
            t = np.arange(rng.integers(20, 30))
            wave = np.sin(t * (0.2, 1.1)[i % 2]) + 0.05 * rng.normal(size=len(t))
            lines.append(",".join(map(str, wave)) + ":" + ("slow", "fast")[i % 2])
        path = tmp_path / name
        path.write_text("\n".join(lines))
        paths.append(path)
    return paths


@pytest.fixture
def recordings(tmp_path):
    folder = tmp_path / "recordings"
    folder.mkdir()
    rng = np.random.default_rng(2)
    for label, pitch in (("high", 1500), ("low", 300)):
        for speaker in ("ann", "bob"):
            for index in range(4):
                t = np.arange(rng.integers(1200, 1800)) / 8000
                wave = 8000 * np.sin(2 * np.pi * pitch * t) + 200 * rng.normal(size=len(t))
                wavfile.write(folder / f"{label}_{speaker}_{index}.wav", 8000, wave.astype(np.int16))
    return folder


@pytest.fixture
def camera(tmp_path):
    folder = tmp_path / "camera"
    rng = np.random.default_rng(3)
    for i in range(16):
        digit = i % 2
        events = b"".join(
            struct.pack(">BBI", *rng.integers(17 * digit, 17 * digit + 17, 2), (1 << 23 | int(t)) << 8)[:5]
            for t in np.sort(rng.integers(0, 300_000, 200))
        )
        path = folder / str(digit) / f"{i:05d}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(events)
    return folder


@pytest.fixture
def trajectories(tmp_path):
    rng = np.random.default_rng(4)
    labels = np.arange(20) % 2
    data = rng.random((20, 6, 30)) < np.where(np.arange(6)[:, None] // 3 == labels[:, None, None], 0.6, 0.05)
    path = tmp_path / "balls.npz"
    np.savez(path, data=data.astype(np.uint8), labels=labels)
    return path


def run(*args, code=0):
    assert cli.main([str(arg) for arg in args]) == code


def refused(capsys, *args):
    """The one line on standard error of a command that ends with 2."""
    capsys.readouterr()
    run(*args, code=2)
    out, err = capsys.readouterr()
    assert err.count("\n") == 1
    assert "Traceback" not in out + err
    return err


# ---------------------------------------------------------------- train and predict


def test_a_table_is_learned_and_predicted(flowers, tmp_path, capsys):
    model, output = tmp_path / "deep" / "m.npz", tmp_path / "other" / "predictions.csv"
    run("train", flowers, "--target", "kind", "--model", model, "--seed", 3, *FEW)
    out, err = capsys.readouterr()
    assert out == f"wrote {model}\n"
    assert err.startswith("fitting 50 neurons to 45 samples of 3 classes\n")
    run("predict", flowers, "--model", model, "--output", output)
    assert capsys.readouterr().out == f"wrote {output}\n"
    header, *rows = rows_of(output)
    assert header == ["sample", "prediction"]
    assert [row[0] for row in rows] == [str(i) for i in range(1, 46)]
    truth = [row[2] for row in rows_of(flowers)[1:]]
    assert np.mean([row[1] == kind for row, kind in zip(rows, truth, strict=True)]) > 0.9
    # The same as by hand.
    table = read_table(flowers, "kind")
    by_hand = ReservoirClassifier(num_neurons=50, random_state=3).fit(table.values, table.target)
    assert by_hand.predict(table.values).tolist() == [row[1] for row in rows]


def test_predictions_go_to_standard_output_and_quiet_says_nothing_else(flowers, tmp_path, capsys):
    run("train", flowers, "--target", "kind", "--model", tmp_path / "m", "--quiet", *FEW)
    assert capsys.readouterr().err == ""
    run("predict", flowers, "--model", tmp_path / "m", "--quiet")
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("sample,prediction\n1,")
    assert out.count("\n") == 46


def test_a_table_to_predict_may_lack_the_target_and_have_another_order(flowers, tmp_path, capsys):
    run("train", flowers, "--target", "kind", "--model", tmp_path / "m", *FEW)
    header, *rows = rows_of(flowers)
    order = [header.index(name) for name in ("age", "width", "height")]
    write_table(tmp_path / "new.csv", [header[i] for i in order], [[row[i] for i in order] for row in rows])
    run("predict", flowers, "--model", tmp_path / "m", "--output", tmp_path / "a.csv")
    run("predict", tmp_path / "new.csv", "--model", tmp_path / "m", "--output", tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()
    write_table(tmp_path / "more.csv", [*header, "extra"], [[*row, 1] for row in rows])
    write_table(tmp_path / "less.csv", header[1:], [row[1:] for row in rows])
    assert "'extra'" in refused(capsys, "predict", tmp_path / "more.csv", "--model", tmp_path / "m", "--quiet")
    assert "'width'" in refused(capsys, "predict", tmp_path / "less.csv", "--model", tmp_path / "m", "--quiet")


def test_a_quantity_is_regressed(tmp_path, capsys):
    values = np.random.default_rng(0).normal(size=(40, 2))
    write_table(tmp_path / "t.csv", ["a", "b", "sum"], np.column_stack([values, values.sum(axis=1)]).tolist())
    run("train", tmp_path / "t.csv", "--target", "sum", "--model", tmp_path / "m", *FEW)
    assert "a quantity" in capsys.readouterr().err
    assert isinstance(load_estimator(tmp_path / "m"), ReservoirRegressor)
    run("predict", tmp_path / "t.csv", "--model", tmp_path / "m", "--output", tmp_path / "p.csv")
    predicted = np.array([float(row[1]) for row in rows_of(tmp_path / "p.csv")[1:]])
    assert np.corrcoef(predicted, values.sum(axis=1))[0, 1] > 0.9
    model = load_estimator(tmp_path / "m")
    np.testing.assert_array_equal(predicted, model.predict(values))


@pytest.mark.parametrize("kind", ["series", "recordings", "camera", "trajectories"])
def test_every_format_is_learned_and_predicted(kind, tmp_path, capsys, request):
    data = request.getfixturevalue(kind)
    data = data[0] if kind == "series" else data
    extra = ["--bins", 6, "--bin-width", 50_000, "--downsample", 17] if kind == "camera" else []
    run("train", data, "--model", tmp_path / "m.npz", *FEW, *extra)
    run("predict", data, "--model", tmp_path / "m.npz", "--output", tmp_path / "p.csv")
    rows = rows_of(tmp_path / "p.csv")[1:]
    options = dict(zip(("bins", "bin_width", "downsample"), extra[1::2], strict=False))
    loaded = load_data(str(data), Reading(None, True, options))
    assert [row[0] for row in rows] == loaded.samples
    assert [row[1] for row in rows] == [str(label) for label in loaded.y]
    first = {"series": "1", "recordings": "high_ann_0.wav", "camera": "0/00000.bin", "trajectories": "1"}[kind]
    assert rows[0][0] == first
    assert load_estimator(tmp_path / "m.npz").source_["format"] == loaded.source["format"]


def predicted(capsys, model, data, *more):
    capsys.readouterr()
    run("predict", data, "--model", model, "--quiet", *more)
    return list(csv.reader(capsys.readouterr().out.splitlines()))


def test_recordings_to_predict_may_have_any_name(recordings, tmp_path, capsys):
    run("train", recordings, "--model", tmp_path / "m.npz", "--quiet", *FEW)
    known = dict(predicted(capsys, tmp_path / "m.npz", recordings)[1:])
    new = tmp_path / "new"
    new.mkdir()
    names = {"high_ann_1.wav": "Monday 3.WAV", "low_bob_2.wav": "é.wav"}
    for old, name in names.items():
        (new / name).write_bytes((recordings / old).read_bytes())
    expected = [[name, known[old]] for old, name in names.items()]
    assert predicted(capsys, tmp_path / "m.npz", new) == [["sample", "prediction"], *expected]
    assert predicted(capsys, tmp_path / "m.npz", new / "é.wav")[1:] == expected[1:]


def test_events_to_predict_may_have_any_name(camera, tmp_path, capsys):
    run("train", camera, "--model", tmp_path / "m.npz", "--quiet", *FEW, "--bins", 6, "--bin-width", 50_000)
    known = dict(predicted(capsys, tmp_path / "m.npz", camera)[1:])
    new = tmp_path / "new"
    new.mkdir()
    names = {"0/00002.bin": "left.bin", "1/00005.bin": "right.bin"}
    for old, name in names.items():
        (new / name).write_bytes((camera / old).read_bytes())
    expected = [[name, known[old]] for old, name in names.items()]
    assert predicted(capsys, tmp_path / "m.npz", new)[1:] == expected
    assert predicted(capsys, tmp_path / "m.npz", new / "right.bin")[1:] == expected[1:]
    (camera / "loose.bin").write_bytes(b"")
    assert "Got both" in refused(capsys, "predict", camera, "--model", tmp_path / "m.npz")


def test_series_and_trajectories_to_predict_may_lack_labels(series, trajectories, tmp_path, capsys):
    bare = tmp_path / "bare.ts"
    bare.write_text("@data\n" + "\n".join(line.split(":")[0] for line in series[0].read_text().split("\n")[2:]))
    spikes = tmp_path / "bare.npz"
    np.savez(spikes, data=np.load(trajectories)["data"])
    for labelled, without in ((series[0], bare), (trajectories, spikes)):
        run("train", labelled, "--model", tmp_path / "m.npz", "--quiet", *FEW)
        found = predicted(capsys, tmp_path / "m.npz", without)
        assert len(found) > 10
        assert found == predicted(capsys, tmp_path / "m.npz", labelled)


def test_features_need_no_labels_but_take_those_of_names(recordings, camera, tmp_path):
    output = tmp_path / "f.csv"
    few = ["--output", output, "--feature", "spike_counts", "--quiet", *FEW]
    run("features", recordings, *few)
    assert [row[-1] for row in rows_of(output)[1:]] == ["high"] * 8 + ["low"] * 8
    run("features", recordings / "low_ann_0.wav", *few)
    assert len(rows_of(output)) == 2
    assert rows_of(output)[0][-1] != "label"
    run("features", camera / "0", *few, "--bins", 6)
    assert len(rows_of(output)) == 9


def test_a_name_that_says_no_label_is_refused_among_those_that_do(recordings, tmp_path, capsys):
    (recordings / "low_bob_3.wav").rename(recordings / "unknown.wav")
    err = refused(capsys, "features", recordings, "--output", tmp_path / "f.csv", "--quiet", *FEW)
    assert "unknown.wav must be named" in err


def test_probabilities_are_given_beside_the_prediction(flowers, tmp_path, capsys):
    model = tmp_path / "m.npz"
    run("train", flowers, "--target", "kind", "--model", model, "--readout", "logistic", "--quiet", *FEW)
    plain = predicted(capsys, model, flowers)
    header, *rows = predicted(capsys, model, flowers, "--proba")
    assert header == ["sample", "prediction", "probability_lily", "probability_oak, red", "probability_rose"]
    assert [row[:2] for row in rows] == plain[1:]
    shares = np.array([row[2:] for row in rows], dtype=float)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    table = read_table(flowers, "kind")
    np.testing.assert_array_equal(shares, load_estimator(model).predict_proba(table.values))
    assert [header[2:][best] for best in shares.argmax(axis=1)] == [f"probability_{row[1]}" for row in rows]


def test_probabilities_that_a_model_does_not_give_are_refused_before_the_work(flowers, tmp_path, capsys):
    model = tmp_path / "m.npz"
    run("train", flowers, "--target", "kind", "--model", model, "--quiet", *FEW)
    err = refused(capsys, "predict", tmp_path / "nowhere.csv", "--model", model, "--proba")
    assert "--proba" in err
    assert "SummedRidgeClassifier" in err
    assert "--readout logistic" in err
    write_table(tmp_path / "t.csv", ["a", "y"], [[i / 7, i / 3] for i in range(20)])
    err = refused(capsys, "train", tmp_path / "t.csv", "--target", "y", "--model", model, "--readout", "logistic")
    assert "--readout logistic is for classification" in err


def test_a_model_that_is_not_there_or_not_called_so_is_named(flowers, tmp_path, capsys):
    err = refused(capsys, "predict", flowers, "--model", tmp_path / "nowhere")
    assert f"--model must name a file that 'snnres train' saved. There is no {tmp_path / 'nowhere'}.npz.\n" in err
    (tmp_path / "model.dat").write_bytes(b"x")
    err = refused(capsys, "predict", flowers, "--model", tmp_path / "model.dat")
    assert "There is no" in err
    assert "but models end in .npz" in err


def test_a_folder_without_samples_is_told_all_that_would_do(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("nothing")
    err = refused(capsys, "train", tmp_path / "empty", "--model", tmp_path / "m.npz")
    for layout in ("{label}_{speaker}_{index}.wav", "{digit}/{id}.bin", ".wav or .bin files of any name"):
        assert layout in err


def test_samples_that_say_no_label_are_no_training_data(recordings, camera, trajectories, tmp_path, capsys):
    np.savez(tmp_path / "bare.npz", data=np.load(trajectories)["data"])
    flat = camera / "0"
    for data in (recordings / "low_ann_0.wav", flat, flat / "00000.bin", tmp_path / "bare.npz"):
        err = refused(capsys, "train", data, "--model", tmp_path / "m.npz")
        assert "must hold what to predict" in err
        assert str(data) in err


def test_what_was_chosen_to_remember_by_is_said(series, tmp_path, capsys):
    run("train", series[0], "--model", tmp_path / "m", *FEW)
    out, err = capsys.readouterr()
    model = load_estimator(tmp_path / "m")
    told = re.search(
        r"^chose (\w+) by the hinge loss of samples left out in turn: quick (\S+), memory (\S+)$", err, re.M
    )
    assert told[1] == model.memory_ == "quick"
    assert [float(told[2]), float(told[3])] == pytest.approx(list(model.errors_.values()), rel=0.01)
    assert out == f"wrote {tmp_path / 'm'}.npz\n"
    run("train", series[0], "--model", tmp_path / "m", "--quiet", *FEW)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("memory", ["quick", "memory", "both"])
def test_memory_can_be_chosen(series, tmp_path, capsys, memory):
    run("train", series[0], "--model", tmp_path / "m", "--memory", memory, *FEW)
    assert "chose" not in capsys.readouterr().err
    model = load_estimator(tmp_path / "m")
    assert (model.memory, model.memory_) == (memory, memory)
    run("predict", series[1], "--model", tmp_path / "m", "--output", tmp_path / "p.csv", "--quiet")
    assert len(rows_of(tmp_path / "p.csv")) == 17


def test_a_table_has_nothing_to_remember(flowers, tmp_path, capsys):
    more = ["--target", "kind", "--model", tmp_path / "m", "--quiet", *FEW]
    assert "one step" in refused(capsys, "train", flowers, "--memory", "memory", *more)
    assert not (tmp_path / "m.npz").exists()
    run("train", flowers, "--memory", "auto", *more)
    assert load_estimator(tmp_path / "m").memory_ == "quick"


def test_evaluate_and_features_take_the_same_word(series, tmp_path, capsys):
    run("evaluate", series[0], "--memory", "memory", "--cv", 2, "--json", tmp_path / "r.json", "--quiet", *FEW)
    X, y = load_data(str(series[0]), Reading(None, True, {}))[:2]
    by_hand = evaluate(
        ReservoirClassifier(num_neurons=50, memory="memory", random_state=0), X, y, cv=2, random_state=0, progress=False
    )
    assert str(by_hand).splitlines()[:4] == capsys.readouterr().out.splitlines()[:4]
    for memory, kinds in (("auto", {"quick", "memory"}), ("memory", {"final"})):
        output = tmp_path / f"{memory}.csv"
        run("features", series[0], "--memory", memory, "--output", output, "--quiet", *FEW)
        assert {name.partition("_")[0] for name in rows_of(output)[0][:-1]} == kinds


def test_features_can_be_chosen(flowers, tmp_path):
    names = ["--feature", "spike_counts", "--feature", "mean_isi"]
    run("train", flowers, "--target", "kind", "--model", tmp_path / "m", *FEW, *names)
    assert load_estimator(tmp_path / "m").features == ("spike_counts", "mean_isi")


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (np.array(["a", "b"]), "classification"),
        (np.array([0, 1, 1]), "classification"),
        (np.arange(20), "classification"),
        (np.repeat(np.arange(21), 2), "regression"),
        (np.arange(21.0).repeat(2), "regression"),
    ],
)
def test_the_task_follows_the_documented_rule(y, task):
    assert choose_task("auto", y) == task
    assert choose_task("classification", y) == "classification"
    if y.dtype.kind != "U":
        assert choose_task("regression", y) == "regression"


@pytest.mark.parametrize("more", [[], ["--delimiter", ";", "--decimal", ","]])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_and_decimal_commas_give_the_same_model(flowers, delimiter, more, tmp_path, capsys):
    header, *rows = rows_of(flowers)
    lines = [delimiter.join(f'"{cell}"' for cell in header)]
    lines += [delimiter.join(cell if cell == "oak, red" else cell.replace(".", ",") for cell in row) for row in rows]
    other = tmp_path / "other.csv"
    other.write_text("\n".join(lines))
    if more and delimiter == "\t":
        more = ["--delimiter", "tab", "--decimal", ","]
    run("train", other, "--target", "kind", "--model", tmp_path / "b.npz", *FEW, *more)
    said = f"{other}: cells are separated by {delimiter!r}, decimals follow ','"
    assert (said in capsys.readouterr().err) == (not more)
    run("train", flowers, "--target", "kind", "--model", tmp_path / "a.npz", *FEW)
    assert "separated" not in capsys.readouterr().err
    assert predicted(capsys, tmp_path / "b.npz", other, *more) == predicted(capsys, tmp_path / "a.npz", flowers)
    assert predicted(capsys, tmp_path / "b.npz", flowers) == predicted(capsys, tmp_path / "a.npz", flowers)


@pytest.mark.parametrize(
    ("delimiter", "shown"),
    [(";;", "';;'"), ("5", "'5'"), (".", "'.'"), ('"', "'\"'"), ("", "''")],
)
def test_a_delimiter_is_one_character_that_no_number_has(delimiter, shown, capsys):
    with pytest.raises(SystemExit):
        cli.main(["features", "x.csv", "--output", "f.csv", "--delimiter", delimiter])
    assert shown in capsys.readouterr().err


def test_a_comma_does_not_both_delimit_and_precede_decimals(flowers, tmp_path, capsys):
    more = ["--output", tmp_path / "f.csv", "--delimiter", ",", "--decimal", ","]
    assert "--delimiter and --decimal must differ" in refused(capsys, "features", flowers, *more)


def test_flags_of_other_kinds_of_data_are_refused(flowers, recordings, camera, tmp_path, capsys):
    model = ["--model", tmp_path / "m.npz"]
    for data, flags, named in (
        (flowers, ["--target", "kind", "--bins", "30"], "--bins is for events"),
        (recordings, ["--bin-width", "10333"], "--bin-width is for events"),
        (recordings, ["--delimiter", ";"], "--delimiter is for CSV tables"),
        (camera, ["--decimal", ","], "--decimal is for CSV tables"),
    ):
        assert named in refused(capsys, "train", data, *model, *flags), flags
    assert not (tmp_path / "m.npz").exists()


@pytest.mark.parametrize("names", ["5.1,3.5,rose", "0,1,2"])
def test_a_header_that_looks_like_data_is_warned_of(names, tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text(names + "\n" + "".join(f"{i / 3},{i % 4},{i / 7}\n" for i in range(20)))
    target, few = names.split(",")[2], ["--quiet", *FEW]
    with pytest.warns(UserWarning, match=f"The header of .*t.csv looks like data: it calls a column '{names[:1]}"):
        run("train", path, "--target", target, "--model", tmp_path / "m.npz", *few)
    # To predict, the names are those that the model knows, so they are names.
    assert len(predicted(capsys, tmp_path / "m.npz", path)) == 21


def test_near_names_of_columns_are_asked_for(flowers, tmp_path, capsys):
    model = ["--model", tmp_path / "m.npz"]
    err = refused(capsys, "train", flowers, "--target", "Kinds", *model)
    assert "Did you mean 'kind'?" in err
    assert "Did you mean" not in refused(capsys, "train", flowers, "--target", "zzz", *model)
    run("train", flowers, "--target", "kind", *model, "--quiet", *FEW)
    text = flowers.read_text()
    (tmp_path / "new.csv").write_text(text.replace("width", "Width", 1))
    assert "Did you mean 'Width'?" in refused(capsys, "predict", tmp_path / "new.csv", *model)


def test_a_quantity_of_few_whole_numbers_written_with_a_point_is_said_aloud(tmp_path):
    few = np.repeat([1.0, 2.0, 3.0], 4)
    with pytest.warns(UserWarning, match="taken as a quantity, since its 3 different whole numbers.*--task class"):
        assert choose_task("auto", few) == "regression"
    assert choose_task("regression", few) == "regression"
    assert choose_task("classification", few) == "classification"


@pytest.mark.parametrize("y", [np.arange(40), np.arange(40.0), np.repeat(np.arange(30), [2] * 10 + [1] * 20)])
def test_classes_that_hardly_come_twice_are_refused(y):
    with pytest.raises(ValueError, match=r"--task classification\. Got \d0 different numbers in 40 samples"):
        choose_task("classification", y)


# ---------------------------------------------------------------- evaluate


def test_evaluate_prints_what_the_function_finds(flowers, tmp_path, capsys):
    report = tmp_path / "report"
    args = ["--target", "kind", "--cv", 3, "--seed", 1, "--json", tmp_path / "x" / "e.json", "--report", report]
    run("evaluate", flowers, *args, *FEW)
    out, err = capsys.readouterr()
    assert "evaluating 50 neurons on 45 samples of 3 classes" in err
    assert "evaluate: 21/21" in err
    table = read_table(flowers, "kind")
    result = evaluate(
        ReservoirClassifier(num_neurons=50, random_state=1), table.values, table.target, cv=3, random_state=1
    )
    score = result.methods["reservoir"].scores["accuracy"]
    assert str(result.verdict) in out
    assert "comparators" in out
    written = json.loads((tmp_path / "x" / "e.json").read_text())
    assert written["methods"]["reservoir"]["scores"]["accuracy"] == score._asdict()
    assert sorted(file.name for file in report.iterdir()) == ["report.json", "report.png", "report.txt"]
    assert (report / "report.png").read_bytes().startswith(PNG)
    assert (report / "report.txt").read_text() in out
    assert out.count("wrote") == 4


def test_evaluate_on_a_test_file_trains_on_the_other(series, tmp_path, capsys):
    train, test = series
    run("evaluate", train, "--test", test, "--json", tmp_path / "e.json", "--quiet", *FEW)
    assert capsys.readouterr().err == ""
    written = json.loads((tmp_path / "e.json").read_text())
    assert (written["n_samples"], written["n_predictions"], written["n_folds"]) == (32, 16, 1)
    data, held = (load_data(str(path), Reading(None, True, {})) for path in series)
    score = ReservoirClassifier(num_neurons=50, random_state=0).fit(data.X, data.y).score(held.X, held.y)
    assert written["methods"]["reservoir"]["scores"]["accuracy"]["value"] == score


def test_evaluate_tables_of_another_order_of_columns(flowers, tmp_path, capsys):
    header, *rows = rows_of(flowers)
    write_table(tmp_path / "test.csv", header[::-1], [row[::-1] for row in rows])
    args = ["--target", "kind", "--quiet", *FEW]
    run("evaluate", flowers, "--test", tmp_path / "test.csv", "--json", tmp_path / "e.json", *args)
    accuracy = json.loads((tmp_path / "e.json").read_text())["methods"]["reservoir"]["scores"]["accuracy"]["value"]
    assert accuracy > 0.9


def test_evaluate_by_speaker_holds_whole_speakers_out(recordings, tmp_path):
    run("evaluate", recordings, "--by-speaker", "--json", tmp_path / "e.json", "--quiet", *FEW)
    written = json.loads((tmp_path / "e.json").read_text())
    assert (written["n_samples"], written["n_folds"], written["n_predictions"]) == (16, 2, 16)
    assert (written["n_groups"], written["verdict"]["unit"], written["verdict"]["n_units"]) == (2, "group", 2)


def test_samples_are_joined():
    square, long = np.zeros((2, 3, 1)), np.ones((1, 4, 1))
    assert joined(square, square).shape == (4, 3, 1)
    assert [len(sample) for sample in joined(square, long)] == [3, 3, 4]
    assert [len(sample) for sample in joined([square[0]], long)] == [3, 4]
    assert joined(np.zeros((2, 3)), np.ones((1, 3))).shape == (3, 3)


# ---------------------------------------------------------------- features


def test_features_are_written_with_names_and_labels(flowers, tmp_path, capsys):
    output = tmp_path / "features.csv"
    run("features", flowers, "--target", "kind", "--output", output, "--feature", "spike_counts", *FEW)
    assert capsys.readouterr().out == f"wrote {output}\n"
    header, *rows = rows_of(output)
    table = read_table(flowers, "kind")
    transformer = ReservoirTransformer(num_neurons=50, features=("spike_counts",), random_state=0)
    expected = transformer.fit_transform(table.values)
    assert header == [*transformer.get_feature_names_out(), "kind"]
    assert [row[-1] for row in rows] == table.target.tolist()
    np.testing.assert_array_equal(np.array([row[:-1] for row in rows], dtype=float), expected)


def test_features_of_series_and_of_a_table_without_target(series, tmp_path):
    run("features", series[0], "--output", tmp_path / "f.csv", "--feature", "spike_counts", *FEW)
    header, *rows = rows_of(tmp_path / "f.csv")
    assert header[-1] == "label"
    assert {row[-1] for row in rows} == {"slow", "fast"}
    write_table(tmp_path / "t.csv", ["a", "b"], [[1, 2], [3, 4.5], [5, 7]])
    run("features", tmp_path / "t.csv", "--output", tmp_path / "g.csv", "--feature", "spike_counts", *FEW)
    assert len(rows_of(tmp_path / "g.csv")[0]) == 50


# ---------------------------------------------------------------- tables


def table_of(tmp_path, text, target="y", **more):
    path = tmp_path / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(path, target, **more)


def test_tables_are_read(tmp_path):
    table = table_of(tmp_path, '\ufeffa, y ,"b, c"\r\n1,x, -2.5e1\r\n\r\n.5,"z, ""w""",+3\r\n\r\n')
    assert table.columns == ["a", "b, c"]
    np.testing.assert_array_equal(table.values, [[1, -25], [0.5, 3]])
    assert table.target.tolist() == ["x", 'z, "w"']
    assert table_of(tmp_path, "a,b\n1,2\n", None).target is None
    assert table_of(tmp_path, "a,b\n1,2\n", needs_target=False).target is None


@pytest.mark.parametrize(
    ("cells", "dtype"),
    [
        ("1 2 -3", "int64"),
        ("1 2.5 3", "float64"),
        ("1 2e3 3", "float64"),
        ("01 2 3", "float64"),
        ("1 b 3", "<U1"),
        ("inf 1 2", "<U3"),
        ("1_0 2 3", "<U3"),
        ("99999999999999999999 1 2", "float64"),
    ],
)
def test_kinds_of_targets(tmp_path, cells, dtype):
    text = "x,y\n" + "".join(f"0,{cell}\n" for cell in cells.split())
    assert table_of(tmp_path, text).target.dtype == dtype


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "header"),
        ("\n\n", "header"),
        ("a,y\n", "at least one line"),
        ("a,b\n1,2\n", "'y'"),
        ("y\n1\n", "besides the target"),
        ("a,,y\n1,2,3\n", "line 1.*column 2"),
        ("a,a,y\n1,2,3\n", "line 1.*'a' twice"),
        ("a,y\n1,2\n3\n", "line 3.*2 cells"),
        ("a,y\n1,2,3\n", "line 2.*2 cells"),
        ("a,y\n1,2\n\n,3\n", "line 4, column 'a'.*missing"),
        ("a,y\n1,2\n,\n", "line 3, column 'y'.*missing"),
        ("a,y\n?,2\n", "line 2, column 'a'.*missing"),
        ("a,y\nNaN,2\n", "line 2, column 'a'.*missing"),
        ("a,y\n1,NA\n", "line 2, column 'y'.*missing"),
        ("a,y\n1,\n", "line 2, column 'y'.*missing"),
        ("a,y\nx,2\n", "line 2, column 'a'.*finite number.*'x'"),
        ("a,y\ninf,2\n", "line 2, column 'a'.*finite number"),
        ("a,y\n1e999,2\n", "line 2, column 'a'.*finite number"),
        ("a,y\n1_000,2\n", "line 2, column 'a'.*finite number"),
        ("a,y\n0x1f,2\n", "line 2, column 'a'.*finite number"),
        ("a,y\n'1',2\n", "line 2, column 'a'.*finite number"),
        ("a b;x\n1;2\n", r"'y'.*\['a b', 'x'\], separated by ';'"),
        ("a|y\n1|2\n", r"'y'.*\['a\|y'\], separated by ','"),
        ("a;y\n1;2\n3,4\n", "line 3: must have 2 cells separated by ';', as the header. Got 1"),
        ("a;b,y\n1;2,3\n", "--delimiter must say.*as many ',' as ';'"),
        ('a,y\n"1,2\n3,4\n', "line.*separated by ','"),
        ('a,y\n"1"x,2\n', "line 2.*separated by ','"),
        ("a" * 200_000 + ",y\n1,2\n", "header line: field larger"),
        ("a,y\n1e300,2\n", "line 2, column 'a': must be a finite number of float32.*Got '1e300'"),
        ("a,y\n1,2\n1,1e300\n", "line 3, column 'y': must be a finite number of float32.*Got '1e300'"),
        ("a;y\n1.234,5;2\n", "line 2, column 'a'.*'1.234,5'"),
        ("a;b;y\n1,5;2;3\n1.5;2;3\n", r"line 2, column 'a'.*decimals after '\.'.*'1,5'"),
        ("a,Y\n1,2\n", "Did you mean 'Y'"),
        (b"a,y\n\xff,2\n", "UTF-8"),
        (b"\x00\x01\x02", "table.csv"),
    ],
)
def test_tables_that_are_wrong_are_refused_by_line_and_column(tmp_path, text, named):
    with pytest.raises(ValueError, match=named) as error:
        table_of(tmp_path, text)
    assert "table.csv" in str(error.value)


# ---------------------------------------------------------------- bad input


def test_bad_data_ends_in_one_line_and_2(flowers, series, tmp_path, capsys):
    model = ["--model", tmp_path / "m", "--quiet", *FEW]
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "empty").mkdir()
    write_table(tmp_path / "amounts.csv", ["a", "b"], [[1, 1.5], [2, 2.25], [3, 0.125]])
    (tmp_path / "unlabelled.ts").write_text("@classLabel false\n@data\n1,2,3\n3,2,1\n")
    cases = [
        ([tmp_path / "nowhere.csv", "--target", "y"], "nowhere.csv"),
        ([flowers], "--target"),
        ([flowers, "--target", "nope"], "'nope'"),
        ([flowers, "--target", "kind", "--task", "regression"], "regression"),
        ([tmp_path / "amounts.csv", "--target", "b", "--task", "classification"], "Got 1.5"),
        ([series[0], "--target", "label"], "--target"),
        ([tmp_path / "notes.txt"], "notes.txt"),
        ([tmp_path / "empty"], "empty"),
        ([tmp_path / "unlabelled.ts"], "labels"),
    ]
    for args, named in cases:
        assert named in refused(capsys, "train", *args, *model), args
    assert not (tmp_path / "m.npz").exists()


def test_bad_models_end_in_one_line_and_2(flowers, series, recordings, tmp_path, capsys):
    (tmp_path / "bad.npz").write_bytes(b"PK damaged")
    assert "bad.npz" in refused(capsys, "predict", flowers, "--model", tmp_path / "bad.npz")
    assert "nowhere" in refused(capsys, "predict", flowers, "--model", tmp_path / "nowhere.npz")
    transformer = ReservoirTransformer(num_neurons=50, random_state=0).fit(np.random.default_rng(0).normal(size=(9, 2)))
    transformer.save(tmp_path / "t.npz")
    assert "snnres train" in refused(capsys, "predict", flowers, "--model", tmp_path / "t.npz")
    run("train", series[0], "--model", tmp_path / "m.npz", "--quiet", *FEW)
    assert "format 'ts'" in refused(capsys, "predict", flowers, "--model", tmp_path / "m.npz")
    run("train", recordings, "--model", tmp_path / "w.npz", "--quiet", *FEW)
    slow = tmp_path / "slow"
    slow.mkdir()
    wavfile.write(slow / "a_b_0.wav", 4000, np.ones(4000, dtype=np.int16))
    assert "8000 Hz" in refused(capsys, "predict", slow, "--model", tmp_path / "w.npz", "--quiet")


def test_output_that_cannot_be_written_ends_before_the_work(flowers, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(ReservoirClassifier, "fit", lambda *_: pytest.fail("the work began"))
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder.npz").mkdir()
    for model in (tmp_path / "folder.npz", tmp_path / "file" / "m.npz"):
        refused(capsys, "train", flowers, "--target", "kind", "--model", model)
    args = ["evaluate", flowers, "--target", "kind"]
    assert "file" in refused(capsys, *args, "--report", tmp_path / "file")
    assert "folder" in refused(capsys, *args, "--json", tmp_path / "folder.npz")
    assert (tmp_path / "file").read_text() == "mine"


def test_by_speaker_needs_speakers(flowers, recordings, tmp_path, capsys):
    assert "--by-speaker" in refused(capsys, "evaluate", flowers, "--target", "kind", "--by-speaker", "--quiet", *FEW)
    for file in recordings.glob("*_bob_*"):
        file.unlink()
    assert "--by-speaker" in refused(capsys, "evaluate", recordings, "--by-speaker", "--quiet", *FEW)


@pytest.mark.parametrize(
    "args",
    [
        ["train", "x.csv"],
        ["train", "x.csv", "--model", "m", "--neurons", "49"],
        ["train", "x.csv", "--model", "m", "--feature", "nope"],
        ["train", "x.csv", "--model", "m", "--task", "clustering"],
        ["train", "x.csv", "--model", "m", "--seed", "-1"],
        ["predict", "x.csv"],
        ["evaluate"],
        ["evaluate", "x.csv", "--cv", "1"],
        ["evaluate", "x.csv", "--cv", "3", "--test", "y.csv"],
        ["features", "x.csv"],
        ["features", "x.csv", "--output", "f.csv", "--bins", "0"],
    ],
)
def test_wrong_arguments_end_in_one_line_and_2(args, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(args)
    assert end.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("command", ["train", "predict", "evaluate", "features"])
def test_help(command, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([command, "--help"])
    assert end.value.code == 0
    assert "DATA" in capsys.readouterr().out


def test_an_interrupt_ends_with_130(flowers, tmp_path, capsys, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(ReservoirClassifier, "fit", interrupt)
    run("train", flowers, "--target", "kind", "--model", tmp_path / "m", "--quiet", code=130)
    assert capsys.readouterr().err.strip() == "interrupted"
    assert not (tmp_path / "m.npz").exists()


def test_a_report_without_matplotlib_ends_before_the_work(flowers, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(ReservoirClassifier, "fit", lambda *_: pytest.fail("the work began"))
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.delitem(sys.modules, "snnres.plotting.inline", raising=False)
    err = refused(capsys, "evaluate", flowers, "--target", "kind", "--report", tmp_path / "report", "--quiet", *FEW)
    assert 'pip install "snnres[plot]"' in err
    assert not (tmp_path / "report").exists()


def test_a_test_file_does_not_decide_the_task(tmp_path, capsys):
    rows = [f"{0.1 * i:.1f},{i % 2}" for i in range(40)]
    whole, pointed, words = (tmp_path / f"{name}.csv" for name in ("whole", "pointed", "words"))
    whole.write_text("\n".join(["x,n", *rows]))
    pointed.write_text("\n".join(["x,n", *(row + ".0" for row in rows[:6])]))
    words.write_text("\n".join(["x,n", *(row + "th" for row in rows[:6])]))
    for test in (pointed, words):
        err = refused(capsys, "evaluate", whole, "--test", test, "--target", "n", "--quiet", *FEW)
        assert "must have a target of whole numbers" in err
        assert str(test) in err


def test_a_target_that_plays_no_part_may_be_empty(flowers, tmp_path, capsys):
    run("train", flowers, "--target", "kind", "--model", tmp_path / "m.npz", "--quiet", *FEW)
    capsys.readouterr()
    run("predict", flowers, "--model", tmp_path / "m.npz", "--quiet")
    full = capsys.readouterr().out
    header, *rows = rows_of(flowers)
    empty = [[*row[:2], "", *row[3:]] for row in rows]
    assert header[2] == "kind"
    blank = tmp_path / "blank.csv"
    blank.write_text("\n".join(",".join(row) for row in [header, *empty]))
    run("predict", blank, "--model", tmp_path / "m.npz", "--quiet")
    assert capsys.readouterr().out == full


def test_recordings_are_called_by_the_names_of_their_files(recordings, tmp_path, capsys):
    old = next(iter(sorted(recordings.iterdir())))
    old.rename(old.with_name(old.stem + "7.WAV"))
    run("train", recordings, "--model", tmp_path / "m.npz", "--quiet", *FEW)
    capsys.readouterr()
    run("predict", recordings, "--model", tmp_path / "m.npz", "--quiet")
    named = {line.split(",")[0] for line in capsys.readouterr().out.splitlines()[1:]}
    assert named == {path.name for path in recordings.iterdir()}


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_reader_that_leaves_ends_it_quietly(flowers, tmp_path):
    run("train", flowers, "--target", "kind", "--model", tmp_path / "m.npz", "--quiet", *FEW)
    command = [sys.executable, "-m", "snnres", "predict", flowers, "--model", tmp_path / "m.npz", "--quiet"]
    with processes.start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


@pytest.mark.parametrize("command", ["train", "predict", "features"])
def test_progress_is_shown_unless_quiet(command, series, tmp_path, capsys):
    data, model = series[0], tmp_path / "m.npz"
    run("train", data, "--model", model, "--quiet", *FEW)
    assert capsys.readouterr().err == ""
    more = {"train": ["--model", model], "predict": ["--model", model], "features": ["--output", tmp_path / "f.csv"]}
    run(command, data, *more[command])
    assert re.search(r"simulate: (\d+)/\1 \(100 %\)", capsys.readouterr().err)
    assert not load_estimator(model).verbose


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_in_a_process_leaves_no_traceback(flowers, tmp_path):
    command = [sys.executable, "-m", "snnres", "evaluate", str(flowers), "--target", "kind", "--cv", "15"]
    with processes.start([*command, "--neurons", "4000"], stderr=subprocess.PIPE, text=True) as process:
        line = process.stderr.readline()
        assert line.startswith("evaluating")
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
