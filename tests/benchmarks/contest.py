"""Processes that are measured in turn, and the medians of their times."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from case import QUICK, WHOLE, write_case

HERE = Path(__file__).parent
# Each library that could start threads, held to one.
ONE_THREAD = dict.fromkeys(
    ["NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"],
    "1",
)


def environment(*, threads):
    """Return the variables of a process; ``threads`` says whether it may start any."""
    paths = [str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | ({} if threads else ONE_THREAD) | {"PYTHONPATH": os.pathsep.join(paths)}


class Opponent:
    """One program of the folder ``opponents`` in a process of its own, which measures when asked."""

    def __init__(self, name, python, script, case, *, threads=False):
        self.name = name
        self.process = subprocess.Popen(
            [python, str(HERE / "opponents" / script), str(case)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(threads=threads),
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

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


@contextlib.contextmanager
def opponents(case, *players, threads=False):
    """Start ``(name, python, script)`` that measure one case, those without a Python left out; end them at the end."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(Opponent(name, python, script, case, threads=threads))
            for name, python, script in players
            if python
        ]


@contextlib.contextmanager
def on_the_example(options, *others):
    """Start snnres, snnpy and others on the first example of the reference; end them at the end."""
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case.npz"
        write_case(case, QUICK if options.quick else WHOLE)
        players = (
            ("snnres", sys.executable, "snnres_example.py"),
            ("snnpy", options.peer_python, "snnpy_example.py"),
        )
        with opponents(case, *players, *others) as rivals:
            yield rivals


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


def fresh(function, *, variables=None, threads=True, **arguments):
    """Return what a function of a module says in a new process, with the most memory that this took (GiB)."""
    command = [sys.executable, str(HERE / "child.py"), function.__module__, function.__name__, json.dumps(arguments)]
    env = environment(threads=threads) | (variables or {})
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=env).stdout)
