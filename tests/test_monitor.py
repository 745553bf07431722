"""Monitored variables: what the readable reference has after each step, whatever stride, chunks and threads."""

import copy
import pickle
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
from cases import (
    assert_same,
    build,
    lively,
    random_case,
    random_input_map,
    random_plasticity,
    reference_of,
    snapshot,
    state_of,
    steps_of,
)

from snnres import SNN, Recording, SimulationParams, StateMonitor
from snnres.network import batch as batches
from snnres.network import run as runner
from snnres.parts import Cell, UniformDelays, fires, settle
from snnres.recording import StateVariables

NAMES = ["potential", "timer", "trace", "current", "threshold"]


def driven(seed, *, plastic=False, delays=False, taps=False, hold=1):
    """A network with spikes and currents, its reference, and the columns of both."""
    case = random_case(seed)
    plasticity = random_plasticity(seed) if plastic else None
    snn = build(case, plasticity)
    rng = np.random.default_rng([seed, 7])
    if delays:
        snn.set_delays(UniformDelays(1, 6), seed=seed)
    weights, bias = random_input_map(rng, snn.num_neurons)
    rows = None
    if taps:
        rows = np.column_stack([rng.integers(0, 3, weights.shape[0]), rng.integers(0, 5, weights.shape[0])])
    snn.set_input_weights(weights, bias, taps=rows)
    n_columns = -(-int(0.7 * steps_of(case)) // hold) or 1
    n_channels = weights.shape[0] if rows is None else rows[:, 0].max() + 1
    currents = rng.normal(0.3, 0.4, size=(n_channels, n_columns)).astype(np.float32)
    snn.set_input_currents(currents, hold)
    reference = reference_of(case, snn, plasticity, input_map=(weights, bias), taps=rows)
    return snn, reference, case["input_spike_times"], currents


def stepped(reference, spikes, currents, n_steps):
    """Every variable after every step of the reference."""
    sent = []
    compute = reference.current
    reference.current = lambda values: sent.append(compute(values)) or sent[-1]
    rows = {name: [] for name in [*NAMES, "x_post"]}
    silence = np.zeros(len(reference.v), dtype=np.float32)
    for t in range(n_steps):
        sent.clear()
        column = spikes[:, t] if t < spikes.shape[1] else None
        reference.step(column, currents[:, t] if t < currents.shape[1] else None)
        rows["potential"].append(reference.v.copy())
        rows["timer"].append(reference.r.copy())
        rows["trace"].append(reference.trace.copy())
        rows["x_post"].append(reference.x_post.copy())
        rows["current"].append(sent[0] if sent else silence)
        rows["threshold"].append(np.full_like(silence, reference.threshold))
    return {name: np.array(values) for name, values in rows.items()}


def assert_variables(first, second):
    """Assert that two sets of samples are the same, bit for bit and of one dtype."""
    assert list(first) == list(second)
    np.testing.assert_array_equal(first.steps, second.steps)
    np.testing.assert_array_equal(first.neurons, second.neurons)
    for name in first:
        assert first[name].dtype == second[name].dtype
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize(
    "parts",
    [{}, {"plastic": True}, {"delays": True}, {"taps": True}, {"plastic": True, "delays": True, "taps": True}],
    ids=lambda parts: "-".join(parts) or "plain",
)
@pytest.mark.parametrize("seed", range(3))
def test_equals_the_reference_step_by_step(seed, parts, every):
    snn, reference, spikes, currents = driven(seed, **parts)
    names = [*NAMES, "x_post"] if parts.get("plastic") else NAMES
    chosen = np.random.default_rng(seed).permutation(snn.num_neurons)[: snn.num_neurons // 2]
    n_steps = snn.simulation_duration
    snn.simulate(monitor=StateMonitor(names, neurons=chosen, every=every))
    variables = snn.recording.variables
    expected = stepped(reference, spikes, currents, n_steps)
    assert list(variables) == names
    np.testing.assert_array_equal(variables.neurons, chosen)
    np.testing.assert_array_equal(variables.steps, np.arange(every - 1, n_steps, every))
    for name in names:
        np.testing.assert_array_equal(variables[name], expected[name][every - 1 :: every][:, chosen], err_msg=name)
        assert variables[name].dtype == (np.int32 if name == "timer" else np.float32)


def test_the_current_of_a_column_lasts_and_ends_with_the_input():
    snn = lively(duration=9, input_spike_times=np.zeros((0, 0)))
    weights = np.zeros((1, 40))
    weights[0, 3] = 2.0
    snn.set_input_weights(weights, bias=np.full(40, 0.25))
    snn.set_input_currents([[1.0, -1.0]], hold=3)
    snn.simulate(monitor=StateMonitor("current", neurons=[3, 4]))
    expected = [[2.25, 0.25]] * 3 + [[-1.75, 0.25]] * 3 + [[0.0, 0.0]] * 3
    assert snn.recording.variables["current"].tolist() == expected


@pytest.mark.parametrize("plastic", [False, True])
def test_a_run_is_the_same_with_a_monitor(plastic):
    for seed in range(4):
        plain, monitored = (driven(seed, plastic=plastic, delays=seed % 2 == 1)[0] for _ in range(2))
        np.testing.assert_array_equal(monitored.simulate(monitor=StateMonitor(NAMES, every=2)), plain.simulate())
        assert_same(state_of(monitored), state_of(plain))


@pytest.mark.parametrize("every", [1, 4])
def test_halves_give_the_samples_of_the_whole(every):
    whole, halves = lively(), lively()
    spikes, monitor = whole.input_spike_times, StateMonitor(["potential", "timer"], every=every)
    whole.simulate(monitor=monitor)
    parts = []
    for part in (spikes[:, :24], spikes[:, 24:]):
        halves.set_input_spike_times(part)
        halves.simulate(monitor=monitor)
        parts.append(halves.recording.variables)
    for name, values in whole.recording.variables.items():
        np.testing.assert_array_equal(np.concatenate([part[name] for part in parts]), values)


@pytest.mark.parametrize(("seconds", "buffer"), [(0.0, 1), (0.5, 1), (0.5, 50), (1e-5, 50)])
@pytest.mark.parametrize("every", [1, 7, 60, 61])
def test_chunks_equal_the_whole(monkeypatch, seconds, buffer, every):
    whole, chunked = lively(), lively()
    monitor = StateMonitor(["potential", "timer", "trace"], neurons=[5, 0, 39], every=every)
    whole.simulate(monitor=monitor)
    monkeypatch.setattr(runner, "CHUNK_SECONDS", seconds)
    monkeypatch.setattr(runner, "BUFFER_SPIKES", buffer)
    chunked.simulate(monitor=monitor)
    assert_variables(chunked.recording.variables, whole.recording.variables)
    assert len(whole.recording.variables.steps) == 60 // every


def test_an_interrupt_keeps_the_samples_of_the_steps_done(monkeypatch):
    monkeypatch.setattr(runner, "CHUNK_SECONDS", 0.0)
    whole, interrupted = lively(), lively()
    monitor = StateMonitor("potential", every=4)
    whole.simulate(monitor=monitor)

    def stop_at_22(done, total):
        if done >= 22:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted.simulate(monitor=monitor, progress=stop_at_22)
    recording = interrupted.recording
    assert recording.n_steps == 22
    assert_variables(recording.variables, whole.recording.window(0, 22).variables)
    assert recording.variables.steps.tolist() == [3, 7, 11, 15, 19]


@pytest.mark.parametrize("delays", [False, True])
@pytest.mark.parametrize("n_jobs", [1, 3])
def test_a_batch_gives_what_a_loop_gives(monkeypatch, n_jobs, delays):
    # Several chunks of several trials each.
    monkeypatch.setattr(batches, "CHUNK_WORK", 50_000)
    monkeypatch.setattr(runner, "BUFFER_SPIKES", 1)
    snn = driven(4, delays=delays, taps=delays)[0]
    rng = np.random.default_rng(0)
    lengths, n_channels = [7, 30, 1, 12, 45, 3, 20], snn._network.input_weights.n_channels
    inputs = [(rng.random((2, steps)) < 0.3).astype(np.uint8) for steps in lengths]
    currents = [rng.normal(0.4, 0.5, size=(n_channels, steps)) for steps in lengths]
    monitor = StateMonitor(NAMES, neurons=[2, 0], every=4)
    found = snn.simulate_batch(inputs, currents=currents, monitor=monitor, trace_tau=5.0, n_jobs=n_jobs)
    plain = snn.simulate_batch(inputs, currents=currents, n_jobs=n_jobs)
    assert len(found) == len(plain) == 7
    for k, (recording, same) in enumerate(zip(found, plain, strict=True)):
        snn.reset()
        snn.set_input_spike_times(inputs[k])
        snn.set_input_currents(currents[k])
        snn.simulate(5.0, monitor=monitor)
        assert_variables(recording.variables, snn.recording.variables)
        np.testing.assert_array_equal(recording.neurons, same.neurons)
        np.testing.assert_array_equal(recording.offsets, same.offsets)
        assert not same.variables


def test_batch_runs_beyond_the_input_have_no_current_there():
    snn = lively(duration=8)
    snn.set_input_weights(np.eye(40)[:1])
    first, second = snn.simulate_batch(
        currents=[np.ones((1, 3)), np.ones((1, 6))], monitor=StateMonitor("current", [0])
    )
    assert first.variables["current"].ravel().tolist() == [1, 1, 1, 0, 0, 0, 0, 0]
    assert second.variables["current"].ravel().tolist() == [1, 1, 1, 1, 1, 1, 0, 0]


def test_too_much_is_refused_before_any_work():
    snn = lively()
    before = snapshot(snn)
    need = (60 // 7) * 2 * 3 * 4
    monitor = StateMonitor(["potential", "timer"], neurons=[1, 2, 3], every=7, max_bytes=need - 1)
    with pytest.raises(
        ValueError, match=rf"max_bytes must be at least {need}: .* 8 samples of 2 variables of 3 neurons"
    ):
        snn.simulate(monitor=monitor)
    assert_same(state_of(snn), before)
    snn.simulate(monitor=StateMonitor(["potential", "timer"], neurons=[1, 2, 3], every=7, max_bytes=need))
    trials = np.zeros((5, 10, 60))
    every_trial = {"variables": ["potential", "timer"], "neurons": [1, 2, 3], "every": 7}
    with pytest.raises(ValueError, match=rf"max_bytes must be at least {5 * need}: .* of 40 samples"):
        snn.simulate_batch(trials, monitor=StateMonitor(**every_trial, max_bytes=5 * need - 1))
    assert len(snn.simulate_batch(trials, monitor=StateMonitor(**every_trial, max_bytes=5 * need))) == 5


def test_what_cannot_be_allocated_is_not():
    snn = lively(duration=2**31 - 1)
    with pytest.raises(ValueError, match="max_bytes must be at least 343597383520"):
        snn.simulate(monitor=StateMonitor("potential", every=1))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"variables": []}, ValueError, "variables must be at least one name"),
        ({"variables": ["potential", "potential"]}, ValueError, "variables must be at least one name, none twice"),
        ({"variables": 3}, TypeError, "variables must be a name or a sequence of names"),
        ({"variables": ["potential", 3]}, TypeError, "variables must be a name or a sequence of names"),
        ({"variables": "potential", "neurons": np.zeros(0, dtype=int)}, ValueError, "neurons must name at least one"),
        ({"variables": "potential", "neurons": [1, 1]}, ValueError, "neurons must not repeat"),
        ({"variables": "potential", "neurons": [-1]}, ValueError, "neurons must lie in"),
        ({"variables": "potential", "neurons": [0.5]}, TypeError, "neurons must hold integers"),
        ({"variables": "potential", "every": 0}, ValueError, "every must be an integer >= 1"),
        ({"variables": "potential", "every": 1.0}, TypeError, "every must be an integer"),
        ({"variables": "potential", "max_bytes": 0}, ValueError, "max_bytes must be an integer >= 1"),
    ],
)
def test_monitors_that_cannot_be_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        StateMonitor(**arguments)


