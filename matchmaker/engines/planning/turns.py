"""Choose one slot's meetings anew, those with an interpreter among them.

With interpreters a slot is no flow any more. A flow in which an interpreter costs the price of the selection, more or
less by chance, proposes meetings; those for which no interpreter is free are dropped, and what fits then is added, the
best first. What is worth less than what stood there is undone, so the objective never falls.
"""

from __future__ import annotations

import numpy as np

from matchmaker.engines.planning.board import FREE, Board
from matchmaker.engines.planning.choosing import best_of, gains, meetings_in, possible_in, suppliers_of
from matchmaker.engines.planning.interpreters import InterpreterRoster

CHANCE = (0.7, 1.2)  # of the price


class Turns:
    """``candidates`` is a mask of pairs, ``price`` what an interpreter's hour costs each pair (0: needs none)."""

    def __init__(
        self, board: Board, roster: InterpreterRoster, candidates: np.ndarray, price: np.ndarray, seed: int
    ) -> None:
        self._board, self._roster, self._candidates, self._price = board, roster, candidates, price
        self._random = np.random.default_rng(seed + 2)
        self._left = suppliers_of(board)
        booked = [roster.instance.edge_of[s, b] for s, b, _slot in roster.instance.fixed]
        self._booked = np.isin(np.arange(len(board.u)), booked)

    def rechoose(self, slot: int) -> int:
        """Choose the slot's meetings anew; returns by how much the objective rose."""
        board = self._board
        old = meetings_in(board, slot, self._left)
        old, held = old[~self._booked[old]], dict(self._roster.holder.get(slot, {}))
        self._clear(old, slot)
        before = int(gains(board, old).sum())
        rows = possible_in(board, slot, self._candidates, self._left, old)
        gain = gains(board, rows)
        new = self._fill(slot, rows, gain)
        now = int(gain[np.isin(rows, new)].sum())
        if now >= before:
            return now - before
        self._clear(new, slot)
        board.place(old, slot)
        board.locked[old] = board.barred[old]
        self._roster.holder[slot] = held
        return 0

    def _clear(self, rows: np.ndarray, slot: int) -> None:
        self._board.remove(rows)
        self._board.locked[rows] = False
        gone = set(rows.tolist())
        held = self._roster.holder.get(slot, {})
        self._roster.holder[slot] = {who: row for who, row in held.items() if row not in gone}

    def _fill(self, slot: int, rows: np.ndarray, gain: np.ndarray) -> np.ndarray:
        """Put meetings into an empty slot; returns their rows."""
        board = self._board
        net = gain - (self._price[rows] * self._random.uniform(*CHANCE)).astype(np.int64)
        chosen = best_of(board, slot, rows, net, self._left)
        plain = rows[chosen & ~board.barred[rows]]
        board.place(plain, slot)
        by_worth = rows[np.argsort(-net, kind="stable")]
        first = by_worth[np.isin(by_worth, rows[chosen & board.barred[rows]])]
        return np.concatenate([plain, self._add(first, slot), self._add(by_worth, slot)])

    def _add(self, order: np.ndarray, slot: int) -> np.ndarray:
        """Put pairs into a slot one by one, where both are free, a table stands and an interpreter is free."""
        board, added = self._board, []
        free = board.cell[:, slot] == FREE
        order = order[free[board.u[order]] & free[board.v[order]]]
        room = int(board.tables[slot] - board.used[slot])
        busy: set[int] = set()
        full: set[int] = set()  # kinds for which no interpreter is free
        columns = (order, board.u[order], board.v[order], self._roster.kind[order], board.barred[order])
        for row, u, v, kind, barred in zip(*(column.tolist() for column in columns), strict=True):
            if len(added) == room:
                break
            if u in busy or v in busy or kind in full:
                continue
            if barred and not self._roster.seat(row, slot):
                full.add(kind)
                continue
            busy |= {u, v}
            added.append(row)
        rows = np.array(added, dtype=np.int64)
        board.place(rows, slot)
        board.locked[rows] = board.barred[rows]
        return rows
