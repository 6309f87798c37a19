"""Improve a coloured plan for as long as there is time: exact re-choice of one slot, neutral flips in between.

All other slots held still, one slot's meetings are chosen exactly (`rechoice`), so the objective never falls. Flipping
whole alternating components of two slots changes no objective but which pairs a slot can offer; the flips carry the
search out of the local optimum.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from matchmaker.core.compiled import compiled
from matchmaker.events.scheduling.board import Board
from matchmaker.events.scheduling.colouring import chain, flip
from matchmaker.events.scheduling.rechoice import rechoose

# Components tried between two re-choices, for each party: the fewest, and the most after rounds that won nothing.
FLIPS, MOST_FLIPS = 1, 32


@compiled
def shake(flips, u, v, cell, slot_of, locked, tables, used, path):
    """Try ``flips`` random components; each keeps the objective."""
    nodes, slots = cell.shape
    for _ in range(flips):
        node = np.random.randint(nodes)
        first = np.random.randint(slots)
        second = np.random.randint(slots)
        if first == second or cell[node, first] < 0 or cell[node, second] == -2:
            continue
        length = chain(node, first, second, u, v, cell, locked, path)
        if length <= 0:
            continue
        more = 0
        for place in range(length):
            more += 1 if slot_of[path[place]] == first else -1
        if used[second] + more <= tables[second] and used[first] - more <= tables[first]:
            flip(length, first, second, u, v, cell, slot_of, used, path)


@compiled
def rounds(turns, flips, seed, shift, first, bonus, weight, u, v, barred, cap, floor, tables,
           cell, slot_of, locked, degree, used, prices):  # fmt: skip
    """Re-choose ``turns`` slots, each after a shake; returns by how much the objective rose."""
    np.random.seed(seed)
    slots = len(tables)
    path = np.empty(cell.shape[0] + 1, dtype=np.int32)
    order = np.random.permutation(slots)
    gained = np.int64(0)
    for turn in range(turns):
        gained += rechoose(
            order[turn % slots], shift, first, bonus, weight, u, v, barred, cap, floor, tables,
            cell, slot_of, locked, degree, used, prices,
        )  # fmt: skip
        shake(flips, u, v, cell, slot_of, locked, tables, used, path)
    return gained


def improve(
    board: Board,
    bound: Callable[[], int],
    prices: np.ndarray,
    *,
    deadline: float,
    target_gap: float = 0.0,
    seed: int = 1,
    clock: Callable[[], float] = time.monotonic,
    patience: float = 0.4,
    tell: Callable[[int], bool] = lambda objective: True,
) -> int:
    """Re-choose and shake until the deadline, the target gap, or ``tell`` says no. Returns the objective.

    ``tell`` hears the objective every ``patience`` seconds. ``bound`` is asked each time, for it may fall meanwhile.
    ``prices`` of the parties and of a table (`flow.Selection`) are where each slot's first re-choice starts.
    ``deadline`` is a time of ``clock``; it is looked at between slots, so it is passed by one re-choice at most
    (1 ms at 1,000 parties a side, tens of ms at 5,000).
    """
    shift = board.suppliers
    first = np.searchsorted(board.u, np.arange(shift + 1)).astype(np.int32)
    slots, nodes = len(board.tables), len(board.degree)
    table = np.tile(np.maximum(prices, 0), (slots, 1))
    objective, told, turns, flips = board.objective, clock(), slots, FLIPS
    while objective < bound() * (1 - target_gap) and clock() < deadline:
        seed += 1
        began = clock()
        gained = rounds(
            turns, flips * nodes, seed, shift, first, board.bonus, board.weight, board.u, board.v, board.barred,
            board.cap, board.floor, board.tables, board.cell, board.slot_of, board.locked, board.degree, board.used,
            table,
        )  # fmt: skip
        objective += gained
        flips = FLIPS if gained else min(2 * flips, MOST_FLIPS)
        now = clock()
        # Full rounds as long as they fit; the last one is cut to the time that is left.
        turns = max(1, min(slots, int((deadline - now) * turns / max(now - began, 1e-6))))
        if now - told >= patience:
            told = now
            if not tell(int(objective)):
                break
    return int(objective)
