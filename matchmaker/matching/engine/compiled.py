"""The few loops that numpy has no words for are compiled by numba, and the machine code is kept beside the source."""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as machine code, compiled at its first call.

    The code is cached on disk where numba finds a writable place, and compiled anew in each process (seconds) where
    it does not, as in a read-only container. The interpreter lock is released while it runs.
    """
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy")(function)  # type: ignore[no-any-return]
    except RuntimeError:
        return numba.njit(nogil=True, error_model="numpy")(function)  # type: ignore[no-any-return]


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled into its caller: handing over a side, forty words of it, costs more than a small loop."""
    return numba.njit(nogil=True, error_model="numpy", forceinline=True)(function)  # type: ignore[no-any-return]


# Sums may be reordered so that they run in vector registers; the order is fixed when this function is compiled, and it
# is the only place where rows are multiplied one by one.
@numba.njit(nogil=True, fastmath={"reassoc", "contract", "nsz"})
def dot(a, i, b, j):  # type: ignore[no-untyped-def]
    """The dot product of two float32 rows a[i] and b[j], the same to the last bit whatever is computed beside it."""
    total = np.float32(0)
    for k in range(a.shape[1]):
        total += a[i, k] * b[j, k]
    return total
