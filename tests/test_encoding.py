"""Encoders: what the spikes say, what decoders get back, and what is refused."""

import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from snnres import SNN, SimulationParams
from snnres.encoding import (
    BernoulliEncoder,
    CurrentEncoder,
    EventBinner,
    LatencyEncoder,
    PoissonEncoder,
    PopulationEncoder,
    RankOrderEncoder,
    RegularRateEncoder,
    SampleScaler,
    SendOnDeltaEncoder,
    StepForwardEncoder,
    random_bias,
    random_input_weights,
)

RANDOM = [BernoulliEncoder, PoissonEncoder]
RATE = [*RANDOM, RegularRateEncoder]
SCALED = [*RATE, LatencyEncoder, PopulationEncoder]
TABLE = [*SCALED, RankOrderEncoder]
CHANGE = [StepForwardEncoder, SendOnDeltaEncoder]
SERIES = [*CHANGE, CurrentEncoder, SampleScaler]
EVENTS = np.dtype([("t", "<i8"), ("x", "u1"), ("y", "u1"), ("polarity", "u1")])


def made(kind, **more):
    """An encoder with few steps, seeded where it draws."""
    if kind in RANDOM:
        more = {"random_state": 0} | more
    if kind in SCALED:
        more = {"n_steps": 20} | more
    return kind(**more)


@pytest.fixture
def table():
    return np.random.default_rng(0).normal(size=(30, 4))


@pytest.fixture
def series():
    return np.random.default_rng(0).normal(size=(6, 40, 3)).cumsum(axis=1)


@pytest.fixture
def unequal():
    rng = np.random.default_rng(1)
    return [rng.normal(size=(n, 3)).cumsum(axis=0) for n in (7, 1, 30, 12, 30)]


def events(*rows):
    return np.array(list(rows), dtype=EVENTS)


def random_events(rng, n, width=34, height=34):
    columns = (
        rng.integers(0, 3 * 10**5, n),
        rng.integers(0, width, n),
        rng.integers(0, height, n),
        rng.integers(0, 2, n),
    )
    return np.array(list(zip(*columns, strict=True)), dtype=EVENTS)


# scikit-learn


@parametrize_with_checks([made(kind) for kind in TABLE])
def test_table_encoders_keep_scikit_learns_rules(estimator, check):
    check(estimator)


@pytest.mark.parametrize("kind", TABLE)
def test_table_encoders_give_spikes(kind, table):
    encoder = made(kind).fit(table)
    spikes = encoder.transform(table)
    assert spikes.dtype == np.uint8
    assert spikes.ndim == 3
    assert spikes.max() == 1
    assert spikes.shape[::2] == (30, len(encoder.get_feature_names_out()))
    assert np.array_equal(spikes, clone(encoder).fit_transform(table))


@pytest.mark.parametrize("kind", TABLE)
def test_table_encoders_in_a_pipeline_with_set_output(kind, table):
    steps = StandardScaler(), made(kind), FunctionTransformer(lambda spikes: spikes.sum(axis=1))
    pipeline = make_pipeline(*steps).set_output(transform="default")
    counts = pipeline.fit_transform(table)
    assert counts.shape == (30, made(kind).fit(table).get_feature_names_out().size)
    for setting in ("default", "pandas"):
        encoder = made(kind).set_output(transform=setting).fit(table)
        assert encoder.transform(table).ndim == 3


@pytest.mark.parametrize("kind", SERIES)
def test_series_encoders_in_a_pipeline_and_cloned(kind, series):
    pipeline = make_pipeline(kind(), FunctionTransformer(lambda code: code.mean(axis=1))).set_output(
        transform="default"
    )
    assert len(pipeline.fit_transform(series)) == len(series)
    encoder = clone(kind()).fit(series)
    assert np.array_equal(encoder.transform(series), clone(encoder).fit_transform(series))


def test_names_of_outputs(table, series):
    assert made(LatencyEncoder).fit(table).get_feature_names_out().tolist() == ["x0", "x1", "x2", "x3"]
    population = PopulationEncoder(n_fields=3).fit(table[:, :2])
    expected = ["a_field0", "a_field1", "a_field2", "b_field0", "b_field1", "b_field2"]
    assert population.get_feature_names_out(["a", "b"]).tolist() == expected
    changes = StepForwardEncoder().fit(series)
    assert changes.get_feature_names_out().tolist() == ["x0_on", "x1_on", "x2_on", "x0_off", "x1_off", "x2_off"]
    with pytest.raises(ValueError, match=r"input_features .* \(3\). Got 1"):
        changes.get_feature_names_out(["a"])
    binner = EventBinner((4, 2), n_bins=1, downsample=2).fit([events()])
    assert binner.get_feature_names_out().tolist() == ["off_y0_x0", "off_y0_x1", "on_y0_x0", "on_y0_x1"]


