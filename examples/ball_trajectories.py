"""Ball trajectories before an artificial retina: what the published protocol measures, and how to do it right.

Takes the ``.npz`` with ``data`` (samples, pixels, steps) of 0/1 and ``labels``, in which the samples come class after
class. Four ways of classifying them stand in one table, all by the same shuffled, stratified cross-validation:

- "STDP on, in the file's order": the published protocol. The state is reset before each sample, the weights are not:
  STDP goes on while the samples are read, and eight features of 35 output neurons are kept from each.
- "STDP on, shuffled": the same program, with the samples presented in random order.
- "35 pixels, no reservoir": the same features of 35 of the input's pixels.
- "ReservoirClassifier": a network that does not change, and its readout. The front end: spikes are counted in blocks of
  4 x 4 pixels (``--block``) and bins of 5 steps, and the counts of a sample are divided by their root mean square, so
  that neither the very pixel nor how many spikes there are on the whole matters.

The folds of the first are shuffled too, and yet it cheats. Each sample moves the weights a little, so the later one is
read, the more its spikes are those of another network: the features tell its position in the file, and there position
tells the class. No readout can know that it learns the one from the other. Presented in random order the position
tells nothing, and what is left is what the reservoir says of the input, blurred by the drift. Hence: let plasticity be
a phase of its own, in shuffled order (``SNN.adapt``), freeze it, and only then take features.

Constants of STDP, features and readout are this example's, not the publisher's. ``--eta`` was chosen so that the
weights still move when the last sample is read: the figures of the first two depend on it.
"""

import argparse
import math
from pathlib import Path

import numpy as np
from sklearn.linear_model import RidgeClassifierCV
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from snnres import SNN, SimulationParams, STDPParams, plotting
from snnres.datasets import read_trajectories
from snnres.encoding import SampleScaler, SpikePooler
from snnres.estimators import ReservoirClassifier
from snnres.evaluation import evaluate
from snnres.features import FeatureExtractor
from snnres.recording import Recording

N_OUTPUTS = 35
# The eight that the reference extracts.
FEATURES = (
    *("spike_counts", "spike_variances", "mean_spike_times", "first_spike_times", "last_spike_times"),
    *("mean_isi", "isi_variances", "burst_counts"),
)


def plastic_network(spikes: np.ndarray, neurons: int, eta: float, seed: int) -> SNN:
    """Return the network of the reference's small-world example, its first neurons driven by the pixels."""
    params = SimulationParams(
        num_neurons=neurons,
        num_output_neurons=N_OUTPUTS,
        input_spike_times=spikes,
        leak_coefficient=1 / 10000,
        refractory_period=2,
        membrane_threshold=2.0,
        small_world_graph_p=0.2,
        small_world_graph_k=int(0.10 * neurons * 2),
        # The example's for its 2000 neurons; with fewer synapses each must be stronger.
        mean_weight=0.00745167232 * 1.05 * 2000 / neurons,
        seed=seed,
    )
    return SNN(params, STDPParams(eta=eta))


def described(spikes: np.ndarray) -> np.ndarray:
    """Return the features of spike trains (steps, neurons), one after the other."""
    return FeatureExtractor(FEATURES).extract(Recording.from_dense(spikes))[0]


def read_while_learning(snn: SNN, X: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """Return each sample's features and the mean weight after each presentation, with STDP on all the time."""
    rows, mean_weights = {}, []
    for sample in order:
        snn.reset()
        snn.set_input_spike_times(X[sample].T)
        rows[sample] = described(snn.simulate())
        mean_weights.append(snn.weights_mean)
    return np.array([rows[sample] for sample in range(len(X))]), mean_weights


def main() -> None:
    """Print one table of all protocols; draw it beside the drift of the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help=".npz of trajectories")
    parser.add_argument("--every", type=int, default=1, help="take every so many-th sample only")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--plastic-neurons", type=int, default=2000, help="of the network with STDP")
    parser.add_argument("--eta", type=float, default=0.0006, help="its learning rate, so slow that it never settles")
    parser.add_argument("--block", type=int, default=4, help="side of the blocks of pixels that are counted together")
    parser.add_argument("--output", default="ball_trajectories", help="folder for the figure")
    parser.add_argument("--neurons", type=int, default=1000, help="of the ReservoirClassifier")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    # 1. Spikes (samples, steps, pixels), in the file's order: class after class.
    X, y = (part[:: args.every] for part in read_trajectories(args.file))
    rng = np.random.default_rng(args.seed)
    orders = {"in the file's order": np.arange(len(X)), "shuffled": rng.permutation(len(X))}
    print(f"{len(X)} samples of {X.shape[1]} steps and {X.shape[2]} pixels, {len(np.unique(y))} classes")

    # 2. The published protocol, and the same in another order.
    features, drift = {}, {}
    for name, order in orders.items():
        snn = plastic_network(X[0].T, args.plastic_neurons, args.eta, args.seed)
        features[f"STDP on, {name}"], drift[name] = read_while_learning(snn, X, order)
        print(f"mean weight, {name}: {drift[name][0]:.5f} after the first sample, {drift[name][-1]:.5f} after the last")

    # 3. No reservoir at all.
    pixels = rng.choice(X.shape[2], N_OUTPUTS, replace=False)
    features[f"{N_OUTPUTS} pixels, no reservoir"] = np.array([described(sample[:, pixels]) for sample in X])

    # 4. One readout for all of these, on the same folds.
    folds = StratifiedKFold(args.folds, shuffle=True, random_state=args.seed)
    readout = make_pipeline(StandardScaler(), RidgeClassifierCV(alphas=np.logspace(-2, 6, 17)))
    accuracy = {name: np.mean(cross_val_predict(readout, rows, y, cv=folds) == y) for name, rows in features.items()}
    print("\nprotocol".ljust(34), "accuracy")
    for name, value in accuracy.items():
        print(name.ljust(33), f"{value:8.3f}", flush=True)

    # 5. The right way: every sample meets the same network, all that is learnt is learnt on the training folds.
    side = math.isqrt(X.shape[2])
    counts = make_pipeline(SpikePooler((side, side), downsample=args.block, bin_steps=5), SampleScaler()).fit_transform(
        X
    )
    result = evaluate(ReservoirClassifier(num_neurons=args.neurons, random_state=args.seed), counts, y, cv=folds)
    accuracy["ReservoirClassifier"] = result.methods["reservoir"].scores["accuracy"].value
    print("ReservoirClassifier".ljust(33), f"{accuracy['ReservoirClassifier']:8.3f}\n\n{result}")

    # 6. The weights drift in either order; only in the file's order does that give the class away.
    figure = plotting.new_figure(1, 2, width=12)
    weights = plotting.styled(figure.axes[0], "STDP while samples are read", "samples presented", "mean weight")
    for name, values in drift.items():
        weights.plot(values, label=name)
    weights.legend(frameon=False)
    scores = plotting.styled(figure.axes[1], "Four ways to classify them", "accuracy, cross-validated", "")
    bars = scores.barh(list(accuracy), list(accuracy.values()))
    scores.bar_label(bars, fmt="%.3f", padding=3)
    scores.grid(axis="y", visible=False)
    scores.invert_yaxis()
    scores.set_xlim(0, 1.12)
    print("wrote", plotting.save_figure(Path(args.output) / "ball_trajectories.png", figure))


if __name__ == "__main__":
    main()
