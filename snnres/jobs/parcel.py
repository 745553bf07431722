"""What goes to workers with memory of their own, and what they do with it."""

from __future__ import annotations

import pickle
import threading
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from ..interrupts import in_settings, sklearn_settings
from .threads import AT_WORK

Work = Callable[[Any], Any]

# One after the other: of several threads that come with the same parcel, one unpacks it.
UNPACKING = threading.Lock()
# By its token, what this process unpacked last.
LATEST: dict[str, Work] = {}


def packed(work: Work) -> tuple[str, bytes]:
    """Return work that every worker is to unpack once, functions of a session or a notebook included, and its token."""
    # Not on top, since only who chose a backend of joblib's has it; older ones bring a copy.
    try:
        import cloudpickle
    except ImportError:
        from joblib.externals import cloudpickle

    try:
        content: bytes = cloudpickle.dumps((work, sklearn_settings()))
    except (pickle.PicklingError, TypeError, AttributeError, ValueError) as error:
        raise TypeError(
            "what workers of a joblib backend are given must be picklable: functions that refer to open files, locks "
            f"or generators are not. Got {type(error).__name__}: {error} instead."
        ) from error
    return f"snnres-{uuid.uuid4().hex}", content


def perform(token: str, content: Any, task: bytes) -> bytes:
    """Return the pickled result of the work for a task.

    Pickled here and not by the backend, whose arrays may be read-only: to the kernels these are of another type.
    """
    AT_WORK.set(True)
    return pickle.dumps(unpacked(token, content)(pickle.loads(task)))


def unpacked(token: str, content: Any) -> Work:
    """Return work, which is kept until other work is to be done."""
    with UNPACKING:
        if token not in LATEST:
            # First, so that no two are in memory.
            LATEST.clear()
            work, settings = pickle.loads(content)
            LATEST[token] = lambda task: in_settings(settings, partial(work, task))
        return LATEST[token]
