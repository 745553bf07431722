"""Processes that are measured in turn, and the medians of their times."""

import json
import os
import statistics
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
# Each library that could start threads, held to one.
ONE_THREAD = dict.fromkeys(
    ["NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"],
    "1",
)


def environment(**more):
    return os.environ | ONE_THREAD | more


class Opponent:
    """One simulator in a process of its own, which measures when asked."""

    def __init__(self, name, python, script, case):
        self.name = name
        self.process = subprocess.Popen(
            [python, str(HERE / script), str(case)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        hello = self._answer()
        self.versions, self.measurements = hello["versions"], hello["measurements"]

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended without an answer, see its message above")
        return json.loads(line)

    def measure(self, measurement):
        self.process.stdin.write(measurement + "\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def contest(entries, rounds):
    """Measure ``(opponent, measurement)`` entries in turn; return for each its last answer with the times of all.

    The first round warms caches and compilers and does not count.
    """
    seconds = [[] for _ in entries]
    answers = []
    for _ in range(rounds + 1):
        answers = [opponent.measure(measurement) for opponent, measurement in entries]
        for times, answer in zip(seconds, answers, strict=True):
            times.append(answer["seconds"])
    results = []
    for (opponent, measurement), times, answer in zip(entries, seconds, answers, strict=True):
        counted = times[1:]
        median = statistics.median(counted)
        results.append(
            answer | {"who": opponent.name, "measurement": measurement, "seconds": median, "best": min(counted)}
        )
    return results


def run_json(python, script, *arguments, **variables):
    """Run a script of this folder in a new process and return what it prints."""
    command = [python, str(HERE / script), *map(str, arguments)]
    printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment(**variables))
    return json.loads(printed.stdout)
