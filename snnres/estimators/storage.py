"""Files of fitted estimators: plain values and arrays, nothing that is ever unpickled."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Self

import numpy as np
import sklearn
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
from sklearn.utils.validation import check_is_fitted

from .. import io
from ..encoding import PopulationEncoder
from ..encoding.series import Series
from ..network import SNN
from ..validation import check_int, refuse
from .signal import SignalScaling

FORMAT = "snnres estimator"
VERSION = 1
READOUTS = (RidgeClassifierCV, RidgeClassifier, LogisticRegression, RidgeCV, Ridge, LinearRegression)
# What stands inside an estimator and is stored by its parameters and attributes, by name of its class.
PARTS = {kind.__name__: kind for kind in (*READOUTS, PopulationEncoder)}
# Where ridge classifiers keep their classes: made anew from these, since its content is scikit-learn's own affair.
BINARIZER = "_label_binarizer"
SCALARS = (bool, int, float, str)
ARRAY_KINDS = "biufU"


class StorageMixin:
    """Saving and loading of fitted estimators."""

    def save(self, path: io.PathLike) -> None:
        """Write the fitted estimator to one ``.npz`` file, from which it predicts exactly as it does now.

        The write is atomic, and nothing in the file is pickled. It holds ``header``, a JSON text with ``format``
        ("snnres estimator"), ``version`` (1), ``scikit_learn`` (its version) and ``estimator``, and the arrays that the
        header names. Values in the header are JSON's own, or an object with one of these keys:

        - ``array``: the name of an array of the file; with ``"text": true`` its strings are Python objects
        - ``tuple``: a list of values
        - ``dict``: a list of pairs
        - ``object``: the name of a class (an estimator of this package, a readout, ``PopulationEncoder``),
          with ``parameters`` and, where it is fitted, the ``attributes`` that it learned
        - ``scaling``: the fields of ``scaling_``
        - ``network``: the header of :meth:`snnres.SNN.save`, and ``arrays``, what the names of its arrays begin with

        Parameters
        ----------
        path : path
            Gets ``.npz`` added if it does not end so.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        TypeError
            If the readout is none of scikit-learn's RidgeClassifierCV, RidgeClassifier, LogisticRegression, RidgeCV,
            Ridge and LinearRegression, or a parameter (such as a ``random_state`` that is an object) has no place in a
            file. Nothing is written.

        See Also
        --------
        snnres.estimators.load_estimator : the inverse.
        """
        check_is_fitted(self)
        writer = Writer()
        header = {
            "format": FORMAT,
            "version": VERSION,
            "scikit_learn": sklearn.__version__,
            "estimator": writer.estimator("", self),
        }
        io.write_archive(path, header, writer.arrays)

    @classmethod
    def load(cls, path: io.PathLike) -> Self:
        """Return the estimator of a file that :meth:`save` wrote.

        Parameters
        ----------
        path : path
            The file.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is damaged, of another or a newer format, or holds another class of estimator.
        """
        path = io.with_suffix(path, ".npz")
        with io.reading(path, f"a file of format {FORMAT!r}"):
            header, arrays = io.read_archive(path, FORMAT, VERSION)
            kinds = {kind.__name__: kind for kind in descendants(StorageMixin)}
            estimator = Reader(arrays, PARTS | kinds).object(header["estimator"])
            if not isinstance(estimator, cls):
                raise ValueError(f"It holds a {type(estimator).__name__}, not a {cls.__name__}.")
            check_loaded(estimator)
            return estimator


def load_estimator(path: io.PathLike) -> Any:
    """Return the fitted estimator of a file that its method ``save`` wrote, whatever its class.

    Parameters
    ----------
    path : path
        The file. It is read without pickle, so that it can hold data, but no code.

    Returns
    -------
    ReservoirClassifier, ReservoirRegressor or ReservoirTransformer
        Predicts exactly as the one that was saved.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is damaged, or of another or a newer format.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import numpy as np
    >>> from snnres.estimators import ReservoirRegressor, load_estimator
    >>> X = np.linspace(-1, 1, 30)[:, None]
    >>> regressor = ReservoirRegressor(num_neurons=50, random_state=0).fit(X, X[:, 0] ** 2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "model.npz")
    ...     regressor.save(path)
    ...     again = load_estimator(path)
    >>> bool((again.predict(X) == regressor.predict(X)).all())
    True
    """
    return StorageMixin.load(path)


def descendants(kind: type) -> Iterator[type]:
    """Yield all classes derived from a class."""
    children: list[type] = kind.__subclasses__()
    for child in children:
        yield child
        yield from descendants(child)


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
        if isinstance(value, BaseEstimator):
            return self.part(name, value)
        raise refuse(name, "None, a number, a text, an array or a list of such to stand in a file", value, TypeError)

    def _writers(self) -> tuple[tuple[type, Callable[[str, Any], Any]], ...]:
        # From the most special: a SignalScaling is a tuple.
        return (
            (np.ndarray, self.array),
            (SNN, self.network),
            (SignalScaling, lambda name, scaling: {"scaling": self.fields(name, scaling._asdict())}),
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
        self.arrays[name] = stored
        return {"array": name, "text": True} if text else {"array": name}

    def network(self, name: str, network: SNN) -> dict[str, Any]:
        """Return a network's header, and what the names of its arrays begin with."""
        header, arrays = network.to_arrays()
        self.arrays |= {f"{name}.{key}": array for key, array in arrays.items()}
        return {"network": header, "arrays": name}

    def estimator(self, name: str, estimator: Any) -> dict[str, Any]:
        """Return parameters and attributes of an estimator."""
        parameters = estimator.get_params(deep=False)
        skipped = {*parameters, BINARIZER}
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
        if hasattr(part, "classes_"):
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
    arrays : dict
        All arrays of the file.
    kinds : dict
        The classes that a file may name.
    """

    arrays: dict[str, NDArray[Any]]
    kinds: dict[str, Any]

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
            "scaling": lambda content: SignalScaling(**self.fields(content["scaling"])),
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

    def array(self, stored: dict[str, Any]) -> NDArray[Any]:
        """Return an array."""
        array = self.arrays[stored["array"]]
        if array.dtype.kind not in ARRAY_KINDS:
            raise TypeError(f"{stored['array']} must hold numbers or texts. Got dtype {array.dtype} instead.")
        return array.astype(object) if stored.get("text") else array

    def network(self, stored: dict[str, Any]) -> SNN:
        """Return a network."""
        prefix = f"{stored['arrays']}."
        arrays = {name.removeprefix(prefix): array for name, array in self.arrays.items() if name.startswith(prefix)}
        return SNN.from_arrays(stored["network"], arrays)

    def object(self, stored: dict[str, Any]) -> Any:
        """Return an estimator or a part of one."""
        name = stored["object"]
        if name not in self.kinds:
            raise ValueError(f"Its classes must be known to this snnres. Got {name!r} instead.")
        kind = self.kinds[name]
        made = kind(**self.fields(stored["parameters"]))
        attributes = self.fields(stored["attributes"])
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


def check_loaded(estimator: Any) -> None:
    """Refuse an estimator whose parts do not belong together, in the end by letting it answer a sample of zeros."""
    estimator._check_parameters()
    network, scaling, form = estimator.network_, estimator.scaling_, estimator.input_form_
    if not isinstance(network, SNN) or network.num_neurons != estimator.num_neurons:
        raise refuse("network_", f"a network of {estimator.num_neurons} neurons", network)
    if not isinstance(scaling, SignalScaling):
        raise refuse("scaling_", "a scaling", scaling, TypeError)
    if form not in ("table", "series"):
        raise refuse("input_form_", "'table' or 'series'", form)
    n_channels = check_int("n_features_in_", estimator.n_features_in_, 1)
    if form == "table":
        bounds = np.zeros((1, n_channels))
        check_columns("fields_", {"low_": estimator.fields_.low_, "high_": estimator.fields_.high_}, n_channels)
        n_channels = estimator.fields_.activations(bounds).shape[1]
    check_columns("scaling_", {key: part for key, part in scaling._asdict().items() if np.ndim(part)}, n_channels)
    check_int("scaling_.hold", scaling.hold, 1)
    matrix = estimator._matrix(Series(np.zeros((1, n_channels)), np.ones(1, dtype=np.int64), False))
    if hasattr(estimator, "predict"):
        estimator.readout_.predict(estimator._scaled(matrix))
    if hasattr(estimator, "classes_") and not np.array_equal(estimator.classes_, estimator.readout_.classes_):
        raise refuse("classes_", "those of the readout", estimator.classes_)


def check_columns(name: str, arrays: dict[str, Any], n_columns: int) -> None:
    """Refuse arrays that have not one finite number a column."""
    for key, array in arrays.items():
        if array.dtype != np.float64 or array.shape != (n_columns,) or not np.isfinite(array).all():
            raise refuse(f"{name}.{key}", f"float64, finite and of shape ({n_columns},)", array)
