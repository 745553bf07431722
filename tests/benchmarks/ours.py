"""Measure snnres: python ours.py CASE.npz, driven by run.py."""

import sys
import time

import numba
import numpy as np
import scipy
from measure import Measurements
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


def main():
    measurements = Measurements(np.load(sys.argv[1]), snnres.SNN, snnres.SimulationParams, snnres.STDPParams)
    versions = {
        "snnres": snnres.__version__,
        "numba": numba.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }
    serve(versions, measurements.by_name | {"eight_features": lambda: eight_features(measurements)})


if __name__ == "__main__":
    main()
