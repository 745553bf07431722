"""Variables of the state, sampled as a network runs: what a user asks for, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..validation import INT32_MAX, check_array, check_int, check_integers, check_neurons, check_type, freeze, refuse
from .memory import read_only

Values = NDArray[Any]


@dataclass(frozen=True, eq=False)
class StateMonitor:
    """What to record of the state in a run: which variables, of which neurons, how often.

    A sample is the value at the end of a step, after its spikes have been sent. With ``every`` = k the steps
    k - 1, 2 k - 1, ... of the run are sampled, so that a run in two parts whose first has a multiple of k steps gives
    the samples of the whole.

    Variables are the arrays with an entry a neuron in the state of any part of the network: ``"potential"`` and
    ``"timer"`` (steps until the neuron may fire) of the default cell, ``"trace"`` (:meth:`snnres.SNN.get_trace`),
    ``"x_pre"`` and ``"x_post"`` of :class:`snnres.STDPParams` (``"x_pre"`` without delays), and what a part of one's
    own keeps in float32 or int32. Besides, ``"threshold"`` is that of the cell, and ``"current"`` what
    :meth:`snnres.SNN.set_input_currents` adds to the potential in the step, where a run has such input. A name that
    several parts have is qualified by its part, as ``"cell.potential"``, ``"rule.x_post"``, ``"drive.current"``.

    Parameters
    ----------
    variables : str or sequence of str
        Names, each once.
    neurons : array_like of int, shape (n_monitored,), optional
        Distinct; all if None.
    every : int, default 1
        Steps from one sample to the next, >= 1.
    max_bytes : int, default 268435456
        Most memory that the values of a run, or of all trials of a batch, may take: four bytes for each variable,
        neuron and sample. A run that would need more is refused before its first step.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres import SNN, SimulationParams, StateMonitor
    >>> snn = SNN(SimulationParams(
    ...     adjacency_matrix=np.zeros((2, 2)), output_neurons=[1], membrane_threshold=1.0, leak_coefficient=0.5,
    ...     refractory_period=1, membrane_potentials=[0.0, 0.5], current_amplitude=0.75,
    ...     input_spike_times=[[1, 1, 1, 0]]))
    >>> spikes = snn.simulate(monitor=StateMonitor(["potential", "threshold"]))
    >>> variables = snn.recording.variables
    >>> variables["potential"].tolist()
    [[0.375, 0.25], [0.0, 0.125], [0.375, 0.0625], [0.1875, 0.03125]]
    >>> variables.steps.tolist(), variables.neurons.tolist()
    ([0, 1, 2, 3], [0, 1])
    """

    variables: str | Sequence[str]
    neurons: ArrayLike | None = None
    every: int = 1
    max_bytes: int = 2**28

    def __post_init__(self) -> None:
        object.__setattr__(self, "variables", check_names("variables", self.variables))
        if self.neurons is not None:
            object.__setattr__(self, "neurons", read_only(check_neurons("neurons", self.neurons, INT32_MAX)))
        freeze(self, "every", check_int, 1)
        freeze(self, "max_bytes", check_int, 1)


@dataclass(frozen=True, eq=False, repr=False)
class StateVariables(Mapping[str, Values]):
    """Samples of a :class:`StateMonitor`: a mapping from each name to its values, (n_samples, n_monitored).

    Empty where nothing was monitored.

    Parameters
    ----------
    steps : ndarray of int64, shape (n_samples,)
        Steps at whose end the samples were taken, ascending.
    neurons : ndarray of int64, shape (n_monitored,)
        Neurons, in the order of the columns.
    samples : mapping from str to ndarray, shape (n_samples, n_monitored)
        float32 or int32, as the network has them.

    Raises
    ------
    TypeError, ValueError
        If steps, neurons and samples do not belong together.

    Notes
    -----
    The arrays are copied and cannot be written to.

    Examples
    --------
    >>> from snnres.recording import StateVariables
    >>> variables = StateVariables([1, 3], [7], {"potential": [[0.5], [0.25]]})
    >>> variables
    <StateVariables: potential of 1 neuron, 2 samples>
    >>> variables["potential"].tolist()
    [[0.5], [0.25]]
    """

    steps: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    neurons: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    samples: Mapping[str, Values] = field(default_factory=dict)

    # A mapping would compare arrays, whose truth is none.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __post_init__(self) -> None:
        steps = check_integers("steps", self.steps)
        if (np.diff(steps, prepend=-1) <= 0).any():
            raise refuse("steps", "ascending from 0 on, none twice", steps)
        neurons = check_integers("neurons", self.neurons)
        if neurons.size:
            check_neurons("neurons", neurons, INT32_MAX)
        check_type("samples", self.samples, Mapping)
        samples = {}
        for name, given in self.samples.items():
            array = check_array(f"samples[{name!r}]", given, 2)
            if array.shape != (len(steps), len(neurons)):
                raise ValueError(
                    f"samples[{name!r}] must have a row for each of {len(steps)} samples and a column for each of "
                    f"{len(neurons)} neurons. Got shape {array.shape} instead."
                )
            samples[name] = array.copy()
        self._take(steps, neurons, samples)

    def _take(self, steps: NDArray[np.int64], neurons: NDArray[np.int64], samples: Mapping[str, Values]) -> None:
        parts = {
            "steps": read_only(steps),
            "neurons": read_only(neurons),
            "samples": {name: read_only(array) for name, array in samples.items()},
        }
        for name, part in parts.items():
            object.__setattr__(self, name, part)

    @classmethod
    def trusted(
        cls, steps: NDArray[np.int64], neurons: NDArray[np.int64], samples: Mapping[str, Values]
    ) -> StateVariables:
        """Return the samples of arrays that are known to be right and are written to no more: no check, no copy."""
        variables = object.__new__(cls)
        variables._take(steps, neurons, samples)
        return variables

    def __getitem__(self, name: str) -> Values:
        if name not in self.samples:
            there = ", ".join(self.samples) or "none"
            raise KeyError(f"{name!r} was not monitored (variables: {there}): run with monitor=StateMonitor({name!r}).")
        return self.samples[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.samples)

    def __len__(self) -> int:
        return len(self.samples)

    def __repr__(self) -> str:
        """Return one line."""
        return f"<StateVariables: {self.summary()}, {len(self.steps)} samples>"

    def summary(self) -> str:
        """Return which variables there are of how many neurons."""
        if not self.samples:
            return "none"
        return f"{', '.join(self.samples)} of {len(self.neurons)} neuron{'s' * (len(self.neurons) != 1)}"

    def window(self, start: int, stop: int) -> StateVariables:
        """Return the samples of the steps [start, stop), with memory of their own; their steps count from 0."""
        if not self:
            return self
        first, last = np.searchsorted(self.steps, [start, stop])
        samples = {name: array[first:last].copy() for name, array in self.samples.items()}
        return StateVariables.trusted(self.steps[first:last] - start, self.neurons, samples)


# One for all recordings, of which a long batch makes many.
NOTHING_MONITORED = StateVariables()


def check_names(name: str, value: Any) -> tuple[str, ...]:
    """Return one name, or several distinct ones, as a tuple."""
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, (tuple, list)) or not all(isinstance(each, str) for each in names):
        raise refuse(name, "a name or a sequence of names", value, TypeError)
    if not names or len(set(names)) < len(names):
        raise refuse(name, "at least one name, none twice", value)
    return tuple(names)
