"""Synapses in blocks of neighbours: they add what rows add, to the bit, wherever they are used."""

import copy
import pickle

import numpy as np
import pytest
import scipy.sparse as sp

from snnres import SNN, SimulationParams, STDPParams
from snnres.kernels.compile import jit
from snnres.kernels.edges import build_edges
from snnres.kernels.model import Model, State
from snnres.kernels.packed import Packed, pack
from snnres.kernels.verbs import send
from snnres.network import synapses
from snnres.topology.random_graphs import erdos_renyi, watts_strogatz


@jit
def sent(model, state, potential, spikes):
    send(model.synapses, model, state, potential, spikes)


def matrix_of(graph, n=70):
    """Return weights of one kind of graph; the last 6 neurons make no block."""
    rng = np.random.default_rng(1)
    if graph == "ring":
        indptr, indices = watts_strogatz(n, 40, 0.2, rng)
    elif graph == "sparse":
        indptr, indices = erdos_renyi(n, 0.1, rng)
    else:
        indptr, indices = np.arange(n + 1) * n, np.tile(np.arange(n), n)
    weights = rng.normal(size=len(indices)).astype(np.float32)
    weights[::7], weights[1::11] = -0.0, 0.0
    return sp.csr_matrix((weights, indices, indptr), shape=(n, n))


@pytest.mark.parametrize("graph", ["ring", "sparse", "full"])
def test_blocks_add_what_rows_add(graph):
    matrix = matrix_of(graph)
    n = matrix.shape[0]
    plain = build_edges(matrix.indptr, matrix.indices, matrix.data, n_neurons=n, by_target=False)
    packed = pack(plain, n)
    assert len(packed.packed) + len(packed.weight) == matrix.nnz
    if graph == "full":
        assert len(packed.weight) == n * (n % 16)
    rng = np.random.default_rng(2)
    potential = rng.normal(size=n).astype(np.float32)
    potential[:8] = [-0.0, 0.0, np.inf, -np.inf, np.nan, -0.0, 1e-45, -1e-45]
    potential[20:30] = -0.0
    spikes = np.sort(rng.choice(n, 40, replace=False)).astype(np.uint32)
    results = []
    for layout in (plain, packed):
        # One spike as well, which leaves most zeros as they are.
        for some in (spikes, spikes[:1], spikes[:0]):
            after = potential.copy()
            sent(Model(None, layout), State(None), after, some)
            results.append(after.tobytes())
    assert results[:3] == results[3:]


@pytest.fixture
def packable(monkeypatch):
    """Let small networks be packed, from their second run of 20 steps on, on any processor."""
    monkeypatch.setattr(synapses, "PACKABLE", range(1, 10**5))
    monkeypatch.setattr(synapses, "WORTH_PACKING", 40)
    monkeypatch.setattr(synapses, "EXPANDS", True)


def network():
    spikes = np.random.default_rng(0).integers(0, 2, size=(30, 20), dtype=np.uint8)
    given = dict(num_neurons=70, num_output_neurons=10, input_spike_times=spikes, leak_coefficient=0.1)
    given |= dict(refractory_period=2, membrane_threshold=1.0, mean_weight=0.1, weight_variance=1.0)
    return SimulationParams(**given | dict(small_world_graph_p=0.2, small_world_graph_k=40, seed=0))


def is_packed(snn):
    return isinstance(snn._run.parts[0].synapses, Packed)


def outcome(snn):
    """Return what a run from the beginning gives."""
    snn.reset()
    snn.simulate()
    return snn.spike_matrix_output.tobytes(), snn.membrane_potentials.tobytes()


def change(snn, how):
    """Change the weights."""
    if how == "rescale":
        snn.rescale_synaptic_weights_to_mean(0.2)
    elif how == "draw":
        snn.reset_synaptic_weights(0.2, 0.5)
    elif how == "scale":
        snn.apply_synaptic_scaling(0.05, 0.5)
    elif how == "prune":
        snn.prune(0.3)
    elif how == "replace":
        snn.set_topology(matrix_of("ring"))


@pytest.mark.parametrize("how", ["rescale", "draw", "scale", "prune", "replace"])
def test_a_change_of_the_weights_is_seen(packable, how):
    snn = SNN(network(), STDPParams(clip=False))
    snn.disable_stdp()
    first = outcome(snn)
    assert not is_packed(snn)
    assert outcome(snn) == first
    assert is_packed(snn)
    change(snn, how)
    after = outcome(snn)
    assert not is_packed(snn)
    assert after != first
    assert outcome(snn) == after
    assert is_packed(snn)


def test_a_single_step_after_a_change_sees_it(packable):
    snn, plain = SNN(network()), SNN(network())
    outcome(snn), outcome(snn), outcome(plain)
    assert is_packed(snn)
    for one in (snn, plain):
        one.step(np.ones(30, dtype=np.uint8))
        one.rescale_synaptic_weights_to_mean(0.3)
        one.step(np.ones(30, dtype=np.uint8))
    np.testing.assert_array_equal(snn.membrane_potentials, plain.membrane_potentials)


def test_learning_runs_keep_their_rows(packable):
    snn = SNN(network(), STDPParams(clip=False))
    outcome(snn), outcome(snn)
    assert not is_packed(snn)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_batch_gives_the_same(packable, monkeypatch, n_jobs):
    trials = (np.random.default_rng(3).random((6, 30, 20)) < 0.5).astype(np.uint8)
    snn = SNN(network())
    found = snn.simulate_batch(trials, returns="outputs", n_jobs=n_jobs)
    assert snn._network.synapses.packed is not None
    assert snn._network.frozen_model().synapses is snn._network.synapses.packed
    monkeypatch.setattr(synapses, "EXPANDS", False)
    np.testing.assert_array_equal(found, SNN(network()).simulate_batch(trials, returns="outputs", n_jobs=1))


def test_copies_have_their_own(packable):
    snn = SNN(network())
    outcome(snn)
    first = outcome(snn)
    for twin in (copy.deepcopy(snn), pickle.loads(pickle.dumps(snn))):
        twin.rescale_synaptic_weights_to_mean(0.3)
        assert outcome(twin) != first
    assert outcome(snn) == first
    assert is_packed(snn)


def test_what_is_not_dense_stays_as_it_is(packable):
    snn = SNN(network())
    snn.set_topology(matrix_of("sparse"))
    outcome(snn), outcome(snn)
    assert not is_packed(snn)
