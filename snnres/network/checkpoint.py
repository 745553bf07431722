"""Checkpoints: a folder with all that a run needs to go on, bit for bit, after whatever has killed it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from .. import io
from ..kernels.cache import source_stamp
from ..kernels.model import Drive, State
from ..validation import check_int, refuse
from .arrays import copied, named_arrays
from .files import check_places
from .network import Network

FORMAT, VERSION = "snnres checkpoint", 1
HEAD = "checkpoint.npz"
OURS = re.compile(r"checkpoint\.npz|recording-\d{6}\.npz|\.snnres-[0-9a-f]{24}")
# Where nobody says how often: seconds between two checkpoints, and how many times as long as writing one took.
REST, SHARE = 10.0, 50

ArrayDict = dict[str, NDArray[Any]]


class Identity(NamedTuple):
    """What makes a run the very same, as digests: the network with its input, the call, the kernels."""

    network: str
    call: str
    kernels: str

    @classmethod
    def of(
        cls,
        contents: tuple[Mapping[str, Any], Mapping[str, NDArray[Any]]],
        call: tuple[Mapping[str, Any], Mapping[str, NDArray[Any]]],
        *parts: Any,
    ) -> Self:
        """Return the identity of what a network's file would hold, of arguments, and of the parts' kernels."""
        modules = {name for part in parts for name in modules_in(part)} - {"__main__"}
        return cls(io.digest(*contents), io.digest(*call), source_stamp(tuple(sorted(modules))) or "")

    def check(self, found: Any) -> None:
        """Refuse the identity of a file if it is another."""
        if not isinstance(found, list) or len(found) != len(self):
            raise ValueError("It does not say of which run it is.")
        network, call, kernels = (mine == theirs for mine, theirs in zip(self, found, strict=True))
        if not (network and call):
            which = "The arguments differ" if network else "The network or its input differs"
            raise ValueError(
                f"It is that of another run. {which} (without a seed, every network is another). Give each run a "
                "folder of its own, or remove this one to begin anew."
            )
        if not kernels:
            raise ValueError(
                "It was written with other kernels: another snnres or numba, or a part whose source has changed since, "
                "so that the same bits cannot be promised. Remove the folder to begin anew."
            )


def modules_in(part: Any) -> Iterator[str]:
    """Yield the modules of all named tuples in a part, at any depth."""
    if isinstance(part, tuple):
        if hasattr(part, "_fields"):
            yield type(part).__module__
        for value in part:
            yield from modules_in(value)


class Checkpoint:
    """A folder of one run: its head, replaced as a whole, and files that the head names and that never change.

    Parameters
    ----------
    path : path
        The folder; made if it is not there.
    every : int or None
        Units of work from one checkpoint to the next; None for as many as make the writing a small part of the work.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described, or the folder holds anything else.
    """

    def __init__(self, path: io.PathLike, every: int | None) -> None:
        self.folder = io.as_path(path, "checkpoint")
        self.every = None if every is None else check_int("every", every, 1)
        if self.folder.exists():
            if not self.folder.is_dir():
                raise refuse("checkpoint", "a folder of its own, or a new one", str(path))
            strangers = sorted(file.name for file in self.folder.iterdir() if not OURS.fullmatch(file.name))
            if strangers:
                raise ValueError(
                    f"checkpoint must be a folder of its own, or a new one. Got {path}, which holds {strangers[0]!r}."
                )
        self.identity: Identity | None = None
        self.cost = 0.0
        self.latest = time.monotonic()

    @contextmanager
    def taken_by(self, identity: Identity) -> Iterator[None]:
        """Make the folder, and keep other processes out of it."""
        self.identity = identity
        self.folder.mkdir(parents=True, exist_ok=True)
        with io.sole_user(self.folder):
            self.latest = time.monotonic()
            yield

    def read(self, name: str = HEAD) -> tuple[dict[str, Any], ArrayDict]:
        """Return header and arrays of a file, refusing one that is damaged or not of this run."""
        assert self.identity is not None
        what = "of the checkpoint of this run"
        with (
            io.reading(self.folder / name, what) as source,
            io.read_archive(source, FORMAT, VERSION) as (header, arrays),
        ):
            self.identity.check(header.get("run"))
            return header, dict(arrays)

    @property
    def begun(self) -> bool:
        """Whether there is anything from which to go on."""
        return (self.folder / HEAD).exists()

    def write(self, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], name: str = HEAD) -> None:
        """Write a file at one stroke."""
        began = time.monotonic()
        whole = {"format": FORMAT, "version": VERSION, "run": self.identity} | dict(header)
        io.write_archive(self.folder / name, whole, dict(arrays), compress=False)
        self.latest = time.monotonic()
        self.cost = self.latest - began

    def rested(self) -> bool:
        """Return whether it is time for another, where nobody said how often."""
        return self.every is None and time.monotonic() - self.latest > max(REST, SHARE * self.cost)

    def due(self, done: int) -> bool:
        """Return whether so much work ends with a checkpoint."""
        return self.rested() if self.every is None else done % self.every == 0


def check_every(checkpoint: Any, every: Any) -> None:
    """Refuse an interval between checkpoints where there are none."""
    if checkpoint is None and every is not None:
        raise refuse("every", "None without a checkpoint", every)


def changing(network: Network, drive: Drive) -> ArrayDict:
    """Return the arrays that a run changes in place, beside those of the state."""
    found: ArrayDict = {"weights": network.synapses.matrix.data} if network.active_rules else {}
    if drive.currents is not None:
        # Mixed where a column begins, which may last for many steps.
        found["current"] = drive.currents.current
    return found


def moment_arrays(network: Network, state: State, drive: Drive) -> ArrayDict:
    """Return all arrays from which a run goes on."""
    return named_arrays(state, "state") | changing(network, drive)


class Moment(NamedTuple):
    """What was read of a moment: the state, and values for the arrays of :func:`changing`."""

    state: State
    values: ArrayDict

    @classmethod
    def found_in(cls, arrays: Mapping[str, NDArray[Any]], network: Network, state: State, drive: Drive) -> Self:
        """Return the moment of a file, checked against the network, state and drive that it must fit."""
        found: State = copied(state, arrays, "state")
        check_places(found, network)
        return cls(found, {name: copied(array, arrays, name) for name, array in changing(network, drive).items()})

    def put_back(self, network: Network, drive: Drive) -> None:
        """Copy the values into network and drive."""
        for name, array in changing(network, drive).items():
            np.copyto(array, self.values[name])
