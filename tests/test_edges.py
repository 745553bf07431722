"""Synapses by target, beside a stable sort."""

import numpy as np
import pytest

from snnres.kernels import spans
from snnres.kernels.edges import build_edges


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
