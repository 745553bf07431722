"""Compare snnres with Brian2 on a network that learns: plasticity, delays and an adaptive threshold, one thread.

    python tests/benchmarks/plasticity.py [--brian2-python PATH] [--rounds N] [--json FILE]

PATH is a Python in an environment of its own, with Brian2 2.9.0. The network is that of the first example of the
reference (2,000 neurons, k = 400, 200 synapses from each), with delays of 1 to 20 steps, thresholds that rise with each
spike, and STDP of pairs. The opponents take turns in every round; of Brian2's C++ standalone the run loop alone counts.

A synaptic event is a spike that passes a synapse, counted once: it is sent, waits for its delay, depresses the synapse
as it arrives and reaches the potential. That a spike potentiates the synapses onto its neuron is not counted beside.

Twice: with changes of 0, where both do all the work and must find the same spikes; and with weights that change, where
they need not, since Brian2 takes a weight as its spike arrives and snnres as it is sent.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import machine
import numpy as np
import report
from case import write_case
from contest import Opponent, contest

ASKED_FOR = "at least 100 M events/s and 3x Brian2"
STEPS, LONGEST_DELAY = 2000, 20
# Amplitude of plasticity, as a fraction of the mean weight.
CHANGES = {"changes of 0": 0.0, "weights that change": 0.002}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brian2-python", help="Python with Brian2")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the results here too")
    return parser.parse_args()


def write_plastic_case(path, change, seed=0):
    """Write the case of the first example with a longer input, and what makes it learn and adapt."""
    write_case(path, seed)
    with np.load(path) as first:
        case = dict(first)
    rng = np.random.default_rng([seed, 1])
    mean = float(case["data"].mean())
    case |= {
        "inputs": rng.integers(0, 2, (len(case["inputs"]), STEPS)).astype(np.uint8),
        "delays": rng.integers(1, LONGEST_DELAY + 1, len(case["data"])).astype(np.int32),
        "increment": 0.1,
        "tau_adaptation": 100.0,
        "tau_plus": 20.0,
        "tau_minus": 40.0,
        "change": change * mean,
        "bound": 4 * mean,
    }
    np.savez(path, **case)


def compare(options, case):
    """Return the opponents' versions and the contest's entries."""
    rivals = [Opponent("snnres", sys.executable, "plasticity_ours.py", case)]
    if options.brian2_python:
        rivals.append(Opponent("Brian2 C++", options.brian2_python, "plasticity_brian2.py", case))
    found = contest([(rival, "simulate") for rival in rivals], options.rounds)
    for rival in rivals:
        rival.close()
    return {rival.name: rival.versions for rival in rivals}, found


def table(title, rounds, found):
    """Return a row for each entry: time, events a second, how many times our time, and what came out."""
    ours = found[0]
    lines = [f"\n{title}: {ours['events'] / 1e6:.1f} M events (medians of {rounds}, asked for: {ASKED_FOR})"]
    for entry in found:
        lines.append(
            f"  {entry['who']:<12}{1e3 * entry['seconds']:>9.1f} ms (best {1e3 * entry['best']:.1f})"
            f"{entry['events'] / entry['seconds'] / 1e6:>8.0f} M events/s{entry['seconds'] / ours['seconds']:>8.1f}x  "
            f"{entry['spikes']} spikes, mean weight {entry['weight']:.5f}"
            + (", same spikes" if entry["digest"] == ours["digest"] else ", other spikes")
            * (entry is not ours)
        )
    return "\n".join(lines)


def main():
    options = arguments()
    results = {"machine": machine.describe()}
    print(report.machine(results["machine"]))
    with tempfile.TemporaryDirectory() as folder:
        for title, change in CHANGES.items():
            case = Path(folder) / "case.npz"
            write_plastic_case(case, change)
            results["versions"], results[title] = compare(options, case)
            print(table(title, options.rounds, results[title]), flush=True)
    print(report.versions(results["versions"]))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
