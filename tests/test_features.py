"""Every feature against an oracle that goes through one dense train at a time."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from snnres import SNN, Recording, SimulationParams, SpikeTrains, features

NAN = float("nan")
# Package and oracle add up the same few hundred doubles in another order or by another formula.
CLOSE = {"rtol": 1e-9, "atol": 1e-10}


def dense_trains(seed):
    """A matrix whose columns are silent, full, of one or two spikes, of ends only, random, regular and bursty."""
    rng = np.random.default_rng(seed)
    n_steps = int(rng.integers(2, 70))
    columns = [np.zeros(n_steps), np.ones(n_steps)]
    for count in (1, 1, 2, 2, 3):
        column = np.zeros(n_steps)
        column[rng.permutation(n_steps)[:count]] = 1
        columns.append(column)
    for index in (0, -1, [0, -1]):
        column = np.zeros(n_steps)
        column[index] = 1
        columns.append(column)
    columns += [rng.random(n_steps) < rate for rate in (0.05, 0.2, 0.5, 0.9)]
    columns += [np.arange(n_steps) % period == 0 for period in (2, 3, 7)]
    columns.append(np.arange(n_steps) % 9 < 3)
    return np.array(columns).T.astype(np.uint8)


def runs(times, max_isi):
    bursts, last = 0, None
    for t in times:
        bursts += last is None or t - last > max_isi
        last = t
    return bursts


def pairs_of(isi):
    return list(itertools.pairwise(isi))


def binned(times, n_steps, n_bins):
    counts = [0] * n_bins
    for t in times:
        counts[t * n_bins // n_steps] += 1
    return counts


def autocorrelation(train):
    m = train - train.mean()
    return (m[:-1] * m[1:]).sum() / (m**2).sum()


def burstiness(isi):
    return (isi.std() - isi.mean()) / (isi.std() + isi.mean())


def symmetry(times, n_steps):
    early = sum(t < n_steps / 2 for t in times)
    late = len(times) - early
    return 1 - abs(early - late) / (early + late)


def oracle(train, name, missing=None, n_bins=10, max_isi=1):
    """The feature of one 0/1 train by its definition; ``missing`` None is the default of the definition's table."""
    n_steps = len(train)
    times = np.flatnonzero(train)
    count = len(times)
    isi = np.diff(times).astype(float)
    minus_one = -1.0 if missing is None else missing
    zero = 0.0 if missing is None else missing
    shape = zero if missing is not None and math.isnan(missing) else 0.0
    train = train.astype(float)
    definitions = {
        "spike_counts": (True, None, train.sum),
        "spike_variances": (True, None, train.var),
        "spike_rates": (True, None, lambda: train.sum() / n_steps),
        "mean_spike_times": (count > 0, minus_one, times.mean),
        "first_spike_times": (count > 0, minus_one, lambda: times[0]),
        "last_spike_times": (count > 0, minus_one, lambda: times[-1]),
        "mean_isi": (count > 1, minus_one, isi.mean),
        "isi_variances": (count > 1, minus_one, isi.var),
        "burst_counts": (True, None, lambda: runs(times, max_isi)),
        "spike_entropy": (count > 0, minus_one, lambda: stats.entropy(binned(times, n_steps, n_bins), base=2)),
        "autocorrelation_first_lag": (0 < count < n_steps, zero, lambda: autocorrelation(train)),
        "burstiness": (count > 2, zero, lambda: burstiness(isi)),
        "spike_symmetry": (count > 0, minus_one, lambda: symmetry(times, n_steps)),
        "histogram_mean": (count > 0, minus_one, times.mean),
        "histogram_skewness": (
            count > 0,
            minus_one,
            lambda: stats.skew(times) if count > 1 else shape,
        ),
        "histogram_kurtosis": (
            count > 0,
            minus_one,
            lambda: stats.kurtosis(times) if count > 1 else shape,
        ),
        "isi_cv": (count > 2, zero, lambda: stats.variation(isi)),
        "isi_cv2": (count > 2, zero, lambda: np.mean([2 * abs(b - a) / (b + a) for a, b in pairs_of(isi)])),
        "isi_lv": (count > 2, zero, lambda: np.mean([3 * (b - a) ** 2 / (b + a) ** 2 for a, b in pairs_of(isi)])),
        "fano_factor": (
            count > 0,
            zero,
            lambda: np.var(binned(times, n_steps, n_bins)) / np.mean(binned(times, n_steps, n_bins)),
        ),
    }
    defined, default, value = definitions[name]
    return value() if defined else default


