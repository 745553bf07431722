"""Measure the reference's loop over trials: python batch_snnpy.py CASE.npz, driven by batch.py."""

import sys
import warnings
from importlib.metadata import version

import numpy as np
from batch_loop import loop, network
from serve import serve
from snnpy import SNN, SimulationParams


def main():
    warnings.simplefilter("ignore")
    case = np.load(sys.argv[1])
    snn, trials = network(case, SNN, SimulationParams), case["trials"][:: int(case["every"])]
    versions = {"snn-reservoir-py": version("snn-reservoir-py"), "numpy": np.__version__}
    serve(versions, {"loop": lambda: loop(snn, trials, sys.argv[1] + ".snnpy.npz")})


if __name__ == "__main__":
    main()
