"""Pieces of work in threads of this process."""

from __future__ import annotations

import contextvars
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent import futures
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, ClassVar, TypeVar

from ..interrupts import LOOK_UP, Helper

Task = TypeVar("Task")
Result = TypeVar("Result")
Todo = SimpleQueue[tuple["futures.Future[Any]", Any] | None]

# Whether this is a worker already, within which nothing is spread any more.
AT_WORK: contextvars.ContextVar[bool] = contextvars.ContextVar("AT_WORK", default=False)
# Seconds to wait for threads to end after an error; those of users' functions may take longer, and are left alone.
PATIENCE = 0.2


@dataclass(frozen=True)
class Threads:
    """So many threads of this process; one is the caller's own."""

    count: int
    apart: ClassVar[bool] = False

    def in_order(self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> Generator[Result, None, None]:
        """Yield the result of each task in order, at most two a thread ahead, so that memory stays bounded.

        To be closed: then nothing goes on but what is in compiled code, as long as it is.
        """
        if self.count == 1:
            yield from map(work, tasks)
            return
        todo: Todo = SimpleQueue()
        helpers: list[Helper] = []

        def submit(task: Task) -> Callable[[], Result]:
            future: futures.Future[Result] = futures.Future()
            todo.put((future, task))
            if len(helpers) < self.count:
                helpers.append(Helper(partial(serve, todo, work)))
                helpers[-1].start()
            return partial(outcome, future)

        try:
            yield from windowed(submit, tasks, 2 * self.count)
        finally:
            end(helpers, todo)


def windowed(
    submit: Callable[[Task], Callable[[], Result]], tasks: Iterable[Task], ahead: int
) -> Generator[Result, None, None]:
    """Yield the result of each task in order, at most so many ahead; what submits a task returns what waits for it."""
    waiting: deque[Callable[[], Result]] = deque()
    for task in tasks:
        waiting.append(submit(task))
        if len(waiting) > ahead:
            yield waiting.popleft()()
    while waiting:
        yield waiting.popleft()()


def outcome(future: futures.Future[Result]) -> Result:
    """Return the result of a future, raise its error, or raise what a signal brings meanwhile."""
    while not futures.wait([future], LOOK_UP).done:
        pass
    return future.result()


def serve(todo: Todo, work: Callable[[Any], Any]) -> None:
    """Do what there is to do until there is None."""
    AT_WORK.set(True)
    while (given := todo.get()) is not None:
        future, task = given
        try:
            future.set_result(work(task))
        except BaseException as error:
            future.set_exception(error)
        # Not to be kept while the next is awaited.
        del given, future, task


def end(helpers: list[Helper], todo: Todo) -> None:
    """Let nothing more be done, and wait a little for the threads to end."""
    try:
        while True:
            todo.get_nowait()
    except Empty:
        pass
    for helper in helpers:
        todo.put(None)
        helper.stop()
    deadline = time.monotonic() + PATIENCE
    for helper in helpers:
        if helper.is_alive():
            helper.join(max(0.0, deadline - time.monotonic()))
