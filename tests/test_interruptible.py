"""Calls that Ctrl-C interrupts while they are in compiled code."""

import contextvars
import gc
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
import weakref
from queue import SimpleQueue

import numpy as np
import pytest

from snnres.interrupts import Helper, interruptible, wait_for

posix = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


def where():
    return threading.current_thread()


def test_arguments_results_and_the_thread():
    assert interruptible(divmod, 17, 5) == (3, 2)
    assert interruptible(sorted, "bca", reverse=True) == ["c", "b", "a"]
    assert interruptible(where) is not threading.main_thread()
    found = []
    helper = threading.Thread(target=lambda: found.append((threading.current_thread(), interruptible(where))))
    helper.start()
    helper.join()
    assert found[0][0] is found[0][1]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, StopIteration])
def test_exceptions_come_through(error):
    def fail():
        raise error("of the call")

    with pytest.raises(error, match="of the call") as caught:
        interruptible(fail)
    assert caught.traceback[-1].name == "fail"


def test_an_error_keeps_nothing_alive():
    class Thing:
        pass

    things = []

    def fail():
        thing = Thing()
        things.append(weakref.ref(thing))
        raise ValueError

    gc.disable()
    try:
        with pytest.raises(ValueError):
            interruptible(fail)
        assert things[0]() is None
    finally:
        gc.enable()


def test_settings_are_those_of_the_caller():
    variable = contextvars.ContextVar("variable", default=0)
    variable.set(3)

    def seen():
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            np.array([1.0]) / np.array([0.0])
            return variable.get(), [str(warning.message) for warning in said]

    with np.errstate(divide="ignore"):
        assert interruptible(seen) == (3, [])
    assert interruptible(seen)[1] == ["divide by zero encountered in divide"]


def test_settings_of_scikit_learn_and_joblib():
    sklearn = pytest.importorskip("sklearn")
    import joblib

    def seen():
        backend, n_jobs = joblib.parallel.get_active_backend()
        return sklearn.get_config()["working_memory"], type(backend).__name__, n_jobs

    plain = seen()
    assert interruptible(seen) == plain
    with sklearn.config_context(working_memory=7), joblib.parallel_config("threading", n_jobs=3):
        assert interruptible(seen) == (7, "ThreadingBackend", 3)
    with joblib.parallel_config(n_jobs=5):
        assert interruptible(seen) == (plain[0], plain[1], 5)
    assert interruptible(seen) == plain


def interrupted_after(seconds, work):
    """The seconds until an interrupt that comes after ``seconds`` is heard."""
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interruptible(work)
    return time.monotonic() - start - seconds


@posix
def test_ctrl_c_is_heard_at_once_and_the_thread_ends_when_it_is_back():
    threads, went_on = [], []

    def work():
        threads.append(threading.current_thread())
        # One call without a signal for this thread, and then Python without end.
        time.sleep(0.5)
        while True:
            went_on.append(time.monotonic())

    assert interrupted_after(0.1, work) < 0.2
    threads[0].join(10)
    assert not threads[0].is_alive()
    assert went_on == []


LONG_CALLS = """
import os, signal, threading, time
import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from snnres import topology
from snnres.estimators import ReservoirClassifier
from snnres.evaluation import evaluate
from snnres.measures import capacity, memory_capacity, state_rank
from snnres.network import SNN
from snnres.params import SimulationParams

rng = np.random.default_rng(0)
matrix = rng.standard_normal((1500, 1500))
X, y = rng.standard_normal((400, 10, 4)), rng.integers(0, 3, 400)
classifier = ReservoirClassifier(LogisticRegression(max_iter=10**6, tol=0), num_neurons=50, memory="quick", n_jobs=1)
reservoir = SNN(SimulationParams(
    adjacency_matrix=sp.csr_matrix(0.01 * matrix.astype(np.float32)), num_output_neurons=9, membrane_threshold=1.0,
    leak_coefficient=0.1, refractory_period=2, seed=0,
))
reservoir.set_input_weights(rng.standard_normal((1, 1500)))
weights = reservoir.get_topology()
# Compiled, or all of it imported, before the first signal.
classifier.set_params(readout__max_iter=1).fit(X[:6], y[:6]).set_params(readout__max_iter=10**6)
memory_capacity(reservoir, n_steps=60, max_delay=3, max_quadratic_delay=2, washout=3)
for call in (
    lambda: state_rank(matrix),
    lambda: capacity(matrix, matrix),
    lambda: topology.spectral_radius(weights),
    lambda: memory_capacity(reservoir, n_steps=10**5),
    lambda: evaluate(classifier, X, y, cv=2),
):
    threading.Timer(0.25, os.kill, (os.getpid(), signal.SIGINT)).start()
    start = time.monotonic()
    try:
        call()
        print("nan")
    except KeyboardInterrupt:
        print(time.monotonic() - start - 0.25)
os._exit(print(flush=True) or 0)
"""


@posix
@pytest.mark.slow
def test_long_calls_are_interrupted_at_once():
    pytest.importorskip("sklearn")
    command = [sys.executable, "-W", "ignore", "-c", LONG_CALLS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    heard = [float(line) for line in done.stdout.split()]
    assert len(heard) == 5, done.stderr
    # None was over before.
    assert [seconds for seconds in heard if not seconds < 0.3] == []


def test_a_helper_that_has_ended_or_not_begun_is_not_stopped():
    done = []
    helper = Helper(lambda: done.append(1))
    helper.stop()
    helper.start()
    helper.join()
    helper.stop()
    assert done == [1]


def test_a_stopped_helper_says_nothing(capsys):
    begun, seen = SimpleQueue(), SimpleQueue()

    def work():
        begun.put(None)
        try:
            while True:
                time.sleep(0.001)
        except SystemExit:
            seen.put("stopped")
            raise

    helper = Helper(work)
    helper.start()
    wait_for(begun)
    helper.stop()
    helper.join(10)
    assert wait_for(seen) == "stopped"
    assert not helper.is_alive()
    assert capsys.readouterr() == ("", "")
