"""Pieces of work on a Dask cluster.

Not through joblib, whose backend scatters what tasks have in common to one worker, and whose Parallel waits for ever
where a task fails for another reason than an error in it: that worker died, or several died of the task.
"""

from __future__ import annotations

import itertools
import pickle
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

        What dies with a worker is done again by another: the scheduler keeps all that it takes, the work included,
        which goes from there to one worker and from one to the next.
        """
        token, content = packed(work)
        shared = self.submit(f"snnres-{token}", bytes, content)
        keys = (f"snnres-{token}-{number}" for number in itertools.count())

        def submit(task: Any) -> Callable[[], bytes]:
            result: Callable[[], bytes] = self.submit(
                next(keys), perform_watched, token, shared, pickle.dumps(task)
            ).result
            return result

        try:
            yield from map(pickle.loads, windowed(submit, tasks, 2 * self.count))
        finally:
            # With it all go that need it.
            self.client.cancel([shared], force=True)

    def submit(self, key: str, function: Callable[..., Any], *args: Any) -> Any:
        """Return the future of a call."""
        import dask

        # It warns of large arguments that go through the scheduler, as these are to.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
            return self.client.submit(function, *args, key=key, pure=False)


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
