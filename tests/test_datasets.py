import importlib
import inspect
import os
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.io import wavfile

from snnres import datasets, progress
from snnres.datasets import (
    delayed_xor,
    lorenz,
    mackey_glass,
    narma10,
    read_laser,
    read_nmnist,
    read_nmnist_events,
    read_sunspots,
    read_trajectories,
    read_ts,
    read_wav_folder,
    read_wavs,
    spike_templates,
)

UNIVARIATE = """#A comment, even with an umlaut: ö
@problemName Two Words
@timeStamps false
@missing false
@univariate true
@equalLength true
@seriesLength 3
@classLabel true up down

@data
1,2.5,-3e-1:up
# a comment among the cases
0, 0 ,1 : down
"""
MULTIVARIATE = """@univariate false
@dimensions 2
@equalLength false
@classLabel true 1 2
@data
1,2,3:4,5,6:1
7,8:9,10:2
"""


@pytest.fixture
def write(tmp_path):
    """Write text or bytes to a file of the test's folder and return its path."""

    def to_file(content, name="tiny.ts"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


def event_bytes(x, y, polarity, t):
    return bytes([x, y]) + ((polarity << 23) | t).to_bytes(3, "big")


class TestTs:
    def test_univariate(self, write):
        X, y = read_ts(write(UNIVARIATE))
        assert X.dtype == np.float64
        np.testing.assert_array_equal(X, [[[1], [2.5], [-0.3]], [[0], [0], [1]]])
        assert y.dtype.kind == "U"
        assert y.tolist() == ["up", "down"]

    def test_unequal_lengths_give_a_list(self, write):
        X, y = read_ts(str(write(MULTIVARIATE)))
        assert isinstance(X, list)
        np.testing.assert_array_equal(X[0], [[1, 4], [2, 5], [3, 6]])
        np.testing.assert_array_equal(X[1], [[7, 9], [8, 10]])
        assert y.tolist() == ["1", "2"]

    def test_equal_lengths_give_an_array_whatever_the_header_says(self, write):
        X, _ = read_ts(write(MULTIVARIATE.replace("7,8:9,10", "7,8,0:9,10,0")))
        assert X.shape == (2, 3, 2)

    def test_header_in_any_case_and_sloppy(self, write):
        text = "@UNIVARIATE TRUE\n@seriesLength 99\n@Note of no one\n@CLASSLABEL True a b\n@Data\n1,2:a\n"
        X, y = read_ts(write(text))
        assert X.shape == (1, 2, 1)
        assert y.tolist() == ["a"]

    def test_line_ends_and_byte_order_mark(self, write):
        X, y = read_ts(write(b"\xef\xbb\xbf" + UNIVARIATE.replace("\n", "\r\n").encode()))
        assert X.shape == (2, 3, 1)
        assert y.tolist() == ["up", "down"]

    def test_a_comment_that_is_not_utf8(self, write):
        X, _ = read_ts(write(b"#caf\xe9\n" + UNIVARIATE.encode()))
        assert X.shape == (2, 3, 1)

    def test_dimensions_from_the_first_case(self, write):
        X, _ = read_ts(write("@classLabel true a b\n@data\n1:2:3:a\n4:5:6:b\n"))
        assert X.shape == (2, 1, 3)
        with pytest.raises(ValueError, match=r"tiny\.ts, line 4: must be a case of 3 dimension\(s\)\. Got 2"):
            read_ts(write("@classLabel true a b\n@data\n1:2:3:a\n4:5:b\n"))

    def test_targets(self, write):
        X, y = read_ts(write("@targetlabel true\n@data\n1,2:0.5\n3,4:-1e2\n"))
        assert X.shape == (2, 2, 1)
        assert y.dtype == np.float64
        assert y.tolist() == [0.5, -100.0]

    @pytest.mark.parametrize("line", ["", "@classLabel false\n"])
    def test_without_labels(self, write, line):
        X, y = read_ts(write(f"{line}@data\n1,2\n3,4\n"))
        assert X.shape == (2, 2, 1)
        assert y is None

    def test_labels_may_be_unlisted_only_where_none_is_listed(self, write):
        assert read_ts(write("@classLabel true\n@data\n1:a\n2:b\n"))[1].tolist() == ["a", "b"]

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("1,2.5,-3e-1:up", "1,?,3:up", r"line 11: must have no missing values.* '\?' as value 2"),
            ("1,2.5,-3e-1:up", "1,2,NaN:up", r"line 11: must have no missing values.* 'NaN' as value 3"),
            ("1,2.5,-3e-1:up", "1,inf,3:up", r"line 11: .*finite numbers.*see value 2.*Got 'inf'"),
            ("1,2.5,-3e-1:up", "1,x,3:up", r"line 11: .*finite numbers.*see value 2.*Got 'x'"),
            ("1,2.5,-3e-1:up", "1,,3:up", r"line 11: .*finite numbers.*see value 2.*Got ''"),
            ("1,2.5,-3e-1:up", "(0,1),(1,2):up", "line 11: must have no time stamps"),
            ("1,2.5,-3e-1:up", "1,2,3", r"line 11: .*label of \['up', 'down'\].*Got '1,2,3'"),
            ("1,2.5,-3e-1:up", "1,2,3:sideways", "line 11: .*Got 'sideways'"),
            ("1,2.5,-3e-1:up", "1,2,3:", "line 11: .*Got ''"),
            ("1,2.5,-3e-1:up", "1,2:3,4:up", r"line 11: must be a case of 1 dimension\(s\)\. Got 2"),
            ("0, 0 ,1 : down", "0,0:down", "line 13: must be 3 steps long.*Got 2"),
            ("@timeStamps false", "@timeStamps true", "line 3: must have no time stamps"),
            ("@timeStamps false", "@timeStamps", "line 3: must be @timestamps followed by true or false"),
            ("@univariate true", "@univariate yes", "line 5: .*Got 'yes'"),
            ("@missing false", "1,2,3:up", r"line 4: must be a header line.*Got '1,2,3:up'"),
            ("@data", "@date", "line 11: must be a header line"),
        ],
    )
    def test_damage_is_named_by_line(self, write, old, new, message):
        with pytest.raises(ValueError, match=r"tiny\.ts, " + message):
            read_ts(write(UNIVARIATE.replace(old, new)))

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("7,8:9,10:2", "7,8:9:2", r"line 7: must be of one length in all its dimensions. Got \[1, 2\]"),
            ("7,8:9,10:2", "7,8:2", r"line 7: must be a case of 2 dimension\(s\)\. Got 1"),
            ("@dimensions 2", "@dimensions two", "line 2: must be @dimensions with a whole number above 0. Got 'two'"),
            ("@dimensions 2", "@dimension 0", "line 2: must be @dimension "),
            ("@dimensions 2", "@dimensions", "line 2: "),
        ],
    )
    def test_damage_in_several_dimensions(self, write, old, new, message):
        with pytest.raises(ValueError, match=message):
            read_ts(write(MULTIVARIATE.replace(old, new)))

    @pytest.mark.parametrize(("target", "message"), [("a", "finite"), ("1,2", "one target"), ("?", "missing")])
    def test_bad_targets(self, write, target, message):
        with pytest.raises(ValueError, match=f"line 3: .*{message}"):
            read_ts(write(f"@targetLabel true\n@data\n1,2:{target}\n"))

    def test_without_cases_or_data(self, write):
        with pytest.raises(ValueError, match="at least one case"):
            read_ts(write("@classLabel true a\n@data\n"))
        with pytest.raises(ValueError, match="line @data"):
            read_ts(write("@classLabel true a\n"))
        with pytest.raises(ValueError, match="line @data"):
            read_ts(write(""))

    def test_the_path_itself(self, tmp_path):
        with pytest.raises(TypeError, match=r"path must be a path\. Got 3"):
            read_ts(3)
        with pytest.raises(FileNotFoundError):
            read_ts(tmp_path / "none.ts")

    @given(st.text(alphabet="0123456789.,:-e?@#ab \n", max_size=60))
    def test_arbitrary_lines_are_read_or_refused(self, tmp_path_factory, body):
        path = tmp_path_factory.mktemp("any") / "any.ts"
        path.write_text(f"@classLabel true a b\n@data\n{body}")
        try:
            X, y = read_ts(path)
        except ValueError as error:
            words = str(error)
        else:
            words = "any.ts"
            assert len(X) == len(y)
            assert all(np.isfinite(case).all() for case in X)
        assert "any.ts" in words


