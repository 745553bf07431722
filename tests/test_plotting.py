import builtins
import io
import pickle
import sys

import numpy as np
import pytest
import scipy.sparse as sp

from snnres import SNN, Recording, SimulationParams, plotting
from snnres.features import as_trains
from snnres.measures import Capacity

matplotlib = pytest.importorskip("matplotlib")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def spikes():
    return (np.random.default_rng(0).random((80, 30)) < 0.1).astype(np.int8)


@pytest.fixture
def weights():
    rng = np.random.default_rng(1)
    return sp.csr_matrix(np.where(rng.random((50, 50)) < 0.2, rng.random((50, 50)), 0).astype(np.float32))


@pytest.fixture
def snn():
    return SNN(
        SimulationParams(
            num_neurons=40,
            num_output_neurons=5,
            mean_weight=0.3,
            small_world_graph_k=4,
            small_world_graph_p=0.5,
            membrane_threshold=1.0,
            leak_coefficient=0.1,
            refractory_period=1,
            input_spike_times=np.random.default_rng(2).integers(0, 2, (10, 30)),
            seed=0,
        )
    )


@pytest.mark.parametrize("form", [lambda s: s, Recording.from_dense, as_trains], ids=["matrix", "recording", "trains"])
def test_raster_holds_every_spike(spikes, form):
    ax = plotting.raster(form(spikes))
    drawn = {(int(t), int(i)) for t, i in ax.lines[0].get_xydata()}
    assert drawn == set(zip(*(axis.tolist() for axis in np.nonzero(spikes)), strict=True))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (step)", "neuron")
    assert ax.get_xlim() == (-0.5, 79.5)
    assert ax.get_ylim() == (-0.5, 29.5)
    assert f"({int(spikes.sum())})" in ax.get_title()


@pytest.mark.parametrize("form", [lambda s: s, Recording.from_dense, as_trains], ids=["matrix", "recording", "trains"])
@pytest.mark.parametrize("window", [1, 2, 5, 80])
def test_population_rate_is_a_moving_mean(spikes, form, window):
    rate = plotting.population_rate(form(spikes), window=window).lines[0].get_ydata()
    per_step = spikes.mean(axis=1)
    for t in range(80):
        first = t - window // 2
        assert rate[t] == pytest.approx(per_step[max(first, 0) : first + window].mean())


def test_isi_histogram_counts_every_interval(spikes):
    ax = plotting.isi_histogram(spikes, bins=7)
    expected = np.concatenate([np.diff(np.flatnonzero(column)) for column in spikes.T])
    assert sum(bar.get_height() for bar in ax.patches) == len(expected)
    assert len(ax.patches) <= 7
    widths = {round(bar.get_width(), 9) for bar in ax.patches}
    assert len(widths) == 1
    assert widths.pop().is_integer()


def test_weight_histogram_counts_every_synapse_and_marks_the_mean(weights):
    ax = plotting.weight_histogram(weights, bins=20)
    assert sum(bar.get_height() for bar in ax.patches) == weights.nnz
    assert ax.lines[0].get_xdata()[0] == pytest.approx(weights.data.mean())
    one_value = plotting.weight_histogram(np.full(10, 0.5))
    assert sum(bar.get_height() for bar in one_value.patches) == 10


def test_adjacency_shows_the_fraction_connected(weights):
    image = plotting.adjacency(weights, pixels=50).images[0].get_array()
    np.testing.assert_array_equal(np.asarray(image), weights.toarray() != 0)
    coarse = np.asarray(plotting.adjacency(weights, pixels=5).images[0].get_array())
    blocks = (weights.toarray() != 0).reshape(5, 10, 5, 10).mean(axis=(1, 3))
    np.testing.assert_allclose(coarse, blocks)
    uneven = np.asarray(plotting.adjacency(weights, pixels=7).images[0].get_array())
    assert uneven.shape == (7, 7)
    assert 0 <= uneven.min() <= uneven.max() <= 1


@pytest.mark.parametrize("plot", [plotting.raster, plotting.population_rate, plotting.isi_histogram])
@pytest.mark.parametrize("shape", [(5, 3), (1, 1), (0, 3), (5, 0)])
def test_silence_is_drawn_too(plot, shape, tmp_path):
    assert plotting.save_figure(tmp_path / "a.png", plot(np.zeros(shape))).read_bytes().startswith(PNG)


def test_no_synapses_are_drawn_too():
    assert plotting.weight_histogram(sp.csr_matrix((3, 3), dtype=np.float32)).texts[0].get_text() == "no synapses"
    plotting.adjacency(sp.csr_matrix((3, 3), dtype=np.float32))


def test_axes_are_drawn_into_and_returned(spikes, weights):
    figure = plotting.new_figure(1, 5)
    plots = (plotting.raster, plotting.population_rate, plotting.isi_histogram)
    for ax, plot in zip(figure.axes[:3], plots, strict=True):
        assert plot(spikes, ax) is ax
    for ax, plot in zip(figure.axes[3:5], (plotting.weight_histogram, plotting.adjacency), strict=True):
        assert plot(weights, ax) is ax