def test_import_without_scikit_learn_says_what_to_install():
    code = "import sys; sys.modules['sklearn'] = None\ntry: import snnres.encoding\nexcept ImportError as e: print(e)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert 'pip install "snnres[learn]"' in out


# Order, grouping, seeds


@pytest.mark.parametrize("kind", TABLE)
def test_a_samples_code_depends_on_no_other_sample(kind, table):
    encoder = made(kind).fit(table)
    spikes = encoder.transform(table)
    order = np.random.default_rng(1).permutation(len(table))
    assert np.array_equal(encoder.transform(table[order]), spikes[order])
    parts = [encoder.transform(part) for part in np.array_split(table, 7)]
    assert np.array_equal(np.concatenate(parts), spikes)


@pytest.mark.parametrize("kind", SERIES)
def test_a_series_code_depends_on_no_other_sample(kind, unequal):
    encoder = kind().fit(unequal)
    codes = encoder.transform(unequal)
    for k, code in enumerate(codes):
        assert np.array_equal(encoder.transform([unequal[k]])[0], code)
        assert np.array_equal(encoder.transform(unequal[k][None])[0], code)
    for reverse, code in zip(encoder.transform(unequal[::-1]), codes[::-1], strict=True):
        assert np.array_equal(reverse, code)


@pytest.mark.parametrize("kind", RANDOM)
def test_seeds(kind, table):
    first = made(kind, random_state=1).fit(table)
    spikes = first.transform(table)
    assert np.array_equal(first.transform(table), spikes)
    assert np.array_equal(made(kind, random_state=1).fit_transform(table), spikes)
    assert np.array_equal(made(kind, random_state=np.random.SeedSequence(1)).fit_transform(table), spikes)
    assert not np.array_equal(made(kind, random_state=2).fit_transform(table), spikes)
    generators = [made(kind, random_state=np.random.default_rng(3)).fit_transform(table) for _ in range(2)]
    assert np.array_equal(*generators)
    unseeded = made(kind, random_state=None).fit(table)
    assert np.array_equal(unseeded.transform(table), unseeded.transform(table))


@pytest.mark.parametrize("kind", RANDOM)
def test_global_random_state_is_neither_read_nor_moved(kind, table):
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    made(kind).fit_transform(table)
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_minus_zero_is_zero():
    encoder = BernoulliEncoder(value_range=(-1, 1), random_state=0).fit([[0.0]])
    assert np.array_equal(encoder.transform([[0.0]]), encoder.transform([[-0.0]]))


def test_samples_are_independent():
    """Two samples of nearly the same values share no draws: the correlation of their spikes is within noise."""
    n_steps = 20_000
    encoder = BernoulliEncoder(n_steps, max_rate=0.5, value_range=(0, 1), random_state=0)
    spikes = encoder.fit_transform([[1.0, 1.0], [1.0, 1.0 - 1e-9]])
    trains = spikes.transpose(0, 2, 1).reshape(4, n_steps).astype(float)
    off_diagonal = np.corrcoef(trains)[np.triu_indices(4, 1)]
    assert np.abs(off_diagonal).max() < 4.5 / math.sqrt(n_steps)


# Rate codes


@pytest.mark.parametrize(
    ("encoder", "probability"),
    [
        (BernoulliEncoder(20_000, max_rate=0.8, value_range=(0, 2), random_state=0), lambda rate: rate),
        (PoissonEncoder(20_000, max_rate=3.0, value_range=(0, 2), random_state=0), lambda rate: 1 - math.exp(-rate)),
    ],
)
def test_probability_of_a_spike(encoder, probability):
    values = np.array([[0.0, 0.1, 0.5, 1.0, 1.7, 2.0]])
    spikes = encoder.fit_transform(values)[0]
    for train, value in zip(spikes.T, values[0], strict=True):
        p = probability(encoder.max_rate * value / 2)
        assert abs(train.mean() - p) <= 4.5 * math.sqrt(p * (1 - p) / len(train))
        # Steps are independent of each other.
        both = (train[1:] & train[:-1]).mean()
        assert abs(both - p * p) <= 4.5 * math.sqrt(3 * p * p * (1 - p * p) / len(train)) + 1e-12


def test_certain_spikes_and_certain_silence():
    spikes = BernoulliEncoder(1000, max_rate=1.0, value_range=(0, 1), random_state=0).fit_transform([[0.0, 1.0]])
    assert not spikes[0, :, 0].any()
    assert spikes[0, :, 1].all()


def test_random_decoders_are_within_the_standard_error(table):
    n_steps = 2000
    for encoder in (BernoulliEncoder(n_steps, random_state=0), PoissonEncoder(n_steps, random_state=0)):
        decoded = encoder.fit(table).inverse_transform(encoder.transform(table))
        span = np.ptp(table, axis=0)
        # The slope of rate over probability is below e^(1/2) here.
        error = math.sqrt(0.25 / n_steps) / 0.5 * math.exp(0.5)
        assert (np.abs(decoded - table) / span).max() < 4.5 * error


