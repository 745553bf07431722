"""Three ways to keep a network: its parts, the whole of it, and a description from which it is built anew."""

import argparse
from pathlib import Path

import numpy as np

from snnres import (
    SNN,
    SimulationParams,
    load_membrane_potentials,
    load_output_neurons,
    load_params,
    load_topology,
    save_params,
)

NEURON = {"membrane_threshold": 1.0, "leak_coefficient": 0.1, "refractory_period": 2}


def main() -> None:
    """Save and load in each way, and check that the runs are the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="dati", help="folder for the files")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    folder = Path(args.output)

    spikes = np.random.default_rng(args.seed).integers(0, 2, size=(20, 200), dtype=np.uint8)
    params = SimulationParams(
        num_neurons=300,
        num_output_neurons=20,
        mean_weight=0.3,
        small_world_graph_k=20,
        small_world_graph_p=0.2,
        input_spike_times=spikes,
        seed=args.seed,
        **NEURON,
    )
    snn = SNN(params)

    # The parts, which snn-reservoir-py reads too.
    snn.save_topology(folder / "snn_matrices.npz")
    snn.save_membrane_potentials(folder / "membrane_potentials.npy")
    snn.save_output_neurons(folder / "output_neurons.npy")
    rebuilt = SNN(
        SimulationParams(
            adjacency_matrix=load_topology(folder / "snn_matrices.npz"),
            membrane_potentials=load_membrane_potentials(folder / "membrane_potentials.npy"),
            output_neurons=load_output_neurons(folder / "output_neurons.npy"),
            input_spike_times=spikes,
            **NEURON,
        )
    )

    # The description of a run: scalars in a text file that can be read and edited, arrays beside it.
    save_params(folder / "run.toml", params)
    described = SNN(load_params(folder / "run.toml")[0])

    first = snn.simulate()
    print("spikes of the outputs:", int(first.sum()))
    print("from the parts, the same run:", np.array_equal(rebuilt.simulate(), first))
    print("from the description, the same run:", np.array_equal(described.simulate(), first))

    # The whole network in the middle of its life: it goes on where it was saved.
    snn.save(folder / "network.npz")
    resumed = SNN.load(folder / "network.npz")
    print("from the whole file, the same continuation:", np.array_equal(resumed.simulate(), snn.simulate()))


if __name__ == "__main__":
    main()
