"""Descriptions of a run: its parameters as a text, beside it their arrays."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import re
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
import tomli_w

from ..params import SimulationParams
from ..parts import Cell, Delays, Graph, LearningRule, Part, Plasticity, STDPParams
from ..parts.base import from_plain, plain_value
from ..parts.delays import check_delays
from ..parts.elements import ELEMENTS
from ..parts.plasticity import Rules, plasticities
from ..parts.tables import apart
from ..parts.values import Values
from ..validation import check_matrix, check_type, refuse
from .archives import load_array, save_array
from .interchange import load_matrix, load_topology, write_matrix
from .paths import PathLike, as_path, reading, with_suffix
from .writing import folder_lock, write_atomically

ARRAY_FIELDS = (
    "input_spike_times",
    "membrane_potentials",
    "output_neurons",
    "adjacency_matrix",
    "delays",
    "neuron_signs",
)
PARTS: dict[str, Any] = {"cell": Cell, "delays": Delays, "graph": Graph, **ELEMENTS}
TABLES = ("simulation", *PARTS, "stdp", "plasticity")
# In bytes: a longer name would leave no room for what is added to it.
LONGEST_STEM = 200
# In bytes: no description is longer, as its arrays are elsewhere.
LONGEST_DESCRIPTION = 2**20


def save_params(path: PathLike, simulation_params: SimulationParams, stdp_params: Rules = None) -> None:
    """Describe a run by a file: JSON or TOML by its suffix.

    The table ``simulation`` holds the scalars and the integer seed of ``simulation_params``, ``stdp`` those of a rule
    that is given by itself; what is None is left out. Each part has a table with its ``kind`` and the ``module`` that a
    program must import to load it: ``cell``, ``noise`` and the like under its parameter's name, a rule of your own in
    ``stdp``; several rules, and a :class:`snnres.parts.Plasticity`, are a list of tables, ``plasticity``. A
    distribution in the place of a number is such a table in ``simulation``.

    Arrays go to files of their own beside it, named
    ``<stem>.<field>.<16 digits of a hash of the content>.npy`` (``.npz`` for the matrix), and are named by their
    relative path. They are written first and the text last, so that whatever ends the run leaves the old description
    or the new one, whole. Arrays of such names that no description in the folder names any longer are then removed.

    Parameters
    ----------
    path : path
        Ends in ``.json`` or ``.toml``.
    simulation_params : SimulationParams
        With a seed that is None or an integer.
    stdp_params : STDPParams, another LearningRule, Plasticity, or a sequence of them, optional
        Plasticity.

    Raises
    ------
    TypeError
        If the seed, or a parameter of a part, is an object that has no place in a file.
    ValueError
        If the suffix is another, or an array of the parameters has been changed to what they refuse.

    See Also
    --------
    load_params : the inverse.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from snnres import SimulationParams, load_params, save_params
    >>> params = SimulationParams(
    ...     num_neurons=100, num_output_neurons=10, mean_weight=0.1, small_world_graph_k=10, small_world_graph_p=0.2,
    ...     membrane_threshold=1.0, leak_coefficient=0.01, refractory_period=2, seed=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "run.toml")
    ...     save_params(path, params)
    ...     again, plasticity = load_params(path)
    >>> again.num_neurons, plasticity
    (100, None)
    """
    check_type("simulation_params", simulation_params, SimulationParams)
    rules = plasticities("stdp_params", stdp_params)
    target = checked_suffix(path)
    with warnings.catch_warnings():
        # Parameters without effect were warned of when they were given.
        warnings.simplefilter("ignore", UserWarning)
        # Their arrays are the user's own and may have been changed since they were checked.
        dataclasses.replace(simulation_params)
    scalars, arrays = simulation_table(simulation_params)
    tables: dict[str, Any] = {"simulation": scalars}
    for name in PARTS:
        part = getattr(simulation_params, name)
        if isinstance(part, Part):
            tables[name] = part.table()
    if isinstance(stdp_params, LearningRule):
        tables["stdp"] = stdp_params.table()
        if type(stdp_params) is STDPParams:
            # The reference's rule is what this table means where it says nothing else.
            del tables["stdp"]["kind"], tables["stdp"]["module"]
    elif rules:
        tables["plasticity"] = [plasticity.table() for plasticity in rules]
    tables, of_parts = apart(tables)
    arrays |= of_parts
    names = {name: array_name(target, name, array) for name, array in arrays.items()}
    tables = with_names(tables, names)
    tables["simulation"] |= {name: file for name, file in names.items() if name not in of_parts}
    text = json.dumps(tables, indent=2) + "\n" if target.suffix == ".json" else tomli_w.dumps(tables)
    target.parent.mkdir(parents=True, exist_ok=True)
    with folder_lock(target.parent) as alone:
        try:
            for name, array in arrays.items():
                save = write_matrix if sp.issparse(array) else save_array
                save(target.with_name(names[name]), array, target)
            write_atomically(target, lambda file: file.write(text.encode()))
        finally:
            if alone:
                remove_unnamed(target)


def load_params(path: PathLike) -> tuple[SimulationParams, LearningRule | tuple[Plasticity, ...] | None]:
    """Read what :func:`save_params` or a person wrote.

    Returns
    -------
    simulation_params : SimulationParams
    stdp_params : STDPParams, another LearningRule, a tuple of Plasticity, or None
        None where the file has neither a table ``stdp`` nor a list ``plasticity``.

    Raises
    ------
    FileNotFoundError
        If the file or an array that it names is missing.
    ValueError
        If it does not parse, names an unknown table or parameter, or holds values that the parameters refuse.

    See Also
    --------
    save_params : the inverse, with an example.
    """
    target = checked_suffix(path)
    with folder_lock(target.parent, shared=True), reading(target, "a description of a run in JSON or TOML") as source:
        text = source.read_text(encoding="utf-8")
        toml = source.suffix == ".toml"
        tables = tomllib.loads(text) if toml else json.loads(text, object_pairs_hook=without_repeats)
        check_tables(tables)
        values = {name: read_value(source, name, value) for name, value in tables["simulation"].items()}
        for name, kind in PARTS.items():
            if name in tables:
                if name in values:
                    raise ValueError(f"Its {name} must stand in table 'simulation' or have a table, not both.")
                values[name] = kind.from_table(with_arrays(source, tables[name]))
        return SimulationParams(**values), read_rules(source, tables)


def checked_suffix(path: PathLike) -> Path:
    """Return the path if it says JSON or TOML."""
    named = as_path(path)
    if named.suffix not in (".json", ".toml"):
        raise refuse("path", "a path that ends in .json or .toml", path)
    return named


def present(params: SimulationParams) -> Iterator[tuple[str, Any]]:
    """Yield the name and value of each parameter that is not None."""
    for field in dataclasses.fields(params):
        value = getattr(params, field.name)
        if value is not None:
            yield field.name, value


def plain(name: str, value: Any) -> Any:
    """Return a scalar as Python's own, for a text file."""
    if isinstance(value, np.generic):
        # Of a field without effect, which is not checked.
        value = value.item()
    if isinstance(value, (Part, Values)):
        return plain_value(name, value)
    if not isinstance(value, (bool, int, float, str)):
        raise refuse(name, "None, a number, a text or an integer seed to stand in a file", value, TypeError)
    return value


