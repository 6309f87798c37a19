"""Choose one slot's meetings exactly, while all other slots stand still.

A maximum-weight matching by min-cost flow between the parties that are free, over the pairs that meet nowhere else,
with at most as many meetings as tables. The present meetings are among the candidates, so the objective never falls.
Ahuja, Magnanti & Orlin, Network Flows, ch. 9 and 12.
"""

from __future__ import annotations

import numpy as np

from matchmaker.engines.planning.board import FREE, Board


def rechoose(board: Board, slot: int, candidates: np.ndarray, left: np.ndarray | None = None) -> int:
    """Choose one slot's meetings exactly among ``candidates`` (mask of pairs) and those that stand there.

    Only pairs of a party in ``left`` (mask of parties) with one outside change; without it these are the suppliers.
    Returns by how much the objective rose.
    """
    left = suppliers_of(board) if left is None else left
    old = meetings_in(board, slot, left)
    old = old[~board.locked[old]]
    board.remove(old)
    rows = possible_in(board, slot, candidates, left, old)
    gain = gains(board, rows)
    before = gains(board, old).sum()
    chosen = best_of(board, slot, rows, gain, left)
    board.place(rows[chosen], slot)
    return int(gain[chosen].sum() - before)


def suppliers_of(board: Board) -> np.ndarray:
    return np.arange(len(board.degree)) < board.suppliers


def meetings_in(board: Board, slot: int, left: np.ndarray) -> np.ndarray:
    """Rows of the meetings of a slot between a party in ``left`` and one outside."""
    present = np.unique(board.cell[:, slot])
    present = present[present >= 0]
    return present[left[board.u[present]] != left[board.v[present]]]


def possible_in(board: Board, slot: int, candidates: np.ndarray, left: np.ndarray, old: np.ndarray) -> np.ndarray:
    """Rows of the pairs that could meet in a slot: those of ``old``, and candidates that meet nowhere."""
    possible = candidates & (board.slot_of < 0)
    possible[old] = True
    rows = np.flatnonzero(possible)
    free = (board.cell[:, slot] == FREE) & (board.degree < board.cap)
    u, v = board.u[rows], board.v[rows]
    return rows[free[u] & free[v] & (left[u] != left[v])]


def gains(board: Board, rows: np.ndarray) -> np.ndarray:
    """int64: by how much each pair would raise the objective by itself."""
    short = np.where(board.degree < board.floor, board.bonus, 0)
    return board.weight[rows] + short[board.u[rows]] + short[board.v[rows]]


def best_of(board: Board, slot: int, rows: np.ndarray, gain: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Mask of the pairs of greatest total gain that can meet in a slot at once."""
    first = left[board.u[rows]]
    one, other = np.where(first, board.u[rows], board.v[rows]), np.where(first, board.v[rows], board.u[rows])
    return best_matching(one, other, gain, int(board.tables[slot] - board.used[slot]))


def best_matching(one: np.ndarray, other: np.ndarray, gain: np.ndarray, most: int) -> np.ndarray:
    """Mask of at most ``most`` pairs of greatest total ``gain`` (int64), no party in two of them."""
    if most <= 0 or not len(gain):
        return np.zeros(len(gain), dtype=bool)
    from ortools.graph.python import min_cost_flow  # 20 MB: only a process that plans pays for it

    left, right = (np.flatnonzero(np.bincount(side)) for side in (one, other))
    source = int(max(left[-1], right[-1])) + 1
    sink = source + 1
    tail = np.concatenate([one, np.full(len(left), source), right, [source]])
    head = np.concatenate([other, left, np.full(len(right), sink), [sink]])
    width = np.ones(len(tail), dtype=np.int64)
    width[-1] = most  # what is not worth a meeting goes past all parties
    cost = np.zeros(len(tail), dtype=np.int64)
    cost[: len(gain)] = -gain
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tail, head, width, cost)
    flow.set_node_supply(source, most)
    flow.set_node_supply(sink, -most)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the flow of a slot ended with {status}")  # it has a feasible flow: the last arc
    return flow.flows(arcs[: len(gain)]) > 0
