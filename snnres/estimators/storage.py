"""Files of fitted estimators: plain values and arrays, nothing that is ever unpickled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
import sklearn
from sklearn.utils.validation import check_is_fitted

from .. import io
from ..encoding.standardiser import Standardiser
from ..network import SNN
from ..validation import check_real, refuse, shown
from .serialisation import PARTS, Reader, Writer

FORMAT = "snnres estimator"
VERSION = 4


# Parameters that change nothing in what an estimator predicts.
IDLE = ("n_jobs", "max_bytes", "verbose")


class StorageMixin:
    """Saving and loading of fitted estimators."""

    # As they were when fit ended.
    _fitted_parameters: dict[str, Any]

    def _remember_parameters(self) -> None:
        """Keep what the estimator was fitted with."""
        given = self.get_params()  # type: ignore[attr-defined]
        self._fitted_parameters = {name: kept(value) for name, value in given.items()}

    def _check_unchanged(self, purpose: str) -> None:
        """Refuse parameters that have been changed since: what does not belong together would come of it."""
        fitted, now = self._fitted_parameters, self.get_params()  # type: ignore[attr-defined]
        for name in sorted({*fitted, *now} - {*IDLE}):
            if not (name in fitted and name in now and same_parameter(fitted[name], now[name])):
                rule = f"{shown(fitted[name])}, as in fit," if name in fitted else "as in fit"
                raise refuse(name, f"{rule} for the estimator to {purpose}", now.get(name))

    def _settle(self) -> None:
        """Finish what has been put off until it is needed."""

    def _check_loaded(self) -> None:
        """Refuse an estimator whose parts do not belong together."""
        raise NotImplementedError

    def save(self, path: io.PathLike) -> None:
        """Write the fitted estimator to one ``.npz`` file, from which it predicts exactly as it does now.

        The sums from which a classifier's or regressor's ``partial_fit`` goes on are not in it.

        The write is atomic, and nothing in the file is pickled. It holds ``header``, a JSON text with ``format``
        ("snnres estimator"), ``version`` (4), ``scikit_learn`` (its version) and ``estimator``, and the arrays that the
        header names. Values in the header are JSON's own, or an object with one of these keys:

        - ``array``: the name of an array of the file; with ``"text": true`` its strings are Python objects
        - ``tuple``: a list of values
        - ``dict``: a list of pairs
        - ``object``: the name of a class (an estimator of this package, a readout, ``PopulationEncoder``),
          with ``parameters`` and, where it is fitted, the ``attributes`` that it learned
        - ``record``: the name of a class of named values, with its ``fields``
        - ``run``: the state of a forecaster's run, by name
        - ``matrix``: ``data``, ``indices`` and ``indptr`` of a sparse matrix, CSR, and its ``shape``
        - ``network``: the header of :meth:`snnres.SNN.save`, and ``arrays``, what the names of its arrays begin with

        Parameters
        ----------
        path : path
            Gets ``.npz`` added if it does not end so.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        ValueError
            If a parameter, other than ``n_jobs``, ``max_bytes`` and ``verbose``, has been changed since ``fit``.
        TypeError
            If a readout that was given is none of scikit-learn's RidgeClassifierCV, RidgeClassifier,
            LogisticRegression, RidgeCV, Ridge and LinearRegression, or a parameter (such as a ``random_state`` that is
            an object) has no place in a file. Nothing is written.

        See Also
        --------
        snnres.estimators.load_estimator : the inverse.
        """
        check_is_fitted(self)
        self._check_unchanged("be saved")
        self._settle()
        writer = Writer()
        header = {
            "format": FORMAT,
            "version": VERSION,
            "scikit_learn": sklearn.__version__,
            "estimator": writer.estimator("", self),
        }
        io.write_archive(path, header, writer.arrays, check=self._from_archive)

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
        with (
            io.reading(path, f"a file of format {FORMAT!r}", ".npz") as source,
            io.read_archive(source, FORMAT, VERSION) as (header, arrays),
        ):
            return cls._from_archive(header, arrays)

    @classmethod
    def _from_archive(cls, header: dict[str, Any], arrays: io.Arrays) -> Self:
        """Return the estimator that a file's header and arrays describe."""
        kinds = {kind.__name__: kind for kind in descendants(StorageMixin)}
        estimator = Reader(arrays, PARTS | kinds, header["version"]).object(header["estimator"])
        if not isinstance(estimator, cls):
            raise ValueError(f"It holds a {type(estimator).__name__}, not a {cls.__name__}.")
        estimator._check_loaded()
        estimator._remember_parameters()
        return estimator


def kept(value: Any) -> Any:
    """Return a parameter as it is now, though its owner may change what it holds."""
    return value.copy() if isinstance(value, (SNN, np.ndarray)) or sp.issparse(value) else value


def same_parameter(fitted: Any, now: Any) -> bool:
    """Whether a parameter has not been changed; an estimator's own parameters are looked at one by one."""
    if fitted is now or (type(fitted) is type(now) and hasattr(now, "get_params")):
        return True
    if isinstance(fitted, SNN) and isinstance(now, SNN):
        return same_network(fitted, now)
    if sp.issparse(fitted) and sp.issparse(now):
        return bool(fitted.shape == now.shape and (sp.csr_matrix(fitted) != sp.csr_matrix(now)).nnz == 0)
    return type(fitted) is type(now) and bool(np.array_equal(fitted, now))


def same_network(first: SNN, second: SNN) -> bool:
    """Whether two networks go on alike."""
    (header, arrays), (other_header, others) = first.to_arrays(), second.to_arrays()
    alike = header == other_header and arrays.keys() == others.keys()
    return alike and all(np.array_equal(array, others[name]) for name, array in arrays.items())


def load_estimator(path: io.PathLike) -> Any:
    """Return the fitted estimator of a file that its method ``save`` wrote, whatever its class.

    Parameters
    ----------
    path : path
        The file. It is read without pickle, so that it can hold data, but no code.

    Returns
    -------
    estimator
        Of any class of :mod:`snnres.estimators`. Predicts, and if it is a forecaster learns on, exactly as the one that
        was saved.

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


def check_network(estimator: Any) -> None:
    """Refuse a fitted network of another size than the parameters say."""
    network = estimator.network_
    if not isinstance(network, SNN) or (estimator.network is None and network.num_neurons != estimator.num_neurons):
        raise refuse("network_", f"a network of {estimator.num_neurons} neurons", network)


def check_ratio(value: Any) -> None:
    """Refuse what is neither a ratio of currents, infinite for an input that stands still, nor None."""
    if value is not None and value != np.inf:
        check_real("current_ratio_", value, low=0)


def check_columns(name: str, arrays: dict[str, Any], n_columns: int) -> None:
    """Refuse arrays that have not one finite number a column."""
    for key, array in arrays.items():
        check_rectangle(f"{name}.{key}", array, (n_columns,))


def check_standardiser(name: str, value: Any, n_columns: int) -> None:
    """Refuse what does not bring ``n_columns`` columns to scale."""
    if not isinstance(value, Standardiser):
        raise refuse(name, "a Standardiser", value, TypeError)
    check_columns(name, value._asdict(), n_columns)


def check_rectangle(name: str, array: Any, shape: tuple[int, ...]) -> None:
    """Refuse what is no array of finite numbers of a shape."""
    if not isinstance(array, np.ndarray) or array.dtype != np.float64 or array.shape != shape:
        raise refuse(name, f"float64 of shape {shape}", array)
    if not np.isfinite(array).all():
        raise refuse(name, "finite", array)
