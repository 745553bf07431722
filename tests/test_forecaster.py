import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.linear_model import Ridge

from snnres.datasets import mackey_glass, narma10
from snnres.estimators import ReservoirForecaster
from snnres.estimators.least_squares import ALPHAS, Moments, chosen_alpha
from snnres.estimators.stepping import SeriesRun, embedded
from snnres.evaluation import nrmse
from snnres.features import filtered_traces
from snnres.network.series import BLOCK

SERIES = mackey_glass(700)
SMALL = {"num_neurons": 40, "hold": 10, "small_world_graph_k": 8, "washout": 50, "random_state": 3}


def small(**settings):
    return ReservoirForecaster(**{**SMALL, **settings})


@pytest.fixture(scope="module")
def model():
    return small().fit(SERIES[:500])


def state_bytes(model):
    return pickle.dumps([model.run_.__dict__, model.latest_, model.coef_, model.moments_, model.network_])


class TestStepping:
    def test_lags_come_newest_first(self):
        rows = np.array([[3.0, 30.0], [4.0, 40.0]])
        past = np.array([[1.0, 10.0], [2.0, 20.0]])
        expected = [[3, 30, 2, 20, 1, 10], [4, 40, 3, 30, 2, 20]]
        assert embedded(rows, past).tolist() == expected
        assert embedded(rows, past[:0]).tolist() == rows.tolist()

    @pytest.mark.parametrize("lags", [1, 4])
    def test_step_by_step_equals_one_run(self, model, lags):
        rows = SERIES[: BLOCK + 40, None]
        network = small(lags=lags).fit(SERIES[:500]).network_

        def fresh():
            return SeriesRun(network, lags=lags, hold=7, taus=(0.5, 3.0))

        channels, traces = fresh().advance(rows)
        run = fresh()
        steps = [run.advance(row[None]) for row in rows]
        np.testing.assert_array_equal(np.concatenate([step[0] for step in steps]), channels)
        np.testing.assert_array_equal(np.concatenate([step[1] for step in steps]), traces)
        assert traces.any()

    def test_traces_are_those_of_the_features(self, model):
        run = model._new_run()
        rows = model.input_scale_.apply(SERIES[:60, None])
        channels, traces = run.advance(rows)
        network = model.network_.copy()
        network.reset()
        network.set_input_currents(channels.T, 10)
        network.simulate()
        for tau, block in zip(model.trace_taus, np.split(traces, 3, axis=1), strict=True):
            expected = filtered_traces(network.recording, tau=tau * 10, n_points=60).T
            np.testing.assert_allclose(block, expected, rtol=1e-9, atol=1e-12)

    def test_a_silent_network_has_traces_of_zero(self, model):
        network = model.network_.copy()
        network.membrane_threshold = 1e6
        traces = SeriesRun(network, lags=12, hold=5, taus=(1.0,)).advance(SERIES[:9, None])[1]
        assert traces.dtype == np.float64
        assert not traces.any()

    def test_the_network_fires_at_the_target_rate(self):
        fitted = small(num_neurons=200, target_rate=0.1).fit(SERIES[:500])
        run = fitted._new_run()
        run.advance(fitted.input_scale_.apply(SERIES[:BLOCK, None]))
        recording = run.network.recording
        assert recording.n_spikes / (recording.n_steps * 200) == pytest.approx(0.1, rel=0.2)


class TestLeastSquares:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 5))
    y = x @ rng.normal(size=(5, 2)) + rng.normal(size=(60, 2))

    def test_solution_is_ridge(self):
        expected = Ridge(alpha=0.7, fit_intercept=False).fit(self.x, self.y).coef_.T
        np.testing.assert_allclose(Moments.of(self.x, self.y).solution(0.7), expected, rtol=1e-9)

    @pytest.mark.parametrize("forgetting", [1.0, 0.95])
    def test_rows_added_equal_rows_at_once(self, forgetting):
        moments = Moments.of(self.x[:20], self.y[:20], forgetting)
        for part in (slice(20, 21), slice(21, 60)):
            moments = moments.followed_by(self.x[part], self.y[part], forgetting)
        whole = Moments.of(self.x, self.y, forgetting)
        for part, expected in zip(moments, whole, strict=True):
            np.testing.assert_allclose(part, expected, rtol=1e-12, atol=1e-12)

    @pytest.mark.parametrize("forgetting", [1.0, 0.95])
    def test_solution_is_that_of_the_recursion(self, forgetting):
        """The textbook recursion, whose penalty fades with the rows before it."""
        penalty = 0.3
        inverse, coef = np.eye(5) / penalty, np.zeros((5, 2))
        for x, y in zip(self.x, self.y, strict=True):
            gain = inverse @ x / (forgetting + x @ inverse @ x)
            coef += np.outer(gain, y - x @ coef)
            inverse = (inverse - np.outer(gain, x @ inverse)) / forgetting
        found = Moments.of(self.x, self.y, forgetting).solution(penalty * forgetting ** len(self.x))
        np.testing.assert_allclose(found, coef, rtol=1e-8)

    def test_alpha_is_chosen_on_the_last_fifth(self):
        errors = [
            np.sum((self.x[48:] @ Moments.of(self.x[:48], self.y[:48]).solution(48 * alpha) - self.y[48:]) ** 2)
            for alpha in ALPHAS
        ]
        assert chosen_alpha(self.x, self.y) == ALPHAS[np.argmin(errors)]

    def test_more_states_than_rows(self):
        x = np.random.default_rng(1).normal(size=(30, 80))
        assert chosen_alpha(x, x[:, :1] + x[:, 1:2]) in ALPHAS


