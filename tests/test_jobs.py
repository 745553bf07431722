"""Work on the workers of a joblib backend: a real Dask cluster of several processes, and processes of joblib's own."""

import os
import signal
import threading
import time

import numpy as np
import pytest
from cases import assert_same, build, snapshot, state_of

from snnres import StateMonitor, features
from snnres.jobs import Threads, workers
from snnres.jobs.choice import n_cores

joblib = pytest.importorskip("joblib")

N_WORKERS = 3


def small_network():
    snn = build(
        {
            "num_neurons": 80,
            "num_output_neurons": 10,
            "mean_weight": 0.1,
            "small_world_graph_k": 10,
            "small_world_graph_p": 0.2,
            "membrane_threshold": 1.0,
            "leak_coefficient": 0.1,
            "refractory_period": 2,
            "seed": 0,
        }
    )
    rng = np.random.default_rng(0)
    return snn, [(rng.random((20, steps)) < 0.3).astype(np.uint8) for steps in rng.integers(30, 60, 40)]


def assert_equal(first, second):
    """Assert that two dicts of arrays, or two lists of recordings with or without samples, are equal."""
    if isinstance(first, dict):
        assert first.keys() == second.keys()
        for name in first:
            np.testing.assert_array_equal(first[name], second[name])
        return
    for mine, theirs in zip(first, second, strict=True):
        np.testing.assert_array_equal(mine.offsets, theirs.offsets)
        np.testing.assert_array_equal(mine.neurons, theirs.neurons)
        assert_equal({**mine.variables}, {**theirs.variables})


UNPACKED = []


class Counted:
    """Work that says in which process it is, and how often it was unpacked there."""

    def __reduce__(self):
        return unpacked_again, ()

    def __call__(self, task):
        time.sleep(0.05)
        return os.getpid(), len(UNPACKED)


def unpacked_again():
    UNPACKED.append(None)
    return Counted()


@pytest.fixture
def tiny_tasks(monkeypatch):
    """Batches of which every trial is a task, large enough to go to workers."""
    monkeypatch.setattr("snnres.network.batch.CHUNK_WORK", 1)


@pytest.fixture(scope="module")
def client():
    """A client of three worker processes on this machine."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=N_WORKERS, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_threads_are_the_default():
    assert workers(3) == Threads(3)
    assert workers(-1) == Threads(n_cores())
    assert workers(-1, unchosen=1) == Threads(1)
    with joblib.parallel_config(n_jobs=5):
        assert workers(-1) == Threads(n_cores())


def test_a_chosen_backend_says_how_many():
    with joblib.parallel_config("threading", n_jobs=5):
        assert workers(-1) == workers(-1, unchosen=1) == Threads(5)
        assert workers(3) == Threads(3)
        assert workers(1) == Threads(1)
    with joblib.parallel_config("sequential"):
        assert workers(4) == Threads(1)
    with joblib.parallel_config("loky", n_jobs=2):
        assert workers(-1).apart
        assert (workers(-1).count, workers(3).count) == (2, 3)


def asked(n_jobs):
    return workers(n_jobs)


def test_small_batches_stay_here():
    """What cannot be pickled need not be."""
    snn, trials = small_network()
    lock = threading.Lock()

    def counts(trains):
        with lock:
            return features.spike_counts(trains)

    with joblib.parallel_config("loky", n_jobs=2):
        there = snn.simulate_batch(trials, returns=counts)
    np.testing.assert_array_equal(there, snn.simulate_batch(trials, returns=counts, n_jobs=1))


def test_a_worker_has_one_thread():
    assert joblib.Parallel(2, backend="threading")(joblib.delayed(asked)(4) for _ in range(2)) == [Threads(1)] * 2
    assert list(Threads(2).in_order(asked, [4, 4])) == [Threads(1)] * 2
    assert list(Threads(1).in_order(asked, [4])) == [Threads(4)]


@pytest.mark.slow
@pytest.mark.usefixtures("tiny_tasks")
class TestProcesses:
    """Two processes of joblib's."""

    def test_results_are_those_of_one_thread(self):
        snn, trials = small_network()
        monitor = StateMonitor(["potential"], neurons=[3, 7], every=5)
        with joblib.parallel_config("loky", n_jobs=2):
            assert joblib.Parallel()(joblib.delayed(asked)(4) for _ in range(2)) == [Threads(1)] * 2
            found = snn.simulate_batch(trials, monitor=monitor)
            counted = snn.simulate_batch(trials, returns=lambda trains: features.binned_counts(trains, n_bins=3))
        assert_equal(found, snn.simulate_batch(trials, monitor=monitor, n_jobs=1))
        binned = features.FeatureExtractor("binned_counts", features.FeatureOptions(n_bins=3))
        np.testing.assert_array_equal(counted.reshape(40, -1), snn.simulate_batch(trials, returns=binned, n_jobs=1))

    def test_an_error_of_the_caller_ends_the_work_without_a_word(self):
        snn, trials = small_network()
        before = snapshot(snn)

        def stop(done, total):
            raise ZeroDivisionError

        with joblib.parallel_config("loky", n_jobs=2), pytest.raises(ZeroDivisionError):
            snn.simulate_batch(trials, returns="features", progress=stop)
        assert_same(state_of(snn), before)

    def test_what_cannot_be_pickled_is_refused(self):
        snn, trials = small_network()
        lock = threading.Lock()
        with joblib.parallel_config("loky", n_jobs=2), pytest.raises(TypeError, match=r"picklable: .* '_thread.lock'"):
            snn.simulate_batch(trials, returns=lambda trains: lock)


