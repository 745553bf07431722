"""What must hold of every network, whatever its parts: random combinations of all that there are."""

import os
import re
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from cases import assert_same
from part_cases import build, chance, clamp_of, drive, everything, frozen, random_case

from snnres import SNN, SimulationParams, StateMonitor, load_params, save_params
from snnres.network import checkpoint, course, run
from snnres.network.synapses import source_of_synapse
from snnres.parts import (
    BernoulliRelease,
    Clamp,
    MembraneNoise,
    MemristiveDevice,
    Plasticity,
    PoissonNoise,
    STDPParams,
    TsodyksMarkram,
    WinnerTakeAll,
)

PROPERTIES = {}
# Of noise, delays, signs, currents, and a rule with eligibility and upkeep on some synapses.
COMPILED = 77


def of_every_network(check):
    PROPERTIES[check.__name__] = check
    return check


def assert_alike(first, second):
    """Assert that two networks have run alike and are in one state."""
    np.testing.assert_array_equal(first.spike_matrix, second.spike_matrix)
    assert_same(everything(first), everything(second))


@of_every_network
def chunks_equal_the_whole(seed, _):
    whole, chunked = (build(random_case(seed)) for _ in range(2))
    whole.simulate()
    with mock.patch.object(run, "CHUNK_SECONDS", 0.0):
        chunked.simulate()
    assert_alike(chunked, whole)


@of_every_network
def halves_equal_the_whole_even_if_saved_between(seed, tmp_path):
    case = random_case(seed)
    whole, snn = build(case), build(case)
    whole.simulate()
    half = case.n_steps // 2
    drive(snn, case, 0, half)
    first = snn.simulate(), snn.spike_matrix
    snn.save(tmp_path / "network")
    loaded = SNN.load(tmp_path / "network")
    assert_same(everything(loaded), everything(snn))
    for network in (snn, loaded, snn.copy()):
        drive(network, case, half, case.n_steps)
        network.simulate()
        np.testing.assert_array_equal(np.concatenate([first[1], network.spike_matrix]), whole.spike_matrix)
        assert_same(everything(network), everything(whole))


class Killed(Exception):
    """Ends a run from its progress, as if it were killed."""


def kill_at(step):
    def progress(done, total):
        if done >= step:
            raise Killed

    return progress


@of_every_network
def a_run_goes_on_from_its_checkpoint(seed, tmp_path):
    case, rng = random_case(seed), np.random.default_rng([seed, 10])
    monitor = StateMonitor("potential", every=int(rng.integers(1, 5)))
    whole = build(case)
    whole.simulate(monitor=monitor)
    given = {"monitor": monitor, "checkpoint": tmp_path / "run", "every": int(rng.integers(1, case.n_steps))}
    with mock.patch.object(run, "CHUNK_SECONDS", 0.0):
        for step in sorted(rng.integers(1, case.n_steps, 2).tolist()):
            with pytest.raises(Killed):
                build(case).simulate(**given, progress=kill_at(step))
    for _ in range(2):
        # Of a run that is done the result is there at once.
        resumed = build(case)
        resumed.simulate(**given)
        assert_alike(resumed, whole)
        np.testing.assert_array_equal(resumed.recording.variables["potential"], whole.recording.variables["potential"])


@of_every_network
def learning_goes_on_from_its_checkpoint(seed, tmp_path):
    case, rng = random_case(seed), np.random.default_rng([seed, 11])
    given = trials_of(case, seed) | {"epochs": 2, "seed": seed, "checkpoint": tmp_path / "run", "every": 3}
    whole = build(case)
    if not whole._network.active_rules and not whole._network.cell.kept:
        return
    history = whole.adapt(**{name: value for name, value in given.items() if name not in ("checkpoint", "every")})
    for presentation in sorted(rng.integers(1, 8, 2).tolist()):
        with pytest.raises(Killed):
            build(case).adapt(**given, progress=kill_at(presentation))
    # Within a presentation, too, if it is time.
    with (
        mock.patch.multiple(checkpoint, REST=-1.0, SHARE=0),
        mock.patch.object(run, "CHUNK_SECONDS", 0.0),
        mock.patch.object(course.Course, "end", side_effect=Killed),
        pytest.raises(Killed),
    ):
        build(case).adapt(**given | {"every": None})
    resumed = build(case)
    found = resumed.adapt(**given)
    assert_same(everything(resumed), everything(whole))
    for name, values in history.items():
        np.testing.assert_array_equal(found[name], values)


