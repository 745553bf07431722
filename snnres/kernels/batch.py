"""Many trials on one frozen network."""

from typing import Any

from numba.core import types
from numba.extending import overload

from .compile import OPTIONS, jit
from .model import Drive, Recorder
from .monitor import advance_monitored
from .verbs import window


@jit
def copy_values(array, values):
    """Copy values entry by entry: an assignment to a slice takes 2.6 s longer to compile, for its error message."""
    target, source = array.ravel(), values.ravel()
    for i in range(target.size):
        target[i] = source[i]


def restore(state: Any, source: Any) -> None:
    """Copy every array of ``source``, at any depth, into that of ``state``. Mutates ``state``; None has no arrays."""
    if isinstance(source, tuple):
        for part, values in zip(state, source, strict=True):
            restore(part, values)
    elif source is not None:
        copy_values(state, source)


@overload(restore, jit_options=OPTIONS)
def restore_compiled(state, source):
    """Unroll the loop: the arrays of a state are of different types."""
    if isinstance(source, types.Array):
        return lambda state, source: copy_values(state, source)  # noqa: PLW0108
    if isinstance(source, types.NoneType) or len(source) == 0:
        return lambda state, source: None

    def first_and_rest(state, source):
        restore(state[0], source[0])
        restore(state[1:], source[1:])

    return first_and_rest


@jit
def set_trial(stream, trial):
    """Let the random numbers be those of a trial, from its beginning."""
    if stream is not None:
        stream.key[1] = trial
        stream.step[0] = 0


@jit
def run_trials(
    recorder, model, drive, state, monitor, starts, rows, samples, initial, potentials, number, first, steps
):
    """Go on with the trials from ``first`` on for so many steps in all; return the trial to go on with.

    Trial k takes the steps ``starts[k]`` to ``starts[k + 1]`` of one common time axis, which is the clamp's, too; its
    input the steps ``rows[k]`` to ``rows[k + 1]`` of the drive, its samples those from ``samples[k]`` to
    ``samples[k + 1]`` of the monitor, which may be None; its random numbers are those of trial ``number + k``. It
    begins in the initial state and at its row of ``potentials``, of which there may be one for all. The recorder's
    position is that within the trial. Stops early before a step whose spikes might not fit the recorder. Mutates the
    state (a scratch), the recorder and the monitor's values.
    """
    last, position = starts.size - 1, recorder.position
    for k in range(first, last):
        if position[0] == 0:
            restore(state, initial)
            set_trial(state.stream, number + k)
            copy_values(state.cell.potential, potentials[k % potentials.shape[0]])
        own = Drive(
            window(drive.spikes, rows[k], rows[k + 1]),
            window(drive.currents, rows[k], rows[k + 1]),
            window(drive.clamp, starts[k], starts[k + 1]),
            None,
        )
        offsets = recorder.offsets[starts[k] : starts[k + 1] + 1]
        recording = Recorder(offsets, recorder.neurons, recorder.fired, recorder.words, position)
        taken = window(monitor, samples[k], samples[k + 1])
        begin, end = position[0], offsets.size - 1
        advance_monitored(model, own, state, recording, taken, min(end, begin + steps))
        if position[0] < end:
            return k
        steps -= end - begin
        position[0] = 0
    return last
