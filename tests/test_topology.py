"""Random graphs against networkx and their distributions; pruning; exchange; matrices that must be refused."""

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from cases import random_matrix
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from snnres import SNN, SimulationParams
from snnres.parts.graphs import sampling
from snnres.topology import erdos_renyi, from_networkx, restricted, survivors, to_networkx, watts_strogatz

# Seeds are fixed, so a test passes always or never; at 5 standard errors the chance that a right program was
# given an unlucky seed is below one in a million for each figure.
ERRORS = 5


def arcs_of(indptr, indices):
    sources = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    return sources, np.asarray(indices, dtype=np.int64)


def small_world(n, k, p, seed):
    return arcs_of(*watts_strogatz(n, k, p, np.random.default_rng(seed)))


def undirected(sources, targets):
    graph = nx.Graph()
    graph.add_edges_from(zip(sources.tolist(), targets.tolist(), strict=True))
    return graph


def agree(ours, theirs):
    """Whether the means of two samples differ by no more than chance explains."""
    error = np.sqrt(np.var(ours, ddof=1) / len(ours) + np.var(theirs, ddof=1) / len(theirs))
    return abs(np.mean(ours) - np.mean(theirs)) <= ERRORS * error


@pytest.mark.parametrize(
    ("n", "k", "p"),
    [(1000, 10, 0.2), (51, 50, 0.5), (50, 48, 1.0), (9, 4, 1.0), (3, 2, 0.5), (2, 2, 0.3), (40, 40, 0.7), (7, 6, 1.0)],
)
def test_small_world_is_a_simple_graph_of_the_exact_size(n, k, p):
    for seed in range(5):
        indptr, indices = watts_strogatz(n, k, p, np.random.default_rng(seed))
        sources, targets = arcs_of(indptr, indices)
        assert len(sources) == (n * (n - 1) // 2 if k == n else n * k // 2)
        assert (sources != targets).all()
        assert (targets >= 0).all()
        assert (targets < n).all()
        pairs = np.minimum(sources, targets) * n + np.maximum(sources, targets)
        assert len(np.unique(pairs)) == len(pairs)
        # Ascending within each row, without repeats.
        assert (np.diff(sources * n + targets) > 0).all()


@pytest.mark.parametrize(("n", "k"), [(20, 4), (9, 8), (10, 10), (5, 2), (2, 2)])
def test_without_rewiring_it_is_the_ring(n, k):
    graph = undirected(*small_world(n, k, 0.0, 1))
    expected = nx.watts_strogatz_graph(n, k, 0.0)
    assert {frozenset(edge) for edge in graph.edges} == {frozenset(edge) for edge in expected.edges}


@pytest.mark.parametrize(("n", "k"), [(9, 8), (8, 8), (21, 20)])
@pytest.mark.parametrize("p", [0.5, 1.0])
def test_a_full_graph_cannot_be_rewired(n, k, p):
    assert undirected(*small_world(n, k, p, 2)).number_of_edges() == n * (n - 1) // 2


def measures(graph, n, k):
    """Fraction of ring edges left, clustering, variance of the degree, third moment of the degree, mean distance."""
    lags = np.array([min((u - v) % n, (v - u) % n) for u, v in graph.edges])
    degree = np.array([degree for _, degree in graph.degree])
    moved = degree - degree.mean()
    return [
        (lags <= k // 2).mean(),
        nx.average_clustering(graph),
        (moved**2).mean(),
        (moved**3).mean(),
        nx.average_shortest_path_length(graph) if nx.is_connected(graph) else 0.0,
    ]


@pytest.mark.parametrize(("n", "k", "p"), [(60, 8, 0.1), (60, 8, 0.6), (60, 8, 1.0), (16, 12, 0.5), (14, 12, 1.0)])
def test_small_world_has_the_statistics_of_networkx(n, k, p):
    ours = np.array([measures(undirected(*small_world(n, k, p, [7, seed])), n, k) for seed in range(80)])
    theirs = np.array([measures(nx.watts_strogatz_graph(n, k, p, seed=seed), n, k) for seed in range(80)])
    names = ("ring edges left", "clustering", "degree variance", "degree skew", "path length")
    for name, own, other in zip(names, ours.T, theirs.T, strict=True):
        assert agree(own, other), f"{name}: {own.mean()} against {other.mean()}"


@pytest.mark.parametrize("p", [0.05, 0.5])
def test_a_fraction_p_is_rewired(p):
    n, k = 20000, 10
    sources, targets = small_world(n, k, p, 3)
    distance = np.abs(sources - targets)
    left = (np.minimum(distance, n - distance) <= k // 2).sum()
    m = n * k // 2
    # An edge that is moved lands on a free ring place with probability below k / n, here 1 in 2000.
    expected, slack = m * (1 - p), m * p * k / n
    assert abs(left - expected) <= ERRORS * np.sqrt(m * p * (1 - p)) + slack


def test_each_node_keeps_its_own_edges():
    """Edges move at their far end only, so that no degree falls below k / 2."""
    graph = undirected(*small_world(2000, 10, 1.0, 4))
    degree = np.array([graph.degree(u) for u in range(2000)])
    assert degree.min() >= 5
    # At p = 1 the rest, k/2 ends a node on average, are all but uniformly thrown: Poisson, variance near its mean.
    assert abs(degree.var() - 5) < ERRORS * np.sqrt(2 * 25 / 2000 + 5 / 2000) + 0.1


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(("n", "k"), [(4000, 10), (200, 200)])
def test_directions_are_balanced(n, k, p):
    sources, targets = small_world(n, k, p, 5)
    m = len(sources)
    assert abs((sources < targets).sum() - m / 2) <= ERRORS * np.sqrt(m / 4)
    if p == 0 and k < n:
        # k coins a node: the out-degree is binomial with variance k / 4.
        out = np.bincount(sources, minlength=n)
        assert abs(out.var() - k / 4) <= ERRORS * (k / 4) * np.sqrt(2 / n)


def test_random_graph_has_no_loops_and_no_doubles():
    for seed, n, prob in [(0, 500, 0.03), (1, 40, 0.9), (2, 2, 0.5), (3, 3, 1.0)]:
        sources, targets = arcs_of(*erdos_renyi(n, prob, np.random.default_rng(seed)))
        assert (sources != targets).all()
        assert (np.diff(sources * n + targets) > 0).all()
        assert (targets >= 0).all()
        assert (targets < n).all()


def test_number_of_arcs_is_binomial():
    n, prob, draws = 60, 0.1, 2000
    counts = [len(erdos_renyi(n, prob, np.random.default_rng([3, seed]))[1]) for seed in range(draws)]
    pairs = n * (n - 1)
    variance = pairs * prob * (1 - prob)
    assert abs(np.mean(counts) - pairs * prob) <= ERRORS * np.sqrt(variance / draws)
    # A sample variance of nearly normal counts has the standard error variance * sqrt(2 / draws).
    assert abs(np.var(counts, ddof=1) - variance) <= ERRORS * variance * np.sqrt(2 / draws)


@pytest.mark.parametrize("chunk", [3, 2**22])
@pytest.mark.parametrize("prob", [0.05, 0.5, 0.95])
def test_each_ordered_pair_is_equally_likely(monkeypatch, prob, chunk):
    monkeypatch.setattr(sampling, "CHUNK", chunk)
    n, draws = 5, 4000
    found = np.zeros((n, n))
    rng = np.random.default_rng(6)
    for _ in range(draws):
        sources, targets = arcs_of(*erdos_renyi(n, prob, rng))
        found[sources, targets] += 1
    assert not found.diagonal().any()
    pairs = found[~np.eye(n, dtype=bool)]
    z = (pairs - draws * prob) / np.sqrt(draws * prob * (1 - prob))
    assert np.abs(z).max() <= ERRORS
    assert (z**2).sum() < stats.chi2.isf(1e-6, len(z))


@pytest.mark.parametrize("chunk", [1, 7, 2**22])
def test_probability_one_is_every_pair(monkeypatch, chunk):
    monkeypatch.setattr(sampling, "CHUNK", chunk)
    sources, targets = arcs_of(*erdos_renyi(8, 1.0, np.random.default_rng(0)))
    expected = [(j, i) for j in range(8) for i in range(8) if i != j]
    assert list(zip(sources.tolist(), targets.tolist(), strict=True)) == expected


@pytest.mark.parametrize(("n", "prob"), [(50, 0.0), (1, 0.5), (1, 1.0), (1, 0.0), (50, 1e-18), (100_000, 1e-18)])
def test_random_graphs_without_arcs(n, prob):
    indptr, indices = erdos_renyi(n, prob, np.random.default_rng(0))
    assert indptr.tolist() == [0] * (n + 1)
    assert len(indices) == 0


def test_a_vanishing_probability_over_many_pairs():
    """10^10 pairs at 10^-9: ten arcs on average, found in a few leaps."""
    counts = [len(erdos_renyi(100_000, 1e-9, np.random.default_rng(seed))[1]) for seed in range(100)]
    assert abs(np.mean(counts) - 10) <= ERRORS * np.sqrt(10 / 100)


def network_of(**changes):
    case = {
        "num_neurons": 2000,
        "num_output_neurons": 1,
        "mean_weight": 0.4,
        "small_world_graph_k": 50,
        "small_world_graph_p": 0.2,
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.0,
        "refractory_period": 1,
        "seed": 1,
    }
    return SNN(SimulationParams(**(case | changes)))


@pytest.mark.parametrize("mean", [0.4, -2.5])
@pytest.mark.parametrize("variation", [None, 0.1, 5.0])
def test_weights_are_normal_with_the_coefficient_of_variation(mean, variation):
    data = network_of(mean_weight=mean, weight_variance=variation).get_topology().data.astype(np.float64)
    sd = abs(mean) * (0.1 if variation is None else variation)
    assert abs(data.mean() - mean) <= ERRORS * sd / np.sqrt(len(data))
    assert abs(data.std() - sd) <= ERRORS * sd / np.sqrt(2 * len(data))
    assert stats.kstest((data - mean) / sd, "norm").pvalue > 1e-6


def test_weights_without_spread_are_all_the_mean():
    assert set(network_of(weight_variance=0.0).get_topology().data) == {np.float32(0.4)}


def test_reset_of_weights_draws_anew_on_the_same_graph():
    snn = network_of()
    before = snn.get_topology()
    snn.reset_synaptic_weights(-3.0, 0.5)
    after = snn.get_topology()
    np.testing.assert_array_equal(after.indices, before.indices)
    np.testing.assert_array_equal(after.indptr, before.indptr)
    n = after.nnz
    assert abs(after.data.mean(dtype=np.float64) + 3) <= ERRORS * 1.5 / np.sqrt(n)
    assert abs(after.data.std(dtype=np.float64) - 1.5) <= ERRORS * 1.5 / np.sqrt(2 * n)
    snn.reset_synaptic_weights(-3.0, 0.5)
    assert (snn.get_topology().data != after.data).mean() > 0.99


def prune_by_hand(data, fraction):
    """Positions that stay, by the words of the rule."""
    count = min(max(int(np.floor(fraction * len(data))), 1), len(data) - 1)
    order = sorted(range(len(data)), key=lambda e: (abs(data[e]), e))
    return [e for e in range(len(data)) if e not in set(order[:count]) and data[e] != 0]


@given(st.integers(0, 10**6), st.floats(1e-6, 1, exclude_max=True))
def test_prune_follows_its_rule(seed, fraction):
    rng = np.random.default_rng(seed)
    matrix = random_matrix(rng, int(rng.integers(3, 12)))
    # Few distinct values, so that there are ties, among them between w and -w.
    matrix.data[:] = rng.integers(-2, 3, size=matrix.nnz) / 2
    if matrix.nnz < 2:
        return
    before = matrix.copy()
    result = restricted(matrix, survivors(matrix, fraction))
    stay = prune_by_hand(matrix.data, fraction)
    coo = before.tocoo()
    expected = sp.csr_matrix((coo.data[stay], (coo.row[stay], coo.col[stay])), shape=matrix.shape)
    for part in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(result, part), getattr(expected, part))
        np.testing.assert_array_equal(getattr(matrix, part), getattr(before, part))


def test_prune_on_a_network():
    snn = network_of()
    weights = snn.get_topology()
    snn.prune(0.25)
    left = snn.get_topology()
    assert left.nnz == weights.nnz - weights.nnz // 4
    assert np.abs(left.data).min() >= np.sort(np.abs(weights.data))[weights.nnz // 4 - 1]
    for bad in (0, 1, 1.0, -0.1, np.nan, 2, True, "0.5"):
        with pytest.raises((TypeError, ValueError), match="fraction"):
            snn.prune(bad)
    assert snn.get_topology().nnz == left.nnz


def one_synapse(weight):
    return SNN(given_matrix(sp.csr_matrix((np.array([weight]), ([0], [1])), shape=(3, 3))))


def test_prune_needs_two_synapses():
    empty = SNN(given_matrix(sp.csr_matrix((3, 3))))
    for snn in (empty, one_synapse(0.5)):
        with pytest.raises(ValueError, match="prune"):
            snn.prune(0.5)


def test_rescaling_multiplies_by_one_factor():
    snn = network_of(weight_variance=2.0)
    before = snn.get_topology().data
    snn.rescale_synaptic_weights_to_mean(-0.7)
    after = snn.get_topology().data
    # Each float32 weight is rounded once, by half of 1.2e-7 at most, and so is the factor.
    np.testing.assert_allclose(after / before, -0.7 / before.mean(dtype=np.float64), rtol=1e-6)
    assert snn.weights_mean == pytest.approx(-0.7, rel=1e-5)
    for impossible in (SNN(given_matrix(sp.csr_matrix((3, 3)))), one_synapse(0.0)):
        with pytest.raises(ValueError, match="target_mean"):
            impossible.rescale_synaptic_weights_to_mean(0.3)


def test_networkx_round_trip():
    matrix = random_matrix(np.random.default_rng(2), 25)
    back = from_networkx(to_networkx(matrix))
    assert back.dtype == np.float32
    for part in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(back, part), getattr(matrix, part))


def test_networkx_edges_point_from_pre_to_post():
    graph = to_networkx(sp.csr_matrix(np.array([[0, 0.5, 0], [0, 0, -2.0], [0, 0, 0]], dtype=np.float32)))
    assert graph.is_directed()
    assert dict(graph.edges) == {(0, 1): {"weight": 0.5}, (1, 2): {"weight": -2.0}}
    assert sorted(graph.nodes) == [0, 1, 2]


def test_from_networkx_reads_names_order_and_defaults():
    graph = nx.DiGraph()
    graph.add_nodes_from("cab")
    graph.add_edge("a", "b", strength=0.25)
    graph.add_edge("b", "c")
    assert from_networkx(graph, weight="strength").toarray().tolist() == [[0, 0, 0], [0, 0, 0.25], [1, 0, 0]]
    assert from_networkx(nx.path_graph(3)).toarray().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]


def test_from_networkx_refuses():
    with pytest.raises(ValueError, match="multigraph"):
        from_networkx(nx.MultiDiGraph([(0, 1), (0, 1)]))
    with pytest.raises(ValueError, match="graph"):
        from_networkx(nx.DiGraph())
    graph = nx.DiGraph()
    graph.add_edge(0, 1, weight=float("nan"))
    with pytest.raises(ValueError, match="finite"):
        from_networkx(graph)


FORMATS = ("csr", "csc", "coo", "lil", "dok", "bsr", "dia")
KINDS = [getattr(sp, f"{name}_{kind}") for name in FORMATS for kind in ("matrix", "array")]


def given_matrix(matrix):
    return SimulationParams(
        adjacency_matrix=matrix,
        output_neurons=np.array([0]),
        membrane_threshold=1.0,
        leak_coefficient=0.0,
        refractory_period=1,
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_sparse_format_is_taken(kind, dtype):
    dense = np.array([[0, 0.5, 0, 0], [1.5, 0, 0, -2], [0, 0, 0.25, 0], [0, 0, 3, 0]], dtype=dtype)
    weights = SNN(given_matrix(kind(dense))).get_topology()
    assert weights.dtype == np.float32
    np.testing.assert_array_equal(weights.toarray(), dense)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e39])
