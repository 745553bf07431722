"""What ``help`` and completion show: public names only, and types by their short names."""

import importlib
import inspect

import pytest

MODULES = ("snnres.params", "snnres.io", "snnres.topology", "snnres.features", "snnres.homeostasis")


def public(name):
    """The functions and classes that a module offers."""
    module = importlib.import_module(name)
    entries = {entry: getattr(module, entry) for entry in module.__all__}
    return {entry: value for entry, value in entries.items() if inspect.isroutine(value) or inspect.isclass(value)}


@pytest.mark.parametrize("name", MODULES)
def test_modules_expose_what_is_public_and_documented(name):
    module = importlib.import_module(name)
    assert len(set(module.__all__)) == len(module.__all__)
    for value in public(name).values():
        assert value.__module__.startswith(name)
        assert value.__doc__


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
    for entry, value in public(name).items():
        text = str(inspect.signature(value))
        for long in ("numpy.", "ndarray[", "numpy.random", "typing.", "collections.", "scipy.", "os.PathLike["):
            assert long not in text, f"{entry}{text}"
