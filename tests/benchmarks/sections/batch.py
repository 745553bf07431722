"""A batch of trials reduced to features: one thread and all, and the loop that users of the reference write.

The trials are the ball trajectories, or without them as many of 0/1 spikes that are as rare. The reference, and the
same loop with snnres, run every tenth.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from contest import contest, opponents
from tables import Table, versions

from snnres.datasets import read_trajectories
from snnres.topology import normal_weights, watts_strogatz

NEURONS, NEIGHBOURS, REWIRED, OUTPUTS, MEAN_WEIGHT, THRESHOLD = 2000, 400, 0.2, 35, 0.00782, 2.0
EVERY = 10
TRIALS, PIXELS, STEPS, ONES = 700, 1024, 100, 0.0225


def measure(options):
    """Yield the table."""
    rounds = 1 if options.quick else 7
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case.npz"
        what, trials = trials_of(options)
        write_case(case, trials)
        players = (
            ("snnres", sys.executable, "snnres_batch.py"),
            ("snnpy", options.peer_python, "snnpy_batch.py"),
        )
        with opponents(case, *players) as rivals:
            entries = [(rival, name) for rival in rivals for name in rival.measurements]
            yield table(contest(entries, rounds), rounds, f"{len(trials)} {what}", versions(rivals))


def trials_of(options):
    """Return what the trials are, and (n_trials, n_steps, n_inputs) of them."""
    files = sorted((options.data / "trajectories").glob("*.npz")) if options.data else []
    if files and not options.quick:
        return "ball trajectories", read_trajectories(files[0])[0]
    n_trials = 20 if options.quick else TRIALS
    return "random trials", (np.random.default_rng(0).random((n_trials, STEPS, PIXELS)) < ONES).astype(np.uint8)


def write_case(path, trials, seed=0):
    """Write network and trials (n_trials, n_inputs, n_steps), in the order in which a loop would take them."""
    rng = np.random.default_rng(seed)
    indptr, indices = watts_strogatz(NEURONS, NEIGHBOURS, REWIRED, rng)
    hidden = np.arange(trials.shape[2], NEURONS)
    np.savez(
        path,
        indptr=indptr.astype(np.int32),
        indices=indices,
        data=normal_weights(len(indices), MEAN_WEIGHT, 0.1 * MEAN_WEIGHT, rng),
        potentials=rng.uniform(0, THRESHOLD, NEURONS).astype(np.float32),
        outputs=np.sort(rng.choice(hidden, OUTPUTS, replace=False)),
        trials=np.ascontiguousarray(trials.transpose(0, 2, 1)),
        every=EVERY,
        threshold=THRESHOLD,
        leak=1e-4,
        refractory=2,
    )


def table(found, rounds, what, notes):
    """Compare times and features to those of the batch on all threads, which comes second."""
    batch = found[1]
    reference = np.load(batch["values"])
    rows = []
    for entry in found:
        values = np.load(entry["values"])
        worst = max(difference(values[name], reference[name]) for name in values.files)
        rows.append(
            (
                f"{entry['who']}, {entry['measurement']}",
                1e3 * entry["seconds"],
                1e3 * entry["best"],
                entry["seconds"] / batch["seconds"],
                len(values.files),
                "equal" if worst == 0 else f"differ by at most {worst:.1e}",
            )
        )
    columns = {"who": "", "ms a trial": ".3f", "best": ".3f", "of all threads": ".2f", "features": "d", "values": ""}
    return Table(f"simulate_batch, features of {what}, medians of {rounds}", columns, rows, notes)


def difference(values, expected):
    """Return the largest difference, relative where values exceed 1; a loop took every ``EVERY``-th trial only."""
    expected = expected if len(expected) == len(values) else expected[::EVERY]
    return float(np.max(np.abs(values - expected) / np.maximum(np.abs(expected), 1.0)))
