"""By hand: the best other slots for one meeting, and what stands in the way of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matchmaker.engines.planning.days import idle_slots
from matchmaker.engines.planning.explain import busy_cells
from matchmaker.engines.planning.interpreters import InterpreterRoster
from matchmaker.engines.planning.plans import Plan

SUPPLIER_BUSY, BUYER_BUSY, NO_TABLE = "supplier_busy", "buyer_busy", "no_table"
SUPPLIER_FULL, BUYER_FULL, NO_INTERPRETER = "supplier_full", "buyer_full", "no_interpreter"


@dataclass(frozen=True, slots=True)
class Conflict:
    """``meeting`` is the (supplier, buyer) that would have to give way; ``booked`` if it must not."""

    code: str
    meeting: tuple[int, int] | None = None
    booked: bool = False


@dataclass(frozen=True, slots=True)
class Alternative:
    """``change`` is what the objective's weight gains or loses; ``idle`` the change of idle gaps of the two parties."""

    slot: int
    conflicts: tuple[Conflict, ...]
    change: int
    idle: int


def alternatives(plan: Plan, supplier: int, buyer: int, *, count: int = 3) -> list[Alternative]:
    """The ``count`` best slots for this pair other than its present one, the least conflict first.

    Works for a meeting to be moved and for a wish that was not placed. Slots in which one of the two is away, or in
    which no table stands, are not offered. Raises KeyError for a pair that may not meet.
    """
    instance = plan.instance
    edge = instance.edge_of[supplier, buyer]
    u, v = supplier, instance.shift + buyer
    weight = instance.edges[:, 2]
    cell = busy_cells(instance, plan.meetings)
    booked = {instance.edge_of[s, b] for s, b, _ in instance.fixed}
    tables = np.array(instance.tables)
    used = np.bincount([slot for _, _, slot, _ in plan.meetings], minlength=instance.slots)
    degree = (cell >= 0).sum(axis=1)
    day = np.array(instance.day)
    present = np.flatnonzero(cell[u] == edge)
    new = not len(present)
    cell[[[u], [v]], present] = -1
    roster = _roster(plan, edge) if instance.needs_interpreter[edge] else None
    idle_now = idle_slots(cell[[u, v]], day).sum()

    found = []
    for slot in np.flatnonzero(instance.available[u] & instance.available[v] & (tables > 0)).tolist():
        if slot in present:
            continue
        conflicts, giving_way = [], set()
        for code, node in ((SUPPLIER_BUSY, u), (BUYER_BUSY, v)):
            row = int(cell[node, slot])
            if row >= 0:
                giving_way.add(row)
                s, b = instance.edges[row, :2].tolist()
                conflicts.append(Conflict(code, (s, b), row in booked))
        if new:
            for code, node in ((SUPPLIER_FULL, u), (BUYER_FULL, v)):
                if degree[node] >= instance.caps[node] and cell[node, slot] < 0:
                    conflicts.append(Conflict(code))
        if used[slot] - len(giving_way) >= tables[slot]:
            conflicts.append(Conflict(NO_TABLE))
        if roster is not None and not roster.can_seat(edge, slot):
            conflicts.append(Conflict(NO_INTERPRETER))
        trial = cell.copy()
        trial[[u, v], slot] = edge
        idle = int(idle_slots(trial[[u, v]], day).sum() - idle_now)
        change = (int(weight[edge]) if new else 0) - sum(int(weight[row]) for row in giving_way)
        found.append(Alternative(slot, tuple(conflicts), change, idle))
    found.sort(key=lambda a: (any(c.booked for c in a.conflicts), len(a.conflicts), -a.change, a.idle, a.slot))
    return found[:count]


def _roster(plan: Plan, without: int) -> InterpreterRoster:
    """The interpreters' day as planned, one meeting left out."""
    roster = InterpreterRoster(plan.instance)
    slot_of = {(s, b): slot for s, b, slot, _ in plan.meetings}
    for s, b, who in plan.interpreted:
        if plan.instance.edge_of[s, b] != without:
            roster.holder.setdefault(slot_of[s, b], {})[who] = plan.instance.edge_of[s, b]
    return roster