class TestNmnist:
    def test_events(self, write):
        content = event_bytes(0, 33, 0, 0) + event_bytes(33, 0, 1, 2**23 - 1) + event_bytes(5, 6, 1, 0x010203)
        events = read_nmnist_events(write(content, "00001.bin"))
        assert events.dtype == datasets.EVENT
        assert events["t"].tolist() == [0, 2**23 - 1, 0x010203]
        assert events["x"].tolist() == [0, 33, 5]
        assert events["y"].tolist() == [33, 0, 6]
        assert events["polarity"].tolist() == [0, 1, 1]

    @given(
        st.lists(
            st.tuples(st.integers(0, 33), st.integers(0, 33), st.integers(0, 1), st.integers(0, 2**23 - 1)), max_size=20
        )
    )
    def test_what_is_written_is_read(self, tmp_path_factory, rows):
        path = tmp_path_factory.mktemp("events") / "1.bin"
        path.write_bytes(b"".join(event_bytes(*row) for row in rows))
        events = read_nmnist_events(path)
        assert [(int(e["x"]), int(e["y"]), int(e["polarity"]), int(e["t"])) for e in events] == rows

    def test_overflows_of_the_clock_shift_later_events(self, write):
        overflow = event_bytes(0, 240, 0, 0)
        content = event_bytes(1, 1, 0, 10) + overflow + event_bytes(2, 2, 0, 20) + overflow + event_bytes(3, 3, 1, 30)
        events = read_nmnist_events(write(content, "1.bin"))
        assert events["t"].tolist() == [10, 20 + 2**13, 30 + 2**14]
        assert events["x"].tolist() == [1, 2, 3]

    def test_refusals(self, write):
        with pytest.raises(ValueError, match=r"1\.bin must have 5 bytes an event. Got 6"):
            read_nmnist_events(write(event_bytes(1, 1, 0, 0) + b"\x00", "1.bin"))
        with pytest.raises(ValueError, match=r"event 1: x and y must lie in \[0, 34\). Got \(34, 1\)"):
            read_nmnist_events(write(event_bytes(1, 1, 0, 0) + event_bytes(34, 1, 0, 0), "1.bin"))
        with pytest.raises(ValueError, match=r"Got \(1, 241\)"):
            read_nmnist_events(write(event_bytes(1, 241, 0, 0), "1.bin"))
        with pytest.raises(TypeError, match="path must be a path"):
            read_nmnist_events(None)

    def test_folder_is_sorted_by_id(self, write, tmp_path):
        for digit, number in ((7, "00010"), (7, "00002"), (0, "00003"), (0, "00002")):
            write(event_bytes(digit, int(number), 0, 0), f"Train/{digit}/{number}.bin")
        write("ignored", "Train/readme.txt")
        write("ignored", "Train/other/1.bin")
        seen = []
        events, labels, ids = read_nmnist(tmp_path / "Train", progress=lambda done, total: seen.append((done, total)))
        assert labels.tolist() == [0, 7, 0, 7]
        assert ids.tolist() == [2, 2, 3, 10]
        assert [int(one["x"][0]) for one in events] == labels.tolist()
        assert [int(one["y"][0]) for one in events] == ids.tolist()
        assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def test_folder_refusals(self, write, tmp_path):
        write(event_bytes(1, 1, 0, 0), "Train/1/one.bin")
        with pytest.raises(ValueError, match=r"one\.bin must be named"):
            read_nmnist(tmp_path / "Train")
        with pytest.raises(ValueError, match=r"\{digit\}/\{id\}\.bin"):
            read_nmnist(tmp_path)
        with pytest.raises(NotADirectoryError, match="folder must be a folder that exists"):
            read_nmnist(tmp_path / "none")
        write(event_bytes(1, 1, 0, 0), "Test/1/1.bin")
        with pytest.raises(TypeError, match="progress"):
            read_nmnist(tmp_path / "Test", progress=3)