EXTRACTED = (
    "spike_counts",
    "spike_variances",
    "mean_spike_times",
    "first_spike_times",
    "last_spike_times",
    "mean_isi",
    "isi_variances",
    "burst_counts",
    "spike_rates",
    "spike_entropy",
    "autocorrelation_first_lag",
    "burstiness",
    "spike_symmetry",
    "histogram_mean",
    "histogram_skewness",
    "histogram_kurtosis",
)
BEYOND = ("isi_cv", "isi_cv2", "isi_lv", "fano_factor")


def all_features(spikes, **options):
    """Every feature, those outside of ``extract_features`` too."""
    missing = {name: options[name] for name in ("missing",) if name in options}
    bins = {name: options[name] for name in ("n_bins",) if name in options}
    return features.extract_features(spikes, **options) | {
        "isi_cv": features.isi_cv(spikes, **missing),
        "isi_cv2": features.isi_cv2(spikes, **missing),
        "isi_lv": features.isi_lv(spikes, **missing),
        "fano_factor": features.fano_factor(spikes, **missing, **bins),
    }


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    "options",
    [{}, {"missing": NAN}, {"missing": -7.0}, {"n_bins": 3, "max_isi": 2}, {"n_bins": 100, "max_isi": 6}],
)
def test_every_feature_by_its_definition(seed, options):
    dense = dense_trains(seed)
    found = all_features(dense, **options)
    assert set(found) == {*EXTRACTED, *BEYOND}
    for name, values in found.items():
        expected = np.array([oracle(train, name, **options) for train in dense.T], dtype=float)
        np.testing.assert_allclose(values, expected, **CLOSE, err_msg=name)


def test_what_is_extracted_is_the_caller_s_to_change():
    dense = dense_trains(0)
    trains = Recording.from_dense(dense).trains()
    expected, found = (features.extract_features(trains) for _ in range(2))
    for name in found:
        found[name][:] = 99
        for other in list(found)[list(found).index(name) + 1 :]:
            np.testing.assert_array_equal(found[other], expected[other])
    same(features.extract_features(dense), expected)


def test_the_reference_s_eight_come_first():
    assert tuple(features.extract_features(dense_trains(0))) == EXTRACTED


@pytest.mark.parametrize("name", [name for name in (*EXTRACTED, *BEYOND) if not name.startswith("histogram")])
def test_each_function_alone_is_what_is_extracted(name):
    dense = dense_trains(3)
    np.testing.assert_array_equal(getattr(features, name)(dense), all_features(dense)[name])


def test_histogram_moments_alone():
    dense = dense_trains(3)
    moments = features.spike_histogram_moments(dense)
    assert list(moments) == ["mean", "skewness", "kurtosis"]
    for name, values in moments.items():
        np.testing.assert_array_equal(values, features.extract_features(dense)[f"histogram_{name}"])


def test_the_table_of_what_is_undefined():
    """The three trains of no, one and two spikes, value by value from the specification."""
    dense = np.zeros((20, 3), dtype=np.uint8)
    dense[4, 1] = dense[[4, 9], 2] = 1
    found = all_features(dense)
    table = {
        "mean_spike_times": [-1, 4, 6.5],
        "first_spike_times": [-1, 4, 4],
        "last_spike_times": [-1, 4, 9],
        "mean_isi": [-1, -1, 5],
        "isi_variances": [-1, -1, 0],
        "spike_entropy": [-1, 0, 1],
        "burstiness": [0, 0, 0],
        "spike_symmetry": [-1, 0, 0],
        "histogram_mean": [-1, 4, 6.5],
        "histogram_skewness": [-1, 0, 0],
        # Two points are as flat as can be: kurtosis 1, in excess -2.
        "histogram_kurtosis": [-1, 0, -2],
        "isi_cv": [0, 0, 0],
        "isi_cv2": [0, 0, 0],
        "isi_lv": [0, 0, 0],
        "burst_counts": [0, 1, 2],
    }
    for name, expected in table.items():
        assert found[name].tolist() == expected, name
    assert found["autocorrelation_first_lag"][0] == 0
    assert features.autocorrelation_first_lag(np.ones((9, 1)))[0] == 0


