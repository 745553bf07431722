"""Measures of a reservoir against answers that are known beforehand."""

import numpy as np
import pytest
import scipy.sparse as sp
from cases import assert_same, snapshot, state_of

from snnres import SNN, SimulationParams, STDPParams
from snnres.encoding import random_bias, random_input_weights
from snnres.measures import (
    Capacity,
    capacity,
    current_ratio,
    currents,
    generalisation_rank,
    kernel_quality,
    linear_capacity,
    memory_capacity,
    quadratic_capacity,
    state_rank,
)
from snnres.measures.capacity import HELD_OUT, PENALTIES

U = np.random.default_rng(0).uniform(-1, 1, 2000)


def normal(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape)


NOISE = normal(2000, 10)


def past(delay):
    return np.roll(U, delay)


def delay_line(length):
    return np.stack([past(delay) for delay in range(1, length + 1)], axis=1)


def echo_states(n_units, seed=0):
    weights = np.random.default_rng(seed).normal(size=(n_units, n_units)) * 0.95 / np.sqrt(n_units)
    into, states, x = np.random.default_rng(seed + 1).uniform(-0.2, 0.2, n_units), [], np.zeros(n_units)
    for u in U:
        x = np.tanh(weights @ x + into * u)
        states.append(x)
    return np.array(states)


class TestLinearCapacity:
    @pytest.mark.parametrize("length", [1, 7, 30])
    def test_a_delay_line_remembers_its_length(self, length):
        found = linear_capacity(delay_line(length), U, max_delay=40)
        assert found.total == pytest.approx(length, abs=0.05)
        np.testing.assert_array_equal(found.delays, np.arange(1, 41))
        np.testing.assert_allclose(found.by_delay, found.delays <= length, atol=0.02)

    def test_a_delay_line_seen_through_any_mixture_remembers_as_much(self):
        mixed = delay_line(7) @ normal(7, 12)
        assert linear_capacity(mixed, U, max_delay=20).total == pytest.approx(7, abs=0.05)

    def test_what_does_not_depend_on_the_input_remembers_nothing(self):
        assert linear_capacity(np.zeros((2000, 3)), U).total == 0
        assert linear_capacity(np.full((2000, 3), 1e6), U).total == pytest.approx(0, abs=1e-9)
        assert linear_capacity(NOISE, U).total < 0.05
        # On rows that were fitted it would be 10 / 1900 a delay.
        assert linear_capacity(NOISE, U).total < 0.2 * 100 * 10 / 1900

    @pytest.mark.parametrize(("noise", "expected"), [(1.0, 0.5), (0.5, 0.8), (2.0, 0.2)])
    def test_noise_takes_its_part_of_the_variance(self, noise, expected):
        state = past(4) / U.std() + noise * NOISE[:, 0]
        found = linear_capacity(state[:, None], U, max_delay=10)
        assert found.by_delay[3] == pytest.approx(expected, abs=0.06)
        assert found.total == pytest.approx(expected, abs=0.08)

    @pytest.mark.parametrize(
        ("function", "expected"), [(np.sign, 3 / 4), (lambda u: u**3, 21 / 25), (np.square, 0.0), (np.abs, 0.0)]
    )
    def test_a_nonlinear_state_holds_what_correlates(self, function, expected):
        """For uniform u: (E u f)^2 / (E u^2 E f^2), as f has mean 0 or is even."""
        found = linear_capacity(function(past(2))[:, None], U, max_delay=5)
        assert found.by_delay[1] == pytest.approx(expected, abs=0.03)
        assert found.total == pytest.approx(expected, abs=0.05)

    @pytest.mark.parametrize("n_units", [3, 10])
    def test_no_reservoir_remembers_more_than_it_has_states(self, n_units):
        states = echo_states(n_units)
        both = linear_capacity(states, U).total + quadratic_capacity(states, U).total
        assert 0.5 * n_units < both < n_units + 0.05

    @pytest.mark.parametrize("unit", [1e-6, 1e6])
    def test_units_do_not_matter(self, unit):
        states = echo_states(20)
        expected = linear_capacity(states, U).by_delay
        np.testing.assert_allclose(linear_capacity(unit * states + unit, U).by_delay, expected, atol=1e-6)
        np.testing.assert_allclose(linear_capacity(states, unit * U + unit).by_delay, expected, atol=1e-6)

    def test_channels_count_each_for_itself(self):
        other = np.random.default_rng(2).uniform(-1, 1, 2000)
        states = np.stack([past(1), past(2), np.roll(other, 2)], axis=1)
        found = linear_capacity(states, np.stack([U, other], axis=1), max_delay=4)
        np.testing.assert_allclose(found.by_delay, [1, 2, 0, 0], atol=0.02)

    def test_the_rows_of_the_washout_and_of_the_longest_delay_are_not_used(self):
        states = delay_line(3)
        expected = linear_capacity(states[40:], U[40:], max_delay=10).by_delay
        spoilt = states.copy()
        spoilt[:50] = 1e3 * NOISE[:50, :3]
        np.testing.assert_array_equal(linear_capacity(spoilt, U, max_delay=10, washout=50).by_delay, expected)
        np.testing.assert_array_equal(linear_capacity(spoilt[40:], U[40:], max_delay=10).by_delay, expected)


