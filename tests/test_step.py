"""A step at a time equals a run: state, weights and spikes, bit for bit."""

import pickle
import threading

import numpy as np
import pytest
from cases import assert_same, lively, random_input_map, random_plasticity, snapshot, state_of
from reference_ruled import Contest, Hand
from test_clamp import ruled

from snnres import SNN
from snnres.network import snn as facade
from snnres.network.step import Stepper
from snnres.parts import LIF, Clamp, MembraneNoise, UniformDelays, WinnerTakeAll

N, STEPS = 40, 60
RUN = ("recording", "duration", "input", "currents", "input_hold")


KINDS = {
    "plain": {},
    "plasticity": {"plasticity": random_plasticity(2)},
    "delays": {"plasticity": random_plasticity(1), "delays": UniformDelays(1, 9)},
    "noise and competition": {"noise": MembraneNoise(0.2), "competition": WinnerTakeAll(groups=[range(10, 20)])},
    "currents": {"currents": 2},
    "all": {
        "plasticity": random_plasticity(0),
        "delays": UniformDelays(1, 9),
        "noise": MembraneNoise(0.2),
        "currents": 3,
        "taps": True,
    },
}


def made(plasticity=None, currents=None, taps=False, **parts):
    """A lively network, its spikes, and the currents of its input, None without."""
    snn = lively(plasticity, **parts)
    rng = np.random.default_rng(0)
    values = None
    if currents is not None:
        weights, bias = random_input_map(rng, N)
        rows = np.column_stack([rng.integers(0, 3, weights.shape[0]), rng.integers(0, 5, weights.shape[0])])
        snn.set_input_weights(weights, bias, taps=rows if taps else None)
        values = rng.normal(0.1, 0.3, (snn._network.input_weights.n_channels, STEPS)).astype(np.float32)
    return snn, snn.input_spike_times, values


def given(snn, spikes, values, part):
    snn.set_input_spike_times(spikes[:, part])
    if values is not None:
        snn.set_input_currents(values[:, part])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_any_mixture_equals_a_run(kind):
    whole, spikes, values = made(**KINDS[kind])
    mixed = whole.copy()
    given(whole, spikes, values, slice(None))
    expected = whole.simulate()
    rng = np.random.default_rng(1)
    rows, t = [], 0
    while t < STEPS:
        stop = min(t + int(rng.integers(1, 15)), STEPS)
        if rng.random() < 0.3:
            given(mixed, spikes, values, slice(t, stop))
            rows.extend(mixed.simulate())
        else:
            currents = [None] * STEPS if values is None else values.T
            rows.extend(mixed.step(spikes[:, s], currents=currents[s]) for s in range(t, stop))
        t = stop
    np.testing.assert_array_equal(rows, expected)
    assert expected.sum() > 20
    assert_same(state_of(mixed), state_of(whole), leave_out=RUN)


def test_equals_the_reference():
    plasticity, contest = random_plasticity(1), Contest([range(N)], winners=3)
    snn = lively(plasticity, competition=WinnerTakeAll(winners=3))
    reference = ruled(snn, Hand(silence=[4]), plasticity, contest)
    snn.set_clamp(Clamp(silence=[4]))
    for t, column in enumerate(snn.input_spike_times.T):
        fired = snn.step(column.tolist(), all_neurons=True)
        np.testing.assert_array_equal(fired, reference.step(column), err_msg=str(t))
    np.testing.assert_array_equal(snn.membrane_potentials, reference.v)
    np.testing.assert_array_equal(snn.get_topology().toarray(), np.where(reference.exists, reference.weight, 0))


