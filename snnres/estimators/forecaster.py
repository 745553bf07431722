"""Forecaster of series: a reservoir that follows a series and a linear readout at each step."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils.validation import check_is_fitted

from ..encoding.base import check_choice
from ..encoding.fitting import all_or_nothing
from ..encoding.standardiser import Standardiser
from ..measures import Driven, driven
from ..network import SNN
from ..validation import INT32_MAX, check_bool, check_finite, check_int, check_real, check_rows, refuse
from .least_squares import Moments, chosen_alpha
from .reservoir import (
    CALIBRATION_SAMPLES,
    Currents,
    ReservoirSettings,
    calibrated,
    drawn_seed,
    measured_ratio,
    random_reservoir,
    reservoir_settings,
)
from .stepping import SeriesRun, embedded
from .storage import StorageMixin, check_columns, check_network, check_ratio, check_rectangle, check_standardiser

Float64Array = NDArray[np.float64]

# How much wider than the neurons' states the input and a constant come to the readout: they are hardly penalised.
INPUT_SPREAD = 300.0
# What stands for parameters that are None, without lags and with them (steps of the series); see the Notes.
LONGEST_DELAY = 12
HOLD_WITH_DELAYS, HOLD_WITHOUT_DELAYS = 80, 50
WITH_DELAYS = {"recurrent_scaling": 1.4, "target_rate": 0.04}
WITHOUT_DELAYS = {"recurrent_scaling": 0.25, "target_rate": 0.05}
# Steps of the series in each of the stretches on which the threshold is set; with delays, the steps in which the
# network fills with spikes come first, and fewer, longer stretches are enough.
CALIBRATION_STEPS = 10
DELAYED_STRETCHES = 6
# How far beyond the range of the data that was learnt from, in parts of that range, a forecast may go.
MARGIN = 0.1
# Rows that remain after the washout, at least: enough to fit on some and choose the penalty on others.
FEWEST_ROWS = 10


def range_of(rows: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return the smallest and the largest value of each column."""
    return rows.min(axis=0), rows.max(axis=0)


def calibration_stretches(max_delay: int, n_steps: int) -> tuple[int, int, int]:
    """Return how many stretches of a series to calibrate on, their steps, and after how many of these to count."""
    if max_delay == 0:
        return CALIBRATION_SAMPLES, CALIBRATION_STEPS, 0
    settling = min(max_delay, max(0, n_steps - CALIBRATION_STEPS))
    return DELAYED_STRETCHES, settling + CALIBRATION_STEPS, settling


