"""Arrays that are handed out and must not change."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view that cannot be made writable, unlike one whose flag is set: kernels trust what it holds."""
    plain: Any = array
    return np.asarray(memoryview(plain).toreadonly())
