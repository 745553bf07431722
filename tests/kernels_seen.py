"""A pytest plugin, without the compiler: writes down which kernels ran. ``SNNRES_KERNELS_SEEN`` names the file."""

import functools
import os
from pathlib import Path

import numba

SEEN = set()


def noting(function):
    """The function, which notes module and name when it is called."""
    name = f"{Path(function.__code__.co_filename).stem}.{function.__name__}"

    @functools.wraps(function)
    def call(*args):
        SEEN.add(name)
        return function(*args)

    return call


def pytest_configure():
    # Before the kernels are defined; a profiler would see them as well, but take minutes.
    numba.njit = lambda **options: noting
    from snnres.kernels.verbs import Verb

    register = Verb.of
    Verb.of = lambda verb, part: lambda kernel: register(verb, part)(noting(kernel))


def pytest_unconfigure():
    Path(os.environ["SNNRES_KERNELS_SEEN"]).write_text("\n".join(sorted(SEEN)))
