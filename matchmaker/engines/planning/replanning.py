"""On the day: a party cancels or comes late. Others keep slot and table; what became free is filled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from matchmaker.engines.planning.board import FREE, Board
from matchmaker.engines.planning.colouring import colour
from matchmaker.engines.planning.flow import select
from matchmaker.engines.planning.improve import Stop, improve
from matchmaker.engines.planning.instance import Instance, Party
from matchmaker.engines.planning.interpreters import InterpreterRoster, place_interpreted, seat_booked
from matchmaker.engines.planning.plans import Plan
from matchmaker.engines.planning.solve import by_weight, finish


def with_absences(
    instance: Instance,
    *,
    suppliers: Mapping[int, Iterable[int]] | None = None,
    buyers: Mapping[int, Iterable[int]] | None = None,
) -> Instance:
    """The same event with more slots in which parties are away; their booked meetings in these slots are released.

    A cancellation is an absence in every slot (``range(instance.slots)``), lateness one in the slots before arrival.
    """
    if instance.equals:
        suppliers = buyers = {**(suppliers or {}), **(buyers or {})}
    away_suppliers = {who: frozenset(slots) for who, slots in (suppliers or {}).items()}
    away_buyers = {who: frozenset(slots) for who, slots in (buyers or {}).items()}

    def away(parties: tuple[Party, ...], absent: Mapping[int, frozenset[int]]) -> tuple[Party, ...]:
        return tuple(
            Party(party.cap, party.floor, tuple(sorted({*party.off, *absent[place]})), party.languages)
            if place in absent
            else party
            for place, party in enumerate(parties)
        )

    return instance.changed(
        suppliers=away(instance.suppliers, away_suppliers),
        buyers=away(instance.buyers, away_buyers),
        fixed=tuple(
            (s, b, slot)
            for s, b, slot in instance.fixed
            if slot not in away_suppliers.get(s, ()) and slot not in away_buyers.get(b, ())
        ),
    )


def keep_interpreters(old: Plan, mended: Plan) -> Plan:
    """The mended plan with each meeting that keeps its slot beside the interpreter it had, as far as that goes."""
    instance, roster = mended.instance, InterpreterRoster(mended.instance)
    was, at_slot = ({row[:2]: row[2] for row in plan.meetings} for plan in (old, mended))
    keep = set()
    for s, b, who in old.interpreted:
        slot = at_slot.get((s, b))
        if slot is not None and was[s, b] == slot and slot not in instance.interpreters[who].off:
            roster.holder.setdefault(slot, {})[who] = instance.edge_of[s, b]
            keep.add((s, b))
    for s, b, _who in mended.interpreted:
        if (s, b) in keep:
            continue
        edge, slot = instance.edge_of[s, b], at_slot[s, b]
        holder = roster.holder.setdefault(slot, {})
        able = (one for one in roster.able(edge) if one not in holder and slot not in instance.interpreters[one].off)
        if (free := next(able, None)) is not None:  # before others change places
            holder[free] = edge
        else:
            roster.seat(edge, slot)
    return replace(mended, interpreted=roster.assignments())


def survivors(old: Plan, instance: Instance) -> list[tuple[int, int, int, int]]:
    """Meetings of the old plan that the changed event still allows as they are, table included, heaviest first."""
    shift = instance.shift
    free, caps = instance.available, instance.caps.copy()
    booked = {(s, b): slot for s, b, slot in instance.fixed}
    busy: set[tuple[int, int]] = set()
    for s, b, slot in instance.fixed:
        caps[[s, shift + b]] -= 1
        busy |= {(s, slot), (shift + b, slot)}
    standing = []
    rows = [row for row in old.meetings if row[:2] in instance.edge_of]
    rows.sort(key=lambda row: -int(instance.edges[instance.edge_of[row[0], row[1]], 2]))
    for s, b, slot, table in rows:
        if booked.get((s, b)) == slot:
            if table < instance.tables[slot]:
                standing.append((s, b, slot, table))
            continue
        node = shift + b
        fits = slot < instance.slots and table < instance.tables[slot] and free[s, slot] and free[node, slot]
        clash = (s, b) in booked or (s, slot) in busy or (node, slot) in busy
        if fits and not clash and caps[s] > 0 and caps[node] > 0:
            caps[[s, node]] -= 1
            standing.append((s, b, slot, table))
    return standing


def replan(
    old: Plan,
    changed: Instance,
    *,
    seconds: float = 1.0,
    rounds: int | None = None,
    max_moves: int = 0,
    seed: int = 1,
    clock: Callable[[], float] = time.monotonic,
) -> Plan:
    """Mend a plan for the event as it is now, moving no meeting that need not move.

    Every meeting that is still possible keeps its slot and its table. What they leave free is a small event of its
    own, planned like a large one, in ``seconds`` or in so many ``rounds`` (`solve.plan`). With ``max_moves`` up to
    four, a wish that found no slot may push at most so many kept meetings into another slot. The bound is that of the
    changed event, as if everything could be planned anew.
    """
    began = clock()
    board, roster, pinned = _fix_survivors(old, changed)
    released = np.flatnonzero(board.locked & ~np.isin(np.arange(len(board.u)), _fixed_edges(changed)))
    place_interpreted(board, roster, by_weight(board, np.flatnonzero(board.barred & (board.slot_of < 0))))
    rest, rows = _rest(changed, board)
    selection = select(rest)
    stop = Stop(began + seconds, clock=clock) if rounds is None else Stop(rounds=rounds)
    small = Board.empty(rest)
    colour(small, by_weight(small, selection.edges), seed=seed)
    colour(small, by_weight(small, np.arange(len(rows))), seed=seed)
    improve(small, lambda: selection.bound, selection, stop, seed=seed)
    for row in small.meetings():
        board.put(rows[row], small.slot_of[row])
    if max_moves > 0:
        board.locked[released[~board.barred[released]]] = False
        colour(board, by_weight(board, np.flatnonzero(~board.barred)), seed=seed, longest=min(max_moves, 4))
    return finish(changed, board, roster, select(changed).bound, clock() - began, pinned)


def _fixed_edges(instance: Instance) -> list[int]:
    return [instance.edge_of[s, b] for s, b, _slot in instance.fixed]


def _fix_survivors(old: Plan, changed: Instance) -> tuple[Board, InterpreterRoster, dict[tuple[int, int, int], int]]:
    """The board with everything that stays, locked, and the tables of the survivors."""
    board = Board.empty(changed)
    roster, _without = seat_booked(changed, board)  # on the day a meeting stays, also without an interpreter
    pinned = {}
    for s, b, slot, table in survivors(old, changed):
        edge = changed.edge_of[s, b]
        if board.slot_of[edge] < 0:
            if board.used[slot] >= board.tables[slot] or (board.barred[edge] and not roster.seat(edge, slot)):
                continue
            board.put(edge, slot)
            board.locked[edge] = True
        pinned[s, b, slot] = table
    return board, roster, pinned


def _rest(instance: Instance, board: Board) -> tuple[Instance, np.ndarray]:
    """The event that is left beside what stands on the board, and the rows its pairs have there."""
    free = board.cell == FREE
    open_slots = board.used < board.tables
    room = board.cap - board.degree
    can = (board.slot_of < 0) & ~board.barred & (room[board.u] > 0) & (room[board.v] > 0)
    rows = np.flatnonzero(can)
    rows = rows[(free[board.u[rows]] & free[board.v[rows]] & open_slots).any(axis=1)]
    floor = np.clip(board.floor - board.degree, 0, None)
    parties = tuple(
        Party(cap=cap, floor=least, off=tuple(np.flatnonzero(~slots).tolist()))
        for cap, least, slots in zip(room.tolist(), floor.tolist(), free, strict=True)
    )
    shift = instance.shift
    rest = Instance(
        slots=instance.slots,
        day=instance.day,
        tables=tuple((board.tables - board.used).tolist()),
        suppliers=parties if instance.equals else parties[:shift],
        buyers=parties[shift:],
        edges=instance.edges[rows],
        fair_bonus=instance.fair_bonus,
        equals=instance.equals,
    )
    return rest, rows
