"""Features of many trials as rows of one matrix: against the functions trial by trial, and what is refused."""

import numpy as np
import pytest
from cases import lively

from snnres import Recording
from snnres.features import FEATURES, FeatureExtractor, FeatureOptions, extract_features, value_groups

OPTIONS = FeatureOptions(n_bins=3, trace_tau=7.0, max_isi=2, scales=(1, 4, 2, 3), final_taus=(5.0, 2.5))
# Of no step, of one, of fewer steps than bins, and of many.
LENGTHS = (40, 1, 57, 2, 90, 0, 13)
CHOSEN = np.array([7, 0, 3, 9, 4])


def trials(seed=0, n_neurons=10):
    """Recordings one after the other as one: silent and full trains, single spikes, pairs and random ones."""
    rng = np.random.default_rng(seed)
    parts = []
    for n_steps in LENGTHS:
        dense = (rng.random((n_steps, n_neurons)) < rng.uniform(0, 0.5, n_neurons)).astype(np.uint8)
        dense[:, [0, 3]] = 0
        dense[:, 7] = 1
        if n_steps:
            dense[rng.integers(n_steps), 3] = 1
            dense[:, 9] = 0
            dense[[0, -1], 9] = 1
        parts.append(dense)
    return Recording.from_dense(np.vstack(parts)), np.append(0, np.cumsum(LENGTHS)), parts


def by_function(name, parts, neurons):
    """The blocks of a feature of trials, each from its own dense matrix."""
    values = np.stack([FEATURES[name](part[:, neurons], OPTIONS).reshape(len(neurons), -1) for part in parts])
    return {
        f"{name} {label}".strip(): values[:, :, part].reshape(len(parts), -1)
        for label, part in value_groups(name, OPTIONS).items()
    }


def same(found, expected, name):
    if name in ("filtered_traces", "final_traces"):
        # Sums in double precision in another order, rounded once.
        np.testing.assert_allclose(found, expected, rtol=2e-7, atol=0, err_msg=name)
    else:
        np.testing.assert_array_equal(found, expected.astype(np.float32), err_msg=name)


@pytest.mark.parametrize("name", FEATURES)
@pytest.mark.parametrize("neurons", [None, CHOSEN])
def test_rows_are_those_of_the_functions(name, neurons):
    recording, starts, parts = trials()
    extractor = FeatureExtractor(name, OPTIONS)
    found = extractor.extract(recording, starts=starts, neurons=neurons)
    assert found.dtype == np.float32
    chosen = np.arange(10) if neurons is None else neurons
    expected = by_function(name, parts, chosen)
    columns = extractor.columns(len(chosen))
    assert list(columns) == list(expected)
    for label, block in expected.items():
        same(found[:, columns[label]], block, name)


def test_all_at_once_are_each_alone():
    recording, starts, _ = trials(1)
    extractor = FeatureExtractor(list(FEATURES), OPTIONS)
    found = extractor.extract(recording, starts=starts, neurons=CHOSEN)
    alone = [FeatureExtractor(name, OPTIONS).extract(recording, starts=starts, neurons=CHOSEN) for name in FEATURES]
    np.testing.assert_array_equal(found, np.hstack(alone))


def test_columns_and_their_names():
    extractor = FeatureExtractor(("multiscale_counts", "spike_counts"), FeatureOptions(scales=(1, 2)))
    names = extractor.column_names(2)
    assert names == [
        "multiscale_counts_n0_bins1_t0",
        "multiscale_counts_n1_bins1_t0",
        "multiscale_counts_n0_bins2_t0",
        "multiscale_counts_n0_bins2_t1",
        "multiscale_counts_n1_bins2_t0",
        "multiscale_counts_n1_bins2_t1",
        "spike_counts_n0",
        "spike_counts_n1",
    ]
    assert extractor.columns(2) == {
        "multiscale_counts bins1": slice(0, 2),
        "multiscale_counts bins2": slice(2, 6),
        "spike_counts": slice(6, 8),
    }
    assert extractor.n_columns(2) == len(names)


def test_without_starts_a_recording_is_one_trial():
    recording, _, parts = trials()
    found = FeatureExtractor("spike_counts").extract(recording)
    np.testing.assert_array_equal(found, np.vstack(parts).sum(axis=0)[None])


def test_no_trials_and_no_neurons_have_no_features():
    extractor = FeatureExtractor(list(FEATURES))
    assert extractor.extract(Recording.from_dense(np.zeros((5, 0)))).shape == (1, 0)
    none = extractor.extract(Recording.from_dense(np.zeros((0, 3))), starts=[0])
    assert none.shape == (0, extractor.n_columns(3))


def test_trains_are_made_of_a_few_trials_at_a_time(monkeypatch):
    recording, starts, _ = trials()
    extractor = FeatureExtractor(["isi_cv", "spike_entropy"], OPTIONS)
    expected = extractor.extract(recording, starts=starts)
    for at_once in (1, 100, 300):
        monkeypatch.setattr("snnres.features.extractor.SPIKES_AT_ONCE", at_once)
        np.testing.assert_array_equal(extractor.extract(recording, starts=starts), expected)


