"""Readers of data in the formats in which they are published. Nothing is downloaded: every reader takes a path."""

from .audio import WavFolder, read_wav_folder
from .events import EVENT, read_nmnist, read_nmnist_events
from .series import read_laser, read_sunspots
from .trajectories import read_trajectories
from .ts import read_ts

__all__ = [
    "EVENT",
    "WavFolder",
    "read_laser",
    "read_nmnist",
    "read_nmnist_events",
    "read_sunspots",
    "read_trajectories",
    "read_ts",
    "read_wav_folder",
]
