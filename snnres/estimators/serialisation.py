"""Estimators as plain values and arrays, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
)
from sklearn.preprocessing import LabelBinarizer

from .. import io
from ..encoding import PopulationEncoder
from ..encoding.standardiser import Standardiser
from ..network import SNN
from ..validation import refuse
from .earlier import FORMER_RECORDS, former_parameters, former_part, renamed
from .least_squares import Moments
from .pathways import Pathway
from .readout import SummedRidgeClassifier, SummedRidgeRegressor
from .stepping import SeriesRun

READOUTS = (RidgeClassifierCV, RidgeClassifier, LogisticRegression, RidgeCV, Ridge, LinearRegression)
# What stands inside an estimator and is stored by its parameters and attributes, by name of its class.
PARTS = {kind.__name__: kind for kind in (*READOUTS, SummedRidgeClassifier, SummedRidgeRegressor, PopulationEncoder)}
# Named values, by name of their class.
RECORDS = {kind.__name__: kind for kind in (Standardiser, Moments, Pathway)}
# The parameters once more: a file has only those of which nothing was changed.
REMEMBERED = "_fitted_parameters"
# What only goes on in memory.
UNSTORED = ("_sums", "_n_solved")
# Where ridge classifiers keep their classes: made anew from these, since its content is scikit-learn's own affair.
BINARIZER = "_label_binarizer"
SCALARS = (bool, int, float, str)
ARRAY_KINDS = "biufU"
MATRIX_ARRAYS = ("data", "indices", "indptr")
# Names that NumPy's archives or the header have taken.
RESERVED = ("header", "file")


class Writer:
    """Turns values into what JSON can hold, and collects the arrays that it cannot."""

    def __init__(self) -> None:
        self.arrays: dict[str, NDArray[Any]] = {}

    def value(self, name: str, value: Any) -> Any:
        """Return a value for JSON; ``name`` says where it stands."""
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or type(value) in SCALARS:
            return value
        for kind, write in self._writers():
            if isinstance(value, kind):
                return write(name, value)
        if sp.issparse(value):
            return self.matrix(name, value)
        if isinstance(value, BaseEstimator):
            return self.part(name, value)
        raise refuse(name, "None, a number, a text, an array or a list of such to stand in a file", value, TypeError)

    def _writers(self) -> tuple[tuple[type, Callable[[str, Any], Any]], ...]:
        # From the most special: records are tuples.
        return (
            (np.ndarray, self.array),
            (SNN, self.network),
            (SeriesRun, lambda name, run: {"run": self.fields(name, run.state())}),
            *((kind, self.record) for kind in RECORDS.values()),
            (tuple, lambda name, values: {"tuple": self.entries(name, values)}),
            (list, self.entries),
            (dict, self.pairs),
        )

    def entries(self, name: str, values: Any) -> list[Any]:
        """Return the entries of a sequence."""
        return [self.value(f"{name}[{i}]", value) for i, value in enumerate(values)]

    def pairs(self, name: str, values: dict[Any, Any]) -> Any:
        """Return a dict, whose keys may be numbers."""
        return {"dict": [[self.value(name, key), self.value(f"{name}.{key}", entry)] for key, entry in values.items()]}

    def fields(self, name: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return named values."""
        return {key: self.value(f"{name}.{key}".lstrip("."), value) for key, value in values.items()}

    def record(self, name: str, record: Any) -> dict[str, Any]:
        """Return named values and the name of their class."""
        return {"record": type(record).__name__, "fields": self.fields(name, record._asdict())}

    def array(self, name: str, array: NDArray[Any]) -> dict[str, Any]:
        """Return the name under which an array is kept."""
        text = array.dtype.kind == "O"
        if text and not all(isinstance(entry, str) for entry in array.flat):
            raise TypeError(f"{name} must hold numbers or only texts to stand in a file. Got other objects instead.")
        stored = array.astype(np.str_) if text else array
        if stored.dtype.kind not in ARRAY_KINDS:
            raise TypeError(f"{name} must hold numbers or texts to stand in a file. Got dtype {array.dtype} instead.")
        if text and (stored.astype(object) != array).any():
            raise ValueError(f"{name} must hold texts that do not end in a zero character to stand in a file.")
        # A key of a dict may make a name that is taken.
        while name in self.arrays or name in RESERVED:
            name += "_"
        self.arrays[name] = stored
        return {"array": name, "text": True} if text else {"array": name}

    def matrix(self, name: str, matrix: Any) -> dict[str, Any]:
        """Return the shape and the arrays of a sparse matrix."""
        rows = sp.csr_matrix(matrix)
        parts = {part: self.array(f"{name}.{part}", getattr(rows, part)) for part in MATRIX_ARRAYS}
        return {"matrix": parts, "shape": list(rows.shape)}

    def network(self, name: str, network: SNN) -> dict[str, Any]:
        """Return a network's header, and what the names of its arrays begin with."""
        header, arrays = network.to_arrays()
        self.arrays |= {f"{name}.{key}": array for key, array in arrays.items()}
        return {"network": header, "arrays": name}

    def estimator(self, name: str, estimator: Any) -> dict[str, Any]:
        """Return parameters and attributes of an estimator."""
        parameters = estimator.get_params(deep=False)
        skipped = {*parameters, BINARIZER, REMEMBERED, *UNSTORED}
        attributes = {key: value for key, value in vars(estimator).items() if key not in skipped}
        return {
            "object": type(estimator).__name__,
            "parameters": self.fields(name, parameters),
            "attributes": self.fields(name, attributes),
        }

    def part(self, name: str, part: Any) -> dict[str, Any]:
        """Return a readout or another part, leaving parameters at their defaults out, which differ among versions."""
        kind = type(part)
        if PARTS.get(kind.__name__) is not kind:
            raise TypeError(
                f"{name} must be one of {', '.join(readout.__name__ for readout in READOUTS)} of scikit-learn to be "
                f"saved. Got {kind.__name__} instead: save such an estimator with skops, or with pickle if whoever "
                "loads the file trusts you."
            )
        content = self.estimator(name, part)
        if hasattr(part, "classes_") and "classes_" not in content["attributes"]:
            # An attribute in some versions of scikit-learn, a property in others.
            content["attributes"]["classes_"] = self.value(f"{name}.classes_", part.classes_)
        defaults = kind().get_params(deep=False)
        given = part.get_params(deep=False)
        content["parameters"] = {
            key: value for key, value in content["parameters"].items() if not same(given[key], defaults[key])
        }
        return content


