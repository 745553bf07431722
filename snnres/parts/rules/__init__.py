"""Learning rules, each a file to be read beside its paper. The reference's is :class:`snnres.parts.STDPParams`.

Place in the step: after neurons have fired, before what their spikes send. Traces decay; synapses at which a spike
arrives change, then those whose target fires; then traces rise. With :class:`snnres.parts.Plasticity` a trace may rise
before.
"""

from .base import BoundedRule, TraceRule
from .fede import FedeSTDP
from .hebbian import Hebbian
from .inhibitory import InhibitorySTDP
from .presynaptic import PresynapticSTDP
from .triplet import TripletSTDP
from .weight_dependent import WeightDependentSTDP
from .windowed import WindowedSTDP

__all__ = [
    "BoundedRule",
    "FedeSTDP",
    "Hebbian",
    "InhibitorySTDP",
    "PresynapticSTDP",
    "TraceRule",
    "TripletSTDP",
    "WeightDependentSTDP",
    "WindowedSTDP",
]
