"""Plasticity: STDP of the first example beside snnpy, and with delays and adaptation beside Brian2, one thread.

In the second an event is a spike that passes a synapse, counted once: it is sent, waits for its delay, depresses the
synapse as it arrives and reaches the potential. That a spike potentiates the synapses onto its neuron is not counted
beside. It is measured with changes of 0, where both do all the work and must find the same spikes, and with weights
that change, where they need not, since Brian2 takes a weight as its spike arrives and snnres as it is sent.
"""

import sys
import tempfile
from pathlib import Path

from case import LONGEST_DELAY, QUICK, WHOLE, write_learning_case
from contest import contest, on_the_example, opponents
from tables import Table, versions

from .example import outcome

LEARN = "C: the same synapses changed and added"
# Amplitude of plasticity, as a fraction of the mean weight.
CHANGES = {"changes of 0": 0.0, "weights that change": 0.002}


def measure(options):
    """Yield the tables."""
    size, rounds = (QUICK, 1) if options.quick else (WHOLE, 3)
    yield beside_snnpy(options, rounds)
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case.npz"
        for title, change in CHANGES.items():
            write_learning_case(case, size, change)
            yield beside_brian2(options, case, rounds, title, same=change == 0)


def beside_snnpy(options, rounds):
    with on_the_example(options) as rivals:
        entries = [(rival, "stdp") for rival in rivals]
        entries += [(rivals[0], "learn")] * ("learn" in rivals[0].measurements)
        found, notes = contest(entries, rounds), versions(rivals)
    ours = found[0]
    rows = [
        (
            LEARN if entry["measurement"] == "learn" else entry["who"],
            1e3 * entry["seconds"],
            1e3 * entry["best"],
            entry["seconds"] / ours["seconds"],
            1e9 * entry["seconds"] / ours["events"],
            outcome(entry, ours),
        )
        for entry in found
    ]
    title = f"simulate() with STDP, {ours['events'] / 1e6:.1f} M synaptic events, medians of {rounds}"
    columns = {"who": "", "ms": ".1f", "best": ".1f", "of ours": ".2f", "ns an event": ".2f", "spikes, weights": ""}
    return Table(title, columns, rows, notes)


def beside_brian2(options, case, rounds, title, *, same):
    players = (
        ("snnres", sys.executable, "snnres_learning.py"),
        ("Brian2 C++, its loop", options.brian2_python, "brian2_learning.py"),
    )
    with opponents(case, *players) as rivals:
        found, notes = contest([(rival, "simulate") for rival in rivals], rounds), versions(rivals)
    ours = found[0]
    rows = [
        (
            entry["who"],
            1e3 * entry["seconds"],
            1e3 * entry["best"],
            entry["seconds"] / ours["seconds"],
            entry["events"] / entry["seconds"] / 1e6,
            entry["weight"],
            outcome(entry, ours) if same else f"{entry['spikes']}, need not be the same",
        )
        for entry in found
    ]
    columns = {
        "who": "",
        "ms": ".1f",
        "best": ".1f",
        "of ours": ".2f",
        "M events/s": ".0f",
        "mean weight": ".5f",
        "spikes": "",
    }
    what = f"STDP, delays to {LONGEST_DELAY} steps, thresholds that adapt, {title}"
    return Table(f"{what}, {ours['events'] / 1e6:.1f} M events, medians of {rounds}", columns, rows, notes)
