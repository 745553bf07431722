"""Which workers there are."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable
from typing import Any, Protocol

from ..interrupts import chosen_backend
from ..validation import check_int, refuse
from .cluster import Cluster
from .processes import Processes
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


def workers(n_jobs: int, *, unchosen: int | None = None) -> Workers:
    """Return the workers for so many jobs; -1 means all that there are.

    Those of the joblib backend that the user has chosen; else threads of this process, -1 being ``unchosen``, or one
    for each core that it may use. One thread where this is a worker already.
    """
    backend, given = chosen_backend()
    if check_jobs(n_jobs) == 1 or is_worker(backend):
        return Threads(1)
    if backend is None:
        return Threads(n_jobs if n_jobs > 0 else unchosen or n_cores())
    count = backend.effective_n_jobs(given if n_jobs == -1 and given is not None else n_jobs)
    client, distributed = getattr(backend, "client", None), sys.modules.get("distributed")
    if distributed is not None and isinstance(client, distributed.Client):
        return Cluster(client, count)
    # Not every backend has the attribute.
    return Threads(count) if count == 1 or getattr(backend, "supports_sharedmem", False) else Processes(count)


def n_threads(n_jobs: int) -> int:
    """Return the number of threads that may share a piece of work; -1 means one for each core that there is.

    One where this is a worker already.
    """
    if check_jobs(n_jobs) == 1 or is_worker(chosen_backend()[0]):
        return 1
    return n_jobs if n_jobs > 0 else n_cores()


def check_jobs(n_jobs: int) -> int:
    """Return a number of jobs: -1, or at least 1."""
    if check_int("n_jobs", n_jobs, -1) == 0:
        raise refuse("n_jobs", "-1 or an integer >= 1", n_jobs)
    return n_jobs


def is_worker(backend: Any) -> bool:
    """Whether this is the work of a worker: of ours, of joblib's, whose backend then says so, or of Dask's."""
    if AT_WORK.get() or (backend is not None and backend.nesting_level):
        return True
    if (distributed := sys.modules.get("distributed")) is None:
        return False
    try:
        distributed.get_worker()
    except ValueError:
        return False
    return True


def n_cores() -> int:
    """Return the number of cores that this process may use."""
    # Linux alone says how many of the machine's cores are this process's.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