class TestQuadraticCapacity:
    def test_of_a_linear_reservoir_is_nothing(self):
        assert quadratic_capacity(delay_line(15), U).total < 0.02

    def test_of_products_is_their_number(self):
        states = np.stack([U * past(3), U * past(7), past(1), U**2], axis=1)
        found = quadratic_capacity(states, U, max_delay=9)
        np.testing.assert_allclose(found.by_delay, np.isin(found.delays, [3, 7]), atol=0.03)
        assert found.total == pytest.approx(2, abs=0.05)

    def test_a_product_beside_noise_by_hand(self):
        product = U * past(2)
        state = product / product.std() + NOISE[:, 0]
        assert quadratic_capacity(state[:, None], U, max_delay=4).by_delay[1] == pytest.approx(0.5, abs=0.06)


class TestCapacity:
    @pytest.mark.parametrize("n_states", [20, 450], ids=["few states", "fewer rows than states"])
    def test_it_is_the_ridge_of_scikit_learn_by_leave_one_out(self, n_states):
        linear_model = pytest.importorskip("sklearn.linear_model")
        metrics = pytest.importorskip("sklearn.metrics")
        states = echo_states(30)[:500] @ normal(30, n_states) + 0.1 * normal(500, n_states, seed=2)
        targets = np.stack([past(d)[:500] for d in (1, 5, 12)], axis=1)
        n_fit = 500 - int(500 * HELD_OUT)
        fit = states[:n_fit]
        penalties = PENALTIES * n_fit * fit.var(axis=0).sum()
        model = linear_model.RidgeCV(alphas=penalties, alpha_per_target=True).fit(fit, targets[:n_fit])
        expected = metrics.r2_score(targets[n_fit:], model.predict(states[n_fit:]), multioutput="raw_values")
        np.testing.assert_allclose(capacity(states, targets), np.maximum(expected, 0), rtol=1e-5, atol=1e-8)
        assert 0.05 < expected[1] < 0.99

    def test_a_target_that_stands_still_is_not_recovered(self):
        assert capacity(NOISE, np.ones(2000)).tolist() == [0.0]

    def test_a_thousand_states_on_fewer_rows(self):
        states = delay_line(5) @ normal(5, 1200)
        assert linear_capacity(states[:700], U[:700], max_delay=10).total == pytest.approx(5, abs=0.05)

    def test_a_capacity_shows_its_total(self):
        found = Capacity(np.arange(1, 4), np.array([1.0, 0.5, 0.25]))
        assert found.total == 1.75
        assert repr(found) == "<Capacity: 1.75 over delays 1 to 3>"


class TestStateRank:
    def test_of_known_matrices(self):
        assert state_rank(np.eye(5)) == 5
        assert state_rank(np.outer(np.arange(4.0), np.arange(3.0))) == 1
        assert state_rank(np.zeros((3, 4))) == 0
        assert state_rank(normal(30, 4) @ normal(4, 50), tolerance=0.0) == 4

    def test_what_is_faint_beside_the_largest_does_not_count(self):
        matrix = np.diag([5.0, 0.1, 0.04, 0.0])
        assert state_rank(matrix) == 2
        assert state_rank(1e-9 * matrix) == 2
        assert state_rank(matrix, tolerance=0.001) == 3
        assert state_rank(matrix, tolerance=0.5) == 1