class TestWavFolder:
    def test_sorted_and_scaled(self, tmp_path):
        for name, samples in (("1_bob_10", [0, 1]), ("1_bob_9", [-(2**15), 2**15 - 1]), ("0_new_eve_0", [2**14])):
            wavfile.write(tmp_path / f"{name}.wav", 8000, np.array(samples, dtype=np.int16))
        (tmp_path / "notes.txt").write_text("left alone")
        seen = []
        digits = read_wav_folder(tmp_path, progress=lambda done, total: seen.append((done, total)))
        assert digits.labels.tolist() == ["0_new", "1", "1"]
        assert digits.speakers.tolist() == ["eve", "bob", "bob"]
        assert digits.indices.tolist() == [0, 9, 10]
        assert digits.rate == 8000
        assert [signal.tolist() for signal in digits.signals] == [[0.5], [-1.0, 1 - 2**-15], [0.0, 2**-15]]
        assert all(signal.dtype == np.float64 for signal in digits.signals)
        assert seen == [(1, 3), (2, 3), (3, 3)]

    @pytest.mark.parametrize(
        ("samples", "expected"),
        [
            (np.array([0, 128, 255], dtype=np.uint8), [-1.0, 0.0, 127 / 128]),
            (np.array([-(2**31), 0, 2**30], dtype=np.int32), [-1.0, 0.0, 0.5]),
        ],
    )
    def test_other_widths(self, tmp_path, samples, expected):
        wavfile.write(tmp_path / "a_b_0.wav", 100, samples)
        assert read_wav_folder(tmp_path).signals[0].tolist() == expected

    def test_24_bits(self, tmp_path):
        body = b"".join(value.to_bytes(3, "little", signed=True) for value in (-(2**23), 2**22))
        chunks = b"fmt " + (16).to_bytes(4, "little") + bytes.fromhex("01000100401f0000c05d000003001800")
        chunks += b"data" + len(body).to_bytes(4, "little") + body
        (tmp_path / "a_b_0.wav").write_bytes(b"RIFF" + (4 + len(chunks)).to_bytes(4, "little") + b"WAVE" + chunks)
        assert read_wav_folder(tmp_path).signals[0].tolist() == [-1.0, 0.5]

    def test_unknown_chunks_are_skipped_in_silence(self, tmp_path):
        path = tmp_path / "a_b_0.WAV"
        wavfile.write(path, 8000, np.arange(4, dtype=np.int16))
        path.write_bytes(path.read_bytes() + b"abcd\x04\x00\x00\x00zzzz")
        assert read_wav_folder(tmp_path).signals[0].size == 4

    @pytest.mark.parametrize("name", ["3.wav", "3_bob.wav", "3_bob_x.wav", "_bob_1.wav", "3_bob_-1.wav"])
    def test_foreign_names(self, tmp_path, name):
        wavfile.write(tmp_path / name, 8000, np.zeros(4, dtype=np.int16))
        with pytest.raises(ValueError, match="must be named.*Got '" + re.escape(name)):
            read_wav_folder(tmp_path)

    @pytest.mark.parametrize(
        ("rate", "samples", "message"),
        [
            (16000, np.zeros(4, dtype=np.int16), r"1_b_1\.wav must have the rate of 0_a_0\.wav, 8000 Hz. Got 16000"),
            (8000, np.zeros((4, 2), dtype=np.int16), "must be mono. Got 2 channels"),
            (8000, np.zeros(0, dtype=np.int16), "at least one sample"),
            (8000, np.zeros(4, dtype=np.float32), "integer PCM samples. Got float32"),
        ],
    )
    def test_what_is_refused(self, tmp_path, rate, samples, message):
        wavfile.write(tmp_path / "0_a_0.wav", 8000, np.zeros(4, dtype=np.int16))
        wavfile.write(tmp_path / "1_b_1.wav", rate, samples)
        with pytest.raises(ValueError, match=message):
            read_wav_folder(tmp_path)

    @pytest.mark.parametrize("length", [0, 10, 30, 43, 60, 61])
    def test_damaged(self, tmp_path, length):
        path = tmp_path / "0_a_0.wav"
        wavfile.write(path, 8000, np.zeros(40, dtype=np.int16))
        path.write_bytes(path.read_bytes()[:length])
        with pytest.raises(ValueError, match=r"0_a_0\.wav must be a WAV file"):
            read_wav_folder(tmp_path)

    def test_empty_folder(self, tmp_path):
        with pytest.raises(ValueError, match="folder must hold files"):
            read_wav_folder(tmp_path)
        with pytest.raises(NotADirectoryError):
            read_wav_folder(tmp_path / "none")


