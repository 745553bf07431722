"""Events of a camera to steps and channels."""

from __future__ import annotations

from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from ..validation import INT32_MAX, check_int, check_real, refuse
from .base import Encoder, check_choice
from .fitting import all_or_nothing
from .pixels import blocks_of, check_sensor

MODES = {"counts": np.int32, "spikes": np.uint8}
# Up to here a double counts every whole unit of time.
LATEST = 2.0**53


class EventBinner(Encoder):
    """Events (time, x, y, polarity) counted in bins of time and blocks of pixels.

    Takes a list of structured arrays, one a sample, with the fields ``t``, ``x``, ``y`` and, unless polarities are
    merged, ``polarity`` (0 off, 1 on), in any order of time. Gives (n_samples, n_bins, n_channels), or a list of
    (n_steps_k, n_channels) if only ``bin_width`` is given. Channels run over polarity (off, on), then block rows, then
    block columns: channel ``(polarity * n_rows + row) * n_columns + column``.

    Parameters
    ----------
    sensor_size : (int, int)
        Width and height in pixels, as (34, 34) for N-MNIST. Events elsewhere are refused.
    n_bins, bin_width : int and float, optional
        Number of bins, and their width in the unit of ``t`` (microseconds in N-MNIST). At least one must be given:

        - ``n_bins`` alone: each sample's own span, from its origin to its last event, in bins of equal width
        - ``bin_width`` alone: as many bins from the origin as it takes to hold the sample's last event
        - both: a window of ``n_bins * bin_width`` from the origin, the same for all samples
    origin : {"zero", "first"}, default "zero"
        Where each sample's time starts: at ``t = 0``, or at its first event.
    downsample : int, default 1
        Side of the square blocks of pixels that share a channel. Where it does not divide the sensor's size, the last
        block is narrower.
    polarity : {"separate", "merged"}, default "separate"
        Whether each polarity has channels of its own.
    output : {"counts", "spikes"}, default "spikes"
        Number of events (int32), or 1 where there is any (uint8).
    out_of_range : {"drop", "error"}, default "drop"
        What becomes of events after the window, if both ``n_bins`` and ``bin_width`` are given. Recordings differ in
        length, so "drop" cuts them; "error" refuses them. Events before the origin are always refused.

    Attributes
    ----------
    n_features_in_ : int
        Pixels times polarities.

    Notes
    -----
    Nothing is learnt and nothing is random; ``fit`` checks the parameters. A bin holds its left edge; with ``n_bins``
    alone the last event belongs to the last bin. There is no decoder, since times within a bin are lost.
    An empty sample is a silent one (of one step, if ``bin_width`` alone is given).

    tonic's ``ToFrame`` gives counts too, as (n_frames, polarity, height, width); it starts at the first event and by
    default leaves out a last window that is not full. Here the time between 0 and the first event counts unless
    ``origin="first"``, and the last bin is kept.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.encoding import EventBinner
    >>> fields = [("t", "i8"), ("x", "u1"), ("y", "u1"), ("polarity", "u1")]
    >>> sample = np.array([(0, 0, 0, 1), (15, 3, 3, 0), (19, 2, 2, 0)], dtype=fields)
    >>> binner = EventBinner((4, 4), n_bins=2, bin_width=10, downsample=2, output="counts")
    >>> binner.fit_transform([sample])[0].tolist()
    [[0, 0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 2, 0, 0, 0, 0]]
    """

    def __init__(
        self,
        sensor_size: tuple[int, int],
        *,
        n_bins: int | None = None,
        bin_width: float | None = None,
        origin: str = "zero",
        downsample: int = 1,
        polarity: str = "separate",
        output: str = "spikes",
        out_of_range: str = "drop",
    ) -> None:
        self.sensor_size = sensor_size
        self.n_bins = n_bins
        self.bin_width = bin_width
        self.origin = origin
        self.downsample = downsample
        self.polarity = polarity
        self.output = output
        self.out_of_range = out_of_range

    @all_or_nothing
    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the parameters and the samples.

        Parameters
        ----------
        X : list of structured arrays
            Events of each sample.
        y : ignored

        Returns
        -------
        self
        """
        self._check_parameters()
        for i, events in enumerate(self._check_samples(X)):
            self._check_events(f"X[{i}]", events)
        width, height = map(int, self.sensor_size)
        self.n_features_in_ = width * height * self._n_polarities()
        return self

    def transform(self, X: Any) -> Any:
        """Return counts or spikes.

        Parameters
        ----------
        X : list of structured arrays
            Events of each sample.

        Returns
        -------
        ndarray (n_samples, n_bins, n_channels), or list of (n_steps_k, n_channels) if only ``bin_width`` is given
            uint8 for spikes, int32 for counts.
        """
        check_is_fitted(self)
        binned = [self._binned(f"X[{i}]", events) for i, events in enumerate(self._check_samples(X))]
        return binned if self.n_bins is None else np.stack(binned)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return a name for each channel, as "on_y3_x4", row and column of the block.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str objects, shape (n_channels,)
        """
        check_is_fitted(self)
        prefixes = ("off_", "on_") if self.polarity == "separate" else ("",)
        blocks = blocks_of(self.sensor_size, self.downsample).names()
        return np.array([prefix + block for prefix in prefixes for block in blocks], dtype=object)

    def _check_parameters(self) -> None:
        check_sensor(self.sensor_size, self.downsample)
        if self.n_bins is None and self.bin_width is None:
            raise refuse("n_bins", "given where bin_width is not", None)
        if self.n_bins is not None:
            check_int("n_bins", self.n_bins, 1, INT32_MAX)
        if self.bin_width is not None:
            check_real("bin_width", self.bin_width, above=0)
        check_choice("origin", self.origin, ("zero", "first"))
        check_choice("polarity", self.polarity, ("separate", "merged"))
        check_choice("output", self.output, tuple(MODES))
        check_choice("out_of_range", self.out_of_range, ("drop", "error"))

    def _check_samples(self, X: Any) -> list[Any]:
        if not isinstance(X, (list, tuple)):
            raise refuse("X", "a list of structured arrays, one a sample", X, TypeError)
        if not X:
            raise refuse("X", "at least one sample", X)
        return list(X)

    def _check_events(self, name: str, events: Any) -> None:
        """Refuse what are not events of this sensor."""
        needed = ("t", "x", "y", "polarity") if self.polarity == "separate" else ("t", "x", "y")
        fields = events.dtype.names if isinstance(events, np.ndarray) else None
        if fields is None or events.ndim != 1 or not set(needed) <= set(fields):
            raise refuse(name, f"a 1-D structured array with the fields {', '.join(needed)}", events, TypeError)
        bounds = {"x": self.sensor_size[0], "y": self.sensor_size[1], "polarity": 2}
        for field in needed[1:]:
            values = events[field]
            if values.dtype.kind not in "biu":
                raise TypeError(f"{name}['{field}'] must hold integers. Got dtype {values.dtype} instead.")
            outside = (values < 0) | (values >= bounds[field])
            if outside.any():
                raise ValueError(
                    f"{name}['{field}'] must lie in [0, {bounds[field]}). Got {int(values[outside][0])} instead."
                )
        times = events["t"]
        if times.dtype.kind not in "iuf":
            raise TypeError(f"{name}['t'] must hold numbers. Got dtype {times.dtype} instead.")
        low = 0.0 if self.origin == "zero" else -LATEST
        right = (times >= low) & (times <= LATEST)
        if not right.all():
            raise ValueError(f"{name}['t'] must lie in [{low:g}, 2^53]. Got {times[~right][0]} instead.")

    def _binned(self, name: str, events: Any) -> NDArray[Any]:
        """Return the bins of one sample, (n_steps, n_channels)."""
        self._check_events(name, events)
        times = events["t"].astype(np.float64)
        if self.origin == "first" and len(times):
            times -= times.min()
        steps, n_steps = self._steps(name, times)
        kept = steps < n_steps
        if self.out_of_range == "error" and not kept.all():
            raise ValueError(
                f"{name}['t'] must lie within {self.n_bins} bins of {self.bin_width} from the origin (or set "
                f"out_of_range='drop'). Got an event {times[~kept][0]:g} from it instead."
            )
        blocks = blocks_of(self.sensor_size, self.downsample)
        n_channels = self._n_polarities() * blocks.size
        channel = blocks.of(events["x"], events["y"])
        if self.polarity == "separate":
            channel += events["polarity"].astype(np.int64) * blocks.size
        counts = np.bincount(steps[kept] * n_channels + channel[kept], minlength=n_steps * n_channels)
        counts = counts.reshape(n_steps, n_channels)
        return (counts if self.output == "counts" else counts > 0).astype(MODES[self.output])

    def _steps(self, name: str, times: NDArray[np.float64]) -> tuple[NDArray[np.int64], int]:
        """Return the bin of each event, ``n_steps`` for all beyond, and the number of bins."""
        last = times.max() if len(times) else 0.0
        if self.bin_width is None:
            n_steps = int(cast(int, self.n_bins))
            # Scaled before it is divided: whole times then fall exactly where they should.
            steps = times * n_steps // last if last > 0 else np.zeros(len(times))
            return np.minimum(steps, n_steps - 1).astype(np.int64), n_steps
        steps = times // self.bin_width
        if self.n_bins is None and last // self.bin_width >= INT32_MAX:
            raise ValueError(
                f"bin_width must cut {name} into fewer than 2^31 bins. Got {self.bin_width} for events up to {last:g} "
                "from the origin instead."
            )
        n_steps = int(last // self.bin_width) + 1 if self.n_bins is None else int(self.n_bins)
        return np.minimum(steps, n_steps).astype(np.int64), n_steps

    def _n_polarities(self) -> int:
        return 2 if self.polarity == "separate" else 1
