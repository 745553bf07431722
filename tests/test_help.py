"""What ``help`` and completion show: public names only, and types by their short names."""

import importlib
import inspect
import pkgutil
import re

import pytest

import snnres

pytest.importorskip("sklearn")

# Tools of the package; what is public of the rest stands in a module of its own.
TOOLS = {"__main__", "kernels", "markup", "seeding", "validation"}
MODULES = [
    "snnres",
    *(f"snnres.{module.name}" for module in pkgutil.iter_modules(snnres.__path__) if module.name not in TOOLS),
    "snnres.evaluation.figures",
]


def public(name):
    """The functions and classes that a module offers."""
    module = importlib.import_module(name)
    entries = {entry: getattr(module, entry) for entry in module.__all__}
    return {entry: value for entry, value in entries.items() if inspect.isroutine(value) or inspect.isclass(value)}


def members(name):
    """What a module offers, and the public methods and properties of its classes that are written in the package."""
    for entry, value in public(name).items():
        yield entry, value
        if not inspect.isclass(value):
            continue
        for method, _ in inspect.getmembers_static(value):
            owner = next(kind for kind in value.__mro__ if method in vars(kind))
            # Methods of metadata routing are scikit-learn's.
            if not re.fullmatch(r"_.*|set_\w+_request", method) and owner.__module__.startswith("snnres"):
                yield f"{entry}.{method}", getattr(value, method)


@pytest.mark.parametrize("name", MODULES)
def test_modules_expose_what_is_public_and_documented(name):
    module = importlib.import_module(name)
    assert module.__doc__
    assert len(set(module.__all__)) == len(module.__all__)
    for entry, value in public(name).items():
        assert not entry.startswith("_")
        assert value.__module__.startswith(name)
    for entry, value in members(name):
        if callable(value) or isinstance(value, property):
            assert inspect.getdoc(value), entry


def test_the_tools_of_the_package_are_not_offered():
    for name, hidden in (
        ("snnres.topology", "to_csr"),
        ("snnres.io", "write_atomically"),
        ("snnres.features", "check_feature_names"),
        ("snnres.params", "check_seed"),
    ):
        module = importlib.import_module(name)
        assert hasattr(module, hidden)
        assert hidden not in module.__all__


@pytest.mark.parametrize("name", MODULES)
def test_types_are_shown_by_their_short_names(name):
    for entry, value in members(name):
        if not callable(value):
            continue
        try:
            text = str(inspect.signature(value))
        except ValueError:
            # Written in C, as an exception's.
            continue
        for long in (
            "numpy.",
            "ndarray[",
            "typing.",
            "collections.",
            "scipy.",
            "os.PathLike[",
            "Union[",
            "matplotlib.",
        ):
            assert long not in text, f"{entry}{text}"
