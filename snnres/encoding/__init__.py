"""Signals to spikes or currents, as scikit-learn transformers, and the input weights that carry currents to neurons.

An encoder takes one of two forms, which its docstring names:

- a table, array_like (n_samples, n_features): :class:`BernoulliEncoder`, :class:`PoissonEncoder`,
  :class:`RegularRateEncoder`, :class:`LatencyEncoder`, :class:`RankOrderEncoder`, :class:`PopulationEncoder`
- series, array_like (n_samples, n_steps, n_channels) or a list of (n_steps_k, n_channels):
  :class:`StepForwardEncoder`, :class:`SendOnDeltaEncoder`, :class:`CurrentEncoder`, :class:`SpikePooler`,
  :class:`SampleScaler`

and :class:`EventBinner` takes a list of events, :class:`LogMelEncoder` a list of sounds. Out comes
(n_samples, n_steps, n_out), or a list of (n_steps_k, n_out) where lists come in: 0 and 1 as uint8, but for the
analogue values of :class:`CurrentEncoder`, :class:`LogMelEncoder` and :class:`SampleScaler` and the counts of
:class:`EventBinner` and :class:`SpikePooler`. A network wants (n_inputs, n_steps): transpose the last two axes.
"""

from importlib.util import find_spec

if find_spec("sklearn") is None:
    raise ImportError('snnres.encoding needs scikit-learn: pip install "snnres[learn]".')

from .audio import LogMelEncoder
from .changes import SendOnDeltaEncoder, StepForwardEncoder
from .currents import CurrentEncoder, random_bias, random_input_weights
from .events import EventBinner
from .latency import LatencyEncoder, RankOrderEncoder
from .pixels import SpikePooler
from .population import PopulationEncoder
from .rate import BernoulliEncoder, PoissonEncoder, RegularRateEncoder
from .scaling import SampleScaler
from .taps import Taps, random_taps

__all__ = [
    "BernoulliEncoder",
    "CurrentEncoder",
    "EventBinner",
    "LatencyEncoder",
    "LogMelEncoder",
    "PoissonEncoder",
    "PopulationEncoder",
    "RankOrderEncoder",
    "RegularRateEncoder",
    "SampleScaler",
    "SendOnDeltaEncoder",
    "SpikePooler",
    "StepForwardEncoder",
    "Taps",
    "random_bias",
    "random_input_weights",
    "random_taps",
]
