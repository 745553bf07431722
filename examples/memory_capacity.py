"""What a reservoir remembers: capacity against delay, of spiking networks beside an echo-state network.

Driven by independent values, how well can a linear readout of the present state tell the value of d steps ago (linear
capacity), or its product with the present value (quadratic capacity)? Summed over d, the first is at most the number of
states. A spiking neuron gives a state for each time constant of its filtered spikes, a unit of the echo-state network
one.

Spiking neurons forget within two steps, with synapses or without: what one sends, another has at once, and both leak.
Where synapses have delays, spikes are on their way while further input comes, and the network remembers for longer
than its longest delay.
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
FURTHEST = 120
# As ReservoirForecaster takes them by itself where there are delays; given here for the networks that have none.
SETTINGS = {"lags": 1, "hold": 80, "recurrent_scaling": 1.4, "target_rate": 0.04}
RESERVOIRS = {
    "unconnected neurons": {"max_delay": 0, "recurrent_scaling": 0.0},
    "without delays": {"max_delay": 0},
    "delays to 12 steps": {"max_delay": 12},
    "delays to 24 steps": {"max_delay": 24},
    # What was sent long ago has come round several times; stronger synapses keep it from fading.
    "delays to 48 steps": {"max_delay": 48, "recurrent_scaling": 2.0},
}
# With 1,000 units the best of the settings that the section "memory" of the benchmarks tries, for either capacity.
ECHO_STATE = {
    "linear": {"spectral_radius": 0.99, "input_scaling": 0.01},
    "quadratic": {"spectral_radius": 0.9, "input_scaling": 0.1},
}


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


def echo_state_capacity(n_units: int, n_steps: int, furthest: int, seed: int, **settings: float) -> MemoryCapacity:
    """Return the capacities of an echo-state network, measured as those of the spiking ones are."""
    u = np.random.default_rng([seed, 1]).uniform(-1, 1, WASHOUT + n_steps)
    states = echo_states(u, n_units, seed=seed, **settings)
    return MemoryCapacity(
        linear_capacity(states, u, max_delay=furthest, washout=WASHOUT), quadratic_capacity(states, u, washout=WASHOUT)
    )


def spiking_capacity(n_neurons: int, n_steps: int, furthest: int, seed: int, **settings: Any) -> MemoryCapacity:
    """Return the capacities of a spiking reservoir.

    Its scale and threshold are set on values such as those it will be driven by; its own readout does not count, and
    need not be tuned.
    """
    model = ReservoirForecaster(n_neurons, random_state=seed, alpha=1e-6, **SETTINGS | settings)
    model.fit(np.random.default_rng(seed).uniform(-1, 1, 500))
    return memory_capacity(model, max_delay=furthest, n_steps=n_steps, washout=WASHOUT, seed=seed)


def main() -> None:
    """Measure each reservoir, print the totals and draw the curves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", default="memory_capacity", help="folder for the figure")
    parser.add_argument("--neurons", type=int, default=500, help="neurons, and units of the echo-state network")
    parser.add_argument("--steps", type=int, default=3000, help="steps to measure on")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    size = (args.neurons, args.steps, FURTHEST, args.seed)

    # 1. Spiking reservoirs: without synapses, with synapses, and with synapses that have delays.
    found = {name: spiking_capacity(*size, **settings) for name, settings in RESERVOIRS.items()}

    # 2. Echo-state networks of as many units, one for each of the capacities.
    echo = {kind: echo_state_capacity(*size, **settings) for kind, settings in ECHO_STATE.items()}
    found["echo-state network"] = MemoryCapacity(echo["linear"].linear, echo["quadratic"].quadratic)

    # 3. The totals, and the curves.
    print(f"{'capacity':<22}{'linear':>8}{'quadratic':>11}")
    for name, capacities in found.items():
        print(f"{name:<22}{capacities.linear.total:>8.2f}{capacities.quadratic.total:>11.2f}")
    figure = plotting.new_figure(1, 2, width=11, height=5)
    plotting.memory_curve({name: of.linear for name, of in found.items()}, figure.axes[0], title="u(t - d)")
    plotting.memory_curve({name: of.quadratic for name, of in found.items()}, figure.axes[1], title="u(t) u(t - d)")
    for ax in figure.axes:
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2, frameon=False)
    print("wrote", plotting.save_figure(Path(args.output) / "memory_capacity.png", figure, dpi=90))


if __name__ == "__main__":
    main()