CHANGES = {
    "reset": lambda snn: snn.reset(trial=3),
    "potentials": lambda snn: snn.set_membrane_potentials(np.linspace(0, 0.9, N)),
    "threshold": lambda snn: setattr(snn, "membrane_threshold", 0.7),
    "fewer synapses": lambda snn: (snn.reset(), snn.prune(0.3)),
    "weights in place": lambda snn: snn.rescale_synaptic_weights_to_mean(0.2),
    "weights": lambda snn: snn.set_topology(snn.get_topology().toarray() * 0.5),
    "no plasticity": lambda snn: snn.disable_stdp(),
    "delays": lambda snn: snn.set_delays(3),
    "clamp": lambda snn: snn.set_clamp(Clamp(force=[(0, 30)], silence=[31])),
    "input weights": lambda snn: snn.set_input_weights(np.full((1, N), 0.3), np.full(N, 0.01)),
    "outputs": lambda snn: snn.set_output_neurons([3, 30, 31]),
    "parts": lambda snn: snn.set_parts(competition=WinnerTakeAll()),
    "another input": lambda snn: snn.set_input_spike_times(np.zeros((3, 2))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_between_steps_counts(change):
    stepped = lively({"A_plus": 0.05, "clip": False})
    spikes = stepped.input_spike_times
    for column in spikes.T[:20]:
        stepped.step(column)
    simulated = stepped.copy()
    for snn in (stepped, simulated):
        CHANGES[change](snn)
    for column in spikes.T[20:30]:
        currents = [0.5] if stepped._network.input_weights is not None else None
        fired = stepped.step(column, currents=currents)
        simulated.set_input_spike_times(column[:, None])
        if currents is not None:
            simulated.set_input_currents([currents])
        np.testing.assert_array_equal(simulated.simulate()[0], fired)
    assert stepped.spike_matrix.sum() > 0
    assert_same(state_of(stepped), state_of(simulated), leave_out=RUN)


def test_forms_of_input_may_alternate():
    stepped = lively()
    stepped.set_input_weights(np.full((2, N), 0.2), np.full(N, 0.1))
    simulated = stepped.copy()
    rng = np.random.default_rng(0)
    for t in range(24):
        column = None if t % 3 == 0 else rng.integers(0, 2, 5 + t % 2).astype((bool, int, float, np.uint8)[t % 4])
        values = None if t % 4 == 0 else rng.random(2)
        simulated.set_input_spike_times(np.zeros((0, 1)) if column is None else column[:, None])
        simulated.set_input_currents(None if values is None else values[:, None])
        if column is None and values is None:
            simulated.set_input_spike_times(np.zeros((1, 1)))
        np.testing.assert_array_equal(stepped.step(column, currents=values), simulated.simulate()[0])
    np.testing.assert_array_equal(stepped.membrane_potentials, simulated.membrane_potentials)
    assert stepped.num_input_neurons == 10


def test_the_trace_is_that_of_a_run():
    stepped, simulated = lively(), lively()
    spikes = stepped.input_spike_times
    for taus in ((5.0, 20), (None, 5), (10.0, 30)):
        tau, n_steps = taus
        simulated.set_input_spike_times(spikes[:, :n_steps])
        simulated.simulate(tau)
        for column in spikes.T[:n_steps]:
            stepped.step(column, trace_tau=tau)
    np.testing.assert_array_equal(stepped.get_trace(), simulated.get_trace())
    assert stepped.get_trace().max() > 0


def test_the_recording_is_that_of_the_step():
    snn = lively()
    columns = snn.input_spike_times.T
    returned, recordings, dense = [], [], []
    for column in columns[:20]:
        returned.append(snn.step(column))
        recordings.append(snn.recording)
        dense.append(snn.spike_matrix)
    assert returned[0].dtype == np.int8
    assert returned[0].shape == (15,)
    for own, recording, row in zip(returned, recordings, dense, strict=True):
        np.testing.assert_array_equal(recording.to_dense(), row)
        np.testing.assert_array_equal(row[0, snn.output_neurons], own)
    assert np.sum(dense) > 20
    assert snn.tot_spikes == dense[-1].sum()
    snn.reset()
    assert snn.spike_matrix is None


def test_prepared_once(monkeypatch):
    built = []
    monkeypatch.setattr(facade, "Stepper", lambda *place: built.append(place) or Stepper(*place))
    snn = lively(random_plasticity(0))
    for _ in range(5):
        snn.step(np.ones(3))
        snn.step(np.ones(4), all_neurons=True)
    snn.set_output_neurons([1])
    snn.simulate()
    snn.step([1])
    assert len(built) == 1
    snn.reset()
    snn.step([1])
    assert len(built) == 2


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"input": [0, 2]}, ValueError, "input must hold only 0 and 1. Got .*2"),
        ({"input": [[0, 1]]}, ValueError, "input must be a 1-D array"),
        ({"input": ["a"]}, TypeError, "input must hold real numbers"),
        ({"input": np.zeros(N + 1)}, ValueError, r"input must have at most one entry a neuron \(40\). Got 41"),
        ({"input": np.ma.zeros(3)}, TypeError, "input must not be masked"),
        ({"input": [np.nan]}, ValueError, "input must hold only 0 and 1. Got .*nan"),
        ({"currents": [1.0]}, ValueError, "currents must have an entry for each of 2 channels. Got 1"),
        ({"currents": [[1.0, 2.0]]}, ValueError, "currents must be a 1-D array"),
        ({"currents": [1.0, np.inf]}, ValueError, "currents must be finite"),
        ({"reward": 1.0}, ValueError, "reward needs a learning rule with a modulation"),
        ({"trace_tau": 0.0}, ValueError, "trace_tau must be a finite number and > 0"),
        ({"all_neurons": 1}, TypeError, "all_neurons must be True or False"),
    ],
)
def test_bad_input_leaves_everything_as_it_was(arguments, error, words):
    snn = lively(random_plasticity(0))
    snn.set_input_weights(np.full((2, N), 0.2))
    snn.step(np.ones(10))
    before = snapshot(snn)
    with pytest.raises(error, match=words):
        snn.step(**arguments)
    assert_same(snapshot(snn), before)


