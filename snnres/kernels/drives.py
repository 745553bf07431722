"""Input from outside: spikes of the first neurons, currents mixed from the channels of a signal, and reward."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compile import jit
from .verbs import NO_REWARD, inject, rewarded, window

Float32Array = NDArray[np.float32]

ONE = np.uint32(1)
SILENT = np.float32(0)


class SpikeDrive(NamedTuple):
    """Input spikes, one row a step: ``(n_steps, n_inputs)`` uint8; each adds the amplitude to its neuron."""

    spikes: NDArray[np.uint8]
    amplitude: np.float32


class CurrentDrive(NamedTuple):
    """Analogue input: ``signal`` (n_rows, n_channels) spread by the CSR rows of its channels, plus a bias a neuron.

    Each row lasts ``hold`` steps; ``current`` (a scratch, an entry a neuron) keeps what it sends, zeros once the signal
    has ended. A run begins at the start of a row.
    """

    signal: Float32Array
    hold: np.int64
    indptr: NDArray[np.uint64]
    target: NDArray[np.unsignedinteger[Any]]
    weight: Float32Array
    bias: Float32Array
    current: Float32Array


class TappedDrive(NamedTuple):
    """Analogue input with delays: as :class:`CurrentDrive`, but row r of the weights reads a tap of its own.

    That is what channel ``channel[r]`` was ``delay[r]`` rows ago. The bias ends with the signal; what is on its way
    then goes on arriving.
    """

    signal: Float32Array
    hold: np.int64
    channel: NDArray[np.uint32]
    delay: NDArray[np.int64]
    indptr: NDArray[np.uint64]
    target: NDArray[np.unsignedinteger[Any]]
    weight: Float32Array
    bias: Float32Array
    current: Float32Array


class RewardDrive(NamedTuple):
    """Rewards, an entry a step, NaN for none."""

    values: Float32Array


class Line(NamedTuple):
    """The latest rows of a signal, (longest delay + 1, n_channels), a ring whose newest is ``position[0]``."""

    past: Float32Array
    position: NDArray[np.int64]


@window.of(SpikeDrive)
def spike_window(drive, start, stop):
    """Return some steps of the spikes."""
    return SpikeDrive(drive.spikes[start:stop], drive.amplitude)


@window.of(CurrentDrive)
def current_window(drive, start, stop):
    """Return some steps of the currents, whole rows."""
    return CurrentDrive(
        drive.signal[start // drive.hold : stop // drive.hold],
        drive.hold,
        drive.indptr,
        drive.target,
        drive.weight,
        drive.bias,
        drive.current,
    )


@window.of(TappedDrive)
def tapped_window(drive, start, stop):
    """Return some steps of the currents, whole rows."""
    return TappedDrive(
        drive.signal[start // drive.hold : stop // drive.hold],
        drive.hold,
        drive.channel,
        drive.delay,
        drive.indptr,
        drive.target,
        drive.weight,
        drive.bias,
        drive.current,
    )


@inject.of(SpikeDrive)
def inject_spikes(drive, line, potential, t):
    """Add the amplitude to each of the first neurons whose input spikes; input ends where its rows end."""
    if t < drive.spikes.shape[0]:
        spikes, amplitude = drive.spikes[t], drive.amplitude
        for i in range(spikes.size):
            potential[i] += amplitude * np.float32(spikes[i])


@jit
def mix_channels(drive, row):
    """Write the current of a row: the bias, plus weight times value of one channel after the other."""
    current, signal = drive.current, drive.signal[row]
    for i in range(current.size):
        current[i] = drive.bias[i]
    for c in range(np.uint32(signal.size)):
        value = signal[c]
        for e in range(drive.indptr[c], drive.indptr[c + ONE]):
            current[drive.target[e]] += drive.weight[e] * value


@inject.of(CurrentDrive)
def inject_currents(drive, line, potential, t):
    """Add the current of the step, mixed where a row begins; input ends where its rows end."""
    row = t // drive.hold
    if row < drive.signal.shape[0]:
        if t % drive.hold == 0:
            mix_channels(drive, row)
        current = drive.current
        for i in range(current.size):
            potential[i] += current[i]
    elif row == drive.signal.shape[0] and t % drive.hold == 0:
        # Not added: 0 would turn a potential of -0.
        for i in range(drive.current.size):
            drive.current[i] = SILENT


@jit
def take_in(drive, line, row):
    """Write a row of the signal, zeros where it has ended, in the place of the oldest on the line."""
    n_rows = line.past.shape[0]
    newest = (line.position[0] + 1) % n_rows
    line.position[0] = newest
    for c in range(line.past.shape[1]):
        line.past[newest, c] = drive.signal[row, c] if row < drive.signal.shape[0] else SILENT


@jit
def mix_taps(drive, line, row):
    """Write the current of a row: the bias, while the signal lasts, plus weight times value of tap after tap."""
    current, n_rows = drive.current, line.past.shape[0]
    for i in range(current.size):
        current[i] = drive.bias[i] if row < drive.signal.shape[0] else SILENT
    for r in range(np.uint32(drive.channel.size)):
        value = line.past[(line.position[0] + n_rows - drive.delay[r]) % n_rows, drive.channel[r]]
        for e in range(drive.indptr[r], drive.indptr[r + ONE]):
            current[drive.target[e]] += drive.weight[e] * value


@inject.of(TappedDrive)
def inject_taps(drive, line, potential, t):
    """Add the current of the step, mixed where a row begins."""
    if t % drive.hold == 0:
        take_in(drive, line, t // drive.hold)
        mix_taps(drive, line, t // drive.hold)
    current = drive.current
    for i in range(current.size):
        potential[i] += current[i]


@rewarded.of(RewardDrive)
def reward_of_step(reward, t):
    """Return the reward of the step; rewards end where their values end."""
    return reward.values[t] if t < reward.values.size else NO_REWARD
