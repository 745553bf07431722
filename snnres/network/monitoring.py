"""What a monitor finds in a network, and the samples of a run."""

import itertools
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..kernels.model import Drive, State
from ..kernels.monitor import Monitor
from ..recording import StateMonitor, StateVariables
from ..validation import check_neurons
from .arrays import named_arrays, plain
from .network import Network

DTYPES = (np.float32, np.int32)
WORD = np.dtype(np.uint32).itemsize

Sources = Mapping[str, NDArray[np.float32] | NDArray[np.int32]]


def observable(network: Network, state: State, drive: Drive) -> Sources:
    """Return all that has an entry a neuron, by part and name: arrays that a run changes in place, and constants."""
    found = {}
    twins = named_arrays(other_size(network, state))
    for name, array in named_arrays(state).items():
        if array.shape == twins[name].shape == (network.n_neurons,) and array.dtype in DTYPES:
            found[name] = array
    if drive.currents is not None:
        found["drive.current"] = drive.currents.current
    if not any(plain(name) == "threshold" for name in found):
        threshold = np.asarray(network.cell.membrane_threshold, dtype=np.float32)
        found["cell.threshold"] = np.broadcast_to(threshold, network.n_neurons).copy()
    return found


def other_size(network: Network, state: State) -> State:
    """Return a state whose arrays by row of synapses are longer than by neuron, which tells the two apart.

    With delays there may be as many rows as neurons; without, a row is a neuron.
    """
    if state.rules is None or network.synapses.delays is None:
        return state
    n_neurons, n_rows = network.rule_size
    rules = [plasticity.rule.state(n_neurons, n_rows + 1) for plasticity in network.active_rules]
    return state._replace(rules=tuple(own._replace(rule=rule) for own, rule in zip(state.rules, rules, strict=True)))


def chosen(monitor: StateMonitor, there: Sources) -> Sources:
    """Return the arrays that a monitor names, under its names."""
    found = {}
    for name in monitor.variables:
        meant = [full for full in there if name in (full, plain(full))]
        if not meant:
            raise ValueError(f"variables must be among those of this run: {', '.join(there)}. Got {name!r} instead.")
        if len(meant) > 1:
            raise ValueError(f"variables must say which of {', '.join(meant)} is meant. Got {name!r} instead.")
        found[name] = there[meant[0]]
    return found


def check_monitor(wanted: StateMonitor, network: Network, state: State, drive: Drive, n_samples: int) -> None:
    """Refuse a monitor of variables or neurons that are not there, or of more than its bound, before any work."""
    n_variables = len(chosen(wanted, observable(network, state, drive)))
    n_neurons = len(monitored(wanted, network))
    n_bytes = n_samples * n_variables * n_neurons * WORD
    if n_bytes > wanted.max_bytes:
        raise ValueError(
            f"max_bytes must be at least {n_bytes}: {WORD} for each of {n_samples} samples of {n_variables} variables "
            f"of {n_neurons} neurons. Got {wanted.max_bytes} instead: raise it, name fewer neurons, or sample at a "
            "longer stride (every)."
        )


def monitored(wanted: StateMonitor, network: Network) -> NDArray[np.int64]:
    """Return the neurons that a monitor names, all if it names none."""
    if wanted.neurons is None:
        return np.arange(network.n_neurons)
    return check_neurons("neurons", wanted.neurons, network.n_neurons)


class Sampler:
    """Room for the samples of a run, or of successive trials on one time axis, for a monitor that has been checked."""

    def __init__(self, wanted: StateMonitor, network: Network, state: State, drive: Drive, n_samples: int) -> None:
        sources = chosen(wanted, observable(network, state, drive))
        self.dtypes = {name: array.dtype for name, array in sources.items()}
        self.neurons = monitored(wanted, network)
        self.monitor = Monitor(
            tuple(array.view(np.uint32) for array in sources.values()),
            self.neurons.astype(np.uint32),
            np.int64(wanted.every),
            np.zeros((n_samples, len(sources), len(self.neurons)), dtype=np.uint32),
        )

    def variables(self, starts: NDArray[np.int64]) -> StateVariables:
        """Return the samples of trials, of which k has the steps ``starts[k]`` to ``starts[k + 1]`` that were run."""
        every = int(self.monitor.every)
        steps = np.concatenate(
            [np.arange(start + every, stop + 1, every) - 1 for start, stop in itertools.pairwise(starts.tolist())]
        )
        words = self.monitor.values[: len(steps)]
        samples = {name: words[:, v].view(dtype) for v, (name, dtype) in enumerate(self.dtypes.items())}
        return StateVariables.trusted(steps, self.neurons, samples)
