"""The spikes of a run through nothing but its synapses, in C: the least that any simulator could take.

Compiled by the system's ``cc``, where there is one.
"""

import ctypes
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import scipy.sparse as sp

SOURCE = Path(__file__).with_suffix(".c")
NO_COMPILER = "no cc on this machine: without the rows in C"


def library():
    """Return the compiled functions, None without a compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roofline.so"
        flags = ["-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC"]
        subprocess.run([compiler, *flags, str(SOURCE), "-o", str(path)], check=True)
        return ctypes.CDLL(str(path))


class Rows:
    """The synapses of a network and the spikes of its last run, as plain arrays; targets as wide as they need be."""

    def __init__(self, functions, snn):
        self.functions = functions
        matrix = snn.synaptic_weights
        self.width = 16 if snn.num_neurons <= 2**16 else 32
        self.indptr = matrix.indptr.astype(np.int64)
        self.targets = matrix.indices.astype(f"uint{self.width}")
        self.weights = matrix.data.copy()
        self.spikes = snn.recording.neurons.astype(np.int32)
        self.steps = snn.recording.offsets.astype(np.int64)
        self.shape = matrix.shape
        self.events = int(np.diff(self.indptr)[self.spikes].sum())

    def measurements(self):
        return {"stream": self.stream, "add": self.add}

    def stream(self):
        return self._seconds("stream", self.indptr, self.targets, self.weights, self.spikes, self.spikes.size)

    def add(self):
        potentials = np.zeros(self.shape[0], dtype=np.float32)
        return self._seconds("add", self.indptr, self.targets, self.weights, self.spikes, self.spikes.size, potentials)

    def learn(self):
        """As with STDP: the synapses from and onto every neuron that fires are changed."""
        n = self.shape[0]
        numbers = np.arange(self.weights.size, dtype=np.uint32)
        by_target = sp.csr_matrix((numbers, self.targets.astype(np.int32), self.indptr), shape=self.shape).tocsc()
        in_indptr, sources = by_target.indptr.astype(np.int64), by_target.indices.astype(self.targets.dtype)
        traces = np.random.default_rng(0).random((2, n)).astype(np.float32)
        constants = [ctypes.c_float(value) for value in (1e-3, 1e-3, 1.0)]
        return self._seconds(
            "learn",
            *(self.indptr, self.targets, self.weights.copy(), in_indptr, sources, by_target.data),
            *(self.spikes, self.steps, self.steps.size - 1, *traces, *constants, np.zeros(n, dtype=np.float32)),
        )

    def _seconds(self, name, *arguments):
        def passed(value):
            if isinstance(value, np.ndarray):
                return ctypes.c_void_p(value.ctypes.data)
            return ctypes.c_int64(value) if isinstance(value, int) else value

        function = getattr(self.functions, f"{name}{self.width}")
        start = time.perf_counter()
        function(*map(passed, arguments))
        return {"seconds": time.perf_counter() - start, "events": self.events}
