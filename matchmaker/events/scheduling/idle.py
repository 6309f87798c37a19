"""Fewer idle gaps: Kempe flips change no objective, so annealing over them only shortens people's days."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from matchmaker.core.compiled import compiled
from matchmaker.events.scheduling.board import Board
from matchmaker.events.scheduling.colouring import flip, random_component


@compiled
def gaps_of(node, cell, day):
    """Slots without a meeting strictly between the first and last meeting of each day."""
    total, last = 0, -1
    for slot in range(cell.shape[1]):
        if cell[node, slot] >= 0:
            if last >= 0 and day[slot] == day[last]:
                total += slot - last - 1
            last = slot
    return total


@compiled
def tip_gaps(length, first, second, board, day, path, tips):
    """Gaps of the two ends of a path; inner nodes keep both slots and see no other day. A cycle has no ends.

    The ends are written to ``tips``; returns (their number, the sum of their gaps).
    """
    ends, gaps = 0, 0
    for place in range(length):
        for end in (board.u[path[place]], board.v[path[place]]):
            if board.cell[end, first] < 0 or board.cell[end, second] < 0:
                gaps += gaps_of(end, board.cell, day)
                tips[ends] = end
                ends += 1
    return ends, gaps


@compiled
def anneal(tries, hot, cold, seed, day, board):
    """Metropolis over random chains; returns the change of the number of gaps."""
    np.random.seed(seed)
    path = np.empty(board.cell.shape[0] + 1, dtype=np.int32)
    tips = np.empty(2, dtype=np.int32)
    total = 0
    for trial in range(tries):
        heat = hot * (cold / hot) ** (trial / tries)
        length, first, second = random_component(board, path)
        if length == 0:
            continue
        ends, before = tip_gaps(length, first, second, board, day, path, tips)
        flip(length, first, second, board, path)
        change = -before
        for tip in range(ends):
            change += gaps_of(tips[tip], board.cell, day)
        if change > 0 and np.random.random() >= np.exp(-change / heat):
            flip(length, first, second, board, path)
        else:
            total += change
    return total


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
