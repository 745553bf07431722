"""Graphs that are parts, against closed forms, networkx and graphs that are certain; how parameters take them."""

from dataclasses import dataclass, replace

import networkx as nx
import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

from snnres import SNN, SimulationParams, topology
from snnres.parts import Blocks, GivenGraph, Graph, Lattice, Part, Ring, ScaleFree
from snnres.parts.graphs import sampling, scale_free

# Seeds are fixed. A right program fails a single comparison at this level in one of ten million choices of seeds.
CHANCE = 1e-7
ERRORS = 5.4

SIZED = [
    (Lattice((5, 4, 3)), 60),
    (Lattice((60,), lam=5.0), 60),
    (ScaleFree(3), 60),
    (ScaleFree(59, shuffle=False), 60),
    (Blocks((20, 40), ((0.5, 0.1), (0.0, 0.9))), 60),
    (Ring(7), 60),
    (GivenGraph(60, [(59, 0), (3, 59), (3, 2)]), 60),
]


def arcs_of(indptr, indices):
    return np.repeat(np.arange(len(indptr) - 1), np.diff(indptr)), np.asarray(indices, dtype=np.int64)


def drawn(graph, n, seed, signs=None):
    return arcs_of(*graph.draw(n, np.random.default_rng(seed), signs))


def found_in(graph, n, draws, signs=None):
    """How often each ordered pair was joined."""
    found = np.zeros((n, n), dtype=np.int64)
    rng = np.random.default_rng(5)
    for _ in range(draws):
        sources, targets = arcs_of(*graph.draw(n, rng, signs))
        found[sources, targets] += 1
    return found


def params_of(**changes):
    case = {
        "num_neurons": 60,
        "num_output_neurons": 5,
        "mean_weight": 0.4,
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.0,
        "refractory_period": 1,
        "seed": 1,
    }
    return SimulationParams(**(case | changes))


@pytest.mark.parametrize(("graph", "n"), SIZED, ids=lambda value: type(value).__name__)
def test_rows_ascend_without_loops_and_doubles_and_follow_the_seed(graph, n):
    indptr, indices = graph.draw(n, np.random.default_rng(3))
    assert (indptr.dtype, indices.dtype) == (np.int64, np.int32)
    assert (indptr[0], indptr[-1], len(indptr)) == (0, len(indices), n + 1)
    sources, targets = arcs_of(indptr, indices)
    assert (sources != targets).all()
    assert (np.diff(sources * n + targets) > 0).all()
    again = graph.draw(n, np.random.default_rng(3))
    np.testing.assert_array_equal(again[1], indices)
    other = graph.draw(n, np.random.default_rng(4))
    drawn_at_random = not isinstance(graph, (Ring, GivenGraph))
    same = np.array_equal(other[0], indptr) and np.array_equal(other[1], indices)
    assert same != drawn_at_random


def lattice_probabilities(lattice, signs=None):
    """The formula, pair by pair."""
    n = int(np.prod(lattice.shape))
    places = np.stack(np.unravel_index(np.arange(n), lattice.shape), axis=1).astype(float)
    c = np.full((n, n), lattice.c_ee)
    if signs is not None:
        kinds = {(1, 1): lattice.c_ee, (1, -1): lattice.c_ei, (-1, 1): lattice.c_ie, (-1, -1): lattice.c_ii}
        c = np.array([[kinds[int(source), int(target)] for target in signs] for source in signs])
    return c * np.exp(-((cdist(places, places) / lattice.lam) ** 2)) * ~np.eye(n, dtype=bool)


