"""Random taps: distances, weights, channels, and the refusal of what makes none."""

import numpy as np
import pytest

pytest.importorskip("sklearn")

from snnres.encoding import random_taps

FAR = 200


def neurons(weights, taps):
    """For each neuron its channels, delays and weights, by delay."""
    columns = weights.tocsc()
    for i in range(columns.shape[1]):
        part = slice(columns.indptr[i], columns.indptr[i + 1])
        rows = taps[columns.indices[part]]
        order = np.argsort(rows[:, 1], kind="stable")
        yield rows[order, 0], rows[order, 1], columns.data[part][order].astype(np.float64)


def test_taps_are_evenly_spaced_on_one_channel_and_of_all_scales():
    weights, taps = random_taps(3, FAR, 101, seed=0)
    distances, chosen = [], []
    for channels, delays, values in neurons(weights, taps):
        assert len(set(channels)) == 1
        distances.append(delays[1])
        chosen.append(channels[0])
        np.testing.assert_array_equal(delays, np.arange(6) * delays[1])
        assert values.sum() == pytest.approx(0, abs=1e-6)
        assert (values**2).sum() == pytest.approx(1, abs=1e-6)
    # (.6 * 101 - 1) / 5 is 11.9: of the logarithms of all distances, each has its share.
    assert (min(distances), max(distances)) == (1, 11)
    share = np.log2(np.array([2, 4, 8, 11.92]) / [1, 2, 4, 8]) / np.log2(11.92)
    counts = np.histogram(distances, [1, 2, 4, 8, 12])[0] / FAR
    # Four standard errors of a share of .3 among 200.
    np.testing.assert_allclose(counts, share, atol=0.13)
    np.testing.assert_allclose(np.bincount(chosen) / FAR, 1 / 3, atol=0.14)


@pytest.mark.parametrize(("n_steps", "n_taps", "longest"), [(1, 1, 0), (2, 2, 1), (2.5, 2, 1), (3, 3, 2), (6, 6, 5)])
def test_short_series_have_no_more_taps_than_steps(n_steps, n_taps, longest):
    weights, taps = random_taps(1, 20, n_steps, seed=0)
    assert all(len(values) == n_taps for _, _, values in neurons(weights, taps))
    assert taps[:, 1].max() == longest
    if n_taps == 1:
        assert set(np.abs(weights.data)) == {1.0}
        assert len(set(weights.data)) == 2


def test_the_reach_is_that_fraction_of_the_series():
    for reach in (0.2, 0.6, 1.0):
        taps = random_taps(1, 3000, 200, n_taps=5, reach=reach, seed=0).taps
        longest = int((reach * 200 - 1) // 4) * 4
        assert longest - 4 <= taps[:, 1].max() <= longest


def test_mixed_taps_read_a_channel_each_and_every_second_neuron_all_at_once():
    weights, taps = random_taps(50, 40, 100, n_taps=8, reach=0.2, mixed=True, seed=0)
    several = 0
    for i, (channels, delays, values) in enumerate(neurons(weights, taps)):
        several += len(set(channels)) > 3
        if i % 2:
            assert not delays.any()
            assert abs(values.sum()) > 1e-3
        else:
            assert 0 < delays.max() <= 0.2 * 100
            assert values.sum() == pytest.approx(0, abs=1e-6)
        if len(values) == 8:
            assert (values**2).sum() == pytest.approx(1, abs=1e-6)
    assert several == 40


def test_the_seed_decides():
    first, again, other = (random_taps(2, 30, 50, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.taps, again.taps)
    np.testing.assert_array_equal(first.weights.toarray(), again.weights.toarray())
    assert first.weights.shape != other.weights.shape or (first.weights != other.weights).nnz


@pytest.mark.parametrize("mixed", [False, True])
def test_the_last_channel_has_a_row_though_no_neuron_reads_it(mixed):
    weights, taps = random_taps(1000, 3, 10, n_taps=2, mixed=mixed, seed=0)
    assert taps[-1].tolist() == [999, 0]
    assert weights.shape == (len(taps), 3)
    assert weights[-1].nnz == 0
    assert len(np.unique(taps, axis=0)) == len(taps)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"n_channels": 0}, "n_channels"),
        ({"n_channels": 1.0}, "n_channels"),
        ({"n_neurons": 0}, "n_neurons"),
        ({"n_steps": 0.5}, "n_steps"),
        ({"n_steps": np.nan}, "n_steps"),
        ({"n_taps": 0}, "n_taps"),
        ({"n_taps": True}, "n_taps"),
        ({"reach": 0}, "reach"),
        ({"reach": 1.1}, "reach"),
        ({"mixed": 1}, "mixed"),
        ({"seed": -1}, "seed"),
        ({"seed": "0"}, "seed"),
    ],
)
def test_what_makes_no_taps_is_refused_by_name(changes, named):
    with pytest.raises((TypeError, ValueError), match=named):
        random_taps(**{"n_channels": 2, "n_neurons": 10, "n_steps": 20} | changes)


def test_different_rows_are_those_of_numpy():
    from snnres.encoding.taps import unique_rows

    rng = np.random.default_rng(0)
    for n_rows, high in ((1, 1), (40, 3), (500, 20)):
        pairs = rng.integers(high, size=(n_rows, 2))
        rows, numbers = unique_rows(pairs)
        expected, where = np.unique(pairs, axis=0, return_inverse=True)
        np.testing.assert_array_equal(rows, expected)
        np.testing.assert_array_equal(numbers, where.ravel())
