"""The one compile policy of every kernel."""

from collections.abc import Callable
from typing import Any

import numba


def jit(function: Callable[..., Any]) -> Any:
    """Compile lazily, cache on disk, release the GIL; never reorder floating point (no fastmath)."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