@pytest.mark.parametrize(
    ("lattice", "with_signs"),
    [
        (Lattice((5, 4, 3)), False),
        (Lattice((5, 4, 3)), True),
        (Lattice((5, 4, 3), lam=0.7, c_ee=1.0, c_ii=0.9), True),
        (Lattice((6, 9), lam=30.0), True),
        (Lattice((40,), lam=4.5, c_ee=0.05), False),
    ],
)
def test_lattice_joins_by_distance_and_kind(lattice, with_signs):
    n, draws = int(np.prod(lattice.shape)), 400
    signs = np.where(np.random.default_rng(0).random(n) < 0.3, -1, 1).astype(np.int8) if with_signs else None
    expected, found = lattice_probabilities(lattice, signs), found_in(lattice, n, draws, signs)
    assert not found[expected == 0].any()
    # Whole classes of one probability, by the exact binomial distribution.
    for p in np.unique(np.round(expected[expected > 0], 12)):
        members = np.isclose(expected, p, rtol=0, atol=1e-11)
        trials = int(members.sum()) * draws
        assert stats.binomtest(int(found[members].sum()), trials, min(p, 1.0)).pvalue > CHANCE, p
    # Each pair by itself, where a normal distribution serves.
    enough = draws * expected * (1 - expected) > 5
    z = (found - draws * expected)[enough] / np.sqrt((draws * expected * (1 - expected))[enough])
    assert (z**2).sum() < stats.chi2.isf(CHANCE, len(z))
    assert (z**2).sum() > stats.chi2.ppf(CHANCE, len(z))


def test_lattice_pairs_are_independent():
    """The number of arcs of a row varies as a sum of independent choices does."""
    lattice, draws = Lattice((4, 4, 2), lam=3.0, c_ee=0.6), 600
    rng = np.random.default_rng(1)
    degree = np.array([np.diff(lattice.draw(32, rng)[0]) for _ in range(draws)])
    p = lattice_probabilities(lattice)
    variance = (p * (1 - p)).sum(axis=1)
    assert (np.abs(degree.var(axis=0, ddof=1) - variance) < ERRORS * variance * np.sqrt(2.2 / draws)).all()
    whole = variance.sum()
    assert abs(degree.sum(axis=1).var(ddof=1) - whole) < ERRORS * whole * np.sqrt(2.2 / draws)


@pytest.mark.parametrize("kind", ["c_ee", "c_ei", "c_ie", "c_ii"])
def test_lattice_kinds_go_from_source_to_target(kind):
    c = dict.fromkeys(("c_ee", "c_ei", "c_ie", "c_ii"), 0.0) | {kind: 1.0}
    signs = np.array([1, -1, 1, 1, -1, -1, 1, -1], dtype=np.int8)
    names = np.where(signs > 0, "e", "i")
    sources, targets = drawn(Lattice((2, 2, 2), lam=1e30, **c), 8, 0, signs)
    expected = [(j, i) for j in range(8) for i in range(8) if i != j and f"c_{names[j]}{names[i]}" == kind]
    assert list(zip(sources.tolist(), targets.tolist(), strict=True)) == expected


def test_lattice_without_kinds_is_all_excitatory():
    lattice = Lattice((3, 3), c_ei=0.9, c_ie=0.9, c_ii=0.9)
    for signs in (None, np.ones(9, dtype=np.int8)):
        np.testing.assert_array_equal(drawn(lattice, 9, 2, signs)[1], drawn(Lattice((3, 3)), 9, 2)[1])


@pytest.mark.parametrize("lattice", [Lattice((7, 7), lam=1e-30), Lattice((7, 7), c_ee=0.0), Lattice((49,), lam=0.01)])
def test_lattice_without_arcs(lattice):
    assert len(drawn(lattice, 49, 0)[1]) == 0
    assert len(drawn(Lattice((1, 1, 1), c_ee=1.0), 1, 0)[1]) == 0


def test_a_large_lattice_takes_memory_of_its_arcs():
    """64,000 neurons have 4 * 10^9 pairs. Far from the faces a neuron's arcs are binomial sums over all offsets."""
    sources, targets = drawn(Lattice((40, 40, 40)), 64000, 0)
    places = np.stack(np.unravel_index(np.arange(64000), (40, 40, 40)), axis=1)
    inner = ((places >= 10) & (places < 30)).all(axis=1)
    distance = np.linalg.norm(places[sources] - places[targets], axis=1)
    assert 4 < distance.max() < 10
    axis = np.exp(-(np.arange(-10, 11) ** 2) / 4.0)
    p = 0.3 * np.einsum("i,j,k->ijk", axis, axis, axis).ravel()
    p = p[p < 0.3]
    degree = np.bincount(sources, minlength=64000)[inner]
    assert abs(degree.mean() - p.sum()) < ERRORS * np.sqrt((p * (1 - p)).sum() / inner.sum())


