"""Imports point downward: the tiers of the package, and where optional packages may be imported."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import snnres
from snnres import network

ROOT = Path(snnres.__file__).parent
# From the lowest: what a module may import stands in a lower tier, or in its own. Modules may still be to come.
TIERS = (
    {"validation", "params", "parts", "seeding", "progress", "interrupts", "jobs", "markup"},
    {"features", "encoding", "topology", "homeostasis", "recording", "io"},
    {"network"},
    {"measures"},
    {"estimators", "criticality", "plotting", "datasets"},
    {"evaluation"},
    {"cli", "demo", "__main__"},
)
OPTIONAL = {
    "sklearn": {"estimators", "encoding", "evaluation", "demo"},
    "matplotlib": {"plotting"},
    "networkx": {"topology"},
    "pandas": {"evaluation"},
    "joblib": {"jobs"},
    "cloudpickle": {"jobs"},
    "dask": {"jobs"},
    "distributed": {"jobs"},
    "zarr": {"recording"},
}
FILES = sorted(ROOT.rglob("*.py"))


def module_of(path):
    """The dotted name within the package, without a trailing ``__init__``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def imports_of(path, *, types=False):
    """Absolute dotted names of all that a file imports, at any depth, for ``types`` also in TYPE_CHECKING blocks."""
    package = ("snnres", *path.relative_to(ROOT).parent.parts)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped and not types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = [*base, *(node.module.split(".") if node.module else [])]
            if module == ["snnres"]:
                yield from (["snnres", alias.name] for alias in node.names)
            else:
                yield module


def tier_of(name):
    return next((rank for rank, tier in enumerate(TIERS) if name in tier), None)


@pytest.mark.parametrize("path", FILES, ids=lambda path: ".".join(module_of(path)) or "snnres")
def test_imports_point_downward(path):
    own = module_of(path)
    if not own:
        return
    for name in imports_of(path, types=True):
        if name[0] != "snnres":
            continue
        target = name[1]
        if own[0] == "kernels":
            assert target == "kernels", f"kernels import nothing of the package, but {path.name} imports {target}"
        elif target not in ("kernels", "__version__"):
            assert tier_of(own[0]) is not None, f"{own[0]} has no tier"
            assert tier_of(target) is not None, f"{'.'.join(own)} imports {target}, which has no tier"
            assert tier_of(target) <= tier_of(own[0]), f"{'.'.join(own)} imports {target}, which stands above it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: ".".join(module_of(path)) or "snnres")
def test_packages_are_imported_only_where_they_belong(path):
    own = (module_of(path) or ("snnres",))[0]
    for top in {name[0] for name in imports_of(path)}:
        if own == "kernels":
            allowed = {"numba", "llvmlite", "numpy", "snnres"} | sys.stdlib_module_names
            assert top in allowed, f"{path.name} imports {top}"
        if top in OPTIONAL:
            assert own in OPTIONAL[top], f"{'.'.join(module_of(path))} imports {top}"


def test_nothing_is_imported_in_a_circle():
    """Within a tier modules may import each other, but not in a circle, not even for types."""
    known = {".".join(module_of(path)): path for path in FILES}
    edges = {}
    for name, path in known.items():
        targets = {".".join(target[1:]) for target in imports_of(path, types=True) if target[0] == "snnres"}
        edges[name] = {target for target in targets if target in known and target != name and target}
    done, doing = set(), []

    def visit(name):
        assert name not in doing, " -> ".join([*doing, name])
        if name not in done:
            doing.append(name)
            for target in edges[name]:
                visit(target)
            done.add(doing.pop())

    for name in edges:
        visit(name)


def test_the_core_imports_nothing_optional_and_the_package_itself_next_to_nothing():
    """A command answers Ctrl-C only once the package is imported, so what it offers is imported when it is used."""
    code = (
        "import sys, snnres; assert not {'numpy', 'scipy', 'numba'} & set(sys.modules)\n"
        "from snnres import SNN, Recording, SimulationParams, load_params, features, homeostasis, measures, topology\n"
        f"assert 'numba' in sys.modules and not {set(OPTIONAL)} & set(sys.modules), sorted(sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT.parent)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_all_that_the_package_offers_is_there():
    for name in [*snnres.__all__, "io", "datasets", "topology"]:
        assert name in dir(snnres)
        assert getattr(snnres, name) is not None
    assert snnres.SNN is network.SNN
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        snnres.nonsense  # noqa: B018


def test_this_test_sees_imports():
    found = {tuple(name) for name in imports_of(ROOT / "network" / "snn.py")}
    assert ("snnres", "io") in found
    assert ("snnres", "params") in found
    assert ("numpy",) in found
