"""Spiking reservoirs: exact, seeded and fast, with an honest word on what they add."""

from importlib import import_module

# As type checkers know it. Not from typing, whose import takes a command three quarters of the time to answer Ctrl-C.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from . import datasets as datasets
    from . import encoding as encoding
    from . import estimators as estimators
    from . import evaluation as evaluation
    from . import features as features
    from . import homeostasis as homeostasis
    from . import measures as measures
    from . import parts as parts
    from . import plotting as plotting
    from . import topology as topology
    from .estimators import ReservoirClassifier as ReservoirClassifier
    from .estimators import ReservoirForecaster as ReservoirForecaster
    from .estimators import ReservoirRegressor as ReservoirRegressor
    from .estimators import ReservoirTransformer as ReservoirTransformer
    from .estimators import load_estimator as load_estimator
    from .evaluation import evaluate as evaluate
    from .io import load_membrane_potentials, load_output_neurons, load_params, load_topology, save_params
    from .network import SNN
    from .params import SimulationParams
    from .parts import STDPParams
    from .recording import Recording, SpikeTrains, StateMonitor, StoredRecording

__version__ = "0.1.0"

# What needs no optional package.
__all__ = [
    "SNN",
    "Recording",
    "STDPParams",
    "SimulationParams",
    "SpikeTrains",
    "StateMonitor",
    "StoredRecording",
    "load_membrane_potentials",
    "load_output_neurons",
    "load_params",
    "load_topology",
    "save_params",
]

# Modules, and the names that are here beside them.
_HOMES: dict[str, tuple[str, ...]] = {
    "datasets": (),
    "encoding": (),
    "estimators": (
        "ReservoirClassifier",
        "ReservoirForecaster",
        "ReservoirRegressor",
        "ReservoirTransformer",
        "load_estimator",
    ),
    "evaluation": ("evaluate",),
    "features": (),
    "homeostasis": (),
    "io": ("load_membrane_potentials", "load_output_neurons", "load_params", "load_topology", "save_params"),
    "measures": (),
    "network": ("SNN",),
    "params": ("SimulationParams",),
    "parts": ("STDPParams",),
    "plotting": (),
    "recording": ("Recording", "SpikeTrains", "StateMonitor", "StoredRecording"),
    "topology": (),
}

# Hidden from type checkers, for which any name would otherwise be an attribute.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name on first use: optional packages may be missing, and a command answers Ctrl-C at once."""
        for module, names in _HOMES.items():
            if name == module:
                return import_module(f".{module}", __name__)
            if name in names:
                return getattr(import_module(f".{module}", __name__), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names, those included that are not imported yet."""
    public = {*_HOMES, *(name for names in _HOMES.values() for name in names)}
    return sorted({*public, *(name for name in globals() if name.startswith("__"))})
