"""How the suite talks to what it measures: a name a line in, a JSON object a line out. Standard library only."""

import json
import os
import sys


def serve(versions, measurements):
    """Say what runs here, then measure what is asked for until the input ends.

    ``measurements`` maps names to functions that return a dict with ``seconds``.
    """
    # What a simulator prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(content):
        answers.write(json.dumps(content) + "\n")
        answers.flush()

    answer({"versions": versions, "measurements": list(measurements)})
    for line in sys.stdin:
        answer(measurements[line.strip()]())
