"""Fewer idle gaps: Kempe flips change no objective, so annealing over them only shortens people's days."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from matchmaker.events.scheduling.board import Board
from matchmaker.events.scheduling.loops import anneal


def polish(
    board: Board,
    day: tuple[int, ...],
    *,
    deadline: float,
    seed: int = 1,
    sweeps: int = 4000,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Shorten days until ``deadline`` (of ``clock``) or for ``sweeps`` tries a cell; returns the change.

    The cooling needs to know its length in advance: a short first round measures the speed, after a try that waits for
    the machine code.
    """
    days = np.array(day, dtype=np.int32)
    size = board.cell.size
    fixed = (days, board.arrays)
    change = anneal(1, 1.0, 0.9, seed, *fixed)
    began = clock()
    change += anneal(size, 1.0, 0.9, seed, *fixed)
    speed = size / max(clock() - began, 1e-6)
    tries = int(min(sweeps * size, 0.9 * speed * (deadline - clock())))
    if tries > 0:
        change += anneal(tries, 1.0, 0.08, seed + 1, *fixed)
    return change
