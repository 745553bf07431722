"""A network as plain values and arrays, and back; the arrays of its state by the parts that they belong to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..io import Arrays
from ..kernels.delays import DelayedEdges, Flight
from ..kernels.model import State
from ..kernels.trace import TraceState
from ..parts import LIF, Cell, Clamp, Plasticity, STDPParams
from ..parts.clamp import check_clamp
from ..parts.delays import delays_of
from ..parts.elements import ELEMENTS, Element
from ..parts.tables import apart, together
from ..validation import (
    check_finite,
    check_input,
    check_int,
    check_neuron_signs,
    check_neurons,
    check_real,
    check_weight_signs,
    check_weights,
)
from .arrays import checked, named_arrays
from .drive import Input, InputWeights, check_currents, check_hold, check_rewards, require
from .network import Network
from .synapses import Synapses

FORMAT = "snnres network"
VERSION = 4
# Entries of a header: what a file of any format has, what one of this version has, what former versions had.
KNOWN = {
    "format",
    "version",
    "parameters",
    "cell",
    "rules",
    "elements",
    "clamp",
    "random_state",
    "seed",
    "rule",
    "stdp",
}
WEIGHT_ARRAYS = ("data", "indices", "indptr")
DRIVE_ARRAYS = ("input_weights_data", "input_weights_indices", "input_weights_indptr", "bias")


@dataclass
class Contents:
    """Everything from which a network goes on."""

    network: Network
    state: State
    initial_potentials: NDArray[np.float32]
    input: Input
    outputs: NDArray[np.int64]
    duration: int | None
    rng: np.random.Generator


def to_arrays(contents: Contents) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return a header of plain values, and arrays that are the network's own."""
    network, drive = contents.network, contents.input
    header = {
        "parameters": {
            "current_amplitude": drive.amplitude,
            "duration": contents.duration,
            "input_hold": drive.hold,
        },
        "random_state": contents.rng.bit_generator.state,
        "seed": network.seed,
    }
    described, arrays = apart(
        {
            "cell": network.cell.table(),
            "rules": [plasticity.table() for plasticity in network.rules],
            "elements": {name: element.table() for name, element in network.elements.items()},
            "clamp": None if drive.clamp is None else drive.clamp.table(),
        }
    )
    header |= described
    arrays |= {name: getattr(network.synapses.matrix, name) for name in WEIGHT_ARRAYS}
    if network.synapses.delays is not None:
        arrays["delays"] = network.synapses.delays
    if network.signs is not None:
        arrays["signs"] = network.signs
    arrays |= named_arrays(contents.state)
    arrays |= {"initial_potentials": contents.initial_potentials, "input": drive.spikes.T, "outputs": contents.outputs}
    if network.input_weights is not None:
        weights = network.input_weights.weights
        values = (weights.data, weights.indices, weights.indptr, network.input_weights.bias)
        arrays |= dict(zip(DRIVE_ARRAYS, values, strict=True))
        if network.input_weights.taps is not None:
            arrays["taps"] = network.input_weights.taps
    if drive.signal is not None:
        arrays["currents"] = drive.signal.T
    if drive.rewards is not None:
        arrays["rewards"] = drive.rewards
    return header, arrays