class TestWavs:
    def test_any_name_in_the_order_given(self, tmp_path):
        for name, value in (("b.wav", 2**14), ("a much longer name.WAV", -(2**14))):
            wavfile.write(tmp_path / name, 16000, np.full(3, value, dtype=np.int16))
        seen = []
        signals, rate = read_wavs(
            [tmp_path / "b.wav", str(tmp_path / "a much longer name.WAV")], lambda *call: seen.append(call)
        )
        assert [signal.tolist() for signal in signals] == [[0.5] * 3, [-0.5] * 3]
        assert rate == 16000
        assert seen == [(1, 2), (2, 2)]

    def test_what_is_refused(self, tmp_path):
        wavfile.write(tmp_path / "a.wav", 8000, np.zeros(3, dtype=np.int16))
        wavfile.write(tmp_path / "b.wav", 4000, np.zeros(3, dtype=np.int16))
        with pytest.raises(ValueError, match=r"b\.wav must have the rate of a\.wav, 8000 Hz\. Got 4000"):
            read_wavs([tmp_path / "a.wav", tmp_path / "b.wav"])
        with pytest.raises(ValueError, match="at least one"):
            read_wavs([])
        with pytest.raises(TypeError, match="paths must be a list of paths"):
            read_wavs(str(tmp_path / "a.wav"))
        with pytest.raises(TypeError, match="paths must be a path"):
            read_wavs([3])


class TestSeries:
    def test_laser(self, write):
        series = read_laser(write("86\n141\n 95\n\n", "laser.txt"))
        assert series.dtype == np.float64
        assert series.tolist() == [86.0, 141.0, 95.0]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("1\nx\n", "line 2: .*Got 'x'"),
            ("1\n2,3\n", "line 2: must be 1 number"),
            ("", "at least one row"),
            ("?", "1"),
        ],
    )
    def test_laser_refusals(self, write, text, message):
        with pytest.raises(ValueError, match=message):
            read_laser(write(text, "laser.txt"))

    def test_sunspots(self, write):
        text = "year,month,sunspots\n1749,11,58.0\n1749,12,62.6\n1750,1,0\n"
        assert read_sunspots(write(text, "sun.csv")).tolist() == [58.0, 62.6, 0.0]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("1749,1,58.0\n", "line 1: must be the header year,month,sunspots. Got '1749,1,58.0'"),
            ("", "line 1: must be the header"),
            ("year,month,sunspots\n", "at least one row"),
            ("year,month,sunspots\n1749,1\n", "line 2: must be 3 number"),
            ("year,month,sunspots\n1749,1,nan\n", "line 2: must have no missing values"),
            (
                "year,month,sunspots\n1749,13,1\n",
                "line 2: must be a whole year and a month from 1 to 12. Got '1749, 13'",
            ),
            ("year,month,sunspots\n1749.5,1,1\n", "line 2: must be a whole year"),
            ("year,month,sunspots\n1749,1,1\n1749,3,1\n", "line 3: must be the month that follows.*Got '1749, 3'"),
        ],
    )
    def test_sunspot_refusals(self, write, text, message):
        with pytest.raises(ValueError, match=message):
            read_sunspots(write(text, "sun.csv"))


