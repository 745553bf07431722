"""Measure snnres, and C on the same spikes: python snnres_example.py CASE.npz, driven by the sections."""

import sys
import time

import numba
import numpy as np
import scipy
from example import Measurements
from roofline import Rows, library
from serve import serve

import snnres
from snnres import features

EIGHT = (
    features.spike_counts,
    features.spike_variances,
    features.mean_spike_times,
    features.first_spike_times,
    features.last_spike_times,
    features.mean_isi,
    features.isi_variances,
    features.burst_counts,
)


def eight_features(measurements):
    """The features that the reference has, without ours."""
    snn = measurements.network()
    snn.simulate()
    start = time.perf_counter()
    trains = snn.recording.trains(snn.output_neurons)
    found = [feature(trains) for feature in EIGHT]
    return {"seconds": time.perf_counter() - start, "features": len(found)}


def in_c(measurements):
    """The spikes of the run, and of the one with STDP, through the synapses alone."""
    functions = library()
    if functions is None:
        return {}
    still, learning = measurements.network(), measurements.network(measurements.stdp())
    for snn in (still, learning):
        snn.simulate()
    return Rows(functions, still).measurements() | {"learn": Rows(functions, learning).learn}


def main():
    measurements = Measurements(np.load(sys.argv[1]), snnres.SNN, snnres.SimulationParams, snnres.STDPParams)
    versions = {
        "snnres": snnres.__version__,
        "numba": numba.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }
    more = {"eight_features": lambda: eight_features(measurements)} | in_c(measurements)
    serve(versions, measurements.by_name | more)


if __name__ == "__main__":
    main()
