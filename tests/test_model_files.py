"""Files of fitted estimators: equal predictions after a round trip, and the refusal of what is damaged or foreign."""

import json
import os
import pickle
import re
import zipfile

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from snnres import SNN
from snnres.estimators import ReservoirClassifier, ReservoirRegressor, ReservoirTransformer, load_estimator
from snnres.estimators.serialisation import READOUTS

# Labels here are arbitrary.
pytestmark = pytest.mark.filterwarnings("ignore:each left out in turn")

SMALL = {"num_neurons": 30, "small_world_graph_k": 4, "min_steps": 20, "n_bins": 3, "random_state": 0, "n_jobs": 1}
N_SAMPLES = 18
CLASSIFIERS = {
    "default": None,
    "ridge cv": RidgeClassifierCV(alphas=[0.1, 1.0]),
    "ridge cv of arrays": RidgeClassifierCV(alphas=np.logspace(-1, 1, 3), fit_intercept=False),
    "ridge": RidgeClassifier(alpha=np.float64(2.0)),
    "weighted ridge": RidgeClassifier(class_weight={0: 1.0, 1: 2.5, 2: 1.0}),
    "logistic": LogisticRegression(C=0.5, max_iter=500),
}
REGRESSORS = {
    "default": None,
    "ridge cv": RidgeCV(alphas=(0.1, 3.0), store_cv_results=True),
    "ridge": Ridge(alpha=2, fit_intercept=False),
    "least squares": LinearRegression(),
}


def samples(form, seed=0):
    rng = np.random.default_rng(seed)
    if form == "table":
        return rng.normal(size=(N_SAMPLES, 3))
    if form == "array":
        return rng.normal(size=(N_SAMPLES, 10, 2))
    return [rng.normal(size=(rng.integers(5, 15), 2)) for _ in range(N_SAMPLES)]


def reloaded(tmp_path, estimator):
    estimator.save(tmp_path / "model")
    return type(estimator).load(tmp_path / "model.npz")


def same_value(first, second):
    assert type(first) is type(second)
    if isinstance(first, np.ndarray):
        assert first.dtype == second.dtype
        np.testing.assert_array_equal(first, second)
    elif isinstance(first, (list, tuple)):
        assert len(first) == len(second)
        for a, b in zip(first, second, strict=True):
            same_value(a, b)
    elif isinstance(first, dict):
        assert list(first) == list(second)
        same_value(list(first.values()), list(second.values()))
    elif isinstance(first, SNN):
        for (_, a), (_, b) in zip(first.to_arrays()[1].items(), second.to_arrays()[1].items(), strict=True):
            np.testing.assert_array_equal(a, b)
    elif hasattr(first, "get_params"):
        same_value(plain(first.get_params(deep=False)), plain(second.get_params(deep=False)))
        same_value(attributes_of(first), attributes_of(second))
    else:
        assert first == second


def plain(values):
    """NumPy's scalars as Python's, which is how files hold them."""
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in values.items()}


def attributes_of(estimator):
    """What an estimator learned."""
    parameters = estimator.get_params(deep=False)
    skipped = {*parameters, "_fitted_parameters"}
    return plain({name: value for name, value in sorted(vars(estimator).items()) if name not in skipped})


# ---------------------------------------------------------------- round trips


@pytest.mark.parametrize("form", ["table", "array", "list"])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("readout", CLASSIFIERS)
def test_classifiers_predict_as_before(tmp_path, form, n_classes, readout):
    y = np.arange(N_SAMPLES) % n_classes
    if readout == "weighted ridge" and n_classes == 2:
        y = y + 1
    fitted = ReservoirClassifier(readout=CLASSIFIERS[readout], **SMALL).fit(samples(form), y)
    again = reloaded(tmp_path, fitted)
    for seed in (0, 1):
        X = samples(form, seed)
        np.testing.assert_array_equal(again.predict(X), fitted.predict(X))
        np.testing.assert_array_equal(again.decision_function(X), fitted.decision_function(X))
    assert again.predict(X).dtype == fitted.predict(X).dtype
    same_value(again, fitted)
    assert again.score(X, y) == fitted.score(X, y)
    if readout == "logistic":
        np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))