def test_nan_on_request_is_nan_exactly_where_undefined():
    dense = np.zeros((20, 3), dtype=np.uint8)
    dense[4, 1] = dense[[4, 9], 2] = 1
    found = all_features(dense, missing=NAN)
    undefined = {name: np.isnan(values).tolist() for name, values in found.items()}
    silent, under_two, under_three = [True, False, False], [True, True, False], [True, True, True]
    assert undefined == {
        "spike_counts": [False] * 3,
        "spike_variances": [False] * 3,
        "spike_rates": [False] * 3,
        "burst_counts": [False] * 3,
        "mean_spike_times": silent,
        "first_spike_times": silent,
        "last_spike_times": silent,
        "mean_isi": under_two,
        "isi_variances": under_two,
        "spike_entropy": silent,
        "autocorrelation_first_lag": silent,
        "burstiness": under_three,
        "spike_symmetry": silent,
        "histogram_mean": silent,
        "histogram_skewness": under_two,
        "histogram_kurtosis": under_two,
        "isi_cv": under_three,
        "isi_cv2": under_three,
        "isi_lv": under_three,
        "fano_factor": silent,
    }


def test_counts_and_steps_are_whole_numbers():
    found = features.extract_features(dense_trains(1))
    for name in ("spike_counts", "first_spike_times", "last_spike_times", "burst_counts"):
        assert found[name].dtype == np.int64
    assert features.first_spike_times(dense_trains(1), missing=-0.5).dtype == np.float64


@pytest.mark.parametrize("period", [2, 3, 5])
def test_regular_trains(period):
    dense = np.zeros((60, 1), dtype=np.uint8)
    dense[::period] = 1
    found = all_features(dense)
    assert found["mean_isi"][0] == period
    for name in ("isi_variances", "isi_cv", "isi_cv2", "isi_lv"):
        assert found[name][0] == 0
    assert found["burstiness"][0] == -1
    # Skewness of an evenly spaced set vanishes; its excess kurtosis is -6 (n^2 + 1) / (5 (n^2 - 1)).
    n = 60 // period
    assert found["histogram_skewness"][0] == pytest.approx(0, abs=1e-12)
    assert found["histogram_kurtosis"][0] == pytest.approx(-6 * (n * n + 1) / (5 * (n * n - 1)), rel=1e-12)


def test_entropy_of_an_even_train_is_the_logarithm_of_the_bins():
    assert features.spike_entropy(np.ones((80, 1)), n_bins=16)[0] == 4
    assert features.spike_entropy(np.ones((10, 1)))[0] == pytest.approx(math.log2(10), rel=1e-15)


def test_irregular_trains_of_known_limits():
    """For geometric intervals CV is sqrt(1 - p) and the Fano factor 1 - p."""
    p, n_steps, n_trains = 0.1, 4000, 200
    dense = np.random.default_rng(0).random((n_steps, n_trains)) < p
    # 5 standard errors of the mean over the trains, and a bias of each train's estimate in the order of 1 / spikes.
    for name, limit in (("isi_cv", math.sqrt(1 - p)), ("spike_rates", p)):
        values = all_features(dense)[name]
        assert abs(values.mean() - limit) < 5 * values.std() / math.sqrt(n_trains) + 1 / (p * n_steps)
    fano = features.fano_factor(dense, n_bins=40)
    # A variance with ddof 0 over 40 bins is low by 1 in 40.
    assert abs(fano.mean() - (1 - p) * 39 / 40) < 5 * fano.std() / math.sqrt(n_trains)