@of_every_network
def a_monitor_changes_nothing(seed, _):
    plain, monitored = (build(random_case(seed)) for _ in range(2))
    plain.simulate()
    monitored.simulate(monitor=StateMonitor("potential", every=3))
    assert_alike(monitored, plain)


def trials_of(case, seed):
    """Four trials like that of a case: arguments of ``simulate_batch``."""
    rng = np.random.default_rng([seed, 5])
    shape = (4, *case.params["input_spike_times"].shape)
    given = {"inputs": (rng.random(shape) < 0.4).astype(np.uint8)}
    if case.currents is not None:
        given["currents"] = [case.currents * scale for scale in (1, 0.5, 2, -1)]
    if case.clamp is not None:
        given["clamp"] = [case.clamp, None, clamp_of(case.clamp, 3, case.n_steps), Clamp()]
    return given


@of_every_network
def a_batch_equals_one_trial_after_the_other_in_any_number_of_threads(seed, _):
    case = random_case(seed)
    snn = build(case)
    snn.simulate()
    before = everything(snn)
    given = trials_of(case, seed)
    found, threaded = (snn.simulate_batch(**given, n_jobs=n_jobs) for n_jobs in (1, 2))
    assert_same(everything(snn), before)
    alone = frozen(snn)
    alone.set_input_currents(None)
    for k, (one, other) in enumerate(zip(found, threaded, strict=True)):
        alone.reset(trial=k)
        alone.set_input_spike_times(given["inputs"][k])
        alone.set_clamp(given["clamp"][k] if "clamp" in given else None)
        if "currents" in given:
            alone.set_input_currents(given["currents"][k])
        alone.simulate()
        np.testing.assert_array_equal(one.to_dense(), alone.spike_matrix)
        np.testing.assert_array_equal(other.to_dense(), alone.spike_matrix)


@of_every_network
def a_reset_forgets_all_but_what_is_kept(seed, _):
    snn, twin = (build(random_case(seed)) for _ in range(2))
    snn.simulate()
    kept = [f"cell.{name}" for name in snn._network.cell.kept]
    if "device" in snn._network.elements:
        kept += [f"device.{name}" for name in snn._network.elements["device"].kept]
    snn.reset()
    weights = {"data"}
    assert_same(everything(snn), everything(twin), leave_out={*kept, *(name.split(".")[1] for name in kept), *weights})


@of_every_network
def signs_and_bounds_are_kept(seed, _):
    case = random_case(seed)
    snn = build(case)
    before = snn.get_topology()
    for _ in range(2):
        snn.simulate()
    weights = snn.get_topology()
    sources, signs = source_of_synapse(weights), case.params["neuron_signs"]
    seen = weights.data if signs is None else weights.data * signs[sources]
    if signs is not None:
        assert (seen >= 0).all()
    before = before.data if signs is None else before.data * signs[sources]
    lowest, highest = np.full(len(seen), np.inf), np.full(len(seen), -np.inf)
    for plasticity in case.rules:
        acts = [plasticity.group(name, snn.num_neurons) for name in ("sources", "targets")]
        acts = acts[0][sources] & acts[1][weights.indices]
        lower, upper = np.float32(plasticity.rule.bounds)
        lowest[acts], highest[acts] = np.minimum(lowest[acts], lower), np.maximum(highest[acts], upper)
    changed = seen != before
    assert not (changed & np.isposinf(lowest)).any()
    device = case.params.get("device")
    if device is not None:
        assert ((seen >= device.w_min) & (seen <= device.w_max)).all()
        # A worn cell comes only part of the way to what a rule writes, and to a level at most one from there.
        extent = device.w_max - device.w_min
        reach = np.inf if device.write_noise else extent / (device.levels - 1) if device.levels else 1e-6
        lowest, highest = np.minimum(lowest, before) - reach, np.maximum(highest, before) + reach
    assert (seen[changed] >= lowest[changed]).all()
    assert (seen[changed] <= highest[changed]).all()


def assert_writable_and_the_same(snn, case, path):
    """Assert that a network can be saved, and that what is loaded runs as it does."""
    snn.save(path)
    loaded = SNN.load(path)
    assert_same(everything(loaded), everything(snn))
    for network in (snn, loaded):
        drive(network, case, 0, case.n_steps)
        network.simulate()
    assert_alike(loaded, snn)