def ages(graph, n, seed):
    """The undirected edges of a scale-free graph whose neurons are numbered as they came."""
    sources, targets = drawn(replace(graph, shuffle=False), n, seed)
    return np.stack([np.minimum(sources, targets), np.maximum(sources, targets)], axis=1)


@pytest.mark.parametrize(("m", "n"), [(1, 2), (1, 50), (3, 4), (4, 100), (60, 80)])
def test_scale_free_grows_by_m_edges(m, n):
    edges = ages(ScaleFree(m), n, 1)
    assert len(np.unique(edges @ [n, 1])) == len(edges) == m * (n - m)
    added = np.bincount(edges[:, 1], minlength=n)
    assert added[m + 1 :].tolist() == [m] * (n - m - 1)
    assert added[: m + 1].tolist() == [0] + [1] * m
    assert (edges[(edges[:, 1] <= m)][:, 0] == 0).all()


def moments(degree, edges):
    graph = nx.Graph(edges)
    moved = degree - degree.mean()
    return [degree.max(), (moved**2).mean(), (degree == degree.min()).mean(), nx.average_clustering(graph), degree[0]]


@pytest.mark.parametrize(("m", "n"), [(1, 100), (2, 60), (5, 80), (20, 40)])
def test_scale_free_has_the_statistics_of_networkx(m, n):
    ours, theirs = [], []
    for seed in range(100):
        edges = ages(ScaleFree(m), n, [seed, 1])
        ours.append(moments(np.bincount(edges.ravel(), minlength=n), edges.tolist()))
        graph = nx.barabasi_albert_graph(n, m, seed=seed)
        theirs.append(moments(np.array([degree for _, degree in sorted(graph.degree)]), list(graph.edges)))
    names = ("largest", "variance", "least", "clustering", "first")
    for name, own, other in zip(names, np.transpose(ours), np.transpose(theirs), strict=True):
        error = np.sqrt((np.var(own, ddof=1) + np.var(other, ddof=1)) / 100)
        assert abs(np.mean(own) - np.mean(other)) <= ERRORS * error, f"{name}: {own.mean()} against {other.mean()}"


def test_scale_free_attaches_in_proportion_to_edges():
    """The fourth neuron of a tree: by hand, half the trees are stars so far and half are paths."""
    choices = np.array(
        [ages(ScaleFree(1), 4, seed)[np.argsort(ages(ScaleFree(1), 4, seed)[:, 1])] for seed in range(3000)]
    )
    third, fourth = choices[:, 1, 0], choices[:, 2, 0]
    assert stats.binomtest(int((third == 0).sum()), 3000, 0.5).pvalue > CHANCE
    centre = third
    assert stats.binomtest(int((fourth == centre).sum()), 3000, 0.5).pvalue > CHANCE
    assert stats.binomtest(int((fourth == 2).sum()), 3000, 0.25).pvalue > CHANCE


def test_degrees_fall_with_the_third_power():
    """Exact for large n: P(d) = 2 m (m + 1) / (d (d + 1) (d + 2))."""
    n, m = 50000, 4
    degree = np.bincount(ages(ScaleFree(m), n, 0).ravel(), minlength=n)
    for d in (4, 5, 8, 16, 40):
        p = 2 * m * (m + 1) / (d * (d + 1) * (d + 2))
        assert abs((degree == d).sum() - n * p) < ERRORS * np.sqrt(n * p) + 0.01 * n * p


@pytest.mark.parametrize("chunk", [1, 5, 64])
def test_scale_free_goes_on_where_draws_ran_out(monkeypatch, chunk):
    whole = ScaleFree(6).grown(40, np.random.default_rng(2))
    monkeypatch.setattr(scale_free, "CHUNK", chunk)
    np.testing.assert_array_equal(ScaleFree(6).grown(40, np.random.default_rng(2)), whole)


