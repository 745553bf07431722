"""The compiled network against the plain model, and the life of a network."""

import copy
import pickle
import threading

import numpy as np
import pytest
import scipy.sparse as sp
from cases import (
    assert_matches,
    assert_same,
    build,
    lively,
    random_case,
    random_matrix,
    reference_of,
    snapshot,
    state_of,
    steps_of,
)
from reference import Reference

from snnres import SNN, SimulationParams, STDPParams
from snnres.network import run as runner

PLASTICITY = {"A_plus": 0.05, "A_minus": 0.04, "W_max": 2.0}


def with_input(snn, spikes):
    snn.set_input_spike_times(spikes)
    return snn


@pytest.mark.parametrize("seed", range(60))
def test_equals_the_reference(seed):
    case = random_case(seed)
    snn = build(case)
    reference = reference_of(case, snn)
    expected = reference.run(case["input_spike_times"], steps_of(case))
    spikes = snn.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, expected)
    np.testing.assert_array_equal(spikes, expected[:, snn.get_output_neurons()])
    assert_matches(snn, reference)


def test_the_random_cases_are_worth_running():
    spikes = negative = shorter = longer = 0
    for seed in range(60):
        case = random_case(seed)
        snn = build(case)
        snn.simulate()
        spikes += snn.tot_spikes
        negative += (snn.synaptic_weights.data < 0).any()
        shorter += steps_of(case) < case["input_spike_times"].shape[1]
        longer += steps_of(case) > case["input_spike_times"].shape[1]
    assert spikes > 4000
    assert min(negative, shorter, longer) >= 10


@pytest.mark.parametrize("trace_tau", [0.05, 3.0, None])
def test_readout_trace_follows_its_time_constant(trace_tau):
    snn = lively()
    reference = Reference(
        weight=snn.get_topology().toarray(),
        exists=snn.get_topology().toarray() != 0,
        v=snn.get_membrane_potentials(),
        threshold=1.0,
        leak=0.1,
        refractory=2,
        amplitude=1.0,
        trace_tau=trace_tau,
    )
    reference.run(snn.input_spike_times, 60)
    snn.simulate(trace_tau)
    np.testing.assert_array_equal(snn.get_trace(), reference.trace)
    assert (snn.get_trace() > 0).any() == (trace_tau is not None)


def test_single_neuron_by_hand():
    """Threshold 1, amplitude 0.5, leak 0.5: 0.5 | 0.25 -> 0.75 | 0.375 -> 0.875 | 0.4375 -> 0.9375 never reaches 1."""
    case = {
        "adjacency_matrix": sp.csr_matrix((1, 1), dtype=np.float32),
        "output_neurons": np.array([0]),
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.5,
        "refractory_period": 1,
        "current_amplitude": 0.5,
        "membrane_potentials": np.zeros(1, dtype=np.float32),
        "input_spike_times": np.ones((1, 4), dtype=np.uint8),
    }
    snn = build(case)
    assert snn.simulate().sum() == 0
    assert snn.get_membrane_potentials()[0] == 0.46875
    # Without the leak every second unit of input reaches the threshold exactly.
    snn = build(case | {"leak_coefficient": 0.0})
    assert snn.simulate().ravel().tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize("refractory_period", [1, 2, 7])
def test_shortest_interval_is_the_refractory_period_plus_one(refractory_period):
    snn = lively(
        adjacency_matrix=sp.csr_matrix((40, 40), dtype=np.float32),
        num_neurons=None,
        mean_weight=None,
        weight_variance=None,
        small_world_graph_k=None,
        small_world_graph_p=None,
        refractory_period=refractory_period,
        input_spike_times=np.ones((10, 60), dtype=np.uint8),
        num_output_neurons=None,
        output_neurons=np.arange(10),
    )
    snn.simulate()
    for times in snn.get_spike_time_lists_output():
        # A refractory neuron integrates on, so it fires again as soon as it may.
        assert np.diff(times).tolist() == [refractory_period + 1] * (len(times) - 1)
        assert times[0] == 0


