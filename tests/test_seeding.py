"""One seed, independent streams, and nothing of the caller's consumed or changed."""

import itertools

import numpy as np
import pytest

from snnres import SNN, SimulationParams
from snnres.seeding import PURPOSES, streams

CASE = {
    "num_neurons": 50,
    "num_output_neurons": 10,
    "mean_weight": 0.1,
    "small_world_graph_k": 6,
    "small_world_graph_p": 0.5,
    "membrane_threshold": 1.0,
    "leak_coefficient": 0.1,
    "refractory_period": 2,
    "duration": 5,
}


def network(seed, **changes):
    return SNN(SimulationParams(**(CASE | {"seed": seed} | changes)))


def drawn(snn):
    """All that is drawn at construction, in one tuple that compares."""
    weights = snn.get_topology()
    return (
        tuple(weights.indices.tolist()),
        tuple(weights.data.tolist()),
        tuple(snn.get_output_neurons().tolist()),
        tuple(snn.get_membrane_potentials().tolist()),
    )


def test_streams_differ_by_purpose_and_seed():
    firsts = [streams(seed)[purpose].random() for seed in (0, 1, 2**100) for purpose in PURPOSES]
    assert len(set(firsts)) == len(firsts)


def test_streams_are_uncorrelated():
    draws = [streams(7)[purpose].standard_normal(20000) for purpose in PURPOSES]
    for first, second in itertools.combinations(draws, 2):
        # 5 standard errors of a correlation of independent samples.
        assert abs(np.corrcoef(first, second)[0, 1]) < 5 / np.sqrt(20000)


@pytest.mark.parametrize("seed", [0, 5, np.int64(5), np.uint8(5), 2**100])
def test_a_number_gives_the_same_network_each_time(seed):
    assert drawn(network(seed)) == drawn(network(seed))
    assert drawn(network(seed)) == drawn(network(int(seed)))


def test_no_seed_gives_another_network_each_time():
    assert drawn(network(None)) != drawn(network(None))


def test_a_seed_sequence_is_left_as_it_was():
    sequence = np.random.SeedSequence(42)
    first = network(sequence)
    assert sequence.n_children_spawned == 0
    assert drawn(network(sequence)) == drawn(first)
    assert drawn(network(np.random.SeedSequence(42))) == drawn(first)
    np.testing.assert_array_equal(sequence.generate_state(4), np.random.SeedSequence(42).generate_state(4))


def test_spawned_children_give_different_networks():
    children = np.random.SeedSequence(42).spawn(6)
    assert len({drawn(network(child)) for child in [np.random.SeedSequence(42), *children]}) == 7


def test_children_of_the_caller_do_not_meet_the_streams():
    """A caller who seeds a network and its own draws from one sequence must not draw the same numbers twice."""
    sequence = np.random.SeedSequence(42)
    own = {np.random.default_rng(child).random() for child in [sequence, *sequence.spawn(1000)]}
    assert own.isdisjoint({stream.random() for stream in streams(sequence).values()})


def test_a_generator_is_advanced():
    generator = np.random.default_rng(3)
    first, second = network(generator), network(generator)
    assert drawn(first) != drawn(second)
    again = np.random.default_rng(3)
    assert [drawn(network(again)), drawn(network(again))] == [drawn(first), drawn(second)]


def test_any_bit_generator_will_do():
    generator = np.random.Generator(np.random.Philox(1))
    assert drawn(network(generator)) == drawn(network(np.random.Generator(np.random.Philox(1))))


def test_one_purpose_does_not_disturb_another():
    """Another graph, or potentials that are given, leave the other draws as they are."""
    graph, weights, outputs, potentials = drawn(network(1))
    other = drawn(network(1, small_world_graph_k=10))
    assert other[0] != graph
    assert other[1][: len(weights)] == weights
    assert other[2:] == (outputs, potentials)
    given = drawn(network(1, membrane_potentials=np.zeros(50)))
    assert given[:3] == (graph, weights, outputs)
    chosen = drawn(network(1, num_output_neurons=None, output_neurons=np.arange(3)))
    assert (*chosen[:2], chosen[3]) == (graph, weights, potentials)


def test_potentials_are_uniform_up_to_the_threshold():
    values = network(0, num_neurons=20000, membrane_threshold=3.0).get_membrane_potentials()
    assert values.min() >= 0
    assert values.max() <= 3
    # Mean and variance of a uniform distribution within 5 standard errors.
    assert abs(values.mean() - 1.5) < 5 * np.sqrt(0.75 / 20000)
    assert abs(values.var() - 0.75) < 5 * 0.75 * np.sqrt(0.8 / 20000)


@pytest.mark.parametrize("bad", [-1, 1.0, "3", True, np.True_, [1, 2], 2**128, np.random.RandomState(0), float("nan")])
def test_what_does_not_seed_is_refused(bad):
    with pytest.raises((TypeError, ValueError), match="seed"):
        network(bad)