@pytest.mark.parametrize(
    ("monitor", "error", "message"),
    [
        (StateMonitor("voltage"), ValueError, r"among those of this run: cell.potential, .*Got 'voltage'"),
        (StateMonitor("current"), ValueError, "variables must be among those of this run"),
        (StateMonitor("x_post"), ValueError, "variables must be among those of this run"),
        (StateMonitor("rule.potential"), ValueError, "variables must be among those of this run"),
        (StateMonitor("potential", neurons=[40]), ValueError, r"neurons must lie in \[0, 40\). Got 40"),
        ("potential", TypeError, "monitor must be a StateMonitor"),
    ],
)
def test_what_this_run_does_not_have_is_refused(monitor, error, message):
    snn = lively()
    before = snapshot(snn)
    for run in (snn.simulate, lambda monitor: snn.simulate_batch(np.zeros((2, 10, 5)), monitor=monitor)):
        with pytest.raises(error, match=message):
            run(monitor=monitor)
    assert_same(state_of(snn), before)


def test_a_batch_that_keeps_no_recordings_has_no_place_for_samples():
    for returns in ("outputs", "features", lambda trains: trains.indptr[1:]):
        with pytest.raises(ValueError, match="monitor needs returns='recordings'"):
            lively().simulate_batch(np.zeros((2, 10, 5)), returns=returns, monitor=StateMonitor("potential"))
    with pytest.raises(ValueError, match=r"variables must be among .* Got 'trace'"):
        lively().simulate_batch(np.zeros((2, 10, 5)), monitor=StateMonitor("trace"), trace_tau=None)
    with pytest.raises(ValueError, match="trace_tau"):
        lively().simulate_batch(np.zeros((2, 10, 5)), monitor=StateMonitor("trace"), trace_tau=0)


