"""What a fitted estimator's networks take for samples by themselves, without features and readout."""

import time


def seconds(model, X, n_jobs):
    """Return the seconds of simulating samples through each pathway of a fitted estimator, by name."""
    return {name: time_of(returns="outputs", neurons=[0], n_jobs=n_jobs) for name, time_of in timed(model, X).items()}


def timed(model, X):
    """Return a function for each pathway that runs its batch on samples, as the estimator does, and says how long."""
    series = model._check_samples(X, reset=False)

    def timer(pathway):
        currents = list(model._drive(series, deltas=pathway.deltas))

        def run(**how):
            start = time.perf_counter()
            pathway.network.simulate_batch(currents=currents, hold=pathway.hold, **how)
            return time.perf_counter() - start

        return run

    return {pathway.name: timer(pathway) for pathway in model.pathways_}
