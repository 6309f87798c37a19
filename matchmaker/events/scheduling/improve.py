"""Improve a coloured plan for as long as there is time: exact re-choice of one slot, neutral flips in between.

All other slots held still, the meetings of one slot are a maximum-weight matching with at most so many edges as there
are tables: solved exactly, so the objective never falls. Kempe flips between two slots change no objective but which
pairs a slot can offer; they carry the search out of the local optimum.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from ortools.graph.python import min_cost_flow

from matchmaker.events.scheduling.board import FREE, Board
from matchmaker.events.scheduling.colouring import flip, walk
from matchmaker.events.scheduling.compiled import compiled


@compiled
def shake(flips, seed, u, v, cell, slot_of, locked, tables, used):
    """Try ``flips`` random chains; each keeps the objective."""
    np.random.seed(seed)
    nodes, slots = cell.shape
    path = np.empty(nodes + 1, dtype=np.int32)
    done = 0
    for _ in range(flips):
        node = np.random.randint(nodes)
        first = np.random.randint(slots)
        second = np.random.randint(slots)
        if first == second or cell[node, first] < 0 or cell[node, second] != -1:
            continue
        length = walk(node, first, second, u, v, cell, locked, nodes, path)
        if length <= 0 or (length % 2 and used[second] >= tables[second]):
            continue
        flip(length, first, second, u, v, cell, slot_of, used, path)
        done += 1
    return done


def rechoose(board: Board, slot: int) -> int:
    """Choose the meetings of one slot anew, exactly. Returns by how much the objective rose."""
    here = board.slot_of == slot
    keep = here & board.locked
    mine = here & ~board.locked
    degree = board.degree.copy()
    rows = np.flatnonzero(mine)
    np.subtract.at(degree, board.u[rows], 1)
    np.subtract.at(degree, board.v[rows], 1)
    cell = board.cell[:, slot].copy()
    cell[board.u[rows]] = FREE
    cell[board.v[rows]] = FREE
    open_ = (cell == FREE) & (degree < board.cap)
    cand = np.flatnonzero((mine | ((board.slot_of < 0) & ~board.barred)) & open_[board.u] & open_[board.v])
    room = int(board.tables[slot] - keep.sum())
    short = np.where(degree < board.floor, board.bonus, 0)
    gain = board.weight[cand] + short[board.u[cand]] + short[board.v[cand]]
    old = int((board.weight[rows] + short[board.u[rows]] + short[board.v[rows]]).sum())
    if room <= 0 or not len(cand):
        return 0
    count = len(degree)
    flow = min_cost_flow.SimpleMinCostFlow()
    left, right = np.unique(board.u[cand]), np.unique(board.v[cand])
    one = np.ones(len(left), dtype=np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(np.full(len(left), count), left, one, 0 * one)
    one = np.ones(len(right), dtype=np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(right, np.full(len(right), count + 1), one, 0 * one)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        board.u[cand], board.v[cand], np.ones(len(cand), dtype=np.int64), -gain
    )
    flow.add_arc_with_capacity_and_unit_cost(count, count + 1, room, 0)
    flow.set_node_supply(count, room)
    flow.set_node_supply(count + 1, -room)
    flow.solve()
    new = -int(flow.optimal_cost())
    for row in rows:
        board.take(row)
    for row in cand[flow.flows(arcs) > 0]:
        board.put(row, slot)
    return new - old


def improve(
    board: Board,
    bound: int,
    *,
    deadline: float,
    target_gap: float = 0.0,
    seed: int = 1,
    tell: Callable[[int, int], bool] = lambda objective, bound: True,
) -> int:
    """Re-choose and shake until the deadline, the target gap, or ``tell`` says no. Returns the objective."""
    rng = np.random.default_rng(seed)
    objective, told, turn = board.objective, time.monotonic(), 0
    while True:
        for slot in rng.permutation(len(board.tables)):
            if objective >= bound * (1 - target_gap) or time.monotonic() >= deadline:
                return objective
            objective += rechoose(board, slot)
            turn += 1
            shake(
                len(board.degree) // 5, seed + turn, board.u, board.v, board.cell, board.slot_of, board.locked,
                board.tables, board.used,
            )  # fmt: skip
            if time.monotonic() - told > 0.5:
                told = time.monotonic()
                if not tell(objective, bound):
                    return objective