def test_traces_by_synapse_are_not_taken_for_traces_by_neuron():
    """Three neurons, three rows of synapses: two of the first neuron, none of the second."""
    weights = np.array([[0, 0.5, 0.5], [0, 0, 0], [0.5, 0, 0]])
    case = {
        "adjacency_matrix": weights,
        "output_neurons": [0],
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.0,
        "refractory_period": 1,
        "duration": 5,
    }
    snn = build(case, {})
    snn.simulate(monitor=StateMonitor(["x_pre", "x_post"]))
    snn.set_delays(np.array([[0, 1, 2], [0, 0, 0], [3, 0, 0]]))
    assert snn._state.rules[0].rule.x_pre.shape == (3,)
    snn.simulate(monitor=StateMonitor("x_post"))
    with pytest.raises(ValueError, match="Got 'x_pre'"):
        snn.simulate(monitor=StateMonitor("x_pre"))


class TiringConstants(NamedTuple):
    threshold: np.float32


class TiringState(NamedTuple):
    """Beside a potential: a threshold of each neuron, a name that a trace has, and what is no variable."""

    potential: np.ndarray
    threshold: np.ndarray
    trace: np.ndarray
    spikes: np.ndarray
    energy: np.ndarray


@dataclass(frozen=True)
class Tiring(Cell):
    membrane_threshold: float

    def constants(self, n_neurons):
        return TiringConstants(np.float32(self.membrane_threshold))

    def state(self, n_neurons):
        kinds = (np.float32, np.float32, np.float32, np.int32, np.float64)
        potential, threshold, trace, spikes, energy = (np.zeros(n_neurons, dtype=kind) for kind in kinds)
        return TiringState(potential, threshold + np.float32(self.membrane_threshold), trace, spikes, energy)