class TestTrajectories:
    def save(self, tmp_path, **arrays):
        path = tmp_path / "tiny.npz"
        np.savez_compressed(path, **arrays)
        return path

    def test_axes(self, tmp_path):
        data = np.random.default_rng(0).integers(0, 2, (3, 4, 5), dtype=np.uint8)
        X, y = read_trajectories(self.save(tmp_path, data=data, labels=np.array([0, 1, 6], dtype=np.uint8)))
        assert X.shape == (3, 5, 4)
        assert X.dtype == np.uint8
        assert X[1, 2, 3] == data[1, 3, 2]
        np.testing.assert_array_equal(X, np.moveaxis(data, 1, 2))
        assert y.dtype == np.int64
        assert y.tolist() == [0, 1, 6]

    @pytest.mark.parametrize(
        ("data", "labels", "message"),
        [
            (np.zeros((2, 3)), np.zeros(2, int), "data must be a 3-D array"),
            (np.full((2, 3, 4), 2), np.zeros(2, int), "data must hold only 0 and 1"),
            (np.full((2, 3, 4), np.nan), np.zeros(2, int), "data must hold only 0 and 1"),
            (np.zeros((0, 3, 4)), np.zeros(0, int), "data must not be empty"),
            (np.zeros((2, 3, 4)), np.zeros(3, int), r"labels must have one entry a sample \(2\). Got 3"),
            (np.zeros((2, 3, 4)), np.zeros(2), "labels must hold integers"),
            (np.zeros((2, 3, 4)), np.array(["a", None], dtype=object), "pickle"),
        ],
    )
    def test_refusals(self, tmp_path, data, labels, message):
        with pytest.raises(ValueError, match=r"tiny\.npz must be an \.npz file.*" + message):
            read_trajectories(self.save(tmp_path, data=data, labels=labels))

    def test_without_labels(self, tmp_path):
        X, y = read_trajectories(self.save(tmp_path, data=np.ones((3, 4, 5))))
        assert X.shape == (3, 5, 4)
        assert y is None

    def test_other_files(self, tmp_path, write):
        with pytest.raises(ValueError, match="data"):
            read_trajectories(self.save(tmp_path, labels=np.zeros(1, int)))
        with pytest.raises(ValueError, match=r"must be an \.npz file"):
            read_trajectories(write(b"nothing of the kind", "x.npz"))
        np.save(tmp_path / "single.npy", np.zeros(3))
        with pytest.raises(ValueError, match="single array"):
            read_trajectories(tmp_path / "single.npy")
        path = self.save(tmp_path, data=np.zeros((9, 9, 9)), labels=np.zeros(9, int))
        path.write_bytes(path.read_bytes()[:-60])
        with pytest.raises(ValueError, match=r"tiny\.npz must be"):
            read_trajectories(path)
        with pytest.raises(FileNotFoundError):
            read_trajectories(tmp_path / "none.npz")


def mackey_glass_by_segments(n_steps, tau, initial):
    """Integrate by the method of steps: on each stretch of length tau the delayed value is a known function."""

    def past(t):
        return initial

    samples = [initial]
    start = 0.0
    while len(samples) < n_steps:
        solution = solve_ivp(
            lambda t, x, past=past: 0.2 * past(t - tau) / (1 + past(t - tau) ** 10) - 0.1 * x,
            (start, start + tau),
            [samples[-1] if start == 0 else past(start)],
            method="DOP853",
            rtol=1e-11,
            atol=1e-12,
            dense_output=True,
        ).sol
        samples += [float(solution(t)[0]) for t in np.arange(start + 1, start + tau + 0.5)]

        def past(t, solution=solution):
            return float(solution(t)[0])

        start += tau
    return np.array(samples[:n_steps])


