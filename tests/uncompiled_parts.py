"""What holds of every combination of parts, on many random ones; without the compiler, which takes seconds for each.

    NUMBA_DISABLE_JIT=1 python -m pytest -n0 tests/uncompiled_parts.py

test_part_properties.py runs it so.
"""

import numpy as np
import pytest
from test_part_properties import PROPERTIES

from snnres import SNN, SimulationParams
from snnres.parts import Clamp, ExponentialLIF, Izhikevich

SEEDS = range(24)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", sorted(PROPERTIES))
def test_holds(name, seed, tmp_path):
    PROPERTIES[name](seed, tmp_path)


@pytest.mark.parametrize("cell", [Izhikevich(), ExponentialLIF(3.0, 0.1, 2, onset=1.0, slope=0.2)])
def test_a_neuron_with_an_upstroke_that_is_forbidden_to_fire_stays_finite(cell):
    case = {"adjacency_matrix": np.zeros((2, 2)), "output_neurons": [0, 1], "current_amplitude": 40.0, "seed": 0}
    snn = SNN(SimulationParams(cell=cell, input_spike_times=np.ones((2, 50)), **case))
    snn.set_clamp(Clamp(silence=[0]))
    spikes = snn.simulate()
    assert spikes[:, 0].sum() == 0 < spikes[:, 1].sum()
    assert np.isfinite(snn.get_membrane_potentials()).all()
    snn.set_clamp(None)
    assert snn.simulate()[:, 0].sum() > 1