def test_a_network_shows_its_latest_run_and_its_synapses(snn):
    snn.simulate()
    for plot in (plotting.raster, plotting.population_rate):
        drawn, expected = plot(snn).lines[0], plot(snn.recording).lines[0]
        np.testing.assert_array_equal(drawn.get_xydata(), expected.get_xydata())
    assert plotting.isi_histogram(snn).get_title() == plotting.isi_histogram(snn.recording).get_title()
    assert plotting.weight_histogram(snn).get_title() == f"Synaptic weights ({snn.synaptic_weights.nnz})"
    np.testing.assert_array_equal(
        plotting.adjacency(snn).images[0].get_array(), plotting.adjacency(snn.get_topology()).images[0].get_array()
    )


@pytest.mark.parametrize("plot", [plotting.raster, plotting.population_rate, plotting.isi_histogram])
def test_a_network_that_has_not_run_says_so_and_leaves_no_figure(snn, plot, plt):
    with pytest.raises(ValueError, match="not yet run"):
        plot(snn)
    assert plt.get_fignums() == []


def test_more_spikes_never_look_like_fewer():
    rng = np.random.default_rng(0)
    darkness = []
    for rate in (0.001, 0.01, 0.03, 0.1, 0.3, 0.6):
        ax = plotting.raster(rng.random((400, 400)) < rate, plotting.new_figure(width=5, height=3.5).axes[0])
        ax.grid(False)
        ax.set_axis_off()
        ax.set_title("")
        buffer = io.BytesIO()
        ax.figure.savefig(buffer, format="rgba", dpi=150)
        darkness.append(255 - np.frombuffer(buffer.getvalue(), dtype=np.uint8).reshape(-1, 4)[:, :3].mean())
    assert (np.diff(darkness) > 1).all(), darkness


@pytest.mark.parametrize("plot", [plotting.raster, plotting.population_rate, plotting.isi_histogram])
def test_steps_and_neurons_are_whole(plot):
    ax = plot(np.random.default_rng(0).random((20, 4)) < 0.3)
    ax.figure.canvas.draw()
    assert (ax.get_xticks() % 1 == 0).all()
    if plot is plotting.raster:
        assert (ax.get_yticks() % 1 == 0).all()


def test_edges_make_histograms_comparable(weights):
    edges = np.linspace(0, 1, 11)
    bars = plotting.weight_histogram(weights, bins=edges).patches
    assert [bar.get_height() for bar in bars] == np.histogram(weights.data, edges)[0].tolist()
    with pytest.raises(ValueError, match=r"^bins must hold every weight, from .* Got edges from 0 to 0.5 instead"):
        plotting.weight_histogram(weights, bins=edges[:6])


def test_pyplot_finds_what_is_drawn(spikes, weights, plt):
    before = dict(matplotlib.rcParams)
    ax = plotting.raster(spikes)
    assert plt.gcf() is ax.figure
    assert plt.gca() is ax
    # Another plot does not run into the first.
    image = plotting.adjacency(weights)
    assert image.figure is not ax.figure
    rate = plotting.population_rate(spikes)
    assert len(plt.get_fignums()) == 3
    assert plt.gca() is rate
    assert len(ax.lines) == 1
    assert dict(matplotlib.rcParams) == before


def test_pyplot_s_empty_axes_are_drawn_into(spikes, plt):
    _, axes = plt.subplots(2, 1)
    plt.sca(axes[0])
    assert plotting.raster(spikes) is axes[0]
    plt.sca(axes[1])
    assert plotting.isi_histogram(np.zeros((5, 2))) is axes[1]
    plotting.raster(spikes)
    assert len(axes[1].lines) == 0
    chosen = plt.figure(figsize=(3, 2))
    assert plotting.raster(spikes).figure is chosen


def test_given_axes_are_of_no_list_and_leave_none(spikes, plt):
    for _ in range(30):
        figure = plotting.new_figure()
        plotting.raster(spikes, figure.axes[0])
    assert plt.get_fignums() == []


def test_pyplot_is_imported_by_its_user_alone(spikes, tmp_path):
    assert "matplotlib.pyplot" not in sys.modules
    before = dict(matplotlib.rcParams)
    plotting.save_figure(tmp_path / "a.png", plotting.raster(spikes))
    assert "matplotlib.pyplot" not in sys.modules
    assert dict(matplotlib.rcParams) == before


def test_a_notebook_shows_figures_of_no_list_once(spikes, plt):
    """IPython asks for PNG; what pyplot has, its display in line shows by itself."""
    figure = plotting.new_figure()
    ax = plotting.raster(spikes, figure.axes[0])
    assert figure._repr_png_().startswith(PNG)
    assert ax._repr_png_().startswith(PNG)
    assert not hasattr(plotting.raster(spikes), "_repr_png_")