def test_scale_free_directions_are_balanced_and_hubs_anywhere():
    n, m = 4000, 5
    sources, targets = drawn(ScaleFree(m, shuffle=False), n, 3)
    assert abs((sources < targets).mean() - 0.5) < ERRORS * np.sqrt(0.25 / len(sources))
    hubs = np.array([np.argmax(np.bincount(np.concatenate(drawn(ScaleFree(2), 50, seed)))) for seed in range(300)])
    assert abs(hubs.mean() - 24.5) < ERRORS * np.sqrt(50**2 / 12 / 300)
    first = [np.argmax(np.bincount(np.concatenate(drawn(ScaleFree(2, shuffle=False), 50, seed)))) for seed in range(50)]
    assert np.mean(first) < 5


def test_blocks_have_their_probabilities():
    blocks, draws = Blocks((3, 1, 5), ((0.5, 1.0, 0.05), (0.9, 0.7, 0.0), (0.01, 0.3, 0.95))), 1500
    group = np.repeat([0, 1, 2], [3, 1, 5])
    expected = np.array(blocks.probabilities)[group][:, group] * ~np.eye(9, dtype=bool)
    found = found_in(blocks, 9, draws)
    assert not found[expected == 0].any()
    for count, p in zip(found.ravel(), expected.ravel(), strict=True):
        assert stats.binomtest(int(count), draws, float(p)).pvalue > CHANCE


@pytest.mark.parametrize("chunk", [3, 2**22])
def test_blocks_of_certainty(monkeypatch, chunk):
    monkeypatch.setattr(sampling, "CHUNK", chunk)
    sources, targets = drawn(Blocks([2, 3, 1], np.array([[1, 0, 1], [0, 0, 0], [0, 1, 1]])), 6, 0)
    expected = [(0, 1), (0, 5), (1, 0), (1, 5), (5, 2), (5, 3), (5, 4)]
    assert list(zip(sources.tolist(), targets.tolist(), strict=True)) == expected


def test_one_block_is_the_random_graph():
    one = Blocks((70,), ((0.2,),)).draw(70, np.random.default_rng(8))
    for own, other in zip(one, topology.erdos_renyi(70, 0.2, np.random.default_rng(8)), strict=True):
        np.testing.assert_array_equal(own, other)


@pytest.mark.parametrize(("n", "k"), [(2, 1), (5, 1), (7, 3), (6, 5), (300, 299)])
def test_ring_leads_to_the_next(n, k):
    sources, targets = drawn(Ring(k), n, 0)
    assert set(zip(sources.tolist(), targets.tolist(), strict=True)) == {
        (j, (j + lag) % n) for j in range(n) for lag in range(1, k + 1)
    }


@pytest.mark.parametrize("n_arcs", [0, 1, 3])
def test_a_given_graph_is_its_arcs_in_any_order(n_arcs):
    arcs = [(2, 2), (0, 3), (0, 1)][:n_arcs]
    for form in (arcs, np.array(arcs, dtype=np.uint8).reshape(-1, 2), tuple(arcs)):
        sources, targets = drawn(GivenGraph(4, form), 4, 0)
        assert list(zip(sources.tolist(), targets.tolist(), strict=True)) == sorted(arcs)


def test_a_given_graph_does_not_follow_the_caller_s_array():
    arcs = np.array([[0, 1], [1, 2]])
    graph = GivenGraph(3, arcs)
    arcs[:] = 0
    assert drawn(graph, 3, 0)[1].tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        graph.arcs[0, 0] = 2


