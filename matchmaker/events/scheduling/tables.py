"""Tables: a supplier stays at the same table where that is possible, so that only buyers walk.

Greedy over the slots. A supplier who sat somewhere sits there again if the table stands and is free;
newcomers take a table that no supplier with meetings to come calls theirs. Suppliers with more meetings choose first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Meeting = tuple[int, int, int]


@dataclass
class _Seating:
    """``home[supplier]`` is its last table, ``owner[table]`` the supplier that table is kept for, ``left`` its
    meetings still to come."""

    left: Counter[int]
    home: dict[int, int] = field(default_factory=dict)
    owner: dict[int, int] = field(default_factory=dict)

    def own(self, supplier: int, table: int) -> None:
        """Keep the table for the supplier, unless its owner has at least as many meetings to come."""
        if table not in self.owner or self.left[supplier] > self.left[self.owner[table]]:
            self.owner[table] = supplier

    def seat(self, waiting: list[Meeting], free: set[int]) -> list[tuple[Meeting, int]]:
        """Tables for the meetings of one slot: one's own where it is free, else one that is needed least."""
        seated, moving = [], []
        for meeting in sorted(waiting, key=lambda meeting: (-self.left[meeting[0]], meeting[0])):
            table = self.home.get(meeting[0], -1)
            if table in free:
                seated.append((meeting, table))
                free.discard(table)
            else:
                moving.append(meeting)
        # Tables without an owner first, then those whose owner needs them least.
        order = sorted(free, key=lambda table: (self.left[self.owner[table]] if table in self.owner else 0, table))
        for meeting, table in zip(moving, order, strict=False):
            seated.append((meeting, table))
            self.own(meeting[0], table)
        return seated


def assign_tables(
    meetings: Sequence[Meeting], tables: Sequence[int], pinned: Mapping[Meeting, int] | None = None
) -> list[tuple[int, int, int, int]]:
    """Give each (supplier, buyer, slot) a table numbered 0..tables[slot]-1; ``pinned`` meetings keep theirs.

    Rows come back sorted by slot and table.
    """
    pinned = pinned or {}
    by_slot: defaultdict[int, list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        by_slot[meeting[2]].append(meeting)
    seating = _Seating(Counter(supplier for supplier, _, _ in meetings))
    for (supplier, _, _), table in sorted(pinned.items(), key=lambda item: -item[0][2]):
        seating.home[supplier] = table
    for supplier, table in seating.home.items():
        seating.own(supplier, table)
    rows: list[tuple[int, int, int, int]] = []
    for slot in sorted(by_slot):
        here = by_slot[slot]
        seated = [(meeting, pinned[meeting]) for meeting in here if meeting in pinned]
        free = set(range(tables[slot])) - {table for _, table in seated}
        seated += seating.seat([meeting for meeting in here if meeting not in pinned], free)
        for meeting, table in seated:
            seating.home[meeting[0]] = table
            seating.left[meeting[0]] -= 1
            rows.append((*meeting, table))
    rows.sort(key=lambda row: (row[2], row[3]))
    return rows
