"""Recordings: events, dense views, trains and windows agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from snnres import Recording, SpikeTrains

RASTERS = hnp.arrays(
    np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=20), elements=st.integers(0, 1)
)


@given(RASTERS)
def test_events_are_the_ones_of_the_matrix_in_order(dense):
    recording = Recording.from_dense(dense)
    steps, neurons = np.nonzero(dense)
    np.testing.assert_array_equal(recording.times, steps)
    np.testing.assert_array_equal(recording.neurons, neurons)
    assert recording.n_spikes == dense.sum()
    assert (recording.n_steps, recording.n_neurons) == dense.shape
    back = recording.to_dense()
    np.testing.assert_array_equal(back, dense)
    assert back.dtype == np.int8


@given(RASTERS, st.data())
def test_chosen_neurons_come_in_their_order(dense, data):
    if dense.shape[1] == 0:
        return
    chosen = data.draw(st.lists(st.integers(0, dense.shape[1] - 1), min_size=1, unique=True))
    recording = Recording.from_dense(dense)
    np.testing.assert_array_equal(recording.to_dense(chosen), dense[:, chosen])
    trains = recording.trains(chosen)
    assert trains.lists() == [np.flatnonzero(dense[:, i]).tolist() for i in chosen]
    assert trains.n_trains == len(chosen)
    assert trains.n_steps == len(dense)


@given(RASTERS)
def test_all_trains(dense):
    trains = Recording.from_dense(dense).trains()
    assert trains.n_trains == dense.shape[1]
    np.testing.assert_array_equal(np.diff(trains.indptr), dense.sum(axis=0, dtype=np.int64))
    if dense.shape[1]:
        assert trains.lists() == [np.flatnonzero(column).tolist() for column in dense.T]


@given(RASTERS, st.data())
def test_windows_are_slices(dense, data):
    start = data.draw(st.integers(0, len(dense)))
    stop = data.draw(st.integers(start, len(dense)))
    part = Recording.from_dense(dense).window(start, stop)
    np.testing.assert_array_equal(part.to_dense(), dense[start:stop])
    np.testing.assert_array_equal(part.times, np.nonzero(dense[start:stop])[0])


def test_making_a_recording_copies():
    dense = np.eye(3, dtype=np.uint8)
    recording = Recording.from_dense(dense)
    dense[:] = 0
    np.testing.assert_array_equal(recording.to_dense(), np.eye(3))


@pytest.mark.parametrize(("start", "stop"), [(-1, 2), (2, 1), (0, 6), (6, 6), (0.0, 2), (True, 2), (None, 2)])
def test_windows_outside_are_refused(start, stop):
    with pytest.raises((TypeError, ValueError), match=r"start|stop"):
        Recording.from_dense(np.eye(5)).window(start, stop)


@pytest.mark.parametrize("neurons", [[5], [-1], [0, 0], [], [0.0], [[0]], "a"])
def test_neurons_that_are_not_there_are_refused(neurons):
    recording = Recording.from_dense(np.eye(5))
    for view in (recording.to_dense, recording.trains):
        with pytest.raises((TypeError, ValueError), match="neurons"):
            view(neurons)


@pytest.mark.parametrize("bad", [[[2]], [[-1]], [[0.5]], [[np.nan]], [1, 0], 3, None, [["x"]]])
def test_what_is_no_raster_is_refused(bad):
    with pytest.raises((TypeError, ValueError), match="spikes"):
        Recording.from_dense(bad)


GOOD = {"offsets": np.array([0, 2, 3]), "neurons": np.array([1, 2, 0], np.uint32), "n_neurons": 3}
TRAINS = {"indptr": np.array([0, 2, 3]), "times": np.array([0, 4, 2]), "n_steps": 5}


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        # This one crashed the interpreter in to_dense().
        (
            {"offsets": np.array([0, 1]), "neurons": np.array([3], np.uint32)},
            ValueError,
            r"neurons must lie in \[0, 3\)",
        ),
        ({"neurons": np.array([-1, 2, 0])}, ValueError, "neurons must lie in"),
        ({"neurons": np.array([2, 2, 0])}, ValueError, "neurons must be ascending"),
        ({"neurons": np.array([2, 1, 0])}, ValueError, "neurons must be ascending"),
        ({"neurons": np.array([1.0, 2.0, 0.0])}, TypeError, "neurons must hold integers"),
        ({"neurons": np.array([[1, 2, 0]])}, ValueError, "neurons must be a 1-D array"),
        ({"neurons": np.array([1, 2, 2**64 - 1], np.uint64)}, ValueError, "neurons must be within the range"),
        ({"offsets": np.array([0, 2])}, ValueError, "offsets must begin with 0, never descend and end with 3"),
        ({"offsets": np.array([1, 2, 3])}, ValueError, "offsets must begin with 0"),
        ({"offsets": np.array([0, 4, 3])}, ValueError, "never descend"),
        ({"offsets": np.array([])}, TypeError, "offsets must hold integers"),
        ({"offsets": np.array([], int), "neurons": np.array([], int)}, ValueError, "offsets must begin with 0"),
        ({"n_neurons": -1}, ValueError, "n_neurons must be an integer >= 0"),
        ({"n_neurons": 2.0}, TypeError, "n_neurons must be an integer"),
    ],
)
def test_recordings_that_cannot_be_are_refused(changes, error, words):
    with pytest.raises(error, match=words):
        Recording(**(GOOD | changes))


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"times": np.array([0, 5, 2])}, ValueError, r"times must lie in \[0, 5\)"),
        ({"times": np.array([0, -4, 2])}, ValueError, "times must lie in"),
        ({"times": np.array([4, 0, 2])}, ValueError, "times must be ascending"),
        ({"times": np.array([0, 4])}, ValueError, "indptr must begin with 0, never descend and end with 2"),
        ({"n_steps": 4}, ValueError, r"times must lie in \[0, 4\)"),
        ({"n_steps": np.array([5, 2])}, ValueError, r"times must lie in \[0, 2\)"),
        ({"n_steps": np.array([5, 5, 5])}, ValueError, "n_steps must be a number or 2 numbers"),
        ({"n_steps": np.array([5, -5])}, ValueError, "n_steps must be a number or 2 numbers"),
        ({"n_steps": 5.0}, TypeError, "n_steps must be an integer"),
        ({"indptr": np.array([0, 1.5, 3])}, TypeError, "indptr must hold integers"),
    ],
)
def test_trains_that_cannot_be_are_refused(changes, error, words):
    with pytest.raises(error, match=words):
        SpikeTrains(**(TRAINS | changes))


def test_made_from_arrays_they_are_copies_that_nobody_can_write_to():
    given = {name: np.array(value) for name, value in GOOD.items() if name != "n_neurons"}
    recording = Recording(**given, n_neurons=np.int64(3))
    np.testing.assert_array_equal(recording.to_dense(), [[0, 1, 1], [1, 0, 0]])
    trains = SpikeTrains(**TRAINS)
    assert trains.lists() == [[0, 4], [2]]
    given["neurons"][:] = 7
    np.testing.assert_array_equal(recording.to_dense(), [[0, 1, 1], [1, 0, 0]])
    for array in (recording.offsets, recording.neurons, trains.indptr, trains.times, recording.trains().times):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True
