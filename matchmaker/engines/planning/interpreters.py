"""Interpreters: a meeting of two people without a common language holds one for its slot.

In each slot the meetings that need an interpreter and the interpreters who are there form a small bipartite graph; a
meeting fits exactly when an augmenting path exists (Kuhn), so no meeting is refused while some exchange would help.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from matchmaker.engines.planning.board import FREE, Board
from matchmaker.engines.planning.instance import Contradiction, Instance, InvalidInstance


@dataclass(slots=True)
class InterpreterRoster:
    """Who interprets what: ``holder[slot][interpreter]`` is the row of the pair."""

    instance: Instance
    holder: dict[int, dict[int, int]] = field(default_factory=dict)
    kind: np.ndarray = field(init=False)  # int64 (pairs): who can interpret for it; -1 none needed, -2 no one can
    _able: list[tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self._able = list(self.instance.interpreter_kinds)
        self.kind = np.where(self.instance.needs_interpreter, -2, -1)
        for kind, rows in enumerate(self.instance.interpreter_kinds.values()):
            self.kind[rows] = kind

    @property
    def is_needed(self) -> bool:
        """Is there a pair that needs an interpreter and can have one?"""
        return bool(self._able)

    def able(self, edge: int) -> tuple[int, ...]:
        """Interpreters who cover the languages of this pair."""
        kind = self.kind[edge]
        return self._able[kind] if kind >= 0 else ()

    def seat(self, edge: int, slot: int) -> bool:
        """Give the pair an interpreter in this slot, moving others to another interpreter if need be."""
        return self._augment(edge, slot, self.holder.setdefault(slot, {}), set())

    def can_seat(self, edge: int, slot: int) -> bool:
        """Would `seat` succeed? Changes nothing."""
        return self._augment(edge, slot, dict(self.holder.get(slot, {})), set())

    def _augment(self, edge: int, slot: int, held: dict[int, int], seen: set[int]) -> bool:
        for who in self.able(edge):
            if who in seen or slot in self.instance.interpreters[who].off:
                continue
            seen.add(who)
            if who not in held or self._augment(held[who], slot, held, seen):
                held[who] = edge
                return True
        return False

    def assignments(self) -> tuple[tuple[int, int, int], ...]:
        """Rows (supplier, buyer, interpreter)."""
        rows = []
        for held in self.holder.values():
            for who, edge in held.items():
                s, b = self.instance.edges[edge, :2].tolist()
                rows.append((s, b, who))
        return tuple(sorted(rows))


def seat_booked(instance: Instance, board: Board) -> tuple[InterpreterRoster, list[int]]:
    """Interpreters for the meetings already on the board, and the rows of the pairs for whom none is free."""
    roster = InterpreterRoster(instance)
    needed = [edge for edge in board.meetings().tolist() if instance.needs_interpreter[edge]]
    return roster, [edge for edge in needed if not roster.seat(edge, int(board.slot_of[edge]))]


def require_interpreters(instance: Instance, board: Board, without: list[int]) -> None:
    """Raises `InvalidInstance` where a booked meeting has no free interpreter."""
    if without:
        s, b = instance.edges[without[0], :2].tolist()
        raise InvalidInstance(
            f"The fixed meeting of supplier {s} and buyer {b} has no free interpreter.",
            Contradiction("fixed_no_interpreter", (s, instance.shift + b), int(board.slot_of[without[0]])),
        )


def place_interpreted(board: Board, roster: InterpreterRoster, order: np.ndarray) -> int:
    """Place pairs that need an interpreter, best first, and lock them. Returns how many were placed.

    Of the possible slots the one is taken in which the fewest other interpreted meetings stand, so that scarce
    interpreters are spread over the day.
    """
    placed = 0
    full: set[tuple[int, int]] = set()  # kinds without a free interpreter in a slot: for good, as nothing is taken off
    for edge in order.tolist():
        u, v, kind = board.u[edge], board.v[edge], roster.kind[edge]
        if board.slot_of[edge] >= 0 or board.degree[u] >= board.cap[u] or board.degree[v] >= board.cap[v]:
            continue
        both = (board.cell[u] == FREE) & (board.cell[v] == FREE) & (board.used < board.tables)
        slots = [slot for slot in np.flatnonzero(both).tolist() if (kind, slot) not in full]
        for slot in sorted(slots, key=lambda slot: len(roster.holder.get(slot, ()))):
            if roster.seat(edge, slot):
                board.put(edge, slot)
                board.locked[edge] = True
                placed += 1
                break
            full.add((kind, slot))
    return placed