def test_potential_at_the_threshold_fires():
    snn = lively(membrane_potentials=np.ones(40, dtype=np.float32))
    snn.simulate()
    assert snn.spike_matrix[0].all()


def test_more_than_65536_neurons():
    """Past 2**16 a neuron's index no longer fits 16 bits; a wrapped one would reach the wrong target."""
    n = 2**16 + 300
    rng = np.random.default_rng(3)
    n_synapses = 4000
    flat = np.unique(rng.integers(0, n, n_synapses) * n + rng.integers(0, n, n_synapses))
    sources, targets = np.divmod(flat, n)
    # Most synapses start or end beyond the limit, and among each other, so that activity stays there.
    sources[::2] = 2**16 + sources[::2] % 300
    targets[::3] = 2**16 + targets[::3] % 300
    sources, targets = np.divmod(np.unique(sources * n + targets), n)
    weights = rng.normal(0.8, 0.3, len(sources)).astype(np.float32)
    matrix = sp.csr_matrix((weights, (sources, targets)), shape=(n, n))
    potentials = np.zeros(n, dtype=np.float32)
    potentials[rng.integers(0, n, 3000)] = 1.0
    potentials[2**16 :] = 1.0
    case = {
        "adjacency_matrix": matrix,
        "output_neurons": np.array([n - 1, 0, 2**16]),
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.0,
        "refractory_period": 1,
        "membrane_potentials": potentials,
        "duration": 8,
    }
    snn = build(case)
    snn.simulate()
    v, r = potentials.copy(), np.zeros(n, dtype=np.int64)
    rows = []
    for _ in range(8):
        r = np.maximum(r - 1, 0)
        fired = (v >= 1) & (r == 0)
        v[fired], r[fired] = 0, 2
        for j in np.flatnonzero(fired):
            own = slice(matrix.indptr[j], matrix.indptr[j + 1])
            v[matrix.indices[own]] += matrix.data[own]
        rows.append(fired)
    np.testing.assert_array_equal(snn.spike_matrix, np.array(rows))
    np.testing.assert_array_equal(snn.get_membrane_potentials(), v)
    assert np.array(rows)[1:, 2**16 :].sum() > 100


@pytest.mark.parametrize("plasticity", [None, PLASTICITY])
@pytest.mark.parametrize("cut", [1, 23, 59])
def test_halves_equal_the_whole(plasticity, cut):
    whole, halves = lively(plasticity), lively(plasticity)
    spikes = whole.input_spike_times
    expected = whole.simulate()
    parts = [with_input(halves, part).simulate() for part in (spikes[:, :cut], spikes[:, cut:])]
    np.testing.assert_array_equal(np.concatenate(parts), expected)
    assert_same(state_of(halves), state_of(whole), leave_out=("input", "duration", "recording"))
    assert expected.any()


@pytest.mark.parametrize("plasticity", [None, PLASTICITY])
@pytest.mark.parametrize(("seconds", "buffer"), [(0.0, 1), (0.0, 2**20), (0.5, 1), (0.5, 50), (1e-5, 50)])
def test_chunks_equal_the_whole(monkeypatch, plasticity, seconds, buffer):
    whole, chunked = lively(plasticity), lively(plasticity)
    whole.simulate()
    monkeypatch.setattr(runner, "CHUNK_SECONDS", seconds)
    monkeypatch.setattr(runner, "BUFFER_SPIKES", buffer)
    reports = []
    chunked.simulate(progress=lambda done, total: reports.append((done, total)))
    assert_same(state_of(chunked), state_of(whole))
    assert reports[-1] == (60, 60)
    assert [done for done, _ in reports] == sorted({done for done, _ in reports})
    assert len(reports) > 1


