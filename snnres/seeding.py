"""From one seed to an independent stream of random numbers for each purpose."""

import numpy as np

from .params import SeedLike

PURPOSES = ("topology", "weights", "outputs", "potentials", "delays", "cells", "noise", "signs")
# Children that a caller spawns from the same SeedSequence count up from 0; ours start far from there.
FIRST_KEY = 0x5A11
# The largest integer that scikit-learn takes for a random_state.
SEED_MAX = 2**32 - 1


def seed_sequence(seed: SeedLike) -> np.random.SeedSequence:
    """Return the root of all streams. A Generator is advanced; a SeedSequence is left as it was."""
    if isinstance(seed, np.random.SeedSequence):
        return seed
    if isinstance(seed, np.random.Generator):
        return np.random.SeedSequence([int(word) for word in seed.integers(0, 2**32, size=4, dtype=np.uint32)])
    return np.random.SeedSequence(seed)


def streams(seed: SeedLike) -> dict[str, np.random.Generator]:
    """Return a generator for each purpose, so that drawing more for one changes nothing for another.

    Examples
    --------
    >>> from snnres.seeding import streams
    >>> bool(streams(1)["weights"].random() == streams(1)["weights"].random())
    True
    """
    root = seed_sequence(seed)
    return {
        purpose: np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, FIRST_KEY + key)))
        )
        for key, purpose in enumerate(PURPOSES)
    }
