"""What ``snnres demo`` does, step by step: handwritten digits as spikes, through a reservoir, to a classifier."""

import argparse

from snnres import demo


def main() -> None:
    """Classify digits with a reservoir and, to be fair to what it adds, without one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="digits_demo", help="folder for the figures")
    parser.add_argument("--samples", type=int, default=demo.N_SCANS)
    parser.add_argument("--neurons", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    # 1. Scans of 8 x 8 pixels, three quarters to train, a quarter to test.
    scans = demo.load_scans(args.samples, args.seed)
    print(f"{len(scans.train)} scans to train, {len(scans.test)} to test")

    # 2. The brighter a pixel, the more often its input neuron is driven.
    trials = demo.rate_code(scans.pixels, args.seed)
    print(f"input: (scans, pixels, steps) = {trials.shape}")

    # 3. A random network that is never trained; every scan meets it in the same state.
    snn = demo.build_reservoir(args.neurons, trials.shape[1], args.seed)
    counts = demo.count_spikes(snn, trials)
    print(f"{snn}: {counts.sum()} spikes")

    # 4. The same neurons without the synapses among them, driven by the input neurons alone, as active as before.
    unconnected = demo.count_spikes(demo.without_recurrence(snn, trials[scans.train]), trials)

    # 5. What the same classifier sees: how often each output neuron fired, with and without its synapses, the pixels,
    # and the input's spike counts.
    seen = {
        demo.RESERVOIR: counts[:, snn.output_neurons],
        demo.UNCONNECTED: unconnected[:, snn.output_neurons],
        demo.PIXELS: scans.pixels,
        demo.COUNTS: trials.sum(axis=2),
    }
    predicted = demo.compare(seen, scans, args.seed)
    for name, digits in predicted.items():
        print(f"test accuracy, {name}: {(digits == scans.labels[scans.test]).mean():.3f}")

    # 6. A look inside, at one scan, and which digits are taken for others.
    for path in demo.draw(snn, trials, scans, predicted[demo.RESERVOIR], args.output):
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