def network(weights, into, bias=None, *, plasticity=None, **changes):
    n = len(weights)
    given = {
        "adjacency_matrix": sp.csr_matrix(weights, dtype=np.float32),
        "output_neurons": np.arange(n),
        "membrane_potentials": np.zeros(n),
        "membrane_threshold": 1.0,
        "leak_coefficient": 0.1,
        "refractory_period": 1,
        "seed": 0,
    }
    snn = SNN(SimulationParams(**(given | changes)), plasticity)
    if into is not None:
        snn.set_input_weights(into, bias)
    return snn


def chain(length):
    """A spiking delay line: neuron 0 fires for an input above 0, each next one a step after the one before it."""
    n = 2 * length + 2
    into = np.zeros((1, n))
    into[0, 0] = 1e6
    return network(2.0 * np.eye(n, k=1), into, leak_coefficient=1 - 1e-9)


def reservoir(n=60, seed=0, **changes):
    """A random network that fires and feels its synapses."""
    weights = (
        np.random.default_rng(seed).normal(size=(n, n)) * 0.25 * (np.random.default_rng(seed).random((n, n)) < 0.2)
    )
    into = random_input_weights(1, n, density=1.0, seed=seed)
    changes = {"membrane_threshold": 1.5, "refractory_period": 2} | changes
    return network(weights, into, random_bias(n, seed=seed), **changes)


class TestMemoryOfNetworks:
    @pytest.mark.parametrize("length", [4, 9])
    def test_a_chain_of_neurons_remembers_the_sign_of_the_input(self, length):
        """Two neurons pass in a step of the input; the sign of a uniform value has 3/4 of its variance."""
        found = memory_capacity(chain(length), max_delay=15, hold=2, taus=(0.1,), n_steps=2000, seed=0)
        expected = np.where(found.linear.delays <= length, 0.75, 0.0)
        np.testing.assert_allclose(found.linear.by_delay, expected, atol=0.06)
        assert found.linear.total == pytest.approx(0.75 * length, abs=0.2)
        assert found.quadratic.total < 0.1

    def test_without_input_there_is_no_memory(self):
        active = network(0.1 * normal(30, 30), np.zeros((1, 30)), np.linspace(0.05, 0.6, 30))
        found = memory_capacity(active, n_steps=1000, seed=0)
        assert found.linear.total < 0.05
        assert found.quadratic.total < 0.05
        active.set_input_currents(np.zeros((1, 50)))
        active.simulate()
        assert active.tot_spikes > 50

    def test_a_silent_network_has_none(self):
        silent = reservoir(membrane_threshold=1e6)
        found = memory_capacity(silent, n_steps=200, seed=0)
        assert (found.linear.total, found.quadratic.total) == (0, 0)

    def test_it_is_that_of_the_traces_of_a_run(self):
        """Read here from the dense spikes, with a filter by its definition."""
        snn, hold, taus, n_steps, washout = reservoir(), 6, (0.5, 2.0), 300, 25
        found = memory_capacity(
            snn, max_delay=20, max_quadratic_delay=5, n_steps=n_steps, washout=washout, hold=hold, taus=taus, seed=4
        )
        source = np.random.Generator(np.random.PCG64(np.random.SeedSequence(4)))
        u = source.uniform(-np.sqrt(3), np.sqrt(3), (washout + n_steps, 1))
        snn.set_input_currents(u.T, hold)
        snn.simulate()
        blocks = []
        for tau in taus:
            trace, rows = np.zeros(60), []
            for spikes in snn.spike_matrix:
                trace = trace * np.exp(-1 / (tau * hold)) + spikes
                rows.append(trace)
            block = np.array(rows[hold - 1 :: hold])
            blocks.append((block - block.mean(axis=0)) / np.sqrt(np.mean(block.var(axis=0))))
        states = np.hstack(blocks)
        for name, measure, longest in (("linear", linear_capacity, 20), ("quadratic", quadratic_capacity, 5)):
            expected = measure(states, u, max_delay=longest, washout=washout)
            np.testing.assert_allclose(getattr(found, name).by_delay, expected.by_delay, rtol=1e-6, atol=1e-9)
        assert found.linear.total > 0.5

    def test_the_network_stays_as_it_was_and_seeds_decide(self):
        snn = reservoir()
        snn.set_input_currents(U[None, :30], 2)
        snn.simulate()
        before = snapshot(snn)
        settings = {"max_delay": 5, "n_steps": 100, "washout": 10, "hold": 3}
        first, again, other = (memory_capacity(snn, **settings, seed=seed) for seed in (1, 1, 2))
        kernel_quality(snn, n_series=5, n_steps=3)
        generalisation_rank(snn, n_series=5, n_steps=3)
        current_ratio(snn, [U[None, :30]], 2)
        assert_same(state_of(snn), before)
        np.testing.assert_array_equal(first.linear.by_delay, again.linear.by_delay)
        assert first.linear.by_delay[0] != other.linear.by_delay[0]

    def test_where_the_network_has_come_to_and_its_input_spikes_do_not_matter(self):
        settings = {"max_delay": 5, "n_steps": 100, "washout": 10, "hold": 3, "seed": 0}
        expected = memory_capacity(reservoir(), **settings).linear.by_delay
        snn = reservoir(input_spike_times=np.ones((4, 700)))
        snn.set_input_currents(U[None, :50], 2)
        snn.simulate()
        np.testing.assert_array_equal(memory_capacity(snn, **settings).linear.by_delay, expected)

    def test_weights_are_frozen(self):
        settings = {"max_delay": 5, "n_steps": 100, "washout": 10, "hold": 3, "seed": 0}
        rule = STDPParams(enabled=True, clip=False, eta=5.0)
        plastic, frozen = reservoir(plasticity=rule), reservoir()
        found = memory_capacity(plastic, **settings).linear.by_delay
        np.testing.assert_array_equal(found, memory_capacity(frozen, **settings).linear.by_delay)
        plastic.set_input_currents(U[None, :300], 3)
        before = plastic.get_topology().data
        plastic.simulate()
        assert (plastic.get_topology().data != before).any()

    def test_progress_counts_the_steps_of_the_input(self):
        seen = []
        memory_capacity(
            reservoir(), max_delay=5, n_steps=500, washout=100, hold=1, progress=lambda done, total: seen.append(done)
        )
        assert seen[-1] == 600
        assert len(seen) > 1


