"""The learning rules in plain float32 NumPy, beside their papers: slow, and nothing of it shared with the package.

All is a dense matrix ``[j, i]``, an entry a synapse from j to i, also what a rule remembers of arrivals, since with
delays each synapse has its own; what it remembers of spikes has an entry a target i. ``arrival`` and ``spike`` return
what every weight would become; :class:`Lesson` takes that of the synapses at which a spike arrives, or whose target
fires.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from reference import Reference

F = np.float32


def factor(tau):
    return F(math.exp(-1 / tau))


def power(base, exponent):
    """In double, rounded once; a base below 0 is 0."""
    return np.vectorize(lambda b: F(math.pow(max(float(b), 0.0), float(F(exponent)))), otypes=[F])(base)


def exponential(value):
    return np.vectorize(lambda v: F(math.exp(float(v))), otypes=[F])(value)


def raised(trace, events, nearest):
    trace = np.where(events, trace + F(1), trace)
    return np.minimum(trace, F(1)) if nearest else trace


class Rule:
    """Traces x of arrivals and y of spikes, which most rules have; ``p`` is the rule as its user states it."""

    taus = ("tau_plus", "tau_minus")

    def __init__(self, p, n):
        self.p = p
        self.x, self.y = np.zeros((n, n), dtype=F), np.zeros(n, dtype=F)

    def age(self):
        tau_x, tau_y = (getattr(self.p, name) for name in self.taus)
        self.x *= factor(tau_x)
        self.y *= factor(tau_y)

    def arrival(self, w):
        return w

    def mark_arrivals(self, arrives):
        self.x = raised(self.x, arrives, self.p.nearest_neighbor)

    def mark_spikes(self, fired):
        self.y = raised(self.y, fired, self.p.nearest_neighbor)

    def mark_after(self, arrives, fired):
        pass


class WeightDependentSTDP(Rule):
    def arrival(self, w):
        p = self.p
        return w - F(p.eta * p.alpha) * self.y * power(w * F(1 / p.W_max), p.mu)

    def spike(self, w):
        p = self.p
        return w + F(p.eta) * self.x * power(F(1) - w * F(1 / p.W_max), p.mu)


class Hebbian(Rule):
    def arrival(self, w):
        return w + F(self.p.eta) * self.y

    def spike(self, w):
        return w + F(self.p.eta) * self.x


class WindowedSTDP(Rule):
    """x and y are steps since the latest arrival, or spike."""

    def __init__(self, p, n):
        self.p = p
        self.x, self.y = np.full((n, n), p.window + 1), np.full(n, p.window + 1)

    def age(self):
        self.x += 1
        self.y += 1

    def change(self, window, gap):
        table = np.broadcast_to(np.asarray(window, dtype=F), self.p.window + 1)
        return np.where(gap <= self.p.window, table[np.minimum(gap, self.p.window)], F(0))

    def arrival(self, w):
        return w - self.change(self.p.depression, self.y)

    def spike(self, w):
        return w + self.change(self.p.potentiation, self.x)

    def mark_arrivals(self, arrives):
        self.x[arrives] = 0

    def mark_spikes(self, fired):
        self.y[fired] = 0


class TripletSTDP(Rule):
    """x and y are r1 and o1."""

    def __init__(self, p, n):
        super().__init__(p, n)
        self.r2, self.o2 = np.zeros((n, n), dtype=F), np.zeros(n, dtype=F)

    def age(self):
        super().age()
        self.r2 *= factor(self.p.tau_x)
        self.o2 *= factor(self.p.tau_y)

    def arrival(self, w):
        p = self.p
        return w - self.y * (F(p.eta * p.A2_minus) + F(p.eta * p.A3_minus) * self.r2)

    def spike(self, w):
        p = self.p
        return w + self.x * (F(p.eta * p.A2_plus) + F(p.eta * p.A3_plus) * self.o2)

    def mark_after(self, arrives, fired):
        self.r2 = raised(self.r2, arrives, self.p.nearest_neighbor)
        self.o2 = raised(self.o2, fired, self.p.nearest_neighbor)


class InhibitorySTDP(Rule):
    taus = ("tau", "tau")

    def arrival(self, w):
        p = self.p
        return w + F(p.eta) * (self.y - F(2 * p.rho_0 * p.tau))

    def spike(self, w):
        return w + F(self.p.eta) * self.x


class PresynapticSTDP(Rule):
    def arrival(self, w):
        p = self.p
        return w - F(p.eta_pre) * self.y * power(w, p.mu)

    def spike(self, w):
        p = self.p
        return w + F(p.eta) * (self.x - F(p.x_target)) * power(F(p.W_max) - w, p.mu)


class FedeSTDP(Rule):
    taus = ("tau", "tau")
    arrival = None

    def spike(self, w):
        p = self.p
        greatest = self.x.max()
        x = self.x / greatest if greatest > 0 else np.zeros_like(self.x)
        away = w - F(p.w_init)
        gain, loss = exponential(x) - F(p.a), exponential(F(1) - x) - F(p.a)
        return w + F(p.eta) * (exponential(-away) * gain - exponential(away) * loss)


class STDPParams(Rule):
    def arrival(self, w):
        p = self.p
        c = p.eta * p.effective_A_minus
        if p.weight_update_rule == "multiplicative":
            return w * (F(1) - F(c / p.W_max) * self.y)
        return w - F(c) * self.y

    def spike(self, w):
        p = self.p
        if p.weight_update_rule == "multiplicative":
            return w + F(p.eta * p.A_plus) * self.x * (F(1) - w * F(1 / p.W_max))
        return w + F(p.eta * p.A_plus) * self.x


TWINS = {kind.__name__: kind for kind in Rule.__subclasses__()}


@dataclass
class Lesson:
    """A rule where and how it acts; ``p`` is the Plasticity as its user states it."""

    p: Any
    exists: np.ndarray
    signs: np.ndarray | None
    step: int = 0
    baseline: float = 0.0

    def __post_init__(self):
        n = len(self.exists)
        self.rule = TWINS[type(self.p.rule).__name__](self.p.rule, n)
        chosen = [np.isin(np.arange(n), range(n) if g is None else g) for g in (self.p.sources, self.p.targets)]
        self.mask = self.exists & np.outer(*chosen)
        self.sign = np.ones((n, 1), dtype=F) if self.signs is None else self.signs.astype(F)[:, None]
        self.eligibility = np.zeros((n, n), dtype=F)

    def bounded(self, w):
        lower, upper = self.p.rule.bounds
        lower = lower if self.signs is None else max(lower, 0)
        return np.minimum(np.maximum(w, F(lower)), F(upper))

    def credited(self, w, new, events, worth):
        """What modulation makes of a change."""
        kind = type(self.p.modulation).__name__
        if kind == "MSTDP":
            return w + worth * (new - w)
        if kind == "MSTDPET":
            self.eligibility = np.where(events, self.eligibility + (new - w), self.eligibility)
            return w
        return new

    def change(self, weight, events, make, worth):
        events = events & self.mask
        with np.errstate(invalid="ignore"):
            w = weight * self.sign
            new = self.bounded(self.credited(w, make(w), events, worth))
        return np.where(events, new * self.sign, weight)

    def learn(self, weight, fired, arrives, reward):
        rule, p = self.rule, self.p
        rule.age()
        worth = F(0)
        if p.modulation is not None and not np.isnan(reward):
            surprise = F(reward) - F(self.baseline)
            worth = F(p.modulation.rate) * surprise
            tau = p.modulation.tau_baseline
            self.baseline = F(self.baseline) + (F(0) if tau is None else F(1 / tau)) * surprise
        early_arrivals = p.coincidence in ("potentiate", "both")
        early_spikes = p.coincidence in ("depress", "both")
        if early_arrivals:
            rule.mark_arrivals(arrives)
        if early_spikes:
            rule.mark_spikes(fired)
        if rule.arrival is not None:
            weight = self.change(weight, arrives, rule.arrival, worth)
        weight = self.change(weight, fired[None, :] & np.ones_like(arrives), rule.spike, worth)
        if not early_arrivals:
            rule.mark_arrivals(arrives)
        if not early_spikes:
            rule.mark_spikes(fired)
        rule.mark_after(arrives, fired)
        if type(p.modulation).__name__ == "MSTDPET":
            if worth != 0:
                moved = self.bounded(weight * self.sign + worth * self.eligibility) * self.sign
                weight = np.where(self.mask & (self.eligibility != 0), moved, weight)
            left = self.eligibility * factor(p.modulation.tau_e)
            self.eligibility = np.where(np.abs(left) >= F(1e-30), left, F(0))
        return self.kept_up(weight)

    def kept_up(self, weight):
        upkeep = self.p.upkeep
        if upkeep is None:
            return weight
        self.step += 1
        if self.step % upkeep.interval:
            return weight
        scale = np.full(len(weight), F(1 - upkeep.decay))
        if upkeep.total is not None:
            total = np.zeros(len(weight), dtype=F)
            for j in range(len(weight)):
                total += np.where(self.mask[j], np.abs(weight[j]), F(0))
            scale = np.where(total > 0, F(upkeep.total) / np.where(total > 0, total, F(1)), F(1))
        scaled = self.bounded(weight * self.sign * scale) * self.sign
        return np.where(self.mask & (scale != 1), scaled, weight)


@dataclass
class RuledReference(Reference):
    """The model with any rules."""

    rules: tuple = ()
    signs: np.ndarray | None = None
    rewards: np.ndarray | None = None
    lessons: list = field(init=False)

    def __post_init__(self):
        super().__post_init__()
        self.rule = self.rules
        self.lessons = [Lesson(plasticity, self.exists, self.signs) for plasticity in self.rules]

    def learn(self, fired, arrives):
        rewards = self.rewards if self.rewards is not None else ()
        reward = rewards[self.t] if self.t < len(rewards) else np.nan
        for lesson in self.lessons:
            self.weight = lesson.learn(self.weight, fired, arrives, reward)
