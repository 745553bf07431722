"""Where threads that go through the same steps wait for one another."""

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import lower_builtin, type_callable
from numpy.typing import NDArray

from .compile import jit

# Entries of a gate, each in a cache line of its own: how many have come to begin, what became of it, how many wait in
# the present round, how many rounds there have been, and whether one has failed.
COME, DECISION, WAITING, ROUNDS, FAILED = (np.int64(8 * k) for k in range(5))
SIZE = 40
UNDECIDED, GO, STAY = (np.int64(decision) for decision in range(3))
NONE, ONE = np.int64(0), np.int64(1)
# Looks at a gate before a thread lets others have its core, a few microseconds: where there are fewer cores than
# threads, the one for which all wait may be among the others.
LOOKS = 1000
UNDIVIDED = threading.Lock()
GIVES_WAY = "SwitchToThread" if sys.platform == "win32" else "sched_yield"


def new_gate() -> NDArray[np.int64]:
    """Return a gate at which nobody has been."""
    return np.zeros(SIZE, dtype=np.int64)


def looked_up(gate: Any, i: Any) -> Any:
    """Return an entry, and see all that was written before it was."""
    return gate[i]


def publish(gate: Any, i: Any, value: Any) -> None:
    """Set an entry; who sees it sees all that was written before."""
    gate[i] = value


def count_in(gate: Any, i: Any) -> Any:
    """Add 1 to an entry, undivided; return what it was."""
    with UNDIVIDED:
        before = gate[i]
        gate[i] += ONE
    return before


def decide(gate: Any, i: Any, value: Any) -> None:
    """Set an entry if it is 0 still, undivided."""
    with UNDIVIDED:
        if gate[i] == NONE:
            gate[i] = value


def give_way() -> None:
    """Let another thread have the core."""
    time.sleep(0)


def place(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Return the address of an entry."""
    data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
    return builder.gep(data, [arguments[1]])


def lower_looked_up(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Load it so that nothing after it is loaded before."""
    return builder.load_atomic(place(context, builder, signature, arguments), "acquire", 8)


def lower_publish(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Store it so that nothing before it is stored after."""
    builder.store_atomic(arguments[2], place(context, builder, signature, arguments), "release", 8)
    return context.get_dummy_value()


def lower_count_in(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Add in one instruction."""
    one = ir.IntType(64)(1)
    return builder.atomic_rmw("add", place(context, builder, signature, arguments), one, "acq_rel")


def lower_decide(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Compare and exchange in one instruction."""
    undecided = ir.IntType(64)(0)
    where = place(context, builder, signature, arguments)
    builder.cmpxchg(where, undecided, arguments[2], "acq_rel", "acquire")
    return context.get_dummy_value()


def lower_give_way(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Call the system."""
    kind = ir.FunctionType(ir.IntType(32), [])
    builder.call(cgutils.get_or_insert_function(builder.module, kind, GIVES_WAY), [])
    return context.get_dummy_value()


def constantly(typer: Callable[..., Any]) -> Callable[[Any], Callable[..., Any]]:
    """Return what types a call in every context alike."""
    return lambda context: typer


# Lowered where they stand, each to one instruction.
for twin, arguments, generate, typer in (
    (looked_up, (types.Array, types.Integer), lower_looked_up, lambda gate, i: types.int64),
    (publish, (types.Array, types.Integer, types.Integer), lower_publish, lambda gate, i, value: types.void),
    (count_in, (types.Array, types.Integer), lower_count_in, lambda gate, i: types.int64),
    (decide, (types.Array, types.Integer, types.Integer), lower_decide, lambda gate, i, value: types.void),
    (give_way, (), lower_give_way, lambda: types.void),
):
    type_callable(twin)(constantly(typer))
    lower_builtin(twin, *arguments)(generate)


@jit
def all_come(gate, n_threads):
    """Wait until as many threads have come, and return True; or False once one has decided that it is not to begin.

    All get the same answer. Mutates the gate.
    """
    if count_in(gate, COME) == n_threads - 1:
        decide(gate, DECISION, GO)
    looks = 0
    while looked_up(gate, DECISION) == UNDECIDED:
        looks += 1
        if looks > LOOKS:
            give_way()
    return looked_up(gate, DECISION) == GO


@jit
def stay(gate):
    """Let those who wait to begin, and who come later, not begin; those who have begun go on. Mutates the gate."""
    decide(gate, DECISION, STAY)


@jit
def fail(gate):
    """Let nobody wait any more, since one of the threads will not come again. Mutates the gate."""
    publish(gate, FAILED, ONE)


@jit
def failed(gate):
    """Return whether one of the threads will not come again."""
    return looked_up(gate, FAILED) != NONE


@jit
def meet(gate, n_threads):
    """Wait until all threads are here; what each has written before, all see after. Mutates the gate.

    Returns False at once where one has failed.
    """
    rounds = looked_up(gate, ROUNDS)
    if count_in(gate, WAITING) == n_threads - 1:
        publish(gate, WAITING, NONE)
        publish(gate, ROUNDS, rounds + ONE)
    looks = 0
    while looked_up(gate, ROUNDS) == rounds:
        if failed(gate):
            return False
        looks += 1
        if looks > LOOKS:
            give_way()
    return True