class TestRanksOfNetworks:
    def test_it_is_that_of_the_traces_at_the_ends_of_runs(self):
        """Read here from the dense spikes, with a filter by its definition."""
        snn, hold, taus = reservoir(), 6, (0.5, 2.0)
        source = np.random.Generator(np.random.PCG64(np.random.SeedSequence(4)))
        ends = np.empty((12, 2, 60))
        for end in ends:
            snn.reset()
            snn.set_input_currents(source.uniform(-np.sqrt(3), np.sqrt(3), (4, 1)).T, hold)
            snn.simulate()
            ages = np.arange(4 * hold - 1, -1, -1)
            for k, tau in enumerate(taus):
                end[k] = np.exp(-ages / (tau * hold)) @ snn.spike_matrix
        states = (ends / np.sqrt(np.mean(ends**2, axis=(0, 2)))[:, None]).reshape(12, -1)
        for tolerance in (0.0, 0.1, 0.15, 0.2, 0.25, 0.3):
            found = kernel_quality(
                snn, n_series=12, n_steps=4, tolerance=tolerance, hold=hold, taus=taus, seed=4, n_jobs=1
            )
            assert found == state_rank(states, tolerance=tolerance)

    def test_neurons_that_are_all_alike_are_one(self):
        alike = network(np.zeros((8, 8)), np.ones((1, 8)), np.full(8, 0.5))
        settings = {"n_series": 20, "n_steps": 5, "hold": 10, "seed": 0}
        assert kernel_quality(alike, taus=(3.0,), **settings) == 1
        assert kernel_quality(alike, taus=(0.3, 3.0), **settings) == 2

    def test_one_input_over_and_over_is_one_state(self):
        assert generalisation_rank(reservoir(), noise=0.0, n_series=20, n_steps=5, seed=0) == 1

    def test_a_silent_network_has_rank_zero(self):
        silent = reservoir(membrane_threshold=1e6)
        assert kernel_quality(silent, n_series=5, n_steps=3, seed=0) == 0

    def test_different_inputs_fill_more_directions_than_noise_and_more_noise_more(self):
        snn, settings = reservoir(), {"n_series": 60, "n_steps": 10, "hold": 20, "seed": 0}
        by_noise = [generalisation_rank(snn, noise=noise, **settings) for noise in (0.0, 0.01, 0.5)]
        assert 1 == by_noise[0] < by_noise[1] < by_noise[2] < kernel_quality(snn, **settings) <= 60

    def test_a_tolerance_counts_fewer(self):
        snn, settings = reservoir(), {"n_series": 40, "n_steps": 5, "seed": 0}
        assert kernel_quality(snn, **settings, tolerance=0.3) < kernel_quality(snn, **settings)

    @pytest.mark.parametrize("n_jobs", [1, 2])
    def test_threads_change_nothing(self, n_jobs):
        assert kernel_quality(reservoir(), n_series=30, n_steps=4, seed=0, n_jobs=n_jobs) == kernel_quality(
            reservoir(), n_series=30, n_steps=4, seed=0
        )


