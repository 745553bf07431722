"""The package's own names: imported when asked for, and nothing optional before."""

import subprocess
import sys

import pytest

import snnres

WITHOUT = "import sys\nfor name in ('sklearn', 'matplotlib'):\n    sys.modules[name] = None\n"


def run(code):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=100, check=False
    )


def test_importing_the_package_imports_no_optional_package():
    code = "import sys, snnres\nfrom snnres import *\ndir(snnres)\n"
    code += (
        "print([n for n in ('sklearn', 'matplotlib', 'networkx', 'pandas', 'snnres.estimators') if n in sys.modules])"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_estimators_are_there_when_asked_for():
    pytest.importorskip("sklearn")
    code = (
        "import snnres\n"
        "assert callable(snnres.estimators.ReservoirClassifier)\n"
        "from snnres import ReservoirClassifier, ReservoirForecaster, evaluate, load_estimator\n"
        "assert ReservoirClassifier is snnres.estimators.ReservoirClassifier is snnres.ReservoirClassifier\n"
        "assert evaluate is snnres.evaluation.evaluate\n"
        "assert snnres.encoding.CurrentEncoder and snnres.datasets.mackey_glass and snnres.plotting\n"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "use",
    ["from snnres import ReservoirClassifier", "import snnres; snnres.estimators", "import snnres; snnres.evaluate"],
)
def test_without_scikit_learn_the_missing_extra_is_named(use):
    done = run(WITHOUT + use)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("ImportError: ")
    assert 'pip install "snnres[learn]"' in done.stderr


def test_without_optional_packages_the_rest_works():
    done = run(WITHOUT + "import snnres; from snnres import *; print(snnres.datasets.mackey_glass(9).shape)")
    assert (done.returncode, done.stdout.strip()) == (0, "(9,)"), done.stderr


def test_names_can_be_listed_and_unknown_ones_are_unknown():
    assert {"SNN", "ReservoirClassifier", "estimators", "evaluate", "__version__"} <= set(dir(snnres))
    assert "import_module" not in dir(snnres)
    assert "estimators" not in snnres.__all__
    with pytest.raises(AttributeError, match="module 'snnres' has no attribute 'Reservoir'"):
        _ = snnres.Reservoir
    with pytest.raises(ImportError, match="cannot import name 'Reservoir'"):
        exec("from snnres import Reservoir")
