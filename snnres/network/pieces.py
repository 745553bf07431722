"""What a checkpointed run in memory records: a file for the steps between two checkpoints, each written once."""

from typing import Any

import numpy as np

from .checkpoint import ArrayDict, Checkpoint
from .run import Run

NAME = "recording-{:06d}.npz"


class Pieces:
    """The recording of a run so far, in files beside the head of its checkpoint."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self.stops: list[int] = []
        self.found: list[ArrayDict] = []

    def write(self, run: Run) -> tuple[dict[str, Any], ArrayDict]:
        """Write what was recorded since the last time; return what the head must say of it, and hold."""
        start, stop = self.stops[-1] if self.stops else 0, run.done
        if stop > start:
            offsets = run.recorder.offsets[start : stop + 1]
            arrays: ArrayDict = {
                "counts": np.diff(offsets).astype(np.uint32),
                "neurons": run.recorder.neurons[offsets[0] : offsets[-1]],
            }
            if run.sampler is not None:
                every = int(run.sampler.monitor.every)
                arrays["samples"] = run.sampler.monitor.values[start // every : stop // every]
            self.checkpoint.write({}, arrays, NAME.format(len(self.stops)))
            self.stops.append(stop)
        return {"pieces": self.stops}, {}

    def read(self, header: dict[str, Any], _: ArrayDict, n_neurons: int, n_steps: int) -> None:
        """Read the pieces that a head names, refusing what a run cannot have recorded."""
        stops = header["pieces"]
        if header["steps"] != (stops[-1] if stops else 0):
            raise ValueError(f"{self.checkpoint.folder} holds a recording that does not end with its state.")
        pieces = [self.checkpoint.read(NAME.format(k))[1] for k in range(len(stops))]
        for piece, start, stop in zip(pieces, [0, *stops], stops, strict=False):
            counts, neurons = piece["counts"], piece["neurons"]
            fits = len(counts) == stop - start and counts.sum(dtype=np.int64) == len(neurons)
            if not fits or neurons.max(initial=0) >= n_neurons or stop > n_steps:
                raise ValueError(f"{self.checkpoint.folder} holds a recording that is not of this run.")
        self.stops, self.found = list(stops), pieces

    def hand_over(self, run: Run) -> None:
        """Let a run go on from what was read."""
        if not self.found:
            return
        run.go_on_from(*(np.concatenate([piece[name] for piece in self.found]) for name in ("counts", "neurons")))
        if run.sampler is not None:
            samples = np.concatenate([piece["samples"] for piece in self.found])
            run.sampler.monitor.values[: len(samples)] = samples
        self.found = []
