"""Data as published, in a folder that the suite is given, behind the front end that the commands put before each."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from snnres.cli.commands import build_parser
from snnres.cli.data import load_data, reading_of

SPEECH = Path("free-spoken-digit-dataset") / "recordings"
EVENTS = Path("nmnist") / "Train"
UCR = Path("ucr")


def found(options, path):
    """Return where something is in the folder, None where it is not."""
    whole = options.data / path if options.data else None
    return whole if whole is not None and whole.exists() else None


def first(options, pattern):
    """Return the first file of a pattern in the folder, None where there is none."""
    return next(iter(sorted(options.data.glob(pattern))), None) if options.data else None


def read(path):
    args = build_parser().parse_args(["evaluate", str(path), "--quiet"])
    return load_data(args.data, reading_of(args, needs_target=True))


class Speech(NamedTuple):
    """Spoken digits: a list of (n_frames, n_bands), the digits, and the speaker and number of each recording."""

    X: list
    y: np.ndarray
    speaker: np.ndarray
    number: np.ndarray


def read_speech(folder):
    data = read(folder)
    number = np.array([int(Path(name).stem.rsplit("_", 1)[1]) for name in data.samples])
    return Speech(data.X, data.y, data.speakers, number)
