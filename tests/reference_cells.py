"""The cells, step by step in plain float32 NumPy: slow, and meant to be read beside their docstrings.

A cell has ``fires(v)``, which may change the potentials, and ``settle(v, fired)``. Its parameters are numbers or arrays
with one for each neuron; of the package nothing is used but the random numbers.
"""

from dataclasses import dataclass, field

import numpy as np

from snnres.kernels.random import ESCAPE, Stream, uniform

F = np.float32


def f(value):
    """A number, or an array of them, computed in double and rounded once."""
    return np.asarray(value, dtype=float).astype(F)


@dataclass
class Shift:
    """What moves a threshold."""

    x: np.ndarray
    keep: np.ndarray
    with_spike: np.ndarray
    without: np.ndarray

    def move(self, fired):
        self.x = self.x * self.keep + np.where(fired, self.with_spike, self.without)


def adaptation(n, increment, tau=None):
    return Shift(np.zeros(n, dtype=F), f(1.0 if tau is None else np.exp(-1 / np.asarray(tau))), f(increment), F(0))


def control(n, target, eta):
    eta, target = np.asarray(eta), np.asarray(target)
    return Shift(np.zeros(n, dtype=F), F(1), f(eta * (1 - target)), f(eta * (0 - target)))


@dataclass
class Escape:
    """Firing at a hazard that is exponential in the distance to the threshold."""

    rate: np.ndarray
    slope: np.ndarray
    offset: np.ndarray

    def hazard(self, v, theta, ready):
        return self.rate * np.exp((v - theta) / self.slope)


@dataclass
class Intrinsic(Escape):
    """Firing at a hazard whose parameters learn."""

    target: np.ndarray = None
    eta: np.ndarray = None

    def __post_init__(self):
        self.least = F(0.01 * self.rate), F(0.01 * self.slope)

    def hazard(self, v, theta, ready):
        z = (v - theta) / self.slope
        g = self.rate * (np.maximum(z, F(0)) + np.log1p(np.exp(-abs(z))))
        d = (F(1) - np.exp(-g / self.rate)) * (F(1) + self.rate / self.target) - F(1)
        rate = np.maximum(self.rate + self.eta / self.rate * (F(1) - g / self.target), self.least[0])
        offset = self.offset + self.eta / self.slope * d
        slope = np.maximum(self.slope + self.eta / self.slope * (z * d - F(1)), self.least[1])
        self.rate, self.offset = np.where(ready, rate, self.rate), np.where(ready, offset, self.offset)
        self.slope = np.where(ready, slope, self.slope)
        return g


@dataclass
class Generalized:
    """The leaky integrate-and-fire neuron with all its options; ``reset`` None is by subtraction."""

    n: int
    threshold: object
    leak: object
    period: object
    rest: object = 0.0
    reset: object = 0.0
    integrates: bool = True
    floor: object = None
    shifts: dict = field(default_factory=dict)
    escape: Escape | None = None
    seed: int = 0
    trial: int = 0

    def __post_init__(self):
        self.r = np.zeros(self.n, dtype=int)
        self.stream = Stream(np.array([self.seed, self.trial], dtype=np.uint32), np.zeros(1, dtype=np.int64))

    def fires(self, v):
        self.r = np.maximum(self.r - 1, 0)
        if not self.integrates:
            v[:] = np.where(self.r > 0, f(self.reset), v)
        if self.floor is not None:
            v[:] = np.maximum(v, f(self.floor))
        self.theta = np.zeros(self.n, dtype=F) + f(self.threshold)
        for shift in self.shifts.values():
            self.theta = self.theta + shift.x
        if self.escape is None:
            return (v >= self.theta) & (self.r == 0)
        self.theta = self.theta + self.escape.offset
        p = F(1) - np.exp(-self.escape.hazard(v, self.theta, self.r == 0))
        drawn = np.array([uniform(self.stream, ESCAPE, np.uint32(i)) for i in range(self.n)])
        self.stream.step[0] += 1
        return (drawn < p) & (self.r == 0)

    def settle(self, v, fired):
        v[:] = np.where(fired, v - self.theta if self.reset is None else f(self.reset), v)
        self.r = np.where(fired, np.asarray(self.period) + 1, self.r)
        leaked = f(self.rest) + (v - f(self.rest)) * f(1 - np.asarray(self.leak))
        v[:] = leaked if self.integrates else np.where(self.r > 0, v, leaked)
        for shift in self.shifts.values():
            shift.move(fired)


