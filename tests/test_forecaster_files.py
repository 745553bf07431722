"""Files of forecasters: the same predictions, forecasts and further learning after a round trip."""

import json

import numpy as np
import pytest

pytest.importorskip("sklearn")

from snnres.estimators import ReservoirClassifier, ReservoirForecaster, load_estimator

SMALL = {"num_neurons": 20, "small_world_graph_k": 4, "lags": 3, "hold": 8, "washout": 10, "random_state": 0}
N_STEPS = 120


def series(n_channels=1, n_steps=N_STEPS):
    steps = np.arange(n_steps)[:, None]
    rows = np.sin(0.3 * steps + np.arange(n_channels)) + 0.01 * np.random.default_rng(0).normal(size=(n_steps, 1))
    return rows[:, 0] if n_channels == 1 else rows


def reloaded(tmp_path, model):
    model.save(tmp_path / "model")
    return load_estimator(tmp_path / "model.npz")


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("parameters", [{}, {"lags": 1}, {"readout": "rls", "forgetting": 0.99}, {"alpha": 0.1}])
def test_predictions_and_forecasts_are_equal(tmp_path, n_channels, parameters):
    u = series(n_channels)
    model = ReservoirForecaster(**SMALL | parameters).fit(u)
    again = reloaded(tmp_path, model)
    assert again.get_params() == model.get_params()
    np.testing.assert_array_equal(again.predict(u), model.predict(u))
    np.testing.assert_array_equal(again.forecast(9), model.forecast(9))
    np.testing.assert_array_equal(again.forecast(9, history=u[:40]), model.forecast(9, history=u[:40]))
    assert again.forecast(9).ndim == n_channels


@pytest.mark.parametrize("u", [np.sin(0.3 * np.arange(400)), np.sign(np.sin(0.3 * np.arange(300))), np.arange(300.0)])
def test_series_without_noise_whose_moments_are_nearly_singular(tmp_path, u):
    model = ReservoirForecaster(**SMALL | {"lags": 12}).fit(u)
    np.testing.assert_array_equal(reloaded(tmp_path, model).forecast(9), model.forecast(9))


def test_learning_goes_on_alike(tmp_path):
    u = series(n_steps=200)
    model = ReservoirForecaster(**SMALL, readout="rls", forgetting=0.98).fit(u[:N_STEPS])
    model.partial_fit(u[N_STEPS:150])
    again = reloaded(tmp_path, model)
    for forecaster in (model, again):
        forecaster.partial_fit(u[150:])
    np.testing.assert_array_equal(again.coef_, model.coef_)
    np.testing.assert_array_equal(again.forecast(20), model.forecast(20))


def test_targets_of_their_own(tmp_path):
    u = series()
    targets = np.stack([u**2, np.roll(u, 1)], axis=1)
    model = ReservoirForecaster(**SMALL).fit(u, targets)
    again = reloaded(tmp_path, model)
    np.testing.assert_array_equal(again.predict(u), model.predict(u))
    with pytest.raises(ValueError, match="forecast needs a model of the series itself"):
        again.forecast(3)


def test_parameters_changed_since_fit_are_refused_when_saved(tmp_path):
    model = ReservoirForecaster(**SMALL, readout="rls").fit(series())
    model.partial_fit(series()).set_params(lags=4)
    with pytest.raises(ValueError, match=r"lags must be 3, as in fit, for the estimator to be saved. Got 4"):
        model.save(tmp_path / "model")


def test_another_class_is_refused(tmp_path):
    ReservoirForecaster(**SMALL).fit(series()).save(tmp_path / "model")
    with pytest.raises(ValueError, match="holds a ReservoirForecaster, not a ReservoirClassifier"):
        ReservoirClassifier.load(tmp_path / "model")


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model.npz"
    ReservoirForecaster(**SMALL).fit(series(2)).save(path)
    with np.load(path) as archive:
        return dict(archive)


def written(tmp_path, arrays):
    np.savez(tmp_path / "model.npz", **arrays)
    return tmp_path / "model.npz"


def changed(arrays, path, value):
    """The arrays with one value in the header's attributes replaced."""
    header = json.loads(str(arrays["header"]))
    place = header["estimator"]["attributes"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return arrays | {"header": np.array(json.dumps(header))}


def test_what_is_saved_here_loads(tmp_path, saved):
    model = load_estimator(written(tmp_path, saved))
    np.testing.assert_array_equal(model.forecast(5), ReservoirForecaster(**SMALL).fit(series(2)).forecast(5))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["network_"], None),
        (["run_"], 3),
        (["run_", "run", "lags"], 4),
        (["run_", "run", "hold"], 0),
        (["run_", "run", "taus"], [1.0]),
        (["run_", "run", "past"], None),
        (["run_", "run", "network"], None),
        (["alpha_"], -1.0),
        (["n_features_in_"], 3),
        (["predicts_input_"], "yes"),
        (["state_scales_"], []),
        (["moments_", "record"], "Scale"),
        (["moments_"], None),
        (["latest_"], None),
        (["target_range_"], None),
        (["coef_"], None),
    ],
)
def test_headers_that_are_wrong(tmp_path, saved, path, value):
    with pytest.raises(ValueError, match=r"model\.npz"):
        load_estimator(written(tmp_path, changed(saved, path, value)))


# Inputs of the last run, replaced before the next one.
IDLE = ("network_.input", "run_.network.input", "run_.network.currents")


def test_arrays_that_are_wrong(tmp_path, saved):
    accepted = []
    for name, value in saved.items():
        if name == "header" or name in IDLE:
            continue
        wrongs = {"missing": None, "object": value.astype(object)}
        if value.ndim:
            wrongs |= {"longer": np.concatenate([value, value[:1]]), "deeper": value[None]}
        for what, wrong in wrongs.items():
            arrays = {key: array for key, array in (saved | {name: wrong}).items() if array is not None}
            try:
                load_estimator(written(tmp_path, arrays))
            except ValueError:
                continue
            accepted.append((name, what))
    assert accepted == []
