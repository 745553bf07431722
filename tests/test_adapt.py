"""Adaptation: what a loop of reset, input and simulate does to the weights, in a seeded order."""

import numpy as np
import pytest
from cases import assert_same, build, random_case, random_input_map, random_plasticity, snapshot, state_of

from snnres import SNN, SimulationParams, STDPParams, homeostasis

SEEDS = range(8)


def random_trials(seed):
    """A plastic network and five trials of unequal length, spikes and currents."""
    rng = np.random.default_rng([seed, 4])
    snn = build(random_case(seed), random_plasticity(seed))
    snn.set_input_weights(*random_input_map(rng, snn.num_neurons))
    n_inputs = int(rng.integers(1, snn.num_neurons))
    lengths = rng.integers(1, 40, size=5)
    return snn, {
        "inputs": [(rng.random((n_inputs, steps)) < 0.3).astype(np.uint8) for steps in lengths],
        "currents": [rng.normal(0.3, 0.5, size=(snn._network.input_weights.n_channels, steps)) for steps in lengths],
    }


def loop(snn, trials, order):
    """Yield after each presentation of a plain loop."""
    for k in order:
        snn.reset()
        snn.set_input_spike_times(trials["inputs"][k])
        snn.set_input_currents(trials["currents"][k])
        snn.simulate()
        yield int(k)


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_equals_a_loop(seed, shuffle):
    snn, trials = random_trials(seed)
    plain = snn.copy()
    history = snn.adapt(**trials, epochs=2, shuffle=shuffle, seed=seed)
    for row, k in enumerate(loop(plain, trials, history["trial"])):
        found = (k, plain.weights_mean, plain.weights_variance, plain.membrane_threshold, plain.tot_spikes)
        assert tuple(values[row] for values in history.values()) == found
    assert len(history["trial"]) == 10
    np.testing.assert_array_equal(snn.get_topology().data, plain.get_topology().data)
    np.testing.assert_array_equal(snn.get_topology().indices, plain.get_topology().indices)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_but_the_weights_changes(seed):
    snn, trials = random_trials(seed)
    before = snapshot(snn)
    snn.adapt(**trials, seed=0)
    assert_same(state_of(snn), before, leave_out=("data",))


def test_the_cases_learn():
    for seed in SEEDS:
        snn, trials = random_trials(seed)
        before = snn.get_topology().data
        history = snn.adapt(**trials)
        assert history["spikes"].sum() > 0
        assert (snn.get_topology().data != before).any()


def test_the_order_is_seeded_and_new_in_every_epoch():
    snn, trials = random_trials(0)
    orders = [
        snn.copy().adapt(**trials, epochs=3, seed=seed)["trial"].reshape(3, 5)
        for seed in (1, 1, np.random.SeedSequence(1), np.random.default_rng(1), 2)
    ]
    for order in orders:
        np.testing.assert_array_equal(np.sort(order, axis=1), np.tile(np.arange(5), (3, 1)))
    assert len({tuple(epoch) for epoch in orders[0]}) == 3
    np.testing.assert_array_equal(orders[0], orders[1])
    np.testing.assert_array_equal(orders[0], orders[2])
    assert (orders[0] != orders[4]).any()
    unshuffled = snn.adapt(**trials, epochs=2, shuffle=False)["trial"]
    np.testing.assert_array_equal(unshuffled, np.tile(np.arange(5), 2))


