"""The reservoir as a scikit-learn transformer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ..encoding.fitting import all_or_nothing
from .base import BaseReservoir, Float64Array


@dataclass(eq=False, repr=False)
class ReservoirTransformer(TransformerMixin, BaseReservoir):  # type: ignore[misc]
    """Features of the spikes with which a random spiking reservoir answers each sample.

    Channels are standardised (and their step-to-step differences added), held long enough for spikes to tell of them,
    and sent as currents through sparse random input weights into a small-world network of leaky integrate-and-fire
    neurons, whose threshold is set on the training data so that it fires at a target rate. Every sample starts from
    potentials of zero. No labels are used.

    Parameters
    ----------
    num_neurons : int, default 1000
        Neurons, >= 3, all of them read out.
    small_world_graph_k, small_world_graph_p : int and float, default 32 and 0.2
        Neighbours on the ring (even) and rewiring probability.
    recurrent_scaling : float, default 0.5
        Recurrent weights are normal with mean 0 and standard deviation
        ``recurrent_scaling * threshold / sqrt(small_world_graph_k / 2)``. 0 leaves neurons without a network.
    input_fan_in : int, default 8
        Channels that reach a neuron on average, or all where there are fewer. Weights are uniform, scaled so that each
        neuron's have a sum of squares of 1.
    shared_scale : bool, optional
        Whether all channels are divided by one spread (the root of their mean variance) or each by its own. None:
        by one if no training value is negative and at least half are 0 or all are whole numbers, as in events and their
        counts: these are in one unit, and a pixel that hardly ever sees one would otherwise shout when it does. Still
        each by its own if a channel would be drowned: if, though it is active, none of its values differs from its mean
        by a quarter of the common spread (for whole numbers less than half of which are 0: by the common spread).
    bias_scaling : float, default 2.0
        Each neuron's constant current is uniform within plus and minus this, in standard deviations of a channel.
    leak_coefficient, refractory_period : float and int, default 0.1 and 2
        As in :class:`snnres.SimulationParams`.
    target_rate : float, default 0.15
        Spikes per neuron and step on the training data, below ``1 / (refractory_period + 1)``.
    min_steps : int, default 200
        Each step of the data lasts ``ceil(min_steps / median length)`` steps of the network, so that short series too
        leave spikes to count.
    deltas : bool, default True
        Add the difference of each channel from its step before, in units of its own spread. Not for tables.
    n_fields : int, default 8
        Gaussian receptive fields over each feature of a table, see :class:`snnres.encoding.PopulationEncoder`.
    features : str or sequence of str, default ("binned_counts", "filtered_traces")
        Any of :data:`snnres.features.FEATURES`.
    n_bins : int, default 10
        Time bins, or points of "filtered_traces". They divide each sample's own length.
    trace_tau : float, default 40.0
        Time constant of "filtered_traces", in steps of the network.
    max_isi : int, default 1
        Longest interval within a burst, for "burst_counts".
    scales : tuple of int, default (1, 2, 4, 8)
        Numbers of time bins of "multiscale_counts".
    final_taus : tuple of float, default (5.0, 30.0)
        Time constants of "final_traces", in steps of the network.
    random_state : int, numpy.random.RandomState or None, default None
        Decides all weights.
    n_jobs : int or None, default -1
        Threads; -1 for one a core, None for 1. Results do not depend on it.
    verbose : bool, default False
        Show on standard error how many samples have been simulated.

    Attributes
    ----------
    network_ : snnres.SNN
        The reservoir.
    scaling_, delta_scaling_ : Standardiser, the latter None where no differences are used
        ``mean`` and ``scale`` of the channels and of their differences, (n_channels,) each.
    hold_ : int
        Steps of the network for each step of the data.
    input_form_ : {"table", "series"}
        What ``fit`` was given.
    n_features_in_ : int
        Channels, or features of a table.

    Notes
    -----
    ``X`` is (n_samples, n_steps, n_channels), a list of (n_steps_k, n_channels), or a table (n_samples, n_features)
    whose features are spread over receptive fields and held constant. The shape alone says which. Channels come last:
    of data with channels first pass ``X.transpose(0, 2, 1)``; ``fit`` warns where there are five times as many channels
    as steps, unless most values are 0.

    Data that does not fit in memory: fit on a first part, then transform part by part and train a readout that learns
    in parts, such as ``sklearn.linear_model.SGDClassifier.partial_fit``.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.estimators import ReservoirTransformer
    >>> X = np.random.default_rng(0).normal(size=(5, 30, 2))
    >>> ReservoirTransformer(num_neurons=50, random_state=0).fit_transform(X).shape
    (5, 1000)
    """

    # The one that may be given without its name.
    num_neurons: int = BaseReservoir.num_neurons

    @all_or_nothing
    def fit(self, X: Any, y: Any = None) -> Self:
        """Draw the reservoir and set its scale and threshold on the data.

        Parameters
        ----------
        X : array_like (n_samples, n_steps, n_channels), list of (n_steps_k, n_channels), or table
            Finite training samples.
        y : ignored

        Returns
        -------
        self
        """
        self._check_parameters()
        series = self._check_samples(X, reset=True)
        self._fit_reservoir(series, None)
        self._remember_parameters()
        return self

    def transform(self, X: Any) -> Float64Array:
        """Return the features of each sample.

        Parameters
        ----------
        X : as in fit
            Finite samples of the same form.

        Returns
        -------
        ndarray of float64, shape (n_samples, n_features_out)
            Named by :meth:`get_feature_names_out`.
        """
        check_is_fitted(self)
        return self._matrix(self._check_samples(X, reset=False), self.pathways_).values

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of the columns: feature, neuron and, where there are several, value."""
        check_is_fitted(self)
        return np.array(self._feature_names(), dtype=object)
