"""What a neuron does between its spikes: potentials of a few neurons, with threshold and spikes, as a figure.

A slow wave drives a network through random input weights. A monitor takes the potentials down, and the current that
the wave sends: what else moves a potential comes from other neurons.
"""

import argparse
from pathlib import Path

import numpy as np

from snnres import SNN, SimulationParams, StateMonitor, plotting


def build(n_neurons: int, n_steps: int, seed: int) -> SNN:
    """Return a network that a wave of two periods drives."""
    params = SimulationParams(
        num_neurons=n_neurons,
        num_output_neurons=n_neurons // 2,
        mean_weight=0.02,
        weight_variance=3.0,
        small_world_graph_k=30,
        small_world_graph_p=0.3,
        membrane_threshold=1.0,
        leak_coefficient=0.05,
        refractory_period=3,
        membrane_potentials=np.zeros(n_neurons, dtype=np.float32),
        seed=seed,
    )
    snn = SNN(params)
    rng = np.random.default_rng(seed)
    snn.set_input_weights(rng.uniform(-0.1, 0.1, size=(1, n_neurons)), bias=np.full(n_neurons, 0.03))
    snn.set_input_currents(np.sin(np.linspace(0, 4 * np.pi, n_steps))[None])
    return snn


def main() -> None:
    """Simulate, print a line a neuron, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="membrane", help="folder for the figure")
    parser.add_argument("--neurons", type=int, default=300)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    snn = build(args.neurons, args.steps, args.seed)
    shown = np.random.default_rng(args.seed).choice(args.neurons, 4, replace=False)
    snn.simulate(monitor=StateMonitor(["potential", "current"], neurons=shown))

    variables = snn.recording.variables
    spikes = snn.recording.to_dense(shown).sum(axis=0)
    for column, neuron in enumerate(variables.neurons):
        potential, current = (variables[name][:, column] for name in ("potential", "current"))
        print(
            f"neuron {neuron:3d}  spikes {spikes[column]:3d}  potential {potential.min():6.3f} to "
            f"{potential.max():.3f}  input current up to {current.max():.3f}"
        )

    figure = plotting.new_figure(2, 1, height=7)
    plotting.membrane(snn, figure.axes[0])
    plotting.raster(snn, figure.axes[1], title="Spikes of all neurons")
    print("wrote", plotting.save_figure(Path(args.output) / "membrane.png", figure))


if __name__ == "__main__":
    main()
