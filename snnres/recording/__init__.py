"""What a run returns: spikes as sorted events, of which dense views are made on request, and monitored variables."""

from .spikes import Recording, SpikeTrains
from .store import StoredRecording
from .variables import StateMonitor, StateVariables

__all__ = ["Recording", "SpikeTrains", "StateMonitor", "StateVariables", "StoredRecording"]
