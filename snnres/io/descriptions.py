"""Safe files: written to a temporary name and renamed, read without pickle, refused when damaged or foreign."""

import contextlib
import dataclasses
import json
import os
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
import scipy.sparse as sp
import tomli_w
from numpy.typing import NDArray

from .params import SimulationParams, STDPParams
from .validation import check_array, check_finite, check_int, check_type, check_weights, refuse

PathLike: TypeAlias = str | os.PathLike[str]

TOPOLOGY_PATH = "dati/snn_matrices.npz"
POTENTIALS_PATH = "dati/membrane_potentials.npy"
OUTPUTS_PATH = "dati/output_neurons.npy"

ARRAY_FIELDS = {
    "input_spike_times": ".npy",
    "membrane_potentials": ".npy",
    "output_neurons": ".npy",
    "adjacency_matrix": ".npz",
}
TABLES: dict[str, type[SimulationParams] | type[STDPParams]] = {"simulation": SimulationParams, "stdp": STDPParams}


def with_suffix(path: PathLike, suffix: str) -> Path:
    """Return the path, with ``suffix`` added where it has another or none, as NumPy and SciPy do."""
    if not isinstance(path, (str, os.PathLike)):
        raise refuse("path", "a path", path, TypeError)
    return Path(path) if Path(path).suffix == suffix else Path(f"{os.fspath(path)}{suffix}")


def write_atomically(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Let ``write`` fill a temporary file beside ``path``, then rename it: readers see the old file or the new one.

    Missing folders are made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        # A temporary file is private to its owner; the result gets what an ordinary new file has.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def reading(path: PathLike, what: str) -> Iterator[None]:
    """Turn whatever goes wrong inside a damaged or foreign file into a ValueError that names it."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} must be {what}. {error}") from error
    except Exception as error:
        # A damaged file makes zipfile, NumPy's header parser, json and PCG64 raise a dozen different errors.
        raise ValueError(f"{path} must be {what}. It is damaged or of another format: {error}") from error


def write_archive(path: PathLike, header: dict[str, Any], arrays: dict[str, Any]) -> None:
    """Write a header, as JSON, and arrays to one ``.npz`` file."""
    text = np.array(json.dumps(header, default=lambda value: value.item()))
    write_atomically(with_suffix(path, ".npz"), lambda file: np.savez_compressed(file, header=text, **arrays))


def read_archive(path: Path, known: str, version: int) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return header and arrays of a file of :func:`write_archive`, refusing another format and a newer version."""
    # Opened here, since NumPy leaves a damaged file open.
    with open(path, "rb") as file:
        archive = np.load(file, allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise ValueError("It is damaged or of another format: not an .npz archive.")
        with archive:
            text = archive["header"] if "header" in archive.files else None
            if text is None or text.dtype.kind != "U" or text.ndim != 0:
                raise ValueError("It is of another format: no header.")
            header = json.loads(str(text))
            if not isinstance(header, dict) or header.get("format") != known:
                raise ValueError("It is of another format.")
            if check_int("version", header.get("version"), 1) > version:
                raise ValueError(
                    f"Its version is {header['version']}, this snnres reads up to {version}: "
                    "it was written by a newer one."
                )
            return header, {name: archive[name] for name in archive.files if name != "header"}


def save_array(path: PathLike, array: NDArray[Any]) -> None:
    """Write one array in NumPy's ``.npy`` format."""
    write_atomically(with_suffix(path, ".npy"), lambda file: np.save(file, array, allow_pickle=False))


def load_array(path: PathLike) -> NDArray[Any]:
    """Read one array in NumPy's ``.npy`` format, never unpickling."""
    path = with_suffix(path, ".npy")
    with reading(path, "a NumPy .npy file of one array without Python objects"), open(path, "rb") as file:
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))


def save_topology(filename: PathLike, weights: sp.csr_matrix) -> None:
    """Write weights in SciPy's ``.npz`` format, which ``scipy.sparse.load_npz`` and snn-reservoir-py read."""
    write_atomically(with_suffix(filename, ".npz"), lambda file: sp.save_npz(file, weights))


def load_topology(filename: PathLike = TOPOLOGY_PATH) -> sp.csr_matrix:
    """Read a square weight matrix in SciPy's ``.npz`` format.

    Parameters
    ----------
    filename : path, default "dati/snn_matrices.npz"
        As written by ``SNN.save_topology``, ``scipy.sparse.save_npz`` or snn-reservoir-py.

    Returns
    -------
    scipy.sparse.csr_matrix of float32

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, foreign, not square, or holds duplicates or what is not finite.
    """
    path = with_suffix(filename, ".npz")
    # Opened here, since NumPy leaves a damaged file open.
    with reading(path, "a sparse weight matrix in SciPy's .npz format"), open(path, "rb") as file:
        return check_weights("matrix", sp.load_npz(file))


def load_membrane_potentials(filename: PathLike = POTENTIALS_PATH) -> NDArray[np.float32]:
    """Read potentials from a ``.npy`` file: float, finite, 1-D.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or it is damaged or holds something else.
    """
    array = load_array(filename)
    with reading(filename, "a .npy file of finite potentials"):
        check_array("potentials", array, 1)
        if array.dtype.kind != "f":
            raise TypeError(f"potentials must hold floats. Got an array of dtype {array.dtype} instead.")
        check_finite("potentials", array)
    return array.astype(np.float32)