@pytest.mark.parametrize("form", ["table", "array", "list"])
@pytest.mark.parametrize("n_targets", [1, 2])
@pytest.mark.parametrize("readout", REGRESSORS)
def test_regressors_predict_as_before(tmp_path, form, n_targets, readout):
    y = np.random.default_rng(1).normal(size=(N_SAMPLES, n_targets))
    y = y[:, 0] if n_targets == 1 else y
    fitted = ReservoirRegressor(readout=REGRESSORS[readout], **SMALL).fit(samples(form), y)
    again = reloaded(tmp_path, fitted)
    for seed in (0, 1):
        X = samples(form, seed)
        np.testing.assert_array_equal(again.predict(X), fitted.predict(X))
    same_value(again, fitted)


@pytest.mark.parametrize("form", ["table", "array", "list"])
def test_transformers_transform_as_before(tmp_path, form):
    more = {"features": ("spike_counts", "filtered_traces"), "deltas": False}
    fitted = ReservoirTransformer(**(SMALL | more)).fit(samples(form))
    again = reloaded(tmp_path, fitted)
    np.testing.assert_array_equal(again.transform(samples(form, 1)), fitted.transform(samples(form, 1)))
    assert again.get_feature_names_out().tolist() == fitted.get_feature_names_out().tolist()
    assert again.features == ("spike_counts", "filtered_traces")
    same_value(again, fitted)


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["cat", "dog, or dingo", "λύκος"]),
        np.array(["a", "bb", ""], dtype=object),
        np.array([-3, 7, 2**40]),
        np.array([1, 2, 3], dtype=np.uint8),
        np.array([-0.0, 1.0, 2.0]),
        np.array([0, 1, 2], dtype=">i4"),
    ],
)
def test_labels_of_any_kind(tmp_path, labels):
    y = labels[np.arange(N_SAMPLES) % 3]
    fitted = ReservoirClassifier(**SMALL).fit(samples("table"), y)
    again = reloaded(tmp_path, fitted)
    same_value(again.classes_, fitted.classes_)
    same_value(again.predict(samples("table", 1)), fitted.predict(samples("table", 1)))


def test_two_booleans_as_labels(tmp_path):
    y = np.arange(N_SAMPLES) % 2 == 0
    fitted = ReservoirClassifier(**SMALL).fit(samples("array"), y)
    same_value(reloaded(tmp_path, fitted).predict(samples("array", 1)), fitted.predict(samples("array", 1)))


def test_a_loaded_estimator_is_an_estimator(tmp_path):
    X, y = samples("array"), np.arange(N_SAMPLES) % 2
    fitted = ReservoirClassifier(readout=Ridge_like(), **SMALL).fit(X, y)
    again = reloaded(tmp_path, fitted)
    twin = clone(again)
    assert not hasattr(twin, "network_")
    np.testing.assert_array_equal(twin.fit(X, y).decision_function(X), fitted.decision_function(X))
    np.testing.assert_array_equal(again.fit(X, y).decision_function(X), fitted.decision_function(X))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(again)).decision_function(X), fitted.decision_function(X))
    again.save(tmp_path / "second")
    np.testing.assert_array_equal(load_estimator(tmp_path / "second").decision_function(X), fitted.decision_function(X))


def Ridge_like():
    return RidgeClassifier(alpha=3.0, class_weight="balanced")


def test_names_of_columns_and_settings_of_the_output_are_kept(tmp_path):
    fitted = ReservoirTransformer(**SMALL).fit(samples("table"))
    fitted.feature_names_in_ = np.array(["a", "b", "width in cm"], dtype=object)
    fitted.set_output(transform="default")
    again = reloaded(tmp_path, fitted)
    same_value(again.feature_names_in_, fitted.feature_names_in_)
    assert again._sklearn_output_config == {"transform": "default"}