class TestForecasts:
    def test_a_sine_goes_on(self):
        series = 5.0 + 2.0 * np.sin(0.3 * np.arange(500))
        forecast = small().fit(series[:400]).forecast(100)
        assert nrmse(series[400:], forecast) < 0.02

    def test_two_channels(self):
        angle = 0.2 * np.arange(450)
        series = np.stack([np.sin(angle), 100 + 10 * np.cos(angle)], axis=1)
        fitted = small().fit(series[:400])
        forecast = fitted.forecast(50)
        assert forecast.shape == (50, 2)
        assert nrmse(series[400:], forecast) < 0.05
        assert fitted.predict(series[:7]).shape == (7, 2)

    def test_one_column_stays_a_column(self):
        fitted = small().fit(SERIES[:300, None])
        assert fitted.forecast(3).shape == (3, 1)
        assert fitted.predict(SERIES[:4]).shape == (4, 1)
        np.testing.assert_array_equal(fitted.forecast(3)[:, 0], small().fit(SERIES[:300]).forecast(3))

    def test_beats_the_last_value_and_the_line_through_lags(self):
        """Mackey-Glass in closed loop, where linear autoregression decays to the mean."""
        series = mackey_glass(1284)
        fitted = small(num_neurons=150, hold=30).fit(series[:1200])
        x = embedded(series[:1199, None], np.repeat(series[:1, None], 11, axis=0))
        linear = Ridge(alpha=1e-6).fit(x, series[1:1200])
        rows = list(series[1188:1200])
        for _ in range(84):
            rows.append(linear.predict([rows[:-13:-1]])[0])
        ours = nrmse(series[1200:], fitted.forecast(84))
        assert ours < 0.5
        assert ours < 0.7 * nrmse(series[1200:], rows[12:])

    def test_narma_is_computed_from_its_input(self):
        u, y = narma10(1500, seed=2)
        fitted = small(num_neurons=150).fit(u[:1200], y[:1200])
        told = fitted.predict(u[1200:], history=u[1000:1200])
        assert nrmse(y[1200:], told) < 0.45
        assert fitted.score(u[1200:], y[1200:], history=u[1000:1200]) == pytest.approx(
            1 - nrmse(y[1200:], told) ** 2, abs=1e-12
        )

    def test_several_targets(self):
        u, y = narma10(400, seed=2)
        both = np.stack([y, 3 * u], axis=1)
        told = small().fit(u, both).predict(u)
        assert told.shape == both.shape
        assert nrmse(both[50:, 1], told[50:, 1]) < 0.01

    def test_closed_loop_is_predict_fed_back(self, model):
        forecast = model.forecast(5)
        series = SERIES[:500]
        for value in forecast:
            assert model.predict(series)[-1] == pytest.approx(value, rel=1e-9)
            series = np.append(series, model.predict(series)[-1])

    def test_history_takes_the_place_of_training(self, model):
        np.testing.assert_allclose(model.forecast(20, history=SERIES[:500]), model.forecast(20), rtol=1e-9)
        other = model.forecast(20, history=SERIES[100:600])
        assert nrmse(SERIES[600:620], other) < nrmse(SERIES[600:620], model.forecast(20))

    def test_predict_goes_on_from_history(self, model):
        np.testing.assert_allclose(
            model.predict(SERIES[300:320], history=SERIES[:300]), model.predict(SERIES[:320])[300:], rtol=1e-9
        )

    def test_score_leaves_the_washout_out(self, model):
        told = model.predict(SERIES[500:])
        assert model.score(SERIES[500:]) == pytest.approx(1 - nrmse(SERIES[551:], told[50:-1]) ** 2, abs=1e-12)

    def test_washout_is_not_learnt_from(self):
        u, y = narma10(300, seed=2)
        wild = y.copy()
        wild[:50] = 100 * np.arange(50)
        one, other = (small().fit(u, targets) for targets in (y, wild))
        np.testing.assert_array_equal(other.predict(u), one.predict(u))

    def test_without_input_the_neurons_tell(self):
        fitted = small(include_input=False).fit(SERIES[:500])
        assert fitted.coef_.shape == (121, 1)
        assert fitted.score(SERIES[500:]) > 0.9

    def test_forecasts_stay_within_the_range_of_training(self):
        series = np.random.default_rng(0).normal(size=200)
        forecast = small(alpha=1e-9).fit(series).forecast(200)
        span = np.ptp(series)
        assert forecast.min() >= series.min() - 0.1001 * span
        assert forecast.max() <= series.max() + 0.1001 * span


