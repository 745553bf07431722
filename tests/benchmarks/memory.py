"""Memory of spiking reservoirs beside that of echo-state networks of as many units, against delay.

    python tests/benchmarks/memory.py [--neurons 1000] [--seeds 3] [--steps 3000]

Driven by independent uniform values; linear capacity over delays to 200, quadratic capacity over delays to 20, both by
ridge regression on rows held out (snnres.measures). The spiking networks have the settings that ReservoirForecaster
takes with one lag, and differ in their synapses and the delays of these (up to so many steps of the input). The
echo-state network is tuned over a grid of spectral radius, input scaling and leak, on another input and other weights,
once for each of the two capacities: the best linear memory is that of a network which hardly leaves the linear range,
and relies on double precision. The readout sees a state for each unit of the echo-state network, and three for each
spiking neuron. Means over the seeds, with standard deviations of the totals. Takes about five minutes.
"""

import argparse
import itertools
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
from memory_capacity import RESERVOIRS, echo_state_capacity, spiking_capacity

DELAYS = (1, 2, 3, 5, 8, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200)
FURTHEST = DELAYS[-1]
QUADRATIC_DELAYS = (1, 2, 3, 5, 8, 10, 15, 20)
GRID = {"spectral_radius": (0.9, 0.95, 0.99), "input_scaling": (0.01, 0.03, 0.1, 0.3), "leak": (0.7, 1.0)}
TUNING_SEED = 1000


class Entry(NamedTuple):
    """A kind of reservoir, and what was found for each seed."""

    name: str
    found: list


def tuned(options):
    """The settings of the best linear and of the best quadratic capacity."""
    grid = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]
    size = (options.neurons, options.steps, FURTHEST, TUNING_SEED)
    found = [echo_state_capacity(*size, **settings) for settings in grid]
    return {kind: grid[int(np.argmax([getattr(of, kind).total for of in found]))] for kind in ("linear", "quadratic")}


def entries(options):
    """Yield each kind of reservoir."""
    sizes = [(options.neurons, options.steps, FURTHEST, seed) for seed in range(options.seeds)]
    for name, settings in RESERVOIRS.items():
        yield Entry(f"spiking, {name}", [spiking_capacity(*size, **settings) for size in sizes])
    for kind, settings in tuned(options).items():
        said = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in settings.items())
        name = f"echo state, tuned for {kind} capacity\n  ({said})"
        yield Entry(name, [echo_state_capacity(*size, **settings) for size in sizes])


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
