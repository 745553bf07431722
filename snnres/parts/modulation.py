"""Reward that modulates learning: what a rule would do counts as far as it is rewarded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.learning import REWARD, place, sign_of
from ..kernels.verbs import credit, expect, redeem, store
from ..validation import check_real, freeze
from .plasticity import Modulation

Float32Array = NDArray[np.float32]

ONE = np.uint32(1)
NOTHING = np.float32(0)
# What is less is 0: subnormal numbers take a processor a hundred times longer, and never decay to 0.
LEAST = np.float32(1e-30)


class MSTDPConstants(NamedTuple):
    """What the kernel computes with; ``worth`` (1,) is a scratch, the rate times how much better the step is."""

    rate: np.float32
    share: np.float32
    worth: Float32Array


class MSTDPState(NamedTuple):
    """The baseline, (1,)."""

    baseline: Float32Array


class MSTDPETConstants(NamedTuple):
    """What the kernel computes with, as :class:`MSTDPConstants`, and the decay of the eligibility."""

    rate: np.float32
    share: np.float32
    worth: Float32Array
    decay: np.float32


class MSTDPETState(NamedTuple):
    """The baseline, (1,), and the eligibility of each synapse of the network, (n_synapses,)."""

    baseline: Float32Array
    eligibility: Float32Array


@dataclass(frozen=True)
class MSTDP(Modulation):
    r"""Reward times what the rule would do in the same step: ``w += rate * (reward - baseline) * change``.

    ``change`` is what the rule by itself would add to the weight as a spike arrives, or as the target fires. The
    baseline is a running mean of the rewards before: after the step ``baseline += (reward - baseline) / tau_baseline``.

    A step without a reward (NaN, or beyond the end of the rewards) changes no weight and leaves the baseline as it is;
    a reward of 0 is one, and worse than a baseline above it. The baseline begins at 0 with every trial.

    Parameters
    ----------
    rate : float, default 1.0
        Factor of the reward, >= 0.
    tau_baseline : float, optional
        Rewards over which the baseline is a mean, >= 1; None for a baseline of 0.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Florian, Neural Computation 19 (2007) 1468-1502, section 3.2. Place in the step: reward is read before plasticity;
    bounds and signs are kept after it.

    Examples
    --------
    >>> from snnres import STDPParams
    >>> from snnres.parts import MSTDP, Plasticity
    >>> Plasticity(STDPParams(clip=False), modulation=MSTDP(rate=0.5)).modulation.rate
    0.5
    """

    rate: float = 1.0
    tau_baseline: float | None = None

    def __post_init__(self) -> None:
        freeze(self, "rate", check_real, low=0)
        if self.tau_baseline is not None:
            freeze(self, "tau_baseline", check_real, low=1)

    @property
    def share(self) -> float:
        """How much of a surprise the baseline takes over."""
        return 0.0 if self.tau_baseline is None else 1.0 / self.tau_baseline

    def constants(self) -> Any:
        """Return the constants of the kernel."""
        return MSTDPConstants(np.float32(self.rate), np.float32(self.share), np.zeros(1, dtype=np.float32))

    def state(self, n_synapses: int) -> Any:
        """Return a baseline of 0."""
        return MSTDPState(np.zeros(1, dtype=np.float32))


@dataclass(frozen=True)
class MSTDPET(MSTDP):
    r"""Reward times what the rule has lately wanted to do: ``w += rate * (reward - baseline) * e`` in each step.

    Each synapse that there is has an eligibility ``e``, which decays by ``exp(-1 / tau_e)`` in each step and gathers
    what the rule would add to the weight by itself. What it gathers in a step is rewarded in that step already.
    Rewards and baseline are as with :class:`MSTDP`; in a step without a reward the eligibility goes on. It is 0 as a
    trial begins.

    Parameters
    ----------
    rate : float, default 1.0
        Factor of the reward, >= 0.
    tau_baseline : float, optional
        Rewards over which the baseline is a mean, >= 1; None for a baseline of 0.
    tau_e : float, default 25.0
        Time constant of the eligibility in steps, > 0.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    Florian, Neural Computation 19 (2007) 1468-1502, section 3.1, with ``1 / tau_e`` in the rate. An eligibility below
    1e-30 is 0. Place in the step: weights change after all else of plasticity, and bounds and signs are kept.

    Examples
    --------
    >>> from snnres import STDPParams
    >>> from snnres.parts import MSTDPET, Plasticity
    >>> Plasticity(STDPParams(), modulation=MSTDPET(tau_e=50.0)).modulation.tau_e
    50.0
    """

    tau_e: float = 25.0

    def __post_init__(self) -> None:
        super().__post_init__()
        freeze(self, "tau_e", check_real, above=0)

    def constants(self) -> MSTDPETConstants:
        """Return the constants of the kernel."""
        return MSTDPETConstants(
            np.float32(self.rate),
            np.float32(self.share),
            np.zeros(1, dtype=np.float32),
            np.float32(math.exp(-1.0 / self.tau_e)),
        )

    def state(self, n_synapses: int) -> MSTDPETState:
        """Return a baseline of 0 and no eligibility."""
        return MSTDPETState(np.zeros(1, dtype=np.float32), np.zeros(n_synapses, dtype=np.float32))


@expect.of(MSTDPETConstants)
@expect.of(MSTDPConstants)
def compare_with_baseline(modulation, state, reward):
    """Write what the reward of this step is worth, and let the baseline follow."""
    modulation.worth[0] = NOTHING
    if not np.isnan(reward):
        surprise = reward - state.baseline[0]
        modulation.worth[0] = modulation.rate * surprise
        state.baseline[0] += modulation.share * surprise


@credit.of(MSTDPConstants)
def reward_change(modulation, state, w, new, reward, e):
    """Change the weight as far as the step is worth it."""
    return w + modulation.worth[0] * (new - w)


@credit.of(MSTDPETConstants)
def gather(modulation, state, w, new, reward, e):
    """Remember the change in place of making it."""
    state.eligibility[e] += new - w
    return w


@redeem.of(MSTDPETConstants)
def reward_eligible(modulation, state, view, learning, device, worn, stream, reward):
    """Change what is eligible as far as the step is worth it, and let the eligibility decay."""
    worth, eligibility, weight = modulation.worth[0], state.eligibility, view.weight
    if worth != NOTHING:
        for a in range(np.uint32(view.indptr.size - 1)):
            sign = sign_of(learning.sign, a)
            for s in range(view.indptr[a], view.indptr[a + ONE]):
                e = place(view.edge, s)
                if eligibility[e] != NOTHING:
                    w = weight[e] * sign
                    new = min(max(w + worth * eligibility[e], learning.lower), learning.upper)
                    weight[e] = store(device, worn, stream, w, new, e, REWARD) * sign
    for k in range(eligibility.size):
        left = eligibility[k] * modulation.decay
        eligibility[k] = left if abs(left) >= LEAST else NOTHING
