"""Other cells beside runs of Brian2 2.9.0, spike for spike and float32 for float32: make_golden_brian2_cells.py."""

import numpy as np
import pytest
from test_golden import FOLDER, matrix_of, unpack

from snnres import SNN, SimulationParams
from snnres.parts import GeneralizedLIF, Izhikevich, ThresholdAdaptation


def parameters(arrays, part):
    prefix = f"{part}_"
    return {name.removeprefix(prefix): values for name, values in arrays.items() if name.startswith(prefix)}


def held(arrays):
    return GeneralizedLIF(**parameters(arrays, "cell"), integrates_while_refractory=False)


def adapting(arrays):
    return GeneralizedLIF(
        **parameters(arrays, "cell"), adaptation=ThresholdAdaptation(**parameters(arrays, "adaptation"))
    )


def izhikevich(arrays):
    return Izhikevich(**parameters(arrays, "cell"))


@pytest.mark.parametrize(
    ("name", "make"),
    [("leaky_held", held), ("leaky_adapting", adapting), ("izhikevich", izhikevich)],
)
def test_same_spikes_and_potentials(name, make):
    with np.load(FOLDER / "cells" / f"{name}_brian2.npz") as archive:
        arrays = dict(archive)
    params = SimulationParams(
        cell=make(arrays),
        adjacency_matrix=matrix_of(arrays),
        membrane_potentials=arrays["potentials"],
        output_neurons=[0],
        input_spike_times=unpack(arrays, "input"),
        current_amplitude=float(arrays["amplitude"][0]),
    )
    snn = SNN(params)
    snn.simulate()
    assert all(len(set(values)) > 4 for values in parameters(arrays, "cell").values())
    assert snn.tot_spikes > 800
    np.testing.assert_array_equal(snn.spike_matrix, unpack(arrays, "spike"))
    state, potentials = snn._state.cell, snn.get_membrane_potentials()
    if name == "leaky_held":
        # What arrived at the end of the last step is dropped in the next, by Brian2 at once.
        refractory = state.timer > 1
        assert refractory.any()
        potentials[refractory] = arrays["cell_reset_potential"][refractory]
    np.testing.assert_array_equal(potentials, arrays["final_potentials"], strict=True)
