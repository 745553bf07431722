"""Run a network of one's own neurons with a rule of one's own, save it, and go on from the file."""

import argparse
from pathlib import Path

import numpy as np
from own_parts import Hebb, Quadratic

from snnres import SNN, SimulationParams


def main() -> None:
    """Simulate, save, load, and check that the loaded network goes on alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="own_parts_demo", help="folder for the saved network")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    params = SimulationParams(
        cell=Quadratic(membrane_threshold=1.0),
        num_neurons=500,
        num_output_neurons=50,
        mean_weight=0.02,
        weight_variance=0.5,
        small_world_graph_k=40,
        small_world_graph_p=0.3,
        current_amplitude=0.6,
        input_spike_times=(np.random.default_rng(args.seed).random((100, 300)) < 0.2).astype(np.uint8),
        seed=args.seed,
    )
    snn = SNN(params, Hebb(rate=0.002))
    before = snn.weights_mean
    print("spikes of the outputs:", int(snn.simulate().sum()))
    print(f"mean weight: {before:.4f} before, {snn.weights_mean:.4f} after")

    path = Path(args.output) / "network.npz"
    snn.save(path)
    twin = SNN.load(path)
    print("loaded network goes on alike:", np.array_equal(twin.simulate(), snn.simulate()))


if __name__ == "__main__":
    main()