def simulation_table(params: SimulationParams) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the scalars of the parameters, and their arrays, as they go to files."""
    values = {name: value for name, value in present(params) if not (name in PARTS and isinstance(value, Part))}
    if "delays" in values:
        n_neurons = params.num_neurons or check_matrix("adjacency_matrix", params.adjacency_matrix).shape[0]
        values["delays"] = check_delays("delays", params.delays, n_neurons)
    if params.adjacency_matrix is not None:
        values["adjacency_matrix"] = check_matrix("adjacency_matrix", params.adjacency_matrix)
    # Delays may be a single number.
    named = [name for name in ARRAY_FIELDS if name in values and not isinstance(values[name], int)]
    arrays = {name: values.pop(name) for name in named}
    scalars = {name: plain(name, value) for name, value in values.items()}
    arrays = {name: array if sp.issparse(array) else np.asarray(array) for name, array in arrays.items()}
    if arrays["input_spike_times"].shape == (0, 0):
        del arrays["input_spike_times"]
    return scalars, arrays


def array_name(target: Path, field: str, array: Any) -> str:
    """Return the name of an array's file, which tells its content from any other."""
    content = hashlib.sha256()
    matrix = sp.issparse(array)
    for part in (array.data, array.indices, array.indptr) if matrix else (array,):
        content.update(f"{part.dtype.str}{part.shape}".encode())
        content.update(np.ascontiguousarray(part).data)
    return f"{beginning(target)}.{field}.{content.hexdigest()[:16]}{'.npz' if matrix else '.npy'}"


