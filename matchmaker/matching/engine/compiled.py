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


@compiled
def dot(a, b):  # type: ignore[no-untyped-def]
    """The dot product of two float32 rows, the same to the last bit wherever and beside whatever it is computed."""
    # Sixteen running sums in a fixed order: the compiler may use vectors, never another order.
    sums = np.zeros(16, np.float32)
    whole = len(a) // 16 * 16
    for start in range(0, whole, 16):
        for lane in range(16):
            sums[lane] += a[start + lane] * b[start + lane]
    total = 0.0
    for lane in range(16):
        total += sums[lane]
    for i in range(whole, len(a)):
        total += a[i] * b[i]
    return total