def test_columns_of_a_wider_matrix_are_written_and_no_others():
    recording, starts, _ = trials()
    extractor = FeatureExtractor(["final_traces", "spike_counts", "isi_cv"], OPTIONS)
    expected = extractor.extract(recording, starts=starts)
    wide = np.full((len(LENGTHS), expected.shape[1] + 9), np.nan, dtype=np.float32)
    out = wide[:, 4:-5]
    assert extractor.extract(recording, starts=starts, out=out) is out
    np.testing.assert_array_equal(out, expected)
    assert np.isnan(wide[:, :4]).all()
    assert np.isnan(wide[:, -5:]).all()


def test_an_extractor_is_checked_as_it_is_made():
    with pytest.raises(ValueError, match=r"^names must be of binned_counts.*Got 'nonsense' instead"):
        FeatureExtractor(["spike_counts", "nonsense"])
    with pytest.raises(ValueError, match=r"^names must be without repeats"):
        FeatureExtractor(["spike_counts", "spike_counts"])
    with pytest.raises(TypeError, match=r"^names must be a name or a sequence of names"):
        FeatureExtractor(3)
    with pytest.raises(TypeError, match=r"^options must be a FeatureOptions"):
        FeatureExtractor("spike_counts", {"n_bins": 3})
    assert FeatureExtractor("spike_counts").names == ("spike_counts",)


@pytest.mark.parametrize(
    ("out", "error", "rule"),
    [
        ([[0.0] * 10], TypeError, "Got .* instead"),
        (np.zeros((1, 10)), TypeError, "Got one of dtype float64"),
        (np.zeros((1, 9), dtype=np.float32), ValueError, r"Got ndarray of shape \(1, 9\)"),
        (np.zeros(10, dtype=np.float32), ValueError, r"Got ndarray of shape \(10,\)"),
        (np.zeros((1, 20), dtype=np.float32)[:, ::2], ValueError, "whose rows lie in one piece"),
        (np.broadcast_to(np.float32(0), (1, 10)), ValueError, "read-only"),
        (np.zeros((1, 10), dtype=">f4"), TypeError, "Got one of dtype >f4"),
    ],
)
def test_what_cannot_be_written_to_is_refused(out, error, rule):
    recording, _, _ = trials()
    with pytest.raises(error, match=rf"^out must be a writeable float32 array of shape \(1, 10\).*{rule}"):
        FeatureExtractor("spike_counts").extract(recording, out=out)


def batch():
    snn = lively()
    rng = np.random.default_rng(3)
    return snn, [(rng.random((10, n)) < 0.3).astype(np.uint8) for n in (30, 61, 9, 44, 30)]


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_a_batch_gives_the_rows_of_its_recordings(n_jobs):
    snn, inputs = batch()
    extractor = FeatureExtractor(list(FEATURES), OPTIONS)
    recordings = snn.simulate_batch(inputs, n_jobs=1)
    expected = np.vstack([extractor.extract(recording, neurons=CHOSEN) for recording in recordings])
    assert expected.any()
    found = snn.simulate_batch(inputs, returns=extractor, neurons=CHOSEN, n_jobs=n_jobs)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("n_jobs", [1, 3])
def test_a_batch_writes_to_a_memory_map(tmp_path, n_jobs):
    snn, inputs = batch()
    extractor = FeatureExtractor(["multiscale_counts", "filtered_traces"], OPTIONS)
    expected = snn.simulate_batch(inputs, returns=extractor, n_jobs=1)
    out = np.memmap(tmp_path / "features", dtype=np.float32, mode="w+", shape=expected.shape)
    assert snn.simulate_batch(inputs, returns=extractor, out=out, n_jobs=n_jobs) is out
    out.flush()
    np.testing.assert_array_equal(np.fromfile(tmp_path / "features", np.float32).reshape(expected.shape), expected)


@pytest.mark.parametrize("at_once", [1, 300, 2**18])
def test_a_batch_s_features_by_name_are_found_a_few_trials_at_a_time(monkeypatch, at_once):
    snn, inputs = batch()
    recordings = snn.simulate_batch(inputs, n_jobs=1)
    expected = [extract_features(recording.trains(CHOSEN)) for recording in recordings]
    monkeypatch.setattr("snnres.features.extractor.SPIKES_AT_ONCE", at_once)
    found = snn.simulate_batch(inputs, returns="features", neurons=CHOSEN, n_jobs=2)
    assert list(found) == list(expected[0])
    for name, values in found.items():
        np.testing.assert_array_equal(values, [trial[name] for trial in expected])
        assert values.dtype == expected[0][name].dtype


def test_only_features_are_written_to_out():
    snn, inputs = batch()
    out = np.zeros((5, 15), dtype=np.float32)
    for returns in ("recordings", "outputs", "features", lambda trains: np.zeros(trains.n_trains)):
        with pytest.raises(ValueError, match=r"^out must be None unless returns is a FeatureExtractor"):
            snn.simulate_batch(inputs, returns=returns, out=out)
    with pytest.raises(ValueError, match=r"^out must be a writeable float32 array of shape \(5, 15\)"):
        snn.simulate_batch(inputs, returns=FeatureExtractor("spike_counts"), out=out[:4])
    assert not out.any()
