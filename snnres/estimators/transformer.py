"""The reservoir as a scikit-learn transformer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ..encoding.fitting import all_or_nothing
from ..validation import check_rows_out
from .base import BaseReservoir, Float32Array


@dataclass(eq=False, repr=False)
class ReservoirTransformer(TransformerMixin, BaseReservoir):  # type: ignore[misc]
    """Features of the spikes with which random spiking reservoirs answer each sample.

    Channels are standardised, each step is held long enough for spikes to tell of it, and sent as currents through
    random input weights into leaky integrate-and-fire neurons, whose threshold is set on the data so that they fire at
    a target rate. Every sample starts from potentials of zero. There are two pathways from samples to features:

    - quick: input weights with taps, so that a neuron sees a stretch of a channel's past and answers to a shape in it;
      read by counts of spikes over the whole of a sample and parts of it.
    - memory: a small-world network whose synapses have delays of many steps of the data, so that it remembers what the
      input was; read by what its neurons did last.

    No labels are used. Without them there is nothing to choose a pathway by: "auto" gives both.

    Parameters
    ----------
    num_neurons : int, default 1000
        Neurons of each pathway, >= 3, all of them read out.
    memory : {"auto", "quick", "memory", "both"}, default "auto"
        The pathways to take. "auto": a classifier or regressor fits its default readout to each of the two and keeps
        the quick one unless with memory the error of predictions for samples left out in turn is smaller by a tenth (of
        more than 1,000 samples for as many of them, evenly spread, since memory takes the longest);
        the transformer takes both. Of samples of one step, which have no past, always the quick one, and only "auto"
        and "quick" are allowed.
    taps : int, optional
        Steps of the data, at even distances, from which a neuron of the quick pathway is driven, see
        :func:`snnres.encoding.random_taps`; 0 for input weights of the present step alone. There are no more than the
        median sample has steps. None: see Notes.
    max_delay : int, default 10
        With memory: longest delay of the synapses in steps of the data, 0 for none. Delays are uniform between one
        step of the network and this. Quick networks have none.
    network : SNN or square matrix, optional
        In place of the random networks. A matrix, sparse or dense, holds weights in units of the threshold, which is
        then set as for a random one. A network is taken as it is, its threshold, delays and, if it has any, input
        weights and biases too; these must be for the channels of the data and are then driven without differences. It
        must have been built without duration. ``num_neurons``, ``small_world_graph_k``, ``small_world_graph_p`` and
        ``recurrent_scaling`` have then no effect.
    small_world_graph_k, small_world_graph_p : int and float, default 32 and 0.2
        Neighbours on the ring (even) and rewiring probability.
    recurrent_scaling : float, optional
        Recurrent weights are normal with mean 0 and standard deviation
        ``recurrent_scaling * threshold / sqrt(small_world_graph_k / 2)``. 0 leaves neurons without a network. None: see
        Notes.
    input_fan_in : int, default 8
        Without taps: channels that reach a neuron on average, or all where there are fewer. Weights are uniform, scaled
        so that each neuron's have a sum of squares of 1.
    shared_scale : bool, optional
        Whether all channels are divided by one spread (the root of their mean variance) or each by its own. None:
        by one if no training value is negative and at least half are 0 or all are whole numbers, as in events and their
        counts: these are in one unit, and a pixel that hardly ever sees one would otherwise shout when it does. Still
        each by its own if a channel would be drowned: if, though it is active, none of its values differs from its mean
        by a quarter of the common spread (for whole numbers less than half of which are 0: by the common spread).
    bias_scaling : float, optional
        Without taps: each neuron's constant current is uniform within plus and minus this, in standard deviations of a
        channel. With taps it is such that the neuron's current is above 0 for a fraction of the training data that is
        uniform in [0, 1]. None: see Notes.
    leak_coefficient, refractory_period : float and int, default 0.1 and 2
        As in :class:`snnres.SimulationParams`.
    target_rate : float, optional
        Spikes per neuron and step on the training data, below ``1 / (refractory_period + 1)``. None: see Notes.
    hold : int, optional
        Steps of the network for each step of the data. None: see Notes.
    min_steps : int, default 200
        Quick: steps of the network that the median sample lasts, at least, unless ``hold`` is given, so that short
        series too leave spikes to count.
    deltas : bool, default True
        Quick: add the difference of each channel from its step before, in units of its own spread, to the channels. Not
        for samples of one step.
    n_fields : int, default 8
        Gaussian receptive fields over each feature of a table, see :class:`snnres.encoding.PopulationEncoder`.
    features : str or sequence of str, optional
        Any of :data:`snnres.features.FEATURES`. None: see Notes.
    n_bins : int, default 10
        Time bins of "binned_counts", or points of "filtered_traces". They divide each sample's own length.
    trace_tau : float, default 40.0
        Time constant of "filtered_traces", in steps of the network.
    max_isi : int, default 1
        Longest interval within a burst, for "burst_counts".
    scales : tuple of int, default (1, 2, 4, 8)
        Numbers of time bins of "multiscale_counts".
    final_taus : tuple of float, optional
        Time constants of "final_traces", in steps of the network. None: half a step of the data.
    random_state : int, numpy.random.RandomState or None, default None
        Decides all weights and delays.
    n_jobs : int or None, default -1
        Threads; -1 for one a core, None for 1. Results do not depend on it.
    max_bytes : int, default 4 GiB
        What the features in work and the default readout may take together. Samples are simulated, and their features
        handed on, part by part, so it suffices for any number of samples; an array of all features in float32, which
        ``transform`` returns without ``out`` and a readout of the user's wants (and then once more in float64), must
        fit in it. What does not is refused before the work. The samples themselves, and a few copies of them in float64
        while their scale is learnt, come on top.
    verbose : bool, default False
        Show on standard error how many samples have been simulated.

    Attributes
    ----------
    memory_ : {"quick", "memory", "both"}
        The pathways in use.
    errors_ : dict of str to float
        Where "auto" had to choose: of each pathway the error of the default readout on training samples left out in
        turn, the mean hinge loss (regressor: the mean squared error); of more than 1,000 samples that of 1,000. Empty
        otherwise.
    pathways_ : list of Pathway
        For each pathway in use, quick before memory: ``name``, ``network``, ``hold``, ``deltas`` (whether differences
        drive it), ``features`` and ``final_taus``.
    network_ : snnres.SNN
        The reservoir; of both, that with memory.
    hold_ : int
        Steps of the network for each step of the data; of both, with memory.
    current_ratio_ : float or None
        Ratio of recurrent to input current of ``network_`` on training data, see
        :func:`snnres.measures.current_ratio`. ``fit`` warns where there are synapses and it is below 0.05: the network
        is one in name only. None in files of version 1 and 2, which do not hold it.
    scaling_, delta_scaling_ : Standardiser, the latter None where no differences are used
        ``mean`` and ``scale`` of the channels and of their differences, (n_channels,) each.
    input_form_ : {"table", "series"}
        What ``fit`` was given.
    n_features_in_ : int
        Channels, or features of a table.

    Notes
    -----
    What None means depends on the pathway, L being the steps of the median sample:

    ===================== =============================== ============================= ======================
    parameter             quick                           quick, taps=0                 memory
    ===================== =============================== ============================= ======================
    ``taps``              6; 8 with more than 8 channels, (0)                           none
                          24 with more than 64; 0 for
                          tables
    ``recurrent_scaling`` 0                               0                             1
    ``bias_scaling``      (by quantiles)                  2                             1
    ``target_rate``       0.15                            0.15                          0.07
    ``hold``              ``max(3, min_steps / L)``       ``min_steps / L``             ``min(30, 3000 / L)``
    ``features``          "multiscale_counts"; with more  "binned_counts",              "final_traces"
                          than 8 channels also            "filtered_traces"
                          "filtered_traces"
    ===================== =============================== ============================= ======================

    Quotients are rounded up. At a rate of 0.15, near the most that the refractory period allows, the threshold and with
    it the recurrent weights are so small that synapses are not heard beside the input; they changed no score, and quick
    networks have none. Synapses need room between silence and that ceiling to act, so with memory the rate is half as
    high and the weights are larger. A hold of 30 makes delays fine and spikes many; longer series get less, as it
    decides what a fit costs. Short, noisy and sparse series do not let neurons with taps reach the default rate:
    ``fit`` warns below a tenth of it, and below nine tenths of a rate that was given.

    With up to 8 channels a neuron reads one that does not stand still, or its differences, at 0, d, 2 d, ... steps
    back, d being of all scales up to where the last tap lies 0.6 L back. With more, each tap reads one of its own; of
    every other neuron all taps are at the present step, of the rest they reach 0.2 L back. Each neuron's current gets a
    standard deviation of 1 on training data.

    ``memory="quick", taps=0, recurrent_scaling=0.5`` is the reservoir of former versions, with the same features.

    ``X`` is (n_samples, n_steps, n_channels), a list of (n_steps_k, n_channels), or a table (n_samples, n_features)
    whose features are spread over receptive fields and held constant. The shape alone says which. Channels come last:
    of data with channels first pass ``X.transpose(0, 2, 1)``; ``fit`` warns where there are five times as many channels
    as steps, unless most values are 0.

    Samples that do not fit in memory: :meth:`ReservoirClassifier.partial_fit` takes a part at a time. Features that do
    not: ``transform(X, out=...)`` writes them to a memory map, ``numpy.lib.format.open_memmap`` makes one.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.estimators import ReservoirTransformer
    >>> X = np.random.default_rng(0).normal(size=(5, 30, 2))
    >>> transformer = ReservoirTransformer(num_neurons=50, random_state=0).fit(X)
    >>> transformer.memory_, transformer.transform(X).shape
    ('both', (5, 800))
    >>> transformer.get_feature_names_out()[[0, -1]].tolist()
    ['quick_multiscale_counts_n0_bins1_t0', 'memory_final_traces_n49_tau15.0']
    """

    # The one that may be given without its name.
    num_neurons: int = BaseReservoir.num_neurons

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    @all_or_nothing
    def fit(self, X: Any, y: Any = None) -> Self:
        """Draw the reservoir and set its scale and threshold on the data.

        Parameters
        ----------
        X : array_like (n_samples, n_steps, n_channels), list of (n_steps_k, n_channels), or table
            Finite training samples.
        y : object, optional
            Ignored: it stands here for pipelines, which pass labels to all of their steps.

        Returns
        -------
        self
        """
        self._check_parameters()
        series = self._check_samples(X, reset=True)
        self._fit_reservoir(series, None, lambda _: None)
        self._remember_parameters()
        return self

    def transform(self, X: Any, out: Float32Array | None = None) -> Float32Array:
        """Return the features of each sample.

        Parameters
        ----------
        X : as in fit
            Finite samples of the same form.
        out : ndarray of float32, shape (n_samples, n_features_out), optional
            Where to write them, in place of a new array, which may take at most ``max_bytes``: also a memory map, so
            that there may be more of them than memory holds.

        Returns
        -------
        ndarray of float32, shape (n_samples, n_features_out)
            ``out``, if it is given. Named by :meth:`get_feature_names_out`.
        """
        check_is_fitted(self)
        series = self._check_samples(X, reset=False)
        shape = (len(series.lengths), self._layout(self.pathways_).n_columns)
        if out is not None:
            check_rows_out("out", out, shape)
        elif 4 * shape[0] * shape[1] > self.max_bytes:
            raise ValueError(
                f"max_bytes must be at least {4 * shape[0] * shape[1]} for {shape[1]} features of {shape[0]} samples. "
                f"Got {self.max_bytes} instead: raise it, transform a part of the samples at a time, or let out be a "
                "memory map."
            )
        features = np.empty(shape, dtype=np.float32) if out is None else out
        self._write(series, self.pathways_, features)
        return features

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of the columns: feature, neuron and, where there are several, value."""
        check_is_fitted(self)
        return np.array(self._feature_names(), dtype=object)
