"""Large networks: a synaptic event from 10^5 to 10^8 synapses, beside reading the rows visited, one thread and all.

Small worlds of 200 neighbours, 100 synapses from each neuron, a fortieth of them fed 0/1 spikes, ever fewer of which
are 1, so that ever fewer neurons fire. Each part of a step is also run by itself, on the spikes of a run, and the rows
of what fired are read once by C, in the order of the spikes.
"""

import hashlib
import itertools
import statistics
import time

import machine
import numpy as np
import steps
from contest import fresh
from roofline import NO_COMPILER, Rows, library
from tables import Curves, Table

from snnres import SNN, SimulationParams

NEIGHBOURS, STEPS, WARM_UP = 200, 100, 1000
ONES = (0.5, 0.1, 0.02)
SIZES, LARGE = (10**3, 10**4, 10**5), 10**6
# On which a run is to be no slower on more threads.
EXAMPLE = 2000


def network(n_neurons, ones, **synapses):
    inputs = (np.random.default_rng(0).random((n_neurons // 40, STEPS)) < ones).astype(np.uint8)
    return SNN(
        SimulationParams(
            **synapses,
            num_output_neurons=1,
            membrane_threshold=2.0,
            leak_coefficient=1e-4,
            refractory_period=2,
            input_spike_times=inputs,
            seed=0,
        )
    )


def small_world(n_neurons, ones):
    return network(
        n_neurons,
        ones,
        num_neurons=n_neurons,
        small_world_graph_k=NEIGHBOURS,
        small_world_graph_p=0.2,
        mean_weight=0.01565,
    )


def seconds(snn, n_jobs):
    """Run once from the potentials of construction."""
    snn.reset()
    start = time.perf_counter()
    snn.simulate(n_jobs=n_jobs)
    return time.perf_counter() - start


def digest(recording):
    return hashlib.sha1(recording.offsets.tobytes() + recording.neurons.tobytes()).hexdigest()


def measured(n_neurons, ones, runs):
    """Measure networks of one size, in a process of its own."""
    threads = machine.cores()
    for n_jobs in (1, threads):
        seconds(small_world(WARM_UP, ones[0]), n_jobs)
    snn = small_world(n_neurons, ones[0])
    functions = library()
    found = []
    for fraction in ones:
        inputs = (np.random.default_rng(0).random((n_neurons // 40, STEPS)) < fraction).astype(np.uint8)
        snn.set_input_spike_times(inputs)
        times, spikes = {"one": [], "all": []}, {}
        for _ in range(runs):
            for name, n_jobs in (("one", 1), ("all", threads)):
                times[name].append(seconds(snn, n_jobs))
                spikes[name] = digest(snn.recording)
        medians = {name: statistics.median(of) for name, of in times.items()}
        stream = None
        if functions is not None:
            rows = Rows(functions, snn)
            stream = statistics.median(rows.stream()["seconds"] for _ in range(runs))
        events = int(np.diff(snn.synaptic_weights.indptr).astype(np.int64)[snn.recording.neurons].sum())
        firing = snn.recording.n_spikes / n_neurons / STEPS
        same = spikes["one"] == spikes["all"]
        parts = steps.parts(snn)
        found.append(medians | {"stream": stream, "events": events, "firing": firing, "same": same, "parts": parts})
    return {"synapses": snn.synaptic_weights.nnz, "found": found}


def measure(options):
    """Yield the tables and the curves."""
    sizes = (200, 400) if options.quick else (SIZES[0], EXAMPLE, *SIZES[1:]) + (LARGE,) * options.large
    ones = ONES[:1] if options.quick else ONES
    # The smallest run for tenths of a millisecond.
    runs = {n: 1 if options.quick else max(5, LARGE // 10 // n) for n in sizes}
    results = {n: fresh(measured, n_neurons=n, ones=ones, runs=runs[n]) for n in sizes}
    yield whole(results)
    yield within(results)
    yield from growth(results)


def whole(results):
    rows = []
    for n, result in results.items():
        for one in result["found"]:
            read = one["stream"]
            rows.append(
                (
                    result["synapses"],
                    n,
                    100 * one["firing"],
                    one["events"] / 1e6,
                    1e9 * one["one"] / one["events"],
                    read and 1e9 * read / one["events"],
                    read and one["one"] / read,
                    1e9 * one["all"] / one["events"],
                    one["one"] / one["all"],
                    "the same" if one["same"] else "OTHER",
                )
            )
    columns = {
        "synapses": ",d",
        "neurons": ",d",
        "firing %": ".2f",
        "M events": ".2f",
        "ns an event": ".2f",
        "reading": ".2f",
        "of reading": ".2f",
        f"on {machine.cores()} threads": ".2f",
        "times as fast": ".2f",
        "spikes": "",
    }
    notes = (NO_COMPILER,) if any(row[5] is None for row in rows) else ()
    return Table(f"simulate() of {STEPS} steps, small worlds, one thread unless said", columns, rows, notes)


def within(results):
    """Where the time of a step on one thread goes."""
    rows = []
    for n, result in results.items():
        for one in result["found"]:
            spread = 1e9 * one["parts"]["spread"] / one["events"]
            spent = [1e6 * part / STEPS for part in (one["one"], *one["parts"].values())]
            rows.append((result["synapses"], n, 100 * one["firing"], *spent, spread))
    columns = {"synapses": ",d", "neurons": ",d", "firing %": ".2f", "us a step": ".1f"}
    columns |= dict.fromkeys(steps.PARTS, ".1f") | {"spread, ns an event": ".2f"}
    return Table("Where a step's time goes, each part run by itself", columns, rows)


def growth(results):
    """How time grows with events, from each size to the next: 1 is in proportion."""
    lines, rows = {}, []
    for i, first in enumerate(next(iter(results.values()))["found"]):
        name = f"{100 * first['firing']:.2g} % firing"
        points = [(result["found"][i]["events"], result["found"][i]["one"]) for result in results.values()]
        lines[name] = [(events, 1e9 * seconds / events) for events, seconds in points]
        slopes = [
            np.log(after / before) / np.log(more / fewer) if more != fewer else None
            for (fewer, before), (more, after) in itertools.pairwise(points)
        ]
        rows.append((name, " ".join("-" if slope is None else f"{slope:.2f}" for slope in slopes)))
    columns = {"neurons that fire": "", "power of the events, from size to size": ""}
    yield Table("Growth of the time of a run with its events (1: in proportion)", columns, rows)
    yield Curves("large", "A synaptic event, one thread", "events in 100 steps", "ns an event", lines)
