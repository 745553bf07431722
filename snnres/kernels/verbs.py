"""The verbs of the time loop, and how each finds what it means for a part: by the part's type, as it is compiled.

A part is a named tuple of constants; where it has state, that is a named tuple of arrays. ``None`` stands for a part
that is not there: the verb then does nothing and leaves no machine code behind.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numba.core import types
from numba.extending import overload

from .compile import OPTIONS

Kernel = Callable[..., Any]

# Told apart from a reward of 0, which may be worse than what is expected.
NO_REWARD = np.float32(np.nan)


class Verb:
    """A function that is another for each type of its first argument.

    numba prunes a branch on ``None`` only for arguments of a function, not for fields of a tuple, so that the choice
    cannot be an ``if`` in the time loop. What an ``optional`` verb does for ``None`` it does for a part that has no
    kernel for it, too.
    """

    def __init__(self, nothing: Kernel, *, optional: bool = False) -> None:
        functools.update_wrapper(self, nothing)
        self.__name__ = nothing.__name__
        self.nothing = nothing
        self.optional = optional
        self.kernels: dict[type, Kernel] = {}
        # Inlined, or a call hands over its tuples' arrays one by one: 0.6 us a step for synapses with delays.
        overload(self, jit_options=OPTIONS | {"forceinline": True}, strict=False)(self._choose)

    def __call__(self, part: Any, *arguments: Any) -> Any:
        """Act without the compiler."""
        return self._kernel(type(part), absent=part is None)(part, *arguments)  # type: ignore[misc]

    def _choose(self, part: Any, *_: Any) -> Kernel | None:
        """Return what numba is to compile for the types of the arguments."""
        return self._kernel(getattr(part, "instance_class", type(None)), absent=isinstance(part, types.NoneType))

    def _kernel(self, kind: type, *, absent: bool) -> Kernel | None:
        if absent or (self.optional and kind not in self.kernels):
            return self.nothing
        return self.kernels.get(kind)

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


optional = functools.partial(Verb, optional=True)


@Verb
def window(drive, start, stop):
    """Return the part of a drive that lasts from step ``start`` to ``stop``, its steps counted from 0."""


@Verb
def inject(drive, line, potential, t):
    """Add the input of step ``t`` to the potentials; ``line`` is what a drive with delays remembers. Mutates both."""


@Verb
def fires(cell, state, stream, i):
    """Return whether neuron i fires in this step; what counts time, such as a timer, may be moved on. Mutates state."""


@Verb
def settle(cell, state, i, fired):
    """End the step of neuron i: reset it if it has fired, and leak. Mutates the state."""


@Verb
def margin(cell, state, i):
    """Return by how much neuron i is above its threshold: among those that fire at once the highest wins."""


@optional
def shifted(part, state, threshold, i):
    """Return the threshold of neuron i as a part of its cell shifts it."""
    return threshold


@Verb
def track(part, state, i, fired):
    """Move what a part of a cell keeps of neuron i on by a step. Mutates the state."""


@Verb
def crosses(escape, state, stream, potential, threshold, ready, i):
    """Return whether neuron i, if it is ready to fire, does so at this potential and threshold. Mutates the state."""
    return ready & (potential >= threshold)


@Verb
def overrule(clamp, fired, t):
    """Forbid spikes of step t, and force others, which ``fired`` then marks with FORCED. Mutates ``fired``."""


@Verb
def compete(competition, cell, state, fired):
    """Let few win among the neurons that would fire. Mutates ``fired`` and the potentials of those who lose."""


@Verb
def has_room(recorder, end):
    """Return whether the spikes of another step surely fit a recorder that ends here, and the step may begin."""


@Verb
def take_down(recorder, end):
    """Write who fired in this step behind the end of what is recorded; return the new end. Mutates the recorder."""


@Verb
def arriving(synapses, flight, spikes):
    """Return the rows of ``synapses.indptr`` at whose synapses spikes arrive in this step. Mutates ``flight``."""


@Verb
def rewarded(reward, t):
    """Return the reward of step t, NaN where there is none."""
    return NO_REWARD


@Verb
def landing(current, state, potential):
    """Return the array to which arriving spikes add: the potentials, or what stands between. Mutates the state."""
    return potential


@Verb
def flow(current, state, potential):
    """Let what stands between synapses and potentials act at the end of a step. Mutates both."""


@Verb
def facilitate(short_term, state, spikes):
    """Move the state of short-term plasticity on by a step in which these neurons fire. Mutates the state."""


@Verb
def transmit(part, state, stream, w, j, e):
    """Return what a spike of neuron j sends along synapse e of weight w."""
    return w


@Verb
def store(device, state, stream, w, new, e, event):
    """Return the weight that synapse e takes when it is to change from w to ``new``. Mutates the state.

    ``event`` tells apart the changes of a synapse within one step.
    """
    return new


@Verb
def send(synapses, model, state, target, spikes):
    """Send each spike along its synapses, in the order of the spikes. Mutates ``target`` or what is in flight."""


@Verb
def probe(reading, state, spikes):
    """Take down what is read off the network at the end of a step. Mutates the state."""


@Verb
def sample(monitor, k):
    """Write sample k of a monitor. Mutates its values."""


@Verb
def elapse(stream):
    """Count a step of the random numbers. Mutates the stream."""


@optional
def age(rule, state):
    """Let what a rule remembers age by a step. Mutates the state."""


@optional
def prepare(rule, state):
    """Compute in advance what many synapses will ask for in this step. Mutates scratch arrays of the rule."""


@optional
def on_arrival(rule, state, w, a, i):
    """Return what weight w becomes as a spike arrives from row a of the synapses at neuron i."""
    return w


@optional
def on_spike(rule, state, w, a, i):
    """Return what weight w of the synapse from row a becomes as neuron i fires."""
    return w


@optional
def mark_arrivals(rule, state, arrivals):
    """Remember the rows at whose synapses spikes arrive in this step. Mutates the state."""


@optional
def mark_spikes(rule, state, spikes):
    """Remember the neurons that fire in this step. Mutates the state."""


@optional
def mark_after(rule, state, arrivals, spikes):
    """Remember what only later steps may see, whatever counts as coincident. Mutates the state."""


@Verb
def credit(modulation, state, w, new, reward, e):
    """Return what weight w of synapse e becomes where a rule by itself would make it ``new``. Mutates the state."""
    return new


@optional
def expect(modulation, state, reward):
    """Move what reward modulation remembers on by a step. Mutates the state."""


@optional
def redeem(modulation, state, view, learning, device, worn, stream, reward):
    """Change all weights of a rule for the reward of this step. Mutates weights and states."""


@Verb
def keep_up(upkeep, state, view, learning, device, worn, stream):
    """Let the weights of a rule decay, and keep their sums. Mutates weights and states."""
