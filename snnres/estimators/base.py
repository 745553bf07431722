"""What all reservoir estimators share: parameters, the forms of input, and the way from samples to features."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from ..encoding.series import FORMS, Series, check_series
from ..features import FeatureOptions, check_feature_names, feature_blocks, value_names
from ..measures import Driven, driven
from ..validation import INT32_MAX, check_bool, check_int, check_real, check_unmasked, refuse
from .reservoir import ReservoirSettings, calibrated, random_reservoir, reservoir_settings
from .signal import (
    as_one_step,
    currents,
    differences,
    learn_delta_scaling,
    learn_scaling,
    share_a_scale,
    sparse,
    table_fields,
    warn_of_drowned,
)
from .storage import StorageMixin, check_columns, check_network, check_standardiser

Float64Array = NDArray[np.float64]

# From so many times as many channels as steps on, they may be meant the other way round.
MANY_CHANNELS = 5


class FeatureMatrix(NamedTuple):
    """Features of samples: ``values`` (n_samples, n_features) and the columns of each named feature."""

    values: Float64Array
    columns: dict[str, slice]


def is_table(X: Any) -> bool:
    """Whether the shape of ``X`` says table: two dimensions, not three and not a list of two-dimensional samples."""
    if isinstance(X, np.ndarray) and X.dtype == object and X.ndim == 1 and X.size and np.ndim(X[0]) > 0:
        raise TypeError(f"X must be {FORMS}, or a table. Got an array of objects instead: pass list(X).")
    if isinstance(X, (list, tuple)) and len(X) > 0:
        shapes = [sample_shape(i, sample) for i, sample in enumerate(X)]
        if len(shapes[0]) >= 2:
            return False
        if len(set(shapes)) > 1:
            other = next(shape for shape in shapes if shape != shapes[0])
            raise ValueError(
                f"X must be {FORMS}, or a table. Got samples of shapes {shapes[0]} and {other} instead: for series of "
                "one channel pass [x[:, None] for x in X]."
            )
        return True
    return not (hasattr(X, "ndim") and X.ndim == 3)


def sample_shape(i: int, sample: Any) -> tuple[int, ...]:
    """Return the shape of a sample of a list."""
    try:
        return np.shape(sample)
    except ValueError:
        raise refuse(f"X[{i}]", "an array (n_steps, n_channels), or a row of a table", sample) from None


def warn_of_channels_first(series: Series) -> None:
    """Warn where channels so outnumber steps that their axes may be the wrong way round.

    Sparse values, as the events of many pixels in few bins, are often so.
    """
    n_channels, n_steps = series.rows.shape[1], int(np.median(series.lengths))
    if n_channels >= MANY_CHANNELS * n_steps and not sparse(series.rows):
        turn = "[x.T for x in X]" if series.is_list else "X.transpose(0, 2, 1)"
        warnings.warn(
            f"X has {n_channels} channels of only {n_steps} steps: its axes are taken as "
            f"{'(n_steps, n_channels)' if series.is_list else '(n_samples, n_steps, n_channels)'}. If in yours the "
            f"channels come first, pass {turn}.",
            UserWarning,
            stacklevel=5,
        )


@dataclass(eq=False, repr=False, kw_only=True)
class BaseReservoir(StorageMixin, BaseEstimator):  # type: ignore[misc]
    """Parameters and the fitted reservoir; see :class:`ReservoirTransformer` for what they mean.

    As a dataclass it writes ``__init__`` for each class from the fields of its bases, so that every parameter stands
    once and scikit-learn still finds all of them in the signature.
    """

    num_neurons: int = 1000
    small_world_graph_k: int = 32
    small_world_graph_p: float = 0.2
    recurrent_scaling: float = 0.5
    input_fan_in: int = 8
    shared_scale: bool | None = None
    bias_scaling: float = 2.0
    leak_coefficient: float = 0.1
    refractory_period: int = 2
    target_rate: float = 0.15
    min_steps: int = 200
    deltas: bool = True
    n_fields: int = 8
    features: Any = ("binned_counts", "filtered_traces")
    n_bins: int = 10
    trace_tau: float = 40.0
    max_isi: int = 1
    scales: Any = (1, 2, 4, 8)
    final_taus: Any = (5.0, 30.0)
    random_state: Any = None
    n_jobs: int | None = -1
    verbose: bool = False

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    def _check_parameters(self) -> ReservoirSettings:
        """Refuse parameters out of their range, before any work; return those of the network."""
        settings = reservoir_settings(self)
        if self.shared_scale is not None:
            check_bool("shared_scale", self.shared_scale)
        check_int("min_steps", self.min_steps, 1, INT32_MAX)
        check_bool("deltas", self.deltas)
        check_int("n_fields", self.n_fields, 3, INT32_MAX)
        check_feature_names("features", self.features)
        check_bool("verbose", self.verbose)
        self._options()
        self._threads()
        return settings

    def _check_loaded(self) -> None:
        """Refuse parts that do not belong together, in the end by asking for the features of a sample of zeros."""
        self._check_parameters()
        check_network(self)
        if self.input_form_ not in ("table", "series"):
            raise refuse("input_form_", "'table' or 'series'", self.input_form_)
        n_channels = check_int("n_features_in_", self.n_features_in_, 1)
        if self.input_form_ == "table":
            check_columns("fields_", {"low_": self.fields_.low_, "high_": self.fields_.high_}, n_channels)
            n_channels = self.fields_.activations(np.zeros((1, n_channels))).shape[1]
        check_standardiser("scaling_", self.scaling_, n_channels)
        if self.delta_scaling_ is not None:
            check_standardiser("delta_scaling_", self.delta_scaling_, n_channels)
        check_int("hold_", self.hold_, 1)
        self._check_answer(self._matrix(Series(np.zeros((1, n_channels)), np.ones(1, dtype=np.int64), False)))

    def _check_answer(self, matrix: FeatureMatrix) -> None:
        """Refuse what does not go with the features of a sample."""

    def _options(self) -> FeatureOptions:
        return FeatureOptions(
            check_int("n_bins", self.n_bins, 1, INT32_MAX),
            check_real("trace_tau", self.trace_tau, above=0),
            check_int("max_isi", self.max_isi, 1, INT32_MAX),
            self.scales,
            self.final_taus,
        )

    def _threads(self) -> int:
        """Return ``n_jobs`` as the network wants it: None is 1, as everywhere in scikit-learn."""
        if self.n_jobs is None:
            return 1
        if check_int("n_jobs", self.n_jobs, -1, INT32_MAX) == 0:
            raise refuse("n_jobs", "None, -1 or an integer >= 1", self.n_jobs)
        return int(self.n_jobs)

    def _fit_reservoir(self, settings: ReservoirSettings, series: Series) -> None:
        """Learn scaling, weights and threshold from checked samples."""
        if self.shared_scale:
            warn_of_drowned(series.rows)
        shared = share_a_scale(series.rows) if self.shared_scale is None else self.shared_scale
        self.scaling_ = learn_scaling(series.rows, shared=shared)
        # A table's one step has no differences.
        deltas = self.deltas and self.input_form_ == "series"
        self.delta_scaling_ = learn_delta_scaling(series, self.scaling_, shared=shared) if deltas else None
        # So that the median sample lasts at least min_steps.
        self.hold_ = max(1, int(np.ceil(int(self.min_steps) / np.median(series.lengths))))
        drive = currents(series, self.scaling_, self.delta_scaling_)
        network = random_reservoir(settings, drive[0].shape[0])
        self.network_ = calibrated(network, drive, self.hold_, settings.target_rate, self._threads())

    def _check_samples(self, X: Any, *, reset: bool) -> Series:
        """Return the channels of samples of the fitted form (or, with ``reset``, of either)."""
        check_unmasked("X", X)
        table = is_table(X)
        if not reset and table != (self.input_form_ == "table"):
            raise ValueError(
                f"X must be a {self.input_form_} as in fit: a table is 2-D, series are 3-D or a list of 2-D arrays. "
                f"Got {'a table' if table else 'series'} instead."
            )
        if table:
            rows = validate_data(self, X, reset=reset, dtype=np.float64)
            if reset:
                self.input_form_: str = "table"
                self.fields_ = table_fields(int(self.n_fields)).fit(rows)
            return as_one_step(self.fields_.activations(rows))
        series = check_series("X", X, None if reset else self.n_features_in_)
        if reset:
            # Left from a table that was fitted before.
            for name in ("feature_names_in_", "fields_"):
                if hasattr(self, name):
                    delattr(self, name)
            warn_of_channels_first(series)
            self.input_form_ = "series"
            self.n_features_in_: int = series.rows.shape[1]
        return series

    def _matrix(self, series: Series) -> FeatureMatrix:
        """Return the reservoir's features of samples."""
        names, options = check_feature_names("features", self.features), self._options()
        blocks = self.network_.simulate_batch(
            currents=currents(series, self.scaling_, self.delta_scaling_),
            hold=self.hold_,
            returns=lambda trains: feature_blocks(trains, names, options),
            n_jobs=self._threads(),
            progress=bool(self.verbose),
        )
        flat = {name: block.reshape(len(series.lengths), -1) for name, block in blocks.items()}
        ends = np.cumsum([block.shape[1] for block in flat.values()])
        columns = {
            name: slice(int(end - block.shape[1]), int(end))
            for (name, block), end in zip(flat.items(), ends, strict=True)
        }
        return FeatureMatrix(np.hstack(list(flat.values())), columns)

    def _feature_names(self) -> list[str]:
        """Return the names of the columns of :meth:`_matrix`."""
        options = self._options()
        return [
            f"{feature}_n{neuron}_{value}" if value else f"{feature}_n{neuron}"
            for feature in check_feature_names("features", self.features)
            for neuron in range(self.num_neurons)
            for value in value_names(feature, options)
        ]


@driven.register
def driven_reservoir(reservoir: BaseReservoir) -> Driven:
    """Return how a series drives a fitted estimator's network, its differences too brought to spread 1."""
    check_is_fitted(reservoir)
    if reservoir.input_form_ == "table":
        raise ValueError("reservoir must be fitted to series: a table has no steps to remember. Got a table instead.")

    def channels(rows: Float64Array) -> Float64Array:
        if reservoir.delta_scaling_ is None:
            return rows
        deltas = differences(rows, np.zeros(1, dtype=np.int64))
        return np.hstack([rows, learn_scaling(deltas, shared=True).apply(deltas)])

    return Driven(reservoir.network_, reservoir.n_features_in_, reservoir.hold_, channels=channels)
