"""Memory of spiking reservoirs beside that of echo-state networks of as many units, against delay.

Driven by independent uniform values; linear capacity over delays to 200, quadratic capacity over delays to 20, both by
ridge regression on rows held out (snnres.measures). The spiking networks have the settings that ReservoirForecaster
takes with one lag, and differ in their synapses and the delays of these (up to so many steps of the input). The
echo-state network is tuned over a grid of spectral radius, input scaling and leak, on another input and other weights,
once for each of the two capacities: the best linear memory is that of a network which hardly leaves the linear range,
and relies on double precision. The readout sees a state for each unit of the echo-state network, and three for each
spiking neuron. Means over the seeds, with standard deviations of the totals. Takes about five minutes.
"""

import itertools
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tables import Table

sys.path.insert(0, str(Path(__file__).parents[3] / "examples"))
from memory_capacity import RESERVOIRS, echo_state_capacity, spiking_capacity

DELAYS = (1, 2, 3, 5, 8, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200)
FURTHEST = DELAYS[-1]
QUADRATIC_DELAYS = (1, 2, 3, 5, 8, 10, 15, 20)
GRID = {"spectral_radius": (0.9, 0.95, 0.99), "input_scaling": (0.01, 0.03, 0.1, 0.3), "leak": (0.7, 1.0)}
TUNING_SEED = 1000


class Size(NamedTuple):
    """Neurons or units, steps of the input to measure on, and the furthest delay."""

    units: int
    steps: int
    furthest: int


class Entry(NamedTuple):
    """A kind of reservoir, and what was found for each seed."""

    name: str
    found: list


def tuned(size, grid):
    """The settings of the best linear and of the best quadratic capacity."""
    found = [echo_state_capacity(*size, TUNING_SEED, **settings) for settings in grid]
    return {kind: grid[int(np.argmax([getattr(of, kind).total for of in found]))] for kind in ("linear", "quadratic")}


def entries(size, grid, seeds):
    """Yield each kind of reservoir."""
    for name, settings in RESERVOIRS.items():
        yield Entry(f"spiking, {name}", [spiking_capacity(*size, seed, **settings) for seed in seeds])
    for kind, settings in tuned(size, grid).items():
        said = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in settings.items())
        found = [echo_state_capacity(*size, seed, **settings) for seed in seeds]
        yield Entry(f"echo state, tuned for {kind} capacity ({said})", found)


def measure(options):
    """Yield a table for each capacity."""
    grid = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]
    size, seeds = Size(1000, 3000, FURTHEST), range(options.seeds)
    if options.quick:
        grid, size, seeds = grid[:1], Size(40, 300, 20), range(1)
    found = list(entries(size, grid, seeds))
    what = f"{size.units} neurons or units, {len(seeds)} seeds, {size.steps} steps"
    for kind, shown in (("linear", DELAYS), ("quadratic", QUADRATIC_DELAYS)):
        delays = [delay for delay in shown if delay <= size.furthest]
        columns = {"": "", "total": ".2f", "sd": ".2f"} | {f"d = {delay}": ".2f" for delay in delays}
        rows = [row([getattr(of, kind) for of in entry.found], entry.name, delays) for entry in found]
        yield Table(f"{kind} memory capacity, {what}", columns, rows)


def row(capacities, name, delays):
    totals = [of.total for of in capacities]
    curve = np.mean([of.by_delay for of in capacities], axis=0)
    return (name, float(np.mean(totals)), float(np.std(totals)), *(float(curve[delay - 1]) for delay in delays))
