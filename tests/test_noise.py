"""Noise: its distribution, its place in the step, and that it depends on seed, trial, step and neuron alone."""

import itertools

import numpy as np
import pytest
import scipy.stats
from cases import assert_same, lively, snapshot
from synapse_cases import N, assert_equals_the_reference, random_case

from snnres import SNN, SimulationParams, load_params, save_params
from snnres.network import run
from snnres.parts import MembraneNoise, PoissonNoise, Uniform

SMALL = 1e-6


def alone(n, n_steps, leak, noise, **changes):
    """Neurons without synapses or input that never fire."""
    case = {
        "adjacency_matrix": np.zeros((n, n)),
        "output_neurons": [0],
        "membrane_threshold": 1e6,
        "membrane_potentials": np.zeros(n),
        "leak_coefficient": leak,
        "refractory_period": 1,
        "duration": n_steps,
        "noise": noise,
        "seed": 4,
    }
    return SNN(SimulationParams(**(case | changes)))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("MembraneNoise", {"sd": np.linspace(0, 0.8, N), "mean": 0.1}),
        ("PoissonNoise", {"rate": np.linspace(0, 3, N), "weight": 0.2}),
    ],
)
def test_equals_the_reference(kind, values):
    case, _, _, _ = random_case(3)
    snn = assert_equals_the_reference(case | {"delays": None}, {"noise": (kind, values)}, None, trial=2)
    assert snn.spike_matrix.sum() > 20


def test_potentials_are_those_of_an_ornstein_uhlenbeck_process():
    """After 200 steps e^-21 of the beginning is left. n * variance / its expectation has a chi-square distribution."""
    n, q, sd, mean = 3000, 0.9, 0.5, 0.2
    snn = alone(n, 200, 1 - q, MembraneNoise(sd, mean))
    snn.simulate()
    v = snn.get_membrane_potentials().astype(float)
    expected, variance = q * mean / (1 - q), q**2 * sd**2 / (1 - q**2)
    low, high = scipy.stats.chi2.ppf([SMALL, 1 - SMALL], n)
    assert low < ((v - expected) ** 2).sum() / variance < high
    assert scipy.stats.kstest((v - expected) / np.sqrt(variance), "norm").pvalue > SMALL


@pytest.mark.parametrize("rate", [0.02, 1.5, 40.0, 100.0])
def test_numbers_of_spikes_are_poisson_distributed(rate):
    snn = alone(4000, 1, 0.0, PoissonNoise(rate, 1.0), duration=5)
    snn.simulate()
    expected = scipy.stats.poisson(5 * rate)
    k = snn.get_membrane_potentials().astype(int)
    np.testing.assert_array_equal(k, snn.get_membrane_potentials())
    bounds = np.unique(expected.ppf(np.linspace(0.02, 0.98, 15)))
    observed = np.histogram(k, [-1, *(bounds + 0.5), np.inf])[0]
    shares = np.diff([0, *expected.cdf(bounds), 1])
    assert scipy.stats.chisquare(observed, shares * len(k)).pvalue > SMALL


