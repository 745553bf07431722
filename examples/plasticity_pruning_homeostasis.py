"""STDP shapes the weights, pruning removes the weakest, homeostasis sets the threshold to what is left."""

import argparse
from pathlib import Path

import numpy as np

from snnres import SNN, Recording, SimulationParams, STDPParams, plotting


def build(n_neurons: int, seed: int) -> SNN:
    """Return a network with plasticity, driven by random spikes in 30 of its neurons."""
    spikes = np.random.default_rng(seed).random((30, 400)) < 0.15
    params = SimulationParams(
        num_neurons=n_neurons,
        num_output_neurons=30,
        input_spike_times=spikes,
        mean_weight=0.1,
        weight_variance=0.4,
        small_world_graph_k=40,
        small_world_graph_p=0.3,
        membrane_threshold=1.5,
        leak_coefficient=0.05,
        refractory_period=3,
        membrane_potentials=np.zeros(n_neurons, dtype=np.float32),
        seed=seed,
    )
    stdp = STDPParams(A_plus=0.002, A_minus=0.001, tau_plus=10.0, tau_minus=20.0, W_max=0.3)
    return SNN(params, stdp)


def frozen_run(snn: SNN) -> Recording:
    """Return a run of the present network from its first state, without learning."""
    (recording,) = snn.simulate_batch([snn.input_spike_times])
    return recording


def describe(stage: str, snn: SNN, recording: Recording) -> None:
    """Print a line about the network at a stage."""
    rate = recording.n_spikes / (recording.n_steps * recording.n_neurons)
    print(
        f"{stage:<12} synapses {snn.synaptic_weights.nnz:6d}  mean weight {snn.weights_mean:.4f}  "
        f"threshold {snn.membrane_threshold:.3f}  rate {rate:.4f}"
    )


def main() -> None:
    """Print the network at each stage and draw it before and after."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="demo", help="folder for the figure")
    parser.add_argument("--neurons", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    snn = build(args.neurons, args.seed)
    before_weights, before_spikes = snn.get_topology(), frozen_run(snn)
    describe("before", snn, before_spikes)

    # Learning is a phase of its own; from here on the weights stand still.
    snn.simulate()
    snn.disable_stdp()
    snn.reset()
    describe("after STDP", snn, frozen_run(snn))

    snn.prune(0.3)
    describe("pruned", snn, frozen_run(snn))

    snn.apply_global_scalar_threshold()
    after_spikes = frozen_run(snn)
    describe("homeostasis", snn, after_spikes)

    figure = plotting.new_figure(3, 2, width=11, height=10)
    columns = (("before", before_weights, before_spikes), ("after", snn.get_topology(), after_spikes))
    for column, (when, weights, spikes) in enumerate(columns):
        plotting.weight_histogram(weights, figure.axes[column], title=f"Weights {when}")
        plotting.raster(spikes, figure.axes[2 + column], title=f"Spikes {when}")
        plotting.population_rate(spikes, figure.axes[4 + column], window=5, title=f"Rate {when}, mean of 5 steps")
    # The same scale left and right, so that the eye can compare.
    figure.axes[1].sharex(figure.axes[0])
    figure.axes[5].sharey(figure.axes[4])
    print("wrote", plotting.save_figure(Path(args.output) / "plasticity.png", figure))


if __name__ == "__main__":
    main()