@pytest.mark.parametrize("kind", RATE)
def test_rate_decoders_stay_within_the_range(kind, table):
    encoder = made(kind).fit(table)
    full = encoder.inverse_transform(np.ones((1, 20, 4), dtype=int))
    silent = encoder.inverse_transform(np.zeros((1, 20, 4), dtype=bool))
    np.testing.assert_allclose(full[0], table.max(axis=0))
    np.testing.assert_allclose(silent[0], table.min(axis=0))


@given(st.integers(1, 300), st.floats(0.01, 1.0), st.floats(0, 1))
def test_regular_spikes_are_evenly_spaced(n_steps, max_rate, value):
    encoder = RegularRateEncoder(n_steps, max_rate=max_rate, value_range=(0, 1)).fit([[0.0]])
    spikes = encoder.transform([[value]])
    rate = max_rate * value
    times = np.flatnonzero(spikes[0, :, 0])
    assert len(times) == math.floor(n_steps * rate + 0.5)
    intervals = np.diff(times)
    assert len(intervals) == 0 or np.ptp(intervals) <= 1
    assert abs(encoder.inverse_transform(spikes)[0, 0] - value) <= 0.5 / (n_steps * max_rate) + 1e-9


# Latency and rank


@given(st.integers(2, 200), st.floats(0, 1), st.booleans())
def test_latency_inverts_to_half_a_step(n_steps, value, silent):
    encoder = LatencyEncoder(n_steps, silent_minimum=silent, value_range=(0, 1)).fit([[0.0]])
    spikes = encoder.transform([[value]])
    assert spikes.sum() == (0 if silent and value == 0 else 1)
    assert abs(encoder.inverse_transform(spikes)[0, 0] - value) <= 0.5 / (n_steps - 1) + 1e-12


def test_latency_is_monotonic_and_reads_the_first_spike(table):
    encoder = LatencyEncoder(50).fit(table)
    first = encoder.transform(table).argmax(axis=1)
    for feature in range(4):
        assert (np.diff(first[np.argsort(table[:, feature]), feature]) <= 0).all()
    assert first.min() == 0
    assert first.max() == 49
    more = encoder.transform(table)
    more[:, -1] = 1
    np.testing.assert_array_equal(encoder.inverse_transform(more), encoder.inverse_transform(encoder.transform(table)))


def test_rank_order_against_sorting(table):
    tied = np.round(table)
    encoder = RankOrderEncoder(slot=3).fit(tied)
    spikes = encoder.transform(tied)
    assert spikes.shape == (30, 12, 4)
    assert (spikes.sum(axis=1) == 1).all()
    for sample, code in zip(tied, spikes, strict=True):
        order = sorted(range(4), key=lambda i: (-sample[i], i))
        assert [int(np.flatnonzero(code[:, i])[0]) for i in order] == [0, 3, 6, 9]
    ranks = encoder.inverse_transform(spikes)
    assert (np.sort(ranks, axis=1) == np.arange(4)).all()
    assert np.array_equal(encoder.transform(-ranks), spikes)
    assert np.array_equal(encoder.transform(np.exp(tied)), spikes)
    assert encoder.inverse_transform(np.zeros((1, 12, 4))).tolist() == [[4, 4, 4, 4]]


# Population


def test_population_against_its_equations(table):
    encoder = PopulationEncoder(n_steps=11, n_fields=6, beta=1.2, silent_below=0.2).fit(table)
    spikes = encoder.transform(table)
    low, high = table.min(axis=0), table.max(axis=0)
    activations = encoder.activations(table)
    assert activations.shape == (30, 24)
    for sample, feature, field in itertools.product(range(30), range(4), range(1, 7)):
        # Bohte et al.: in the unit of the values.
        span = high[feature] - low[feature]
        centre = low[feature] + (2 * field - 3) / 2 * span / 4
        width = span / 4 / 1.2
        activation = math.exp(-((table[sample, feature] - centre) ** 2) / (2 * width**2))
        column = feature * 6 + field - 1
        assert activations[sample, column] == pytest.approx(activation)
        expected = [round((1 - activation) * 10)] if activation >= 0.2 else []
        assert np.flatnonzero(spikes[sample, :, column]).tolist() == expected


@pytest.mark.parametrize("n_fields", [3, 8, 20])
def test_population_decodes_within_a_fraction_of_the_spacing(n_fields):
    values = np.linspace(-2, 3, 501)[:, None]
    encoder = PopulationEncoder(n_fields=n_fields).fit(values)
    error = np.abs(encoder.inverse_transform(encoder.transform(values)) - values) / 5
    assert error.max() < 0.15 / (n_fields - 2)


def test_population_without_spikes_decodes_to_nan():
    encoder = PopulationEncoder(n_fields=3, beta=20.0, value_range=(0, 1)).fit([[0.0]])
    assert np.isnan(encoder.inverse_transform(encoder.transform([[0.0]]))).all()


# Scaling