def test_every_sparse_format_is_refused_when_not_finite(kind, value):
    dense = np.eye(4)
    dense[2, 1] = value
    with pytest.raises(ValueError, match=r"adjacency_matrix must be finite"):
        given_matrix(kind(dense))


@pytest.mark.parametrize("kind", KINDS)
def test_every_sparse_format_is_refused_when_not_square_or_not_real(kind):
    with pytest.raises(ValueError, match=r"adjacency_matrix must be square.*\(3, 4\)"):
        given_matrix(kind(np.ones((3, 4))))
    for dtype in (np.bool_, np.complex128):
        with pytest.raises(TypeError, match="adjacency_matrix must hold float"):
            given_matrix(kind(np.eye(4).astype(dtype)))


def twice(name, kind):
    """A matrix that names the synapse 0 -> 1 twice, or 1 -> 0 in the formats that go by column."""
    values, minor, bounds = np.array([1.0, 2.0, 3.0]), np.array([1, 1, 0]), np.array([0, 2, 3, 3])
    cls = getattr(sp, f"{name}_{kind}")
    if name in ("csr", "csc"):
        return cls((values, minor, bounds), shape=(3, 3))
    if name == "bsr":
        return cls((values.reshape(3, 1, 1), minor, bounds), shape=(3, 3))
    if name == "coo":
        return cls((values, ([0, 0, 1], minor)), shape=(3, 3))
    matrix = cls((3, 3))
    matrix.rows[0], matrix.data[0] = [1, 1], [1.0, 2.0]
    return matrix