class TestCurrentRatio:
    @pytest.mark.parametrize("entries", [60, 2**20])
    def test_it_is_that_of_the_currents_of_each_step(self, entries, monkeypatch):
        monkeypatch.setattr(currents, "BLOCK_ENTRIES", entries)
        snn, hold = reservoir(), 3
        given = [U[None, :20], U[None, 30:75]]
        recurrent, driving = [], []
        weights, into = snn.get_topology().toarray(), random_input_weights(1, 60, density=1.0, seed=0).toarray()
        for trial in given:
            snn.reset()
            snn.set_input_currents(trial, hold)
            snn.simulate()
            recurrent.append(snn.spike_matrix.astype(float) @ weights)
            driving.append(np.repeat(trial.T, hold, axis=0) @ into)
        sizes = [np.sqrt(np.concatenate(part).var(axis=0).mean()) for part in (recurrent, driving)]
        assert sizes[0] > 0
        assert current_ratio(snn, given, hold) == pytest.approx(sizes[0] / sizes[1], rel=1e-5)

    def test_it_grows_with_the_weights_and_bias_does_not_count(self):
        """Neurons 0 and 1 fire for the input alone, and send their spikes to two that hear nothing else."""
        into, given = np.array([[1.0, 1.0, 0.0, 0.0]]), [U[None, :100]]
        weights = np.zeros((4, 4))
        weights[[0, 1], [2, 3]] = 0.3
        base = current_ratio(network(weights, into), given)
        assert base > 0
        assert current_ratio(network(3 * weights, into), given) == pytest.approx(3 * base, rel=1e-5)
        assert current_ratio(network(weights, into, [0.0, 0.0, 5.0, -5.0]), given) == pytest.approx(base, rel=1e-5)

    def test_without_synapses_spikes_or_input(self):
        into, still = np.ones((1, 3)), [np.ones((1, 40))]
        assert current_ratio(network(np.zeros((3, 3)), into), [U[None, :40]]) == 0.0
        assert current_ratio(network(np.ones((3, 3)), into, membrane_threshold=1e6), [U[None, :40]]) == 0.0
        assert current_ratio(network(np.zeros((3, 3)), into), still) == 0.0
        assert current_ratio(network(np.ones((3, 3)), into), still) == np.inf


SMALL = {"num_neurons": 40, "small_world_graph_k": 8, "random_state": 0}
SETTINGS = {"max_delay": 6, "max_quadratic_delay": 3, "n_steps": 150, "washout": 20, "seed": 0}


@pytest.fixture(scope="module")
def estimators():
    pytest.importorskip("sklearn")
    from snnres import estimators

    return estimators