@pytest.mark.parametrize("plasticity", [None, PLASTICITY])
def test_an_interrupt_leaves_the_network_where_the_recording_ends(monkeypatch, plasticity):
    monkeypatch.setattr(runner, "CHUNK_SECONDS", 0.0)
    plain, interrupted = lively(plasticity), lively(plasticity)
    expected = plain.simulate()

    def stop_at_20(done, total):
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted.simulate(progress=stop_at_20)
    first = interrupted.spike_matrix_output
    np.testing.assert_array_equal(first, expected[: len(first)])
    assert len(first) == 20
    rest = with_input(interrupted, plain.input_spike_times[:, 20:]).simulate()
    np.testing.assert_array_equal(rest, expected[20:])
    assert_same(state_of(interrupted), state_of(plain), leave_out=("input", "duration", "recording"))


def test_progress_line_goes_to_standard_error(capsys):
    lively().simulate(progress=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "60/60" in shown.err


def test_duration_beyond_and_within_the_input():
    spikes = lively().input_spike_times
    short = lively(duration=25)
    np.testing.assert_array_equal(short.simulate(), lively(input_spike_times=spikes[:, :25]).simulate())
    padded = np.concatenate([spikes, np.zeros((10, 15), dtype=np.uint8)], axis=1)
    np.testing.assert_array_equal(lively(duration=75).simulate(), lively(input_spike_times=padded).simulate())


def test_construction_without_input_is_legal_and_a_run_of_no_steps_is_not():
    snn = lively(input_spike_times=np.zeros((0, 0)))
    before = snapshot(snn)
    with pytest.raises(ValueError, match="0 steps"):
        snn.simulate()
    assert_same(state_of(snn), before)
    snn.set_input_spike_times(np.ones((3, 7)))
    assert snn.simulate().shape == (7, 15)
    assert snn.num_input_neurons == 3


def test_duration_alone_runs_without_input():
    snn = lively(input_spike_times=np.zeros((0, 0)), duration=5, membrane_potentials=np.ones(40, dtype=np.float32))
    snn.simulate()
    assert snn.spike_matrix.shape == (5, 40)
    assert snn.spike_matrix[0].all()


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.int64, np.uint16, np.float16, np.float32, np.float64])
def test_input_of_any_real_dtype(dtype):
    spikes = lively().input_spike_times
    np.testing.assert_array_equal(lively(input_spike_times=spikes.astype(dtype)).simulate(), lively().simulate())


def test_input_of_any_memory_layout():
    spikes = lively().input_spike_times
    for same in (np.asfortranarray(spikes), np.repeat(spikes, 2, axis=1)[:, ::2], spikes[:, ::-1].copy()[:, ::-1]):
        np.testing.assert_array_equal(lively(input_spike_times=same).simulate(), lively().simulate())


@pytest.mark.parametrize("plasticity", [None, PLASTICITY])
def test_reset_restores_the_beginning_but_for_the_weights(plasticity):
    snn = lively(plasticity)
    before = snapshot(snn)
    first = snn.simulate()
    learned = snn.get_topology()
    snn.reset()
    after = state_of(snn)
    assert_same(after, before, leave_out=("data",))
    np.testing.assert_array_equal(after["data"], learned.data)
    assert snn.spike_matrix is None
    assert snn.spike_matrix_output is None
    assert snn.tot_spikes == 0
    if plasticity is None:
        np.testing.assert_array_equal(snn.simulate(), first)


def test_reset_keeps_threshold_and_amplitude():
    snn = lively()
    snn.membrane_threshold = 0.5
    snn.reset()
    assert snn.membrane_threshold == 0.5
    assert snn.current_amplitude == 1.0


def test_set_membrane_potentials_starts_a_trial():
    """Timers and traces of the trial before must not leak into the next."""
    snn = lively(PLASTICITY)
    start = snn.get_membrane_potentials()
    snn.simulate()
    assert state_of(snn)["timer"].any()
    assert state_of(snn)["x_pre"].any()
    given = np.linspace(0, 3, 40)
    snn.set_membrane_potentials(given)
    state = state_of(snn)
    for name in ("timer", "x_pre", "x_post", "trace"):
        assert not state[name].any()
    np.testing.assert_array_equal(snn.get_membrane_potentials(), given.astype(np.float32))
    given[:] = -1
    assert snn.get_membrane_potentials().min() == 0
    snn.reset()
    np.testing.assert_array_equal(snn.get_membrane_potentials(), start)


