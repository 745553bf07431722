"""Scaling against dense eigenvalues, sums and measured currents."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.linalg import ArpackNoConvergence

from snnres import SNN, SimulationParams, STDPParams
from snnres.measures import current_ratio, scale_to_current_ratio
from snnres.parts import Lattice, Ring
from snnres.topology import scale_by_in_degree, scale_to_spectral_radius, scaling, spectral_radius, to_csr


def random_weights(n, degree, seed, mean=0.0):
    rng = np.random.default_rng(seed)
    matrix = sp.random(n, n, degree / n, format="csr", random_state=rng, data_rvs=rng.standard_normal)
    matrix.data += mean
    return matrix.astype(np.float32)


def dense_radius(matrix):
    return np.abs(np.linalg.eigvals(matrix.toarray().astype(np.float64))).max()


def ring(n, k=1, weight=1.0):
    indptr, indices = Ring(k).draw(n, np.random.default_rng(0))
    return to_csr(indptr, indices, np.full(len(indices), weight, dtype=np.float32))


@pytest.mark.parametrize("mean", [0.0, 0.5, -2.0])
@pytest.mark.parametrize(("n", "degree", "seed"), [(1, 1, 0), (5, 2, 1), (80, 3, 2), (600, 10, 2), (800, 100, 1)])
def test_spectral_radius_is_that_of_all_eigenvalues(n, degree, seed, mean):
    matrix = random_weights(n, degree, seed, mean)
    before = matrix.copy()
    assert spectral_radius(matrix) == pytest.approx(dense_radius(matrix), rel=1e-9, abs=1e-300)
    assert spectral_radius(matrix) == spectral_radius(matrix)
    assert (matrix != before).nnz == 0


@pytest.mark.parametrize(("degree", "seed"), [(10, 1), (10, 10), (100, 1), (100, 2)])
def test_an_eigenvalue_beside_the_largest_is_not_taken_for_it(degree, seed):
    """ARPACK, asked for the largest alone, converges to another one here, up to 0.9 % less."""
    matrix = random_weights(510, degree, seed)
    assert spectral_radius(matrix) == pytest.approx(dense_radius(matrix), rel=1e-9)


def test_radius_of_a_lattice_with_inhibition():
    snn = SNN(
        SimulationParams(
            graph=Lattice((10, 9, 7)),
            num_neurons=630,
            mean_weight=1.0,
            inhibitory_fraction=0.2,
            inhibitory_ratio=4.0,
            num_output_neurons=1,
            membrane_threshold=1.0,
            leak_coefficient=0.0,
            refractory_period=1,
            seed=0,
        )
    )
    assert spectral_radius(snn.get_topology()) == pytest.approx(dense_radius(snn.get_topology()), rel=1e-9)


@pytest.mark.parametrize("n", [1, 7, 700])
def test_without_cycles_it_is_zero(n):
    """Also where eigenvalues of a dense matrix would be the roots of its rounding errors."""
    place = np.random.default_rng(n).permutation(n)
    matrix = sp.csr_matrix(sp.triu(random_weights(n, min(n, 20), 1), 1, format="csr")[place][:, place])
    assert spectral_radius(matrix) == 0.0
    matrix = sp.csr_matrix(matrix + sp.diags(np.linspace(-3, 2, n)[place]).astype(np.float32))
    assert spectral_radius(matrix) == pytest.approx(3.0, rel=1e-12)


def test_a_weight_to_itself_is_no_eigenvalue_beside_others():
    assert spectral_radius(sp.csr_matrix([[2.0, 1.0], [-3.0, -1.0]])) == pytest.approx(1.0, rel=1e-12)


def test_zeros_are_no_way_round(monkeypatch):
    monkeypatch.setattr(scaling, "radius_of_component", None)
    matrix = sp.csr_matrix((np.array([5.0, 0.0, 0.25]), ([0, 1, 2], [1, 0, 2])), shape=(3, 3))
    assert spectral_radius(matrix) == 0.25


def test_it_is_the_largest_of_the_parts():
    parts = [random_weights(n, min(n, 4), n, 0.2) for n in (2, 30, 550, 3)]
    matrix = sp.block_diag(parts, format="csr")
    # One-way synapses between the parts change nothing.
    matrix = sp.csr_matrix(matrix + sp.csr_matrix((np.full(3, 9.0), ([0, 1, 40], [5, 90, 584])), shape=matrix.shape))
    place = np.random.default_rng(0).permutation(matrix.shape[0])
    matrix = matrix[place][:, place]
    assert spectral_radius(matrix) == pytest.approx(max(map(dense_radius, parts)), rel=1e-9)


def test_a_ring_whose_eigenvalues_are_all_equally_large(monkeypatch):
    assert spectral_radius(ring(40, weight=-0.5)) == pytest.approx(0.5, rel=1e-6)
    assert spectral_radius(ring(600, 3, 0.5)) == pytest.approx(1.5, rel=1e-6)
    monkeypatch.setattr(scaling, "DENSE", 150)
    monkeypatch.setattr(scaling, "RESTARTS", 2)
    assert spectral_radius(ring(200, weight=2.0)) == pytest.approx(2.0, rel=1e-6)
    monkeypatch.setattr(scaling, "LARGEST_DENSE", 199)
    with pytest.raises(RuntimeError, match="largest eigenvalues of 200 neurons that reach each other were not found"):
        spectral_radius(ring(200, weight=2.0))


def test_what_was_not_found_is_not_answered(monkeypatch):
    """The eigenvalues that ARPACK has found by the time it gives up need not be the largest."""

    def never(*_, **__):
        raise ArpackNoConvergence("no", np.array([1e9]), np.zeros((600, 0)))

    monkeypatch.setattr("scipy.sparse.linalg.eigs", never)
    matrix = random_weights(600, 5, 0, 1.0)
    assert spectral_radius(matrix) == pytest.approx(dense_radius(matrix), rel=1e-9)


@pytest.mark.parametrize("n", [30, 600])
@pytest.mark.parametrize("radius", [0.9, 3])
def test_scaled_to_a_radius(n, radius):
    matrix = random_weights(n, 8, 3)
    before = matrix.copy()
    result = scale_to_spectral_radius(matrix, radius)
    assert result.dtype == np.float32
    assert dense_radius(result) == pytest.approx(radius, rel=1e-5)
    np.testing.assert_array_equal(result.indices, matrix.indices)
    np.testing.assert_allclose(result.data / matrix.data, radius / dense_radius(matrix), rtol=1e-6)
    assert (matrix != before).nnz == 0


@pytest.mark.parametrize(
    ("matrix", "radius", "error", "words"),
    [
        (sp.csr_matrix(np.triu(np.ones((3, 3)), 1)), 0.9, ValueError, "radius must be reachable.*Got 0"),
        (sp.csr_matrix((3, 3)), 0.9, ValueError, "radius must be reachable"),
        (sp.csr_matrix(np.eye(3)), 0.0, ValueError, "radius must be .*> 0"),
        (sp.csr_matrix(np.eye(3)), -1.0, ValueError, "radius must be .*> 0"),
        (sp.csr_matrix(np.eye(3)), np.nan, ValueError, "radius"),
        (sp.csr_matrix(np.eye(3)), True, TypeError, "radius"),
        (sp.csr_matrix([[1e-30, 1e30], [0, 0]]), 10.0, ValueError, "radius must be such that .* float32. Got 10.0"),
        (np.eye(3), 0.9, TypeError, "weights must be a SciPy sparse matrix"),
        (sp.csr_matrix(np.full((2, 2), np.inf)), 0.9, ValueError, "weights must be finite"),
        (sp.csr_matrix(np.ones((2, 3))), 0.9, ValueError, "weights must be square"),
    ],
)
def test_radii_that_cannot_be_reached(matrix, radius, error, words):
    with pytest.raises(error, match=words):
        scale_to_spectral_radius(matrix, radius)


@given(st.integers(0, 10**6), st.floats(1e-3, 1e3))
def test_what_reaches_a_neuron_sums_to_the_total(seed, total):
    rng = np.random.default_rng(seed)
    matrix = sp.random(12, 12, rng.uniform(0, 0.6), format="csr", random_state=rng, data_rvs=rng.standard_normal)
    matrix = matrix.astype(np.float32)
    matrix.data[rng.random(matrix.nnz) < 0.2] = 0
    before = matrix.copy()
    result = scale_by_in_degree(matrix, total)
    incoming = np.abs(matrix.toarray()).sum(axis=0)
    np.testing.assert_allclose(np.abs(result.toarray()).sum(axis=0), np.where(incoming > 0, total, 0), rtol=1e-5)
    np.testing.assert_array_equal(np.sign(result.toarray()), np.sign(matrix.toarray()))
    np.testing.assert_array_equal(result.indices, matrix.indices)
    assert (matrix != before).nnz == 0
    # Within a neuron all weights are multiplied by one factor.
    expected = matrix.toarray() * (total / np.where(incoming > 0, incoming, total))
    np.testing.assert_allclose(result.toarray(), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("total", "error"), [(0, ValueError), (-1.0, ValueError), (np.inf, ValueError), ("1", TypeError)]
)
def test_totals_that_cannot_be(total, error):
    with pytest.raises(error, match="total must be"):
        scale_by_in_degree(sp.csr_matrix(np.eye(3)), total)


U = np.random.default_rng(0).uniform(-1, 1, (1, 120))
GIVEN = [U[:, :70], U[:, 70:]]


def network(weights, into, bias=None, plasticity=None, **changes):
    case = {
        "adjacency_matrix": sp.csr_matrix(weights, dtype=np.float32),
        "output_neurons": [0],
        "membrane_potentials": np.zeros(len(weights)),
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.1,
        "refractory_period": 1,
        "seed": 0,
    }
    snn = SNN(SimulationParams(**(case | changes)), plasticity)
    snn.set_input_weights(into, bias)
    return snn


def reservoir(**changes):
    rng = np.random.default_rng(4)
    weights = rng.normal(size=(50, 50)) * 0.25 * (rng.random((50, 50)) < 0.2)
    return network(weights, rng.normal(size=(1, 50)), **changes)


@pytest.mark.parametrize("ratio", [0.02, 0.3, 1.0, 5.0])
@pytest.mark.parametrize("tolerance", [0.02, 0.3])
def test_the_ratio_that_is_said_is_the_one_that_is_reached(ratio, tolerance):
    snn = reservoir()
    before, potentials = snn.get_topology(), snn.get_membrane_potentials()
    scaled = scale_to_current_ratio(snn, GIVEN, ratio, 2, tolerance=tolerance)
    assert abs(scaled.ratio / ratio - 1) <= tolerance
    assert current_ratio(scaled.network, GIVEN, 2) == scaled.ratio
    np.testing.assert_array_equal(scaled.network.get_topology().data, before.data * np.float32(scaled.factor))
    np.testing.assert_array_equal(snn.get_topology().data, before.data)
    np.testing.assert_array_equal(snn.get_membrane_potentials(), potentials)
    assert 1 <= scaled.n_runs < 40


def test_where_spikes_do_not_hear_weights_the_factor_is_the_quotient():
    weights = np.zeros((4, 4))
    weights[[0, 1], [2, 3]] = 0.3
    snn = network(weights, [[1.0, 1.0, 0.0, 0.0]])
    base = current_ratio(snn, GIVEN)
    scaled = scale_to_current_ratio(snn, GIVEN, 7 * base, tolerance=1e-4)
    assert scaled.factor == pytest.approx(7, rel=2e-4)
    assert scale_to_current_ratio(snn, GIVEN, 2.01 * base).n_runs == 2
    same = scale_to_current_ratio(snn, GIVEN, 1.01 * base)
    assert same[1:] == (1.0, base, 1)


def test_delays_and_plasticity_stay():
    snn = reservoir(plasticity=STDPParams(clip=False), delays=3)
    scaled = scale_to_current_ratio(snn, GIVEN, 0.4).network
    assert scaled.stdp == STDPParams(clip=False)
    assert (scaled.delays != snn.delays).nnz == 0


def jumping():
    """Neuron 0 hears the input; 1 fires if the weight from 0 reaches the threshold, and then ten others hear it."""
    weights = np.zeros((12, 12))
    weights[0, 1] = 0.1
    weights[1, 2:] = 0.5
    return network(weights, np.eye(1, 12) * 2, leak_coefficient=1 - 1e-9)


def test_a_ratio_that_is_jumped_over_is_refused():
    below = current_ratio(scale_to_current_ratio(jumping(), GIVEN, 0.3).network, GIVEN)
    assert below == pytest.approx(0.3, rel=0.02)
    with pytest.raises(
        ValueError, match=r"ratio must be reachable .* measured was 0\.3.* at 10 times .* and 5\..* at 10\.00001 times"
    ):
        scale_to_current_ratio(jumping(), GIVEN, 2.0)


@pytest.mark.parametrize(
    ("snn", "given", "words"),
    [
        (network(np.zeros((2, 2)), np.ones((1, 2))), GIVEN, "present one must be above 0.*Got 0 instead"),
        (network(np.ones((2, 2)), np.ones((1, 2)), membrane_threshold=1e6), GIVEN, "present one must be above 0"),
        (network(np.ones((2, 2)), np.ones((1, 2))), [np.ones((1, 40))], "must not stand still. Got inf"),
    ],
)
def test_without_spikes_or_input_there_is_no_ratio(snn, given, words):
    with pytest.raises(ValueError, match=words):
        scale_to_current_ratio(snn, given, 0.5)


def test_a_ratio_out_of_reach_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r"ratio must be reachable .* at 9\.5.*e-07 times the weights\. Got 1e-09"):
        scale_to_current_ratio(reservoir(), GIVEN, 1e-9)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"ratio": 0.0}, ValueError, "ratio must be .*> 0"),
        ({"ratio": np.nan}, ValueError, "ratio"),
        ({"ratio": "1"}, TypeError, "ratio"),
        ({"tolerance": 0.0}, ValueError, "tolerance must be .*> 0"),
        ({"tolerance": 1.0}, ValueError, "tolerance must be .*< 1"),
        ({"hold": 0}, ValueError, "hold"),
        ({"currents": U}, (TypeError, ValueError), "currents"),
        ({"network": None}, TypeError, "network must be a SNN"),
    ],
)
def test_bad_input_is_refused(changes, error, words):
    given = {"network": reservoir(), "currents": GIVEN, "ratio": 0.5}
    with pytest.raises(error, match=words):
        scale_to_current_ratio(**(given | changes))
