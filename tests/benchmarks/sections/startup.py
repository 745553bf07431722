"""Import and first call: what a new process takes until its first network has run, with compiled code kept and without.

The networks are of the first example.
"""

import tempfile
import time

from contest import fresh
from tables import Table


def first_run():
    """Import snnres and build and run the first example, in a process that has done nothing before."""
    start = time.perf_counter()
    from snnres import SNN, SimulationParams

    imported = time.perf_counter()
    import numpy as np
    from case import INPUTS, REWIRED, WHOLE

    params = SimulationParams(
        num_neurons=WHOLE.neurons,
        num_output_neurons=35,
        small_world_graph_k=WHOLE.neighbours,
        small_world_graph_p=REWIRED,
        mean_weight=WHOLE.mean_weight,
        membrane_threshold=2.0,
        leak_coefficient=1e-4,
        refractory_period=2,
        input_spike_times=np.random.default_rng(0).integers(0, 2, (INPUTS, WHOLE.steps)),
        seed=0,
    )
    begin = time.perf_counter()
    snn = SNN(params)
    built = time.perf_counter()
    snn.simulate()
    return {"import": imported - start, "build": built - begin, "simulate": time.perf_counter() - built}


def measure(options):
    """Yield the table: with an empty cache of compiled code, then with the cache that this left, the median of five."""
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        # Compiling takes too long to see whether it runs; the cache that is there serves for that.
        kept = {} if options.quick else {"NUMBA_CACHE_DIR": cache}
        if not options.quick:
            rows.append(row("nothing compiled yet", fresh(first_run, variables=kept)))
        runs = [fresh(first_run, variables=kept) for _ in range(1 if options.quick else 5)]
        rows.append(row("compiled before", sorted(runs, key=total)[len(runs) // 2]))
    columns = {"state": "", "import s": ".2f", "build s": ".2f", "simulate s": ".2f", "in all s": ".2f", "GiB": ".2f"}
    yield Table("A new process, to the first example and its run", columns, rows)


def total(found):
    return found["import"] + found["build"] + found["simulate"]


def row(state, found):
    return (state, found["import"], found["build"], found["simulate"], total(found), found["peak_gib"])
