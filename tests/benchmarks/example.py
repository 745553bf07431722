"""What is measured of snnres and of snnpy alike, since their classes have the same names: numpy and scipy only."""

import hashlib
import time

import numpy as np
import scipy.sparse as sp


def digest_of(spikes, weights=None):
    """Return a hash of a (n_steps, n_neurons) 0/1 matrix and of the weights after the run."""
    content = hashlib.sha1(np.packbits(np.asarray(spikes) != 0).tobytes())
    if weights is not None:
        content.update(np.ascontiguousarray(weights, dtype=np.float32).tobytes())
    return content.hexdigest()


class Measurements:
    """Times the classes of one package on a case; each call builds its own network."""

    def __init__(self, case, SNN, SimulationParams, STDPParams):
        self.case = case
        self.SNN, self.SimulationParams, self.STDPParams = SNN, SimulationParams, STDPParams
        self.by_name = {
            "simulate": self.simulate,
            "stdp": self.simulate_with_stdp,
            "build": self.build,
            "features": self.features,
        }

    def constants(self):
        return {
            "input_spike_times": self.case["inputs"].copy(),
            "membrane_threshold": float(self.case["threshold"]),
            "leak_coefficient": float(self.case["leak"]),
            "refractory_period": int(self.case["refractory"]),
            "current_amplitude": float(self.case["amplitude"]),
        }

    def network(self, stdp=None):
        """The case's network, every neuron an output."""
        n_neurons = len(self.case["potentials"])
        parts = tuple(self.case[name].copy() for name in ("data", "indices", "indptr"))
        params = self.SimulationParams(
            **self.constants(),
            adjacency_matrix=sp.csr_matrix(parts, shape=(n_neurons, n_neurons)),
            membrane_potentials=self.case["potentials"].copy(),
            output_neurons=np.arange(n_neurons),
        )
        return self.SNN(params, stdp)

    def simulate(self, stdp=None):
        snn = self.network(stdp)
        start = time.perf_counter()
        spikes = snn.simulate()
        seconds = time.perf_counter() - start
        out_degree = np.diff(self.case["indptr"]).astype(np.int64)
        return {
            "seconds": seconds,
            "spikes": int(spikes.sum()),
            "events": int(spikes.sum(axis=0, dtype=np.int64) @ out_degree),
            "silent_steps": int((spikes.sum(axis=1) == 0).sum()),
            "digest": digest_of(spikes, None if stdp is None else snn.get_topology().data),
        }

    def stdp(self):
        return self.STDPParams(tau_plus=20.0, tau_minus=40.0, A_plus=1e-3, A_minus=1e-3, W_max=1.0)

    def simulate_with_stdp(self):
        return self.simulate(self.stdp())

    def build(self):
        """A generated small world, drawn anew."""
        n_neurons, k, p, mean = self.case["generated"]
        start = time.perf_counter()
        params = self.SimulationParams(
            **self.constants(),
            num_neurons=int(n_neurons),
            num_output_neurons=35,
            small_world_graph_k=int(k),
            small_world_graph_p=float(p),
            mean_weight=float(mean),
        )
        snn = self.SNN(params)
        seconds = time.perf_counter() - start
        return {"seconds": seconds, "synapses": int(snn.get_topology().nnz)}

    def features(self):
        """All that ``extract_features_from_spikes`` returns, for every neuron."""
        snn = self.network()
        snn.simulate()
        start = time.perf_counter()
        found = snn.extract_features_from_spikes()
        return {"seconds": time.perf_counter() - start, "features": len(found)}
