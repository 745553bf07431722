"""Sounds to frames: the logarithm of their power in bands of hearing."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from ..validation import INT32_MAX, check_array, check_bool, check_finite, check_int, check_real, refuse
from .base import Encoder, Float64Array
from .fitting import all_or_nothing

# Added to every power before the logarithm: far below the noise of 16-bit recordings in [-1, 1).
FLOOR = 1e-6


class LogMelEncoder(Encoder):
    """Log-mel frames of sounds: how loud each band of frequencies is, step by step.

    Takes a list of signals (n_samples_k,) in [-1, 1), all of one rate. Gives a list of (n_frames_k, n_mels) float64.
    For each signal x, in this order:

    1. pre-emphasis: ``y[t] = x[t] - pre_emphasis * x[t - 1]``, which lifts the high frequencies of speech
    2. frames of ``window`` samples, one every ``hop`` samples, times a Hann window (periodic). A last frame that is
       not full is dropped; a signal shorter than one window is filled up with zeros
    3. ``|rfft(frame)|^2``, summed under each of ``n_mels`` triangles. Their corners are evenly spaced on the mel scale,
       ``2595 log10(1 + f / 700)``, from ``low`` to ``high``; each rises from the peak of the one before it, is 1 at its
       own, and falls to 0 at the peak of the next, linearly in Hz
    4. ``log(power + 1e-6)``
    5. level: minus the largest value of the signal, so that loudness tells nothing
    6. trim: frames at both ends whose loudest band is more than ``trim`` below that largest value are dropped
    7. scale: divided by the standard deviation of all values of the signal that are left

    Parameters
    ----------
    rate : float
        Samples a second.
    n_mels : int, default 24
        Bands.
    window, hop : int, default 256 and 80
        Samples of a frame, >= 2, and from one to the next: at 8 kHz 32 and 10 ms.
    low, high : float, default 80.0 and None
        Hz where the first triangle begins and the last one ends; None for ``rate / 2``, the most there can be.
    pre_emphasis : float, default 0.97
        In [0, 1]; 0 for none.
    level : bool, default True
        Step 5.
    trim : float or None, default 7.0
        Step 6, in units of the natural logarithm, > 0: 7 is 30 dB. None keeps all frames.
    scale : bool, default True
        Step 7.

    Attributes
    ----------
    filters_ : ndarray of float64, shape (n_mels, window // 2 + 1)
        The triangles at the frequencies of the spectrum.
    centres_ : ndarray of float64, shape (n_mels,)
        Their peaks in Hz.
    n_features_in_ : int
        1, as a sound is one channel.

    Notes
    -----
    Nothing is learnt from data and nothing is random; every signal is treated alone. There is no decoder, since phases
    are lost. A silent signal gives zeros, with ``level``.

    The mel scale is that of HTK (S. Young et al., The HTK Book, Cambridge University, 2006, section 5.4). librosa's
    ``melspectrogram`` by default takes Slaney's scale and gives each triangle the same area, pads both ends and takes
    no logarithm.

    Examples
    --------
    >>> import numpy as np
    >>> from snnres.encoding import LogMelEncoder
    >>> tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(2000) / 8000)
    >>> encoder = LogMelEncoder(8000).fit([tone])
    >>> frames = encoder.transform([tone])[0]
    >>> frames.shape, round(float(encoder.centres_[frames[0].argmax()]))
    ((22, 24), 1019)
    """

    def __init__(
        self,
        rate: float,
        *,
        n_mels: int = 24,
        window: int = 256,
        hop: int = 80,
        low: float = 80.0,
        high: float | None = None,
        pre_emphasis: float = 0.97,
        level: bool = True,
        trim: float | None = 7.0,
        scale: bool = True,
    ) -> None:
        self.rate = rate
        self.n_mels = n_mels
        self.window = window
        self.hop = hop
        self.low = low
        self.high = high
        self.pre_emphasis = pre_emphasis
        self.level = level
        self.trim = trim
        self.scale = scale

    @all_or_nothing
    def fit(self, X: Any, y: Any = None) -> Self:
        """Check the parameters and the signals, and build the filters.

        Parameters
        ----------
        X : list of array_like (n_samples_k,)
            Finite signals.
        y : ignored

        Returns
        -------
        self
        """
        self._check_parameters()
        check_signals(X)
        rate = float(self.rate)
        corners = mel_corners(float(self.low), rate / 2 if self.high is None else float(self.high), int(self.n_mels))
        self.centres_ = corners[1:-1]
        self.filters_ = triangles(corners, scipy.fft.rfftfreq(int(self.window), 1 / rate))
        empty = np.flatnonzero(~self.filters_.any(axis=1))
        if empty.size:
            raise ValueError(
                f"n_mels must leave each band a frequency of the spectrum, whose spacing is rate / window = "
                f"{rate / int(self.window):g} Hz. Got {self.n_mels} bands instead, of which {empty.size} have none."
            )
        self.n_features_in_ = 1
        return self

    def transform(self, X: Any) -> list[Float64Array]:
        """Return the frames of each signal.

        Parameters
        ----------
        X : list of array_like (n_samples_k,)
            Finite signals.

        Returns
        -------
        list of ndarray of float64, shape (n_frames_k, n_mels)
        """
        check_is_fitted(self)
        return [self._frames(signal) for signal in check_signals(X)]

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return a name for each band, "mel0", "mel1", ...

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str objects, shape (n_mels,)
        """
        check_is_fitted(self)
        return np.array([f"mel{band}" for band in range(self.n_mels)], dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags

    def _check_parameters(self) -> None:
        rate = check_real("rate", self.rate, above=0)
        check_int("n_mels", self.n_mels, 1, INT32_MAX)
        check_int("window", self.window, 2, INT32_MAX)
        check_int("hop", self.hop, 1, INT32_MAX)
        low = check_real("low", self.low, low=0, below=rate / 2)
        if self.high is not None:
            check_real("high", self.high, above=low, high=rate / 2)
        check_real("pre_emphasis", self.pre_emphasis, low=0, high=1)
        check_bool("level", self.level)
        if self.trim is not None:
            check_real("trim", self.trim, above=0)
        check_bool("scale", self.scale)

    def _frames(self, signal: Float64Array) -> Float64Array:
        """Return the frames of one signal."""
        levels = np.log(self._powers(signal) + FLOOR)
        loudest = levels.max()
        if self.trim is not None:
            heard = np.flatnonzero(levels.max(axis=1) >= loudest - float(self.trim))
            levels = levels[heard[0] : heard[-1] + 1]
        if self.level:
            levels = levels - loudest
        spread = levels.std()
        return levels / spread if self.scale and spread > 0 else levels

    def _powers(self, signal: Float64Array) -> Float64Array:
        """Return the power in each band, (n_frames, n_mels)."""
        lifted = signal.copy()
        lifted[1:] -= float(self.pre_emphasis) * signal[:-1]
        window = int(self.window)
        lifted = np.pad(lifted, (0, max(0, window - len(lifted))))
        frames = np.lib.stride_tricks.sliding_window_view(lifted, window)[:: int(self.hop)]
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
        spectrum = scipy.fft.rfft(frames * hann, axis=1)
        powers: Float64Array = (spectrum.real**2 + spectrum.imag**2) @ self.filters_.T
        return powers


def check_signals(X: Any) -> list[Float64Array]:
    """Return signals as float64, each finite and of at least one sample."""
    if not isinstance(X, (list, tuple)):
        raise refuse("X", "a list of signals, 1-D arrays", X, TypeError)
    if not X:
        raise refuse("X", "at least one signal", X)
    signals = []
    for i, value in enumerate(X):
        signal = check_array(f"X[{i}]", value, 1)
        if signal.size == 0:
            raise ValueError(f"X[{i}] must have at least one sample. Got none instead.")
        check_finite(f"X[{i}]", signal)
        signals.append(signal.astype(np.float64))
    return signals


def mel_corners(low: float, high: float, n_mels: int) -> Float64Array:
    """Return ``n_mels + 2`` frequencies in Hz, evenly spaced on the mel scale from ``low`` to ``high``."""
    first, last = (2595 * np.log10(1 + frequency / 700) for frequency in (low, high))
    corners: Float64Array = 700 * (10 ** (np.linspace(first, last, n_mels + 2) / 2595) - 1)
    return corners


def triangles(corners: Float64Array, frequencies: Float64Array) -> Float64Array:
    """Return the height at each frequency of the triangle over each three corners in a row, (n_mels, n_frequencies)."""
    left, peak, right = (part[:, None] for part in (corners[:-2], corners[1:-1], corners[2:]))
    rising, falling = (frequencies - left) / (peak - left), (right - frequencies) / (right - peak)
    heights: Float64Array = np.clip(np.minimum(rising, falling), 0.0, None)
    return heights
