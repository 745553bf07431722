"""An echo-state network of reservoirpy on a series: python reservoirpy_forecast.py TASK.npz, driven by its section.

Leak rate, spectral radius, input scaling, bias and penalty are chosen from a grid by the error on the last fifth of the
training part, then the readout is fitted on all of it. The readout sees the input beside the units.
"""

import itertools
import sys
from importlib.metadata import version

import numpy as np
from reservoirpy.mat_gen import uniform
from reservoirpy.nodes import Reservoir
from serve import serve

# Without a bias tanh is odd, and products of inputs are out of reach.
BIASES = (0.0, uniform(low=-0.5, high=0.5))
GRID = {"lr": (0.3, 1.0), "sr": (0.9, 1.25), "input_scaling": (0.1, 1.0), "bias": BIASES}
PENALTIES = np.logspace(-10, 0, 6)


def embedded(rows, lags):
    past = np.concatenate([np.repeat(rows[:1], lags - 1, axis=0), rows])
    return np.hstack([past[lags - 1 - lag : len(past) - lag] for lag in range(lags)])


class EchoStates:
    """An echo-state network driven by the latest ``lags`` steps."""

    def __init__(self, units, lags, seed, **settings):
        self.node = Reservoir(units, input_connectivity=1.0 if lags == 1 else 0.5, seed=seed, **settings)
        self.lags = lags

    def states(self, rows):
        """States of a run from zero, (n_steps, lags + units + 1)."""
        if self.node.initialized:
            self.node.reset()
        inputs = embedded(rows, self.lags)
        return np.hstack([inputs, self.node.run(inputs), np.ones((len(rows), 1))])

    def closed_loop(self, history, n_steps, coef, limits):
        state, rows = self.states(history)[-1], history
        predicted = []
        for _ in range(n_steps):
            value = np.clip(state @ coef, *limits)
            predicted.append(value)
            rows = np.concatenate([rows[1 - self.lags :], [value]]) if self.lags > 1 else value[None]
            inputs = rows[::-1].ravel()
            state = np.concatenate([inputs, self.node.step(inputs), [1.0]])
        return np.array(predicted)


def ridge(states, targets, penalty):
    system = states.T @ states + penalty * len(states) * np.eye(states.shape[1])
    return np.linalg.solve(system, states.T @ targets)


def choose(task, lags, units, washout, seed):
    """Return the network and the coefficients that do best on the held-out part."""
    inputs, targets = task["train"], task["train_targets"]
    held_out = len(targets) - len(targets) // 5
    best = (np.inf,)
    for values in itertools.product(*GRID.values()):
        network = EchoStates(units, lags, seed, **dict(zip(GRID, values, strict=True)))
        states = network.states(inputs)[: len(targets)]
        for penalty in PENALTIES:
            coef = ridge(states[washout:held_out], targets[washout:held_out], penalty)
            error = np.mean((states[held_out:] @ coef - targets[held_out:]) ** 2)
            if error < best[0]:
                best = (error, network, states, penalty)
    _, network, states, penalty = best
    return network, ridge(states[washout:], targets[washout:], penalty)


def forecast(task):
    units, lags, washout, seed, horizon = (int(task[of]) for of in ("units", "lags", "washout", "seed", "horizon"))
    network, coef = choose(task, lags, units, washout, seed)
    told = (network.states(task["test"])[int(task["warm"]) :] @ coef).tolist()
    loops = [network.closed_loop(history, horizon, coef, task["limits"]).tolist() for history in task["histories"]]
    return {"told": told, "loops": loops}


def main():
    task = dict(np.load(sys.argv[1]))
    versions = {"reservoirpy": version("reservoirpy"), "numpy": np.__version__}
    serve(versions, {"forecast": lambda: forecast(task)})


if __name__ == "__main__":
    main()
