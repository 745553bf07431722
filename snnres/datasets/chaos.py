"""Chaotic series: Mackey-Glass and Lorenz, integrated by Runge-Kutta's classical method of fourth order (RK4)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..validation import INT32_MAX, check_array, check_finite, check_real, refuse
from .sizes import check_size, check_total

__all__ = ["lorenz", "mackey_glass"]

# Beyond these, with the largest exponent, powers would leave double precision.
LARGEST_VALUE = 1000.0
LARGEST_EXPONENT = 100.0
State = tuple[float, float, float]


def mackey_glass(
    n_steps: int,
    tau: float = 17.0,
    *,
    beta: float = 0.2,
    gamma: float = 0.1,
    exponent: float = 10.0,
    initial: float = 1.2,
    sample_interval: float = 1.0,
    substeps: int = 10,
    washout: int = 1000,
) -> NDArray[np.float64]:
    """Integrate the Mackey-Glass equation, chaotic at the defaults.

    dx/dt = beta * x(t - tau) / (1 + x(t - tau)^exponent) - gamma * x(t), with x = ``initial`` for all t <= 0.

    RK4 takes steps of ``sample_interval / substeps`` (default 0.1); the delayed value at half a step comes from the
    cubic through values and slopes at its ends, so that the whole stays of fourth order.

    Parameters
    ----------
    n_steps : int
        Samples to return.
    tau : float, default 17
        Delay in the equation's time, a whole number of integration steps.
    beta, gamma, exponent : float, default 0.2, 0.1, 10
        Constants of the equation, all above 0; the exponent at most 100.
    initial : float, default 1.2
        The constant history, in (0, 1000); another one gives another series of the same dynamics.
    sample_interval : float, default 1
        Time between two samples.
    substeps : int, default 10
        Integration steps between two samples.
    washout : int, default 1000
        Samples to drop at the start. With 0 the first sample is x(0).

    Returns
    -------
    ndarray of shape (n_steps,), float64
        x at times ``(washout + k) * sample_interval``.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the solution leaves (0, 1000), as it may where steps are too coarse.

    References
    ----------
    Mackey and Glass (1977), Oscillation and chaos in physiological control systems, Science 197:287-289.

    Examples
    --------
    >>> from snnres.datasets import mackey_glass
    >>> series = mackey_glass(500)
    >>> series.shape, bool(0.2 < series.min() and series.max() < 1.4)
    ((500,), True)
    """
    n_steps, washout, substeps = check_lengths(n_steps, washout, substeps)
    beta, gamma = check_real("beta", beta, above=0), check_real("gamma", gamma, above=0)
    exponent = check_real("exponent", exponent, above=0, high=LARGEST_EXPONENT)
    initial = check_real("initial", initial, above=0, below=LARGEST_VALUE)
    step = check_real("sample_interval", sample_interval, above=0) / substeps
    delay = round(check_real("tau", tau, above=0) / step)
    if delay > INT32_MAX:
        raise refuse("tau", f"at most {INT32_MAX} integration steps of {step:g}", tau)
    if delay == 0 or not math.isclose(delay * step, tau, rel_tol=1e-9):
        raise refuse("tau", f"a whole number of integration steps of sample_interval / substeps = {step:g}", tau)
    n_fine = (washout + n_steps - 1) * substeps
    return integrate_delayed(n_fine, step, delay, initial, beta, gamma, exponent)[washout * substeps :: substeps]


def check_lengths(n_steps: int, washout: int, substeps: int) -> tuple[int, int, int]:
    """Return the checked lengths of a series, which is integrated in fewer than 2^31 steps."""
    lengths = check_size("n_steps", n_steps), check_size("washout", washout, 0), check_size("substeps", substeps)
    check_total("n_steps, washout and substeps", (lengths[0] + lengths[1]) * lengths[2])
    return lengths


def integrate_delayed(
    n_fine: int, step: float, delay: int, initial: float, beta: float, gamma: float, exponent: float
) -> NDArray[np.float64]:
    """Return x at 0, step, ... n_fine * step. Delayed values at whole and half steps are read from two lists."""

    def production(x: float) -> float:
        return beta * x / (1.0 + math.pow(x, exponent))

    # Entry k holds x at k - delay steps, and in the second list at half a step later.
    values = [initial] * (delay + 1)
    halfway = [initial] * delay
    for k in range(n_fine):
        x = values[-1]
        gain, gain_half, gain_next = production(values[k]), production(halfway[k]), production(values[k + 1])
        slope1 = gain - gamma * x
        slope2 = gain_half - gamma * (x + 0.5 * step * slope1)
        slope3 = gain_half - gamma * (x + 0.5 * step * slope2)
        slope4 = gain_next - gamma * (x + step * slope3)
        following = x + step / 6.0 * (slope1 + 2.0 * slope2 + 2.0 * slope3 + slope4)
        middle = 0.5 * (x + following) + step / 8.0 * (slope1 - (gain_next - gamma * following))
        if not (0.0 < following < LARGEST_VALUE and 0.0 < middle < LARGEST_VALUE):
            raise ValueError(
                f"The solution must stay in (0, {LARGEST_VALUE:g}); take more substeps or other constants. "
                f"Got {following:g} at time {(k + 1) * step:g} instead."
            )
        values.append(following)
        halfway.append(middle)
    return np.array(values[delay:])


def lorenz(
    n_steps: int,
    *,
    sigma: float = 10.0,
    rho: float = 28.0,
    beta: float = 8.0 / 3.0,
    initial: tuple[float, float, float] = (1.0, 1.0, 1.0),
    sample_interval: float = 0.02,
    substeps: int = 10,
    washout: int = 1000,
) -> NDArray[np.float64]:
    """Integrate the Lorenz equations, chaotic at the defaults.

    dx/dt = sigma * (y - x), dy/dt = x * (rho - z) - y, dz/dt = x * y - beta * z.

    RK4 takes steps of ``sample_interval / substeps`` (default 0.002).

    Parameters
    ----------
    n_steps : int
        Samples to return.
    sigma, rho, beta : float, default 10, 28, 8/3
        Constants of the equations.
    initial : array of shape (3,), default (1, 1, 1)
        x, y and z at time 0; another one gives another series of the same dynamics.
    sample_interval : float, default 0.02
        Time between two samples.
    substeps : int, default 10
        Integration steps between two samples.
    washout : int, default 1000
        Samples to drop at the start. With 0 the first sample is ``initial``.

    Returns
    -------
    ndarray of shape (n_steps, 3), float64
        x, y and z at times ``(washout + k) * sample_interval``.

    Raises
    ------
    ValueError
        If a parameter is out of range, or the numbers overflow because steps are too coarse.

    References
    ----------
    Lorenz (1963), Deterministic nonperiodic flow, Journal of the Atmospheric Sciences 20:130-141.

    Examples
    --------
    >>> from snnres.datasets import lorenz
    >>> lorenz(100).shape
    (100, 3)
    """
    n_steps, washout, substeps = check_lengths(n_steps, washout, substeps)
    constants = check_real("sigma", sigma), check_real("rho", rho), check_real("beta", beta)
    step = check_real("sample_interval", sample_interval, above=0) / substeps
    start = check_array("initial", initial, 1)
    if start.size != 3:
        raise refuse("initial", "three numbers: x, y and z", initial)
    check_finite("initial", start)
    state: State = (float(start[0]), float(start[1]), float(start[2]))
    samples = [state]
    for _ in range(washout + n_steps - 1):
        for _ in range(substeps):
            state = lorenz_step(state, step, *constants)
        samples.append(state)
    series = np.array(samples[washout:])
    if not np.isfinite(series).all():
        raise ValueError("The solution must stay finite; take more substeps or other constants. It overflowed instead.")
    return series


def lorenz_step(state: State, step: float, sigma: float, rho: float, beta: float) -> State:
    """Return the state one RK4 step later."""

    def slope(x: float, y: float, z: float) -> State:
        return sigma * (y - x), x * (rho - z) - y, x * y - beta * z

    def moved(by: float, along: State) -> State:
        return state[0] + by * along[0], state[1] + by * along[1], state[2] + by * along[2]

    k1 = slope(*state)
    k2 = slope(*moved(0.5 * step, k1))
    k3 = slope(*moved(0.5 * step, k2))
    k4 = slope(*moved(step, k3))
    mean = (
        k1[0] + 2.0 * (k2[0] + k3[0]) + k4[0],
        k1[1] + 2.0 * (k2[1] + k3[1]) + k4[1],
        k1[2] + 2.0 * (k2[2] + k3[2]) + k4[2],
    )
    return moved(step / 6.0, mean)