def test_binned_counts():
    dense = dense_trains(5)
    counts = features.binned_counts(dense, n_bins=7)
    assert counts.shape == (dense.shape[1], 7)
    expected = [binned(np.flatnonzero(train), len(train), 7) for train in dense.T]
    np.testing.assert_array_equal(counts, expected)


@pytest.mark.parametrize("n_steps", [2**62, 2**63 - 1])
def test_bins_of_runs_longer_than_any(n_steps):
    """No product of steps and bins fits in 64 bits."""
    edges = [n_steps * b // 7 + 1 for b in range(7)]
    trains = SpikeTrains([0, 7], edges, n_steps)
    assert features.binned_counts(trains, n_bins=7).tolist() == [[1] * 7]
    assert features.final_traces(SpikeTrains([0, 2], [0, n_steps - 1], n_steps)).tolist() == [[1, 1]]


def test_counts_at_several_scales_by_hand():
    """Of 7 steps the halves begin at 0 and 4, the quarters at 0, 2, 4 and 6."""
    dense = np.array([[1, 1, 0, 1, 1, 0, 1], [0, 0, 0, 0, 0, 1, 0]]).T
    assert features.multiscale_counts(dense, scales=(1, 2, 4)).tolist() == [
        [5, 3, 2, 2, 1, 1, 1],
        [1, 0, 1, 0, 0, 1, 0],
    ]
    assert features.multiscale_counts(dense, scales=(4, 1)).tolist() == [[2, 1, 1, 1, 5], [0, 0, 1, 0, 1]]
    assert features.multiscale_counts(dense).shape == (2, 1 + 2 + 4 + 8)


@pytest.mark.parametrize("scales", [(1, 2, 4, 8), (8, 3, 1, 6, 2), (5, 7), [10], (4, 12, 6, 9)])
@given(dense=hnp.arrays(np.uint8, st.tuples(st.integers(0, 60), st.integers(0, 4)), elements=st.integers(0, 1)))
def test_counts_at_several_scales_are_the_counts_at_each(scales, dense):
    """Whether a scale divides another or none, and the steps are a multiple of them or fewer."""
    counts = features.multiscale_counts(dense, scales=scales)
    assert counts.dtype == np.int64
    expected = [[c for n in scales for c in binned(np.flatnonzero(train), len(train), n)] for train in dense.T]
    np.testing.assert_array_equal(counts, np.reshape(expected, (dense.shape[1], sum(scales))))


def trace(times, step, tau):
    """What spikes up to a step have left at its end."""
    return sum(math.exp((t - step) / tau) for t in times if t <= step)


@pytest.mark.parametrize("n_steps", [1, 3, 50, 6000])
@pytest.mark.parametrize("n_points", [1, 4, 10])
def test_traces_by_their_definition(n_steps, n_points):
    """Also of spikes longer ago than the factors that are looked up."""
    rng = np.random.default_rng(n_steps)
    dense = rng.random((n_steps, 5)) < [0, 0.01, 0.1, 0.5, 1]
    ends = [math.ceil((j + 1) * n_steps / n_points) - 1 for j in range(n_points)]
    trains = [np.flatnonzero(train).tolist() for train in dense.T]
    for tau in (0.05, 4.0, 2000.0):
        found = features.filtered_traces(dense, tau=tau, n_points=n_points)
        expected = [[trace(times, end, tau) for end in ends] for times in trains]
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)


def test_last_traces_by_hand():
    dense = np.array([[1, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]]).T
    half = 1 / math.log(2)
    found = features.final_traces(dense, taus=(half, 2 * half))
    np.testing.assert_allclose(found, [[1 + 1 / 8, 1 + 8**-0.5], [0, 0], [1 / 4, 1 / 2]], rtol=1e-15)


def test_last_traces_are_the_last_of_the_traces_in_time():
    dense = dense_trains(4)
    taus = (7.5, 0.3, 200.0)
    found = features.final_traces(dense, taus=taus)
    for tau, column in zip(taus, found.T, strict=True):
        np.testing.assert_array_equal(column, features.filtered_traces(dense, tau=tau, n_points=1)[:, 0])


