"""scikit-learn estimators on a spiking reservoir."""

try:
    import sklearn  # noqa: F401
except ImportError:
    raise ImportError('the estimators need scikit-learn: pip install "snnres[learn]"') from None

from .base import FeatureMatrix
from .forecaster import ReservoirForecaster
from .storage import load_estimator
from .supervised import ReservoirClassifier, ReservoirRegressor
from .transformer import ReservoirTransformer

__all__ = [
    "FeatureMatrix",
    "ReservoirClassifier",
    "ReservoirForecaster",
    "ReservoirRegressor",
    "ReservoirTransformer",
    "load_estimator",
]