CHANGES = (
    lambda snn, *_: snn.prune(0.2),
    lambda snn, rng, _: snn.rewire(0.3, 0.5, delay=int(rng.integers(1, 8)) if snn.max_delay > 1 else None),
    lambda snn, _, rates: snn.apply_synaptic_scaling(0.2, 0.1, rates=rates),
    lambda snn, *_: snn.reset_synaptic_weights(0.3, 0.3, inhibitory_ratio=None if snn.neuron_signs is None else 2.0),
    lambda snn, *_: snn.rescale_synaptic_weights_to_mean(0.8 * snn.weights_mean),
)


@of_every_network
def synapses_can_be_changed_between_runs(seed, tmp_path):
    case = random_case(seed)
    rng = np.random.default_rng([seed, 6])
    snn = build(case)
    for change in rng.permutation(len(CHANGES)):
        snn.simulate()
        rates = snn.spike_matrix.mean(axis=0)
        if snn.max_delay > 1 and case.rules:
            # Where synapses with delays learn, they are replaced at rest.
            snn.reset()
        state = everything(snn)
        try:
            CHANGES[change](snn, rng, rates)
        except ValueError as error:
            # Of weights that are drawn or scaled some may be more than a device can hold.
            assert "must lie in the range of the device" in str(error)  # noqa: PT017
            assert_same(everything(snn), state)
    if snn.neuron_signs is not None:
        weights = snn.get_topology()
        assert (weights.data * snn.neuron_signs[source_of_synapse(weights)] >= 0).all()
    assert_writable_and_the_same(snn, case, tmp_path / "network")


@of_every_network
def a_description_in_a_file_makes_the_same_network(seed, tmp_path):
    case = random_case(seed)
    path = tmp_path / ("run.toml" if seed % 2 else "run.json")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "clip=True keeps weights", UserWarning)
        save_params(path, SimulationParams(**case.params), case.rules or None)
        params, rules = load_params(path)
        again, snn = SNN(params, rules), build(replace(case, input_map=None, currents=None, clamp=None, rewards=None))
    assert again.rules == snn.rules
    for network in (again, snn):
        network.simulate()
    assert_alike(again, snn)


# Parts without effect, for places that are free.
NOTHING = {
    "noise": (MembraneNoise(0.0), PoissonNoise(0.0, 1.0), PoissonNoise(1.0, 0.0)),
    "short_term_plasticity": (TsodyksMarkram(1.0, 0.0, 0.0),),
    "release": (BernoulliRelease(1.0),),
}


@of_every_network
def a_part_without_effect_equals_no_part(seed, _):
    """Together with all that is there: spikes, weights and potentials are the same, bit for bit."""
    case = random_case(seed)
    rng = np.random.default_rng([seed, 9])
    plain = build(case)
    free = [place for place in NOTHING if place not in case.params]
    idle = {place: NOTHING[place][rng.integers(len(NOTHING[place]))] for place in free if chance(rng, 0.7)}
    if "competition" not in case.params:
        # Each neuron by itself, it has nobody to lose against.
        idle["competition"] = WinnerTakeAll([[i] for i in range(plain.num_neurons)])
    if "device" not in case.params and chance(rng):
        idle["device"] = MemristiveDevice(0.0 if case.params["neuron_signs"] is not None else -1e6, 1e6)
    rules = [
        *case.rules,
        Plasticity(STDPParams(enabled=False)),
        Plasticity(STDPParams(A_plus=0.0, A_minus=0.0, clip=False)),
    ]
    other = replace(case, params=case.params | idle, rules=rules, clamp=case.clamp or Clamp())
    snn = build(other)
    for network in (plain, snn):
        network.simulate()
    np.testing.assert_array_equal(snn.spike_matrix, plain.spike_matrix)
    np.testing.assert_array_equal(snn.get_membrane_potentials(), plain.get_membrane_potentials())
    np.testing.assert_array_equal(snn.get_topology().data, plain.get_topology().data)


@pytest.mark.slow
def test_hold_compiled(tmp_path):
    """One case, since each combination takes the compiler many seconds; threads run at once in compiled code alone."""
    seed = COMPILED
    halves_equal_the_whole_even_if_saved_between(seed, tmp_path)
    a_batch_equals_one_trial_after_the_other_in_any_number_of_threads(seed, tmp_path)
    signs_and_bounds_are_kept(seed, tmp_path)


@pytest.mark.slow
def test_holds_of_many_without_the_compiler():
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "uncompiled_parts.py"]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        command, cwd=Path(__file__).parent, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= 24 * len(PROPERTIES)