def test_neurons_and_steps_draw_their_own():
    first = alone(400, 1, 0.0, MembraneNoise(1.0))
    drawn = []
    for _ in range(20):
        before = first.get_membrane_potentials().astype(float)
        first.simulate()
        drawn.append(first.get_membrane_potentials() - before)
    correlations = np.corrcoef(drawn)[np.triu_indices(20, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(400)
    lagged = np.corrcoef(np.ravel(np.array(drawn)[:, :-1]), np.ravel(np.array(drawn)[:, 1:]))[0, 1]
    assert abs(lagged) < 5 / np.sqrt(8000)


def test_the_seed_decides():
    noises = [alone(50, 5, 0.1, MembraneNoise(1.0), seed=seed) for seed in (1, 1, 2)]
    for snn in noises:
        snn.simulate()
    same, again, other = (snn.get_membrane_potentials() for snn in noises)
    np.testing.assert_array_equal(same, again)
    assert (same != other).all()


def test_batches_and_chunks_do_not_matter(monkeypatch):
    snn = lively(noise=MembraneNoise(0.3, 0.05))
    trials = (np.random.default_rng(1).random((6, 10, 25)) < 0.2).astype(np.uint8)
    batches = [snn.simulate_batch(trials, n_jobs=jobs) for jobs in (1, 3)]
    monkeypatch.setattr(run, "CHUNK_SECONDS", 0.0)
    dense = []
    for k in (3, 0, 5, 1, 4, 2):
        snn.reset(trial=k)
        snn.set_input_spike_times(trials[k])
        snn.simulate()
        for batch in batches:
            np.testing.assert_array_equal(batch[k].to_dense(), snn.spike_matrix)
        dense.append(snn.spike_matrix)
    assert all((a != b).any() for a, b in itertools.pairwise(dense))
    snn.set_input_spike_times(trials[0])
    snn.reset()
    first = snn.simulate()
    np.testing.assert_array_equal(batches[0][0].to_dense(snn.output_neurons), first)


def test_saved_in_the_middle_it_goes_on(tmp_path):
    snn = lively(noise=MembraneNoise(0.3))
    snn.reset(trial=4)
    snn.simulate()
    snn.save(tmp_path / "noisy.npz")
    loaded = SNN.load(tmp_path / "noisy.npz")
    assert loaded._network.elements == {"noise": MembraneNoise(0.3)}
    np.testing.assert_array_equal(loaded.simulate(), snn.simulate())
    assert_same(snapshot(loaded), snapshot(snn))


def test_no_noise_is_no_noise():
    expected = lively()
    expected.simulate()
    for noise in (MembraneNoise(0.0), PoissonNoise(0.0, 1.0)):
        snn = lively(noise=noise)
        snn.simulate()
        np.testing.assert_array_equal(snn.spike_matrix, expected.spike_matrix)
        np.testing.assert_array_equal(snn.get_membrane_potentials(), expected.get_membrane_potentials())


def test_a_distribution_is_drawn_for_each_neuron(tmp_path):
    given = SimulationParams(
        num_neurons=20,
        num_output_neurons=2,
        mean_weight=0.1,
        small_world_graph_k=4,
        small_world_graph_p=0.1,
        membrane_threshold=1.0,
        leak_coefficient=0.1,
        refractory_period=2,
        duration=9,
        seed=3,
        noise=MembraneNoise(Uniform(0.1, 0.9), mean=np.linspace(0, 0.1, 20)),
    )
    sd = np.asarray(SNN(given)._network.elements["noise"].sd)
    assert len(np.unique(sd)) == 20
    assert ((sd >= 0.1) & (sd < 0.9)).all()
    for suffix in ("toml", "json"):
        save_params(tmp_path / f"run.{suffix}", given)
        again, _ = load_params(tmp_path / f"run.{suffix}")
        assert again.noise == given.noise
        np.testing.assert_array_equal(SNN(again).simulate(), SNN(given).simulate())


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: MembraneNoise(-0.1), ValueError, r"sd must be .* >= 0.*Got -0.1"),
        (lambda: MembraneNoise(0.1, np.nan), ValueError, "mean must be a finite number"),
        (lambda: MembraneNoise("much"), TypeError, "sd must be a finite number"),
        (lambda: MembraneNoise(Uniform(-1, 1)), ValueError, "sd, drawn from .* >= 0"),
        (lambda: PoissonNoise(101, 0.1), ValueError, r"rate must be .* <= 100.*Got 101"),
        (lambda: PoissonNoise([0.1, -1], 0.1), ValueError, "rate must be .* >= 0"),
        (lambda: PoissonNoise(1, np.inf), ValueError, "weight must be a finite number"),
        (lambda: lively(noise=MembraneNoise([0.1, 0.2])), ValueError, "sd must have a value for each of 40 neurons"),
        (lambda: lively(noise=0.1), TypeError, "noise must be a Noise"),
    ],
)
def test_bad_input(make, error, words):
    with pytest.raises(error, match=words):
        make()