def beginning(target: Path) -> str:
    """Return what the names of the arrays' files begin with: the stem, or its hash where it is very long."""
    stem = os.fsencode(target.stem)
    return target.stem if len(stem) <= LONGEST_STEM else hashlib.sha256(stem).hexdigest()[:16]


def remove_unnamed(target: Path) -> None:
    """Remove the arrays of former descriptions, and of saves that were killed, unless another text names them."""
    fields = "|".join(ARRAY_FIELDS)
    ours = re.compile(rf"{re.escape(beginning(target))}(\.(?:{fields}|part(?:\.\w+)+)\.[0-9a-f]{{16}}\.np[yz])")
    # They are sought without the stem, which JSON may have escaped.
    found = {match[1].encode(): file for file in target.parent.iterdir() if (match := ours.fullmatch(file.name))}
    others = (file for file in target.parent.iterdir() if file.suffix in (".json", ".toml") and file != target)
    # What cannot be read may name any of them.
    with contextlib.suppress(OSError):
        for text in (target, *others):
            if found and text.is_file() and text.stat().st_size <= LONGEST_DESCRIPTION:
                content = text.read_bytes()
                found = {ending: file for ending, file in found.items() if ending not in content}
        for file in found.values():
            file.unlink()


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
        if table not in TABLES or not isinstance(values, list if table == "plasticity" else dict):
            raise ValueError(f"Its tables must be of {', '.join(map(repr, TABLES))}. Got {table!r} instead.")
    if "stdp" in tables and "plasticity" in tables:
        raise ValueError("It must have a table 'stdp' or a list 'plasticity', not both.")
    known = {field.name for field in dataclasses.fields(SimulationParams)} - {"cell", "graph", *ELEMENTS}
    unknown = sorted(set(tables["simulation"]) - known)
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no parameter of table 'simulation'.")


def read_rules(source: Path, tables: dict[str, Any]) -> LearningRule | tuple[Plasticity, ...] | None:
    """Return the rules of a file."""
    if "plasticity" in tables:
        return tuple(Plasticity.from_table(with_arrays(source, table)) for table in tables["plasticity"])
    if "stdp" in tables:
        return LearningRule.from_table(with_arrays(source, {"kind": STDPParams.__name__} | tables["stdp"]))
    return None


def with_names(table: Any, names: dict[str, str]) -> Any:
    """Return a table whose arrays are named by their files."""
    if isinstance(table, list):
        return [with_names(value, names) for value in table]
    if not isinstance(table, dict):
        return table
    if set(table) == {"array"}:
        return {"array": names[table["array"]]}
    return {key: with_names(value, names) for key, value in table.items()}


def with_arrays(source: Path, table: Any) -> Any:
    """Return a table with the arrays whose files it names."""
    if isinstance(table, list):
        return [with_arrays(source, value) for value in table]
    if not isinstance(table, dict):
        return table
    if set(table) == {"array"}:
        return load_array(named_file(source, "array", table["array"], ".npy"))
    return {key: with_arrays(source, value) for key, value in table.items()}


def named_file(source: Path, name: str, value: Any, suffix: str) -> Path:
    """Return the path of an array's file that a description names."""
    if not isinstance(value, str) or not value:
        raise refuse(name, "the path of a file", value)
    path = with_suffix(source.parent / value, suffix)
    if not path.exists():
        raise FileNotFoundError(f"{path}, which {source} names as its {name}, must be there. There is no such file.")
    return path


def read_value(source: Path, name: str, value: Any) -> Any:
    """Return a parameter of a file: the array that it names, the part that it describes, or the value itself."""
    if isinstance(value, dict):
        return from_plain(with_arrays(source, value))
    if name not in ARRAY_FIELDS or (name == "delays" and isinstance(value, int)):
        return value
    matrix = name == "adjacency_matrix" or (name == "delays" and str(value).endswith(".npz"))
    array_path = named_file(source, name, value, ".npz" if matrix else ".npy")
    if name == "delays" and matrix:
        return load_matrix(array_path)
    return load_topology(array_path) if matrix else load_array(array_path)
