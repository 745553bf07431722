"""The first example of snn-reservoir-py's documentation: only the import differs, and a seed makes it repeatable."""

import argparse

import numpy as np

from snnres import SNN, SimulationParams


def main() -> None:
    """Simulate 2000 neurons for 500 steps and print what comes out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    seed = parser.parse_args().seed

    # Input spike train (input neurons x duration)
    my_input = np.random.default_rng(seed).integers(0, 2, size=(50, 500), dtype=np.uint8)

    params = SimulationParams(
        num_neurons=2000,
        num_output_neurons=35,
        input_spike_times=my_input,
        leak_coefficient=1 / 10000,
        refractory_period=2,
        membrane_threshold=2.0,
        is_random_uniform=False,
        small_world_graph_p=0.2,
        small_world_graph_k=int(0.10 * 2000 * 2),
        mean_weight=0.00745167232 * 1.05,
        seed=seed,
    )
    snn = SNN(params)
    output = snn.simulate()
    features = snn.extract_features_from_spikes()

    print("Output shape:", output.shape)
    print("Available feature keys:", list(features.keys()))
    print("Spike counts shape:", features["spike_counts"].shape)
    for name, values in features.items():
        print(f"{name:<28} mean over the outputs {np.mean(values):10.3f}")


if __name__ == "__main__":
    main()
