"""Noise, synaptic currents, short-term plasticity, release and devices in plain float32 NumPy, beside their equations.

Nothing here is shared with the package. The network is that of :mod:`reference`, with the parts where they act. To
NumPy a number for all neurons and an array with one for each are the same.
"""

from dataclasses import dataclass

import numpy as np
from reference import F, Reference

U32, U64 = np.uint32, np.uint64
MEMBRANE, ESCAPE, RELEASE, READING, WRITING, ROUNDING = range(6)


def philox(counter, key):
    """Philox4x32-10 of Salmon et al. 2011 on arrays of words: four of the counter, two of the key."""
    c = [np.asarray(word, dtype=U64) for word in counter]
    k = [int(word) for word in key]
    for _ in range(10):
        a, b = U64(0xD2511F53) * c[0], U64(0xCD9E8D57) * c[2]
        c = [b >> U64(32) ^ c[1] ^ U64(k[0]), b & U64(2**32 - 1), a >> U64(32) ^ c[3] ^ U64(k[1]), a & U64(2**32 - 1)]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return [word.astype(U32) for word in c]


def fraction(word):
    return ((word >> U32(9)).astype(F) + F(0.5)) * F(2.0**-23)


def normal_pair(first, second):
    """Box and Muller, with the series that the package uses."""
    mantissa, exponent = np.frexp(fraction(first))
    small = mantissa < F(np.sqrt(0.5))
    mantissa, exponent = np.where(small, 2 * mantissa, mantissa), exponent - small
    z = (mantissa - F(1)) / (mantissa + F(1))
    s = z * z
    half_log = z * (F(1) + s * (F(1 / 3) + s * (F(1 / 5) + s * (F(1 / 7) + s * F(1 / 9)))))
    radius = np.sqrt(F(-2) * (exponent.astype(F) * F(np.log(2)) + F(2) * half_log))
    angle = (fraction(second) - F(0.5)) * F(np.pi / 2)
    s = angle * angle
    cosine = F(1) + s * (F(-1 / 2) + s * (F(1 / 24) + s * (F(-1 / 720) + s * (F(1 / 40320) + s * F(-1 / 3628800)))))
    sine = angle * (F(1) + s * (F(-1 / 6) + s * (F(1 / 120) + s * (F(-1 / 5040) + s * F(1 / 362880)))))
    radius = np.where(second & U32(2), -radius, radius)
    swapped = (second & U32(1)).astype(bool)
    x, y = radius * cosine, radius * sine
    return np.where(swapped, y, x), np.where(swapped, x, y)