class TestMackeyGlass:
    def test_against_scipy_by_the_method_of_steps(self):
        np.testing.assert_allclose(mackey_glass(120, washout=0), mackey_glass_by_segments(120, 17, 1.2), atol=3e-8)

    def test_fourth_order(self):
        fine = mackey_glass(200, washout=0, substeps=128)
        coarse, finer = (np.abs(mackey_glass(200, washout=0, substeps=k) - fine).max() for k in (4, 8))
        assert 12 < coarse / finer < 20

    def test_on_the_first_stretch_the_solution_is_known(self):
        level = 0.2 * 0.9 / (1 + 0.9**10) / 0.1
        expected = level + (0.9 - level) * np.exp(-0.1 * np.arange(18))
        np.testing.assert_allclose(mackey_glass(18, initial=0.9, washout=0), expected, rtol=1e-9)

    def test_washout_and_sampling_only_select(self):
        series = mackey_glass(100, washout=0)
        np.testing.assert_array_equal(mackey_glass(60, washout=40), series[40:])
        np.testing.assert_allclose(
            mackey_glass(33, washout=0, sample_interval=3.0, substeps=30), series[: 33 * 3 : 3], rtol=1e-12
        )

    def test_fixed_point(self):
        np.testing.assert_allclose(mackey_glass(50, initial=1.0, washout=0), 1.0, rtol=1e-12)

    def test_chaotic_at_the_defaults(self):
        first, second = mackey_glass(3000), mackey_glass(3000, initial=1.2 + 1e-5)
        assert np.abs(first[:50] - second[:50]).max() < 0.01
        assert np.abs(first - second).max() > 0.3
        assert 0.2 < first.min() < 0.5
        assert 1.2 < first.max() < 1.4

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"n_steps": 0}, "n_steps must be an integer >= 1"),
            ({"tau": 17.05}, "tau must be a whole number of integration steps.* = 0.1. Got 17.05"),
            ({"tau": 0.01}, "tau must be a whole number"),
            ({"tau": 0.0}, "tau must be"),
            ({"beta": np.nan}, "beta must be"),
            ({"gamma": -0.1}, "gamma must be"),
            ({"exponent": 101}, "exponent must be"),
            ({"initial": 0.0}, "initial must be"),
            ({"sample_interval": 0.0}, "sample_interval must be"),
            ({"substeps": 0}, "substeps must be"),
            ({"washout": -1}, "washout must be"),
            ({"gamma": 500.0}, r"must stay in \(0, 1000\); take more substeps"),
            ({"beta": 3e38, "exponent": 0.01}, "must stay in"),
        ],
    )
    def test_refusals(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            mackey_glass(**({"n_steps": 30} | arguments))


class TestLorenz:
    def test_against_scipy(self):
        times = 0.02 * np.arange(150)
        expected = solve_ivp(
            lambda t, s: [10 * (s[1] - s[0]), s[0] * (28 - s[2]) - s[1], s[0] * s[1] - 8 / 3 * s[2]],
            (0, times[-1]),
            [1, 1, 1],
            method="DOP853",
            t_eval=times,
            rtol=1e-12,
            atol=1e-12,
        ).y.T
        np.testing.assert_allclose(lorenz(150, washout=0), expected, atol=1e-6)

    def test_washout_selects(self):
        np.testing.assert_array_equal(lorenz(20, washout=30), lorenz(50, washout=0)[30:])

    def test_fixed_point(self):
        c = np.sqrt(8 / 3 * 27)
        np.testing.assert_allclose(lorenz(20, initial=(c, c, 27), washout=0), np.tile([c, c, 27], (20, 1)), rtol=1e-9)

    def test_without_coupling_it_decays(self):
        np.testing.assert_allclose(
            lorenz(50, sigma=0, rho=0, beta=2, initial=(0, 1, 1), washout=0)[:, 2],
            np.exp(-0.04 * np.arange(50)),
            rtol=1e-9,
        )

    def test_attractor(self):
        series = lorenz(3000)
        assert (series[:, 0] > 5).any()
        assert (series[:, 0] < -5).any()
        assert 0 < series[:, 2].min() < series[:, 2].max() < 50

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"n_steps": -1}, "n_steps"),
            ({"initial": (1.0, 2.0)}, "initial must be three numbers"),
            ({"initial": (1.0, 2.0, np.inf)}, "initial must be finite"),
            ({"rho": np.inf}, "rho must be"),
            ({"sample_interval": 1.0, "substeps": 1}, "must stay finite; take more substeps"),
        ],
    )
    def test_refusals(self, arguments, message):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(ValueError, match=message):
                lorenz(**({"n_steps": 30} | arguments))


def narma_naively(u):
    y = {}
    for t in range(len(u)):
        past = [y.get(t - i, 0.0) for i in range(1, 11)]
        y[t] = 0.3 * past[0] + 0.05 * past[0] * sum(past) + 1.5 * u[t] * (u[t - 9] if t >= 9 else 0.0) + 0.1
    return np.array([y[t] for t in range(len(u))])


class TestNarma:
    def test_against_the_equation(self):
        u, y = narma10(300, washout=0, seed=3)
        np.testing.assert_allclose(y, narma_naively(u), rtol=1e-12)

    def test_washout_selects(self):
        whole, short = narma10(150, washout=0, seed=1), narma10(100, washout=50, seed=1)
        np.testing.assert_array_equal(short[0], whole[0][50:])
        np.testing.assert_array_equal(short[1], whole[1][50:])

    def test_input_is_uniform_and_target_bounded(self):
        u, y = narma10(20_000, seed=0)
        assert u.min() >= 0
        assert u.max() < 0.5
        assert abs(u.mean() - 0.25) < 0.005
        assert abs(u.var() - 1 / 48) < 0.001
        assert 0.1 <= y.min() < y.max() < 2

    def test_seeds(self):
        np.testing.assert_array_equal(narma10(50, seed=5), narma10(50, seed=5))
        assert (narma10(50, seed=5)[0] != narma10(50, seed=6)[0]).all()
        sequence = np.random.SeedSequence(5)
        np.testing.assert_array_equal(narma10(50, seed=sequence), narma10(50, seed=5))
        generator = np.random.default_rng(5)
        assert (narma10(50, seed=generator)[0] != narma10(50, seed=generator)[0]).all()

    def test_a_diverging_series_is_drawn_anew(self, monkeypatch):
        original, calls = datasets.tasks.narma_target, []

        def diverge_twice(u):
            calls.append(u)
            return None if len(calls) < 3 else original(u)

        monkeypatch.setattr(datasets.tasks, "narma_target", diverge_twice)
        u, _ = narma10(50, washout=0, seed=0)
        assert len(calls) == 3
        np.testing.assert_array_equal(u, calls[2])
        assert (calls[0] != calls[2]).any()

    def test_too_long_to_stay_bounded(self, monkeypatch):
        assert datasets.tasks.narma_target(np.full(500, 0.5)) is None
        monkeypatch.setattr(datasets.tasks, "narma_target", lambda u: None)
        with pytest.raises(ValueError, match=r"n_steps must be so small .* Got 50"):
            narma10(50, seed=0)

    def test_refusals(self):
        with pytest.raises(ValueError, match="n_steps"):
            narma10(0)
        with pytest.raises(TypeError, match="washout"):
            narma10(10, washout=1.5)
        with pytest.raises(TypeError, match="seed"):
            narma10(10, seed="a")
        with pytest.raises(ValueError, match="seed"):
            narma10(10, seed=-1)


