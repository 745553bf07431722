"""Parts of a network: cells, learning rules, delays, graphs, and what else there is a place for in the time loop.

A part of your own is a module with four things: a NamedTuple of constants, a NamedTuple of arrays for what it keeps
from step to step, a frozen dataclass that makes both from parameters, and the functions that the time loop compiles,
registered for the constants: ``@fires.of(...)`` and ``@settle.of(...)`` for a cell, ``@on_arrival.of(...)`` or
``@on_spike.of(...)`` for a rule. A distribution of delays, or of values for neurons, needs no more than a dataclass
with a method ``draw``, and a graph one with ``check_size`` and ``draw``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

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
from .delays import Delays, UniformDelays
from .elements import Competition, Device, Element, Noise, Release, ShortTermPlasticity, SynapticCurrent
from .graphs import Blocks, GivenGraph, Graph, Lattice, Ring, ScaleFree
from .lif import LIF
from .plasticity import Modulation, Plasticity, Upkeep
from .stdp import STDPParams
from .values import Distribution, LogNormal, Normal, Uniform, UniformIntegers

if TYPE_CHECKING:
    from .competition import WinnerTakeAll as WinnerTakeAll
    from .currents import ExponentialCurrent as ExponentialCurrent
    from .device import MemristiveDevice as MemristiveDevice
    from .escape import EscapeNoise as EscapeNoise
    from .exponential import ExponentialLIF as ExponentialLIF
    from .generalized import GeneralizedLIF as GeneralizedLIF
    from .integrator import LeakyIntegrator as LeakyIntegrator
    from .intrinsic import IntrinsicPlasticity as IntrinsicPlasticity
    from .izhikevich import Izhikevich as Izhikevich
    from .modulation import MSTDP as MSTDP
    from .modulation import MSTDPET as MSTDPET
    from .noise import MembraneNoise as MembraneNoise
    from .noise import PoissonNoise as PoissonNoise
    from .release import BernoulliRelease as BernoulliRelease
    from .rules import FedeSTDP as FedeSTDP
    from .rules import Hebbian as Hebbian
    from .rules import InhibitorySTDP as InhibitorySTDP
    from .rules import PresynapticSTDP as PresynapticSTDP
    from .rules import TripletSTDP as TripletSTDP
    from .rules import WeightDependentSTDP as WeightDependentSTDP
    from .rules import WindowedSTDP as WindowedSTDP
    from .short_term import TsodyksMarkram as TsodyksMarkram
    from .thresholds import RateControl as RateControl
    from .thresholds import ThresholdAdaptation as ThresholdAdaptation
    from .upkeep import WeightUpkeep as WeightUpkeep

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

# Modules that are imported when one of their parts is first asked for: all of them take a network's time to run.
HOMES = {
    "competition": ("WinnerTakeAll",),
    "currents": ("ExponentialCurrent",),
    "device": ("MemristiveDevice",),
    "escape": ("EscapeNoise",),
    "exponential": ("ExponentialLIF",),
    "generalized": ("GeneralizedLIF",),
    "integrator": ("LeakyIntegrator",),
    "intrinsic": ("IntrinsicPlasticity",),
    "izhikevich": ("Izhikevich",),
    "modulation": (
        "MSTDP",
        "MSTDPET",
    ),
    "noise": (
        "MembraneNoise",
        "PoissonNoise",
    ),
    "release": ("BernoulliRelease",),
    "rules": (
        "FedeSTDP",
        "Hebbian",
        "InhibitorySTDP",
        "PresynapticSTDP",
        "TripletSTDP",
        "WeightDependentSTDP",
        "WindowedSTDP",
    ),
    "short_term": ("TsodyksMarkram",),
    "thresholds": (
        "RateControl",
        "ThresholdAdaptation",
    ),
    "upkeep": ("WeightUpkeep",),
}
Part.homes.update({name: f"{__name__}.{module}" for module, names in HOMES.items() for name in names})

# Hidden from type checkers, for which any name would otherwise be an attribute.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a part on first use."""
        if name in Part.homes:
            return getattr(import_module(Part.homes[name]), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names, those included that are not imported yet."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
