"""The arrays of a state, at any depth, by name."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..validation import check_finite


def entries(state: Any) -> Iterator[tuple[str, Any]]:
    """Yield name and value of each part of a tuple: by field where it has names, else by place."""
    names = getattr(state, "_fields", None) or map(str, range(len(state)))
    yield from zip(names, state, strict=True)


def named_arrays(state: Any, prefix: str = "") -> dict[str, NDArray[Any]]:
    """Return all arrays of a state, such as ``cell.potential``; None has none."""
    if state is None:
        return {}
    if isinstance(state, np.ndarray):
        return {prefix: state}
    found: dict[str, NDArray[Any]] = {}
    for name, value in entries(state):
        found |= named_arrays(value, f"{prefix}.{name}" if prefix else name)
    return found


def mapped(state: Any, change: Callable[[str, NDArray[Any]], NDArray[Any]], prefix: str = "") -> Any:
    """Return a state of the same form, each array what ``change`` makes of its name and itself."""
    if state is None:
        return None
    if isinstance(state, np.ndarray):
        return change(prefix, state)
    values = [mapped(value, change, f"{prefix}.{name}" if prefix else name) for name, value in entries(state)]
    return type(state)(*values) if hasattr(state, "_fields") else tuple(values)


def plain(name: str) -> str:
    """Return the last part of an array's name."""
    return name.rpartition(".")[2]


def copied(template: Any, arrays: Mapping[str, NDArray[Any]], prefix: str = "") -> Any:
    """Return a state with copies of a file's arrays, which must be of the template's dtypes and shapes."""

    def taken(name: str, like: NDArray[Any]) -> NDArray[Any]:
        array = arrays[name]
        if array.dtype != like.dtype or array.shape != like.shape:
            raise ValueError(
                f"{name} must be {like.dtype} of shape {like.shape}. Got {array.dtype} of shape {array.shape} instead."
            )
        return array.copy()

    return mapped(template, taken, prefix)


def checked(template: Any, arrays: Mapping[str, NDArray[Any]], never_negative: set[str]) -> Any:
    """Return what :func:`copied` does, refusing what is not finite and what must not be negative."""
    state = copied(template, arrays)
    for name, array in named_arrays(state).items():
        check_finite(name, array)
        if plain(name) in never_negative and (array < 0).any():
            raise ValueError(f"{name} must not be negative. Got {array.min()} instead.")
    return state
