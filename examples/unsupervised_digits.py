"""Digits learnt without labels, by spikes (after Diehl and Cook 2015).

Pixels are input neurons that fire the more often the brighter they are, each with a synapse to every excitatory neuron.
Of the excitatory neurons the one furthest above its threshold fires and resets the others. Where one fires, synapses at
which much has arrived grow and others shrink (PresynapticSTDP), the sum of a neuron's synapses is kept (WeightUpkeep),
and its threshold rises (ThresholdAdaptation), so that others have their turn: each comes to stand for a kind of digit.

Labels are used once weights and thresholds stand still, to see for which digit each neuron fires in the training
samples; then the neurons vote on digits that were held out. A few samples of the training part say how well settings
do, with ``--validate``; those here were chosen so. Nearest centroids and logistic regression see labels and pixels.

P. U. Diehl and M. Cook, Frontiers in Computational Neuroscience 9 (2015) 99, has conductances, inhibitory neurons and
28 x 28 pixels; this has currents, WinnerTakeAll and scikit-learn's 8 x 8.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestCentroid

from snnres import SNN, SimulationParams, features, plotting
from snnres.encoding import RegularRateEncoder
from snnres.estimators import AllActivityClassifier, ProportionWeightedClassifier
from snnres.parts import (
    Blocks,
    GeneralizedLIF,
    Plasticity,
    PresynapticSTDP,
    ThresholdAdaptation,
    WeightUpkeep,
    WinnerTakeAll,
)

PIXELS, BRIGHTEST = 64, 16
STEPS, MAX_RATE = 60, 0.5
HELD_OUT, VALIDATED = 500, 300
# Sum of the weights onto each excitatory neuron, whose threshold begins at 1.
TOTAL = 8.0
NEURONS_VOTE, SPIKES_VOTE, UNTRAINED, CENTROIDS, LOGISTIC = (
    "neurons vote",
    "spikes vote",
    "untrained network",
    "nearest centroid",
    "logistic regression",
)


def build(n_neurons: int, seed: int) -> SNN:
    """Return the network, its weights random: input neurons first, then excitatory ones."""
    excitatory = np.arange(PIXELS, PIXELS + n_neurons)
    # An input neuron fires with its input and at no other time, and its threshold stays.
    cell = GeneralizedLIF(
        membrane_threshold=1.0,
        leak_coefficient=0.05,
        refractory_period=1,
        adaptation=ThresholdAdaptation(np.repeat([0.0, 0.05], [PIXELS, n_neurons]), keep_between_trials=True),
    )
    params = SimulationParams(
        graph=Blocks((PIXELS, n_neurons), ((0.0, 1.0), (0.0, 0.0))),
        num_neurons=PIXELS + n_neurons,
        output_neurons=excitatory,
        mean_weight=TOTAL / PIXELS,
        weight_variance=0.2,
        membrane_potentials=np.zeros(PIXELS + n_neurons),
        cell=cell,
        competition=WinnerTakeAll([excitatory]),
        seed=seed,
    )
    rule = PresynapticSTDP(tau_plus=5.0, eta=0.02, x_target=0.3, mu=1.0, nearest_neighbor=True)
    return SNN(params, Plasticity(rule, upkeep=WeightUpkeep(total=TOTAL, interval=STEPS)))


def split(seed: int, n_train: int | None, validate: bool) -> dict[str, np.ndarray]:
    """Return which samples are to train and which to test; to validate, those to test are some of the training part."""
    labels = load_digits().target
    train, test = train_test_split(np.arange(len(labels)), test_size=HELD_OUT, stratify=labels, random_state=seed)
    if validate:
        train, test = train_test_split(train, test_size=VALIDATED, stratify=labels[train], random_state=seed)
    return {"train": train[:n_train], "test": test}


def learn(snn: SNN, trials: np.ndarray, epochs: int, seed: int) -> None:
    """Present the trials (n_trials, n_pixels, n_steps), which have no labels; from then on nothing changes."""
    snn.adapt(trials, epochs=epochs, seed=seed)
    snn.disable_stdp()


def spike_counts(snn: SNN, trials: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the spikes of each excitatory neuron in each trial, nothing learning."""
    return {part: snn.simulate_batch(X, returns=features.spike_counts) for part, X in trials.items()}


