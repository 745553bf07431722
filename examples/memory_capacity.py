"""What a reservoir remembers: capacity against delay, of spiking neurons beside an echo-state network.

Driven by independent values, how well can a linear readout of the present state tell the value of d steps ago (linear
capacity), or its product with the present value (quadratic capacity)? Summed over d, the first is at most the number of
states. A spiking neuron gives a state for each time constant of its filtered spikes, a unit of the echo-state network
one.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from snnres import plotting
from snnres.estimators import ReservoirForecaster
from snnres.measures import MemoryCapacity, linear_capacity, memory_capacity, quadratic_capacity

WASHOUT = 200


def echo_states(
    u: np.ndarray, n_units: int, *, spectral_radius: float, input_scaling: float, leak: float = 1.0, seed: int = 0
) -> np.ndarray:
    """Return the states (n_steps, n_units) of an echo-state network: x = (1 - leak) x + leak tanh(W x + w u + b)."""
    rng = np.random.default_rng(seed)
    weights = sp.random_array((n_units, n_units), density=10 / n_units, format="csr", rng=rng, data_sampler=rng.normal)
    weights *= spectral_radius / np.abs(np.linalg.eigvals(weights.toarray())).max()
    into, bias = input_scaling * rng.uniform(-1, 1, (2, n_units))
    states, x = np.empty((len(u), n_units)), np.zeros(n_units)
    for t, value in enumerate(u):
        x = (1 - leak) * x + leak * np.tanh(weights @ x + into * value + bias)
        states[t] = x
    return states


def spiking(n_neurons: int, seed: int, **settings: Any) -> ReservoirForecaster:
    """Return a spiking reservoir whose scale and threshold are set on values such as those it will be driven by."""
    series = np.random.default_rng(seed).uniform(-1, 1, 500)
    model = ReservoirForecaster(n_neurons, random_state=seed, **{"lags": 1, "hold": 20} | settings)
    return model.fit(series)


def main() -> None:
    """Measure each reservoir, print the totals and draw the curves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="memory_capacity", help="folder for the figure")
    parser.add_argument("--neurons", type=int, default=300, help="neurons, and units of the echo-state network")
    parser.add_argument("--steps", type=int, default=3000, help="steps to measure on")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    # 1. Spiking reservoirs: without their synapses, and with them.
    reservoirs = {
        "unconnected neurons": spiking(args.neurons, args.seed, recurrent_scaling=0.0),
        "spiking reservoir": spiking(args.neurons, args.seed, recurrent_scaling=1.0),
    }
    found = {
        name: memory_capacity(reservoir, n_steps=args.steps, washout=WASHOUT, seed=args.seed)
        for name, reservoir in reservoirs.items()
    }

    # 2. An echo-state network of as many units.
    u = np.random.default_rng(args.seed).uniform(-1, 1, WASHOUT + args.steps)
    states = echo_states(u, args.neurons, spectral_radius=0.95, input_scaling=0.3, seed=args.seed)
    found["echo-state network"] = MemoryCapacity(
        linear_capacity(states, u, washout=WASHOUT), quadratic_capacity(states, u, washout=WASHOUT)
    )

    # 3. The totals, and the curves.
    print(f"{'capacity':<22}{'linear':>8}{'quadratic':>11}")
    for name, capacities in found.items():
        print(f"{name:<22}{capacities.linear.total:>8.2f}{capacities.quadratic.total:>11.2f}")
    figure = plotting.new_figure(1, 2, width=11)
    plotting.memory_curve({name: of.linear for name, of in found.items()}, figure.axes[0], title="u(t - d)")
    plotting.memory_curve({name: of.quadratic for name, of in found.items()}, figure.axes[1], title="u(t) u(t - d)")
    print("wrote", plotting.save_figure(Path(args.output) / "memory_capacity.png", figure))


if __name__ == "__main__":
    main()
