"""Runs that are killed again and again, at random moments, and started again until they are done.

    python tests/kills.py [KILLS]

does so with each kind of run, a hundred times if no number is given, and prints what was lost. test_checkpoint.py does
it a few times. Each run is a process of its own, forked before there is any network; it is ended by SIGKILL.
"""

import hashlib
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import numpy as np

from snnres import SNN, SimulationParams, StateMonitor, STDPParams
from snnres.network.arrays import named_arrays
from snnres.parts import MembraneNoise, UniformDelays
from snnres.recording import store

# Steps and presentations between two checkpoints: so few that much of the time goes to writing.
EVERY = {"simulate": 100, "adapt": 2, "simulate_to_disk": 100}
STEPS, TRIALS = 4000, 120


def network():
    """Plasticity, delays and noise: all kinds of state."""
    spikes = (np.random.default_rng(3).random((60, STEPS)) < 0.1).astype(np.uint8)
    params = SimulationParams(
        num_neurons=300,
        num_output_neurons=20,
        mean_weight=0.1,
        small_world_graph_k=40,
        small_world_graph_p=0.3,
        membrane_threshold=1.0,
        leak_coefficient=0.1,
        refractory_period=2,
        input_spike_times=spikes,
        delays=UniformDelays(1, 9),
        noise=MembraneNoise(0.1),
        seed=0,
    )
    return SNN(params, STDPParams(W_max=0.2, A_plus=0.01, A_minus=0.01))


def simulate(folder, progress):
    """Run with a monitor; return the network and arrays of what came of it."""
    snn = network()
    monitor = StateMonitor(["potential", "x_post"], neurons=[3, 200], every=7)
    snn.simulate(monitor=monitor, checkpoint=folder / "run", every=EVERY["simulate"], progress=progress)
    recording = snn.recording
    return snn, [recording.offsets, recording.neurons, *recording.variables.values()]


def adapt(folder, progress):
    """Let plasticity act on many trials."""
    snn = network()
    trials = snn.input_spike_times[:, : 30 * TRIALS].reshape(60, TRIALS, 30).swapaxes(0, 1)
    history = snn.adapt(trials, epochs=2, seed=1, checkpoint=folder / "run", every=EVERY["adapt"], progress=progress)
    return snn, list(history.values())


def simulate_to_disk(folder, progress):
    """Run with a monitor, and record in chunks so small that each checkpoint finds some of them written."""
    snn = network()
    monitor = StateMonitor(["potential", "x_post"], neurons=[3, 200], every=7)
    given = {"monitor": monitor, "checkpoint": folder / "run", "every": EVERY["simulate_to_disk"]}
    with mock.patch.object(store, "CHUNK_BYTES", 2**12):
        stored = snn.simulate_to_disk(folder / "recording", **given, progress=progress)
    recording = stored.window(0, stored.n_steps)
    return snn, [recording.offsets, recording.neurons, *recording.variables.values()]


KINDS = {"simulate": simulate, "adapt": adapt, "simulate_to_disk": simulate_to_disk}


def result(kind, folder, progress=False):
    """Run to the end; return a digest of all that came of it."""
    snn, arrays = KINDS[kind](folder, progress)
    content = hashlib.sha256()
    for array in (*arrays, snn.get_topology().data, *named_arrays(snn._state).values()):
        content.update(np.ascontiguousarray(array).data)
    return content.hexdigest()


def start(kind, folder):
    """Start a run in a process of its own; return its number and the end of a pipe, to which it says how far it is."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    try:
        os.close(reading)
        found = result(kind, folder, lambda done, total: os.write(writing, f"{done}\n".encode()))
        os.write(writing, f"{found}\n".encode())
    except BaseException as error:
        os.write(writing, f"{type(error).__name__}: {error}\n".encode())
    os._exit(0)


def killed(child, reading, delay):
    """Kill a process some time after its first word, not at all if ``delay`` is None; return what it has said."""
    said = os.read(reading, 1 << 16)
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    while more := os.read(reading, 1 << 16):
        said += more
    os.waitpid(child, 0)
    os.close(reading)
    return said.decode().split("\n")[:-1]


def report(kind, n_kills, seed=0):
    """Kill so often; return the kills that met a run, those that met it writing, the most lost, and bad ends."""
    rng = random.Random(seed)
    met = writing = most_lost = 0
    bad = []
    with tempfile.TemporaryDirectory() as place:
        expected = result(kind, Path(place, "unbroken"))
        while met < n_kills:
            folder, before = Path(tempfile.mkdtemp(dir=place)), None
            while True:
                child, reading = start(kind, folder)
                said = killed(child, reading, rng.uniform(0, 0.4) if met < n_kills else None)
                if before is not None and int(said[0]) < before:
                    most_lost = max(most_lost, before - int(said[0]))
                if not said[-1].isdigit():
                    if said[-1] != expected:
                        bad.append(said[-1])
                    break
                met += 1
                writing += any(file.name.startswith(".snnres-") for file in (folder / "run").iterdir())
                before = int(said[-1])
    return met, writing, most_lost, bad


if __name__ == "__main__":
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for kind, every in EVERY.items():
        met, writing, lost, bad = report(kind, kills)
        print(f"{kind}: {met} kills, {writing} of them while a checkpoint was written; ", end="")
        print(f"at most {lost} lost of {every} between two checkpoints; {len(bad)} other ends {bad[:3]}")
