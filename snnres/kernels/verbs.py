"""The verbs of the time loop, and how each finds what it means for a part: by the part's type, as it is compiled.

A part is a named tuple of constants; where it has state, that is a named tuple of arrays. ``None`` stands for a part
that is not there: the verb then does nothing and leaves no machine code behind.
"""

import functools
from collections.abc import Callable
from typing import Any

from numba.core import types
from numba.extending import overload

from .compile import OPTIONS

Kernel = Callable[..., Any]


class Verb:
    """A function that is another for each type of its first argument.

    numba prunes a branch on ``None`` only for arguments of a function, not for fields of a tuple, so that the choice
    cannot be an ``if`` in the time loop.
    """

    def __init__(self, nothing: Kernel) -> None:
        functools.update_wrapper(self, nothing)
        self.__name__ = nothing.__name__
        self.nothing = nothing
        self.kernels: dict[type, Kernel] = {}
        # Inlined, or a call hands over its tuples' arrays one by one: 0.6 us a step for synapses with delays.
        overload(self, jit_options=OPTIONS | {"forceinline": True}, strict=False)(self._choose)

    def __call__(self, part: Any, *arguments: Any) -> Any:
        """Act without the compiler."""
        kernel = self.nothing if part is None else self.kernels[type(part)]
        return kernel(part, *arguments)

    def _choose(self, part: Any, *_: Any) -> Kernel | None:
        """Return what numba is to compile for the types of the arguments."""
        if isinstance(part, types.NoneType):
            return self.nothing
        return self.kernels.get(getattr(part, "instance_class", type(None)))

    def of(self, part: type) -> Callable[[Kernel], Kernel]:
        """Return the decorator of the function that this verb is for a type of part, in that type's own module."""

        def register(kernel: Kernel) -> Kernel:
            if kernel.__module__ != part.__module__:
                # The cache looks for changes where the part is defined.
                raise ValueError(
                    f"{self.__name__} of {part.__name__} must be defined in {part.__module__}, where the part is. "
                    f"Got {kernel.__module__} instead."
                )
            self.kernels[part] = kernel
            return kernel

        return register


@Verb
def window(drive, start, stop):
    """Return the part of a drive that lasts from step ``start`` to ``stop``, its steps counted from 0."""


@Verb
def inject(drive, line, potential, t):
    """Add the input of step ``t`` to the potentials; ``line`` is what a drive with delays remembers. Mutates both."""


@Verb
def fire(cell, state, fired):
    """Advance the neurons by one step: mark who fires in ``fired`` (0 or 1), reset them, leak.

    Mutates the state. ``fired`` is padded beyond the neurons to a multiple of 8; the padding stays 0.
    """


@Verb
def arriving(synapses, flight, spikes):
    """Return the rows of ``synapses.indptr`` at whose synapses spikes arrive in this step. Mutates ``flight``."""


@Verb
def learn(rule, state, synapses, arrivals, spikes):
    """Change the weights for what happens in this step. Mutates the state and the weights.

    ``spikes`` are the neurons that fire, ascending, ``arrivals`` the rows of ``synapses.indptr`` whose synapses are
    reached by spikes: without delays the same, with delays a row is a source's synapses of one delay.
    """


@Verb
def send(synapses, flight, potential, spikes):
    """Send each spike along its synapses, in the order of the spikes. Mutates ``flight`` and ``potential``."""


@Verb
def probe(reading, state, spikes):
    """Take down what is read off the network at the end of a step. Mutates the state."""