def same(value: Any, default: Any) -> bool:
    """Whether a parameter is at its default."""
    return value is default or (isinstance(value, SCALARS) and type(value) is type(default) and value == default)


class Reader(NamedTuple):
    """Turns what :class:`Writer` made into values again.

    Parameters
    ----------
    arrays : mapping
        All arrays of the file.
    kinds : dict
        The classes that a file may name.
    version : int
        Version of the file.
    """

    arrays: io.Arrays
    kinds: dict[str, Any]
    version: int

    def value(self, stored: Any) -> Any:
        """Return a value."""
        if isinstance(stored, list):
            return [self.value(entry) for entry in stored]
        if not isinstance(stored, dict):
            return stored
        readers = {
            "array": self.array,
            "tuple": lambda content: tuple(self.value(content["tuple"])),
            "dict": lambda content: {self.value(key): self.value(entry) for key, entry in content["dict"]},
            "run": lambda content: SeriesRun.from_state(self.fields(content["run"])),
            "record": self.record,
            "matrix": self.matrix,
            "network": self.network,
            "object": self.object,
        }
        known = [read for key, read in readers.items() if key in stored]
        if len(known) != 1:
            raise ValueError(f"Its header must hold values that this snnres knows. Got {list(stored)} instead.")
        return known[0](stored)

    def fields(self, stored: dict[str, Any]) -> dict[str, Any]:
        """Return named values."""
        return {key: self.value(value) for key, value in stored.items()}

    def record(self, stored: dict[str, Any]) -> Any:
        """Return named values."""
        known = RECORDS | FORMER_RECORDS if self.version == 1 else RECORDS
        return known[stored["record"]](**self.fields(stored["fields"]))

    def array(self, stored: dict[str, Any]) -> NDArray[Any]:
        """Return an array."""
        array = self.arrays[stored["array"]]
        if array.dtype.kind not in ARRAY_KINDS:
            raise TypeError(f"{stored['array']} must hold numbers or texts. Got dtype {array.dtype} instead.")
        return array.astype(object) if stored.get("text") else array

    def matrix(self, stored: dict[str, Any]) -> sp.csr_matrix:
        """Return a sparse matrix, its indices within its shape."""
        parts = self.fields(stored["matrix"])
        data, indices, indptr = (parts[part] for part in MATRIX_ARRAYS)
        for part, kinds in (("data", "iuf"), ("indices", "i"), ("indptr", "i")):
            if parts[part].ndim != 1 or parts[part].dtype.kind not in kinds:
                raise refuse(part, "a 1-D array of its type", parts[part])
        if (np.diff(indptr) < 0).any():
            raise refuse("indptr", "ascending", indptr)
        matrix = sp.csr_matrix((data, indices, indptr), shape=tuple(stored["shape"]))
        matrix.check_format(full_check=True)
        return matrix

    def network(self, stored: dict[str, Any]) -> SNN:
        """Return a network."""
        return SNN.from_arrays(stored["network"], io.Section(self.arrays, f"{stored['arrays']}."))

    def object(self, stored: dict[str, Any]) -> Any:
        """Return an estimator or a part of one."""
        name, attributes = stored["object"], self.fields(stored["attributes"])
        if self.version < 4:
            name, attributes = former_part(name, attributes)
        if name not in self.kinds:
            raise ValueError(f"Its classes must be known to this snnres. Got {name!r} instead.")
        kind = self.kinds[name]
        parameters = self.fields(stored["parameters"])
        if self.version < 3:
            parameters = former_parameters(kind, parameters)
            attributes = renamed(kind, parameters, attributes)
        made = kind(**parameters)
        if isinstance(made, (RidgeClassifier, RidgeClassifierCV)) and "classes_" in attributes:
            binarizer = LabelBinarizer(neg_label=-1).fit(attributes["classes_"])
            if not np.array_equal(binarizer.classes_, attributes["classes_"]):
                raise refuse("classes_", "sorted and distinct", attributes["classes_"])
            setattr(made, BINARIZER, binarizer)
        for key, value in attributes.items():
            if isinstance(getattr(kind, key, None), property):
                continue
            if hasattr(kind, key) or not key.isidentifier():
                raise ValueError(f"{name} must not have its {key!r} replaced.")
            setattr(made, key, value)
        return made
