"""Memory that is asked for before it is needed, where no processor can guess what comes next."""

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, overload

from .compile import OPTIONS

# Arguments of LLVM's prefetch: for writing, to be kept in all caches, data.
WRITE, KEEP, DATA = 1, 3, 1


def prefetch(array: Any, i: Any) -> None:
    """Ask for the cache line of entry i, an unsigned index, which will soon be changed; nothing else happens."""


@intrinsic
def ask(_: Any, array: Any, i: Any) -> Any:
    """Call LLVM's prefetch."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        place = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        builder.call(function, [place, word(WRITE), word(KEEP), word(DATA)])
        return context.get_dummy_value()

    return types.void(array, i), generate


@overload(prefetch, jit_options=OPTIONS | {"forceinline": True}, strict=False)
def prefetch_compiled(array: Any, i: Any) -> Any:
    """Leave out what stands for an array that is not there."""
    if not isinstance(array, types.Array):
        return lambda array, i: None

    def prefetch_entry(array: Any, i: Any) -> None:
        ask(array, i)  # type: ignore[call-arg]

    return prefetch_entry