def from_arrays(header: dict[str, Any], arrays: Arrays) -> Contents:
    """Return what :func:`to_arrays` described, checked as a user's own values would be; it shares no array."""
    if "cell" not in header:
        header, arrays = from_version_1(header, arrays)
    if "rules" not in header:
        header, arrays = from_version_3(header, arrays)
    unknown = sorted(set(header) - KNOWN)
    if unknown:
        raise ValueError(f"Its entries must be known to this snnres. Got {unknown[0]!r} instead.")
    header = together(header, arrays)
    n_neurons = len(arrays["indptr"]) - 1
    matrix = check_weights("weights", stored_matrix(arrays, WEIGHT_ARRAYS, n_neurons))
    delays = stored_delays(arrays, matrix) if "delays" in arrays else None
    input_weights = None
    if DRIVE_ARRAYS[0] in arrays:
        *weights, bias = DRIVE_ARRAYS
        stored = stored_matrix(arrays, weights, n_neurons)
        input_weights = InputWeights(stored, arrays[bias], n_neurons, arrays.get("taps"))
    network = Network(
        Synapses(matrix, delays),
        Cell.from_table(header["cell"]),
        tuple(Plasticity.from_table(table) for table in header["rules"]),
        input_weights,
        stored_elements(header["elements"]),
        stored_signs(arrays["signs"], matrix) if "signs" in arrays else None,
        check_int("seed", header["seed"], 0, 2**32 - 1),
    )
    parameters = header["parameters"]
    duration = parameters["duration"]
    signal = None
    if "currents" in arrays:
        signal = np.ascontiguousarray(
            check_currents("currents", arrays["currents"], require(input_weights).n_channels).T
        )
    rng = np.random.Generator(np.random.PCG64())
    rng.bit_generator.state = header["random_state"]
    return Contents(
        network,
        stored_state(network, arrays),
        stored_potentials(arrays["initial_potentials"], n_neurons),
        Input(
            np.ascontiguousarray(check_input("input", arrays["input"], n_neurons).T),
            check_real("current_amplitude", parameters["current_amplitude"]),
            signal,
            check_hold(parameters["input_hold"]),
            check_rewards("rewards", arrays["rewards"]) if "rewards" in arrays else None,
            stored_clamp(header.get("clamp"), n_neurons),
        ),
        check_neurons("outputs", arrays["outputs"], n_neurons),
        None if duration is None else check_int("duration", duration, 1),
        rng,
    )


def from_version_1(header: dict[str, Any], arrays: Arrays) -> tuple[dict[str, Any], Arrays]:
    """Return header and arrays as of now; the first version knew one cell and one rule, without names for them."""
    parameters, stdp = dict(header["parameters"]), header["stdp"]
    cell = {name: parameters.pop(name) for name in ("membrane_threshold", "leak_coefficient", "refractory_period")}
    header = header | {
        "parameters": parameters,
        "cell": {"kind": LIF.__name__, **cell},
        "rule": None if stdp is None else {"kind": STDPParams.__name__, **stdp},
    }
    parts = {"potential": "cell", "timer": "cell", "x_pre": "rule", "x_post": "rule", "trace": "trace"}
    others = (*WEIGHT_ARRAYS, *DRIVE_ARRAYS, "currents", "initial_potentials", "input", "outputs")
    kept = {name: arrays[name] for name in others if name in arrays}
    return header, kept | {f"{part}.{name}": arrays[name] for name, part in parts.items()}


def from_version_3(header: dict[str, Any], arrays: Arrays) -> tuple[dict[str, Any], Arrays]:
    """Return header and arrays as of now; the third version had one rule, on all synapses, and no other parts."""
    rule = header["rule"]
    rules = [] if rule is None else [{"kind": Plasticity.__name__, "rule": rule}]
    header = header | {"rules": rules, "elements": {}, "seed": 0}
    return header, OneRule(arrays)


class OneRule(Mapping[str, NDArray[Any]]):
    """Arrays of the third version under the names of now; each is read when it is asked for."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays

    def former(self, name: str) -> str:
        """Return the name that an array had."""
        return f"rule.{name.removeprefix('rules.0.rule.')}" if name.startswith("rules.0.rule.") else name

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.arrays[self.former(name)]

    def __contains__(self, name: object) -> bool:
        return self.former(str(name)) in self.arrays

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)


def stored_matrix(arrays: Arrays, names: Sequence[str], n_columns: int) -> sp.csr_matrix:
    """Return the CSR matrix of a file's arrays, refusing dtypes that SciPy would cast."""
    # Each array of a file is read whenever it is asked for.
    parts = tuple(arrays[name] for name in names)
    for name, array, kinds in zip(names, parts, ("f", "iu", "iu"), strict=True):
        if array.dtype.kind not in kinds or array.ndim != 1:
            raise ValueError(f"{name} must be a 1-D array of its type. Got {array.dtype}, {array.ndim}-D instead.")
    return sp.csr_matrix(parts, shape=(len(parts[2]) - 1, n_columns))


