"""Write tests/golden/synapses/*.npz: runs of Brian2 in float32 with synaptic currents and short-term plasticity.

    brian/bin/python tests/make_golden_brian2_synapses.py

In the environment of make_golden_brian2.py, from whose file ``supplied_300`` each starts; the files have what Brian2
found, and in the header the parameters. Utilisation and resources are variables of the synapses here, of which each has
its own, and with delays they are used as a spike arrives: so another arithmetic of the same equations.
"""

import math

import brian2 as b2
import numpy as np
from make_golden_brian2 import STEP, connect, driven_neurons, pack, prepare, read, run, standalone, write

START = "supplied_300"
# The file, the time constant of the current or None, U, tau_rec and tau_facil of the synapses or None, and the weights.
CASES = (
    ("current", 4.0, None, False, 0.5),
    ("depression", None, (0.6, 30.0, 0.0), False, 1.5),
    ("all_delays", 3.0, (0.4, 20.0, 15.0), True, 1.0),
)


def factor(tau):
    """Return what a step leaves of what decays with a time constant."""
    return math.exp(-1.0 / tau) if tau else 0.0


def synaptic_run(golden, settings, tau, short_term):
    """Return spikes and the final potentials."""
    neurons, parts, constants = driven_neurons(golden, settings, "current")
    synapses, equations = ["w : 1"], ["arriving_post += w"]
    shared = {}
    if short_term is not None:
        use, tau_rec, tau_facil = short_term
        shared = {"use": use, "keep_u": factor(tau_facil), "recovery": 1.0 - factor(tau_rec)}
        synapses += ["u : 1", "x : 1", "used : 1", *(f"{name} : 1 (shared, constant)" for name in shared)]
        equations = ["u += use * (1 - u)", "used = u * x", "x -= used", "arriving_post += w * used"]
    direct = "delays" not in golden
    if direct:
        # Straight to where they act, one after the other, as the model has it without delays.
        equations[-1] = equations[-1].replace("arriving", "v" if tau is None else "current")
    edges = b2.Synapses(neurons, neurons, "\n".join(synapses), on_pre="\n".join(equations))
    connect(edges, golden)
    if not direct:
        edges.delay = (golden["delays"].astype(int) - 1) * STEP
    for name, value in shared.items():
        setattr(edges, name, value)
    parts = [*parts, edges]
    if short_term is not None:
        edges.x = 1
        parts.append(edges.run_regularly("u *= keep_u; x += (1 - x) * recovery", dt=STEP, when="groups"))
    if tau is not None:
        constants["keep_current"] = np.float32(factor(tau))
        parts.append(neurons.run_regularly("current *= keep_current", dt=STEP, when="groups"))
    adding = [] if direct else [f"{'v' if tau is None else 'current'} += arriving", "arriving = 0"]
    adding += [] if tau is None else ["v += current"]
    if adding:
        parts.append(neurons.run_regularly("\n".join(adding), dt=STEP, when="end"))
    spikes = run(parts, constants, settings.get("duration", golden["input_shape"][1]))
    return spikes, np.asarray(neurons.v, dtype=np.float32)


def main():
    prepare()
    settings, golden = read(START)
    for name, tau, short_term, delayed, scale in CASES:
        given = {"data": golden["data"] * np.float32(scale)}
        if delayed:
            given["delays"] = np.random.default_rng(3).integers(1, 16, len(golden["data"])).astype(np.uint8)
        with standalone():
            spikes, potentials = synaptic_run(golden | given, settings, tau, short_term)
        header = {"start": START, "scale": scale, "tau": tau, "short_term": short_term}
        given.pop("data")
        write(f"synapses/{name}", header, given | pack("spike", spikes) | {"final_potentials": potentials})


if __name__ == "__main__":
    main()
