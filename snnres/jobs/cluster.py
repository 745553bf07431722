"""Pieces of work on a Dask cluster.

Not through joblib, whose Parallel waits for ever where a task fails for another reason than an error in it: because
several workers died of it, or because what it needs was scattered to a worker that died.
"""

from __future__ import annotations

import itertools
import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from ..interrupts import beside
from .parcel import packed, perform
from .threads import windowed


@dataclass(frozen=True)
class Cluster:
    """So many threads of the workers of a ``dask.distributed`` client's cluster."""

    client: Any
    count: int
    apart: ClassVar[bool] = True

    def in_order(self, work: Callable[[Any], Any], tasks: Iterable[Any]) -> Generator[Any, None, None]:
        """Yield the result of each task in order, some ahead. To be closed: then the cluster goes on with none.

        What dies with a worker is done again by another. The work is the result of a task, too: it goes once to each
        worker, and is made anew where it is lost.
        """
        token, content = packed(work)
        shared = self.submit(token, bytes, content)
        pending, numbers, places = deque([shared], maxlen=2 + 2 * self.count), itertools.count(), self.places()

        def submit(task: Any) -> Callable[[], bytes]:
            arguments = (token, shared, pickle.dumps(task))
            future = self.submit(f"{token}-{next(numbers)}", perform_watched, *arguments, place=next(places))
            pending.append(future)
            result: Callable[[], bytes] = future.result
            return result

        try:
            yield from map(pickle.loads, windowed(submit, tasks, 2 * self.count))
        finally:
            self.client.cancel([shared, *pending], force=True)

    def places(self) -> Generator[str | None, None, None]:
        """Yield the workers there are, each as often as it has threads, again and again.

        Left to itself Dask has all done where the work is already: of large networks it is slow to get another.
        """
        while True:
            # None of a cluster whose workers are still to come.
            for address, n_threads in (self.client.ncores() or {None: 1}).items():
                yield from itertools.repeat(address, n_threads)

    def submit(self, key: str, function: Callable[..., Any], *args: Any, place: str | None = None) -> Any:
        """Return the future of a call, made by a worker in particular if it is still there."""
        import dask

        where = {} if place is None else {"workers": [place], "allow_other_workers": True}
        # It warns of large arguments that go through the scheduler, as these are to.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
            return self.client.submit(function, *args, key=key, pure=False, **where)


def perform_watched(token: str, content: bytes, task: bytes) -> bytes:
    """Return the pickled result of the work for a task, or stop when it is cancelled, for which Dask has no means."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def look_up() -> None:
        known = worker.state.tasks.get(key)
        if known is None or known.state == "cancelled":
            # Any but a CancelledError, which Dask takes for its own, and would keep the thread occupied.
            raise RuntimeError(f"{key} is cancelled")

    return beside(partial(perform, token, content, task), look_up)
