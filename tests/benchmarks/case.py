"""The first example of the reference: one network, potentials and input for every simulator."""

from typing import NamedTuple

import numpy as np

from snnres.topology import normal_weights, watts_strogatz

REWIRED, INPUTS, LONGEST_DELAY = 0.2, 50, 20


class Size(NamedTuple):
    """Of the example: each neuron has half as many synapses as neighbours."""

    neurons: int = 2000
    neighbours: int = 400
    steps: int = 500

    @property
    def mean_weight(self):
        return 0.00745167232 * 1.05 * 400 / self.neighbours


WHOLE, QUICK = Size(), Size(200, 40, 100)


def write_case(path, size=WHOLE, seed=0):
    """Write the case: CSR ``indptr, indices, data``, ``potentials``, ``inputs`` (n_inputs, n_steps), constants."""
    rng = np.random.default_rng(seed)
    indptr, indices = watts_strogatz(size.neurons, size.neighbours, REWIRED, rng)
    np.savez(
        path,
        indptr=indptr.astype(np.int32),
        indices=indices,
        data=normal_weights(len(indices), size.mean_weight, 0.1 * size.mean_weight, rng),
        potentials=rng.uniform(0, 2, size.neurons).astype(np.float32),
        inputs=rng.integers(0, 2, (INPUTS, size.steps)).astype(np.uint8),
        threshold=2.0,
        leak=1e-4,
        refractory=2,
        amplitude=2.0,
        generated=np.array([size.neurons, size.neighbours, REWIRED, size.mean_weight]),
    )


def write_learning_case(path, size, change, seed=0):
    """Write the case with a longer input and what makes it learn and adapt, with delays.

    ``change`` is the amplitude of plasticity as a fraction of the mean weight.
    """
    write_case(path, size, seed)
    with np.load(path) as first:
        case = dict(first)
    rng = np.random.default_rng([seed, 1])
    mean = float(case["data"].mean())
    case |= {
        "inputs": rng.integers(0, 2, (INPUTS, 4 * size.steps)).astype(np.uint8),
        "delays": rng.integers(1, LONGEST_DELAY + 1, len(case["data"])).astype(np.int32),
        "increment": 0.1,
        "tau_adaptation": 100.0,
        "tau_plus": 20.0,
        "tau_minus": 40.0,
        "change": change * mean,
        "bound": 4 * mean,
    }
    np.savez(path, **case)
