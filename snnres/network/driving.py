"""What drives the next runs: spikes, currents, rewards and a clamp."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..parts.clamp import Clamp, check_clamp
from ..validation import check_input
from .drive import InputWeights, check_currents, check_hold, check_rewards, require
from .network import require_modulation
from .wiring import Wiring


class Driving(Wiring):
    """Input of :class:`SNN`: what a run gets from outside."""

    def set_input_spike_times(self, input_spike_times: ArrayLike) -> None:
        """Set the input of the next runs.

        Parameters
        ----------
        input_spike_times : array_like, shape (n_inputs, n_steps)
            0/1 of any real dtype; row i drives neuron i. Without a ``duration`` its steps are those of a run.

        Raises
        ------
        TypeError, ValueError
            If it is not 0/1 or has more rows than the network has neurons.
        """
        spikes = check_input("input_spike_times", input_spike_times, self.num_neurons)
        self._input = replace(self._input, spikes=np.ascontiguousarray(spikes.T))

    def set_input_weights(
        self, input_weights: Any, bias: ArrayLike | None = None, *, taps: ArrayLike | None = None
    ) -> None:
        """Set how analogue input reaches the neurons, and drop the currents set before.

        In each step of the input every neuron's potential gains a current: its bias plus, channel after channel, the
        channel's value times its weight, added up in float32. 0/1 spikes may be sent this way as well.

        With ``taps`` a row of the weights reads a channel as it was some columns ago, so that a neuron sees a stretch
        of the signal (a finite impulse response): its current is the bias plus the sum over rows r of
        ``input_weights[r] * values[taps[r, 0], t - taps[r, 1]]``. Before the first column the values are 0. A second
        run goes on from the columns of the one before; where a run is longer than its input, the bias ends with it,
        and what the taps hold goes on arriving.

        Parameters
        ----------
        input_weights : scipy.sparse matrix or array_like, shape (n_channels, num_neurons), or with taps (n_rows, ...)
            Finite. See :func:`snnres.encoding.random_input_weights`.
        bias : array_like, shape (num_neurons,), optional
            Constant current, zero if None.
        taps : array_like of int, shape (n_rows, 2), optional
            For each row of the weights its channel and its delay in columns of the currents, >= 0. A channel may stand
            in any number of rows; the highest says how many there are.

        Raises
        ------
        TypeError, ValueError
            If they are not of that form; the network stays as it was.
        """
        weights = InputWeights(input_weights, bias, self.num_neurons, taps)
        self._network = replace(self._network, input_weights=weights)
        self._input = replace(self._input, signal=None)
        self._state = self._state._replace(line=weights.line())

    def set_input_currents(self, currents: ArrayLike | None, hold: int = 1) -> None:
        """Set the analogue input of the next runs; None for none.

        Parameters
        ----------
        currents : array_like, shape (n_channels, n_steps), optional
            Finite, a row for each row of :meth:`set_input_weights`. Without a ``duration`` its steps are those of a
            run, or those of the input spikes if there are more.
        hold : int, default 1
            Steps for which each column lasts. The current of a column is computed once.
        """
        hold, signal = check_hold(hold), None
        if currents is not None:
            n_channels = require(self._network.input_weights).n_channels
            signal = np.ascontiguousarray(check_currents("currents", currents, n_channels).T)
            check_hold(hold, len(signal))
        self._input = replace(self._input, signal=signal, hold=hold)

    def set_reward(self, rewards: ArrayLike | None) -> None:
        """Set the rewards of the next runs, each from its first step on; None for none.

        A rule with a modulation changes weights by them: see :class:`snnres.parts.MSTDP`, and there what a step without
        reward means.

        Parameters
        ----------
        rewards : array_like, shape (n_steps,), optional
            A reward a step, finite, or NaN for none. Steps beyond its end have none.

        Raises
        ------
        TypeError, ValueError
            If they are not of that form, or no rule of the network has a modulation; the network stays as it was.
        """
        if rewards is None:
            self._input = replace(self._input, rewards=None)
            return
        require_modulation("rewards", self._network)
        self._input = replace(self._input, rewards=check_rewards("rewards", rewards))

    def set_clamp(self, clamp: Clamp | None) -> None:
        """Set which spikes the next runs force or forbid and which potentials they raise; None for none.

        Parameters
        ----------
        clamp : Clamp, optional
            See :class:`snnres.parts.Clamp`. Its steps count from 0 at the start of each run, which must have them all.

        Raises
        ------
        TypeError, ValueError
            If it is no clamp, or names a neuron that is not there.
        """
        self._input = replace(self._input, clamp=check_clamp("clamp", clamp, self.num_neurons))
