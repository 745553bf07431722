"""What the user may set: frozen parameter objects, checked when they are made."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from .parts import (
    LIF,
    Cell,
    Competition,
    Device,
    Distribution,
    Graph,
    Noise,
    Release,
    ShortTermPlasticity,
    SynapticCurrent,
)
from .parts.delays import DelaysLike, check_delays
from .parts.elements import ELEMENTS
from .parts.values import PerNeuron, check_lengths
from .validation import (
    INT32_MAX,
    check_bool,
    check_input,
    check_int,
    check_matrix,
    check_neuron_signs,
    check_neurons,
    check_potentials,
    check_real,
    check_type,
    check_weight_signs,
    freeze,
    refuse,
)

__all__ = ["SeedLike", "SimulationParams"]

# Where no part describes the graph, these do.
GRAPH_FIELDS = ("small_world_graph_p", "small_world_graph_k", "connection_prob", "is_random_uniform")
# Where no cell is given, these describe the neurons.
CELL_FIELDS = ("membrane_threshold", "leak_coefficient", "refractory_period")

SeedLike: TypeAlias = int | np.random.SeedSequence | np.random.Generator | None


def no_input() -> NDArray[np.uint8]:
    """Return the input of a network that has none yet: no neurons, no steps."""
    return np.zeros((0, 0), dtype=np.uint8)


def check_seed(name: str, value: Any) -> SeedLike:
    """Return what seeds, an integer as int: None, an integer >= 0, a SeedSequence or a Generator."""
    if value is None or isinstance(value, (np.random.SeedSequence, np.random.Generator)):
        return value
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise refuse(name, "None, an integer >= 0, a numpy SeedSequence or Generator", value, TypeError)
    return check_int(name, value, 0, 2**128 - 1)


@dataclass(frozen=True, eq=False)
class SimulationParams:
    """Parameters of a reservoir: its neurons, its graph or its own weights, its input.

    The network is either generated (``num_neurons``, ``mean_weight`` and a graph) or given
    (``adjacency_matrix``). Arrays are checked here and copied when a network is built, so they are never
    changed. All times are in steps.

    Parameters
    ----------
    membrane_threshold : float
        Potential at and above which a neuron fires, > 0. This and the next two make the neurons
        :class:`snnres.parts.LIF`; they are required unless ``cell`` is given.
    leak_coefficient : float
        Fraction of the potential lost in a step, in [0, 1).
    refractory_period : int
        Steps after a spike in which a neuron cannot fire, >= 1: two spikes are at least
        ``refractory_period + 1`` steps apart.
    small_world_graph_p : float, optional
        Watts-Strogatz: probability in [0, 1] that an edge is rewired.
    small_world_graph_k : int, optional
        Watts-Strogatz: neighbours of a neuron on the ring, an even integer in [2, num_neurons].
    connection_prob : float, optional
        Erdős-Rényi: probability in [0, 1] of each ordered pair. Only with ``is_random_uniform=True``.
    is_random_uniform : bool, optional
        True for an Erdős-Rényi graph; False or None for Watts-Strogatz.
    mean_weight : float, optional
        Mean of the normally distributed weights. Required with ``num_neurons``.
    num_neurons : int, optional
        Neurons of a generated network, >= 1. Exactly one of this and ``adjacency_matrix``.
    num_output_neurons : int, optional
        Output neurons to draw among those that get no input. Exactly one of this and ``output_neurons``.
    output_neurons : ndarray of int, shape (n_outputs,), optional
        Distinct indices of the output neurons.
    membrane_potentials : ndarray of float, shape (num_neurons,), optional
        Potentials at the start, in [0, membrane_threshold]. Drawn uniformly from there if None.
    duration : int, optional
        Steps of a run, in [1, 2^31). None: as many as the input has. A longer run gets no input at its end, a shorter
        one not all of it.
    current_amplitude : float, optional
        What an input spike adds to a potential. None: the threshold.
    weight_variance : float, optional
        Coefficient of variation of the weights, >= 0: their standard deviation is
        ``abs(mean_weight) * weight_variance``. None: 0.1. (The name is the reference's.)
    input_spike_times : ndarray, shape (n_inputs, n_steps), optional
        0/1 of any real dtype; row i drives neuron i.
    adjacency_matrix : scipy.sparse matrix or array_like, shape (num_neurons, num_neurons), optional
        ``W[j, i]`` is the weight of the synapse from j to i; finite, no duplicates. Dense and integer matrices are
        converted; for the matrix of a networkx graph call :func:`snnres.topology.from_networkx`. The network holds it
        as float32.
    seed : int, numpy.random.SeedSequence or numpy.random.Generator, optional
        Decides everything that is drawn. None draws a fresh one. A Generator is advanced each time a network
        is built from it; an integer or SeedSequence gives the same network each time.
    cell : snnres.parts.Cell, optional
        Another neuron model, which has its own parameters; by keyword only.
    delays : int, array_like, sparse matrix or snnres.parts.Delays, optional
        Steps that spikes are on their way, >= 1: one number, one for each neuron, a matrix of the pattern of the
        weights, or a distribution that is drawn with ``seed``, see :meth:`snnres.SNN.set_delays`. None: 1, the model
        without delays. By keyword only.
    noise : snnres.parts.Noise, optional
        What is added to the potentials at random. This and the following by keyword only; None for none.
    competition : snnres.parts.Competition, optional
        Which of the neurons that would fire at once do.
    synaptic_current : snnres.parts.SynapticCurrent, optional
        What stands between arriving spikes and potentials.
    short_term_plasticity : snnres.parts.ShortTermPlasticity, optional
        How much of its weight a synapse transmits, by the recent spikes of its source.
    release : snnres.parts.Release, optional
        What of a spike a synapse lets through.
    device : snnres.parts.Device, optional
        How weights are kept and read by hardware.
    graph : snnres.parts.Graph, optional
        Another graph than the two above, such as :class:`snnres.parts.Lattice`, in their place; with ``num_neurons``
        and ``mean_weight``. By keyword only.
    inhibitory_fraction : float, optional
        Fraction of inhibitory neurons in [0, 1] of a generated network: ``round(fraction * num_neurons)`` are chosen
        at random with ``seed``, input neurons among them. By Dale's law all outgoing weights of a neuron then have one
        sign: ``abs(w)`` for excitatory, ``-inhibitory_ratio * abs(w)`` for inhibitory ones, where w is what is drawn
        otherwise; so ``mean_weight`` must be > 0. None: weights of any sign. By keyword only.
    inhibitory_ratio : float, optional
        How much stronger inhibitory synapses are (g), > 0. None: 1. By keyword only.
    neuron_signs : array_like of int, shape (num_neurons,), optional
        1 for an excitatory and -1 for an inhibitory neuron, in place of ``inhibitory_fraction``. With
        ``adjacency_matrix`` the weights must have these signs. By keyword only.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SimulationParams
    >>> params = SimulationParams(
    ...     num_neurons=100, num_output_neurons=10, mean_weight=0.1, small_world_graph_k=10, small_world_graph_p=0.2,
    ...     membrane_threshold=1.0, leak_coefficient=0.01, refractory_period=2,
    ...     input_spike_times=np.eye(5, 50, dtype=np.uint8), seed=0)
    >>> params.small_world_graph_k
    10
    """

    membrane_threshold: PerNeuron | None = None
    leak_coefficient: PerNeuron | None = None
    refractory_period: PerNeuron | None = None
    small_world_graph_p: float | None = None
    small_world_graph_k: int | None = None
    connection_prob: float | None = None
    is_random_uniform: bool | None = None
    mean_weight: float | None = None
    num_neurons: int | None = None
    num_output_neurons: int | None = None
    output_neurons: NDArray[np.integer] | None = None
    membrane_potentials: NDArray[np.floating] | None = None
    duration: int | None = None
    current_amplitude: float | None = None
    weight_variance: float | None = None
    input_spike_times: NDArray[Any] = field(default_factory=no_input)
    adjacency_matrix: sp.spmatrix | sp.sparray | ArrayLike | None = None
    seed: SeedLike = None
    cell: Cell | None = field(default=None, kw_only=True)
    delays: DelaysLike = field(default=None, kw_only=True)
    noise: Noise | None = field(default=None, kw_only=True)
    competition: Competition | None = field(default=None, kw_only=True)
    synaptic_current: SynapticCurrent | None = field(default=None, kw_only=True)
    short_term_plasticity: ShortTermPlasticity | None = field(default=None, kw_only=True)
    release: Release | None = field(default=None, kw_only=True)
    device: Device | None = field(default=None, kw_only=True)
    graph: Graph | None = field(default=None, kw_only=True)
    inhibitory_fraction: float | None = field(default=None, kw_only=True)
    inhibitory_ratio: float | None = field(default=None, kw_only=True)
    neuron_signs: ArrayLike | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        cell = self._check_cell()
        for name, kind in ELEMENTS.items():
            if getattr(self, name) is not None:
                check_type(name, getattr(self, name), kind)
        if self.duration is not None:
            freeze(self, "duration", check_int, 1, INT32_MAX)
        if self.current_amplitude is not None:
            freeze(self, "current_amplitude", check_real)
        freeze(self, "seed", check_seed)
        n_neurons = self._check_network()
        for part in (cell, *(getattr(self, name) for name in ELEMENTS)):
            if part is not None:
                check_lengths(part, n_neurons)
        delays = check_delays("delays", self.delays, n_neurons)
        if isinstance(delays, int):
            object.__setattr__(self, "delays", delays)
        n_inputs = check_input("input_spike_times", self.input_spike_times, n_neurons).shape[0]
        self._check_outputs(n_neurons, n_inputs)
        if self.membrane_potentials is not None:
            potentials = check_potentials("membrane_potentials", self.membrane_potentials, n_neurons)
            if self.cell is None and not isinstance(cell.membrane_threshold, Distribution):
                self._check_below_threshold(potentials, np.asarray(cell.membrane_threshold))

    def _check_below_threshold(self, potentials: NDArray[np.float32], threshold: NDArray[np.float64]) -> None:
        threshold = np.broadcast_to(threshold, potentials.shape)
        outside = (potentials < 0) | (potentials > threshold.astype(np.float32))
        if outside.any():
            raise ValueError(
                f"membrane_potentials must lie in [0, {threshold[outside][0]:g}], up to the threshold. "
                f"Got {potentials[outside][0]:g} instead."
            )

    @property
    def neuron(self) -> Cell:
        """The neuron model: ``cell``, or else that of threshold, leak and refractory period."""
        if self.cell is not None:
            return self.cell
        # Checked: without a cell they are there.
        numbers: Any = (self.membrane_threshold, self.leak_coefficient, self.refractory_period)
        return LIF(*numbers)

    def _check_cell(self) -> Cell:
        """Check what describes the neurons; return their model."""
        if self.cell is not None:
            check_type("cell", self.cell, Cell)
        for name in CELL_FIELDS:
            given = getattr(self, name) is not None
            if self.cell is None and not given:
                raise TypeError(f"{name} must be given unless cell is. Got None instead.")
            if self.cell is not None and given:
                raise ValueError(f"{name} must not be given with cell. Got {shown_field(self, name)} instead.")
        neuron = self.neuron
        if self.cell is None:
            for name in CELL_FIELDS:
                freeze(self, name, lambda name, _: getattr(neuron, name))
        return neuron

    def _check_network(self) -> int:
        """Check what describes the synapses; return the number of neurons."""
        self._check_one_of("num_neurons", "adjacency_matrix")
        if self.is_random_uniform is not None:
            freeze(self, "is_random_uniform", check_bool)
        if self.adjacency_matrix is not None:
            return self._check_given()
        n_neurons: int = freeze(self, "num_neurons", check_int, 1, INT32_MAX)
        if self.mean_weight is None:
            raise ValueError("mean_weight must be given with num_neurons. Got None instead.")
        freeze(self, "mean_weight", check_real)
        if self.weight_variance is not None:
            freeze(self, "weight_variance", check_real, low=0)
        if self.graph is not None:
            self._check_graph(n_neurons)
        elif self.is_random_uniform:
            self._check_random_uniform()
        else:
            self._check_small_world(n_neurons)
        self._check_signs(n_neurons)
        return n_neurons

    def _check_one_of(self, first: str, second: str) -> None:
        given = [name for name in (first, second) if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"Exactly one of {first} and {second} must be given. Got {'both' if given else 'neither'} instead."
            )

    def _check_given(self) -> int:
        """Check a given matrix, beside which nothing of a generated network may stand."""
        self._refuse_beside(
            "adjacency_matrix", ("mean_weight", "weight_variance", "graph", "inhibitory_fraction", "inhibitory_ratio")
        )
        for name in ("small_world_graph_p", "small_world_graph_k", "connection_prob"):
            if getattr(self, name) is not None:
                # The reference takes these without a word, so a program written for it may hold them.
                warnings.warn(f"{name} has no effect with adjacency_matrix", UserWarning, stacklevel=5)
        matrix = check_matrix("adjacency_matrix", self.adjacency_matrix)
        if self.neuron_signs is not None:
            signs = check_neuron_signs("neuron_signs", self.neuron_signs, matrix.shape[0])
            check_weight_signs("neuron_signs", signs, matrix)
        return int(matrix.shape[0])

    def _refuse_beside(self, other: str, names: tuple[str, ...]) -> None:
        for name in names:
            if getattr(self, name) is not None:
                raise ValueError(f"{name} must not be given with {other}. Got {shown_field(self, name)} instead.")

    def _check_graph(self, n_neurons: int) -> None:
        """Check a graph that is a part."""
        graph = self.graph
        check_type("graph", graph, Graph)
        self._refuse_beside("graph", GRAPH_FIELDS)
        cast(Graph, graph).check_size(n_neurons)

    def _check_signs(self, n_neurons: int) -> None:
        """Check what makes neurons of a generated network excitatory or inhibitory."""
        if self.inhibitory_fraction is not None:
            self._refuse_beside("inhibitory_fraction", ("neuron_signs",))
            freeze(self, "inhibitory_fraction", check_real, low=0, high=1)
        elif self.neuron_signs is not None:
            check_neuron_signs("neuron_signs", self.neuron_signs, n_neurons)
        elif self.inhibitory_ratio is not None:
            raise ValueError(
                "inhibitory_ratio must not be given without inhibitory_fraction or neuron_signs. "
                f"Got {shown_field(self, 'inhibitory_ratio')} instead."
            )
        else:
            return
        check_real("mean_weight of excitatory and inhibitory neurons", self.mean_weight, above=0)
        if self.inhibitory_ratio is not None:
            ratio: float = freeze(self, "inhibitory_ratio", check_real, above=0)
            check_real("inhibitory_ratio times mean_weight", ratio * cast(float, self.mean_weight))

    def _check_random_uniform(self) -> None:
        self._refuse_beside("is_random_uniform=True", ("small_world_graph_p", "small_world_graph_k"))
        if self.connection_prob is None:
            raise ValueError("connection_prob must be given with is_random_uniform=True. Got None instead.")
        freeze(self, "connection_prob", check_real, low=0, high=1)

    def _check_small_world(self, n_neurons: int) -> None:
        if self.connection_prob is not None:
            raise ValueError(
                "connection_prob must not be given unless is_random_uniform=True. "
                f"Got {shown_field(self, 'connection_prob')} instead."
            )
        for name in ("small_world_graph_k", "small_world_graph_p"):
            if getattr(self, name) is None:
                raise ValueError(f"{name} must be given unless is_random_uniform=True. Got None instead.")
        freeze(self, "small_world_graph_p", check_real, low=0, high=1)
        k = freeze(self, "small_world_graph_k", check_int, 2)
        if k % 2 or k > n_neurons:
            raise ValueError(f"small_world_graph_k must be even, at most num_neurons ({n_neurons}). Got {k} instead.")

    def _check_outputs(self, n_neurons: int, n_inputs: int) -> None:
        self._check_one_of("num_output_neurons", "output_neurons")
        if self.output_neurons is not None:
            check_neurons("output_neurons", self.output_neurons, n_neurons)
        else:
            n_outputs = freeze(self, "num_output_neurons", check_int, 1)
            if n_outputs > n_neurons - n_inputs:
                raise ValueError(
                    f"num_output_neurons must be at most the {n_neurons - n_inputs} neurons that get no input. "
                    f"Got {n_outputs} instead."
                )

    def __repr__(self) -> str:
        given = (name for name in self.__dataclass_fields__ if getattr(self, name) is not None)
        return f"SimulationParams({', '.join(f'{name}={shown_field(self, name)}' for name in given)})"


def shown_field(params: object, name: str) -> str:
    """Return a field's value for a message: arrays by their shape."""
    value = getattr(params, name)
    return f"<{type(value).__name__} {value.shape}>" if hasattr(value, "shape") and value.shape else repr(value)
