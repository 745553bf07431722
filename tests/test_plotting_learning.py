"""Figures of learning: what is drawn is what was given."""

import numpy as np
import pytest
import scipy.sparse as sp

from snnres import plotting

pytest.importorskip("matplotlib")
PNG = b"\x89PNG\r\n\x1a\n"
GAPS = np.arange(-3, 4)


def canvas(ax):
    return np.ma.filled(ax.images[0].get_array(), np.nan)


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix, lambda w: w.tolist()], ids=["dense", "sparse", "list"])
def test_each_neuron_s_weights_stand_in_its_image(form):
    weights = np.random.default_rng(0).uniform(0.1, 1, (12, 5))
    ax = plotting.receptive_fields(form(weights), (3, 4))
    drawn = canvas(ax)
    # Three images in a row, and between two of them nothing.
    assert drawn.shape == (3 + 1 + 3, 4 + 1 + 4 + 1 + 4)
    for neuron in range(5):
        top, left = 4 * (neuron // 3), 5 * (neuron % 3)
        image = drawn[top : top + 3, left : left + 4]
        np.testing.assert_allclose(image, weights[:, neuron].reshape(3, 4), rtol=1e-6)
    assert np.isnan(drawn).sum() == drawn.size - weights.size
    assert ax.images[0].get_clim() == (0, pytest.approx(weights.max()))
    assert ax.get_title() == "Receptive fields (5)"


def test_signs_are_told_apart_by_a_scale_with_0_in_its_middle():
    ax = plotting.receptive_fields([[-2.0], [0.5]], (1, 2))
    assert ax.images[0].get_clim() == (-2, 2)


@pytest.mark.parametrize(("columns", "shape"), [(None, (5, 5)), (1, (11, 2)), (9, (2, 11))])
def test_images_in_a_row_can_be_chosen(columns, shape):
    assert canvas(plotting.receptive_fields(np.ones((4, 4)), (2, 2), columns=columns)).shape == shape


def test_labels_stand_above_their_images(tmp_path):
    given = plotting.new_figure().axes[0]
    ax = plotting.receptive_fields(np.ones((4, 3)), (2, 2), given, labels=np.array([7, "none", 2], dtype=object))
    assert ax is given
    assert [text.get_text() for text in ax.texts] == ["7", "none", "2"]
    # Each upon the upper edge of its image, in a row of its own.
    assert [text.get_position() for text in ax.texts] == [(-0.5, 0.5), (2.5, 0.5), (-0.5, 3.5)]
    assert np.isnan(canvas(ax)).all(axis=1).tolist() == [True, False, False, True, False, False]
    assert plotting.save_figure(tmp_path / "fields.png", ax).read_bytes().startswith(PNG)


def test_weights_that_are_all_0_are_drawn_too(tmp_path):
    ax = plotting.receptive_fields(np.zeros((4, 2)), (2, 2))
    assert plotting.save_figure(tmp_path / "fields.png", ax).read_bytes().startswith(PNG)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((np.ones((4, 2)), (2, 3)), {}, ValueError, "weights must have a row for each of 2 x 3 inputs"),
        ((np.ones((4, 0)), (2, 2)), {}, ValueError, r"weights must have .* Got shape \(4, 0\) instead"),
        ((np.ones(4), (2, 2)), {}, ValueError, "weights must be a 2-D array"),
        (([[np.nan]], (1, 1)), {}, ValueError, "weights must be finite"),
        ((np.ones((4, 2)), 4), {}, TypeError, "shape must be a pair of rows and columns. Got 4 instead"),
        ((np.ones((4, 2)), (4.0, 1)), {}, TypeError, r"shape\[0\] must be an integer"),
        ((np.ones((4, 2)), (2, 2)), {"labels": [1]}, ValueError, "labels must have a value for each of 2 neurons"),
        ((np.ones((4, 2)), (2, 2)), {"labels": "ab"}, TypeError, "labels must be a sequence"),
        ((np.ones((4, 2)), (2, 2)), {"columns": 0}, ValueError, "columns must be an integer >= 1"),
    ],
)
def test_fields_that_are_none_are_refused_and_leave_no_figure(arguments, options, error, message, plt):
    with pytest.raises(error, match=f"^{message}"):
        plotting.receptive_fields(*arguments, **options)
    assert plt.get_fignums() == []


def points(line):
    """The curve's points, in pieces between its breaks."""
    drawn = np.asarray(line.get_xydata())
    breaks = np.isnan(drawn)
    assert (breaks[:, 0] == breaks[:, 1]).all()
    pieces = np.split(drawn, np.flatnonzero(breaks[:, 0]))
    return [[tuple(point) for point in piece.tolist() if not np.isnan(point).any()] for piece in pieces]


def test_a_window_is_broken_where_the_order_changes():
    changes = np.array([-1.0, -2, -3, 0, 30, 20, 10])
    ax = plotting.stdp_window(GAPS, changes)
    zeros, curve = ax.lines[:2], ax.lines[2]
    assert [line.get_linestyle() for line in zeros] == [":", ":"]
    assert set(zeros[0].get_ydata()) == set(zeros[1].get_xdata()) == {0}
    assert points(curve) == [[(-3, -1), (-2, -2), (-1, -3)], [(0, 0)], [(1, 30), (2, 20), (3, 10)]]
    assert ax.get_legend() is None
    without_0 = plotting.stdp_window([-1, 1, 2], [1, 2, 3]).lines[2]
    assert points(without_0) == [[(-1, 1)], [(1, 2), (2, 3)]]
    one_side = plotting.stdp_window([1, 2], [2, 3]).lines[2]
    assert points(one_side) == [[(1, 2), (2, 3)]]