def test_several_values_of_trains_of_different_lengths():
    lengths = np.array([30, 7, 0, 5000, 7])
    rng = np.random.default_rng(3)
    parts = [np.flatnonzero(rng.random(n) < 0.3) for n in lengths]
    trains = SpikeTrains(np.cumsum([0, *map(len, parts)]), np.concatenate(parts), lengths)
    for function in (features.multiscale_counts, features.final_traces, features.filtered_traces):
        together = function(trains)
        for row, times, n_steps in zip(together, parts, lengths, strict=True):
            np.testing.assert_array_equal(row, function(SpikeTrains([0, len(times)], times, int(n_steps)))[0])


def test_last_traces_are_those_that_the_network_keeps():
    snn = network()
    snn.reset()
    snn.simulate(trace_tau=12.0)
    found = features.final_traces(snn.recording, taus=(12.0,))[:, 0]
    assert (found > 0).any()
    np.testing.assert_allclose(found, snn.get_trace(), rtol=1e-5)


@pytest.mark.parametrize("name", features.FEATURES)
def test_each_value_has_a_name(name):
    options = features.FeatureOptions(n_bins=3, scales=(5, 2), final_taus=(4, 0.5, 4.0000001))
    values = features.FEATURES[name](dense_trains(2), options)
    names = features.value_names(name, options)
    assert len(names) == len(set(names)) == values[0].size
    assert (names == [""]) == (values[0].size == 1)


def test_options_reach_what_has_several_values():
    options = features.FeatureOptions(scales=[np.int8(3), 2], final_taus=[np.float32(9)])
    assert options == features.FeatureOptions(scales=(3, 2), final_taus=(9.0,))
    assert features.value_names("multiscale_counts", options) == [
        "bins3_t0",
        "bins3_t1",
        "bins3_t2",
        "bins2_t0",
        "bins2_t1",
    ]
    assert features.value_names("final_traces", options) == ["tau9.0"]


SEVERAL = [
    ("scales", lambda value: features.multiscale_counts(dense_trains(0), scales=value)),
    ("scales", lambda value: features.FeatureOptions(scales=value)),
    ("taus", lambda value: features.final_traces(dense_trains(0), taus=value)),
    ("final_taus", lambda value: features.FeatureOptions(final_taus=value)),
]


@pytest.mark.parametrize(("name", "call"), SEVERAL)
@pytest.mark.parametrize(
    ("bad", "error", "rule"),
    [
        (4, TypeError, "a tuple of numbers. Got 4"),
        ("12", TypeError, "a tuple of numbers. Got '12'"),
        ({1, 2}, TypeError, "a tuple of numbers"),
        (np.array([1, 2]), TypeError, "a tuple of numbers"),
        ((), ValueError, "a tuple of at least one number"),
        ((2, 1, 2), ValueError, "without repeats"),
    ],
)
def test_several_options_are_a_tuple_of_different_numbers(name, call, bad, error, rule):
    with pytest.raises(error, match=f"^{name} must be {rule}"):
        call(bad)


@pytest.mark.parametrize(("name", "call"), SEVERAL)
@pytest.mark.parametrize("bad", [0, -1, None, "3", True, NAN, [2], 2**1100])
def test_each_of_several_options_is_checked(name, call, bad):
    with pytest.raises((TypeError, ValueError), match=rf"^{name}\[1\] must be .* Got .* instead"):
        call((1, bad))


def test_scales_are_whole_and_counted_over_all_trains():
    with pytest.raises(TypeError, match=r"scales\[0\] must be an integer"):
        features.multiscale_counts(dense_trains(0), scales=(2.0,))
    with pytest.raises(ValueError, match=r"scales must be such that 3 trains have fewer than 2\^31 values. Got \(5"):
        features.multiscale_counts(np.eye(3), scales=(2**29, 2**28))
    with pytest.raises(ValueError, match="scales must be such that a train has fewer"):
        features.FeatureOptions(scales=(2**30, 2**30 + 1))


