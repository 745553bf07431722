"""Fit and score on the case of recordings, for every library alike: numpy only."""

import time

import machine
import numpy as np


class Recordings:
    """The case: series of unequal length, labels, and which are to train and which to test."""

    def __init__(self, path):
        case = np.load(path)
        self.X = np.split(case["frames"], np.cumsum(case["lengths"])[:-1])
        self.y, self.neurons, self.seed = case["y"], int(case["neurons"]), int(case["seed"])
        self.train, self.test = np.flatnonzero(~case["test"]), np.flatnonzero(case["test"])

    def part(self, which):
        return [self.X[i] for i in which], self.y[which]

    def scores(self, model):
        """Fit and score a model, which has ``fit`` and ``predict``."""
        X, y = self.part(self.train)
        start = time.perf_counter()
        model.fit(X, y)
        fitted = time.perf_counter()
        X, y = self.part(self.test)
        begin = time.perf_counter()
        predicted = model.predict(X)
        done = time.perf_counter()
        return {
            "seconds": fitted - start,
            "predict": done - begin,
            "accuracy": float(np.mean(predicted == y)),
            "peak_gib": machine.peak_gib(),
        }

    def warm_up(self, model):
        """Let compilers and pools of threads start on a few recordings."""
        few = [*self.train[:: max(1, len(self.train) // 40)]]
        X, y = self.part(few)
        model.fit(X, y).predict(X)