@pytest.mark.slow
@pytest.mark.usefixtures("tiny_tasks")
class TestCluster:
    """Three processes of a Dask cluster."""

    def test_batches_are_those_of_one_thread(self, client):
        snn, trials = small_network()
        extractor = features.FeatureExtractor("binned_counts")
        out = extractor.rows_for(40, 10)
        done = []
        with joblib.parallel_config("dask"):
            found = snn.simulate_batch(trials, progress=lambda *how_far: done.append(how_far))
            snn.simulate_batch(trials, returns=extractor, out=out)
            latencies = snn.simulate_batch(trials, returns=features.first_spike_times)
        assert_equal(found, snn.simulate_batch(trials, n_jobs=1))
        assert done == sorted(done)
        assert done[-1] == (40, 40)
        np.testing.assert_array_equal(out, snn.simulate_batch(trials, returns=extractor, n_jobs=1))
        expected = snn.simulate_batch(trials, returns=features.first_spike_times, n_jobs=1)
        np.testing.assert_array_equal(latencies, expected)

    def test_the_work_is_unpacked_once_by_each_worker(self, client):
        for _ in range(2):
            with joblib.parallel_config("dask"):
                found = set(workers(-1).in_order(Counted(), range(30)))
            assert len(found) == len({process for process, _ in found}) == N_WORKERS
        assert {times for _, times in found} == {2}

    def test_errors_come_through(self, client):
        snn, trials = small_network()

        def fail(trains):
            raise ZeroDivisionError("of the caller's")

        with joblib.parallel_config("dask"), pytest.raises(ZeroDivisionError, match="of the caller's"):
            snn.simulate_batch(trials, returns=fail)

    @pytest.mark.filterwarnings("ignore:each left out in turn:UserWarning")
    def test_evaluations_and_searches_are_those_of_one_thread(self, client):
        from sklearn.model_selection import GridSearchCV

        from snnres.datasets import delayed_xor
        from snnres.estimators import ReservoirClassifier
        from snnres.evaluation import evaluate

        X, y = delayed_xor(48, delay=2, n_steps=5, seed=0)
        classifier = ReservoirClassifier(num_neurons=40, memory="quick", small_world_graph_k=8, random_state=0)
        search = GridSearchCV(classifier, {"num_neurons": [20, 40]}, cv=2)
        here = evaluate(classifier, X, y, cv=3)
        done = []
        with joblib.parallel_config("dask"):
            there = evaluate(classifier, X, y, cv=3, progress=lambda *how_far: done.append(how_far))
            searched = search.fit(X, y).cv_results_["mean_test_score"]
        assert done == sorted(done)
        assert done[-1] == (21, 21)
        assert_equal(there.predictions, here.predictions)
        assert there.verdict == here.verdict
        assert np.isfinite(searched).all()
        np.testing.assert_array_equal(searched, search.fit(X, y).cv_results_["mean_test_score"])

    @pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
    def test_ctrl_c_ends_the_work_on_the_cluster(self, client):
        snn, _ = small_network()
        trials = [np.ones((5, 200_000), dtype=np.uint8)] * 50
        timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
        with joblib.parallel_config("dask"):
            snn.simulate_batch([trial[:, :3] for trial in trials], returns="features")
            timer.start()
            start = time.monotonic()
            with pytest.raises(KeyboardInterrupt):
                snn.simulate_batch(trials, returns="features")
        assert time.monotonic() - start < 1.3
        time.sleep(0.5)
        assert not any(client.processing().values())
        assert sum(client.run(busy_helpers).values()) == 0

    @pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
    def test_a_worker_that_is_killed_in_the_middle_changes_nothing(self, client):
        snn, trials = small_network()
        victim = next(iter(client.run(os.getpid).values()))
        killed = []

        def kill(done, total):
            if done > total // 4 and not killed:
                killed.append(done)
                os.kill(victim, signal.SIGKILL)

        with joblib.parallel_config("dask"):
            found = snn.simulate_batch(trials * 5, returns="features", progress=kill)
        assert killed
        assert victim not in client.run(os.getpid).values()
        assert_equal(found, snn.simulate_batch(trials * 5, returns="features", n_jobs=1))


def busy_helpers():
    from snnres.interrupts import Helper

    return sum(isinstance(thread, Helper) for thread in threading.enumerate())
