"""Groups of neurons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...validation import check_real, check_type, freeze, refuse
from .base import Graph, Indices, Indptr, check_sizes
from .sampling import arcs_to_rows, chosen


@dataclass(frozen=True)
class Blocks(Graph):
    """Groups of neurons, the stochastic block model: each ordered pair with a probability that its groups decide.

    The first ``sizes[0]`` neurons are the first group, and so on; so input reaches the first groups alone if there are
    fewer input neurons than these have. No neuron leads to itself.

    Parameters
    ----------
    sizes : tuple of int
        Neurons of each group, >= 1.
    probabilities : tuple of tuples of float, (n_groups, n_groups)
        ``probabilities[a][b]`` in [0, 1] is that of an arc from a neuron of group a to one of group b.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, the rule and the value.

    Notes
    -----
    P. W. Holland, K. B. Laskey and S. Leinhardt, Social Networks 5 (1983) 109-137. Drawn as G(n, p) is, in time that
    is in proportion to the arcs.

    Examples
    --------
    >>> import numpy as np
    >>> Blocks((2, 1), ((0.0, 1.0), (0.0, 0.0))).draw(3, np.random.default_rng(0))[1].tolist()
    [2, 2]
    """

    sizes: tuple[int, ...]
    probabilities: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        freeze(self, "sizes", check_sizes, 1)
        freeze(self, "probabilities", check_probabilities, len(self.sizes))

    def check_size(self, n_neurons: int) -> None:
        """Refuse another number than the sum of the sizes."""
        if sum(self.sizes) != n_neurons:
            raise ValueError(
                f"sizes of Blocks must add up to the number of neurons ({n_neurons}). Got {sum(self.sizes)} instead."
            )

    def draw(
        self, n_neurons: int, rng: np.random.Generator, signs: NDArray[np.int8] | None = None
    ) -> tuple[Indptr, Indices]:
        """Return the graph, its pairs of groups drawn in the order of ``probabilities``."""
        check_type("rng", rng, np.random.Generator)
        self.check_size(n_neurons)
        starts = np.concatenate([[0], np.cumsum(self.sizes)])
        sources, targets = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int32)]
        for a, row in enumerate(self.probabilities):
            for b, prob in enumerate(row):
                width = self.sizes[b] - (a == b)
                for pairs in chosen(self.sizes[a] * width, prob, rng):
                    source, target = np.divmod(pairs, width)
                    if a == b:
                        target += target >= source
                    sources.append((starts[a] + source).astype(np.int32))
                    targets.append((starts[b] + target).astype(np.int32))
        return arcs_to_rows(np.concatenate(sources), np.concatenate(targets), n_neurons)


def check_probabilities(name: str, value: Any, n_groups: int) -> tuple[tuple[float, ...], ...]:
    """Return a square table of probabilities as tuples."""
    table = value.tolist() if isinstance(value, np.ndarray) else value
    rule = f"a table of {n_groups} rows of {n_groups} probabilities, one for each pair of sizes"
    if not isinstance(table, (tuple, list)) or len(table) != n_groups:
        raise refuse(name, rule, value)
    for row in table:
        if not isinstance(row, (tuple, list)) or len(row) != n_groups:
            raise refuse(name, rule, value)
    return tuple(
        tuple(check_real(f"{name}[{a}][{b}]", prob, low=0, high=1) for b, prob in enumerate(row))
        for a, row in enumerate(table)
    )
