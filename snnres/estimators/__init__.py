"""scikit-learn estimators on a spiking reservoir."""

try:
    import sklearn  # noqa: F401
except ImportError:
    raise ImportError('the estimators need scikit-learn: pip install "snnres[learn]"') from None

from .base import FeatureMatrix
from .forecaster import ReservoirForecaster
from .ngrams import NGramClassifier
from .storage import load_estimator
from .supervised import ReservoirClassifier, ReservoirRegressor
from .transformer import ReservoirTransformer
from .voting import AllActivityClassifier, ProportionWeightedClassifier

__all__ = [
    "AllActivityClassifier",
    "FeatureMatrix",
    "NGramClassifier",
    "ProportionWeightedClassifier",
    "ReservoirClassifier",
    "ReservoirForecaster",
    "ReservoirRegressor",
    "ReservoirTransformer",
    "load_estimator",
]
