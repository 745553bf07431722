"""Tables of parts without their arrays, which files keep elsewhere."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def apart(table: Any, place: str = "part") -> tuple[Any, dict[str, NDArray[Any]]]:
    """Return a table of parts without its arrays, which it names instead, and these."""
    if isinstance(table, np.ndarray):
        return {"array": place}, {place: table}
    if not isinstance(table, (dict, list)):
        return table, {}
    keys = list(table) if isinstance(table, dict) else range(len(table))
    found: dict[str, NDArray[Any]] = {}
    values = []
    for key in keys:
        value, arrays = apart(table[key], f"{place}.{key}")
        values.append(value)
        found |= arrays
    return dict(zip(keys, values, strict=True)) if isinstance(table, dict) else values, found


def together(table: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """Return a table of parts with the arrays that it names."""
    if isinstance(table, list):
        return [together(value, arrays) for value in table]
    if not isinstance(table, dict):
        return table
    if set(table) == {"array"}:
        return arrays[table["array"]]
    return {key: together(value, arrays) for key, value in table.items()}