def test_names_of_values_are_of_one_feature():
    with pytest.raises(ValueError, match="name must be of"):
        features.value_names("nonsense")
    with pytest.raises(TypeError, match="options must be a FeatureOptions"):
        features.value_names("spike_counts", 3)


def test_a_spike_in_the_middle_step_belongs_to_the_later_half_only_from_half_on():
    """Of 5 steps the third, at 2 < 2.5, is early; of 4 the third, at 2, is late."""
    odd, even = np.zeros((5, 1)), np.zeros((4, 1))
    odd[[2, 3]] = even[[2, 3]] = 1
    assert features.spike_symmetry(odd)[0] == 1
    assert features.spike_symmetry(even)[0] == 0


def same(first, second):
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)
        assert first[name].dtype == second[name].dtype


@pytest.mark.parametrize("seed", range(3))
def test_recording_trains_and_matrix_give_the_same(seed):
    dense = dense_trains(seed)
    expected = all_features(dense)
    recording = Recording.from_dense(dense)
    for spikes in (recording, recording.trains(), dense.astype(bool), dense.astype(float), dense.tolist()):
        same(all_features(spikes), expected)


def test_trains_of_different_lengths():
    """Each train counts its own steps: as if it stood alone in a run of that length."""
    lengths = [30, 7, 100, 7, 1]
    rng = np.random.default_rng(2)
    parts = [np.flatnonzero(rng.random(n) < 0.4) for n in lengths]
    parts[3] = parts[3][:0]
    indptr = np.cumsum([0, *map(len, parts)])
    trains = SpikeTrains(indptr, np.concatenate(parts), np.array(lengths))
    together = all_features(trains)
    for index, (times, n_steps) in enumerate(zip(parts, lengths, strict=True)):
        dense = np.zeros((n_steps, 1), dtype=np.uint8)
        dense[times] = 1
        for name, alone in all_features(dense).items():
            np.testing.assert_allclose(together[name][index], alone[0], **CLOSE, err_msg=name)


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.integers(0, 1)))
def test_every_feature_is_finite_and_bounded_on_any_train(dense):
    found = all_features(dense)
    for name, values in found.items():
        assert values.shape == (dense.shape[1],), name
        assert np.isfinite(values).all(), name
    silent = dense.sum(axis=0) == 0
    for name, low, high in (
        ("spike_rates", 0, 1),
        ("spike_variances", 0, 0.25),
        ("burstiness", -1, 1),
        ("spike_symmetry", 0, 1),
        ("spike_entropy", 0, math.log2(10) + 1e-12),
        # The lag-1 sum is bounded by cos(pi / (n + 1)) of the lag-0 one.
        ("autocorrelation_first_lag", -1, 1),
    ):
        assert ((found[name] >= low) & (found[name] <= high))[~silent].all(), name


def test_no_trains():
    for name, values in all_features(np.zeros((5, 0))).items():
        assert values.shape == (0,), name
    assert math.isnan(features.pooled_mean_isi(np.zeros((5, 0))))


def test_no_steps():
    """As an interrupt before the first step leaves them."""
    for name, values in all_features(np.zeros((0, 3))).items():
        assert np.isfinite(values).all(), name


@pytest.mark.parametrize("bad", ["x", None, 1j, True, [0.0], 10**400])
def test_missing_is_a_number(bad):
    with pytest.raises((TypeError, ValueError), match="missing"):
        features.mean_isi(dense_trains(0), missing=bad)


def test_pooled_mean_isi_weighs_intervals_not_trains():
    dense = np.zeros((30, 3), dtype=np.uint8)
    dense[[0, 10], 0] = dense[[0, 1, 2, 3], 1] = 1
    assert features.pooled_mean_isi(dense) == (10 + 1 + 1 + 1) / 4
    assert math.isnan(features.pooled_mean_isi(np.eye(4)))


