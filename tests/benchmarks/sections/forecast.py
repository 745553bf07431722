"""Forecasts of a spiking reservoir beside linear autoregression and an echo-state network.

Mackey-Glass (tau 17), NARMA-10 and the Santa Fe laser; the same settings of ours for all of them: given the latest lags
at a time, or one step, so that all memory is the network's own. The second has more neurons, as there all depends on
them, and, as NARMA-10 above all, does the better the more steps there are to train. Errors are in standard deviations
of the series. One step: NRMSE over the test part. Closed loop: from 20 places in the test part, each after 200 steps
of history, the NRMSE over the horizon, and the valid steps, the median number before an error exceeds 0.4. Rows with
several seeds show medians.
"""

import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from contest import Opponent
from recorded import first
from tables import Table

from snnres.datasets import mackey_glass, narma10, read_laser
from snnres.estimators import ReservoirForecaster
from snnres.evaluation import nrmse

WASHOUT = 100
HISTORY = 200
STARTS = 20
LIMIT = 0.4
TEST_STEPS = 1000
LAGS = ReservoirForecaster().lags
# Steps to train, and neurons or units by lags.
TRAIN = (2000, 6000)
SIZES = {LAGS: 500, 1: 1000}
# Penalties per row, on standardised columns, for autoregression; chosen as ours is, on the last fifth.
PENALTIES = np.logspace(-12, 1, 27)


class Task(NamedTuple):
    """Input and target of each step, in standard deviations of the training part; horizon 0: not a forecast."""

    title: str
    u: np.ndarray
    y: np.ndarray
    n_train: int
    horizon: int

    @property
    def histories(self):
        if not self.horizon:
            return np.empty((0, HISTORY, 1))
        ends = np.linspace(self.n_train + 1, len(self.u) - self.horizon, STARTS).astype(int)
        return np.stack([self.u[end - HISTORY : end, None] for end in ends])

    @property
    def futures(self):
        ends = np.linspace(self.n_train + 1, len(self.u) - self.horizon, STARTS).astype(int)
        return np.stack([self.u[end : end + self.horizon] for end in ends])

    @property
    def limits(self):
        """What is fed back is kept within these, for every model as for ours."""
        low, high = self.u[: self.n_train].min(), self.u[: self.n_train].max()
        return low - 0.1 * (high - low), high + 0.1 * (high - low)

    @property
    def test(self):
        """The test part with its history before it."""
        return self.u[self.n_train - HISTORY : self.n_train + TEST_STEPS]

    @property
    def test_targets(self):
        return self.y[self.n_train : self.n_train + TEST_STEPS]


def forecast_task(title, series, n_train, horizon):
    scaled = (series - series[:n_train].mean()) / series[:n_train].std()
    return Task(title, scaled, scaled[1:], n_train, horizon)


def tasks(laser, n_train):
    n_steps = n_train + TEST_STEPS + 1
    title = f"Mackey-Glass (tau 17), {n_train} steps to train"
    yield forecast_task(title, mackey_glass(n_steps), n_train, 84)
    u, y = narma10(n_steps, seed=0)
    scaled = (u - u[:n_train].mean()) / u[:n_train].std()
    yield Task(f"NARMA-10, {n_train} steps to train", scaled, (y - y.mean()) / y.std(), n_train, 0)
    if laser:
        yield forecast_task(f"Santa Fe laser, {n_train} steps to train", read_laser(laser)[:n_steps], n_train, 50)


class Row(NamedTuple):
    """A model's scores; None where there is no closed loop."""

    name: str
    one_step: float
    loop: float | None = None
    valid: float | None = None


def row(name, task, told, loops):
    one_step = nrmse(task.test_targets, told)
    if not task.horizon:
        return Row(name, one_step)
    errors = np.abs(np.reshape(loops, task.futures.shape) - task.futures)
    late = np.hstack([errors > LIMIT, np.ones((len(errors), 1), dtype=bool)])
    return Row(name, one_step, float(np.sqrt(np.mean(errors**2))), float(np.median(late.argmax(axis=1))))


