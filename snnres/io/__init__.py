"""Safe files: written whole or not at all, read without pickle, refused when damaged or foreign."""

from .archives import Arrays as Arrays
from .archives import Section as Section
from .archives import load_array as load_array
from .archives import read_archive as read_archive
from .archives import save_array as save_array
from .archives import write_archive as write_archive
from .descriptions import load_params, save_params
from .digests import digest as digest
from .interchange import OUTPUTS_PATH as OUTPUTS_PATH
from .interchange import POTENTIALS_PATH as POTENTIALS_PATH
from .interchange import TOPOLOGY_PATH as TOPOLOGY_PATH
from .interchange import load_membrane_potentials, load_output_neurons, load_topology, save_topology
from .paths import PathLike as PathLike
from .paths import as_path as as_path
from .paths import reading as reading
from .paths import with_suffix as with_suffix
from .writing import sole_user as sole_user
from .writing import write_atomically as write_atomically

__all__ = [
    "load_membrane_potentials",
    "load_output_neurons",
    "load_params",
    "load_topology",
    "save_params",
    "save_topology",
]
