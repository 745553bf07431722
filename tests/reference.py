"""The model, step by step in plain float32 NumPy: slow, and meant to be read beside its specification.

Nothing here is shared with the package. Synapses are a dense matrix ``weight[j, i]`` with a mask ``exists[j, i]``,
so that a synapse of weight 0 is still one, and a matrix ``delay[j, i]``, or None for a delay of 1 without a ring.
"""

import math
from dataclasses import dataclass, field

import numpy as np

F = np.float32


@dataclass
class Rule:
    """Plasticity as its user sets it."""

    multiplicative: bool = True
    tau_plus: float = 20.0
    tau_minus: float = 40.0
    A_plus: float = 1e-3
    A_minus: float = 1e-3
    eta: float = 1.0
    W_max: float = 1.0
    clip: bool = True
    nearest_neighbor: bool = False

    def potentiated(self, w, x_pre):
        gain = F(self.eta * self.A_plus)
        if self.multiplicative:
            return w + (gain * x_pre) * (F(1) - w * F(1.0 / self.W_max))
        return w + gain * x_pre

    def depressed(self, w, x_post):
        if self.multiplicative:
            return w * (F(1) - F(self.eta * self.A_minus / self.W_max) * x_post)
        return w - F(self.eta * self.A_minus) * x_post

    def bounded(self, w):
        return np.clip(w, F(0), F(self.W_max)) if self.clip else w


@dataclass
class Reference:
    """A network and its state; ``step`` is the model."""

    weight: np.ndarray
    exists: np.ndarray
    v: np.ndarray
    threshold: float
    leak: float
    refractory: int
    amplitude: float
    rule: Rule | None = None
    trace_tau: float | None = 10.0
    input_weight: np.ndarray | None = None
    bias: np.ndarray | None = None
    delay: np.ndarray | None = None
    taps: np.ndarray | None = None
    t: int = 0
    r: np.ndarray = field(init=False)
    x_pre: np.ndarray = field(init=False)
    x_post: np.ndarray = field(init=False)
    trace: np.ndarray = field(init=False)

    def __post_init__(self):
        n = len(self.v)
        self.weight = np.array(self.weight, dtype=F)
        self.v = np.array(self.v, dtype=F)
        self.r = np.zeros(n, dtype=np.int64)
        self.x_post, self.trace = (np.zeros(n, dtype=F) for _ in range(2))
        # As each synapse sees it.
        self.x_pre = np.zeros((n, n), dtype=F)
        self.past_spikes = []
        self.past_values = []
        if self.delay is not None:
            self.ring = np.zeros((self.delay[self.exists].max(), n), dtype=F)

    def step(self, column, values=None):
        """Advance by one step with these columns of spikes and currents, None once ended; return who fired."""
        self.r = np.maximum(self.r - 1, 0)
        if column is not None:
            n_inputs = len(column)
            self.v[:n_inputs] += F(self.amplitude) * column.astype(F)
        if values is not None or self.taps is not None:
            self.v += self.current(values)
        fired = (self.v >= F(self.threshold)) & (self.r == 0)
        self.past_spikes.append(fired)
        if self.rule is not None:
            self.learn(fired, self.arrivals())
        self.v[fired] = F(0)
        self.r[fired] = self.refractory + 1
        self.v *= F(1.0 - self.leak)
        for j in np.flatnonzero(fired):
            targets = self.exists[j]
            if self.delay is None:
                self.v[targets] += self.weight[j, targets]
            else:
                self.ring[(self.t + self.delay[j, targets] - 1) % len(self.ring), targets] += self.weight[j, targets]
        if self.delay is not None:
            self.v += self.ring[self.t % len(self.ring)]
            self.ring[self.t % len(self.ring)] = 0
        self.t += 1
        if self.trace_tau is not None:
            self.trace *= F(math.exp(-1.0 / self.trace_tau))
            self.trace[fired] += F(1)
        return fired

    def current(self, values):
        """Return what the columns so far, None once ended, bring to each neuron."""
        n_channels = len(self.input_weight) if self.taps is None else self.taps[:, 0].max() + 1
        self.past_values.append(np.zeros(n_channels, dtype=F) if values is None else values.astype(F))
        current = np.zeros(len(self.v), dtype=F) if values is None else self.bias.astype(F)
        for row, weights in enumerate(self.input_weight):
            channel, delay = (row, 0) if self.taps is None else self.taps[row]
            value = self.past_values[-1 - delay][channel] if delay < len(self.past_values) else F(0)
            current = current + weights * value
        return current

    def arrivals(self):
        """Return the mask of the synapses at which a spike arrives in this step."""
        delay = np.ones(self.weight.shape, dtype=int) if self.delay is None else self.delay
        arrives = np.zeros(self.weight.shape, dtype=bool)
        for j, i in np.argwhere(self.exists):
            sent = self.t - (delay[j, i] - 1)
            arrives[j, i] = sent >= 0 and self.past_spikes[sent][j]
        return arrives

    def learn(self, fired, arrives):
        rule = self.rule
        self.x_pre *= F(math.exp(-1.0 / rule.tau_plus))
        self.x_post *= F(math.exp(-1.0 / rule.tau_minus))
        for j in range(len(self.v)):
            targets = arrives[j]
            self.weight[j, targets] = rule.bounded(rule.depressed(self.weight[j, targets], self.x_post[targets]))
        for i in np.flatnonzero(fired):
            sources = self.exists[:, i]
            self.weight[sources, i] = rule.bounded(rule.potentiated(self.weight[sources, i], self.x_pre[sources, i]))
        for x, events in ((self.x_pre, arrives), (self.x_post, fired)):
            x[events] += F(1)
            if rule.nearest_neighbor:
                x[events] = np.minimum(x[events], F(1))

    def run(self, spikes, n_steps, currents=None):
        """Run ``n_steps`` over spikes (n_inputs, n_columns) and currents; return (n_steps, n_neurons) 0/1."""

        def column(array, t):
            return array[:, t] if array is not None and t < array.shape[1] else None

        rows = [self.step(column(spikes, t), column(currents, t)) for t in range(n_steps)]
        return np.array(rows, dtype=np.int8).reshape(n_steps, len(self.v))
