"""What a ridge regression needs of its samples, collected part by part: the samples themselves, or sums over them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs

from ..interrupts import LOOK_UP, Helper

T = TypeVar("T")
Float64Array = NDArray[np.float64]

# Up to so many samples or features, whichever are fewer, an eigendecomposition tells the error of leaving out each
# sample in turn. Of 2,250 samples of 25,000 features that took 3.2 s on two cores, with the products, and by a held-out
# part 1.4; of 4,000 10.1 and 3.6.
MOST_EIGENVALUES = 3000
# Matrices of float64 that it needs, its own among them.
EIGENVECTORS = 4
# With more, a part is held out: this share of the samples, halved as often as they would be more than that many.
HELD_OUT = 1 / 8
MOST_HELD_OUT = 2048
# Samples that are added to the sums at a time: with fewer the processor waits for the sums.
FOLDED = 1024
# Bytes of samples that are brought to float64, scaled and centred at a time.
AT_A_TIME = 2**25
# Its multiples, less their whole part, fall evenly into [0, 1), and in step with no period of the samples.
GOLDEN = (np.sqrt(5) - 1) / 2


class Part(NamedTuple):
    """Some samples: their numbers in the order they came, features (n, n_features) and targets (n, n_targets)."""

    numbers: NDArray[np.int64]
    rows: NDArray[Any]
    targets: Float64Array

    def of(self, chosen: NDArray[np.bool_]) -> Part:
        """Return some of the samples, or the same if it is all."""
        return self if chosen.all() else Part(self.numbers[chosen], self.rows[chosen], self.targets[chosen])


def held_out(numbers: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
    """Return which samples are held out: of a smaller share some of those of a larger one."""
    return np.asarray(np.mod((numbers + 1) * GOLDEN, 1.0) < share)


def spread_over(n_samples: int, n_chosen: int) -> NDArray[np.int64]:
    """Return the numbers of some samples, evenly spread through all and in step with no period of theirs."""
    places = np.mod((np.arange(n_samples) + 1) * GOLDEN, 1.0)
    return np.sort(np.argsort(places, kind="stable")[:n_chosen])


def joined(parts: list[Part]) -> Part:
    """Return parts as one."""
    return parts[0] if len(parts) == 1 else Part(*map(np.concatenate, zip(*parts, strict=True)))


def slices(parts: Iterable[Part], most: int | None = None) -> Iterator[Part]:
    """Yield parts in slices of up to ``most`` samples, or of as many as are brought to float64 at a time."""
    for part in parts:
        step = max(1, AT_A_TIME // (8 * max(1, part.rows.shape[1]))) if most is None else most
        for start in range(0, len(part.rows), step):
            place = slice(start, start + step)
            yield Part(part.numbers[place], part.rows[place], part.targets[place])


def by_samples(n_samples: int, n_features: int) -> bool:
    """Whether the samples' own matrix of products is the smaller one."""
    return n_samples <= n_features


def bytes_of_samples(n_samples: int, n_features: int, itemsize: int) -> int:
    """Return what a solution from samples that are kept takes, with these."""
    smaller = min(n_samples, n_features)
    square = 8 * EIGENVECTORS if smaller <= MOST_EIGENVALUES else itemsize
    return n_samples * n_features * itemsize + square * smaller**2 + 2 * AT_A_TIME


def bytes_of_sums(n_features: int, itemsize: int) -> int:
    """Return what a solution from sums takes, with these and what is held out."""
    return (n_features + MOST_HELD_OUT + 3 * FOLDED) * n_features * itemsize


def kept_suffice(n_samples: int, n_features: int, itemsize: int, max_bytes: int) -> bool:
    """Whether samples should be kept: what is solved with them is small, and they leave room for it."""
    small = by_samples(n_samples, n_features) or n_features <= MOST_EIGENVALUES
    return small and bytes_of_samples(n_samples, n_features, itemsize) <= max_bytes


def check_budget(n_samples: int, n_features: int, itemsize: int, max_bytes: int) -> None:
    """Refuse samples of so many features that neither they nor sums over them leave room for a solution."""
    needed = bytes_of_sums(n_features, itemsize)
    if by_samples(n_samples, n_features):
        needed = min(needed, bytes_of_samples(n_samples, n_features, itemsize))
    if needed > max_bytes and not kept_suffice(n_samples, n_features, itemsize, max_bytes):
        raise ValueError(
            f"max_bytes must be at least {needed} to read out {n_samples} samples of {n_features} features. Got "
            f"{max_bytes} instead: raise it, or have fewer features by num_neurons, features, n_bins or scales."
        )


