"""Synaptic currents, short-term plasticity, release, devices: against the plain model, closed forms and statistics."""

import dataclasses
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.stats
import test_golden
from cases import assert_same, lively, snapshot, state_of
from hypothesis import given
from hypothesis import strategies as st
from synapse_cases import assert_equals_the_reference, build, random_case

from snnres import SNN, SimulationParams, STDPParams, load_params, save_params
from snnres.kernels.compile import jit
from snnres.kernels.verbs import keep_up, store
from snnres.network import run
from snnres.network.network import stream
from snnres.parts import (
    BernoulliRelease,
    ExponentialCurrent,
    MembraneNoise,
    MemristiveDevice,
    Plasticity,
    TsodyksMarkram,
    Uniform,
    WeightUpkeep,
)

HERE = Path(__file__).parent
SMALL = 1e-6
F = np.float32
# Of random_case: every part, a rule, delays and signs.
FULL = 195


def full():
    """A network with every part."""
    return build(*random_case(FULL, share=1.0))


@pytest.mark.parametrize("seed", [FULL])
def test_equals_the_reference(seed):
    snn = assert_equals_the_reference(*random_case(seed, share=1.0), trial=seed)
    assert snn.spike_matrix.sum() > 40
    assert snn._state.device.updates.sum() > 40


def test_many_combinations_equal_the_reference():
    """Without the compiler, which would take seconds for each; and parts that do nothing are as none."""
    command = [sys.executable, "-W", "error", "synapse_cases.py", "0", "60"]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = dict(entry.split(": ") for entry in done.stdout.strip(" {}\n").split(", "))
    assert len(counts) == 9
    assert min(map(int, counts.values())) >= 10


def test_in_chunks_and_saved_in_the_middle(monkeypatch, tmp_path):
    whole, chunked = full(), full()
    for snn in (whole, chunked):
        snn.reset(trial=5)
    whole.simulate()
    monkeypatch.setattr(run, "CHUNK_SECONDS", 0.0)
    chunked.simulate()
    assert_same(state_of(chunked), state_of(whole))
    whole.save(tmp_path / "network.npz")
    loaded = SNN.load(tmp_path / "network.npz")
    for snn in (whole, loaded):
        snn.simulate()
    assert_same(snapshot(loaded), snapshot(whole))


@pytest.mark.slow
def test_batches_equal_a_loop():
    snn = full()
    snn.simulate()
    snn.disable_stdp()
    trials = (np.random.default_rng(1).random((5, 4, 25)) < 0.4).astype(np.uint8)
    batches = [snn.simulate_batch(trials, n_jobs=jobs) for jobs in (1, 3)]
    for k in (2, 0, 4, 1, 3):
        snn.reset(trial=k)
        snn.set_input_spike_times(trials[k])
        snn.simulate()
        for batch in batches:
            np.testing.assert_array_equal(batch[k].to_dense(), snn.spike_matrix)


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_in_files_of_parameters(tmp_path, suffix):
    parts = {
        "noise": MembraneNoise(0.1),
        "synaptic_current": ExponentialCurrent([2.0, 3.0]),
        "short_term_plasticity": TsodyksMarkram(Uniform(0.1, 0.5), 20.0, 3.0),
        "release": BernoulliRelease(0.25),
        "device": MemristiveDevice(-1.0, 1.0, 9, "stochastic", 0.1, 0.2, 1.5, 1e4),
    }
    numbers = {"membrane_threshold": 1.0, "leak_coefficient": 0.1, "refractory_period": 2, "output_neurons": [1]}
    params = SimulationParams(adjacency_matrix=np.eye(2), **numbers, **parts)
    save_params(tmp_path / f"run.{suffix}", params)
    again, _ = load_params(tmp_path / f"run.{suffix}")
    assert {name: getattr(again, name) for name in parts} == parts


