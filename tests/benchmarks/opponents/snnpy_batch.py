"""Measure the reference's loop over trials: python snnpy_batch.py CASE.npz, driven by its section."""

import sys
import warnings
from importlib.metadata import version

import numpy as np
from serve import serve
from snnpy import SNN, SimulationParams
from trial_loop import loop, network


def main():
    warnings.simplefilter("ignore")
    case = np.load(sys.argv[1])
    snn, trials = network(case, SNN, SimulationParams), case["trials"][:: int(case["every"])]
    versions = {"snn-reservoir-py": version("snn-reservoir-py"), "numpy": np.__version__}
    serve(versions, {"loop": lambda: loop(snn, trials, sys.argv[1] + ".snnpy.npz")})


if __name__ == "__main__":
    main()