class TestSpikeTemplates:
    def test_without_jitter_samples_are_templates(self):
        X, y = spike_templates(20, n_templates=3, jitter=0, seed=0)
        for label in range(3):
            same = X[y == label]
            assert (same == same[0]).all()
        assert len({X[y == label][0].tobytes() for label in range(3)}) == 3

    def test_shapes_and_balance(self):
        X, y = spike_templates(11, n_templates=4, n_steps=30, n_channels=2, seed=0)
        assert X.shape == (11, 30, 2)
        assert X.dtype == np.uint8
        assert X.max() == 1
        assert sorted(np.bincount(y).tolist()) == [2, 3, 3, 3]
        assert (np.diff(spike_templates(100, seed=0)[1]) < 0).any()

    def test_rate(self):
        X, _ = spike_templates(500, n_templates=500, n_steps=200, n_channels=4, rate=0.02, jitter=0, seed=1)
        assert abs(X.mean() - 0.02) < 4 * np.sqrt(0.02 * 0.98 / X.size)
        counts = X.sum(axis=(1, 2), dtype=np.int64)
        assert 0.8 < counts.var() / (800 * 0.02 * 0.98) < 1.2

    def test_jitter_moves_each_spike_by_a_rounded_normal(self):
        sizes = {"n_templates": 1, "n_steps": 401, "n_channels": 50, "rate": 0.0025, "seed": 2}
        template = spike_templates(1, jitter=0, **sizes)[0][0]
        X, _ = spike_templates(800, jitter=4.0, **sizes)
        lone = [c for c in range(50) if template[:, c].sum() == 1 and template[30:-30, c].sum() == 1]
        assert len(lone) > 3
        moves = np.concatenate([np.nonzero(X[:, :, c])[1] - np.argmax(template[:, c]) for c in lone])
        assert moves.size == 800 * len(lone)
        assert abs(moves.mean()) < 5 * 4 / np.sqrt(moves.size)
        assert abs(moves.var() - (16 + 1 / 12)) < 1.5

    def test_spikes_that_leave_are_dropped(self):
        X, _ = spike_templates(50, rate=1.0, jitter=1e6, seed=0)
        assert X.sum() < 0.001 * X.size
        assert spike_templates(2, rate=1.0, jitter=0, seed=0)[0].all()

    def test_templates_depend_on_neither_samples_nor_jitter(self):
        few, more = spike_templates(2, jitter=0, seed=9), spike_templates(30, jitter=0, seed=9)
        for label in range(2):
            np.testing.assert_array_equal(few[0][few[1] == label][0], more[0][more[1] == label][0])

    def test_seeds(self):
        first, second, other = (spike_templates(10, seed=seed) for seed in (4, 4, 5))
        np.testing.assert_array_equal(first[0], second[0])
        np.testing.assert_array_equal(first[1], second[1])
        assert (first[0] != other[0]).any()

    @pytest.mark.parametrize(
        "arguments",
        [{"n_samples": 0}, {"n_templates": 0}, {"n_steps": 0}, {"n_channels": 0}, {"rate": 1.1}, {"jitter": -1.0}],
    )
    def test_refusals(self, arguments):
        with pytest.raises(ValueError, match=next(iter(arguments))):
            spike_templates(**({"n_samples": 3} | arguments))


class TestDelayedXor:
    @pytest.mark.parametrize("delay", [0, 1, 6])
    def test_definition(self, delay):
        X, y = delayed_xor(200, delay, n_steps=7, seed=0)
        assert X.shape == (200, 7, 2)
        assert X.dtype == np.uint8
        expected = [int(sample[6][0] != sample[6 - delay][1]) for sample in X.tolist()]
        assert y.tolist() == expected

    def test_fair_and_beyond_a_linear_readout(self):
        X, y = delayed_xor(20_000, 3, n_steps=5, seed=1)
        assert abs(X.mean() - 0.5) < 0.01
        bits = X.reshape(len(X), -1) - 0.5
        assert np.abs(bits.T @ (y - 0.5) / len(y)).max() < 0.01

    def test_seeds(self):
        np.testing.assert_array_equal(delayed_xor(30, 2, seed=1)[0], delayed_xor(30, 2, seed=1)[0])
        assert (delayed_xor(30, 2, seed=1)[0] != delayed_xor(30, 2, seed=2)[0]).any()

    def test_refusals(self):
        with pytest.raises(ValueError, match=r"delay must be an integer .*Got 20|delay must be an integer <= 19"):
            delayed_xor(5, 20)
        with pytest.raises(ValueError, match="delay"):
            delayed_xor(5, -1)
        with pytest.raises(ValueError, match="n_samples"):
            delayed_xor(0, 1)


real_data = pytest.mark.skipif("SNNRES_DATA" not in os.environ, reason="SNNRES_DATA names no folder of real data")


GENERATORS = {
    mackey_glass: {"n_steps": 20, "washout": 3, "substeps": 2, "tau": 4.0},
    lorenz: {"n_steps": 20, "washout": 3, "substeps": 2},
    narma10: {"n_steps": 20, "washout": 3, "seed": 1},
    spike_templates: {"n_samples": 6, "n_templates": 3, "n_steps": 40, "n_channels": 2, "seed": 1},
    delayed_xor: {"n_samples": 6, "n_steps": 20, "delay": 2, "seed": 1},
}
SIZES = [(generate, name) for generate, given in GENERATORS.items() for name in given if name not in ("seed", "delay")]