class TestEstimators:
    def forecaster(self, estimators, **settings):
        model = estimators.ReservoirForecaster(hold=10, washout=20, **(SMALL | settings))
        return model.fit(U[:200])

    def test_a_forecaster_has_the_memory_of_its_network(self, estimators):
        model = self.forecaster(estimators, lags=1, trace_taus=(0.5, 4.0))
        found = memory_capacity(model, **SETTINGS)
        expected = memory_capacity(model.network_, hold=10, taus=(0.5, 4.0), **SETTINGS)
        for name in ("linear", "quadratic"):
            np.testing.assert_array_equal(getattr(found, name).by_delay, getattr(expected, name).by_delay)
        coarse = memory_capacity(model, hold=2, taus=(1.0,), **SETTINGS)
        assert coarse.linear.by_delay[0] != found.linear.by_delay[0]

    def test_lags_are_memory(self, estimators):
        with_lags = memory_capacity(self.forecaster(estimators, lags=5), **SETTINGS).linear.by_delay
        without = memory_capacity(self.forecaster(estimators, lags=1), **SETTINGS).linear.by_delay
        assert with_lags[2:4].min() > without[2:4].max() + 0.2

    @pytest.mark.filterwarnings("ignore:each left out in turn")
    @pytest.mark.parametrize("memory", ["quick", "both"])
    @pytest.mark.parametrize("kind", ["ReservoirTransformer", "ReservoirClassifier", "ReservoirRegressor"])
    def test_estimators_of_recordings_have_that_of_theirs(self, estimators, kind, memory):
        X, y = normal(12, 50, 2), np.repeat([0, 1], 6)
        model = getattr(estimators, kind)(deltas=False, memory=memory, **SMALL).fit(X, y)
        found = memory_capacity(model, **SETTINGS)
        expected = memory_capacity(model.network_, hold=model.hold_, **SETTINGS)
        np.testing.assert_array_equal(found.linear.by_delay, expected.linear.by_delay)
        assert kernel_quality(model, n_series=8, n_steps=5, seed=0) == kernel_quality(
            model.network_, hold=model.hold_, n_series=8, n_steps=5, seed=0
        )

    def test_differences_reach_the_network_at_the_scale_of_training(self, estimators):
        """Of a smooth series they are far smaller than of independent values, which would drown all else."""
        smooth = np.sin(0.05 * np.arange(50))[None, :, None] * np.linspace(0.5, 1, 6)[:, None, None]
        model = estimators.ReservoirTransformer(memory="quick", **SMALL).fit(smooth)
        channels = estimators.base.driven_reservoir(model).channels(U[:500, None] / U.std())
        assert channels.shape == (500, 2)
        np.testing.assert_allclose(channels.std(axis=0), 1, rtol=0.05)
        assert memory_capacity(model, **SETTINGS).linear.total > 0.2

    def test_tables_and_estimators_without_a_network_are_refused(self, estimators):
        from sklearn.exceptions import NotFittedError

        table = estimators.ReservoirTransformer(**SMALL).fit(normal(20, 3))
        with pytest.raises(ValueError, match=r"^reservoir must be fitted to series"):
            memory_capacity(table)
        for kind in (estimators.ReservoirTransformer, estimators.ReservoirForecaster):
            with pytest.raises(NotFittedError):
                memory_capacity(kind())


STATES = NOISE[:100]
BAD_ARRAYS = [
    ("states", {"states": STATES[:, 0]}, ValueError),
    ("states", {"states": np.zeros((100, 0))}, ValueError),
    ("states", {"states": np.where(STATES > 2, np.nan, STATES)}, ValueError),
    ("states", {"states": STATES.astype(complex)}, TypeError),
    ("states", {"states": STATES[:29]}, ValueError),
    ("inputs", {"inputs": U[:99]}, ValueError),
    ("inputs", {"inputs": np.zeros((100, 1, 1))}, ValueError),
    ("inputs", {"inputs": np.full(100, np.inf)}, ValueError),
    ("max_delay", {"max_delay": 0}, ValueError),
    ("max_delay", {"max_delay": 2.0}, TypeError),
    ("washout", {"washout": -1}, ValueError),
    ("washout", {"washout": True}, TypeError),
]


