"""Memory that is asked for before it is needed, where no processor can guess what comes next."""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import lower_builtin, type_callable

# Arguments of LLVM's prefetch: for reading or writing, to be kept in all caches, data.
READ, WRITE, KEEP, DATA = 0, 1, 3, 1


def prefetch(array: Any, i: Any) -> None:
    """Ask for the cache line of entry i, an unsigned index, which will soon be changed; nothing else happens."""


def prefetch_to_read(array: Any, i: Any) -> None:
    """Ask for the cache line of entry i, an unsigned index, which will soon be read; nothing else happens."""


def asking(purpose: int) -> Callable[..., Any]:
    """Return what calls LLVM's prefetch for a purpose."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        place = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        builder.call(function, [place, word(purpose), word(KEEP), word(DATA)])
        return context.get_dummy_value()

    return generate


def leave_out(context: Any, *_: Any) -> Any:
    """Do nothing for what stands for an array that is not there."""
    return context.get_dummy_value()


# Lowered where they stand: a call, though inlined, counts references to its arrays, by atomic additions, for each row.
for twin, purpose in ((prefetch, WRITE), (prefetch_to_read, READ)):
    type_callable(twin)(lambda context: lambda array, i: types.void)
    lower_builtin(twin, types.Array, types.Integer)(asking(purpose))
    lower_builtin(twin, types.NoneType, types.Integer)(leave_out)
