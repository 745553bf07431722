"""How a series drives a reservoir, be it a network or a fitted estimator's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import singledispatch
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ..features import filtered_traces
from ..network import SNN
from ..network.series import TraceRun
from ..params import SeedLike, check_seed
from ..progress import Progress
from ..recording import SpikeTrains
from ..seeding import seed_sequence
from ..validation import INT32_MAX, check_int, check_real, check_type, refuse

Float64Array = NDArray[np.float64]

# Steps of a network for each step of the input, and time constants in steps of the input, where none are given.
HOLD = 20
TAUS = (0.5, 3.0, 10.0)


class Driven(NamedTuple):
    """A network, and the way from a series to it.

    Parameters
    ----------
    network : SNN
        What is driven; runs are of copies.
    n_inputs : int
        Columns of the series.
    hold : int, default 20
        Steps of the network for each step of the series.
    taus : tuple of float, default (0.5, 3.0, 10.0)
        Time constants of the traces, in steps of the series.
    channels : function, optional
        From rows (n_steps, n_inputs), whose columns have mean 0 and standard deviation 1, to the currents' channels
        (n_steps, n_channels). By default they are the same.
    """

    network: SNN
    n_inputs: int
    hold: int = HOLD
    taus: tuple[float, ...] = TAUS
    channels: Callable[[Float64Array], Float64Array] = np.asarray

    def rows(self, n_steps: int, rng: np.random.Generator) -> Float64Array:
        """Return independent inputs, uniform, of mean 0 and standard deviation 1."""
        return rng.uniform(-np.sqrt(3), np.sqrt(3), (n_steps, self.n_inputs))

    def traces(self, rows: Float64Array, progress: Progress) -> Float64Array:
        """Return the traces (n_steps, n_states) at the end of each row of one long series.

        They are less their mean, those of each time constant in units of their spread. One number for all neurons:
        dividing each by its own would make the rarest spikes as loud as the rest, at the price of 7 % of the capacity.
        """
        run = TraceRun(self.network, hold=self.hold, taus=self.taus)
        traces = run.follow(self.channels(rows), progress=progress)
        return np.hstack([even(block) for block in np.split(traces - traces.mean(axis=0), len(self.taus), axis=1)])

    def last_traces(self, series: Sequence[Float64Array], n_jobs: int, progress: Progress) -> Float64Array:
        """Return the traces (n_series, n_states) at the end of each of many series, the time constants equally loud."""

        def read(trains: SpikeTrains) -> Float64Array:
            return np.hstack([filtered_traces(trains, tau=tau * self.hold, n_points=1) for tau in self.taus])

        found = self.network.simulate_batch(
            currents=[self.channels(rows).T for rows in series],
            hold=self.hold,
            returns=read,
            neurons=np.arange(self.network.num_neurons),
            n_jobs=n_jobs,
            progress=progress,
        )
        return np.hstack([even(found[:, :, k]) for k in range(len(self.taus))])


def even(block: Float64Array) -> Float64Array:
    """Return values divided by the root of their mean square; zeros as they are."""
    size = np.sqrt(np.mean(block**2))
    return np.asarray(block / size if size > 0 else block)


@singledispatch
def driven(reservoir: Any) -> Driven:
    """Return how a series drives a reservoir: what :func:`memory_capacity` and its like ask of one.

    Parameters
    ----------
    reservoir : SNN, fitted reservoir estimator, or of a class registered with ``driven.register``
        A network is driven by its input weights alone, as a copy whose weights are frozen.

    Returns
    -------
    Driven

    Raises
    ------
    TypeError, ValueError
        If there is no way to drive it by a series.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> from snnres import SNN
    >>> class Twin(NamedTuple):
    ...     network: SNN
    >>> @driven.register
    ... def driven_twin(reservoir: Twin) -> Driven:
    ...     return driven(reservoir.network)._replace(hold=5)
    """
    raise refuse("reservoir", "an SNN or a fitted reservoir estimator", reservoir, TypeError)


@driven.register
def driven_network(reservoir: SNN) -> Driven:
    """Return how a series drives a copy of a network, its weights frozen, by its input weights alone."""
    weights, taps = input_weights_of(reservoir)
    n_channels = weights.shape[0] if taps is None else int(taps[:, 0].max()) + 1
    return Driven(driven_by_currents("reservoir", reservoir), n_inputs=n_channels)


def driven_by_currents(name: str, network: SNN) -> SNN:
    """Return a copy of a network that currents alone drive, for as long as they last, its weights frozen."""
    alone = network.copy()
    alone.disable_stdp()
    alone.set_input_spike_times(np.zeros((0, 0)))
    alone.set_input_currents(None)
    if alone.simulation_duration:
        raise ValueError(
            f"{name} must run for as long as its input: build it without duration. "
            f"Got duration={alone.simulation_duration} instead."
        )
    return alone


def input_weights_of(network: SNN) -> tuple[sp.csr_matrix, NDArray[np.int64] | None]:
    """Return the input weights of a network as float64, (n_rows, n_neurons), and the taps of the rows, if any."""
    check_type("network", network, SNN)
    _, arrays = network.to_arrays()
    if "input_weights_data" not in arrays:
        raise ValueError("the network must have input weights: call set_input_weights() first. Got none instead.")
    data, indices, indptr = (arrays[f"input_weights_{part}"] for part in ("data", "indices", "indptr"))
    shape = (len(indptr) - 1, network.num_neurons)
    return sp.csr_matrix((data.astype(np.float64), indices, indptr), shape=shape), arrays.get("taps")


def tapped(rows: Float64Array, taps: NDArray[np.int64] | None) -> Float64Array:
    """Return what the rows of input weights read of a signal (n_steps, n_channels), zeros before its start."""
    if taps is None:
        return rows
    read = np.zeros((len(rows), len(taps)))
    for r, (channel, delay) in enumerate(taps):
        read[delay:, r] = rows[: max(0, len(rows) - delay), channel]
    return read


def checked(reservoir: Any, hold: int | None, taus: Sequence[float] | None) -> Driven:
    """Return how a series drives a reservoir, with another hold and other time constants where they are given."""
    way = driven(reservoir)
    if hold is not None:
        way = way._replace(hold=check_int("hold", hold, 1, INT32_MAX))
    if taus is not None:
        if not isinstance(taus, (tuple, list)) or not taus:
            raise refuse("taus", "a tuple of at least one time constant", taus)
        way = way._replace(taus=tuple(check_real("taus", tau, above=0) for tau in taus))
    return way


def generator(seed: SeedLike) -> np.random.Generator:
    """Return the source of the inputs."""
    check_seed("seed", seed)
    return np.random.Generator(np.random.PCG64(seed_sequence(seed)))
