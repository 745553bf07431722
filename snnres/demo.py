"""A first result: handwritten digits as spikes, through a reservoir, read out beside what needs none."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from . import features, plotting
from .io import PathLike
from .network import SNN
from .params import SimulationParams
from .plotting.style import ACCENT, TITLE_SIZE
from .progress import Progress, reporter
from .seeding import SEED_MAX
from .validation import check_int

__all__ = [
    "CHANCE",
    "COUNTS",
    "N_SCANS",
    "PIXELS",
    "RESERVOIR",
    "UNCONNECTED",
    "DemoResult",
    "Scans",
    "build_reservoir",
    "compare",
    "count_spikes",
    "draw",
    "load_scans",
    "rate_code",
    "run",
    "without_recurrence",
]

N_SCANS = 1797
SIDE = 8
N_STEPS = 100
MAX_RATE = 0.3
TEST_FRACTION = 0.25
# Inverse strengths of regularisation that the readout chooses from, on a part of the training scans.
STRENGTHS = (0.01, 0.1, 1.0)
RESERVOIR, UNCONNECTED = "reservoir", "unconnected neurons"
PIXELS, COUNTS, CHANCE = "raw pixels", "input spike counts", "chance (most frequent class)"
# Scans on which the strength of the unconnected neurons' inputs is set, its bounds, and halvings of its logarithm.
CALIBRATION_SCANS = 200
STRENGTH_BOUNDS = (1 / 32, 32.0)
HALVINGS = 12


class Scans(NamedTuple):
    """Digits: ``pixels`` (n_scans, 64) in [0, 1], ``labels`` (n_scans,), indices of the training and test scans."""

    pixels: NDArray[np.float64]
    labels: NDArray[np.int64]
    train: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass
class DemoResult:
    """What the demo found: ``correct`` holds for each method which test scans it got right."""

    n_train: int
    correct: dict[str, NDArray[np.bool_]]
    n_neurons: int
    n_synapses: int
    n_spikes: int
    seconds: dict[str, float] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)

    @property
    def accuracy(self) -> dict[str, float]:
        """Fraction of the test scans that each method got right."""
        return {name: float(np.mean(right)) for name, right in self.correct.items()}

    def verdict(self) -> str:
        """Say whether the reservoir helped, and what of it, by paired tests against the best baseline."""
        from .evaluation import judge_correct

        return str(judge_correct(self.correct, RESERVOIR))

    def table(self) -> str:
        """Return the result as text."""
        n_test = len(self.correct[RESERVOIR])
        rows = [(name, f"{score:.3f}") for name, score in self.accuracy.items()]
        numbers = [("neurons", self.n_neurons), ("synapses", self.n_synapses), ("spikes", self.n_spikes)]
        lines = [
            f"Handwritten digits: {self.n_train} scans to train, {n_test} to test",
            "",
            "test accuracy",
            *(f"  {name:<30}{value:>14}" for name, value in rows),
            "network",
            *(f"  {name:<30}{value:>14,}" for name, value in numbers),
            "seconds",
            *(f"  {name:<30}{value:>14.2f}" for name, value in self.seconds.items()),
            "",
            self.verdict(),
        ]
        return "\n".join(lines)


def require_extras() -> None:
    """Refuse at once, and not after the work, where an optional package is missing.

    Raises
    ------
    ImportError
        Naming what to install.
    """
    try:
        # All of them here: an interrupt that meets a library's import can be lost, and the demo would run on.
        from sklearn import datasets, dummy, linear_model, metrics, model_selection, pipeline, preprocessing  # noqa: F401

        from . import evaluation  # noqa: F401

        plotting.new_figure()
    except ImportError:
        raise ImportError('the demo needs scikit-learn and matplotlib: pip install "snnres[learn,plot]"') from None


def load_scans(n_samples: int = N_SCANS, seed: int = 0) -> Scans:
    """Return scikit-learn's bundled digits, split with all classes in proportion.

    Parameters
    ----------
    n_samples : int, default 1797
        Scans to use, 100 to 1797.
    seed : int, default 0
        Decides the choice and the split, 0 to 2**32 - 1.

    Notes
    -----
    E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository (1998);
    scikit-learn bundles its test part.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    check_int("n_samples", n_samples, 100, N_SCANS)
    check_int("seed", seed, 0, SEED_MAX)
    pixels, labels = load_digits(return_X_y=True)
    chosen = np.arange(N_SCANS)
    if n_samples < N_SCANS:
        chosen, _ = train_test_split(chosen, train_size=n_samples, stratify=labels, random_state=seed)
    pixels, labels = pixels[chosen] / 16.0, labels[chosen]
    train, test = train_test_split(np.arange(n_samples), test_size=TEST_FRACTION, stratify=labels, random_state=seed)
    return Scans(pixels, labels, train, test)