def test_the_threshold_follows_the_weights_after_each_epoch():
    snn = build(
        {
            "num_neurons": 60,
            "num_output_neurons": 5,
            "mean_weight": 0.2,
            "small_world_graph_k": 10,
            "small_world_graph_p": 0.2,
            "membrane_threshold": 1.0,
            "leak_coefficient": 0.1,
            "refractory_period": 2,
            "seed": 0,
        },
        {"A_plus": 0.02},
    )
    trials = [np.random.default_rng(k).random((10, 30)) < 0.3 for k in range(4)]
    plain = snn.copy()
    history = snn.adapt(trials, epochs=3, seed=0, apply_threshold=True)
    ones = np.mean(np.concatenate(trials, axis=1))
    for epoch in range(3):
        order = history["trial"].reshape(3, 4)[epoch]
        assert (history["membrane_threshold"].reshape(3, 4)[epoch] == plain.membrane_threshold).all()
        plain.adapt([trials[k] for k in order], shuffle=False)
        plain.membrane_threshold = homeostasis.mean_field_threshold(plain.synaptic_weights, ones, 2)
    assert len(set(history["membrane_threshold"])) == 3
    assert snn.membrane_threshold == plain.membrane_threshold
    np.testing.assert_array_equal(snn.get_topology().data, plain.get_topology().data)


def test_batches_afterwards_are_frozen():
    snn, trials = random_trials(1)
    snn.adapt(**trials, seed=0)
    before = snapshot(snn)
    first = snn.simulate_batch(**trials, returns="features")
    second = snn.simulate_batch(**trials, returns="features")
    assert_same(state_of(snn), before)
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name])


def test_an_interrupt_keeps_the_weights_so_far():
    snn, trials = random_trials(2)
    plain = snn.copy()
    before = snapshot(snn)

    def stop(done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        snn.adapt(**trials, shuffle=False, progress=stop)
    assert_same(state_of(snn), before, leave_out=("data",))
    assert list(loop(plain, trials, range(3))) == [0, 1, 2]
    np.testing.assert_array_equal(snn.get_topology().data, plain.get_topology().data)


def test_progress_counts_presentations():
    snn, trials = random_trials(3)
    calls = []
    snn.adapt(**trials, epochs=2, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(done, 10) for done in range(1, 11)]


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({"inputs": None, "currents": None}, ValueError, "inputs or currents must be given"),
        ({"inputs": [[[2]]], "currents": None}, ValueError, r"inputs\[0\] must hold only 0 and 1"),
        ({"epochs": 0}, ValueError, "epochs must be an integer >= 1"),
        ({"epochs": 1.0}, TypeError, "epochs must be"),
        ({"shuffle": 1}, TypeError, "shuffle must be True or False"),
        ({"apply_threshold": None}, TypeError, "apply_threshold must be True or False"),
        ({"seed": -1}, ValueError, "seed must be"),
        ({"seed": "a"}, TypeError, "seed must be"),
        ({"progress": "bar"}, TypeError, "progress must be"),
    ],
)
def test_refused(kwargs, error, words):
    snn, trials = random_trials(0)
    before = snapshot(snn)
    with pytest.raises(error, match=words):
        snn.adapt(**(trials | kwargs))
    assert_same(state_of(snn), before)


@pytest.mark.parametrize("plasticity", [None, {"enabled": False}])
def test_needs_plasticity(plasticity):
    snn = build(random_case(0), plasticity)
    with pytest.raises(ValueError, match="adapt needs plasticity"):
        snn.adapt([np.ones((1, 5))])


def test_a_threshold_that_cannot_be_is_refused_before_any_work():
    weights = {"num_neurons": 100, "mean_weight": -0.1, "small_world_graph_k": 10, "small_world_graph_p": 0.2}
    lif = {"num_output_neurons": 5, "membrane_threshold": 1.0, "leak_coefficient": 0.1, "refractory_period": 2}
    snn = SNN(SimulationParams(**weights, **lif, seed=0), STDPParams(A_plus=0.01, W_max=1.0, clip=False))
    before = snn.get_topology()
    trials = (np.random.default_rng(0).random((6, 10, 50)) < 0.02).astype(np.uint8)
    with pytest.raises(ValueError, match=r"apply_threshold needs weights that excite .* Got a threshold of -0.4"):
        snn.adapt(trials, epochs=5, seed=0, apply_threshold=True)
    assert (snn.get_topology() != before).nnz == 0
    assert snn.membrane_threshold == 1.0
