"""Synapses in their orders, beside a stable sort."""

import numpy as np
import pytest
import scipy.sparse as sp

from snnres.kernels import spans
from snnres.kernels.edges import build_edges
from snnres.network.synapses import Synapses


def even(rng, n_rows, n_neurons):
    return rng.integers(0, 2, size=(n_rows, n_neurons)) == 0


def sparse(rng, n_rows, n_neurons):
    return rng.random((n_rows, n_neurons)) < 2 / n_neurons


def into_one(rng, n_rows, n_neurons):
    return np.arange(n_neurons) == np.full((n_rows, 1), n_neurons // 2)


def none(rng, n_rows, n_neurons):
    return np.zeros((n_rows, n_neurons), dtype=bool)


@pytest.mark.parametrize("graph", [even, sparse, into_one, none])
@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (40, 7), (300, 1500), (4, 70_000)])
def test_synapses_by_target_are_a_stable_sort(graph, shape, monkeypatch):
    # So many pieces as a network of 10^8 synapses has.
    monkeypatch.setattr(spans, "SPAN", 1000)
    row, target = np.nonzero(graph(np.random.default_rng(0), *shape))
    indptr = np.searchsorted(row, np.arange(shape[0] + 1))
    weights = np.zeros(len(row), dtype=np.float32)
    edges = build_edges(indptr, target.astype(np.int32), weights, n_neurons=shape[1], by_target=True)
    order = np.argsort(target, kind="stable")
    np.testing.assert_array_equal(edges.in_edge, order)
    np.testing.assert_array_equal(edges.in_source, row[order])
    np.testing.assert_array_equal(edges.in_indptr, np.searchsorted(target[order], np.arange(shape[1] + 1)))


@pytest.mark.parametrize("graph", [even, sparse, into_one])
def test_rows_in_the_order_of_delays_and_back(graph, monkeypatch):
    monkeypatch.setattr(spans, "SPAN", 100)
    rng = np.random.default_rng(0)
    matrix = sp.csr_matrix(graph(rng, 60, 60) * rng.random((60, 60)), dtype=np.float32)
    delays = rng.choice([1, 2, 3, 2**20], size=matrix.nnz).astype(np.int32)
    order = np.lexsort((delays, np.repeat(np.arange(60), np.diff(matrix.indptr))))
    synapses = Synapses(matrix, delays)
    np.testing.assert_array_equal(synapses.delays, delays[order])
    np.testing.assert_array_equal(synapses.matrix.indices, matrix.indices[order])
    np.testing.assert_array_equal(synapses.matrix.data, matrix.data[order])
    weights, steps = synapses.by_target()
    np.testing.assert_array_equal(steps, delays)
    np.testing.assert_array_equal(weights.indices, matrix.indices)
    np.testing.assert_array_equal(weights.data, matrix.data)
