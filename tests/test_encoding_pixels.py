"""Spikes of pixels summed over blocks and stretches, and samples brought to one strength."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from snnres.encoding import EventBinner, SampleScaler, SpikePooler
from snnres.estimators import ReservoirClassifier

WIDTH, HEIGHT = 7, 5


def spikes_of(*lengths):
    rng = np.random.default_rng(sum(lengths))
    return [(rng.random((n, HEIGHT * WIDTH)) < 0.3).astype(np.uint8) for n in lengths]


def pooled_by_hand(sample, side, stretch):
    """The sums, spike after spike."""
    rows, columns = -(-HEIGHT // side), -(-WIDTH // side)
    out = np.zeros((-(-len(sample) // stretch), rows * columns))
    for step, pixel in np.argwhere(sample):
        y, x = divmod(pixel, WIDTH)
        out[step // stretch, y // side * columns + x // side] += 1
    return out


@pytest.mark.parametrize(("side", "stretch"), [(1, 1), (2, 1), (1, 3), (3, 4), (4, 100), (9, 2)])
def test_pooling_against_a_plain_loop(side, stretch):
    samples = spikes_of(12, 1, 7, 30)
    pooled = SpikePooler((WIDTH, HEIGHT), downsample=side, bin_steps=stretch).fit_transform(samples)
    assert isinstance(pooled, list)
    for sample, sums in zip(samples, pooled, strict=True):
        np.testing.assert_array_equal(sums, pooled_by_hand(sample, side, stretch))


def test_pooling_an_array_gives_an_array():
    samples = np.array(spikes_of(9, 9))
    pooler = SpikePooler((WIDTH, HEIGHT), downsample=2, bin_steps=4).fit(samples)
    pooled = pooler.transform(samples)
    assert pooled.shape == (2, 3, 12)
    np.testing.assert_array_equal(pooled[1], pooled_by_hand(samples[1], 2, 4))
    np.testing.assert_array_equal(clone(pooler).fit_transform(samples), pooled)
    names = pooler.get_feature_names_out()
    assert (names[0], names[1], names[4], names[11]) == ("y0_x0", "y0_x1", "y1_x0", "y2_x3")


def test_pooled_spikes_are_the_counts_of_events():
    """The events of a film of spikes, binned, are what its spikes are, pooled."""
    film = np.array(spikes_of(20))
    step, pixel = np.nonzero(film[0])
    events = np.zeros(len(step), dtype=[("t", "i8"), ("x", "u1"), ("y", "u1")])
    events["t"], events["x"], events["y"] = step, pixel % WIDTH, pixel // WIDTH
    binner = EventBinner((WIDTH, HEIGHT), n_bins=4, bin_width=5, downsample=2, polarity="merged", output="counts")
    pooler = SpikePooler((WIDTH, HEIGHT), downsample=2, bin_steps=5)
    np.testing.assert_array_equal(pooler.fit_transform(film), binner.fit_transform([events]))
    assert pooler.get_feature_names_out().tolist() == binner.get_feature_names_out().tolist()


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({"sensor_size": 7}, TypeError, r"sensor_size must be a pair \(width, height\). Got 7"),
        ({"sensor_size": (7, 0)}, ValueError, r"sensor_size\[1\] .*>= 1.*Got 0"),
        ({"downsample": 0}, ValueError, "downsample .*>= 1.*Got 0"),
        ({"downsample": 1.5}, TypeError, "downsample .*integer.*Got 1.5"),
        ({"bin_steps": 0}, ValueError, "bin_steps .*>= 1.*Got 0"),
        ({"sensor_size": (6, 5)}, ValueError, "each of the 6 x 5 pixels of sensor_size. Got 35 channels"),
    ],
)
def test_pooling_refuses(kwargs, error, words):
    with pytest.raises(error, match=words):
        SpikePooler(**({"sensor_size": (WIDTH, HEIGHT)} | kwargs)).fit(spikes_of(4))


def test_pooling_refuses_another_number_of_pixels():
    pooler = SpikePooler((WIDTH, HEIGHT)).fit(spikes_of(4))
    with pytest.raises(ValueError, match=r"X\[0\] must have .*35 channels.*Got shape \(4, 34\)"):
        pooler.transform([spikes_of(4)[0][:, :34]])


def test_scaled_samples_have_a_mean_square_of_one_and_their_shape():
    rng = np.random.default_rng(0)
    samples = [scale * rng.normal(1, 2, (n, 3)) for n, scale in ((9, 1.0), (1, 50.0), (30, 0.01))]
    for before, after in zip(samples, SampleScaler().fit_transform(samples), strict=True):
        assert np.mean(after**2) == pytest.approx(1, rel=1e-12)
        np.testing.assert_allclose(after / after.max(), before / before.max(), rtol=1e-12)


def test_samples_of_zeros_stay_so():
    scaled = SampleScaler().fit_transform([np.zeros((4, 2)), np.eye(2)])
    np.testing.assert_array_equal(scaled[0], np.zeros((4, 2)))
    np.testing.assert_allclose(scaled[1], np.sqrt(2) * np.eye(2))


@pytest.mark.parametrize("strength", [1e-300, 1e30])
def test_scaling_neither_underflows_nor_overflows(strength):
    sample = np.array([[1.0, 0.0], [-2.0, 1.0]])
    np.testing.assert_allclose(SampleScaler().fit_transform([strength * sample])[0], sample / np.sqrt(1.5), rtol=1e-12)


@pytest.mark.filterwarnings("ignore:each left out in turn")
def test_scaled_counts_still_share_one_scale():
    """Counts in units of a sample are no whole numbers, but most are 0: a rare channel must not be blown up."""
    counts = np.array(spikes_of(*[10] * 12))
    counts[:, :, 3] = 0
    counts[0, 0, 3] = 1
    model = make_pipeline(SampleScaler(), ReservoirClassifier(num_neurons=40, random_state=0)).fit(
        counts, np.arange(12) % 2
    )
    sd = model[-1].scaling_.scale
    assert (sd == sd[0]).all()
    shifted = ReservoirClassifier(num_neurons=40, random_state=0).fit(counts + 0.5, np.arange(12) % 2)
    assert not (shifted.scaling_.scale == shifted.scaling_.scale[0]).all()
