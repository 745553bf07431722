"""The state of a network whose synapses are replaced by others."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernels.delays import lengthened
from ..kernels.learning import Lessons
from ..kernels.model import State
from ..parts import Plasticity
from .arrays import mapped, named_arrays
from .network import Network
from .synapses import Synapses, source_of_synapse


def state_beside(former: Network, network: Network, state: State) -> State:
    """Return the state in which a network goes on that differs from a former one by its synapses.

    What a part keeps of a synapse goes with the pair of neurons that it joins, and is as the part begins where there
    was none; all else stays, what is on its way too. A rule knows that by the rows of the synapses, which become others
    where there are delays: it must then know of nothing.
    """
    state = with_elements(former, network, state)
    present = network.synapses
    if network.active_rules and not (former.synapses.delays is present.delays is None):
        check_at_rest(state)
        fresh = network.state_at(state.cell.potential)
        return state._replace(rules=fresh.rules, flight=fresh.flight)
    if network.active_rules:
        pairs = zip(network.active_rules, state.rules, strict=True)
        lessons = (with_modulation(former.synapses, present, plasticity, kept) for plasticity, kept in pairs)
        state = state._replace(rules=tuple(lessons))
    if state.flight is not None:
        state = state._replace(flight=lengthened(state.flight, present.max_delay, network.n_neurons))
    return state


def with_elements(former: Network, network: Network, state: State) -> State:
    """Return the state with what elements, such as a device, keep of each synapse in the order of other synapses."""
    elements = {
        name: carried_over(
            former.synapses, network.synapses, partial(element.state, network.n_neurons), getattr(state, name)
        )
        for name, element in network.elements.items()
        if name in State._fields
    }
    return state._replace(**elements)


def with_modulation(former: Synapses, present: Synapses, plasticity: Plasticity, lessons: Lessons) -> Lessons:
    """Return what a rule keeps, with what its modulation keeps of each synapse in the order of other synapses."""
    if plasticity.modulation is None:
        return lessons
    return lessons._replace(modulation=carried_over(former, present, plasticity.modulation.state, lessons.modulation))


def check_at_rest(state: State) -> None:
    """Refuse to replace synapses with delays while a rule knows of what is on its way along them."""
    moving = named_arrays((state.rules, state.flight))
    if any(part.any() for part in moving.values()):
        raise ValueError(
            "the synapses of a network with delays can be replaced while plasticity is on only where no spike "
            "and no trace is on its way: call reset() or disable_stdp() first."
        )


def carried_over(former: Synapses, present: Synapses, make: Callable[[int], Any], state: Any) -> Any:
    """Return the state of a part for other synapses; ``make`` returns it for a number of them, as the part begins."""
    nnz, kept = present.matrix.nnz, named_arrays(state)
    # What is kept a synapse is what grows with their number.
    longer = named_arrays(make(nnz + 1))

    def taken(name: str, fresh: NDArray[Any]) -> NDArray[Any]:
        if longer[name].shape == fresh.shape:
            return kept[name]
        found, origin = origins(former, present)
        fresh[found] = kept[name][origin]
        return fresh

    return mapped(make(nnz), taken)


def origins(former: Synapses, present: Synapses) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return which synapses join neurons that a former one joined, and the places of these."""
    sought, there = keys_of(present), keys_of(former)
    _, places, origin = np.intersect1d(sought, there, assume_unique=True, return_indices=True)
    found = np.zeros(len(sought), dtype=bool)
    found[places] = True
    # Of the places of intersect1d, in the order of keys, those in the order of the synapses.
    return found, np.asarray(origin[np.argsort(places)])


def keys_of(synapses: Synapses) -> NDArray[np.int64]:
    """Return a number for each synapse that tells the pair of its neurons."""
    matrix = synapses.matrix
    return np.asarray(source_of_synapse(matrix) * matrix.shape[0] + matrix.indices)