@pytest.mark.parametrize("kind", SCALED)
def test_values_beyond_the_training_range(kind):
    train, beyond = [[0.0, -1.0], [1.0, 1.0]], [[-0.1, 2.0]]
    clipped = made(kind).fit(train)
    if kind in RANDOM:
        assert clipped.transform(beyond)[0, :, 0].sum() == 0
    else:
        assert np.array_equal(clipped.transform(beyond), clipped.transform([[0.0, 1.0]]))
    strict = made(kind, out_of_range="error").fit(train)
    assert np.array_equal(strict.transform(train), clipped.transform(train))
    with pytest.raises(ValueError, match=r"feature 0, \[0, 1\] .*out_of_range='clip'.* Got -0\.1 in sample 0"):
        strict.transform(beyond)


@pytest.mark.parametrize("kind", SCALED)
def test_a_given_range_is_used_and_holds_in_fit_too(kind, table):
    unit = (table - table.min(axis=0)) / np.ptp(table, axis=0)
    given_range = made(kind, value_range=(0, 1)).fit(unit[:2])
    assert np.array_equal(given_range.transform(unit), made(kind).fit(unit).transform(unit))
    with pytest.raises(ValueError, match=r"feature 1, \[0, 1\] .* Got 7"):
        made(kind, value_range=(0, 1), out_of_range="error").fit([[0.5, 7.0]])


@pytest.mark.parametrize("kind", SCALED)
def test_a_feature_that_is_constant_in_training_is_the_lowest(kind):
    encoder = made(kind).fit([[3.0, 0.0], [3.0, 1.0]])
    assert encoder.inverse_transform(encoder.transform([[3.0, 0.0], [9.0, 0.0]]))[:, 0].tolist() == [3.0, 3.0]


# Series


def changes_of(encoder, sample):
    """One sample, one channel at a time, and what the spikes stand for."""
    n_channels = sample.shape[1]
    spikes = np.zeros((len(sample), 2 * n_channels), dtype=np.uint8)
    for c in range(n_channels):
        reference = sample[0, c]
        for t in range(1, len(sample)):
            gap = sample[t, c] - reference
            if abs(gap) >= encoder.threshold_[c]:
                spikes[t, c if gap > 0 else n_channels + c] = 1
                step_forward = isinstance(encoder, StepForwardEncoder)
                reference = reference + math.copysign(encoder.threshold_[c], gap) if step_forward else sample[t, c]
    return spikes


@pytest.mark.parametrize("kind", CHANGE)
def test_changes_against_a_plain_loop(kind, series, unequal):
    encoder = kind(0.3).fit(series)
    assert encoder.threshold_ == pytest.approx(0.3 * series.std(axis=(0, 1)))
    codes = encoder.transform(series)
    assert codes.dtype == np.uint8
    assert codes.shape == (6, 40, 6)
    for sample, code in zip([*series, *unequal], [*codes, *encoder.transform(unequal)], strict=True):
        assert np.array_equal(changes_of(encoder, sample), code)
        assert not (code[:, :3] & code[:, 3:]).any()


@pytest.mark.parametrize("kind", CHANGE)
def test_changes_on_a_grid_of_thresholds_decode_exactly(kind):
    """A signal that moves by -1, 0 or 1 threshold a step: both codes are exact, and equal."""
    rng = np.random.default_rng(0)
    signal = rng.integers(-1, 2, size=(4, 50, 2)).cumsum(axis=1) * 0.25
    encoder = kind([0.25, 0.25], unit="value").fit(signal)
    decoded = encoder.inverse_transform(encoder.transform(signal), start=signal[:, 0])
    np.testing.assert_array_equal(decoded, signal)


def test_step_forward_follows_slow_signals_within_a_threshold(unequal):
    encoder = StepForwardEncoder(0.2, unit="value").fit(unequal)
    slow = [np.clip(np.diff(sample, axis=0, prepend=0), -0.2, 0.2).cumsum(axis=0) for sample in unequal]
    decoded = encoder.inverse_transform(encoder.transform(slow), start=[sample[0] for sample in slow])
    for signal, back in zip(slow, decoded, strict=True):
        assert np.abs(signal - back).max() <= 0.2 + 1e-9


def test_send_on_delta_error_is_a_threshold_and_the_excesses(series):
    encoder = SendOnDeltaEncoder(0.5, unit="value").fit(series)
    spikes = encoder.transform(series)
    decoded = encoder.inverse_transform(spikes, start=series[:, 0])
    fired = spikes[:, :, :3] | spikes[:, :, 3:]
    for sample, channel in itertools.product(range(6), range(3)):
        x = series[sample, :, channel]
        times = np.concatenate([[0], np.flatnonzero(fired[sample, :, channel])])
        excess = np.zeros(40)
        excess[times[1:]] = np.abs(np.diff(x[times])) - 0.5
        assert (np.abs(decoded[sample, :, channel] - x) <= 0.5 + excess.cumsum() + 1e-9).all()