def test_currents_need_input_weights():
    with pytest.raises(ValueError, match="currents need input weights"):
        lively().step(currents=[1.0])


def test_a_clamp_of_more_than_a_step_is_refused():
    snn = lively()
    snn.set_clamp(Clamp(force=[(1, 0)]))
    with pytest.raises(ValueError, match=r"clamp\.force must name steps of the run in \[0, 1\)\. Got 1"):
        snn.step()


def test_refused_while_the_network_runs():
    snn, refused = lively(), []

    def step():
        try:
            snn.step()
        except RuntimeError as error:
            refused.append(str(error))

    def in_a_thread(*_):
        thread = threading.Thread(target=step)
        thread.start()
        thread.join()

    snn.simulate(progress=in_a_thread)
    assert refused[0].startswith("this network runs already")
    snn.step()
    assert len(refused) == 1


@pytest.mark.parametrize("done", [False, True])
def test_an_interrupt_leaves_a_recording_as_far_as_the_state(done, monkeypatch):
    snn = lively(random_plasticity(0))
    snn.step(np.ones(10))
    twin = snn.copy()
    run = Stepper.run

    def interrupted(self, form):
        if done:
            run(self, form)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Stepper, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            snn.step(np.ones(10))
    assert snn.recording.n_steps == int(done)
    if done:
        twin.step(np.ones(10))
    assert_same(state_of(snn), state_of(twin), leave_out=("recording",))
    np.testing.assert_array_equal(snn.step(np.ones(5)), twin.step(np.ones(5)))


def test_copied_pickled_and_saved_between_steps(tmp_path):
    snn = lively(random_plasticity(0), noise=MembraneNoise(0.2))
    columns = snn.input_spike_times.T
    for column in columns[:10]:
        snn.step(column)
    snn.save(tmp_path / "network.npz")
    twins = (snn.copy(), pickle.loads(pickle.dumps(snn)), SNN.load(tmp_path / "network.npz"))
    np.testing.assert_array_equal(twins[1].spike_matrix, snn.spike_matrix)
    for column in columns[10:30]:
        fired = snn.step(column)
        for twin in twins:
            np.testing.assert_array_equal(twin.step(column), fired)
    for twin in twins:
        assert_same(state_of(twin), state_of(snn))


def test_parts_exchanged_are_those_of_construction():
    cell = LIF(membrane_threshold=0.8, leak_coefficient=0.2, refractory_period=3)
    amplitude = {"current_amplitude": 1.0, "membrane_potentials": np.zeros(N)}
    numbers = dict.fromkeys(("membrane_threshold", "leak_coefficient", "refractory_period"))
    built = lively(cell=cell, noise=MembraneNoise(0.2), competition=WinnerTakeAll(winners=4), **amplitude, **numbers)
    exchanged = lively(competition=WinnerTakeAll(), **amplitude)
    exchanged.simulate()
    before = exchanged.membrane_potentials
    exchanged.set_parts(competition=WinnerTakeAll(winners=4), noise=MembraneNoise(0.2), cell=cell)
    np.testing.assert_array_equal(exchanged.membrane_potentials, before)
    assert not exchanged._state.cell.timer.any()
    assert list(exchanged._network.elements) == ["noise", "competition"]
    exchanged.reset()
    np.testing.assert_array_equal(exchanged.simulate(), built.simulate())
    exchanged.set_parts(noise=None, competition=None)
    assert exchanged._network.elements == {}
    assert exchanged._network.cell == cell


@pytest.mark.parametrize(
    ("parts", "error", "words"),
    [
        ({"colour": None}, TypeError, "parts must be among cell, noise, competition, .* Got 'colour'"),
        ({"cell": None}, TypeError, "cell must be a Cell. Got None"),
        ({"noise": WinnerTakeAll()}, TypeError, "noise must be a Noise"),
        ({"noise": None, "competition": WinnerTakeAll(groups=[[N]])}, ValueError, r"groups\[0\] must lie in"),
        ({"cell": LIF([1.0, 2.0], 0.1, 2)}, ValueError, "membrane_threshold must have a value for each of 40 neurons"),
    ],
)
def test_parts_that_do_not_fit_are_refused(parts, error, words):
    snn = lively(noise=MembraneNoise(0.2))
    snn.simulate()
    before = snapshot(snn)
    with pytest.raises(error, match=words):
        snn.set_parts(**parts)
    assert_same(snapshot(snn), before)
