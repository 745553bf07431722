"""Recordings on disk, longer than memory: a Zarr store that is written as a run goes on and read window by window."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..io import PathLike
from ..validation import check_int, refuse
from .spikes import Recording
from .variables import NOTHING_MONITORED, StateVariables

FORMAT, VERSION = "snnres recording", 1
# Bytes of a chunk, uncompressed: what is written at a time, and read.
CHUNK_BYTES = 2**22
ENDS, NEURONS, MONITORED, VARIABLES = "ends", "neurons", "monitored", "variables"


def zarr_library() -> Any:
    """Return zarr, or say what it takes to have it."""
    try:
        import zarr
    except ImportError:
        raise ImportError('recordings on disk need zarr: pip install "snnres[disk]"') from None
    return zarr


class Column:
    """An array of a store that grows, in whole chunks alone: what does not fill one waits in memory.

    So a chunk is written once, and whatever ends the process, those that were written are whole.
    """

    def __init__(self, array: Any) -> None:
        self.array = array
        self.rows = int(array.chunks[0])
        self.written = 0
        self.waiting: list[NDArray[Any]] = []

    @property
    def length(self) -> int:
        """Rows that were put here."""
        return self.written + sum(map(len, self.waiting))

    @property
    def tail(self) -> NDArray[Any]:
        """Rows that wait."""
        empty = np.zeros((0, *self.array.shape[1:]), dtype=self.array.dtype)
        return np.concatenate([empty, *self.waiting])

    def put(self, start: int, values: NDArray[Any]) -> None:
        """Take over the rows from ``start`` on; those that are here already are left as they are."""
        new = values[self.length - start :]
        if len(new):
            self.waiting.append(np.array(new, dtype=self.array.dtype))
        if self.length - self.written >= self.rows:
            tail = self.tail
            self._write(tail, len(tail) // self.rows * self.rows)

    def _write(self, tail: NDArray[Any], n_rows: int) -> None:
        stop = self.written + n_rows
        self.array.resize((stop, *self.array.shape[1:]))
        self.array[self.written : stop] = tail[:n_rows]
        # At once: an interrupt before it lets the same rows be written again.
        self.written, self.waiting = stop, [tail[n_rows:].copy()]

    def check(self, written: int, tail: NDArray[Any]) -> None:
        """Refuse to go on from rows that are not there."""
        if written % self.rows or written > self.array.shape[0] or tail.shape[1:] != self.array.shape[1:]:
            raise ValueError(f"{self.array.path!r} must have {written} rows. Got shape {self.array.shape} instead.")

    def go_on_from(self, written: int, tail: NDArray[Any]) -> None:
        """Be as it was when so many rows were written and these waited."""
        self.written, self.waiting = written, [tail]

    def close(self) -> None:
        """Write what waits and cut off what is beyond it."""
        tail = self.tail
        self._write(tail, len(tail))


class Tape:
    """A store that is being written.

    Parameters
    ----------
    group : zarr.Group
    path : pathlib.Path
        Where it is.
    """

    def __init__(self, group: Any, path: Path) -> None:
        self.group, self.path = group, path
        # A chunk that is missing would be read as zeros; so that none is, those of zeros are written as well.
        with zarr_library().config.set({"array.write_empty_chunks": True}):
            self.ends, self.neurons = Column(group[ENDS]), Column(group[NEURONS])
            self.samples = {str(name): Column(array) for name, array in sorted(group[VARIABLES].arrays())}

    @classmethod
    def new(
        cls,
        path: Path,
        run: str | None,
        n_neurons: int,
        stride: int,
        monitored: NDArray[np.int64],
        dtypes: Mapping[str, Any],
    ) -> Tape:
        """Make a store, at one stroke, of a run that has a name if it may be taken up again."""
        zarr = zarr_library()
        check_new(path, run)
        unfinished = path.with_name(f".snnres-{path.name}")
        for leftover in (unfinished, path):
            shutil.rmtree(leftover, ignore_errors=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        group = zarr.create_group(unfinished)
        group.attrs.update(
            {"format": FORMAT, "version": VERSION, "run": run, "n_neurons": n_neurons, "stride": stride}
            | {"finished": False}
        )
        new_array(group, ENDS, (), np.int64)
        new_array(group, NEURONS, (), np.uint32)
        places = new_array(group, MONITORED, (), np.int64)
        places.resize((len(monitored),))
        places[:] = monitored
        samples = group.create_group(VARIABLES)
        for name, dtype in dtypes.items():
            new_array(samples, name, (len(monitored),), dtype)
        os.rename(unfinished, path)
        return cls(zarr.open_group(path, mode="r+"), path)

    @classmethod
    def again(cls, path: Path, run: str) -> Tape:
        """Open the store of a run that is taken up."""
        group = opened(path, "r+")
        if group.attrs["run"] != run:
            raise ValueError(f"{path} must be the recording of this run. Got that of another instead.")
        try:
            return cls(group, path)
        except Exception as error:
            raise ValueError(f"{path} must be the recording of this run. It is damaged: {error}") from error

    @property
    def columns(self) -> dict[str, Column]:
        """All columns by name."""
        return {ENDS: self.ends, NEURONS: self.neurons} | {f"{VARIABLES}/{k}": c for k, c in self.samples.items()}

    def close(self) -> None:
        """Write what waits; from now on the store can be read."""
        for column in self.columns.values():
            column.close()
        self.group.attrs["finished"] = True

    def reopen(self) -> None:
        """Say that more is to come."""
        self.group.attrs["finished"] = False


def new_array(group: Any, name: str, shape: tuple[int, ...], dtype: Any) -> Any:
    """Return a new array without rows, compressed, each chunk with a checksum."""
    from zarr.codecs import BloscCodec, Crc32cCodec

    row_bytes = max(1, int(np.prod(shape)) * np.dtype(dtype).itemsize)
    return group.create_array(
        name,
        shape=(0, *shape),
        chunks=(max(1, CHUNK_BYTES // row_bytes), *(max(1, size) for size in shape)),
        dtype=dtype,
        compressors=[BloscCodec(cname="zstd", clevel=1, shuffle="shuffle"), Crc32cCodec()],
    )


def check_new(path: Path, run: str | None) -> None:
    """Refuse a path where anything is but a beginning of this very run."""
    if not path.exists():
        return
    if run is not None and path.is_dir():
        group = opened(path, "r")
        if group.attrs["run"] == run:
            return
    raise refuse("path", "that of a new folder", str(path))


def opened(path: Path, mode: str) -> Any:
    """Return the group of a store, refusing what is missing, damaged, of another format or newer."""
    zarr = zarr_library()
    if not path.exists():
        raise FileNotFoundError(f"{path} must be a recording on disk. There is no such folder.")
    try:
        group = zarr.open_group(path, mode=mode)
        attributes = dict(group.attrs)
    except Exception as error:
        raise ValueError(f"{path} must be a recording on disk. It is damaged or of another format: {error}") from error
    if attributes.get("format") != FORMAT:
        raise ValueError(f"{path} must be a recording on disk. It is of another format.")
    version = attributes.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise ValueError(
            f"{path} must be a recording on disk. Its version is {version}, this snnres reads up to {VERSION}: it was "
            "written by a newer one."
        )
    return group


class StoredRecording:
    """The recording of a run on disk, of which windows are read into memory.

    Parameters
    ----------
    path : path
        The folder that :meth:`snnres.SNN.simulate_to_disk` wrote.

    Attributes
    ----------
    n_steps, n_neurons, n_spikes : int
        Steps recorded, neurons of the network, spikes of all of them.
    variables : tuple of str
        Names of what a monitor took down.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    ImportError
        Without zarr: ``pip install "snnres[disk]"``.
    ValueError
        If it is damaged, of another or a newer format, or not finished: its run was killed.

    Notes
    -----
    The folder is a Zarr store (version 3 of the format). ``ends`` (n_steps,) is the number of spikes to the end of each
    step, ``neurons`` (n_spikes,) who fired, step by step; ``variables/<name>`` (n_samples, n_monitored) are samples of
    the neurons ``monitored``, the first after ``stride`` steps. Any other program that knows Zarr reads it.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from snnres import SNN, SimulationParams
    >>> snn = SNN(SimulationParams(
    ...     num_neurons=100, num_output_neurons=5, mean_weight=0.1, small_world_graph_k=10, duration=300, seed=0,
    ...     small_world_graph_p=0.2, membrane_threshold=1.0, leak_coefficient=0.01, refractory_period=2))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     stored = snn.simulate_to_disk(pathlib.Path(folder, "run.zarr"))
    ...     print(stored.n_steps, stored.window(0, 100).n_steps)
    ...     print([window.n_steps for window in stored.windows(120)])
    300 100
    [120, 120, 60]
    """

    def __init__(self, path: PathLike) -> None:
        self.path = Path(path)
        self._group = opened(self.path, "r")
        if not self._group.attrs.get("finished"):
            raise ValueError(
                f"{path} must be finished. Its run was killed, or is still at work: start it again, with its "
                "checkpoint if it had one."
            )
        try:
            self._ends, self._neurons = self._group[ENDS], self._group[NEURONS]
            self._samples = dict(sorted(self._group[VARIABLES].arrays()))
            self.n_neurons = check_int("n_neurons", self._group.attrs["n_neurons"], 0)
            self._stride = check_int("stride", self._group.attrs["stride"], 1)
            self._monitored = np.asarray(self._group[MONITORED][:])
            self._check()
        except Exception as error:
            raise self._damaged(error) from error

    def _check(self) -> None:
        """Refuse arrays that do not belong together, or of which chunks are missing."""
        for array in (self._ends, self._neurons, *self._samples.values()):
            if array.nchunks_initialized != array.nchunks:
                raise ValueError(f"{array.path} lacks chunks")
        if self._end(self.n_steps) != self.n_spikes:
            raise ValueError("spikes are missing")
        if any(array.shape[0] != self.n_steps // self._stride for array in self._samples.values()):
            raise ValueError("samples are missing")

    def _damaged(self, error: Exception) -> ValueError:
        return ValueError(f"{self.path} must be a recording on disk. It is damaged: {error}")

    def __repr__(self) -> str:
        """Return one line."""
        return (
            f"<StoredRecording: {self.n_steps} steps, {self.n_neurons} neurons, {self.n_spikes} spikes, "
            f"{str(self.path)!r}>"
        )

    @property
    def n_steps(self) -> int:
        """Steps recorded."""
        return int(self._ends.shape[0])

    @property
    def n_spikes(self) -> int:
        """Spikes of all neurons."""
        return int(self._neurons.shape[0])

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of what a monitor took down."""
        return tuple(self._samples)

    def _end(self, step: int) -> int:
        """Return the number of spikes before a step."""
        return int(self._ends[step - 1]) if step else 0

    def window(self, start: int, stop: int) -> Recording:
        """Read the steps [start, stop) as a recording whose times count from 0.

        Raises
        ------
        TypeError, ValueError
            If they are not steps of the recording, in this order, or what is read is damaged.
        """
        start = check_int("start", start, 0, self.n_steps)
        stop = check_int("stop", stop, start, self.n_steps)
        try:
            first = self._end(start)
            offsets = np.append(0, np.asarray(self._ends[start:stop]) - first)
            neurons = np.asarray(self._neurons[first : first + int(offsets[-1])])
            wrong = (np.diff(offsets) < 0).any() or len(neurons) != offsets[-1]
            if wrong or neurons.max(initial=0) >= max(self.n_neurons, 1):
                raise ValueError("spikes and steps do not belong together")
            variables = self._window_of_variables(start, stop)
        except Exception as error:
            raise self._damaged(error) from error
        return Recording.trusted(offsets, neurons, self.n_neurons, variables)

    def _window_of_variables(self, start: int, stop: int) -> StateVariables:
        if not self._samples:
            return NOTHING_MONITORED
        first, last = start // self._stride, stop // self._stride
        steps = np.arange(first + 1, last + 1) * self._stride - 1 - start
        samples = {name: np.asarray(array[first:last]) for name, array in self._samples.items()}
        return StateVariables.trusted(steps, self._monitored, samples)

    def windows(self, n_steps: int) -> Iterator[Recording]:
        """Yield one window after the other, each of so many steps; the last has what is left."""
        n_steps = check_int("n_steps", n_steps, 1)
        for start in range(0, self.n_steps, n_steps):
            yield self.window(start, min(start + n_steps, self.n_steps))

    def counts(self) -> NDArray[np.int64]:
        """Return the number of spikes of each neuron, (n_neurons,), read chunk by chunk."""
        found = np.zeros(self.n_neurons, dtype=np.int64)
        rows = CHUNK_BYTES
        for start in range(0, self.n_spikes, rows):
            try:
                found += np.bincount(self._neurons[start : start + rows], minlength=self.n_neurons)
            except Exception as error:
                raise self._damaged(error) from error
        return found
