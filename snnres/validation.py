"""Checks of what a caller hands in. Each raises an error that names the argument, the rule and the value."""

import numbers
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

INT32_MAX = 2**31 - 1
# As Python floats: compared with a NumPy float32, a larger number would itself be cast, with a warning.
FLOAT32_MAX = float(np.finfo(np.float32).max)
FLOAT32_TINY = float(np.finfo(np.float32).tiny)


def shown(value: Any) -> str:
    """Return a short text for an error message."""
    text = f"{type(value).__name__} of shape {value.shape}" if hasattr(value, "shape") and value.shape else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def refuse(name: str, rule: str, value: Any, error: type[Exception] = ValueError) -> Exception:
    """Return (for the caller to raise) the error that says what was expected and what came."""
    return error(f"{name} must be {rule}. Got {shown(value)} instead.")


def check_bool(name: str, value: Any) -> bool:
    """Return ``value`` as bool; only True and False (Python's or NumPy's) pass."""
    if not isinstance(value, (bool, np.bool_)):
        raise refuse(name, "True or False", value, TypeError)
    return bool(value)


def check_int(name: str, value: Any, low: int, high: int = 2**63 - 1) -> int:
    """Return ``value`` as int if it is an integer (not a bool) in [low, high]."""
    rule = f"an integer >= {low}" if high >= INT32_MAX else f"an integer in [{low}, {high}]"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise refuse(name, rule, value, TypeError)
    number = int(value)
    if not low <= number <= high:
        raise refuse(name, rule if number < low else f"an integer <= {high}", value)
    return number


def check_real(
    name: str,
    value: Any,
    *,
    above: float | None = None,
    low: float | None = None,
    below: float | None = None,
    high: float | None = None,
) -> float:
    """Return ``value`` as float if it is a finite real number within the bounds that are given.

    It must also survive the rounding to float32 in which the kernels compute: no overflow, no underflow to 0.
    """
    bounds = [
        f"{sign} {bound:g}"
        for sign, bound in ((">", above), (">=", low), ("<", below), ("<=", high))
        if bound is not None
    ]
    rule = " and ".join(["a finite number", *bounds]) if bounds else "a finite number"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise refuse(name, rule, value, TypeError)
    try:
        number = float(value)
    except OverflowError:
        raise refuse(name, rule, value) from None
    within = (
        np.isfinite(number)
        and (above is None or number > above)
        and (low is None or number >= low)
        and (below is None or number < below)
        and (high is None or number <= high)
    )
    if not within:
        raise refuse(name, rule, value)
    if abs(number) > FLOAT32_MAX or (number != 0 and abs(number) < FLOAT32_TINY):
        raise refuse(name, "within the range of float32, in which the model computes", value)
    return number