def test_where_the_two_change_codes_differ():
    jump = np.array([[[0.0], [3.0], [3.0], [3.0], [3.0]]])
    step = StepForwardEncoder(1.0, unit="value").fit_transform(jump)[0, :, 0]
    send = SendOnDeltaEncoder(1.0, unit="value").fit_transform(jump)[0, :, 0]
    assert step.tolist() == [0, 1, 1, 1, 0]
    assert send.tolist() == [0, 1, 0, 0, 0]


@pytest.mark.parametrize("kind", CHANGE)
def test_without_a_start_decoding_begins_at_the_training_mean(kind, series):
    encoder = kind().fit(series)
    decoded = encoder.inverse_transform(np.zeros((2, 5, 6)))
    assert decoded == pytest.approx(np.broadcast_to(series[:, 0].mean(axis=0), (2, 5, 3)))


@pytest.mark.parametrize("kind", CHANGE)
def test_a_channel_that_is_constant_in_training_is_silent(kind, series):
    train = series.copy()
    train[:, :, 1] = 0.1
    encoder = kind().fit(train)
    spikes = encoder.transform(series)
    assert not spikes[:, :, [1, 4]].any()
    assert spikes[:, :, [0, 3]].any()
    assert np.isfinite(encoder.inverse_transform(spikes)).all()


# Currents


def test_currents_are_standardised_held_and_decoded(series, unequal):
    encoder = CurrentEncoder(hold=3).fit(series)
    currents = encoder.transform(series)
    assert currents.dtype == np.float32
    assert currents.shape == (6, 120, 3)
    np.testing.assert_allclose(currents.mean(axis=(0, 1)), 0, atol=1e-5)
    np.testing.assert_allclose(currents.std(axis=(0, 1)), 1, rtol=1e-5)
    assert np.array_equal(currents[:, ::3], currents[:, 2::3])
    np.testing.assert_allclose(encoder.inverse_transform(currents), series, rtol=1e-5, atol=1e-5)
    for sample, back in zip(unequal, encoder.inverse_transform(encoder.transform(unequal)), strict=True):
        np.testing.assert_allclose(back, sample, rtol=1e-5, atol=1e-5)
    assert np.array_equal(CurrentEncoder(scale="none").fit_transform(series), series.astype(np.float32))


def test_a_constant_channel_is_shifted_only():
    currents = CurrentEncoder().fit(np.full((2, 3, 1), 0.1)).transform(np.full((1, 1, 1), 1.1))
    assert currents[0, 0, 0] == pytest.approx(1.0)


def test_currents_drive_a_network(series):
    snn = SNN(
        SimulationParams(
            num_neurons=50, num_output_neurons=50, mean_weight=0.05, small_world_graph_k=6, small_world_graph_p=0.2,
            membrane_threshold=1.0, leak_coefficient=0.1, refractory_period=2, seed=0,
        )
    )  # fmt: skip
    snn.set_input_weights(random_input_weights(3, 50, density=0.5, seed=0), random_bias(50, 0.2, seed=0))
    currents = CurrentEncoder(hold=4).fit_transform(series)
    counts = snn.simulate_batch(currents=currents.transpose(0, 2, 1), returns="features")["spike_counts"]
    assert counts.shape == (6, 50)
    assert counts.sum() > 0


# Events