GOLDEN = sorted((HERE / "golden" / "synapses").glob("*.npz"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_equals_brian2(path):
    """Brian2 2.9.0 in float32, with the same equations in another arrangement, spike for spike, bit for bit."""
    with np.load(path) as archive:
        golden = dict(archive)
    header = json.loads(str(golden["header"]))
    first, start = test_golden.read(header["start"])
    matrix = test_golden.matrix_of(start) * F(header["scale"])
    delays = None
    if "delays" in golden:
        delays = sp.csr_matrix((golden["delays"].astype(int), matrix.indices, matrix.indptr), shape=matrix.shape)
    tau, short_term = header["tau"], header["short_term"]
    snn = SNN(
        SimulationParams(
            **first["settings"],
            adjacency_matrix=matrix,
            membrane_potentials=start["potentials"],
            output_neurons=start["outputs"],
            input_spike_times=test_golden.unpack(start, "input"),
            delays=delays,
            synaptic_current=None if tau is None else ExponentialCurrent(tau),
            short_term_plasticity=None if short_term is None else TsodyksMarkram(*short_term),
        )
    )
    snn.simulate()
    spikes = test_golden.unpack(golden, "spike")
    assert 500 < spikes.sum() < 0.3 * spikes.size
    np.testing.assert_array_equal(snn.spike_matrix, spikes)
    np.testing.assert_array_equal(snn.get_membrane_potentials(), golden["final_potentials"], strict=True)


def fan(n_targets, weight, times, n_steps, **changes):
    """One neuron that fires at given steps, and its targets, which never do."""
    matrix = np.zeros((n_targets + 1, n_targets + 1))
    matrix[0, 1:] = weight
    spikes = np.zeros((1, n_steps), dtype=np.uint8)
    spikes[0, times] = 1
    case = {
        "adjacency_matrix": sp.csr_matrix(matrix),
        "output_neurons": [0],
        "membrane_threshold": [1.0] + [1e6] * n_targets,
        "leak_coefficient": 0.0,
        "refractory_period": 1,
        "membrane_potentials": np.zeros(n_targets + 1),
        "current_amplitude": 1.0,
        "input_spike_times": spikes,
        "seed": 2,
    }
    return SNN(SimulationParams(**(case | changes)))


def jumps(snn, times):
    """What each spike brought to each target: the network is run from spike to spike."""
    spikes, found = snn.input_spike_times, []
    for start, stop in itertools.pairwise([*times, spikes.shape[1]]):
        before = snn.get_membrane_potentials()[1:].astype(float)
        snn.set_input_spike_times(spikes[:, start:stop])
        snn.simulate()
        found.append(snn.get_membrane_potentials()[1:] - before)
    return np.array(found)


@pytest.mark.parametrize(("leak", "tau"), [(0.1, 4.0), (0.3, 0.7)])
def test_a_postsynaptic_potential_is_a_difference_of_exponentials(leak, tau):
    """w * (q^(n+1) - a^(n+1)) / (q - a) after n further steps, and the current w * a^n."""
    q, a, w = 1 - leak, np.exp(-1 / tau), 0.5
    snn = fan(1, w, [0], 1, leak_coefficient=leak, synaptic_current=ExponentialCurrent(tau))
    for n in range(30):
        snn.simulate()
        assert snn.get_membrane_potentials()[1] == pytest.approx(w * (q ** (n + 1) - a ** (n + 1)) / (q - a), rel=1e-5)
        assert snn._state.synaptic_current.current[1] == pytest.approx(w * a**n, rel=1e-5)
        snn.set_input_spike_times(np.zeros((1, 1)))


def test_a_spike_brings_the_stated_sum_and_waits_for_its_delay():
    tau, w, delay = np.array([1.0, 3.0, 5.0, 9.0]), 0.25, 7
    snn = fan(3, w, [2], delay + 1, synaptic_current=ExponentialCurrent(tau), delays=delay)
    snn.simulate()
    assert not snn.get_membrane_potentials()[1:].any()
    snn.set_input_spike_times(np.zeros((1, 200)))
    snn.simulate()
    np.testing.assert_allclose(snn.get_membrane_potentials()[1:], w / (1 - np.exp(-1 / tau[1:])), rtol=1e-5)


@pytest.mark.parametrize(
    ("use", "tau_rec", "tau_facil"), [(0.5, 80.0, 0.0), (0.1, 10.0, 60.0), (1.0, 30.0, 5.0), (0.3, 0.0, 20.0)]
)
def test_each_spike_transmits_what_the_map_of_markram_says(use, tau_rec, tau_facil):
    """Markram, Wang and Tsodyks 1998, from one spike to the next, in double; the first transmits U * w."""
    rng = np.random.default_rng(0)
    times, w = np.cumsum(rng.integers(2, 30, size=25)), 0.5
    snn = fan(1, w, times, int(times[-1]) + 1, short_term_plasticity=TsodyksMarkram(use, tau_rec, tau_facil))
    u, x, expected = use, 1.0, []
    for gap in [*np.diff(times), 1]:
        expected.append(w * u * x)
        facilitated = np.exp(-gap / tau_facil) if tau_facil else 0.0
        left = np.exp(-gap / tau_rec) if tau_rec else 0.0
        u, x = use + u * (1 - use) * facilitated, 1 + (x - x * u - 1) * left
    assert expected[0] == use * w
    np.testing.assert_allclose(jumps(snn, times)[:, 0], expected, rtol=1e-4)


def test_regular_spikes_reach_the_steady_state():
    use, tau_rec, tau_facil, gap, w = 0.2, 40.0, 25.0, 9, 0.5
    times = np.arange(0, 900, gap)
    snn = fan(1, w, times, 900, short_term_plasticity=TsodyksMarkram(use, tau_rec, tau_facil))
    facilitated, left = np.exp(-gap / tau_facil), np.exp(-gap / tau_rec)
    u = use / (1 - (1 - use) * facilitated)
    x = (1 - left) / (1 - (1 - u) * left)
    np.testing.assert_allclose(jumps(snn, times)[-1], w * u * x, rtol=1e-4)


def test_sources_have_their_own_dynamics_and_weights_stay():
    """A spike is given what it carries as it is sent, not as it arrives."""
    use = np.array([0.25, 0.5, 1.0, 1.0])
    matrix = np.zeros((4, 4))
    matrix[:3, 3] = 1.0
    spikes = np.zeros((3, 8), dtype=np.uint8)
    spikes[:, 0] = 1
    snn = SNN(
        SimulationParams(
            adjacency_matrix=matrix,
            output_neurons=[3],
            membrane_threshold=[1.0, 1.0, 1.0, 1e6],
            leak_coefficient=0.0,
            refractory_period=1,
            membrane_potentials=np.zeros(4),
            current_amplitude=1.0,
            input_spike_times=spikes,
            delays=5,
            short_term_plasticity=TsodyksMarkram(use, 100.0),
        )
    )
    snn.simulate()
    assert snn.get_membrane_potentials()[3] == 1.75
    assert (snn.get_topology().data == 1).all()


def test_releases_are_independent_trials():
    n, p, times = 4000, 0.3, np.arange(0, 60, 3)
    snn = fan(n, 1.0, times, 60, release=BernoulliRelease(p))
    released = jumps(snn, times)
    assert set(np.unique(released)) == {0, 1}
    low, high = scipy.stats.binom.ppf([SMALL / 20, 1 - SMALL / 20], n, p)
    assert ((released.sum(axis=1) >= low) & (released.sum(axis=1) <= high)).all()
    expected = scipy.stats.binom(len(times), p).pmf(np.arange(len(times) + 1))
    counts = np.bincount(released.sum(axis=0).astype(int), minlength=len(times) + 1)
    tail = slice(13, None)
    counts, expected = np.append(counts[:13], counts[tail].sum()), np.append(expected[:13], expected[tail].sum())
    assert scipy.stats.chisquare(counts[1:], expected[1:] / expected[1:].sum() * counts[1:].sum()).pvalue > SMALL
    neighbours = np.corrcoef(released[:, :-1].ravel(), released[:, 1:].ravel())[0, 1]
    assert abs(neighbours) < 5 / np.sqrt(released.size)


def test_a_source_that_never_releases():
    snn = fan(50, 1.0, [0], 1, release=BernoulliRelease([0.0] + [1.0] * 50))
    snn.simulate()
    assert not snn.get_membrane_potentials()[1:].any()


@given(
    st.integers(2, 300),
    st.floats(-10, 10, width=32),
    st.floats(2**-3, 100, width=32),
    st.integers(0, 2**32 - 1),
)
def test_programmed_weights_are_the_nearest_levels(levels, low, extent, seed):
    device = MemristiveDevice(low, low + extent, levels)
    weights = np.random.default_rng(seed).uniform(device.w_min, device.w_max, 100).astype(F)
    weights = np.clip(weights, F(device.w_min), F(device.w_max))
    held = device.programmed(weights, magnitudes=False)
    values = np.linspace(device.w_min, device.w_max, levels)
    np.testing.assert_allclose(held, values[np.abs(held[:, None] - values).argmin(axis=1)], rtol=1e-5, atol=1e-5)
    assert (np.abs(held - weights) <= extent / (levels - 1) / 2 * (1 + 1e-3) + 1e-5).all()
    np.testing.assert_array_equal(device.programmed(held, magnitudes=False), held)
    assert held.min() >= F(device.w_min)
    assert held.max() <= F(device.w_max)


def test_every_way_to_set_weights_programs_the_device():
    snn = lively(device=MemristiveDevice(-2.0, 2.0, 17))

    def assert_on_levels():
        held = snn.get_topology().data
        np.testing.assert_array_equal(held * 4, np.rint(held * 4))
        assert len(np.unique(held)) > 5

    assert_on_levels()
    snn.reset_synaptic_weights(0.3, 0.8)
    assert_on_levels()
    snn.rescale_synaptic_weights_to_mean(0.4)
    assert_on_levels()
    snn.set_topology(snn.get_topology() * 0.9)
    assert_on_levels()
    before = state_of(snn)
    for attempt in (
        lambda: snn.rescale_synaptic_weights_to_mean(2.0),
        lambda: snn.reset_synaptic_weights(3.0),
        lambda: snn.set_topology(snn.get_topology() * 100),
    ):
        with pytest.raises(ValueError, match=r"weights must lie in the range of the device, \[-2, 2\]"):
            attempt()
        assert_same(state_of(snn), before)


@jit
def written(device, state, stream, weights, new, held):
    """Write a new weight to each synapse."""
    for e in range(weights.size):
        held[e] = store(device, state, stream, weights[e], new[e], e, np.uint32(0))


def write(device, weights, new, state=None, trial=0):
    """Return what is held after each of some weights was to become new."""
    weights, new = np.broadcast_arrays(F(weights), F(new))
    held = np.empty(new.shape, dtype=F)
    written(device.constants(1), state, stream(3, trial), weights.copy(), new.copy(), held)
    return held


def test_stochastic_rounding_is_right_in_the_mean():
    """Of 100,000, the share that goes up is binomial; between the two levels beside the target, and to none else."""
    n, target = 100_000, 0.2617
    held = write(MemristiveDevice(0.0, 1.0, 11, "stochastic"), np.zeros(n), target)
    np.testing.assert_allclose(np.unique(held), [0.2, 0.3], rtol=1e-6)
    low, high = scipy.stats.binom.ppf([SMALL, 1 - SMALL], n, 0.617)
    assert low <= (held > 0.25).sum() <= high
    assert (write(MemristiveDevice(0.0, 1.0, 11), np.zeros(9), target) == F(0.3)).all()


def test_noise_of_writing_is_truncated_normal():
    n, sd, bound = 50_000, 0.05, 1.5
    device = MemristiveDevice(-2.0, 3.0, write_noise=sd, truncation=bound)
    held = write(device, np.zeros(n), 0.5).astype(float)
    assert scipy.stats.kstest((held - 0.5) / (sd * 5), scipy.stats.truncnorm(-bound, bound).cdf).pvalue > SMALL
    assert (held != write(device, np.zeros(n), 0.5, trial=1)).mean() > 0.99
    # What stays as it is is not written.
    assert (write(device, np.full(100, 0.5), 0.5) == 0.5).all()
    assert (write(device, np.full(100, 2.999), 3.0) <= 3).all()


def test_changes_shrink_with_the_updates():
    device, endurance = MemristiveDevice(-1.0, 100.0, endurance=20.0), 20.0
    state, w, expected = device.state(1, 1), np.zeros(1, dtype=F), 0.0
    for n in range(60):
        assert state.updates[0] == n
        w = write(device, w, w + F(0.5), state)
        expected += 0.5 * np.exp(-n / endurance)
        assert w[0] == pytest.approx(expected, rel=1e-5)
        write(device, w, w, state)


def test_reading_is_noisy_and_keeps_the_sign():
    n, sd, bound = 4000, 0.5, 2.0
    weight = np.where(np.arange(n) % 2, -0.8, 0.8)
    device = MemristiveDevice(-1.0, 1.0, read_noise=sd, truncation=bound)
    snn = fan(n, weight, [0], 1, device=device)
    snn.simulate()
    read = snn.get_membrane_potentials()[1:] / weight - 1
    assert (read >= -1).all()
    assert scipy.stats.kstest(read / sd, scipy.stats.truncnorm(-bound, bound).cdf).pvalue > SMALL
    np.testing.assert_array_equal(snn.get_topology().data, F(weight))


def worn_network(**changes):
    """A network with a worn device, and how often each synapse has been written to, by source and target."""
    rule = {"A_plus": 0.1, "A_minus": 0.1, "clip": False}
    snn = lively(rule, device=MemristiveDevice(-5.0, 5.0, endurance=100.0), **changes)
    snn.simulate()
    return snn, updates_of(snn)


def updates_of(snn):
    matrix = snn._network.synapses.matrix
    parts = (snn._state.device.updates.astype(np.int64), matrix.indices, matrix.indptr)
    return sp.csr_matrix(parts, shape=matrix.shape).toarray()


def test_wear_goes_on_from_trial_to_trial():
    snn, updates = worn_network()
    assert updates.max() > 5
    snn.reset(trial=1)
    np.testing.assert_array_equal(updates_of(snn), updates)
    snn.simulate()
    assert (updates_of(snn) >= updates).all()
    assert updates_of(snn).sum() > updates.sum()


def test_wear_stays_with_its_synapse():
    snn, updates = worn_network()
    snn.set_topology(snn.get_topology())
    np.testing.assert_array_equal(updates_of(snn), updates)
    snn.prune(0.3)
    kept = snn.get_topology().toarray() != 0
    np.testing.assert_array_equal(updates_of(snn), np.where(kept, updates, 0))
    delays = snn.get_topology().astype(np.int32)
    delays.data = np.random.default_rng(0).integers(1, 9, delays.nnz).astype(np.int32)
    snn.set_delays(delays)
    np.testing.assert_array_equal(updates_of(snn), np.where(kept, updates, 0))
    snn.set_delays(None)
    matrix = snn.get_topology().tolil()
    matrix[0, 39], matrix[39, 0] = 0.5, 0.5
    worn = updates_of(snn)
    snn.set_topology(matrix.tocsr())
    np.testing.assert_array_equal(updates_of(snn), worn)
    assert len(snn._state.device.updates) == snn.get_topology().nnz
    snn.simulate()


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: ExponentialCurrent(0.0), ValueError, r"tau must be .* > 0.*Got 0"),
        (lambda: ExponentialCurrent([1.0, -1.0]), ValueError, "tau must be .* > 0"),
        (lambda: TsodyksMarkram(0.0, 10.0), ValueError, "U must be .* > 0 and <= 1"),
        (lambda: TsodyksMarkram(1.1, 10.0), ValueError, "U must be .* > 0 and <= 1"),
        (lambda: TsodyksMarkram(0.5, -1.0), ValueError, "tau_rec must be .* >= 0"),
        (lambda: TsodyksMarkram(0.5, 1.0, -1.0), ValueError, "tau_facil must be .* >= 0"),
        (lambda: TsodyksMarkram(0.5, 1.0, None), TypeError, "tau_facil must be"),
        (lambda: BernoulliRelease(1.5), ValueError, "probability must be .* <= 1"),
        (lambda: BernoulliRelease(Uniform(0.5, 1.5)), ValueError, "probability, drawn from .* <= 1"),
        (lambda: MemristiveDevice(1.0, 1.0), ValueError, r"w_max must be .* > 1.*Got 1"),
        (lambda: MemristiveDevice(0.0, 1.0, 1), ValueError, "levels must be an integer in"),
        (lambda: MemristiveDevice(0.0, 1.0, 2.0), TypeError, "levels must be an integer"),
        (lambda: MemristiveDevice(1e6, 1e6 + 1, 1000), ValueError, "levels must be such that .* told apart in float32"),
        (lambda: MemristiveDevice(1.0, 1.0 + 1e-9), ValueError, "levels must be such that .* told apart in float32"),
        (lambda: MemristiveDevice(0.0, 1.0, 4, "up"), ValueError, "rounding must be 'nearest' or 'stochastic'"),
        (lambda: MemristiveDevice(0.0, 1.0, None, "stochastic"), ValueError, "rounding must be 'nearest' where"),
        (lambda: MemristiveDevice(0.0, 1.0, read_noise=0.6), ValueError, r"read_noise must be .* <= 0.5"),
        (lambda: MemristiveDevice(0.0, 1.0, write_noise=-1), ValueError, "write_noise must be .* >= 0"),
        (lambda: MemristiveDevice(0.0, 1.0, truncation=0.5), ValueError, "truncation must be .* >= 1"),
        (lambda: MemristiveDevice(0.0, 1.0, endurance=0), ValueError, "endurance must be .* > 0"),
        (lambda: lively(device=MemristiveDevice(0.0, 0.1)), ValueError, "weights must lie in the range of the device"),
        (lambda: lively(release=ExponentialCurrent(1.0)), TypeError, "release must be a Release"),
    ],
)
def test_bad_input(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_upkeep_is_written_to_the_device():
    device = MemristiveDevice(-2.0, 2.0, 17)
    rule = Plasticity(STDPParams(clip=False), upkeep=WeightUpkeep(decay=0.3))
    network = dataclasses.replace(lively(device=device)._network, rules=(rule,))
    model, state = network.model(), network.state_at(np.zeros(40, dtype=F))
    weights = network.synapses.matrix.data
    expected = device.programmed(weights * F(0.7), magnitudes=False)
    assert (expected != weights).any()
    upkeep, lessons = model.rules[0].upkeep, state.rules[0].upkeep
    keep_up(upkeep, lessons, model.synapses, model.rules[0], model.device, state.device, state.stream)
    np.testing.assert_array_equal(weights, expected)


def test_where_neurons_have_signs_a_device_keeps_magnitudes():
    snn = lively(device=MemristiveDevice(-5.0, 5.0))
    signs = np.ones(40, dtype=np.int8)
    with pytest.raises(ValueError, match=r"w_min of a device must be >= 0 where neurons have signs.*Got -5"):
        dataclasses.replace(snn._network, signs=signs)
    signs[:8] = -1
    matrix = lively(weight_variance=0.0)._network.synapses
    matrix.matrix.data *= np.repeat(signs, np.diff(matrix.matrix.indptr))
    elements = {"device": MemristiveDevice(0.1, 0.5, 3)}
    network = dataclasses.replace(snn._network, signs=signs, elements=elements, synapses=matrix)
    assert set(np.unique(network.synapses.matrix.data)) == {F(-0.3), F(0.3)}


def test_a_negative_state_in_a_file_is_damage(tmp_path):
    snn = lively(short_term_plasticity=TsodyksMarkram(0.5, 10.0))
    snn._state.short_term_plasticity.x[3] = -0.5
    with pytest.raises(ValueError, match=r"short_term_plasticity\.x must not be negative"):
        snn.save(tmp_path / "network.npz")
