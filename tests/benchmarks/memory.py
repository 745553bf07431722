"""Memory of spiking reservoirs beside that of echo-state networks of as many units, against delay.

    python tests/benchmarks/memory.py [--neurons 1000] [--seeds 3] [--steps 3000] [--hold 20]

Driven by independent uniform values; linear capacity over delays to 200, quadratic capacity over delays to 20, both by
ridge regression on rows held out (snnres.measures). The echo-state network is tuned over a grid of spectral radius,
input scaling and leak, on another input and other weights, once for each of the two capacities: the best linear memory
is that of a network which hardly leaves the linear range, and relies on double precision. The readout sees a state for
each unit of the echo-state network, and three for each spiking neuron. Means over the seeds, with standard deviations
of the totals. Takes about five minutes.
"""

import argparse
import itertools
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from snnres.measures import MemoryCapacity, linear_capacity, memory_capacity, quadratic_capacity

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
from memory_capacity import WASHOUT, echo_states, spiking

DELAYS = (1, 2, 3, 5, 8, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200)
MAX_DELAY = DELAYS[-1]
QUADRATIC_DELAYS = (1, 2, 3, 5, 8, 10, 15, 20)
GRID = {"spectral_radius": (0.9, 0.95, 0.99), "input_scaling": (0.01, 0.03, 0.1, 0.3), "leak": (0.7, 1.0)}
TUNING_SEED = 1000


class Entry(NamedTuple):
    """A kind of reservoir, and what was found for each seed."""

    name: str
    found: list


def of_echo_states(n_units, n_steps, seed, settings):
    u = np.random.default_rng([seed, 1]).uniform(-1, 1, WASHOUT + n_steps)
    states = echo_states(u, n_units, seed=seed, **settings)
    return MemoryCapacity(
        linear_capacity(states, u, max_delay=MAX_DELAY, washout=WASHOUT), quadratic_capacity(states, u, washout=WASHOUT)
    )


def tuned(options):
    """The settings of the best linear and of the best quadratic capacity."""
    grid = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]
    found = [of_echo_states(options.neurons, options.steps, TUNING_SEED, settings) for settings in grid]
    return {kind: grid[int(np.argmax([getattr(of, kind).total for of in found]))] for kind in ("linear", "quadratic")}


def of_spiking(options, seed, **settings):
    # Its own readout does not count, and need not be tuned.
    model = spiking(options.neurons, seed, hold=options.hold, alpha=1e-6, **settings)
    return memory_capacity(model, max_delay=MAX_DELAY, n_steps=options.steps, washout=WASHOUT, seed=seed)


def entries(options):
    """Yield each kind of reservoir."""
    seeds = range(options.seeds)
    for name, settings in (
        ("unconnected neurons", {"recurrent_scaling": 0.0}),
        ("spiking", {"recurrent_scaling": 0.5}),
        ("spiking, twice the weights", {"recurrent_scaling": 1.0}),
    ):
        yield Entry(name, [of_spiking(options, seed, **settings) for seed in seeds])
    for kind, settings in tuned(options).items():
        said = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in settings.items())
        name = f"echo state, tuned for {kind} capacity\n  ({said})"
        yield Entry(name, [of_echo_states(options.neurons, options.steps, seed, settings) for seed in seeds])


def line(capacities, delays):
    totals = [of.total for of in capacities]
    curve = np.mean([of.by_delay for of in capacities], axis=0)
    cells = "".join(f"{curve[delay - 1]:>6.2f}" for delay in delays)
    return f"{np.mean(totals):>8.2f} +- {np.std(totals):<5.2f}{cells}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neurons", type=int, default=1000, help="neurons, and units of the echo-state network")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=3000, help="steps of the input to measure on")
    parser.add_argument("--hold", type=int, default=20, help="steps of the network for each step of the input")
    options = parser.parse_args()
    print(f"{options.neurons} neurons or units, {options.seeds} seeds, {options.steps} steps")
    for name, delays in (("linear", DELAYS), ("quadratic", QUADRATIC_DELAYS)):
        print(f"  {name + ': total':<20}by delay" + "".join(f"{delay:>6}" for delay in delays))
    start = time.perf_counter()
    for entry in entries(options):
        print(f"\n{entry.name}  [{time.perf_counter() - start:.0f} s]")
        print(f"  linear    {line([of.linear for of in entry.found], DELAYS)}")
        print(f"  quadratic {line([of.quadratic for of in entry.found], QUADRATIC_DELAYS)}", flush=True)
        start = time.perf_counter()


if __name__ == "__main__":
    main()
