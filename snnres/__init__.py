"""Spiking reservoirs: exact, seeded and fast, with an honest word on what they add."""

from .io import load_membrane_potentials, load_output_neurons, load_params, load_topology, save_params
from .network import SNN
from .params import SimulationParams
from .parts import STDPParams
from .recording import Recording, SpikeTrains

__version__ = "0.1.0"

__all__ = [
    "SNN",
    "Recording",
    "STDPParams",
    "SimulationParams",
    "SpikeTrains",
    "load_membrane_potentials",
    "load_output_neurons",
    "load_params",
    "load_topology",
    "save_params",
]
