"""Work in threads, for Ctrl-C: Python hears a signal in its main thread alone, and between two of its own steps."""

from __future__ import annotations

import contextlib
import contextvars
import ctypes
import sys
import threading
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeAlias, TypeVar

__all__ = ["Helper", "beside", "chosen_backend", "interruptible", "wait_for"]

P = ParamSpec("P")
T = TypeVar("T")
Settings: TypeAlias = list[Callable[[], contextlib.AbstractContextManager[Any]]]

# Seconds after which a waiting thread looks up: Windows wakes none for a signal.
LOOK_UP = 0.1


class Helper(threading.Thread):
    """A thread that does one thing under the settings of the one that made it, and that nothing has to wait for.

    The settings are those of contextvars (NumPy's ``errstate``), and of scikit-learn and joblib where these are there.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.work = partial(contextvars.copy_context().run, in_settings, settings(), work)
        self.ending = threading.Lock()
        self.ended = False

    def run(self) -> None:
        """Work."""
        with contextlib.suppress(SystemExit):
            try:
                self.work()
            finally:
                with self.ending:
                    self.ended = True

    def stop(self) -> None:
        """Raise SystemExit in it as soon as it is back in Python, by which it ends without a word."""
        # With the lock held it cannot end, or another thread might meanwhile get its number, and the exception.
        with self.ending:
            if self.ident is not None and not self.ended:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(SystemExit))


def interruptible(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return ``function(*args, **kwargs)``, which Ctrl-C interrupts at once even where it is long in compiled code.

    It is called in a thread of its own, for which the main thread waits; an interrupt leaves it there to end as soon as
    it is back in Python. What it works on should not be used after that. Called in another than the main thread, which
    hears no signals, it is simply called. Its warnings cannot name a line beyond it by their ``stacklevel``.
    """
    if threading.current_thread() is not threading.main_thread():
        return function(*args, **kwargs)
    return beside(partial(function, *args, **kwargs))


def beside(call: Callable[[], T], look_up: Callable[[], None] = lambda: None) -> T:
    """Return what a call returns in a thread of its own; what a signal or ``look_up`` raises meanwhile ends it.

    ``look_up`` is called every LOOK_UP seconds.
    """
    outcomes: SimpleQueue[tuple[bool, Any]] = SimpleQueue()

    def work() -> None:
        try:
            outcomes.put((True, call()))
        except BaseException as error:
            outcomes.put((False, error))

    helper = Helper(work)
    helper.start()
    try:
        returned, outcome = wait_for(outcomes, look_up)
    except BaseException:
        helper.stop()
        raise
    try:
        if not returned:
            raise outcome
        result: T = outcome
        return result
    finally:
        # Else an error and its traceback would keep each other, and all that the call worked on.
        del outcome


def wait_for(queue: SimpleQueue[T], look_up: Callable[[], None] = lambda: None) -> T:
    """Return what comes out of a queue, or raise what a signal or ``look_up`` brings meanwhile."""
    while True:
        with contextlib.suppress(Empty):
            return queue.get(timeout=LOOK_UP)
        look_up()


def settings() -> Settings:
    """Return what restores the settings of libraries that hold for a thread, of those that are in use."""
    joblib = sys.modules.get("joblib")
    backend, n_jobs = chosen_backend()
    given = {name: value for name, value in (("backend", backend), ("n_jobs", n_jobs)) if value is not None}
    return [*sklearn_settings(), *([partial(joblib.parallel_config, **given)] if joblib and given else [])]


def sklearn_settings() -> Settings:
    """Return what restores those of scikit-learn, which can be pickled."""
    sklearn = sys.modules.get("sklearn")
    return [partial(sklearn.config_context, **sklearn.get_config())] if sklearn else []


def chosen_backend() -> tuple[Any, int | None]:
    """Return joblib's backend and number of jobs where the user has set them, None for what they have not."""
    joblib = sys.modules.get("joblib.parallel")
    if joblib is None:
        return None, None
    (backend, n_jobs), (again, _) = joblib.get_active_backend(), joblib.get_active_backend()
    # One that nobody chose is made anew each time.
    return (backend if backend is again else None), n_jobs


def in_settings(restored: Settings, work: Callable[[], Any]) -> Any:
    """Return what ``work`` returns under settings."""
    with contextlib.ExitStack() as stack:
        for context in restored:
            stack.enter_context(context())
        return work()
