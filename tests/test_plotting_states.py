"""Figures of monitored potentials: what is drawn is what was recorded."""

import numpy as np
import pytest

from snnres import SNN, Recording, SimulationParams, StateMonitor, plotting
from snnres.parts import GeneralizedLIF, ThresholdAdaptation
from snnres.recording import StateVariables

pytest.importorskip("matplotlib")


@pytest.fixture
def snn():
    return SNN(
        SimulationParams(
            num_neurons=40,
            num_output_neurons=5,
            mean_weight=0.3,
            small_world_graph_k=4,
            small_world_graph_p=0.5,
            membrane_threshold=2.0,
            leak_coefficient=0.1,
            refractory_period=1,
            input_spike_times=np.random.default_rng(2).integers(0, 2, (10, 30)),
            seed=0,
        )
    )


def marks(ax):
    """Steps of the marks of spikes and the height of the lowest end, a pair a lane."""
    return [
        (
            [int(line[0, 0]) for line in lane.get_segments()],
            min((line[:, 1].min() for line in lane.get_segments()), default=0),
        )
        for lane in ax.collections
    ]


def test_one_neuron_is_drawn_on_its_own_scale(snn):
    snn.simulate(monitor=StateMonitor("potential", neurons=[4], every=2))
    ax = plotting.membrane(snn)
    potential, threshold = ax.lines
    np.testing.assert_array_equal(potential.get_xdata(), np.arange(1, 30, 2))
    np.testing.assert_array_equal(potential.get_ydata(), snn.recording.variables["potential"][:, 0])
    assert set(threshold.get_ydata()) == {2.0}
    ((times, height),) = marks(ax)
    assert times == np.flatnonzero(snn.spike_matrix[:, 4]).tolist() != []
    assert height >= 2.0
    assert ax.get_ylabel() == "membrane potential"
    assert ax.get_xlim() == (-0.5, 29.5)


def test_each_of_several_neurons_has_a_lane(snn):
    snn.simulate(monitor=StateMonitor(["threshold", "cell.potential"], neurons=[7, 2, 9]))
    ax = plotting.membrane(snn.recording, neurons=[9, 7])
    offsets = ax.get_yticks()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["9", "7"]
    values = snn.recording.variables["cell.potential"]
    for lane, (column, neuron) in enumerate([(2, 9), (0, 7)]):
        np.testing.assert_allclose(ax.lines[2 * lane].get_ydata(), values[:, column] + offsets[lane], rtol=1e-6)
        np.testing.assert_allclose(ax.lines[2 * lane + 1].get_ydata(), 2.0 + offsets[lane], rtol=1e-6)
        assert marks(ax)[lane][0] == np.flatnonzero(snn.spike_matrix[:, neuron]).tolist()
    # Nothing of a lane reaches into the next.
    assert max(line[:, 1].max() for line in ax.collections[0].get_segments()) < ax.lines[2].get_ydata().min()


def test_a_recording_knows_no_threshold_and_takes_a_given_one(snn):
    snn.simulate(monitor=StateMonitor("potential", neurons=[3, 1]))
    assert len(plotting.membrane(snn.recording).lines) == 2
    assert set(plotting.membrane(snn.recording, neurons=[1], threshold=1.5).lines[1].get_ydata()) == {1.5}
    each = np.linspace(1, 2, 60).reshape(30, 2)
    drawn = plotting.membrane(snn.recording, neurons=[1], threshold=each).lines[1].get_ydata()
    np.testing.assert_array_equal(drawn, each[:, 1])


def test_axes_and_title_are_taken_and_many_lanes_are_labelled_now_and_then(snn):
    snn.simulate(monitor=StateMonitor("potential"))
    given = plotting.new_figure().axes[0]
    assert plotting.membrane(snn, given, title="All") is given
    assert given.get_title() == "All"
    assert [label.get_text() for label in given.get_yticklabels()] == [str(i) for i in range(0, 40, 2)]


def test_a_run_too_short_for_a_sample_and_one_at_rest_are_drawn_too(snn, tmp_path):
    snn.simulate(monitor=StateMonitor("potential", every=31))
    plotting.save_figure(tmp_path / "none.png", plotting.membrane(snn))
    still = StateVariables([0, 1], [0, 1], {"potential": np.zeros((2, 2))})
    ax = plotting.membrane(Recording(np.zeros(3, dtype=int), np.zeros(0, dtype=int), 2, still))
    assert len(set(ax.get_yticks())) == 2


def test_what_cannot_be_drawn_is_refused(snn):
    snn.simulate(monitor=StateMonitor("timer"))
    with pytest.raises(ValueError, match="run must have its potential monitored"):
        plotting.membrane(snn)
    with pytest.raises(TypeError, match="run must be a Recording"):
        plotting.membrane(np.eye(3))
    snn.simulate(monitor=StateMonitor("potential", neurons=[3, 1]))
    for arguments, message in (
        ({"neurons": [2]}, r"neurons must be among the monitored ones: \[3, 1\]. Got 2"),
        ({"neurons": np.zeros(0, dtype=int)}, "neurons must name at least one"),
        ({"threshold": np.ones((30, 3))}, r"threshold must be one number or an array of shape \(30, 2\)"),
        ({"threshold": [1.0, 2.0]}, "threshold must be a 2-D array"),
        ({"threshold": np.nan}, "threshold must be finite"),
    ):
        with pytest.raises(ValueError, match=message):
            plotting.membrane(snn, **arguments)
    snn.reset()
    with pytest.raises(ValueError, match="not yet run"):
        plotting.membrane(snn)


def test_each_neuron_has_its_own_threshold():
    snn = SNN(
        SimulationParams(
            adjacency_matrix=np.zeros((3, 3)),
            output_neurons=[0],
            membrane_threshold=[1.0, 2.0, 3.0],
            leak_coefficient=0.1,
            refractory_period=1,
            duration=10,
            seed=0,
        )
    )
    snn.simulate(monitor=StateMonitor("potential", neurons=[2, 0]))
    for neuron, threshold in ((2, 3.0), (0, 1.0)):
        assert set(plotting.membrane(snn, neurons=[neuron]).lines[1].get_ydata()) == {threshold}


def test_a_threshold_that_moves_is_drawn_where_it_was_monitored():
    cell = GeneralizedLIF(1.0, 0.1, 2, adaptation=ThresholdAdaptation(0.5, 10.0))
    snn = SNN(
        SimulationParams(
            adjacency_matrix=np.zeros((1, 1)),
            output_neurons=[0],
            cell=cell,
            input_spike_times=np.ones((1, 30)),
            current_amplitude=0.3,
            seed=0,
        )
    )
    snn.simulate(monitor=StateMonitor(["potential", "threshold"]))
    drawn = plotting.membrane(snn).lines[1].get_ydata()
    np.testing.assert_array_equal(drawn, snn.recording.variables["threshold"][:, 0])
    assert drawn.max() > 1.4
    # The threshold at rest would not be the one against which it fired.
    snn.simulate(monitor=StateMonitor("potential"))
    assert len(plotting.membrane(snn).lines) == 1