def test_trials_do_not_depend_on_their_order():
    rng = np.random.default_rng(8)
    trials = [(rng.random((10, 30)) < 0.3).astype(np.uint8) for _ in range(4)]

    def present(order):
        snn = lively()
        found = {}
        for which in order:
            snn.reset()
            found[which] = with_input(snn, trials[which]).simulate()
        return found

    forward, backward = present([0, 1, 2, 3]), present([3, 1, 0, 2])
    for which in range(4):
        np.testing.assert_array_equal(forward[which], backward[which])


def copied(snn):
    return snn.copy()


def deep(snn):
    return copy.deepcopy(snn)


def pickled(snn):
    return pickle.loads(pickle.dumps(snn))


@pytest.mark.parametrize("twin_of", [copied, deep, pickled])
@pytest.mark.parametrize("plasticity", [None, PLASTICITY])
def test_a_copy_goes_on_alike_and_alone(twin_of, plasticity):
    snn = lively(plasticity)
    snn.simulate()
    twin = twin_of(snn)
    assert_same(state_of(twin), state_of(snn))
    before = snapshot(snn)
    spikes = twin.simulate()
    twin.reset_synaptic_weights(0.2)
    drawn = twin.get_topology()
    twin.set_output_neurons([0])
    twin.membrane_threshold = 3.0
    assert_same(state_of(snn), before)
    np.testing.assert_array_equal(snn.simulate(), spikes)
    snn.reset_synaptic_weights(0.2)
    np.testing.assert_array_equal(snn.get_topology().data, drawn.data)


def test_a_network_unpickled_from_read_only_memory_runs():
    """As joblib's memory maps hand it over."""
    snn = lively(PLASTICITY)
    expected = lively(PLASTICITY).simulate()
    buffers = []
    text = pickle.dumps(snn, protocol=5, buffer_callback=buffers.append)
    twin = pickle.loads(text, buffers=[bytes(buffer.raw()) for buffer in buffers])
    np.testing.assert_array_equal(twin.simulate(), expected)
    twin.rescale_synaptic_weights_to_mean(0.1)
    twin.reset_synaptic_weights(0.1)


def test_outputs_are_drawn_among_neurons_without_input():
    for seed in range(20):
        outputs = lively(seed=seed, num_output_neurons=30).get_output_neurons()
        assert sorted(outputs) == list(range(10, 40))
    drawn = np.concatenate([lively(seed=seed, num_output_neurons=1).get_output_neurons() for seed in range(40)])
    assert drawn.min() >= 10
    # 40 draws from 30 neurons hit 22 on average, sd 2; a draw that favoured some would hit few.
    assert len(set(drawn.tolist())) > 12


def test_output_neurons_stand_in_the_given_order():
    snn = lively(num_output_neurons=None, output_neurons=np.array([7, 2, 39, 0]))
    spikes = snn.simulate()
    assert spikes.dtype == np.int8
    np.testing.assert_array_equal(spikes, snn.spike_matrix[:, [7, 2, 39, 0]])
    snn.set_output_neurons([39, 7])
    np.testing.assert_array_equal(snn.spike_matrix_output, spikes[:, [2, 0]])
    assert snn.num_output_neurons == 2
    assert snn.get_output_neurons().tolist() == [39, 7]


def test_views_of_a_run_agree():
    snn = lively()
    with pytest.raises(ValueError, match="simulate"):
        _ = snn.recording
    with pytest.raises(ValueError, match="simulate"):
        snn.get_spike_time_lists_output()
    spikes = snn.simulate()
    np.testing.assert_array_equal(snn.spike_matrix_output, spikes)
    lists = snn.get_spike_time_lists_output()
    assert lists == [np.flatnonzero(column).tolist() for column in spikes.T]
    assert snn.tot_spikes == snn.spike_matrix.sum() == snn.recording.n_spikes
    assert snn.spike_matrix.dtype == np.int8
    np.testing.assert_array_equal(snn.recording.to_dense(), snn.spike_matrix)


