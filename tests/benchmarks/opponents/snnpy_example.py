"""Measure snn-reservoir-py: python snnpy_example.py CASE.npz, driven by the sections; needs 2.0.0."""

import sys
import warnings
from importlib.metadata import version

import numpy as np
import scipy
from example import Measurements
from serve import serve
from snnpy import SNN, SimulationParams
from snnpy.snn import STDPParams


def main():
    warnings.simplefilter("ignore")
    versions = {
        "snn-reservoir-py": version("snn-reservoir-py"),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }
    serve(versions, Measurements(np.load(sys.argv[1]), SNN, SimulationParams, STDPParams).by_name)


if __name__ == "__main__":
    main()
