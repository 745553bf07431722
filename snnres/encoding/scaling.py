"""Samples of unequal strength brought to one."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import SeriesEncoder
from .series import Series


class SampleScaler(SeriesEncoder):
    """Each sample in units of its own root mean square, so that how strong it is on the whole tells nothing.

    Takes and gives series, (n_samples, n_steps, n_channels) or a list of (n_steps_k, n_channels). For a sample x

        ``out = x / sqrt(mean(x**2))``

    the mean over all its steps and channels: what channels and steps are to each other stays as it was. A sample of
    zeros stays one. Nothing is subtracted, so the zeros of spikes and counts stay zeros.

    Attributes
    ----------
    n_features_in_ : int
        Channels.

    Notes
    -----
    Nothing is learnt, nothing is random, every sample is treated alone. There is no decoder, since the strength is
    lost; leave this encoder out where the strength itself (a rate, a loudness) is what is asked for.

    scikit-learn's ``Normalizer`` does it to the rows of a table; here a row is a step, and a step by itself would lose
    its strength beside the others.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.encoding import SampleScaler
    >>> weak = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> SampleScaler().fit_transform([weak, 10 * weak])[1].round(3).tolist()
    [[0.0, 1.414], [1.414, 0.0]]
    """

    def _check_parameters(self) -> None:
        """Do nothing: there are none."""

    def _learn(self, series: Series) -> None:
        """Do nothing: each sample has its own scale."""

    def _encode(self, series: Series) -> Any:
        # Divided by the largest first: the square of a very small value is 0.
        largest = np.maximum.reduceat(np.abs(series.rows).max(axis=1), series.starts)
        largest[largest == 0] = 1.0
        rows = series.rows / np.repeat(largest, series.lengths)[:, None]
        power = np.add.reduceat(np.mean(rows**2, axis=1), series.starts) / series.lengths
        power[power == 0] = 1.0
        return series.restored(rows / np.sqrt(np.repeat(power, series.lengths))[:, None])
