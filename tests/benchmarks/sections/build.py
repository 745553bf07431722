"""Building networks: that of the first example beside snnpy, and seconds and memory from 10^5 to 10^8 synapses."""

import time

from contest import contest, fresh, on_the_example
from tables import Curves, Table, versions

from snnres import SNN, SimulationParams

SYNAPSES = 100
SIZES, LARGE = (10**3, 10**4, 10**5), 10**6


GRAPHS = {
    "small world": lambda n: {"small_world_graph_k": 2 * SYNAPSES, "small_world_graph_p": 0.2},
    "uniform random": lambda n: {"is_random_uniform": True, "connection_prob": SYNAPSES / n},
}


def network(graph, n_neurons):
    return SNN(
        SimulationParams(
            **GRAPHS[graph](n_neurons),
            num_neurons=n_neurons,
            num_output_neurons=35,
            mean_weight=0.01565,
            membrane_threshold=2.0,
            leak_coefficient=1e-4,
            refractory_period=2,
            duration=1,
            seed=0,
        )
    )


def built(graph, n_neurons):
    """Build once in a process of its own, with what it compiles loaded before; the memory is that of the process."""
    network(graph, 1000)
    start = time.perf_counter()
    snn = network(graph, n_neurons)
    return {"seconds": time.perf_counter() - start, "synapses": snn.synaptic_weights.nnz}


def measure(options):
    """Yield the tables and the curves."""
    yield example(options)
    sizes = (500,) if options.quick else SIZES + (LARGE,) * options.large
    found = {graph: [fresh(built, graph=graph, n_neurons=n) for n in sizes] for graph in GRAPHS}
    rows = [
        (graph, of["synapses"], n, of["seconds"], 1e9 * of["seconds"] / of["synapses"], of["peak_gib"])
        for graph in GRAPHS
        for n, of in zip(sizes, found[graph], strict=True)
    ]
    columns = {
        "graph": "",
        "synapses": ",d",
        "neurons": ",d",
        "s": ".3f",
        "ns a synapse": ".1f",
        "GiB, whole process": ".2f",
    }
    yield Table("SNN(...) from parameters, weights drawn", columns, rows)
    lines = {graph: [(of["synapses"], of["seconds"]) for of in found[graph]] for graph in GRAPHS}
    yield Curves("build", "Building a network", "synapses", "s", lines)


def example(options):
    rounds = 1 if options.quick else 7
    with on_the_example(options) as rivals:
        found, notes = contest([(rival, "build") for rival in rivals], rounds), versions(rivals)
    rows = [
        (
            entry["who"],
            1e3 * entry["seconds"],
            1e3 * entry["best"],
            entry["seconds"] / found[0]["seconds"],
            entry["synapses"],
        )
        for entry in found
    ]
    columns = {"who": "", "ms": ".2f", "best": ".2f", "of ours": ".2f", "synapses": ",d"}
    return Table(f"Building the first example, medians of {rounds}", columns, rows, notes)
