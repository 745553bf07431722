import builtins

import numpy as np
import pytest
import scipy.sparse as sp

from snnres import Recording, plotting
from snnres.features import as_trains

matplotlib = pytest.importorskip("matplotlib")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def spikes():
    return (np.random.default_rng(0).random((80, 30)) < 0.1).astype(np.int8)


@pytest.fixture
def weights():
    rng = np.random.default_rng(1)
    return sp.csr_matrix(np.where(rng.random((50, 50)) < 0.2, rng.random((50, 50)), 0).astype(np.float32))


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


def test_nothing_global_is_touched(spikes, tmp_path):
    import matplotlib.pyplot as plt

    before = plt.get_fignums(), dict(matplotlib.rcParams)
    plotting.save_figure(tmp_path / "a.png", plotting.raster(spikes))
    assert (plt.get_fignums(), dict(matplotlib.rcParams)) == before


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
        (lambda: plotting.adjacency(np.zeros((3, 3))), TypeError, "weights"),
        (lambda: plotting.adjacency(sp.csr_matrix((3, 3), dtype=np.float32), pixels=0), ValueError, "pixels"),
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
    with pytest.raises(ImportError, match=r'pip install "snnres\[plot\]"'):
        plotting.raster(spikes)
