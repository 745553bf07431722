"""STDP strengthens a network until it runs away; pruning thins it out, and a new threshold calms it.

Homeostasis here is the mean-field threshold, set anew from the weights that are left; or, without it, synaptic scaling,
by which the weights themselves bring each neuron to the rate from before, after which the weakest synapses move.
"""

import argparse
from pathlib import Path

import numpy as np

from snnres import SNN, Recording, SimulationParams, STDPParams, plotting


def build(n_neurons: int, seed: int) -> SNN:
    """Return a network with plasticity, driven by random spikes in 60 of its neurons."""
    spikes = np.random.default_rng(seed).random((60, 400)) < 0.1
    params = SimulationParams(
        num_neurons=n_neurons,
        num_output_neurons=30,
        input_spike_times=spikes,
        mean_weight=0.05,
        # So narrow that none is negative: these rules keep weights in [0, W_max].
        weight_variance=0.22,
        small_world_graph_k=40,
        small_world_graph_p=0.5,
        membrane_threshold=1.0,
        leak_coefficient=0.005,
        refractory_period=2,
        # Above every threshold of this example, so that an input spike always makes its neuron fire.
        current_amplitude=4.0,
        membrane_potentials=np.zeros(n_neurons, dtype=np.float32),
        seed=seed,
    )
    stdp = STDPParams(A_plus=0.0005, A_minus=0.00025, tau_plus=10.0, tau_minus=20.0, W_max=0.3)
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


def scale(snn: SNN, target_rate: float, n_runs: int = 60) -> None:
    """Scale what excites each neuron, run after run, until it fires at a rate."""
    for _ in range(n_runs):
        recording = frozen_run(snn)
        counts = np.bincount(recording.neurons, minlength=recording.n_neurons)
        snn.apply_synaptic_scaling(target_rate, 0.05, rates=counts / recording.n_steps)


def main() -> None:
    """Print the network at each stage; draw it before, after STDP and at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="plasticity_pruning_homeostasis", help="folder for the figure")
    parser.add_argument("--neurons", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    snn = build(args.neurons, args.seed)
    before = snn.get_topology(), frozen_run(snn)
    describe("before", snn, before[1])

    # Learning is a phase of its own; from here on the weights stand still.
    snn.simulate()
    snn.disable_stdp()
    snn.reset()
    learnt = snn.get_topology(), frozen_run(snn)
    describe("after STDP", snn, learnt[1])

    snn.prune(0.3)
    describe("pruned", snn, frozen_run(snn))

    scaled = snn.copy()
    scale(scaled, before[1].n_spikes / (before[1].n_steps * before[1].n_neurons))
    describe("scaled", scaled, frozen_run(scaled))
    scaled.rewire(0.2, weight=scaled.weights_mean)
    describe("rewired", scaled, frozen_run(scaled))

    snn.apply_global_scalar_threshold()
    after = snn.get_topology(), frozen_run(snn)
    describe("homeostasis", snn, after[1])

    figure = plotting.new_figure(3, 3, width=15, height=10)
    stages = {"before": before, "after STDP": learnt, "after pruning and homeostasis": after}
    every = np.concatenate([weights.data for weights, _ in stages.values()])
    edges = np.linspace(every.min(), every.max(), 51)
    for column, (when, (weights, spikes)) in enumerate(stages.items()):
        plotting.weight_histogram(weights, figure.axes[column], bins=edges, title=f"Weights {when}")
        plotting.raster(spikes, figure.axes[3 + column], title=f"Spikes {when}")
        plotting.population_rate(spikes, figure.axes[6 + column], window=6, title=f"Rate {when}, mean of 6 steps")
    # The same scales in a row, so that the eye can compare.
    for row in (figure.axes[:3], figure.axes[6:]):
        highest = max(ax.get_ylim()[1] for ax in row)
        for ax in row:
            ax.set_ylim(0, highest)
    print("wrote", plotting.save_figure(Path(args.output) / "plasticity.png", figure))


if __name__ == "__main__":
    main()
