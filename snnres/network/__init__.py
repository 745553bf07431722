"""The reservoir: builds, simulates, resets."""

from .snn import SNN

__all__ = ["SNN"]