def check_missing(value: Any) -> float:
    """Return what is to stand for undefined features as float: a real number, NaN and infinity among them."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise refuse("missing", "a real number or NaN", value, TypeError)
    try:
        return float(value)
    except OverflowError:
        raise refuse("missing", "a real number or NaN", value) from None


def check_unmasked(name: str, value: Any) -> None:
    """Refuse masked arrays, also in a list: the values under their masks would be taken for data."""
    entries = value if isinstance(value, (list, tuple)) else (value,)
    if any(isinstance(entry, np.ma.MaskedArray) for entry in entries):
        raise TypeError(f"{name} must not be masked: fill or drop what is. Got a masked array instead.")


def check_array(name: str, value: Any, ndim: int) -> NDArray[Any]:
    """Return ``value`` as an array of ``ndim`` dimensions with a boolean, integer or real dtype, not masked."""
    check_unmasked(name, value)
    try:
        array = np.asarray(value)
    except ValueError:
        raise refuse(name, f"a {ndim}-D array", value) from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers. Got an array of dtype {array.dtype} instead.")
    if array.ndim != ndim:
        raise ValueError(f"{name} must be a {ndim}-D array. Got an array of shape {array.shape} instead.")
    return array


def check_finite(name: str, array: NDArray[Any]) -> None:
    """Refuse NaN and infinity, and what becomes infinite in float32."""
    bad = ~(np.abs(array) <= np.finfo(np.float32).max)
    if bad.any():
        raise ValueError(
            f"{name} must be finite in float32. Got {array[bad][0]!r} at position {int(np.argmax(bad))} instead."
        )


def check_rows(name: str, value: Any) -> NDArray[np.float64]:
    """Return a finite series (n_steps,) or (n_steps, n_columns) as float64 rows, at least one of each."""
    rule = "a series (n_steps,) or (n_steps, n_channels) of at least one step and channel"
    try:
        shape = np.shape(value)
    except ValueError:
        raise refuse(name, rule, value) from None
    if len(shape) not in (1, 2):
        raise ValueError(f"{name} must be {rule}. Got an array of shape {shape} instead.")
    rows = check_array(name, value, len(shape))
    if rows.size == 0:
        raise refuse(name, rule, rows)
    check_finite(name, rows)
    return rows.reshape(len(rows), -1).astype(np.float64)


def check_binary(name: str, value: Any) -> NDArray[np.uint8]:
    """Return a fresh (n_rows, n_columns) uint8 array of ``value``, whose entries must be 0 or 1 of any dtype."""
    array = check_array(name, value, 2)
    if array.dtype.kind == "u" and array.size and array.max() <= 1:
        # Most input is such, and a maximum is ten times faster than comparing entry by entry.
        return array.astype(np.uint8)
    if array.dtype != np.bool_:
        wrong = (array != 0) & (array != 1)
        if wrong.any():
            raise ValueError(f"{name} must hold only 0 and 1. Got {array[wrong][0]!r} instead.")
    return array.astype(np.uint8)


def check_input(name: str, value: Any, n_neurons: int) -> NDArray[np.uint8]:
    """Return fresh 0/1 input (n_inputs, n_steps) that fits a network of ``n_neurons``."""
    spikes = check_binary(name, value)
    if spikes.shape[0] > n_neurons:
        raise ValueError(f"{name} must have at most one row a neuron ({n_neurons}). Got {len(spikes)} rows instead.")
    return spikes


def check_potentials(name: str, value: Any, n_neurons: int) -> NDArray[np.float32]:
    """Return fresh float32 potentials, one a neuron, all finite."""
    array = check_array(name, value, 1)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must hold floats. Got an array of dtype {array.dtype} instead.")
    if array.size != n_neurons:
        raise ValueError(f"{name} must have one value for each of {n_neurons} neurons. Got {array.size} instead.")
    check_finite(name, array)
    return array.astype(np.float32)


def check_integers(name: str, value: Any) -> NDArray[np.int64]:
    """Return fresh int64, 1-D, of integers of any type."""
    array = check_array(name, value, 1)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integers. Got an array of dtype {array.dtype} instead.")
    if array.dtype.kind == "u" and array.size and array.max() > np.iinfo(np.int64).max:
        raise refuse(name, "within the range of int64", array.max())
    return array.astype(np.int64)


def check_rows_out(name: str, value: Any, shape: tuple[int, int]) -> None:
    """Refuse what rows of float32 cannot be written to as they are, each in one piece."""
    rule = f"a writeable float32 array of shape {shape}"
    if not isinstance(value, np.ndarray):
        raise refuse(name, rule, value, TypeError)
    if value.dtype != np.float32:
        raise TypeError(f"{name} must be {rule}. Got one of dtype {value.dtype} instead.")
    if value.shape != shape:
        raise refuse(name, rule, value)
    if not value.flags.writeable:
        raise ValueError(f"{name} must be {rule}. Got one that is read-only instead.")
    if value.size and value.strides[1] != value.itemsize and shape[1] > 1:
        raise ValueError(f"{name} must be {rule} whose rows lie in one piece. Got strides {value.strides} instead.")


def check_neurons(name: str, value: ArrayLike, n_neurons: int) -> NDArray[np.int64]:
    """Return a fresh int64 array of distinct neuron indices in [0, n_neurons), at least one."""
    array = check_integers(name, value)
    if array.size == 0:
        raise ValueError(f"{name} must name at least one neuron. Got an empty array instead.")
    outside = (array < 0) | (array >= n_neurons)
    if outside.any():
        raise ValueError(f"{name} must lie in [0, {n_neurons}). Got {int(array[outside][0])} instead.")
    distinct, counts = np.unique(array, return_counts=True)
    if distinct.size < array.size:
        raise ValueError(f"{name} must not repeat a neuron. Got {int(distinct[counts > 1][0])} more than once instead.")
    return array


def check_matrix(name: str, value: Any) -> sp.csr_matrix:
    """Return a fresh float32 CSR matrix, as :func:`check_weights` does; dense and integer matrices are converted."""
    if any(kind.__module__.partition(".")[0] == "networkx" for kind in type(value).__mro__):
        rule = "a matrix: call snnres.topology.from_networkx(graph) for that of a graph"
        raise refuse(name, rule, value, TypeError)
    if not sp.issparse(value):
        check_unmasked(name, value)
        try:
            value = np.asarray(value)
        except ValueError:
            raise refuse(name, "a matrix", value, TypeError) from None
        if value.ndim != 2 or value.dtype.kind not in "iuf":
            raise refuse(name, "a sparse or dense 2-D matrix of real numbers", value, TypeError)
        value = sp.csr_matrix(value)
    if value.dtype.kind in "iu":
        value = value.astype(np.float64)
    return check_weights(name, value)


def check_weights(name: str, value: Any) -> sp.csr_matrix:
    """Return a fresh float32 CSR copy, rows sorted, of a square sparse matrix of finite floats without duplicates."""
    if not sp.issparse(value):
        raise refuse(name, "a SciPy sparse matrix", value, TypeError)
    value = cast(Any, value)
    if value.ndim != 2 or value.shape[0] != value.shape[1] or value.shape[0] == 0:
        raise ValueError(f"{name} must be square with at least one neuron. Got shape {value.shape} instead.")
    return check_weight_rows(name, value)


def check_weight_rows(name: str, value: Any) -> sp.csr_matrix:
    """Return a fresh float32 CSR copy, rows sorted, of a sparse matrix of finite floats without duplicates."""
    if value.dtype.kind != "f":
        raise TypeError(f"{name} must hold float weights. Got dtype {value.dtype} instead.")
    if value.format in ("csr", "csc"):
        try:
            value.check_format(full_check=True)
            if (np.diff(value.indptr) < 0).any():
                # SciPy looks only where the last bound is not 0; its compiled code would run out of the arrays.
                raise ValueError("index pointer values must not descend")
        except ValueError as error:
            raise ValueError(f"{name} must be a well-formed sparse matrix: {error}.") from error
        rows = value.tocsr()
    else:
        # Through COO, since other formats' own conversion adds duplicates up unseen; built anew, since only the
        # constructor looks at the range of indices.
        try:
            parts = value.tocoo()
            triplets = sp.coo_matrix((parts.data, (parts.row, parts.col)), shape=value.shape)
        except ValueError as error:
            raise ValueError(f"{name} must be a well-formed sparse matrix: {error}.") from error
        rows = triplets.tocsr()
        if rows.nnz < triplets.nnz:
            raise duplicates(name, triplets.nnz - rows.nnz)
    check_finite(name, rows.data)
    parts = (rows.data.astype(np.float32), rows.indices.copy(), rows.indptr.copy())
    matrix = sp.csr_matrix(parts, shape=value.shape)
    matrix.sort_indices()
    if not matrix.has_canonical_format:
        same_row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        repeats = (np.diff(matrix.indices) == 0) & (np.diff(same_row) == 0)
        raise duplicates(name, int(repeats.sum()))
    return matrix


def duplicates(name: str, count: int) -> Exception:
    """Return the error for a matrix that names some synapse twice."""
    return ValueError(f"{name} must not have duplicate entries. Got {count} beyond the first of their kind instead.")


def check_type(name: str, value: Any, kind: type) -> None:
    """Refuse an argument of another class than ``kind``."""
    if not isinstance(value, kind):
        raise refuse(name, f"a {kind.__name__}", value, TypeError)


def freeze(params: object, name: str, check: Callable[..., Any], *bounds: int, **limits: float) -> Any:
    """Put the checked value of a field in the place of the one that was given; return it.

    NumPy's scalars become Python's, whose arithmetic does not overflow.
    """
    value = check(name, getattr(params, name), *bounds, **limits)
    object.__setattr__(params, name, value)
    return value


def check_neuron_signs(name: str, value: Any, n_neurons: int) -> NDArray[np.int8]:
    """Return fresh int8, 1 for an excitatory and -1 for an inhibitory neuron, one for each."""
    array = check_integers(name, value)
    if array.size != n_neurons:
        raise ValueError(f"{name} must have one value for each of {n_neurons} neurons. Got {array.size} instead.")
    wrong = np.abs(array) != 1
    if wrong.any():
        raise ValueError(
            f"{name} must hold only 1 and -1. Got {array[wrong][0]} for neuron {np.argmax(wrong)} instead."
        )
    return array.astype(np.int8)


def check_weight_signs(name: str, signs: NDArray[np.int8], weights: sp.csr_matrix) -> None:
    """Refuse outgoing weights of another sign than that of their neuron; zeros have none."""
    sources = np.repeat(np.arange(len(signs)), np.diff(weights.indptr))
    against = weights.data * signs[sources] < 0
    if against.any():
        first = int(np.argmax(against))
        neuron = int(sources[first])
        raise ValueError(
            f"{name} must agree with the weights: neuron {neuron} has sign {signs[neuron]}. "
            f"Got an outgoing weight of {weights.data[first]:g} instead."
        )
