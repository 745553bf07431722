"""Population code: several neurons a feature, each tuned to another value."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from ..validation import INT32_MAX, check_int, check_real
from .base import Float64Array, ScaledEncoder, Spikes
from .latency import latency_intensity, latency_spikes


class PopulationEncoder(ScaledEncoder):
    """Gaussian receptive fields over each feature of static vectors; the better a field fits, the earlier its spike.

    Takes a table (n_samples, n_features), gives (n_samples, n_steps, n_features * n_fields), the fields of a feature
    side by side. With ``u = (x - low) / (high - low)``, field i = 1..m of m has

    ``centre c_i = (2 i - 3) / (2 (m - 2))``, ``width s = 1 / (beta (m - 2))``,
    ``activation a_i = exp(-(u - c_i)^2 / (2 s^2))``

    and spikes at step ``round((1 - a_i) * (n_steps - 1))`` if ``a_i >= silent_below``. The outer centres lie half a
    spacing outside the range.

    Parameters
    ----------
    n_steps : int, default 100
        Steps of the code, >= 2.
    n_fields : int, default 8
        Fields a feature, >= 3.
    beta : float, default 1.5
        Spacing of the centres over the width of a field, > 0.
    silent_below : float, default 0.1
        Activation below which a field stays silent, in [0, 1).
    value_range : "minmax" or (low, high), default "minmax"
        The values that become 0 and 1: each feature's smallest and largest training value (a constant feature is 0),
        or one given pair for all features. (0, 1) is no scaling.
    out_of_range : {"clip", "error"}, default "clip"
        What becomes of values beyond these bounds: the code of the nearest bound, or a ValueError.

    Attributes
    ----------
    low_, high_ : ndarray of float64, shape (n_features,)
        Bounds.
    centres_ : ndarray of float64, shape (n_fields,)
        Centres, as positions between the bounds.
    width_ : float
        Standard deviation of a field, in the same unit.

    Notes
    -----
    ``inverse_transform`` gives the mean of the centres, weighted by the activations that the first spikes stand for,
    and kept within the bounds. At the defaults it is right within a fortieth of the range. Where no field of a feature
    spikes (as with a ``beta`` so large that fields leave gaps) it is NaN.

    S. M. Bohte, J. N. Kok and H. La Poutre, Error-backpropagation in temporally encoded networks of spiking neurons,
    Neurocomputing 48 (2002) 17-37: centres, widths and latencies are theirs; fields of weak response are silent, with
    them those that would fire in the last tenth of the time. Norse's ``population_encode`` returns the activations and
    no spikes, as :meth:`activations` does.

    Examples
    --------
    >>> from snnres.encoding import PopulationEncoder
    >>> encoder = PopulationEncoder(n_steps=10, n_fields=4, value_range=(0, 1))
    >>> spikes = encoder.fit_transform([[0.25]])
    >>> spikes[0].argmax(axis=0).tolist(), spikes[0].sum(axis=0).tolist()
    ([6, 0, 6, 0], [1, 1, 1, 0])
    >>> encoder.inverse_transform(spikes).round(6).tolist()
    [[0.25]]
    """

    def __init__(
        self,
        n_steps: int = 100,
        *,
        n_fields: int = 8,
        beta: float = 1.5,
        silent_below: float = 0.1,
        value_range: str | tuple[float, float] = "minmax",
        out_of_range: str = "clip",
    ) -> None:
        self.n_steps = n_steps
        self.n_fields = n_fields
        self.beta = beta
        self.silent_below = silent_below
        self.value_range = value_range
        self.out_of_range = out_of_range

    def activations(self, X: ArrayLike) -> Float64Array:
        """Return the activations of the fields, without spikes.

        Parameters
        ----------
        X : array_like or data frame, shape (n_samples, n_features)
            Finite values.

        Returns
        -------
        ndarray of float64, shape (n_samples, n_features * n_fields)
            In [0, 1].
        """
        check_is_fitted(self)
        return self._activations(self._check_table(X, reset=False))

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_int("n_steps", self.n_steps, 2, INT32_MAX)
        check_int("n_fields", self.n_fields, 3, INT32_MAX)
        check_real("beta", self.beta, above=0)
        check_real("silent_below", self.silent_below, low=0, below=1)

    def _learn(self, table: Float64Array) -> None:
        super()._learn(table)
        spacing = 1.0 / (int(self.n_fields) - 2)
        self.centres_ = (np.arange(self.n_fields) - 0.5) * spacing
        self.width_ = spacing / self.beta

    def _activations(self, table: Float64Array) -> Float64Array:
        distance = self._scaled(table)[:, :, None] - self.centres_
        activations: Float64Array = np.exp(-0.5 * (distance / self.width_) ** 2)
        return activations.reshape(len(table), -1)

    def _encode(self, table: Float64Array) -> Spikes:
        activations = self._activations(table)
        return latency_spikes(activations, activations >= self.silent_below, self._n_steps())

    def _decode(self, spikes: Spikes) -> Float64Array:
        weights = latency_intensity(spikes).reshape(len(spikes), -1, int(self.n_fields))
        total = weights.sum(axis=2)
        missing = np.full(total.shape, np.nan)
        mean = np.divide((weights * self.centres_).sum(axis=2), total, out=missing, where=total > 0)
        return self._unscaled(np.clip(mean, 0.0, 1.0))

    def _names(self, inputs: list[str]) -> list[str]:
        return [f"{name}_field{field}" for name in inputs for field in range(self.n_fields)]

    def _n_out(self) -> int:
        return int(self.n_features_in_) * int(self.n_fields)
