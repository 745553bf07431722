"""How good memristive devices must be: accuracy of a network that learns on them, against their levels and noise.

The network is that of unsupervised_digits.py, its weights kept by devices. One property is varied at a time, the others
being ideal: the number of levels that a weight can take, to which changes are rounded at random so that small ones
count in the mean; the noise with which a weight is written, a fraction of its range; the noise with which each spike
reads it, a fraction of the weight. Devices cannot be rescaled all at once, so that no sum of weights is kept here, and
the rule alone has to find a balance.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from unsupervised_digits import BRIGHTEST, MAX_RATE, PIXELS, STEPS, learn, split

from snnres import SNN, SimulationParams, features, plotting
from snnres.encoding import RegularRateEncoder
from snnres.estimators import ProportionWeightedClassifier
from snnres.parts import (
    Blocks,
    GeneralizedLIF,
    MemristiveDevice,
    PresynapticSTDP,
    ThresholdAdaptation,
    WinnerTakeAll,
)

W_MAX = 0.5
EPOCHS = 3
IDEAL = "ideal"
AXES = {"levels": "levels", "write_noise": "write noise (of the range)", "read_noise": "read noise (of the weight)"}


def build(n_neurons: int, device: MemristiveDevice | None, seed: int) -> SNN:
    """Return the network of unsupervised_digits.py with its weights on devices, without a sum that is kept."""
    n_all = PIXELS + n_neurons
    excitatory = np.arange(PIXELS, n_all)
    adaptation = ThresholdAdaptation(np.repeat([0.0, 0.05], [PIXELS, n_neurons]), keep_between_trials=True)
    params = SimulationParams(
        graph=Blocks((PIXELS, n_neurons), ((0.0, 1.0), (0.0, 0.0))),
        num_neurons=n_all,
        output_neurons=excitatory,
        # Of two levels about as many synapses begin with the one as with the other.
        mean_weight=W_MAX / 2,
        weight_variance=0.2,
        membrane_potentials=np.zeros(n_all),
        cell=GeneralizedLIF(1.0, 0.05, 1, adaptation=adaptation),
        competition=WinnerTakeAll([excitatory]),
        device=device,
        seed=seed,
    )
    return SNN(
        params, PresynapticSTDP(tau_plus=5.0, eta=0.02, x_target=0.4, mu=1.0, W_max=W_MAX, nearest_neighbor=True)
    )


def accuracy(args: argparse.Namespace, device: MemristiveDevice | None, seed: int) -> float:
    """Return the accuracy on held-out digits of a network that has learnt on these devices."""
    digits, parts = load_digits(), split(seed, args.train, validate=False)
    encoder = RegularRateEncoder(STEPS, max_rate=MAX_RATE, value_range=(0, 1))
    trials = {
        part: encoder.fit_transform(digits.data[samples] / BRIGHTEST).transpose(0, 2, 1)
        for part, samples in parts.items()
    }
    snn = build(args.neurons, device, seed)
    learn(snn, trials["train"], EPOCHS, seed)
    counts = {part: snn.simulate_batch(X, returns=features.spike_counts) for part, X in trials.items()}
    with warnings.catch_warnings():
        # Samples, or all of them, may be silent where devices are bad: that counts as an error.
        warnings.filterwarnings("ignore", r"(\d+ of \d+ samples are|X is) silent", UserWarning)
        vote = ProportionWeightedClassifier().fit(counts["train"], digits.target[parts["train"]])
        return float(vote.score(counts["test"], digits.target[parts["test"]]))


def device_with(name: str, value: float) -> MemristiveDevice:
    """Return a device that is ideal but for one property."""
    rounding = {"rounding": "stochastic"} if name == "levels" else {}
    return MemristiveDevice(0.0, W_MAX, **{name: value}, **rounding)


def draw(curves: dict[str, dict[float, np.ndarray]], ideal: np.ndarray, path: Path) -> Path:
    """Draw accuracy against each property, mean and standard deviation over seeds, beside ideal devices."""
    figure = plotting.new_figure(1, len(curves), width=14, height=4.5)
    for ax, (name, curve) in zip(figure.axes, curves.items(), strict=True):
        means, spreads = np.transpose([(values.mean(), values.std()) for values in curve.values()])
        ax.errorbar(list(curve), means, spreads, marker="o", capsize=3, label="mean and sd over seeds")
        ax.axhline(ideal.mean(), linestyle="--", color="0.4", label="ideal devices")
        ax.axhline(0.1, linestyle=":", color="0.4", label="chance")
        if name == "levels":
            ax.set_xscale("log", base=2)
            ax.set_xticks(list(curve), [f"{value:g}" for value in curve])
        ax.set(xlabel=AXES[name], ylabel="accuracy", ylim=(0, 1))
    figure.axes[0].legend(frameon=False)
    return plotting.save_figure(path, figure, dpi=90)


def main() -> None:
    """Learn on each kind of device with each seed, print and draw the accuracies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", default="device_noise", help="folder for the figure")
    parser.add_argument("--neurons", type=int, default=50, help="excitatory neurons")
    parser.add_argument("--train", type=int, default=400, help="samples to train")
    parser.add_argument("--levels", type=int, nargs="+", default=[2, 4, 8, 32, 128])
    parser.add_argument("--write-noise", type=float, nargs="+", default=[0.02, 0.05, 0.1, 0.2, 0.4])
    parser.add_argument("--read-noise", type=float, nargs="+", default=[0.1, 0.3, 0.5])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="of split, order, network and devices")
    args = parser.parse_args()

    def measured(name: str, device: MemristiveDevice | None) -> np.ndarray:
        values = np.array([accuracy(args, device, seed) for seed in args.seeds])
        print(f"{name:<22}{values.mean():.3f} +- {values.std():.3f}", flush=True)
        return values

    ideal = measured(IDEAL, None)
    curves = {
        name: {value: measured(f"{name} {value:g}", device_with(name, value)) for value in getattr(args, name)}
        for name in AXES
    }
    print("wrote", draw(curves, ideal, Path(args.output) / "device_noise.png"))


if __name__ == "__main__":
    main()
