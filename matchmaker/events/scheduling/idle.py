"""Fewer idle gaps: Kempe flips change no objective, so annealing over them only shortens people's days."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from matchmaker.core.compiled import compiled
from matchmaker.events.scheduling.board import Board
from matchmaker.events.scheduling.colouring import chain, flip


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
def anneal(tries, hot, cold, seed, day, u, v, cell, slot_of, locked, tables, used):
    """Metropolis over random chains; returns the change of the number of gaps."""
    np.random.seed(seed)
    nodes, slots = cell.shape
    path = np.empty(nodes + 1, dtype=np.int32)
    tips = np.empty(2, dtype=np.int32)
    total = 0
    for trial in range(tries):
        heat = hot * (cold / hot) ** (trial / tries)
        node = np.random.randint(nodes)
        first = np.random.randint(slots)
        second = np.random.randint(slots)
        if first == second or cell[node, first] < 0 or cell[node, second] == -2:
            continue
        length = chain(node, first, second, u, v, cell, locked, path)
        if length <= 0:
            continue
        ones = 0
        for place in range(length):
            ones += 1 if slot_of[path[place]] == first else -1
        if used[second] + ones > tables[second] or used[first] - ones > tables[first]:
            continue
        # Inner nodes of the chain keep both slots; only the two ends of a path see another day.
        ends = 0
        before = 0
        for place in range(length):
            for end in (u[path[place]], v[path[place]]):
                if cell[end, first] < 0 or cell[end, second] < 0:
                    before += gaps_of(end, cell, day)
                    tips[ends] = end
                    ends += 1
        flip(length, first, second, u, v, cell, slot_of, used, path)
        change = -before
        for tip in range(ends):
            change += gaps_of(tips[tip], cell, day)
        if change > 0 and np.random.random() >= np.exp(-change / heat):
            flip(length, first, second, u, v, cell, slot_of, used, path)
            continue
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
    fixed = (days, board.u, board.v, board.cell, board.slot_of, board.locked, board.tables, board.used)
    change = anneal(1, 1.0, 0.9, seed, *fixed)
    began = clock()
    change += anneal(size, 1.0, 0.9, seed, *fixed)
    speed = size / max(clock() - began, 1e-6)
    tries = int(min(sweeps * size, 0.9 * speed * (deadline - clock())))
    if tries > 0:
        change += anneal(tries, 1.0, 0.08, seed + 1, *fixed)
    return change
