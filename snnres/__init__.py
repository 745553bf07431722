"""Spiking reservoirs: exact, seeded and fast, with an honest word on what they add."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .io import load_membrane_potentials, load_output_neurons, load_params, load_topology, save_params
from .network import SNN
from .params import SimulationParams
from .parts import STDPParams
from .recording import Recording, SpikeTrains

if TYPE_CHECKING:
    from . import datasets as datasets
    from . import encoding as encoding
    from . import estimators as estimators
    from . import evaluation as evaluation
    from . import plotting as plotting
    from .estimators import ReservoirClassifier as ReservoirClassifier
    from .estimators import ReservoirForecaster as ReservoirForecaster
    from .estimators import ReservoirRegressor as ReservoirRegressor
    from .estimators import ReservoirTransformer as ReservoirTransformer
    from .estimators import load_estimator as load_estimator
    from .evaluation import evaluate as evaluate

__version__ = "0.1.0"

# Without what needs an optional package, so that ``from snnres import *`` works wherever ``import snnres`` does.
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

# Modules that are imported when first asked for, and the names that are here beside them.
LAZY: dict[str, tuple[str, ...]] = {
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
    "plotting": (),
}

# Hidden from type checkers, for which any name would otherwise be an attribute.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import on first use what needs an optional package."""
        for module, names in LAZY.items():
            if name == module:
                return import_module(f".{module}", __name__)
            if name in names:
                return getattr(import_module(f".{module}", __name__), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names, those included that are not imported yet."""
    lazy = {*LAZY, *(name for names in LAZY.values() for name in names)}
    return sorted({*__all__, *lazy, *(name for name in globals() if name.startswith("__"))})
