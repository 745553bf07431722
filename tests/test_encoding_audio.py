"""Log-mel frames against closed forms and plain loops."""

import numpy as np
import pytest
from sklearn.base import clone

from snnres.encoding import LogMelEncoder
from snnres.encoding.audio import FLOOR, mel_corners, triangles

RATE = 8000
PLAIN = {"pre_emphasis": 0, "level": False, "trim": None, "scale": False}


def tone(frequency, n_samples=1200, amplitude=0.5):
    return amplitude * np.sin(2 * np.pi * frequency * np.arange(n_samples) / RATE)


def noise(n_samples=1200, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, n_samples)


def frames_of(signal, **changes):
    return LogMelEncoder(RATE, **changes).fit_transform([signal])[0]


def test_corners_are_even_on_the_mel_scale():
    corners = mel_corners(80.0, 4000.0, 24)
    mels = 2595 * np.log10(1 + corners / 700)
    np.testing.assert_allclose(np.diff(mels), np.diff(mels)[0])
    assert len(corners) == 26
    np.testing.assert_allclose(corners[[0, -1]], [80, 4000])
    # The scale's own anchor.
    assert 2595 * np.log10(1 + 1000 / 700) == pytest.approx(1000, abs=0.02)


def test_filters_partition_the_frequencies_between_the_outer_peaks():
    corners = mel_corners(80.0, 4000.0, 24)
    frequencies = np.linspace(0, 4000, 3001)
    heights = triangles(corners, frequencies)
    inside = (frequencies >= corners[1]) & (frequencies <= corners[-2])
    np.testing.assert_allclose(heights.sum(axis=0)[inside], 1)
    assert heights.min() == 0
    assert (heights[:, (frequencies <= 80)] == 0).all()
    np.testing.assert_allclose(triangles(corners, corners[1:-1]), np.eye(24), atol=1e-12)
    assert (np.count_nonzero(heights, axis=0) <= 2).all()


@pytest.mark.parametrize("band", [0, 3, 11, 23])
def test_a_tone_at_a_peak_is_loudest_in_its_filter(band):
    centre = LogMelEncoder(RATE).fit([noise()]).centres_[band]
    assert set(frames_of(tone(centre), trim=None).argmax(axis=1)) == {band}