@pytest.mark.parametrize("kind", ["matrix", "array"])
@pytest.mark.parametrize("name", ["csr", "csc", "bsr", "coo", "lil"])
def test_duplicates_are_refused(name, kind):
    with pytest.raises(ValueError, match=r"adjacency_matrix must not have duplicate"):
        given_matrix(twice(name, kind))


def out_of_range(name, kind, index):
    matrix = getattr(sp, f"{name}_{kind}")(np.eye(3))
    if name == "coo":
        matrix.col[0] = index
    elif name == "lil":
        matrix.rows[0] = [index]
    else:
        matrix.indices[0] = index
    return matrix


@pytest.mark.parametrize("kind", ["matrix", "array"])
@pytest.mark.parametrize("name", ["csr", "csc", "bsr", "coo", "lil"])
@pytest.mark.parametrize("index", [3, 1000, -1])
def test_indices_out_of_range_are_refused(name, kind, index):
    """Such an index would be written to by the kernels."""
    with pytest.raises(ValueError, match="adjacency_matrix"):
        given_matrix(out_of_range(name, kind, index))


@pytest.mark.parametrize("bad", [[0, 2, 1, 3], [1, 1, 2, 3], [0, 1, 2, 9], [0, 3, 3, 0]])
def test_row_bounds_that_lie_are_refused(bad):
    matrix = sp.csr_matrix(np.eye(3))
    matrix.indptr[:] = bad
    with pytest.raises(ValueError, match="adjacency_matrix"):
        given_matrix(matrix)


