"""Files of a network: its parts under the reference's names, and the whole of it."""

from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from .. import io
from ..kernels.structs import NetworkState
from ..params import STDPParams
from ..validation import INT32_MAX, check_finite, check_input, check_int, check_neurons, check_real, check_weights
from .base import NetworkBase, state_at
from .drive import InputWeights, check_currents
from .weights import as_weights

FORMAT = "snnres network"
VERSION = 1
STATE_ARRAYS = ("potential", "timer", "x_pre", "x_post", "trace")
WEIGHT_ARRAYS = ("data", "indices", "indptr")
DRIVE_ARRAYS = ("input_weights_data", "input_weights_indices", "input_weights_indptr", "bias")


class StorageMethods(NetworkBase):
    """Saving and loading of :class:`SNN`: writes are atomic, nothing is unpickled, a refused file changes nothing."""

    def save_topology(self, filename: io.PathLike = io.TOPOLOGY_PATH) -> None:
        """Write the weights in SciPy's ``.npz`` format."""
        io.save_topology(filename, self._weights)

    def load_topology(self, filename: io.PathLike = io.TOPOLOGY_PATH) -> None:
        """Replace the weights by those of a file, see :func:`snnres.load_topology`."""
        self._weights = as_weights("topology", io.load_topology(filename), self.num_neurons)

    def save_membrane_potentials(self, filename: io.PathLike = io.POTENTIALS_PATH) -> None:
        """Write the present potentials as ``.npy``."""
        io.save_array(filename, self._state.potential)

    def load_membrane_potentials(self, filename: io.PathLike = io.POTENTIALS_PATH) -> None:
        """Start a trial from the potentials of a file, as ``set_membrane_potentials`` does."""
        potentials = io.load_membrane_potentials(filename)
        if len(potentials) != self.num_neurons:
            raise ValueError(
                f"{filename} must hold a value for each of {self.num_neurons} neurons. Got {len(potentials)} instead."
            )
        self._state = state_at(potentials)

    def save_output_neurons(self, filename: io.PathLike = io.OUTPUTS_PATH) -> None:
        """Write the indices of the output neurons as ``.npy``."""
        io.save_array(filename, self._outputs)

    def load_output_neurons(self, filename: io.PathLike = io.OUTPUTS_PATH) -> None:
        """Read other neurons out: those of a file."""
        self._outputs = check_neurons(str(filename), io.load_output_neurons(filename), self.num_neurons)

    def save(self, path: io.PathLike) -> None:
        """Write the whole network to one ``.npz`` file, from which a run goes on bit for bit.

        The latest recording is not part of it. The file holds plain arrays and a text:

        - ``header``: JSON with ``format`` ("snnres network"), ``version`` (1), ``parameters``, ``stdp`` (or null) and
          ``random_state`` (that of NumPy's PCG64)
        - ``data``, ``indices``, ``indptr``: the weights, CSR
        - ``potential``, ``timer``, ``x_pre``, ``x_post``, ``trace``: the state, an entry a neuron
        - ``initial_potentials``, ``input`` (n_inputs, n_steps), ``outputs``
        - if there are input weights: ``input_weights_data``, ``..._indices``, ``..._indptr`` (CSR) and ``bias``; if
          there are currents: ``currents`` (n_channels, n_steps)

        Parameters
        ----------
        path : path
            Gets ``.npz`` added if it does not end so.
        """
        header, arrays = self.to_arrays()
        io.write_archive(path, {"format": FORMAT, "version": VERSION} | header, arrays, check=self.from_arrays)

    @classmethod
    def load(cls, path: io.PathLike) -> Self:
        """Return the network of a file that :meth:`save` wrote.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is damaged, of another or a newer format, or holds values that no network can have.
        """
        with (
            io.reading(path, f"a file of format {FORMAT!r}", ".npz") as source,
            io.read_archive(source, FORMAT, VERSION) as (header, arrays),
        ):
            return cls.from_arrays(header, arrays)

    def to_arrays(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Return what :meth:`save` writes, for files of another kind: its header, plain values, and its arrays.

        The arrays are the network's own, not copies. The header lacks ``format`` and ``version``.
        """
        header = {
            "parameters": {
                "membrane_threshold": self._threshold,
                "leak_coefficient": self._leak,
                "refractory_period": self._refractory,
                "current_amplitude": self._amplitude,
                "duration": self._duration,
                "input_hold": self._input_hold,
            },
            "stdp": None if self._stdp is None else dict(io.present(self._stdp)),
            "random_state": self._rng.bit_generator.state,
        }
        arrays: dict[str, Any] = {name: getattr(self._weights, name) for name in WEIGHT_ARRAYS}
        arrays |= self._state._asdict()
        arrays |= {"initial_potentials": self._initial_potentials, "input": self._input, "outputs": self._outputs}
        if self._input_weights is not None:
            weights = self._input_weights.weights
            drive = (weights.data, weights.indices, weights.indptr, self._input_weights.bias)
            arrays |= dict(zip(DRIVE_ARRAYS, drive, strict=True))
        if self._input_currents is not None:
            arrays["currents"] = self._input_currents
        return header, arrays

    @classmethod
    def from_arrays(cls, header: dict[str, Any], arrays: io.Arrays) -> Self:
        """Return the network that :meth:`to_arrays` described; it shares no array.

        Raises
        ------
        KeyError, TypeError, ValueError
            If something is missing, or holds values that no network can have.
        """
        network = cls.__new__(cls)
        network._restore(header, arrays)
        return network

    def _restore(self, header: dict[str, Any], arrays: io.Arrays) -> None:
        """Take over what a file holds, checked as a user's own values would be."""
        parameters = header["parameters"]
        self._threshold = check_real("membrane_threshold", parameters["membrane_threshold"], above=0)
        self._leak = check_real("leak_coefficient", parameters["leak_coefficient"], low=0, below=1)
        self._refractory = check_int("refractory_period", parameters["refractory_period"], 1, INT32_MAX - 1)
        self._amplitude = check_real("current_amplitude", parameters["current_amplitude"])
        duration = parameters["duration"]
        self._duration = None if duration is None else check_int("duration", duration, 1)
        self._input_hold = check_int("input_hold", parameters["input_hold"], 1)
        self._stdp = None if header["stdp"] is None else STDPParams(**header["stdp"])
        self._rng = np.random.Generator(np.random.PCG64())
        self._rng.bit_generator.state = header["random_state"]
        n_neurons = len(arrays["indptr"]) - 1
        data, indices, indptr = (arrays[name] for name in WEIGHT_ARRAYS)
        self._weights = check_weights("weights", stored_matrix(data, indices, indptr, n_neurons))
        self._input = check_input("input", arrays["input"], n_neurons)
        self._outputs = check_neurons("outputs", arrays["outputs"], n_neurons)
        self._initial_potentials = check_state_array("initial_potentials", arrays["initial_potentials"], n_neurons)
        self._state = NetworkState(*(check_state_array(name, arrays[name], n_neurons) for name in STATE_ARRAYS))
        self._recording = None
        self._input_weights = self._input_currents = None
        if DRIVE_ARRAYS[0] in arrays:
            data, indices, indptr, bias = (arrays[name] for name in DRIVE_ARRAYS)
            self._input_weights = InputWeights(stored_matrix(data, indices, indptr, n_neurons), bias, n_neurons)
        if "currents" in arrays:
            n_channels = self._require_input_weights().n_channels
            self._input_currents = check_currents("currents", arrays["currents"], n_channels)


def stored_matrix(data: NDArray[Any], indices: NDArray[Any], indptr: NDArray[Any], n_columns: int) -> sp.csr_matrix:
    """Return the CSR matrix of a file's arrays, refusing dtypes that SciPy would cast."""
    for name, array, kinds in (("data", data, "f"), ("indices", indices, "iu"), ("indptr", indptr, "iu")):
        if array.dtype.kind not in kinds or array.ndim != 1:
            raise ValueError(f"{name} must be a 1-D array of its type. Got {array.dtype}, {array.ndim}-D instead.")
    return sp.csr_matrix((data, indices, indptr), shape=(len(indptr) - 1, n_columns))


def check_state_array(name: str, array: NDArray[Any], n_neurons: int) -> NDArray[Any]:
    """Return a copy of an array of the state if it has a finite value a neuron, of its own dtype."""
    dtype = np.dtype(np.int32 if name == "timer" else np.float32)
    if array.dtype != dtype or array.shape != (n_neurons,):
        raise ValueError(
            f"{name} must be {dtype} of shape ({n_neurons},). Got {array.dtype} of shape {array.shape} instead."
        )
    check_finite(name, array)
    if name not in ("potential", "initial_potentials") and (array < 0).any():
        raise ValueError(f"{name} must not be negative. Got {array.min()} instead.")
    return array.copy()