@pytest.mark.parametrize("measure", [linear_capacity, quadratic_capacity])
@pytest.mark.parametrize(("name", "changes", "error"), BAD_ARRAYS)
def test_bad_arrays_are_refused(measure, name, changes, error):
    given = {"states": STATES, "inputs": U[:100], "max_delay": 10, "washout": 0} | changes
    if len(given["states"]) == 29:
        given["inputs"] = U[:29]
    with pytest.raises(error, match=f"^{name} must"):
        measure(given.pop("states"), given.pop("inputs"), **given)


@pytest.mark.parametrize(
    ("call", "error", "name"),
    [
        (lambda: capacity(STATES[:19], U[:19]), ValueError, "states"),
        (lambda: capacity(STATES, U[:99]), ValueError, "targets"),
        (lambda: capacity(STATES, np.empty((100, 0))), ValueError, "targets"),
        (lambda: state_rank(U), ValueError, "states"),
        (lambda: state_rank(STATES, tolerance=1.0), ValueError, "tolerance"),
        (lambda: state_rank(STATES, tolerance=-0.1), ValueError, "tolerance"),
        (lambda: state_rank(STATES, tolerance=None), TypeError, "tolerance"),
    ],
)
def test_other_bad_arrays_are_refused(call, error, name):
    with pytest.raises(error, match=f"^{name} must"):
        call()


@pytest.mark.parametrize(
    ("name", "changes", "error"),
    [
        ("max_delay", {"max_delay": 0}, ValueError),
        ("max_quadratic_delay", {"max_quadratic_delay": 0}, ValueError),
        ("n_steps", {"n_steps": 19}, ValueError),
        ("washout", {"washout": -1}, ValueError),
        ("hold", {"hold": 0}, ValueError),
        ("hold", {"hold": 2.5}, TypeError),
        ("taus", {"taus": ()}, ValueError),
        ("taus", {"taus": 3.0}, ValueError),
        ("taus", {"taus": (0.5, 0.0)}, ValueError),
        ("seed", {"seed": -1}, ValueError),
        ("progress", {"progress": 1}, TypeError),
    ],
)
def test_bad_settings_of_memory_are_refused(name, changes, error):
    with pytest.raises(error, match=f"^{name} must"):
        memory_capacity(reservoir(), **({"max_delay": 5, "n_steps": 50} | changes))


@pytest.mark.parametrize("measure", [kernel_quality, generalisation_rank])
@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("n_series", 1, ValueError),
        ("n_steps", 0, ValueError),
        ("tolerance", 1.5, ValueError),
        ("n_jobs", 0, ValueError),
        ("taus", [], ValueError),
        ("seed", "one", TypeError),
    ],
)
def test_bad_settings_of_ranks_are_refused(measure, name, value, error):
    with pytest.raises(error, match=f"^{name} must"):
        measure(reservoir(), **{name: value})
    with pytest.raises(ValueError, match=r"^noise must"):
        generalisation_rank(reservoir(), noise=-0.1)


@pytest.mark.parametrize("measure", [memory_capacity, kernel_quality, generalisation_rank])
def test_what_is_no_reservoir_is_refused(measure):
    for wrong in (None, STATES, SNN):
        with pytest.raises(TypeError, match=r"^reservoir must be an SNN or a fitted"):
            measure(wrong)
    with pytest.raises(ValueError, match="must have input weights"):
        measure(network(np.eye(3), None))
    with pytest.raises(ValueError, match=r"^reservoir must run for as long as its input: .* Got duration=7"):
        measure(reservoir(duration=7))


def test_bad_currents_are_refused():
    snn = reservoir()
    for given, error, name in (
        ([U[None, :5], U[:5]], ValueError, r"currents\[1\]"),
        (U[None, :5], TypeError, "currents"),
        ([], ValueError, "currents"),
        ([np.full((1, 5), np.nan)], ValueError, r"currents\[0\]"),
    ):
        with pytest.raises(error, match=f"^{name} must"):
            current_ratio(snn, given)
    with pytest.raises(ValueError, match=r"^hold must"):
        current_ratio(snn, [U[None, :5]], 0)
    with pytest.raises(ValueError, match="must have input weights"):
        current_ratio(network(np.eye(3), None), [U[None, :5]])
    with pytest.raises(TypeError, match=r"^network must"):
        current_ratio(None, [U[None, :5]])
