"""What befalls weights that learn whatever the spikes: decay, and sums that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.learning import UPKEEP, sign_of
from ..kernels.verbs import keep_up, store
from ..validation import INT32_MAX, check_int, check_real, freeze
from .plasticity import Upkeep

ONE = np.uint32(1)
NOTHING, UNIT = np.float32(0), np.float32(1)


class UpkeepConstants(NamedTuple):
    """What the kernel computes with; a ``total`` of 0 is for none."""

    interval: np.int64
    keep: np.float32
    total: np.float32


class UpkeepState(NamedTuple):
    """Steps since the latest upkeep, (1,)."""

    step: NDArray[np.int64]


@dataclass(frozen=True)
class WeightUpkeep(Upkeep):
    r"""Every ``interval`` steps all weights decay, or those onto each neuron are scaled to a sum.

    With ``decay``, ``w *= 1 - decay``. With ``total``, ``w *= total / sum`` with the sum of the magnitudes of the
    weights onto the same neuron; where that is 0, as without synapses, nothing changes. This is of the synapses of the
    rule alone, the bounds of which are kept after it: a sum whose weights meet a bound is not the total.

    Parameters
    ----------
    decay : float, default 0.0
        Fraction of its weight that a synapse loses, in [0, 1). Must be 0 with ``total``, beside which it has no effect.
    total : float, optional
        Sum of magnitudes, > 0; None for none.
    interval : int, default 1
        Steps from one upkeep to the next, >= 1. The first is at the end of step ``interval`` of a trial.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Place in the step: at the end of plasticity, after the reward. Sums are kept so in Diehl and Cook, Frontiers in
    Computational Neuroscience 9 (2015) 99.

    Examples
    --------
    >>> from snnres import STDPParams
    >>> from snnres.parts import Plasticity, WeightUpkeep
    >>> Plasticity(STDPParams(), upkeep=WeightUpkeep(total=5.0, interval=100)).upkeep.total
    5.0
    """

    decay: float = 0.0
    total: float | None = None
    interval: int = 1

    def __post_init__(self) -> None:
        freeze(self, "decay", check_real, low=0, below=1)
        freeze(self, "interval", check_int, 1, INT32_MAX)
        if self.total is not None:
            freeze(self, "total", check_real, above=0)
            if self.decay != 0:
                raise ValueError(f"decay must be 0 with total, to which weights are scaled. Got {self.decay} instead.")

    def constants(self, n_neurons: int) -> UpkeepConstants:
        """Return the constants of the kernel."""
        total = 0.0 if self.total is None else self.total
        return UpkeepConstants(np.int64(self.interval), np.float32(1.0 - self.decay), np.float32(total))

    def state(self) -> UpkeepState:
        """Return no step done."""
        return UpkeepState(np.zeros(1, dtype=np.int64))


@keep_up.of(UpkeepConstants)
def scale_weights(upkeep, state, view, learning, device, worn, stream):
    """Scale the weights onto each neuron, once every so many steps."""
    state.step[0] += 1
    if state.step[0] < upkeep.interval:
        return
    state.step[0] = 0
    weight, in_indptr, in_source, in_edge = view.weight, view.in_indptr, view.in_source, view.in_edge
    for i in range(np.uint32(in_indptr.size - 1)):
        factor = upkeep.keep
        if upkeep.total > NOTHING:
            sum_of = NOTHING
            for s in range(in_indptr[i], in_indptr[i + ONE]):
                sum_of += abs(weight[in_edge[s]])
            factor = upkeep.total / sum_of if sum_of > NOTHING else UNIT
        if factor != UNIT:
            for s in range(in_indptr[i], in_indptr[i + ONE]):
                e = in_edge[s]
                sign = sign_of(learning.sign, in_source[s])
                w = weight[e] * sign
                new = min(max(w * factor, learning.lower), learning.upper)
                weight[e] = store(device, worn, stream, w, new, e, UPKEEP) * sign
