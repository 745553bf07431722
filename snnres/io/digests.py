"""What tells values and arrays from any others."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Bytes between two moments at which Ctrl-C is answered.
BLOCK = 2**24


def digest(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return the SHA-256 of plain values, as JSON has them, and of arrays: types, shapes and bytes, by name."""
    content = hashlib.sha256(json.dumps(header, sort_keys=True, default=lambda value: value.item()).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        content.update(f"{name} {array.dtype.str} {array.shape}".encode())
        octets = array.reshape(-1).view(np.uint8)
        for start in range(0, octets.size, BLOCK):
            content.update(octets[start : start + BLOCK].data)
    return content.hexdigest()