def load_output_neurons(filename: PathLike = OUTPUTS_PATH) -> NDArray[np.int64]:
    """Read indices of output neurons from a ``.npy`` file: integer, 1-D, >= 0, distinct.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or it is damaged or holds something else.
    """
    array = load_array(filename)
    with reading(filename, "a .npy file of distinct neuron indices"):
        check_array("indices", array, 1)
        if array.dtype.kind not in "iu":
            raise TypeError(f"indices must hold integers. Got an array of dtype {array.dtype} instead.")
        if (array < 0).any() or len(np.unique(array)) < len(array):
            raise ValueError("indices must be distinct and >= 0.")
    return array.astype(np.int64)


def save_params(path: PathLike, simulation_params: SimulationParams, stdp_params: STDPParams | None = None) -> None:
    """Describe a run by a file: JSON or TOML by its suffix.

    The table ``simulation`` holds the scalars and the integer seed of ``simulation_params``, ``stdp`` those of
    ``stdp_params``; what is None is left out. Arrays go to files of their own beside it, named
    ``<stem>.<field>.npy`` (``.npz`` for the matrix), and are named by their relative path.

    Parameters
    ----------
    path : path
        Ends in ``.json`` or ``.toml``.
    simulation_params : SimulationParams
        With a seed that is None or an integer.
    stdp_params : STDPParams, optional
        Plasticity.

    Raises
    ------
    TypeError
        If the seed is an object: it has no place in a file.
    ValueError
        If the suffix is another.

    See Also
    --------
    load_params : the inverse.
    """
    check_type("simulation_params", simulation_params, SimulationParams)
    if stdp_params is not None:
        check_type("stdp_params", stdp_params, STDPParams)
    target = checked_suffix(path)
    tables = {"simulation": simulation_table(target, simulation_params)}
    if stdp_params is not None:
        tables["stdp"] = {name: plain(name, value) for name, value in present(stdp_params)}
    text = json.dumps(tables, indent=2) + "\n" if target.suffix == ".json" else tomli_w.dumps(tables)
    write_atomically(target, lambda file: file.write(text.encode()))


def load_params(path: PathLike) -> tuple[SimulationParams, STDPParams | None]:
    """Read what :func:`save_params` or a person wrote.

    Returns
    -------
    simulation_params : SimulationParams
    stdp_params : STDPParams or None
        None where the file has no table ``stdp``.

    Raises
    ------
    FileNotFoundError
        If the file or an array that it names is missing.
    ValueError
        If it does not parse, names an unknown table or parameter, or holds values that the parameters refuse.
    """
    source = checked_suffix(path)
    with reading(source, "a description of a run in JSON or TOML"):
        text = source.read_text(encoding="utf-8")
        toml = source.suffix == ".toml"
        tables = tomllib.loads(text) if toml else json.loads(text, object_pairs_hook=without_repeats)
        check_tables(tables)
        values = {name: read_value(source, name, value) for name, value in tables["simulation"].items()}
        simulation = SimulationParams(**values)
        return simulation, STDPParams(**tables["stdp"]) if "stdp" in tables else None


def checked_suffix(path: PathLike) -> Path:
    """Return the path if it says JSON or TOML."""
    if not isinstance(path, (str, os.PathLike)) or Path(path).suffix not in (".json", ".toml"):
        raise refuse("path", "a path that ends in .json or .toml", path)
    return Path(path)


def present(params: SimulationParams | STDPParams) -> Iterator[tuple[str, Any]]:
    """Yield the name and value of each parameter that is not None."""
    for field in dataclasses.fields(params):
        value = getattr(params, field.name)
        if value is not None:
            yield field.name, value


def plain(name: str, value: Any) -> Any:
    """Return a scalar as Python's own, for a text file."""
    if isinstance(value, np.generic):
        value = value.item()
    if not isinstance(value, (bool, int, float, str)):
        raise refuse(name, "None, a number, a text or an integer seed to stand in a file", value, TypeError)
    return value


def simulation_table(target: Path, params: SimulationParams) -> dict[str, Any]:
    """Return the scalars of the parameters and the names of their arrays, which are written beside ``target``."""
    values = dict(present(params))
    arrays = {name: values.pop(name) for name in ARRAY_FIELDS if name in values}
    table = {name: plain(name, value) for name, value in values.items()}
    if arrays["input_spike_times"].shape == (0, 0):
        del arrays["input_spike_times"]
    for name, array in arrays.items():
        beside = target.with_name(f"{target.stem}.{name}{ARRAY_FIELDS[name]}")
        if name == "adjacency_matrix":
            save_topology(beside, array)
        else:
            save_array(beside, np.asarray(array))
        table[name] = beside.name
    return table


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object as a dict, refusing a key that stands twice."""
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("No key may stand twice in an object.")
    return values


def check_tables(tables: Any) -> None:
    """Refuse tables and parameters that do not exist."""
    if not isinstance(tables, dict) or "simulation" not in tables:
        raise ValueError("It must have a table 'simulation'.")
    for table, values in tables.items():
        if table not in TABLES or not isinstance(values, dict):
            raise ValueError(f"Its tables must be 'simulation' and 'stdp'. Got {table!r} instead.")
        known = {field.name for field in dataclasses.fields(TABLES[table])}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no parameter of table {table!r}.")


def read_value(source: Path, name: str, value: Any) -> Any:
    """Return a parameter of a file: the array that it names, or the value itself."""
    if name not in ARRAY_FIELDS:
        return value
    if not isinstance(value, str):
        raise refuse(name, "the path of a file", value)
    array_path = source.parent / value
    return load_topology(array_path) if name == "adjacency_matrix" else load_array(array_path)