def rate_code(
    values: NDArray[np.float64], seed: int = 0, *, n_steps: int = N_STEPS, max_rate: float = MAX_RATE
) -> NDArray[np.uint8]:
    """Return (n_samples, n_channels, n_steps) 0/1: channel c fires evenly, ``max_rate * value`` times a step.

    The channels start at phases drawn once, the same for every sample: a spike at step t where
    ``floor(phase + max_rate * value * (t + 1))`` grows.

    Parameters
    ----------
    values : ndarray of float, shape (n_samples, n_channels)
        In [0, 1].
    seed : int, default 0
        Decides the phases.
    n_steps : int, default 100
        Steps.
    max_rate : float, default 0.3
        Spikes a step of the value 1, at most 1.
    """
    phases = np.random.default_rng(seed).random(values.shape[1])
    spikes = np.empty((*values.shape, n_steps), dtype=np.uint8)
    before = np.floor(phases)
    for t in range(n_steps):
        level = np.floor(phases + max_rate * values * (t + 1))
        spikes[:, :, t] = level - before
        before = level
    return spikes


def build_reservoir(n_neurons: int = 1500, n_inputs: int = 64, seed: int = 0) -> SNN:
    """Return a small-world reservoir of excitatory and inhibitory synapses, all that get no input being outputs.

    The constants are the rounded best of random searches, judged by cross-validation on the training scans of seed 0.
    With another seed some of those scans are tested on, which favours the reservoir if anything.

    Parameters
    ----------
    n_neurons : int, default 1500
        At least 100.
    n_inputs : int, default 64
        The first neurons, which are driven.
    seed : int, default 0
        Decides graph and weights.
    """
    check_int("n_neurons", n_neurons, 100)
    return SNN(
        SimulationParams(
            num_neurons=n_neurons,
            output_neurons=np.arange(n_inputs, n_neurons),
            small_world_graph_k=2 * (n_neurons // 15),
            small_world_graph_p=0.7,
            mean_weight=0.0045,
            # Wide enough that almost half of the synapses inhibit: activity follows the input and never runs away.
            weight_variance=20.0,
            membrane_threshold=1.0,
            leak_coefficient=0.01,
            refractory_period=2,
            membrane_potentials=np.zeros(n_neurons, dtype=np.float32),
            seed=seed,
        )
    )


def without_recurrence(snn: SNN, trials: NDArray[np.uint8]) -> SNN:
    """Return the same neurons, unconnected: only the synapses by which the input neurons drive the others are left.

    They are scaled by one number so that the outputs fire as often as in the whole network: what setting the threshold
    again would do, were it not the threshold of the input neurons too.

    Parameters
    ----------
    snn : SNN
        The reservoir; its outputs are all neurons that get no input.
    trials : ndarray of 0/1, shape (n_trials, n_inputs, n_steps)
        Of the training scans; the first 200 are simulated.
    """
    n_inputs, sample = trials.shape[1], trials[:CALIBRATION_SCANS]
    driven = (np.arange(snn.num_neurons) < n_inputs).astype(np.float32)
    weights = sp.csr_matrix(sp.diags(driven) @ snn.get_topology() @ sp.diags(1 - driven))
    weights.eliminate_zeros()

    def scaled(strength: float) -> SNN:
        other = snn.copy()
        other.set_topology(weights * np.float32(strength))
        return other

    def n_spikes(network: SNN) -> int:
        return int(count_spikes(network, sample)[:, network.output_neurons].sum())

    target = n_spikes(snn)
    low, high = STRENGTH_BOUNDS
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        if n_spikes(scaled(middle)) < target:
            low = middle
        else:
            high = middle
    return scaled(float(np.sqrt(low * high)))


def count_spikes(snn: SNN, trials: NDArray[np.uint8], progress: Progress = False) -> NDArray[np.int64]:
    """Return (n_trials, num_neurons): the spikes of every neuron, the network reset before each trial."""
    counts: NDArray[np.int64] = snn.simulate_batch(
        trials, returns=features.spike_counts, neurons=np.arange(snn.num_neurons), progress=progress
    )
    return counts


def predicted_on_test(values: NDArray[Any], scans: Scans, seed: int = 0) -> NDArray[np.int64]:
    """Train a logistic regression on the training scans; return what it takes the test scans for.

    Values are standardised by the training scans. The strength of regularisation is the one that does best on a
    quarter of the training scans, for every kind of values anew, so that none is favoured.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def fitted(strength: float, rows: NDArray[np.int64]) -> Any:
        readout = make_pipeline(StandardScaler(), LogisticRegression(C=strength, tol=1e-2, max_iter=2000))
        return readout.fit(values[rows], scans.labels[rows])

    fit, validate = train_test_split(
        scans.train, test_size=TEST_FRACTION, stratify=scans.labels[scans.train], random_state=seed
    )
    best = max(STRENGTHS, key=lambda strength: fitted(strength, fit).score(values[validate], scans.labels[validate]))
    predicted: NDArray[np.int64] = fitted(best, scans.train).predict(values[scans.test])
    return predicted


def compare(
    seen: Mapping[str, NDArray[Any]], scans: Scans, seed: int = 0, progress: Progress = False
) -> dict[str, NDArray[np.int64]]:
    """Return what the same classifier takes the test scans for by each method's values, and what chance does.

    Parameters
    ----------
    seen : mapping from method to ndarray, shape (n_scans, n_values)
        What the classifier sees of the scans.
    scans : Scans
        The scans.
    seed : int, default 0
        Decides the part of the training scans on which the strength of regularisation is chosen.
    progress : bool or callable, default False
        As in :meth:`SNN.simulate`.
    """
    from sklearn.dummy import DummyClassifier

    predicted = {}
    with reporter(progress, "train", len(seen)) as report:
        for done, (name, values) in enumerate(seen.items(), start=1):
            predicted[name] = predicted_on_test(values, scans, seed)
            report(done)
    return predicted | {CHANCE: DummyClassifier().fit(scans.train, scans.labels[scans.train]).predict(scans.test)}


def draw(
    snn: SNN, trials: NDArray[np.uint8], scans: Scans, predicted: NDArray[np.int64], output: PathLike
) -> list[Path]:
    """Write ``raster.png``, ``histograms.png`` and ``confusion.png`` into a folder.

    Parameters
    ----------
    snn : SNN
        The reservoir.
    trials : ndarray of 0/1, shape (n_scans, n_inputs, n_steps)
        All scans as spikes; the first test scan is shown.
    scans : Scans
        The scans.
    predicted : ndarray of int, shape (n_test_scans,)
        What the test scans were taken for.
    output : path
        The folder.

    Returns
    -------
    list of pathlib.Path
        The files.
    """
    from sklearn.metrics import confusion_matrix

    from .evaluation import figures

    folder, shown = Path(output), scans.test[0]
    (recording,) = snn.simulate_batch(trials[shown : shown + 1])
    activity = plotting.new_figure(2, 1, width=9, height=7)
    raster = plotting.raster(recording, activity.axes[0], title="Spikes for one scan")
    raster.axhspan(-0.5, trials.shape[1] - 0.5, color=ACCENT, alpha=0.15, linewidth=0)
    raster.text(1.01, trials.shape[1] / 2, "input neurons", transform=raster.get_yaxis_transform(), va="center")
    digit = raster.inset_axes((1.01, 0.55, 0.2, 0.45))
    digit.imshow(scans.pixels[shown].reshape(SIDE, SIDE), cmap="gray_r")
    digit.set_title(f"the scan, a {scans.labels[shown]}", fontsize=TITLE_SIZE)
    digit.set(xticks=[], yticks=[])
    plotting.population_rate(recording, activity.axes[1])
    histograms = plotting.new_figure(1, 2, width=10)
    plotting.weight_histogram(snn.synaptic_weights, histograms.axes[0])
    plotting.isi_histogram(recording, histograms.axes[1], title="Inter-spike intervals for one scan")
    truth = scans.labels[scans.test]
    digits = np.unique(np.concatenate([truth, predicted]))
    counts = confusion_matrix(truth, predicted, labels=digits)
    confusion = plotting.new_figure(width=6.5, height=5.5)
    figures.confusion_matrix(counts, digits.tolist(), confusion.axes[0], title="Digits read from the reservoir")
    return [
        plotting.save_figure(folder / "raster.png", activity),
        plotting.save_figure(folder / "histograms.png", histograms),
        plotting.save_figure(folder / "confusion.png", confusion),
    ]


@contextmanager
def timed(seconds: dict[str, float], phase: str) -> Iterator[None]:
    """Add the seconds that the block takes to ``seconds[phase]``."""
    start = time.perf_counter()
    yield
    seconds[phase] = time.perf_counter() - start


def run(
    output: PathLike = "demo",
    *,
    seed: int = 0,
    n_samples: int = N_SCANS,
    n_neurons: int = 1500,
    progress: Progress = False,
) -> DemoResult:
    """Run the whole demo and write its figures.

    Parameters
    ----------
    output : path, default "demo"
        Folder for the figures, made where it is missing.
    seed : int, default 0
        Decides everything that is drawn, 0 to 2**32 - 1.
    n_samples : int, default 1797
        Scans, 100 to 1797.
    n_neurons : int, default 1500
        Neurons, at least 100.
    progress : bool or callable, default False
        As in :meth:`SNN.simulate`.

    Raises
    ------
    ImportError
        Without scikit-learn or matplotlib: ``pip install "snnres[learn,plot]"``.
    OSError
        If the folder cannot be made or written to.
    """
    require_extras()
    Path(output).mkdir(parents=True, exist_ok=True)
    seconds: dict[str, float] = {}
    with timed(seconds, "load"):
        scans = load_scans(n_samples, seed)
    with timed(seconds, "encode"):
        trials = rate_code(scans.pixels, seed)
    with timed(seconds, "build"):
        snn = build_reservoir(n_neurons, trials.shape[1], seed)
    with timed(seconds, "simulate"):
        counts = count_spikes(snn, trials, progress)
        unconnected = count_spikes(without_recurrence(snn, trials[scans.train]), trials, progress)
    seen = {
        RESERVOIR: counts[:, snn.output_neurons],
        UNCONNECTED: unconnected[:, snn.output_neurons],
        PIXELS: scans.pixels,
        COUNTS: trials.sum(axis=2),
    }
    with timed(seconds, "train and test"):
        predicted = compare(seen, scans, seed, progress)
    with timed(seconds, "draw"):
        files = draw(snn, trials, scans, predicted[RESERVOIR], output)
    return DemoResult(
        n_train=len(scans.train),
        correct={name: values == scans.labels[scans.test] for name, values in predicted.items()},
        n_neurons=snn.num_neurons,
        n_synapses=snn.synaptic_weights.nnz,
        n_spikes=int(counts.sum()),
        seconds=seconds,
        files=files,
    )