@dataclass
class Izhikevich:
    """The paper's letters."""

    n: int
    a: object
    b: object
    c: object
    d: object
    threshold: object

    def __post_init__(self):
        self.u = np.zeros(self.n, dtype=F) + f(np.asarray(self.b) * self.c)

    def fires(self, v):
        return v >= f(self.threshold)

    def settle(self, v, fired):
        v[fired] = np.broadcast_to(f(self.c), self.n)[fired]
        self.u = np.where(fired, self.u + f(self.d), self.u)
        for _ in range(2):
            v += F(0.5) * (F(0.04) * v * v + F(5) * v + F(140) - self.u)
        self.u = self.u + f(self.a) * (f(self.b) * v - self.u)


@dataclass
class Exponential:
    """The exponential integrate-and-fire neuron."""

    n: int
    threshold: object
    leak: object
    period: object
    onset: object
    slope: object
    rest: object
    reset: object

    def __post_init__(self):
        self.r = np.zeros(self.n, dtype=int)

    def fires(self, v):
        self.r = np.maximum(self.r - 1, 0)
        v[:] = np.where(self.r > 0, f(self.reset), v)
        return (v >= f(self.threshold)) & (self.r == 0)

    def settle(self, v, fired):
        upstroke = f(self.slope) * np.exp((np.minimum(v, f(self.threshold)) - f(self.onset)) / f(self.slope))
        moved = v + f(self.leak) * (f(self.rest) - v + upstroke)
        v[:] = np.where(fired, f(self.reset), np.where(self.r > 0, v, moved))
        self.r = np.where(fired, np.asarray(self.period) + 1, self.r)


@dataclass
class Integrator:
    """A neuron that never fires."""

    n: int
    leak: object

    def fires(self, v):
        return np.zeros(self.n, dtype=bool)

    def settle(self, v, fired):
        v *= f(1 - np.asarray(self.leak))


def numbers(value):
    """A parameter of a part as it is, or as an array."""
    return value if value is None or np.ndim(value) == 0 else np.asarray(value)


def twin_of(cell, n, seed=0, trial=0):
    """The reference of a cell of the package whose distributions have been drawn."""
    kind = type(cell).__name__

    def of(*names, part=cell):
        return [numbers(getattr(part, name)) for name in names]

    if kind == "Izhikevich":
        return Izhikevich(n, *of("a", "b", "c", "d", "membrane_threshold"))
    if kind == "LeakyIntegrator":
        return Integrator(n, *of("leak_coefficient"))
    common = of("membrane_threshold", "leak_coefficient", "refractory_period")
    if kind == "LIF":
        return Generalized(n, *common)
    if kind == "ExponentialLIF":
        return Exponential(n, *common, *of("onset", "slope", "resting_potential", "reset_potential"))
    rest, reset, floor = of("resting_potential", "reset_potential", "floor")
    reset = None if cell.reset_by_subtraction else 0.0 if reset is None else reset
    shifts = {}
    if cell.adaptation is not None:
        shifts["adaptation"] = adaptation(n, *of("increment", "tau", part=cell.adaptation))
    if cell.control is not None:
        shifts["control"] = control(n, *of("target", "eta", part=cell.control))
    escape = None
    if cell.escape is not None:
        rate, slope = (f(value) + np.zeros(n, dtype=F) for value in of("rate", "slope", part=cell.escape))
        escape = Escape(rate, slope, F(0))
        if type(cell.escape).__name__ == "IntrinsicPlasticity":
            learns = (f(value) for value in of("target", "eta", part=cell.escape))
            escape = Intrinsic(rate, slope, np.zeros(n, dtype=F), *learns)
    options = (rest, reset, cell.integrates_while_refractory, floor, shifts, escape, seed, trial)
    return Generalized(n, *common, *options)


def run(cell, weight, exists, v, spikes, amplitude):
    """Run a cell over spikes (n_inputs, n_steps); return who fired and the potentials, (n_steps, n_neurons)."""
    v, rows = np.array(v, dtype=F), []
    for column in spikes.T:
        v[: len(column)] += F(amplitude) * column.astype(F)
        fired = cell.fires(v)
        cell.settle(v, fired)
        for j in np.flatnonzero(fired):
            v[exists[j]] += weight[j, exists[j]]
        rows.append((fired, v.copy()))
    fired, potentials = map(np.array, zip(*rows, strict=True))
    return fired.astype(np.int8), potentials
