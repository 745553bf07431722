"""Digits seen by an event camera: events are counted in time and space, and drive a reservoir.

Takes a folder of ``{digit}/{id}.bin``, as the ``Train`` of N-MNIST: 34 x 34 pixels, events of two polarities, about
300 ms a recording. The front end: events are counted in 30 bins of time of 10.333 ms and in blocks of 2 x 2
pixels, each polarity by itself, which makes 578 channels; later events are left out. The counts of a recording are
divided by their root mean square, so that a digit of more events is no other digit.
"""

import argparse
from pathlib import Path

from snnres.datasets import read_nmnist
from snnres.encoding import EventBinner, SampleScaler
from snnres.estimators import ReservoirClassifier
from snnres.evaluation import evaluate

N_BINS, MICROSECONDS = 30, 10_333


def main() -> None:
    """Print how well digits are told in cross-validation, and draw it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of {digit}/{id}.bin, such as N-MNIST's Train")
    parser.add_argument("--limit", type=int, help="take that many recordings, those of the lowest ids")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--output", default="event_digits", help="folder for the figure")
    parser.add_argument("--neurons", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    # 1. Events: time in microseconds, x, y, and whether the pixel became brighter or darker.
    events, labels, _ = read_nmnist(args.folder)
    events, labels = events[: args.limit], labels[: args.limit]
    print(f"{len(events)} recordings, {sum(map(len, events)) / len(events):.0f} events in the mean")

    # 2. The front end: (recordings, bins, channels).
    binner = EventBinner((34, 34), n_bins=N_BINS, bin_width=MICROSECONDS, downsample=2, output="counts")
    counts = SampleScaler().fit_transform(binner.fit_transform(events))
    print(f"counts: (recordings, bins, channels) = {counts.shape}")

    # 3. Cross-validation in shuffled, stratified folds; whatever is learnt is learnt on the training part of each.
    model = ReservoirClassifier(num_neurons=args.neurons, random_state=args.seed)
    result = evaluate(model, counts, labels, cv=args.folds, random_state=args.seed)
    print(result)

    # 4. Scores beside the baselines, and which digits are confused.
    figure = Path(args.output) / "event_digits.png"
    result.plot(figure)
    print("wrote", figure)


if __name__ == "__main__":
    main()
