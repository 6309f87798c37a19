"""The board: who sits with whom in which slot, as flat arrays that compiled loops can change in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.engines.planning.instance import Instance

if TYPE_CHECKING:
    from matchmaker.engines.planning.loops import Arrays

FREE, OFF = -1, -2


@dataclass(slots=True)
class Board:
    """A partial plan.

    ``cell[party, slot]`` holds the row of the pair that meets there, `FREE` or `OFF`; suppliers come first, buyers
    after them. ``slot_of[pair]`` is the slot or -1. ``locked`` pairs are never moved: booked meetings, and meetings
    that hold an interpreter. Weights are int64.
    """

    suppliers: int  # their number: the first buyer's node; 0 among equals
    u: np.ndarray  # int32 (pairs): supplier's node, ascending
    v: np.ndarray  # int32 (pairs): buyer's node
    weight: np.ndarray  # int64 (pairs)
    cap: np.ndarray  # int32 (parties)
    floor: np.ndarray  # int32 (parties)
    tables: np.ndarray  # int32 (slots)
    bonus: int
    barred: np.ndarray  # bool (pairs): may be placed only by the interpreters' step
    cell: np.ndarray  # int32 (parties, slots)
    slot_of: np.ndarray  # int32 (pairs)
    locked: np.ndarray  # bool (pairs)
    degree: np.ndarray  # int32 (parties)
    used: np.ndarray  # int32 (slots)

    @classmethod
    def empty(cls, instance: Instance) -> Board:
        """The board with the booked meetings on it and nothing else."""
        shift, edges = instance.shift, instance.edges
        board = cls(
            suppliers=shift,
            u=np.ascontiguousarray(edges[:, 0], dtype=np.int32),
            v=(edges[:, 1] + shift).astype(np.int32),
            weight=np.ascontiguousarray(edges[:, 2]),
            cap=np.minimum(instance.caps, instance.slots).astype(np.int32),
            floor=np.minimum(instance.floors, instance.slots).astype(np.int32),
            tables=np.minimum(np.array(instance.tables), len(edges)).astype(np.int32),
            bonus=instance.fair_bonus,
            barred=instance.needs_interpreter,
            cell=np.where(instance.available, FREE, OFF).astype(np.int32),
            slot_of=np.full(len(edges), -1, dtype=np.int32),
            locked=np.zeros(len(edges), dtype=bool),
            degree=np.zeros(len(instance.parties), dtype=np.int32),
            used=np.zeros(instance.slots, dtype=np.int32),
        )
        for s, b, slot in instance.fixed:
            edge = instance.edge_of[s, b]
            board.put(edge, slot)
            board.locked[edge] = True
        return board

    def put(self, edge: int, slot: int) -> None:
        u, v = self.u[edge], self.v[edge]
        self.cell[u, slot] = self.cell[v, slot] = edge
        self.slot_of[edge] = slot
        self.degree[u] += 1
        self.degree[v] += 1
        self.used[slot] += 1

    def take(self, edge: int) -> None:
        u, v, slot = self.u[edge], self.v[edge], self.slot_of[edge]
        self.cell[u, slot] = self.cell[v, slot] = FREE
        self.slot_of[edge] = -1
        self.degree[u] -= 1
        self.degree[v] -= 1
        self.used[slot] -= 1

    def place(self, edges: np.ndarray, slot: int) -> None:
        """Put many pairs, no party twice among them, into one slot."""
        for side in (self.u[edges], self.v[edges]):
            self.cell[side, slot] = edges
            self.degree[side] += 1
        self.slot_of[edges] = slot
        self.used[slot] += len(edges)

    def remove(self, edges: np.ndarray) -> None:
        """Take many pairs that meet in one slot off the board."""
        slots = self.slot_of[edges]
        for side in (self.u[edges], self.v[edges]):
            self.cell[side, slots] = FREE
            self.degree[side] -= 1
        self.used -= np.bincount(slots, minlength=len(self.used)).astype(self.used.dtype)
        self.slot_of[edges] = -1

    @property
    def arrays(self) -> Arrays:
        """The board's own arrays: what a compiled loop changes in them, it changes on the board."""
        from matchmaker.engines.planning.loops import Arrays

        return Arrays(*(getattr(self, name) for name in Arrays._fields))

    @property
    def objective(self) -> int:
        weight = int(self.weight[self.slot_of >= 0].sum())
        return weight + self.bonus * int(np.minimum(self.degree, self.floor).sum())

    def meetings(self) -> np.ndarray:
        """Rows of the pairs that meet."""
        return np.flatnonzero(self.slot_of >= 0)

    def copy(self) -> Board:
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name in ("cell", "slot_of", "locked", "degree", "used"):
            fields[name] = fields[name].copy()
        return Board(**fields)
