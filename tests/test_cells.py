"""Cells beside the same in plain NumPy, and what holds of every cell."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cases import assert_same, random_matrix, snapshot, state_of, synapses_of
from reference_cells import run, twin_of

from snnres import SNN, SimulationParams, StateMonitor, load_params, save_params
from snnres.network import run as runs
from snnres.network.arrays import named_arrays
from snnres.parts import (
    LIF,
    EscapeNoise,
    ExponentialLIF,
    GeneralizedLIF,
    IntrinsicPlasticity,
    Izhikevich,
    LeakyIntegrator,
    LogNormal,
    Normal,
    RateControl,
    ThresholdAdaptation,
    Uniform,
    UniformIntegers,
    fires,
    margin,
)

F = np.float32
N = 14
# Each new combination of options takes the compiler seconds: most are run without it, see uncompiled_cells.py.
# Between them they have all options.
COMPILED = [("generalized", seed) for seed in (0, 1, 2, 21)]
COMPILED += [(kind, 0) for kind in ("lif", "izhikevich", "exponential", "integrator")]


def number(rng, low, high):
    """A number between bounds: one for all, one for each, or a distribution."""
    kind = rng.integers(4)
    if kind == 0:
        return rng.uniform(low, high)
    if kind == 1:
        return rng.uniform(low, high, N)
    if kind == 2:
        return Uniform(low, high)
    return Normal((low + high) / 2, (high - low) / 3, low, high)


def maybe(rng, make):
    """An option that is there or not."""
    return make() if rng.random() < 0.5 else None


def random_lif(rng):
    period = int(rng.integers(1, 5))
    periods = (period, rng.integers(1, 5, N), UniformIntegers(1, 4))
    return number(rng, 0.6, 1.5), number(rng, 0.0, 0.5), periods[rng.integers(3)]


def random_generalized(rng):
    subtracts, floor = rng.random() < 0.3, None
    if rng.random() < 0.5:
        floor = number(rng, -0.6, -0.3)
    return GeneralizedLIF(
        *random_lif(rng),
        resting_potential=number(rng, -0.2, 0.3) if rng.random() < 0.7 else 0.0,
        reset_potential=None if subtracts else maybe(rng, lambda: number(rng, -0.3, 0.5)),
        reset_by_subtraction=subtracts,
        integrates_while_refractory=subtracts or bool(rng.integers(2)),
        floor=floor,
        adaptation=maybe(
            rng,
            lambda: ThresholdAdaptation(
                number(rng, 0, 0.3), maybe(rng, lambda: number(rng, 1.0, 30.0)), bool(rng.integers(2))
            ),
        ),
        control=maybe(rng, lambda: RateControl(number(rng, 0.01, 0.15), number(rng, 0.0, 0.2))),
        escape=maybe(rng, lambda: random_escape(rng)),
    )


def random_escape(rng):
    rate, slope = number(rng, 0.2, 1.0), number(rng, 0.2, 0.4)
    if rng.random() < 0.5:
        return EscapeNoise(rate, slope)
    return IntrinsicPlasticity(number(rng, 0.05, 0.2), number(rng, 0.001, 0.005), rate, slope)


def random_izhikevich(rng):
    return Izhikevich(number(rng, 0.02, 0.1), number(rng, 0.2, 0.25), number(rng, -65, -50), number(rng, 2, 8))


def random_exponential(rng):
    _, leak, period = random_lif(rng)
    return ExponentialLIF(
        number(rng, 2.0, 3.0),
        number(rng, 0.05, 0.3) if np.ndim(leak) else 0.1,
        period,
        onset=number(rng, 0.7, 1.0),
        slope=number(rng, 0.2, 0.4),
        resting_potential=number(rng, -0.1, 0.2),
        reset_potential=number(rng, -0.3, 0.1),
    )


KINDS = {
    "lif": lambda rng: LIF(*random_lif(rng)),
    "generalized": random_generalized,
    "izhikevich": random_izhikevich,
    "exponential": random_exponential,
    "integrator": lambda rng: LeakyIntegrator(leak_coefficient=number(rng, 0.0, 0.5)),
}


def params(cell, seed=0, n_steps=40, **changes):
    """A small network in which a cell of potentials around 1, or around -60, is driven to fire."""
    rng = np.random.default_rng([seed, 3])
    matrix, scale = random_matrix(rng, N), 10.0 if isinstance(cell, Izhikevich) else 1.0
    matrix.data[:] *= 0.5 * scale
    case = {
        "cell": cell,
        "adjacency_matrix": matrix,
        "output_neurons": np.arange(5),
        "input_spike_times": (rng.random((9, n_steps)) < 0.4).astype(np.uint8),
        "current_amplitude": 0.8 * scale,
        "seed": seed,
    }
    return SimulationParams(**(case | changes))


def twin_run(snn, trial=0):
    """What the reference makes of a network: its potentials, its drawn cell, its weights and input."""
    cell, network = snn._network.cell, snn._network
    twin = twin_of(cell, snn.num_neurons, network.seed, trial)
    fired, potentials = run(
        twin,
        *synapses_of(snn.get_topology()),
        snn.get_membrane_potentials(),
        snn.input_spike_times,
        snn.current_amplitude,
    )
    return twin, fired, potentials


def assert_potentials(cell, found, expected):
    """Assert equality to the bit, but for what exponentials change, which each library has of its own."""
    learns = isinstance(getattr(cell, "escape", None), IntrinsicPlasticity)
    if learns or isinstance(cell, ExponentialLIF):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    else:
        np.testing.assert_array_equal(found, expected)


def check_equals_plain_numpy(kind, seed):
    cell = KINDS[kind](np.random.default_rng([seed, len(kind)]))
    snn = SNN(params(cell, seed))
    twin, fired, potentials = twin_run(snn)
    assert kind == "integrator" or fired.sum() >= 5
    names = ["potential", "threshold"]
    snn.simulate(monitor=StateMonitor(names))
    np.testing.assert_array_equal(snn.spike_matrix, fired)
    assert_potentials(cell, snn.recording.variables["potential"], potentials)
    state, thresholds = state_of(snn), snn.recording.variables["threshold"][-1]
    for name, shift in getattr(twin, "shifts", {}).items():
        np.testing.assert_array_equal(state[name], shift.x)
    learns = isinstance(getattr(cell, "escape", None), IntrinsicPlasticity)
    if learns:
        for name in ("rate", "offset", "slope"):
            assert_potentials(cell, state[name], getattr(twin.escape, name))
    if learns or getattr(twin, "shifts", None):
        assert_potentials(cell, thresholds, twin.theta)
    else:
        np.testing.assert_array_equal(thresholds, np.broadcast_to(F(snn.membrane_threshold), N))


@pytest.mark.parametrize(("kind", "seed"), COMPILED)
def test_equals_plain_numpy(kind, seed):
    check_equals_plain_numpy(kind, seed)


def check_going_on(kind, seed, monkeypatch, tmp_path):
    """A run in chunks, or in halves between which the network is saved, is the run in one piece."""
    whole = SNN(params(KINDS[kind](np.random.default_rng([seed, len(kind)])), seed))
    chunked, halves = whole.copy(), whole.copy()
    spikes = whole.input_spike_times
    whole.simulate()
    monkeypatch.setattr(runs, "CHUNK_SECONDS", 0.0)
    chunked.simulate()
    assert_same(state_of(chunked), state_of(whole))
    rows = []
    for half in (spikes[:, :17], spikes[:, 17:]):
        halves.set_input_spike_times(half)
        halves.simulate()
        rows.append(halves.spike_matrix)
        halves.save(tmp_path / "network.npz")
        halves = SNN.load(tmp_path / "network.npz")
    np.testing.assert_array_equal(np.concatenate(rows), whole.spike_matrix)
    assert_same(snapshot(halves), snapshot(whole), leave_out=("recording", "input", "duration"))


def frozen_twin(snn):
    """A network of its own whose cell is that of simulate_batch."""
    twin = snn.copy()
    twin._network = replace(twin._network, cell=twin._network.cell.frozen())
    return twin


def check_batch(kind, seed):
    snn = SNN(params(KINDS[kind](np.random.default_rng([seed, len(kind)])), seed))
    snn.simulate()
    before = snapshot(snn)
    trials = (np.random.default_rng(seed).random((5, 9, 20)) < 0.5).astype(np.uint8)
    found = snn.simulate_batch(trials, n_jobs=2)
    assert_same(snapshot(snn), before)
    alone = frozen_twin(snn)
    for k, trial in enumerate(trials):
        alone.reset(trial=k)
        alone.set_input_spike_times(trial)
        alone.simulate()
        np.testing.assert_array_equal(alone.spike_matrix, found[k].to_dense())
        for name in snn._network.cell.kept:
            for key, array in named_arrays(getattr(alone._state.cell, name)).items():
                np.testing.assert_array_equal(array, before[key or name])


def test_going_on_is_one_run(monkeypatch, tmp_path):
    check_going_on("generalized", 0, monkeypatch, tmp_path)


def test_a_batch_is_one_trial_after_the_other():
    check_batch("generalized", 0)


@pytest.mark.slow
def test_without_the_compiler():
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "uncompiled_cells.py"]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        command, cwd=Path(__file__).parent, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_what_is_off_has_no_state_and_no_constants():
    cell = GeneralizedLIF(1.0, 0.1, 2)
    assert [name for name, part in cell.constants(N)._asdict().items() if part is None] == [
        "rest",
        "held",
        "floor",
        "adaptation",
        "control",
        "escape",
    ]
    assert cell.state(N)._asdict().keys() - {"potential", "timer"} == {
        name for name, array in cell.state(N)._asdict().items() if array is None
    }
    assert not cell.random
    assert SNN(params(cell))._state.stream is None


def test_margins_are_from_the_true_threshold():
    cell = GeneralizedLIF(
        np.full(N, 1.0), 0.1, 2, adaptation=ThresholdAdaptation(0.25), control=RateControl(0.02, 0.05)
    )
    snn = SNN(params(cell))
    snn.simulate(monitor=StateMonitor(["potential", "threshold", "adaptation", "control"]))
    state, constants = snn._state.cell, snn._network.cell.constants(N)
    assert state.adaptation.any()
    for i in range(N):
        assert fires(constants, state, None, i) == (margin(constants, state, i) >= 0 and state.timer[i] <= 1)
        expected = state.potential[i] - ((F(1) + state.adaptation[i]) + state.control[i])
        assert margin(constants, state, i) == expected
    still = Izhikevich()
    state = still.state(2)
    state.potential[:] = [-65, 31]
    assert [margin(still.constants(2), state, i) for i in range(2)] == [-95, 1]
    exponential = ExponentialLIF(3.0, 0.1, 2, onset=1.0, slope=0.2)
    state = exponential.state(1)
    assert margin(exponential.constants(1), state, 0) == -3


THREE = (1.0, 0.1, 2)
REFUSED = {
    "threshold of zero": (lambda: LIF(0.0, 0.1, 2), "membrane_threshold must be a finite number and > 0"),
    "a threshold among many": (lambda: LIF([1.0, -1.0], 0.1, 2), r"membrane_threshold .* > 0. Got .*-1"),
    "NaN among many": (lambda: LIF([1.0, np.nan], 0.1, 2), "membrane_threshold must be finite"),
    "no numbers": (lambda: LIF([], 0.1, 2), "membrane_threshold must have a value for each neuron. Got none"),
    "leak of one": (lambda: LIF(1.0, [0.1, 1.0], 2), "leak_coefficient .* < 1. Got"),
    "fraction of a step": (lambda: LIF(1.0, 0.1, [2.0, 2.5]), "refractory_period must be whole numbers. Got .*2.5"),
    "distribution of fractions": (lambda: LIF(1.0, 0.1, Uniform(1, 3)), "refractory_period must be whole numbers"),
    "distribution beyond": (lambda: LIF(Uniform(-1, 1), 0.1, 2), "membrane_threshold, drawn from Uniform.* > 0"),
    "period of zero": (lambda: LIF(1.0, 0.1, UniformIntegers(0, 3)), "refractory_period, drawn from .* >= 1"),
    "reset at the threshold": (
        lambda: GeneralizedLIF(*THREE, reset_potential=1.0),
        "reset_potential must be below membrane_threshold, 1. Got 1 instead",
    ),
    "reset of some neuron": (
        lambda: GeneralizedLIF([1.0, 0.5], 0.1, 2, reset_potential=[0.9, 0.6]),
        "reset_potential must be below membrane_threshold, 0.5. Got 0.6",
    ),
    "reset that may be drawn": (
        lambda: GeneralizedLIF(Uniform(0.5, 1), 0.1, 2, reset_potential=Uniform(0, 0.6)),
        "reset_potential must be below membrane_threshold, 0.5. Got 0.6",
    ),
    "reset of another length": (
        lambda: GeneralizedLIF([1.0, 0.5], 0.1, 2, reset_potential=[0.1, 0.1, 0.1]),
        r"reset_potential must have as many values as membrane_threshold \(2\)",
    ),
    "two resets": (
        lambda: GeneralizedLIF(*THREE, reset_potential=0.5, reset_by_subtraction=True),
        "reset_potential must not be given with reset_by_subtraction=True. Got 0.5",
    ),
    "held nowhere": (
        lambda: GeneralizedLIF(*THREE, reset_by_subtraction=True, integrates_while_refractory=False),
        "integrates_while_refractory must be True with reset_by_subtraction",
    ),
    "floor above the reset": (
        lambda: GeneralizedLIF(*THREE, reset_potential=-0.5, floor=-0.4),
        "floor must be at most reset_potential, -0.5. Got -0.4",
    ),
    "floor above zero": (
        lambda: GeneralizedLIF(*THREE, floor=0.1),
        "floor must be at most the potential after a spike, 0. Got 0.1",
    ),
    "target beyond refractoriness": (
        lambda: GeneralizedLIF(1.0, 0.1, UniformIntegers(1, 4), control=RateControl([0.1, 0.2], 0.1)),
        r"target must be below the greatest rate, 1 / \(refractory_period \+ 1\), 0.2. Got 0.2",
    ),
    "endless adaptation": (lambda: ThresholdAdaptation(0.1, 1e9), "tau .* <= 1.67772e\\+07. Got 1000000000"),
    "negative increment": (lambda: ThresholdAdaptation(-0.1), "increment .* >= 0"),
    "target of one": (lambda: RateControl(1.0, 0.1), "target .* < 1. Got 1.0"),
    "no target": (lambda: IntrinsicPlasticity(0.0, 0.1, 0.1, 0.1), "target .* > 0"),
    "learning backwards": (lambda: IntrinsicPlasticity(0.1, [0.1, -0.1], 0.1, 0.1), "eta .* >= 0"),
    "no rate": (lambda: EscapeNoise(0.0, 0.1), "rate .* > 0"),
    "no slope": (lambda: EscapeNoise(0.1, 0), "slope .* > 0"),
    "c above the peak": (lambda: Izhikevich(c=[-65.0, 31.0]), "c must be below membrane_threshold, 30. Got 31"),
    "a of zero": (lambda: Izhikevich(a=0), "a must be a finite number and > 0"),
    "onset above the cut-off": (
        lambda: ExponentialLIF(1.0, 0.1, 2, onset=1.5, slope=0.1),
        "onset must be below membrane_threshold",
    ),
}
REFUSED_TYPES = {
    "a number in a text": (lambda: LIF("1", 0.1, 2), "membrane_threshold"),
    "truth": (lambda: LIF(True, 0.1, 2), "membrane_threshold"),
    "no truth": (lambda: GeneralizedLIF(*THREE, reset_by_subtraction=1), "reset_by_subtraction must be True or False"),
    "another part": (
        lambda: GeneralizedLIF(*THREE, adaptation=RateControl(0.1, 0.1)),
        "adaptation must be a ThresholdAdaptation",
    ),
    "a number for a part": (lambda: GeneralizedLIF(*THREE, escape=0.1), "escape must be a Escape. Got 0.1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_contradictory_and_impossible_options_are_refused(case):
    make, words = REFUSED[case]
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("case", REFUSED_TYPES)
def test_other_types_are_refused(case):
    make, words = REFUSED_TYPES[case]
    with pytest.raises(TypeError, match=words):
        make()


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        (LIF([1.0, 2.0], 0.1, 2), "membrane_threshold"),
        (LIF(1.0, 0.1, [2, 3]), "refractory_period"),
        (GeneralizedLIF(*THREE, control=RateControl([0.1, 0.2], 0.1)), "target"),
        (Izhikevich(d=[8.0, 2.0]), "d"),
    ],
)
def test_numbers_for_another_number_of_neurons_are_refused_at_once(cell, name):
    with pytest.raises(ValueError, match=f"^{name} must have a value for each of {N} neurons. Got 2 instead"):
        params(cell)
    generated = {"num_neurons": 30, "adjacency_matrix": None, "mean_weight": 0.1}
    graph = {"small_world_graph_k": 4, "small_world_graph_p": 0.1}
    with pytest.raises(ValueError, match=f"^{name} must have a value for each of 30 neurons. Got 2 instead"):
        params(cell, **generated, **graph)


def three_numbers(**changes):
    """A network without another cell, each of whose neurons has numbers of its own."""
    numbers = {
        "membrane_threshold": np.linspace(0.6, 1.4, N),
        "leak_coefficient": Uniform(0.0, 0.3),
        "refractory_period": UniformIntegers(1, 4),
    }
    return params(None, **(numbers | changes))


def test_three_numbers_for_each_neuron():
    given = three_numbers()
    snn = SNN(given)
    np.testing.assert_array_equal(snn.membrane_threshold, np.linspace(0.6, 1.4, N))
    assert snn.leak_coefficient.shape == snn.refractory_period.shape == (N,)
    assert set(snn.refractory_period) <= {1, 2, 3, 4}
    assert len(set(snn.leak_coefficient)) == N
    _, fired, potentials = twin_run(snn)
    snn.simulate(monitor=StateMonitor(["potential", "threshold"]))
    np.testing.assert_array_equal(snn.spike_matrix, fired)
    np.testing.assert_array_equal(snn.recording.variables["potential"], potentials)
    np.testing.assert_array_equal(snn.recording.variables["threshold"][3], np.linspace(0.6, 1.4, N).astype(F))
    assert snn.get_network_parameters()["membrane_threshold"].shape == (N,)


def test_drawing_is_by_the_seed_and_changes_nothing_else():
    graph = {"adjacency_matrix": None, "num_neurons": N, "mean_weight": 0.3, "small_world_graph_k": 4}
    graph |= {"small_world_graph_p": 0.3, "output_neurons": None, "num_output_neurons": 3, "current_amplitude": 1.0}
    drawn, again = (SNN(three_numbers(**graph)) for _ in range(2))
    np.testing.assert_array_equal(drawn.leak_coefficient, again.leak_coefficient)
    other = SNN(three_numbers(**graph, seed=1))
    assert (other.leak_coefficient != drawn.leak_coefficient).all()
    plain = SNN(three_numbers(**graph, leak_coefficient=0.1, refractory_period=2))
    np.testing.assert_array_equal(plain.get_topology().data, drawn.get_topology().data)
    np.testing.assert_array_equal(plain.output_neurons, drawn.output_neurons)
    np.testing.assert_array_equal(plain.get_membrane_potentials(), drawn.get_membrane_potentials())


def test_default_potentials_and_amplitude_of_many_thresholds():
    snn = SNN(three_numbers(current_amplitude=None))
    thresholds = snn.membrane_threshold
    assert snn.current_amplitude == thresholds.max()
    potentials = snn.get_membrane_potentials()
    assert ((potentials >= 0) & (potentials < thresholds)).all()
    assert (potentials > thresholds.min()).any()
    outside = np.zeros(N, dtype=F)
    outside[2] = 1.0
    with pytest.raises(ValueError, match=r"membrane_potentials must lie in \[0, 0.72"):
        three_numbers(membrane_potentials=outside)
    with pytest.raises(ValueError, match=r"membrane_threshold must have a value for each of 14 neurons\. Got 3"):
        three_numbers(membrane_threshold=[1.0, 1.0, 1.0], membrane_potentials=outside)


def test_assigning_thresholds():
    snn = SNN(three_numbers())
    before = snapshot(snn)
    for wrong, words in (
        (np.ones(3), "membrane_threshold must have a value for each of 14 neurons. Got 3"),
        (np.zeros(N), "membrane_threshold .* > 0"),
        (0.0, "membrane_threshold .* > 0"),
        (np.full(N, np.inf), "membrane_threshold must be finite"),
    ):
        with pytest.raises(ValueError, match=words):
            snn.membrane_threshold = wrong
        assert_same(snapshot(snn), before)
    given = np.linspace(2, 3, N)
    snn.membrane_threshold = given
    given[:] = 0
    np.testing.assert_array_equal(snn.membrane_threshold, np.linspace(2, 3, N))
    snn.membrane_threshold[:] = 9
    assert snn.membrane_threshold.max() == 3
    assert snn.current_amplitude == 0.8
    snn.membrane_threshold = Uniform(0.5, 0.6)
    assert ((snn.membrane_threshold >= 0.5) & (snn.membrane_threshold < 0.6)).all()
    snn.membrane_threshold = 1.5
    assert snn.membrane_threshold == 1.5
    reset = SNN(params(GeneralizedLIF(*THREE, reset_potential=0.5)))
    with pytest.raises(ValueError, match=r"reset_potential must be below membrane_threshold, 0\.4"):
        reset.membrane_threshold = 0.4
    assert reset.membrane_threshold == 1.0


EVERYTHING = GeneralizedLIF(
    np.linspace(0.6, 1.4, N),
    LogNormal(0.1, 0.5, 0.01, 0.5),
    UniformIntegers(1, 4),
    resting_potential=Normal(0.0, 0.1, -0.2, 0.2),
    reset_potential=-0.1,
    integrates_while_refractory=False,
    floor=np.full(N, -0.5),
    adaptation=ThresholdAdaptation(Uniform(0.0, 0.1), 30.0, keep_between_trials=True),
    control=RateControl(np.linspace(0.01, 0.1, N), 0.1),
    escape=EscapeNoise(0.5, 0.1),
)


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_cells_stand_in_files(tmp_path, suffix):
    path = tmp_path / f"run.{suffix}"
    for given in (params(EVERYTHING), params(Izhikevich(c=Uniform(-65, -50))), three_numbers()):
        save_params(path, given)
        again, _ = load_params(path)
        assert again.neuron == given.neuron
        first, second = SNN(given), SNN(again)
        for name in ("cell", "potential"):
            assert_same({name: state_of(first)[name]}, {name: state_of(second)[name]})
    text = path.read_text()
    assert "Uniform" in text
    path.write_text(text.replace("UniformIntegers", "Uniformly"))
    with pytest.raises(ValueError, match="'Uniformly' is unknown"):
        load_params(path)


def test_cells_stand_in_networks_files(tmp_path):
    for given in (params(EVERYTHING), params(Izhikevich(c=Uniform(-65, -50))), three_numbers()):
        snn = SNN(given)
        snn.save(tmp_path / "network.npz")
        again = SNN.load(tmp_path / "network.npz")
        assert again._network.cell == snn._network.cell
        assert_same(snapshot(again), snapshot(snn))
        with np.load(tmp_path / "network.npz") as archive:
            arrays = dict(archive)
        timer = [name for name in arrays if name.endswith("timer")]
        if timer:
            header, arrays = snn.to_arrays()
            with pytest.raises(ValueError, match=r"cell\.timer must not be negative"):
                SNN.from_arrays(header, arrays | {"cell.timer": arrays["cell.timer"] - 1})
