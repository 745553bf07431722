"""NARMA-10 from the input alone: a spiking reservoir beside an echo-state network of as many units.

The target is made of the inputs of the last ten steps, of their products and of its own past. Both networks are given
one step of the input at a time, so that what they know of earlier ones is their own memory: that of the spiking one is
in the spikes that are on their way along synapses with delays, and without these it forgets. Linear regression, which
has no memory, is given the latest steps themselves. Both networks tell the more the more they are trained: try
``--neurons 1000 --train 6000``, which takes a minute.
"""

import argparse
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from snnres import plotting
from snnres.datasets import narma10
from snnres.estimators import ReservoirForecaster
from snnres.evaluation import nrmse

WASHOUT = 100
TEST_STEPS = 1000
# Penalties per row; that is chosen which errs least on the last fifth of the training rows, as by ReservoirForecaster.
ALPHAS = np.logspace(-9, 3, 25)
# Of the echo-state network, chosen likewise: spectral radius and spread of the input weights.
SETTINGS = [(radius, scale) for radius in (0.9, 1.0) for scale in (0.003, 0.01, 0.03, 0.1)]
SYNAPSES = 16
# Steps of the input that linear regression is given.
LAGS = 30


def ridge(states: np.ndarray, y: np.ndarray, alpha: float) -> np.ndarray:
    """Return the weights of ridge regression."""
    return np.linalg.solve(states.T @ states + alpha * len(states) * np.eye(states.shape[1]), states.T @ y)


def read_out(states: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Fit a linear readout to those rows that have targets; return its error on held-out ones, and what it tells."""
    learnt = states[WASHOUT : len(y)]
    scaled = np.column_stack([(states - learnt.mean(axis=0)) / learnt.std(axis=0), np.ones(len(states))])
    rows, targets = scaled[WASHOUT : len(y)], y[WASHOUT:]
    cut = len(rows) * 4 // 5
    errors = [nrmse(targets[cut:], rows[cut:] @ ridge(rows[:cut], targets[:cut], alpha)) for alpha in ALPHAS]
    return min(errors), scaled @ ridge(rows, targets, ALPHAS[np.argmin(errors)])


def echo_states(u: np.ndarray, n_units: int, radius: float, scale: float, seed: int) -> np.ndarray:
    """Return the states of an echo-state network that an input drives, beside the input."""
    rng = np.random.default_rng(seed)
    density = min(1.0, SYNAPSES / n_units)
    # The spectral radius of a large random matrix is the spread of its entries times the root of those in a row.
    spread = radius / np.sqrt(density * n_units)
    weights = sp.random(n_units, n_units, density, "csr", rng=rng, data_rvs=lambda n: rng.normal(0, spread, n))
    inputs, bias = rng.normal(0, scale, n_units), rng.normal(0, 0.3, n_units)
    states = np.zeros((len(u), n_units))
    for t in range(len(u)):
        states[t] = np.tanh(weights @ states[t - 1] + inputs * u[t] + bias)
    return np.column_stack([states, u])


def main() -> None:
    """Fit all to the same steps, print their errors on the next ones, and draw the first of these."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="narma10", help="folder for the figure")
    parser.add_argument("--train", type=int, default=2000, help="steps to train")
    parser.add_argument("--neurons", type=int, default=500, help="of the reservoir, and units of the other network")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    # 1. Input and target, one series; its first part to train.
    u, y = narma10(args.train + TEST_STEPS, seed=args.seed)
    train, test = slice(args.train), slice(args.train, None)

    # 2. The spiking reservoir, given one step at a time, with recurrent delays (by default) and without.
    told = {}
    for name, settings in {"spiking reservoir": {}, "  without delays": {"max_delay": 0}}.items():
        model = ReservoirForecaster(args.neurons, lags=1, washout=WASHOUT, random_state=args.seed, **settings)
        told[name] = model.fit(u[train], y[train]).predict(u)

    # 3. The echo-state network with the settings that do best on held-out steps, and the latest steps themselves.
    scaled = (u - u[train].mean()) / u[train].std()
    found = [read_out(echo_states(scaled, args.neurons, *given, args.seed), y[train]) for given in SETTINGS]
    told["echo-state network"] = min(found, key=lambda pair: pair[0])[1]
    past = np.concatenate([np.zeros(LAGS - 1), scaled])
    latest = np.lib.stride_tricks.sliding_window_view(past, LAGS)
    told[f"linear regression on {LAGS} steps"] = read_out(latest, y[train])[1]

    # 4. Errors on the steps that none has seen.
    print("NRMSE over the test steps (1: the mean)")
    for name, values in told.items():
        print(f"{name:<34}{nrmse(y[test], values[test]):.3f}")

    # 5. The first of these steps.
    shown = slice(args.train, args.train + 100)
    ax = plotting.styled(plotting.new_figure(width=10).axes[0], "NARMA-10", "time (step)", "y")
    steps = np.arange(len(y))[shown]
    ax.plot(steps, y[shown], color="#b0b0b0", lw=4, label="target")
    for name in ("spiking reservoir", "echo-state network"):
        ax.plot(steps, told[name][shown], lw=1.2, label=name)
    ax.figure.legend(loc="outside lower center", ncols=3, frameon=False)
    print("wrote", plotting.save_figure(Path(args.output) / "narma10.png", ax))


if __name__ == "__main__":
    main()
