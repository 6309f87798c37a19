"""Halls: who has two meetings in a row should have them in one hall, for there is no time to walk.

Tables between which people go without a free slot belong into one hall. That is a graph of tables, to be parted into
halls of given sizes so that few of its edges lead from one hall to another: two tables are exchanged as long as that
helps, from several beginnings. Kernighan & Lin, *An efficient heuristic procedure for partitioning graphs*, Bell System
Technical Journal 49 (1970). No meeting is lost and none gets another time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

import numpy as np

from matchmaker.engines.planning.days import Walks
from matchmaker.engines.planning.instance import Instance
from matchmaker.engines.planning.tables import Host, PlacedMeeting

Row = tuple[int, int, int, int]  # supplier, buyer, slot, table
ROUNDS, KICKS = 12, 3  # beginnings, and the exchanges by chance that make a new one


def hall_of_tables(instance: Instance, tables: int) -> np.ndarray:
    """int (tables): the number of the hall of each table; those beyond the halls stand in one more."""
    named = np.repeat(np.arange(len(instance.halls)), instance.halls)[:tables]
    return np.concatenate([named, np.full(tables - len(named), len(instance.halls))])


def in_a_row(instance: Instance, rows: Sequence[Row]) -> list[tuple[int, Row, Row]]:
    """(party, meeting, next meeting) where no time lies between the two: no free slot, no pause, no night."""
    agendas: defaultdict[int, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row[2]):
        agendas[row[0]].append(row)
        agendas[instance.shift + row[1]].append(row)
    return [
        (party, one, other)
        for party, own in sorted(agendas.items())
        for one, other in pairwise(own)
        if other[2] == one[2] + 1 and _follows(instance, other[2])
    ]


def hall_changes(instance: Instance, rows: Sequence[Row]) -> list[tuple[int, Row, Row]]:
    """Those of `in_a_row` whose two meetings are in different halls."""
    if not instance.halls:
        return []
    hall = hall_of_tables(instance, 1 + max((row[3] for row in rows), default=0))
    return [found for found in in_a_row(instance, rows) if hall[found[1][3]] != hall[found[2][3]]]


def home_halls(
    instance: Instance, rows: Sequence[Row], host_of: Mapping[PlacedMeeting, Host]
) -> tuple[dict[Host, int], Walks]:
    """The hall in which each host has most meetings, and where each pair meets if its host stays there."""
    hall = hall_of_tables(instance, max(instance.tables))
    counts: defaultdict[Host, Counter[int]] = defaultdict(Counter)
    for s, b, slot, table in rows:
        counts[host_of[s, b, slot]][int(hall[table])] += 1
    home = {host: found.most_common(1)[0][0] for host, found in counts.items()}
    hall_of_pair = np.zeros(len(instance.edges), dtype=np.int32)
    for (s, b, _slot), host in host_of.items():
        hall_of_pair[instance.edge_of[s, b]] = home[host]
    return home, Walks(hall_of_pair, np.array([_follows(instance, slot) for slot in range(instance.slots)]))


def _follows(instance: Instance, slot: int) -> bool:
    """Whether no time lies between the slot before and this one."""
    return slot > 0 and instance.day[slot - 1] == instance.day[slot] and slot not in instance.pauses


def gather(instance: Instance, rows: Sequence[Row], pinned: Collection[tuple[int, int, int]] = ()) -> list[Row]:
    """The same meetings with their tables exchanged so that few people change halls; ``pinned`` ones keep theirs.

    All meetings of a table move together, so that a host keeps its table as before.
    """
    count = max(instance.tables)
    if not instance.halls or not rows or len(set(hall_of_tables(instance, count))) < 2:
        return list(rows)
    traffic = np.zeros((count, count), dtype=np.int64)
    for _party, one, other in in_a_row(instance, rows):
        traffic[one[3], other[3]] += 1
        traffic[other[3], one[3]] += 1
    np.fill_diagonal(traffic, 0)
    limit = np.full(count, count)  # a table that is used in a slot cannot become one that does not stand then
    for *_pair, slot, table in rows:
        limit[table] = min(limit[table], instance.tables[slot])
    limit[[row[3] for row in rows if row[:3] in pinned]] = 0
    place = _part(traffic, hall_of_tables(instance, count), limit)
    return sorted(((s, b, t, int(place[table])) for s, b, t, table in rows), key=lambda row: (row[2], row[3]))


def _part(traffic: np.ndarray, hall: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """The new number of each table. ``hall`` is that of each number; a table's number stays below its ``limit``."""
    chance = np.random.default_rng(1)
    best = place = _exchange(traffic, hall, limit, np.arange(len(hall)))
    least = _between(traffic, hall[best])
    for _round in range(ROUNDS):
        if not least:
            break
        place = best.copy()
        for one, other in chance.integers(len(hall), size=(KICKS, 2)):
            if place[one] < limit[other] and place[other] < limit[one]:
                place[[one, other]] = place[[other, one]]
        place = _exchange(traffic, hall, limit, place)
        if (found := _between(traffic, hall[place])) < least:
            best, least = place, found
    return best


def _between(traffic: np.ndarray, side: np.ndarray) -> int:
    return int(traffic[side[:, None] != side].sum())


def _exchange(traffic: np.ndarray, hall: np.ndarray, limit: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Exchange two tables of different halls while fewer people then change halls."""
    place, tables = place.copy(), np.arange(len(place))
    toward = traffic @ np.eye(hall.max() + 1, dtype=np.int64)[hall[place]]  # (tables, halls)
    while True:
        side = hall[place]
        own = toward[tables, side]
        hopes = (toward - own[:, None]).max(axis=1)
        for one in np.flatnonzero(hopes > 0)[np.argsort(-hopes[hopes > 0], kind="stable")]:
            gain = toward[one, side] - own[one] + toward[:, side[one]] - own - 2 * traffic[one]
            gain[(side == side[one]) | (place >= limit[one]) | (place[one] >= limit)] = 0
            other = int(gain.argmax())
            if gain[other] > 0:
                break
        else:
            return place
        step = traffic[one] - traffic[other]
        toward[:, side[other]] += step
        toward[:, side[one]] -= step
        place[[one, other]] = place[[other, one]]
