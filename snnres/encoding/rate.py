"""Rate codes: the larger the value, the more spikes."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from ..params import SeedLike, check_seed
from ..seeding import seed_sequence
from ..validation import INT32_MAX, check_int, check_real
from .base import Float64Array, ScaledEncoder, Spikes


class RateEncoder(ScaledEncoder):
    """Base of rate codes: ``rate = max_rate * scaled value``, in spikes per step."""

    n_steps: int
    max_rate: float
    highest_rate: float | None = 1.0

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_int("n_steps", self.n_steps, 1, INT32_MAX)
        check_real("max_rate", self.max_rate, above=0, high=self.highest_rate)

    def _rates(self, table: Float64Array) -> Float64Array:
        return float(self.max_rate) * self._scaled(table)

    def _from_rates(self, rates: Float64Array) -> Float64Array:
        return self._unscaled(np.minimum(rates / float(self.max_rate), 1.0))


class RandomRateEncoder(RateEncoder):
    """Base of random rate codes: in each step a spike with a probability that the rate gives."""

    def __init__(
        self,
        n_steps: int = 100,
        *,
        max_rate: float = 0.5,
        value_range: str | tuple[float, float] = "minmax",
        out_of_range: str = "clip",
        random_state: SeedLike = None,
    ) -> None:
        self.n_steps = n_steps
        self.max_rate = max_rate
        self.value_range = value_range
        self.out_of_range = out_of_range
        self.random_state = random_state

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_seed("random_state", self.random_state)

    def _learn(self, table: Float64Array) -> None:
        super()._learn(table)
        self.seed_ = seed_sequence(self.random_state).generate_state(4)

    def _encode(self, table: Float64Array) -> Spikes:
        probabilities = self._probabilities(self._rates(table))
        spikes = np.empty((len(table), self._n_steps(), table.shape[1]), dtype=np.uint8)
        for sample, values in enumerate(table):
            draws = sample_stream(self.seed_, values).random(spikes.shape[1:])
            np.less(draws, probabilities[sample], out=spikes[sample], casting="unsafe")
        return spikes

    def _probabilities(self, rates: Float64Array) -> Float64Array:
        raise NotImplementedError


def sample_stream(seed: Any, values: Float64Array) -> np.random.Generator:
    """Return the generator that belongs to a sample: it depends on the seed and the sample's values, nothing else."""
    # Adding 0 makes -0.0, which equals 0.0, the same bytes.
    digest = hashlib.blake2b((values + 0.0).astype("<f8").tobytes(), digest_size=16).digest()
    words = np.frombuffer(digest, dtype="<u4")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([*seed.tolist(), *words.tolist()])))


class BernoulliEncoder(RandomRateEncoder):
    """Rate code of static vectors by independent draws: in each step a spike with probability ``rate``.

    Takes a table (n_samples, n_features), gives (n_samples, n_steps, n_features).
    ``rate = max_rate * (x - low) / (high - low)``.

    Parameters
    ----------
    n_steps : int, default 100
        Steps of the code.
    max_rate : float, default 0.5
        Rate of the highest value, in spikes per step, in (0, 1].
    value_range : "minmax" or (low, high), default "minmax"
        The values that become 0 and 1: each feature's smallest and largest training value (a constant feature is 0),
        or one given pair for all features. (0, 1) is no scaling.
    out_of_range : {"clip", "error"}, default "clip"
        What becomes of values beyond these bounds. Test data often lie slightly outside the training range; "clip"
        gives them the code of the nearest bound, "error" refuses them (also in ``fit``, for a given pair).
    random_state : int, numpy.random.SeedSequence or numpy.random.Generator, optional
        Source of the draws, read in ``fit``. Every ``transform`` after it repeats the same code.

    Attributes
    ----------
    low_, high_ : ndarray of float64, shape (n_features,)
        Bounds.
    seed_ : ndarray of uint32, shape (4,)
        What ``random_state`` came down to.

    Notes
    -----
    Each sample has its own stream, seeded by ``seed_`` and a hash of the sample's values as float64. So its code
    depends neither on the other samples nor on the order or grouping in which they come; equal samples have equal
    codes. For another draw of the same sample, fit with another ``random_state``.

    ``inverse_transform`` gives the value whose rate is the fraction of steps with a spike, at most the upper bound.
    Its standard error is ``sqrt(rate * (1 - rate) / n_steps) / max_rate`` of the range.

    What others call Poisson is often this: the encoders or generators of that name in Norse, SpikingJelly and Brian2
    draw one Bernoulli variable a step. snnTorch's ``spikegen.rate`` is this one with ``max_rate=1`` and no scaling.

    Examples
    --------
    >>> from snnres.encoding import BernoulliEncoder
    >>> encoder = BernoulliEncoder(n_steps=1000, random_state=0)
    >>> spikes = encoder.fit_transform([[0.0], [1.0], [4.0]])
    >>> spikes.shape
    (3, 1000, 1)
    >>> encoder.inverse_transform(spikes).round().ravel().tolist()
    [0.0, 1.0, 4.0]
    """

    def _probabilities(self, rates: Float64Array) -> Float64Array:
        return rates

    def _decode(self, spikes: Spikes) -> Float64Array:
        return self._from_rates(spikes.mean(axis=1))


