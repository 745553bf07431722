"""What the rules of this folder have in common: bounds of the weights, and how traces count spikes."""

from __future__ import annotations

import math
from abc import ABC
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...validation import check_bool, check_real, freeze
from ..base import LearningRule

Float32Array = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class BoundedRule(LearningRule, ABC):
    """A rule with bounds.

    Parameters
    ----------
    W_min, W_max : float, default 0.0 and 1.0
        Bounds of the weights under ``clip``, W_min < W_max; in a network whose neurons have signs, of their magnitudes.
    clip : bool, default True
        Keep every synapse that an update touches in [W_min, W_max].
    enabled : bool, default True
        False makes a network without the rule.
    """

    W_min: float = 0.0
    W_max: float = 1.0
    clip: bool = True

    def __post_init__(self) -> None:
        for name in ("enabled", "clip"):
            freeze(self, name, check_bool)
        freeze(self, "W_min", check_real)
        freeze(self, "W_max", check_real, above=self.W_min)

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and greatest weight of a synapse that an update touches."""
        return (self.W_min, self.W_max) if self.clip else (-math.inf, math.inf)

    def objection(self, weights: Float32Array) -> str | None:
        """Say how many synapses are beyond the bounds, to which ``clip`` would bring them."""
        lower, upper = self.bounds
        outside = int(np.count_nonzero((weights < np.float32(lower)) | (weights > np.float32(upper))))
        if outside == 0:
            return None
        return (
            f"clip=True keeps weights in [{self.W_min:g}, {self.W_max:g}]: an update takes each of the {outside} "
            "synapses beyond to the nearer bound. Use other bounds, or clip=False to let them stay."
        )


@dataclass(frozen=True, kw_only=True)
class TraceRule(BoundedRule, ABC):
    """A rule with exponential traces, each 1 higher with a spike.

    Parameters
    ----------
    nearest_neighbor : bool, default False
        Let a trace hold only the latest spike: one sets it to 1. Otherwise spikes accumulate.
    """

    nearest_neighbor: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        freeze(self, "nearest_neighbor", check_bool)

    @property
    def trace_max(self) -> np.float32:
        """The most that a trace can be."""
        return np.float32(1.0 if self.nearest_neighbor else np.inf)


def per_step(tau: float) -> np.float32:
    """Return the factor by which a trace decays in a step."""
    return np.float32(math.exp(-1.0 / tau))


def zeros(size: int) -> Float32Array:
    """Return a trace at the start of a trial."""
    return np.zeros(size, dtype=np.float32)