def binned_plainly(sample, n_steps, width, size, d, separate):
    """Counts by one loop over the events, in windows of one width from 0."""
    columns, rows = -(-size[0] // d), -(-size[1] // d)
    counts = np.zeros((n_steps, 2 if separate else 1, rows, columns), dtype=int)
    for t, x, y, polarity in sample.tolist():
        if t // width < n_steps:
            counts[t // width, polarity if separate else 0, y // d, x // d] += 1
    return counts.reshape(n_steps, -1)


@pytest.mark.parametrize("polarity", ["separate", "merged"])
@pytest.mark.parametrize("downsample", [1, 4, 34, 300])
def test_events_against_a_plain_loop(polarity, downsample):
    rng = np.random.default_rng(0)
    samples = [random_events(rng, n) for n in (200, 0, 1, 50)]
    more = {"downsample": downsample, "polarity": polarity, "output": "counts"}
    fixed = EventBinner((34, 34), n_bins=10, bin_width=20_000, **more).fit(samples)
    binned = fixed.transform(samples)
    assert binned.dtype == np.int32
    assert binned.shape == (4, 10, len(fixed.get_feature_names_out()))
    free = EventBinner((34, 34), bin_width=20_000, **more).fit_transform(samples)
    for sample, window, whole in zip(samples, binned, free, strict=True):
        size = (34, 34), downsample, polarity == "separate"
        assert np.array_equal(window, binned_plainly(sample, 10, 20_000, *size))
        n_steps = sample["t"].max() // 20_000 + 1 if len(sample) else 1
        assert np.array_equal(whole, binned_plainly(sample, n_steps, 20_000, *size))
        assert whole.sum() == len(sample)
    spikes = clone(fixed).set_params(output="spikes").fit_transform(samples)
    assert spikes.dtype == np.uint8
    assert np.array_equal(spikes, binned > 0)


def test_order_of_events_does_not_matter():
    rng = np.random.default_rng(0)
    sample = random_events(rng, 300)
    for more in ({"n_bins": 7}, {"bin_width": 999.5}, {"n_bins": 5, "bin_width": 10_000, "origin": "first"}):
        binner = EventBinner((34, 34), output="counts", **more)
        assert np.array_equal(binner.fit_transform([sample])[0], binner.fit_transform([rng.permutation(sample)])[0])


def test_bins_of_a_samples_own_span():
    sample = events((10, 0, 0, 1), (19, 0, 0, 1), (20, 0, 0, 1), (40, 0, 0, 1))
    merged = {"polarity": "merged", "output": "counts"}
    from_zero = EventBinner((1, 1), n_bins=4, **merged).fit_transform([sample])
    assert from_zero[0, :, 0].tolist() == [0, 2, 1, 1]
    from_first = EventBinner((1, 1), n_bins=3, origin="first", **merged).fit_transform([sample])
    assert from_first[0, :, 0].tolist() == [2, 1, 1]
    instant = EventBinner((1, 1), n_bins=3, origin="first", **merged).fit_transform([sample[:1]])
    assert instant[0, :, 0].tolist() == [1, 0, 0]


def test_absolute_times_with_their_own_origin():
    sample = events((10**15, 1, 0, 1), (10**15 + 25, 0, 0, 0))
    binned = EventBinner((2, 1), bin_width=10, origin="first", polarity="merged").fit_transform([sample])
    assert binned[0].tolist() == [[0, 1], [0, 0], [1, 0]]
    with pytest.raises(ValueError, match=r"bin_width .* fewer than 2\^31 bins"):
        EventBinner((2, 1), bin_width=10).fit_transform([sample])


def test_events_after_the_window():
    sample = events((0, 0, 0, 0), (10, 0, 0, 0))
    window = {"n_bins": 2, "bin_width": 5, "output": "counts"}
    assert EventBinner((1, 1), **window).fit_transform([sample]).sum() == 1
    with pytest.raises(ValueError, match=r"X\[0\]\['t'\] must lie within 2 bins of 5 .* Got an event 10 from it"):
        EventBinner((1, 1), out_of_range="error", **window).fit_transform([sample])


def test_merged_polarity_needs_no_polarity_field():
    sample = np.array([(1.5, 3, 2)], dtype=[("t", "f4"), ("x", "i2"), ("y", "i2")])
    assert EventBinner((4, 4), n_bins=1, polarity="merged").fit_transform([sample])[0, 0].argmax() == 2 * 4 + 3
    with pytest.raises(TypeError, match=r"X\[0\] must be a 1-D structured array with the fields t, x, y, polarity"):
        EventBinner((4, 4), n_bins=1).fit([sample])


# Input weights


@pytest.mark.parametrize(
    ("distribution", "variance", "bound"), [("uniform", 4 / 3, 2.0), ("normal", 4.0, np.inf), ("signs", 4.0, 2.0)]
)
def test_input_weights(distribution, variance, bound):
    n_channels, n_neurons, density = 40, 5000, 0.3
    weights = random_input_weights(
        n_channels, n_neurons, density=density, scaling=2.0, distribution=distribution, seed=0
    )
    assert weights.format == "csr"
    assert weights.dtype == np.float32
    assert weights.shape == (n_channels, n_neurons)
    assert weights.has_canonical_format
    pairs = n_channels * n_neurons
    assert abs(weights.nnz - density * pairs) < 4.5 * math.sqrt(density * (1 - density) * pairs)
    # Channels differ in their number of targets as independent connections do.
    out_degree = np.diff(weights.indptr)
    assert 0.4 < out_degree.var() / (n_neurons * density * (1 - density)) < 2
    in_degree = np.bincount(weights.indices, minlength=n_neurons)
    assert in_degree.var() == pytest.approx(n_channels * density * (1 - density), rel=0.15)
    data = weights.data.astype(float)
    assert np.abs(data).max() <= bound
    assert abs(data.mean()) < 4.5 * math.sqrt(variance / data.size)
    assert data.var() == pytest.approx(variance, rel=0.05)


def test_input_weights_at_the_ends_of_density():
    assert random_input_weights(3, 4, density=0, seed=0).nnz == 0
    assert random_input_weights(3, 4, density=1, seed=0).nnz == 12


def test_seeds_of_weights_and_biases():
    first = random_input_weights(5, 60, seed=1)
    assert (first != random_input_weights(5, 60, seed=np.random.SeedSequence(1))).nnz == 0
    assert (first != random_input_weights(5, 60, seed=2)).nnz > 0
    bias = random_bias(1000, 0.5, seed=1)
    assert bias.dtype == np.float32
    assert np.array_equal(bias, random_bias(1000, 0.5, seed=1))
    assert not np.array_equal(bias, random_bias(1000, 0.5, seed=2))
    assert np.abs(bias).max() <= 0.5
    assert abs(bias.mean()) < 4.5 * 0.5 / math.sqrt(3 * 1000)
    dense = random_input_weights(1, 1000, density=1, seed=1).toarray()[0]
    assert abs(np.corrcoef(dense, bias)[0, 1]) < 4.5 / math.sqrt(1000)


# Refusals


@pytest.mark.parametrize("kind", TABLE)
def test_bad_tables(kind, table):
    encoder = made(kind).fit(table)
    for bad in (np.nan, np.inf, -np.inf, 1e300):
        wrong = table.copy()
        wrong[3, 1] = bad
        for call in (encoder.transform, made(kind).fit):
            with pytest.raises(ValueError, match=r"X (contains|must be finite)"):
                call(wrong)
    for shape in ((4,), (3, 2, 4), (0, 4), (3, 0), (3, 5)):
        with pytest.raises(ValueError):
            encoder.transform(np.zeros(shape))


@pytest.mark.parametrize("kind", TABLE)
def test_bad_spikes_to_decode(kind, table):
    encoder = made(kind).fit(table)
    spikes = encoder.transform(table)
    for wrong in (spikes[:, 1:], spikes[:, :, 1:], spikes[0]):
        with pytest.raises(ValueError, match="X must be"):
            encoder.inverse_transform(wrong)
    with pytest.raises(ValueError, match=r"X must hold only 0 and 1. Got .*2.* instead"):
        encoder.inverse_transform(spikes * 2)


@pytest.mark.parametrize("kind", SERIES)
def test_bad_series(kind, series):
    encoder = kind().fit(series)
    for bad in (np.nan, np.inf, 1e300):
        wrong = series.copy()
        wrong[2, 5, 1] = bad
        for call in (encoder.transform, kind().fit):
            with pytest.raises(ValueError, match=r"X must be finite in float32. Got"):
                call(wrong)
    for shape in ((3,), (3, 2), (3, 2, 3, 1), (0, 4, 3), (2, 0, 3), (2, 4, 0), (2, 4, 5)):
        with pytest.raises(ValueError, match=r"X.* must"):
            encoder.transform(np.zeros(shape))
    for wrong in ([], [np.zeros((3, 3)), np.zeros((3, 2))], [np.zeros((0, 3))], [np.zeros(3)], [[[1.0, 2.0], [3.0]]]):
        with pytest.raises(ValueError, match=r"X.* must"):
            encoder.transform(wrong)
    for wrong in (None, 3.0, "abc", [np.full((3, 3), "a")]):
        with pytest.raises(TypeError, match=r"X.* must"):
            encoder.transform(wrong)
    with pytest.raises(ValueError, match=r"X\[1\] must have at least one step and 3 channels, as the first sample"):
        kind().fit([np.zeros((3, 3)), np.zeros((3, 2))])


def test_bad_codes_of_series_to_decode(series):
    changes = StepForwardEncoder().fit(series)
    with pytest.raises(ValueError, match=r"X must hold only 0 and 1. Got 0.5"):
        changes.inverse_transform(np.full((1, 2, 6), 0.5))
    with pytest.raises(ValueError, match="6 channels, as in fit"):
        changes.inverse_transform(np.zeros((1, 2, 3)))
    with pytest.raises(ValueError, match=r"start must be of shape \(1, 3\). Got \(3, 1\)"):
        changes.inverse_transform(np.zeros((1, 2, 6)), start=np.zeros((3, 1)))
    with pytest.raises(ValueError, match="start must be finite"):
        changes.inverse_transform(np.zeros((1, 2, 6)), start=np.full((1, 3), np.nan))
    with pytest.raises(ValueError, match=r"multiple of hold=3 steps in each sample. Got 4"):
        CurrentEncoder(hold=3).fit(series).inverse_transform(np.zeros((1, 4, 3)))


@pytest.mark.parametrize(
    ("kind", "argument", "value", "rule"),
    [
        *[(kind, "n_steps", value, "an integer >=") for kind in SCALED for value in (0, -1, 2.0, True, None)],
        *[
            (kind, "max_rate", value, "a finite number and > 0")
            for kind in RATE
            for value in (0, -1.0, np.nan, "1", True)
        ],
        *[(kind, "max_rate", 1.5, "<= 1") for kind in (BernoulliEncoder, RegularRateEncoder)],
        *[(kind, "random_state", value, "an integer >= 0") for kind in RANDOM for value in (-1, 0.5, "a", True)],
        *[(kind, "out_of_range", value, "one of 'clip', 'error'") for kind in SCALED for value in ("drop", None)],
        *[
            (kind, "value_range", value, "")
            for kind in SCALED
            for value in ("max", 3, (1,), (0, np.inf), (1, 1), (2, 1))
        ],
        (LatencyEncoder, "n_steps", 1, "an integer >= 2"),
        (LatencyEncoder, "silent_minimum", 1, "True or False"),
        (RankOrderEncoder, "slot", 0, "an integer >= 1"),
        (PopulationEncoder, "n_steps", 1, "an integer >= 2"),
        (PopulationEncoder, "n_fields", 2, "an integer >= 3"),
        (PopulationEncoder, "beta", 0.0, "a finite number and > 0"),
        (PopulationEncoder, "silent_below", 1.0, "a finite number and >= 0 and < 1"),
    ],
)
def test_bad_parameters_of_table_encoders(kind, argument, value, rule, table):
    encoder = made(kind, **{argument: value})
    with pytest.raises((TypeError, ValueError), match=rf"^{argument}.* must be .*{rule}.*Got .* instead"):
        encoder.fit(table)


@pytest.mark.parametrize(
    ("kind", "argument", "value"),
    [
        *[(kind, "threshold", value) for kind in CHANGE for value in
          (0, -1.0, np.nan, "a", None, True, [1.0, 2.0], [1.0, 2.0, 0.0], [[1.0] * 3], [True] * 3, [1, [2]])],
        *[(kind, "unit", value) for kind in CHANGE for value in ("volts", None)],
        *[(CurrentEncoder, "hold", value) for value in (0, 1.5, True)],
        *[(CurrentEncoder, "scale", value) for value in ("minmax", None, 1)],
    ],
)  # fmt: skip
def test_bad_parameters_of_series_encoders(kind, argument, value, series):
    with pytest.raises((TypeError, ValueError), match=rf"^{argument} must .*Got .* instead"):
        kind(**{argument: value}).fit(series)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        *[("sensor_size", value) for value in (34, (34,), (0, 34), (34.0, 34), "ab")],
        *[("n_bins", value) for value in (0, 1.5, True, None)],
        *[("bin_width", value) for value in (0, -1, np.nan, "a")],
        *[("downsample", value) for value in (0, 1.5)],
        *[(name, "x") for name in ("origin", "polarity", "output", "out_of_range")],
    ],
)
def test_bad_parameters_of_the_event_binner(argument, value):
    settings = {"sensor_size": (34, 34), "n_bins": 3} | {argument: value}
    with pytest.raises((TypeError, ValueError), match=rf"^{argument}.* must be .*Got .* instead"):
        EventBinner(**settings).fit([events()])


