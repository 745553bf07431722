"""End to end on spoken digits: fit and predict with all defaults, beside an echo-state network and MiniRocket.

The first table is of recordings with index 10-49 to train and 5-9 to test. The echo-state network, reservoirpy's, has
as many units as the reservoir has neurons, and is read by means over 1, 2, 4 and 8 parts of each recording, as our
neurons' spikes are. MiniRocket, aeon's, wants series of one length, to which recordings are stretched. Both stand
before scikit-learn's ridge classifier. All cores for everyone. The second is of a fit on all recordings and of what it
is made of: simulating the same recordings, through both ways between which the classifier chooses, on the same threads;
their features beyond that; and the readout of the way that is kept, by itself.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from contest import opponents
from recorded import SPEECH, Speech, found, read_speech
from tables import Table, absent, versions

TITLE = "Spoken digits, all defaults"


def measure(options):
    """Yield the tables."""
    folder = found(options, SPEECH)
    if folder is None and not options.quick:
        yield absent(TITLE, f"no {SPEECH} in --data")
        return
    speech = stand_in() if options.quick else read_speech(folder)
    with tempfile.TemporaryDirectory() as scratch:
        case = Path(scratch) / "case.npz"
        write_case(case, speech, options)
        players = (
            ("snnres", sys.executable, "snnres_digits.py"),
            ("reservoirpy, echo-state network", options.reservoirpy_python, "reservoirpy_digits.py"),
            ("aeon, MiniRocket", options.aeon_python, "aeon_digits.py"),
        )
        with opponents(case, *players, threads=True) as rivals:
            yield beside([(rival.name, rival.measure("scores")) for rival in rivals], versions(rivals))
            yield parts(rivals[0].measure("parts"), len(speech.y))


def stand_in():
    """Return a few short recordings of the same form in which there is little to learn."""
    rng = np.random.default_rng(0)
    y = np.tile(np.arange(3), 12)
    X = [rng.normal(loc=digit, size=(rng.integers(6, 10), 4)) for digit in y]
    return Speech(X, y, np.full(36, "nobody"), np.arange(36))


def write_case(path, speech, options):
    test = speech.number < 10
    np.savez(
        path,
        frames=np.concatenate(speech.X),
        lengths=[len(part) for part in speech.X],
        y=speech.y,
        test=test,
        neurons=100 if options.quick else 1000,
        seed=options.seed,
    )


def beside(scores, notes):
    rows = [(who, of["accuracy"], of["seconds"], of["predict"], of["peak_gib"], of["columns"]) for who, of in scores]
    columns = {"who": "", "accuracy": ".3f", "fit s": ".2f", "predict s": ".2f", "GiB": ".2f", "features": "d"}
    return Table(f"{TITLE}: trained on index 10-49, scored on 5-9", columns, rows, notes)


def parts(entry, n_recordings):
    simulation = entry["simulation"]
    rows = [
        *((f"simulating them, {name}", of, of / simulation) for name, of in entry["pathways"].items()),
        ("simulating them", simulation, 1.0),
        ("their features, beyond that", entry["features"], entry["features"] / simulation),
        ("the readout of the way that is kept", entry["readout"], entry["readout"] / simulation),
        ("fit in all", entry["seconds"], entry["seconds"] / simulation),
    ]
    columns = {"what": "", "s": ".2f", "of the simulation": ".2f"}
    return Table(f"{TITLE}: fit of {n_recordings} recordings", columns, rows)
