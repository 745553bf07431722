"""The first example of the reference: one network, potentials and input for every simulator."""

import numpy as np

from snnres.topology import normal_weights, watts_strogatz

NEURONS, NEIGHBOURS, REWIRED, STEPS, INPUTS = 2000, 400, 0.2, 500, 50
MEAN_WEIGHT = 0.00745167232 * 1.05


def write_case(path, seed=0):
    """Write the case: CSR ``indptr, indices, data``, ``potentials``, ``inputs`` (n_inputs, n_steps), constants."""
    rng = np.random.default_rng(seed)
    indptr, indices = watts_strogatz(NEURONS, NEIGHBOURS, REWIRED, rng)
    np.savez(
        path,
        indptr=indptr.astype(np.int32),
        indices=indices,
        data=normal_weights(len(indices), MEAN_WEIGHT, 0.1 * MEAN_WEIGHT, rng),
        potentials=rng.uniform(0, 2, NEURONS).astype(np.float32),
        inputs=rng.integers(0, 2, (INPUTS, STEPS)).astype(np.uint8),
        threshold=2.0,
        leak=1e-4,
        refractory=2,
        amplitude=2.0,
        generated=np.array([NEURONS, NEIGHBOURS, REWIRED, MEAN_WEIGHT]),
    )