class TestSizes:
    @pytest.mark.parametrize("kind", [np.int8, np.uint8, np.uint64, np.float16])
    @pytest.mark.parametrize(("generate", "name"), SIZES)
    def test_numpys_numbers_are_numbers(self, generate, name, kind):
        given = GENERATORS[generate]
        if kind is np.float16 and name != "tau":
            kind = np.int16
        plain, numpys = generate(**given), generate(**given | {name: kind(given[name])})
        if not isinstance(plain, tuple):
            plain, numpys = (plain,), (numpys,)
        for one, other in zip(plain, numpys, strict=True):
            np.testing.assert_array_equal(one, other)

    @pytest.mark.parametrize("size", [2**31, 2**40, 2**63 - 1, 2**200])
    @pytest.mark.parametrize(("generate", "name"), SIZES)
    def test_absurd_ones_are_refused_by_name_at_once(self, generate, name, size):
        with pytest.raises(ValueError, match=f"^{name} must be .*Got {str(size)[:20]}"):
            generate(**GENERATORS[generate] | {name: size})

    def test_so_are_products(self):
        with pytest.raises(ValueError, match="n_steps, washout and substeps must make"):
            lorenz(2**20, substeps=2**20)
        with pytest.raises(ValueError, match="n_steps, washout and substeps must make"):
            mackey_glass(2**30, substeps=1, washout=2**30)
        with pytest.raises(ValueError, match="n_samples, n_steps and n_channels must make"):
            spike_templates(2**20, n_steps=2**20)
        with pytest.raises(ValueError, match="n_templates, n_steps and n_channels must make"):
            spike_templates(2, n_templates=2**20, n_steps=2**20)
        with pytest.raises(ValueError, match="n_steps and washout must make"):
            narma10(2**30, washout=2**30)
        with pytest.raises(ValueError, match="n_samples and n_steps must make"):
            delayed_xor(2**20, 0, n_steps=2**20)


MODULES = ["", ".association", ".audio", ".chaos", ".events", ".series", ".tasks", ".trajectories", ".ts"]


@pytest.mark.parametrize("name", MODULES)
def test_modules_offer_what_is_public_and_help_shows_short_types(name):
    module = importlib.import_module(f"snnres.datasets{name}")
    assert set(module.__all__) <= set(datasets.__all__)
    for entry in module.__all__:
        value = getattr(module, entry)
        if entry != "EVENT":
            assert value.__doc__
            assert value.__module__.startswith("snnres.datasets")
        if inspect.isfunction(value):
            for long in ("numpy.", "ndarray[", "typing.", "collections.", "os.PathLike["):
                assert long not in str(inspect.signature(value)), entry


def test_all_that_is_public_is_offered_by_its_module():
    offered = {entry for name in MODULES[1:] for entry in importlib.import_module(f"snnres.datasets{name}").__all__}
    assert offered == set(datasets.__all__)
    assert progress.__all__ == ["Progress", "reporter"]


@real_data
class TestRealFiles:
    """The published files themselves, in the folder that SNNRES_DATA names."""

    root = Path(os.environ.get("SNNRES_DATA", "."))

    @pytest.mark.parametrize(
        ("name", "shape", "n_classes"),
        [
            ("GunPoint_TRAIN", (50, 150, 1), 2),
            ("ItalyPowerDemand_TEST", (1029, 24, 1), 2),
            ("Plane_TRAIN", (105, 144, 1), 7),
            ("BasicMotions_TEST", (40, 100, 6), 4),
        ],
    )
    def test_ts(self, name, shape, n_classes):
        X, y = read_ts(self.root / "ucr" / f"{name}.ts")
        assert X.shape == shape
        assert len(set(y.tolist())) == n_classes

    def test_ts_of_unequal_length(self):
        X, y = read_ts(self.root / "ucr" / "JapaneseVowels_TRAIN.ts")
        assert len(X) == len(y) == 270
        assert {case.shape[1] for case in X} == {12}
        assert np.unique(y, return_counts=True)[1].tolist() == [30] * 9

    def test_nmnist(self):
        events, labels, _ = read_nmnist(self.root / "nmnist" / "Train")
        assert set(labels.tolist()) == set(range(10))
        for one in events:
            assert (np.diff(one["t"]) >= 0).all()
            assert one["t"][-1] < 400_000

    def test_wav_folder(self):
        digits = read_wav_folder(self.root / "free-spoken-digit-dataset" / "recordings")
        assert digits.rate == 8000
        assert set(digits.labels.tolist()) == set("0123456789")
        assert all(np.abs(signal).max() <= 1 for signal in digits.signals)

    def test_series(self):
        assert read_laser(self.root / "series" / "santafe_laser_first5000.txt").shape == (5000,)
        assert read_sunspots(self.root / "series" / "sunspots_monthly.csv").shape == (3126,)

    def test_trajectories(self):
        X, y = read_trajectories(self.root / "trajectories" / "trajectory_spike_encoded.npz")
        assert X.shape == (700, 100, 1024)
        assert np.bincount(y).tolist() == [100] * 7
