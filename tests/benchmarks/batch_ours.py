"""Measure simulate_batch and the loop that it replaces: python batch_ours.py CASE.npz, driven by batch.py."""

import functools
import sys
import time

import numba
import numpy as np
from batch_loop import answer, loop, network
from serve import serve

import snnres


def batch(snn, trials, path, n_jobs):
    start = time.perf_counter()
    found = snn.simulate_batch(trials, returns="features", n_jobs=n_jobs)
    return answer(time.perf_counter() - start, found, path)


def main():
    case = np.load(sys.argv[1])
    snn, trials = network(case, snnres.SNN, snnres.SimulationParams), case["trials"]
    measurements = {
        f"{n_jobs} threads": functools.partial(batch, snn, trials, f"{sys.argv[1]}.{n_jobs}.npz", n_jobs)
        for n_jobs in (1, 2)
    }
    measurements["loop"] = lambda: loop(snn, trials[:: int(case["every"])], sys.argv[1] + ".loop.npz")
    serve({"snnres": snnres.__version__, "numba": numba.__version__, "numpy": np.__version__}, measurements)


if __name__ == "__main__":
    main()
