"""Readers of data in the formats in which they are published, and generated tasks. Nothing is ever downloaded."""

from .association import AssociationTrials, delayed_association
from .audio import WavFolder, read_wav_folder, read_wavs
from .chaos import lorenz, mackey_glass
from .events import EVENT, read_nmnist, read_nmnist_events
from .series import read_laser, read_sunspots
from .tasks import delayed_xor, narma10, spike_templates
from .trajectories import read_trajectories
from .ts import read_ts

__all__ = [
    "EVENT",
    "AssociationTrials",
    "WavFolder",
    "delayed_association",
    "delayed_xor",
    "lorenz",
    "mackey_glass",
    "narma10",
    "read_laser",
    "read_nmnist",
    "read_nmnist_events",
    "read_sunspots",
    "read_trajectories",
    "read_ts",
    "read_wav_folder",
    "read_wavs",
    "spike_templates",
]
