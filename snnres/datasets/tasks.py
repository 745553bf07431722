"""Generated tasks of memory and nonlinearity: NARMA-10, jittered spike templates, delayed XOR."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..params import SeedLike, check_seed
from ..seeding import seed_sequence
from ..validation import check_int, check_real
from .sizes import check_size, check_total

__all__ = ["delayed_xor", "narma10", "spike_templates"]

NARMA_ORDER = 10
# Series that never diverge stay well below; those above it grow without end.
NARMA_LIMIT = 2.0
NARMA_DRAWS = 20


def root_of(seed: SeedLike) -> np.random.SeedSequence:
    """Return the root of the random streams of a checked ``seed``."""
    check_seed("seed", seed)
    return seed_sequence(seed)


def narma10(
    n_steps: int, *, washout: int = 100, seed: SeedLike = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw an input and the nonlinear moving average of order 10 that is to be computed from it.

    y(t) = 0.3 y(t-1) + 0.05 y(t-1) [y(t-1) + ... + y(t-10)] + 1.5 u(t) u(t-9) + 0.1, with u uniform in [0, 0.5) and
    zeros before the start. The target at t thus depends on the input up to and with t.

    The recursion diverges for a few inputs (about once in 200,000 steps). A series whose target exceeds 2 is drawn
    anew as a whole, so what is returned is bounded, at the cost of a slight bias against high inputs in a row.

    Parameters
    ----------
    n_steps : int
        Steps to return.
    washout : int, default 100
        Steps to drop at the start.
    seed : int, SeedSequence, Generator or None, optional
        Source of randomness.

    Returns
    -------
    u : ndarray of shape (n_steps,), float64
        The input.
    y : ndarray of shape (n_steps,), float64
        The target.

    Raises
    ------
    ValueError
        If 20 series in a row diverge, as those beyond a million steps may: generate several shorter ones.

    References
    ----------
    Atiya and Parlos (2000), New results on recurrent network training, IEEE Transactions on Neural Networks
    11:697-709, with the indices as written above.

    Examples
    --------
    >>> from snnres.datasets import narma10
    >>> u, y = narma10(200, seed=1)
    >>> again = 0.3 * y[99] + 0.05 * y[99] * y[90:100].sum() + 1.5 * u[100] * u[91] + 0.1
    >>> bool(abs(again - y[100]) < 1e-12)
    True
    """
    n_steps, washout = check_size("n_steps", n_steps), check_size("washout", washout, 0)
    check_total("n_steps and washout", n_steps + washout)
    generator = np.random.default_rng(root_of(seed))
    for _ in range(NARMA_DRAWS):
        u = generator.uniform(0.0, 0.5, washout + n_steps)
        y = narma_target(u)
        if y is not None:
            return u[washout:], y[washout:]
    raise ValueError(
        f"n_steps must be so small that a series stays bounded. Got {n_steps}, and {NARMA_DRAWS} diverged."
    )


