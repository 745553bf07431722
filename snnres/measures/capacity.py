"""What of its past input the states of a reservoir hold: capacities by linear readouts, on rows held out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..interrupts import interruptible
from ..validation import check_array, check_int, check_rows

Float64Array = NDArray[np.float64]

# Last part of the rows, on which capacities are measured.
HELD_OUT = 0.25
# Penalties per row, in units of the states' total variance.
PENALTIES = np.logspace(-12, 0, 13)
# Rows beyond the longest delay: enough to fit on some and to measure on others.
FEWEST_ROWS = 20


@dataclass(frozen=True, eq=False)
class Capacity:
    """A capacity, delay by delay.

    Parameters
    ----------
    delays : ndarray of int64, shape (n_delays,)
        In steps of the input.
    by_delay : ndarray of float64, shape (n_delays,)
        The part of the target's variance that a linear readout recovers, summed over the channels of the input.

    Examples
    --------
    >>> import numpy as np
    >>> Capacity(np.arange(1, 4), np.array([1.0, 0.5, 0.25]))
    <Capacity: 1.75 over delays 1 to 3>
    """

    delays: NDArray[np.int64]
    by_delay: Float64Array

    @property
    def total(self) -> float:
        """Sum over the delays."""
        return float(self.by_delay.sum())

    def __repr__(self) -> str:
        """Return one line."""
        return f"<Capacity: {self.total:.4g} over delays {self.delays[0]} to {self.delays[-1]}>"


def capacity(states: ArrayLike, targets: ArrayLike) -> Float64Array:
    """Return the part of each target's variance that a linear readout of the states recovers on rows held out.

    ``max(0, 1 - sum (y - z)^2 / sum (y - mean of y)^2)``, where z is the readout's answer: a ridge regression with an
    unpenalised constant, fitted on the first three quarters of the rows and measured on the last quarter.

    Parameters
    ----------
    states : array_like, shape (n_steps, n_states)
        States of the reservoir, finite, in one unit, whichever: what moves more is penalised less.
    targets : array_like, shape (n_steps,) or (n_steps, n_targets)
        Functions of the input so far, one row for each of the states. Finite, at least 20 rows.

    Returns
    -------
    ndarray of float64, shape (n_targets,)
        Between 0 and 1.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Dambre et al. call it the capacity to reconstruct a target, and show that over targets that are orthonormal under
    an input of independent values it sums up to the number of linearly independent states at most, and to just that if
    the reservoir forgets what is long past and adds no noise.

    Measured on the rows that were fitted, a capacity of zero comes out as about n_states / n_steps, so that sums over
    many delays are all bias; Dambre et al. count only what exceeds a bound. On rows held out the expectation of zero is
    at most zero, and to count what is below as zero leaves little: states without any memory got .00 to .02 in the sum
    over a hundred delays, from 3,000 rows down to 500. The price is that with few rows for the states their capacity
    comes out too low: an echo-state network of 200 units has 29.8 by 20,000 rows, 28.9 by 3,000, 27.4 by 1,000.

    The penalty per row is chosen for each target among 13, from 10^-12 to 1 times the states' total variance, by its
    leave-one-out error on the fitted rows. One eigendecomposition, of the smaller of the two Gram matrices, serves
    all targets and penalties.

    References
    ----------
    Dambre, Verstraeten, Schrauwen and Massar, Information processing capacity of dynamical systems, Scientific Reports
    2 (2012) 514.

    Examples
    --------
    >>> import numpy as np
    >>> u = np.random.default_rng(0).uniform(-1, 1, 400)
    >>> capacity(u[:, None], np.stack([2 * u + 1, u**2], axis=1)).round(2).tolist()
    [1.0, 0.0]
    """
    x, y = check_states(states), check_rows("targets", targets)
    if len(y) != len(x):
        raise ValueError(f"targets must have a row for each of {len(x)} rows of states. Got {len(y)} instead.")
    if len(x) < FEWEST_ROWS:
        raise ValueError(f"states must have at least {FEWEST_ROWS} rows. Got {len(x)} instead.")
    return recovered(x, y)


def linear_capacity(states: ArrayLike, inputs: ArrayLike, *, max_delay: int = 100, washout: int = 0) -> Capacity:
    """Return the linear memory capacity: how well u(t - d) can be read from the states at t, for d = 1 to max_delay.

    Parameters
    ----------
    states : array_like, shape (n_steps, n_states)
        State after each step, finite.
    inputs : array_like, shape (n_steps,) or (n_steps, n_channels)
        The input u of each step: independent draws, or else one step tells of another and it is no memory that is
        measured. Independent channels count each for itself.
    max_delay : int, default 100
        Longest delay, in steps, >= 1.
    washout : int, default 0
        Rows at the start that are not used; the first ``max_delay`` never are.

    Returns
    -------
    Capacity
        Its ``total`` is at most the number of states.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    See Also
    --------
    capacity : how it is measured.
    snnres.measures.memory_capacity : that of a network.

    References
    ----------
    Jaeger, Short term memory in echo state networks, GMD Report 152 (2001).

    Examples
    --------
    A delay line remembers as far as it is long:

    >>> import numpy as np
    >>> u = np.random.default_rng(0).uniform(-1, 1, 1000)
    >>> line = np.stack([np.roll(u, d) for d in range(1, 6)], axis=1)
    >>> round(linear_capacity(line, u, max_delay=20).total, 1)
    5.0
    """
    return measured(states, inputs, [Span(delayed, check_int("max_delay", max_delay, 1))], washout)[0]


def quadratic_capacity(states: ArrayLike, inputs: ArrayLike, *, max_delay: int = 20, washout: int = 0) -> Capacity:
    """Return the quadratic capacity: how well u(t) u(t - d) can be read from the states at t, for d = 1 to max_delay.

    It asks for memory and for nonlinearity at once: no linear reservoir has any.

    Parameters
    ----------
    states, inputs, max_delay, washout
        As in :func:`linear_capacity`, the input of mean zero.

    Returns
    -------
    Capacity

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    References
    ----------
    Of Dambre et al. (see :func:`capacity`), the targets of degree two that pair the present input with a past one.

    Examples
    --------
    >>> import numpy as np
    >>> u = np.random.default_rng(0).uniform(-1, 1, 1000)
    >>> sums = u + np.roll(u, 3)
    >>> round(quadratic_capacity(np.stack([sums**2, u**2, np.roll(u, 3) ** 2], axis=1), u).total, 1)
    1.0
    """
    return measured(states, inputs, [Span(product, check_int("max_delay", max_delay, 1))], washout)[0]


class Span(NamedTuple):
    """A family of targets: from inputs and a delay to rows of targets, for delays from 1 to the longest."""

    target: Callable[[Float64Array, int], Float64Array]
    max_delay: int


def delayed(inputs: Float64Array, delay: int) -> Float64Array:
    """Return u(t - delay); the first rows are those of the end."""
    return np.roll(inputs, delay, axis=0)


def product(inputs: Float64Array, delay: int) -> Float64Array:
    """Return u(t) u(t - delay), likewise."""
    return inputs * delayed(inputs, delay)


def measured(states: Any, inputs: Any, spans: Sequence[Span], washout: int) -> list[Capacity]:
    """Return the capacity of each family of targets, by one fit for all."""
    x, u = check_states(states), check_rows("inputs", inputs)
    if len(u) != len(x):
        raise ValueError(f"inputs must have a row for each of {len(x)} rows of states. Got {len(u)} instead.")
    first = max(check_int("washout", washout, 0), *(span.max_delay for span in spans))
    if len(x) < first + FEWEST_ROWS:
        raise ValueError(
            f"states must have at least {FEWEST_ROWS} rows beyond the longest delay and the washout, {first}. "
            f"Got {len(x)} in all instead."
        )
    delays = [range(1, span.max_delay + 1) for span in spans]
    targets = [span.target(u, d)[first:] for span, own in zip(spans, delays, strict=True) for d in own]
    found = recovered(x[first:], np.hstack(targets)).reshape(-1, u.shape[1]).sum(axis=1)
    parts = np.split(found, np.cumsum([len(own) for own in delays])[:-1])
    return [Capacity(np.array(own), part) for own, part in zip(delays, parts, strict=True)]


def recovered(states: Float64Array, targets: Float64Array) -> Float64Array:
    """Return :func:`capacity` of checked rows."""
    n_fit = len(states) - int(HELD_OUT * len(states))
    fit, true = targets[:n_fit], targets[n_fit:]
    mean, centred = fit.mean(axis=0), states - states[:n_fit].mean(axis=0)
    told = mean + interruptible(ridge_answers, centred[:n_fit], fit - mean, centred[n_fit:])
    missed, spread = np.sum((true - told) ** 2, axis=0), np.sum((true - true.mean(axis=0)) ** 2, axis=0)
    # A target that stands still has nothing to be told.
    kept = 1.0 - np.divide(missed, spread, out=np.ones_like(missed), where=spread > 0)
    return np.asarray(np.maximum(kept, 0.0))


def ridge_answers(states: Float64Array, targets: Float64Array, others: Float64Array) -> Float64Array:
    """Return for other states what ridge regressions, fitted to centred states and targets, tell of each target.

    Each has the penalty that errs least on rows left out in turn.
    """
    n_rows, n_states = states.shape
    if n_rows <= n_states:
        # x = U s V', known by its left side: for rows x* the answer is x* x' U (U'y / (s^2 + a)).
        variances, left = gram_axes(states @ states.T)
        along, elsewhere = left, (others @ states.T) @ left
        pulled = left.T @ targets
        weights = variances
    else:
        # By its right side: z = x V has columns U s, and the answer is x* V (z'y / (s^2 + a)).
        variances, right = gram_axes(states.T @ states)
        along, elsewhere = states @ right, others @ right
        pulled = along.T @ targets
        weights = np.ones_like(variances)
    penalties = PENALTIES * variances.sum()
    if penalties[0] == 0:
        return np.zeros((len(others), targets.shape[1]))
    errors = [left_out_errors(along, pulled, targets, weights / (variances + a)) for a in penalties]
    chosen = penalties[np.argmin(errors, axis=0)]
    return np.asarray(elsewhere @ (pulled / (variances[:, None] + chosen)))


def gram_axes(gram: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return eigenvalues, none below 0 by rounding, and eigenvectors."""
    # SciPy 1.13's own divide and conquer refuses a matrix of one row.
    values, axes = np.linalg.eigh(gram)
    return np.maximum(values, 0.0), axes


def left_out_errors(
    along: Float64Array, pulled: Float64Array, targets: Float64Array, shrink: Float64Array
) -> Float64Array:
    """Return for each target the squared error summed over rows, each of them left out of the fit in turn.

    A row's error is that of the whole fit, divided by 1 minus its leverage; a constant alone has leverage 1 / n_rows.
    """
    leverage = 1.0 / len(targets) + (along**2) @ shrink
    missed = targets - along @ (shrink[:, None] * pulled)
    return np.asarray(np.sum((missed / (1.0 - leverage)[:, None]) ** 2, axis=0))


def check_states(value: Any) -> Float64Array:
    """Return finite states (n_steps, n_states), at least one of each, as float64."""
    return check_rows("states", check_array("states", value, 2))