@pytest.mark.parametrize(
    ("field", "dtype", "value", "error"),
    [
        ("x", "i4", 34, ValueError), ("x", "i4", -1, ValueError), ("y", "i4", 34, ValueError),
        ("polarity", "i4", -1, ValueError), ("polarity", "i4", 2, ValueError), ("t", "f8", np.nan, ValueError),
        ("t", "f8", np.inf, ValueError), ("t", "i8", -1, ValueError), ("x", "f8", 1.0, TypeError),
        ("t", "U3", "now", TypeError),
    ],
)  # fmt: skip
def test_bad_events(field, dtype, value, error):
    kinds = {"t": "i8", "x": "i4", "y": "i4", "polarity": "i4"} | {field: dtype}
    sample = np.zeros(2, dtype=list(kinds.items()))
    sample[field][1] = value
    binner = EventBinner((34, 34), n_bins=3)
    with pytest.raises(error, match=rf"X\[1\]\['{field}'\] must .*Got .* instead"):
        binner.fit([events(), sample])


@pytest.mark.parametrize(
    "samples", [None, [], events(), [np.zeros((2, 4))], [[(1, 2, 3, 0)]], [np.zeros((2, 2), EVENTS)]]
)
def test_what_is_no_list_of_events(samples):
    with pytest.raises((TypeError, ValueError), match=r"^X.* must be"):
        EventBinner((34, 34), n_bins=3).fit(samples)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        *[("n_channels", value) for value in (0, 1.5)],
        *[("n_neurons", value) for value in (0, True)],
        *[("density", value) for value in (-0.1, 1.1, np.nan)],
        *[("scaling", value) for value in (0, -1, np.inf)],
        *[("distribution", value) for value in ("laplace", None)],
        *[("seed", value) for value in (-1, "a", 0.5)],
    ],
)
def test_bad_arguments_of_input_weights(argument, value):
    with pytest.raises((TypeError, ValueError), match=rf"^{argument} must be .*Got .* instead"):
        random_input_weights(**({"n_channels": 3, "n_neurons": 10} | {argument: value}))
    if argument in ("n_neurons", "seed"):
        with pytest.raises((TypeError, ValueError), match=rf"^{argument} must be"):
            random_bias(**({"n_neurons": 10} | {argument: value}))


def test_weights_that_leave_float32_are_refused():
    with pytest.raises(ValueError, match="scaling times each draw must be finite in float32"):
        random_input_weights(10, 100, density=1, scaling=3e38, distribution="normal", seed=0)
