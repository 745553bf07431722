"""Which workers there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable
from typing import Any, Protocol

from ..validation import check_int, refuse
from .threads import AT_WORK, Threads


class Workers(Protocol):
    """Who does pieces of work."""

    @property
    def count(self) -> int:
        """How many they are."""

    @property
    def apart(self) -> bool:
        """Whether they have memory of their own."""

    def in_order(self, work: Callable[[Any], Any], tasks: Iterable[Any]) -> Generator[Any, None, None]:
        """Yield the result of each task in order, a bounded number ahead. To be closed."""


def workers(n_jobs: int) -> Workers:
    """Return the workers for so many jobs; -1 means one for each core that this process may use."""
    if check_int("n_jobs", n_jobs, -1) == 0:
        raise refuse("n_jobs", "-1 or an integer >= 1", n_jobs)
    if n_jobs == 1 or AT_WORK.get():
        return Threads(1)
    return Threads(n_jobs if n_jobs > 0 else n_cores())


def n_cores() -> int:
    """Return the number of cores that this process may use."""
    # Linux alone says how many of the machine's cores are this process's.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