def accuracies(
    counts: dict[str, np.ndarray],
    untrained: dict[str, np.ndarray],
    pixels: dict[str, np.ndarray],
    labels: dict[str, np.ndarray],
) -> dict[str, float]:
    """Return the accuracy of each way on "test", fitted to "train"."""
    ways = {
        NEURONS_VOTE: (AllActivityClassifier(), counts),
        SPIKES_VOTE: (ProportionWeightedClassifier(), counts),
        UNTRAINED: (ProportionWeightedClassifier(), untrained),
        CENTROIDS: (NearestCentroid(), pixels),
        LOGISTIC: (LogisticRegression(max_iter=2000), pixels),
    }
    found = {}
    for name, (way, X) in ways.items():
        with warnings.catch_warnings():
            # Pixels at the border are dark in all scans of a digit.
            warnings.filterwarnings("ignore", "self.within_class_std_dev_", UserWarning)
            found[name] = way.fit(X["train"], labels["train"]).score(X["test"], labels["test"])
    return found


def run(args: argparse.Namespace, seed: int) -> tuple[dict[str, float], SNN, np.ndarray]:
    """Return the accuracies of a seed, the network, and the digit that each neuron stands for."""
    digits, parts = load_digits(), split(seed, args.train, args.validate)
    pixels = {part: digits.data[samples] / BRIGHTEST for part, samples in parts.items()}
    labels = {part: digits.target[samples] for part, samples in parts.items()}
    encoder = RegularRateEncoder(STEPS, max_rate=MAX_RATE, value_range=(0, 1)).fit(pixels["train"])
    trials = {part: encoder.transform(X).transpose(0, 2, 1) for part, X in pixels.items()}
    snn = build(args.neurons, seed)
    untrained = spike_counts(snn, trials)
    learn(snn, trials["train"], args.epochs, seed)
    counts = spike_counts(snn, trials)
    stands_for = AllActivityClassifier().fit(counts["train"], labels["train"]).assignments_
    return accuracies(counts, untrained, pixels, labels), snn, stands_for


def main() -> None:
    """Learn with each seed, print accuracies and paired differences, draw what the neurons of the first have learnt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", default="unsupervised_digits", help="folder for the figure")
    parser.add_argument("--neurons", type=int, default=100, help="excitatory neurons")
    parser.add_argument("--train", type=int, help="samples to train, all by default")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4], help="of split, order and network")
    parser.add_argument("--validate", action="store_true", help="test on some of the training part")
    args = parser.parse_args()

    found = []
    for seed in args.seeds:
        accuracy, snn, stands_for = run(args, seed)
        found.append(accuracy)
        print(f"seed {seed}: " + ", ".join(f"{name} {value:.3f}" for name, value in accuracy.items()), flush=True)
        if seed == args.seeds[0]:
            weights = snn.get_topology()[:PIXELS][:, snn.output_neurons]
            figure = plotting.new_figure(width=9, height=9)
            plotting.receptive_fields(weights, (8, 8), figure.axes[0], labels=stands_for)
    table = {name: np.array([accuracy[name] for accuracy in found]) for name in found[0]}
    for name, values in table.items():
        difference = values - table[SPIKES_VOTE]
        print(
            f"{name:<22}{values.mean():.3f} +- {values.std():.3f}"
            + f"   difference to {SPIKES_VOTE} {difference.mean():+.3f} +- {difference.std():.3f}"
            * (name != SPIKES_VOTE)
        )
    print("wrote", plotting.save_figure(Path(args.output) / "unsupervised_digits.png", figure, dpi=90))


if __name__ == "__main__":
    main()