class PoissonEncoder(RandomRateEncoder):
    """Rate code of static vectors by a Poisson process seen in steps: P(spike in a step) = ``1 - exp(-rate)``.

    Takes a table (n_samples, n_features), gives (n_samples, n_steps, n_features).
    ``rate = max_rate * (x - low) / (high - low)`` is the rate of the process; a step holds a spike if at least one
    event of the process falls into it.

    Parameters
    ----------
    n_steps : int, default 100
        Steps of the code.
    max_rate : float, default 0.5
        Rate of the highest value, in events per step, > 0. Above 1 the code saturates.
    value_range : "minmax" or (low, high), default "minmax"
        The values that become 0 and 1: each feature's smallest and largest training value (a constant feature is 0),
        or one given pair for all features. (0, 1) is no scaling.
    out_of_range : {"clip", "error"}, default "clip"
        What becomes of values beyond these bounds: the code of the nearest bound, or a ValueError.
    random_state : int, numpy.random.SeedSequence or numpy.random.Generator, optional
        Source of the draws, read in ``fit``. Every ``transform`` after it repeats the same code.

    Attributes
    ----------
    low_, high_ : ndarray of float64, shape (n_features,)
        Bounds.
    seed_ : ndarray of uint32, shape (4,)
        What ``random_state`` came down to.

    Notes
    -----
    A sample's stream depends on ``seed_`` and the sample's values alone, as in :class:`BernoulliEncoder`.

    ``inverse_transform`` gives the value of rate ``-log(1 - p)`` with p the fraction of steps with a spike, at most the
    upper bound.

    Encoders of this name in Norse, SpikingJelly and Brian2 take the rate itself as the probability of a spike, which is
    :class:`BernoulliEncoder`: the two agree for low rates, while at a rate of 0.5 this one spikes in 39 % of the steps.
    NEST's ``poisson_generator`` draws the number of events in a step, which may be above 1; a spike here is 0 or 1.

    Examples
    --------
    >>> from snnres.encoding import PoissonEncoder
    >>> spikes = PoissonEncoder(n_steps=10_000, max_rate=1.0, random_state=0).fit_transform([[0.0], [1.0]])
    >>> spikes.mean(axis=1).round(2).ravel().tolist()
    [0.0, 0.63]
    """

    highest_rate = None

    def _probabilities(self, rates: Float64Array) -> Float64Array:
        return -np.expm1(-rates)

    def _decode(self, spikes: Spikes) -> Float64Array:
        with np.errstate(divide="ignore"):
            return self._from_rates(-np.log1p(-spikes.mean(axis=1)))


class RegularRateEncoder(RateEncoder):
    """Rate code of static vectors by evenly spaced spikes.

    Takes a table (n_samples, n_features), gives (n_samples, n_steps, n_features).
    With ``rate = max_rate * (x - low) / (high - low)`` there is a spike in step t where
    ``floor((t + 1) * rate + 1/2) > floor(t * rate + 1/2)``: intervals differ by at most one step, the first spike
    comes after half an interval, and there are ``floor(n_steps * rate + 1/2)`` in all.

    Parameters
    ----------
    n_steps : int, default 100
        Steps of the code.
    max_rate : float, default 0.5
        Rate of the highest value, in spikes per step, in (0, 1].
    value_range : "minmax" or (low, high), default "minmax"
        The values that become 0 and 1: each feature's smallest and largest training value (a constant feature is 0),
        or one given pair for all features. (0, 1) is no scaling.
    out_of_range : {"clip", "error"}, default "clip"
        What becomes of values beyond these bounds: the code of the nearest bound, or a ValueError.

    Attributes
    ----------
    low_, high_ : ndarray of float64, shape (n_features,)
        Bounds.

    Notes
    -----
    Nothing is random. ``inverse_transform`` is right to half a spike: ``1 / (2 * n_steps * max_rate)`` of the range.
    All features spike in phase, so equal values spike together; use a random code where that matters.

    Examples
    --------
    >>> from snnres.encoding import RegularRateEncoder
    >>> RegularRateEncoder(n_steps=8).fit_transform([[0.0], [1.0], [2.0]])[:, :, 0].tolist()
    [[0, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 1, 0, 0], [1, 0, 1, 0, 1, 0, 1, 0]]
    """

    def __init__(
        self,
        n_steps: int = 100,
        *,
        max_rate: float = 0.5,
        value_range: str | tuple[float, float] = "minmax",
        out_of_range: str = "clip",
    ) -> None:
        self.n_steps = n_steps
        self.max_rate = max_rate
        self.value_range = value_range
        self.out_of_range = out_of_range

    def _encode(self, table: Float64Array) -> Spikes:
        steps = np.arange(self._n_steps() + 1)[:, None]
        reached = np.floor(steps * self._rates(table)[:, None, :] + 0.5)
        return (np.diff(reached, axis=1) > 0).astype(np.uint8)

    def _decode(self, spikes: Spikes) -> Float64Array:
        return self._from_rates(spikes.mean(axis=1))
