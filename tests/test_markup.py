"""What notebooks show of recordings and networks, and their reprs."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
import pytest

from snnres import SNN, Recording, SimulationParams, SpikeTrains
from snnres.parts import LIF

SVG = "{http://www.w3.org/2000/svg}"


def parsed(shown):
    html = shown._repr_html_()
    assert "<script" not in html
    assert "url(" not in html
    return ElementTree.fromstring(f"<div>{html}</div>")


def dots_of(root):
    (path,) = (path for path in root.iter(f"{SVG}path") if path.get("stroke-width") == "2")
    return [tuple(map(int, pair)) for pair in re.findall(r"M(-?\d+) (-?\d+)h0", path.get("d"))]


def network(cell=None):
    constants = {} if cell else {"membrane_threshold": 1.0, "leak_coefficient": 0.1, "refractory_period": 1}
    return SNN(
        SimulationParams(
            num_neurons=30,
            num_output_neurons=5,
            mean_weight=0.3,
            small_world_graph_k=4,
            small_world_graph_p=0.5,
            input_spike_times=np.random.default_rng(2).integers(0, 2, (10, 20)),
            seed=0,
            cell=cell,
            **constants,
        )
    )


def test_reprs_are_a_line():
    recording = Recording.from_dense(np.eye(4, 6, dtype=int))
    assert repr(recording) == "<Recording: 4 steps, 6 neurons, 4 spikes>"
    assert repr(recording.trains()) == "<SpikeTrains: 6 trains of 4 steps, 4 spikes>"
    unequal = SpikeTrains(np.array([0, 1, 1]), np.array([2]), np.array([3, 9]))
    assert repr(unequal) == "<SpikeTrains: 2 trains of 3 to 9 steps, 1 spikes>"
    none = SpikeTrains(np.array([0]), np.array([], dtype=int), np.array([], dtype=int))
    assert repr(none) == "<SpikeTrains: 0 trains of no steps, 0 spikes>"
    assert "\n" not in repr(network())


@pytest.mark.parametrize("form", [lambda r: r, Recording.trains], ids=["recording", "trains"])
def test_a_recording_is_shown_as_its_line_and_a_raster(form):
    dense = np.random.default_rng(0).random((60, 15)) < 0.2
    shown = form(Recording.from_dense(dense))
    root = parsed(shown)
    assert [line.text for line in root.iter("p")] == [repr(shown)]
    # 600 by 150 pixels: ten to a step and to a neuron, of which the first is at the bottom.
    expected = {(10 * t + 5, 150 - 10 * i - 5) for t, i in zip(*np.nonzero(dense), strict=True)}
    assert sorted(dots_of(root)) == sorted(expected)
    assert "shown" not in "".join(root.itertext())


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (4, 3)])
def test_silence_is_shown_too(shape):
    recording = Recording.from_dense(np.zeros(shape, dtype=int))
    assert dots_of(parsed(recording)) == dots_of(parsed(recording.trains())) == []


def test_ten_million_spikes_are_thinned_out():
    n_steps = 100_000
    neurons = np.tile(np.arange(100, dtype=np.uint32), n_steps)
    recording = Recording.trusted(np.arange(0, len(neurons) + 1, 100), neurons, 200)
    assert len(recording._repr_html_()) < 40_000
    root = parsed(recording)
    dots = np.array(dots_of(root))
    assert len(dots) == 2000
    assert "2000 of 10000000 spikes shown" in "".join(root.itertext())
    # The neurons of the lower half, all the time: no fifth of it has much more than its share.
    assert dots[:, 1].min() >= 75
    assert np.histogram(dots[:, 0], bins=5, range=(0, 600))[0] == pytest.approx([400] * 5, abs=80)
    assert dots_of(parsed(recording)) == dots_of(root)


def test_a_network_shows_its_parts_and_its_latest_run():
    snn = network()
    root = parsed(snn)
    rows = {row[0].text: row[1].text for row in root.iter("tr")}
    assert rows["neurons"] == "30: 10 inputs, 5 outputs"
    assert rows["synapses"] == f"{snn.synaptic_weights.nnz}, {snn.mean_in_degree:.4g} a neuron"
    assert rows["cell"] == repr(LIF(membrane_threshold=1.0, leak_coefficient=0.1, refractory_period=1))
    assert rows["plasticity"] == "none"
    assert root.find(f"{SVG}svg") is None
    snn.simulate()
    root = parsed(snn)
    assert [line.text for line in root.iter("p")] == [repr(snn.recording)]
    assert len(dots_of(root)) == snn.tot_spikes > 0


@dataclass(frozen=True)
class Marked(LIF):
    """A cell whose repr would break a page."""

    def __repr__(self):
        return "<b>&"


def test_texts_are_escaped():
    assert "<b>" not in network(Marked(1.0, 0.1, 1))._repr_html_()


def test_estimators_show_scikit_learn_s_diagram():
    pytest.importorskip("sklearn")
    from snnres.estimators import ReservoirClassifier, ReservoirForecaster, ReservoirRegressor, ReservoirTransformer

    X = np.random.default_rng(0).normal(size=(30, 2))
    small = {"num_neurons": 40, "random_state": 0}
    targets = {
        ReservoirClassifier: (X, X[:, 0] > 0),
        ReservoirRegressor: (X, X[:, 0]),
        ReservoirTransformer: (X,),
        ReservoirForecaster: (np.sin(np.arange(300) / 5),),
    }
    for kind, data in targets.items():
        estimator = kind(**small)
        before = estimator._repr_html_()
        after = estimator.fit(*data)._repr_html_()
        for shown in (before, after):
            assert kind.__name__ in shown
            assert "num_neurons" in shown
        assert "<span>Not fitted</span>" in before
        assert "<span>Fitted</span>" in after
