"""Settings of every test, and what several files of tests need."""

import os
import signal
import sys

import pytest
from hypothesis import HealthCheck, settings

# Before NumPy is imported: two processes of tests with two threads each get in each other's way, and took 104 instead
# of 39 s for the tests of the evaluation.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# The first example of a property may compile kernels, so no deadline; the same examples in every run, so that a
# failure on one machine is a failure on all.
settings.register_profile(
    "snnres",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("snnres")


@pytest.fixture
def plt():
    """pyplot as in a session that has imported it; other tests are sessions that have not."""
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    yield plt
    plt.close("all")
    del sys.modules["matplotlib.pyplot"]


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As in what a shell runs in the background: processes that tests start and interrupt would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
