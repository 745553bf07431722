"""Measure and draw the window of every pair rule: how much a synapse changes by the timing of two spikes.

Each rule has pairs of neurons of its own in one network, a pair for each gap; the input makes both neurons of a pair
fire once. Measured again after an earlier spike of the target, the window of the triplet rule is another.
"""

import argparse
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from snnres import SNN, SimulationParams, STDPParams
from snnres.parts import (
    FedeSTDP,
    Hebbian,
    InhibitorySTDP,
    LearningRule,
    Plasticity,
    PresynapticSTDP,
    TripletSTDP,
    WeightDependentSTDP,
    WindowedSTDP,
)
from snnres.plotting import new_figure, save_figure, stdp_window

GAPS = np.arange(-50, 51)
MIDDLE = 60
TAUS = {"tau_plus": 17.0, "tau_minus": 34.0}
START = 0.5
RULES: dict[str, LearningRule] = {
    "additive": STDPParams(weight_update_rule="additive", A_plus=0.01, A_minus=0.005, **TAUS),
    "power of the weight": WeightDependentSTDP(eta=0.02, alpha=0.6, mu=0.5, **TAUS),
    "Hebbian": Hebbian(eta=0.01, **TAUS),
    "window of 20 steps": WindowedSTDP(potentiation=0.008, depression=0.004, window=20),
    "triplet": TripletSTDP(A2_plus=0.01, A2_minus=0.005, A3_plus=0.01, A3_minus=0.0, **TAUS),
    "inhibitory": InhibitorySTDP(eta=0.01, rho_0=0.01, tau=20.0),
    "presynaptic trace": PresynapticSTDP(eta=0.02, x_target=0.4, mu=0.2, tau_plus=17.0),
    "FedeSTDP": FedeSTDP(eta=0.003),
}


def change_by_gap(earlier: int | None = None) -> dict[str, np.ndarray]:
    """Return for each rule the change of a weight at each gap, with a spike of the target ``earlier`` if given."""
    n_pairs = len(RULES) * len(GAPS)
    sources = np.arange(n_pairs)
    targets = sources + n_pairs
    spikes = np.zeros((2 * n_pairs, 2 * MIDDLE + 1), dtype=np.uint8)
    spikes[sources, MIDDLE] = 1
    spikes[targets, MIDDLE + np.tile(GAPS, len(RULES))] = 1
    if earlier is not None:
        spikes[targets, earlier] = 1
    weights = sp.csr_matrix((np.full(n_pairs, START), (sources, targets)), shape=(2 * n_pairs, 2 * n_pairs))
    rows = np.split(targets, len(RULES))
    snn = SNN(
        SimulationParams(
            adjacency_matrix=weights,
            output_neurons=targets,
            membrane_threshold=1000.0,
            leak_coefficient=0.0,
            refractory_period=1,
            membrane_potentials=np.zeros(2 * n_pairs),
            input_spike_times=spikes,
        ),
        [Plasticity(rule, targets=row) for rule, row in zip(RULES.values(), rows, strict=True)],
    )
    snn.simulate()
    changes = np.split(snn.get_topology().data - np.float32(START), len(RULES))
    return dict(zip(RULES, changes, strict=True))


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="stdp_windows", help="folder for the figure")
    args = parser.parse_args()

    windows, with_third = change_by_gap(), change_by_gap(earlier=2)
    near = [int(np.flatnonzero(gap == GAPS)[0]) for gap in (-5, 5)]
    for name, changes in windows.items():
        after, before = changes[near]
        print(f"{name:20} 5 steps after {after:+.5f}, before {before:+.5f}")

    figure = new_figure(2, 4, width=13, height=6)
    for ax, (name, changes) in zip(figure.axes, windows.items(), strict=True):
        curves = {"pair": changes, "and a spike before": with_third[name]} if name == "triplet" else changes
        stdp_window(GAPS, curves, ax, title=name)
    path = save_figure(Path(args.output) / "stdp_windows.png", figure)
    print("drawn to", path)


if __name__ == "__main__":
    main()