@dataclass
class Stream:
    """Random numbers of a trial, and the step that it is in."""

    seed: int
    trial: int = 0
    step: int = 0

    def words(self, purpose, index, event=0, attempt=0):
        tag = U64(purpose + 256 * event + 65536 * attempt)
        index = np.asarray(index, dtype=U64)
        counter = (index, np.full_like(index, tag), np.full_like(index, self.step), np.zeros_like(index))
        return philox(counter, (self.seed, self.trial))

    def uniform(self, purpose, index, event=0):
        return fraction(self.words(purpose, index, event)[0])

    def fours(self, purpose, n):
        """A word each for n neurons, four from a block."""
        return np.stack(self.words(purpose, np.arange(-(-n // 4))), axis=1).ravel()[:n]

    def normals(self, purpose, n):
        a, b, c, d = self.words(purpose, np.arange(-(-n // 4)))
        return np.stack([*normal_pair(a, b), *normal_pair(c, d)], axis=1).ravel()[:n]

    def truncated_normal(self, purpose, index, bound, event=0):
        index = np.asarray(index)
        drawn, missing, attempt = np.full(index.shape, np.nan, dtype=F), np.ones(index.shape, dtype=bool), 0
        while missing.any():
            first, second, _, _ = self.words(purpose, index[missing], event, attempt)
            x, y = normal_pair(first, second)
            drawn[missing] = np.where(np.abs(x) <= bound, x, np.where(np.abs(y) <= bound, y, F(np.nan)))
            missing, attempt = np.isnan(drawn), attempt + 1
        return drawn


@dataclass
class MembraneNoise:
    sd: object
    mean: object = 0.0

    def at(self, stream, n):
        return np.asarray(self.mean, dtype=F) + np.asarray(self.sd, dtype=F) * stream.normals(MEMBRANE, n)


@dataclass
class PoissonNoise:
    rate: object
    weight: object

    def at(self, stream, n):
        u = (stream.fours(MEMBRANE, n).astype(float) + 0.5) * 2.0**-32
        rate = np.broadcast_to(self.rate, n)
        probability = np.exp(-rate)
        below, spikes, k = probability.copy(), np.zeros(n, dtype=int), 0
        while (more := u > below).any():
            k += 1
            probability = probability * (rate / k)
            below = np.where(more, below + probability, below)
            spikes += more
        return np.asarray(self.weight, dtype=F) * spikes.astype(F)


@dataclass
class TsodyksMarkram:
    U: object
    tau_rec: object
    tau_facil: object = 0.0

    def start(self, n):
        self.u, self.x, self.efficacy = np.zeros(n, dtype=F), np.ones(n, dtype=F), np.zeros(n, dtype=F)

    def step(self, fired):
        with np.errstate(divide="ignore"):
            keep, forget = (np.exp(-np.divide(1.0, tau)) for tau in (self.tau_facil, self.tau_rec))
        self.u *= np.asarray(keep, dtype=F)
        self.x += (F(1) - self.x) * np.asarray(1.0 - forget, dtype=F)
        use = np.broadcast_to(np.asarray(self.U, dtype=F), fired.shape)[fired]
        self.u[fired] += use * (F(1) - self.u[fired])
        self.efficacy[fired] = self.u[fired] * self.x[fired]
        self.x[fired] -= self.efficacy[fired]


@dataclass
class MemristiveDevice:
    w_min: float
    w_max: float
    levels: int | None = None
    rounding: str = "nearest"
    write_noise: float = 0.0
    read_noise: float = 0.0
    truncation: float = 2.0
    endurance: float | None = None

    def on_level(self, w, shift):
        if self.levels is None:
            return w
        extent, gaps = self.w_max - self.w_min, self.levels - 1
        number = np.floor((w - F(self.w_min)) * F(gaps / extent) + shift)
        return np.minimum(F(self.w_min) + number * F(extent / gaps), F(self.w_max))

    def write(self, stream, w, new, index, updates, event):
        """Return what is held; counts updates."""
        target = new
        if self.endurance is not None:
            factor = np.array([np.exp(-1.0 / self.endurance * float(n)) for n in updates.flat], dtype=F)
            target = w + (new - w) * factor.reshape(w.shape)
        if self.write_noise:
            z = stream.truncated_normal(WRITING, index, F(self.truncation), event)
            target = target + F(self.write_noise * (self.w_max - self.w_min)) * z
        shift = stream.uniform(ROUNDING, index, event) if self.rounding == "stochastic" else F(0.5)
        held = self.on_level(np.clip(target, F(self.w_min), F(self.w_max)), shift)
        held = np.where(new == w, w, held)
        updates += held != w
        return held

    def read(self, stream, w, index):
        if not self.read_noise:
            return w
        return w * (F(1) + F(self.read_noise) * stream.truncated_normal(READING, index, F(self.truncation)))


class Synaptic(Reference):
    """The network with parts, each of which may be None."""

    def add_parts(self, seed, noise=None, tau=None, short_term=None, release=None, device=None, sign=None):
        n = len(self.v)
        self.stream = Stream(seed)
        self.noise, self.tau, self.short_term = noise, tau, short_term
        self.release, self.device = release, device
        self.sign = np.ones(n, dtype=F) if sign is None else np.asarray(sign, dtype=F)
        self.current_in = np.zeros(n, dtype=F)
        self.updates = np.zeros((n, n), dtype=U32)
        # The place of each synapse among all: row by row, in the order of targets, with delays first of these.
        self.index = np.zeros((n, n), dtype=int)
        delay = np.ones((n, n), dtype=int) if self.delay is None else self.delay
        places = sorted((j, delay[j, i], i) for j, i in np.argwhere(self.exists))
        for place, (j, _, i) in enumerate(places):
            self.index[j, i] = place
        if short_term is not None:
            short_term.start(n)

    def step(self, column, values=None):
        self.r = np.maximum(self.r - 1, 0)
        if column is not None:
            self.v[: len(column)] += F(self.amplitude) * column.astype(F)
        if self.noise is not None:
            self.v += self.noise.at(self.stream, len(self.v))
        fired = (self.v >= F(self.threshold)) & (self.r == 0)
        self.past_spikes.append(fired)
        if self.rule is not None:
            self.learn(fired, self.arrivals())
        self.v[fired] = F(0)
        self.r[fired] = self.refractory + 1
        self.v *= F(1.0 - self.leak)
        if self.short_term is not None:
            self.short_term.step(fired)
        landing = self.v
        if self.tau is not None:
            landing = self.current_in
            landing *= np.asarray(np.exp(-1.0 / np.asarray(self.tau)), dtype=F)
        for j in np.flatnonzero(fired):
            targets = self.exists[j]
            sent = self.sent(j, targets)
            if self.delay is None:
                landing[targets] += sent
            else:
                self.ring[(self.t + self.delay[j, targets] - 1) % len(self.ring), targets] += sent
        if self.delay is not None:
            landing += self.ring[self.t % len(self.ring)]
            self.ring[self.t % len(self.ring)] = 0
        if self.tau is not None:
            self.v += self.current_in
        self.t += 1
        self.stream.step += 1
        return fired

    def sent(self, j, targets):
        w, index = self.weight[j, targets], self.index[j, targets]
        if self.short_term is not None:
            w = w * self.short_term.efficacy[j]
        if self.release is not None:
            probability = np.broadcast_to(np.asarray(self.release, dtype=F), len(self.v))[j]
            w = np.where(self.stream.uniform(RELEASE, index) < probability, w, F(0))
        return w if self.device is None else self.device.read(self.stream, w, index)

    def learn(self, fired, arrives):
        rule = self.rule
        self.x_pre *= F(np.exp(-1.0 / rule.tau_plus))
        self.x_post *= F(np.exp(-1.0 / rule.tau_minus))
        for j in range(len(self.v)):
            here = (j, np.flatnonzero(arrives[j]))
            self.change(here, rule.depressed(self.weight[here] * self.sign[j], self.x_post[here[1]]), event=0)
        for i in np.flatnonzero(fired):
            here = (np.flatnonzero(self.exists[:, i]), i)
            self.change(here, rule.potentiated(self.weight[here] * self.sign[here[0]], self.x_pre[here]), event=1)
        self.x_pre[arrives] += F(1)
        self.x_post[fired] += F(1)

    def change(self, here, new, event):
        """Write what a rule makes of some weights, to it magnitudes."""
        sign, new = self.sign[here[0]], self.rule.bounded(new)
        if self.device is not None:
            updates = self.updates[here]
            new = self.device.write(self.stream, self.weight[here] * sign, new, self.index[here], updates, event)
            self.updates[here] = updates
        self.weight[here] = new * sign
