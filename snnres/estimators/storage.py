"""Files of fitted estimators: plain values and arrays, nothing that is ever unpickled."""

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import sklearn
from sklearn.utils.validation import check_is_fitted

from .. import io
from ..encoding.series import Series
from ..network import SNN
from ..validation import check_int, refuse
from .plain import PARTS, Reader, Writer
from .signal import SignalScaling

FORMAT = "snnres estimator"
VERSION = 1


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
