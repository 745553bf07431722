"""One step at a time, for control loops: everything is prepared once, and each step fills the same arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.advance import advance
from ..kernels.compile import Kernel, machine_code
from ..kernels.drives import CurrentDrive, RewardDrive, SpikeDrive, TappedDrive
from ..kernels.model import Drive, Recorder, State
from ..kernels.verbs import NO_REWARD
from ..recording import Recording
from ..recording.variables import NOTHING_MONITORED
from ..validation import check_array, check_binary, check_finite, check_real
from .drive import Input, require
from .network import Network, trace_factor
from .run import new_recorder


class Form(NamedTuple):
    """The kernel for inputs of one form, what it is called with, and the arrays of these that each step fills."""

    kernel: Kernel
    arguments: tuple[Any, ...]
    spikes: NDArray[np.uint8]
    signal: NDArray[np.float32]


class LatestStep:
    """What a step leaves behind for :attr:`SNN.recording`."""

    def __init__(self, recorder: Recorder, n_neurons: int) -> None:
        self.recorder = recorder
        self.n_neurons = n_neurons

    def recording(self) -> Recording:
        """Return the spikes of the latest step, with memory of their own; of none if it was interrupted."""
        offsets = self.recorder.offsets[: self.recorder.position[0] + 1].copy()
        neurons = self.recorder.neurons[: offsets[-1]].copy()
        return Recording.trusted(offsets, neurons, self.n_neurons, NOTHING_MONITORED)


class Stepper:
    """Runs single steps of a network from a state, both as they are now: it is good for these very objects alone."""

    def __init__(self, network: Network, state: State, source: Input, trace_tau: float | None) -> None:
        self.made_of = (network, state, source, trace_tau)
        decay = trace_factor(None if trace_tau is None else check_real("trace_tau", trace_tau, above=0))
        self.model = network.model(decay)
        self.clamp = source.clamp_drive(1)
        self.rewarded = any(plasticity.modulation is not None for plasticity in network.active_rules)
        self.reward = np.full(1, NO_REWARD)
        recorder = new_recorder(network.n_neurons, 1, network.n_neurons)
        self.recorder = recorder
        self.fired = recorder.fired[: network.n_neurons].view(np.int8)
        self.latest = LatestStep(recorder, network.n_neurons)
        self.forms: dict[tuple[int, bool], Form] = {}

    def serves(self, *made_of: Any) -> bool:
        """Return whether this is still the stepper of a network, a state, an input and a trace."""
        return all(mine is theirs for mine, theirs in zip(self.made_of, made_of, strict=True))

    def prepare(self, spikes: Any, currents: Any, reward: float | None) -> Form:
        """Check and take the input of a step; return the form that it has."""
        network = self.made_of[0]
        column = values = None
        if spikes is not None:
            column = check_binary("input", check_array("input", spikes, 1)[None])
            if column.size > network.n_neurons:
                raise ValueError(
                    f"input must have at most one entry a neuron ({network.n_neurons}). Got {column.size} instead."
                )
        if currents is not None:
            values = check_array("currents", currents, 1)
            n_channels = require(network.input_weights).n_channels
            if values.size != n_channels:
                raise ValueError(f"currents must have an entry for each of {n_channels} channels. Got {values.size}.")
            check_finite("currents", values)
        self.reward[0] = NO_REWARD if reward is None else self.check_reward(reward)
        key = (-1 if column is None else column.size, values is not None)
        if key not in self.forms:
            self.forms[key] = self.form(column, values)
        form = self.forms[key]
        if column is not None:
            form.spikes[:] = column
        if values is not None:
            form.signal[:] = values
        return form

    def check_reward(self, reward: float) -> float:
        """Return a reward, refusing one that no rule would heed."""
        if not self.rewarded:
            raise ValueError("reward needs a learning rule with a modulation, on which it acts. Got a network without.")
        return check_real("reward", reward)

    def form(self, column: NDArray[Any] | None, values: NDArray[Any] | None) -> Form:
        """Return what runs inputs of this form; without spikes there are none of any step, but of the same type."""
        network, state, source, _ = self.made_of
        spikes = np.zeros((0, 1) if column is None else column.shape, dtype=np.uint8)
        signal = np.zeros((1, 0 if values is None else values.size), dtype=np.float32)
        currents: CurrentDrive | TappedDrive | None = None
        if values is not None:
            currents = require(network.input_weights).drive(signal, 1)
        reward = RewardDrive(self.reward) if self.rewarded else None
        drive = Drive(SpikeDrive(spikes, np.float32(source.amplitude)), currents, self.clamp, reward)
        arguments = (self.model, drive, state, self.recorder, 1)
        return Form(machine_code(advance, arguments), arguments, spikes, signal)

    def run(self, form: Form) -> None:
        """Run the step. Mutates the state and, where there is a rule, the weights."""
        form.kernel(*form.arguments)
