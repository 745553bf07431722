"""Pieces of work on a Dask cluster.

Not through joblib, whose Parallel waits for ever where a task fails for another reason than an error in it: because
several workers died of it, or because what it needs was scattered to a worker that died.
"""

from __future__ import annotations

import itertools
import pickle
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from ..interrupts import beside
from .parcel import LATEST, NotUnpackedError, packed, perform
from .threads import windowed

# Of several threads that need the same work, one fetches it.
FETCHING = threading.Lock()
# Seconds that may take; of work that is gone, its client with it, Dask would wait for ever.
PATIENCE = 300


@dataclass(frozen=True)
class Cluster:
    """So many threads of the workers of a ``dask.distributed`` client's cluster."""

    client: Any
    count: int
    apart: ClassVar[bool] = True

    def in_order(self, work: Callable[[Any], Any], tasks: Iterable[Any]) -> Generator[Any, None, None]:
        """Yield the result of each task in order, some ahead. To be closed: then the cluster goes on with none.

        What dies with a worker is done again by another. The work is the result of a task, too, so that it can be made
        anew where it is lost; but no task depends on it, or Dask would rather have all done where it is.
        """
        from distributed import wait

        token, content = packed(work)
        shared = self.submit(token, bytes, content, priority=1)
        numbers, pending = itertools.count(), deque([shared], maxlen=2 + 2 * self.count)

        def submit(task: Any) -> Callable[[], bytes]:
            future = self.submit(f"{token}-{next(numbers)}", perform_watched, token, pickle.dumps(task))
            pending.append(future)
            result: Callable[[], bytes] = future.result
            return result

        try:
            wait(shared)  # type: ignore[no-untyped-call]
            yield from map(pickle.loads, windowed(submit, tasks, 2 * self.count))
        finally:
            self.client.cancel([shared, *pending], force=True)

    def submit(self, key: str, function: Callable[..., Any], *args: Any, priority: int = 0) -> Any:
        """Return the future of a call; of a higher priority, it is made before others."""
        import dask

        # It warns of large arguments that go through the scheduler, as these are to.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
            return self.client.submit(function, *args, key=key, priority=priority, pure=False)


def perform_watched(token: str, task: bytes) -> bytes:
    """Return the pickled result of the work for a task, or stop when it is cancelled, for which Dask has no means."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def look_up() -> None:
        known = worker.state.tasks.get(key)
        if known is None or known.state == "cancelled":
            # Any but a CancelledError, which Dask takes for its own, and would keep the thread occupied.
            raise RuntimeError(f"{key} is cancelled")

    try:
        return beside(partial(perform, token, None, task), look_up)
    except NotUnpackedError:
        with FETCHING:
            content = None if token in LATEST else fetched(token)
        return beside(partial(perform, token, content, task), look_up)


def fetched(key: str) -> bytes:
    """Return the result of another task."""
    from distributed import Future, get_client

    result: bytes = Future(key, get_client()).result(timeout=PATIENCE)
    return result
