"""Random small networks, and how to compare two networks."""

import warnings

import numpy as np
import scipy.sparse as sp
from reference import Reference, Rule

from snnres import SNN, SimulationParams, STDPParams
from snnres.network.arrays import named_arrays, plain


def random_matrix(rng, n):
    """A matrix of both signs with some explicit zeros, self-loops allowed."""
    present = rng.random((n, n)) < rng.uniform(0.05, 0.5)
    matrix = sp.csr_matrix(present.astype(np.float32))
    matrix.data[:] = rng.normal(rng.uniform(-0.1, 0.4), 0.5, size=matrix.nnz)
    matrix.data[rng.random(matrix.nnz) < 0.1] = 0
    return matrix


def random_network(rng, n):
    kind = rng.integers(3)
    if kind == 0:
        return {"adjacency_matrix": random_matrix(rng, n)}
    weights = {"num_neurons": n, "mean_weight": rng.uniform(-0.1, 0.5), "weight_variance": rng.choice([0.0, 0.1, 5.0])}
    if kind == 1:
        return weights | {"is_random_uniform": True, "connection_prob": rng.uniform(0, 1)}
    k = 2 * int(rng.integers(1, n // 2 + 1))
    return weights | {"small_world_graph_k": k, "small_world_graph_p": rng.uniform(0, 1)}


def random_case(seed):
    """Keyword arguments of ``SimulationParams``: anything lawful, small, and lively enough to spike."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 60))
    n_inputs, n_steps = int(rng.integers(0, n)), int(rng.integers(1, 60))
    threshold = rng.uniform(0.3, 2.0)
    case = random_network(rng, n) | {
        "membrane_threshold": threshold,
        "leak_coefficient": rng.choice([0.0, rng.uniform(0, 0.99)]),
        "refractory_period": int(rng.integers(1, 6)),
        "input_spike_times": (rng.random((n_inputs, n_steps)) < rng.uniform(0, 0.5)).astype(np.uint8),
        "seed": seed,
    }
    if rng.random() < 0.5:
        case["num_output_neurons"] = int(rng.integers(1, n - n_inputs + 1))
    else:
        case["output_neurons"] = rng.permutation(n)[: rng.integers(1, n + 1)]
    if rng.random() < 0.5:
        case["membrane_potentials"] = (rng.random(n, dtype=np.float32) * np.float32(threshold)).astype(np.float32)
    if rng.random() < 0.5:
        case["current_amplitude"] = rng.uniform(-0.5, 2) * threshold
    if rng.random() < 0.6:
        case["duration"] = int(rng.integers(1, 2 * n_steps + 1))
    return case


def random_plasticity(seed):
    """Keyword arguments of ``STDPParams``, strong enough to move every active weight."""
    rng = np.random.default_rng([seed, 1])
    rule = {
        "weight_update_rule": str(rng.choice(["multiplicative", "additive"])),
        "clip": bool(rng.integers(2)),
        "nearest_neighbor": bool(rng.integers(2)),
        "lock_A_minus": bool(rng.integers(2)),
        "tau_plus": rng.uniform(0.5, 30),
        "tau_minus": rng.uniform(0.5, 30),
        "A_plus": rng.uniform(0, 0.1),
        "eta": rng.uniform(0, 2),
        "W_max": rng.uniform(0.2, 3),
    }
    if not rule["lock_A_minus"] and rng.random() < 0.8:
        rule["A_minus"] = rng.uniform(0, 0.1)
    return rule


def random_input_map(rng, n):
    """Input weights (n_channels, n) of both signs, some of them explicit zeros, and a bias."""
    dense = rng.normal(0.1, 0.4, size=(int(rng.integers(1, 6)), n)) * (rng.random(n) < 0.6)
    weights = sp.csr_matrix(dense.astype(np.float32))
    weights.data[rng.random(weights.nnz) < 0.1] = 0
    return weights, rng.normal(0.05, 0.05, size=n).astype(np.float32)


def build(case, plasticity=None):
    with warnings.catch_warnings():
        # Most random cases have inhibitory synapses.
        warnings.filterwarnings("ignore", "clip=True keeps weights", UserWarning)
        return SNN(SimulationParams(**case), None if plasticity is None else STDPParams(**plasticity))


def lively(plasticity=None, **changes):
    """A network of 40 neurons in which things happen."""
    rng = np.random.default_rng(5)
    case = {
        "num_neurons": 40,
        "num_output_neurons": 15,
        "mean_weight": 0.3,
        "weight_variance": 1.0,
        "small_world_graph_k": 10,
        "small_world_graph_p": 0.3,
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.1,
        "refractory_period": 2,
        "input_spike_times": (rng.random((10, 60)) < 0.2).astype(np.uint8),
        "seed": 11,
    }
    return build(case | changes, plasticity)


def rule_of(plasticity):
    """The reference's rule for keyword arguments of ``STDPParams``."""
    given = dict(plasticity)
    given["multiplicative"] = given.pop("weight_update_rule", "multiplicative") == "multiplicative"
    if given.pop("lock_A_minus", False):
        given["A_minus"] = given.get("A_plus", 1e-3) * (given.get("tau_plus", 20.0) / given.get("tau_minus", 40.0))
    return Rule(**given)


def synapses_of(matrix):
    """Dense weights and the mask of what is stored, which ``toarray`` cannot tell from nothing."""
    coo = sp.coo_array(matrix)
    exists = np.zeros(coo.shape, dtype=bool)
    exists[coo.row, coo.col] = True
    return coo.toarray().astype(np.float32), exists


def reference_of(case, snn, plasticity=None, trace_tau=10.0, input_map=(None, None), taps=None):
    """The reference of a network just built: what the case says, and only what was drawn from the network."""
    weight, exists = synapses_of(case.get("adjacency_matrix", snn.get_topology()))
    delay = None
    if snn.max_delay > 1:
        delay = snn.delays.toarray()
    return Reference(
        weight=weight,
        exists=exists,
        delay=delay,
        v=case.get("membrane_potentials", snn.get_membrane_potentials()),
        threshold=case["membrane_threshold"],
        leak=case["leak_coefficient"],
        refractory=case["refractory_period"],
        amplitude=case.get("current_amplitude", case["membrane_threshold"]),
        rule=None if plasticity is None else rule_of(plasticity),
        trace_tau=trace_tau,
        input_weight=None if input_map[0] is None else input_map[0].toarray(),
        bias=input_map[1],
        taps=taps,
    )


def steps_of(case):
    return case.get("duration", case["input_spike_times"].shape[1])


def drive_of(snn):
    """The analogue drive: input weights by their parts, and the currents."""
    drive = snn._network.input_weights
    parts = dict.fromkeys(("data", "indices", "indptr"))
    if drive is not None:
        parts = {name: getattr(drive.weights, name) for name in parts}
    return {f"input_weights_{name}": part for name, part in parts.items()} | {
        "bias": None if drive is None else drive.bias,
        "taps": None if drive is None else drive.taps,
        "currents": None if snn._input.signal is None else snn._input.signal.T,
        "input_hold": snn._input.hold,
    }


def state_of(snn):
    """Everything that the next step of a network depends on, and all that a call may change."""
    weights = snn.get_topology()
    recording = snn.spike_matrix
    return {
        **{plain(name): array for name, array in named_arrays(snn._state).items()},
        **drive_of(snn),
        "delays": snn._network.synapses.delays,
        "data": weights.data,
        "indices": weights.indices,
        "indptr": weights.indptr,
        "input": snn.input_spike_times,
        "outputs": snn.get_output_neurons(),
        "initial": snn._initial_potentials,
        "cell": snn._network.cell,
        "amplitude": snn.current_amplitude,
        "duration": snn.simulation_duration,
        "stdp": snn.stdp,
        "elements": snn._network.elements,
        "random": snn._rng.bit_generator.state,
        "recording": recording,
    }


def snapshot(snn):
    """A copy of ``state_of`` that later calls cannot reach."""
    return {name: np.array(part) if isinstance(part, np.ndarray) else part for name, part in state_of(snn).items()}


def assert_same(first, second, *, leave_out=()):
    """Assert that two states are equal, bit for bit; arrays must have one dtype."""
    assert first.keys() == second.keys()
    for name in first.keys() - set(leave_out):
        a, b = first[name], second[name]
        if isinstance(a, np.ndarray):
            assert isinstance(b, np.ndarray), name
            assert a.dtype == b.dtype, name
            np.testing.assert_array_equal(a, b, err_msg=name)
        else:
            assert a == b, name


def assert_pre_traces_match(snn, reference):
    """Assert that every synapse sees the same presynaptic trace."""
    synapses = snn._network.synapses
    edges = synapses.edges_both_ways
    rows = np.repeat(np.arange(len(edges.indptr) - 1), np.diff(edges.indptr.astype(np.int64)))
    sources = np.repeat(np.arange(snn.num_neurons), np.diff(synapses.matrix.indptr))
    expected = reference.x_pre[sources, synapses.matrix.indices]
    np.testing.assert_array_equal(snn._state.rules[0].rule.x_pre[rows], expected)


def assert_matches(snn, reference):
    """Assert that a network is where the reference is, bit for bit."""
    weight, exists = synapses_of(snn.get_topology())
    np.testing.assert_array_equal(exists, reference.exists)
    np.testing.assert_array_equal(weight, reference.weight)
    np.testing.assert_array_equal(snn.get_membrane_potentials(), reference.v)
    np.testing.assert_array_equal(snn.get_trace(), reference.trace)
    state = state_of(snn)
    np.testing.assert_array_equal(state["timer"], reference.r)
    if reference.rule is not None:
        assert_pre_traces_match(snn, reference)
        np.testing.assert_array_equal(state["x_post"], reference.x_post)
