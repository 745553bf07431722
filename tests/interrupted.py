"""A process of its own: interrupts itself again and again by real signals, and says what each left behind.

Prints, for each interrupt, whether it came while the network ran, whether state, weights and recording agree, and the
seconds until it was answered.
"""

import os
import random
import signal
import sys
import threading
import time

import numpy as np

from snnres import SNN, SimulationParams, StateMonitor, STDPParams
from snnres.network import shares
from snnres.parts import BernoulliRelease, UniformDelays

N_INTERRUPTS = 12
MONITOR = StateMonitor(["potential", "timer"], neurons=[7, 300], every=3)


def network(plastic, duration=None):
    rng = np.random.default_rng(0)
    params = SimulationParams(
        num_neurons=400,
        num_output_neurons=5,
        mean_weight=0.05,
        small_world_graph_k=100,
        small_world_graph_p=0.3,
        membrane_threshold=1.0,
        leak_coefficient=0.05,
        refractory_period=2,
        input_spike_times=(rng.random((100, 3000)) < 0.3).astype(np.uint8),
        duration=duration,
        seed=0,
    )
    return SNN(params, STDPParams(W_max=0.1, A_plus=0.01, A_minus=0.01) if plastic else None)


# Seconds from the latest signal to the exception; what is built before and after it is none of the run's.
answered = [0.0]


def interrupt(action, delay):
    """Run ``action`` while a signal comes after ``delay`` seconds; return whether it met the action."""
    sent = []

    def send():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(delay, send)
    try:
        timer.start()
        action()
        timer.join()
    except KeyboardInterrupt:
        answered[0] = time.perf_counter() - sent[0]
        return True
    finally:
        timer.cancel()
    return False


def equal(first, second):
    """Whether two networks are in the same state, bit for bit."""
    return all(
        np.array_equal(one, other)
        for one, other in (
            (first.get_topology().data, second.get_topology().data),
            (first.get_membrane_potentials(), second.get_membrane_potentials()),
            (first.get_trace(), second.get_trace()),
        )
    )


def after_simulate(plastic, delay, monitor=None, n_jobs=1):
    """A network that was interrupted is where one is that ran for as many steps as its recording has."""
    snn = network(plastic, duration=10**6)
    met = interrupt(lambda: snn.simulate(monitor=monitor, n_jobs=n_jobs), delay)
    if not met or snn.tot_spikes == 0:
        return met, True
    recording = snn.recording
    twin = network(plastic, duration=recording.n_steps)
    twin.simulate(monitor=monitor)
    same = np.array_equal(twin.recording.neurons, recording.neurons)
    if monitor is not None:
        kept, expected = recording.variables, twin.recording.variables
        same &= len(kept.steps) > 0 and all(np.array_equal(kept[name], expected[name]) for name in expected)
    return met, equal(snn, twin) and same


def slow_network(duration):
    """One that is silent until all of its neurons fire in every step, each synapse drawing a random number."""
    params = SimulationParams(
        adjacency_matrix=np.full((700, 700), 1e-6, dtype=np.float32),
        output_neurons=[0],
        membrane_threshold=1.0,
        leak_coefficient=0.0,
        refractory_period=1,
        membrane_potentials=np.zeros(700, dtype=np.float32),
        duration=duration,
        release=BernoulliRelease(0.5),
        seed=0,
    )
    snn = SNN(params)
    snn.set_input_weights(np.ones((1, 700)))
    snn.set_input_currents(np.arange(duration)[None] > 5000)
    return snn


def after_slow_steps(delay):
    """The network has done what its recording says, whatever a step takes."""
    snn = slow_network(10**6)
    met = interrupt(snn.simulate, delay)
    return met, not met or len(snn.spike_matrix_output) == snn.recording.n_steps > 0


def large_network(n_neurons):
    """One whose construction takes a second for 100,000 neurons: graph, signs, delays, and synapses by target."""
    params = SimulationParams(
        num_neurons=n_neurons,
        num_output_neurons=5,
        mean_weight=0.05,
        small_world_graph_k=200,
        small_world_graph_p=0.3,
        inhibitory_fraction=0.2,
        membrane_threshold=1.0,
        leak_coefficient=0.05,
        refractory_period=2,
        delays=UniformDelays(1, 20),
        seed=0,
    )
    return SNN(params, STDPParams(W_max=0.1))


def after_construction(delay):
    """Nothing is left behind."""
    return interrupt(lambda: large_network(100_000), 2 * delay), True


def after_adapt(delay):
    """The network is reset, can be used, and has learnt."""
    snn = network(True)
    fresh = snn.copy()
    trials = np.repeat(snn.input_spike_times[None], 5000, axis=0)
    met = interrupt(lambda: snn.adapt(trials, seed=0), delay)
    reset = np.array_equal(snn.get_membrane_potentials(), fresh.get_membrane_potentials()) and snn.tot_spikes == 0
    weights = snn.get_topology().data
    return met, reset and bool(np.isfinite(weights).all() and ((weights >= 0) & (weights <= 0.1)).all())


def after_batch(delay):
    """The network is as it was."""
    snn = network(False)
    fresh = snn.copy()
    trials = np.repeat(snn.input_spike_times[None], 3000, axis=0)
    met = interrupt(lambda: snn.simulate_batch(trials, returns="features", n_jobs=2), delay)
    return met, equal(snn, fresh) and snn.tot_spikes == 0


if __name__ == "__main__":
    phase = sys.argv[1]
    if phase == "shared":
        # As if it were large.
        shares.LARGE = 0
        network(False, 2000).simulate(monitor=MONITOR, n_jobs=2)
    checks = {
        "simulate": lambda delay: after_simulate(False, delay),
        "plastic": lambda delay: after_simulate(True, delay),
        "monitored": lambda delay: after_simulate(False, delay, MONITOR),
        "slow": after_slow_steps,
        "shared": lambda delay: after_simulate(False, delay, MONITOR, n_jobs=2),
        "construction": after_construction,
        "adapt": after_adapt,
        "batch": after_batch,
    }
    # Compiled before the first signal.
    network(False, 10).simulate()
    network(False, 10).simulate(monitor=MONITOR)
    network(True, 10).simulate()
    network(True, 10).adapt(np.ones((2, 3, 5)))
    slow_network(10).simulate()
    large_network(300)
    network(False).simulate_batch(np.ones((2, 3, 5)), returns="features", n_jobs=2)
    delays = random.Random(0)
    for _ in range(3 if phase in ("adapt", "batch") else N_INTERRUPTS):
        print(*checks[phase](delays.uniform(0.02, 0.3)), answered[0])
