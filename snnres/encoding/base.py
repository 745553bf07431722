"""What all encoders share: scikit-learn's conventions, and the two forms of input."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ..interrupts import interruptible
from ..validation import check_array, check_binary, check_finite, check_real, check_unmasked, refuse
from .fitting import all_or_nothing
from .series import Series, check_series

Float64Array = NDArray[np.float64]
Spikes = NDArray[np.uint8]


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Refuse what is not one of ``choices``."""
    if not isinstance(value, str) or value not in choices:
        raise refuse(name, f"one of {', '.join(map(repr, choices))}", value)


class Encoder(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):  # type: ignore[misc, call-arg]
    """Base of all encoders: names of the outputs, and ``set_output``."""

    def set_output(self, *, transform: Any = None) -> Self:
        """Do nothing: three-dimensional output fits no data frame. It is there so that a pipeline can be asked."""
        return self

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Return a name for each output channel.

        Parameters
        ----------
        input_features : array_like of str, optional
            Names of the inputs. By default those of the data frame seen in ``fit``, or "x0", "x1", ...

        Returns
        -------
        ndarray of str objects, shape (n_out,)
        """
        check_is_fitted(self)
        return np.array(self._names(self._input_names(input_features)), dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _check_parameters(self) -> None:
        raise NotImplementedError

    def _names(self, inputs: list[str]) -> list[str]:
        """Return a name for each output from those of the inputs."""
        return inputs

    def _input_names(self, input_features: Any) -> list[str]:
        """Return the names of the inputs, which must fit those of ``fit``."""
        seen = getattr(self, "feature_names_in_", None)
        if input_features is None:
            return [f"x{i}" for i in range(self.n_features_in_)] if seen is None else list(seen)
        names = [str(name) for name in input_features]
        if len(names) != self.n_features_in_:
            raise ValueError(
                f"input_features should have length equal to number of features ({self.n_features_in_}). "
                f"Got {len(names)} instead."
            )
        if seen is not None and names != list(seen):
            raise ValueError("input_features is not equal to feature_names_in_.")
        return names


class TableEncoder(Encoder):
    """Base of encoders of static vectors: (n_samples, n_features) -> (n_samples, n_steps, n_out)."""

    @all_or_nothing
    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Check the parameters and learn what the encoder learns.

        Parameters
        ----------
        X : array_like or data frame, shape (n_samples, n_features)
            Finite training data.
        y : ignored

        Returns
        -------
        self
        """
        self._check_parameters()
        interruptible(self._learn, self._check_table(X, reset=True))
        return self

    def transform(self, X: ArrayLike) -> Spikes:
        """Return the code of each sample.

        Parameters
        ----------
        X : array_like or data frame, shape (n_samples, n_features)
            Finite values.

        Returns
        -------
        ndarray of uint8, shape (n_samples, n_steps, n_out)
            0 and 1.
        """
        check_is_fitted(self)
        return interruptible(self._encode, self._check_table(X, reset=False))

    def inverse_transform(self, X: ArrayLike) -> Float64Array:
        """Return what the spikes tell of the values.

        Parameters
        ----------
        X : array_like, shape (n_samples, n_steps, n_out)
            0 and 1.

        Returns
        -------
        ndarray of float64, shape (n_samples, n_features)
            See the class for what comes back, and how exactly.
        """
        check_is_fitted(self)
        shape = (self._n_steps(), self._n_out())
        array = check_array("X", X, 3)
        if array.shape[1:] != shape:
            raise ValueError(f"X must be of shape (n_samples, {shape[0]}, {shape[1]}). Got {array.shape} instead.")
        return self._decode(check_binary("X", array.reshape(-1, shape[1])).reshape(array.shape))

    def _check_table(self, X: Any, *, reset: bool) -> Float64Array:
        check_unmasked("X", X)
        table: Float64Array = validate_data(self, X, reset=reset, dtype=np.float64)
        check_finite("X", table)
        return table

    def _learn(self, table: Float64Array) -> None:
        raise NotImplementedError

    def _encode(self, table: Float64Array) -> Spikes:
        raise NotImplementedError

    def _decode(self, spikes: Spikes) -> Float64Array:
        raise NotImplementedError

    def _n_steps(self) -> int:
        return int(self.n_steps)

    def _n_out(self) -> int:
        return int(self.n_features_in_)


class ScaledEncoder(TableEncoder):
    """Base of encoders of values between two bounds, which become 0 and 1."""

    value_range: str | tuple[float, float]
    out_of_range: str

    def _check_parameters(self) -> None:
        check_choice("out_of_range", self.out_of_range, ("clip", "error"))
        if isinstance(self.value_range, str):
            check_choice("value_range", self.value_range, ("minmax",))
            return
        if not isinstance(self.value_range, (tuple, list)) or len(self.value_range) != 2:
            raise refuse("value_range", "'minmax' or a pair (low, high)", self.value_range, TypeError)
        low = check_real("value_range[0]", self.value_range[0])
        check_real("value_range[1]", self.value_range[1], above=low)

    def _learn(self, table: Float64Array) -> None:
        if isinstance(self.value_range, str):
            self.low_, self.high_ = table.min(axis=0), table.max(axis=0)
        else:
            self.low_, self.high_ = (np.full(table.shape[1], float(bound)) for bound in self.value_range)
        if self.out_of_range == "error":
            self._scaled(table)

    def _scaled(self, table: Float64Array) -> Float64Array:
        """Return values in [0, 1]; a feature that was constant in training is 0."""
        outside = (table < self.low_) | (table > self.high_)
        if outside.any() and self.out_of_range == "error":
            sample, feature = np.argwhere(outside)[0]
            raise ValueError(
                f"X must lie in the range of feature {feature}, [{self.low_[feature]:g}, {self.high_[feature]:g}] "
                f"(or set out_of_range='clip'). Got {table[sample, feature]:g} in sample {sample} instead."
            )
        span = self.high_ - self.low_
        inside = np.clip(table, self.low_, self.high_) - self.low_
        scaled: Float64Array = np.divide(inside, span, out=np.zeros_like(inside), where=span > 0)
        return scaled

    def _unscaled(self, scaled: Float64Array) -> Float64Array:
        """Return the values of which ``scaled`` is the position between the bounds."""
        values: Float64Array = self.low_ + scaled * (self.high_ - self.low_)
        return values


class SeriesEncoder(Encoder):
    """Base of encoders of time series: (n_samples, n_steps, n_channels) or a list of (n_steps_k, n_channels)."""

    @all_or_nothing
    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the parameters and learn what the encoder learns.

        Parameters
        ----------
        X : array_like (n_samples, n_steps, n_channels) or list of (n_steps_k, n_channels)
            Finite training data.
        y : ignored

        Returns
        -------
        self
        """
        self._check_parameters()
        series = interruptible(check_series, "X", X)
        self.n_features_in_ = series.rows.shape[1]
        interruptible(self._learn, series)
        return self

    def transform(self, X: Any) -> Any:
        """Return the code of each sample.

        Parameters
        ----------
        X : array_like (n_samples, n_steps, n_channels) or list of (n_steps_k, n_channels)
            Finite values.

        Returns
        -------
        ndarray (n_samples, n_steps_out, n_out) or list of (n_steps_out_k, n_out)
            A list where ``X`` is one.
        """
        check_is_fitted(self)
        return interruptible(self._encode, interruptible(check_series, "X", X, self.n_features_in_))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        return tags

    def _learn(self, series: Series) -> None:
        raise NotImplementedError

    def _encode(self, series: Series) -> Any:
        raise NotImplementedError
