"""Machine code on disk, fresh as long as every source that it is made of is.

numba looks at the file of the outermost function alone, while most of what a kernel compiles stands in others.
"""

import functools
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import llvmlite
from numba.core import types
from numba.core.caching import FunctionCache, IndexDataCacheFile, _Cache

FOLDER = Path(__file__).parent


@functools.cache
def source_stamp(modules: tuple[str, ...]) -> str | None:
    """Return a digest of all sources of the kernels and of these modules; None if one has no file of its own.

    A script (``__main__``) has none: what it defines is another class in every process.
    """
    digest = hashlib.sha256(llvmlite.__version__.encode())
    files = sorted(FOLDER.glob("*.py"))
    for name in modules:
        file = getattr(sys.modules.get(name), "__file__", None)
        if name == "__main__" or file is None or not Path(file).is_file():
            return None
        files.append(Path(file))
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def parts_in(signature: Iterable[Any]) -> Iterator[type]:
    """Yield the classes of all named tuples in a signature, at any depth."""
    for kind in signature:
        if hasattr(kind, "instance_class"):
            yield kind.instance_class
        if isinstance(kind, types.BaseTuple):
            yield from parts_in(tuple(kind))  # type: ignore[arg-type]


class Index(IndexDataCacheFile):
    """numba's index file; one that does not unpickle, as it names classes that are gone, is empty."""

    def _load_index(self) -> Any:
        try:
            return super()._load_index()
        except Exception:
            return {}


class KernelCache(_Cache):
    """One function's cache: an index for each set of modules whose parts it was compiled for.

    Raises RuntimeError where no folder can be written.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.by_modules: dict[tuple[str, ...], Any] = {(): self._open(())}

    def _open(self, modules: tuple[str, ...]) -> Any:
        """Return numba's cache with a stamp of ours, None where the modules cannot be found again."""
        stamp = source_stamp(modules)
        if stamp is None:
            return None
        cache = FunctionCache(self.function)
        name = cache._impl.filename_base
        if modules:
            name += "-" + hashlib.sha256(",".join(modules).encode()).hexdigest()[:12]
        cache._cache_file = Index(cache.cache_path, name, stamp)
        return cache

    def _for(self, signature: Iterable[Any]) -> Any:
        own = __name__.rpartition(".")[0]
        modules = {part.__module__ for part in parts_in(signature)}
        key = tuple(sorted(name for name in modules if name.rpartition(".")[0] != own))
        if key not in self.by_modules:
            self.by_modules[key] = self._open(key)
        return self.by_modules[key]

    @property
    def cache_path(self) -> Any:
        """Folder of the files."""
        return self.by_modules[()].cache_path

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled function for a signature, None if there is none."""
        cache = self._for(sig)
        return None if cache is None else cache.load_overload(sig, target_context)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled function."""
        cache = self._for(sig)
        if cache is not None:
            cache.save_overload(sig, data)

    def enable(self) -> None:
        """Do nothing: a cache is on from the start."""

    def disable(self) -> None:
        """Do nothing, likewise."""

    def flush(self) -> None:
        """Forget what is on disk."""
        for cache in self.by_modules.values():
            if cache is not None:
                cache.flush()