class Sums:
    """Samples as they come: kept while that suits the solution, and then summed, all but a part that is held out.

    Parameters
    ----------
    n_features, n_targets : int
    max_bytes : int
        What samples, sums and solution may take together, all of float32 or all of float64, as the samples are.
    expected : int, default 0
        Samples that will come in all, where that is known.

    Attributes
    ----------
    n : int
        Samples so far.
    kept : list of Part
        All of them, or with ``gram`` those held out.
    gram : ndarray or None
        Below its diagonal, the sum of ``x x'`` over the others, in Fortran's order, x being less by ``origin`` than it
        was, the mean of the first samples that came. The rest of it is room for solutions.
    n_summed, total, squares, cross, target_total : int and ndarrays of float64
        The number of these others, and sums over them of x, its squares, ``x y'`` and y, less by ``target_origin``.
    """

    def __init__(self, n_features: int, n_targets: int, max_bytes: int, expected: int = 0) -> None:
        self.n_features, self.n_targets, self.max_bytes, self.expected = n_features, n_targets, max_bytes, expected
        self.n = self.n_summed = 0
        self.share = HELD_OUT
        self.kept: list[Part] = []
        self.waiting: list[Part] = []
        self.gram: NDArray[Any] | None = None
        self.worker: Helper | None = None
        self.done: threading.Event | None = None
        self.total, self.squares = np.zeros(n_features), np.zeros(n_features)
        self.cross, self.target_total = np.zeros((n_features, n_targets)), np.zeros(n_targets)

    def add(self, rows: NDArray[Any], targets: Float64Array) -> None:
        """Add samples: features (n, n_features), not to be changed any more, and targets (n, n_targets).

        An interrupt is heard at once, but these samples are added all the same.
        """
        self.run(partial(self._add, rows, targets))

    def run(self, work: Callable[[], T], *, stoppable: bool = False) -> T:
        """Return what work on the sums returns, once what an interrupt may have left at work has ended.

        It goes on beside the main thread, which hears an interrupt meanwhile; that ends the work only if it may be
        stopped between any two of its steps.
        """
        if threading.current_thread() is not threading.main_thread():
            return work()
        self._wait()
        outcomes: list[tuple[bool, Any]] = []
        done = threading.Event()

        def noted() -> None:
            try:
                outcomes.append((True, work()))
            except BaseException as error:
                outcomes.append((False, error))
            finally:
                done.set()

        self.worker, self.done = Helper(noted), done
        self.worker.start()
        try:
            self._wait()
        except BaseException:
            if stoppable and self.worker is not None:
                self.worker.stop()
            raise
        returned, outcome = outcomes.pop()
        if not returned:
            raise outcome
        result: T = outcome
        return result

    def _wait(self) -> None:
        """Wait for work to end. Not by ``join``: Python 3.11 takes a thread for ended where that is interrupted."""
        while self.worker is not None and self.done is not None and not self.worker.ended:
            # Set once the work is over, but not if it was stopped at the wrong moment.
            if self.done.wait(LOOK_UP):
                break
        self.worker = self.done = None

    def _add(self, rows: NDArray[Any], targets: Float64Array) -> None:
        if rows.dtype != np.float32:
            rows = np.asarray(rows, dtype=np.float64)
        if self.n == 0:
            self.origin, self.target_origin = rows.mean(axis=0, dtype=np.float64), targets.mean(axis=0)
        part = Part(np.arange(self.n, self.n + len(rows)), rows, targets)
        self.n += len(rows)
        if self.gram is None and self._may_keep(rows.itemsize):
            self.kept.append(part)
            return
        if self.gram is None:
            self.gram = np.zeros((self.n_features,) * 2, dtype=rows.dtype, order="F")
            before, self.kept = self.kept, []
            while before:
                self._divide(before.pop(0))
        self._divide(part)

    def variances(self) -> Float64Array:
        """Return the variance of each feature (ddof 0)."""
        total, squares = self.total.copy(), self.squares.copy()
        for part in slices([*self.kept, *self.waiting]):
            rows = part.rows - self.origin
            total += rows.sum(axis=0)
            squares += np.einsum("ij,ij->j", rows, rows)
        return np.asarray(np.maximum(squares / self.n - (total / self.n) ** 2, 0.0))

    def settle(self) -> None:
        """Sum what waits for more."""
        waiting, self.waiting = self.waiting, []
        if waiting:
            self._sum(joined(waiting))

    def _may_keep(self, itemsize: int) -> bool:
        n, p = max(self.n, self.expected), self.n_features
        by_sums = bytes_of_sums(p, itemsize)
        if self.n > self.expected and by_sums <= self.max_bytes < n * p * itemsize + by_sums:
            # If more came there would be no room for both, as there must be for a while.
            return False
        return kept_suffice(n, p, itemsize, self.max_bytes)

    def _divide(self, part: Part) -> None:
        """Hold some samples out and let the others wait to be summed."""
        self._hold_out(part)
        while sum(len(held.rows) for held in self.kept) > MOST_HELD_OUT:
            self.share /= 2
            before, self.kept = joined(self.kept), []
            self._hold_out(before)
        if sum(len(some.rows) for some in self.waiting) >= FOLDED:
            self.settle()

    def _hold_out(self, part: Part) -> None:
        out = held_out(part.numbers, self.share)
        self.kept.append(part.of(out))
        self.waiting.append(part.of(~out))

    def _sum(self, part: Part) -> None:
        assert self.gram is not None
        syrk = get_blas_funcs("syrk", (self.gram,))
        for some in slices([part], FOLDED):
            rows = some.rows - self.origin.astype(some.rows.dtype)
            targets = some.targets - self.target_origin
            syrk(1.0, rows.T, beta=1.0, c=self.gram, lower=1, overwrite_c=1)
            self.total += rows.sum(axis=0, dtype=np.float64)
            self.squares += np.einsum("ij,ij->j", rows, rows, dtype=np.float64)
            self.cross += rows.T @ targets.astype(rows.dtype)
            self.target_total += targets.sum(axis=0)
            self.n_summed += len(rows)
