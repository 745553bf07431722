"""A fit that is refused or interrupted leaves what was fitted before, in every estimator and encoder."""

import pickle
from contextlib import contextmanager

import numpy as np
import pytest

pytest.importorskip("sklearn")

import snnres.estimators.base
import snnres.estimators.forecaster
import snnres.estimators.pathways
from snnres import encoding
from snnres.encoding.base import SeriesEncoder
from snnres.estimators import ReservoirClassifier, ReservoirForecaster, ReservoirRegressor, ReservoirTransformer
from snnres.estimators.readout import SummedRidgeClassifier

SMALL = {"num_neurons": 30, "small_world_graph_k": 4, "min_steps": 20, "n_bins": 3, "random_state": 0}
RNG = np.random.default_rng(0)
Y = np.arange(24) % 2
X = RNG.normal(size=(24, 12, 2)) + Y[:, None, None]
U = np.sin(0.3 * np.arange(120)) + 0.05 * RNG.normal(size=120)
FORECASTER = {"num_neurons": 20, "small_world_graph_k": 4, "lags": 2, "hold": 8, "washout": 10, "random_state": 0}


def contents(estimator):
    return pickle.dumps(vars(estimator))


def interrupt(*args, **kwargs):
    raise KeyboardInterrupt


@contextmanager
def interrupted_in(where, step):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(where, step, interrupt)
        with pytest.raises(KeyboardInterrupt):
            yield


@pytest.mark.parametrize("kind", [ReservoirClassifier, ReservoirRegressor])
def test_targets_that_do_not_fit_the_samples(kind, monkeypatch):
    fitted = kind(**SMALL).fit(X, Y)
    before, predictions = contents(fitted), fitted.predict(X)
    monkeypatch.setattr(snnres.estimators.base, "random_reservoir", lambda *_: pytest.fail("refused only after work"))
    with pytest.raises(ValueError, match="y must have a target for each of 24 samples"):
        fitted.fit(X * 9 + 1, Y[:3])
    assert contents(fitted) == before
    np.testing.assert_array_equal(fitted.predict(X), predictions)


@pytest.mark.parametrize(
    ("where", "step"),
    [
        (snnres.estimators.base, "random_reservoir"),
        (snnres.estimators.base, "calibrated"),
        (snnres.estimators.base.Pathway, "write"),
        (snnres.estimators.base, "measured_ratio"),
    ],
)
@pytest.mark.parametrize("kind", [ReservoirClassifier, ReservoirRegressor])
def test_an_interrupt_in_the_middle_of_a_fit(kind, where, step):
    fitted = kind(**SMALL).fit(X, Y)
    before, predictions = contents(fitted), fitted.predict(X)
    with interrupted_in(where, step):
        # A table after series: other forms and fields.
        fitted.fit(X[:, 0] * 9 + 1, 1 - Y)
    assert contents(fitted) == before
    np.testing.assert_array_equal(fitted.predict(X), predictions)


def test_an_interrupt_in_the_readout():
    fitted = ReservoirClassifier(**SMALL).fit(X, Y)
    before = contents(fitted)
    with interrupted_in(SummedRidgeClassifier, "solve"):
        fitted.fit(X * 9 + 1, np.array(["a", "b"])[Y])
    assert contents(fitted) == before


def test_a_transformer():
    fitted = ReservoirTransformer(**SMALL).fit(X)
    before, features = contents(fitted), fitted.transform(X)
    with pytest.raises(ValueError, match="finite"):
        fitted.fit(np.full_like(X, np.nan))
    with interrupted_in(snnres.estimators.base, "calibrated"):
        fitted.fit(X[:, :, :1])
    assert contents(fitted) == before
    np.testing.assert_array_equal(fitted.transform(X), features)


def test_nothing_is_half_fitted_after_a_first_fit_that_fails(monkeypatch):
    estimator = ReservoirClassifier(**SMALL)
    before = contents(estimator)
    monkeypatch.setattr(snnres.estimators.base, "calibrated", interrupt)
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(X, Y)
    assert contents(estimator) == before


@pytest.mark.parametrize("step", ["calibrated", "chosen_alpha"])
def test_a_forecaster(step):
    fitted = ReservoirForecaster(**FORECASTER).fit(U)
    before, forecast = contents(fitted), fitted.forecast(9)
    with pytest.raises(ValueError, match="washout"):
        fitted.fit(9 * U[:15] + 1)
    with interrupted_in(snnres.estimators.forecaster, step):
        fitted.fit(np.stack([U, 9 * U], axis=1))
    assert contents(fitted) == before
    np.testing.assert_array_equal(fitted.forecast(9), forecast)


def test_a_forecaster_that_learns_on():
    fitted = ReservoirForecaster(**FORECASTER, readout="rls").fit(U)
    before, forecast = contents(fitted), fitted.forecast(9)
    with interrupted_in(snnres.estimators.forecaster.Moments, "solution"):
        fitted.partial_fit(U + 5)
    assert contents(fitted) == before
    np.testing.assert_array_equal(fitted.forecast(9), forecast)


SERIES_ENCODERS = [
    encoding.CurrentEncoder(hold=2),
    encoding.SendOnDeltaEncoder(),
    encoding.StepForwardEncoder(),
    encoding.SampleScaler(),
    encoding.SpikePooler((2, 1)),
]
TABLE_ENCODERS = [
    encoding.BernoulliEncoder(random_state=0),
    encoding.PoissonEncoder(random_state=0),
    encoding.RegularRateEncoder(),
    encoding.LatencyEncoder(),
    encoding.RankOrderEncoder(),
    encoding.PopulationEncoder(),
]


@pytest.mark.parametrize("encoder", [*SERIES_ENCODERS, *TABLE_ENCODERS], ids=lambda encoder: type(encoder).__name__)
def test_an_encoder(encoder, monkeypatch):
    samples = X if isinstance(encoder, SeriesEncoder) else X[:, 0]
    encoder.fit(samples)
    before = contents(encoder)
    learn = type(encoder)._learn

    def learn_and_stop(self, seen):
        learn(self, seen)
        raise KeyboardInterrupt

    monkeypatch.setattr(type(encoder), "_learn", learn_and_stop)
    # The sensor of one encoder has two pixels, so that it refuses a channel.
    with pytest.raises((KeyboardInterrupt, ValueError)):
        encoder.fit(samples[..., :1] * 9 + 1)
    assert contents(encoder) == before


def test_encoders_of_sounds_and_events():
    sounds = encoding.LogMelEncoder(8000).fit([np.ones(900)])
    before = contents(sounds)
    with pytest.raises(ValueError, match="n_mels"):
        sounds.set_params(n_mels=500).fit([np.ones(900)])
    assert contents(sounds.set_params(n_mels=24)) == before
    events = np.zeros(3, dtype=[("t", "i8"), ("x", "u1"), ("y", "u1"), ("polarity", "u1")])
    binner = encoding.EventBinner((4, 4), n_bins=2).fit([events])
    before = contents(binner)
    with pytest.raises(TypeError, match="X"):
        binner.fit([events, 3])
    assert contents(binner) == before