def narma_target(u: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the target of an input, or None if it diverges."""
    delayed = np.concatenate([np.zeros(NARMA_ORDER - 1), u])[: len(u)]
    drive = (1.5 * u * delayed + 0.1).tolist()
    # The first ten entries are the zeros before the start.
    y = [0.0] * NARMA_ORDER
    for t, push in enumerate(drive):
        last = y[-1]
        value = 0.3 * last + 0.05 * last * sum(y[t : t + NARMA_ORDER]) + push
        if value > NARMA_LIMIT:
            return None
        y.append(value)
    return np.array(y[NARMA_ORDER:])


def spike_templates(
    n_samples: int,
    *,
    n_templates: int = 2,
    n_steps: int = 200,
    n_channels: int = 4,
    rate: float = 0.02,
    jitter: float = 4.0,
    seed: SeedLike = None,
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw jittered versions of random spike templates; the task is to tell which template each came from.

    A template has, on each channel and step independently, a spike with probability ``rate`` (a Poisson train in
    discrete time). In a sample every spike of its template is moved by a normal deviate of standard deviation
    ``jitter``, rounded to whole steps; spikes that leave the window are dropped, and those that meet become one. With
    steps of 1 ms the defaults are Poisson trains of 20 Hz and jitter of 4 ms, as in the source.

    Parameters
    ----------
    n_samples : int
        Samples to draw, as evenly over the templates as possible, in random order.
    n_templates : int, default 2
        Templates, which are also the classes.
    n_steps, n_channels : int, default 200, 4
        Size of a template.
    rate : float in [0, 1], default 0.02
        Spikes per step and channel.
    jitter : float, default 4
        Standard deviation in steps; at 0 the samples are the templates.
    seed : int, SeedSequence, Generator or None, optional
        Source of randomness. Templates, order and jitter have a stream each: with the same integer seed and sizes the
        templates are the same whatever ``n_samples`` and ``jitter`` are.

    Returns
    -------
    X : ndarray of shape (n_samples, n_steps, n_channels), uint8
        The spikes.
    y : ndarray of shape (n_samples,), int64
        The template of each, in [0, n_templates).

    References
    ----------
    Maass, Natschläger and Markram (2002), Real-time computing without stable states, Neural Computation
    14:2531-2560; there a pattern is put together from four such segments, here it is one.

    Examples
    --------
    >>> from snnres.datasets import spike_templates
    >>> X, y = spike_templates(6, n_templates=3, seed=0)
    >>> X.shape, sorted(y.tolist())
    ((6, 200, 4), [0, 0, 1, 1, 2, 2])
    """
    n_samples, n_templates = check_size("n_samples", n_samples), check_size("n_templates", n_templates)
    shape = check_size("n_steps", n_steps), check_size("n_channels", n_channels)
    check_total("n_samples, n_steps and n_channels", n_samples * shape[0] * shape[1])
    check_total("n_templates, n_steps and n_channels", n_templates * shape[0] * shape[1])
    rate = check_real("rate", rate, low=0, high=1)
    jitter = check_real("jitter", jitter, low=0)
    for_templates, for_order, for_jitter = (
        np.random.default_rng(np.random.SeedSequence(words))
        for words in root_of(seed).generate_state(12).reshape(3, 4).tolist()
    )
    templates = [np.nonzero(for_templates.random(shape) < rate) for _ in range(n_templates)]
    y = for_order.permutation(np.arange(n_samples, dtype=np.int64) % n_templates)
    X = np.zeros((n_samples, *shape), dtype=np.uint8)
    for sample, label in zip(X, y, strict=True):
        times, channels = templates[label]
        moved = np.rint(times + jitter * for_jitter.standard_normal(times.size))
        inside = (moved >= 0) & (moved < shape[0])
        sample[moved[inside].astype(np.int64), channels[inside]] = 1
    return X, y


def delayed_xor(
    n_samples: int, delay: int, *, n_steps: int = 20, seed: SeedLike = None
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Draw two streams of fair random bits, a and b, whose label joins the present with the past.

    y = a(T) XOR b(T - delay), T being the last step: ``y = X[:, -1, 0] ^ X[:, -1 - delay, 1]``. No single bit and no
    linear function of the bits predicts it better than chance.

    Parameters
    ----------
    n_samples : int
        Samples to draw.
    delay : int
        Steps back from the last at which stream b is read, in [0, n_steps).
    n_steps : int, default 20
        Bits in each stream.
    seed : int, SeedSequence, Generator or None, optional
        Source of randomness.

    Returns
    -------
    X : ndarray of shape (n_samples, n_steps, 2), uint8
        The bits: stream a in channel 0, stream b in channel 1.
    y : ndarray of shape (n_samples,), int64
        The labels, 0 or 1.

    Examples
    --------
    >>> from snnres.datasets import delayed_xor
    >>> X, y = delayed_xor(100, delay=3, seed=0)
    >>> X.shape, bool((y == X[:, -1, 0] ^ X[:, -4, 1]).all())
    ((100, 20, 2), True)
    """
    n_samples, n_steps = check_size("n_samples", n_samples), check_size("n_steps", n_steps)
    check_total("n_samples and n_steps", n_samples * n_steps * 2)
    delay = check_int("delay", delay, 0, n_steps - 1)
    X = np.random.default_rng(root_of(seed)).integers(0, 2, (n_samples, n_steps, 2), dtype=np.uint8)
    return X, (X[:, -1, 0] ^ X[:, -1 - delay, 1]).astype(np.int64)