class TestConduct:
    def test_same_seed_same_forecast(self, model):
        again = clone(model).fit(SERIES[:500])
        np.testing.assert_array_equal(again.forecast(10), model.forecast(10))
        assert not np.array_equal(small(random_state=4).fit(SERIES[:500]).forecast(10), model.forecast(10))

    def test_predicting_changes_nothing(self, model):
        before, first = state_bytes(model), model.forecast(10)
        model.predict(SERIES[:50])
        model.forecast(5, history=SERIES[:80])
        model.score(SERIES[:200])
        np.testing.assert_array_equal(model.forecast(10), first)
        assert state_bytes(model) == before

    def test_arguments_are_not_changed(self):
        series = SERIES[:300].copy()
        small().fit(series).forecast(3, history=series)
        np.testing.assert_array_equal(series, SERIES[:300])

    def test_pickle(self, model):
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).forecast(5), model.forecast(5))

    def test_parameters(self):
        params = small(alpha=0.5).get_params()
        assert params["alpha"] == 0.5
        assert clone(ReservoirForecaster(**params)).get_params() == params


class TestRecursiveLeastSquares:
    def test_without_forgetting_it_is_ridge(self, model):
        other = small(readout="rls").fit(SERIES[:500])
        assert other.alpha_ == model.alpha_
        np.testing.assert_array_equal(other.coef_, model.coef_)

    @pytest.mark.parametrize("targets", [False, True])
    def test_parts_equal_the_whole(self, targets):
        """With the scales of the first part, on which they are learnt, and a penalty of the same sum."""
        u = SERIES[:500]
        y = u**2 if targets else None
        parts = small(readout="rls", alpha=1e-3).fit(u[:300], None if y is None else y[:300])
        for part in (slice(300, 301), slice(301, 500)):
            parts.partial_fit(u[part], None if y is None else y[part])
        assert parts.moments_.weight == 500 - 50 - (not targets)
        run = parts._new_run()
        states = parts._states(*run.advance(parts.input_scale_.apply(u[:, None])))
        goals = parts.target_scale_.apply((u[1:] if y is None else y)[:, None])
        expected = Ridge(alpha=1e-3 * parts.moments_.weight, fit_intercept=False, solver="cholesky")
        expected.fit(states[50 : len(goals)], goals[50:])
        told = parts.target_scale_.undo(states @ expected.coef_.ravel())
        np.testing.assert_allclose(parts.predict(u), told, rtol=1e-5)
        np.testing.assert_allclose(
            parts.forecast(3, history=u) if y is None else 0, parts.forecast(3) if y is None else 0
        )

    def test_it_follows_a_change_the_sooner_it_forgets(self):
        u = np.random.default_rng(0).uniform(-1, 1, 900)
        gain = np.where(np.arange(900) < 400, 1.0, -2.0)
        y = gain * u
        errors = []
        for forgetting in (1.0, 0.97):
            fitted = (
                small(readout="rls", forgetting=forgetting).fit(u[:400], y[:400]).partial_fit(u[400:800], y[400:800])
            )
            errors.append(nrmse(y[800:], fitted.predict(u[800:], history=u[700:800])))
        assert errors[1] < 0.2 < 0.5 < errors[0]

    def test_forecasts_stay_within_the_range_of_all_that_was_learnt(self):
        sine = np.sin(0.3 * np.arange(900))
        fitted = small(readout="rls", forgetting=0.98, alpha=1e-4).fit(sine[:400]).partial_fit(sine[400:800] + 5)
        assert nrmse(sine[800:] + 5, fitted.forecast(100)) < 0.3
        wild = small(readout="rls", alpha=1e-4).fit(np.random.default_rng(0).normal(size=200))
        wild.partial_fit(np.array([50.0, -20.0]))
        forecast = wild.forecast(300)
        assert forecast.min() >= -27
        assert forecast.max() <= 57

    def test_the_first_call_is_fit(self, model):
        fitted = small(readout="rls").partial_fit(SERIES[:500])
        np.testing.assert_array_equal(fitted.coef_, model.coef_)

    def test_ridge_does_not_learn_on(self, model):
        with pytest.raises(ValueError, match=r"partial_fit needs readout='rls'. Got 'ridge'"):
            model.partial_fit(SERIES[:5])

    def test_refused_rows_change_nothing(self):
        fitted = small(readout="rls").fit(SERIES[:300])
        before = state_bytes(fitted)
        with pytest.raises(ValueError, match="y must be as in fit, which had none"):
            fitted.partial_fit(SERIES[300:310], SERIES[300:310])
        with pytest.raises(ValueError, match="u must be finite"):
            fitted.partial_fit([np.nan])
        assert state_bytes(fitted) == before


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_neurons": 2}, "num_neurons"),
        ({"lags": 0}, "lags must be an integer >= 1. Got 0"),
        ({"hold": 0}, "hold must be an integer >= 1. Got 0"),
        ({"small_world_graph_k": 7}, "small_world_graph_k must be even. Got 7"),
        ({"small_world_graph_p": 1.5}, "small_world_graph_p"),
        ({"recurrent_scaling": -1}, "recurrent_scaling"),
        ({"input_fan_in": 0}, "input_fan_in"),
        ({"bias_scaling": -1}, "bias_scaling"),
        ({"leak_coefficient": 1}, "leak_coefficient"),
        ({"refractory_period": 0}, "refractory_period"),
        ({"target_rate": 0.4}, "target_rate"),
        ({"trace_taus": ()}, "trace_taus must be a tuple of at least one"),
        ({"trace_taus": (1.0, 0.0)}, "trace_taus must be a finite number and > 0"),
        ({"washout": -1}, "washout"),
        ({"readout": "lasso"}, "readout must be one of 'ridge', 'rls'. Got 'lasso'"),
        ({"alpha": 0.0}, "alpha must be a finite number and > 0"),
        ({"forgetting": 1.01}, "forgetting must be a finite number and > 0 and <= 1"),
    ],
)
def test_bad_parameters_are_refused_by_name(settings, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        small(**settings).fit(SERIES[:300])


def test_include_input_is_a_truth_value():
    with pytest.raises(TypeError, match="include_input must be True or False"):
        small(include_input=1).fit(SERIES[:300])


@pytest.mark.parametrize(
    ("u", "y", "message"),
    [
        ([], None, "u must be a series"),
        (np.zeros((0, 2)), None, "u must be a series"),
        ([[1.0], [2.0, 3.0]], None, "u must be a series"),
        (np.zeros((3, 2, 2)), None, "u must be a series (n_steps,) or (n_steps, n_channels)"),
        ([*SERIES[:200], np.inf], None, "u must be finite"),
        (SERIES[:60], None, "u must have at least 10 steps to learn from beyond washout=50. Got 59"),
        (SERIES[:200], SERIES[:199], "y must have a target for each of 200 steps. Got 199"),
        (SERIES[:200], [*SERIES[:199], np.nan], "y must be finite"),
    ],
)
def test_bad_series_are_refused_by_name(u, y, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        small().fit(u, y)


def test_bad_calls_are_refused_by_name(model):
    u, y = narma10(200, seed=0)
    driven = small().fit(u, y)
    calls = [
        (lambda: driven.forecast(3), "forecast needs a model of the series itself"),
        (lambda: driven.score(u), "y must be as in fit, which had one for each step. Got None"),
        (lambda: driven.score(u, y[:-1]), "y must have 1 target(s) for each of 200 steps"),
        (lambda: model.forecast(0), "n_steps must be an integer >= 1. Got 0"),
        (lambda: model.forecast(3, history=np.zeros((5, 2))), "history must have 1 channel(s) as in fit. Got 2"),
        (lambda: model.predict(np.zeros((5, 2))), "u must have 1 channel(s) as in fit. Got 2"),
        (lambda: model.predict(SERIES[:5], history=[]), "history must be a series"),
        (lambda: model.score(SERIES[:52]), "u must have at least 2 steps to score beyond 50. Got 52"),
    ]
    for call, message in calls:
        with pytest.raises(ValueError, match=re.escape(message)):
            call()


@pytest.mark.slow
def test_example(tmp_path):
    pytest.importorskip("matplotlib")
    script = Path(__file__).parents[1] / "examples" / "mackey_glass.py"
    options = ["--output", tmp_path, "--train", 600, "--neurons", 60, "--starts", 3]
    command = [sys.executable, "-W", "error", str(script), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    scores = re.findall(
        r"^(reservoir|autoregression|last value) +([\d.]+) +([\d.]+) +(\d+)$", done.stdout, re.MULTILINE
    )
    assert [name for name, *_ in scores] == ["reservoir", "autoregression", "last value"]
    assert float(scores[0][1]) < float(scores[2][1])
    assert (tmp_path / "mackey_glass.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
