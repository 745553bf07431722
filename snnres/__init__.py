"""Spiking reservoirs: exact, seeded and fast, with an honest word on what they add."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .io import load_membrane_potentials, load_output_neurons, load_params, load_topology, save_params
    from .network import SNN
    from .params import SimulationParams, STDPParams
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

_HOMES = {
    "io": ("load_membrane_potentials", "load_output_neurons", "load_params", "load_topology", "save_params"),
    "network": ("SNN",),
    "params": ("STDPParams", "SimulationParams"),
    "recording": ("Recording", "SpikeTrains"),
}
_MODULES = (
    *_HOMES,
    *("datasets", "encoding", "estimators", "evaluation", "features", "homeostasis", "plotting", "topology"),
)


def __getattr__(name: str) -> object:
    """Import a public name where it is first used, so that a command can answer Ctrl-C from its start."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f".{home}", __name__), name)
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List what is public."""
    return sorted([*(name for name in globals() if name.startswith("__")), *__all__, *_MODULES])