NETWORKS = {
    "directed": nx.gnp_random_graph(30, 0.2, seed=1, directed=True),
    "undirected": nx.karate_club_graph(),
    "named": nx.les_miserables_graph(),
    "grid": nx.grid_2d_graph(4, 5),
    "with loops": nx.DiGraph([("b", "b"), ("a", "b"), ("c", "a")]),
    "without arcs": nx.empty_graph(4),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_gives_its_arcs(name):
    graph = NETWORKS[name]
    given = topology.graph_of_networkx(graph)
    number = {node: k for k, node in enumerate(graph)}
    expected = {(number[u], number[v]) for u, v in graph.edges}
    if not graph.is_directed():
        expected |= {(target, source) for source, target in expected}
    n = len(graph)
    snn = SNN(params_of(num_neurons=n, graph=given, num_output_neurons=1, weight_variance=0.5))
    coo = snn.get_topology().tocoo()
    assert set(zip(coo.row.tolist(), coo.col.tolist(), strict=True)) == expected
    assert coo.nnz == len(expected) == len(set(coo.data.tolist()))


def test_weights_of_a_network_play_no_part_in_its_arcs():
    graph = nx.DiGraph()
    graph.add_edge(0, 1, weight=0.0)
    graph.add_edge(1, 0, weight=float("nan"))
    assert topology.graph_of_networkx(graph).arcs.tolist() == [[0, 1], [1, 0]]
    with pytest.raises(ValueError, match="multigraph"):
        topology.graph_of_networkx(nx.MultiGraph([(0, 1), (0, 1)]))
    with pytest.raises(TypeError, match="graph must be a Graph"):
        topology.graph_of_networkx(np.eye(2))


@pytest.mark.parametrize(("graph", "n"), SIZED, ids=lambda value: type(value).__name__)
def test_a_network_has_the_graph_that_its_seed_draws(graph, n):
    weights = SNN(params_of(graph=graph)).get_topology()
    again = SNN(params_of(graph=graph)).get_topology()
    assert (weights != again).nnz == 0
    assert weights.nnz == again.nnz > 0
    assert weights.data.dtype == np.float32
    assert abs(weights.data.mean() - 0.4) <= ERRORS * 0.04 / np.sqrt(weights.nnz)
    SNN(params_of(graph=graph, input_spike_times=np.ones((5, 20)))).simulate()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"small_world_graph_k": 4}, "small_world_graph_k must not be given with graph"),
        ({"small_world_graph_p": 0.0}, "small_world_graph_p must not be given with graph"),
        ({"connection_prob": 0.1}, "connection_prob must not be given with graph"),
        ({"is_random_uniform": False}, "is_random_uniform must not be given with graph"),
        ({"num_neurons": 61}, r"shape of Lattice must multiply .*\(61\).*\(5, 4, 3\), which has 60"),
        ({"mean_weight": None}, "mean_weight must be given with num_neurons"),
        ({"graph": Blocks((3, 4), np.eye(2))}, r"sizes of Blocks must add up .*\(60\)\. Got 7"),
        ({"graph": Ring(60)}, r"k of Ring must be less .*\(60\)\. Got 60"),
        ({"graph": ScaleFree(60)}, r"m of ScaleFree must be less .*\(60\)\. Got 60"),
        ({"graph": GivenGraph(3, [])}, r"n_neurons of GivenGraph .*\(60\)\. Got 3"),
        ({"num_neurons": None, "mean_weight": None, "adjacency_matrix": np.eye(60)}, "graph must not be .* adjacency"),
    ],
)
def test_what_cannot_stand_beside_a_graph(changes, words):
    with pytest.raises(ValueError, match=words):
        params_of(**({"graph": Lattice((5, 4, 3))} | changes))