def stored_delays(arrays: Arrays, matrix: sp.csr_matrix) -> NDArray[np.int32]:
    """Return the delays of a file's arrays in the order of the matrix with sorted rows."""
    parts = (arrays["delays"], arrays["indices"], arrays["indptr"])
    delays = delays_of("delays", sp.csr_matrix(parts, shape=matrix.shape), matrix, np.random.default_rng(0))
    # Longer ones may have been pruned since, while spikes are on their way.
    return np.ones(matrix.nnz, dtype=np.int32) if delays is None else delays


def stored_signs(array: NDArray[Any], matrix: sp.csr_matrix) -> NDArray[np.int8]:
    """Return a copy of the signs of a file's neurons, which the weights must have."""
    signs = check_neuron_signs("signs", array, matrix.shape[0])
    check_weight_signs("signs", signs, matrix)
    return signs


def stored_elements(tables: dict[str, Any]) -> dict[str, Element]:
    """Return the parts of a file by their places, which must be those that a network has."""
    unknown = sorted(set(tables) - set(ELEMENTS))
    if unknown:
        places = ", ".join(map(repr, ELEMENTS))
        raise ValueError(f"{unknown[0]!r} is no part that this snnres knows of a network, which may have {places}.")
    return {name: ELEMENTS[name].from_table(table) for name, table in tables.items()}


def stored_clamp(table: dict[str, Any] | None, n_neurons: int) -> Clamp | None:
    """Return the clamp of a file, which need not have one."""
    if table is None:
        return None
    return check_clamp("clamp", Clamp.from_table(table), n_neurons)


def stored_potentials(array: NDArray[Any], n_neurons: int) -> NDArray[np.float32]:
    """Return a copy of initial potentials, finite float32."""
    if array.dtype != np.float32 or array.shape != (n_neurons,):
        raise ValueError(
            f"initial_potentials must be float32 of shape ({n_neurons},). "
            f"Got {array.dtype} of shape {array.shape} instead."
        )
    check_finite("initial_potentials", array)
    return array.copy()


def stored_state(network: Network, arrays: Arrays) -> State:
    """Return the state of the network's parts from a file's arrays."""
    fresh = network.state_at(np.zeros(network.n_neurons, dtype=np.float32))
    if fresh.flight is not None:
        # A ring may be longer than the longest delay: that synapse may have been pruned since.
        n_rows = max(network.synapses.max_delay, len(arrays["flight.pending"]) // network.n_neurons)
        fresh = fresh._replace(flight=network.synapses.flight(n_rows, learning=bool(network.active_rules)))
    parts = (network.cell, *(plasticity.rule for plasticity in network.rules), *network.elements.values())
    never_negative = {*TraceState._fields, *(name for part in parts for name in part.never_negative)}
    state: State = checked(fresh, arrays, never_negative)
    check_places(state, network)
    return state


def check_places(state: State, network: Network) -> None:
    """Refuse a state whose positions lead out of its arrays: the kernels follow them."""
    if state.flight is not None:
        check_flight(state.flight, network)
    if state.line is not None:
        check_int("line.position", state.line.position[0], 0, len(state.line.past) - 1)


def check_flight(flight: Flight, network: Network) -> None:
    """Refuse a ring whose links lead out of it, or round in circles: the kernel follows them."""
    check_int("flight.position", flight.position[0], 0, len(flight.pending) // network.n_neurons - 1)
    if not flight.first.size:
        return
    rows = cast(DelayedEdges, network.synapses.edges_both_ways).rows
    seen = np.zeros(flight.follower.size, dtype=bool)
    links = flight.first
    while (links := links[links > 0]).size:
        if links.max() > seen.size or seen[links - 1].any() or len(np.unique(links)) < len(links):
            raise ValueError("flight.follower must link each entry once at most. Got a link to one that is there.")
        entries = links.astype(np.int64) - 1
        seen[entries] = True
        neurons, terminals = entries % network.n_neurons, flight.terminal[entries]
        if ((terminals < rows[neurons]) | (terminals >= rows[neurons + 1])).any():
            raise ValueError("flight.terminal must lead to synapses of the neuron that fired. Got those of another.")
        links = flight.follower[entries]
