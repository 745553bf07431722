"""What all reservoir estimators share: parameters, the forms of input, and the way from samples to features."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from ..encoding.base import check_choice
from ..encoding.series import FORMS, Series, check_series
from ..features import FeatureExtractor, FeatureOptions, check_feature_names
from ..measures import Driven, driven
from ..network import SNN
from ..progress import reporter
from ..validation import INT32_MAX, check_bool, check_int, check_real, check_unmasked, refuse
from .pathways import (
    AUTO,
    BOTH,
    DELAYED,
    FEW_CHANNELS,
    FINAL_TAU,
    MEMORY,
    PLAIN,
    QUICK,
    Pathway,
    default_taps,
    memory_hold,
    quick_defaults,
    quick_hold,
    tapped_reservoir,
)
from .readout import MAX_BYTES
from .reservoir import (
    ReservoirSettings,
    calibrated,
    calibration_numbers,
    drawn_seed,
    has_input_weights,
    measured_ratio,
    random_reservoir,
    reservoir_settings,
)
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
from .storage import StorageMixin, check_columns, check_ratio, check_standardiser

Float64Array = NDArray[np.float64]
Float32Array = NDArray[np.float32]

# From so many times as many channels as steps on, they may be meant the other way round.
MANY_CHANNELS = 5
# By what part of the quick pathway's error that with memory, which takes longer, has to be better to be kept. With many
# classes the hinge loss says little closer than that: on JapaneseVowels it was 3 to 6 per cent less with memory, which
# told .95 of the held-out samples right against .99.
PREFERENCE = 0.1


# Bytes of features that are made, and handed on, at a time, and which part of all that may be in use.
BLOCK_BYTES, BLOCK_PART = 2**27, 8


class FeatureMatrix(NamedTuple):
    """Features of samples: ``values`` (n_samples, n_features), of spikes float32, and the columns of each block."""

    values: Float32Array | Float64Array
    columns: dict[str, slice]


class Layout(NamedTuple):
    """What writes the features of each pathway, the columns that it writes, and those of each named feature."""

    extractors: list[FeatureExtractor]
    stretches: list[slice]
    columns: dict[str, slice]

    @property
    def n_columns(self) -> int:
        """Columns in all."""
        return int(self.stretches[-1].stop)


class Plan(NamedTuple):
    """What there is to know of a pathway before its network is made."""

    name: str
    n_taps: int
    hold: int
    settings: ReservoirSettings
    features: tuple[str, ...]
    final_taus: tuple[float, ...]


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
    memory: str = AUTO
    taps: int | None = None
    max_delay: int = 10
    network: Any = None
    small_world_graph_k: int = 32
    small_world_graph_p: float = 0.2
    recurrent_scaling: float | None = None
    input_fan_in: int = 8
    shared_scale: bool | None = None
    bias_scaling: float | None = None
    leak_coefficient: float = 0.1
    refractory_period: int = 2
    target_rate: float | None = None
    hold: int | None = None
    min_steps: int = 200
    deltas: bool = True
    n_fields: int = 8
    features: Any = None
    n_bins: int = 10
    trace_tau: float = 40.0
    max_isi: int = 1
    scales: Any = (1, 2, 4, 8)
    final_taus: Any = None
    random_state: Any = None
    n_jobs: int | None = -1
    max_bytes: int = MAX_BYTES
    verbose: bool = False

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    @property
    def network_(self) -> SNN:
        """The reservoir; of both, that with memory."""
        return self.pathways_[-1].network

    @property
    def hold_(self) -> int:
        """Steps of the network for each step of the data; of both, with memory."""
        return self.pathways_[-1].hold

    def _check_parameters(self) -> None:
        """Refuse parameters out of their range, before any work."""
        check_choice("memory", self.memory, (AUTO, QUICK, MEMORY, BOTH))
        if self.taps is not None:
            check_int("taps", self.taps, 0, INT32_MAX)
        check_int("max_delay", self.max_delay, 0, INT32_MAX)
        for values in (PLAIN, DELAYED):
            reservoir_settings(self, values, self.max_delay)
        if self.hold is not None:
            check_int("hold", self.hold, 1, INT32_MAX)
        if self.shared_scale is not None:
            check_bool("shared_scale", self.shared_scale)
        check_int("min_steps", self.min_steps, 1, INT32_MAX)
        check_bool("deltas", self.deltas)
        check_int("n_fields", self.n_fields, 3, INT32_MAX)
        if self.features is not None:
            check_feature_names("features", self.features)
        check_int("max_bytes", self.max_bytes, 1)
        check_bool("verbose", self.verbose)
        self._options(FeatureOptions().final_taus if self.final_taus is None else self.final_taus)
        self._threads()

    def _check_loaded(self) -> None:
        """Refuse parts that do not belong together, in the end by asking for the features of a sample of zeros."""
        self._check_parameters()
        check_pathways(self)
        check_errors(self.memory_, self.errors_)
        check_ratio(self.current_ratio_)
        if self.input_form_ not in ("table", "series"):
            raise refuse("input_form_", "'table' or 'series'", self.input_form_)
        n_channels = check_int("n_features_in_", self.n_features_in_, 1)
        if self.input_form_ == "table":
            check_columns("fields_", {"low_": self.fields_.low_, "high_": self.fields_.high_}, n_channels)
            n_channels = self.fields_.activations(np.zeros((1, n_channels))).shape[1]
        check_standardiser("scaling_", self.scaling_, n_channels)
        if self.delta_scaling_ is not None:
            check_standardiser("delta_scaling_", self.delta_scaling_, n_channels)
        sample = Series(np.zeros((1, n_channels)), np.ones(1, dtype=np.int64), False)
        self._check_answer(self._matrix(sample, self.pathways_))

    def _check_answer(self, matrix: FeatureMatrix) -> None:
        """Refuse what does not go with the features of a sample."""

    def _options(self, final_taus: Any) -> FeatureOptions:
        return FeatureOptions(
            check_int("n_bins", self.n_bins, 1, INT32_MAX),
            check_real("trace_tau", self.trace_tau, above=0),
            check_int("max_isi", self.max_isi, 1, INT32_MAX),
            self.scales,
            final_taus,
        )

    def _threads(self) -> int:
        """Return ``n_jobs`` as the network wants it: None is 1, as everywhere in scikit-learn."""
        if self.n_jobs is None:
            return 1
        if check_int("n_jobs", self.n_jobs, -1, INT32_MAX) == 0:
            raise refuse("n_jobs", "None, -1 or an integer >= 1", self.n_jobs)
        return int(self.n_jobs)

    def _fit_reservoir(
        self, series: Series, error: Callable[[str, list[Pathway]], float] | None, room: Callable[[int], None]
    ) -> None:
        """Learn scaling, weights and threshold from checked samples.

        Of several ways to features one is kept whose ``error`` is small: a later one where it is clearly so. ``room``
        refuses, before the work, a number of columns for which there is none.
        """
        offers = self._offers(series, choosing=error is not None)
        plans = {name: [self._plan(series, part) for part in parts] for name, parts in offers.items()}
        for planned in plans.values():
            room(sum(self._n_columns(plan) for plan in planned))
        self._learn_scaling(series)
        self._check_drive(series)
        sample = series.part(calibration_numbers(len(series.lengths)))
        seed = drawn_seed(self.random_state)
        self.errors_: dict[str, float] = {}
        least = np.inf
        for name, planned in plans.items():
            pathways = list(map(partial(self._pathway, sample, series, seed), planned))
            found = error(name, pathways) if error is not None and len(offers) > 1 else 0.0
            if len(offers) > 1:
                self.errors_[name] = found
            if found < least * (1 - PREFERENCE):
                least = found
                self.memory_, self.pathways_ = name, pathways
        drive = self._drive(sample, deltas=self.pathways_[-1].deltas)
        self.current_ratio_ = measured_ratio(self.network_, drive, self.hold_, self._threads())

    def _learn_scaling(self, series: Series) -> None:
        if self.shared_scale:
            warn_of_drowned(series.rows)
        shared = share_a_scale(series.rows) if self.shared_scale is None else self.shared_scale
        self.scaling_ = learn_scaling(series.rows, shared=shared)
        # One step has no differences.
        deltas = self.deltas and series.lengths.max() > 1
        self.delta_scaling_ = learn_delta_scaling(series, self.scaling_, shared=shared) if deltas else None

    def _offers(self, series: Series, *, choosing: bool) -> dict[str, tuple[str, ...]]:
        """Return the pathways of each way to features that there is to choose from."""
        if series.lengths.max() == 1:
            if self.memory in (MEMORY, BOTH):
                raise refuse("memory", "'auto' or 'quick' for samples of one step, which have no past", self.memory)
            return {QUICK: (QUICK,)}
        if self.memory == BOTH:
            return {BOTH: (QUICK, MEMORY)}
        if self.memory != AUTO:
            return {self.memory: (self.memory,)}
        return {QUICK: (QUICK,), MEMORY: (MEMORY,)} if choosing else {BOTH: (QUICK, MEMORY)}

    def _plan(self, series: Series, name: str) -> Plan:
        """Return what the parameters and the form of the samples make of a pathway."""
        n_channels, length = series.rows.shape[1], float(np.median(series.lengths))
        if name == MEMORY:
            n_taps, hold, max_delay, values = 0, memory_hold(length), self.max_delay, DELAYED
        else:
            table = self.input_form_ == "table"
            n_taps = default_taps(n_channels, table=table) if self.taps is None else int(self.taps)
            hold, max_delay = quick_hold(int(self.min_steps), length, n_taps), 0
            values = quick_defaults(n_channels, n_taps)
        hold = hold if self.hold is None else int(self.hold)
        return Plan(
            name,
            n_taps,
            hold,
            reservoir_settings(self, values, max_delay),
            check_feature_names("features", values["features"] if self.features is None else self.features),
            (FINAL_TAU * hold,) if self.final_taus is None else self._options(self.final_taus).final_taus,
        )

    def _n_columns(self, plan: Plan) -> int:
        """Return the number of columns that a pathway will have."""
        extractor = FeatureExtractor(plan.features, self._options(plan.final_taus))
        return extractor.n_columns(plan.settings.num_neurons)

    def _pathway(self, sample: Series, series: Series, seed: int, plan: Plan) -> Pathway:
        """Return a network for samples, its threshold set on some, with what it takes to drive and to read it."""
        n_channels, length = series.rows.shape[1], float(np.median(series.lengths))
        # Input weights that a network brings are for the channels.
        deltas = plan.name == QUICK and self.delta_scaling_ is not None and not has_input_weights(self.network)
        drive = self._drive(sample, deltas=deltas)
        if plan.n_taps:
            many = n_channels > FEW_CHANNELS
            network = tapped_reservoir(plan.settings, drive, length, plan.n_taps, seed, many=many)
        else:
            network = random_reservoir(plan.settings, drive[0].shape[0], plan.hold, seed)
        network = calibrated(network, drive, plan.hold, plan.settings, self._threads())
        return Pathway(plan.name, network, plan.hold, deltas, plan.features, plan.final_taus)

    def _drive(self, series: Series, *, deltas: bool, first: int = 0) -> list[NDArray[np.float32]]:
        """Return the currents of each sample, the first of which has the number ``first``."""
        return currents(series, self.scaling_, self.delta_scaling_ if deltas else None, first)

    def _check_drive(self, series: Series) -> None:
        """Refuse samples whose currents are not finite, before any are simulated."""
        for place in self._places(series, 0):
            self._drive(series.stretch(place.start, place.stop), deltas=True, first=place.start)

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

    def _matrix(self, series: Series, pathways: list[Pathway]) -> FeatureMatrix:
        """Return the reservoir's features of all samples at once."""
        layout = self._layout(pathways)
        values = np.empty((len(series.lengths), layout.n_columns), dtype=np.float32)
        self._write(series, pathways, values)
        return FeatureMatrix(values, layout.columns)

    def _write(self, series: Series, pathways: list[Pathway], out: Float32Array) -> None:
        """Write the features of all samples to ``out``, (n_samples, n_features)."""
        for _ in self._blocks(series, pathways, out):
            pass

    def _blocks(
        self, series: Series, pathways: list[Pathway], out: Float32Array | None = None
    ) -> Iterator[tuple[slice, FeatureMatrix]]:
        """Yield features, some samples after the other, in arrays of their own or in the rows of ``out``."""
        layout = self._layout(pathways)
        places = self._places(series, layout.n_columns)
        if len(places) > 1:
            self._check_drive(series)
        with reporter(bool(self.verbose), "simulate", len(series.lengths)) as report:
            for place in places:
                some = series.stretch(place.start, place.stop)
                rows = np.empty((len(some.lengths), layout.n_columns), np.float32) if out is None else out[place]
                for i, (pathway, extractor, stretch) in enumerate(
                    zip(pathways, layout.extractors, layout.stretches, strict=True)
                ):
                    drive = self._drive(some, deltas=pathway.deltas, first=place.start)

                    def show(done: int, total: int, i: int = i, before: int = place.start) -> None:
                        report(before + (i * total + done) // len(pathways))

                    pathway.write(drive, extractor, rows[:, stretch], self._threads(), show)
                yield place, FeatureMatrix(rows, layout.columns)

    def _block_bytes(self) -> int:
        return max(1, min(BLOCK_BYTES, self.max_bytes // BLOCK_PART))

    def _places(self, series: Series, n_columns: int) -> list[slice]:
        """Return which samples are brought to currents, and these to features, at a time."""
        n = len(series.lengths)
        # Channels and differences, in float64 and brought to scale, then in float32.
        drive = series.rows.shape[1] * len(series.rows) // n * 2 * (8 + 8 + 4)
        step = max(1, self._block_bytes() // (4 * n_columns + drive))
        return [slice(start, min(start + step, n)) for start in range(0, n, step)]

    def _layout(self, pathways: list[Pathway]) -> Layout:
        """Return what lays out the features of pathways, and how."""
        extractors = self._extractors(pathways)
        columns: dict[str, slice] = {}
        stretches, end = [], 0
        for pathway, extractor in zip(pathways, extractors, strict=True):
            start = end
            for name, part in extractor.columns(pathway.network.num_neurons).items():
                columns[label_of(pathway, pathways, name)] = slice(start + part.start, start + part.stop)
                end = start + part.stop
            stretches.append(slice(start, end))
        return Layout(extractors, stretches, columns)

    def _extractors(self, pathways: list[Pathway]) -> list[FeatureExtractor]:
        """Return what lays out the features of each pathway."""
        options = self._options(FeatureOptions().final_taus)
        return [pathway.extractor(options) for pathway in pathways]

    def _feature_names(self) -> list[str]:
        """Return the names of the columns of :meth:`_matrix`."""
        return [
            label_of(pathway, self.pathways_, name).replace(" ", "_")
            for pathway, extractor in zip(self.pathways_, self._extractors(self.pathways_), strict=True)
            for name in extractor.column_names(pathway.network.num_neurons)
        ]


def check_pathways(estimator: BaseReservoir) -> None:
    """Refuse fitted pathways that no ``fit`` leaves."""
    pathways = estimator.pathways_
    if not isinstance(pathways, list) or not pathways or any(not isinstance(entry, Pathway) for entry in pathways):
        raise refuse("pathways_", "a list of pathways", pathways)
    names = (QUICK, MEMORY) if estimator.memory_ == BOTH else (estimator.memory_,)
    if tuple(pathway.name for pathway in pathways) != names or not {*names} <= {QUICK, MEMORY}:
        raise refuse("pathways_", f"those of memory_={estimator.memory_!r}", [pathway.name for pathway in pathways])
    for pathway in pathways:
        if not isinstance(pathway.network, SNN):
            raise refuse("pathways_", "networks", pathway.network)
        if estimator.network is None and pathway.network.num_neurons != estimator.num_neurons:
            raise refuse("pathways_", f"networks of {estimator.num_neurons} neurons", pathway.network)
        check_int("hold_", pathway.hold, 1, INT32_MAX)
        check_bool("pathways_.deltas", pathway.deltas)
        if pathway.deltas and estimator.delta_scaling_ is None:
            raise refuse("pathways_.deltas", "False without delta_scaling_", pathway.deltas)
        features = check_feature_names("pathways_.features", pathway.features)
        given = estimator.features
        if given is not None and features != check_feature_names("features", given):
            raise refuse("pathways_.features", f"{given!r}, as the parameter says", features)


def check_errors(chosen: str, errors: Any) -> None:
    """Refuse errors of pathways among which none was chosen by them."""
    if not isinstance(errors, dict) or {*errors} not in (set(), {QUICK, MEMORY}):
        raise refuse("errors_", "of both pathways or of none", errors)
    for name, error in errors.items():
        check_real(f"errors_[{name!r}]", error, low=0)
    if errors and chosen != (MEMORY if errors[MEMORY] < errors[QUICK] * (1 - PREFERENCE) else QUICK):
        raise refuse("errors_", f"those by which memory_={chosen!r} was chosen", errors)


def label_of(pathway: Pathway, among: list[Pathway], name: str) -> str:
    """Return the name of something of a pathway, told apart from the others' where there are others."""
    return name if len(among) == 1 else f"{pathway.name} {name}"


@driven.register
def driven_reservoir(reservoir: BaseReservoir) -> Driven:
    """Return how a series drives a fitted estimator's network, its differences too brought to spread 1."""
    check_is_fitted(reservoir)
    if reservoir.input_form_ == "table":
        raise ValueError("reservoir must be fitted to series: a table has no steps to remember. Got a table instead.")

    pathway = reservoir.pathways_[-1]

    def channels(rows: Float64Array) -> Float64Array:
        if not pathway.deltas:
            return rows
        deltas = differences(rows, np.zeros(1, dtype=np.int64))
        return np.hstack([rows, learn_scaling(deltas, shared=True).apply(deltas)])

    return Driven(pathway.network, reservoir.n_features_in_, pathway.hold, channels=channels)
