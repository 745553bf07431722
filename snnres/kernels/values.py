"""Numbers that are one for all neurons or one for each, told apart when a kernel is compiled."""

from typing import Any

from numba.core import types
from numba.extending import overload

from .compile import OPTIONS


def at(value: Any, i: Any) -> Any:
    """Return neuron i's own entry of an array, or the number that all share."""
    return value[i] if getattr(value, "shape", ()) else value


@overload(at, jit_options=OPTIONS | {"forceinline": True}, strict=False)
def at_compiled(value, i):
    """Choose by type."""
    if isinstance(value, types.Array):
        return lambda value, i: value[i]
    return lambda value, i: value
