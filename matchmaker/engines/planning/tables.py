"""Tables: the host of a meeting stays at the same table where that is possible, so that only the other side walks.

Hosts are the suppliers (a fair), the buyers (a buyers' corridor), or of each meeting the side with more meetings
(mixed). Greedy over the slots. A host who sat somewhere sits there again if the table stands and is free;
newcomers take a table that no host with meetings to come calls theirs. Hosts with more meetings choose first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PlacedMeeting = tuple[int, int, int]
Host = tuple[int, int]  # side (0 supplier, 1 buyer) and its number
HOSTS = ("supplier", "buyer", "mixed")


@dataclass
class _Seating:
    """``home[host]`` is its last table, ``owner[table]`` the host that table is reserved for, ``left`` its
    meetings still to come; ``hall`` of each table, ``wish`` the hall that a host should sit in."""

    host_of: Mapping[PlacedMeeting, Host]
    left: Counter[Host]
    hall: Sequence[int] = ()
    wish: Mapping[Host, int] = field(default_factory=dict)
    home: dict[Host, int] = field(default_factory=dict)
    owner: dict[int, Host] = field(default_factory=dict)

    def own(self, host: Host, table: int) -> None:
        """Keep the table for the host, unless its owner has at least as many meetings to come."""
        if table not in self.owner or self.left[host] > self.left[self.owner[table]]:
            self.owner[table] = host

    def seat(self, waiting: list[PlacedMeeting], free: set[int]) -> list[tuple[PlacedMeeting, int]]:
        """Tables for the meetings of one slot: one's own where it is free, else one that is needed least."""
        seated, moving = [], []
        for meeting in sorted(waiting, key=lambda meeting: (-self.left[self.host_of[meeting]], meeting)):
            table = self.home.get(self.host_of[meeting], -1)
            if table in free and self._suits(self.host_of[meeting], table):
                seated.append((meeting, table))
                free.discard(table)
            else:
                moving.append(meeting)
        # Tables without an owner and those whose owner has no meeting left first, then those that are needed least.
        order = sorted(free, key=lambda table: (self.left[self.owner[table]] if table in self.owner else 0, table))
        for meeting, table in self._choose(moving, order):
            seated.append((meeting, table))
            self.own(self.host_of[meeting], table)
        return seated

    def _suits(self, host: Host, table: int) -> bool:
        return host not in self.wish or self.hall[table] == self.wish[host]

    def _choose(self, moving: list[PlacedMeeting], order: list[int]) -> list[tuple[PlacedMeeting, int]]:
        """The tables in order, for hosts with a wish first those of their hall."""
        of_hall: defaultdict[int, list[int]] = defaultdict(list)
        for table in reversed(order if self.wish else []):
            of_hall[self.hall[table]].append(table)
        chosen, rest = [], []
        for meeting in moving:
            tables = of_hall[self.wish.get(self.host_of[meeting], -1)]
            if tables:
                chosen.append((meeting, tables.pop()))
            else:
                rest.append(meeting)
        taken = {table for _meeting, table in chosen}
        return chosen + list(zip(rest, (table for table in order if table not in taken), strict=False))


def hosts(meetings: Sequence[PlacedMeeting], host: str, *, equals: bool = False) -> dict[PlacedMeeting, Host]:
    """Who keeps the table of each meeting; among equals the company with more meetings."""
    if host != "mixed" and not equals:
        side = HOSTS.index(host)
        return {meeting: (side, meeting[side]) for meeting in meetings}
    other = 0 if equals else 1
    parties = {meeting: ((0, meeting[0]), (other, meeting[1])) for meeting in meetings}
    count = Counter(party for both in parties.values() for party in both)
    return {meeting: max(both, key=lambda party: (count[party], -party[0])) for meeting, both in parties.items()}


def assign_tables(
    meetings: Sequence[PlacedMeeting],
    tables: Sequence[int],
    pinned: Mapping[PlacedMeeting, int] | None = None,
    *,
    host: str = "supplier",
    equals: bool = False,
    hall: Sequence[int] = (),
    wish: Mapping[Host, int] | None = None,
) -> list[tuple[int, int, int, int]]:
    """Give each (supplier, buyer, slot) a table numbered 0..tables[slot]-1; ``pinned`` meetings keep theirs.

    With the ``hall`` of each table, hosts sit in the hall they ``wish`` where a table is free there. Rows come back
    sorted by slot and table.
    """
    pinned = pinned or {}
    host_of = hosts(meetings, host, equals=equals)
    by_slot: defaultdict[int, list[PlacedMeeting]] = defaultdict(list)
    for meeting in meetings:
        by_slot[meeting[2]].append(meeting)
    seating = _Seating(host_of, Counter(host_of.values()), hall, wish or {})
    for meeting, table in sorted(pinned.items(), key=lambda item: -item[0][2]):
        seating.home[host_of[meeting]] = table
    for keeper, table in seating.home.items():
        seating.own(keeper, table)
    rows: list[tuple[int, int, int, int]] = []
    for slot in sorted(by_slot):
        here = by_slot[slot]
        seated = [(meeting, pinned[meeting]) for meeting in here if meeting in pinned]
        free = set(range(tables[slot])) - {table for _, table in seated}
        seated += seating.seat([meeting for meeting in here if meeting not in pinned], free)
        for meeting, table in seated:
            seating.home[host_of[meeting]] = table
            seating.left[host_of[meeting]] -= 1
            rows.append((*meeting, table))
    rows.sort(key=lambda row: (row[2], row[3]))
    return rows
