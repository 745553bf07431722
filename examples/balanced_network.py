"""A balanced network, irregular and asynchronous, beside regimes that are not (after Brunel 2000).

Excitatory and inhibitory neurons, connected at random, with a background of spikes from outside. Where inhibition
outweighs excitation, what a neuron gets cancels in the mean, and chance fires it: its intervals are as irregular as
those of a Poisson process (a coefficient of variation near 1), and hardly correlated with those of others. With weak
inhibition all fire as fast as they can, like clockwork and together; with a weak background the network swings slowly.

The numbers are those of N. Brunel, Journal of Computational Neuroscience 8 (2000) 183-208, a step being 0.1 ms and
potentials in mV: membrane of 20 ms, threshold 20, reset to 10, 2 ms of refractoriness, delays of 1.5 ms, synapses
from a tenth of the excitatory and a tenth of the inhibitory neurons. He has 12,500 neurons and synapses of 0.1 mV; with
fewer neurons synapses are stronger, so that their sum is the same.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np

from snnres import SNN, Recording, SimulationParams, features, plotting
from snnres.parts import GeneralizedLIF, GivenGraph, PoissonNoise

STEPS_PER_SECOND = 10_000
# The shortest interval between two spikes is a step longer than the refractory period.
THRESHOLD, RESET, MEMBRANE, REFRACTORY, DELAY = 20.0, 10.0, 200, 19, 15
CONNECTED, INHIBITORY = 0.1, 0.2
# The sum of a neuron's excitatory synapses.
EXCITATION = 100.0
# Left out before anything is measured: the network starts from random potentials.
SETTLING = 1000
BIN = 100
SHOWN_NEURONS, SHOWN_STEPS = 100, 1000


class Regime(NamedTuple):
    """Strength of inhibitory synapses over that of excitatory ones, and the background over the least that fires."""

    inhibition: float
    background: float


REGIMES = {
    "asynchronous irregular": Regime(5.0, 2.0),
    "synchronous regular": Regime(3.0, 2.0),
    "slow oscillation": Regime(4.5, 0.9),
}


class Activity(NamedTuple):
    """Spikes a second, mean coefficient of variation of intervals, mean correlation of binned counts of pairs."""

    rate: float
    variation: float
    correlation: float


def draw_graph(n_excitatory: int, n_inhibitory: int, seed: int) -> GivenGraph:
    """Return a graph in which each neuron has as many synapses of either kind, from neurons chosen at random."""
    rng = np.random.default_rng(seed)
    n_neurons = n_excitatory + n_inhibitory
    groups = (np.arange(n_excitatory), np.arange(n_excitatory, n_neurons))
    arcs = [
        np.column_stack([chosen, np.full(len(chosen), neuron)])
        for neuron in range(n_neurons)
        for chosen in (rng.choice(group, round(CONNECTED * len(group)), replace=False) for group in groups)
    ]
    return GivenGraph(n_neurons, np.concatenate(arcs))


def build(regime: Regime, n_neurons: int, n_steps: int, seed: int) -> SNN:
    """Return a network of a regime."""
    n_inhibitory = round(INHIBITORY * n_neurons)
    n_excitatory = n_neurons - n_inhibitory
    weight = EXCITATION / round(CONNECTED * n_excitatory)
    params = SimulationParams(
        num_neurons=n_neurons,
        num_output_neurons=n_neurons,
        graph=draw_graph(n_excitatory, n_inhibitory, seed),
        mean_weight=weight,
        weight_variance=0.0,
        neuron_signs=np.repeat([1, -1], [n_excitatory, n_inhibitory]),
        inhibitory_ratio=regime.inhibition,
        delays=DELAY,
        duration=n_steps,
        cell=GeneralizedLIF(
            THRESHOLD, 1 / MEMBRANE, REFRACTORY, reset_potential=RESET, integrates_while_refractory=False
        ),
        # Whose mean, against the leak, brings the potential to ``background`` times the threshold.
        noise=PoissonNoise(rate=regime.background * THRESHOLD / (MEMBRANE * weight), weight=weight),
        seed=seed,
    )
    return SNN(params)


def measure(recording: Recording, seed: int) -> Activity:
    """Return what the activity of a run is like."""
    trains = recording.trains()
    variation = features.isi_cv(trains, missing=np.nan)
    counts = features.binned_counts(trains, n_bins=recording.n_steps // BIN)
    counts = counts[counts.std(axis=1) > 0]
    some = np.random.default_rng(seed).permutation(len(counts))[:500]
    matrix = np.corrcoef(counts[some])
    return Activity(
        recording.n_spikes / recording.n_neurons / recording.n_steps * STEPS_PER_SECOND,
        float(np.nanmean(variation)),
        float(matrix[np.triu_indices_from(matrix, 1)].mean()),
    )


def main() -> None:
    """Simulate each regime, print what it is like, and draw the spikes of some neurons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", default="balanced_network", help="folder for the figure")
    parser.add_argument("--neurons", type=int, default=4000)
    parser.add_argument("--steps", type=int, default=5000, help="steps to measure on")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    figure = plotting.new_figure(2, len(REGIMES), width=15, height=7)
    print(f"{'regime':<24}{'g':>5}{'background':>12}{'spikes/s':>10}{'CV':>7}{'correlation':>13}")
    for column, (name, regime) in enumerate(REGIMES.items()):
        snn = build(regime, args.neurons, SETTLING + args.steps, args.seed)
        snn.simulate()
        recording = snn.recording.window(SETTLING, SETTLING + args.steps)
        found = measure(recording, args.seed)
        print(
            f"{name:<24}{regime.inhibition:>5.1f}{regime.background:>12.1f}{found.rate:>10.1f}{found.variation:>7.2f}"
            f"{found.correlation:>13.4f}",
            flush=True,
        )
        shown = recording.window(0, min(SHOWN_STEPS, args.steps))
        plotting.raster(shown.trains(np.arange(SHOWN_NEURONS)), figure.axes[column], title=name.capitalize())
        title = f"g = {regime.inhibition:g}: CV {found.variation:.2f}, correlation {found.correlation:.3f}"
        plotting.population_rate(shown, figure.axes[len(REGIMES) + column], window=5, title=title)
    print("wrote", plotting.save_figure(Path(args.output) / "balanced_network.png", figure, dpi=90))


if __name__ == "__main__":
    main()
