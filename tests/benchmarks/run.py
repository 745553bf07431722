"""Compare snnres with the simulators whose results it repeats, in one sitting, on one thread.

    python tests/benchmarks/run.py --peer-python PATH [--brian2-python PATH] [--large] [--json FILE]

PATH is a Python in an environment of its own, with snn-reservoir-py 2.0.0 or with Brian2 2.9.0. The opponents take
turns in every round; medians and their ratios are printed, and nothing is judged: other machines, other seconds.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import machine
import report
from case import write_case
from contest import Opponent, contest, run_json

# Measurement: (title, rounds, what the project's issue asks for at least)
CONTESTS = {
    "simulate": ("simulate(), first example of the reference", 9, "28x snnpy, 2.2x Brian2"),
    "stdp": ("simulate() with STDP, multiplicative, tau 20/40", 3, "45x snnpy"),
    "build": ("building that network, generated small world", 5, "20x snnpy"),
    "features": ("extract_features_from_spikes(), 2000 neurons", 7, "10x snnpy for the reference's eight"),
}
SIZES = (10**3, 10**4, 10**5)
LARGE = 10**6


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", help="Python with snn-reservoir-py 2.0.0")
    parser.add_argument("--brian2-python", help="Python with Brian2")
    parser.add_argument("--large", action="store_true", help="also 10^8 synapses: minutes, and up to 8 GB")
    parser.add_argument("--json", type=Path, help="write the results here too")
    sections = [*CONTESTS, "startup", "scaling"]
    parser.add_argument("--only", nargs="+", choices=sections, default=sections, help="sections to run")
    return parser.parse_args()


def opponents(options, case):
    found = [Opponent("snnres", sys.executable, "ours.py", case)]
    if options.peer_python:
        found.append(Opponent("snnpy", options.peer_python, "peer_snnpy.py", case))
    if options.brian2_python:
        found.append(Opponent("Brian2 C++", options.brian2_python, "peer_brian2.py", case))
    return found


def contests(options, case, names):
    """Yield (name, results) of each contest that was asked for."""
    if not names:
        return
    rivals = opponents(options, case)
    yield "versions", {rival.name: rival.versions for rival in rivals}
    for name in names:
        entries = [(rival, name) for rival in rivals if name in rival.measurements]
        if name == "features":
            entries.insert(1, (rivals[0], "eight_features"))
        yield name, contest(entries, CONTESTS[name][1])
    for rival in rivals:
        rival.close()


def startup():
    """A new process with an empty cache of compiled code, then three with the cache that it left."""
    with tempfile.TemporaryDirectory() as cache:
        cold = run_json(sys.executable, "startup.py", NUMBA_CACHE_DIR=cache)
        warm = [run_json(sys.executable, "startup.py", NUMBA_CACHE_DIR=cache) for _ in range(3)]
    return {"cold": cold, "warm": sorted(warm, key=lambda times: sum(times.values()))[1]}


def scaling(large):
    for n_neurons in SIZES + (LARGE,) * large:
        yield run_json(sys.executable, "scaling.py", n_neurons)


def main():
    options = arguments()
    results = {"machine": machine.describe()}
    print(report.machine(results["machine"]))
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case.npz"
        write_case(case)
        for name, found in contests(options, case, [name for name in CONTESTS if name in options.only]):
            results[name] = found
            print(report.versions(found) if name == "versions" else report.contest(*CONTESTS[name], found), flush=True)
    if "startup" in options.only:
        results["startup"] = startup()
        print(report.startup(results["startup"]), flush=True)
    if "scaling" in options.only:
        print(report.scaling_head())
        results["scaling"] = []
        for row in scaling(options.large):
            results["scaling"].append(row)
            print(report.scaling_row(row), flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
