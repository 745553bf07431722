"""Learning rules in many combinations, run by ``test_rules.py`` without the compiler, which would take minutes."""

import numpy as np
import pytest
from rule_cases import STEPS, assert_equal, build, random_case

from snnres import SNN
from snnres.network import run
from snnres.network.arrays import named_arrays
from snnres.parts import Part


def assert_bounds_and_signs_kept(case, snn, before):
    """Of the synapses that a rule with bounds has changed; those of several rules have the widest bounds."""
    signs = snn._network.signs
    matrix = snn.get_topology()
    if signs is not None:
        assert (matrix.multiply(signs[:, None]).data >= 0).all()
    if len(case["rules"]) == 1 and np.isfinite(case["rules"][0].rule.bounds).all():
        lower, upper = np.float32(case["rules"][0].rule.bounds)
        seen = matrix.data if signs is None else np.abs(matrix.data)
        changed = matrix.data != before
        assert changed.any()
        assert (seen[changed] >= lower).all()
        assert (seen[changed] <= upper).all()


@pytest.mark.parametrize("seed", range(48))
def test_equals_the_reference(seed, monkeypatch, tmp_path):
    case = random_case(seed)
    snn, twin = build(**case)
    chunked, halves = snn.copy(), snn.copy()
    before = snn.get_topology().data
    expected = twin.run(snn.input_spike_times, STEPS)
    assert expected.sum() > 40
    snn.simulate(trace_tau=None)
    np.testing.assert_array_equal(snn.spike_matrix, expected)
    assert_equal(snn, twin)
    assert_bounds_and_signs_kept(case, snn, before)

    with monkeypatch.context() as patch:
        patch.setattr(run, "CHUNK_WORK", 1)
        chunked.simulate(trace_tau=None)
    assert_equal(chunked, twin)

    spikes, rewards = halves.input_spike_times, case["rewards"]
    halves.set_input_spike_times(spikes[:, :21])
    halves.simulate(trace_tau=None)
    halves.save(tmp_path / "network.npz")
    loaded = SNN.load(tmp_path / "network.npz")
    assert loaded._network.rules == halves._network.rules
    if rewards is not None:
        np.testing.assert_array_equal(loaded._input.rewards, rewards)
        loaded.set_reward(rewards[21:])
    loaded.set_input_spike_times(spikes[:, 21:])
    loaded.simulate(trace_tau=None)
    assert_equal(loaded, twin)

    snn.reset()
    moving = named_arrays(snn._state.rules)
    assert not any(array.any() for array in moving.values())


@pytest.mark.parametrize("seed", range(8))
def test_tables_come_back(seed):
    for plasticity in random_case(seed)["rules"]:
        assert Part.from_table(plasticity.table()) == plasticity
