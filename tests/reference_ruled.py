"""The model with spikes that are overruled: a clamp and a competition, in plain NumPy beside the reference."""

import math
from dataclasses import dataclass, field

import numpy as np
from reference import F, Reference


@dataclass
class Hand:
    """A clamp: events as lists of (step, neuron) or (step, neuron, value), and neurons that never fire."""

    force: list = field(default_factory=list)
    forbid: list = field(default_factory=list)
    raise_by: list = field(default_factory=list)
    silence: list = field(default_factory=list)

    def at(self, t):
        """Who is forced and who is forbidden in a step, and by how much each is raised."""
        forced = [i for step, i in self.force if step == t]
        forbidden = [i for step, i in self.forbid if step == t] + list(self.silence)
        raised = [(i, value) for step, i, value in self.raise_by if step == t]
        return forced, forbidden, raised


@dataclass
class Contest:
    """Winner-take-all: in each group those furthest above threshold fire, forced ones first."""

    groups: list
    winners: int = 1
    inhibition: float | None = None
    reset: float = 0.0

    def decide(self, v, threshold, fired, forced):
        """Return who fires after all; change the potentials of the losers."""
        fired = fired.copy()
        for group in self.groups:
            candidates = [i for i in sorted(group) if fired[i] and i not in forced]
            kept = [i for i in group if i in forced]
            if not candidates and not kept:
                continue
            places = max(self.winners - len(kept), 0)
            # Sorting is stable: of equals the lowest index comes first.
            kept += sorted(candidates, key=lambda i: -(v[i] - F(threshold)))[:places]
            for i in group:
                if i not in kept:
                    fired[i] = False
                    v[i] = F(self.reset) if self.inhibition is None else v[i] - F(self.inhibition)
        return fired


@dataclass
class Ruled(Reference):
    """The reference with a clamp and a competition between what would fire and what does."""

    hand: Hand = field(default_factory=Hand)
    contest: Contest | None = None

    def step(self, column, values=None):
        self.r = np.maximum(self.r - 1, 0)
        if column is not None:
            self.v[: len(column)] += F(self.amplitude) * column.astype(F)
        if values is not None or self.taps is not None:
            self.v += self.current(values)
        forced, forbidden, raised = self.hand.at(self.t)
        for i, value in raised:
            self.v[i] += F(value)
        fired = (self.v >= F(self.threshold)) & (self.r == 0)
        fired[forbidden] = False
        fired[forced] = True
        if self.contest is not None:
            fired = self.contest.decide(self.v, self.threshold, fired, forced)
        self.past_spikes.append(fired)
        if self.rule is not None:
            self.learn(fired, self.arrivals())
        self.v[fired] = F(0)
        self.r[fired] = self.refractory + 1
        self.v *= F(1.0 - self.leak)
        self.spread(fired)
        self.t += 1
        self.trace *= F(math.exp(-1.0 / self.trace_tau))
        self.trace[fired] += F(1)
        return fired

    def spread(self, fired):
        for j in np.flatnonzero(fired):
            targets = self.exists[j]
            if self.delay is None:
                self.v[targets] += self.weight[j, targets]
            else:
                self.ring[(self.t + self.delay[j, targets] - 1) % len(self.ring), targets] += self.weight[j, targets]
        if self.delay is not None:
            self.v += self.ring[self.t % len(self.ring)]
            self.ring[self.t % len(self.ring)] = 0