@pytest.mark.filterwarnings("ignore:each left out in turn")
def test_numpy_scalars_as_parameters(tmp_path):
    changes = {
        "target_rate": np.float32(0.0625),
        "deltas": np.False_,
        "num_neurons": np.int64(24),
        "random_state": None,
    }
    fitted = ReservoirTransformer(**(SMALL | changes)).fit(samples("array"))
    again = reloaded(tmp_path, fitted)
    assert again.get_params() == fitted.get_params()
    np.testing.assert_array_equal(again.transform(samples("array", 1)), fitted.transform(samples("array", 1)))


class Louder(ReservoirRegressor):
    """A user's own class with something more that it learned."""

    def fit(self, X, y):
        super().fit(X, y)
        self.history_ = [(1, "a"), {"gain": 2.0, 3: None}]
        # Names that are taken in the file, or by each other.
        self.header, self.file = np.arange(3), np.arange(4)
        self.a_ = {"b": {"c": np.arange(5)}, "b.c": np.arange(6)}
        return self


def test_a_derived_class(tmp_path):
    fitted = Louder(**SMALL).fit(samples("table"), np.arange(N_SAMPLES) / 7)
    again = reloaded(tmp_path, fitted)
    assert type(again) is Louder
    same_value(again, fitted)
    assert isinstance(ReservoirRegressor.load(tmp_path / "model.npz"), Louder)


def test_every_readout_that_is_promised_is_tried():
    tried = {type(readout) for readout in (*CLASSIFIERS.values(), *REGRESSORS.values())} - {type(None)}
    assert tried == set(READOUTS)


def test_the_schema_is_the_documented_one(tmp_path):
    fitted = ReservoirClassifier(**SMALL).fit(samples("table"), np.array(["a", "b"])[np.arange(N_SAMPLES) % 2])
    fitted.save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz", allow_pickle=False) as archive:
        header = json.loads(str(archive["header"]))
        content = header["estimator"]
        assert (header["format"], header["version"]) == ("snnres estimator", 4)
        assert content["object"] == "ReservoirClassifier"
        assert content["parameters"]["num_neurons"] == 30
        assert content["attributes"]["input_form_"] == "table"
        assert content["attributes"]["classes_"] == {"array": "classes_"}
        assert archive["classes_"].tolist() == ["a", "b"]
        np.testing.assert_array_equal(archive["readout_.coef_"], fitted.readout_.coef_)
        np.testing.assert_array_equal(archive["scaling_.mean"], fitted.scaling_.mean)
        np.testing.assert_array_equal(archive["pathways_[0].network.data"], fitted.network_.get_topology().data)


