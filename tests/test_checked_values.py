"""Estimators and encoders compute with the values that were checked: small integers, absurd sizes, masks, readouts."""

from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression, Ridge

from snnres import encoding
from snnres.estimators import ReservoirClassifier, ReservoirForecaster, ReservoirRegressor, ReservoirTransformer

RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(20, 60))
SERIES = RNG.normal(size=(20, 30, 2))
U = np.sin(0.3 * np.arange(400)) + 0.05 * RNG.normal(size=400)
EVENTS = np.zeros(5, dtype=[("t", "i8"), ("x", "u1"), ("y", "u1"), ("polarity", "u1")])
EVENTS["t"], EVENTS["x"] = np.arange(5), 10 * np.arange(5)
FILM = (RNG.random((2, 9, 60 * 40)) < 0.1).astype(np.uint8)
SMALL = {"num_neurons": 30, "small_world_graph_k": 4, "min_steps": 20, "n_bins": 3, "random_state": 0}


def small_integers(values):
    """The same numbers in the smallest type of NumPy that holds them, signed where they fit."""

    def small(value):
        if isinstance(value, tuple):
            return tuple(map(small, value))
        return np.int8(value) if value < 128 else np.uint8(value)

    return {name: small(value) for name, value in values.items()}


@pytest.mark.parametrize(
    ("kind", "values", "samples"),
    [
        (encoding.CurrentEncoder, {"hold": 100}, SERIES),
        (encoding.LatencyEncoder, {"n_steps": 255}, TABLE),
        (encoding.BernoulliEncoder, {"n_steps": 127, "random_state": 3}, TABLE),
        (encoding.PoissonEncoder, {"n_steps": 255, "random_state": 3}, TABLE),
        (encoding.RegularRateEncoder, {"n_steps": 127}, TABLE),
        (encoding.RankOrderEncoder, {"slot": 100}, TABLE),
        (encoding.PopulationEncoder, {"n_steps": 127, "n_fields": 100}, TABLE),
    ],
)
def test_encoders_and_back(kind, values, samples):
    codes, signals = [], []
    for given in (values, small_integers(values)):
        encoder = kind(**given).fit(samples)
        codes.append(encoder.transform(samples))
        signals.append(encoder.inverse_transform(codes[-1]))
        assert len(encoder.get_feature_names_out()) == codes[-1].shape[2]
    np.testing.assert_array_equal(*codes)
    np.testing.assert_array_equal(*signals)


@pytest.mark.parametrize(
    ("kind", "values", "samples"),
    [
        (encoding.EventBinner, {"sensor_size": (60, 40), "n_bins": 100, "downsample": 3}, [EVENTS]),
        (encoding.SpikePooler, {"sensor_size": (60, 40), "downsample": 100, "bin_steps": 100}, FILM),
        (encoding.SpikePooler, {"sensor_size": (60, 40), "downsample": 7, "bin_steps": 2}, FILM),
    ],
)
def test_encoders_of_pixels(kind, values, samples):
    plain, small = kind(**values), kind(**small_integers(values))
    np.testing.assert_array_equal(plain.fit_transform(samples), small.fit_transform(samples))
    assert plain.get_feature_names_out().tolist() == small.get_feature_names_out().tolist()


def test_the_encoder_of_sounds():
    values = {"n_mels": 127, "window": 255, "hop": 100}
    sounds = [RNG.normal(size=n) for n in (90, 3000)]
    plain = encoding.LogMelEncoder(800, **values | {"n_mels": 20}).fit_transform(sounds)
    small = encoding.LogMelEncoder(800, **small_integers(values | {"n_mels": 20})).fit_transform(sounds)
    for one, other in zip(plain, small, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("kind", "values", "samples"),
    [
        (encoding.BernoulliEncoder, {"max_rate": Fraction(1, 3), "random_state": 0}, TABLE),
        (encoding.PoissonEncoder, {"max_rate": Fraction(1, 3), "random_state": 0}, TABLE),
        (encoding.RegularRateEncoder, {"max_rate": Fraction(1, 3)}, TABLE),
        (encoding.LogMelEncoder, {"rate": Fraction(8000), "low": Fraction(80), "trim": Fraction(7)}, [U]),
        (ReservoirTransformer, SMALL | {"trace_tau": Fraction(81, 2), "bias_scaling": Fraction(3, 2)}, SERIES),
    ],
)
def test_fractions_are_real_numbers(kind, values, samples):
    plain = {name: float(value) if isinstance(value, Fraction) else value for name, value in values.items()}
    codes = [kind(**given).fit(samples).transform(samples) for given in (plain, values)]
    for one, other in zip(*codes, strict=True):
        np.testing.assert_array_equal(one, other)
    if kind is encoding.RegularRateEncoder:
        assert kind(**values).fit(samples).inverse_transform(codes[0]).dtype == np.float64


