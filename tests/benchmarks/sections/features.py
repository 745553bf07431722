"""Features of spikes: their cost beside the simulation that made the spikes, and the reference's eight beside snnpy.

The networks are those of an estimator, quick and with memory, all neurons read; a batch that returns the recordings
tells what simulating takes, and what a batch with features takes more is theirs. All are the least of the repeats.
"""

import numpy as np
import simulation
from contest import contest, on_the_example
from tables import Table, versions

from snnres.estimators import ReservoirTransformer
from snnres.features import FeatureExtractor

SETS = {
    "binned_counts": FeatureExtractor("binned_counts"),
    "filtered_traces": FeatureExtractor("filtered_traces"),
    "multiscale_counts": FeatureExtractor("multiscale_counts"),
    "final_traces": FeatureExtractor("final_traces"),
    "the sixteen of extract_features": "features",
}
THREADS = {"one thread": 1, "all": -1}
CHANNELS, STEPS = 24, 40


def measure(options):
    """Yield the tables."""
    n_samples, neurons, repeats = (12, 60, 1) if options.quick else (200, 1000, 3)
    yield beside_simulation(n_samples, neurons, repeats)
    yield beside_snnpy(options)


def beside_simulation(n_samples, neurons, repeats):
    X = np.random.default_rng(0).normal(size=(n_samples, STEPS, CHANNELS)).cumsum(axis=1)
    model = ReservoirTransformer(neurons, random_state=0).fit(X)
    everyone = np.arange(neurons)
    rows = []
    for name, run in simulation.timed(model, X).items():
        ways = [{"returns": "recordings"}, *({"returns": of, "neurons": everyone} for of in SETS.values())]
        least = np.min(
            [[[run(n_jobs=n_jobs, **way) for n_jobs in THREADS.values()] for way in ways] for _ in range(repeats)],
            axis=0,
        )
        for features, of in zip(SETS, least[1:] - least[0], strict=True):
            rows.append((name, features, *np.stack([least[0], of, of / least[0]], axis=1).ravel().tolist()))
    columns = {"network": "", "features": ""}
    for threads in THREADS:
        columns |= {f"simulation s, {threads}": ".3f", f"features s, {threads}": ".3f", f"ratio, {threads}": ".2f"}
    return Table(f"Features of {n_samples} samples, {neurons:,} neurons, the least of {repeats}", columns, rows)


def beside_snnpy(options):
    rounds = 1 if options.quick else 7
    with on_the_example(options) as rivals:
        entries = [(rivals[0], "eight_features"), *((rival, "features") for rival in rivals)]
        found, notes = contest(entries, rounds), versions(rivals)
    rows = [
        (
            entry["who"],
            entry["features"],
            1e3 * entry["seconds"],
            1e3 * entry["best"],
            entry["seconds"] / found[0]["seconds"],
        )
        for entry in found
    ]
    columns = {"who": "", "features": "d", "ms": ".2f", "best": ".2f", "of the eight": ".2f"}
    return Table(f"Features of the first example's neurons, one thread, medians of {rounds}", columns, rows, notes)