@fires.of(TiringConstants)
def tiring_fires(cell, state, stream, i):
    return state.potential[i] >= state.threshold[i]


@settle.of(TiringConstants)
def settle_tiring(cell, state, i, fired):
    if fired:
        state.potential[i] = np.float32(0)
        state.threshold[i] += cell.threshold
        state.spikes[i] += np.int32(1)


def test_variables_of_a_cell_of_ones_own():
    snn = SNN(
        SimulationParams(
            cell=Tiring(1.0),
            adjacency_matrix=np.zeros((2, 2)),
            output_neurons=[0],
            current_amplitude=1.0,
            input_spike_times=np.ones((1, 6)),
            membrane_potentials=[0.0, 0.0],
        )
    )
    names = ["potential", "threshold", "spikes", "trace.trace", "cell.trace"]
    snn.simulate(trace_tau=1e6, monitor=StateMonitor(names, neurons=[0]))
    variables = snn.recording.variables
    assert variables["potential"].ravel().tolist() == [0, 1, 0, 1, 2, 0]
    assert variables["threshold"].ravel().tolist() == [2, 2, 3, 3, 3, 4]
    assert variables["spikes"].ravel().tolist() == [1, 1, 2, 2, 2, 3]
    assert variables["trace.trace"].ravel() == pytest.approx([1, 1, 2, 2, 2, 3], abs=1e-4)
    assert not variables["cell.trace"].any()
    with pytest.raises(ValueError, match=r"which of cell.trace, trace.trace is meant. Got 'trace'"):
        snn.simulate(monitor=StateMonitor("trace"))
    with pytest.raises(ValueError, match="Got 'energy'"):
        snn.simulate(monitor=StateMonitor("energy"))


