"""The process ``snnres``, which answers Ctrl-C with one line and exit code 130, whatever it is doing."""

from __future__ import annotations

# Nothing that can wait is imported here, since Python answers Ctrl-C with a traceback until the handler is in place.
import os
import signal
import sys

from . import INTERRUPTED, farewell, main

TYPE_CHECKING = False

if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, NoReturn

# Seconds after which an interrupt that was lost comes again.
AGAIN = 0.02


def be_process() -> NoReturn:
    """Run the subcommand of the process's arguments and end the process."""
    # Else it runs in the background of a shell, deaf to Ctrl-C, and is to stay so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    try:
        import warnings

        warnings.showwarning = say_warning
        end(main())
    except SystemExit as end_of_parser:
        end(int(end_of_parser.code or 0))
    except KeyboardInterrupt:
        # Just before the work or just after it.
        leave()


def say_warning(message: Warning | str, *where: Any, **more: Any) -> None:
    """Show a warning as a line of its own, without the place in the code that gave it."""
    print("snnres: warning:", *str(message).split(), file=sys.stderr)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Interrupt by an exception, but while a module is imported, end at once.

    Compiled modules do not let every exception through, but say in its place that they cannot be imported.
    """
    while frame is not None:
        if "importlib" in frame.f_code.co_filename:
            leave()
        frame = frame.f_back
    sys.unraisablehook = interrupt_again
    raise KeyboardInterrupt


def interrupt_again(lost: Any) -> None:
    """Bring an interrupt again that came where no exception can be raised, in a destructor or a callback from C.

    Other errors that are lost after an interrupt follow from it: what it left half made cannot be destroyed in order.
    """
    if isinstance(lost.exc_value, KeyboardInterrupt):
        import threading

        # To the process, since a signal of the timer's own thread would not wake the main one.
        threading.Timer(AGAIN, os.kill, [os.getpid(), signal.SIGINT]).start()


def leave() -> NoReturn:
    """End the process in the place of an interrupt."""
    os.write(2, farewell().encode())
    os._exit(INTERRUPTED)


def end(code: int) -> NoReturn:
    """End the process without the interpreter's tidying up: some tenths of a second, in which it is deaf."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    os._exit(code)
