"""Recordings: events, dense views, trains and windows agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from snnres import Recording

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