def test_the_power_of_a_tone_on_a_frequency_of_the_spectrum():
    """Hann spreads a tone over three lines: amplitude a gives (a window / 4)^2 in its own and a quarter beside it."""
    line, window, amplitude = 32, 256, 0.5
    encoder = LogMelEncoder(RATE, window=window, **PLAIN).fit([noise()])
    expected = np.zeros(window // 2 + 1)
    expected[line] = (amplitude * window / 4) ** 2
    expected[[line - 1, line + 1]] = expected[line] / 4
    frames = encoder.transform([tone(line * RATE / window, amplitude=amplitude)])[0]
    np.testing.assert_allclose(
        np.exp(frames) - FLOOR, np.tile(encoder.filters_ @ expected, (len(frames), 1)), atol=1e-9
    )


def test_all_steps_against_a_plain_loop():
    rng = np.random.default_rng(3)
    signal = np.concatenate([1e-5 * rng.normal(size=700), 0.3 * rng.normal(size=900), 1e-5 * rng.normal(size=800)])
    encoder = LogMelEncoder(RATE, n_mels=10, window=100, hop=30, low=100, high=3500).fit([signal])
    lifted = [signal[0]] + [signal[t] - 0.97 * signal[t - 1] for t in range(1, len(signal))]
    rows = []
    for start in range(0, len(signal) - 100 + 1, 30):
        part = [lifted[start + j] * np.sin(np.pi * j / 100) ** 2 for j in range(100)]
        lines = [abs(sum(p * np.exp(-2j * np.pi * k * j / 100) for j, p in enumerate(part))) ** 2 for k in range(51)]
        rows.append(np.log(encoder.filters_ @ lines + 1e-6))
    rows = np.array(rows)
    loud = [i for i, row in enumerate(rows) if row.max() >= rows.max() - 7]
    kept = rows[loud[0] : loud[-1] + 1] - rows.max()
    assert 0 < loud[0] < loud[-1] < len(rows) - 1
    np.testing.assert_allclose(encoder.transform([signal])[0], kept / kept.std(), rtol=1e-9, atol=1e-9)


def test_gain_does_not_change_levels():
    # But for the floor under the logarithm, far below.
    signal = noise()
    np.testing.assert_allclose(frames_of(0.25 * signal, trim=None), frames_of(signal, trim=None), atol=1e-3)
    shift = frames_of(0.25 * signal, **PLAIN) - frames_of(signal, **PLAIN)
    np.testing.assert_allclose(shift, 2 * np.log(0.25), atol=1e-3)


def test_level_and_scale():
    assert frames_of(noise(), scale=False).max() == 0
    assert frames_of(noise(), scale=False).std() != pytest.approx(1)
    assert frames_of(noise()).max() == 0
    assert frames_of(noise()).std() == pytest.approx(1)
    raised = frames_of(noise(), level=False)
    assert raised.std() == pytest.approx(1)
    assert raised.max() > 0


def test_trim_drops_quiet_ends_but_nothing_within():
    quiet, loud = 1e-4 * noise(800, seed=1), noise(800, seed=2)
    assert len(frames_of(np.concatenate([quiet, loud, quiet]))) < len(
        frames_of(np.concatenate([quiet, loud, quiet]), trim=None)
    )
    within = np.concatenate([loud, quiet, loud])
    np.testing.assert_array_equal(frames_of(within), frames_of(within, trim=None))
    untouched = np.concatenate([quiet, loud, quiet])
    np.testing.assert_array_equal(frames_of(untouched, trim=100.0), frames_of(untouched, trim=None))


@pytest.mark.parametrize(("n_samples", "n_frames"), [(1, 1), (255, 1), (256, 1), (335, 1), (336, 2), (416, 3)])
def test_a_last_frame_that_is_not_full_is_dropped(n_samples, n_frames):
    assert frames_of(noise(n_samples), trim=None).shape == (n_frames, 24)


def test_a_short_signal_is_filled_with_zeros():
    signal = noise(100)
    padded = np.concatenate([signal, np.zeros(156)])
    np.testing.assert_allclose(
        frames_of(signal, pre_emphasis=0, trim=None), frames_of(padded, pre_emphasis=0, trim=None)
    )


def test_silence_gives_zeros():
    np.testing.assert_array_equal(frames_of(np.zeros(500)), np.zeros((4, 24)))


def test_signals_do_not_influence_each_other_and_stay_as_they_are():
    signals = [noise(500), tone(440), noise(900, seed=4)]
    before = [signal.copy() for signal in signals]
    together = LogMelEncoder(RATE).fit_transform(signals)
    for signal, copy, frames in zip(signals, before, together, strict=True):
        np.testing.assert_array_equal(signal, copy)
        np.testing.assert_array_equal(frames, frames_of(signal))
        assert frames.dtype == np.float64


def test_conventions():
    encoder = LogMelEncoder(RATE, n_mels=5, trim=None)
    assert clone(encoder).get_params() == encoder.get_params()
    assert encoder.fit([noise()]) is encoder
    assert encoder.get_feature_names_out().tolist() == ["mel0", "mel1", "mel2", "mel3", "mel4"]
    assert encoder.set_output(transform="pandas").transform([noise()])[0].shape[1] == 5


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"rate": 0}, "rate"),
        ({"rate": "8000"}, "rate"),
        ({"n_mels": 0}, "n_mels"),
        ({"n_mels": 200}, "n_mels"),
        ({"window": 1}, "window"),
        ({"hop": 0}, "hop"),
        ({"hop": 1.5}, "hop"),
        ({"low": -1}, "low"),
        ({"low": 4000}, "low"),
        ({"high": 80}, "high"),
        ({"high": 4001}, "high"),
        ({"pre_emphasis": 1.1}, "pre_emphasis"),
        ({"level": 1}, "level"),
        ({"trim": 0}, "trim"),
        ({"scale": None}, "scale"),
    ],
)
def test_parameters_out_of_range(changes, named):
    with pytest.raises((TypeError, ValueError), match=named):
        LogMelEncoder(**({"rate": RATE} | changes)).fit([noise()])


@pytest.mark.parametrize(
    ("signals", "named"),
    [
        (noise(), "X"),
        (np.zeros((3, 400)), "X"),
        ([], "X"),
        (None, "X"),
        ([noise(), []], r"X\[1\]"),
        ([np.zeros((2, 3))], r"X\[0\]"),
        ([noise(), np.array([0.0, np.nan])], r"X\[1\]"),
        ([["a"]], r"X\[0\]"),
    ],
)
def test_signals_that_are_none(signals, named):
    for method in ("fit", "transform"):
        with pytest.raises((TypeError, ValueError), match=named):
            getattr(LogMelEncoder(RATE).fit([noise()]), method)(signals)
