"""A pytest plugin: writes down which functions of the kernels and parts ran as plain Python.

``SNNRES_KERNELS_SEEN`` names the file. Without the compiler kernels are ordinary functions, which a profiler sees.
"""

import os
import sys
import threading
from pathlib import Path

import snnres

PACKAGE = Path(snnres.__file__).parent
SEEN = set()


def note(frame, event, _):
    """Keep module and name of what is called."""
    if event == "call":
        path = Path(frame.f_code.co_filename)
        if path.parent.parent == PACKAGE and path.parent.name in ("kernels", "parts"):
            SEEN.add(f"{path.stem}.{frame.f_code.co_name}")


def pytest_configure():
    threading.setprofile(note)
    sys.setprofile(note)


def pytest_unconfigure():
    sys.setprofile(None)
    Path(os.environ["SNNRES_KERNELS_SEEN"]).write_text("\n".join(sorted(SEEN)))