def test_a_graph_is_a_part():
    for value in (nx.path_graph(60), "Lattice", Lattice):
        with pytest.raises(TypeError, match="graph must be a Graph"):
            params_of(graph=value)
    assert Part.known["Lattice"] is Lattice
    assert Graph.from_table(ScaleFree(4, shuffle=False).table()) == ScaleFree(4, shuffle=False)
    assert "graph=Ring(k=3)" in repr(params_of(graph=Ring(3)))


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Lattice(27), TypeError, "shape must be a tuple"),
        (lambda: Lattice(()), TypeError, "shape must be a tuple"),
        (lambda: Lattice((3, 0)), ValueError, r"shape\[1\] must be an integer >= 1. Got 0"),
        (lambda: Lattice((3, 2.0)), TypeError, r"shape\[1\] must be an integer"),
        (lambda: Lattice((2, 2, 2, 2)), ValueError, "shape must be of one to three axes"),
        (lambda: Lattice((3,), lam=0.0), ValueError, "lam must be .*> 0"),
        (lambda: Lattice((3,), lam=np.nan), ValueError, "lam"),
        (lambda: Lattice((3,), c_ie=1.1), ValueError, "c_ie must be .*<= 1"),
        (lambda: Lattice((3,), c_ii=-0.1), ValueError, "c_ii must be .*>= 0"),
        (lambda: ScaleFree(0), ValueError, "m must be an integer >= 1"),
        (lambda: ScaleFree(2.0), TypeError, "m must be an integer"),
        (lambda: ScaleFree(2, shuffle=1), TypeError, "shuffle must be True or False"),
        (lambda: Ring(0), ValueError, "k must be an integer >= 1"),
        (lambda: Blocks((), ()), TypeError, "sizes must be a tuple"),
        (lambda: Blocks((3, True), np.eye(2)), TypeError, r"sizes\[1\] must be an integer"),
        (lambda: Blocks((3, 2), ((0.1, 0.2),)), ValueError, "probabilities must be a table of 2 rows of 2"),
        (lambda: Blocks((3, 2), ((0.1, 0.2), (0.1,))), ValueError, "probabilities must be a table"),
        (lambda: Blocks((3, 2), 0.5), ValueError, "probabilities must be a table"),
        (lambda: Blocks((3, 2), ((0.1, 0.2), (0.1, 1.2))), ValueError, r"probabilities\[1\]\[1\] must be"),
        (lambda: GivenGraph(0, []), ValueError, "n_neurons must be an integer >= 1"),
        (lambda: GivenGraph(3, [(0, 3)]), ValueError, r"arcs must join neurons in \[0, 3\)\. Got 3"),
        (lambda: GivenGraph(3, [(-1, 2)]), ValueError, r"arcs must join .* Got -1"),
        (lambda: GivenGraph(3, [(0, 1), (2, 1), (0, 1)]), ValueError, r"arcs must not repeat .*\(0, 1\)"),
        (lambda: GivenGraph(3, [(0, 1, 2)]), ValueError, r"arcs must have a source and a target.*\(1, 3\)"),
        (lambda: GivenGraph(3, [0, 1]), ValueError, "arcs must be a 2-D array"),
        (lambda: GivenGraph(3, [(0.0, 1.0)]), TypeError, "arcs must hold integers"),
        (lambda: Ring(2).draw(5, 0), TypeError, "rng must be a Generator"),
        (lambda: Lattice((3,)).draw(4, np.random.default_rng(0)), ValueError, "shape of Lattice"),
    ],
)
def test_graphs_that_cannot_be(make, error, words):
    with pytest.raises(error, match=words):
        make()


@dataclass(frozen=True)
class Own(Graph):
    """A graph of a user's own, which returns what it is told to."""

    rows: object = None

    def check_size(self, n_neurons):
        """Take any."""

    def draw(self, n_neurons, rng, signs=None):
        """Return what was given."""
        return self.rows


def test_a_graph_of_ones_own():
    weights = SNN(params_of(num_neurons=3, num_output_neurons=1, graph=Own(([0, 2, 2, 3], [1, 2, 0])))).get_topology()
    assert weights.indices.tolist() == [1, 2, 0]
    assert weights.indptr.tolist() == [0, 2, 2, 3]


@pytest.mark.parametrize(
    "rows",
    [
        ([0, 2, 2], [1, 2]),
        ([0, 2, 2, 3], [2, 1, 0]),
        ([0, 2, 2, 3], [1, 1, 0]),
        ([0, 2, 2, 3], [1, 3, 0]),
        ([0, 2, 2, 3], [-1, 2, 0]),
        ([0, 2, 2, 2], [1, 2, 0]),
        ([0, 3, 2, 3], [0, 1, 2]),
        ([1, 2, 2, 3], [1, 2, 0]),
        ([0.0, 2, 2, 3], [1, 2, 0]),
        ([0, 2, 2, 3], [1.0, 2, 0]),
    ],
)
def test_rows_that_kernels_would_run_out_of_are_refused(rows):
    with pytest.raises(ValueError, match=r"Own\.draw must return row bounds"):
        SNN(params_of(num_neurons=3, num_output_neurons=1, graph=Own(rows)))