@pytest.mark.parametrize(
    "values",
    [
        {"num_neurons": 100, "small_world_graph_k": 64, "input_fan_in": 100, "refractory_period": 2},
        {"num_neurons": 60, "min_steps": 200, "n_bins": 100, "features": ("spike_entropy", "binned_counts")},
        {"num_neurons": 60, "n_fields": 100, "max_isi": 100, "features": ("burst_counts",)},
    ],
)
@pytest.mark.parametrize("samples", [SERIES, TABLE[:, :3]])
def test_transformers(values, samples):
    features = {name: value for name, value in values.items() if name == "features"}
    small = small_integers({name: value for name, value in values.items() if name != "features"}) | features
    made = [ReservoirTransformer(**SMALL | given).fit(samples) for given in (values, small)]
    np.testing.assert_array_equal(*(transformer.transform(samples) for transformer in made))
    assert made[0].get_feature_names_out().tolist() == made[1].get_feature_names_out().tolist()


def test_forecasters():
    values = {"num_neurons": 100, "lags": 12, "hold": 50, "washout": 250, "small_world_graph_k": 8}
    plain, small = (
        ReservoirForecaster(**given, trace_taus=taus, random_state=0).fit(np.stack([U] * 11, axis=1))
        for given, taus in ((values, (3, 10.0)), (small_integers(values), (np.int8(3), np.float32(10.0))))
    )
    np.testing.assert_array_equal(plain.forecast(5), small.forecast(5))
    assert plain.score(np.stack([U] * 11, axis=1)) == small.score(np.stack([U] * 11, axis=1))


@pytest.mark.parametrize("size", [2**31, 2**60])
@pytest.mark.parametrize(
    ("kind", "name", "samples"),
    [
        (encoding.CurrentEncoder, "hold", SERIES),
        (encoding.LatencyEncoder, "n_steps", TABLE),
        (encoding.BernoulliEncoder, "n_steps", TABLE),
        (encoding.RegularRateEncoder, "n_steps", TABLE),
        (encoding.PopulationEncoder, "n_steps", TABLE),
        (encoding.PopulationEncoder, "n_fields", TABLE),
        (encoding.RankOrderEncoder, "slot", TABLE),
        *((ReservoirTransformer, name, SERIES) for name in ("num_neurons", "min_steps", "n_bins", "input_fan_in")),
        *((ReservoirTransformer, name, SERIES) for name in ("refractory_period", "n_fields", "max_isi", "n_jobs")),
        *((ReservoirForecaster, name, U) for name in ("num_neurons", "lags", "hold", "washout")),
    ],
)
def test_absurd_sizes_are_refused_by_name(kind, name, samples, size):
    with pytest.raises(ValueError, match=rf"{name} must be .*<= 2147483647. Got {size}"):
        kind(**{name: size}).fit(samples)


class Nothing(BaseEstimator):
    """Learns nothing and predicts nothing."""

    def fit(self, X, y):
        return self


@pytest.mark.parametrize("readout", [7, "ridge", LogisticRegression, Ridge, Nothing(), [Ridge()], np.zeros(3)])
@pytest.mark.parametrize("kind", [ReservoirClassifier, ReservoirRegressor])
def test_what_is_no_readout_is_refused_in_our_words(kind, readout):
    with pytest.raises(TypeError, match=r"readout must be a (classifier|regressor). Got "):
        kind(readout=readout, **SMALL).fit(SERIES, np.arange(20) % 2)


def test_masked_arrays_are_refused():
    def masked(values):
        return np.ma.masked_array(values, mask=np.zeros(np.shape(values), dtype=bool))

    y = np.arange(20) % 2
    fitted = ReservoirClassifier(**SMALL).fit(SERIES + y[:, None, None], y)
    calls = [
        ("X", lambda: ReservoirClassifier(**SMALL).fit(masked(SERIES), y)),
        ("X", lambda: ReservoirTransformer(**SMALL).fit(masked(TABLE))),
        ("X", lambda: ReservoirTransformer(**SMALL).fit([masked(sample) for sample in SERIES])),
        ("X", lambda: fitted.predict(masked(SERIES))),
        ("y", lambda: ReservoirClassifier(**SMALL).fit(SERIES, masked(y))),
        ("y", lambda: ReservoirRegressor(**SMALL).fit(SERIES, masked(y / 2))),
        ("u", lambda: ReservoirForecaster().fit(masked(U))),
        ("y", lambda: ReservoirForecaster().fit(U, masked(U))),
        ("X", lambda: encoding.LatencyEncoder().fit(masked(TABLE))),
        ("X", lambda: encoding.CurrentEncoder().fit(masked(SERIES))),
    ]
    for name, call in calls:
        with pytest.raises(TypeError, match=rf"{name}(\[0\])? must not be masked"):
            call()


def test_no_number_of_threads_is_one_as_in_scikit_learn():
    y = np.arange(20) % 2
    X = SERIES + y[:, None, None]
    one = ReservoirClassifier(**SMALL, n_jobs=None).fit(X, y)
    np.testing.assert_array_equal(one.predict(X), ReservoirClassifier(**SMALL).fit(X, y).predict(X))
    assert ReservoirClassifier(n_jobs=None)._threads() == 1
    for n_jobs in (0, -2, 1.5):
        with pytest.raises((TypeError, ValueError), match="n_jobs must be"):
            ReservoirClassifier(**SMALL, n_jobs=n_jobs).fit(X, y)
