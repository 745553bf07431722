"""Delayed XOR: what neurons alone cannot tell, and recurrent synapses with delays can.

Was the last bit of one stream the same as the bit of another stream some steps earlier? A linear readout of the bits
is at chance, and neurons without synapses forget the earlier one within a few steps. What passes round a network whose
synapses have delays is still there after many.
"""

import argparse
import warnings

from snnres import ReservoirClassifier
from snnres.datasets import delayed_xor

TEST_SAMPLES = 400
# By default the classifier is quick (no synapses, taps into the input) or with memory, whichever errs less on training
# samples that are left out. Unconnected: the same neurons as with memory, read out alike, without their synapses.
WAYS = {
    "automatic": {},
    "memory": {"memory": "memory"},
    "unconnected": {"memory": "memory", "recurrent_scaling": 0.0},
    "quick": {"memory": "quick"},
}


def fitted(model: ReservoirClassifier, X, y) -> ReservoirClassifier:
    """Return the model fitted; that some ways are no better than chance is what the table is to show, not a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return model.fit(X, y)


def main() -> None:
    """Print the accuracy of each way at each delay, and which way was chosen by itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delays", type=int, nargs="+", default=[1, 2, 4, 8], help="steps back, up to 19 each")
    parser.add_argument("--samples", type=int, default=800, help="samples to train")
    parser.add_argument("--neurons", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    print(f"accuracy on {TEST_SAMPLES} samples after training on {args.samples}; {args.neurons} neurons")
    print("delay" + "".join(f"{name:>13}" for name in WAYS) + "   chosen")
    for delay in args.delays:
        X, y = delayed_xor(args.samples + TEST_SAMPLES, delay, seed=args.seed)
        train, test = slice(args.samples), slice(args.samples, None)
        models = {
            name: fitted(
                ReservoirClassifier(num_neurons=args.neurons, random_state=args.seed, **settings), X[train], y[train]
            )
            for name, settings in WAYS.items()
        }
        scores = [model.score(X[test], y[test]) for model in models.values()]
        print(
            f"{delay:>5}" + "".join(f"{score:>13.3f}" for score in scores) + f"   {models['automatic'].memory_}",
            flush=True,
        )


if __name__ == "__main__":
    main()
