"""Many trials on one frozen network."""

import numpy as np

from .advance import advance
from .compile import jit
from .structs import CurrentDrive, SpikeDrive

READY = np.int32(0)


@jit
def run_trials(
    edges, lif, starts, rows, spikes, signal_rows, currents, potentials, state, fired, offsets, neurons, first
):
    """Run the trials from ``first`` on, each from its row of ``potentials``, and return the first one not run.

    Trial k takes the steps ``starts[k]`` to ``starts[k + 1]`` of one common time axis, the rows ``rows[k]`` to
    ``rows[k + 1]`` of the spikes and likewise ``signal_rows`` of the currents; either may be None. One row of
    ``potentials`` is for all. Stops before a trial whose spikes do not fit ``neurons``. Mutates the state (a scratch)
    and writes spikes as ``advance`` does.
    """
    last = starts.size - 1
    for k in range(first, last):
        state.potential[:] = potentials[k % potentials.shape[0]]
        state.timer[:] = READY
        n_steps = starts[k + 1] - starts[k]
        trial_spikes = None
        if spikes is not None:
            trial_spikes = SpikeDrive(spikes.spikes[rows[k] : rows[k + 1]])
        trial_currents = None
        if currents is not None:
            trial_currents = CurrentDrive(
                currents.signal[signal_rows[k] : signal_rows[k + 1]],
                currents.hold,
                currents.indptr,
                currents.target,
                currents.weight,
                currents.bias,
                currents.current,
            )
        reached = advance(
            edges,
            lif,
            None,
            None,
            trial_spikes,
            trial_currents,
            state,
            fired,
            0,
            n_steps,
            offsets[starts[k] : starts[k + 1] + 1],
            neurons,
            offsets[starts[k]],
        )
        if reached < n_steps:
            return k
    return last


@jit
def count_by_trial(starts, offsets, neurons, column, n_columns, counts):
    """Count the spikes of each trial's columns into ``counts[1:]``, zeros at first; a column of -1 is left out."""
    for k in range(starts.size - 1):
        base = k * n_columns + 1
        for e in range(offsets[starts[k]], offsets[starts[k + 1]]):
            c = column[neurons[e]]
            if c >= 0:
                counts[base + c] += 1


@jit
def place_by_trial(starts, offsets, neurons, column, n_columns, cursor, times):
    """Write each spike's step within its trial where the cursor of its train points. Mutates ``cursor``."""
    for k in range(starts.size - 1):
        base = k * n_columns
        for t in range(starts[k], starts[k + 1]):
            for e in range(offsets[t], offsets[t + 1]):
                c = column[neurons[e]]
                if c >= 0:
                    times[cursor[base + c]] = t - starts[k]
                    cursor[base + c] += 1