@pytest.mark.parametrize("twin", [copy.deepcopy, SNN.copy, lambda snn: pickle.loads(pickle.dumps(snn))])
def test_copies_have_the_samples(twin):
    snn = lively()
    snn.simulate(monitor=StateMonitor(["potential", "timer"], neurons=[3, 1], every=2))
    other = twin(snn)
    assert_variables(other.recording.variables, snn.recording.variables)
    kept = other.recording.variables["potential"].copy()
    snn.simulate()
    np.testing.assert_array_equal(other.recording.variables["potential"], kept)
    np.testing.assert_array_equal(other.simulate(), snn.recording.to_dense(snn.get_output_neurons()))


def test_samples_do_not_follow_the_state_and_cannot_be_written_to():
    snn = lively()
    snn.simulate(monitor=StateMonitor("potential", every=60))
    variables = snn.recording.variables
    np.testing.assert_array_equal(variables["potential"][0], snn.get_membrane_potentials())
    kept = variables["potential"].copy()
    snn.simulate()
    assert not snn.recording.variables
    np.testing.assert_array_equal(variables["potential"], kept)
    for array in (variables["potential"], variables.steps, variables.neurons):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.setflags(write=True)


def test_windows_take_the_samples_of_their_steps():
    snn = lively()
    snn.simulate(monitor=StateMonitor("potential", every=5))
    whole, part = snn.recording.variables, snn.recording.window(9, 25).variables
    assert part.steps.tolist() == [0, 5, 10, 15]
    np.testing.assert_array_equal(part["potential"], whole["potential"][1:5])


def test_how_samples_are_shown_and_what_is_not_there():
    snn = lively()
    snn.simulate(monitor=StateMonitor(["potential", "timer"], neurons=[3], every=2))
    variables = snn.recording.variables
    assert repr(variables) == "<StateVariables: potential, timer of 1 neuron, 30 samples>"
    assert repr(snn.recording).endswith("spikes, potential, timer of 1 neuron>")
    assert "potential, timer of 1 neuron" in snn._repr_html_()
    assert variables == variables
    assert len({variables}) == 1
    assert {name: values.shape for name, values in variables.items()} == {"potential": (30, 1), "timer": (30, 1)}
    with pytest.raises(KeyError, match=r"'trace' was not monitored \(variables: potential, timer\)"):
        variables["trace"]
    with pytest.raises(KeyError, match="variables: none"):
        Recording.from_dense(np.eye(2)).variables["potential"]


@pytest.mark.parametrize(
    ("steps", "neurons", "samples", "message"),
    [
        ([1, 1], [0], {}, "steps must be ascending"),
        ([-1], [0], {}, "steps must be ascending"),
        ([1], [0, 0], {}, "neurons must not repeat"),
        ([1], [0], {"potential": [[1.0, 2.0]]}, r"samples\['potential'\] must have a row for each of 1 samples"),
    ],
)
def test_samples_that_do_not_belong_together_are_refused(steps, neurons, samples, message):
    with pytest.raises(ValueError, match=message):
        StateVariables(steps, neurons, samples)
    with pytest.raises(TypeError, match="samples must be a Mapping"):
        StateVariables([1], [0], [[[1.0]]])


@pytest.mark.parametrize(("steps", "neurons", "name"), [([4], [0], "steps"), ([3], [2], "neurons")])
def test_samples_beyond_the_recording_are_refused(steps, neurons, name):
    variables = StateVariables(steps, neurons, {"potential": [[1.0]]})
    with pytest.raises(ValueError, match=rf"variables.{name} must lie in"):
        Recording(np.zeros(5, dtype=int), np.zeros(0, dtype=int), 2, variables)
    assert Recording(np.zeros(6, dtype=int), np.zeros(0, dtype=int), 3, variables).variables is variables
