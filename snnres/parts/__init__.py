"""Parts of a network: cells, learning rules, delays, graphs, and what else there is a place for in the time loop.

A part of your own is a module with four things: a NamedTuple of constants, a NamedTuple of arrays for what it keeps
from step to step, a frozen dataclass that makes both from parameters, and the functions that the time loop compiles,
registered for the constants: ``@fires.of(...)`` and ``@settle.of(...)`` for a cell, ``@on_arrival.of(...)`` or
``@on_spike.of(...)`` for a rule. A distribution of delays, or of values for neurons, needs no more than a dataclass
with a method ``draw``, and a graph one with ``check_size`` and ``draw``.
"""

from ..kernels.verbs import (
    age,
    fires,
    margin,
    mark_after,
    mark_arrivals,
    mark_spikes,
    on_arrival,
    on_spike,
    prepare,
    settle,
)
from .base import Cell, LearningRule, Part
from .clamp import Clamp
from .competition import WinnerTakeAll
from .currents import ExponentialCurrent
from .delays import Delays, UniformDelays
from .device import MemristiveDevice
from .elements import Competition, Device, Element, Noise, Release, ShortTermPlasticity, SynapticCurrent
from .escape import EscapeNoise
from .exponential import ExponentialLIF
from .generalized import GeneralizedLIF
from .graphs import Blocks, GivenGraph, Graph, Lattice, Ring, ScaleFree
from .integrator import LeakyIntegrator
from .intrinsic import IntrinsicPlasticity
from .izhikevich import Izhikevich
from .lif import LIF
from .modulation import MSTDP, MSTDPET
from .noise import MembraneNoise, PoissonNoise
from .plasticity import Modulation, Plasticity, Upkeep
from .release import BernoulliRelease
from .rules import (
    FedeSTDP,
    Hebbian,
    InhibitorySTDP,
    PresynapticSTDP,
    TripletSTDP,
    WeightDependentSTDP,
    WindowedSTDP,
)
from .short_term import TsodyksMarkram
from .stdp import STDPParams
from .thresholds import RateControl, ThresholdAdaptation
from .upkeep import WeightUpkeep
from .values import Distribution, LogNormal, Normal, Uniform, UniformIntegers

__all__ = [
    "LIF",
    "MSTDP",
    "MSTDPET",
    "BernoulliRelease",
    "Blocks",
    "Cell",
    "Clamp",
    "Competition",
    "Delays",
    "Device",
    "Distribution",
    "Element",
    "EscapeNoise",
    "ExponentialCurrent",
    "ExponentialLIF",
    "FedeSTDP",
    "GeneralizedLIF",
    "GivenGraph",
    "Graph",
    "Hebbian",
    "InhibitorySTDP",
    "IntrinsicPlasticity",
    "Izhikevich",
    "Lattice",
    "LeakyIntegrator",
    "LearningRule",
    "LogNormal",
    "MembraneNoise",
    "MemristiveDevice",
    "Modulation",
    "Noise",
    "Normal",
    "Part",
    "Plasticity",
    "PoissonNoise",
    "PresynapticSTDP",
    "RateControl",
    "Release",
    "Ring",
    "STDPParams",
    "ScaleFree",
    "ShortTermPlasticity",
    "SynapticCurrent",
    "ThresholdAdaptation",
    "TripletSTDP",
    "TsodyksMarkram",
    "Uniform",
    "UniformDelays",
    "UniformIntegers",
    "Upkeep",
    "WeightDependentSTDP",
    "WeightUpkeep",
    "WindowedSTDP",
    "WinnerTakeAll",
    "age",
    "fires",
    "margin",
    "mark_after",
    "mark_arrivals",
    "mark_spikes",
    "on_arrival",
    "on_spike",
    "prepare",
    "settle",
]