# ---------------------------------------------------------------- what cannot be saved


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"readout": SVC()}, r"readout.*SVC.*skops"),
        ({"readout": make_pipeline(StandardScaler(), RidgeClassifier())}, r"readout.*Pipeline.*skops"),
        (
            {"readout": LogisticRegression(max_iter=999, random_state=np.random.RandomState(0))},
            r"readout\.random_state",
        ),
        ({"readout": RidgeClassifierCV(scoring=lambda *_, **__: 1.0)}, r"readout\.scoring"),
        ({"random_state": np.random.RandomState(0)}, "random_state"),
    ],
)
def test_what_has_no_place_in_a_file_is_refused_by_name(tmp_path, changes, named):
    fitted = ReservoirClassifier(**(SMALL | changes)).fit(samples("array"), np.arange(N_SAMPLES) % 2)
    with pytest.raises(TypeError, match=named):
        fitted.save(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("num_neurons", 40),
        ("n_bins", 4),
        ("features", ("spike_counts",)),
        ("recurrent_scaling", 0.0),
        ("readout", None),
    ],
)
def test_parameters_changed_since_fit_are_refused_when_saved(tmp_path, name, value):
    readout = Ridge_like()
    fitted = ReservoirClassifier(readout, **SMALL).fit(samples("array"), np.arange(N_SAMPLES) % 2)
    fitted.set_params(**{name: value})
    with pytest.raises(ValueError, match=rf"{name}.* must be .*as in fit.*, for the estimator to be saved"):
        fitted.save(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []
    fitted.set_params(
        **{name: readout if name == "readout" else (SMALL | {"features": None, "recurrent_scaling": None})[name]}
    )
    fitted.set_params(n_jobs=2, verbose=True)
    again = reloaded(tmp_path, fitted)
    again.save(tmp_path / "second")
    again.set_params(readout__alpha=0.5)
    with pytest.raises(ValueError, match=r"readout__alpha must be 3.0, as in fit, .* Got 0.5 instead"):
        again.save(tmp_path / "third")


def test_labels_that_are_other_objects(tmp_path):
    fitted = ReservoirClassifier(**SMALL).fit(samples("table"), np.arange(N_SAMPLES) % 2)
    fitted.classes_ = np.array([0, "a"], dtype=object)
    with pytest.raises(TypeError, match="classes_"):
        fitted.save(tmp_path / "model")
    fitted.classes_ = np.array(["a\0", "a"], dtype=object)
    with pytest.raises(ValueError, match="classes_"):
        fitted.save(tmp_path / "model")
    fitted.classes_ = np.array([0, 1], dtype=complex)
    with pytest.raises(TypeError, match="classes_"):
        fitted.save(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_an_estimator_before_fit(tmp_path):
    with pytest.raises(NotFittedError):
        ReservoirClassifier().save(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", [None, 3, b"model.npz", ["a"]])
def test_what_is_no_path(path, saved):
    for call in (saved[2].save, load_estimator, ReservoirClassifier.load):
        with pytest.raises(TypeError, match="path"):
            call(path)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failing_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, saved, step):
    content, _, fitted = saved
    path = tmp_path / "model.npz"
    path.write_bytes(content)

    def fail(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space"):
        fitted.save(path)
    assert [file.name for file in tmp_path.iterdir()] == ["model.npz"]
    assert path.read_bytes() == content


# ---------------------------------------------------------------- what cannot be loaded


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A saved classifier, as bytes and as its arrays, and the classifier."""
    path = tmp_path_factory.mktemp("saved") / "model.npz"
    fitted = ReservoirClassifier(**SMALL).fit(samples("table"), np.array(["x", "y", "z"])[np.arange(N_SAMPLES) % 3])
    fitted.save(path)
    with np.load(path) as archive:
        return path.read_bytes(), dict(archive), fitted


def test_another_class_is_refused(tmp_path, saved):
    (tmp_path / "model.npz").write_bytes(saved[0])
    assert isinstance(load_estimator(tmp_path / "model"), ReservoirClassifier)
    for kind in (ReservoirRegressor, ReservoirTransformer, Louder):
        with pytest.raises(ValueError, match="ReservoirClassifier"):
            kind.load(tmp_path / "model.npz")


def test_truncated_files_are_refused(tmp_path, saved):
    content = saved[0]
    path = tmp_path / "model.npz"
    for length in [*range(0, 200, 23), *range(200, len(content), len(content) // 60), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"model\.npz"):
            load_estimator(path)


def test_flipped_bytes_are_refused_or_without_effect(tmp_path, saved):
    """A byte that no reader looks at, such as a date, may flip unseen; what is loaded is then still the same."""
    content, _, fitted = saved
    path = tmp_path / "model.npz"
    rng = np.random.default_rng(0)
    refused = 0
    for position in rng.choice(len(content), size=150, replace=False):
        damaged = bytearray(content)
        damaged[position] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        try:
            again = load_estimator(path)
        except ValueError as error:
            refused += "model.npz" in str(error)
        else:
            same_value(again, fitted)
    assert refused > 90


def resaved(tmp_path, arrays, **changes):
    path = tmp_path / "model.npz"
    np.savez(path, **{name: value for name, value in (arrays | changes).items() if value is not None})
    return path


def with_header(arrays, path, value):
    """The header with one entry, given by the keys on the way to it, replaced (or removed by None)."""
    header = json.loads(str(arrays["header"]))
    *way, last = path
    place = header
    for key in way:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return np.array(json.dumps(header))


def test_an_unchanged_copy_is_read(tmp_path, saved):
    same_value(load_estimator(resaved(tmp_path, saved[1])), saved[2])


def test_a_newer_version_is_refused(tmp_path, saved):
    arrays = saved[1]
    with pytest.raises(ValueError, match="newer"):
        load_estimator(resaved(tmp_path, arrays, header=with_header(arrays, ["version"], 1000)))


ATTRIBUTES = ("estimator", "attributes")
PATHWAY = (*ATTRIBUTES, "pathways_", 0, "fields")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["format"], "snnres network"),
        (["version"], "1"),
        (["version"], 0),
        (["estimator"], None),
        (["estimator"], 3),
        (["estimator", "object"], "SVC"),
        (["estimator", "object"], "RidgeClassifierCV"),
        (["estimator", "object"], ["a"]),
        (["estimator", "parameters"], None),
        (["estimator", "parameters", "no_such"], 1),
        (["estimator", "parameters", "num_neurons"], 31),
        (["estimator", "parameters", "num_neurons"], "30"),
        (["estimator", "parameters", "n_bins"], 4),
        (["estimator", "parameters", "features"], "spike_counts"),
        (["estimator", "parameters", "n_fields"], {"unknown": 1}),
        (["estimator", "parameters", "target_rate"], -1),
        ([*ATTRIBUTES, "pathways_"], None),
        ([*ATTRIBUTES, "pathways_"], []),
        ([*ATTRIBUTES, "pathways_"], [1]),
        (PATHWAY, None),
        ([*PATHWAY, "network"], None),
        ([*PATHWAY, "network"], 1),
        ([*PATHWAY, "network", "arrays"], "nowhere"),
        ([*PATHWAY, "network", "network", "cell", "membrane_threshold"], -1.0),
        ([*PATHWAY, "name"], "memory"),
        ([*PATHWAY, "hold"], None),
        ([*PATHWAY, "hold"], 0),
        ([*PATHWAY, "deltas"], 1),
        ([*PATHWAY, "deltas"], True),
        ([*PATHWAY, "features"], {"tuple": ["nonsense"]}),
        ([*PATHWAY, "features"], "spike_counts"),
        ([*PATHWAY, "final_taus"], {"tuple": [-1.0]}),
        ([*PATHWAY, "final_taus"], 3),
        ([*ATTRIBUTES, "memory_"], None),
        ([*ATTRIBUTES, "memory_"], "both"),
        ([*ATTRIBUTES, "memory_"], 1),
        ([*ATTRIBUTES, "errors_"], 3),
        ([*ATTRIBUTES, "errors_"], {"dict": [["quick", -1.0], ["memory", "few"]]}),
        ([*ATTRIBUTES, "current_ratio_"], None),
        ([*ATTRIBUTES, "current_ratio_"], -1.0),
        ([*ATTRIBUTES, "scaling_"], None),
        ([*ATTRIBUTES, "scaling_"], {"tuple": [1, 2]}),
        ([*ATTRIBUTES, "scaling_"], {"record": "Moments", "fields": {"xx": 1.0, "xy": 1.0, "weight": 1.0}}),
        ([*ATTRIBUTES, "scaling_", "record"], "Scale"),
        ([*ATTRIBUTES, "scaling_", "record"], "SignalScaling"),
        ([*ATTRIBUTES, "delta_scaling_"], 3),
        ([*ATTRIBUTES, "scaling_", "fields", "more"], 0),
        ([*ATTRIBUTES, "scaling_", "record"], "Moments"),
        ([*ATTRIBUTES, "scaling_", "record"], "Edges"),
        ([*ATTRIBUTES, "fields_"], None),
        ([*ATTRIBUTES, "input_form_"], "series"),
        ([*ATTRIBUTES, "input_form_"], "image"),
        ([*ATTRIBUTES, "n_features_in_"], 4),
        ([*ATTRIBUTES, "n_features_in_"], None),
        ([*ATTRIBUTES, "scales_"], {"dict": []}),
        ([*ATTRIBUTES, "readout_"], None),
        ([*ATTRIBUTES, "readout_", "object"], "Pipeline"),
        ([*ATTRIBUTES, "readout_", "attributes", "coef_"], None),
        ([*ATTRIBUTES, "readout_", "attributes", "coef_", "array"], "nowhere"),
        ([*ATTRIBUTES, "readout_", "attributes", "coef_", "array"], "classes_"),
        ([*ATTRIBUTES, "predict"], 1),
        ([*ATTRIBUTES, "__class__"], 1),
        ([*ATTRIBUTES, "no name"], 1),
    ],
)
def test_headers_that_are_wrong(tmp_path, saved, path, value):
    arrays = saved[1]
    with pytest.raises(ValueError, match=r"model\.npz"):
        load_estimator(resaved(tmp_path, arrays, header=with_header(arrays, path, value)))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '"snnres estimator"', "[" * 100_000])
def test_headers_that_are_no_object(tmp_path, saved, text):
    with pytest.raises(ValueError, match=r"model\.npz"):
        load_estimator(resaved(tmp_path, saved[1], header=np.array(text)))


# Without effect on what is predicted.
IDLE = ("readout_.alphas", "readout_.intercept_", "fields_.centres_")


def test_arrays_that_are_wrong(tmp_path, saved):
    arrays = saved[1]
    accepted = []
    for name, value in arrays.items():
        wrongs = {"missing": None, "object": value.astype(object), "complex": value.astype("S")}
        if value.size and value.ndim and name not in ("pathways_[0].network.input", *IDLE):
            wrongs |= {"longer": np.concatenate([value, value[:1]]), "deeper": value[None]}
        if name in ("scaling_.mean", "fields_.low_"):
            wrongs |= {"nan": value * np.nan, "one": value[:1]}
        for what, wrong in wrongs.items():
            try:
                load_estimator(resaved(tmp_path, arrays, **{name: wrong}))
            except ValueError:
                continue
            accepted.append((name, what))
    assert accepted == [], accepted


class Bomb:
    """Creates a file if it is ever unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_nothing_is_ever_unpickled(tmp_path, saved):
    bomb = Bomb(tmp_path / "unpickled")
    path = tmp_path / "model.npz"
    path.write_bytes(pickle.dumps(bomb))
    with pytest.raises(ValueError, match=r"model\.npz"):
        load_estimator(path)
    for name in saved[1]:
        with pytest.raises(ValueError, match=r"model\.npz"):
            load_estimator(resaved(tmp_path, saved[1], **{name: np.array([bomb], dtype=object)}))
    assert not (tmp_path / "unpickled").exists()


def test_foreign_files(tmp_path, saved):
    path = tmp_path / "model.npz"
    for content in (b"", b"PK\x05\x06" + b"\0" * 18, b"hello", os.urandom(100)):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"model\.npz"):
            load_estimator(path)
    np.savez(path, a=np.ones(3))
    with pytest.raises(ValueError, match=r"model\.npz"):
        load_estimator(path)
    saved[2].network_.save(path)
    with pytest.raises(ValueError, match="another format"):
        load_estimator(path)
    path.write_bytes(saved[0])
    with pytest.raises(ValueError, match="another format"):
        SNN.load(path)
    with pytest.raises(FileNotFoundError):
        load_estimator(tmp_path / "nowhere")


def test_a_network_as_arrays_shares_nothing():
    network = ReservoirTransformer(**SMALL).fit(samples("array")).network_
    header, arrays = network.to_arrays()
    twin = SNN.from_arrays(header, arrays)
    for name, array in twin.to_arrays()[1].items():
        np.testing.assert_array_equal(array, arrays[name])
        assert not np.shares_memory(array, arrays[name]), name


@pytest.mark.parametrize("name", ["more.npy", "pathways_[0].network.more.npy"])
def test_an_array_that_is_not_known_is_refused(tmp_path, name):
    path = tmp_path / "model.npz"
    ReservoirRegressor(**SMALL).fit(samples("table"), np.arange(N_SAMPLES)).save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"what nobody reads")
    with pytest.raises(ValueError, match=rf"model\.npz .*Got '{re.escape(name.removesuffix('.npy'))}'"):
        load_estimator(path)


def test_a_missing_model_is_named_with_what_was_looked_for(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"model must be a file of format 'snnres estimator'.* nor .*model\.npz"
    ):
        load_estimator(tmp_path / "model")