def ours(name, task, neurons, seed, **settings):
    model = ReservoirForecaster(neurons, washout=WASHOUT, random_state=seed, **settings)
    if task.horizon:
        model.fit(task.u[: task.n_train])
    else:
        model.fit(task.u[: task.n_train], task.y[: task.n_train])
    told = model.predict(task.test[HISTORY:], history=task.test[:HISTORY])
    return row(name, task, told, [model.forecast(task.horizon, history) for history in task.histories[:, :, 0]])


def embedded(u, lags):
    """Rows of the latest ``lags`` values, from the first for which all are there, and a 1."""
    columns = [u[lags - 1 - lag : len(u) - lag] for lag in range(lags)]
    return np.stack([*columns, np.ones(len(u) - lags + 1)], axis=1)


def ridge(states, targets, penalty):
    system = states.T @ states + penalty * len(states) * np.eye(states.shape[1])
    return np.linalg.solve(system, states.T @ targets)


def autoregression(task, order):
    states = embedded(task.u[: task.n_train - 1], order)[WASHOUT:]
    targets = task.y[order - 1 : task.n_train - 1][WASHOUT:]
    cut = len(states) * 4 // 5
    errors = [np.sum((states[cut:] @ ridge(states[:cut], targets[:cut], p) - targets[cut:]) ** 2) for p in PENALTIES]
    coef = ridge(states, targets, PENALTIES[np.argmin(errors)])
    told = embedded(task.test, order)[-TEST_STEPS:] @ coef
    loops = []
    for history in task.histories[:, :, 0]:
        rows = history.tolist()
        for _ in range(task.horizon):
            value = np.append(rows[: -order - 1 : -1], 1.0) @ coef
            rows.append(float(np.clip(value, *task.limits)))
        loops.append(rows[HISTORY:])
    return row(f"linear autoregression of order {order}", task, told, loops)


def echo_state(task, python, neurons, lags, seed):
    """Return the row of reservoirpy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "task.npz"
        settings = {"units": neurons, "washout": WASHOUT, "seed": seed, "horizon": task.horizon, "warm": HISTORY}
        parts = {"train": task.u[: task.n_train, None], "test": task.test[:, None], "histories": task.histories}
        targets = task.y[: task.n_train - 1, None]
        np.savez(path, train_targets=targets, lags=lags, limits=task.limits, **settings, **parts)
        with Opponent("reservoirpy", python, "reservoirpy_forecast.py", path, threads=True) as opponent:
            found = opponent.measure("forecast")
    return row(f"reservoirpy, {neurons} units, {said(lags)}", task, np.ravel(found["told"]), found["loops"])


def said(lags):
    return "1 lag" if lags == 1 else f"{lags} lags"


def rows_of(task, options, sizes):
    """Yield the rows of a task's table, those of random models as lists, one a seed."""
    seeds = range(1 if options.quick else options.seeds)
    for lags, n in sizes.items():
        yield [ours(f"spiking reservoir, {n} neurons, {said(lags)}", task, n, seed, lags=lags) for seed in seeds]
        if lags == 1:
            yield [ours("  without delays", task, n, seed, lags=lags, max_delay=0) for seed in seeds]
        without = {"recurrent_scaling": 0.0, "max_delay": 0}
        yield [ours("  without recurrence", task, n, seed, lags=lags, **without) for seed in seeds]
    for order in (LAGS, 50):
        yield [autoregression(task, order)]
    if options.reservoirpy_python:
        for lags, n in sizes.items():
            yield [echo_state(task, options.reservoirpy_python, n, lags, seed) for seed in seeds]


def line(rows):
    """Return a row of the table: medians."""
    scores = [[score for score in of if score is not None] for of in list(zip(*rows, strict=True))[1:]]
    return (rows[0].name, *(float(np.median(of)) if of else None for of in scores))


def measure(options):
    """Yield a table for each task."""
    trains, sizes = ((600,), {LAGS: 50, 1: 60}) if options.quick else (TRAIN, SIZES)
    laser = first(options, "series/*laser*.txt")
    for task in (task for n_train in trains for task in tasks(laser, n_train)):
        loop = f"{task.horizon} steps" if task.horizon else "closed loop"
        columns = {"": "", "one step": ".4f", loop: ".4f", "valid": ".0f"}
        yield Table(task.title, columns, [line(rows) for rows in rows_of(task, options, sizes)])