@pytest.mark.parametrize(
    "value",
    [
        np.eye(3, dtype=bool),
        np.eye(3) * 1j,
        [["1"]],
        [[1.0], [1.0, 2.0]],
        np.ones((3, 4)),
        np.ones(3),
        np.ma.masked_array(np.eye(3), np.eye(3)),
        "matrix",
        3,
        sp.csr_matrix((0, 0)),
    ],
)
def test_what_is_no_matrix_of_weights_is_refused(value):
    with pytest.raises((TypeError, ValueError), match=r"adjacency_matrix must .*Got .* instead"):
        given_matrix(value)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"n_neurons": 0}, ValueError),
        ({"n_neurons": 2**31}, ValueError),
        ({"n_neurons": 10.0}, TypeError),
        ({"k": 3}, ValueError),
        ({"k": 0}, ValueError),
        ({"k": 12}, ValueError),
        ({"k": True}, TypeError),
        ({"p": 1.1}, ValueError),
        ({"p": "a"}, TypeError),
        ({"prob": -0.1}, ValueError),
        ({"prob": np.nan}, ValueError),
        ({"rng": np.random.RandomState(0)}, TypeError),
        ({"rng": 0}, TypeError),
    ],
)
def test_graphs_are_refused_by_the_name_of_what_is_wrong(change, error):
    [name] = change
    given = {"n_neurons": 10, "rng": np.random.default_rng(0)}
    for graph, own in ((watts_strogatz, {"k": 4, "p": 0.5}), (erdos_renyi, {"prob": 0.5})):
        if name in given | own:
            with pytest.raises(error, match=rf"{name} must be .*Got .* instead"):
                graph(**(given | own | change))


def test_graphs_take_any_integer():
    plain = watts_strogatz(200, 100, 0.5, np.random.default_rng(0))
    small = watts_strogatz(np.uint8(200), np.int8(100), np.float16(0.5), np.random.default_rng(0))
    np.testing.assert_array_equal(plain[1], small[1])
    plain = erdos_renyi(200, 0.25, np.random.default_rng(0))
    for n_neurons in (np.uint8(200), np.uint64(200), np.int16(200)):
        np.testing.assert_array_equal(erdos_renyi(n_neurons, 0.25, np.random.default_rng(0))[1], plain[1])


def test_only_a_graph_is_one():
    pytest.importorskip("networkx")
    with pytest.raises(TypeError, match=r"graph must be a Graph\. Got .* instead"):
        from_networkx(np.eye(3))
