"""Measure simulate_batch and the loop that it replaces: python snnres_batch.py CASE.npz, driven by its section."""

import functools
import sys
import time

import numba
import numpy as np
from serve import serve
from trial_loop import answer, loop, network

import snnres

THREADS = {"one thread": 1, "all threads": -1}


def batch(snn, trials, path, n_jobs):
    start = time.perf_counter()
    found = snn.simulate_batch(trials, returns="features", n_jobs=n_jobs)
    return answer(time.perf_counter() - start, found, path)


def main():
    case = np.load(sys.argv[1])
    snn, trials = network(case, snnres.SNN, snnres.SimulationParams), case["trials"]
    measurements = {
        name: functools.partial(batch, snn, trials, f"{sys.argv[1]}.{n_jobs}.npz", n_jobs)
        for name, n_jobs in THREADS.items()
    }
    measurements["loop"] = lambda: loop(snn, trials[:: int(case["every"])], sys.argv[1] + ".loop.npz")
    serve({"snnres": snnres.__version__, "numba": numba.__version__, "numpy": np.__version__}, measurements)


if __name__ == "__main__":
    main()
