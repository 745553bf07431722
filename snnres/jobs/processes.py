"""Pieces of work in the processes of a joblib backend."""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .parcel import packed, perform


@dataclass(frozen=True)
class Processes:
    """So many workers of the joblib backend that is active."""

    count: int
    apart: ClassVar[bool] = True

    def in_order(self, work: Callable[[Any], Any], tasks: Iterable[Any]) -> Generator[Any, None, None]:
        """Yield the result of each task in order, some ahead. To be closed: then the workers are stopped."""
        from joblib import Parallel, delayed

        token, content = packed(work)
        # As an array it is mapped into the memory of all workers, if it is large.
        shared = np.frombuffer(content, dtype=np.uint8)
        given = (delayed(perform)(token, shared, pickle.dumps(task)) for task in tasks)
        results = Parallel(n_jobs=self.count, batch_size=1, return_as="generator")(given)
        try:
            yield from map(pickle.loads, results)
        except GeneratorExit:
            # Closed, it would warn of what is lost; of an interrupt it expects no better.
            with contextlib.suppress(KeyboardInterrupt):
                results.throw(KeyboardInterrupt)
            raise
