"""Sizes of what is generated."""

from ..validation import INT32_MAX, check_int


def check_size(name: str, value: int, low: int = 1) -> int:
    """Return an integer in [low, 2^31)."""
    return check_int(name, value, low, INT32_MAX)


def check_total(names: str, total: int) -> None:
    """Refuse sizes that are sound by themselves, but together make 2^31 values or steps."""
    if total > INT32_MAX:
        raise ValueError(f"{names} must make at most {INT32_MAX} values or steps together. Got {total} instead.")