class ReservoirForecaster(StorageMixin, RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """A spiking reservoir that follows a series, read out at each step by a linear model.

    The latest ``lags`` steps of the standardised series are sent as currents through random input weights into a
    small-world network of leaky integrate-and-fire neurons with random biases, for ``hold`` steps of the network at
    each step of the series. At the end of these the exponentially filtered spikes of all neurons, beside the ``lags``
    steps themselves, tell what comes next (or, if ``fit`` is given targets, what stands beside).

    Parameters
    ----------
    num_neurons : int, default 500
        Neurons, >= 3, all of them read out.
    lags : int, default 12
        Steps of the series that drive the network at a time, the present one among them, >= 1. With 1 all memory is
        the network's own: that of its recurrent delays.
    max_delay : int, optional
        Longest delay of the recurrent synapses in steps of the series, 0 for none. Delays are uniform between one step
        of the network and this. None: 12 with ``lags=1``, else 0, as beside lags delays made no clear difference.
    hold : int, optional
        Steps of the network for each step of the series: the more, the finer its answer. None: 80 with delays, 50
        without.
    network : SNN or square matrix, optional
        In place of the random network. A matrix, sparse or dense, holds weights in units of the threshold, which is
        then set as for the random one. A network is taken as it is, its threshold, delays and, if it has any, input
        weights and biases too, which must be for ``lags`` times the channels of the series; it must have been built
        without duration. ``num_neurons``, ``small_world_graph_k``, ``small_world_graph_p`` and ``recurrent_scaling``
        have then no effect, nor has ``max_delay`` on a network but for what it decides above and below by default.
    small_world_graph_k, small_world_graph_p : int and float, default 32 and 0.2
        Neighbours on the ring (even) and rewiring probability.
    recurrent_scaling : float, optional
        Recurrent weights are normal with mean 0 and standard deviation
        ``recurrent_scaling * threshold / sqrt(small_world_graph_k / 2)``. 0 leaves neurons without a network. None:
        1.4 with delays, 0.25 without.
    input_fan_in : int, default 12
        Of the ``lags`` times channels that drive the network, those that reach a neuron on average, or all where there
        are fewer. Weights are uniform, scaled so that each neuron's have a sum of squares of 1.
    bias_scaling : float, default 1.0
        Each neuron's constant current is uniform within plus and minus this, in standard deviations of a channel.
    leak_coefficient, refractory_period : float and int, default 0.1 and 2
        As in :class:`snnres.SimulationParams`.
    target_rate : float, optional
        Spikes per neuron and step of the network on the training data, below ``1 / (refractory_period + 1)``. The
        threshold is set to it. None: 0.04 with delays, 0.05 without.
    trace_taus : tuple of float, default (0.5, 3.0, 10.0)
        Time constants of the filters through which each neuron's spikes are read, in steps of the series, > 0.
    include_input : bool, default True
        Let the readout see the ``lags`` steps too, hardly penalised: what is linear need not pass through spikes.
    washout : int, default 100
        Steps at the start of a series, while the network forgets where it came from, that are not learnt from.
    readout : {"ridge", "rls"}, default "ridge"
        "ridge": ridge regression. "rls": recursive least squares, the same for ``forgetting=1``; learns on with
        :meth:`partial_fit`.
    alpha : float, optional
        Penalty per row, on standardised targets and states, > 0. None: of 25 values between 10^-9 and 10^3 the one
        that, fitted on the first four fifths of the training rows, errs least on the last fifth. It is then fitted on
        all.
    forgetting : float, default 1.0
        With "rls": factor in (0, 1] by which the weight of all earlier rows falls with each new one.
    random_state : int, numpy.random.RandomState or None, default None
        Decides all weights of the network.

    Attributes
    ----------
    network_ : snnres.SNN
        The reservoir.
    hold_ : int
        Steps of the network for each step of the series.
    current_ratio_ : float or None
        Ratio of recurrent to input current on the stretches on which the threshold was set, see
        :func:`snnres.measures.current_ratio`. ``fit`` warns where there are synapses and it is below 0.05. None in
        files of version 1 and 2, which do not hold it.
    alpha_ : float
        The penalty in use.
    coef_ : ndarray, shape (n_states, n_targets)
        Weights of the states, brought to scale (a constant, the ``lags`` steps, the neurons for one time constant after
        the other), for targets in standard deviations.
    target_range_ : tuple of two ndarrays, shape (n_targets,)
        Smallest and largest values that were learnt from.
    n_features_in_ : int
        Channels of the series.

    See Also
    --------
    ReservoirRegressor : one target for a whole recording.

    Notes
    -----
    A run begins with potentials of zero, no spikes, and a past in which the series stood at its first value. It
    is deterministic and leaves the fitted estimator as it was: only ``fit`` and ``partial_fit`` change it. A forecast
    is kept within the range of all that was learnt from, widened by a tenth on either side.

    The defaults with lags were chosen on training parts of Mackey-Glass, NARMA-10 and the Santa Fe laser, for all
    three; those of ``lags=1`` by memory capacity and with the test scores of these series in view, so that others may
    be told worse. With lags most of the memory comes from these and most of the nonlinearity from the neurons; the
    recurrent synapses added little. With ``lags=1`` all of the memory is that of the synapses' delays.
    ``tests/benchmarks/forecast.py`` prints it beside autoregression and an echo-state network.

    "rls" keeps the sums of weighted products of states and targets (the information form) and solves them after each
    call, which is what the recursion on the inverse comes to, but the penalty does not fade, so that it stays stable
    where forgetting leaves less than a row a state. A call costs the cube of the states (30 ms for 1000), whatever the
    number of rows, so several rows at a time are better than one.

    Delay coordinates determine the state of a noiseless deterministic system: Takens, in Lecture Notes in Mathematics
    898 (1981) 366-381. Reservoirs that forecast by feeding their readout back: Jaeger and Haas, Science 304 (2004)
    78-80.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.estimators import ReservoirForecaster
    >>> series = np.sin(0.3 * np.arange(430))
    >>> model = ReservoirForecaster(num_neurons=50, random_state=0).fit(series[:400])
    >>> bool(np.abs(model.forecast(30) - series[400:]).max() < 0.1)
    True
    """

    target_range_: tuple[Float64Array, Float64Array]

    def __init__(
        self,
        num_neurons: int = 500,
        *,
        lags: int = 12,
        max_delay: int | None = None,
        hold: int | None = None,
        network: Any = None,
        small_world_graph_k: int = 32,
        small_world_graph_p: float = 0.2,
        recurrent_scaling: float | None = None,
        input_fan_in: int = 12,
        bias_scaling: float = 1.0,
        leak_coefficient: float = 0.1,
        refractory_period: int = 2,
        target_rate: float | None = None,
        trace_taus: tuple[float, ...] = (0.5, 3.0, 10.0),
        include_input: bool = True,
        washout: int = 100,
        readout: str = "ridge",
        alpha: float | None = None,
        forgetting: float = 1.0,
        random_state: Any = None,
    ) -> None:
        self.num_neurons = num_neurons
        self.lags = lags
        self.max_delay = max_delay
        self.hold = hold
        self.network = network
        self.small_world_graph_k = small_world_graph_k
        self.small_world_graph_p = small_world_graph_p
        self.recurrent_scaling = recurrent_scaling
        self.input_fan_in = input_fan_in
        self.bias_scaling = bias_scaling
        self.leak_coefficient = leak_coefficient
        self.refractory_period = refractory_period
        self.target_rate = target_rate
        self.trace_taus = trace_taus
        self.include_input = include_input
        self.washout = washout
        self.readout = readout
        self.alpha = alpha
        self.forgetting = forgetting
        self.random_state = random_state

    @all_or_nothing
    def fit(self, u: Any, y: Any = None) -> Self:
        """Draw the reservoir, set its scale and threshold on the series, and fit the readout.

        Parameters
        ----------
        u : array_like, shape (n_steps,) or (n_steps, n_channels)
            Finite series.
        y : array_like, shape (n_steps,) or (n_steps, n_targets), optional
            What to tell at each step. None: the next step of ``u``.

        Returns
        -------
        self
        """
        settings = self._check_parameters()
        rows, targets = self._learn_form(u, y)
        scaled = self.input_scale_.apply(rows)
        self.hold_ = self._chosen_hold(settings)
        self._fit_reservoir(settings, scaled)
        self.run_ = self._new_run()
        channels, traces = self.run_.advance(scaled)
        used = slice(int(self.washout), len(targets))
        self.state_scales_ = self._learn_state_scales(channels[used], traces[used])
        states = self._states(channels, traces)
        self.latest_ = states[-1:]
        self.alpha_ = chosen_alpha(states[used], targets[used]) if self.alpha is None else float(self.alpha)
        self.moments_ = Moments.of(states[used], targets[used], self._forgetting())
        self._solve()
        self._remember_parameters()
        return self

    @all_or_nothing
    def partial_fit(self, u: Any, y: Any = None) -> Self:
        """Learn on, with ``readout="rls"``, from a series that follows on the one before.

        The first call is ``fit``. Later ones change neither network nor scales, go on from the state in which the last
        call ended, drop no washout, and may be as short as one step.

        Parameters
        ----------
        u, y : as in fit
            With targets if and only if ``fit`` had them. Without, the first step is what came after the latest.

        Returns
        -------
        self
        """
        if self.readout != "rls":
            raise ValueError(f"partial_fit needs readout='rls'. Got {self.readout!r} instead.")
        if not hasattr(self, "run_"):
            self.fit(u, y)
            return self
        rows = self._check_channels("u", u)
        targets = rows if y is None and self.predicts_input_ else self._check_targets(rows, y)
        run = self.run_.copy()
        states = self._states(*run.advance(self.input_scale_.apply(rows)))
        # What is to be told of the next step stands one row earlier.
        learnt = np.concatenate([self.latest_, states[:-1]]) if self.predicts_input_ else states
        self.run_, self.latest_ = run, states[-1:]
        self.target_range_ = range_of(np.vstack([*self.target_range_, targets]))
        self.moments_ = self.moments_.followed_by(learnt, self.target_scale_.apply(targets), self._forgetting())
        self._solve()
        return self

    def predict(self, u: Any, history: Any = None) -> Float64Array:
        """Return at each step of a series what the readout tells: the next step, or the target.

        Parameters
        ----------
        u : array_like, shape (n_steps,) or (n_steps, n_channels)
            Finite series.
        history : array_like, as u, optional
            What came before it, on which the network warms up. None: the run begins at ``u`` (see Notes), so that its
            first steps, about ``washout``, are told worse.

        Returns
        -------
        ndarray of float64, shape (n_steps,) or (n_steps, n_targets)
            In the form of the targets of ``fit``; the last one of a forecast of ``u`` itself lies beyond it.
        """
        check_is_fitted(self)
        rows = self._check_channels("u", u)
        run = self._run_after(history)
        states = self._states(*run.advance(self.input_scale_.apply(rows)))
        return self._in_form(self.target_scale_.undo(states @ self.coef_))

    def forecast(self, n_steps: int, history: Any = None) -> Float64Array:
        """Return the next steps of a series, each predicted from those predicted before (closed loop).

        Parameters
        ----------
        n_steps : int
            Steps to forecast, >= 1.
        history : array_like, shape (n_past,) or (n_past, n_channels), optional
            What came before, from the start of a run on: better longer than ``washout``. None: go on from the end of
            what ``fit`` (and ``partial_fit``) saw.

        Returns
        -------
        ndarray of float64, shape (n_steps,) or (n_steps, n_channels)

        Raises
        ------
        ValueError
            If ``fit`` was given targets of their own: only a forecast of the series itself can be fed back.
        """
        check_is_fitted(self)
        n_steps = check_int("n_steps", n_steps, 1)
        if not self.predicts_input_:
            raise ValueError("forecast needs a model of the series itself: fit was given y, whose values do not drive.")
        if history is None:
            run, state = self.run_.copy(), self.latest_
        else:
            run = self._new_run()
            past = self.input_scale_.apply(self._check_channels("history", history))
            state = self._states(*run.advance(past))[-1:]
        low, high = self.target_range_
        margin = MARGIN * (high - low)
        rows = []
        for _ in range(n_steps):
            rows.append(np.clip(self.target_scale_.undo(state @ self.coef_), low - margin, high + margin))
            state = self._states(*run.advance(self.input_scale_.apply(rows[-1])))
        return self._in_form(np.concatenate(rows))

    def score(self, u: Any, y: Any = None, history: Any = None) -> float:
        """Return R^2 of :meth:`predict`, without the steps of the washout if no history is given.

        Parameters
        ----------
        u, y, history
            As in ``fit`` and ``predict``; several targets count alike.
        """
        predicted = self.predict(u, history)
        rows = self._check_channels("u", u)
        first = int(self.washout) if history is None else 0
        true = rows[1:] if self.predicts_input_ and y is None else self._check_targets(rows, y)
        if len(true) < first + 2:
            raise ValueError(f"u must have at least 2 steps to score beyond {first}. Got {len(rows)} in all instead.")
        return float(r2_score(true[first:], predicted[first : len(true)]))

    def _check_parameters(self) -> ReservoirSettings:
        """Refuse parameters out of their range, before any work; return those of the network."""
        lags = check_int("lags", self.lags, 1, INT32_MAX)
        max_delay = LONGEST_DELAY * (lags == 1) if self.max_delay is None else self.max_delay
        settings = reservoir_settings(self, WITH_DELAYS if max_delay else WITHOUT_DELAYS, max_delay)
        self._chosen_hold(settings)
        if not isinstance(self.trace_taus, (tuple, list)) or not self.trace_taus:
            raise refuse("trace_taus", "a tuple of at least one time constant", self.trace_taus)
        for tau in self.trace_taus:
            check_real("trace_taus", tau, above=0)
        check_bool("include_input", self.include_input)
        check_int("washout", self.washout, 0, INT32_MAX)
        check_choice("readout", self.readout, ("ridge", "rls"))
        if self.alpha is not None:
            check_real("alpha", self.alpha, above=0)
        check_real("forgetting", self.forgetting, above=0, high=1)
        return settings

    def _check_loaded(self) -> None:
        """Refuse parts that do not belong together, in the end by predicting a step."""
        self._check_parameters()
        n_channels, n_targets = check_int("n_features_in_", self.n_features_in_, 1), self.coef_.shape[1]
        check_int("hold_", self.hold_, 1, INT32_MAX)
        check_bool("predicts_input_", self.predicts_input_)
        check_bool("flat_", self.flat_)
        check_real("alpha_", self.alpha_, above=0)
        check_ratio(self.current_ratio_)
        check_network(self)
        check_standardiser("input_scale_", self.input_scale_, n_channels)
        check_standardiser("target_scale_", self.target_scale_, n_targets)
        check_columns("target_range_", dict(zip(("low", "high"), self.target_range_, strict=True)), n_targets)
        n_lagged = n_channels * int(self.lags)
        for scale, width in zip(
            self.state_scales_, [n_lagged, *[self.network_.num_neurons] * len(self.trace_taus)], strict=True
        ):
            check_standardiser("state_scales_", scale, width)
        if self.run_.past is None:
            raise refuse("run_.past", "given", None)
        self.predict(np.zeros((1, n_channels)))
        states = self._states(*self.run_.copy().advance(np.zeros((1, n_channels))))
        check_finite("coef_", states @ self.coef_)
        n_states = states.shape[1]
        check_rectangle("latest_", self.latest_, (1, n_states))
        check_rectangle("moments_.xx", self.moments_.xx, (n_states, n_states))
        check_rectangle("moments_.xy", self.moments_.xy, (n_states, n_targets))
        check_real("moments_.weight", self.moments_.weight, above=0)

    def _learn_form(self, u: Any, y: Any) -> tuple[Float64Array, Float64Array]:
        """Learn shapes and scales from training data; return the rows and the targets brought to scale."""
        rows = check_rows("u", u)
        self.n_features_in_ = rows.shape[1]
        self.predicts_input_ = y is None
        self.flat_ = np.ndim(u if y is None else y) == 1
        targets = rows[1:] if y is None else check_rows("y", y)
        if y is not None and len(targets) != len(rows):
            raise ValueError(f"y must have a target for each of {len(rows)} steps. Got {len(targets)} instead.")
        washout = int(self.washout)
        if len(targets) < washout + FEWEST_ROWS:
            raise ValueError(
                f"u must have at least {FEWEST_ROWS} steps to learn from beyond washout={washout}. "
                f"Got {len(targets)} instead."
            )
        self.input_scale_ = Standardiser.of_columns(rows)
        self.target_scale_ = Standardiser.of_columns(targets[washout:])
        self.target_range_ = range_of(targets)
        return rows, self.target_scale_.apply(targets)

    def _chosen_hold(self, settings: ReservoirSettings) -> int:
        """Return the steps of the network for each step of the series."""
        if self.hold is not None:
            return check_int("hold", self.hold, 1, INT32_MAX)
        return HOLD_WITH_DELAYS if settings.max_delay else HOLD_WITHOUT_DELAYS

    def _fit_reservoir(self, settings: ReservoirSettings, scaled: Float64Array) -> None:
        """Draw a network and set its threshold on stretches of the series."""
        lags = int(self.lags)
        channels = embedded(scaled, np.repeat(scaled[:1], lags - 1, axis=0))
        n_stretches, n_steps, settling = calibration_stretches(settings.max_delay, len(channels))
        starts = np.unique(np.linspace(0, max(0, len(channels) - n_steps), n_stretches).astype(int))
        stretches = [channels[start : start + n_steps].T.astype(np.float32) for start in starts]
        self.network_ = self._drawn_network(settings, stretches, settling)
        self.current_ratio_ = measured_ratio(self.network_, stretches, self.hold_, 1)

    def _drawn_network(self, settings: ReservoirSettings, stretches: Currents, settling: int) -> SNN:
        """Return a network with the threshold that suits stretches of what drives it."""
        network = random_reservoir(settings, len(stretches[0]), self.hold_, drawn_seed(self.random_state))
        return calibrated(network, stretches, self.hold_, settings, 1, settling)

    def _learn_state_scales(self, channels: Float64Array, traces: Float64Array) -> list[Standardiser]:
        """Return the scale of the input, then of the traces of each time constant."""
        blocks = np.split(traces, len(self.trace_taus), axis=1)
        return [Standardiser.of_block(channels, INPUT_SPREAD), *map(Standardiser.of_block, blocks)]

    def _states(self, channels: Float64Array, traces: Float64Array) -> Float64Array:
        """Return what the readout sees, (n_steps, n_states)."""
        blocks = [channels, *np.split(traces, len(self.trace_taus), axis=1)]
        scaled = [scale.apply(block) for scale, block in zip(self.state_scales_, blocks, strict=True)]
        constant = np.full((len(channels), 1), INPUT_SPREAD)
        return np.hstack([constant, *(scaled if self.include_input else scaled[1:])])

    def _forgetting(self) -> float:
        return float(self.forgetting) if self.readout == "rls" else 1.0

    def _solve(self) -> None:
        self.coef_ = self.moments_.solution(self.alpha_ * self.moments_.weight)

    def _new_run(self) -> SeriesRun:
        return SeriesRun(self.network_, lags=int(self.lags), hold=self.hold_, taus=tuple(map(float, self.trace_taus)))

    def _run_after(self, history: Any) -> SeriesRun:
        """Return a run from the start, or from the end of a history."""
        run = self._new_run()
        if history is not None:
            run.advance(self.input_scale_.apply(self._check_channels("history", history)))
        return run

    def _in_form(self, targets: Float64Array) -> Float64Array:
        """Return targets in the form in which ``fit`` had them."""
        return targets[:, 0] if self.flat_ else targets

    def _check_channels(self, name: str, value: Any) -> Float64Array:
        """Return rows with the channels of ``fit``."""
        rows = check_rows(name, value)
        if rows.shape[1] != self.n_features_in_:
            raise ValueError(
                f"{name} must have {self.n_features_in_} channel(s) as in fit. Got {rows.shape[1]} instead."
            )
        return rows

    def _check_targets(self, rows: Float64Array, y: Any) -> Float64Array:
        """Return targets, one for each row, as ``fit`` had them."""
        if y is None or self.predicts_input_:
            had = "none" if self.predicts_input_ else "one for each step"
            raise ValueError(f"y must be as in fit, which had {had}. Got {'None' if y is None else 'some'} instead.")
        targets = check_rows("y", y)
        shape = (len(rows), self.coef_.shape[1])
        if targets.shape != shape:
            raise ValueError(f"y must have {shape[1]} target(s) for each of {shape[0]} steps. Got {targets.shape}.")
        return targets


@driven.register
def driven_forecaster(reservoir: ReservoirForecaster) -> Driven:
    """Return how a series drives a fitted forecaster's network."""
    check_is_fitted(reservoir)
    lags, taus = int(reservoir.lags), tuple(map(float, reservoir.trace_taus))

    def channels(rows: Float64Array) -> Float64Array:
        return embedded(rows, np.repeat(rows[:1], lags - 1, axis=0))

    return Driven(reservoir.network_, reservoir.n_features_in_, reservoir.hold_, taus, channels)