def test_figures_can_be_pickled(spikes):
    figure = plotting.new_figure()
    plotting.raster(spikes, figure.axes[0])
    again = pickle.loads(pickle.dumps(figure))
    np.testing.assert_array_equal(again.axes[0].lines[0].get_xydata(), figure.axes[0].lines[0].get_xydata())


def test_own_axes_get_the_package_s_look(spikes, plt):
    ours, own = plotting.raster(spikes), plotting.styled(None, "Forecast", "time (step)", "x")
    assert own is plt.gca()
    for read in (
        lambda ax: ax.title.get_size(),
        lambda ax: ax.xaxis.get_gridlines()[0].get_color(),
        lambda ax: ax.spines["top"].get_visible(),
        lambda ax: ax.lines[0].get_color(),
    ):
        own.plot([1, 2])
        assert read(own) == read(ours)


def test_a_quarter_of_a_million_spikes(tmp_path):
    dense = np.random.default_rng(0).random((500, 2000)) < 0.25
    path = plotting.save_figure(tmp_path / "many.pdf", plotting.raster(dense))
    assert path.read_bytes().startswith(b"%PDF")
    assert path.stat().st_size < 10**6


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".svg", ".PNG"])
def test_files_are_written_whole_into_new_folders(spikes, tmp_path, suffix):
    figure = plotting.new_figure()
    plotting.raster(spikes, figure.axes[0])
    path = plotting.save_figure(tmp_path / "new" / f"raster{suffix}", figure)
    assert path.stat().st_size > 1000
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    class Broken:
        def savefig(self, file, **_):
            file.write(b"half")
            raise RuntimeError("broken")

    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="broken"):
        plotting.save_figure(path, Broken())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_memory_curves_are_the_capacities_and_tell_their_totals():
    short, long = (Capacity(np.arange(1, n + 1), np.linspace(1, 0, n)) for n in (5, 9))
    ax = plotting.memory_curve({"short": short, "long": long})
    for line, curve in zip(ax.lines, (short, long), strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.stack([curve.delays, curve.by_delay], axis=1))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["short (2.5)", "long (4.5)"]
    assert ax.get_ylim()[0] == 0
    alone = plotting.memory_curve(long, title="Of one")
    assert alone.get_title() == "Of one (4.5)"
    assert alone.get_legend() is None
    np.testing.assert_array_equal(alone.lines[0].get_ydata(), long.by_delay)


@pytest.mark.parametrize(
    ("call", "error", "name"),
    [
        (lambda: plotting.save_figure("a.txt", plotting.new_figure()), ValueError, "path"),
        (lambda: plotting.save_figure(3, plotting.new_figure()), ValueError, "path"),
        (lambda: plotting.save_figure("a.png", "figure"), TypeError, "figure"),
        (lambda: plotting.save_figure("a.png", plotting.new_figure(), dpi=0), ValueError, "dpi"),
        (lambda: plotting.new_figure(0), ValueError, "n_rows"),
        (lambda: plotting.new_figure(width=-1), ValueError, "width"),
        (lambda: plotting.raster([[2]]), ValueError, "spikes"),
        (lambda: plotting.population_rate([[1]], window=2), ValueError, "window"),
        (lambda: plotting.isi_histogram([[1]], bins=0), ValueError, "bins"),
        (lambda: plotting.weight_histogram([np.nan]), ValueError, "weights"),
        (lambda: plotting.weight_histogram([0.1], bins=1.5), TypeError, "bins"),
        (lambda: plotting.weight_histogram([0.1], bins=[0.0]), ValueError, "bins"),
        (lambda: plotting.weight_histogram([0.1], bins=[0.0, 1.0, 1.0]), ValueError, "bins"),
        (lambda: plotting.weight_histogram([0.1], bins=["a", "b"]), TypeError, "bins"),
        (lambda: plotting.adjacency(np.zeros((3, 3))), TypeError, "weights"),
        (lambda: plotting.adjacency(sp.csr_matrix((3, 3), dtype=np.float32), pixels=0), ValueError, "pixels"),
        (lambda: plotting.memory_curve([0.5, 0.2]), TypeError, "capacities"),
        (lambda: plotting.memory_curve({}), TypeError, "capacities"),
        (lambda: plotting.memory_curve({"a": 1.0}), TypeError, "capacities"),
    ],
)
def test_bad_input_is_refused_by_name(call, error, name):
    with pytest.raises(error, match=f"^{name} must"):
        call()


def test_without_matplotlib_the_extra_is_named(monkeypatch, spikes):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.split(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.delitem(sys.modules, "snnres.plotting.inline", raising=False)
    with pytest.raises(ImportError, match=r'pip install "snnres\[plot\]"'):
        plotting.raster(spikes)