def test_calculate_mean_isi_pools_the_outputs():
    snn = lively()
    spikes = snn.simulate()
    gaps = np.concatenate([np.diff(np.flatnonzero(column)) for column in spikes.T])
    # Both are a mean of the same integers, added in another order.
    assert snn.calculate_mean_isi() == pytest.approx(gaps.mean(), rel=1e-14)
    snn.set_input_spike_times(np.zeros((10, 17)))
    snn.set_membrane_potentials(np.zeros(40))
    snn.simulate()
    assert snn.calculate_mean_isi() == 17


def test_statistics_are_those_of_the_weights():
    snn = lively(weight_variance=5.0)
    data = snn.get_topology().data
    assert snn.weights_mean == np.mean(data)
    assert snn.weights_variance == np.var(data)
    assert snn.mean_in_degree == snn.avg_in_degree == 5
    assert snn.input_mean_current == snn.input_spike_times.mean()
    parameters = snn.get_network_parameters()
    assert parameters["weights_mean"] == np.mean(data)
    assert parameters["output_neurons"] == snn.get_output_neurons().tolist()
    assert parameters["num_neurons"] == 40
    assert parameters["num_input_neurons"] == 10
    assert parameters["num_output_neurons"] == 15
    assert parameters["simulation_duration"] == 60
    assert parameters["refractory_period"] == 2


def test_what_is_handed_out_is_a_copy():
    snn = lively()
    snn.simulate()
    before = snapshot(snn)
    snn.get_topology().data[:] = 7
    snn.get_membrane_potentials()[:] = 7
    snn.get_output_neurons()[:] = 7
    snn.get_trace()[:] = 7
    snn.input_spike_times[:] = 1
    snn.spike_matrix[:] = 1
    with pytest.raises(ValueError, match="read-only"):
        snn.synaptic_weights.data[0] = 7
    assert_same(state_of(snn), before)


def test_what_shares_memory_cannot_be_made_writable():
    snn = lively()
    snn.simulate()
    weights = snn.synaptic_weights
    for array in (weights.data, weights.indices, weights.indptr, snn.recording.neurons, snn.recording.offsets):
        for view in (array, array[:]):
            with pytest.raises(ValueError, match="WRITEABLE"):
                view.flags.writeable = True
    before = snapshot(snn)
    for change in (weights.eliminate_zeros, lambda: weights.__imul__(2)):
        with pytest.raises(ValueError, match="read-only"):
            change()
    weights.sum_duplicates()
    assert_same(state_of(snn), before)


def test_two_threads_on_one_network_are_refused():
    """The second is refused while the first runs; a copy runs beside it."""
    snn, entered, leave = lively(PLASTICITY), threading.Event(), threading.Event()
    plain = lively(PLASTICITY)
    expected = plain.simulate()

    def wait(done, total):
        entered.set()
        assert leave.wait(60)

    found = []
    thread = threading.Thread(target=lambda: found.append(snn.simulate(progress=wait)))
    thread.start()
    assert entered.wait(60)
    try:
        for attempt in (snn.simulate, lambda: snn.adapt(snn.input_spike_times[None])):
            with pytest.raises(RuntimeError, match=r"runs already.*copy"):
                attempt()
    finally:
        leave.set()
        thread.join()
    np.testing.assert_array_equal(found[0], expected)
    assert_same(state_of(snn), state_of(plain))
    # Free again, also after an error in the middle.
    with pytest.raises(ZeroDivisionError):
        snn.simulate(progress=lambda done, total: 1 / 0)
    snn.simulate()


def test_a_progress_function_cannot_run_the_network_it_watches():
    snn = lively()
    with pytest.raises(RuntimeError, match="runs already"):
        snn.simulate(progress=lambda done, total: snn.simulate())


