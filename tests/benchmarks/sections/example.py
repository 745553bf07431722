"""The first example of the reference: simulate(), beside snnpy, Brian2's loop and the same spikes in C, one thread."""

from contest import contest, on_the_example
from roofline import NO_COMPILER
from tables import Table, versions

C = {"stream": "C: reading the rows of what fires", "add": "C: adding them to the potentials"}


def measure(options):
    """Yield the table."""
    with on_the_example(options, ("Brian2 C++, its loop", options.brian2_python, "brian2_example.py")) as rivals:
        entries = [(rival, "simulate") for rival in rivals]
        entries += [(rivals[0], name) for name in C if name in rivals[0].measurements]
        rounds = 1 if options.quick else 15
        yield table(contest(entries, rounds), rounds, versions(rivals))


def table(found, rounds, notes):
    ours = found[0]
    rows = [
        (
            C.get(entry["measurement"], entry["who"]),
            1e3 * entry["seconds"],
            1e3 * entry["best"],
            entry["seconds"] / ours["seconds"],
            1e9 * entry["seconds"] / ours["events"],
            outcome(entry, ours),
        )
        for entry in found
    ]
    if "stream" not in [entry["measurement"] for entry in found]:
        notes += (NO_COMPILER,)
    columns = {"who": "", "ms": ".2f", "best": ".2f", "of ours": ".2f", "ns an event": ".2f", "spikes": ""}
    title = f"simulate() of the first example, {ours['events'] / 1e6:.2f} M synaptic events, medians of {rounds}"
    return Table(title, columns, rows, notes)


def outcome(entry, ours):
    """Say whether results are the same."""
    if "digest" not in entry:
        return None
    same = "the same" if entry["digest"] == ours["digest"] else "OTHER"
    return f"{entry['spikes']}" if entry is ours else f"{entry['spikes']}, {same}"
