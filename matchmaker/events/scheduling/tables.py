"""Tables: a supplier stays at the same table where that is possible, so that only buyers walk.

Greedy over the slots. A supplier who sat somewhere sits there again if the table stands and nobody else is on it;
newcomers take a table that no supplier with meetings to come calls theirs. Suppliers with more meetings choose first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Meeting = tuple[int, int, int]


def assign_tables(
    meetings: Sequence[Meeting], tables: Sequence[int], pinned: Mapping[Meeting, int] | None = None
) -> list[tuple[int, int, int, int]]:
    """Give each (supplier, buyer, slot) a table numbered 0..tables[slot]-1; ``pinned`` meetings keep theirs.

    Rows come back sorted by slot and table.
    """
    pinned = pinned or {}
    by_slot: dict[int, list[Meeting]] = {}
    left: dict[int, int] = {}
    for meeting in meetings:
        by_slot.setdefault(meeting[2], []).append(meeting)
        left[meeting[0]] = left.get(meeting[0], 0) + 1
    home: dict[int, int] = {}
    owner: dict[int, int] = {}
    for (s, _, _), table in sorted(pinned.items(), key=lambda item: -item[0][2]):
        home[s] = table
    for s, table in home.items():
        if table not in owner or left.get(s, 0) > left.get(owner[table], 0):
            owner[table] = s
    rows: list[tuple[int, int, int, int]] = []
    for slot in sorted(by_slot):
        free = set(range(tables[slot]))
        seated: list[tuple[Meeting, int]] = []
        waiting: list[Meeting] = []
        for meeting in by_slot[slot]:
            if meeting in pinned:
                seated.append((meeting, pinned[meeting]))
                free.discard(pinned[meeting])
            else:
                waiting.append(meeting)
        waiting.sort(key=lambda meeting: (-left[meeting[0]], meeting[0]))
        moving = []
        for meeting in waiting:
            table = home.get(meeting[0], -1)
            if table in free:
                seated.append((meeting, table))
                free.discard(table)
            else:
                moving.append(meeting)
        if moving:
            # Tables without an owner first, then those whose owner needs them least.
            order = sorted(free, key=lambda table: (left[owner[table]] if table in owner else 0, table))
            for meeting, table in zip(moving, order, strict=False):
                seated.append((meeting, table))
                if table not in owner or left[owner[table]] < left[meeting[0]]:
                    owner[table] = meeting[0]
        for meeting, table in seated:
            home[meeting[0]] = table
            left[meeting[0]] -= 1
            rows.append((*meeting, table))
    rows.sort(key=lambda row: (row[2], row[3]))
    return rows
