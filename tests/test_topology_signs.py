"""Excitatory and inhibitory neurons: Dale's law for every graph, what is drawn beside it, and what contradicts it."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from snnres import SNN, SimulationParams
from snnres.network.build import build_weights
from snnres.parts import Blocks, Lattice, Ring, ScaleFree
from snnres.seeding import streams
from snnres.topology import check_signs, signed_weights

GRAPHS = {
    "small world": {"small_world_graph_k": 6, "small_world_graph_p": 0.4},
    "random": {"is_random_uniform": True, "connection_prob": 0.2},
    "lattice": {"graph": Lattice((4, 3, 2))},
    "scale-free": {"graph": ScaleFree(3)},
    "blocks": {"graph": Blocks((10, 14), ((0.5, 0.2), (0.1, 0.6)))},
    "ring": {"graph": Ring(4)},
}
N = 24


def params_of(graph="small world", **changes):
    case = {
        "num_neurons": N,
        "num_output_neurons": 5,
        "mean_weight": 0.4,
        "weight_variance": 1.0,
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.0,
        "refractory_period": 1,
        "seed": 3,
    }
    return SimulationParams(**(case | GRAPHS[graph] | changes))


def built(params):
    rngs = streams(params.seed)
    return build_weights(params, rngs["topology"], rngs["weights"], rngs["signs"])


def dale(weights, signs):
    """Whether all outgoing weights have the sign of their neuron."""
    dense = weights.toarray()
    return all((row * sign >= 0).all() for row, sign in zip(dense, signs, strict=True))


@given(
    st.sampled_from(sorted(GRAPHS)),
    st.floats(0, 1, width=32, allow_subnormal=False),
    st.none() | st.floats(0.01, 50),
    st.floats(0, 5, width=32, allow_subnormal=False),
    st.integers(0, 99),
)
def test_outgoing_weights_have_one_sign(graph, fraction, ratio, variation, seed):
    changes = {"weight_variance": variation, "seed": seed}
    params = params_of(graph, **changes, inhibitory_fraction=fraction, inhibitory_ratio=ratio)
    weights, signs = built(params)
    assert signs.dtype == np.int8
    assert (signs == -1).sum() == round(fraction * N)
    assert ((signs == 1) | (signs == -1)).all()
    assert dale(weights, signs)
    assert (weights != SNN(params).get_topology()).nnz == 0
    given = built(params_of(graph, **changes, neuron_signs=signs, inhibitory_ratio=ratio))
    np.testing.assert_array_equal(given.signs, signs)
    assert (given.weights != weights).nnz == 0
    plain = built(params_of(graph, **changes))
    assert plain.signs is None
    if graph != "lattice":
        # All but a lattice, whose arcs depend on signs, is the same network otherwise.
        np.testing.assert_array_equal(weights.indices, plain.weights.indices)
        factor = np.repeat(np.where(signs > 0, 1.0, 1.0 if ratio is None else ratio), np.diff(weights.indptr))
        np.testing.assert_allclose(np.abs(weights.data), factor * np.abs(plain.weights.data), rtol=1e-6)


def test_nothing_else_is_drawn_otherwise():
    plain, signed = SNN(params_of()), SNN(params_of(inhibitory_fraction=0.3, inhibitory_ratio=2.0))
    np.testing.assert_array_equal(plain.get_output_neurons(), signed.get_output_neurons())
    np.testing.assert_array_equal(plain.get_membrane_potentials(), signed.get_membrane_potentials())
    excitatory = signed.get_topology().data > 0
    np.testing.assert_array_equal(np.abs(plain.get_topology().data)[excitatory], signed.get_topology().data[excitatory])
    for snn in (plain, signed):
        snn.reset_synaptic_weights(0.3)
    np.testing.assert_array_equal(np.abs(plain.get_topology().data), np.abs(signed.get_topology().data))


def test_which_neurons_inhibit_is_chosen_from_the_seed():
    chosen = [built(params_of(seed=seed, inhibitory_fraction=0.25)).signs for seed in range(400)]
    np.testing.assert_array_equal(chosen[7], built(params_of("ring", seed=7, inhibitory_fraction=0.25)).signs)
    inhibitory = (np.array(chosen) < 0).sum(axis=0)
    # Each neuron, the input neurons among them, with probability 1/4.
    assert (np.abs(inhibitory - 100) < 5 * np.sqrt(400 * 0.25 * 0.75)).all()


@pytest.mark.parametrize(
    ("fraction", "count"), [(0, 0), (1, 24), (0.2, 5), (0.02, 0), (0.0625, 2), (np.float32(0.5), 12)]
)
def test_the_number_is_rounded(fraction, count):
    """4.8, .48 and 1.5, the last to the even number."""
    signs = built(params_of(inhibitory_fraction=fraction)).signs
    assert (signs < 0).sum() == count


def test_signs_of_a_matrix_that_is_given():
    matrix = sp.csr_matrix(np.array([[0, 0.5, 0.25], [-1, 0, 0], [0, 0, 0]], dtype=np.float32))
    case = {"num_neurons": None, "mean_weight": None, "weight_variance": None, "num_output_neurons": 1}
    case |= {"small_world_graph_k": None, "small_world_graph_p": None, "adjacency_matrix": matrix}
    for signs in ([1, -1, 1], np.array([1, -1, -1], dtype=np.int8)):
        weights, found = built(params_of(**case, neuron_signs=signs))
        assert found.tolist() == list(signs)
        assert (weights != matrix).nnz == 0
    assert built(params_of(**case)).signs is None
    with pytest.raises(ValueError, match=r"neuron_signs must agree .*neuron 1 has sign 1\. Got an outgoing .* -1 inst"):
        params_of(**case, neuron_signs=[1, 1, 1])
    with pytest.raises(ValueError, match=r"neuron_signs must agree .*neuron 0 has sign -1\. Got an outgoing .* 0\.5"):
        params_of(**case, neuron_signs=[-1, 1, 1])
    for name, value in (("inhibitory_fraction", 0.2), ("inhibitory_ratio", 2.0)):
        with pytest.raises(ValueError, match=f"{name} must not be given with adjacency_matrix"):
            params_of(**case, **{name: value})
    with pytest.raises(ValueError, match="neuron_signs must have one value for each of 3"):
        params_of(**case, neuron_signs=[1, 1])


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"inhibitory_fraction": 1.01}, ValueError, "inhibitory_fraction must be .*<= 1"),
        ({"inhibitory_fraction": -0.1}, ValueError, "inhibitory_fraction must be .*>= 0"),
        ({"inhibitory_fraction": "few"}, TypeError, "inhibitory_fraction"),
        ({"inhibitory_fraction": 0.2, "inhibitory_ratio": 0.0}, ValueError, "inhibitory_ratio must be .*> 0"),
        ({"inhibitory_fraction": 0.2, "inhibitory_ratio": np.inf}, ValueError, "inhibitory_ratio"),
        ({"inhibitory_fraction": 0.2, "inhibitory_ratio": 3e38, "mean_weight": 10.0}, ValueError, "inhibitory_ratio"),
        ({"inhibitory_ratio": 4.0}, ValueError, "inhibitory_ratio must not be given without"),
        (
            {"inhibitory_fraction": 0.2, "neuron_signs": [1] * N},
            ValueError,
            "neuron_signs must not be given with inhibitory_fraction",
        ),
        ({"inhibitory_fraction": 0.2, "mean_weight": -0.4}, ValueError, "mean_weight .*> 0.* Got -0.4"),
        ({"neuron_signs": [1] * N, "mean_weight": 0.0}, ValueError, "mean_weight .*> 0"),
        ({"neuron_signs": [1] * (N - 1)}, ValueError, "neuron_signs must have one value for each of 24 .*Got 23"),
        (
            {"neuron_signs": [1] * (N - 1) + [0]},
            ValueError,
            "neuron_signs must hold only 1 and -1. Got 0 for neuron 23",
        ),
        ({"neuron_signs": [1.0] * N}, TypeError, "neuron_signs must hold integers"),
        ({"neuron_signs": 1}, ValueError, "neuron_signs must be a 1-D array"),
    ],
)
def test_what_contradicts_itself(changes, error, words):
    with pytest.raises(error, match=words):
        SNN(params_of(**changes))


@given(st.integers(0, 10**6), st.floats(0.01, 100))
def test_signed_weights_keep_size_and_pattern(seed, ratio):
    rng = np.random.default_rng(seed)
    matrix = sp.random(9, 9, 0.4, format="csr", random_state=rng, data_rvs=rng.standard_normal).astype(np.float32)
    before, signs = matrix.copy(), rng.choice([-1, 1], size=9)
    result = signed_weights(matrix, signs, ratio)
    assert (matrix != before).nnz == 0
    assert dale(result, signs)
    np.testing.assert_array_equal(check_signs(result, signs), signs)
    factor = np.where(signs > 0, 1, ratio)[:, None]
    np.testing.assert_allclose(np.abs(result.toarray()), np.abs(matrix.toarray()) * factor, rtol=1e-6)
    violations = [j for j in range(9) if (matrix.toarray()[j] * signs[j] < 0).any()]
    if violations:
        with pytest.raises(ValueError, match=f"neuron {violations[0]} has sign {signs[violations[0]]}"):
            check_signs(matrix, signs)


def test_functions_of_signs_refuse():
    matrix = sp.csr_matrix(np.eye(3))
    with pytest.raises(ValueError, match=r"ratio must be .*> 0"):
        signed_weights(matrix, [1, 1, 1], 0)
    with pytest.raises(ValueError, match="signs must have one value for each of 3"):
        signed_weights(matrix, [1, 1])
    with pytest.raises(ValueError, match=r"signs must hold only 1 and -1\. Got 2 for neuron 1"):
        check_signs(matrix, [1, 2, 1])
    with pytest.raises(TypeError, match="weights must be a SciPy sparse matrix"):
        check_signs(np.eye(3), [1, 1, 1])
    with pytest.raises(ValueError, match="ratio times the largest absolute weight"):
        signed_weights(matrix * 1e10, [1, 1, 1], 1e30)