@pytest.mark.filterwarnings("ignore:clip=True keeps weights:UserWarning")
def test_the_callers_arrays_are_never_changed():
    matrix = random_matrix(np.random.default_rng(1), 40)
    matrix.indices[:3] = matrix.indices[:3][::-1].copy()  # unsorted, as SciPy allows
    matrix.has_sorted_indices = False
    given = {
        "adjacency_matrix": matrix,
        "input_spike_times": np.ones((10, 60)),
        "membrane_potentials": np.zeros(40),
        "output_neurons": np.arange(12),
    }
    parts = (matrix.data, matrix.indices, matrix.indptr, *list(given.values())[1:])
    before = [part.copy() for part in parts]
    params = SimulationParams(membrane_threshold=1.0, leak_coefficient=0.1, refractory_period=2, **given)
    stdp = STDPParams(lock_A_minus=True, A_plus=0.1)
    for _ in range(2):
        snn = SNN(params, stdp)
        snn.simulate()
        snn.rescale_synaptic_weights_to_mean(0.7)
        snn.prune(0.3)
        snn.set_topology(matrix)
        snn.set_membrane_potentials(given["membrane_potentials"])
        snn.set_input_spike_times(given["input_spike_times"])
        snn.simulate()
        snn.reset()
    for part, was in zip(parts, before, strict=True):
        np.testing.assert_array_equal(part, was)
    assert params.adjacency_matrix is matrix
    assert stdp.A_minus is None


def test_set_topology_keeps_the_rest():
    snn = lively()
    snn.simulate()
    before = snapshot(snn)
    dense = np.random.default_rng(0).integers(-3, 4, size=(40, 40))
    for matrix in (dense, dense.tolist(), sp.csr_matrix(dense), sp.coo_array(dense), dense.astype(np.float32)):
        snn.set_topology(matrix)
        weights = snn.get_topology()
        assert weights.dtype == np.float32
        np.testing.assert_array_equal(weights.toarray(), dense)
    assert_same(state_of(snn), before, leave_out=("data", "indices", "indptr"))
    with pytest.raises(ValueError, match="40"):
        snn.set_topology(dense[:39, :39])


def test_threshold_can_be_assigned():
    snn = lively()
    snn.membrane_threshold = 1e6
    snn.simulate()
    assert snn.tot_spikes == 0
    for bad in (0, -1.0, np.nan, np.inf, "1", True, None):
        with pytest.raises((TypeError, ValueError), match="membrane_threshold"):
            snn.membrane_threshold = bad
    assert snn.membrane_threshold == 1e6


def test_same_seed_same_network_and_other_seed_another():
    one, same, other = lively(), lively(), lively(seed=12)
    assert_same(state_of(one), state_of(same))
    assert (one.get_topology() != other.get_topology()).nnz
    assert (one.get_membrane_potentials() != other.get_membrane_potentials()).any()
    assert (one.get_output_neurons() != other.get_output_neurons()).any()
    first, second = lively(seed=None), lively(seed=None)
    assert (first.get_topology() != second.get_topology()).nnz


def test_global_random_state_is_neither_used_nor_changed():
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()  # noqa: NPY002
    snn = lively()
    snn.simulate()
    snn.reset_synaptic_weights(0.1)
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(before[1], after[1])
    assert before[2:] == after[2:]
    np.random.seed(2)  # noqa: NPY002
    again = lively()
    again.simulate()
    again.reset_synaptic_weights(0.1)
    assert_same(state_of(again), state_of(snn))


@pytest.mark.parametrize(
    "change",
    [
        lambda snn: snn.rescale_synaptic_weights_to_mean(3e38),
        lambda snn: snn.reset_synaptic_weights(3e38, 1.0),
        lambda snn: snn.reset_synaptic_weights(1e30, 1e30),
    ],
)
def test_weights_beyond_float32_are_refused(change):
    snn = lively()
    before = snapshot(snn)
    with pytest.raises(ValueError, match="range of float32"):
        change(snn)
    assert_same(snapshot(snn), before)
