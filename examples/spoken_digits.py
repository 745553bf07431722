"""Spoken digits: log-mel frames drive a reservoir, and the same readout without it stands beside.

Takes a folder of ``{digit}_{speaker}_{index}.wav``, as the ``recordings`` of the Free Spoken Digit Dataset.

The front end, the same whatever is left out: pre-emphasis 0.97, frames of 32 ms every 10 ms, the logarithm of their
power in 24 mel bands, in each recording relative to its loudest band; frames at both ends that are more than 7 (30 dB)
below that are dropped, and what is left is divided by its spread. Nothing of it is learnt. The reservoir takes the
frames as they come, of unequal number.
"""

import argparse
from pathlib import Path

import numpy as np

from snnres.datasets import WavFolder, read_wav_folder
from snnres.encoding import LogMelEncoder
from snnres.estimators import ReservoirClassifier
from snnres.evaluation import evaluate

WINDOW_SECONDS, HOP_SECONDS = 0.032, 0.010


def split_by_index(digits: WavFolder, between: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Hold out the recordings of some numbers, as "5-9", and train on those of higher numbers."""
    first, last = (int(number) for number in between.split("-"))
    held_out = (digits.indices >= first) & (digits.indices <= last)
    return [(np.flatnonzero(digits.indices > last), np.flatnonzero(held_out))]


def split_by_speaker(digits: WavFolder, who: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Hold out all recordings of a speaker, or of each in turn, and train on those of the others."""
    speakers = np.unique(digits.speakers) if who == "each" else [who]
    return [(np.flatnonzero(digits.speakers != one), np.flatnonzero(digits.speakers == one)) for one in speakers]


def main() -> None:
    """Print how well digits are told on recordings that are held out, and draw it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of {digit}_{speaker}_{index}.wav")
    parser.add_argument("--validation-indices", default="5-9", help="train on the recordings after these (5-9)")
    parser.add_argument("--leave-out", metavar="SPEAKER", help='hold out this speaker instead; "each" for all in turn')
    parser.add_argument("--output", default="spoken_digits", help="folder for the figure")
    parser.add_argument("--neurons", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    # 1. Recordings: samples in [-1, 1), with the digit, the speaker and a number from the name.
    digits = read_wav_folder(args.folder)
    by_speaker = args.leave_out is not None
    splits = split_by_speaker(digits, args.leave_out) if by_speaker else split_by_index(digits, args.validation_indices)
    print(f"{len(digits.signals)} recordings, {digits.rate} Hz, speakers: {', '.join(np.unique(digits.speakers))}")

    # 2. The front end: a list of (frames, bands), one a recording.
    window, hop = (round(seconds * digits.rate) for seconds in (WINDOW_SECONDS, HOP_SECONDS))
    encoder = LogMelEncoder(digits.rate, n_mels=24, window=window, hop=hop, pre_emphasis=0.97, trim=7.0)
    frames = encoder.fit_transform(digits.signals)
    print(f"{np.median([len(part) for part in frames]):.0f} frames in the median recording")

    # 3. Scale, threshold and readout are learnt on the training part alone; both parts then meet the same network.
    model = ReservoirClassifier(num_neurons=args.neurons, random_state=args.seed)
    # Recordings of one speaker are alike: where several speakers are held out, each has one vote.
    groups = digits.speakers if len(splits) > 1 else None
    result = evaluate(model, frames, digits.labels, cv=splits, groups=groups)
    print(result)
    for fold, (_, test) in enumerate(splits if by_speaker else []):
        accuracy = result.methods["reservoir"].folds["accuracy"][fold]
        print(f"accuracy on {digits.speakers[test[0]]}: {accuracy:.3f}")

    # 4. Scores beside the baselines, and which digits are confused.
    figure = Path(args.output) / "spoken_digits.png"
    result.plot(figure)
    print("wrote", figure)


if __name__ == "__main__":
    main()
