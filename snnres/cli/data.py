"""From a path to samples, whatever the format."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import datasets
from ..progress import Progress, reporter
from .arguments import note
from .tables import FOUND_OUT, Dialect, chosen, read_table, warn_of_numbers

# Steps, microseconds of a step, pixels of the side of a block.
EVENT_DEFAULTS = {"bins": 30, "bin_width": 10_333, "downsample": 2}
# What says its label by its name.
RECORDINGS, EVENTS = "recordings {label}_{speaker}_{index}.wav", "events {digit}/{id}.bin"
# Of a frame of sound and from one to the next.
WINDOW_SECONDS, HOP_SECONDS = 0.032, 0.010
# A square of fewer pixels a side may as well be channels that happen to be as many.
RETINA = 16


class Data(NamedTuple):
    """Samples.

    Attributes
    ----------
    X : ndarray (n_samples, n_columns) or (n_samples, n_steps, n_channels), or list of (n_steps_k, n_channels)
    y : ndarray, shape (n_samples,), or None
        What to predict, where the data says.
    samples : list of str
        What each sample is called.
    speakers : ndarray of str, shape (n_samples,), or None
        Who speaks, for recordings.
    source : dict
        How the data was read, so that other data can be read alike: "format", and what goes with it.
    """

    X: Any
    y: Any
    samples: list[str]
    speakers: NDArray[np.str_] | None
    source: dict[str, Any]


class Reading(NamedTuple):
    """How to read.

    Attributes
    ----------
    target : str or None
        Column of a table to predict.
    needs_target : bool
        Whether data without anything to predict is refused.
    options : dict
        Those of ``bins``, ``bin_width`` and ``downsample`` for events that are given.
    like : dict or None
        The source of data that was read before: other data must fit it.
    progress : bool or callable
        As for the readers.
    dialect : Dialect
        How a table is written, as far as it is given.
    say : callable
        Takes remarks.
    """

    target: str | None
    needs_target: bool
    options: dict[str, int]
    like: dict[str, Any] | None = None
    progress: Progress = False
    dialect: Dialect = FOUND_OUT
    say: Callable[[str], None] = lambda text: None


def reading_of(args: argparse.Namespace, *, needs_target: bool, like: dict[str, Any] | None = None) -> Reading:
    """Return what the arguments say; a subcommand may lack some of them."""
    given = {name: getattr(args, name, None) for name in EVENT_DEFAULTS}
    options = {name: value for name, value in given.items() if value is not None}
    dialect = Dialect(args.delimiter, args.decimal)
    target = getattr(args, "target", None)
    return Reading(target, needs_target, options, like, not args.quiet, dialect, lambda text: note(args, text))


def load_data(path: str, how: Reading) -> Data:
    """Read the samples of a file or folder.

    Recordings, a ``.wav`` or a folder of them, are turned into log-mel frames of 32 ms every 10 ms; the events of a
    camera, a ``.bin``, a folder of them or one of N-MNIST, are counted. Other formats are single files: ``.csv``,
    ``.ts`` or ``.npz`` (trajectories: the spikes of a square of 16 x 16 pixels or more are counted in blocks of 4 x 4
    and bins of 5 steps, other spikes are taken as they are). Counts are in units of their sample's root mean square.
    """
    place = Path(path)
    if not place.exists():
        raise FileNotFoundError(f"{path} must be a file or folder that exists.")
    kind = format_of(place)
    if how.like is not None and how.like["format"] != kind:
        raise ValueError(f"{path} must be of format {how.like['format']!r}. Got {kind!r} instead.")
    check_flags(path, kind, how)
    readers = {"table": load_table, "wav": load_wav, "nmnist": load_nmnist, "ts": load_ts, "npz": load_trajectories}
    data = readers[kind](place, how)
    if how.needs_target and data.y is None:
        raise unlabelled(place)
    return data


def check_flags(path: str, kind: str, how: Reading) -> None:
    """Refuse what was asked for and has no meaning for this kind of data."""
    if kind != "table" and how.target is not None:
        raise ValueError(f"--target is for CSV tables; {path} says itself what to predict.")
    for name, value in how.dialect._asdict().items():
        if kind != "table" and value is not None:
            raise ValueError(f"--{name} is for CSV tables. Got {path} instead.")
    for name in how.options:
        if kind != "nmnist":
            raise ValueError(f"--{name.replace('_', '-')} is for events of a camera. Got {path} instead.")


def format_of(path: Path) -> str:
    """Return the format of a file or folder."""
    if path.is_dir():
        if files_of(path, ".wav"):
            return "wav"
        loose, sorted_by_label = bool(files_of(path, ".bin")), any(path.glob("*/*.bin"))
        if loose and sorted_by_label:
            raise ValueError(f"{path} must hold .bin files or folders of them. Got both instead.")
        if loose or sorted_by_label:
            return "nmnist"
        raise ValueError(
            f"{path} must hold {RECORDINGS} or {EVENTS}, or, to predict, .wav or .bin files of any name. "
            "Got none of these instead."
        )
    kinds = {".csv": "table", ".ts": "ts", ".npz": "npz", ".wav": "wav", ".bin": "nmnist"}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise ValueError(
            f"{path} must be a folder or a file that ends in {', '.join(kinds)}. Got {path.name!r} instead."
        )
    return kind


def load_table(path: Path, how: Reading) -> Data:
    """Read a CSV table, with the columns of the data before in their order."""
    if how.needs_target and how.target is None:
        raise ValueError(f"--target must name the column of {path} to predict.")
    like = how.like or {"target": how.target, "columns": None}
    table = read_table(path, like["target"], how.dialect, needs_target=how.needs_target)
    found = table.dialect
    if found not in (how.dialect, (",", ".")):
        how.say(f"{path}: cells are separated by {found.delimiter!r}, decimals follow {found.decimal!r}")
    if like["columns"] is None:
        warn_of_numbers(path, [*table.columns, *([how.target] if how.target else [])])
    else:
        table = chosen(path, table, like["columns"])
    source = {"format": "table", "target": like["target"], "columns": table.columns}
    return Data(table.values, table.target, numbered(table.values), None, source)


def load_ts(path: Path, how: Reading) -> Data:
    """Read series of the UCR/UEA archive."""
    X, y = datasets.read_ts(path)
    return Data(X, y, numbered(X), None, {"format": "ts"})


def load_trajectories(path: Path, how: Reading) -> Data:
    """Read spikes of trajectories; count those of a square retina."""
    from ..encoding import SampleScaler, SpikePooler

    X, y = datasets.read_trajectories(path)
    side = math.isqrt(X.shape[2])
    if side >= RETINA and side**2 == X.shape[2]:
        X = SampleScaler().fit_transform(SpikePooler((side, side), downsample=4, bin_steps=5).fit_transform(X))
    return Data(X, y, numbered(X), None, {"format": "npz"})


def load_wav(path: Path, how: Reading) -> Data:
    """Read recordings and turn them into log-mel frames."""
    from ..encoding import LogMelEncoder

    if how.needs_target and not path.is_dir():
        raise unlabelled(path)
    files = files_of(path, ".wav")
    if path.is_dir() and reads_labels(how, any(datasets.audio.NAME.fullmatch(file.stem) for file in files)):
        folder = datasets.read_wav_folder(path, how.progress)
        signals, rate, names = folder.signals, folder.rate, folder.names.tolist()
        labels, speakers = folder.labels, folder.speakers
    else:
        signals, rate = datasets.read_wavs(files, how.progress)
        names, labels, speakers = [file.name for file in files], None, None
    if how.like is not None and rate != how.like["rate"]:
        raise ValueError(f"{path} must have recordings of {how.like['rate']} Hz. Got {rate} Hz instead.")
    window, hop = (max(2, round(seconds * rate)) for seconds in (WINDOW_SECONDS, HOP_SECONDS))
    frames = LogMelEncoder(rate, window=window, hop=hop).fit_transform(signals)
    return Data(frames, labels, names, speakers, {"format": "wav", "rate": rate})


def load_nmnist(path: Path, how: Reading) -> Data:
    """Read recordings of an event camera and count their events."""
    from ..encoding import EventBinner, SampleScaler

    options = EVENT_DEFAULTS | how.options if how.like is None else {name: how.like[name] for name in EVENT_DEFAULTS}
    files = files_of(path, ".bin")
    labels: NDArray[Any] | None = None
    if files and how.needs_target:
        raise unlabelled(path)
    if files:
        events, samples = read_events(files, how.progress), [file.name for file in files]
    else:
        events, labels, ids = datasets.read_nmnist(path, how.progress)
        samples = [f"{label}/{number:05d}.bin" for label, number in zip(labels, ids, strict=True)]
    binner = EventBinner(
        (34, 34),
        n_bins=options["bins"],
        bin_width=options["bin_width"],
        downsample=options["downsample"],
        output="counts",
    )
    counts = SampleScaler().fit_transform(binner.fit_transform(events))
    return Data(counts, labels, samples, None, {"format": "nmnist"} | options)


def read_events(files: list[Path], progress: Progress) -> list[NDArray[np.void]]:
    """Read recordings of an event camera, whatever their names."""
    events = []
    with reporter(progress, "reading events", len(files)) as report:
        for done, file in enumerate(files, start=1):
            events.append(datasets.read_nmnist_events(file))
            report(done)
    return events


def files_of(path: Path, suffix: str) -> list[Path]:
    """Return the files of a folder that end so, by name, or the file itself."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix.lower() == suffix and file.is_file())


def reads_labels(how: Reading, named: bool) -> bool:
    """Return whether names of files are to say labels: to learn they must, to predict they play no part."""
    return how.needs_target or (how.like is None and named)


def unlabelled(path: Path) -> ValueError:
    """Return the error for data that does not say what to predict."""
    return ValueError(
        f"{path} must hold what to predict. It has no labels, which {RECORDINGS} and {EVENTS} have in their names."
    )


def numbered(X: Any) -> list[str]:
    """Return the numbers of the samples, from 1."""
    return [str(number) for number in range(1, len(X) + 1)]


def joined(first: Any, second: Any) -> Any:
    """Return samples of both: an array where both are of one shape, else a list."""
    arrays = isinstance(first, np.ndarray) and isinstance(second, np.ndarray)
    if arrays and first.shape[1:] == second.shape[1:]:
        return np.concatenate([first, second])
    return [*first, *second]
