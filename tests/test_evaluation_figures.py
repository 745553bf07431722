"""The figures of an evaluation."""

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

from snnres.estimators import ReservoirClassifier, ReservoirRegressor
from snnres.evaluation import evaluate, figures
from snnres.plotting import new_figure


@pytest.fixture(scope="module")
def evaluations():
    X = np.random.default_rng(0).normal(size=(60, 4, 2))
    last = X[:, -1]
    small = {"num_neurons": 20, "memory": "memory", "small_world_graph_k": 4, "random_state": 0}
    labels = np.array(["left", "right"])[(last[:, 0] > 0).astype(int)]
    return evaluate(ReservoirClassifier(**small), X, labels, cv=2), evaluate(ReservoirRegressor(**small), X, last, cv=2)


@pytest.mark.parametrize(("which", "scorings"), [(0, ("accuracy", "f1_macro")), (1, ("r2", "rmse"))])
def test_score_comparison_shows_each_method_with_its_interval(evaluations, which, scorings):
    methods = evaluations[which].methods
    for scoring in scorings:
        ax = figures.score_comparison(methods, scoring)
        scores = [method.scores[scoring] for method in methods.values()]
        assert ax.lines[0].get_xdata() == pytest.approx([score.value for score in scores])
        ends = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
        np.testing.assert_allclose(ends, [(score.low, score.high) for score in scores])
        assert [label.get_text() for label in ax.get_yticklabels()] == list(methods)
        assert ax.yaxis.get_inverted()


def test_confusion_matrix_shows_counts_fractions_and_names(evaluations):
    report = evaluations[0]
    ax = figures.confusion_matrix(report.confusion, report.classes)
    shown = np.array([int(text.get_text()) for text in ax.texts]).reshape(2, 2)
    np.testing.assert_array_equal(shown, report.confusion)
    share = np.asarray(ax.images[0].get_array())
    np.testing.assert_allclose(share, report.confusion / report.confusion.sum(axis=1, keepdims=True))
    for axis in (ax.get_xticklabels(), ax.get_yticklabels()):
        assert [label.get_text() for label in axis] == ["left", "right"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "true")


@pytest.mark.parametrize(("n_classes", "step"), [(15, 1), (16, 1), (40, 1), (41, 2), (100, 3)])
def test_a_confusion_matrix_of_many_classes_names_them_but_has_no_text_in_it(n_classes, step):
    names = [f"class {number}" for number in range(n_classes)]
    ax = figures.confusion_matrix(np.eye(n_classes, dtype=int), names)
    assert len(ax.texts) == (225 if n_classes == 15 else 0)
    for axis, labels in ((ax.xaxis, ax.get_xticklabels()), (ax.yaxis, ax.get_yticklabels())):
        assert axis.get_majorticklocs().tolist() == list(range(0, n_classes, step))
        assert [label.get_text() for label in labels] == names[::step]


@pytest.mark.parametrize(("width", "height"), [(8, 4.5), (5, 4)])
def test_counts_stay_within_their_cells(width, height):
    counts = np.full((15, 15), 104)
    ax = new_figure(width=width, height=height).axes[0]
    figures.confusion_matrix(counts, [f"a name {number}" for number in range(15)], ax)
    ax.figure.canvas.draw()
    cell = np.diff(ax.transData.transform([(0, 0), (1, 0)]), axis=0)[0, 0]
    assert max(text.get_window_extent().width for text in ax.texts) < cell


def test_predictions_show_each_value_over_the_true_one(evaluations):
    report = evaluations[1]
    points, line = figures.predictions(report.targets, report.predictions["reservoir"]).lines
    np.testing.assert_array_equal(points.get_xdata(), report.targets.ravel())
    np.testing.assert_array_equal(points.get_ydata(), report.predictions["reservoir"].ravel())
    np.testing.assert_array_equal(line.get_xdata(), line.get_ydata())


def test_axes_are_drawn_into_and_returned(evaluations):
    labels, values = evaluations
    first, second, third = new_figure(1, 3).axes
    assert figures.score_comparison(labels.methods, "accuracy", first, title="mine") is first
    assert first.get_title() == "mine"
    assert figures.confusion_matrix(labels.confusion, labels.classes, second) is second
    assert figures.predictions(values.targets, values.targets, third) is third


def test_pyplot_finds_the_figure_of_an_evaluation_unless_it_is_written(evaluations, tmp_path, plt):
    written = evaluations[0].plot(tmp_path / "report.png")
    assert plt.get_fignums() == []
    shown = evaluations[0].plot()
    assert plt.gcf() is shown
    assert [ax.get_title() for ax in shown.axes] == [ax.get_title() for ax in written.axes]
    assert not hasattr(shown, "_repr_png_")


def test_a_notebook_that_draws_in_line_shows_an_evaluation_as_a_value(evaluations, plt, monkeypatch):
    monkeypatch.setattr(plt, "get_backend", lambda: "inline")
    figure = evaluations[0].plot()
    assert plt.get_fignums() == []
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_an_evaluation_draws_two_of_them(evaluations, tmp_path):
    for report, what in zip(evaluations, ("Predicted classes (60)", "Held-out predictions (120)"), strict=True):
        figure = report.plot(tmp_path / "report.png")
        assert (tmp_path / "report.png").stat().st_size > 1000
        titles = [ax.get_title() for ax in figure.axes[:2]]
        assert titles == [report.verdict.brief, what]
        assert titles[0].split("\n") == [
            f"The reservoir {report.verdict.outcome}",
            f"The neurons {report.verdict.neurons.outcome}",
            f"The recurrent synapses {report.verdict.recurrence.outcome}",
            f"The delays {report.verdict.delays.outcome}",
        ]


@pytest.mark.parametrize(
    ("call", "error", "name"),
    [
        (lambda report: figures.score_comparison({"reservoir": 1.0}, "accuracy"), TypeError, "methods"),
        (lambda report: figures.score_comparison(report, "accuracy"), TypeError, "methods"),
        (lambda report: figures.score_comparison(report.methods, "r2"), ValueError, "scoring"),
        (lambda report: figures.score_comparison(report.methods, np.zeros(2)), ValueError, "scoring"),
        (lambda report: figures.confusion_matrix(report, ["a"]), TypeError, "confusion"),
        (lambda report: figures.confusion_matrix([[1, 2]], ["a"]), ValueError, "confusion"),
        (lambda report: figures.confusion_matrix([[0.5]], ["a"]), ValueError, "confusion"),
        (lambda report: figures.confusion_matrix([[-1]], ["a"]), ValueError, "confusion"),
        (lambda report: figures.confusion_matrix([[1]], ["a", "b"]), ValueError, "classes"),
        (lambda report: figures.predictions([1.0], [1.0, 2.0]), ValueError, "predicted"),
        (lambda report: figures.predictions([], []), ValueError, "true"),
        (lambda report: figures.predictions(["a"], [1.0]), TypeError, "true"),
    ],
)
def test_what_cannot_be_shown_is_refused_by_name(evaluations, call, error, name):
    with pytest.raises(error, match=f"^{name} must"):
        call(evaluations[0])