def test_several_windows_have_a_legend():
    given = plotting.new_figure().axes[0]
    ax = plotting.stdp_window(GAPS, {"pair": GAPS, "triplet": 2 * GAPS}, given, title="Rules")
    assert ax is given
    assert ax.get_title() == "Rules"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["pair", "triplet"]
    pair, triplet = ax.lines[2:]
    assert pair.get_color() != triplet.get_color()
    np.testing.assert_array_equal(2 * pair.get_ydata(), triplet.get_ydata())


@pytest.mark.parametrize(
    ("gaps", "changes", "error", "message"),
    [
        ([], [], ValueError, "gaps must be at least one number, ascending"),
        ([2, 1], [0, 0], ValueError, "gaps must be at least one number, ascending"),
        ([1, 1], [0, 0], ValueError, "gaps must be at least one number, ascending"),
        ([1, np.inf], [0, 0], ValueError, "gaps must be finite"),
        ([1, 2], [0], ValueError, "changes must have a value for each of 2 gaps. Got 1 instead"),
        ([1, 2], {"a": [0, 1], "b": [0]}, ValueError, r"changes\['b'\] must have a value for each of 2 gaps"),
        ([1, 2], {"a": [0, np.nan]}, ValueError, r"changes\['a'\] must be finite"),
        ([1, 2], {}, ValueError, "changes must be an array or a dict of at least one"),
        ([1, 2], "ab", TypeError, "changes must hold real numbers"),
    ],
)
def test_windows_that_are_none_are_refused_and_leave_no_figure(gaps, changes, error, message, plt):
    with pytest.raises(error, match=f"^{message}"):
        plotting.stdp_window(gaps, changes)
    assert plt.get_fignums() == []


def test_a_learning_curve_shows_seeds_their_mean_and_how_they_differ():
    returns = np.array([[1.0, 3.0, 8.0], [2.0, 2.0, 2.0]])
    ax = plotting.learning_curve(returns, references={"random": 1.5, "linear": 7})
    *seeds, mean, random, linear = ax.lines
    np.testing.assert_array_equal([line.get_ydata() for line in seeds], returns.T)
    assert mean.get_xdata().tolist() == [1, 2]
    assert mean.get_ydata().tolist() == [4, 2]
    assert all(line.get_linewidth() < mean.get_linewidth() for line in seeds)
    (band,) = ax.collections
    edges = band.get_paths()[0].vertices
    # The deviations from the mean of 4 are 3, 1 and 4, of which 2 are free.
    assert edges[:, 1].min() == pytest.approx(4 - np.sqrt(26 / 2))
    assert edges[:, 1].max() == pytest.approx(4 + np.sqrt(26 / 2))
    assert (set(random.get_ydata()), set(linear.get_ydata())) == ({1.5}, {7})
    assert random.get_linestyle() != linear.get_linestyle()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["random", "linear"]
    assert ax.get_title() == "Learning curve (3 seeds)"


def test_a_window_of_episodes_is_averaged_by_seed():
    returns = np.random.default_rng(0).normal(size=(9, 2))
    lines = plotting.learning_curve(returns, window=4).lines
    for seed in range(2):
        expected = [returns[max(k - 3, 0) : k + 1, seed].mean() for k in range(9)]
        np.testing.assert_allclose(lines[seed].get_ydata(), expected)
    assert plotting.learning_curve(returns, window=4).get_ylabel() == "return, mean of 4"


def test_agents_are_told_apart_and_one_seed_has_no_band():
    agents = {"spiking": np.ones((5, 1)), "tabular": np.arange(6.0).reshape(3, 2)}
    given = plotting.new_figure().axes[0]
    ax = plotting.learning_curve(agents, given)
    assert ax is given
    assert len(ax.collections) == 1
    assert ax.get_title() == "Learning curve (1 to 2 seeds)"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["spiking", "tabular"]
    assert ax.lines[0].get_color() != ax.lines[-1].get_color()
    alone = plotting.learning_curve(agents["spiking"])
    assert alone.get_title() == "Learning curve (1 seed)"
    assert alone.get_legend() is None


@pytest.mark.parametrize(
    ("returns", "options", "error", "message"),
    [
        ([1, 2], {}, ValueError, "returns must be a 2-D array"),
        (np.zeros((0, 2)), {}, ValueError, "returns must be of at least one episode and seed"),
        ([[np.nan]], {}, ValueError, "returns must be finite"),
        ({"a": [[1]], "b": [1]}, {}, ValueError, r"returns\['b'\] must be a 2-D array"),
        ({}, {}, ValueError, "returns must be an array or a dict of at least one"),
        ([[1]], {"references": 3}, TypeError, "references must be a dict"),
        ([[1]], {"references": {"random": "low"}}, TypeError, r"references\['random'\] must be a finite number"),
        ([[1]], {"window": 0}, ValueError, "window must be an integer >= 1"),
    ],
)
def test_returns_that_are_none_are_refused_and_leave_no_figure(returns, options, error, message, plt):
    with pytest.raises(error, match=f"^{message}"):
        plotting.learning_curve(returns, **options)
    assert plt.get_fignums() == []