def network():
    rng = np.random.default_rng(0)
    snn = SNN(
        SimulationParams(
            num_neurons=60,
            num_output_neurons=20,
            mean_weight=0.3,
            weight_variance=1.0,
            small_world_graph_k=10,
            small_world_graph_p=0.3,
            membrane_threshold=1.0,
            leak_coefficient=0.1,
            refractory_period=2,
            input_spike_times=(rng.random((20, 80)) < 0.2).astype(np.uint8),
            seed=1,
        )
    )
    snn.simulate()
    return snn


METHODS = {
    "get_spike_counts": "spike_counts",
    "get_mean_spike_times": "mean_spike_times",
    "get_first_spike_times": "first_spike_times",
    "get_last_spike_times": "last_spike_times",
    "get_mean_isi_per_neuron": "mean_isi",
    "get_isi_variance_per_neuron": "isi_variances",
    "get_spike_entropy_per_neuron": "spike_entropy",
    "get_spike_rates": "spike_rates",
    "get_autocorrelation_first_lag": "autocorrelation_first_lag",
    "get_burstiness": "burstiness",
    "get_spike_symmetry": "spike_symmetry",
    "get_burst_counts": "burst_counts",
    "get_spike_variances": "spike_variances",
}


@pytest.mark.parametrize("method", METHODS)
def test_methods_of_a_network_describe_its_outputs(method):
    snn = network()
    expected = [oracle(train, METHODS[method]) for train in snn.spike_matrix_output.T]
    np.testing.assert_allclose(getattr(snn, method)(), expected, **CLOSE)
    snn.reset()
    with pytest.raises(ValueError, match="simulate"):
        getattr(snn, method)()


def test_all_features_of_a_network():
    snn = network()
    same(snn.extract_features_from_spikes(), features.extract_features(snn.spike_matrix_output))
    options = {"missing": NAN, "n_bins": 4, "max_isi": 3}
    same(snn.extract_features_from_spikes(**options), features.extract_features(snn.spike_matrix_output, **options))
    moments = snn.get_spike_histogram_moments()
    for name in ("mean", "skewness", "kurtosis"):
        np.testing.assert_array_equal(moments[name], snn.extract_features_from_spikes()[f"histogram_{name}"])


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ([[0, 2]], ValueError),
        ([[0, NAN]], ValueError),
        ([0, 1], ValueError),
        ([[[0]]], ValueError),
        ([["a"]], TypeError),
        (None, TypeError),
        ([[0], [0, 1]], ValueError),
        ([[1j]], TypeError),
    ],
)
def test_what_is_no_raster_is_refused(bad, error):
    with pytest.raises(error, match="spikes"):
        features.extract_features(bad)


@pytest.mark.parametrize("bad", [0, -1, 2.0, True, None, "3"])
def test_options_that_count_are_whole_and_positive(bad):
    dense = dense_trains(0)
    with pytest.raises((TypeError, ValueError), match="n_bins"):
        features.spike_entropy(dense, n_bins=bad)
    with pytest.raises((TypeError, ValueError), match="max_isi"):
        features.burst_counts(dense, max_isi=bad)


def exhaustive_history(train):
    """Words of Lempel and Ziv's exhaustive history (1976), by its definition on strings."""
    text, words = "".join(map(str, train)), []
    start = 0
    while start < len(text):
        length = 1
        # A word goes on as long as it is found in what begins before it.
        while start + length < len(text) and text[start : start + length] in text[: start + length - 1]:
            length += 1
        words.append(text[start : start + length])
        start += length
    return words


def test_lempel_ziv_complexity_of_the_published_example():
    """Kaspar and Schuster, Physical Review A 36 (1987) 842: 0 001 10 100 1000 101."""
    train = [int(bit) for bit in "0001101001000101"]
    assert exhaustive_history(train) == ["0", "001", "10", "100", "1000", "101"]
    assert features.lempel_ziv_complexity(np.array([train]).T).tolist() == [6]


@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 30), st.integers(1, 4)), elements=st.integers(0, 1)))
def test_lempel_ziv_complexity_by_its_definition(dense):
    assert features.lempel_ziv_complexity(dense).tolist() == [len(exhaustive_history(train)) for train in dense.T]
