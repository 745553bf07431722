"""Threads that share the neurons of one run: the same bits with any number, and no thread is left waiting."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from cases import assert_same, lively, random_input_map, snapshot

from snnres import StateMonitor
from snnres.kernels import gate as gates
from snnres.network import run as runner
from snnres.network import shares
from snnres.parts import (
    Clamp,
    EscapeNoise,
    ExponentialCurrent,
    GeneralizedLIF,
    MembraneNoise,
    ThresholdAdaptation,
    Uniform,
    UniformDelays,
    WinnerTakeAll,
)

MONITOR = StateMonitor(["potential", "timer", "trace"], neurons=[33, 2, 17], every=3)


@pytest.fixture
def shared(monkeypatch):
    """Small networks are shared as large ones are: in short chunks, parted anew after each, the recorder too small."""
    monkeypatch.setattr(shares, "LARGE", 0)
    for name in ("TO_PART", "TO_PART_ANEW", "UNTOLD"):
        monkeypatch.setattr(shares, name, 0)
    monkeypatch.setattr(runner, "CHUNK_SECONDS", 2e-4)
    monkeypatch.setattr(runner, "BUFFER_SPIKES", 1)


def full():
    """A network with all that threads can share: parameters a neuron, delays, a synaptic current, taps."""
    cell = GeneralizedLIF(Uniform(0.8, 1.2), 0.1, 2, adaptation=ThresholdAdaptation(0.1, tau=9.0))
    alone = dict.fromkeys(("membrane_threshold", "leak_coefficient", "refractory_period"))
    snn = lively(cell=cell, synaptic_current=ExponentialCurrent(tau=2.0), delays=UniformDelays(1, 7), **alone)
    rng = np.random.default_rng(3)
    weights, bias = random_input_map(rng, snn.num_neurons)
    taps = np.column_stack([np.zeros(weights.shape[0], dtype=int), rng.integers(0, 5, weights.shape[0])])
    snn.set_input_weights(weights, bias, taps=taps)
    snn.set_input_currents(rng.normal(0.3, 0.4, size=(1, 20)), hold=2)
    return snn


def after(make, n_jobs, monitor=None, times=1):
    """All that is there after runs on so many threads, and how many there were."""
    snn = make()
    for _ in range(times):
        snn.simulate(monitor=monitor, n_jobs=n_jobs)
    crew = snn._run.crew
    kept = snapshot(snn)
    if monitor is not None:
        kept |= {f"monitored {name}": values for name, values in snn.recording.variables.items()}
    return kept, 1 if crew is None else len(crew.shares)


@pytest.mark.parametrize("make", [lively, pytest.param(full, marks=pytest.mark.slow)])
def test_any_number_of_threads_gives_the_same(make, shared):
    monitor = None if make is lively else MONITOR
    alone, one = after(make, 1, monitor, times=2)
    assert one == 1
    assert alone["recording"].sum() > 50
    for n_jobs in (2, 3, 7):
        together, threads = after(make, n_jobs, monitor, times=2)
        assert threads == n_jobs
        assert_same(alone, together)


def test_a_small_network_has_one_thread():
    snn = lively()
    snn.simulate(n_jobs=2)
    assert snn._run.crew is None


@pytest.mark.parametrize(
    "change",
    [
        lambda snn: snn.set_clamp(Clamp(silence=[3])),
        lambda snn: snn.set_parts(noise=MembraneNoise(0.1)),
        lambda snn: snn.set_parts(competition=WinnerTakeAll(groups=[[1, 2]])),
        lambda snn: snn.set_parts(cell=GeneralizedLIF(1.0, 0.1, 2, escape=EscapeNoise(rate=0.1, slope=0.1))),
    ],
)
def test_what_threads_cannot_share_has_one(change, shared):
    snn = lively()
    change(snn)
    drive = snn._input.drive(None, snn.simulation_duration)
    assert not shares.can_be_shared(snn._network, drive)


def test_plasticity_has_one_thread(shared):
    snn = lively({"W_max": 1.0})
    snn.simulate(n_jobs=2)
    assert snn._run.crew is None
    snn.disable_stdp()
    assert shares.can_be_shared(snn._network, snn._input.drive(None, 1))


@pytest.mark.parametrize("n_jobs", [0, -2, 1.5])
def test_refuses_another_number_of_threads(n_jobs):
    with pytest.raises((TypeError, ValueError), match="n_jobs"):
        lively().simulate(n_jobs=n_jobs)


@pytest.mark.parametrize("delays", [None, 5])
def test_threads_have_as_much_to_do(delays, shared):
    # All that fires are the first neurons, whose targets in a ring are among the first, too.
    spikes = np.zeros((100, 40), dtype=np.uint8)
    spikes[:, ::4] = 1
    snn = lively(
        num_neurons=2000,
        small_world_graph_k=100,
        small_world_graph_p=0.0,
        mean_weight=1e-5,
        weight_variance=0.0,
        input_spike_times=spikes,
        delays=None if delays is None else UniformDelays(1, delays),
    )
    snn.simulate(n_jobs=4)
    crew = snn._run.crew
    work = shares.Latest(snn._network.synapses, snn._run.recorder).work_of(crew.parting)
    assert max(work) < 1.15 * sum(work) / 4
    if delays is None:
        assert crew.parting.neurons[1] < 500 < crew.parting.neurons[-1] == 2000


def before_all_have_come(share, neurons, stop):
    """End before the others can begin."""
    raise RuntimeError("one of the threads")


def in_the_midst(share, neurons, stop):
    """Begin, and end when all wait in the midst of a step."""
    assert gates.all_come(share.recorder.gate, share.recorder.counts.size)
    raise RuntimeError("one of the threads")


@pytest.mark.parametrize("end", [before_all_have_come, in_the_midst])
def test_an_error_in_one_thread_ends_the_others(end, shared, monkeypatch):
    advance = shares.Share.advance
    monkeypatch.setattr(
        shares.Share,
        "advance",
        lambda share, *rest: (end if share.recorder.rank == 1 else advance)(share, *rest),
    )
    snn, raised = lively(), []

    def run():
        with pytest.raises(RuntimeError, match="one of the threads") as error:
            snn.simulate(n_jobs=3)
        raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(60)
    assert len(raised) == 1
    monkeypatch.undo()
    if end is before_all_have_come:
        done = snn.recording.n_steps
        assert 0 < done < snn.simulation_duration
        twin = lively(duration=done)
        twin.simulate(n_jobs=1)
        assert_same(snapshot(twin), snapshot(snn), leave_out=["duration"])


@pytest.mark.parametrize("which", [1, 2, 3])
def test_an_interrupt_as_threads_begin_leaves_a_consistent_state(which, shared, monkeypatch):
    class Interrupted(ThreadPoolExecutor):
        begun = 0

        def submit(self, *arguments):
            work = super().submit(*arguments)
            type(self).begun += 1
            if self.begun == which:
                time.sleep(0.01)
                raise KeyboardInterrupt
            return work

    snn = lively()
    monkeypatch.setattr(shares, "ThreadPoolExecutor", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        snn.simulate(n_jobs=3)
    done = snn.recording.n_steps
    assert 0 < done < snn.simulation_duration
    twin = lively(duration=done)
    twin.simulate(n_jobs=1)
    assert_same(snapshot(twin), snapshot(snn), leave_out=["duration"])


def test_threads_wait_for_each_other():
    # Each writes before a meeting what all read after it.
    n_threads, rounds = 3, 20
    gate, written, wrong = gates.new_gate(), np.zeros(n_threads, dtype=np.int64), []

    def go(rank):
        assert gates.all_come(gate, n_threads)
        for number in range(1, rounds):
            written[rank] = number
            gates.meet(gate, n_threads)
            wrong.extend(np.flatnonzero(written != number))
            gates.meet(gate, n_threads)

    threads = [threading.Thread(target=go, args=(rank,), daemon=True) for rank in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []


def test_who_comes_late_does_not_begin():
    gate = gates.new_gate()
    gates.stay(gate)
    assert not gates.all_come(gate, 1)
    begun = gates.new_gate()
    assert gates.all_come(begun, 1)
    gates.stay(begun)
    assert gates.meet(begun, 1)
    gates.fail(begun)
    assert not gates.meet(begun, 2)
