"""The one compile policy of every kernel."""

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numba

from .cache import KernelCache

Kernel = Callable[..., Any]

# Kernels release the GIL and never reorder floating point: no fastmath.
OPTIONS: Any = {"nogil": True, "error_model": "numpy"}


def inline_jit(function: Callable[..., Any]) -> Any:
    """Compile into every caller: for what is done once a neuron or a synapse. Nothing of it is kept by itself."""
    return numba.njit(**OPTIONS, forceinline=True)(function)


def jit(function: Callable[..., Any]) -> Any:
    """Compile lazily and keep the machine code on disk, where there is a folder for it."""
    dispatcher: Any = numba.njit(**OPTIONS)(function)
    if dispatcher is not function:
        try:
            dispatcher._cache = KernelCache(function)
        except RuntimeError:
            warn_uncached()
    return dispatcher


def machine_code(kernel: Kernel, arguments: tuple[Any, ...]) -> Kernel:
    """Return what a kernel is compiled to for arguments of these types, which nothing looks at any more.

    To look at them takes 10 to 20 us for the tuples of a network at every call, and the rest of the call 1.
    """
    if not hasattr(kernel, "compile"):
        return kernel
    code: Kernel = kernel.compile(tuple(map(numba.typeof, arguments)))
    return code


@functools.cache
def warn_uncached() -> None:
    """Say once that nothing can be kept."""
    warnings.warn(
        "no folder for compiled kernels can be written: they are compiled anew in every process. Set the environment "
        "variable NUMBA_CACHE_DIR to a folder that can.",
        RuntimeWarning,
        stacklevel=4,
    )
